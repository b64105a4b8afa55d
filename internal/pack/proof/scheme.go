package proof

import (
	"fmt"
	"strings"

	"linli/internal/civil"
	"linli/internal/money"
	"linli/internal/pack"
)

func tryScheme(r *Result, l civil.Law) {
	x := r.Example.Scheme
	s := r.edition(r.date("scheme.on", x.On)).Scheme(x.ID)
	if s == nil {
		r.bad("scheme.id", "没有上门服务办法 %s", x.ID)
		return
	}
	r.touch("scheme/" + x.ID)
	r.tryQuotaOf(x, s)
	r.tryKind(x, s)
	r.tryTerms(x, s, l)
	r.tryVisit(x, s)
	if item, is, ok := strings.Cut(x.Licence, " "); ok {
		r.same("scheme.licence", "可以提供服务", is, map[bool]string{true: "yes", false: "no"}[s.Allows(item)])
		r.touch("scheme/" + x.ID + "#licence")
	}
	if len(x.Shares) > 0 {
		var got []string
		for _, p := range s.Shares {
			got = append(got, fmt.Sprintf("%s %d", p.Payer, p.Percent))
		}
		r.same("scheme.shares", "分担", strings.Join(x.Shares, "、"), strings.Join(got, "、"))
		r.touch("scheme/" + x.ID + "#shares")
	}
	if x.Opens != "" {
		r.same("scheme.opens", "引出的流程", x.Opens, s.Opens)
	}
}

// tryQuotaOf looks at what public money pays in a month and what is left of it.
func (r *Result) tryQuotaOf(x *pack.SchemeExample, s *pack.Scheme) {
	if x.Grade == "" {
		return
	}
	level := s.Level(x.Grade)
	if level == nil {
		r.bad("scheme.grade", "没有等级 %s", x.Grade)
		return
	}
	r.touch("scheme/" + x.ID + "#level." + x.Grade)
	if x.Month != "" {
		r.same("scheme.month", "每月额度", x.Month, level.Month.String())
	}
	if x.Left != "" {
		u := pack.SchemeUse{Quota: int64(level.Month), Used: x.Used * 100, Spare: x.Spare * 100}
		r.same("scheme.left", "本月还可以用", x.Left, money.Fen(u.Left(s.Carries)).String())
		r.touch("scheme/" + x.ID + "#quota")
	}
}

func (r *Result) tryKind(x *pack.SchemeExample, s *pack.Scheme) {
	if x.Kind == "" {
		return
	}
	k := s.Kind(x.Kind)
	if k == nil {
		r.bad("scheme.kind", "没有服务种类 %s", x.Kind)
		return
	}
	r.touch("scheme/" + x.ID + "#kind." + x.Kind)
	if x.Costs != "" {
		f, err := k.Costs(x.Units)
		if err != nil {
			r.bad("scheme.units", "%s", err)
		}
		r.same("scheme.costs", "费用", x.Costs, f.String())
	}
	if x.Urgent != "" {
		r.same("scheme.urgent", "紧急", x.Urgent, map[bool]string{true: "yes", false: "no"}[k.Urgent])
	}
}

func (r *Result) tryTerms(x *pack.SchemeExample, s *pack.Scheme, l civil.Law) {
	for _, t := range []struct {
		path, element, from, to string
		within                  civil.Term
	}{{"scheme.answer", "offer", x.Offered, x.Answer, s.Offer}, {"scheme.confirm", "confirm", x.Served, x.Confirm, s.Confirm}, {"scheme.back", "call-back", x.Owed, x.Back, s.Back}} {
		if t.from == "" {
			continue
		}
		due, err := l.Due(r.instant(t.path, t.from), t.within, nil)
		if err != nil {
			r.bad(t.path, "%s", err)
		}
		r.same(t.path, "最迟", t.to, due.In(civil.Shanghai).Format("2006-01-02 15:04"))
		r.touch("scheme/" + x.ID + "#" + t.element)
	}
}

func (r *Result) tryVisit(x *pack.SchemeExample, s *pack.Scheme) {
	if x.Marks == nil {
		return
	}
	marks := s.Arriving(x.Distance, x.Minutes)
	if x.Stayed > 0 && s.TooShort(x.Stayed) {
		marks = append(marks, pack.MarkShort)
	}
	r.same("scheme.marks", "标记", *x.Marks, strings.Join(marks, " "))
	r.touch("scheme/" + x.ID + "#visit")
}
