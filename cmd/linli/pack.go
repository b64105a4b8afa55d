package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"linli/internal/civil"
	"linli/internal/pack"
	"linli/internal/pack/proof"
	"linli/internal/pack/scaffold"
	"linli/internal/rule"
	"linli/packs"
)

const packUsage = `用法：linli pack 动作 [选项]

  new DIR                          写出一个新的政策包，供逐条修改（文件夹名即文件编号）
  check [DIR]                      检查政策包：写法、引用、每一条的落实方式
  test [DIR]                       试算政策包的示例
  trace [DIR] --obligations DIR    对照义务表，列出每一条由什么落实
  diff A B                         比较两个版本
  import-rulebook FILE --id …      由采集立案标准表（CSV、XLSX）生成政策包；已有的列出变化

DIR 缺省为 packs/；没有这个文件夹时用程序自带的政策包。
`

// packCommand is everything a policy author does with packs. It needs no data folder.
func packCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, packUsage)
		return 2
	}
	c := &packCall{flags: flag.NewFlagSet("linli pack "+args[0], flag.ContinueOnError), out: stdout, err: stderr}
	c.flags.SetOutput(stderr)
	actions := map[string]func([]string) error{"new": c.new, "check": c.check, "test": c.test, "trace": c.trace, "diff": c.diff, "import-rulebook": c.importRulebook}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		fmt.Fprint(stdout, packUsage)
		return 0
	}
	action := actions[args[0]]
	if action == nil {
		fmt.Fprintf(stderr, "linli pack: 没有动作 %q\n\n%s", args[0], packUsage)
		return 2
	}
	err := action(args[1:])
	var wrong usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintf(stderr, "linli pack %s: %v\n", args[0], err)
		return 2
	}
	var ps rule.Problems
	if errors.As(err, &ps) {
		fmt.Fprintln(stderr, err)
		fmt.Fprintf(stderr, "共 %d 处问题\n", len(ps))
	} else {
		fmt.Fprintf(stderr, "linli pack %s: %v\n", args[0], err)
	}
	return 1
}

// usageError says that the command was called wrongly.
type usageError string

func (e usageError) Error() string { return string(e) }

type packCall struct {
	flags *flag.FlagSet
	out   io.Writer
	err   io.Writer
	local *string
	dir   string // put before file names in messages
	only  string // document that is asked about; "" all
}

// parse takes flags and up to most other words, in any order.
func (c *packCall) parse(args []string, least, most int) ([]string, error) {
	var words []string
	for {
		if err := c.flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, usageError("选项有误")
		}
		if c.flags.NArg() == 0 {
			break
		}
		words, args = append(words, c.flags.Arg(0)), c.flags.Args()[1:]
	}
	if len(words) < least || len(words) > most {
		if least == most {
			return nil, usageError(fmt.Sprintf("应写明 %d 个文件夹，得到 %d 个", most, len(words)))
		}
		return nil, usageError(fmt.Sprintf("至多写明 %d 个文件夹，得到 %d 个", most, len(words)))
	}
	return words, nil
}

// load reads the packs of a folder, of packs/ when none is named, or those that the program carries.
func (c *packCall) load(words []string) (*pack.Index, error) {
	var fsys fs.FS = packs.Files
	switch st, err := os.Stat("packs"); {
	case len(words) > 0:
		c.dir = words[0]
		if st, err := os.Stat(c.dir); err != nil || !st.IsDir() {
			return nil, usageError("没有文件夹 " + c.dir)
		}
		fsys = os.DirFS(c.dir)
	case err == nil && st.IsDir():
		c.dir, fsys = "packs", os.DirFS("packs")
	}
	var o pack.Options
	if c.local != nil && *c.local != "" {
		data, err := os.ReadFile(*c.local)
		if err != nil {
			return nil, err
		}
		o = pack.Options{Local: data, LocalName: *c.local}
	}
	ix, err := pack.Load(fsys, o)
	if err != nil && len(words) > 0 {
		if beside, id := besides(c.dir); beside != nil {
			together, wrong := pack.Load(beside, o)
			c.only = id
			return together, c.named(wrong)
		}
	}
	return ix, c.named(err)
}

// ownDir is where besides lays a folder that is one pack.
const ownDir = "own"

var documentLine = regexp.MustCompile(`(?m)^document:\s*"?([^"#\s]+)`)

// besides puts a folder that is one pack beside the packs that the program carries, in place of its own version of the same document, for a pack may name what others
// define. It returns nil for a folder that is no single pack.
func besides(dir string) (fsys fs.FS, id string) {
	text, err := os.ReadFile(filepath.Join(dir, "document.yaml"))
	m := documentLine.FindSubmatch(text)
	if err != nil || m == nil {
		return nil, ""
	}
	id = string(m[1])
	all := fstest.MapFS{}
	lay := func(from fs.FS, root, under string) error {
		return fs.WalkDir(from, root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(from, name)
			all[path.Join(under, name)] = &fstest.MapFile{Data: text}
			return err
		})
	}
	err = fs.WalkDir(packs.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Base(name) != "document.yaml" {
			return err
		}
		text, err := fs.ReadFile(packs.Files, name)
		if m := documentLine.FindSubmatch(text); err != nil || m != nil && string(m[1]) == id {
			return err
		}
		return lay(packs.Files, path.Dir(name), "")
	})
	if err == nil {
		err = lay(os.DirFS(dir), ".", ownDir)
	}
	if err != nil {
		return nil, ""
	}
	return all, id
}

// named puts the folder before the file names, so that an editor finds them.
func (c *packCall) named(err error) error {
	var ps rule.Problems
	if !errors.As(err, &ps) || c.dir == "" {
		return err
	}
	out := make(rule.Problems, len(ps))
	for i, p := range ps {
		q := *p
		q.At.File = strings.TrimPrefix(q.At.File, ownDir+"/")
		if c.local == nil || q.At.File != *c.local {
			q.At.File = path.Join(filepath.ToSlash(c.dir), q.At.File)
		}
		out[i] = &q
	}
	return out
}

func (c *packCall) withLocal() {
	c.local = c.flags.String("local", "", "市里自定参数的`文件`（local.yaml）")
}

func (c *packCall) new(args []string) error {
	issued := c.flags.String("issued", civil.DateOf(time.Now(), civil.Shanghai).String(), "文件印发`日期`")
	words, err := c.parse(args, 1, 1)
	if err != nil {
		return err
	}
	if _, err := civil.ParseDate(*issued); err != nil {
		return usageError(err.Error())
	}
	files, err := scaffold.Write(words[0], *issued)
	for _, f := range files {
		fmt.Fprintln(c.out, f)
	}
	return err
}

func (c *packCall) check(args []string) error {
	c.withLocal()
	words, err := c.parse(args, 0, 1)
	if err != nil {
		return err
	}
	ix, err := c.load(words)
	if err != nil {
		return err
	}
	if missing := proof.Unreached(ix, proof.Run(ix)); len(missing) > 0 {
		return c.named(missing)
	}
	for _, p := range ix.Packs() {
		if c.only != "" && p.Document.ID != c.only {
			continue
		}
		count := map[pack.Disposition]int{}
		for _, cl := range p.Clauses {
			count[cl.Disposition]++
		}
		fmt.Fprintf(c.out, "%s %s（版本 %s）：%d 条，其中程序执行 %d、人工履行 %d、不在范围 %d、待建 %d；要素 %d 个，示例 %d 个\n",
			p.Document.ID, p.Document.Title, p.Version, len(p.Clauses), count[pack.Runs], count[pack.Human], count[pack.Out],
			count[pack.Planned], len(p.Elements()), len(p.Examples()))
		for _, q := range p.Params {
			if q.Default() {
				fmt.Fprintf(c.out, "  自定 %-24s %s = %s\n", q.Name, q.Label, q.Words(p.Document.Issued))
			}
		}
	}
	return nil
}

func (c *packCall) test(args []string) error {
	c.withLocal()
	all := c.flags.Bool("v", false, "列出每个示例")
	words, err := c.parse(args, 0, 1)
	if err != nil {
		return err
	}
	ix, err := c.load(words)
	if err != nil {
		return err
	}
	results := slices.DeleteFunc(proof.Run(ix), func(r *proof.Result) bool { return c.only != "" && r.Pack.Document.ID != c.only })
	var wrong rule.Problems
	failed := 0
	for _, r := range results {
		mark := "✓"
		if !r.Passed() {
			failed++
			mark = "✗"
			wrong = append(wrong, r.Wrong...)
		}
		if *all || !r.Passed() {
			fmt.Fprintf(c.out, "%s %s %s\n", mark, r.Pack.Document.ID, r.Example.Name)
		}
	}
	fmt.Fprintf(c.out, "%d 个示例，%d 个不符\n", len(results), failed)
	return c.named(wrong.Err())
}

func (c *packCall) trace(args []string) error {
	c.withLocal()
	tables := c.flags.String("obligations", "", "义务表所在的`文件夹`")
	asJSON := c.flags.Bool("json", false, "以 JSON 输出")
	words, err := c.parse(args, 0, 1)
	if err != nil {
		return err
	}
	if st, err := os.Stat(*tables); *tables == "" || err != nil || !st.IsDir() {
		return usageError("--obligations: 没有文件夹 " + *tables)
	}
	ix, err := c.load(words)
	if err != nil {
		return err
	}
	t, err := proof.TraceTables(ix, proof.Run(ix), os.DirFS(*tables))
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(c.out).Encode(t)
	}
	return t.Write(c.out)
}

func (c *packCall) diff(args []string) error {
	words, err := c.parse(args, 2, 2)
	if err != nil {
		return err
	}
	old, err := c.load(words[:1])
	if err != nil {
		return err
	}
	new, err := c.load(words[1:])
	if err != nil {
		return err
	}
	n := 0
	for _, p := range new.Packs() {
		q := old.Pack(p.Document.ID, "")
		if q == nil {
			fmt.Fprintf(c.out, "+ %s %s\n", p.Document.ID, p.Document.Title)
			n++
			continue
		}
		for _, ch := range pack.Diff(q, p) {
			n++
			c.change(p.Document.ID, ch)
		}
	}
	for _, q := range old.Packs() {
		if new.Pack(q.Document.ID, "") == nil {
			fmt.Fprintf(c.out, "- %s %s\n", q.Document.ID, q.Document.Title)
			n++
		}
	}
	fmt.Fprintf(c.out, "%d 处变化\n", n)
	return nil
}

func (c *packCall) change(document string, ch pack.Change) {
	mark := map[string]string{"added": "+", "removed": "-", "changed": "~"}[ch.Kind]
	fmt.Fprintf(c.out, "%s %s %s（%s）\n", mark, document, ch.ID, ch.Name)
	if ch.Kind == "changed" {
		fmt.Fprintf(c.out, "    原：%s\n    新：%s\n", strings.TrimSpace(ch.Old), strings.TrimSpace(ch.New))
	}
}
