package pack

import (
	"linli/internal/flow"
	"linli/internal/pack/strict"
	"linli/internal/rule"
)

// An Example (示例) is a situation and what must follow from it. It stands in examples/ and is tried by package proof.
// Exactly one of its parts is given.
type Example struct {
	Name      string            `yaml:"example,required"`
	Case      *CaseExample      `yaml:"case"`
	Form      *FormExample      `yaml:"form"`
	Duty      *DutyExample      `yaml:"duty"`
	Indicator *IndicatorExample `yaml:"indicator"`
	Score     *ScoreExample     `yaml:"score"`
	Watch     *WatchExample     `yaml:"watch"`
	Notice    *NoticeExample    `yaml:"notice"`
	Book      *BookExample      `yaml:"book"`
	Item      *ItemExample      `yaml:"item"`
	Param     *ParamExample     `yaml:"param"`
	Office    *OfficeExample    `yaml:"office"`
	Admission *AdmissionExample `yaml:"admission"`
	Table     *TableExample     `yaml:"table"`
	Class     *ClassExample     `yaml:"class"`
	Standard  *StandardExample  `yaml:"standard"`
	Checklist *ChecklistExample `yaml:"checklist"`
	Round     *RoundExample     `yaml:"round"`
	Benefit   *BenefitExample   `yaml:"benefit"`
	Scheme    *SchemeExample    `yaml:"scheme"`
	Bound     *BoundExample     `yaml:"bound"`
	Deposit   *DepositExample   `yaml:"deposit"`

	Place rule.At                   `yaml:"-"`
	at    func(path string) rule.At // place of a part of the example, such as "case.steps.2"
}

// Examples returns the examples of a pack. One that was opened to serve a city reads them now, for in that work nobody else asks; what
// is wrong with them is told when packs are checked.
func (p *Pack) Examples() []Example {
	if !p.unread {
		return p.examples
	}
	whole, _ := readPack(p.Dir, p.Files(), func(string) strict.Value { return strict.Value{} }, false)
	return whole.examples
}

// At returns the place of a part of the example.
func (e *Example) At(path string) rule.At {
	if e.at == nil {
		return e.Place
	}
	return e.at(path)
}

// A CaseExample is a case's story: steps in order, each with what must hold after it.
type CaseExample struct {
	Flow  string        `yaml:"flow,required"`
	Steps []StepExample `yaml:"steps,required"`
}

// A StepExample is one step by one person, or with no "does" a look at the case at an instant. An instant is
// "2026-03-02 09:00" in Shanghai.
type StepExample struct {
	At     string    `yaml:"at,required"`
	By     flow.Role `yaml:"by"`     // role of the actor; his office is the one that serves it
	Office string    `yaml:"office"` // or his office; his roles are those that it serves
	Who    string    `yaml:"who"`    // his account, where it matters; otherwise one person a role
	Does   flow.Verb `yaml:"does"`

	Form    map[string]string       `yaml:"form"`
	Words   string                  `yaml:"words"`
	Clause  string                  `yaml:"clause,loose"`
	To      string                  `yaml:"to"`
	With    []string                `yaml:"with"`
	Leader  string                  `yaml:"leader"`
	Post    string                  `yaml:"post"`
	Sets    map[string]strict.Value `yaml:"sets"`
	Term    string                  `yaml:"term"`
	Outcome string                  `yaml:"outcome"`
	Case    string                  `yaml:"other"`
	Flow    string                  `yaml:"into"`
	Grade   int                     `yaml:"grade"`
	Row     string                  `yaml:"standard"` // row of a rulebook, "document:row"
	Cites   flow.List               `yaml:"cites"`    // what that row rests on
	Spot    string                  `yaml:"spot"`     // where it is, in words
	Also    []string                `yaml:"also"`     // other places that the case concerns
	Verdict string                  `yaml:"verdict"`
	Shares  []string                `yaml:"shares"` // offices with a part, at registration; whose part, with a verdict
	Reused  map[string]string       `yaml:"reused"` // office: number of the document that stands for its verdict

	Expect *Expect `yaml:"expect"`
}

// An Expect (预期) is what must hold after a step; what is left out is not looked at.
type Expect struct {
	State   flow.State             `yaml:"state"`
	Flow    string                 `yaml:"flow"`
	Lead    string                 `yaml:"lead"`
	Post    string                 `yaml:"post"`
	Mark    flow.Mark              `yaml:"mark"`
	Outcome string                 `yaml:"outcome"`
	Clocks  map[string]ClockExpect `yaml:"clocks"`
	Owes    []string               `yaml:"owes"`    // all that is owed, by id
	Settled bool                   `yaml:"settled"` // nothing is owed
	OwedBy  map[string]string      `yaml:"owed-by"` // last day of a debt, by id
	Informs []flow.Role            `yaml:"informs"`
	Basis   []string               `yaml:"basis"`
	Refused string                 `yaml:"refused,loose"` // clause of the refusal
	Fault   string                 `yaml:"fault"`         // conflict, forbidden or invalid
	Because string                 `yaml:"because"`       // words that the fault's sentence holds
	Parts   map[string]string      `yaml:"parts"`         // office: waits, works, agree, disagree, moot or reused
	PartBy  map[string]string      `yaml:"part-by"`       // last day of an office's part
	Opens   []string               `yaml:"opens"`         // flows of which the step opens a case, all of them
}

// A ClockExpect is what must hold of one clock. A day means that the term ends with that day.
type ClockExpect struct {
	Target string `yaml:"target"`
	Limit  string `yaml:"limit"`
	Met    string `yaml:"met"` // on-time or late, once stopped; running; paused; none
}

// A FormExample is a filled form and the fields that must be found wrong.
type FormExample struct {
	ID    string            `yaml:"id,required"`
	Given map[string]string `yaml:"given,required"`
	Wrong []string          `yaml:"wrong"`
}

// A DutyExample is when a duty next falls due after a day.
type DutyExample struct {
	ID    string `yaml:"id,required"`
	After string `yaml:"after,required"`
	From  string `yaml:"from,required"`
	To    string `yaml:"to,required"`
	Last  string `yaml:"last-day,required"`
	Makes string `yaml:"makes"`
	Who   string `yaml:"who"`
	Each  bool   `yaml:"each"` // every unit that fills the office owes it
}

// An IndicatorExample is rows and the figure that must come of them.
type IndicatorExample struct {
	ID          string         `yaml:"id,required"`
	From        string         `yaml:"from"`
	To          string         `yaml:"to"` // last day
	Rows        []strict.Value `yaml:"rows,required"`
	Numerator   int            `yaml:"numerator,required"`
	Denominator int            `yaml:"denominator,required"`
}

// A ScoreExample is rows of one group and the points that they must give, with two decimals; "—" when nothing was due.
type ScoreExample struct {
	ID     string         `yaml:"id,required"`
	Rows   []strict.Value `yaml:"rows,required"`
	Points string         `yaml:"points,required,loose"`
	Small  bool           `yaml:"small"` // it rests on too few cases to be ranked
}

// A WatchExample is rows, each with a column "row" to name it, and those that must be flagged at an instant.
type WatchExample struct {
	ID    string         `yaml:"id,required"`
	Now   string         `yaml:"now,required"`
	Rows  []strict.Value `yaml:"rows,required"`
	Flags []string       `yaml:"flags"`
}

// A NoticeExample is rows and the title and figures that a bulletin over them must show.
type NoticeExample struct {
	ID      string                  `yaml:"id,required"`
	On      string                  `yaml:"on,required"` // a day in the period
	Rows    []strict.Value          `yaml:"rows,required"`
	Title   string                  `yaml:"title,required"`
	Figures map[string][]FigureSpec `yaml:"figures,required"` // by indicator id
	To      string                  `yaml:"audience"`
}

// A FigureSpec is one line of a bulletin.
type FigureSpec struct {
	Key         string `yaml:"key"`
	Numerator   int    `yaml:"numerator,required"`
	Denominator int    `yaml:"denominator,required"`
}

// A BookExample is what a case holds, by source, and the row that the book must show, by label.
type BookExample struct {
	ID    string            `yaml:"id,required"`
	Given map[string]string `yaml:"given,required"`
	Row   map[string]string `yaml:"row,required"`
}

// A ParamExample is the value of a parameter on a day.
type ParamExample struct {
	ID string       `yaml:"id,required"`
	On string       `yaml:"on,required"`
	Is strict.Value `yaml:"is,required"`
}

// An OfficeExample is what an office is and serves.
type OfficeExample struct {
	ID     string      `yaml:"id,required"`
	Name   string      `yaml:"name,required"`
	Within string      `yaml:"within"`
	Serves []flow.Role `yaml:"serves"`
}

// An ItemExample is one applicant, what is known of him and what he says, and what the item must mean for him. What is
// left out is not looked at.
type ItemExample struct {
	ID    string            `yaml:"id,required"`
	On    string            `yaml:"on,required"`
	With  map[string]string `yaml:"with"`  // parameters as a city might set them, of those that the document leaves open
	Known map[string]string `yaml:"known"` // by source, such as fact.born
	Says  map[string]string `yaml:"says"`  // by field or question

	May     string            `yaml:"may"`   // yes, no or needs
	Fails   []int             `yaml:"fails"` // conditions that are not met, counted from 1
	Asks    []string          `yaml:"asks"`  // questions still open
	Bring   []string          `yaml:"bring"` // materials still to be brought, all of them
	Nothing bool              `yaml:"brings-nothing"`
	Had     map[string]string `yaml:"had"`     // material: source it is known from
	Prefill map[string]string `yaml:"prefill"` // field: value
	Owed    map[string]string `yaml:"owed"`    // material: term within which it may follow
	Joint   []string          `yaml:"joint"`   // offices that take part, all of them
	After   map[string]string `yaml:"after"`   // office: offices that go before it
	Begins  string            `yaml:"begins"`  // instant at which the term begins
	Promise string            `yaml:"promised"`
	Legal   string            `yaml:"legal"`
	Fee     string            `yaml:"fee"`
	Records []string          `yaml:"records"` // what a favourable decision writes: "applicant fact registered-at=…"
	Result  string            `yaml:"result"`  // document that it gives
	Until   string            `yaml:"valid-until"`
	Next    []string          `yaml:"next"`
	Green   string            `yaml:"green"` // yes or no
	Ways    []string          `yaml:"ways"`  // proxy, advance, agency: those that are open
	Decides string            `yaml:"decides"`
	Accepts []string          `yaml:"accepts"`
	Archive string            `yaml:"archive"`
	Called  string            `yaml:"called"` // words by which people find it
}
