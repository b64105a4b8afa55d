package simulation

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/register"
	"linli/internal/rule"
	"linli/internal/staff"
)

// result puts the sums in order; of a sample they are those of everybody it stands for.
func (s *run) result(words *lexicon.Lexicon) (*Result, error) {
	r := s.out
	for i, x := range s.pairs {
		side := s.benefits[i]
		side.Key, side.Name = x.id, x.name
		r.Benefits = append(r.Benefits, side.times(r.Each))
	}
	var err error
	if r.Payers, err = s.payers(); err != nil {
		return nil, err
	}
	r.Months = s.months()
	for _, key := range slices.Sorted(maps.Keys(s.areas)) {
		r.Areas = append(r.Areas, s.areas[key].times(r.Each))
	}
	for _, name := range append([]string{"户", "年龄不明"}, names()...) {
		if side := s.groups[name]; side != nil {
			side.Name = name
			r.Groups = append(r.Groups, side.times(r.Each))
		}
	}
	r.Winners, r.Losers = Gain{r.Winners.People * r.Each, r.Winners.Fen * money.Fen(r.Each)}, Gain{r.Losers.People * r.Each, r.Losers.Fen * money.Fen(r.Each)}
	for name, n := range s.missing {
		m := Missing{Fact: name, Name: name, People: n}
		for _, kind := range []lexicon.Kind{lexicon.Household, lexicon.Person} {
			if w, known := words.Word(kind, name); known {
				m.Name = w.Label
			}
		}
		r.Open = append(r.Open, m)
	}
	slices.SortFunc(r.Open, func(a, b Missing) int { return cmp.Or(b.People-a.People, strings.Compare(a.Fact, b.Fact)) })
	return r, nil
}

func names() (list []string) {
	for _, b := range bands {
		list = append(list, b.name)
	}
	return list
}

func (s Side) times(n int) Side {
	s.People, s.After, s.Needs, s.Needy = s.People*n, s.After*n, s.Needs*n, s.Needy*n
	s.Cost, s.Would = s.Cost*money.Fen(n), s.Would*money.Fen(n)
	return s
}

// payers divides what each benefit costs in a year among those who bear it; what nobody is named for has no key.
func (s *run) payers() ([]Side, error) {
	sums := map[string]*Side{}
	for i, side := range s.out.Benefits {
		for k, n := range s.pairs[i].sides {
			if n < 0 {
				continue
			}
			whole := []money.Fen{side.Cost, side.Would}[k]
			split, err := s.held[n].Split(whole)
			if err != nil {
				return nil, fmt.Errorf("share %s: %w", s.held[n].ID, err)
			}
			if len(split) == 0 {
				split = map[string]money.Fen{"": whole}
			}
			for payer, fen := range split {
				if k == 0 {
					of(sums, payer).Cost += fen
				} else {
					of(sums, payer).Would += fen
				}
			}
		}
	}
	var list []Side
	for _, p := range append(slices.Clone(pack.Payers), pack.Option{Label: "未写明由谁承担"}) {
		if side := sums[p.Value]; side != nil {
			side.Name = p.Label
			list = append(list, *side)
		}
	}
	return list, nil
}

// months are the twelve that follow: what is paid by the month in each, by the quarter in its last, and the rest in December.
func (s *run) months() (list []Side) {
	first := civil.Date{Year: s.on.Year, Month: s.on.Month, Day: 1}
	for i := range 12 {
		day := first.AddMonths(i + 1)
		m := Side{Key: day.String()[:7], Name: day.String()[:7]}
		for b, side := range s.out.Benefits {
			for k, n := range s.pairs[b].sides {
				if n < 0 {
					continue
				}
				part := []money.Fen{side.Cost, side.Would}[k]
				switch per := s.held[n].Per; {
				case per == rule.Month:
					part /= 12
				case per == rule.Quarter && day.Month%3 == 0:
					part /= 4
				case per == rule.Quarter || day.Month != 12:
					part = 0
				}
				if k == 0 {
					m.Cost += part
				} else {
					m.Would += part
				}
			}
		}
		list = append(list, m)
	}
	return list
}

// Examples fills in the names of those whom somebody may see, and leaves the others out.
func Examples(tx *db.Tx, by staff.Actor, r *Result) ([]Example, error) {
	var list []Example
	for _, e := range r.Examples {
		s, err := fact.ParseSubject(e.Subject)
		if err != nil {
			return nil, err
		}
		if err := register.See(tx, by, s, register.ForRelief); fault.KindOf(err) == fault.KindForbidden {
			continue
		} else if err != nil {
			return nil, err
		}
		if e.Name, err = register.Name(tx, s); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}
