package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/db"
	"linli/internal/job"
	"linli/internal/staff"
)

// A Job is work to be done later.
type Job struct {
	ID       db.ID     `json:"id"`
	Kind     string    `json:"kind"`
	State    string    `json:"state" enum:"waiting,running,done,failed,cancelled"`
	RunAt    time.Time `json:"run_at" doc:"不早于"`
	Attempts int       `json:"attempts"`
	Most     int       `json:"most" doc:"最多几次"`
	Error    string    `json:"error,omitempty" doc:"最近一次失败的原因"`
	Done     int64     `json:"done,omitempty"`
	Total    int64     `json:"total,omitempty"`
	Note     string    `json:"note,omitempty"`
	Created  time.Time `json:"created"`
	Finished time.Time `json:"finished,omitzero"`
}

type jobsInput struct {
	Paged
	State string `query:"state" enum:"waiting,running,done,failed,cancelled"`
	Kind  string `query:"kind" maxLength:"60"`
}

// OfJob names a job in an address.
type OfJob struct {
	ID string `path:"id" maxLength:"20"`
}

type jobActInput struct {
	OfJob
	Keyed
}

func (a *API) registerJobs() {
	add(a, operation{method: http.MethodGet, path: "/jobs", id: "listJobs", tag: "后台任务", title: "后台任务，最新的在前", scope: admin}, a.jobs)
	add(a, operation{method: http.MethodGet, path: "/jobs/{id}", id: "getJob", tag: "后台任务", title: "一个任务", scope: admin}, a.job)
	add(a, operation{method: http.MethodPost, path: "/jobs/{id}/retry", id: "retryJob", tag: "后台任务", title: "重新开始", scope: admin}, a.retryJob)
	add(a, operation{method: http.MethodPost, path: "/jobs/{id}/cancel", id: "cancelJob", tag: "后台任务", title: "取消等待中的任务", scope: admin}, a.cancelJob)
}

func (a *API) jobs(ctx context.Context, in *jobsInput) (*paged[Job], error) {
	var list []job.Job
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		list, err = job.List(tx, job.Filter{State: job.State(in.State), Kind: in.Kind, Before: idIn(in.Cursor), Limit: in.Limit})
		return err
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) == in.Limit {
		next = list[len(list)-1].ID.String()
	}
	return page(&in.Paged, each(list, jobOf), next), nil
}

func (a *API) job(ctx context.Context, in *OfJob) (*out[Job], error) {
	var j Job
	return answer(&j, a.read(ctx, func(tx *db.Tx) error {
		found, err := job.Get(tx, idIn(in.ID))
		j = jobOf(found)
		return err
	}))
}

func (a *API) retryJob(ctx context.Context, in *jobActInput) (*written[Job], error) {
	return a.withJob(ctx, in, "retry-job", job.Retry)
}

func (a *API) cancelJob(ctx context.Context, in *jobActInput) (*written[Job], error) {
	return a.withJob(ctx, in, "cancel-job", job.Cancel)
}

func (a *API) withJob(ctx context.Context, in *jobActInput, name string, act func(*db.Tx, db.ID) error) (*written[Job], error) {
	return do(ctx, a, in.Key, name, in.ID, func(tx *db.Tx, _ staff.Actor) (Job, error) {
		if err := act(tx, idIn(in.ID)); err != nil {
			return Job{}, err
		}
		j, err := job.Get(tx, idIn(in.ID))
		return jobOf(j), err
	})
}

func jobOf(j job.Job) Job {
	return Job{j.ID, j.Kind, string(j.State), j.RunAt.Time, j.Attempts, j.MaxAttempts, j.LastError, j.Done, j.Total, j.Note, j.CreatedAt.Time, j.FinishedAt.Time}
}
