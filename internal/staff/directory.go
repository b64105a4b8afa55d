package staff

import (
	"context"
	"sync"
	"sync/atomic"

	"linli/internal/db"
)

// A Directory keeps all units in memory, for the names on pages. It is safe for concurrent use.
type Directory struct {
	db      *db.DB
	refresh sync.Mutex // one reload at a time
	now     atomic.Pointer[directory]
}

type directory struct {
	version int64
	list    []Unit
	at      map[string]int
}

// NewDirectory loads the units.
func NewDirectory(ctx context.Context, d *db.DB) (*Directory, error) {
	x := &Directory{db: d}
	return x, x.Refresh(ctx)
}

// Refresh loads the units again if the staff has changed. After an error the former ones stay.
func (x *Directory) Refresh(ctx context.Context) error {
	x.refresh.Lock()
	defer x.refresh.Unlock()
	return x.db.Read(ctx, func(tx *db.Tx) error {
		v, err := CurrentVersion(tx)
		if err != nil {
			return err
		}
		if old := x.now.Load(); old != nil && old.version == v.Staff {
			return nil
		}
		list, err := Units(tx)
		if err != nil {
			return err
		}
		next := &directory{version: v.Staff, list: list, at: make(map[string]int, len(list))}
		for i, u := range list {
			next.at[u.Code] = i
		}
		x.now.Store(next)
		return nil
	})
}

// Follow refreshes the directory once tx is committed. A failure then is not lost: the next Refresh sees the later version.
func (x *Directory) Follow(tx *db.Tx) {
	tx.AfterCommit(func() { _ = x.Refresh(context.Background()) })
}

// Unit returns the unit with this code.
func (x *Directory) Unit(code string) (Unit, bool) {
	d := x.now.Load()
	i, ok := d.at[code]
	if !ok {
		return Unit{}, false
	}
	return d.list[i], true
}

// Name returns the name of a unit, or the code itself when it is unknown.
func (x *Directory) Name(code string) string {
	if u, ok := x.Unit(code); ok {
		return u.Name
	}
	return code
}

// Units returns all units by code, closed ones included. The caller must not alter them.
func (x *Directory) Units() []Unit { return x.now.Load().list }
