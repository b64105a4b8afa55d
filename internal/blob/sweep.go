package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"linli/internal/db"
)

// Grace is how long a file without a link is left alone, so that an upload has time to be attached.
const Grace = 24 * time.Hour

// Sweep removes content that nothing has linked for the Grace, and uploads never finished, as of now, and returns how many
// files went. Files are judged by the machine's file times.
func (s *Store) Sweep(ctx context.Context, d *db.DB, now time.Time) (int, error) {
	cut := now.Add(-Grace)
	err := d.Write(ctx, func(tx *db.Tx) error {
		return tx.Exec(`delete from blob_file where seen_at < ? and not exists
			(select 1 from blob_link l where l.hash = blob_file.hash)`, db.At(cut))
	})
	if err != nil {
		return 0, fmt.Errorf("sweep attachments: %w", err)
	}
	removed := 0
	err = s.walk(func(path, hash string, info fs.FileInfo) error {
		if err := ctx.Err(); err != nil || info.ModTime().After(cut) {
			return err
		}
		known := false
		if hash != "" {
			err := d.Read(ctx, func(tx *db.Tx) error {
				return tx.QueryRow(`select count(*) from blob_file where hash = ?`, hash).Scan(&known)
			})
			if err != nil {
				return err
			}
		}
		if known {
			return nil
		}
		removed++
		return os.Remove(path)
	})
	if err != nil {
		return removed, fmt.Errorf("sweep attachments: %w", err)
	}
	return removed, nil
}

// walk visits every file of the store; hash is "" for one that is no stored content.
func (s *Store) walk(visit func(path, hash string, info fs.FileInfo) error) error {
	return filepath.WalkDir(s.dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && e.IsDir() {
			return nil // gone meanwhile
		}
		if err != nil {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		hash := filepath.Base(filepath.Dir(path)) + e.Name()
		if raw, err := hex.DecodeString(hash); err != nil || len(raw) != sha256.Size {
			hash = ""
		}
		return visit(path, hash, info)
	})
}

// Damage is a file that is not what was received.
type Damage struct {
	File
	Missing bool // else its content has changed
}

// Check reads every linked file again and returns those missing or changed.
func (s *Store) Check(ctx context.Context, d *db.DB) ([]Damage, error) {
	var bad []Damage
	for after := ""; ; {
		var files []File
		err := d.Read(ctx, func(tx *db.Tx) (err error) {
			files, err = db.Select(tx, func(rows *db.Rows) (f File, err error) { return f, rows.Scan(&f.Hash, &f.Size, &f.Type) },
				`select hash, size, type from blob_file where hash > ? and exists
				(select 1 from blob_link l where l.hash = blob_file.hash) order by hash limit 500`, after)
			return err
		})
		if err != nil || len(files) == 0 {
			return bad, err
		}
		for _, f := range files {
			after = f.Hash
			missing, ok, err := s.sound(f)
			if err != nil {
				return bad, fmt.Errorf("check attachment %s: %w", f.Hash, err)
			}
			if !ok {
				bad = append(bad, Damage{f, missing})
			}
		}
	}
}

func (s *Store) sound(f File) (missing, ok bool, err error) {
	file, err := os.Open(s.path(f.Hash))
	if errors.Is(err, fs.ErrNotExist) {
		return true, false, nil
	}
	if err != nil {
		return false, false, err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return false, false, err
	}
	return false, hex.EncodeToString(h.Sum(nil)) == f.Hash, nil
}
