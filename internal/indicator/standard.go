package indicator

import (
	_ "embed"

	"linli/internal/pack"
	"linli/internal/pack/filter"
	"linli/internal/pack/strict"
)

//go:embed standard.yaml
var standardYAML []byte

type standardSpec struct {
	Version    string `yaml:"version,required"`
	Indicators []struct {
		ID          string       `yaml:"id,required"`
		Name        string       `yaml:"name,required"`
		Says        string       `yaml:"says,required"`
		Where       strict.Value `yaml:"where"`
		Denominator strict.Value `yaml:"denominator"`
		Numerator   strict.Value `yaml:"numerator"`
		Better      string       `yaml:"better"`
	} `yaml:"indicators,required"`
	Lists []struct {
		ID     string       `yaml:"id,required"`
		Name   string       `yaml:"name,required"`
		Says   string       `yaml:"says,required"`
		Closed bool         `yaml:"closed"`
		Where  strict.Value `yaml:"where,required"`
	} `yaml:"lists,required"`
}

// A Named (常用清单) is a list of cases that pages lead to.
type Named struct {
	ID, Name, Says string
	Where          filter.Cond
	Closed         bool // it is about cases that are settled too
}

// In asks for the cases of the list in an area.
func (n Named) In(area string) List { return List{Where: n.Where, Open: !n.Closed, Area: area} }

// readStandard reads the general definitions, which are part of the program: a mistake in them is one in the program.
func readStandard() (list []*pack.Indicator, named []Named, version string) {
	doc, ps := strict.Parse("standard.yaml", standardYAML)
	var s standardSpec
	if doc != nil {
		ps = append(ps, doc.Decode(&s)...)
	}
	cond := func(v strict.Value) filter.Cond {
		c, more := filter.Read(filter.Cases, v, nil, nil)
		ps = append(ps, more...)
		return c
	}
	for _, i := range s.Indicators {
		list = append(list, &pack.Indicator{ID: i.ID, Name: i.Name, Says: i.Says, View: filter.Cases, Period: "registered_at",
			Where: cond(i.Where), Numerator: cond(i.Numerator), Denominator: cond(i.Denominator), Percent: !i.Numerator.IsZero(), Better: i.Better})
	}
	for _, n := range s.Lists {
		named = append(named, Named{n.ID, n.Name, n.Says, cond(n.Where), n.Closed})
	}
	if err := ps.Err(); err != nil {
		panic(err)
	}
	return list, named, s.Version
}
