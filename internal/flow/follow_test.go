package flow_test

import (
	"slices"
	"testing"

	"linli/internal/fault"
	"linli/internal/flow"
)

// hazard is a flow whose major cases are listed, and delisted before they close.
func hazard(t *testing.T, follows bool) *flow.Flow {
	f, problems := flow.Build(flow.Spec{
		Flow: "hazard", Name: "隐患", Channel: "hazard",
		Facts: []flow.FactSpec{{Name: "level", Label: "等级", Kind: "choice", Options: []flow.OptionSpec{{"ordinary", "一般"}, {"major", "重大"}}}},
		Steps: map[flow.Verb]flow.StepSpec{
			flow.Register: {Sets: flow.List{"level"}, Basis: flow.List{"1"}},
			flow.Classify: {Sets: flow.List{"level"}, Basis: flow.List{"1"}},
			"list":        {Name: "挂牌", By: []flow.Role{flow.Desk}, Basis: flow.List{"2"}},
		},
		Dues: []flow.DueSpec{{ID: "list", Name: "挂牌", When: `level == "major"`, Paid: []flow.Verb{"list"}, Bars: []flow.Verb{flow.Accept},
			Term: "3d", Follows: follows, Basis: flow.List{"2"}}},
	}, flow.Origin{Document: "test"})
	if len(problems) > 0 {
		t.Fatalf("flow does not build: %v", problems)
	}
	return f
}

func grade(v flow.Verb, when, is string) flow.Act {
	a := act(v, when, "li", flow.Desk)
	a.Sets = map[string]any{"level": is}
	return a
}

// A debt that follows its condition falls away with it and comes back with it; one that does not, stays.
func TestDueFollowsItsCondition(t *testing.T) {
	st := &story{t: t, f: hazard(t, true)}
	st.do(grade(flow.Register, "2026-03-02 09:00", "major"))
	st.refused(act(flow.Accept, "2026-03-02 09:10", "li", flow.Desk), fault.KindRefused)
	st.do(grade(flow.Classify, "2026-03-02 10:00", "ordinary"))
	if len(st.s.Owed) != 0 || slices.Contains(st.s.Arisen, "list") {
		t.Fatalf("an ordinary hazard owes %+v", st.s.Owed)
	}
	st.do(grade(flow.Classify, "2026-03-04 10:00", "major"))
	if len(st.s.Owed) != 1 || !st.s.Owed[0].Due.Equal(at("2026-03-10 00:00")) {
		t.Fatalf("graded major again it owes %+v, want the listing within three days of now, or on the working day after", st.s.Owed)
	}
	st.do(act("list", "2026-03-04 11:00", "li", flow.Desk))
	st.do(grade(flow.Classify, "2026-03-04 12:00", "major"))
	if len(st.s.Owed) != 0 {
		t.Fatalf("a debt that was paid came back while its condition held all along: %+v", st.s.Owed)
	}
	st.do(act(flow.Accept, "2026-03-04 13:00", "li", flow.Desk))

	once := &story{t: t, f: hazard(t, false)}
	once.do(grade(flow.Register, "2026-03-02 09:00", "major"))
	once.do(grade(flow.Classify, "2026-03-02 10:00", "ordinary"))
	if len(once.s.Owed) != 1 {
		t.Fatalf("a debt that does not follow its condition owes %+v", once.s.Owed)
	}
}

// A case in an open state that the pack added may be urged and supervised, and its time may run out, as in any other.
func TestOwnOpenStatesAreLive(t *testing.T) {
	f, problems := flow.Build(flow.Spec{
		Flow: "problem", Name: "问题", Channel: "problem",
		States: []flow.StateSpec{{ID: "confirmed", Name: "已认定", Open: true}, {ID: "void", Name: "查无此事"}},
		Steps: map[flow.Verb]flow.StepSpec{
			"confirm": {Name: "认定", From: []flow.State{flow.Registered}, To: "confirmed", By: []flow.Role{flow.Desk}, Basis: flow.List{"1"}},
			"void":    {Name: "查否", From: []flow.State{"confirmed"}, To: "void", By: []flow.Role{flow.Desk}, Basis: flow.List{"1"}},
		},
		Clocks: []flow.ClockSpec{{ID: "answer", Name: "答复", From: "register", Until: flow.List{"reply"}, Limit: "1d", Basis: flow.List{"1"}}},
	}, flow.Origin{Document: "test"})
	if len(problems) > 0 {
		t.Fatalf("flow does not build: %v", problems)
	}
	st := &story{t: t, f: f}
	st.do(act(flow.Register, "2026-03-02 09:00", "li", flow.Desk))
	st.do(act("confirm", "2026-03-02 10:00", "li", flow.Desk))
	st.do(act(flow.Urge, "2026-03-03 09:00", "li", flow.Desk))
	order := act(flow.Supervise, "2026-03-03 10:00", "sun", flow.Supervisor)
	order.Words = "请抓紧"
	st.do(order)
	st.do(act(flow.Lapse, "2026-03-05 09:00", "", flow.System))
	st.do(act("void", "2026-03-05 10:00", "li", flow.Desk))
	st.refused(act(flow.Urge, "2026-03-05 11:00", "li", flow.Desk), fault.KindConflict)
}
