package pack

import (
	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/pack/strict"
)

// The specs are what stands in the files, before anything is looked up.

type documentSpec struct {
	Document   string         `yaml:"document,required"`
	Number     string         `yaml:"number,required"`
	Title      string         `yaml:"title,required"`
	Issuer     string         `yaml:"issuer,required"`
	Issued     string         `yaml:"issued,required"`
	Applies    appliesSpec    `yaml:"applies,required"`
	Supersedes []string       `yaml:"supersedes"`
	Reckoning  *reckoningSpec `yaml:"reckoning"`
	Note       string         `yaml:"note"`
}

type appliesSpec struct {
	Place string `yaml:"place,required"`
	From  string `yaml:"from,required"`
	Until string `yaml:"until"`
}

// reckoningSpec varies how terms are counted; what is left out stays as the Civil Code has it.
type reckoningSpec struct {
	EventDay        string    `yaml:"event-day-counts"`
	RollOff         string    `yaml:"day-off-rolls-on"`
	CloseOfBusiness string    `yaml:"ends-at-close-of-business"`
	Basis           flow.List `yaml:"basis,required"`
}

type clauseSpec struct {
	ID         string    `yaml:"id,required,loose"`
	At         string    `yaml:"at,required"`
	Gist       string    `yaml:"gist,required"`
	Runs       flow.List `yaml:"runs"`
	Human      string    `yaml:"human"`
	Out        string    `yaml:"out"`
	Planned    string    `yaml:"planned"`
	Restricted bool      `yaml:"restricted"`
}

type officesSpec struct {
	Offices []officeSpec `yaml:"offices"`
	Posts   []postSpec   `yaml:"posts"`
}

type officeSpec struct {
	ID     string      `yaml:"id,required"`
	Name   string      `yaml:"name,required"`
	Within string      `yaml:"within"`
	Serves []flow.Role `yaml:"serves"`
	Basis  flow.List   `yaml:"basis,required"`
}

type postSpec struct {
	ID    string    `yaml:"id,required"`
	Name  string    `yaml:"name,required"`
	Rank  int       `yaml:"rank,required"`
	Basis flow.List `yaml:"basis,required"`
}

type paramSpec struct {
	Kind    string        `yaml:"kind,required"`
	Label   string        `yaml:"label,required"`
	Options []form.Option `yaml:"options"`
	Is      strict.Value  `yaml:"is"`
	Values  []datedSpec   `yaml:"values"`
	Basis   flow.List     `yaml:"basis"`
	Gap     flow.List     `yaml:"gap"`
	Default bool          `yaml:"default"`
	Why     string        `yaml:"why"`
}

type datedSpec struct {
	From civil.Date   `yaml:"from,required"`
	Is   strict.Value `yaml:"is,required"`
	Why  string       `yaml:"why"`
}

type formSpec struct {
	Form   string       `yaml:"form,required"`
	Title  string       `yaml:"title,required"`
	Fields []form.Field `yaml:"fields,required"`
	Basis  flow.List    `yaml:"basis,required"`
}

type dutySpec struct {
	Duty   string    `yaml:"duty,required"`
	Name   string    `yaml:"name,required"`
	Who    string    `yaml:"who,required"`
	Each   bool      `yaml:"each"`
	Every  string    `yaml:"every,required"`
	Within string    `yaml:"within"`
	Makes  string    `yaml:"makes"`
	Does   string    `yaml:"does,required"`
	Basis  flow.List `yaml:"basis,required"`
}

type indicatorSpec struct {
	Indicator   string       `yaml:"indicator,required"`
	Name        string       `yaml:"name,required"`
	Says        string       `yaml:"says,required"`
	View        string       `yaml:"view"`
	Period      string       `yaml:"period,required"`
	Where       strict.Value `yaml:"where"`
	Numerator   strict.Value `yaml:"numerator"`
	Denominator strict.Value `yaml:"denominator"`
	Shows       string       `yaml:"shows,required"`
	Better      string       `yaml:"better"`
	Fewest      int          `yaml:"fewest"`
	Axis        Axis         `yaml:"axis"`
	Basis       flow.List    `yaml:"basis,required"`
}

type scoreSpec struct {
	Score string           `yaml:"score,required"`
	Name  string           `yaml:"name,required"`
	Says  string           `yaml:"says,required"`
	Of    string           `yaml:"of,required"`
	Empty string           `yaml:"empty,required"` // may not be left to chance: a rate of nothing
	Parts []scorePartSpec  `yaml:"parts,required"`
	Minus []scoreMinusSpec `yaml:"minus"`
	Basis flow.List        `yaml:"basis,required"`
}

// Weights and points may be $param.
type scorePartSpec struct {
	Indicator string `yaml:"indicator,required"`
	Weight    string `yaml:"weight,required,loose"`
}

type scoreMinusSpec struct {
	Indicator string `yaml:"indicator,required"`
	Points    string `yaml:"points,required,loose"`
	Most      string `yaml:"most,loose"`
}

type watchSpec struct {
	Watch string       `yaml:"watch,required"`
	Name  string       `yaml:"name,required"`
	Kind  string       `yaml:"kind,required"`
	Says  string       `yaml:"says,required"`
	View  string       `yaml:"view"`
	Where strict.Value `yaml:"where,required"`
	Tell  []flow.Role  `yaml:"tell,required"`
	Basis flow.List    `yaml:"basis,required"`
}

type noticeSpec struct {
	Notice   string        `yaml:"notice,required"`
	Title    string        `yaml:"title,required"`
	Period   string        `yaml:"period,required"`
	Issuer   string        `yaml:"issuer,required"`
	Audience string        `yaml:"audience,required"`
	Public   bool          `yaml:"public"`
	Sections []sectionSpec `yaml:"sections,required"`
	Basis    flow.List     `yaml:"basis,required"`
}

type sectionSpec struct {
	Heading    string   `yaml:"heading,required"`
	Indicators []string `yaml:"indicators"`
	By         string   `yaml:"by"`
	Watches    []string `yaml:"watches"`
	Text       string   `yaml:"text"`
}

type bookSpec struct {
	Book    string       `yaml:"book,required"`
	Name    string       `yaml:"name,required"`
	Flow    string       `yaml:"flow,required"`
	Columns []columnSpec `yaml:"columns,required"`
	Public  *publicSpec  `yaml:"public"`
	Basis   flow.List    `yaml:"basis,required"`
}

type columnSpec struct {
	Label     string `yaml:"label,required"`
	From      string `yaml:"from,required"`
	Sensitive string `yaml:"sensitive"`
	Under     string `yaml:"under"`
}

type publicSpec struct {
	From  flow.Verb `yaml:"from,required"`
	Until flow.Verb `yaml:"until"`
	Says  string    `yaml:"says"`
	Basis flow.List `yaml:"basis,required"`
}
