package service

import (
	"cmp"
	"embed"
	"slices"
	"strings"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A Window (办事窗口) is the one-stop window of a city. It is safe for concurrent use.
type Window struct {
	Cases  *casework.Cases
	Packs  func() *pack.Index
	People *register.Register
}

// An Offer (可办事项) is an item with the document that sets it.
type Offer struct {
	Item *pack.Item
	Pack *pack.Pack
	ed   *pack.Edition
}

// Offers lists every item in force on a day, by document and in its order.
func (w *Window) Offers(on civil.Date) []Offer {
	var list []Offer
	for _, p := range w.Packs().Packs() {
		e := p.On(on)
		for _, i := range e.Items {
			list = append(list, Offer{i, p, e})
		}
	}
	return list
}

// Offer finds an item by its id. Returns notfound.
func (w *Window) Offer(id string, on civil.Date) (Offer, error) {
	if e := w.Packs().Item(id, on); e != nil {
		return Offer{e.Item(id), e.Pack, e}, nil
	}
	return Offer{}, fault.NotFound("没有这个事项，可能已停办，请重新查找")
}

// Find lists the items that people may mean by these words, the likeliest first: the name or a word people use says it,
// else parts of two characters are shared.
func (w *Window) Find(words string, on civil.Date) []Offer {
	type hit struct {
		o     Offer
		score int
	}
	var hits []hit
	parts := pairs(words)
	for _, o := range w.Offers(on) {
		score, text := 0, o.Item.Name+"，"+strings.Join(o.Item.Words, "，")
		for _, p := range parts {
			if strings.Contains(text, p) {
				score += 10
			} else if strings.Contains(o.Item.Says, p) {
				score++
			}
		}
		if o.Item.Called(words) {
			score += 1000
		}
		if score > 0 {
			hits = append(hits, hit{o, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	list := make([]Offer, len(hits))
	for i, h := range hits {
		list[i] = h.o
	}
	return list
}

// common are pairs of characters that every question holds and that name no item.
var common = []string{"我要", "我想", "要办", "想办", "怎么", "么办", "办理", "申请", "可以", "如何", "需要"}

func pairs(s string) []string {
	r := []rune(strings.ToLower(strings.TrimSpace(s)))
	var out []string
	for i := 0; i+1 < len(r); i++ {
		if p := string(r[i : i+2]); !slices.Contains(common, p) && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// mayServe refuses whoever may not look at what is known of a person: the register says who may, for the purpose of serving him. Returns
// forbidden.
func mayServe(tx *db.Tx, by staff.Actor, person db.ID) error {
	if person.IsZero() || by.Via == staff.ViaJob {
		return nil
	}
	return register.See(tx, by, fact.Person(person), register.ForService)
}

// NameOf is what somebody is called whom the actor may serve. Returns forbidden.
func NameOf(tx *db.Tx, by staff.Actor, person db.ID) (string, error) {
	if err := mayServe(tx, by, person); err != nil {
		return "", err
	}
	p, err := register.PersonOf(tx, person)
	return p.Name, err
}

// Guide says what an item means for a person (zero: nobody in particular) with what he has said so far.
func (w *Window) Guide(tx *db.Tx, by staff.Actor, o Offer, person db.ID, says map[string]string) (pack.Guide, error) {
	known := map[pack.Source]pack.Known{}
	if !person.IsZero() {
		if err := mayServe(tx, by, person); err != nil {
			return pack.Guide{}, err
		}
		var err error
		if known, err = w.known(tx, o.Item, person); err != nil {
			return pack.Guide{}, err
		}
	}
	return o.Item.Guide(known, says, place.Today(tx)), nil
}

// fieldsOf returns all questions and fields of an item, the questions first.
func fieldsOf(i *pack.Item) []form.Field {
	list := slices.Clone(i.Asks.Fields)
	if f := i.FormOf(); f != nil {
		list = append(list, f.Fields...)
	}
	return list
}
