package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/web/session"
)

// A Progress is what a reporter sees of his case.
type Progress struct {
	Receipt    string         `json:"receipt" doc:"本人回执的编号"`
	Merged     bool           `json:"merged,omitempty" doc:"已并入另一件，随主件办理"`
	Title      string         `json:"title" doc:"本人反映时的标题"`
	State      string         `json:"state"`
	Mark       string         `json:"mark"`
	Registered time.Time      `json:"registered"`
	Target     time.Time      `json:"target,omitzero"`
	Due        time.Time      `json:"due,omitzero"`
	Replied    time.Time      `json:"replied,omitzero"`
	Closed     time.Time      `json:"closed,omitzero"`
	Steps      []ProgressStep `json:"steps"`
	Actions    []string       `json:"actions" doc:"现在可做：supply urge rate appeal"`
}

// A ProgressStep is a step that concerns the reporter.
type ProgressStep struct {
	Verb  string    `json:"verb"`
	At    time.Time `json:"at"`
	Words string    `json:"words,omitempty"`
	To    string    `json:"to"`
}

// An Own is a case in its reporter's list.
type Own struct {
	Line
	Receipt  string    `json:"receipt"`
	Reported time.Time `json:"reported"`
}

// A ReporterAct is a step that a reporter may take.
type ReporterAct struct {
	Verb  string   `json:"verb" enum:"supply,urge,rate,appeal"`
	Words string   `json:"words,omitempty"`
	Grade int      `json:"grade,omitempty" minimum:"0" maximum:"5"`
	Files []string `json:"files,omitempty" maxItems:"20"`
}

func (b *ReporterAct) act(key string) casework.Act {
	return casework.Act{Key: key, Files: b.Files, Act: flow.Act{Verb: flow.Verb(b.Verb), Words: b.Words, Grade: b.Grade}}
}

type ownActInput struct {
	OfCase
	Keyed
	Body ReporterAct
}

func (a *API) registerMine() {
	add(a, operation{method: http.MethodGet, path: "/my/cases", id: "listMyCases", tag: "本人办件", title: "我反映的事", scope: read}, a.own)
	add(a, operation{method: http.MethodGet, path: "/my/cases/{id}", id: "getMyCase", tag: "本人办件", title: "一件的进度", scope: read}, a.mine)
	add(a, operation{method: http.MethodPost, path: "/my/cases/{id}/steps", id: "takeMyStep", tag: "本人办件", title: "补交、催办、评价或申诉", scope: write, status: http.StatusCreated}, a.myStep)
}

func (a *API) own(ctx context.Context, in *Paged) (*paged[Own], error) {
	var before time.Time
	if in.Cursor != "" {
		at, err := db.ParseTime(in.Cursor)
		if err != nil {
			return nil, fault.Invalid("cursor", "翻页标记不对，请从第一页重新开始")
		}
		before = at.Time
	}
	var list []casework.Own
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		list, err = a.Cases.Own(tx, session.From(ctx), before, in.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) == in.Limit {
		next = list[len(list)-1].Reported.Text()
	}
	return page(in, each(list, func(o casework.Own) Own { return Own{lineOf(o.Line), o.Receipt, o.Reported.Time} }), next), nil
}

func (a *API) mine(ctx context.Context, in *OfCase) (*out[Progress], error) {
	var p Progress
	return answer(&p, a.read(ctx, func(tx *db.Tx) error {
		found, err := a.Cases.Mine(tx, session.From(ctx), in.id())
		if err == nil {
			p = progressOf(found, tx.Now())
		}
		return err
	}))
}

func (a *API) myStep(ctx context.Context, in *ownActInput) (*written[Done], error) {
	by, id, act := session.From(ctx), in.id(), in.Body.act(in.Key)
	var d casework.Done
	err := a.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if _, err := a.Cases.Mine(tx, by, id); err != nil {
			return err
		}
		if d, err = a.Cases.Do(tx, by, id, act); err != nil || d.Replayed {
			return err
		}
		return a.attach(tx, by, id, act.Files)
	})
	if err != nil {
		return nil, err
	}
	return doneOf(d), nil
}

func progressOf(p *casework.Progress, now time.Time) Progress {
	k := p.Case
	x := Progress{Receipt: p.Receipt, Merged: p.Merged, Title: p.Title, State: string(k.State()), Mark: string(k.Situation.Mark(now)),
		Registered: k.Registered, Replied: k.Replied, Closed: k.Closed, Actions: texts(p.Actions)}
	if len(k.Situation.Running) > 0 {
		x.Target, x.Due = k.Situation.Running[0].Target, k.Situation.Running[0].Limit
	}
	x.Steps = each(p.Steps, func(s casework.Step) ProgressStep { return ProgressStep{string(s.Verb), s.At, s.Words, string(s.To)} })
	return x
}
