package serviceorder

import (
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// watchers are the roles that see the orders of their places: who keeps plans, takes calls, watches and settles.
var watchers = []staff.Role{staff.Community, staff.Desk, staff.Supervisor, staff.Auditor}

// keepers are those of them who may write.
var keepers = []staff.Role{staff.Community, staff.Desk}

// Keeps reports whether an actor keeps plans and orders at a path: the community's worker or a desk that takes calls.
func Keeps(by staff.Actor, path string) bool {
	return slices.ContainsFunc(keepers, func(r staff.Role) bool { return by.Has(r, path, "") && placed(by, r) })
}

// Watches reports whether an actor sees what happens at a path.
func Watches(by staff.Actor, path string) bool {
	return slices.ContainsFunc(watchers, func(r staff.Role) bool { return by.Has(r, path, "") && placed(by, r) })
}

// placed reports whether a role is held for a place, not for a unit alone.
func placed(by staff.Actor, r staff.Role) bool {
	return slices.ContainsFunc(by.Grants, func(g staff.Grant) bool { return g.Role == r && g.Place != "" })
}

// watched lists the paths whose orders an actor sees.
func watched(by staff.Actor) (paths []string) {
	for _, g := range by.Grants {
		if g.Place != "" && slices.Contains(watchers, g.Role) {
			paths = append(paths, g.Place)
		}
	}
	return paths
}

// family are the names of relations that let somebody order for another.
var family = []string{lexicon.SpouseOf, lexicon.ParentOf, lexicon.CaresFor}

// Family lists the persons for whom somebody may order: spouse, parents, children, and whom he cares for.
func Family(tx *db.Tx, person db.ID) ([]db.ID, error) {
	if person.IsZero() {
		return nil, nil
	}
	self := fact.Person(person)
	list, err := fact.Relations(tx, self, fact.AsOf{}, family...)
	if err != nil {
		return nil, err
	}
	var ids []db.ID
	for _, r := range list {
		o := r.Other(self)
		if o.Kind == lexicon.Person && (r.Name != lexicon.CaresFor || r.From == self) && !slices.Contains(ids, o.ID) {
			ids = append(ids, o.ID)
		}
	}
	return ids, nil
}

// A member is what somebody is to a provider.
type member struct {
	provider db.ID
	desk     bool
}

// memberOf returns what an actor is to a provider; a zero provider: nothing.
func memberOf(tx *db.Tx, by staff.Actor) (member, error) {
	if by.Account.IsZero() || by.Unit == "" {
		return member{}, nil
	}
	list, err := db.Select(tx, func(r *db.Rows) (m member, err error) {
		var part string
		err = r.Scan(&m.provider, &part)
		m.desk = part == Desk
		return m, err
	}, `select m.provider, m.part from order_member m join order_provider p on p.organisation = m.provider where m.account = ? and p.unit = ?`, by.Account, by.Unit)
	if err != nil || len(list) == 0 || !by.Has(staff.Carer, "", by.Unit) {
		return member{}, wrap("find member", err)
	}
	return list[0], nil
}

// sight is the condition on service_order o for what an actor may see; ok is false when that is nothing.
func sight(tx *db.Tx, by staff.Actor) (cond string, args []any, ok bool, err error) {
	var or []string
	for _, p := range watched(by) {
		from, end := place.Range(p)
		or, args = append(or, `o.path >= ? and o.path < ?`), append(args, from, end)
	}
	if !by.Person.IsZero() {
		ids, err := Family(tx, by.Person)
		if err != nil {
			return "", nil, false, err
		}
		own, err := register.Entries(tx, by.Person)
		if err != nil {
			return "", nil, false, err
		}
		for _, id := range append(append(ids, own...), by.Person) {
			or, args = append(or, `o.person = ?`), append(args, id)
		}
	}
	m, err := memberOf(tx, by)
	if err != nil {
		return "", nil, false, err
	}
	switch {
	case m.provider.IsZero():
	case m.desk:
		or, args = append(or, `o.provider = ?`), append(args, m.provider)
	default:
		or, args = append(or, `o.worker = ?`), append(args, by.Account)
	}
	return "(" + strings.Join(or, " or ") + ")", args, len(or) > 0, nil
}

// Get returns an order that the actor sees.
func (x *Orders) Get(tx *db.Tx, by staff.Actor, id db.ID) (Order, error) {
	cond, args, ok, err := sight(tx, by)
	if err != nil || !ok {
		return Order{}, or(err, missing())
	}
	list, err := db.Select(tx, scanOrder, `select `+orderColumns+` from service_order o where o.id = ? and `+cond, append([]any{id}, args...)...)
	if err == nil && len(list) == 0 {
		err = missing()
	}
	if err != nil {
		return Order{}, wrap("load order", err)
	}
	return list[0], nil
}

func or(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// Own reports whether an actor is a person himself, and whether he is that or family.
func Own(tx *db.Tx, by staff.Actor, person db.ID) (self, own bool, err error) {
	if by.Person.IsZero() {
		return false, false, nil
	}
	if self, err = register.IsOne(tx, by.Person, person); err != nil || self {
		return self, self, err
	}
	ids, err := Family(tx, by.Person)
	return false, slices.Contains(ids, person), err
}

// asWhat tells as what an actor speaks for a person: himself, family, or the community's worker or desk at the path. Returns forbidden.
func asWhat(tx *db.Tx, by staff.Actor, person db.ID, path string) (string, error) {
	self, own, err := Own(tx, by, person)
	switch {
	case err != nil:
		return "", err
	case self:
		return AsSelf, nil
	case own:
		return AsFamily, nil
	case Keeps(by, path):
		return AsCommunity, nil
	}
	return "", fault.Forbidden("您不能替这位居民订服务：只有本人、家人和当地的社区工作者、接线员可以")
}
