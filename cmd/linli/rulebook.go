package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"linli/internal/civil"
	"linli/internal/pack"
	"linli/internal/pack/rulebook"
)

// importRulebook makes a pack of a city's table of standards and tells, row by row, how it was read. A pack that is there
// already is replaced, its changes told; cases that it opened go on by the version they began with, which the database keeps.
func (c *packCall) importRulebook(args []string) error {
	id := c.flags.String("id", "", "文件`编号`，如 hubin-standards")
	title := c.flags.String("title", "城市管理部件、事件立案、处置和结案标准", "`标题`")
	number := c.flags.String("number", "", "`文号`")
	issuer := c.flags.String("issuer", "", "印发`机关`")
	place := c.flags.String("place", "", "适用地点的区划`代码`")
	from := c.flags.String("from", "", "施行`日期`")
	out := c.flags.String("out", "packs", "写到哪个`文件夹`下；真实城市用数据目录下的 packs")
	words, err := c.parse(args, 1, 1)
	if err != nil {
		return err
	}
	about := rulebook.About{ID: *id, Title: *title, Number: *number, Issuer: *issuer, Place: *place}
	if about.From, err = civil.ParseDate(*from); err != nil {
		return usageError("--from: " + err.Error())
	}
	table, err := rulebook.Read(words[0])
	if err != nil {
		return err
	}
	dir := filepath.Join(*out, *id)
	if about.Earlier, err = packIn(dir); err != nil {
		return err
	}
	files, err := table.Files(about)
	if err != nil {
		return err
	}
	p, err := rulebook.Check(files)
	if err != nil {
		return err
	}
	for _, r := range table.Remarks {
		fmt.Fprintln(c.out, r)
	}
	if about.Earlier != nil {
		for _, ch := range pack.Diff(about.Earlier, p) {
			if strings.HasPrefix(ch.ID, "standard/") || strings.HasPrefix(ch.ID, "office/") || strings.HasPrefix(ch.ID, "param/") {
				c.change(p.Document.ID, ch)
			}
		}
	}
	if err := replaceFolder(dir, files); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s：%d 行，装入 %d 条标准，%d 处说明；写在 %s（版本 %s）\n", words[0], table.Seen, len(table.Rows), len(table.Remarks), dir, p.Version)
	return nil
}

// packIn reads the pack of a folder; nil when there is none.
func packIn(dir string) (*pack.Pack, error) {
	if _, err := os.Stat(filepath.Join(dir, "document.yaml")); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	ix, err := pack.Load(os.DirFS(dir), pack.Options{Serving: true})
	if err != nil {
		return nil, fmt.Errorf("read the earlier edition in %s: %w", dir, err)
	}
	return ix.Packs()[0], nil
}

// replaceFolder puts the files in the place of what a folder holds. The folder is whole at every moment: the new one is written
// beside it.
func replaceFolder(dir string, files map[string][]byte) error {
	fresh := dir + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	for name, data := range files {
		file := filepath.Join(fresh, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(fresh, dir)
}
