package proof

import (
	"slices"
	"strings"

	"linli/internal/fault"
	"linli/internal/pack"
)

func tryChecklist(r *Result) {
	x := r.Example.Checklist
	l := r.latest().Checklist(x.ID)
	if l == nil {
		r.bad("checklist.id", "没有检查表 %s", x.ID)
		return
	}
	id := "checklist/" + x.ID
	r.touch(id)
	answers := map[string]string{}
	for _, item := range l.Items {
		answer, given := x.Answers[item.ID]
		if !given {
			answer = x.Rest
		}
		answers[item.ID] = answer
		if answer != pack.NotApplicable {
			r.touch(id + "#" + item.ID)
		}
	}
	for name := range x.Answers {
		if l.Item(name) == nil {
			r.bad("checklist.answers."+name, "检查表 %s 没有检查项 %s", x.ID, name)
		}
	}
	got, err := l.Judge(answers)
	r.same("checklist.wrong", "没有合适答案的检查项", strings.Join(x.Wrong, "、"), strings.Join(unanswered(err), "、"))
	if err != nil {
		return
	}
	if x.Percent != got.Percent {
		r.bad("checklist.percent", "得分应为 %d%%，实为 %d%%", x.Percent, got.Percent)
	}
	r.same("checklist.grade", "等级", x.Grade, got.Grade)
	r.same("checklist.fails", "不合格的检查项", strings.Join(x.Fails, "、"), strings.Join(got.Failed, "、"))
	if got.Grade != "" {
		r.touch(id + "#grade." + got.Grade)
	}
}

func unanswered(err error) (items []string) {
	if err == nil {
		return nil
	}
	for _, e := range fault.As(err).Fields {
		items = append(items, strings.TrimPrefix(e.Field, "answers."))
	}
	return items
}

func tryRound(r *Result) {
	x := r.Example.Round
	on := r.date("round.on", x.On)
	round := r.edition(on).Round(x.ID)
	if round == nil {
		r.bad("round.id", "没有巡查 %s", x.ID)
		return
	}
	id := "round/" + x.ID
	r.touch(id)
	if p, ok := round.Period(on); x.From == "none" || x.From != "" {
		from := "none"
		if ok {
			from = p.From.String()
			r.same("round.to", "期间止", x.To, p.To.String())
		}
		r.same("round.from", "期间起", x.From, from)
		r.touch(id + "#campaign")
	}
	for _, s := range []struct{ path, what, want, got string }{{"round.who", "由谁巡查", x.Who, round.Who}, {"round.watch", "由谁督促", x.Watch, round.Watch},
		{"round.list", "检查表", x.List, round.List}, {"round.opens", "引出的流程", x.Opens, round.Opens}} {
		if s.want != "" {
			r.same(s.path, s.what, s.want, s.got)
		}
	}
	if x.Opens != "" {
		r.touch(id + "#opens")
	}
	r.tryQuota(x, round)
}

// tryQuota looks at what is counted.
func (r *Result) tryQuota(x *pack.RoundExample, round *pack.Round) {
	id := "round/" + x.ID
	yes := map[bool]string{true: "yes", false: "no"}
	if x.Met != "" {
		r.same("round.met", "定额完成", x.Met, yes[round.Quota.Per != "" && round.Quota.Fulfil(x.Counted()).Met])
		r.touch(id + "#quota")
	}
	if x.Covered != "" {
		r.same("round.covered", "覆盖达标", x.Covered, yes[round.Covered(x.Visited, x.Points)])
		r.touch(id + "#coverage")
	}
	if x.Closed > 0 {
		if got := round.Drawn(x.Closed); got != x.Recheck {
			r.bad("round.recheck", "应抽查 %d 件，实为 %d 件", x.Recheck, got)
		}
		r.touch(id + "#recheck")
	}
	if grade, is, ok := strings.Cut(x.Key, " "); ok {
		r.same("round.key", "重点对象", is, yes[slices.Contains(round.Subjects.Key, grade)])
	}
	if x.Far != "" {
		r.same("round.far", "距离过远", x.Far, yes[x.Distance > round.Far])
	}
}
