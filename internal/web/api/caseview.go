package api

import (
	"context"
	"strings"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/web/session"
)

// A Receipt is what the reporter is given.
type Receipt struct {
	Case   db.ID     `json:"case"`
	Number string    `json:"number" doc:"办件编号"`
	Code   string    `json:"code" doc:"查询码；与编号一起可查进度"`
	Title  string    `json:"title"`
	At     time.Time `json:"at"`
	Target time.Time `json:"target,omitzero" doc:"目标时限，不含"`
	Due    time.Time `json:"due,omitzero" doc:"法定时限，不含"`
}

func receiptOf(r casework.Receipt) Receipt {
	return Receipt{r.Case, r.Number, r.Code, r.Title, r.At, r.Target, r.Due}
}

// A Line is a case as a list shows it.
type Line struct {
	ID         db.ID     `json:"id"`
	Number     string    `json:"number"`
	Title      string    `json:"title"`
	Flow       string    `json:"flow"`
	Channel    string    `json:"channel"`
	Weight     string    `json:"weight,omitempty"`
	Kind       string    `json:"kind,omitempty"`
	Place      string    `json:"place"`
	Desk       string    `json:"desk,omitempty"`
	Lead       string    `json:"lead,omitempty"`
	State      string    `json:"state"`
	Registered time.Time `json:"registered"`
	LastStep   time.Time `json:"last_step"`
	Yellow     time.Time `json:"yellow,omitzero" doc:"何时黄牌；没有时限在走则无"`
	Target     time.Time `json:"target,omitzero"`
	Limit      time.Time `json:"limit,omitzero"`
	Replied    time.Time `json:"replied,omitzero"`
	Closed     time.Time `json:"closed,omitzero"`
	Late       bool      `json:"late,omitempty"`
	Joint      bool      `json:"joint,omitempty"`
	Returns    int       `json:"returns,omitempty"`
	Reworks    int       `json:"reworks,omitempty"`
	Grade      int       `json:"grade,omitempty"`
	Version    int64     `json:"version"`
}

// A Likeness is an open case that may be about the same matter.
type Likeness struct {
	Line
	Score float64 `json:"score" minimum:"0" maximum:"1"`
}

// A Linked case belongs to another.
type Linked struct {
	Line
	Why string `json:"why"`
}

func lineOf(l casework.Line) Line {
	return Line{l.ID, l.Number, l.Title, l.Flow, l.Channel, l.Weight, l.Kind, l.Place, l.Desk, l.Lead, string(l.State), l.Registered.Time,
		l.LastStep.Time, l.Yellow.Time, l.Target.Time, l.Limit.Time, l.Replied.Time, l.Closed.Time, l.Late, l.Joint, l.Returns, l.Reworks,
		l.Grade, l.Version}
}

// A Case is one matter as it stands.
type Case struct {
	ID         db.ID          `json:"id"`
	Number     string         `json:"number"`
	Document   string         `json:"document" doc:"所依据的文件"`
	Pack       string         `json:"pack" doc:"开始办理时政策包的版本"`
	Flow       string         `json:"flow"`
	Channel    string         `json:"channel"`
	Kind       string         `json:"kind,omitempty"`
	Title      string         `json:"title"`
	Body       string         `json:"body"`
	Fields     map[string]any `json:"fields" doc:"表单所问，不含个人信息"`
	Place      string         `json:"place"`
	Spot       string         `json:"spot,omitempty"`
	Main       db.ID          `json:"main,omitzero" doc:"并入的主件"`
	State      string         `json:"state"`
	StateName  string         `json:"state_name"`
	Open       bool           `json:"open"`
	Mark       string         `json:"mark" enum:"green,yellow,red,paused,none,done"`
	Facts      map[string]any `json:"facts"`
	Desk       string         `json:"desk,omitempty"`
	Lead       string         `json:"lead,omitempty"`
	Helpers    []Helper       `json:"helpers"`
	Leader     string         `json:"leader,omitempty" doc:"呈批所在的领导账号"`
	Outcome    string         `json:"outcome,omitempty"`
	Registered time.Time      `json:"registered"`
	Accepted   time.Time      `json:"accepted,omitzero"`
	Replied    time.Time      `json:"replied,omitzero"`
	Closed     time.Time      `json:"closed,omitzero"`
	Version    int64          `json:"version"`
}

// A Helper is a unit's part in a joint case.
type Helper struct {
	Unit string    `json:"unit"`
	Due  time.Time `json:"due,omitzero"`
	Done time.Time `json:"done,omitzero"`
}

// A CaseView is a case as the sender sees it.
type CaseView struct {
	Case
	Roles   []string       `json:"roles" doc:"我在本件中的身份"`
	Clocks  []RunningClock `json:"clocks"`
	Steps   []Step         `json:"steps"`
	Owed    []Owed         `json:"owed" doc:"未了的义务"`
	Options []StepDef      `json:"options" doc:"我现在可办的步骤"`
}

// A RunningClock is a term of a case, with the reasons for its end.
type RunningClock struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Start   time.Time `json:"start"`
	Stopped time.Time `json:"stopped,omitzero"`
	Paused  bool      `json:"paused,omitempty"`
	Target  *Deadline `json:"target,omitempty"`
	Limit   *Deadline `json:"limit,omitempty"`
	Basis   []string  `json:"basis"`
}

// An Owed is a duty not yet done in a case.
type Owed struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	Since time.Time `json:"since"`
	Due   time.Time `json:"due,omitzero"`
	Basis []string  `json:"basis"`
}

// A Step is one line of a history.
type Step struct {
	Seq    int       `json:"seq"`
	Verb   string    `json:"verb"`
	Name   string    `json:"name"`
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"`
	Unit   string    `json:"unit,omitempty"`
	Words  string    `json:"words,omitempty"`
	Clause string    `json:"clause,omitempty"`
	Basis  []string  `json:"basis"`
	From   string    `json:"from,omitempty"`
	To     string    `json:"to"`
	Files  []string  `json:"files"`
}

type versioned[T any] struct {
	ETag string `header:"ETag" doc:"版本，供 If-Match 使用"`
	Body T
}

func (a *API) caseView(ctx context.Context, in *OfCase) (*versioned[CaseView], error) {
	var v *casework.View
	var now time.Time
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		v, err = a.Cases.View(tx, session.From(ctx), in.id())
		return err
	})
	if err != nil {
		return nil, err
	}
	return &versioned[CaseView]{etag(v.Case.Version), viewOf(v, now)}, nil
}

func viewOf(v *casework.View, now time.Time) CaseView {
	return CaseView{Case: caseOf(v.Case, v.Flow, now), Roles: texts(v.Roles), Clocks: clocksOf(v),
		Steps:   each(v.Steps, func(s casework.Step) Step { return stepOf(s, v.Flow) }),
		Owed:    each(v.Case.Situation.Owed, owedOf),
		Options: each(v.Options, func(o casework.Option) StepDef { return stepDef(o.Step) })}
}

func caseOf(k *casework.Case, f *flow.Flow, now time.Time) Case {
	s := &k.Situation
	c := Case{ID: k.ID, Number: k.Number, Document: k.Document, Pack: k.Pack, Flow: k.Flow, Channel: k.Channel, Kind: k.Kind,
		Title: k.Title, Body: k.Body, Fields: k.Fields, Place: k.Place, Spot: k.Spot, Main: k.Main, State: string(s.State),
		Open: f.Open(s.State), Mark: string(s.Mark(now)), Facts: s.Facts, Desk: s.Desk, Lead: s.Lead, Leader: s.Leader,
		Outcome: s.Outcome, Registered: k.Registered, Accepted: k.Accepted, Replied: k.Replied, Closed: k.Closed, Version: k.Version,
		Helpers: each(s.Branches, func(b flow.Branch) Helper { return Helper{b.Unit, b.Due, b.Done} })}
	if d := f.State(s.State); d != nil {
		c.StateName = d.Name
	}
	if c.Facts == nil {
		c.Facts = map[string]any{}
	}
	return c
}

func clocksOf(v *casework.View) []RunningClock {
	list := []RunningClock{}
	for _, e := range v.Ends {
		for _, r := range v.Case.Situation.Running {
			if r.ID == e.Clock.ID {
				list = append(list, RunningClock{r.ID, e.Clock.Name, r.Start, r.Stopped, r.Paused, end(e.Target), end(e.Limit), cites(e.Clock.Basis)})
			}
		}
	}
	return list
}

func end(d *civil.Deadline) *Deadline {
	if d == nil {
		return nil
	}
	e := deadlineOf(d)
	return &e
}

func owedOf(o flow.Owed) Owed { return Owed{o.ID, o.Name, o.Since, o.Due, cites(o.Basis)} }

func stepOf(s casework.Step, f *flow.Flow) Step {
	x := Step{Seq: s.Seq, Verb: string(s.Verb), Name: string(s.Verb), At: s.At, By: s.Name, Unit: s.Unit, Words: s.Words, Clause: s.Clause.String(),
		Basis: split(s.Basis), From: string(s.From), To: string(s.To), Files: split(s.Files)}
	if d := f.Step(s.Verb); d != nil {
		x.Name = d.Name
	}
	return x
}

func split(list string) []string {
	if list == "" {
		return []string{}
	}
	return strings.Split(list, ",")
}
