package flow_test

import (
	"encoding/json"
	"testing"
	"time"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/flow"
)

// at gives an instant in +08:00.
func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, civil.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

// mailbox is a small flow with both kinds of clock, as a pack would write it.
func mailbox(t testing.TB) *flow.Flow {
	f, problems := flow.Build(flow.Spec{
		Flow: "mailbox", Name: "信箱", Channel: "mailbox", Number: "SZXX-{year}-{seq:6}",
		Facts: []flow.FactSpec{
			{Name: "weight", Label: "类别", Kind: "choice", Options: []flow.OptionSpec{{"ordinary", "一般"}, {"important", "重要"}}},
			{Name: "headcount", Label: "人数", Kind: "number", Default: 1},
		},
		Steps: map[flow.Verb]flow.StepSpec{
			flow.Register: {Sets: flow.List{"weight", "headcount"}, Basis: flow.List{"4.2b"}},
			flow.Classify: {Sets: flow.List{"weight"}, Basis: flow.List{"4.2b"}},
			flow.Dispatch: {When: `weight == "ordinary" || instructed`, Basis: flow.List{"4.3a"}},
		},
		Clocks: []flow.ClockSpec{
			{ID: "ordinary", Name: "一般信件", When: `weight == "ordinary"`, From: "register", Until: flow.List{"reply"}, Target: "3d", Limit: "7d", Basis: flow.List{"4.4b"}},
			{ID: "important", Name: "重要信件", When: `weight == "important"`, From: "register", Until: flow.List{"reply"}, Target: "15d", Limit: "1mo", Basis: flow.List{"4.4c"}},
		},
		Dues: []flow.DueSpec{{ID: "report-large", Name: "报告大规模来信", When: "headcount >= 50", Paid: []flow.Verb{flow.Report}, Bars: []flow.Verb{flow.Close}, Basis: flow.List{"2.2a"}}},
	}, flow.Origin{Document: "test"})
	if len(problems) > 0 {
		t.Fatalf("flow does not build: %v", problems)
	}
	return f
}

// story applies acts one after the other and stops the test at the first that fails.
type story struct {
	t testing.TB
	f *flow.Flow
	s flow.Situation
}

func (st *story) do(a flow.Act) flow.Effect {
	st.t.Helper()
	n, e, err := st.f.Apply(civil.CivilCode(), st.s, a)
	if err != nil {
		st.t.Fatalf("%s: %v", a.Verb, err)
	}
	st.s = n
	return e
}

func (st *story) refused(a flow.Act, kind fault.Kind) *fault.Error {
	st.t.Helper()
	_, _, err := st.f.Apply(civil.CivilCode(), st.s, a)
	if fault.KindOf(err) != kind || err == nil {
		st.t.Fatalf("%s gave %v, want a fault of kind %s", a.Verb, err, kind)
	}
	return fault.As(err)
}

func act(v flow.Verb, when string, actor string, as flow.Role) flow.Act {
	unit := map[flow.Role]string{flow.Lead: "water", flow.Helper: "roads", flow.Desk: "office"}[as]
	return flow.Act{Verb: v, At: at(when), Actor: actor, Unit: unit, As: []flow.Role{as}}
}

// dispatched is a case that an ordinary letter became, sent to the water bureau.
func dispatched(t testing.TB) *story {
	st := &story{t: t, f: mailbox(t)}
	a := act(flow.Register, "2026-10-12 09:00", "li", flow.Desk)
	a.Sets = map[string]any{"weight": "ordinary"}
	st.do(a)
	st.do(act(flow.Accept, "2026-10-12 09:10", "li", flow.Desk))
	a = act(flow.Dispatch, "2026-10-12 10:00", "wang", flow.Dispatcher)
	a.To = "water"
	st.do(a)
	return st
}

func reply(when string) flow.Act {
	a := act(flow.Reply, when, "zhao", flow.Lead)
	a.Words = "已修复"
	return a
}

func TestOrdinaryLetterRunsAgainstBothTerms(t *testing.T) {
	st := dispatched(t)
	if len(st.s.Running) != 1 {
		t.Fatalf("clocks running: %+v, want only the ordinary one", st.s.Running)
	}
	r := st.s.Running[0]
	if want := at("2026-10-16 00:00"); !r.Target.Equal(want) || !r.Yellow.Equal(want) {
		t.Errorf("target ends %v, yellow at %v, want %v", r.Target, r.Yellow, want)
	}
	if want := at("2026-10-20 00:00"); !r.Limit.Equal(want) {
		t.Errorf("ceiling ends %v, want %v", r.Limit, want)
	}
	for _, c := range []struct {
		when string
		want flow.Mark
	}{{"2026-10-15 23:59", flow.Green}, {"2026-10-16 00:00", flow.Yellow}, {"2026-10-20 00:00", flow.Red}} {
		if got := st.s.Mark(at(c.when)); got != c.want {
			t.Errorf("mark at %s = %s, want %s", c.when, got, c.want)
		}
	}
	e := st.do(reply("2026-10-16 08:00"))
	if !e.Met["ordinary"] || st.s.Mark(at("2026-11-01 00:00")) != flow.Finished {
		t.Errorf("a reply on the fourth day is within the ceiling: met %v, mark %s", e.Met, st.s.Mark(at("2026-11-01 00:00")))
	}
}

func TestReclassifyingChangesTheClockFromRegistration(t *testing.T) {
	st := dispatched(t)
	a := act(flow.Classify, "2026-10-13 09:00", "li", flow.Desk)
	a.Sets = map[string]any{"weight": "important"}
	st.do(a)
	if len(st.s.Running) != 1 || st.s.Running[0].ID != "important" || !st.s.Running[0].Start.Equal(at("2026-10-12 09:00")) {
		t.Fatalf("clocks after reclassification: %+v", st.s.Running)
	}
}

func TestImportantLetterNeedsAnInstructionFirst(t *testing.T) {
	st := &story{t: t, f: mailbox(t)}
	a := act(flow.Register, "2026-10-12 09:00", "li", flow.Desk)
	st.do(a)
	st.do(act(flow.Accept, "2026-10-12 09:10", "li", flow.Desk))
	d := act(flow.Dispatch, "2026-10-12 10:00", "wang", flow.Dispatcher)
	d.To = "water"
	if e := st.refused(d, fault.KindInvalid); e.Field != "weight" {
		t.Errorf("an unclassified letter asks for %q, want weight", e.Field)
	}
	c := act(flow.Classify, "2026-10-12 10:00", "li", flow.Desk)
	c.Sets = map[string]any{"weight": "important"}
	st.do(c)
	if e := st.refused(d, fault.KindRefused); e.Clause.String() != "test#4.3a" {
		t.Errorf("refusal cites %s, want test#4.3a", e.Clause)
	}
	p := act(flow.Present, "2026-10-12 10:10", "li", flow.Desk)
	p.Leader = "mayor"
	st.do(p)
	i := act(flow.Instruct, "2026-10-12 15:00", "mayor", flow.Leader)
	i.Words = "请水利局办理"
	st.do(i)
	st.do(d)
	st.do(reply("2026-10-14 10:00"))
	st.do(act(flow.Verify, "2026-10-14 11:00", "sun", flow.Verifier))
	cl := act(flow.Close, "2026-10-14 12:00", "li", flow.Desk)
	cl.Outcome = "solved"
	st.refused(cl, fault.KindConflict) // the leader has not been told yet
	rep := act(flow.Report, "2026-10-14 12:10", "li", flow.Desk)
	rep.Words = "已办结"
	st.do(rep)
	st.do(cl)
}

func TestNobodyVerifiesHisOwnWork(t *testing.T) {
	st := dispatched(t)
	st.do(reply("2026-10-13 09:00"))
	st.refused(act(flow.Verify, "2026-10-13 10:00", "wang", flow.Verifier), fault.KindForbidden) // he dispatched it
	st.refused(act(flow.Verify, "2026-10-13 10:00", "zhao", flow.Verifier), fault.KindForbidden) // he replied
	own := act(flow.Verify, "2026-10-13 10:00", "qian", flow.Verifier)
	own.Unit = "water"
	st.refused(own, fault.KindForbidden) // a colleague of the lead unit
	st.do(act(flow.Verify, "2026-10-13 10:00", "sun", flow.Verifier))
}

func TestWaitingForMaterialPausesTheClock(t *testing.T) {
	st := dispatched(t)
	a := act(flow.Ask, "2026-10-13 09:00", "zhao", flow.Lead)
	a.Words = "请补充户号"
	st.do(a)
	if st.s.State != flow.Waiting || st.s.Mark(at("2026-11-30 00:00")) != flow.OnHold {
		t.Fatalf("state %s, mark %s; want waiting and on hold", st.s.State, st.s.Mark(at("2026-11-30 00:00")))
	}
	st.do(act(flow.Supply, "2026-10-15 09:00", "r1", flow.Reporter))
	if st.s.State != flow.Dispatched {
		t.Fatalf("after the material came the state is %s, want dispatched", st.s.State)
	}
	// The day of the pause (13th) counts, the day of the resumption (15th) does not: 13, 16, 17 are the three days,
	// and the 17th, a Saturday, rolls to Monday the 19th.
	if want := at("2026-10-20 00:00"); !st.s.Running[0].Target.Equal(want) {
		t.Errorf("target after the pause ends %v, want %v", st.s.Running[0].Target, want)
	}
}

func TestReworkKeepsTheFirstDeadline(t *testing.T) {
	st := dispatched(t)
	limit := st.s.Running[0].Limit
	st.do(reply("2026-10-13 09:00"))
	a := act(flow.Rework, "2026-10-14 09:00", "sun", flow.Verifier)
	a.Words = "现场未修复"
	st.do(a)
	if r := st.s.Running[0]; !r.Stopped.IsZero() || !r.Limit.Equal(limit) {
		t.Fatalf("clock after rework: %+v, want running to %v", r, limit)
	}
	e := st.do(reply("2026-10-25 09:00"))
	if e.Met["ordinary"] {
		t.Error("a second reply after the ceiling counts as on time")
	}
}

func TestExtensionMovesTheTargetUpToTheCeiling(t *testing.T) {
	st := dispatched(t)
	ask := act(flow.Extend, "2026-10-13 09:00", "zhao", flow.Lead)
	ask.Words, ask.Term = "等待配件", "10d"
	st.do(ask)
	grant := act(flow.Grant, "2026-10-13 10:00", "zhou", flow.Supervisor)
	st.refused(grant, fault.KindInvalid) // ten more days pass the ceiling of seven
	self := act(flow.Grant, "2026-10-13 10:00", "zhao", flow.Supervisor)
	self.Term = "1d"
	st.refused(self, fault.KindForbidden) // who asks does not grant
	grant.Term = "2d"
	st.do(grant)
	if want := at("2026-10-20 00:00"); !st.s.Running[0].Target.Equal(want) { // 17 October is a Saturday
		t.Errorf("extended target ends %v, want %v", st.s.Running[0].Target, want)
	}
	again := act(flow.Extend, "2026-10-14 09:00", "zhao", flow.Lead)
	again.Words, again.Term = "再等", "1d"
	st.refused(again, fault.KindConflict)
}

func TestJointWorkWaitsForEveryHelper(t *testing.T) {
	st := dispatched(t)
	j := act(flow.Join, "2026-10-12 11:00", "wang", flow.Dispatcher)
	j.With, j.Term = []string{"roads"}, "1wd"
	st.do(j)
	if want := at("2026-10-14 00:00"); !st.s.Branches[0].Due.Equal(want) {
		t.Errorf("helper's term ends %v, want %v", st.s.Branches[0].Due, want)
	}
	st.refused(reply("2026-10-13 09:00"), fault.KindConflict)
	c := act(flow.Contribute, "2026-10-13 09:00", "liu", flow.Helper)
	c.Words = "路面已恢复"
	st.do(c)
	st.do(reply("2026-10-13 10:00"))
}

func TestDueArisesOnceAndBarsTheClose(t *testing.T) {
	st := &story{t: t, f: mailbox(t)}
	a := act(flow.Register, "2026-10-12 09:00", "li", flow.Desk)
	a.Sets = map[string]any{"weight": "ordinary", "headcount": 80}
	e := st.do(a)
	if len(st.s.Owed) != 1 || st.s.Owed[0].ID != "report-large" {
		t.Fatalf("owed after registration: %+v (touched %v)", st.s.Owed, e.Touched)
	}
	rep := act(flow.Report, "2026-10-12 09:30", "li", flow.Desk)
	rep.Words = "八十人联名"
	st.do(rep)
	st.do(act(flow.Accept, "2026-10-12 10:00", "li", flow.Desk))
	if len(st.s.Owed) != 0 {
		t.Fatalf("a settled due arose again: %+v", st.s.Owed)
	}
}

func TestApplyNeverChangesWhatItWasGiven(t *testing.T) {
	st := dispatched(t)
	before, _ := json.Marshal(st.s)
	for _, a := range []flow.Act{reply("2026-10-13 09:00"), act(flow.Urge, "2026-10-13 09:00", "li", flow.Desk)} {
		if _, _, err := st.f.Apply(civil.CivilCode(), st.s, a); err != nil {
			t.Fatal(err)
		}
	}
	if after, _ := json.Marshal(st.s); string(after) != string(before) {
		t.Fatalf("the argument changed:\n%s\n%s", before, after)
	}
}

func TestASituationSurvivesItsJSON(t *testing.T) {
	st := dispatched(t)
	b, err := json.Marshal(st.s)
	if err != nil {
		t.Fatal(err)
	}
	var back flow.Situation
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	n, _, err := st.f.Apply(civil.CivilCode(), back, reply("2026-10-13 09:00"))
	if err != nil || n.State != flow.Replied {
		t.Fatalf("a stored situation goes on to %s, %v", n.State, err)
	}
}

func TestReopeningStartsANewRound(t *testing.T) {
	st := dispatched(t)
	st.do(reply("2026-10-13 09:00"))
	st.do(act(flow.Verify, "2026-10-13 10:00", "sun", flow.Verifier))
	c := act(flow.Close, "2026-10-13 11:00", "li", flow.Desk)
	c.Outcome = "solved"
	st.do(c)
	ap := act(flow.Appeal, "2026-10-20 09:00", "r1", flow.Reporter)
	ap.Words = "又漏水"
	st.do(ap)
	re := act(flow.Reopen, "2026-10-20 10:00", "li", flow.Desk)
	re.Words = "经核实"
	st.do(re)
	if st.s.State != flow.Accepted || len(st.s.Running) != 1 || !st.s.Running[0].Start.Equal(at("2026-10-20 10:00")) {
		t.Fatalf("after reopening: state %s, clocks %+v", st.s.State, st.s.Running)
	}
}

func TestBuildReportsEveryProblemWithItsPath(t *testing.T) {
	_, problems := flow.Build(flow.Spec{
		Flow: "x", Name: "x", Channel: "x",
		Facts:  []flow.FactSpec{{Name: "weight", Label: "类别", Kind: "colour"}, {Name: "late", Label: "晚", Kind: "bool"}},
		Steps:  map[flow.Verb]flow.StepSpec{flow.Accept: {}, "fly": {Basis: flow.List{"1"}}, flow.Reply: {Sets: flow.List{"nothing"}, Basis: flow.List{"1"}}},
		Clocks: []flow.ClockSpec{{ID: "a", Name: "a", From: "register", Until: flow.List{"land"}, Limit: "3 moons", Basis: flow.List{"1"}}},
	}, flow.Origin{Document: "test"})
	got := map[string]bool{}
	for _, p := range problems {
		got[p.Path] = true
	}
	for _, want := range []string{"facts.0.kind", "facts", "steps.accept", "steps.fly", "steps.reply.sets", "clocks.0.limit", "clocks.0"} {
		if !got[want] {
			t.Errorf("no problem reported at %s; got %v", want, problems)
		}
	}
}
