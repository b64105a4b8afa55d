package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/flow"
)

// reporter stands for whoever raised the matter, where a login is asked for; platform for the program itself.
const (
	reporter = "(reporter)"
	platform = "(platform)"
)

// An op is one thing that happens in the city: a case comes in, or somebody takes a step in it.
type op struct {
	story, step int
	at          time.Time
	by          string // login, reporter or platform
	intake      *casework.Intake
	act         flow.Act
	login       string // of the reporter who brings the case in; "" for one without an account
	other       int    // story of the case that Merge and Link name; -1 for none
}

// A pen writes one story, step by step, and knows by the engine itself what each step leads to: a story that the city's
// rules do not allow cannot be written.
type pen struct {
	b     *build
	r     *rand.Rand
	turn  turn
	m     *matter
	tale  tale
	scene scene
	f     *flow.Flow
	law   civil.Law
	s     flow.Situation
	at    time.Time
	desk  string // login that keeps the case
	login string // of the reporter; "" for one without an account
	story int
	ops   []op
	over  bool // the present is reached, or the state in which the story is to stop
	late  bool // as the last step left it
	err   error
}

// A turn is what sets a story apart from the plain one.
type turn struct {
	flow                                         string
	important, wrong, joint, extend, ask, rework bool
	refuse, urge, supervise, appeal, letter      bool
	heads                                        int     // visitors
	malignant, direct, plan                      bool    // of a visit
	county                                       bool    // handled by the county's government
	slow                                         float64 // times as long as usual; 0 is 1
	finding                                      string
	stop                                         flow.State // "" goes on to the end
}

// wait lets working time pass, about so many hours, half to three times.
func (p *pen) wait(hours float64) {
	slow := p.turn.slow
	if slow == 0 {
		slow = 1
	}
	h := min(max(hours*math.Exp(0.55*p.r.NormFloat64()), hours/2), hours*3)
	p.at = p.b.almanac.add(p.at, time.Duration(h*slow*float64(time.Hour))).Add(time.Duration(p.r.IntN(600)) * time.Second)
	p.at = p.b.almanac.open(p.at)
}

// pass lets time go by for somebody who keeps no office hours.
func (p *pen) pass(hours float64) {
	p.at = p.at.Add(time.Duration((0.5 + p.r.Float64()) * hours * float64(time.Hour)))
	if local := p.at.In(civil.Shanghai); local.Hour() < 7 {
		p.at = p.at.Add(time.Duration(7-local.Hour()) * time.Hour)
	}
}

// do takes a step and reports whether the story goes on.
func (p *pen) do(by string, a flow.Act) bool {
	if p.over || p.err != nil {
		return false
	}
	p.lapse()
	if p.at.After(p.b.now) {
		p.over = true
		return false
	}
	return p.take(by, a, -1)
}

// may is do for a step that the rules sometimes forbid; then nothing happens.
func (p *pen) may(by string, a flow.Act) {
	if p.over || p.err != nil || p.at.After(p.b.now) {
		return
	}
	a.At, a.Actor, a.Unit, a.As, a.Post = p.at, p.actor(by), p.b.unit(by), p.roles(by), p.b.post(a.Leader)
	if _, _, err := p.f.Apply(p.law, p.s, a); err == nil {
		p.do(by, a)
	}
}

func (p *pen) take(by string, a flow.Act, other int) bool {
	a.At, a.Actor, a.Unit, a.As, a.Post = p.at, p.actor(by), p.b.unit(by), p.roles(by), p.b.post(a.Leader)
	if a.Verb == flow.Register {
		a.Unit = p.b.unit(p.desk)
	}
	var next flow.Situation
	var err error
	if a.Verb == flow.Convert {
		to := p.b.flow(a.Flow, p.at)
		next, _, err = p.f.Convert(p.law, p.s, a, to)
		p.f = to
	} else {
		next, _, err = p.f.Apply(p.law, p.s, a)
	}
	if err != nil {
		p.err = fmt.Errorf("story %d: %s at %s by %s, in state %s: %w", p.story, a.Verb, p.at.Format(time.DateTime), by, p.s.State, err)
		return false
	}
	p.s, p.late = next, next.Late(p.at)
	p.ops = append(p.ops, op{story: p.story, step: len(p.ops), at: p.at, by: by, act: a, other: other})
	p.at = p.at.Add(time.Duration(20+p.r.IntN(160)) * time.Second)
	if p.turn.stop != "" && p.s.State == p.turn.stop {
		p.over = true
	}
	return !p.over
}

// lapse notes, as the program does every minute, that the term ran out before the present step.
func (p *pen) lapse() {
	if p.late || len(p.s.Running) == 0 || !p.s.Running[0].Stopped.IsZero() || p.s.Running[0].Paused || !p.f.Open(p.s.State) {
		return
	}
	end := p.s.Running[0].Limit
	if end.IsZero() {
		end = p.s.Running[0].Target
	}
	at, then := end.Add(40*time.Second), p.at
	if end.IsZero() || !at.Before(then) || at.After(p.b.now) {
		return
	}
	p.at = at
	stop := p.turn.stop
	p.turn.stop = ""
	p.take(platform, flow.Act{Verb: flow.Lapse}, -1)
	p.turn.stop, p.at = stop, then
}

// roles are what somebody is to the case now.
func (p *pen) roles(by string) []flow.Role {
	switch by {
	case reporter:
		return []flow.Role{flow.Reporter}
	case platform:
		return []flow.Role{flow.System}
	}
	unit := p.b.unit(by)
	var list []flow.Role
	for _, r := range p.b.flowRoles[by] {
		switch {
		case r == flow.Lead && p.s.Lead != unit, r == flow.Helper && !p.s.Helps(unit), r == flow.Leader && p.s.Leader != p.b.id(by):
		default:
			list = append(list, r)
		}
	}
	return list
}

func (p *pen) actor(by string) string {
	switch {
	case by == platform:
		return "job"
	case by == reporter && p.login == "":
		return "receipt"
	case by == reporter:
		return p.b.id(p.login)
	}
	return p.b.id(by)
}

// owed reports whether a debt bars what comes next.
func (p *pen) owed(id string) bool {
	return slices.ContainsFunc(p.s.Owed, func(o flow.Owed) bool { return o.ID == id })
}

// said picks one of some sentences.
func (p *pen) said(list ...string) string { return p.scene.say(p.r, pick(p.r, list)) }
