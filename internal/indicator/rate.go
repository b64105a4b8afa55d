package indicator

import (
	"cmp"
	"math"
	"slices"
)

// Few is the sample below which a rate is shown with its band and not ranked.
const Few = 30

// A Rate (比率) is a share with what it rests on.
type Rate struct {
	Part, Whole int64
	Low, High   float64 // Wilson band at 95 %, as shares of 1
}

// Share is the rate as a share of 1; NaN of nothing.
func (r Rate) Share() float64 {
	if r.Whole == 0 {
		return math.NaN()
	}
	return float64(r.Part) / float64(r.Whole)
}

// Small reports whether the rate rests on so few cases that its band must be shown.
func (r Rate) Small() bool { return r.Whole < Few }

// Rate is the figure over what was due, as the definition says.
func (f Figure) Rate() Rate { return rate(f.Numerator, f.Denominator) }

// Whole is the figure over everything in the period.
func (f Figure) Whole() Rate { return rate(f.Numerator, f.All) }

// z is the 97.5 % point of the normal distribution.
const z = 1.959963984540054

func rate(part, whole int64) Rate {
	r := Rate{Part: part, Whole: whole}
	if whole == 0 {
		return Rate{Low: 0, High: 1}
	}
	n, p := float64(whole), float64(part)/float64(whole)
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	r.Low, r.High = max(0, middle-half), min(1, middle+half)
	return r
}

// A Rank (排名) is one group's place among those with enough cases.
type Rank struct {
	Figure
	Rate Rate
	At   int // from 1, shared by equal rates; 0: takes no part, for its sample is too small
}

// Ranking orders the groups of an answer by its rate, the best first, and puts those with too few cases behind, unranked, in the
// order of their names. An indicator that is neither better high nor low is not ranked at all.
func (a *Answer) Ranking() []Rank {
	list := make([]Rank, len(a.Figures))
	for i, f := range a.Figures {
		list[i] = Rank{Figure: f, Rate: f.Rate()}
	}
	ranked := func(r Rank) bool { return a.Better != "" && a.Percent && r.Denominator >= a.Fewest() }
	sortRanks(list, ranked, a.Better == "lower")
	for i := range list {
		switch {
		case !ranked(list[i]):
		case i > 0 && list[i].Rate.Share() == list[i-1].Rate.Share():
			list[i].At = list[i-1].At
		default:
			list[i].At = i + 1
		}
	}
	return list
}

// sortRanks puts the ranked first, the best of them before; of equal rates the one that rests on more cases.
func sortRanks(list []Rank, ranked func(Rank) bool, lower bool) {
	slices.SortStableFunc(list, func(a, b Rank) int {
		x, y := ranked(a), ranked(b)
		switch {
		case x && !y:
			return -1
		case y && !x:
			return 1
		case !x:
			return cmp.Compare(a.Key, b.Key)
		}
		order := cmp.Compare(b.Rate.Share(), a.Rate.Share())
		if lower {
			order = -order
		}
		return cmp.Or(order, cmp.Compare(b.Denominator, a.Denominator), cmp.Compare(a.Key, b.Key))
	})
}
