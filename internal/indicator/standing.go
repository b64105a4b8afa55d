package indicator

import (
	"cmp"
	"slices"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/pack"
	"linli/internal/staff"
)

// A Scoring (评价办法) is a score of a document with the definitions of what it weighs.
type Scoring struct {
	*pack.Score
	Document string
	Version  string       // of the pack
	Defs     []Definition // in the order of Score.Indicators
}

// Ref names the scoring in addresses: "es-essays.grid-units".
func (s Scoring) Ref() string { return s.Document + "." + s.ID }

// Scorings returns the scores in force on a day, in the order of their packs.
func (x *Indicators) Scorings(on civil.Date) []Scoring {
	var list []Scoring
	for _, p := range x.packs().Packs() {
		e := p.On(on)
		for _, s := range e.Scores {
			scoring := Scoring{Score: s, Document: p.Document.ID, Version: p.Version}
			for _, i := range s.Indicators() {
				scoring.Defs = append(scoring.Defs, Definition{i, p.Document.ID, p.Version, e.From, p.Law(x.law)})
			}
			list = append(list, scoring)
		}
	}
	return list
}

// On returns the definitions of the document that judge from a side, in the order of Axes.
func (x *Indicators) On(document string, on civil.Date) []Definition {
	var list []Definition
	for _, axis := range pack.Axes {
		for _, d := range x.List(on) {
			if d.Document == document && d.Axis == pack.Axis(axis.Value) {
				list = append(list, d)
			}
		}
	}
	return list
}

// A Standing (评价结果) is what a scoring gives one group, and where it stands among the others.
type Standing struct {
	Key     string
	Points  pack.Points
	Figures []Figure // in the order of the scoring's definitions
	At      int      // from 1, shared by equal points; 0: takes no part, for nothing was due or too little
}

// Judge gives the points of each group of a month, the best first, those that take no part behind. What has no group yet, such as
// cases that nobody was sent, is left out.
func (l *Live) Judge(tx *db.Tx, by staff.Actor, s Scoring, q Question) ([]Standing, error) {
	q.By = s.Of
	answers, err := l.Ask(tx, by, q, s.Defs...)
	if err != nil {
		return nil, err
	}
	keys := map[string]bool{}
	for _, a := range answers {
		for _, f := range a.Figures {
			if f.Key != "" && f.All > 0 {
				keys[f.Key] = true
			}
		}
	}
	list := make([]Standing, 0, len(keys))
	for key := range keys {
		st := Standing{Key: key}
		figures := make([]pack.Figure, len(answers))
		for i := range answers {
			f := answers[i].Of(key)
			st.Figures = append(st.Figures, f)
			figures[i] = pack.Figure{Numerator: f.Numerator, Denominator: f.Denominator}
		}
		st.Points = s.Score.Judge(figures)
		for i, part := range s.Parts {
			st.Points.Small = st.Points.Small || figures[i].Denominator > 0 && figures[i].Denominator < int64(max(Few, part.Indicator.Fewest))
		}
		list = append(list, st)
	}
	rankStandings(list)
	return list, nil
}

// ranked reports whether a standing takes part in the ranking.
func (s Standing) ranked() bool { return s.Points.Whole && !s.Points.Small }

func rankStandings(list []Standing) {
	slices.SortFunc(list, func(a, b Standing) int {
		switch {
		case a.ranked() != b.ranked():
			return map[bool]int{true: -1, false: 1}[a.ranked()]
		case !a.ranked():
			return cmp.Compare(a.Key, b.Key)
		}
		return cmp.Or(cmp.Compare(b.Points.Hundredths, a.Points.Hundredths), cmp.Compare(a.Key, b.Key))
	})
	for i := range list {
		switch {
		case !list[i].ranked():
		case i > 0 && list[i].Points.Hundredths == list[i-1].Points.Hundredths:
			list[i].At = list[i-1].At
		default:
			list[i].At = i + 1
		}
	}
}
