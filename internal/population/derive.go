package population

import (
	"slices"

	"linli/internal/civil"
	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/lexicon"
)

// deriver derives rows, one after another, in memory that it uses again.
type deriver struct {
	city     *City
	kin      class.Kin
	kids     []int32
	born     []civil.Date
	row      int
	told     func(name string) any
	say      func(name string, v any)
	sayHouse func(name string, v any)
}

func (c *City) deriver() *deriver {
	d := &deriver{city: c}
	d.told = func(name string) any {
		if col := c.Persons.told[name]; col != nil {
			return col.Get(d.row)
		}
		return nil
	}
	d.say = func(name string, v any) {
		if col := c.Persons.byName[name]; col != nil {
			col.Set(d.row, v)
		}
	}
	d.sayHouse = func(name string, v any) {
		if col := c.Households.byName[name]; col != nil {
			col.Set(d.row, v)
		}
	}
	return d
}

// person derives what follows for a person.
func (d *deriver) person(row int) {
	r := d.city.Persons
	d.row = row
	for _, c := range r.derived {
		c.Unset(row)
	}
	k := &d.kin
	*k = class.Kin{Born: day(r.born[row]), Died: day(r.died[row]), Registered: r.home[row], Mates: k.Mates[:0]}
	d.kids = d.kids[:0]
	home := int32(-1)
	for _, e := range r.edges[row] {
		switch {
		case e.name == parentOf && !e.back && e.to >= 0 && !slices.Contains(d.kids, e.to):
			d.kids = append(d.kids, e.to)
			if r.died[e.to] == 0 {
				k.Living++
			}
		case e.name == livesAt:
			home = e.to
		case e.name == registeredAt:
			k.RegisteredAt = db.ID(e.to) + 1
		case e.name == caresFor && e.back:
			k.Carers++
		case e.name == worksFor:
			k.Works = true
		case e.name == spouseOf:
			k.Spouse = true
		}
	}
	if home >= 0 {
		k.Home = db.ID(home) + 1 // a number of ours: it is only compared
		for _, m := range d.city.roofs[home] {
			if m != int32(row) {
				k.Mates = append(k.Mates, class.Mate{Born: day(r.born[m]), Child: slices.Contains(d.kids, m)})
			}
		}
	}
	k.Derive(d.city.Today, d.told, d.say)
}

// household derives what follows for a household.
func (d *deriver) household(row int) {
	r := d.city.Households
	d.row = row
	for _, c := range r.derived {
		c.Unset(row)
	}
	d.born = d.born[:0]
	for _, m := range r.members[row] {
		d.born = append(d.born, day(d.city.Persons.born[m]))
	}
	class.DeriveHousehold(d.born, d.city.Today, d.sayHouse)
}

// Circle returns the rows whose answers may depend on a person: himself, his family, who lives under his roofs, and his households.
func (c *City) Circle(person int) []Row {
	seen := map[Row]bool{{lexicon.Person, person}: true}
	for _, e := range c.Persons.edges[person] {
		switch {
		case e.to < 0 || e.name == worksFor || e.name == registeredAt:
		case e.name == livesAt:
			for _, m := range c.roofs[e.to] {
				seen[Row{lexicon.Person, int(m)}] = true
			}
		case e.name == memberOf:
			seen[Row{lexicon.Household, int(e.to)}] = true
			for _, m := range c.Households.members[e.to] {
				seen[Row{lexicon.Person, int(m)}] = true
			}
		default:
			seen[Row{lexicon.Person, int(e.to)}] = true
		}
	}
	list := make([]Row, 0, len(seen))
	for r := range seen {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b Row) int {
		if a.Kind != b.Kind {
			return len(a.Kind) - len(b.Kind)
		}
		return a.Row - b.Row
	})
	return list
}

// Households returns the rows of the households that a person belongs to.
func (c *City) HouseholdsOf(person int) []int {
	var list []int
	for _, e := range c.Persons.edges[person] {
		if e.name == memberOf && e.to >= 0 {
			list = append(list, int(e.to))
		}
	}
	return list
}
