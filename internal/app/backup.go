package app

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"linli/internal/fault"
)

// Backup writes the whole city into one file while it serves: database, keys, attachments, local settings and the city's own packs. The file
// appears under its name only when it is complete. On PostgreSQL it is refused: pg_dump keeps the database there, and
// the folder is copied beside it.
func (a *App) Backup(ctx context.Context, file string) (err error) {
	if _, err := os.Lstat(file); err == nil {
		return fault.Conflict("备份文件 %s 已存在", file)
	}
	temp, err := os.MkdirTemp(filepath.Dir(file), ".linli-backup-")
	if err != nil {
		return fmt.Errorf("make room for the backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	// The keys first: a checkpoint signed after the copy of the database would read as a database rolled back.
	if err := os.CopyFS(filepath.Join(temp, "keys"), os.DirFS(filepath.Join(a.Data, "keys"))); err != nil {
		return fmt.Errorf("copy keys: %w", err)
	}
	if err := a.DB.Backup(ctx, filepath.Join(temp, "linli.db")); err != nil {
		return err
	}
	part := filepath.Join(temp, "backup")
	if err := a.pack(ctx, part, temp); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	return os.Rename(part, file)
}

// pack writes the archive: database and keys as they were copied, attachments, settings and the city's own packs as they are.
func (a *App) pack(ctx context.Context, to, copied string) (err error) {
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	z := gzip.NewWriter(out)
	t := tar.NewWriter(z)
	for _, part := range []struct{ root, name string }{{copied, "linli.db"}, {copied, "keys"}, {a.Data, "files"}, {a.Data, "local.yaml"}, {a.Data, "packs"}} {
		if err := addTree(ctx, t, part.root, part.name); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), z.Close(), out.Sync())
}

func addTree(ctx context.Context, t *tar.Writer, root, name string) error {
	err := filepath.WalkDir(filepath.Join(root, name), func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case !d.Type().IsRegular():
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return add(t, path, filepath.ToSlash(rel))
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func add(t *tar.Writer, path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := &tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.CopyN(t, f, info.Size())
	return err
}

// Restore unpacks a backup into a data folder that is empty or missing. Nothing is left behind when it fails.
func Restore(ctx context.Context, file, data string) (err error) {
	if entries, err := os.ReadDir(data); err == nil && len(entries) > 0 {
		return fault.Conflict("数据目录 %s 不是空的，恢复只写入空目录", data)
	}
	in, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("open backup: %w", err)
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		return fault.Invalid("file", "%s 不是 linli 的备份文件", file)
	}
	part := filepath.Clean(data) + ".restoring"
	if err := os.Mkdir(part, 0o700); err != nil {
		return fmt.Errorf("make room for the restore: %w", err)
	}
	if err := unpack(ctx, archive{z}, part); err != nil {
		return errors.Join(fmt.Errorf("restore: %w", err), os.RemoveAll(part))
	}
	if err := os.Remove(data); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, os.RemoveAll(part))
	}
	return os.Rename(part, data)
}

// An archive reads a backup. What cannot be read is told as damage of the file, and not as an error of the disk written to.
type archive struct{ io.Reader }

func (a archive) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = damaged(err)
	}
	return n, err
}

func damaged(err error) error {
	return &fault.Error{Kind: fault.KindInvalid, Field: "file", Format: "备份文件已损坏或不完整，没有恢复任何内容，请换一份备份", Err: err}
}

func unpack(ctx context.Context, in archive, dir string) error {
	found, t := false, tar.NewReader(in)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && fault.KindOf(err) != fault.KindInvalid {
			err = damaged(err)
		}
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(h.Name) || strings.Contains(h.Name, `\`) {
			return fault.Invalid("file", "备份文件中有不该有的内容：%s", h.Name)
		}
		found = found || h.Name == "linli.db"
		if err := write(filepath.Join(dir, filepath.FromSlash(h.Name)), t); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, in); err != nil { // to the end, where the sum of the whole stands
		return err
	}
	if !found {
		return fault.Invalid("file", "备份文件中没有数据库")
	}
	return nil
}

func write(path string, r io.Reader) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	return f.Sync()
}
