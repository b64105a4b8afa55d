package resident

import (
	"context"
	"slices"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// A promise is a term that a channel sets itself.
type promise struct {
	Name   string
	Words  string // "3日内，最迟7日"
	Clause law.Clause
	Gist   string
}

// promises are the terms in which a channel owes something to whoever wrote.
func (p *Pages) promises(ctx context.Context, f *flow.Flow) []promise {
	var list []promise
	for _, c := range f.Clocks {
		if !slices.ContainsFunc(c.Until, func(v flow.Verb) bool { return answers[v] }) {
			continue
		}
		is := promise{Name: ui.T(ctx, c.Name)}
		switch {
		case c.Target.IsZero():
			is.Words = ui.T(ctx, "%s内", termWords(ctx, c.Limit))
		case c.Limit.IsZero():
			is.Words = ui.T(ctx, "%s内", termWords(ctx, c.Target))
		default:
			is.Words = ui.T(ctx, "%s内，最迟%s", termWords(ctx, c.Target), termWords(ctx, c.Limit))
		}
		if len(c.Basis) > 0 {
			is.Clause, is.Gist = c.Basis[0], p.Town.Gist(c.Basis[0])
		}
		list = append(list, is)
	}
	return list
}

// termWords writes a term in the reader's language.
func termWords(ctx context.Context, t civil.Term) string {
	if format, ok := units[t.Unit]; ok {
		return ui.T(ctx, format, t.N)
	}
	return t.Words()
}

var units = map[civil.Unit]string{civil.Day: ui.N("%d日"), civil.WorkDay: ui.N("%d个工作日"), civil.Month: ui.N("%d个月"),
	civil.Hour: ui.N("%d小时"), civil.WorkHour: ui.N("%d个工作小时"), civil.Minute: ui.N("%d分钟")}

// answers are the steps by which a reporter hears.
var answers = map[flow.Verb]bool{flow.Reply: true, flow.Explain: true, flow.Accept: true, flow.Close: true, flow.Refuse: true}

// flowOf is the flow of a case in the version of its pack with which it began.
func (p *Pages) flowOf(k *casework.Case) *flow.Flow {
	if doc := p.Town.Packs().Pack(k.Document, k.Pack); doc != nil {
		if f := doc.On(civil.DateOf(k.Registered, civil.Shanghai)).Flow(k.Flow); f != nil {
			return f
		}
	}
	return standard
}

var standard = flow.Standard()

// clocks are the running terms of a case that end with an answer, each with why its day is that day.
func (p *Pages) clocks(tx *db.Tx, k *casework.Case) ([]ui.Clock, error) {
	f, l := p.flowOf(k), p.Town.Cases.Law()
	if doc := p.Town.Packs().Pack(k.Document, k.Pack); doc != nil {
		l = doc.Law(l)
	}
	ends, err := f.Explain(l, &k.Situation)
	if err != nil {
		return nil, err
	}
	var list []ui.Clock
	for _, e := range ends {
		i := slices.IndexFunc(k.Situation.Running, func(r flow.Running) bool { return r.ID == e.Clock.ID })
		if i >= 0 && slices.ContainsFunc(e.Clock.Until, func(v flow.Verb) bool { return answers[v] }) {
			list = append(list, p.clock(tx.Ctx(), k, e, &k.Situation.Running[i], tx.Now()))
		}
	}
	return list, nil
}

func (p *Pages) clock(ctx context.Context, k *casework.Case, e flow.Ends, r *flow.Running, now time.Time) ui.Clock {
	c := ui.Clock{Name: ui.T(ctx, e.Clock.Name), Who: p.holder(ctx, k), Since: r.Start, Due: r.Limit, Target: r.Target, Now: now,
		Provisional: r.Rough, At80: r.Target.IsZero()}
	if r.Limit.IsZero() {
		c.Due, c.Target = r.Target, time.Time{}
	}
	one := flow.Situation{Running: []flow.Running{*r}}
	c.Mark = part.MarkOf(one.Mark(now), false)
	if !r.Stopped.IsZero() {
		c.Mark = ui.Ended
		if !r.Met() {
			c.PausedWhy = ui.T(ctx, "这一次晚于期限，已经记录。")
		}
	}
	if whole := c.Due.Sub(r.Start); whole > 0 {
		c.Used = int(100 * now.Sub(r.Start) / whole)
	}
	for _, d := range []*civil.Deadline{e.Target, e.Limit} {
		if d != nil {
			c.Steps = append(c.Steps, d.Steps...)
		}
	}
	if r.Paused {
		c.PausedWhy = ui.T(ctx, "等您补充材料期间不计时，补交后接着算。")
	}
	if len(e.Clock.Basis) > 0 {
		c.Clause, c.Gist = e.Clock.Basis[0], p.Town.Gist(e.Clock.Basis[0])
	}
	return c
}

// holder is who has the case now, in words for its reporter.
func (p *Pages) holder(ctx context.Context, k *casework.Case) string {
	s := &k.Situation
	switch {
	case s.State == flow.Waiting:
		return ui.T(ctx, "您：请补充材料")
	case s.Lead != "" && (s.State == flow.Dispatched || s.State == flow.Replied):
		return p.Town.Unit(s.Lead)
	case s.Desk != "":
		return p.Town.Unit(s.Desk)
	}
	return ui.T(ctx, "受理单位")
}
