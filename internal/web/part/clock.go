package part

import (
	"context"
	"slices"
	"time"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/web/ui"
)

// clocks shows the case's clocks, those that run first: who has it, since when, until when, and why that day.
func (f *Folder) clocks(ctx context.Context) []ui.Clock {
	s := &f.Case.Situation
	var list []ui.Clock
	for _, e := range f.Ends {
		i := slices.IndexFunc(s.Running, func(r flow.Running) bool { return r.ID == e.Clock.ID })
		if i >= 0 {
			list = append(list, f.clock(ctx, e, &s.Running[i]))
		}
	}
	slices.SortStableFunc(list, func(a, b ui.Clock) int { return rank(a) - rank(b) })
	return list
}

func rank(c ui.Clock) int {
	return slices.Index([]ui.Mark{ui.Red, ui.Yellow, ui.Normal, ui.Paused, ui.Ended}, c.Mark)
}

func (f *Folder) clock(ctx context.Context, e flow.Ends, r *flow.Running) ui.Clock {
	c := ui.Clock{Name: ui.T(ctx, e.Clock.Name), Who: f.holder(ctx), Since: r.Start, Due: r.Limit, Target: r.Target, Now: f.Now,
		Provisional: r.Rough, At80: r.Target.IsZero()}
	if r.Limit.IsZero() {
		c.Due, c.Target = r.Target, time.Time{}
	}
	c.Mark = clockMark(r, f.Now)
	c.Used = used(r.Start, c.Due, f.Now)
	c.Left = f.clockLeft(ctx, e, r, c)
	c.Steps = why(ctx, e)
	if r.Paused {
		c.PausedWhy = ui.T(ctx, "%s起停表：%s", ui.DateTime(ctx, f.Case.Situation.Since), f.StateName(ctx))
	}
	if basis := e.Clock.Basis; len(basis) > 0 {
		c.Clause, c.Gist = basis[0], f.town.Gist(basis[0])
	}
	return c
}

func clockMark(r *flow.Running, now time.Time) ui.Mark {
	switch {
	case !r.Stopped.IsZero() && r.Met():
		return ui.Ended
	case !r.Stopped.IsZero():
		return ui.Red
	case r.Paused:
		return ui.Paused
	}
	one := flow.Situation{Running: []flow.Running{*r}}
	return MarkOf(one.Mark(now), one.Late(now))
}

// used is the share of the time allowed that has gone by the clock on the wall, in percent.
func used(from, due, now time.Time) int {
	whole := due.Sub(from)
	if due.IsZero() || whole <= 0 {
		return 0
	}
	return int(100 * now.Sub(from) / whole)
}

// clockLeft says what is left in the unit of the term: working days for a term in working days.
func (f *Folder) clockLeft(ctx context.Context, e flow.Ends, r *flow.Running, c ui.Clock) string {
	switch {
	case !r.Stopped.IsZero() && !r.Met():
		return ui.T(ctx, "超期 %s后停表", ui.Duration(ctx, r.Stopped.Sub(c.Due)))
	case !r.Stopped.IsZero() || r.Paused || ui.LangOf(ctx) == ui.English:
		return ""
	}
	term, due := e.Clock.Limit, c.Due
	if !r.Target.IsZero() && f.Now.Before(r.Target) {
		term, due = e.Clock.Target, r.Target
	}
	unit := term.Unit
	if f.Flow.WorkingDays && unit == civil.Day {
		unit = civil.WorkDay
	}
	return f.town.Cases.Law().Remaining(due, unit, f.Now).Words()
}

// why explains both ends of a clock, each under its name where there are two.
func why(ctx context.Context, e flow.Ends) []string {
	var out []string
	for _, end := range []struct {
		name string
		term civil.Term
		d    *civil.Deadline
	}{{ui.T(ctx, "目标"), e.Clock.Target, e.Target}, {ui.T(ctx, "最长"), e.Clock.Limit, e.Limit}} {
		if end.d == nil {
			continue
		}
		if e.Target != nil && e.Limit != nil {
			out = append(out, ui.T(ctx, "%s期限 %s：", end.name, end.term.Words()))
		}
		out = append(out, end.d.Steps...)
	}
	return out
}
