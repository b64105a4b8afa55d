package notice

import (
	"embed"
	"slices"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/duty"
	"linli/internal/fault"
	"linli/internal/indicator"
	"linli/internal/pack"
	"linli/internal/place"
)

// Migrations creates the table of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Notices makes and keeps the bulletins of one city. It is safe for concurrent use.
type Notices struct {
	packs  func() *pack.Index
	counts *indicator.Indicators
	duties *duty.Duties
	few    int64
}

// Options says what bulletins are made of.
type Options struct {
	Packs  func() *pack.Index
	Counts *indicator.Indicators
	Duties *duty.Duties
	Few    int64 // groups smaller than this are left out of the public version; 0: 5
}

// New returns the bulletins of a city.
func New(o Options) *Notices {
	if o.Few == 0 {
		o.Few = 5
	}
	return &Notices{packs: o.Packs, counts: o.Counts, duties: o.Duties, few: o.Few}
}

// A Kind (通报种类) is a notice of a pack with where it comes from.
type Kind struct {
	*pack.Notice
	Document string
	Version  string
	pack     *pack.Pack
}

// Ref names the kind in addresses: "sm12-69.mailbox-bulletin".
func (k Kind) Ref() string { return k.Document + "." + k.ID }

// Kinds returns the notices in force on a day.
func (n *Notices) Kinds(on civil.Date) []Kind {
	var list []Kind
	for _, p := range n.packs().Packs() {
		for _, k := range p.On(on).Notices {
			list = append(list, Kind{k, p.Document.ID, p.Version, p})
		}
	}
	return list
}

func (n *Notices) kind(document, id string, on civil.Date) (Kind, error) {
	list := n.Kinds(on)
	i := slices.IndexFunc(list, func(k Kind) bool { return k.Document == document && k.ID == id })
	if i < 0 {
		return Kind{}, fault.Invalid("kind", "没有通报种类 %s", document+"."+id)
	}
	return list[i], nil
}

// mostPeriods bounds how many past periods are offered.
const mostPeriods = 8

// Periods returns the periods of a kind that are over, the latest first.
func (k Kind) Periods(tx *db.Tx) []civil.Period {
	today := place.Today(tx)
	first := today.AddDays(-3 * 366)
	if k.pack.Document.From.After(first) {
		first = k.pack.Document.From
	}
	var list []civil.Period
	for after := first; ; {
		var p civil.Period
		if p, after = k.Period.Next(after); !p.To.Before(today) {
			break
		}
		list = append(list, p)
	}
	slices.Reverse(list)
	return list[:min(len(list), mostPeriods)]
}
