package simulation

import (
	"context"
	"slices"
	"strings"
	"sync"

	"linli/internal/civil"
	"linli/internal/fact"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/population"
	"linli/internal/rule"
	"linli/internal/standing"
)

// A Result (测算结果) is what a draft would change, over a year of payments if nobody's facts changed.
type Result struct {
	On       civil.Date
	Asked    int // persons and households
	Each     int // one of so many was asked; sums are of those asked, times this
	Benefits []Side
	Payers   []Side // by who bears it
	Areas    []Side // by county
	Months   []Side
	Groups   []Side // by age
	Winners  Gain
	Losers   Gain
	Examples []Example
	Open     []Missing // facts for want of which answers are open under the draft, the most frequent first
}

// A Side (对比) is one part of the cost, as it stands and as the draft has it.
type Side struct {
	Key, Name    string
	People       int // to whom something is due, as it stands
	After        int
	Cost, Would  money.Fen // a year; of a month that month
	Needs, Needy int       // who cannot be decided, as it stands and by the draft
}

// A Gain (增减) is how many get more, or less, and how much in a year.
type Gain struct {
	People int
	Fen    money.Fen
}

// An Example (增减举例) is somebody who would get more or less.
type Example struct {
	Subject    string
	Benefit    string
	Was, Would money.Fen // a period
	Path       string
	Name       string `json:"-"` // filled in for those who may see
}

// A Missing (缺少事实) is a fact that nobody has told.
type Missing struct {
	Fact, Name string
	People     int // of those looked at
}

// Options say whom to ask.
type Options struct {
	Each int    // ask one of so many; 0 and 1: everybody
	Area string // a path: only there
}

const (
	examplesEach = 10
	missingLook  = 2000
)

// times is how often a year a period is paid.
var times = map[rule.Period]int64{rule.Once: 1, rule.Month: 12, rule.Quarter: 4, rule.Year: 1}

// Run asks everybody, or a sample, about the document as it stands and about the draft.
func Run(ctx context.Context, pop *population.Population, ix *pack.Index, base, draft *pack.Pack, o Options) (*Result, error) {
	var on civil.Date
	if err := pop.Ask(ctx, func(c *population.City) error { on = c.Today; return nil }); err != nil {
		return nil, err
	}
	words, err := ix.Lexicon()
	if err != nil {
		return nil, err
	}
	s := newRun(o, on, nil, nil)
	for side, p := range []*pack.Pack{base, draft} {
		for _, h := range standing.AskableIn(p, words, on) {
			s.add(side, h)
		}
	}
	s.benefits = make([]Side, len(s.pairs))
	if err := pop.Reckoner(standing.Questions(s.held, on)).Everybody(ctx, s.portion); err != nil {
		return nil, err
	}
	return s.result(words)
}

// run is a simulation on its way.
type run struct {
	o     Options
	on    civil.Date
	held  []standing.Held
	pairs []pair

	mu       sync.Mutex
	out      *Result
	benefits []Side // by pair
	areas    map[string]*Side
	groups   map[string]*Side
	missing  map[string]int
	looked   int
}

// pair is one benefit on both sides: numbers of questions, -1 where a side has none.
type pair struct {
	id, name string
	sides    [2]int
}

func (s *run) add(side int, h standing.Held) {
	s.held = append(s.held, h)
	i := slices.IndexFunc(s.pairs, func(p pair) bool { return p.id == h.ID })
	if i < 0 {
		i = len(s.pairs)
		s.pairs = append(s.pairs, pair{h.ID, h.Name, [2]int{-1, -1}})
	}
	s.pairs[i].sides[side] = len(s.held) - 1
}

// portion sums up some rows by themselves, and adds them to the rest.
func (s *run) portion(p *population.Portion) error {
	local := newRun(s.o, s.on, s.held, s.pairs)
	index := make([]int, len(s.held))
	for i := range index {
		index[i] = -1
	}
	for i, n := range p.Numbers {
		index[n] = i
	}
	for at := range p.N {
		path := p.Roll.Path(p.From + at)
		if path == "" || s.o.Each > 1 && (p.From+at)%s.o.Each != 0 || !strings.HasPrefix(path, s.o.Area) {
			continue
		}
		local.out.Asked++
		local.one(p, index, at)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.merge(local)
	return nil
}

func newRun(o Options, on civil.Date, held []standing.Held, pairs []pair) *run {
	return &run{o: o, on: on, held: held, pairs: pairs, out: &Result{On: on, Each: max(o.Each, 1)}, benefits: make([]Side, len(pairs)), areas: map[string]*Side{}, groups: map[string]*Side{},
		missing: map[string]int{}}
}

// one weighs all benefits of one row on both sides.
func (s *run) one(p *population.Portion, index []int, at int) {
	var whole Side
	for k, x := range s.pairs {
		var due [2]int64
		for side, n := range x.sides {
			if n >= 0 && index[n] >= 0 {
				due[side] = s.paid(p, index, x, side, at)
			}
		}
		if due == [2]int64{} {
			continue
		}
		one := s.side(x, due)
		s.benefits[k].add(one)
		whole.add(one)
		if one.Needy > 0 {
			s.lacks(p, x, at)
		}
		if one.Would != one.Cost && len(s.out.Examples) < examplesEach {
			s.out.Examples = append(s.out.Examples, Example{Subject: fact.Subject{Kind: p.Roll.Kind, ID: p.Roll.ID(p.From + at)}.String(), Benefit: x.name,
				Was: money.Fen(max(due[0], 0)), Would: money.Fen(max(due[1], 0)), Path: p.Roll.Path(p.From + at)})
		}
	}
	if whole == (Side{}) {
		return
	}
	whole.People, whole.After, whole.Needs, whole.Needy = min(whole.People, 1), min(whole.After, 1), min(whole.Needs, 1), min(whole.Needy, 1)
	of(s.areas, county(p.Roll.Path(p.From+at))).add(whole)
	of(s.groups, band(p, p.From+at)).add(whole)
	switch d := whole.Would - whole.Cost; {
	case d > 0:
		s.out.Winners = Gain{s.out.Winners.People + 1, s.out.Winners.Fen + d}
	case d < 0:
		s.out.Losers = Gain{s.out.Losers.People + 1, s.out.Losers.Fen - d}
	}
}

// paid is what is due on one side when benefits give way to each other.
func (s *run) paid(p *population.Portion, index []int, x pair, side, at int) int64 {
	due := p.Due[index[x.sides[side]]][at]
	if due <= 0 {
		return due
	}
	for _, y := range s.held[x.sides[side]].Yields {
		for _, other := range s.pairs {
			if n := other.sides[side]; other.id == y && n >= 0 && index[n] >= 0 && p.Due[index[n]][at] > 0 {
				return 0
			}
		}
	}
	return due
}

// side is one benefit of one row, over a year.
func (s *run) side(x pair, due [2]int64) (one Side) {
	for i, d := range due {
		switch {
		case d > 0:
			year := money.Fen(d * times[s.held[x.sides[i]].Per])
			if i == 0 {
				one.People, one.Cost = 1, year
			} else {
				one.After, one.Would = 1, year
			}
		case d < 0 && i == 0:
			one.Needs = 1
		case d < 0:
			one.Needy = 1
		}
	}
	return one
}

func (s *Side) add(o Side) {
	s.People, s.After, s.Cost, s.Would, s.Needs, s.Needy = s.People+o.People, s.After+o.After, s.Cost+o.Cost, s.Would+o.Would, s.Needs+o.Needs, s.Needy+o.Needy
}

func of(m map[string]*Side, key string) *Side {
	if m[key] == nil {
		m[key] = &Side{Key: key}
	}
	return m[key]
}

// county is the path of the county in which a place lies.
func county(path string) string {
	parts := strings.SplitAfterN(path, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "")
}

// bands are the ages by which people are told apart.
var bands = []struct {
	below int64
	name  string
}{{18, "未满18岁"}, {60, "18至59岁"}, {70, "60至69岁"}, {80, "70至79岁"}, {200, "80岁以上"}}

func band(p *population.Portion, row int) string {
	if p.Roll.Kind == lexicon.Household {
		return "户"
	}
	age, known := p.Roll.Facts(row, []string{"age"})["age"].(int64)
	for _, b := range bands {
		if known && age < b.below {
			return b.name
		}
	}
	return "年龄不明"
}

// lacks notes for want of which facts the draft cannot say, of as many as are worth a look.
func (s *run) lacks(p *population.Portion, x pair, at int) {
	if s.looked >= missingLook/100 { // of each portion
		return
	}
	s.looked++
	b := s.held[x.sides[1]]
	for _, name := range b.Ask(p.Roll.Facts(p.From+at, b.Formula.Facts())).Needs {
		s.missing[name]++
	}
}

func (s *run) merge(o *run) {
	s.out.Asked += o.out.Asked
	for i := range s.benefits {
		s.benefits[i].add(o.benefits[i])
	}
	for key, side := range o.areas {
		of(s.areas, key).add(*side)
	}
	for key, side := range o.groups {
		of(s.groups, key).add(*side)
	}
	for name, n := range o.missing {
		s.missing[name] += n
	}
	s.out.Winners = Gain{s.out.Winners.People + o.out.Winners.People, s.out.Winners.Fen + o.out.Winners.Fen}
	s.out.Losers = Gain{s.out.Losers.People + o.out.Losers.People, s.out.Losers.Fen + o.out.Losers.Fen}
	for _, e := range o.out.Examples {
		gains := e.Would > e.Was
		same := 0
		for _, f := range s.out.Examples {
			if (f.Would > f.Was) == gains {
				same++
			}
		}
		if same < examplesEach {
			s.out.Examples = append(s.out.Examples, e)
		}
	}
}
