package ledger

import (
	"cmp"
	"math/bits"
	"slices"

	"linli/internal/fault"
	"linli/internal/money"
)

// A Part (分担比例) is what one payer bears of an amount: a fixed sum, a weight among others, or what is left.
type Part struct {
	Payer  string    // level or office, "city"
	Fund   string    // code of the fund
	Weight int64     // 2 of 2:8
	Fixed  money.Fen // so much of each amount, before the weights; not with a weight
	Rest   bool      // bears what the others' shares, cut to the fen, leave
}

// A Share (分担额) is what one payer bears of one amount.
type Share struct {
	Payer string    `json:"payer"`
	Fund  string    `json:"fund"`
	Fen   money.Fen `json:"fen"`
}

// maxWeight keeps sums of weights far from the end of the numbers.
const maxWeight = int64(MaxFen)

// Split divides a total among parts, in their order, so that the shares sum to it. Fixed sums come first. Of the rest each gets what its weight
// gives, cut to the fen; the fen that remain go to the part named Rest, or else one by one to the largest remainders, the earlier part first. A
// share may be nothing. Returns invalid when the parts cannot bear the total.
func Split(total money.Fen, parts []Part) ([]Share, error) {
	if total < 0 {
		return nil, fault.Invalid("fen", "要分担的金额不能是负数")
	}
	left, weights, rest, err := weigh(total, parts)
	if err != nil {
		return nil, err
	}
	shares := make([]Share, len(parts))
	remainders := make([]uint64, len(parts))
	open := left
	for i, p := range parts {
		shares[i] = Share{p.Payer, p.Fund, p.Fixed}
		if p.Weight == 0 {
			continue
		}
		high, low := bits.Mul64(uint64(left), uint64(p.Weight))
		cut, remainder := bits.Div64(high, low, uint64(weights))
		shares[i].Fen += money.Fen(cut)
		remainders[i] = remainder
		open -= money.Fen(cut)
	}
	if rest >= 0 {
		shares[rest].Fen += open
		return shares, nil
	}
	order := make([]int, 0, len(parts))
	for i, p := range parts {
		if p.Weight > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainders[b], remainders[a]) })
	for i := range int(open) {
		shares[order[i]].Fen++
	}
	return shares, nil
}

// weigh checks the parts and returns what the weights divide, their sum, and which part takes the rest (-1: none).
func weigh(total money.Fen, parts []Part) (left money.Fen, weights int64, rest int, err error) {
	left, rest = total, -1
	if len(parts) > 1000 {
		return 0, 0, 0, fault.Invalid("parts", "分担的各方太多")
	}
	for i, p := range parts {
		switch {
		case p.Weight < 0 || p.Weight > maxWeight || p.Fixed < 0:
			return 0, 0, 0, fault.Invalid("parts", "%s的分担比例不对", p.Payer)
		case p.Fixed > 0 && p.Weight > 0:
			return 0, 0, 0, fault.Invalid("parts", "%s不能既定额又按比例分担", p.Payer)
		case p.Rest && rest >= 0:
			return 0, 0, 0, fault.Invalid("parts", "只能有一方承担余下的部分")
		case p.Fixed > left:
			return 0, 0, 0, fault.Invalid("parts", "定额分担超过了要分担的金额")
		}
		if p.Rest {
			rest = i
		}
		left -= p.Fixed
		weights += p.Weight
	}
	if left > 0 && weights == 0 && rest < 0 {
		return 0, 0, 0, fault.Invalid("parts", "没有人承担余下的 %s", left.Words())
	}
	return left, max(weights, 1), rest, nil
}
