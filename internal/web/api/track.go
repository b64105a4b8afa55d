package api

import (
	"context"
	"net/http"

	"linli/internal/casework"
	"linli/internal/db"
)

// A Slip is what a receipt has: who holds both may follow the case.
type Slip struct {
	Number string `json:"number" maxLength:"60" doc:"办件编号"`
	Code   string `json:"code" maxLength:"20" doc:"查询码"`
}

type trackInput struct{ Body Slip }

type trackActInput struct {
	Keyed
	Body struct {
		Slip
		ReporterAct
	}
}

func (a *API) registerTracking() {
	add(a, operation{method: http.MethodPost, path: "/track", id: "track", tag: "查询", title: "凭编号和查询码看进度", scope: anyone}, a.track)
	add(a, operation{method: http.MethodPost, path: "/track/steps", id: "takeStepByReceipt", tag: "查询", title: "凭编号和查询码补交、催办、评价或申诉", scope: anyone, status: http.StatusCreated}, a.trackStep)
}

func (a *API) track(ctx context.Context, in *trackInput) (*out[Progress], error) {
	var p Progress
	return answer(&p, a.read(ctx, func(tx *db.Tx) error {
		found, err := a.Cases.Track(tx, in.Body.Number, in.Body.Code)
		if err == nil {
			p = progressOf(found, tx.Now())
		}
		return err
	}))
}

func (a *API) trackStep(ctx context.Context, in *trackActInput) (*written[Done], error) {
	b := &in.Body
	b.Files = nil // uploads need a token
	var d casework.Done
	err := a.DB.Write(ctx, func(tx *db.Tx) (err error) {
		d, err = a.Cases.DoByReceipt(tx, b.Number, b.Code, b.act(in.Key))
		return err
	})
	if err != nil {
		return nil, err
	}
	return doneOf(d), nil
}
