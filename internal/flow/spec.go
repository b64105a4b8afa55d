package flow

import (
	"fmt"

	"go.yaml.in/yaml/v4"
)

// A Spec is a flow as a pack writes it: only what its document adds to, limits in or forbids of the standard flow.
type Spec struct {
	Flow      string            `yaml:"flow"`
	Name      string            `yaml:"name"`
	Channel   string            `yaml:"channel"`
	About     string            `yaml:"about"` // the one matter that the channel is for; empty: whatever people bring
	Form      string            `yaml:"form"`
	Number    string            `yaml:"number"` // may be $param
	Days      string            `yaml:"days"`   // "calendar" (default) or "working": how a term in bare days counts; may be $param
	Own       bool              `yaml:"own"`    // the desk does it all itself: there is nothing to take on, refuse, send for or convert
	Basis     List              `yaml:"basis"`
	Offices   map[Role]List     `yaml:"offices"`
	Bound     []Role            `yaml:"bound"` // roles that only people of the units that fill their offices have
	Facts     []FactSpec        `yaml:"facts"`
	States    []StateSpec       `yaml:"states"`
	Steps     map[Verb]StepSpec `yaml:"steps"`
	Clocks    []ClockSpec       `yaml:"clocks"`
	Extension *ExtensionSpec    `yaml:"extension"`
	Dues      []DueSpec         `yaml:"dues"`
	Ladder    *LadderSpec       `yaml:"ladder"`
	Approval  *ApprovalSpec     `yaml:"approval"`
	Call      *CallSpec         `yaml:"call"`
	Opens     []OpenSpec        `yaml:"opens"`
	OpenedBy  []OpenSpec        `yaml:"opened-by"`
}

// An ApprovalSpec declares who decides, and which offices have a say before.
type ApprovalSpec struct {
	Lead  string             `yaml:"lead"`
	Parts []ApprovalPartSpec `yaml:"parts"`
	Basis List               `yaml:"basis"`
}

// An ApprovalPartSpec is one office's part.
type ApprovalPartSpec struct {
	Office string `yaml:"office"`
	Name   string `yaml:"name"`
	Term   string `yaml:"term"`
	After  List   `yaml:"after"`
	When   string `yaml:"when"`
	Shared bool   `yaml:"shared"` // only in cases whose registration names it
	Basis  List   `yaml:"basis"`
}

// A CallSpec declares that units are called to the spot.
type CallSpec struct {
	Term  string `yaml:"term"` // may be $param
	Basis List   `yaml:"basis"`
}

// An OpenSpec declares that a step opens a case of another flow.
type OpenSpec struct {
	On    Verb   `yaml:"on"`
	Flow  string `yaml:"flow"` // of opens
	Of    List   `yaml:"of"`   // of opened-by
	When  string `yaml:"when"`
	Title string `yaml:"title"`
	Quiet bool   `yaml:"quiet"`
	To    Role   `yaml:"to"`
	Basis List   `yaml:"basis"`
}

// A DueSpec declares a debt that arises by itself once its condition holds.
type DueSpec struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
	To   Role   `yaml:"to"`
	When string `yaml:"when"`
	Paid []Verb `yaml:"paid-by"`
	Bars []Verb `yaml:"bars"`
	Term string `yaml:"term"` // optional, may be $param
	// Follows makes the debt follow its condition: it falls away when that no longer holds, and arises again when it does.
	Follows bool `yaml:"follows"`
	Basis   List `yaml:"basis"`
}

// A LadderSpec names the posts that a case may be presented to, lowest first.
type LadderSpec struct {
	Posts    List   `yaml:"posts"`
	Stepwise string `yaml:"stepwise"` // "yes" or "no", may be $param
	Basis    List   `yaml:"basis"`
}

// A FactSpec declares a fact that steps of the flow may set.
type FactSpec struct {
	Name    string       `yaml:"name"`
	Label   string       `yaml:"label"`
	Kind    string       `yaml:"kind"`
	Options []OptionSpec `yaml:"options"`
	Default any          `yaml:"default"`
	Hint    string       `yaml:"hint"` // what to go by when setting it; may be $param
	Basis   List         `yaml:"basis"`
}

// An OptionSpec is one value of a choice.
type OptionSpec struct {
	Value string `yaml:"value"`
	Label string `yaml:"label"`
}

// A StateSpec adds a state.
type StateSpec struct {
	ID   State  `yaml:"id"`
	Name string `yaml:"name"`
	Open bool   `yaml:"open"`
}

// A StepSpec changes a standard step or adds one. Fields left out keep what the standard flow says.
type StepSpec struct {
	Name   string     `yaml:"name"`
	From   []State    `yaml:"from"`
	To     State      `yaml:"to"`
	By     []Role     `yaml:"by"`
	When   string     `yaml:"when"`
	Only   []OnlySpec `yaml:"only"`
	Needs  List       `yaml:"needs"` // added to the standard step's
	Sets   List       `yaml:"sets"`
	Never  []Verb     `yaml:"never"` // added
	Apart  []Verb     `yaml:"apart"` // added
	Owes   []DebtSpec `yaml:"owes"`  // added
	Pays   List       `yaml:"pays"`  // added
	Bars   List       `yaml:"bars"`  // added
	Most   int        `yaml:"most"`
	Forbid string     `yaml:"forbid"`
	Inform []Role     `yaml:"inform"` // added
	Waits  *WaitSpec  `yaml:"waits"`
	Agrees string     `yaml:"agrees"` // condition without which the verdict may not be to agree
	Basis  List       `yaml:"basis"`
}

// A WaitSpec keeps a step until a term since another step has run out: a decision waits for the end of its publication. Of a step with a
// verdict it may bind only one verdict: what is declined need not be published.
type WaitSpec struct {
	Verdict string `yaml:"verdict"`
	Since   Verb   `yaml:"since"`
	Term    string `yaml:"term"` // may be $param
	Basis   List   `yaml:"basis"`
}

// An OnlySpec keeps a role from a step unless a condition holds: the reply to important mail is the desk's, not the lead's.
// Its basis is the clause that gives the step to another.
type OnlySpec struct {
	Role  Role   `yaml:"role"`
	When  string `yaml:"when"`
	Basis List   `yaml:"basis"`
}

// A DebtSpec declares something owed.
type DebtSpec struct {
	ID    string `yaml:"id"`
	Name  string `yaml:"name"`
	To    Role   `yaml:"to"`
	Basis List   `yaml:"basis"`
}

// A ClockSpec declares a clock. A term may be written as $param, or as =fact: then the case says it.
type ClockSpec struct {
	ID       string  `yaml:"id"`
	Name     string  `yaml:"name"`
	When     string  `yaml:"when"`
	From     string  `yaml:"from"`
	Until    List    `yaml:"until"`
	Target   string  `yaml:"target"`
	Limit    string  `yaml:"limit"`
	PausesIn []State `yaml:"pauses-in"` // default: waiting; each may be $param, where "none" means no state
	Fixed    bool    `yaml:"fixed"`
	Basis    List    `yaml:"basis"`
}

// An ExtensionSpec bounds extensions.
type ExtensionSpec struct {
	Most  string `yaml:"most"` // a number or $param
	Cap   string `yaml:"cap"`  // a term or $param; empty: as far as the legal ceiling
	Basis List   `yaml:"basis"`
}

// A List is one string or several: `basis: 4.2b` and `basis: [4.2b, 4.3a]` both read well.
type List []string

// UnmarshalYAML reads a scalar or a sequence of scalars.
func (l *List) UnmarshalYAML(n *yaml.Node) error {
	switch n.Kind {
	case yaml.ScalarNode:
		*l = List{n.Value}
		return nil
	case yaml.SequenceNode:
		out := make(List, 0, len(n.Content))
		for _, c := range n.Content {
			if c.Kind != yaml.ScalarNode {
				return fmt.Errorf("line %d: want a text or a list of texts", c.Line)
			}
			out = append(out, c.Value)
		}
		*l = out
		return nil
	}
	return fmt.Errorf("line %d: want a text or a list of texts", n.Line)
}
