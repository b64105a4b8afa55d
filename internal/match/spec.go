package match

import "strings"

// A Spec (比对规则) says when two records are of the same thing.
type Spec struct {
	ID     string     `yaml:"match,required"`
	Of     string     `yaml:"of,required"` // what the records are of: person, household, dwelling, organisation
	Fields []Field    `yaml:"fields,required"`
	Block  [][]string `yaml:"block,required"` // keys, each of parts "FIELD.PART"; records that share no key are not compared
	Rules  []Rule     `yaml:"rules,required"`
}

// A Field (比对项) is one thing that is compared.
type Field struct {
	Name   string `yaml:"name,required"`
	Label  string `yaml:"label,required"`
	Kind   string `yaml:"kind,required"` // one of Kinds
	Sealed bool   `yaml:"sealed"`        // what it holds is never told
}

// A Rule (比对条件) gives its verdict when its condition holds.
type Rule struct {
	Verdict Answer `yaml:"verdict,required"`
	Says    string `yaml:"says,required"` // why, for people
	When    Cond   `yaml:"when,required"`
	Basis   string `yaml:"basis"` // clause
}

// An Answer (比对结论) is what a rule says of two records.
type Answer string

// The answers.
const (
	Same      Answer = "same"      // certainly one
	Likely    Answer = "likely"    // somebody has to look
	Different Answer = "different" // two
)

// A Cond is a condition over the fields of two records. One of its parts is given; a pack writes Is as a plain text.
type Cond struct {
	Is     string  `yaml:"is"` // "FIELD DEGREE …": alike to one of the degrees of its kind, or missing-either, missing-both
	All    []Cond  `yaml:"all"`
	Any    []Cond  `yaml:"any"`
	Not    *Cond   `yaml:"not"`
	Points []Point `yaml:"points"` // weights: the sum of what holds must reach Reach
	Reach  int     `yaml:"reach"`
}

// A Point (比对分值) is a condition with a weight.
type Point struct {
	When Cond `yaml:"when,required"`
	Add  int  `yaml:"add,required"`
}

// UnmarshalText reads "FIELD DEGREE …".
func (c *Cond) UnmarshalText(b []byte) error {
	c.Is = strings.TrimSpace(string(b))
	return nil
}
