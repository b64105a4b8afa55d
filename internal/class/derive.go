package class

import (
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/lexicon"
	"linli/internal/rule"
)

// A Kin (亲属与同住) is what the registers say of a person's relations, as far as rules may ask about what follows from them. What is asked of one person and what is
// asked of everybody at once is derived from it alike.
type Kin struct {
	Born, Died    civil.Date
	Registered    bool  // at a place of ours
	Home          db.ID // dwelling; zero: unknown
	RegisteredAt  db.ID // dwelling; zero: unknown
	Carers        int
	Works, Spouse bool
	Living        int // children of whom there is an entry, and who did not die
	Mates         []Mate
}

// A Mate (同住人) is somebody in the same dwelling.
type Mate struct {
	Born  civil.Date
	Child bool // of the person
}

// Derive says what follows, by name; what is not said is unknown. Told returns what was told of the person.
func (k *Kin) Derive(today civil.Date, told func(name string) any, say func(name string, v any)) {
	if !k.Born.IsZero() {
		say("age", rule.Age(k.Born, today))
	}
	say("deceased", !k.Died.IsZero())
	say("carers", k.Carers)
	say("works", k.Works)
	say("registered_here", k.Registered)
	if status := told(lexicon.MaritalStatus); status != nil || k.Spouse {
		say("living_spouse", k.Spouse || status == "married")
	}
	if k.Living > 0 || told("children") != nil {
		say("living_children", k.Living)
	}
	if k.Home.IsZero() {
		return
	}
	if !k.RegisteredAt.IsZero() {
		say("lives_where_registered", k.Home == k.RegisteredAt)
	}
	k.underOneRoof(today, say)
}

func (k *Kin) underOneRoof(today civil.Date, say func(name string, v any)) {
	youngest, atHome := -1, 0
	for _, m := range k.Mates {
		if years := rule.Age(m.Born, today); !m.Born.IsZero() && (youngest < 0 || years < youngest) {
			youngest = years
		}
		if m.Child {
			atHome++
		}
	}
	say("housemates", len(k.Mates))
	say("children_at_home", atHome)
	if youngest >= 0 {
		say("youngest_housemate", youngest)
	}
}

// DeriveHousehold says what follows from the days of birth of the members of a household, zero where it is unknown.
func DeriveHousehold(born []civil.Date, today civil.Date, say func(name string, v any)) {
	say("members", len(born))
	oldest, youngest, known := 0, 0, false
	for _, b := range born {
		if b.IsZero() {
			continue
		}
		years := rule.Age(b, today)
		if !known || years > oldest {
			oldest = years
		}
		if !known || years < youngest {
			youngest = years
		}
		known = true
	}
	if known {
		say("oldest", oldest)
		say("youngest", youngest)
	}
}
