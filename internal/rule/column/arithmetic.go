package column

import (
	"math"
	"math/bits"

	"linli/internal/rule"
)

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
