package round

import (
	"cmp"
	"slices"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/staff"
)

// route puts points in the order in which they are gone to: from the most western on, always to the nearest not visited yet; those whose
// position is not known come last, by place and name.
func route(list []target) []target {
	var at, rest []target
	for _, t := range list {
		if t.lon == 0 && t.lat == 0 {
			rest = append(rest, t)
		} else {
			at = append(at, t)
		}
	}
	byName := func(a, b target) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id))
	}
	slices.SortFunc(rest, byName)
	slices.SortFunc(at, func(a, b target) int {
		return cmp.Or(cmp.Compare(a.lon, b.lon), cmp.Compare(a.lat, b.lat), byName(a, b))
	})
	for i := 1; i < len(at); i++ {
		here, nearest, best := geo.Of(at[i-1].lon, at[i-1].lat), i, 0.0
		for j := i; j < len(at); j++ {
			if d := geo.Distance(here, geo.Of(at[j].lon, at[j].lat)); j == i || d < best {
				nearest, best = j, d
			}
		}
		next := at[nearest]
		copy(at[i+1:nearest+1], at[i:nearest]) // the others keep their order, so that the route does not depend on how it was found
		at[i] = next
	}
	return append(at, rest...)
}

// Arrange saves another order of the points of a plan; points not named keep theirs, after those named. Returns forbidden, and invalid for a point of another
// plan.
func (x *Rounds) Arrange(tx *db.Tx, by staff.Actor, plan db.ID, order []db.ID) error {
	p, err := x.Get(tx, by, plan)
	if err != nil {
		return err
	}
	if !p.Leads(by) {
		return mayNotPlan()
	}
	points, err := pointsOf(tx, plan)
	if err != nil {
		return err
	}
	has := map[db.ID]bool{}
	for _, at := range points {
		has[at.ID] = true
	}
	for _, id := range order {
		if !has[id] {
			return fault.Invalid("order", "点位 %s 不在这个计划里，或写了两次", id)
		}
		has[id] = false
	}
	for _, at := range points {
		if has[at.ID] {
			order = append(order, at.ID)
		}
	}
	for i, id := range order {
		if err := tx.ExecOne(`update round_point set seq = ? where id = ?`, i+1, id); err != nil {
			return wrap("arrange route", err)
		}
	}
	return record(tx, by, "round.arrange", plan, order)
}

func mayNotPlan() error {
	return fault.Forbidden("由督促单位、承担单位或督查人员安排这个巡查")
}
