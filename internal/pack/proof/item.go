package proof

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/pack"
	"linli/internal/rule"
)

// applicant is one item example while it is tried.
type applicant struct {
	*Result
	x     *pack.ItemExample
	item  *pack.Item
	guide pack.Guide
	day   civil.Date
}

func tryItem(r *Result, l civil.Law) {
	a := &applicant{Result: r, x: r.Example.Item}
	a.day = r.date("item.on", a.x.On)
	edition := r.editionWith("item.with", a.x.With, a.day)
	if edition == nil {
		return
	}
	if a.item = edition.Item(a.x.ID); a.item == nil {
		r.bad("item.id", "没有事项 %s", a.x.ID)
		return
	}
	known := map[pack.Source]pack.Known{}
	for from, v := range a.x.Known {
		if !slices.Contains(a.item.Sources(), pack.Source(from)) {
			r.bad("item.known."+from, "事项没有用到来源 %s", from)
		}
		known[pack.Source(from)] = pack.Known{Value: v, From: "示例"}
	}
	for name := range a.x.Says {
		if a.item.Asks.Field(name) == nil && a.item.FormOf().Field(name) == nil {
			r.bad("item.says."+name, "事项没有问题或栏目 %s", name)
		}
	}
	a.guide = a.item.Guide(known, a.x.Says, a.day)
	r.touch("item/" + a.item.ID)
	a.may()
	a.materials()
	a.terms(l)
	a.parts()
	a.ways()
}

func (a *applicant) part(sub string) { a.touch("item/" + a.item.ID + "#" + sub) }

// may checks the verdict; a condition counts as shown when it decided: it was met where all were, or it is named as failing.
func (a *applicant) may() {
	if a.x.May == "" {
		return
	}
	a.same("item.may", "能否申请", a.x.May, a.guide.May.String())
	var fails []int
	for _, c := range a.guide.Conditions {
		switch {
		case c.Answer.Err != nil:
			a.bad("item.may", "条件 %d 无法计算：%s", c.N, c.Answer.Err)
		case c.Answer.Value == rule.No:
			fails = append(fails, c.N)
			a.part(fmt.Sprintf("condition.%d", c.N))
		case c.Answer.Value == rule.Yes && a.x.May == "yes":
			a.part(fmt.Sprintf("condition.%d", c.N))
		}
	}
	if len(a.x.Fails) > 0 || a.x.May == "yes" {
		a.same("item.fails", "不符合的条件", fmt.Sprint(a.x.Fails), fmt.Sprint(fails))
	}
	if a.x.Asks != nil {
		a.same("item.asks", "还要问的问题", joined(a.x.Asks), joined(a.guide.Asks))
	}
	for _, name := range a.x.Asks {
		a.part("ask." + name)
	}
	for name := range a.x.Says {
		a.part("ask." + name)
	}
	for name, want := range a.x.Prefill {
		a.same("item.prefill."+name, "预填的"+name, want, a.guide.Prefill[name].Value)
		a.part("ask." + name)
		if f := a.item.FormOf(); f != nil && f.Field(name) != nil {
			a.touch("form/" + f.ID + "#" + name)
			a.touch("form/" + f.ID)
		}
	}
}

func joined(list []string) string { return strings.Join(slices.Sorted(slices.Values(list)), "、") }

func (a *applicant) materials() {
	var bring []string
	for _, m := range a.guide.Bring {
		bring = append(bring, m.ID)
	}
	if len(a.x.Bring) > 0 || a.x.Nothing {
		a.same("item.bring", "要带的材料", joined(a.x.Bring), joined(bring))
	}
	for _, id := range a.x.Bring {
		a.part("material." + id)
	}
	for id, from := range a.x.Had {
		k := slices.IndexFunc(a.guide.Had, func(h pack.HadMaterial) bool { return h.ID == id })
		if k < 0 {
			a.bad("item.had."+id, "材料 %s 应已掌握，但没有", id)
			continue
		}
		a.same("item.had."+id, "材料来源", from, string(a.guide.Had[k].Source))
		a.part("material." + id)
	}
	for id, term := range a.x.Owed {
		m := a.item.Needed(id)
		if m == nil {
			a.bad("item.owed."+id, "没有材料 %s", id)
			continue
		}
		a.same("item.owed."+id, "容缺期限", term, m.Owed.String())
		a.part("material." + id)
	}
}

func (a *applicant) terms(l civil.Law) {
	last := func(path, what, want string, t civil.Term, from time.Time) {
		if want == "" {
			return
		}
		if t.IsZero() {
			a.bad(path, "事项没有%s", what)
			return
		}
		d, err := l.Deadline(from, t, nil)
		if err != nil {
			a.bad(path, "%s", err)
			return
		}
		a.same(path, what, want, d.LastDay.String())
	}
	if a.x.Promise != "" || a.x.Legal != "" {
		from := a.day.In(civil.Shanghai)
		if a.x.Begins != "" {
			from = a.instant("item.begins", a.x.Begins)
		}
		last("item.promised", "承诺期限", a.x.Promise, a.item.Term.Promised, from)
		last("item.legal", "法定期限", a.x.Legal, a.item.Term.Legal, from)
		a.part("term")
	}
	if a.x.Until != "" && a.item.Result != nil {
		until, err := a.item.Result.Until(l, a.day)
		if err != nil {
			a.bad("item.valid-until", "%s", err)
			return
		}
		a.same("item.valid-until", "有效期", a.x.Until, until.String())
	}
	if a.x.Fee != "" {
		a.same("item.fee", "收费（分）", a.x.Fee, fmt.Sprint(a.item.Fee.Fen))
		a.part("fee")
	}
	if a.x.Archive != "" {
		a.same("item.archive", "归档期限", a.x.Archive, a.item.Archive.String())
		a.part("archive")
	}
}

func (a *applicant) parts() {
	if a.x.Joint != nil {
		var offices []string
		for _, j := range a.guide.Joint {
			offices = append(offices, j.Office)
			a.part("joint." + j.Office)
		}
		a.same("item.joint", "并联机构", joined(a.x.Joint), joined(offices))
	}
	for office, before := range a.x.After {
		k := slices.IndexFunc(a.item.Joint, func(j pack.JointPart) bool { return j.Office == office })
		if k < 0 {
			a.bad("item.after."+office, "没有并联机构 %s", office)
			continue
		}
		a.same("item.after."+office, "须先办的机构", before, joined(a.item.Joint[k].After))
		a.part("joint." + office)
	}
	if a.x.Records != nil {
		a.records()
	}
	if a.x.Next != nil {
		var next []string
		for _, n := range a.guide.Next {
			next = append(next, n.Item)
			a.part("next." + n.Item)
		}
		a.same("item.next", "后续事项", joined(a.x.Next), joined(next))
	}
	if a.x.Result != "" {
		got := ""
		if a.item.Result != nil {
			got = a.item.Result.Document
		}
		a.same("item.result", "结果文书", a.x.Result, got)
		a.part("result")
	}
}

func (a *applicant) records() {
	filled := maps.Clone(a.x.Says)
	if filled == nil {
		filled = map[string]string{}
	}
	for name, k := range a.guide.Prefill {
		if _, said := filled[name]; !said {
			filled[name] = k.Value
		}
	}
	var got []string
	for _, r := range a.item.Records(&a.guide, filled) {
		kind := "fact " + r.Fact
		if r.Relation != "" {
			kind = "relation " + r.Relation
		}
		text := r.Of + " " + kind + "=" + r.Value
		if r.Fact != "" {
			a.touch("fact/" + r.Fact)
		}
		if r.Ends {
			text = r.Of + " " + kind + " ends"
		}
		got = append(got, text)
		a.part(fmt.Sprintf("effect.%d", r.N))
	}
	a.same("item.records", "登记内容", joined(a.x.Records), joined(got))
}

func (a *applicant) ways() {
	if a.x.Green != "" {
		a.same("item.green", "绿色通道", a.x.Green, map[bool]string{true: "yes", false: "no"}[a.guide.Green])
		a.part("green")
	}
	if a.x.Ways != nil {
		var open []string
		for _, w := range []struct {
			name  string
			leave *pack.ItemLeave
		}{{"proxy", a.item.Proxy}, {"advance", a.item.Advance}, {"agency", a.item.Agency}} {
			if w.leave != nil {
				open = append(open, w.name)
				a.part(w.name)
			}
		}
		a.same("item.ways", "办理方式", joined(a.x.Ways), joined(open))
	}
	if a.x.Decides != "" {
		a.same("item.decides", "决定机构", a.x.Decides, a.item.Decides)
	}
	if a.x.Accepts != nil {
		a.same("item.accepts", "受理层级", joined(a.x.Accepts), joined(a.item.Accepts))
	}
	if a.x.Called != "" && !a.item.Called(a.x.Called) {
		a.bad("item.called", "“%s”找不到事项 %s", a.x.Called, a.item.ID)
	}
}
