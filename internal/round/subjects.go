package round

import (
	"slices"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/flow"
	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/rule"
)

// mostPoints bounds a plan: what no unit could visit in a period is no plan.
const mostPoints = 3000

// A target is what a plan visits.
type target struct {
	kind, id    string
	name        string // "" for persons, whose names are read where they are shown
	place, path string
	lon, lat    int64
	key         bool
}

// subjects lists what a round visits below a path, by place and name.
func (x *Rounds) subjects(tx *db.Tx, r *pack.Round, path string) ([]target, error) {
	list, err := x.listed(tx, r, path)
	if err != nil {
		return nil, wrap("list subjects of a round", err)
	}
	if len(list) > mostPoints {
		list = list[:mostPoints]
	}
	return list, standing(tx, r, list)
}

func (x *Rounds) listed(tx *db.Tx, r *pack.Round, path string) ([]target, error) {
	switch r.Subjects.Kind {
	case "place":
		return places(tx, r.Subjects.Of, path)
	case "organisation", "facility":
		return things(tx, lexicon.Kind(r.Subjects.Kind), r.Subjects.Of, path)
	case "person":
		return x.persons(tx, r.Subjects.Of, path)
	case "case":
		return casesIn(tx, r.Subjects.Of, r.Subjects.States, path)
	}
	return nil, nil
}

func places(tx *db.Tx, levels []string, path string) (list []target, err error) {
	all, err := place.Subtree(tx, path, place.Today(tx))
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if len(levels) == 0 && p.Path == path || slices.Contains(levels, p.Level) {
			list = append(list, target{kind: "place", id: p.Code, name: p.Name, place: p.Code, path: p.Path, lon: p.Lon, lat: p.Lat})
		}
	}
	return list, nil
}

func things(tx *db.Tx, kind lexicon.Kind, of []string, path string) (list []target, err error) {
	all, err := register.Standing(tx, kind, of, path, mostPoints)
	for _, t := range all {
		list = append(list, target{kind: string(kind), id: t.ID.String(), name: t.Name, place: t.Place, path: t.Path})
	}
	return list, err
}

// persons lists who lives below a path and belongs to one of the open classes.
func (x *Rounds) persons(tx *db.Tx, classes []string, path string) (list []target, err error) {
	if x.classes == nil {
		return nil, nil
	}
	all, err := place.Subtree(tx, path, place.Today(tx))
	if err != nil {
		return nil, err
	}
	const page = 500
	for _, p := range all {
		for after := (register.Person{}); ; {
			people, err := register.In(tx, p.Path, after, page)
			if err != nil {
				return nil, err
			}
			for _, who := range people {
				in, err := x.belongs(tx, who.ID, classes)
				if err != nil {
					return nil, err
				}
				if in {
					list = append(list, target{kind: "person", id: who.ID.String(), place: p.Code, path: p.Path})
				}
			}
			if len(people) < page || len(list) > mostPoints {
				break
			}
			after = people[len(people)-1]
		}
	}
	return list, nil
}

func (x *Rounds) belongs(tx *db.Tx, person db.ID, classes []string) (bool, error) {
	of, err := x.classes.Of(tx, fact.Person(person))
	if err != nil {
		return false, err
	}
	for _, m := range of {
		if slices.Contains(classes, m.Class.ID) && m.Answer.Value == rule.Yes {
			return true, nil
		}
	}
	return false, nil
}

// casesIn lists the cases of some flows that are in one of the states.
func casesIn(tx *db.Tx, flows []string, states []flow.State, path string) ([]target, error) {
	if len(flows) == 0 || len(states) == 0 {
		return nil, nil
	}
	from, end := place.Range(path)
	args := append(anys(flows), anys(states)...)
	return db.Select(tx, scanCase, `select id, number, title, place, path from fact_case where flow in (`+db.Marks(len(flows))+`) and state in (`+db.Marks(len(states))+`)
		and path >= ? and path < ? order by id limit ?`, append(args, from, end, mostPoints)...)
}

// closedIn lists the cases of some flows that were closed in a period, by id.
func closedIn(tx *db.Tx, flows []string, path string, p civil.Period) ([]target, error) {
	if len(flows) == 0 {
		return nil, nil
	}
	from, end := place.Range(path)
	args := append(anys(flows), from, end, db.At(p.From.In(civil.Shanghai)), db.At(p.To.AddDays(1).In(civil.Shanghai)))
	return db.Select(tx, scanCase, `select id, number, title, place, path from fact_case where flow in (`+db.Marks(len(flows))+`) and open = 0
		and path >= ? and path < ? and closed_at >= ? and closed_at < ? order by id`, args...)
}

func scanCase(r *db.Rows) (target, error) {
	var id db.ID
	var number, title string
	t := target{kind: "case"}
	err := r.Scan(&id, &number, &title, &t.place, &t.path)
	t.id, t.name = id.String(), number+" "+title
	return t, err
}

// standing adds what is remembered of the subjects: where they are, and whether they are key ones.
func standing(tx *db.Tx, r *pack.Round, list []target) error {
	for i := range list {
		s, err := subjectOf(tx, list[i].kind, list[i].id)
		if err != nil {
			return err
		}
		if s.Lon != 0 || s.Lat != 0 {
			list[i].lon, list[i].lat = s.Lon, s.Lat
		}
		list[i].key = s.Marked || slices.Contains(r.Subjects.Key, s.Grade)
	}
	return nil
}

func anys[T ~string](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}
