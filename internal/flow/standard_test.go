package flow_test

import (
	"strings"
	"testing"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/law"
)

// walked is a flow of matters that are found in the street: opened by a row of a rulebook, which gives the term.
func walked(t testing.TB) *flow.Flow {
	f, problems := flow.Build(flow.Spec{
		Flow: "walked", Name: "巡查", Channel: "grid", Basis: flow.List{"1"},
		Offices: map[flow.Role]flow.List{flow.Dispatcher: {"command"}}, Bound: []flow.Role{flow.Dispatcher},
		Facts: []flow.FactSpec{
			{Name: "standard", Label: "立案标准", Kind: "text", Basis: flow.List{"1"}},
			{Name: "term", Label: "处置时限", Kind: "term", Basis: flow.List{"1"}},
		},
		States: []flow.StateSpec{{ID: "opened", Name: "已立案", Open: true}},
		Steps: map[flow.Verb]flow.StepSpec{
			flow.Register: {By: []flow.Role{flow.Patrol, flow.Desk}, Basis: flow.List{"1"}},
			"open": {Name: "立案", From: []flow.State{flow.Accepted}, To: "opened", By: []flow.Role{flow.Desk},
				Needs: flow.List{flow.NeedStandard, flow.NeedPosition}, Sets: flow.List{"standard", "term"}, Basis: flow.List{"1"}},
			"correct": {Name: "更正", From: []flow.State{flow.Dispatched}, By: []flow.Role{flow.Desk},
				Needs: flow.List{flow.NeedStandard}, Sets: flow.List{"standard", "term"}, Basis: flow.List{"1"}},
			"spread":      {Name: "涉及", By: []flow.Role{flow.Desk}, Needs: flow.List{flow.NeedPlaces}, Basis: flow.List{"1"}},
			flow.Dispatch: {From: []flow.State{"opened"}, Apart: []flow.Verb{flow.Accept, "open"}, Basis: flow.List{"1"}},
			flow.Verify:   {By: []flow.Role{flow.Patrol, flow.Verifier}, Basis: flow.List{"1"}},
		},
		Clocks: []flow.ClockSpec{{ID: "handle", Name: "处置", From: "dispatch", Until: flow.List{"reply"}, Limit: "=term", Basis: flow.List{"1"}}},
	}, flow.Origin{Document: "test"})
	if len(problems) > 0 {
		t.Fatalf("flow does not build: %v", problems)
	}
	return f
}

func centre(v flow.Verb, when string) flow.Act {
	return flow.Act{Verb: v, At: at(when), Actor: "jiandu", Unit: "supervision", As: []flow.Role{flow.Desk}}
}

// The term of a case comes from the row by which it was opened, and a corrected row moves it.
func TestTheTermIsThatOfTheStandard(t *testing.T) {
	st := &story{t: t, f: walked(t)}
	st.do(flow.Act{Verb: flow.Register, At: at("2026-10-12 09:00"), Actor: "w", As: []flow.Role{flow.Patrol}})
	if !st.s.Walked {
		t.Error("it does not say that grid workers have a part in it")
	}
	st.do(centre(flow.Accept, "2026-10-12 09:10"))
	open := centre("open", "2026-10-12 09:20")
	if _, _, err := st.f.Apply(civil.CivilCode(), st.s, open); err == nil || !strings.Contains(err.Error(), "立案标准") || !strings.Contains(err.Error(), "位置") {
		t.Errorf("opened without a standard and a position: %v", err)
	}
	row := law.Clause{Document: "rb", ID: "event-01-10-1"}
	open.Standard, open.Spot, open.Cites = "rb:event-01-10-1", "东门外", []law.Clause{row}
	open.Sets = map[string]any{"standard": "rb:event-01-10-1", "term": "4wh"}
	if e := st.do(open); len(e.Basis) != 2 || e.Basis[1] != row {
		t.Errorf("the step rests on %v", e.Basis)
	}
	if len(st.s.Running) != 0 {
		t.Errorf("a clock runs before it is sent out: %+v", st.s.Running)
	}
	st.do(flow.Act{Verb: flow.Dispatch, At: at("2026-10-12 09:30"), Actor: "zhihui", Unit: "command", As: []flow.Role{flow.Dispatcher}, To: "clean"})
	limit := func(want string) {
		t.Helper()
		if got := st.s.Running[0].Limit; !got.Equal(at(want)) {
			t.Errorf("limit %s, want %s", got.In(civil.Shanghai), want)
		}
	}
	limit("2026-10-12 15:30")
	ends, err := st.f.Explain(civil.CivilCode(), &st.s)
	if err != nil || len(ends) != 1 || ends[0].Limit == nil || !ends[0].Limit.Due.Equal(st.s.Running[0].Limit) {
		t.Errorf("explained as %+v, %v", ends, err)
	}
	right := centre("correct", "2026-10-12 10:00")
	right.Standard, right.Sets = "rb:event-01-10-2", map[string]any{"standard": "rb:event-01-10-2", "term": "2h"}
	st.do(right)
	limit("2026-10-12 11:30")
}

// A unit that took a case in does not send it out, whoever of it tries.
func TestUnitsStayApart(t *testing.T) {
	st := &story{t: t, f: walked(t)}
	st.do(flow.Act{Verb: flow.Register, At: at("2026-10-12 09:00"), Actor: "w", As: []flow.Role{flow.Patrol}})
	st.do(centre(flow.Accept, "2026-10-12 09:10"))
	open := centre("open", "2026-10-12 09:20")
	open.Standard, open.Spot, open.Sets = "rb:x", "东门外", map[string]any{"term": "1wd"}
	st.do(open)
	other := flow.Act{Verb: flow.Dispatch, At: at("2026-10-12 09:30"), Actor: "another", Unit: "supervision", As: []flow.Role{flow.Dispatcher}, To: "clean"}
	if _, _, err := st.f.Apply(civil.CivilCode(), st.s, other); fault.KindOf(err) != fault.KindForbidden || !strings.Contains(err.Error(), "本单位") {
		t.Errorf("the unit that opened it sends it out: %v", err)
	}
	spread := centre("spread", "2026-10-12 09:40")
	if _, _, err := st.f.Apply(civil.CivilCode(), st.s, spread); err == nil {
		t.Error("no other place was named")
	}
	spread.Also = []string{"4112/411202/2/", "4112/411202/2/"}
	if st.do(spread); len(st.s.Also) != 1 {
		t.Errorf("it concerns %v", st.s.Also)
	}
	note := flow.Act{Verb: flow.Note, At: at("2026-10-12 09:50"), Actor: "w", As: []flow.Role{flow.Patrol}, Words: "见", Standard: "rb:x", Also: spread.Also}
	if _, _, err := st.f.Apply(civil.CivilCode(), st.s, note); err == nil {
		t.Error("a note took a standard")
	}
	bad := open
	bad.Sets = map[string]any{"term": "soon"}
	if _, _, err := st.f.Apply(civil.CivilCode(), st.s, bad); err == nil {
		t.Error("a term that is none was taken")
	}
}

func TestWalkedFlowsThatDoNotBuild(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*flow.Spec)
		want   string
	}{
		"no such fact":    {func(s *flow.Spec) { s.Clocks[0].Limit = "=days" }, "days"},
		"no term":         {func(s *flow.Spec) { s.Clocks[0].Limit = "=standard" }, "standard"},
		"bad default":     {func(s *flow.Spec) { s.Facts[1].Default = "soon" }, "soon"},
		"bound to nobody": {func(s *flow.Spec) { s.Offices = nil }, "dispatcher"},
		"apart from none": {func(s *flow.Spec) { s.Steps["open"] = apartFrom(s.Steps["open"], "fly") }, "fly"},
	} {
		spec := flow.Spec{Flow: "x", Name: "x", Channel: "x", Basis: flow.List{"1"},
			Offices: map[flow.Role]flow.List{flow.Dispatcher: {"command"}}, Bound: []flow.Role{flow.Dispatcher},
			Facts:  []flow.FactSpec{{Name: "standard", Label: "标准", Kind: "text"}, {Name: "term", Label: "时限", Kind: "term"}},
			Steps:  map[flow.Verb]flow.StepSpec{"open": {Name: "立案", By: []flow.Role{flow.Desk}, Basis: flow.List{"1"}}},
			Clocks: []flow.ClockSpec{{ID: "handle", Name: "处置", From: "dispatch", Until: flow.List{"reply"}, Limit: "=term", Basis: flow.List{"1"}}}}
		if _, problems := flow.Build(spec, flow.Origin{Document: "test"}); len(problems) > 0 {
			t.Fatalf("%s: does not build as it is: %v", name, problems)
		}
		c.change(&spec)
		_, problems := flow.Build(spec, flow.Origin{Document: "test"})
		if len(problems) == 0 || !strings.Contains(problems[0].Message, c.want) {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func apartFrom(s flow.StepSpec, v flow.Verb) flow.StepSpec {
	s.Apart = []flow.Verb{v}
	return s
}

// called is a flow in which the lead calls others to the spot.
func called(t *testing.T) *flow.Flow {
	f, problems := flow.Build(flow.Spec{Flow: "called", Name: "吹哨", Channel: "c", Basis: flow.List{"1"},
		Call:  &flow.CallSpec{Term: "2h", Basis: flow.List{"9"}},
		Steps: map[flow.Verb]flow.StepSpec{flow.Whistle: {Basis: flow.List{"9"}}, flow.Arrive: {Basis: flow.List{"9"}}},
		Dues:  []flow.DueSpec{{ID: "superior", Name: "报请上级协调", When: "absent > 0", Paid: []flow.Verb{flow.Present}, Bars: []flow.Verb{flow.Reply}, Basis: flow.List{"9"}}},
	}, flow.Origin{Document: "test"})
	if len(problems) > 0 {
		t.Fatalf("flow does not build: %v", problems)
	}
	return f
}

func helper(v flow.Verb, when, unit string) flow.Act {
	return flow.Act{Verb: v, At: at(when), Actor: unit, Unit: unit, As: []flow.Role{flow.Helper}, Words: "已办"}
}

// Who is called owes his arrival; who does not come in time brings the matter before a superior. The lead stays the lead.
func TestUnitsAreCalledToTheSpot(t *testing.T) {
	st := &story{t: t, f: called(t)}
	st.do(act(flow.Register, "2026-10-12 09:00", "d", flow.Desk))
	st.do(act(flow.Accept, "2026-10-12 09:00", "d", flow.Desk))
	send := act(flow.Dispatch, "2026-10-12 09:00", "d", flow.Desk)
	send.To = "roads"
	st.do(send)
	whistle := flow.Act{Verb: flow.Whistle, At: at("2026-10-12 10:00"), Actor: "r", Unit: "roads", As: []flow.Role{flow.Lead}, With: []string{"water", "power"}, Words: "管线破了"}
	st.do(whistle)
	if !st.s.Yellow().Equal(at("2026-10-12 12:00")) || st.s.Lead != "roads" || st.s.Absent(at("2026-10-12 11:59")) != 0 {
		t.Errorf("yellow %s, lead %s", st.s.Yellow(), st.s.Lead)
	}
	st.refused(helper(flow.Arrive, "2026-10-12 10:30", "gas"), fault.KindConflict)
	st.do(helper(flow.Arrive, "2026-10-12 10:30", "water"))
	st.refused(helper(flow.Arrive, "2026-10-12 10:40", "water"), fault.KindConflict)
	if got := st.s.Absent(at("2026-10-12 12:00")); got != 1 {
		t.Errorf("%d units are late, want the one", got)
	}
	st.do(helper(flow.Contribute, "2026-10-12 12:10", "water"))
	if len(st.s.Owed) != 1 || st.s.Owed[0].ID != "superior" {
		t.Errorf("owed %+v", st.s.Owed)
	}
	st.do(helper(flow.Contribute, "2026-10-12 12:20", "power"))
	if i := len(st.s.Branches) - 1; st.s.Branches[i].Arrived.IsZero() || st.s.Absent(at("2026-10-13 09:00")) != 0 {
		t.Errorf("who did his part has not come: %+v", st.s.Branches)
	}
	st.refused(flow.Act{Verb: flow.Reply, At: at("2026-10-12 12:30"), Actor: "r", Unit: "roads", As: []flow.Role{flow.Lead}, Words: "修好"}, fault.KindRefused)
	self := whistle
	self.At, self.With = at("2026-10-12 12:40"), []string{"roads"}
	st.refused(self, fault.KindInvalid)
}
