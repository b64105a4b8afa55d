package column

import "linli/internal/rule"

// cells remember what a leaf comes to for each value of its one fact.
type cells struct{ list []cell }

type cell struct {
	state state
	n     int64
}

type state uint8

const (
	unasked state = iota
	plain
	unknown
	odd
)

// of asks a leaf and says how a slot holds the answer.
func (w *Worker) of(s *step, facts rule.Facts) cell {
	v, known, err := s.term.Eval(facts)
	if err != nil {
		return cell{state: odd}
	}
	if !known {
		return cell{state: unknown}
	}
	if yes, isYesNo := v.(bool); isYesNo {
		return cell{plain, int64(bit(yes))}
	}
	n, fits := numberOf(w.plan.slots[s.out], v)
	if !fits {
		return cell{state: odd}
	}
	return cell{plain, n}
}

func (v *vector) put(row int, c cell) {
	switch {
	case c.state == unknown:
		v.open.set(row)
	case c.state == odd:
		v.odd.set(row)
	case v.n != nil:
		v.n[row] = c.n
	case c.n == 1:
		v.yes.set(row)
	}
}

// byValue asks a leaf once for each value that its fact has.
func (w *Worker) byValue(s *step, out *vector) {
	a := &w.vectors[s.args[0]]
	known := w.cells[s.term]
	if known == nil {
		known = &cells{}
		w.cells[s.term] = known
	}
	out.yes, out.open, out.odd = Mask{}, Mask{}, a.odd
	for row := range w.n {
		if a.odd.Has(row) {
			continue
		}
		at := 0 // what is not known may yet be decided, or fail
		if !a.open.Has(row) {
			at = int(a.n[row]) + 1
		}
		if at >= len(known.list) {
			known.list = longer(known.list, at+1)
		}
		c := &known.list[at]
		if c.state == unasked {
			*c = w.of(s, w.plan.table.Facts(w.from+row, s.term.Facts))
		}
		out.put(row, *c)
	}
}

// byRow asks a leaf about each row that nothing beside it has decided.
func (w *Worker) byRow(s *step, out *vector) {
	out.yes, out.open, out.odd = Mask{}, Mask{}, Mask{}
	for row := range w.n {
		if w.decided(s.given, row) {
			out.open.set(row)
			continue
		}
		out.put(row, w.of(s, w.plan.table.Facts(w.from+row, s.term.Facts)))
	}
}

func (w *Worker) decided(list []given, row int) bool {
	for _, g := range list {
		v := &w.vectors[g.slot]
		if v.yes.Has(row) == g.yes && !v.open.Has(row) && !v.odd.Has(row) {
			return true
		}
	}
	return false
}
