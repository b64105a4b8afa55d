package strict

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"linli/internal/rule"
)

// Limits on one file.
const (
	MaxBytes = 1 << 20
	MaxDepth = 30
)

// A Doc (文件) is one parsed file. It remembers where every decoded value stands.
type Doc struct {
	File string
	root *yaml.Node
	at   map[string]rule.At
	node map[rule.At]*yaml.Node // decoded values by their place
}

// Parse reads one YAML document and refuses everything that this package refuses in any document. The Doc is nil when
// the text is not YAML at all or is empty.
func Parse(file string, data []byte) (*Doc, rule.Problems) {
	var ps rule.Problems
	top := rule.At{File: file, Line: 1, Col: 1}
	if len(data) > MaxBytes {
		ps.Addf(top, "文件超过 %d KB", MaxBytes>>10)
		return nil, ps
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var node, more yaml.Node
	if err := dec.Decode(&node); err != nil {
		ps.Add(top, syntax(file, err))
		return nil, ps
	}
	switch err := dec.Decode(&more); {
	case err == nil:
		ps.Addf(rule.At{File: file, Line: max(more.Line, 1), Col: 1}, "一个文件只能有一份内容，请去掉 ---")
		return nil, ps
	case !errors.Is(err, io.EOF):
		ps.Add(top, syntax(file, err))
		return nil, ps
	}
	if node.Kind != yaml.DocumentNode || len(node.Content) != 1 {
		ps.Addf(top, "文件没有内容")
		return nil, ps
	}
	d := &Doc{File: file, root: node.Content[0], at: map[string]rule.At{}, node: map[rule.At]*yaml.Node{}}
	d.vet(d.root, 0, &ps)
	return d, ps
}

// syntax turns the parser's error into a problem at its place.
func syntax(file string, err error) error {
	if errors.Is(err, io.EOF) {
		return &rule.Problem{At: rule.At{File: file, Line: 1, Col: 1}, Text: "文件没有内容"}
	}
	at, text := rule.At{File: file, Line: 1, Col: 1}, err.Error()
	var le *yaml.LoadError
	if errors.As(err, &le) {
		at.Line, at.Col, text = max(le.Mark.Line, 1), max(le.Mark.Column, 1), le.Message
	}
	return &rule.Problem{At: at, Text: "不是有效的 YAML：" + strings.TrimPrefix(text, "yaml: ")}
}

var (
	plainInt     = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,17})$`)
	plainDecimal = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,17})\.[0-9]{1,9}$`)
)

// vet walks the tree once and reports what no pack file may hold.
func (d *Doc) vet(n *yaml.Node, depth int, ps *rule.Problems) {
	at := d.place(n)
	switch {
	case depth > MaxDepth:
		ps.Addf(at, "层次超过 %d 层", MaxDepth)
		return
	case n.Anchor != "":
		ps.Addf(at, "不能使用锚点 &%s", n.Anchor)
	case n.Kind == yaml.AliasNode:
		ps.Addf(at, "不能使用引用 *%s", n.Value)
		return
	case n.Style&yaml.TaggedStyle != 0:
		ps.Addf(at, "不能使用标签 %s", n.Tag)
	}
	switch n.Kind {
	case yaml.ScalarNode:
		d.vetScalar(n, ps)
	case yaml.SequenceNode:
		for _, c := range n.Content {
			d.vet(c, depth+1, ps)
		}
	case yaml.MappingNode:
		d.vetMapping(n, depth, ps)
	}
}

func (d *Doc) vetMapping(n *yaml.Node, depth int, ps *rule.Problems) {
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		switch {
		case k.Kind != yaml.ScalarNode || k.Anchor != "" || k.Style&yaml.TaggedStyle != 0:
			ps.Addf(d.place(k), "键必须是普通文字")
		case k.ShortTag() == "!!merge":
			ps.Addf(d.place(k), "不能使用合并键 <<")
		case seen[k.Value] > 0:
			ps.Addf(d.place(k), "键“%s”重复，第 %d 行已有", k.Value, seen[k.Value])
		}
		seen[k.Value] = k.Line
		d.vet(n.Content[i+1], depth+1, ps)
	}
}

func (d *Doc) vetScalar(n *yaml.Node, ps *rule.Problems) {
	switch n.ShortTag() {
	case "!!str", "!!bool":
	case "!!int":
		if !plainInt.MatchString(n.Value) {
			ps.Addf(d.place(n), "数字“%s”请写成普通十进制；若是文字请加引号", n.Value)
		}
	case "!!float":
		if !plainDecimal.MatchString(n.Value) {
			ps.Addf(d.place(n), "数字“%s”请写成普通十进制；若是文字请加引号", n.Value)
		}
	case "!!timestamp":
		ps.Addf(d.place(n), "日期请加引号：\"%s\"", n.Value)
	case "!!null":
		ps.Addf(d.place(n), "没有填写内容；不需要就去掉这一项")
	default:
		ps.Addf(d.place(n), "“%s”的写法不能使用", n.Value)
	}
}

func (d *Doc) place(n *yaml.Node) rule.At {
	return rule.At{File: d.File, Line: max(n.Line, 1), Col: max(n.Column, 1)}
}

// At returns the place of a decoded value by its path, such as "clocks.0.limit"; for a path that the file does not
// have, the place of the nearest part of it that the file has.
func (d *Doc) At(path string) rule.At {
	for {
		if at, ok := d.at[path]; ok {
			return at
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			break
		}
		path = path[:i]
	}
	if at, ok := d.at[""]; ok {
		return at
	}
	return rule.At{File: d.File, Line: 1, Col: 1}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func index(path string, i int) string { return join(path, strconv.Itoa(i)) }
