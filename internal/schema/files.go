package schema

import (
	"bytes"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// Files returns the migrations of one engine as a flat read-only folder, each text passed through translate (nil: as it
// is), which is the form goose reads.
func (s Set) Files(engine string, translate func(sql string) string) fs.FS {
	list := s.For(engine)
	folder := make(folder, 0, len(list))
	for _, m := range list {
		text := m.SQL
		if translate != nil {
			text = translate(text)
		}
		folder = append(folder, entry{m.Name, text})
	}
	slices.SortFunc(folder, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return folder
}

// folder is one directory of texts, sorted by name.
type folder []entry

type entry struct{ name, text string }

// Open implements fs.FS.
func (f folder) Open(name string) (fs.File, error) {
	if name == "." {
		return &openFolder{list: f}, nil
	}
	for _, e := range f {
		if e.name == name {
			return &openFile{entry: e, Reader: bytes.NewReader([]byte(e.text))}, nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

type openFile struct {
	entry
	*bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.entry, nil }
func (f *openFile) Close() error               { return nil }
func (f *openFile) Size() int64                { return f.entry.Size() }

type openFolder struct{ list folder }

func (d *openFolder) Stat() (fs.FileInfo, error) { return root{}, nil }
func (d *openFolder) Close() error               { return nil }
func (d *openFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: ".", Err: fs.ErrInvalid}
}

// ReadDir implements fs.ReadDirFile.
func (d *openFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	count := len(d.list)
	if n > 0 {
		if count == 0 {
			return nil, io.EOF
		}
		count = min(n, count)
	}
	out := make([]fs.DirEntry, count)
	for i, e := range d.list[:count] {
		out[i] = fs.FileInfoToDirEntry(e)
	}
	d.list = d.list[count:]
	return out, nil
}

func (e entry) Name() string     { return e.name }
func (e entry) Size() int64      { return int64(len(e.text)) }
func (entry) Mode() fs.FileMode  { return 0o444 }
func (entry) ModTime() time.Time { return time.Time{} }
func (entry) IsDir() bool        { return false }
func (entry) Sys() any           { return nil }

type root struct{}

func (root) Name() string       { return "." }
func (root) Size() int64        { return 0 }
func (root) Mode() fs.FileMode  { return fs.ModeDir | 0o555 }
func (root) ModTime() time.Time { return time.Time{} }
func (root) IsDir() bool        { return true }
func (root) Sys() any           { return nil }
