package column

import (
	"math"
	"math/bits"

	"linli/internal/civil"
	"linli/internal/rule"
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

// number computes wholes, scaled numbers and days. What overflows is odd.
func (w *Worker) number(s *step, out *vector, a, b *vector) {
	for i := range out.open {
		lo, hi := i*64, i*64+64
		var bad uint64
		x := a.n[lo:hi]
		var y, z []int64
		if out.n != nil {
			z = out.n[lo:hi]
		}
		if b.n != nil {
			y = b.n[lo:hi]
		}
		switch s.op {
		case opAdd:
			for r, v := range x {
				sum := v + y[r]
				z[r] = sum
				bad = bad>>1 | uint64((v^sum)&(y[r]^sum))>>63<<63
			}
		case opSub:
			for r, v := range x {
				diff := v - y[r]
				z[r] = diff
				bad = bad>>1 | uint64((v^y[r])&(v^diff))>>63<<63
			}
		case opMul:
			for r, v := range x {
				p, over := product(v, y[r])
				z[r] = p
				bad = bad>>1 | over<<63
			}
		case opScale:
			bad = scale(z, x, s.k)
		case opNeg:
			for r, v := range x {
				z[r] = -v
				bad = bad>>1 | bit(v == math.MinInt64)<<63
			}
		case opMin:
			for r, v := range x {
				z[r] = min(v, y[r])
			}
		case opMax:
			for r, v := range x {
				z[r] = max(v, y[r])
			}
		case opRound, opFloor, opCeil:
			rounded(s.op, z, x, s.k)
		case opFree:
			w.toFree(s, out.d[lo:hi], x)
		default:
			bad = days(s, z, x, y)
		}
		if bad != 0 {
			out.spoil(i, bad)
		}
	}
}

func product(a, b int64) (int64, uint64) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	top := int64(hi) - a>>63&b - b>>63&a
	return int64(lo), bit(top != int64(lo)>>63)
}

func scale(z, x []int64, k int64) (bad uint64) {
	if k == 1 {
		copy(z, x)
		return 0
	}
	for r, v := range x {
		p, over := product(v, k)
		z[r] = p
		bad = bad>>1 | over<<63
	}
	return bad
}

// rounded drops the places that k stands for: round away from zero at the half, floor down, ceil up.
func rounded(op code, z, x []int64, k int64) {
	for r, v := range x {
		q, rest := v/k, v%k
		switch op {
		case opRound:
			if rest >= k-rest {
				q++
			} else if rest <= -k-rest {
				q--
			}
		case opFloor:
			q -= int64(bit(rest < 0))
		default:
			q += int64(bit(rest > 0))
		}
		z[r] = q
	}
}

// days computes with days and remainders.
func days(s *step, z, x, y []int64) (bad uint64) {
	for r, v := range x {
		over := uint64(0)
		switch s.op {
		case opMod:
			switch {
			case y[r] == 0 || y[r] == -1 && v == math.MinInt64:
				over, z[r] = 1, 0
			default:
				z[r] = v % y[r]
			}
		case opAge:
			z[r] = y[r]>>9 - v>>9 - int64(bit(y[r]&511 < v&511))
		case opYear:
			z[r] = v >> 9
		case opMonth:
			z[r] = v >> 5 & 15
		case opDay:
			z[r] = v & 31
		case opDays:
			z[r] = number(v) - number(y[r])
		case opPlusDays, opPlusMonths:
			z[r], over = plus(s, v, y[r])
		}
		bad = bad>>1 | over<<63
	}
	return bad
}

// number counts days.
func number(packed int64) int64 {
	y, m, d := packed>>9, packed>>5&15, packed&31
	if m <= 2 {
		y--
	}
	era := y / 400
	yoe := y - era*400
	doy := (153*((m+9)%12)+2)/5 + d - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy
}

// plus moves a day. What is far off is odd.
func plus(s *step, packed, n int64) (int64, uint64) {
	if packed == 0 { // unknown
		return 0, 0
	}
	if n > 100_000 || n < -100_000 {
		return 0, 1
	}
	d := Unpack(packed)
	if s.op == opPlusDays {
		d = d.AddDays(int(n))
	} else {
		d = d.AddMonths(int(n * s.k))
	}
	if d.Year < 1 || d.Year > 9999 {
		return 0, 1
	}
	return Pack(d), 0
}

// toFree makes Decimals.
func (w *Worker) toFree(s *step, z []rule.Decimal, x []int64) {
	from := w.plan.slots[s.args[0]]
	for r, v := range x {
		z[r] = rule.Unscaled(v, from.places)
	}
}
