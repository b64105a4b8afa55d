package lexicon

import "slices"

// A Relation (登记关系) is a word for how one subject stands to another.
type Relation struct {
	Name   string
	Label  string // from the first to the second: 居住于
	Back   string // from the second to the first: 住户
	From   []Kind
	To     []Kind
	One    bool // the first has one such relation at a time
	Sole   bool // the second has one such relation at a time
	Mutual bool // it is the same both ways: spouses
}

// The relations that events and pages speak of. Their names are data to everybody else.
const (
	LivesAt      = "lives-at"
	RegisteredAt = "registered-at"
	MemberOf     = "member-of"
	Heads        = "heads"
	SpouseOf     = "spouse-of"
	ParentOf     = "parent-of"
	CaresFor     = "cares-for"
	WorksFor     = "works-for"
	Holds        = "holds-post"
	Owns         = "owns"
	Rents        = "rents"
	RentsTo      = "rents-to"
	Manages      = "manages"
)

var relations = []Relation{
	{Name: LivesAt, Label: "居住于", Back: "住户", From: []Kind{Person}, To: []Kind{Dwelling}},
	{Name: RegisteredAt, Label: "户籍地址", Back: "户籍人员", From: []Kind{Person}, To: []Kind{Dwelling}, One: true},
	{Name: MemberOf, Label: "所属户或组织", Back: "成员", From: []Kind{Person}, To: []Kind{Household, Organisation}},
	{Name: Heads, Label: "户主或负责人", Back: "户主或负责人", From: []Kind{Person}, To: []Kind{Household, Organisation}, Sole: true},
	{Name: SpouseOf, Label: "配偶", Back: "配偶", From: []Kind{Person}, To: []Kind{Person}, One: true, Sole: true, Mutual: true},
	{Name: ParentOf, Label: "子女", Back: "父母", From: []Kind{Person}, To: []Kind{Person}},
	{Name: CaresFor, Label: "照护或监护", Back: "照护人或监护人", From: []Kind{Person, Organisation}, To: []Kind{Person}},
	{Name: WorksFor, Label: "工作单位", Back: "从业人员", From: []Kind{Person}, To: []Kind{Organisation}},
	{Name: Holds, Label: "任职", Back: "任职人员", From: []Kind{Person}, To: []Kind{Organisation, Facility}},
	{Name: Owns, Label: "所有", Back: "产权人", From: []Kind{Person, Organisation}, To: []Kind{Dwelling, Facility, Organisation}},
	{Name: Rents, Label: "承租", Back: "承租人", From: []Kind{Person, Organisation}, To: []Kind{Dwelling, Facility}},
	{Name: RentsTo, Label: "出租给", Back: "出租人", From: []Kind{Person, Organisation}, To: []Kind{Person, Organisation}},
	{Name: Manages, Label: "管理", Back: "物业或管理单位", From: []Kind{Organisation}, To: []Kind{Dwelling, Facility}},
}

// Relations returns every relation, in the order of pages.
func Relations() []Relation { return slices.Clone(relations) }

// RelationOf returns the relation of that name. Returns false when there is none.
func RelationOf(name string) (Relation, bool) {
	for _, r := range relations {
		if r.Name == name {
			return r, true
		}
	}
	return Relation{}, false
}

// Joins reports whether the relation may lead from one kind to the other.
func (r Relation) Joins(from, to Kind) bool {
	return slices.Contains(r.From, from) && slices.Contains(r.To, to)
}
