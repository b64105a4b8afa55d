package flow_test

import (
	"strings"
	"testing"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/flow"
)

// Important mail is answered by the desk itself, other mail by the unit that handles it.
func TestOnlyKeepsARoleFromAStep(t *testing.T) {
	params := map[string]string{"number": "SZ-{seq:4}", "pause": "presented", "hint": "涉及人身安全的"}
	f, problems := flow.Build(flow.Spec{
		Flow: "mailbox", Name: "信箱", Channel: "mailbox", Number: "$number",
		Facts: []flow.FactSpec{{Name: "important", Label: "重要", Kind: "bool", Hint: "$hint"}},
		Steps: map[flow.Verb]flow.StepSpec{
			flow.Classify: {Sets: flow.List{"important"}, Basis: flow.List{"1"}},
			flow.Reply: {Basis: flow.List{"2"}, Only: []flow.OnlySpec{
				{Role: flow.Lead, When: "!important", Basis: flow.List{"3"}},
				{Role: flow.Desk, When: "important", Basis: flow.List{"4"}},
			}},
		},
		Clocks: []flow.ClockSpec{{ID: "c", Name: "答复", From: "register", Until: flow.List{"reply"}, Limit: "3d",
			PausesIn: []flow.State{flow.Waiting, "$pause"}, Basis: flow.List{"5"}}},
	}, flow.Origin{Document: "test", Param: func(n string) (string, bool) { v, ok := params[n]; return v, ok }})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if f.Number != "SZ-{seq:4}" || f.Fact("important").Hint != "涉及人身安全的" || f.Clocks[0].PausesIn[1] != flow.Presented {
		t.Errorf("parameters were not put in: %q %q %v", f.Number, f.Fact("important").Hint, f.Clocks[0].PausesIn)
	}
	for _, c := range []struct {
		important   bool
		role        flow.Role
		wantRefused string
	}{{false, flow.Lead, ""}, {false, flow.Desk, "4"}, {true, flow.Desk, ""}, {true, flow.Lead, "3"}} {
		st := &story{t: t, f: f}
		st.do(flow.Act{Verb: flow.Register, At: at("2026-03-02 09:00"), Actor: "1", As: []flow.Role{flow.Desk}})
		st.do(flow.Act{Verb: flow.Accept, At: at("2026-03-02 09:05"), Actor: "1", As: []flow.Role{flow.Desk}})
		st.do(flow.Act{Verb: flow.Classify, At: at("2026-03-02 09:06"), Actor: "1", As: []flow.Role{flow.Desk}, Sets: map[string]any{"important": c.important}})
		st.do(flow.Act{Verb: flow.Dispatch, At: at("2026-03-02 09:10"), Actor: "1", As: []flow.Role{flow.Desk}, To: "water"})
		_, _, err := f.Apply(civil.CivilCode(), st.s, flow.Act{Verb: flow.Reply, At: at("2026-03-03 09:00"), Actor: "2", Unit: "water", As: []flow.Role{c.role}, Words: "已修复"})
		switch refused := fault.As(err); {
		case c.wantRefused == "" && err != nil:
			t.Errorf("important=%v %s: %v", c.important, c.role, err)
		case c.wantRefused != "" && (refused == nil || refused.Clause.ID != c.wantRefused):
			t.Errorf("important=%v %s: got %v, want a refusal under clause %s", c.important, c.role, err, c.wantRefused)
		}
	}
}

// A mistake in an expression is reported where it stands, not only at the step that holds it.
func TestExpressionProblemHasItsPlace(t *testing.T) {
	_, problems := flow.Build(flow.Spec{Flow: "x", Name: "x", Channel: "x",
		Steps: map[flow.Verb]flow.StepSpec{flow.Dispatch: {When: "instructed && wieght == 1", Basis: flow.List{"1"}}},
	}, flow.Origin{Document: "test"})
	if len(problems) != 1 || problems[0].At.Col != 15 || !strings.Contains(problems[0].Message, "wieght") {
		t.Fatalf("problems: %+v", problems)
	}
}

// A parameter that says yes or no stands in a condition as expressions write it.
func TestParamInCondition(t *testing.T) {
	for value, refused := range map[string]bool{"yes": true, "no": false} {
		f, problems := flow.Build(flow.Spec{Flow: "f", Name: "流程", Steps: map[flow.Verb]flow.StepSpec{
			flow.Register: {When: "!$strict", Basis: flow.List{"1"}},
		}}, flow.Origin{Document: "test", Param: func(string) (string, bool) { return value, true }})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		_, _, err := f.Apply(civil.CivilCode(), flow.Situation{}, flow.Act{Verb: flow.Register, At: at("2026-03-02 09:00"), Actor: "a", As: []flow.Role{flow.Desk}})
		if (err != nil) != refused {
			t.Errorf("strict %s: %v", value, err)
		}
	}
}
