// Package scaffold writes the beginning of a new pack: a small one that loads and whose example passes, to be changed
// line by line. It writes only into a folder that does not exist yet or is empty.
package scaffold

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

//go:embed template
var template embed.FS

var idForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// Write makes the folder dir and the pack in it. The document's id is the folder's name; issued is the date of the
// document, "2012-11-16". It returns the files written.
func Write(dir, issued string) ([]string, error) {
	id := filepath.Base(filepath.Clean(dir))
	if !idForm.MatchString(id) {
		return nil, fmt.Errorf("文件夹名 %q 就是文件编号，只能用小写字母、数字和短横，如 sm12-69", id)
	}
	if old, err := os.ReadDir(dir); err == nil && len(old) > 0 {
		return nil, fmt.Errorf("%s 不是空文件夹", dir)
	}
	top, err := fs.Sub(template, "template")
	if err != nil {
		return nil, err
	}
	var written []string
	err = fs.WalkDir(top, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(top, name)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		text = bytes.ReplaceAll(text, []byte("DOCUMENT"), []byte(id))
		text = bytes.ReplaceAll(text, []byte("ISSUED"), []byte(issued))
		text = bytes.ReplaceAll(text, []byte("PREFIX"), []byte(strings.ToUpper(strings.ReplaceAll(id, "-", ""))))
		written = append(written, to)
		return os.WriteFile(to, text, 0o644)
	})
	return written, err
}
