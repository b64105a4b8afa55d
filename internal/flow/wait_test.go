package flow_test

import (
	"testing"
	"time"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/law"
)

// A decision to agree waits for the end of its publication and for its condition; one to decline needs neither.
func TestADecisionWaitsForItsPublication(t *testing.T) {
	f, problems := flow.Build(flow.Spec{Flow: "grant", Name: "审批", Basis: flow.List{"1"},
		Facts: []flow.FactSpec{{Name: "checked", Label: "核实属实", Kind: "bool", Default: false, Basis: flow.List{"1"}}},
		Steps: map[flow.Verb]flow.StepSpec{
			"check":   {Name: "核实", From: []flow.State{flow.Dispatched}, By: []flow.Role{flow.Lead}, Sets: flow.List{"checked"}, Basis: flow.List{"1"}},
			"publish": {Name: "公示", From: []flow.State{flow.Dispatched}, By: []flow.Role{flow.Lead}, Basis: flow.List{"2"}},
			flow.Reply: {By: []flow.Role{flow.Lead}, Agrees: "checked", Basis: flow.List{"3"},
				Waits: &flow.WaitSpec{Since: "publish", Term: "7d", Verdict: flow.Agree, Basis: flow.List{"4"}}},
		},
		Approval: &flow.ApprovalSpec{Lead: "civil", Basis: flow.List{"3"}},
		Offices:  map[flow.Role]flow.List{flow.Lead: {"civil"}},
	}, flow.Origin{Document: "d"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	day := time.Date(2026, 3, 2, 9, 0, 0, 0, civil.Shanghai)
	s := flow.Situation{Flow: "grant", State: flow.Dispatched, Lead: "u", Facts: map[string]any{"checked": false}, First: map[flow.Verb]time.Time{}, Count: map[flow.Verb]int{}}
	do := func(at time.Time, v flow.Verb, verdict string, sets map[string]any) error {
		next, _, err := f.Apply(civil.CivilCode(), s, flow.Act{Verb: v, Actor: "a", Unit: "u", As: []flow.Role{flow.Lead}, At: at, Words: "说明", Verdict: verdict, Sets: sets, Clause: law.MustParse("d#5")})
		if err == nil {
			s = next
		}
		return err
	}
	refused := func(what string, err error, clause string) {
		t.Helper()
		if fault.KindOf(err) != fault.KindRefused || fault.As(err).Clause.ID != clause {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("agreed though not checked", do(day, flow.Reply, flow.Agree, nil), "3")
	if err := do(day, "check", "", map[string]any{"checked": true}); err != nil {
		t.Fatal(err)
	}
	if err := do(day, flow.Reply, flow.Agree, nil); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("agreed though not published: %v", err)
	}
	if err := do(day, "publish", "", nil); err != nil {
		t.Fatal(err)
	}
	refused("agreed on the last day of the publication", do(day.AddDate(0, 0, 7), flow.Reply, flow.Agree, nil), "4")
	before := s
	if err := do(day.AddDate(0, 0, 1), flow.Reply, flow.Disagree, nil); err != nil {
		t.Errorf("declined while it is published: %v", err)
	}
	s = before
	if err := do(day.AddDate(0, 0, 8), flow.Reply, flow.Agree, nil); err != nil {
		t.Errorf("agreed after the publication: %v", err)
	}
}

// A wait names a step of the flow, a term and a verdict there is.
func TestAWaitIsChecked(t *testing.T) {
	for name, w := range map[string]flow.WaitSpec{
		"unknown step":    {Since: "nowhere", Term: "7d"},
		"itself":          {Since: flow.Reply, Term: "7d"},
		"no term":         {Since: flow.Accept},
		"unknown verdict": {Since: flow.Accept, Term: "7d", Verdict: "perhaps"},
	} {
		_, problems := flow.Build(flow.Spec{Flow: "x", Name: "x", Steps: map[flow.Verb]flow.StepSpec{flow.Reply: {Waits: &w, Basis: flow.List{"1"}}}}, flow.Origin{Document: "d"})
		if len(problems) == 0 {
			t.Errorf("%s: builds", name)
		}
	}
}
