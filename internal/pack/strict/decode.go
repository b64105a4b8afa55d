package strict

import (
	"encoding"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"linli/internal/rule"
)

// Decode fills v, a pointer, from the document. Struct fields are named by their `yaml` tag; `yaml:"id,required"` must
// be there; `yaml:"id,loose"`, and every key "basis", takes a plain number as text (clause 4.4 need not be quoted). A
// list of texts may be written as one text. A struct that reads text may also be written out key by key. What v held
// before is kept where the document says nothing.
func (d *Doc) Decode(v any) rule.Problems {
	var ps rule.Problems
	(&decoder{doc: d, ps: &ps}).value(d.root, reflect.ValueOf(v).Elem(), "", false)
	return ps
}

// IsList reports whether the document is a list at its top.
func (d *Doc) IsList() bool { return d.root.Kind == yaml.SequenceNode }

type decoder struct {
	doc *Doc
	ps  *rule.Problems
}

var (
	textType  = reflect.TypeFor[encoding.TextUnmarshaler]()
	valueType = reflect.TypeFor[Value]()
)

func (d *decoder) bad(n *yaml.Node, format string, args ...any) {
	d.ps.Addf(d.doc.place(n), format, args...)
}

func (d *decoder) value(n *yaml.Node, v reflect.Value, path string, loose bool) {
	at := d.doc.place(n)
	d.doc.at[path] = at
	if d.doc.node[at] == nil { // a mapping before its first value
		d.doc.node[at] = n
	}
	switch {
	case v.Type() == valueType:
		v.Set(reflect.ValueOf(d.doc.tree(n, 0)))
		return
	case v.Kind() == reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.value(n, v.Elem(), path, loose)
		return
	case reflect.PointerTo(v.Type()).Implements(textType) && (v.Kind() != reflect.Struct || n.Kind == yaml.ScalarNode):
		d.text(n, v, loose)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.fields(n, v, path)
	case reflect.Map:
		d.mapping(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	case reflect.String:
		if s, ok := d.scalar(n, loose); ok {
			v.SetString(s)
		}
	case reflect.Bool:
		d.yesNo(n, v)
	case reflect.Int, reflect.Int64:
		d.whole(n, v)
	case reflect.Interface:
		v.Set(reflect.ValueOf(d.doc.tree(n, 0).Plain()))
	default:
		d.bad(n, "程序不支持此处的类型 %s", v.Type())
	}
}

// scalar returns the text of a scalar, unchanged.
func (d *decoder) scalar(n *yaml.Node, loose bool) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		d.bad(n, "应为文字")
		return "", false
	}
	switch tag := n.ShortTag(); {
	case tag == "!!str", loose && (tag == "!!int" || tag == "!!float"):
		return n.Value, true
	case tag == "!!int" || tag == "!!float" || tag == "!!bool":
		d.bad(n, "应为文字，请加引号：\"%s\"", n.Value)
	}
	return "", false // the rest was reported by vet
}

func (d *decoder) text(n *yaml.Node, v reflect.Value, loose bool) {
	s, ok := d.scalar(n, loose)
	if !ok {
		return
	}
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)); err != nil {
		d.bad(n, "%s", err)
	}
}

func (d *decoder) yesNo(n *yaml.Node, v reflect.Value) {
	b, ok := yesNo(n)
	if !ok {
		d.bad(n, "应为 yes 或 no")
		return
	}
	v.SetBool(b)
}

func yesNo(n *yaml.Node) (value, ok bool) {
	if n.Kind != yaml.ScalarNode || n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		return false, false
	}
	switch n.Value {
	case "yes", "true":
		return true, true
	case "no", "false":
		return false, true
	}
	return false, false
}

func (d *decoder) whole(n *yaml.Node, v reflect.Value) {
	i, err := strconv.ParseInt(n.Value, 10, 64)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil {
		d.bad(n, "应为整数")
		return
	}
	v.SetInt(i)
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, path string) {
	texts := v.Type().Elem().Kind() == reflect.String
	if n.Kind == yaml.ScalarNode && texts {
		one := reflect.New(v.Type().Elem()).Elem()
		d.value(n, one, index(path, 0), true)
		v.Set(reflect.Append(reflect.MakeSlice(v.Type(), 0, 1), one))
		d.doc.at[path] = d.doc.place(n)
		return
	}
	if n.Kind != yaml.SequenceNode {
		d.bad(n, "应为列表")
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, c := range n.Content {
		d.value(c, out.Index(i), index(path, i), texts)
	}
	v.Set(out)
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.bad(n, "应为“键: 值”")
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, item := n.Content[i], reflect.New(v.Type().Elem()).Elem()
		d.value(n.Content[i+1], item, join(path, k.Value), false)
		v.SetMapIndex(reflect.ValueOf(k.Value).Convert(v.Type().Key()), item)
	}
}

type field struct {
	name            string
	index           int
	required, loose bool
}

func fieldsOf(t reflect.Type) []field {
	var list []field
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name != "" && name != "-" {
			opts := strings.Split(options, ",")
			list = append(list, field{name, i, slices.Contains(opts, "required"), slices.Contains(opts, "loose")})
		}
	}
	return list
}

func (d *decoder) fields(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.bad(n, "应为“键: 值”")
		return
	}
	known := fieldsOf(v.Type())
	given := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		at := slices.IndexFunc(known, func(f field) bool { return f.name == k.Value })
		if at < 0 {
			d.bad(k, "没有“%s”这一项，可用：%s", k.Value, names(known))
			continue
		}
		given[k.Value] = true
		d.value(n.Content[i+1], v.Field(known[at].index), join(path, k.Value), known[at].loose || k.Value == "basis")
	}
	for _, f := range known {
		if f.required && !given[f.name] {
			d.bad(n, "缺少“%s”", f.name)
		}
	}
}

func names(known []field) string {
	list := make([]string, len(known))
	for i, f := range known {
		list[i] = f.name
	}
	return strings.Join(list, "、")
}
