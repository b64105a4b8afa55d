package demo

import (
	"fmt"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/lexicon"
	"linli/internal/register"
)

// kin is what a member is to the head of a household.
var kin = [...]string{"户主", "配偶", "子女", "子女"}

// near is how many residents have their family told besides their household: enough to look at, and no burden on a city of a million.
const near = 20_000

// house gives the residents from the first one on their dwellings and households. A portion begins with a block.
func (b *build) house(tx *db.Tx, first int, ids []db.ID) error {
	told := fact.Telling{Deed: db.NewID(), Source: fact.Source{Kind: fact.ByImport, Name: "demo"}, By: founder.AuditName()}
	var dwellings []register.Dwelling
	var households []register.Household
	var relations []fact.Relation
	for at := 0; at < len(ids); at += block {
		n := (first + at) / block
		f := b.roof(n)
		building := register.Dwelling{ID: db.NewID(), Level: register.Building, Name: f.name, Place: f.at.Code, Path: f.at.Path, Address: b.address(f), Source: "demo"}
		dwellings = append(dwellings, building)
		rooms := map[int]db.ID{}
		for h := range sizes {
			if door := shared(n, h); rooms[door].IsZero() {
				room := register.Dwelling{ID: db.NewID(), Parent: building.ID, Level: register.Room, Name: f.door(door), Place: building.Place, Path: building.Path,
					Address: building.Address + f.door(door), Source: "demo"}
				rooms[door] = room.ID
				dwellings = append(dwellings, room)
			}
		}
		for i := at; i < min(at+block, len(ids)); i++ {
			h, member := role(first + i)
			if member == 0 {
				households = append(households, register.Household{ID: db.NewID(), Kind: register.Family, Number: fmt.Sprintf("D%07d", n*len(sizes)+h), Place: building.Place, Path: building.Path,
					Address: building.Address + f.door(shared(n, h)), Dwelling: rooms[shared(n, h)], Head: ids[i], Source: "demo"})
			}
			home := households[len(households)-1]
			relations = append(relations, b.belong(told, fact.Person(ids[i]), member, home)...)
			if first+i < near {
				relations = append(relations, family(told, ids[i-member:i+1])...)
			}
		}
	}
	if err := register.AddDwellings(tx, dwellings); err != nil {
		return err
	}
	if _, err := register.AddHouseholds(tx, households); err != nil {
		return err
	}
	return fact.RelateMany(tx, relations)
}

// belong lets somebody live in a household.
func (b *build) belong(told fact.Telling, s fact.Subject, member int, home register.Household) []fact.Relation {
	list := []fact.Relation{
		{Name: lexicon.LivesAt, From: s, To: fact.Dwelling(home.Dwelling), Telling: told},
		{Name: lexicon.MemberOf, From: s, To: fact.Household(home.ID), Detail: kin[member], Telling: told},
	}
	if member == 0 {
		list = append(list, fact.Relation{Name: lexicon.Heads, From: s, To: fact.Household(home.ID), Telling: told})
	}
	return list
}

// family relates the last of those who came so far to his spouse or parents.
func family(told fact.Telling, so []db.ID) []fact.Relation {
	me := fact.Person(so[len(so)-1])
	switch len(so) {
	case 1:
		return nil
	case 2:
		return []fact.Relation{{Name: lexicon.SpouseOf, From: fact.Person(so[0]), To: me, Telling: told}}
	}
	return []fact.Relation{{Name: lexicon.ParentOf, From: fact.Person(so[0]), To: me, Telling: told}, {Name: lexicon.ParentOf, From: fact.Person(so[1]), To: me, Telling: told}}
}
