package proof

import (
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/rule"
)

// tryDeposit asks a deposit of an organisation by what is known of it, and in which ways it is kept.
func tryDeposit(r *Result, l civil.Law) {
	x := r.Example.Deposit
	on := r.date("deposit.on", x.On)
	edition := r.edition(on)
	if len(x.With) > 0 {
		set, err := r.Pack.With(x.With)
		if err != nil {
			r.bad("deposit.with", "%s", err)
			return
		}
		edition = set.On(on)
	}
	d := edition.Deposit(x.ID)
	if d == nil {
		r.bad("deposit.id", "没有缴存 %s", x.ID)
		return
	}
	r.touch("deposit/" + x.ID)
	facts, err := d.Reads(x.Known)
	if err != nil {
		r.bad("deposit.known", "%s", err)
		return
	}
	for name := range x.Known {
		r.touch("fact/" + name)
	}
	v := depositTrial{r, x, d, "deposit/" + x.ID + "#", on}
	v.sum(facts)
	v.routes(facts)
	v.group()
	v.paying(l)
	v.interest()
	v.ends()
}

// depositTrial is one example of a deposit while it is tried.
type depositTrial struct {
	*Result
	x  *pack.DepositExample
	d  *pack.Deposit
	id string
	on civil.Date
}

func (v *depositTrial) fen(path, text string) money.Fen {
	f, err := money.Parse(text)
	if err != nil {
		v.bad("deposit."+path, "%s", err)
	}
	return f
}

func (v *depositTrial) sum(facts rule.Facts) {
	if v.x.Is == "" {
		return
	}
	got := v.d.Ask(facts)
	if got.Err != nil {
		v.bad("deposit", "%s", got.Err)
		return
	}
	v.same("deposit.is", "是否缴存", v.x.Is, got.Value.String())
	var fails, because []string
	for _, s := range got.Steps {
		failed := s.Result == rule.No.Words()
		if failed {
			fails = append(fails, strings.TrimPrefix(s.Part, "condition."))
		}
		if s.Part != "" && (got.Value == rule.Yes || failed) {
			v.touch(v.id + s.Part)
		}
		for _, c := range s.Basis {
			because = append(because, c.ID)
		}
	}
	if len(v.x.Fails) > 0 {
		v.same("deposit.fails", "不符合的条件", joinedInts(v.x.Fails), joined(fails))
	}
	if got.Value == rule.Needs || len(v.x.Needs) > 0 {
		v.same("deposit.needs", "还须知道", joined(v.x.Needs), joined(got.Needs))
	}
	if len(v.x.Because) > 0 {
		slices.Sort(because)
		v.same("deposit.because", "依据", joined(v.x.Because), joined(slices.Compact(because)))
	}
	if v.x.Sum != "" {
		v.same("deposit.sum", "金额", v.x.Sum, sumText(got.Sum))
	}
}

// routes looks at who assesses, whose treasury keeps it, and whether an exemption holds.
func (v *depositTrial) routes(facts rule.Facts) {
	if v.x.Exempt != "" {
		got := "no"
		if c := v.d.Exempt(facts); c != nil {
			v.touch(v.id + c.Part)
			got = strings.TrimPrefix(c.Part, "exempt.")
		}
		v.same("deposit.exempt", "不再缴存", v.x.Exempt, got)
	}
	for _, c := range []struct {
		path, what, want string
		ask              func(rule.Facts) (*pack.DepositRoute, error)
	}{{"assessed", "核定单位", v.x.Assessed, v.d.AssessedBy}, {"kept", "专户", v.x.Kept, v.d.KeptBy}} {
		if c.want == "" {
			continue
		}
		route, err := c.ask(facts)
		if err != nil {
			v.bad("deposit."+c.path, "%s", err)
			continue
		}
		v.touch(v.id + route.Part)
		v.same("deposit."+c.path, c.what, c.want, route.Level)
	}
}

func (v *depositTrial) group() {
	if v.x.Group == "" {
		return
	}
	var members []money.Fen
	for _, m := range v.x.Members {
		members = append(members, v.fen("members", m))
	}
	got, _, err := v.d.GroupSum(v.fen("total", v.x.Total), members)
	if err != nil {
		v.bad("deposit.group", "%s", err)
	}
	v.touch(v.id + "group")
	v.same("deposit.group", "集团缴存", v.fen("group", v.x.Group).String(), got.String())
}

// told is how an example writes what came of a request: yes, the clause of a refusal, or what is wrong.
func told(err error) string {
	switch {
	case err == nil:
		return "yes"
	case fault.KindOf(err) == fault.KindRefused:
		return fault.As(err).Clause.ID
	}
	return err.Error()
}

func (v *depositTrial) paying(l civil.Law) {
	if v.x.Agreed != "" {
		var parts []pack.DepositPart
		for _, p := range v.x.Parts {
			day, sum, _ := strings.Cut(p, " ")
			parts = append(parts, pack.DepositPart{Due: v.date("deposit.parts", day), Fen: v.fen("parts", sum)})
		}
		v.touch(v.id + "instalments")
		v.touch(v.id + "instalments.first")
		v.same("deposit.agreed", "分期", v.x.Agreed, told(v.d.Agreeable(v.fen("total", v.x.Total), v.on, parts)))
	}
	if v.x.Covered != "" {
		facts, err := v.d.Reads(v.x.Guarantor)
		if err != nil {
			v.bad("deposit.guarantor", "%s", err)
		}
		for name := range v.x.Guarantor {
			v.touch("fact/" + name)
		}
		for _, part := range []string{"guarantee", "guarantee.bond", "guarantee.guarantor"} {
			v.touch(v.id + part)
		}
		v.same("deposit.covered", "担保", v.x.Covered, told(v.d.Guaranteed(v.fen("total", v.x.Total), v.fen("bond", v.x.Bond), facts)))
	}
	for _, c := range []struct {
		path, part, want string
		term             pack.DepositTerm
	}{{"pay-by", "pay", v.x.PayBy, v.d.Pay}, {"top-up-by", "top-up", v.x.TopUpBy, v.d.TopUp}} {
		if c.want == "" {
			continue
		}
		end, err := l.Deadline(v.on.In(civil.Shanghai), c.term.Within, nil)
		if err != nil {
			v.bad("deposit."+c.path, "%s", err)
			continue
		}
		v.touch(v.id + c.part)
		v.same("deposit."+c.path, "最后一日", c.want, end.LastDay.String())
	}
}

func (v *depositTrial) interest() {
	if v.x.Interest == "" {
		return
	}
	got, err := v.d.InterestOn(v.fen("total", v.x.Total), v.x.Days)
	if err != nil {
		v.bad("deposit.interest", "%s", err)
	}
	v.touch(v.id + "interest")
	v.same("deposit.interest", "利息", v.fen("interest", v.x.Interest).String(), got.String())
}

// ends looks at drawing, assessing anew and giving back.
func (v *depositTrial) ends() {
	if v.x.ReviewBy != "" {
		v.touch(v.id + "review")
		v.same("deposit.review-by", "重新核定", v.x.ReviewBy, v.d.Review.By(v.on.Year).String())
	}
	if v.x.Large != "" {
		v.touch(v.id + "review.large")
		large := v.d.Review.IsLarge(v.fen("was", v.x.Was), v.fen("total", v.x.Total))
		v.same("deposit.large", "规模变化较大", v.x.Large, map[bool]string{true: "yes", false: "no"}[large])
	}
	if len(v.x.Draws) > 0 {
		v.touch(v.id + "draw")
		for _, c := range v.d.Draw.Costs {
			v.touch(v.id + "cost." + c.ID)
			v.same("deposit.draws."+c.ID, "动用范围", v.x.Draws[c.ID], c.Name)
		}
		if len(v.x.Draws) != len(v.d.Draw.Costs) {
			v.bad("deposit.draws", "动用范围应有 %d 种，实有 %d 种", len(v.x.Draws), len(v.d.Draw.Costs))
		}
	}
	if v.x.OwnFirst != "" {
		v.same("deposit.own-first", "先自行支付", v.x.OwnFirst, map[bool]string{true: "yes", false: "no"}[v.d.Draw.OwnFirst])
	}
	if len(v.x.Exits) > 0 {
		v.touch(v.id + "exit")
		var got []string
		for _, o := range v.d.Exit.Reasons {
			got = append(got, o.Value)
		}
		v.same("deposit.exits", "退出的缘由", joined(v.x.Exits), joined(got))
	}
}
