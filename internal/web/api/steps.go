package api

import (
	"context"
	"net/http"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/web/session"
)

// An Act is a step somebody asks for. What a verb needs is in the flow.
type Act struct {
	Verb    string         `json:"verb" maxLength:"60" doc:"动作，见办件的 options"`
	Words   string         `json:"words,omitempty" doc:"说明、意见或答复"`
	Clause  string         `json:"clause,omitempty" maxLength:"80" doc:"不予受理所依据的条款，如 sm12-69#2.3g"`
	To      string         `json:"to,omitempty" maxLength:"60" doc:"主办单位"`
	With    []string       `json:"with,omitempty" maxItems:"50" doc:"协办单位"`
	Leader  string         `json:"leader,omitempty" maxLength:"20" doc:"呈批领导的账号"`
	Sets    map[string]any `json:"sets,omitempty" maxProperties:"50" doc:"本步骤记录的事实"`
	Term    string         `json:"term,omitempty" maxLength:"20" doc:"期限，如 5wd"`
	Outcome string         `json:"outcome,omitempty" maxLength:"60" doc:"办理结果"`
	Case    string         `json:"case,omitempty" maxLength:"20" doc:"另一办件"`
	Flow    string         `json:"flow,omitempty" maxLength:"100" doc:"转入的渠道"`
	Grade   int            `json:"grade,omitempty" minimum:"0" maximum:"5" doc:"1 最差，5 最好"`
	Verdict string         `json:"verdict,omitempty" enum:"agree,disagree" doc:"审批意见，不同意须有 clause"`
	Files   []string       `json:"files,omitempty" maxItems:"20" doc:"先上传的附件"`
}

// A Done is what came of a step.
type Done struct {
	Case    db.ID  `json:"case"`
	Seq     int    `json:"seq" doc:"第几步"`
	State   string `json:"state"`
	Version int64  `json:"version"`
}

type actInput struct {
	OfCase
	Keyed
	Match string `header:"If-Match" maxLength:"40" doc:"只在这个版本上办理；不带则不问"`
	Body  Act
}

func (a *API) registerSteps() {
	add(a, operation{method: http.MethodPost, path: "/cases/{id}/steps", id: "takeStep", tag: "办件", title: "办理一步", scope: write, official: true, status: http.StatusCreated}, a.step)
	add(a, operation{method: http.MethodGet, path: "/cases/{id}/steps", id: "listSteps", tag: "办件", title: "历史", scope: read, official: true}, a.history)
}

func (a *API) step(ctx context.Context, in *actInput) (*written[Done], error) {
	by, id := session.From(ctx), in.id()
	act, err := in.act()
	if err != nil {
		return nil, err
	}
	var d casework.Done
	err = a.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if d, err = a.Cases.Do(tx, by, id, act); err != nil || d.Replayed {
			return err
		}
		return a.attach(tx, by, id, act.Files)
	})
	if err != nil {
		return nil, a.changed(ctx, id, act.Version, err)
	}
	return doneOf(d), nil
}

// act is the step as casework takes it.
func (in *actInput) act() (casework.Act, error) {
	version, err := versionOf(in.Match)
	if err != nil {
		return casework.Act{}, err
	}
	b := &in.Body
	var clause law.Clause
	if b.Clause != "" {
		if clause, err = law.Parse(b.Clause); err != nil {
			return casework.Act{}, fault.Invalid("clause", "条款应写作 文件#条款，如 sm12-69#2.3g")
		}
	}
	return casework.Act{Key: in.Key, Version: version, Files: b.Files, Act: flow.Act{Verb: flow.Verb(b.Verb), Words: b.Words, Clause: clause, To: b.To,
		With: b.With, Leader: b.Leader, Sets: b.Sets, Term: b.Term, Outcome: b.Outcome, Case: b.Case, Flow: b.Flow, Grade: b.Grade, Verdict: b.Verdict}}, nil
}

// changed makes a conflict over a named version the answer that HTTP has for it. The version is read again, since a conflict may
// have another cause, such as a key used before.
func (a *API) changed(ctx context.Context, id db.ID, version int64, err error) error {
	if version == 0 || fault.KindOf(err) != fault.KindConflict {
		return err
	}
	var now int64
	readErr := a.read(ctx, func(tx *db.Tx) error {
		k, err := a.Cases.Get(tx, session.From(ctx), id)
		if err == nil {
			now = k.Version
		}
		return err
	})
	if readErr != nil || now == version {
		return err
	}
	p := ofStatus(http.StatusPreconditionFailed)
	p.Detail = fault.As(err).Message()
	p.header = http.Header{"Etag": {etag(now)}}
	return p
}

func doneOf(d casework.Done) *written[Done] {
	return &written[Done]{replayed(d.Replayed), etag(d.Version), Done{d.Case, d.Seq, string(d.State), d.Version}}
}

func (a *API) history(ctx context.Context, in *OfCase) (*out[List[Step]], error) {
	var v *casework.View
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		v, err = a.Cases.View(tx, session.From(ctx), in.id())
		return err
	})
	if err != nil {
		return nil, err
	}
	return all(each(v.Steps, func(s casework.Step) Step { return stepOf(s, v.Flow) })), nil
}
