package flow_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/law"
)

// settle is a flow in which police decide, housing and health have their say at once, and education only after housing.
func settle(t testing.TB) *flow.Flow {
	f, problems := flow.Build(flow.Spec{
		Flow: "settle", Name: "落户", Channel: "service",
		Approval: &flow.ApprovalSpec{Lead: "police", Basis: flow.List{"1"}, Parts: []flow.ApprovalPartSpec{
			{Office: "housing", Name: "核验住房", Term: "3wd", Basis: flow.List{"2"}},
			{Office: "health", Name: "核验健康", Term: "2wd", Basis: flow.List{"3"}},
			{Office: "education", Name: "安排学位", Term: "2wd", After: flow.List{"housing"}, Shared: true, Basis: flow.List{"4"}},
		}},
		Clocks: []flow.ClockSpec{{ID: "term", Name: "办理时限", From: "accept", Until: flow.List{"reply"}, Target: "5wd", Limit: "15wd", Basis: flow.List{"1"}}},
		Opens:  []flow.OpenSpec{{On: flow.Rate, Flow: "rectify", When: "grade <= 2", Title: "整改", Basis: flow.List{"5"}}},
	}, flow.Origin{Document: "t"})
	if len(problems) > 0 {
		t.Fatalf("flow does not build: %v", problems)
	}
	return f
}

// sent is an application that was taken in and sent to the offices on a Monday.
func sent(t testing.TB, shares ...flow.Share) *story {
	st := &story{t: t, f: settle(t)}
	r := act(flow.Register, "2026-10-12 09:00", "li", flow.Desk)
	r.Shares = shares
	st.do(r)
	st.do(act(flow.Accept, "2026-10-12 09:10", "li", flow.Desk))
	d := act(flow.Dispatch, "2026-10-12 09:20", "li", flow.Desk)
	d.To = "police"
	st.do(d)
	return st
}

func says(office, when, verdict string) flow.Act {
	a := flow.Act{Verb: flow.Opine, At: at(when), Actor: office, Unit: office, As: []flow.Role{flow.Helper}, Verdict: verdict}
	if verdict == flow.Disagree {
		a.Words, a.Clause = "不符合", law.MustParse("t#2")
	}
	return a
}

func decides(when, verdict string) flow.Act {
	return flow.Act{Verb: flow.Reply, At: at(when), Actor: "wu", Unit: "police", As: []flow.Role{flow.Lead}, Words: "决定", Verdict: verdict}
}

func branch(t testing.TB, s *flow.Situation, office string) flow.Branch {
	t.Helper()
	for _, b := range s.Branches {
		if b.Office == office {
			return b
		}
	}
	return flow.Branch{}
}

func TestOfficesWorkAtOnceAndTheLeadAnswersOnce(t *testing.T) {
	st := sent(t, flow.Share{Office: "education"})
	for office, due := range map[string]string{"housing": "2026-10-16 00:00", "health": "2026-10-15 00:00"} {
		if b := branch(t, &st.s, office); b.Since.IsZero() || !b.Due.Equal(at(due)) {
			t.Errorf("%s: since %v, due %v, want %s", office, b.Since, b.Due, due)
		}
	}
	if b := branch(t, &st.s, "education"); !b.Since.IsZero() || !b.Due.IsZero() {
		t.Errorf("education does not wait: %+v", b)
	}
	if e := st.refused(says("education", "2026-10-12 10:00", flow.Agree), fault.KindRefused); e.Clause.String() != "t#4" {
		t.Errorf("out of turn: refused by %s", e.Clause)
	}
	st.refused(decides("2026-10-12 10:00", flow.Agree), fault.KindConflict) // nobody has spoken yet
	st.do(says("housing", "2026-10-13 10:00", flow.Agree))
	st.refused(says("housing", "2026-10-13 11:00", flow.Agree), fault.KindConflict) // once
	if b := branch(t, &st.s, "education"); !b.Due.Equal(at("2026-10-16 00:00")) {
		t.Errorf("education begins when housing agreed: %+v", b)
	}
	st.do(says("health", "2026-10-13 12:00", flow.Agree))
	st.refused(decides("2026-10-13 12:10", flow.Agree), fault.KindConflict) // education has not spoken
	st.do(says("education", "2026-10-14 10:00", flow.Agree))
	e := st.do(decides("2026-10-14 11:00", flow.Agree))
	if st.s.Outcome != flow.Granted || st.s.State != flow.Replied || !e.Met["term"] {
		t.Errorf("outcome %q, state %s, met %v", st.s.Outcome, st.s.State, e.Met)
	}
	st.refused(decides("2026-10-14 11:10", flow.Agree), fault.KindConflict) // answered once
	st.do(act(flow.Close, "2026-10-14 12:00", "li", flow.Desk))
	if st.s.Outcome != flow.Granted {
		t.Errorf("closing changed the outcome to %q", st.s.Outcome)
	}
}

func TestANegativeVerdictLeadsToRefusalWithItsClause(t *testing.T) {
	st := sent(t, flow.Share{Office: "education"})
	bare := says("housing", "2026-10-13 10:00", flow.Disagree)
	bare.Clause = law.Clause{}
	if e := st.refused(bare, fault.KindInvalid); e.Field != "clause" {
		t.Errorf("a negative verdict without a clause: %v", e)
	}
	st.do(says("housing", "2026-10-13 10:00", flow.Disagree))
	if b := branch(t, &st.s, "education"); b.Verdict != flow.Moot || b.Done.IsZero() {
		t.Errorf("education need not speak any more: %+v", b)
	}
	st.refused(decides("2026-10-13 11:00", flow.Disagree), fault.KindConflict) // health still works
	st.do(says("health", "2026-10-13 12:00", flow.Agree))
	if e := st.refused(decides("2026-10-13 12:10", flow.Agree), fault.KindRefused); e.Clause.String() != "t#2" {
		t.Errorf("granting against housing: refused by %s", e.Clause)
	}
	st.do(decides("2026-10-13 13:00", flow.Disagree))
	if st.s.Outcome != flow.Declined {
		t.Errorf("outcome %q", st.s.Outcome)
	}
}

func TestTheLeadAloneRefusesOnlyWithAClause(t *testing.T) {
	st := sent(t)
	st.do(says("housing", "2026-10-13 10:00", flow.Agree))
	st.do(says("health", "2026-10-13 10:00", flow.Agree))
	st.refused(decides("2026-10-13 11:00", flow.Disagree), fault.KindInvalid)
	a := decides("2026-10-13 11:00", flow.Disagree)
	a.Clause = law.MustParse("t#1")
	st.do(a)
}

func TestWhatIsDecidedAlreadyIsReused(t *testing.T) {
	st := sent(t)
	if branch(t, &st.s, "education").Office != "" {
		t.Errorf("education has a part in a case that does not name it")
	}
	st = &story{t: t, f: settle(t)}
	r := act(flow.Register, "2026-10-12 09:00", "li", flow.Desk)
	r.Shares = []flow.Share{{Office: "education"}}
	st.do(r)
	st.do(act(flow.Accept, "2026-10-12 09:10", "li", flow.Desk))
	d := act(flow.Dispatch, "2026-10-12 09:20", "li", flow.Desk)
	d.To, d.Shares = "police", []flow.Share{{Office: "housing", Unit: "u-housing", Reused: "ZL-2026-000001"}, {Office: "health", Unit: "u-health"}}
	st.do(d)
	if b := branch(t, &st.s, "housing"); b.Verdict != flow.Agree || b.Reused == "" {
		t.Errorf("housing: %+v", b)
	}
	if b := branch(t, &st.s, "education"); b.Since.IsZero() {
		t.Errorf("education may begin, for housing has been decided: %+v", b)
	}
	if b := branch(t, &st.s, "health"); b.Unit != "u-health" {
		t.Errorf("health is taken by %q", b.Unit)
	}
	for _, bad := range []flow.Share{{Office: "nobody"}} {
		r.Shares = []flow.Share{bad}
		(&story{t: t, f: settle(t)}).refused(r, fault.KindInvalid)
	}
}

func TestApprovalSurvivesReplayAndStorage(t *testing.T) {
	f := settle(t)
	history := []flow.Act{act(flow.Register, "2026-10-12 09:00", "li", flow.Desk), act(flow.Accept, "2026-10-12 09:10", "li", flow.Desk),
		act(flow.Dispatch, "2026-10-12 09:20", "li", flow.Desk), says("housing", "2026-10-13 10:00", flow.Agree)}
	history[0].Shares, history[2].To = []flow.Share{{Office: "education"}}, "police"
	var s flow.Situation
	for _, a := range history {
		b, err := json.Marshal(s) // every step is stored and read again
		if err != nil {
			t.Fatal(err)
		}
		var stored flow.Situation
		if err := json.Unmarshal(b, &stored); err != nil {
			t.Fatal(err)
		}
		if s, _, err = f.Apply(civil.CivilCode(), stored, a); err != nil {
			t.Fatal(err)
		}
	}
	again, err := flow.Replay(func(string) (*flow.Flow, bool) { return f, true }, civil.CivilCode(), "settle", history)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(s)
	b, _ := json.Marshal(again)
	if string(a) != string(b) {
		t.Errorf("replay gives\n%s\nstored\n%s", b, a)
	}
}

func TestABadRatingOpensACase(t *testing.T) {
	f := settle(t)
	rectify, problems := flow.Build(flow.Spec{Flow: "fix", Name: "整改", OpenedBy: []flow.OpenSpec{
		{On: flow.Rate, Of: flow.List{"items"}, When: "grade <= 2", Title: "整改", Quiet: true, To: flow.Lead, Basis: flow.List{"1"}}}}, flow.Origin{Document: "t"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for grade, opens := range map[int]int{1: 1, 2: 1, 3: 0, 5: 0} {
		s := &flow.Situation{State: flow.Closed, Grade: grade}
		if got := len(f.Opened(s, flow.Rate, time.Time{})); got != opens {
			t.Errorf("grade %d opens %d by the flow", grade, got)
		}
		if got := len(rectify.Hears(f, s, flow.Rate, time.Time{})); got != opens {
			t.Errorf("grade %d is heard %d times", grade, got)
		}
		if len(rectify.Hears(mailbox(t), s, flow.Rate, time.Time{})) > 0 || len(f.Opened(s, flow.Close, time.Time{})) > 0 {
			t.Errorf("another flow or another step opens a case")
		}
	}
}

func TestApprovalRefusesWhatCannotBe(t *testing.T) {
	part := func(office string, after ...string) flow.ApprovalPartSpec {
		return flow.ApprovalPartSpec{Office: office, Name: "核验", Term: "3wd", After: after, Basis: flow.List{"1"}}
	}
	for want, a := range map[string]*flow.ApprovalSpec{
		"须有 lead 和 basis":    {Lead: "police"},
		"机构 police 已有环节":     {Lead: "police", Basis: flow.List{"1"}, Parts: []flow.ApprovalPartSpec{part("police")}},
		"机构 housing 已有环节":    {Lead: "police", Basis: flow.List{"1"}, Parts: []flow.ApprovalPartSpec{part("housing"), part("housing")}},
		"先办的机构 school 须写在前面": {Lead: "police", Basis: flow.List{"1"}, Parts: []flow.ApprovalPartSpec{part("housing", "school"), part("school")}},
		"name、term 和 basis":  {Lead: "police", Basis: flow.List{"1"}, Parts: []flow.ApprovalPartSpec{{Office: "housing"}}},
	} {
		_, problems := flow.Build(flow.Spec{Flow: "f", Approval: a}, flow.Origin{Document: "t"})
		found := false
		for _, p := range problems {
			found = found || strings.Contains(p.Message, want)
		}
		if !found {
			t.Errorf("want %q, got %v", want, problems)
		}
	}
}
