package column

import "linli/internal/rule"

// free computes with Decimals: what a division gives has no fixed number of places. It is the same arithmetic as the program's.
func (w *Worker) free(s *step, out, a, b *vector) {
	if out.n == nil && out.d == nil {
		out.yes = Mask{}
	}
	for r := range w.n {
		if out.open.Has(r) || out.odd.Has(r) {
			continue
		}
		var y rule.Decimal
		if b.d != nil {
			y = b.d[r]
		}
		if !decimal(s, out, r, a.d[r], y) {
			out.odd.set(r)
		}
	}
}

// decimal computes one row; false says that the program must.
func decimal(s *step, out *vector, r int, x, y rule.Decimal) bool {
	var err error
	switch s.op {
	case opLess, opEqual:
		if c := x.Cmp(y); s.op == opLess && c < 0 || s.op == opEqual && c == 0 {
			out.yes.set(r)
		}
		return true
	case opRound, opFloor, opCeil:
		return rounds(s, out, r, x)
	case opMin, opMax:
		out.d[r] = x
		if c := x.Cmp(y); s.op == opMin && c > 0 || s.op == opMax && c < 0 {
			out.d[r] = y
		}
		return true
	case opNeg:
		out.d[r] = x.Neg()
	case opScale: // another type, the same number
		out.d[r] = x
	case opAdd:
		out.d[r], err = x.Add(y)
	case opSub:
		out.d[r], err = x.Sub(y)
	case opMul:
		out.d[r], err = x.Mul(y)
	case opQuo:
		if y.Sign() == 0 {
			return false
		}
		out.d[r], err = x.Quo(y)
	}
	return err == nil
}

func rounds(s *step, out *vector, r int, x rule.Decimal) bool {
	places := int(s.list[0])
	var err error
	switch s.op {
	case opFloor:
		x = x.Floor(places)
	case opCeil:
		x = x.Ceil(places)
	default:
		x, err = x.Round(places)
	}
	n, fits := x.Scaled(places)
	out.n[r] = n
	return fits && err == nil
}
