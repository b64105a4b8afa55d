package catalog

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"

	"linli/internal/db"
	"linli/internal/pack"
)

// Migrations creates the table of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A Catalog (政策目录) holds the packs in force. It is safe for concurrent use.
type Catalog struct {
	d     *db.DB
	index atomic.Pointer[pack.Index]
	city  string // code of the city, once settled
}

// A Source says where the packs of today come from.
type Source struct {
	FS    fs.FS
	Local []byte      // text of the city's local.yaml; nil for none
	Own   fs.FS       // packs of the city's own, such as its rulebook, beside those of the program; nil for none
	Shelf *pack.Shelf // where packs stand that this process has read before; nil for none
}

// Open reads the packs of src, stores the versions that are new and adds the stored ones that older cases need. A pack
// that does not check stops it: the error lists every problem with file, line and column.
func Open(ctx context.Context, d *db.DB, src Source) (*Catalog, error) {
	c := &Catalog{d: d}
	return c, c.Reload(ctx, src)
}

// Index returns the packs that the city works with now: once settled, those of documents that hold in it.
func (c *Catalog) Index() *pack.Index { return c.index.Load() }

// Settle says which city works here, by its code, so that documents of other places which it has not adopted are kept to be
// read and order nothing. It is called while the program opens.
func (c *Catalog) Settle(city string) {
	c.city = city
	c.index.Store(c.index.Load().Settle(city))
}

// Reload replaces the packs by those of src. On an error the packs in force stay.
func (c *Catalog) Reload(ctx context.Context, src Source) error {
	ix, err := pack.Load(src.FS, pack.Options{Local: src.Local, Own: src.Own, Serving: true, Shelf: src.Shelf})
	if err != nil {
		return err
	}
	if err := c.store(ctx, ix); err != nil {
		return err
	}
	if err := c.addStored(ctx, ix); err != nil {
		return err
	}
	c.index.Store(ix.Settle(c.city))
	return nil
}

func (c *Catalog) store(ctx context.Context, ix *pack.Index) error {
	return c.d.Write(ctx, func(tx *db.Tx) error {
		for _, p := range ix.Packs() {
			files := map[string]string{}
			for name, data := range p.Files() {
				files[name] = string(data)
			}
			text, err := json.Marshal(files)
			if err != nil {
				return err
			}
			err = tx.Exec(`insert into catalog_pack (document, version, files, added_at) values (?, ?, ?, ?)
				on conflict (document, version) do nothing`, p.Document.ID, p.Version, string(text), db.At(tx.Now()))
			if err != nil {
				return fmt.Errorf("store pack %s: %w", p.Document.ID, err)
			}
		}
		return nil
	})
}

// stored is one version as the table keeps it.
type stored struct {
	document, version, files string
}

// addStored puts the stored versions that are not current beside them. A version that this program can no longer read
// is an error: cases depend on it, and silence would strand them.
func (c *Catalog) addStored(ctx context.Context, ix *pack.Index) error {
	var list []stored
	err := c.d.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = db.Select(tx, func(r *db.Rows) (s stored, err error) {
			return s, r.Scan(&s.document, &s.version, &s.files)
		}, `select document, version, files from catalog_pack order by added_at, document`)
		return err
	})
	if err != nil {
		return fmt.Errorf("read stored packs: %w", err)
	}
	var wrong []error
	for _, s := range list {
		if ix.Pack(s.document, s.version) != nil {
			continue
		}
		p, err := s.parse()
		if err != nil {
			wrong = append(wrong, fmt.Errorf("stored pack %s version %s: %w", s.document, s.version, err))
			continue
		}
		ix.AddVersion(p)
	}
	return errors.Join(wrong...)
}

func (s stored) parse() (*pack.Pack, error) {
	texts := map[string]string{}
	if err := json.Unmarshal([]byte(s.files), &texts); err != nil {
		return nil, err
	}
	files := make(map[string][]byte, len(texts))
	for name, text := range texts {
		files[name] = []byte(text)
	}
	p, err := pack.Restore(files)
	if err == nil && (p.Document.ID != s.document || p.Version != s.version) {
		err = fmt.Errorf("reads as %s version %s", p.Document.ID, p.Version)
	}
	return p, err
}
