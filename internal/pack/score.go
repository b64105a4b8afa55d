package pack

import (
	"fmt"
	"slices"
	"strconv"

	"linli/internal/law"
	"linli/internal/pack/filter"
)

// An Axis (评价维度) is the side from which a figure judges: how the work went, who is answerable, what came of it, or
// whether it kept to the standard.
type Axis string

// Axes are the four sides of an evaluation, in the order in which they are shown.
var Axes = []Option{{"process", "工作过程"}, {"body", "责任主体"}, {"performance", "工作绩效"}, {"standard", "规范标准"}}

// ByArea, as what a Score is of, means the places below the one that is looked at.
const ByArea = "area"

// What becomes of the weight of a rate that rests on nothing.
const (
	EmptyScales = "scale" // the other rates share it
	EmptyFull   = "full"  // it counts in full: nothing was due and nothing was missed
)

// A Score (综合评价) weighs several rates of one group into points of a hundred, and takes points off for what must not
// happen. Weights add up to 100.
type Score struct {
	ID    string
	Name  string
	Says  string
	Of    string // ByArea, or a text column of the view such as "lead" or "sent_by"
	Empty string
	Parts []ScorePart
	Minus []ScoreMinus
	Basis []law.Clause
}

// A ScorePart (评价项) is a rate with its weight.
type ScorePart struct {
	Indicator *Indicator
	Weight    int // of 100, at least 1
}

// A ScoreMinus (扣分项) takes points off for each case that an indicator counts.
type ScoreMinus struct {
	Indicator *Indicator
	Points    int // for each case
	Most      int // all together; 0: no bound
}

// Points (得分) is what a score gives a group, and of what.
type Points struct {
	Hundredths int  // of a point: 8750 is 87.50
	Whole      bool // something was due: without, there are no points
	Small      bool // a rate rests on fewer cases than it may be ranked by
	Parts      []int
	Minus      []int
}

// String writes the points with two decimals, "—" when nothing was due.
func (p Points) String() string {
	if !p.Whole {
		return "—"
	}
	return fmt.Sprintf("%d.%02d", p.Hundredths/100, p.Hundredths%100)
}

// Indicators are all that the score asks, its parts before what takes points off.
func (s *Score) Indicators() []*Indicator {
	var list []*Indicator
	for _, p := range s.Parts {
		list = append(list, p.Indicator)
	}
	for _, m := range s.Minus {
		list = append(list, m.Indicator)
	}
	return list
}

// Judge gives the points for the figures of Indicators, in their order. All sums are of whole hundredths, each part rounded half
// up, so that whoever adds the parts gets the total.
func (s *Score) Judge(figures []Figure) Points {
	p := Points{Parts: make([]int, len(s.Parts)), Minus: make([]int, len(s.Minus))}
	weights := 0
	for i, part := range s.Parts {
		f := figures[i]
		if f.Denominator > 0 {
			p.Whole = true
			p.Small = p.Small || f.Denominator < int64(part.Indicator.Fewest)
		}
		if f.Denominator > 0 || s.Empty == EmptyFull {
			weights += part.Weight
		}
	}
	if !p.Whole {
		return p
	}
	for i, part := range s.Parts {
		f := figures[i]
		if f.Denominator == 0 {
			if s.Empty == EmptyFull {
				p.Parts[i] = 100 * part.Weight
			}
		} else {
			hit := f.Numerator
			if part.Indicator.Better == "lower" {
				hit = f.Denominator - f.Numerator
			}
			whole := f.Denominator * int64(weights)
			p.Parts[i] = int((2*10_000*int64(part.Weight)*hit + whole) / (2 * whole))
		}
		p.Hundredths += p.Parts[i]
	}
	for i, m := range s.Minus {
		off := m.Points * int(figures[len(s.Parts)+i].Numerator)
		if m.Most > 0 {
			off = min(off, m.Most)
		}
		p.Minus[i] = 100 * off
		p.Hundredths -= p.Minus[i]
	}
	p.Hundredths = max(0, p.Hundredths)
	return p
}

func (r *reading) score(p part[scoreSpec], e *Edition) *Score {
	s := p.spec
	out := &Score{ID: s.Score, Name: s.Name, Says: s.Says, Of: s.Of, Empty: s.Empty,
		Basis: r.element(p.at(""), "score/"+s.Score, s.Name, s.Basis)}
	if c, ok := filter.Cases.Column(s.Of); s.Of != ByArea && (!ok || c.Type != filter.Text) {
		r.bad(p.at("of"), "不能评价 %s，可用 area 或办件的文字列", s.Of)
	}
	if !slices.Contains([]string{EmptyScales, EmptyFull}, s.Empty) {
		r.bad(p.at("empty"), "empty 只能是 scale（分给其他项）或 full（按满分）")
	}
	whole := func(path, text string, least int) int {
		n, err := strconv.Atoi(r.resolve(p.at(path), text, e.From))
		if err != nil || n < least {
			r.bad(p.at(path), "应为不小于 %d 的整数，不能是 %s", least, text)
		}
		return n
	}
	sum := 0
	for i, x := range s.Parts {
		at := fmt.Sprintf("parts.%d", i)
		ind := r.scored(p, at, x.Indicator, e, true)
		w := whole(at+".weight", x.Weight, 1)
		sum += w
		if ind != nil {
			out.Parts = append(out.Parts, ScorePart{ind, w})
		}
	}
	if sum != 100 {
		r.bad(p.at("parts"), "各项权重之和应为 100，现为 %d", sum)
	}
	for i, x := range s.Minus {
		at := fmt.Sprintf("minus.%d", i)
		m := ScoreMinus{Indicator: r.scored(p, at, x.Indicator, e, false), Points: whole(at+".points", x.Points, 0)}
		if x.Most != "" {
			m.Most = whole(at+".most", x.Most, 0)
		}
		if m.Indicator != nil {
			out.Minus = append(out.Minus, m)
		}
	}
	return out
}

// scored finds an indicator that a score may use: a rate that is better high or low, or a count that takes points off.
func (r *reading) scored(p part[scoreSpec], at, id string, e *Edition, rate bool) *Indicator {
	i := e.Indicator(id)
	switch {
	case i == nil:
		r.bad(p.at(at+".indicator"), "没有指标 %s", id)
	case i.View != filter.Cases:
		r.bad(p.at(at+".indicator"), "指标 %s 数的不是办件", id)
	case rate && (!i.Percent || i.Better == ""):
		r.bad(p.at(at+".indicator"), "评价项 %s 应是写明 better 的比率", id)
	case !rate && i.Percent:
		r.bad(p.at(at+".indicator"), "扣分项 %s 应是计数", id)
	}
	return i
}
