package pack

import (
	"fmt"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/law"
	"linli/internal/rule"
)

// An Item (事项) is one service as people ask for it: who may apply, under which conditions, with which materials, until
// when it is decided, by whom, and what follows. It is offered as a flow of its own (see Flow).
type Item struct {
	ID       string
	Name     string
	Says     string   // what it is for, in a sentence
	Words    []string // what people call it
	Who      string   // one of ItemWho
	Form     string
	Base     string // flow it is handled by; "": the standard one
	Asks     *form.Form
	When     []ItemCondition
	Material []Material
	Term     ItemTerm
	Fee      Fee
	Accepts  []string // levels of place whose windows take it in, as place names them
	Channels []string // some of ItemChannels
	Desk     []string // offices that take it in
	Decides  string   // office that decides
	Joint    []JointPart
	Result   *ItemResult
	Effects  []ItemEffect
	Proxy    *ItemLeave // nil: in person only
	Advance  *ItemLeave // nil: not before the conditions hold
	Green    *ItemCondition
	Agency   *ItemLeave // full-course agency 全程代办; nil: not offered
	Next     []NextItem
	Grants   []string   // benefits of the same document that a favourable decision gives
	Archive  civil.Term // zero: kept for good
	Basis    []law.Clause

	form *form.Form
}

// An ItemCondition (办理条件) is one requirement, in words and as an expression.
type ItemCondition struct {
	Says  string
	Basis []law.Clause
	when  *rule.Program
}

// A Material (材料) is a paper that an item asks for, unless somebody already knows what it would prove.
type Material struct {
	ID    string
	Name  string
	Known []Source   // where it may be looked up instead
	Owed  civil.Term // how long it may follow later 容缺; zero: it may not
	Hint  string
	Basis []law.Clause
	when  *rule.Program // nil: always
}

// An ItemTerm (办理时限) holds the legal and the promised term of an item.
type ItemTerm struct {
	From     flow.Verb // step at which it begins
	Legal    civil.Term
	Promised civil.Term
	Basis    []law.Clause
}

// A Fee (收费) is what an item costs. Fen is 0 for free.
type Fee struct {
	Fen   int64
	Why   string
	Basis []law.Clause
}

// A JointPart (并联环节) is what one office has to say before the deciding office answers.
type JointPart struct {
	Office string
	Does   string
	Term   civil.Term
	After  []string // offices that must have agreed before
	Reuse  string   // item whose valid result stands for this part
	Basis  []law.Clause
	when   *rule.Program
}

// An ItemResult (办理结果文书) is the document that a favourable decision gives.
type ItemResult struct {
	Document string
	Number   string     // numbering pattern
	Valid    civil.Term // zero: without end
	Basis    []law.Clause
}

// Until is the last day of a document issued on a day, zero for one without end. It may be a day off: an end of validity is
// no term within which something has to be done, so nothing moves it to the next working day (Civil Code art. 203 is of terms).
func (r *ItemResult) Until(l civil.Law, on civil.Date) (civil.Date, error) {
	if r.Valid.IsZero() {
		return civil.Date{}, nil
	}
	d, err := l.WithoutRollOff(law.Clause{}).Deadline(on.In(civil.Shanghai), r.Valid, nil)
	if err != nil {
		return civil.Date{}, fmt.Errorf("validity of %s: %w", r.Document, err)
	}
	return d.LastDay, nil
}

// An ItemEffect (登记效果) is what a favourable decision records in the registers: a fact or a relation.
type ItemEffect struct {
	Fact     string // name of a fact, or ""
	Relation string // or kind of a relation
	Of       string // applicant, household, or the form field that names another
	Value    string // text to record; "" when it comes from Field
	Field    string // form field that holds it
	Ends     bool   // what stood before ends, and nothing new begins
	Basis    []law.Clause
	when     *rule.Program
}

// An ItemLeave (许可方式) is a way of applying that a clause opens.
type ItemLeave struct {
	Says  string
	Basis []law.Clause
}

// A NextItem (后续事项) is offered when this one has been granted.
type NextItem struct {
	Item  string
	Says  string
	Basis []law.Clause
	when  *rule.Program
}

// A Source (已知来源) is where a value or a proof can be found without asking: "fact.<name>", "relation.<kind>",
// "relation.<kind>.<name>" (a fact of the one person at the other end), "result.<item>" (a valid result of an earlier case) or
// "case.<item>.<field>" (what an earlier application said).
type Source string

// Kind returns the part before the first dot.
func (s Source) Kind() string { kind, _, _ := strings.Cut(string(s), "."); return kind }

// Name returns the part after the first dot.
func (s Source) Name() string { _, name, _ := strings.Cut(string(s), "."); return name }

// Words returns the source as people read it.
func (s Source) Words() string {
	return map[string]string{"fact": "人口登记", "relation": "关系登记", "result": "已发文书", "case": "以前的申请"}[s.Kind()]
}

// ItemWho (申请主体) lists who may apply.
var ItemWho = []Option{{"person", "个人"}, {"household", "家庭"}, {"organisation", "单位"}}

// ItemChannels (办理渠道) are the ways to apply.
var ItemChannels = []Option{
	{"window", "窗口"}, {"net", "网上"}, {"phone", "电话"}, {"home", "上门"}, {"mail", "邮寄"},
}

// ItemLevels (受理层级) are the levels of place whose windows may take an item in.
var ItemLevels = []Option{{"市", "市"}, {"县", "县"}, {"乡", "乡镇街道"}, {"村", "社区（村）"}}

// Words returns the label of a value among options, the value itself when there is none.
func Words(list []Option, value string) string {
	for _, o := range list {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

// FormOf returns the form the item fills in, nil when it has none.
func (i *Item) FormOf() *form.Form { return i.form }

// Needed returns the material by its id, or nil.
func (i *Item) Needed(id string) *Material {
	if k := slices.IndexFunc(i.Material, func(m Material) bool { return m.ID == id }); k >= 0 {
		return &i.Material[k]
	}
	return nil
}

// Item returns an item by its id, or nil.
func (e *Edition) Item(id string) *Item {
	return find(e.Items, func(i *Item) bool { return i.ID == id })
}

// Called reports whether people who say these words may mean the item: its name or what people call it holds them, or
// they hold what people call it.
func (i *Item) Called(words string) bool {
	words = strings.TrimSpace(words)
	if len([]rune(words)) < 2 {
		return false
	}
	return strings.Contains(i.Name, words) || slices.ContainsFunc(i.Words, func(w string) bool {
		return strings.Contains(w, words) || strings.Contains(words, w)
	})
}
