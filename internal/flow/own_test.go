package flow_test

import (
	"testing"

	"linli/internal/fault"
	"linli/internal/flow"
)

// What a desk does all by itself is not taken on, refused, sent for or converted, unless the pack speaks of it.
func TestOwnWork(t *testing.T) {
	spec := flow.Spec{Flow: "drill", Name: "演练", Own: true, Basis: flow.List{"1"}, Steps: map[flow.Verb]flow.StepSpec{
		flow.Ask: {Name: "补充", Basis: flow.List{"2"}}}}
	f, problems := flow.Build(spec, flow.Origin{Document: "d"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	s := flow.Situation{Flow: "drill", State: flow.Registered}
	for _, v := range []flow.Verb{flow.Accept, flow.Refuse, flow.Convert} {
		err := f.Allowed(&s, v, "a", "u", []flow.Role{flow.Desk})
		if fault.KindOf(err) != fault.KindRefused || fault.As(err).Clause.ID != "1" {
			t.Errorf("%s: %v", v, err)
		}
	}
	if err := f.Allowed(&s, flow.Ask, "a", "u", []flow.Role{flow.Desk}); err != nil {
		t.Errorf("what the pack speaks of: %v", err)
	}
	spec.Basis = nil
	if _, problems := flow.Build(spec, flow.Origin{Document: "d"}); len(problems) == 0 {
		t.Error("own work without a clause builds")
	}
}
