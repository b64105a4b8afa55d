package column

import (
	"fmt"

	"linli/internal/rule"
)

// A Mask is a bit for each of the rows asked at once.
type Mask [words]uint64

// Has reports whether a row's bit is set.
func (m *Mask) Has(row int) bool { return m[row/64]>>(row%64)&1 == 1 }

func (m *Mask) set(row int) { m[row/64] |= 1 << (row % 64) }

// vector is what one slot comes to for the rows asked. A row is known, open or odd; of the others than known the values are zero or nothing to go by.
type vector struct {
	n    []int64
	d    []rule.Decimal
	yes  Mask // known, and yes
	open Mask // unknown
	odd  Mask // only the program can say
}

// A Worker (成列判定者) asks a plan. Each goroutine has its own.
type Worker struct {
	plan    *Plan
	vectors []vector
	results []result
	cells   map[*rule.Term]*cells // of opByValue
	from    int
	n       int
}

// result is what a root comes to.
type result struct {
	yes, open, failed Mask
	errs              map[int]error
	strange           map[int]any
}

// Worker returns a new one.
func (p *Plan) Worker() *Worker {
	w := &Worker{plan: p, vectors: make([]vector, len(p.slots)), results: make([]result, len(p.roots)), cells: map[*rule.Term]*cells{}}
	ints := make([]int64, 0)
	for i, s := range p.slots {
		v := &w.vectors[i]
		switch s.shape {
		case shapeYesNo:
			if s.fixed && s.k == 1 {
				v.yes = all
			}
			continue
		case shapeFree:
			v.d = make([]rule.Decimal, Rows)
			continue
		}
		if len(ints) < Rows {
			ints = make([]int64, 32*Rows)
		}
		v.n, ints = ints[:Rows:Rows], ints[Rows:]
		if s.fixed {
			for r := range v.n {
				v.n[r] = s.k
			}
		}
	}
	return w
}

var all = func() (m Mask) {
	for i := range m {
		m[i] = ^uint64(0)
	}
	return m
}()

// Run asks everything of the rows from a multiple of Rows on, and returns how many there were.
func (w *Worker) Run(from int) int {
	t := w.plan.table
	w.from, w.n = from, min(Rows, t.n-from)
	if w.n <= 0 {
		return 0
	}
	for i := range w.plan.steps {
		w.do(&w.plan.steps[i])
	}
	for i := range w.plan.roots {
		w.resolve(&w.plan.roots[i], &w.results[i])
	}
	return w.n
}

// resolve asks the program about odd rows.
func (w *Worker) resolve(r *root, to *result) {
	v, s := &w.vectors[r.slot], w.plan.slots[r.slot]
	to.yes, to.open, to.failed = v.yes, v.open, Mask{}
	clear(to.errs)
	clear(to.strange)
	for i, bits := range v.odd {
		for row := i * 64; bits != 0 && row < w.n; row, bits = row+1, bits>>1 {
			if bits&1 == 0 {
				continue
			}
			to.open[i] &^= 1 << (row % 64)
			to.yes[i] &^= 1 << (row % 64)
			value, known, err := r.slow(w.plan.table.Facts(w.from+row, r.facts))
			w.settle(v, s, to, row, value, known, err)
		}
	}
}

func (w *Worker) settle(v *vector, s slot, to *result, row int, value any, known bool, err error) {
	yes, isYesNo := value.(bool)
	switch {
	case err != nil:
		if to.errs == nil {
			to.errs = map[int]error{}
		}
		to.failed.set(row)
		to.errs[row] = err
	case !known:
		to.open.set(row)
	case isYesNo:
		if yes {
			to.yes.set(row)
		}
	default:
		if n, fits := numberOf(s, value); fits && v.n != nil {
			v.n[row] = n
			return
		}
		if to.strange == nil {
			to.strange = map[int]any{}
		}
		to.strange[row] = value
	}
}

// numberOf is how a slot holds a value.
func numberOf(s slot, value any) (int64, bool) {
	switch value := value.(type) {
	case int64:
		return value, s.shape == shapeWhole
	case rule.Decimal:
		n, fits := value.Scaled(s.places)
		return n, fits && s.shape == shapeScaled
	case rule.Money:
		n, fits := value.Yuan.Scaled(s.places)
		return n, fits && s.shape == shapeScaled
	}
	if d, isDate := dateOf(value); isDate {
		return Pack(d), s.shape == shapeDate
	}
	return 0, false
}

// Yes are the rows of which a condition holds, Open those that need facts, Failed those that cannot be computed.
func (w *Worker) Yes(a Ask) *Mask { return &w.results[a].yes }

// Open are the rows that need facts.
func (w *Worker) Open(a Ask) *Mask { return &w.results[a].open }

// Failed are the rows that cannot be computed.
func (w *Worker) Failed(a Ask) *Mask { return &w.results[a].failed }

// Verdict answers a condition for one of the rows that Run asked, counted from the first of them.
func (w *Worker) Verdict(a Ask, row int) (rule.Verdict, error) {
	r := &w.results[a]
	switch {
	case r.failed.Has(row):
		return rule.Needs, r.errs[row]
	case r.open.Has(row):
		return rule.Needs, nil
	case r.yes.Has(row):
		return rule.Yes, nil
	}
	return rule.No, nil
}

// Value returns what an expression comes to in one of the rows that Run asked; known is false when it needs facts.
func (w *Worker) Value(a Ask, row int) (v any, known bool, err error) {
	r, s := &w.results[a], w.plan.slots[w.plan.roots[a].slot]
	if r.failed.Has(row) {
		return nil, false, r.errs[row]
	}
	if r.open.Has(row) {
		return nil, false, nil
	}
	if v, is := r.strange[row]; is {
		return v, true, nil
	}
	vec := &w.vectors[w.plan.roots[a].slot]
	switch s.shape {
	case shapeYesNo:
		return r.yes.Has(row), true, nil
	case shapeFree:
		if per, isMoney := s.typ.Per(); isMoney {
			return rule.Money{Yuan: vec.d[row], Per: per}, true, nil
		}
		return vec.d[row], true, nil
	case shapeNone:
		return nil, false, fmt.Errorf("row %d has no value", row)
	}
	return w.plan.table.value(s.typ, s.shape, s.places, vec.n[row]), true, nil
}

// Fen returns an amount of money in fen; fits is false when it is not known or not whole fen.
func (w *Worker) Fen(a Ask, row int) (fen int64, fits bool) {
	r, s := &w.results[a], w.plan.slots[w.plan.roots[a].slot]
	if s.shape == shapeScaled && s.places == moneyPlaces && len(r.strange) == 0 {
		return w.vectors[w.plan.roots[a].slot].n[row], !r.open.Has(row) && !r.failed.Has(row)
	}
	v, known, err := w.Value(a, row)
	m, isMoney := v.(rule.Money)
	if err != nil || !known || !isMoney {
		return 0, false
	}
	fen, err = m.Fen()
	return fen, err == nil
}

// Fens writes an amount of money in fen for each row, and open, failed or odd in place of one that needs facts, cannot be computed, or is no whole fen.
func (w *Worker) Fens(a Ask, into []int64, open, failed int64) {
	r, s := &w.results[a], w.plan.slots[w.plan.roots[a].slot]
	factor, n := int64(1), w.vectors[w.plan.roots[a].slot].n
	for range moneyPlaces - s.places {
		factor *= 10
	}
	plain := s.shape == shapeScaled && s.places <= moneyPlaces
	for i := range into {
		if plain {
			p, over := product(n[i], factor)
			if into[i] = p; over != 0 {
				into[i] = failed
			}
			continue
		}
		fen, fits := w.Fen(a, i)
		if into[i] = fen; !fits {
			into[i] = failed
		}
	}
	for row, v := range r.strange {
		m, isMoney := v.(rule.Money)
		fen, err := m.Fen()
		if into[row] = fen; !isMoney || err != nil {
			into[row] = failed
		}
	}
	for i := range r.open {
		for row, bits := i*64, r.open[i]|r.failed[i]; bits != 0 && row < len(into); row, bits = row+1, bits>>1 {
			switch {
			case bits&1 == 0:
			case r.failed.Has(row):
				into[row] = failed
			default:
				into[row] = open
			}
		}
	}
}
