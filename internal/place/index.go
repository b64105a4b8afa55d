package place

import (
	"context"
	"sync"
	"sync/atomic"

	"linli/internal/db"
)

// An Index keeps the latest Tree and, once asked for a position, the outlines. It is safe for concurrent use.
type Index struct {
	db      *db.DB
	tree    atomic.Pointer[Tree]
	refresh sync.Mutex // one reload at a time
	drawn   atomic.Pointer[Map]
}

// NewIndex loads the tree.
func NewIndex(ctx context.Context, d *db.DB) (*Index, error) {
	x := &Index{db: d}
	return x, x.Refresh(ctx)
}

// Tree returns the latest snapshot, without any I/O.
func (x *Index) Tree() *Tree { return x.tree.Load() }

// Refresh loads the tree again if the database has a later version. After an error the former tree stays.
func (x *Index) Refresh(ctx context.Context) error {
	x.refresh.Lock()
	defer x.refresh.Unlock()
	return x.db.Read(ctx, func(tx *db.Tx) error {
		version, err := Version(tx)
		if err != nil {
			return err
		}
		if old := x.tree.Load(); old != nil && old.version == version {
			return nil
		}
		t, err := Load(tx)
		if err != nil {
			return err
		}
		x.tree.Store(t)
		return nil
	})
}

// Follow refreshes the index once tx is committed. A failure then is not lost: the next Refresh sees the later version.
func (x *Index) Follow(tx *db.Tx) {
	tx.AfterCommit(func() { _ = x.Refresh(context.Background()) })
}

// Locate returns the smallest standing place whose outline contains the position, in degrees. Returns false where no
// outline is. The outlines are read at the first call and after each change of the tree.
func (x *Index) Locate(ctx context.Context, lon, lat float64) (Place, bool, error) {
	m, err := x.outlines(ctx)
	if err != nil {
		return Place{}, false, err
	}
	code, ok := m.Locate(lon, lat)
	if !ok {
		return Place{}, false, nil
	}
	p, ok := x.Tree().Get(code)
	return p, ok, nil
}

func (x *Index) outlines(ctx context.Context) (*Map, error) {
	if m := x.drawn.Load(); m != nil && m.version == x.Tree().version {
		return m, nil
	}
	x.refresh.Lock()
	defer x.refresh.Unlock()
	if m := x.drawn.Load(); m != nil && m.version == x.Tree().version {
		return m, nil
	}
	var m *Map
	err := x.db.Read(ctx, func(tx *db.Tx) (err error) {
		m, err = LoadMap(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	x.drawn.Store(m)
	return m, nil
}

// MapIn returns the outlines as a transaction has them: those in memory when they are of its version.
func (x *Index) MapIn(tx *db.Tx) (*Map, error) {
	version, err := Version(tx)
	if err != nil {
		return nil, err
	}
	if m := x.drawn.Load(); m != nil && m.version == version {
		return m, nil
	}
	m, err := LoadMap(tx)
	if err == nil && version == x.Tree().version { // of a version that is committed
		x.drawn.Store(m)
	}
	return m, err
}
