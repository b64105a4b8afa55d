package blob

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"linli/internal/fault"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// DefaultLimit is the size limit of a Store that names none: 20 MiB.
const DefaultLimit = 20 << 20

// A Store is a folder of files named by their content. It is safe for concurrent use, also by several processes.
type Store struct {
	dir   string
	limit int64
}

// Open makes a Store of a folder, which is created when missing. limit is in bytes; 0 means DefaultLimit.
func Open(dir string, limit int64) (*Store, error) {
	if limit <= 0 {
		limit = DefaultLimit
	}
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), 0o700); err != nil {
		return nil, fmt.Errorf("open attachments: %w", err)
	}
	return &Store{dir, limit}, nil
}

// Limit is the largest file accepted, in bytes.
func (s *Store) Limit() int64 { return s.limit }

// A File (文件) is content that lies in the Store.
type File struct {
	Hash string // SHA-256 in hexadecimal
	Size int64  // bytes
	Type string // media type, found from the content
}

// Receive streams r to the disk and returns what it was; name helps to tell office documents apart. The file counts only
// once Attach has linked it. Returns an invalid fault on field "file" when it is empty, too large or of a type not
// accepted, and an unavailable one when the disk is full; then nothing stays.
func (s *Store) Receive(r io.Reader, name string) (File, error) {
	tmp, err := os.CreateTemp(filepath.Join(s.dir, "tmp"), "up-*")
	if err != nil {
		return File{}, diskFault(err)
	}
	defer os.Remove(tmp.Name())
	f, err := s.spool(tmp, r, name)
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = s.place(tmp.Name(), f)
	}
	if err != nil {
		return File{}, fmt.Errorf("receive file: %w", err)
	}
	return f, nil
}

// spool writes r to tmp while it hashes, measures and sniffs.
func (s *Store) spool(tmp *os.File, r io.Reader, name string) (File, error) {
	head := make([]byte, sniffLen)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		return File{}, fault.Invalid("file", "文件是空的")
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return File{}, fault.Unavailable(err, "文件没有传完，请重新上传")
	}
	f := File{Type: kindOf(head, name)}
	if f.Type == "" {
		return File{}, fault.Invalid("file", "不接受这种文件：请上传图片、PDF、Office 或 OFD 文档、文本或录音")
	}
	hash := sha256.New()
	body := &source{r: io.MultiReader(bytes.NewReader(head), io.LimitReader(r, s.limit-int64(n)+1))}
	f.Size, err = io.Copy(io.MultiWriter(tmp, hash), body)
	switch {
	case body.err != nil:
		return File{}, fault.Unavailable(body.err, "文件没有传完，请重新上传")
	case err != nil:
		return File{}, diskFault(err)
	case f.Size > s.limit:
		return File{}, fault.Invalid("file", "文件不能超过 %s", sizeWords(s.limit))
	}
	if err := tmp.Sync(); err != nil {
		return File{}, diskFault(err)
	}
	f.Hash = hex.EncodeToString(hash.Sum(nil))
	return f, nil
}

// source remembers an error of reading, to tell a broken upload from a full disk.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// place moves a finished upload to its name. A sound file already there is kept and only marked as fresh, so that a
// sweep leaves it alone until its link is committed.
func (s *Store) place(tmp string, f File) error {
	path := s.path(f.Hash)
	if info, err := os.Stat(path); err == nil && info.Size() == f.Size {
		now := time.Now()
		if err := os.Chtimes(path, now, now); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return diskFault(err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return diskFault(err)
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (s *Store) path(hash string) string { return filepath.Join(s.dir, hash[:2], hash[2:]) }

// diskFault tells a full disk from other trouble.
func diskFault(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.Unavailable(err, "磁盘空间不足，文件没有保存，请联系管理员")
	}
	return fault.Internal(err, "文件无法保存")
}

func sizeWords(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d 字节", n)
}
