package column

import (
	"linli/internal/civil"
)

func dateOf(v any) (civil.Date, bool) { d, is := v.(civil.Date); return d, is }

// do computes one step for the rows asked.
func (w *Worker) do(s *step) {
	out := &w.vectors[s.out]
	switch s.op {
	case opColumn:
		w.load(s, out)
	case opAnd, opOr:
		w.junction(s, out)
	case opNot:
		a := &w.vectors[s.args[0]]
		out.open, out.odd = a.open, a.odd
		for i := range out.yes {
			out.yes[i] = ^(a.yes[i] | a.open[i] | a.odd[i])
		}
	case opChoose:
		w.choose(s, out)
	case opByValue:
		w.byValue(s, out)
	case opByRow:
		w.byRow(s, out)
	case opUnknown:
		out.odd = all
	default:
		w.compute(s, out)
	}
}

// compute is what is unknown when a part is, and odd when a part is.
func (w *Worker) compute(s *step, out *vector) {
	a := &w.vectors[s.args[0]]
	out.open, out.odd = a.open, a.odd
	b := a
	if len(s.args) > 1 {
		b = &w.vectors[s.args[1]]
		for i := range out.open {
			out.odd[i] |= b.odd[i]
			out.open[i] |= b.open[i]
		}
	}
	if out.odd != (Mask{}) {
		for i := range out.open {
			out.open[i] &^= out.odd[i]
		}
	}
	switch {
	case w.plan.slots[s.args[0]].shape == shapeFree:
		w.free(s, out, a, b)
	case s.op == opLess || s.op == opEqual || s.op == opIn:
		w.compare(s, out, a, b)
	default:
		w.number(s, out, a, b)
	}
}

// spoil makes known rows odd.
func (v *vector) spoil(i int, bits uint64) { v.odd[i] |= bits &^ v.open[i] }

func (w *Worker) load(s *step, out *vector) {
	c := s.col
	if c == nil {
		out.open = all
		return
	}
	at := w.from / 64
	known := (*Mask)(c.known[at : at+words])
	for i := range out.open {
		out.open[i] = ^known[i]
	}
	if len(c.strange) > 0 {
		out.odd = Mask{}
		for row := range w.n {
			if _, is := c.strange[w.from+row]; is {
				out.odd.set(row)
				out.open[row/64] &^= 1 << (row % 64)
			}
		}
	}
	switch {
	case c.yes != nil:
		out.yes = Mask(c.yes[at : at+words])
	case c.wide != nil:
		copy(out.n, c.wide[w.from:w.from+Rows])
	default:
		from := c.narrow[w.from : w.from+Rows]
		to := out.n[:len(from)]
		for i, v := range from {
			to[i] = int64(v)
		}
	}
}

// junction is decided by one part, then odd by one, then open by one.
func (w *Worker) junction(s *step, out *vector) {
	var decided, open, odd Mask
	for _, a := range s.args {
		v := &w.vectors[a]
		for i := range decided {
			d := v.yes[i]
			if s.op == opAnd {
				d = ^(v.yes[i] | v.open[i] | v.odd[i])
			}
			decided[i] |= d
			open[i] |= v.open[i]
			odd[i] |= v.odd[i]
		}
	}
	for i := range decided {
		odd[i] &^= decided[i]
		open[i] &^= decided[i] | odd[i]
		out.odd[i], out.open[i] = odd[i], open[i]
		if s.op == opAnd {
			out.yes[i] = ^(decided[i] | open[i] | odd[i])
		} else {
			out.yes[i] = decided[i]
		}
	}
}

func (w *Worker) choose(s *step, out *vector) {
	c, a, b := &w.vectors[s.args[0]], &w.vectors[s.args[1]], &w.vectors[s.args[2]]
	var same Mask
	if s.agrees && c.open != (Mask{}) {
		w.equal(&same, w.plan.slots[s.args[1]].shape, a, b)
	}
	for i := range out.open {
		yes := c.yes[i]
		no := ^(c.yes[i] | c.open[i] | c.odd[i])
		out.odd[i] = c.odd[i] | yes&a.odd[i] | no&b.odd[i] | c.open[i]&(a.odd[i]|b.odd[i])
		out.open[i] = c.open[i] | yes&a.open[i] | no&b.open[i]
		out.yes[i] = yes&a.yes[i] | no&b.yes[i]
		if s.agrees {
			agree := c.open[i] & same[i] &^ (a.open[i] | b.open[i] | a.odd[i] | b.odd[i])
			out.open[i] &^= agree
			out.yes[i] |= agree & a.yes[i]
		}
		out.open[i] &^= out.odd[i]
	}
	selected(c, out, a, b)
}

// selected takes the values of a or b. Where the condition is open a's stands: it counts only when both agree.
func selected(c, out, a, b *vector) {
	for i := range c.yes {
		no := ^(c.yes[i] | c.open[i])
		lo, hi := i*64, i*64+64
		switch {
		case out.n != nil:
			x, y, z := a.n[lo:hi], b.n[lo:hi], out.n[lo:hi]
			for r, v := range x {
				z[r] = v ^ (v^y[r])&-int64(no>>r&1)
			}
		case out.d != nil:
			for r := lo; r < hi; r, no = r+1, no>>1 {
				if out.d[r] = a.d[r]; no&1 == 1 {
					out.d[r] = b.d[r]
				}
			}
		}
	}
}

// equal marks where two vectors are the same, whatever is known of them.
func (w *Worker) equal(out *Mask, s shape, a, b *vector) {
	switch s {
	case shapeYesNo:
		for i := range out {
			out[i] = ^(a.yes[i] ^ b.yes[i])
		}
	case shapeFree:
		for r := range Rows {
			if a.d[r] == b.d[r] {
				out.set(r)
			}
		}
	default:
		for i := range out {
			x, y := a.n[i*64:i*64+64], b.n[i*64:i*64+64]
			var bits uint64
			for r, v := range x {
				bits = bits>>1 | bit(v == y[r])<<63
			}
			out[i] = bits
		}
	}
}

func bit(b bool) uint64 {
	var n uint64
	if b {
		n = 1
	}
	return n
}

func (w *Worker) compare(s *step, out *vector, a, b *vector) {
	known := func() {
		for i := range out.yes {
			out.yes[i] &^= out.open[i] | out.odd[i]
		}
	}
	switch s.op {
	case opEqual:
		if bs := w.plan.slots[s.args[1]]; bs.fixed && bs.shape != shapeYesNo {
			equalTo(&out.yes, a.n, bs.k)
		} else {
			w.equal(&out.yes, bs.shape, a, b)
		}
	case opIn:
		out.yes = Mask{}
		var one Mask
		for _, k := range s.list {
			equalTo(&one, a.n, k)
			for i := range one {
				out.yes[i] |= one[i]
			}
		}
	default:
		as, bs := w.plan.slots[s.args[0]], w.plan.slots[s.args[1]]
		switch {
		case bs.fixed:
			lessThan(&out.yes, a.n, bs.k)
		case as.fixed:
			greaterThan(&out.yes, b.n, as.k)
		default:
			less(&out.yes, a.n, b.n)
		}
	}
	known()
}

func equalTo(out *Mask, a []int64, k int64) {
	for i := range out {
		var bits uint64
		for _, v := range a[i*64 : i*64+64] {
			bits = bits>>1 | bit(v == k)<<63
		}
		out[i] = bits
	}
}

func lessThan(out *Mask, a []int64, k int64) {
	for i := range out {
		var bits uint64
		for _, v := range a[i*64 : i*64+64] {
			bits = bits>>1 | bit(v < k)<<63
		}
		out[i] = bits
	}
}

func greaterThan(out *Mask, a []int64, k int64) {
	for i := range out {
		var bits uint64
		for _, v := range a[i*64 : i*64+64] {
			bits = bits>>1 | bit(v > k)<<63
		}
		out[i] = bits
	}
}

func less(out *Mask, a, b []int64) {
	for i := range out {
		x, y := a[i*64:i*64+64], b[i*64:i*64+64]
		var bits uint64
		for r, v := range x {
			bits = bits>>1 | bit(v < y[r])<<63
		}
		out[i] = bits
	}
}
