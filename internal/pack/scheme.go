package pack

import (
	"slices"

	"linli/internal/civil"
	"linli/internal/law"
	"linli/internal/money"
)

// A Scheme (上门服务办法) says which services somebody may order at home by what he needs, how much of it public money pays in a month, who may
// provide them, and by when each side has to answer.
type Scheme struct {
	ID     string
	Name   string
	List   string // id of the check list of needs, whose grades are the levels
	Levels []SchemeLevel
	Kinds  []SchemeKind

	Offer   civil.Term // within which a provider takes an order or declines it
	Confirm civil.Term // after which silence of whoever was served becomes a call back, never a consent
	Back    civil.Term // within which he is called back
	Carries bool       // what was left of a month's quota is added to the next month's
	Far     int        // metres from the home beyond which arriving or leaving is marked
	Early   int        // minutes before the hour agreed from which arriving is marked
	Late    int        // minutes after it from which arriving is marked
	Short   int        // percent of the time ordered below which a visit is marked
	Shares  []SchemeShare

	Providers []string // items whose result lets an organisation provide; empty: any organisation in the register
	Fund      string   // code of the fund out of which public money pays
	Opens     string   // flow of which an urgent order opens a case; "" none

	Basis        []law.Clause
	OfferBasis   []law.Clause
	ConfirmBasis []law.Clause
	QuotaBasis   []law.Clause
	LicenceBasis []law.Clause
	VisitBasis   []law.Clause
	ShareBasis   []law.Clause
}

// A SchemeLevel (需求等级) is how much public money pays in a month for somebody with a grade of the check list.
type SchemeLevel struct {
	Grade string
	Name  string
	Month money.Fen
	Basis []law.Clause
}

// A SchemeKind (服务种类) is one kind of service that may be ordered.
type SchemeKind struct {
	ID      string
	Name    string
	Says    string // what it is, in words
	Per     string // "hour" or "time"
	Price   money.Fen
	Most    int  // units a month that a plan may hold; 0: as many as the money pays
	Longest int  // units of one order
	Urgent  bool // it begins at once, whatever plan and quota say
	Basis   []law.Clause
}

// A SchemeShare (分担) is the part of one payer.
type SchemeShare struct {
	Payer   string
	Percent int
}

// SchemeUnits (计量单位) are what a service is counted in.
var SchemeUnits = []Option{{"hour", "小时"}, {"time", "次"}}

// Kind returns a kind by its id, or nil.
func (s *Scheme) Kind(id string) *SchemeKind {
	for i := range s.Kinds {
		if s.Kinds[i].ID == id {
			return &s.Kinds[i]
		}
	}
	return nil
}

// Level returns what a grade of need gives, or nil.
func (s *Scheme) Level(grade string) *SchemeLevel {
	for i := range s.Levels {
		if s.Levels[i].Grade == grade {
			return &s.Levels[i]
		}
	}
	return nil
}

// Allows reports whether the result of an item lets an organisation provide.
func (s *Scheme) Allows(item string) bool {
	return len(s.Providers) == 0 || slices.Contains(s.Providers, item)
}

// Costs is what so many units come to.
func (k *SchemeKind) Costs(units int) (money.Fen, error) { return k.Price.Times(int64(units)) }

// UnitWords is the unit in Chinese.
func (k *SchemeKind) UnitWords() string {
	for _, o := range SchemeUnits {
		if o.Value == k.Per {
			return o.Label
		}
	}
	return k.Per
}

// A SchemeUse (额度使用) is a month's quota with what is used of it, of one kind or of the money.
type SchemeUse struct {
	Quota int64 // of this month
	Used  int64 // reserved, served and settled together
	Spare int64 // what the month before left, when the scheme carries it over
}

// Left is what may still be ordered.
func (u SchemeUse) Left(carries bool) int64 {
	left := u.Quota - u.Used
	if carries {
		left += max(u.Spare, 0)
	}
	return max(left, 0)
}

// Scheme returns a scheme by its id, or nil.
func (e *Edition) Scheme(id string) *Scheme {
	return find(e.Schemes, func(s *Scheme) bool { return s.ID == id })
}

// A Held (现行办法) is a scheme that is in force somewhere, with the pack it stands in.
type Held struct {
	*Scheme
	Of *Pack
}

// Schemes returns the schemes in force at a place on a day.
func (ix *Index) Schemes(path string, on civil.Date) (list []Held) {
	for _, p := range ix.At(path, on) {
		for _, s := range p.On(on).Schemes {
			list = append(list, Held{s, p})
		}
	}
	return list
}
