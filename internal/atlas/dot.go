package atlas

import (
	"cmp"
	"math"
	"slices"
	"time"

	"linli/internal/db"
	"linli/internal/geo"
)

// A dot is a case as the map needs it. Instants are seconds; never is an instant that does not come.
type dot struct {
	id          db.ID
	x, y        uint32 // column and row of the square of half a metre
	at          uint32 // registered
	yellow, red uint32
	place       uint32 // in the atlas's list of paths
	kind        uint16
	desk, lead  uint16
	flags       uint8
}

// Flags of a dot.
const (
	open = 1 << iota
	gone // stands elsewhere now: among the fresh ones, or nowhere
)

const never = math.MaxUint32

func seconds(t time.Time) uint32 {
	if t.IsZero() {
		return never
	}
	return uint32(min(max(t.Unix(), 0), never))
}

// cell orders dots so that those of any square follow one another.
func (d *dot) cell() int64 { return geo.Join(d.x, d.y) }

// mark is 2 for red, 1 for yellow, 0 for neither.
func (d *dot) mark(now uint32) int {
	switch {
	case d.flags&open == 0:
		return 0
	case d.red <= now:
		return 2
	case d.yellow <= now:
		return 1
	}
	return 0
}

// words numbers texts that many dots share.
type words struct {
	list []string
	at   map[string]int
}

func (w *words) of(s string) int {
	if i, known := w.at[s]; known {
		return i
	}
	if w.at == nil {
		w.at = map[string]int{}
	}
	w.list = append(w.list, s)
	w.at[s] = len(w.list) - 1
	return len(w.list) - 1
}

// short is a number of 16 bits; beyond them everything is the last word, which no city reaches with its units and classes.
func (w *words) short(s string) uint16 { return uint16(min(w.of(s), math.MaxUint16)) }

// field is the dots: those read at first, in the order of their squares, and the fresh ones, which changed since.
type field struct {
	base  []dot
	byID  []int32 // places in base, in the order of the ids
	fresh map[db.ID]dot
}

// freshMost is how many may have changed before they are sorted in.
const freshMost = 10_000

// newField sorts dots in.
func newField(all []dot) field {
	slices.SortFunc(all, func(a, b dot) int { return cmp.Or(cmp.Compare(a.cell(), b.cell()), cmp.Compare(a.id, b.id)) })
	f := field{base: all, byID: make([]int32, len(all))}
	for i := range f.byID {
		f.byID[i] = int32(i)
	}
	slices.SortFunc(f.byID, func(a, b int32) int { return cmp.Compare(all[a].id, all[b].id) })
	return f
}

func (f *field) find(id db.ID) *dot {
	i, known := slices.BinarySearchFunc(f.byID, id, func(at int32, id db.ID) int { return cmp.Compare(f.base[at].id, id) })
	if !known {
		return nil
	}
	return &f.base[f.byID[i]]
}

// put takes over a case as it is now.
func (f *field) put(d dot) {
	f.drop(d.id)
	if f.fresh == nil {
		f.fresh = map[db.ID]dot{}
	}
	if f.fresh[d.id] = d; len(f.fresh) > freshMost {
		f.settle()
	}
}

func (f *field) drop(id db.ID) {
	if d := f.find(id); d != nil {
		d.flags |= gone
	}
	delete(f.fresh, id)
}

// settle sorts the fresh ones in.
func (f *field) settle() {
	all := make([]dot, 0, len(f.base)+len(f.fresh))
	for i := range f.base {
		if f.base[i].flags&gone == 0 {
			all = append(all, f.base[i])
		}
	}
	for _, d := range f.fresh {
		all = append(all, d)
	}
	*f = newField(all)
}

// within returns the parts of base that leave out no dot of a box, given by its columns and rows.
func (f *field) within(left, top, right, bottom uint32) [][]dot {
	shift := 0
	for right>>shift-left>>shift > 3 || bottom>>shift-top>>shift > 3 {
		shift++
	}
	var cells []int64
	for x := left >> shift; x <= right>>shift; x++ {
		for y := top >> shift; y <= bottom>>shift; y++ {
			cells = append(cells, geo.Join(x, y))
		}
	}
	slices.Sort(cells)
	var parts [][]dot
	at := func(cell int64) int {
		i, _ := slices.BinarySearchFunc(f.base, cell, func(d dot, cell int64) int { return cmp.Compare(d.cell(), cell) })
		return i
	}
	for _, c := range cells {
		if from, end := at(c<<(2*shift)), at((c+1)<<(2*shift)); from < end {
			parts = append(parts, f.base[from:end])
		}
	}
	return parts
}
