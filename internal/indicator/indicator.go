package indicator

import (
	"embed"
	"slices"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/pack"
)

// Migrations creates the table of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Indicators counts the cases of one city. It is safe for concurrent use.
type Indicators struct {
	law      civil.Law
	packs    func() *pack.Index
	standard []*pack.Indicator
	named    []Named
	version  string // of the standard ones
}

// Options says whose figures they are.
type Options struct {
	Law   civil.Law          // how days count where a document does not vary it
	Packs func() *pack.Index // the packs in force now
}

// New returns the indicators of a city.
func New(o Options) *Indicators {
	list, named, version := readStandard()
	return &Indicators{law: o.Law, packs: o.Packs, standard: list, named: named, version: version}
}

// Standard is the document id of the general definitions, which come from no document.
const Standard = "linli"

// A Definition (指标定义) is an indicator with where it comes from. It is fixed by Document, Version and Edition.
type Definition struct {
	*pack.Indicator
	Document string
	Version  string     // of the pack
	Edition  civil.Date // first day of the edition; zero: from the beginning
	law      civil.Law
}

// Ref names the definition in addresses: "sm12-69.mailbox-on-time".
func (d Definition) Ref() string { return d.Document + "." + d.ID }

// Fewest is the sample below which the figure takes no part in a ranking.
func (d Definition) Fewest() int64 { return int64(max(Few, d.Indicator.Fewest)) }

// List returns the definitions in force on a day: the general ones, then those of each pack.
func (x *Indicators) List(on civil.Date) []Definition {
	var list []Definition
	for _, i := range x.standard {
		list = append(list, x.general(i))
	}
	for _, p := range x.packs().Packs() {
		e := p.On(on)
		for _, i := range e.Indicators {
			list = append(list, Definition{i, p.Document.ID, p.Version, e.From, p.Law(x.law)})
		}
	}
	return list
}

func (x *Indicators) general(i *pack.Indicator) Definition {
	return Definition{Indicator: i, Document: Standard, Version: x.version, law: x.law}
}

// Find returns the definition of an indicator on a day. Returns a notfound fault.
func (x *Indicators) Find(document, id string, on civil.Date) (Definition, error) {
	list := x.List(on)
	i := slices.IndexFunc(list, func(d Definition) bool { return d.Document == document && d.ID == id })
	if i < 0 {
		return Definition{}, fault.NotFound("没有指标 %s", document+"."+id)
	}
	return list[i], nil
}

// Named returns the list of open cases with this id. Returns a notfound fault.
func (x *Indicators) Named(id string) (Named, error) {
	i := slices.IndexFunc(x.named, func(n Named) bool { return n.ID == id })
	if i < 0 {
		return Named{}, fault.NotFound("没有清单 %s", id)
	}
	return x.named[i], nil
}

// Formula says a definition in words: what is counted, and of what.
func (x *Indicators) Formula(d Definition, on civil.Date) (of, base, hit string) {
	name := x.namer(on)
	return d.Where.Words(name), d.Denominator.Words(name), d.Numerator.Words(name)
}

var standardFlow = flow.Standard()

// namer tells what packs call the values of columns.
func (x *Indicators) namer(on civil.Date) func(column, value string) string {
	return func(column, value string) string {
		switch column {
		case "state":
			if st := standardFlow.State(flow.State(value)); st != nil {
				return st.Name
			}
		case "flow":
			if e := x.packs().Flow(value, on); e != nil {
				return e.Flow(value).Name
			}
		case "weight":
			for _, p := range x.packs().Packs() {
				for _, f := range p.On(on).Flows {
					for _, fact := range f.Facts {
						for _, o := range fact.Options {
							if fact.Name == column && o.Value == value {
								return o.Label
							}
						}
					}
				}
			}
		}
		return value
	}
}

// Cites lists the clauses of a basis as text.
func Cites(list []law.Clause) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.String()
	}
	return out
}

// FindVersion returns a definition as a version of its document has it on a day, for figures that were kept. Returns a notfound
// fault when the city no longer has that version.
func (x *Indicators) FindVersion(document, version, id string, on civil.Date) (Definition, error) {
	if document == Standard {
		if version == x.version {
			return x.Find(document, id, on)
		}
	} else if p := x.packs().Pack(document, version); p != nil {
		e := p.On(on)
		if i := e.Indicator(id); i != nil {
			return Definition{i, document, version, e.From, p.Law(x.law)}, nil
		}
	}
	return Definition{}, fault.NotFound("库中没有指标 %s 的版本 %s", document+"."+id, version)
}
