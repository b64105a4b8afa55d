package picture

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/job"
	"linli/internal/photo"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Copied is the kind of the job that makes the copy of a photo for others.
const Copied = "picture.copy"

// copySide is the longest side of a copy, in points: enough to read a house number across a street.
const copySide = 1600

// A Picture (现场照片) is a photo that belongs to something, with when and where it was taken.
type Picture struct {
	Subject string // kind and id, e.g. "case:01h…"
	Hash    string
	Taken   time.Time // zero: nobody says
	Placed  bool      // Where is known
	Where   geo.Point
	Source  string // "exif", "phone" or ""
	By      string // id of who brought it, as text
	At      time.Time
}

// Is reports whether a file is a photo by its media type.
func Is(f blob.File) bool {
	switch f.Type {
	case "image/jpeg", "image/png", "image/webp":
		return true
	}
	return false
}

// Put keeps a photo of a subject, once, and sees to its copy. By and At are filled in by the caller's actor and the transaction.
func Put(tx *db.Tx, p Picture, f blob.File) error {
	lon, lat := p.Where.Millionths()
	n, err := tx.ExecCount(`insert into picture (subject, hash, taken_at, placed, lon, lat, source, by_whom, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (subject, hash) do nothing`, p.Subject, f.Hash, db.At(p.Taken), flag(p.Placed), lon, lat, p.Source, p.By, db.At(tx.Now()))
	if err != nil {
		return fmt.Errorf("keep photo of %s: %w", p.Subject, err)
	}
	if n == 0 {
		return nil
	}
	_, err = job.Enqueue(tx, Copied, f)
	return err
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Of lists the photos of a subject in the order in which they came.
func Of(tx *db.Tx, subject string) ([]Picture, error) {
	list, err := db.Select(tx, func(rows *db.Rows) (p Picture, err error) {
		var taken, at db.Time
		var placed int
		var lon, lat int64
		err = rows.Scan(&p.Subject, &p.Hash, &taken, &placed, &lon, &lat, &p.Source, &p.By, &at)
		p.Taken, p.At, p.Placed, p.Where = taken.Time, at.Time, placed == 1, geo.Of(lon, lat)
		return p, err
	}, `select subject, hash, taken_at, placed, lon, lat, source, by_whom, at from picture where subject = ? order by at, hash`, subject)
	if err != nil {
		return nil, fmt.Errorf("photos of %s: %w", subject, err)
	}
	return list, nil
}

// CopyOf returns the copy of a photo that others may see; false while there is none, and for what is no photo.
func CopyOf(tx *db.Tx, hash string) (blob.File, bool, error) {
	var f blob.File
	err := tx.QueryRow(`select copy, size, type from picture_copy where hash = ?`, hash).Scan(&f.Hash, &f.Size, &f.Type)
	if errors.Is(err, db.ErrNoRows) {
		return f, false, nil
	}
	if err != nil {
		return f, false, fmt.Errorf("find copy of photo: %w", err)
	}
	return f, f.Hash != "", nil
}

// Shown is what others than those who may see the evidence are given of a file: of a photo its copy, of anything else itself. Returns
// unavailable while the copy is being made.
func Shown(tx *db.Tx, f blob.File) (blob.File, error) {
	if !Is(f) {
		return f, nil
	}
	c, there, err := CopyOf(tx, f.Hash)
	if err == nil && !there {
		err = fault.Unavailable(nil, "照片正在处理，请稍后再看")
	}
	return c, err
}

// A Copier makes copies of photos, one at a time.
type Copier struct {
	files *blob.Store
	turn  chan struct{}
}

// Register lets a runner make copies of the photos in a store.
func Register(r *job.Runner, files *blob.Store) {
	c := &Copier{files: files, turn: make(chan struct{}, 1)}
	r.HandleOutside(Copied, c.copy)
}

// copy makes the copy of one photo and learns what its EXIF says.
func (c *Copier) copy(ctx context.Context, t *job.Task) (job.Settle, error) {
	var f blob.File
	if err := t.Job.Decode(&f); err != nil {
		return nil, job.Permanent(err)
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	told, copied, words, err := c.made(f)
	if err != nil {
		return nil, err
	}
	return func(tx *db.Tx) error { return settle(tx, c.files, f, told, copied, words) }, nil
}

// made reads and copies a photo; words says why there is no copy.
func (c *Copier) made(f blob.File) (told photo.Photo, copied blob.File, words string, err error) {
	in, err := c.files.Open(f)
	if err != nil {
		return told, copied, "", err
	}
	defer in.Close()
	if told, err = photo.Read(in); err != nil {
		return told, copied, err.Error(), nil
	}
	temp, err := os.CreateTemp("", "linli-copy-")
	if err != nil {
		return told, copied, "", fmt.Errorf("make room for a copy: %w", err)
	}
	defer os.Remove(temp.Name())
	defer temp.Close()
	if err := photo.Copy(temp, in, copySide); err != nil {
		return told, copied, err.Error(), nil
	}
	if _, err := temp.Seek(0, 0); err != nil {
		return told, copied, "", err
	}
	copied, err = c.files.Receive(temp, "copy.jpg")
	return told, copied, "", err
}

// settle keeps the copy, and what EXIF says in place of what anybody else said.
func settle(tx *db.Tx, files *blob.Store, f blob.File, told photo.Photo, copied blob.File, words string) error {
	n, err := tx.ExecCount(`insert into picture_copy (hash, copy, size, type, words, at) values (?, ?, ?, ?, ?, ?) on conflict (hash) do nothing`,
		f.Hash, copied.Hash, copied.Size, copied.Type, words, db.At(tx.Now()))
	if err != nil {
		return fmt.Errorf("keep copy of photo: %w", err)
	}
	if n == 1 && copied.Hash != "" {
		if _, err := files.Attach(tx, copied, "picture:"+f.Hash, "照片.jpg", ""); err != nil {
			return err
		}
	}
	return learn(tx, f.Hash, told)
}

func learn(tx *db.Tx, hash string, told photo.Photo) error {
	var sets []string
	var args []any
	if !told.Taken.IsZero() {
		sets, args = append(sets, "taken_at = ?"), append(args, db.At(told.Taken))
	}
	if told.Placed {
		lon, lat := geo.Point{Lon: told.Lon, Lat: told.Lat}.Millionths()
		sets, args = append(sets, "placed = 1, lon = ?, lat = ?"), append(args, lon, lat)
	}
	if len(sets) == 0 {
		return nil
	}
	return tx.Exec(`update picture set source = 'exif', `+strings.Join(sets, ", ")+` where hash = ?`, append(args, hash)...)
}
