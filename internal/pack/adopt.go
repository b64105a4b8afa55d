package pack

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linli/internal/civil"
	"linli/internal/pack/strict"
)

// An Adoption (采用) is a city's decision that a document of another place holds with it too. It stands in the city's
// local.yaml, under the document, as "adopted: { place, from, until, why }": a document says by itself only where its
// issuer may order something.
type Adoption struct {
	Place string // code of the place that adopts, with everything below it
	From  civil.Date
	Until civil.Date // last day; zero: open
	Why   string     // by what decision
}

// adopted is the key under which local.yaml names an Adoption; no parameter may be called so.
const adopted = "adopted"

// An Area (适用范围) is where and when a document holds: at a place and everything below it, from a day to a day.
type Area struct {
	Place string
	From  civil.Date
	Until civil.Date // last day; zero: open
}

// On reports whether the area's time includes a day.
func (a Area) On(day civil.Date) bool {
	return a.From.Compare(day) <= 0 && (a.Until.IsZero() || day.Compare(a.Until) <= 0)
}

// holds reports whether the area includes a place, given by its path "4112/411202/…/". The document of a province holds in a
// tree that begins with one of its cities.
func (a Area) holds(path string) bool {
	top, _, _ := strings.Cut(path, "/")
	return lies(top, a.Place) || strings.Contains(path, "/"+a.Place+"/")
}

// lies reports whether the division of a code is another or lies in it: its code begins with that of what it lies in.
func lies(code, in string) bool {
	whole := []int{2, 4, 6, 9, 12} // province, city, county, township, community
	return code == in || slices.Contains(whole, len(code)) && slices.Contains(whole, len(in)) && strings.HasPrefix(code, in)
}

// Areas returns where the document holds: where its issuer ordered it, then where it is adopted.
func (p *Pack) Areas() []Area {
	d := &p.Document
	list := []Area{{d.Place, d.From, d.Until}}
	if a := p.Adopted; a != nil {
		list = append(list, Area{a.Place, a.From, a.Until})
	}
	return list
}

// Covers reports whether the pack is in force on a day at a place, given by its path "4112/411202/…/".
func (p *Pack) Covers(path string, day civil.Date) bool {
	for _, a := range p.Areas() {
		if a.On(day) && a.holds(path) {
			return true
		}
	}
	return false
}

// Concerns reports whether the document holds in a city or somewhere in it, on whatever days.
func (p *Pack) Concerns(city string) bool {
	for _, a := range p.Areas() {
		if lies(city, a.Place) || lies(a.Place, city) {
			return true
		}
	}
	return false
}

// adopt reads an Adoption.
func (r *reading) adopt(v strict.Value) {
	if v.Kind != strict.Mapping {
		r.bad(v.At, "adopted 应写成 { place, from, why }")
		return
	}
	a := &Adoption{Place: v.Get("place").Text, Why: v.Get("why").Text}
	for _, pair := range v.Pairs {
		switch pair.Key {
		case "place", "why":
		case "from":
			a.From = r.date(pair.At, pair.Value.Text)
		case "until":
			a.Until = r.date(pair.At, pair.Value.Text)
		default:
			r.bad(pair.At, "没有“%s”这一项", pair.Key)
		}
	}
	switch {
	case a.Place == "" || a.From.IsZero() || a.Why == "":
		r.bad(v.At, "采用须写明 place（区划代码）、from（自哪一天起）和 why（依据什么决定）")
	case !a.Until.IsZero() && a.Until.Before(a.From):
		r.bad(v.At, "采用的止期早于起期")
	}
	r.pack.Adopted = a
}

// text writes an adoption as adopt reads it.
func (a *Adoption) text() string {
	until := ""
	if !a.Until.IsZero() {
		until = fmt.Sprintf("until: %q, ", a.Until)
	}
	return fmt.Sprintf("%s: { place: %q, from: %q, %swhy: %s }\n", adopted, a.Place, a.From, until, strconv.Quote(a.Why))
}

// Settle returns the index as a city works with it: the current packs are those whose documents hold in it, the others
// can still be read and cited. The city is given by its code; "" settles nowhere.
func (ix *Index) Settle(city string) *Index {
	out := *ix
	out.packs = nil
	for _, p := range ix.Library() {
		if city == "" || p.Concerns(city) {
			out.packs = append(out.packs, p)
		}
	}
	return &out
}

// Library returns the current pack of every document, whether it holds here or not, by document id.
func (ix *Index) Library() []*Pack {
	list := make([]*Pack, 0, len(ix.versions))
	for _, versions := range ix.versions {
		list = append(list, versions[0])
	}
	return byDocument(list)
}
