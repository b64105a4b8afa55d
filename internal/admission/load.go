package admission

import (
	"cmp"
	"fmt"
	"slices"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Load (社区负担) is what admitted tasks ask of units in a period, and what came along with them.
type Load struct {
	Rule    *pack.Admission
	Period  civil.Period
	Units   []UnitLoad // the most burdened first
	Waiting []*casework.Case
	Refused []*casework.Case
	Tasks   []*casework.Case // admitted ones, the latest first
}

// A UnitLoad (单位负担) is the load of one unit. Sums are in thousandths, by measure in the order of the rule.
type UnitLoad struct {
	Unit  string
	Tasks int
	Asked []int64
	Given []int64
	Cases []*casework.Case
}

// Short returns by how much what came along falls short of what is asked, by measure; never below zero.
func (u *UnitLoad) Short(measure int) int64 { return max(0, u.Asked[measure]-u.Given[measure]) }

// bookPage is how many cases are read at once.
const bookPage = 500

// Load sums the cases of a rule's flow that came in during a period (at most a year), as far as the actor sees them. within
// limits the units that are listed; nil lists all that the tasks name.
func (a *Admissions) Load(tx *db.Tx, by staff.Actor, r *pack.Admission, p civil.Period, within func(unit string) bool) (*Load, error) {
	l := &Load{Rule: r, Period: p}
	span := casework.Span{Flows: []string{r.Flow}, From: p.From.In(civil.Shanghai), To: p.To.AddDays(1).In(civil.Shanghai), Limit: bookPage}
	for {
		page, err := a.cases.Book(tx, by, span)
		if err != nil {
			return nil, fmt.Errorf("load of units: %w", err)
		}
		for _, n := range page {
			l.add(n.Case, within)
		}
		if len(page) < bookPage {
			break
		}
		span.After = page[len(page)-1].ID
	}
	for _, list := range [][]*casework.Case{l.Tasks, l.Waiting, l.Refused} {
		slices.Reverse(list)
	}
	slices.SortStableFunc(l.Units, func(a, b UnitLoad) int {
		return cmp.Or(cmp.Compare(b.Tasks, a.Tasks), cmp.Compare(a.Unit, b.Unit))
	})
	return l, nil
}

func (l *Load) add(k *casework.Case, within func(string) bool) {
	switch {
	case slices.Contains(l.Rule.States, k.State()):
		l.Tasks = append(l.Tasks, k)
	case k.State() == "refused":
		l.Refused = append(l.Refused, k)
		return
	default:
		l.Waiting = append(l.Waiting, k)
		return
	}
	for _, unit := range helpers(k) {
		if within != nil && !within(unit) {
			continue
		}
		u := l.of(unit)
		u.Tasks++
		u.Cases = append(u.Cases, k)
		for i := range l.Rule.Measures {
			m := &l.Rule.Measures[i]
			u.Asked[i] += m.Asked(k.Fields)
			u.Given[i] += m.Brought(k.Fields)
		}
	}
}

func (l *Load) of(unit string) *UnitLoad {
	i := slices.IndexFunc(l.Units, func(u UnitLoad) bool { return u.Unit == unit })
	if i < 0 {
		n := len(l.Rule.Measures)
		l.Units = append(l.Units, UnitLoad{Unit: unit, Asked: make([]int64, n), Given: make([]int64, n)})
		i = len(l.Units) - 1
	}
	return &l.Units[i]
}

// Of returns the load of one unit, an empty one when no task named it.
func (l *Load) Of(unit string) UnitLoad {
	for _, u := range l.Units {
		if u.Unit == unit {
			return u
		}
	}
	n := len(l.Rule.Measures)
	return UnitLoad{Unit: unit, Asked: make([]int64, n), Given: make([]int64, n)}
}

// mostUnits bounds the communities of one list.
const mostUnits = 300

// Yearly sums a year (0: the present one) for the communities that the actor sees, those without a task too. Returns notfound where no document
// puts anything under admission.
func (a *Admissions) Yearly(tx *db.Tx, by staff.Actor, year int, units *staff.Directory, tree *place.Tree) (*Load, error) {
	today := place.Today(tx)
	rules := a.Rules(today)
	if len(rules) == 0 {
		return nil, fault.NotFound("本市采用的文件没有规定社区工作准入")
	}
	if year == 0 {
		year = today.Year
	}
	sees := func(code string) bool {
		u, known := units.Unit(code)
		return known && Sees(by, code, tree.Path(u.Place))
	}
	period := civil.Period{From: civil.Date{Year: year, Month: 1, Day: 1}, To: civil.Date{Year: year, Month: 12, Day: 31}}
	l, err := a.Load(tx, by, rules[0], period, sees)
	if err != nil {
		return nil, err
	}
	for _, u := range units.Units() {
		if u.Kind == "community" && !u.Closed && len(l.Units) < mostUnits && sees(u.Code) && !slices.ContainsFunc(l.Units, func(x UnitLoad) bool { return x.Unit == u.Code }) {
			l.Units = append(l.Units, l.Of(u.Code))
		}
	}
	return l, nil
}
