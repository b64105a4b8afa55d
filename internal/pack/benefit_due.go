package pack

import (
	"fmt"
	"math/bits"

	"linli/internal/civil"
	"linli/internal/money"
	"linli/internal/rule"
)

// A Stretch (享受时段) is a row of days, both inclusive, for which a sum a period is due. A zero Until leaves it open.
type Stretch struct {
	From, Until civil.Date
	Fen         money.Fen // of one whole period
}

// PeriodOf returns the period of a day: its key ("2026-11", "2026Q4", "2026"; "" for what is paid once) and its days, both inclusive.
func PeriodOf(per rule.Period, day civil.Date) (key string, days civil.Period) {
	first := civil.Date{Year: day.Year, Month: day.Month, Day: 1}
	switch per {
	case rule.Month:
		return fmt.Sprintf("%04d-%02d", day.Year, int(day.Month)), civil.Period{From: first, To: first.MonthEnd()}
	case rule.Quarter:
		q := (int(day.Month) - 1) / 3
		first = civil.Date{Year: day.Year, Month: 1, Day: 1}.AddMonths(3 * q)
		return fmt.Sprintf("%04dQ%d", day.Year, q+1), civil.Period{From: first, To: first.AddMonths(2).MonthEnd()}
	case rule.Year:
		first = civil.Date{Year: day.Year, Month: 1, Day: 1}
		return fmt.Sprintf("%04d", day.Year), civil.Period{From: first, To: first.AddMonths(11).MonthEnd()}
	}
	return "", civil.Period{From: day, To: day}
}

// First returns the first day that is paid when an entitlement begins on a day.
func (b *Benefit) First(day civil.Date) civil.Date {
	_, p := PeriodOf(b.Per, day)
	switch b.Begins {
	case TurnThis:
		return p.From
	case TurnNext:
		if b.Per != rule.Once {
			return p.To.AddDays(1)
		}
	}
	return day
}

// Last returns the last day that is paid when what an entitlement rests on ceases on a day.
func (b *Benefit) Last(day civil.Date) civil.Date {
	_, p := PeriodOf(b.Per, day)
	switch b.Ends {
	case TurnThis:
		return p.To
	case TurnBefore:
		return p.From.AddDays(-1)
	}
	return day
}

// Due returns what is due for the period of a day, given the stretches that an entitlement has had, which do not overlap. What is paid by
// days is the sum of the days' parts, rounded once to the fen (四舍五入). Returns money.ErrOverflow.
func (b *Benefit) Due(list []Stretch, day civil.Date) (money.Fen, error) {
	_, p := PeriodOf(b.Per, day)
	if b.Per == rule.Once {
		if len(list) == 0 {
			return 0, nil
		}
		return list[len(list)-1].Fen, nil
	}
	if b.Part == "days" {
		return byDays(list, p)
	}
	var due money.Fen
	for _, s := range list {
		if !s.From.After(p.To) && (s.Until.IsZero() || !s.Until.Before(p.From)) {
			due = s.Fen // whole periods begin and end with stretches, so that one alone touches it
		}
	}
	return due, nil
}

func byDays(list []Stretch, p civil.Period) (money.Fen, error) {
	length := int64(p.To.Sub(p.From) + 1)
	var sum money.Fen
	for _, s := range list {
		from, until := s.From, s.Until
		if from.Before(p.From) {
			from = p.From
		}
		if until.IsZero() || until.After(p.To) {
			until = p.To
		}
		days := int64(until.Sub(from) + 1)
		if days <= 0 {
			continue
		}
		part, err := s.Fen.Times(days)
		if err != nil {
			return 0, err
		}
		if sum, err = sum.Add(part); err != nil {
			return 0, err
		}
	}
	if sum < 0 {
		return 0, fmt.Errorf("due of %s: %w", p.From, money.ErrOverflow)
	}
	double, carry := bits.Add64(uint64(sum)*2, uint64(length), 0)
	if carry != 0 || uint64(sum) > 1<<62 {
		return 0, money.ErrOverflow
	}
	return money.Fen(double / uint64(2*length)), nil
}

// Split divides a sum among the payers by their weights, to the fen: each gets its part rounded down, and the fen that are left go one each to
// those with the largest remainders, of equals to the first. Without shares it returns nothing.
func (b *Benefit) Split(sum money.Fen) (map[string]money.Fen, error) {
	var total rule.Decimal
	var err error
	for _, s := range b.Shares {
		if total, err = total.Add(s.Weight); err != nil {
			return nil, err
		}
	}
	if len(b.Shares) == 0 {
		return nil, nil
	}
	out := map[string]money.Fen{}
	rests := make([]rule.Decimal, len(b.Shares))
	left := sum
	for i, s := range b.Shares {
		product, err := rule.Int(int64(sum)).Mul(s.Weight)
		if err != nil {
			return nil, err
		}
		exact, err := product.Quo(total)
		if err != nil {
			return nil, err
		}
		down, _ := exact.Floor(0).Int64()
		if rests[i], err = exact.Sub(rule.Int(down)); err != nil {
			return nil, err
		}
		out[s.Payer] += money.Fen(down)
		left -= money.Fen(down)
	}
	for ; left > 0; left-- {
		most := 0
		for i := range rests {
			if rests[i].Cmp(rests[most]) > 0 {
				most = i
			}
		}
		out[b.Shares[most].Payer]++
		rests[most] = rule.Int(-1)
	}
	return out, nil
}
