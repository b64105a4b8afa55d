package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/db"
	"linli/internal/duty"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A Task is one occurrence of a duty that a unit owes.
type Task struct {
	ID       db.ID     `json:"id"`
	Document string    `json:"document"`
	Duty     string    `json:"duty"`
	Name     string    `json:"name"`
	Does     string    `json:"does" doc:"要做的事"`
	Unit     string    `json:"unit"`
	Period   Period    `json:"period"`
	Last     string    `json:"last" doc:"最后一日"`
	Due      time.Time `json:"due"`
	State    string    `json:"state" enum:"open,late,done"`
	WasLate  bool      `json:"was_late,omitempty"`
	Done     time.Time `json:"done,omitzero"`
	DoneBy   string    `json:"done_by,omitempty"`
	Evidence string    `json:"evidence,omitempty" doc:"本站的页面"`
	Words    string    `json:"words,omitempty"`
	Basis    []string  `json:"basis"`
}

type tasksInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// OfTask names a task in an address.
type OfTask struct {
	ID string `path:"id" maxLength:"20"`
}

type finishInput struct {
	OfTask
	Keyed
	Body struct {
		Link  string `json:"link,omitempty" maxLength:"200" doc:"本站的页面，以 / 开头"`
		Words string `json:"words,omitempty" maxLength:"500"`
	}
}

func (a *API) registerTasks() {
	add(a, operation{method: http.MethodGet, path: "/tasks", id: "listTasks", tag: "责任任务", title: "未完成的在前，最紧急的先", scope: read, official: true}, a.tasks)
	add(a, operation{method: http.MethodGet, path: "/tasks/{id}", id: "getTask", tag: "责任任务", title: "一项任务", scope: read, official: true}, a.task)
	add(a, operation{method: http.MethodPost, path: "/tasks/{id}/finish", id: "finishTask", tag: "责任任务", title: "完成", scope: write, official: true}, a.finishTask)
}

func (a *API) tasks(ctx context.Context, in *tasksInput) (*out[List[Task]], error) {
	var list []duty.Task
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		list, err = a.Duties.List(tx, session.From(ctx), in.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all(each(list, taskOf)), nil
}

func (a *API) task(ctx context.Context, in *OfTask) (*out[Task], error) {
	var t Task
	return answer(&t, a.read(ctx, func(tx *db.Tx) error {
		found, err := a.Duties.Get(tx, session.From(ctx), idIn(in.ID))
		t = taskOf(found)
		return err
	}))
}

func (a *API) finishTask(ctx context.Context, in *finishInput) (*written[Task], error) {
	return do(ctx, a, in.Key, "finish-task "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Task, error) {
		t, err := a.Duties.Finish(tx, by, idIn(in.ID), duty.Evidence{Link: in.Body.Link, Words: in.Body.Words})
		return taskOf(t), err
	})
}

func taskOf(t duty.Task) Task {
	return Task{t.ID, t.Document, t.Duty, t.Name, t.Does, t.Unit, Period{t.Period.From.String(), t.Period.To.String()}, t.Last.String(), t.Due.Time,
		string(t.State), t.WasLate, t.DoneAt.Time, t.DoneName, t.Evidence, t.Words, cites(t.Basis)}
}
