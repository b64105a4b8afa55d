package flow

import (
	"time"

	"linli/internal/law"
)

// An Act (动作记录) is one step somebody takes or tries to take. Which fields a verb needs is in its Step.
type Act struct {
	Verb  Verb      `json:"verb"`
	At    time.Time `json:"at"`
	Actor string    `json:"actor"`          // account id; for a reporter without an account, the receipt's id
	Unit  string    `json:"unit,omitempty"` // unit the actor acts for
	As    []Role    `json:"as"`             // what the actor is to this case; found by whoever calls, never taken from a request

	Words    string         `json:"words,omitempty"`  // in the actor's words
	Clause   law.Clause     `json:"clause,omitzero"`  // what a refusal rests on
	To       string         `json:"to,omitempty"`     // lead unit; of a case that a unit brings, the desk
	With     []string       `json:"with,omitempty"`   // helper units
	Leader   string         `json:"leader,omitempty"` // account of a leader
	Post     string         `json:"post,omitempty"`   // that leader's post, as the pack's ladder names it
	Sets     map[string]any `json:"sets,omitempty"`   // facts
	Term     string         `json:"term,omitempty"`   // a term, e.g. "5wd"
	Outcome  string         `json:"outcome,omitempty"`
	Case     string         `json:"case,omitempty"`  // another case's id
	Flow     string         `json:"flow,omitempty"`  // flow to convert to
	Grade    int            `json:"grade,omitempty"` // 1 (worst) to 5 (best)
	Verdict  string         `json:"verdict,omitempty"`
	Standard string         `json:"standard,omitempty"` // row of a rulebook, "document:id"; what it sets is in Sets
	Cites    []law.Clause   `json:"cites,omitempty"`    // clauses that what the act names rests on, such as the row's; found by whoever calls
	Where    *Position      `json:"where,omitempty"`    // where it is: said first when registered, put right by a later step
	Spot     string         `json:"spot,omitempty"`     // where it is, in words
	Also     []string       `json:"also,omitempty"`     // paths of other places that the case concerns
	Shares   []Share        `json:"shares,omitempty"`   // parts of an approval: which there are, at registration; who takes them, when sent out
}

// An Effect (结果) is what followed from an act besides the new Situation.
type Effect struct {
	Step    *Step
	From    State
	To      State
	Basis   []law.Clause // clauses that govern this step, the step's own first
	Inform  []Role       // who is to be told
	Started []string     // clocks that began
	Stopped []string     // clocks that ended
	Met     map[string]bool
	Touched []string // elements of the flow that took part, as "step.dispatch" or "clock.ordinary": for coverage
}
