package flow

import (
	"slices"

	"linli/internal/civil"
	"linli/internal/law"
	"linli/internal/rule"
)

// A Flow (流程) is a checked flow definition, immutable and safe for concurrent use.
type Flow struct {
	ID       string
	Name     string
	Document string // document that set it, "" for the standard flow
	Channel  string
	About    string            // the one matter that the channel is for, in a few words; empty: whatever people bring
	Base     string            // flow it was made of, "" for most
	Form     string            // form that registers a case
	Number   string            // numbering pattern, e.g. "SZXX-{year}-{seq:6}"
	Offices  map[Role][]string // office ids that fill a role, as the pack names them
	States   []StateDef
	Facts    []Fact
	Clocks   []Clock
	Extend   Extension
	Dues     []Due     // debts that arise by themselves when a condition holds
	Approval *Approval // nil: nobody decides jointly
	Call     *Call     // nil: nobody is called to the spot
	Opens    []Opening // cases of other flows that steps of this one open
	OpenedBy []Opening // steps of other flows that open a case of this one
	Bound    []Role    // roles that only people of the units that fill their offices have
	Ladder   []string  // posts that a case may be presented to, lowest first; empty: any leader
	Stepwise bool      // the ladder is climbed one post at a time
	// DaysAre says how a term in bare days counts: civil.Day or civil.WorkDay.
	WorkingDays bool
	// Basis is the clause behind the flow as a whole.
	Basis []law.Clause

	steps  map[Verb]*Step
	order  []Verb
	states map[State]*StateDef
	facts  map[string]*Fact
}

// A StateDef (状态定义) names a state and says what it means for queues.
type StateDef struct {
	ID   State
	Name string
	Open bool // somebody still owes work
}

// A Fact (事实) is something a step may record about a case, with its type.
type Fact struct {
	Name    string
	Label   string
	Kind    string // "choice", "number", "bool", "text" or "term"
	Options []Option
	Default any // nil: unknown until somebody says
	Hint    string
	Basis   []law.Clause
}

// An Option (选项) is one value of a choice.
type Option struct {
	Value string
	Label string
}

// A Step (步骤) says who may do a verb, from where, to where, and what it needs.
type Step struct {
	Verb   Verb
	Name   string
	From   []State // empty: any state the flow knows
	To     State   // "": stays; Back: where the case was before it waited
	By     []Role
	When   *Condition // nil: always
	Only   []Only     // further conditions for single roles
	Needs  []string   // inputs that must be given, see Need
	Sets   []string   // facts this step may set
	Never  []Verb     // whoever did one of these may not do this (separation of duties)
	Apart  []Verb     // nor whoever is of a unit that did one of these
	Owes   []Debt     // what this step makes somebody owe
	Pays   []string   // ids of debts that this step settles
	Bars   []string   // ids of debts that must be settled before
	Most   int        // times at most, 0: no bound
	Forbid string     // not empty: the document forbids this verb, and why
	Inform []Role     // who is told besides those who must act next
	Waits  *Wait      // nil: at any time
	Agrees *Condition // without it the verdict may not be to agree; nil: no condition
	Basis  []law.Clause
}

// A Wait (等待期) says that a step may be done only once a term since another step has run out.
type Wait struct {
	Since   Verb
	Term    civil.Term
	Verdict string // only with this verdict; "": with any
	Basis   []law.Clause
}

// An Only (仅限) says that a role may do a step only when a condition holds.
type Only struct {
	Role  Role
	When  *Condition
	Basis []law.Clause // at least one
}

// Back, as a Step's To, returns to the state before the wait.
const Back State = "<"

// Inputs that a step may need.
const (
	NeedWords    = "words"    // an explanation in words
	NeedUnit     = "unit"     // a lead unit
	NeedUnits    = "units"    // one or more helper units
	NeedLeader   = "leader"   // a leader's account
	NeedClause   = "clause"   // the clause a refusal rests on
	NeedOutcome  = "outcome"  // how the case ended
	NeedTerm     = "term"     // a term
	NeedCase     = "case"     // another case
	NeedFlow     = "flow"     // another flow
	NeedGrade    = "grade"    // 1 (worst) to 5 (best)
	NeedStandard = "standard" // row of a rulebook that says when a case is opened, and its term
	NeedPosition = "position" // where it is: a position, or the spot in words
	NeedPlaces   = "places"   // other places that the case concerns
	NeedVerdict  = "verdict"  // agree or disagree; the latter with a clause
)

// A Debt (待办义务) is something owed before a case may go on, such as a report back to whoever instructed.
type Debt struct {
	ID    string
	Name  string
	To    Role
	Basis []law.Clause
}

// A Due (应办义务) is a debt that arises once its condition holds after any step, such as the report to the city
// government that a large petition calls for.
type Due struct {
	Debt
	When *Condition
	Paid []Verb     // verbs that settle it
	Bars []Verb     // verbs that must wait for it
	Term civil.Term // zero: no day named
	// Follows: the debt falls away once its condition no longer holds, and arises anew when it comes to hold again.
	Follows bool
}

// A Clock (时限) runs between two verbs and is judged against a target term and a legal ceiling.
type Clock struct {
	ID       string
	Name     string
	When     *Condition
	From     Verb
	Until    []Verb
	Target   civil.Term // zero: none
	Limit    civil.Term // zero: none
	TargetIn string     // fact of kind "term" that holds the target, "" for none
	LimitIn  string     // fact of kind "term" that holds the limit, "" for none
	PausesIn []State
	Fixed    bool // no extension moves it
	Basis    []law.Clause
}

// An Extension (延期规则) bounds how far terms may be moved.
type Extension struct {
	Most  int        // times, 0: never
	Cap   civil.Term // all extensions of one clock together, zero: as far as the legal ceiling
	Basis []law.Clause
}

// A Condition (条件) is a typed expression over the facts of a case, compiled when the flow was built.
type Condition struct {
	Source string
	prog   *rule.Program
}

// Ask answers yes, no or needs for the given facts.
func (c *Condition) Ask(facts map[string]any) rule.Answer {
	return c.prog.Ask(facts)
}

// Patrolled reports whether those who walk the grids have a part in cases of this flow.
func (f *Flow) Patrolled() bool {
	for _, st := range f.steps {
		if st.Verb != Note && slices.Contains(st.By, Patrol) {
			return true
		}
	}
	return false
}

// Step returns the step of a verb, or nil when this flow lacks it.
func (f *Flow) Step(v Verb) *Step { return f.steps[v] }

// Internal reports that only units of government bring cases of this flow: no resident and no desk does.
func (f *Flow) Internal() bool {
	by := f.steps[Register].By
	return slices.Contains(by, Sender) && !slices.Contains(by, Reporter) && !slices.Contains(by, Desk)
}

// Steps returns all steps in the order of the definition.
func (f *Flow) Steps() []*Step {
	list := make([]*Step, 0, len(f.order))
	for _, v := range f.order {
		list = append(list, f.steps[v])
	}
	return list
}

// State returns the definition of a state, or nil.
func (f *Flow) State(s State) *StateDef { return f.states[s] }

// Fact returns the definition of a fact, or nil.
func (f *Flow) Fact(name string) *Fact { return f.facts[name] }

// Open reports whether somebody still owes work in state s.
func (f *Flow) Open(s State) bool {
	d := f.states[s]
	return d != nil && d.Open
}
