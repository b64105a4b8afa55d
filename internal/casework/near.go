package casework

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Nearness (就近规则) says when a case nearby may be about the same thing.
type Nearness struct {
	Near float64 // metres within which cases of one class are likely about one thing
	Far  float64 // metres within which cases of one group may be: a wider word, a vaguer spot
	Days int     // a case that is closed counts until so many days after it came in
}

// A NearCase (就近办件) is a case that may be about the same thing, by its class, its distance and its age.
type NearCase struct {
	Line
	Point  geo.Point `json:"point"`
	Metres int       `json:"metres"`
	Same   bool      `json:"same"` // of the very class; else of the group, or the class is not known
	Open   bool      `json:"open"`
}

// nearMost bounds how many are shown; more than these nobody compares.
const nearMost = 8

// nearTried bounds how many are looked at for those that the actor sees.
const nearTried = 40

// GroupOf returns the group of a class: "event-01" of "event-01-10". A class without parts is a group by itself.
func GroupOf(kind string) string {
	if i := strings.LastIndexByte(kind, '-'); i > 0 {
		return kind[:i]
	}
	return kind
}

// Nearness is by what rule cases count as near here at an instant.
func (c *Cases) Nearness(at time.Time) Nearness {
	n := Nearness{Near: float64(c.Bound("near-metres", at)), Far: float64(c.Bound("far-metres", at)), Days: c.Bound("near-days", at)}
	n.Far = max(n.Near, n.Far)
	return n
}

// Near finds cases that the actor sees and that may be about the same thing as one of a class at a point: open ones, and those that came in
// of late, of its group within the far radius; of any class within the near one while the class is not known. Those of the very class within the
// near radius come first, then the nearest.
func (c *Cases) Near(tx *db.Tx, by staff.Actor, kind string, at geo.Point) ([]NearCase, error) {
	if !at.Valid() || at.IsZero() {
		return nil, fault.Invalid("where", "位置不对：经度应在 -180 到 180 之间，纬度应在 -90 到 90 之间，并且不能都是 0")
	}
	list, err := c.around(tx, kind, at)
	if err != nil {
		return nil, fmt.Errorf("cases near %s: %w", at, err)
	}
	if list, err = seenOf(tx, by, list, nearMost); err != nil || len(list) == 0 {
		return nil, err
	}
	ids := make([]db.ID, len(list))
	for i := range list {
		ids[i] = list[i].id
	}
	lines, err := c.linesFor(tx, by, ids)
	if err != nil {
		return nil, err
	}
	near := make([]NearCase, len(lines))
	for i, l := range lines { // in the order of ids
		p := list[slices.Index(ids, l.ID)]
		near[i] = NearCase{Line: l, Point: p.point, Metres: int(p.metres + 0.5), Same: kind != "" && p.kind == kind, Open: p.open}
	}
	return near, nil
}

// A candidate is a position that may be near enough.
type candidate struct {
	id     db.ID
	point  geo.Point
	kind   string
	path   string
	open   bool
	metres float64
}

// around reads the positions in the squares around a point and keeps those that the rule calls near.
func (c *Cases) around(tx *db.Tx, kind string, at geo.Point) ([]candidate, error) {
	n := c.Nearness(tx.Now())
	radius := n.Near
	if kind != "" {
		radius = n.Far
	}
	since := db.At(tx.Now().AddDate(0, 0, -n.Days))
	sql, args := spansSQL(geo.Spans(at, radius), kind, since)
	list, err := db.Select(tx, func(r *db.Rows) (p candidate, err error) {
		var lon, lat int64
		err = r.Scan(&p.id, &lon, &lat, &p.kind, &p.path, &p.open)
		p.point = geo.Of(lon, lat)
		return p, err
	}, sql, args...)
	if err != nil {
		return nil, err
	}
	kept := list[:0]
	for _, p := range list {
		p.metres = geo.Distance(at, p.point)
		if p.metres <= radius {
			kept = append(kept, p)
		}
	}
	slices.SortFunc(kept, func(a, b candidate) int {
		return cmp.Or(flag(b.kind == kind && b.metres <= n.Near)-flag(a.kind == kind && a.metres <= n.Near), cmp.Compare(a.metres, b.metres), cmp.Compare(b.id, a.id))
	})
	return kept, nil
}

// spansSQL asks two indexes for each run of squares: the open cases, and the closed ones that came in since.
func spansSQL(spans [][2]int64, kind string, since db.Time) (string, []any) {
	const columns = `select case_id, lon, lat, kind, path, open from case_position where `
	var sql strings.Builder
	var args []any
	of, more := "", []any(nil)
	if kind != "" {
		of, more = ` and (kind = ? or kind >= ? and kind < ?)`, []any{GroupOf(kind), GroupOf(kind) + "-", GroupOf(kind) + "."}
	}
	for i, s := range spans {
		if i > 0 {
			sql.WriteString(" union all ")
		}
		sql.WriteString(columns + `open = 1 and cell >= ? and cell < ?` + of + ` union all ` + columns + `open = 0 and cell >= ? and cell < ? and at >= ?` + of)
		args = append(append(args, s[0], s[1]), more...)
		args = append(append(args, s[0], s[1], since), more...)
	}
	return sql.String(), args
}

// seenOf keeps the first that an actor sees, by the very permission of the record.
func seenOf(tx *db.Tx, by staff.Actor, list []candidate, most int) ([]candidate, error) {
	places := by.Scope().Places
	var kept []candidate
	for _, p := range list[:min(len(list), nearTried)] {
		if len(kept) == most {
			break
		}
		if !slices.ContainsFunc(places, func(area string) bool { return place.Within(p.path, area) }) {
			if _, err := visible(tx, by, p.id); fault.KindOf(err) == fault.KindNotFound {
				continue
			} else if err != nil {
				return nil, err
			}
		}
		kept = append(kept, p)
	}
	return kept, nil
}

// Lines reads cases by their ids as the actor may see them, in that order; those that he does not see are left out.
func (c *Cases) Lines(tx *db.Tx, by staff.Actor, ids []db.ID) ([]Line, error) {
	var seen []db.ID
	for _, id := range ids {
		if _, err := visible(tx, by, id); fault.KindOf(err) == fault.KindNotFound {
			continue
		} else if err != nil {
			return nil, err
		}
		seen = append(seen, id)
	}
	return c.linesFor(tx, by, seen)
}

// Relate links two cases without a step in either: what another package found to belong together. Who sees both sees the link.
func (c *Cases) Relate(tx *db.Tx, a, b db.ID, why string) error { return linked(tx, a, b, why) }
