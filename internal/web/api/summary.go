package api

import (
	"context"
	"net/http"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/web/session"
)

// A Tally counts the cases registered in one month at one place below the one asked for.
type Tally struct {
	Place    string `json:"place"`
	Name     string `json:"name"`
	Cases    int    `json:"cases"`
	Open     int    `json:"open"`
	Replied  int    `json:"replied"`
	OnTime   int    `json:"on_time" doc:"在法定时限内答复"`
	Late     int    `json:"late" doc:"已超法定时限，不论是否答复"`
	Returned int    `json:"returned"`
	Reworked int    `json:"reworked"`
	Rated    int    `json:"rated"`
	Good     int    `json:"good" doc:"评价 3 分及以上"`
}

type summaryInput struct {
	Place string `query:"place" required:"true" maxLength:"40"`
	Month string `query:"month" required:"true" pattern:"^[0-9]{4}-(0[1-9]|1[0-2])$" doc:"登记的月份，如 2026-09"`
}

func (a *API) registerSummary() {
	add(a, operation{method: http.MethodGet, path: "/summary", id: "getSummary", tag: "汇总", title: "一个区划一个月的办件，按直接下级汇总", scope: read, official: true}, a.summary)
}

func (a *API) summary(ctx context.Context, in *summaryInput) (*out[List[Tally]], error) {
	tree := a.Places.Tree()
	p, known := tree.Get(in.Place)
	if !known {
		return nil, fault.NotFound("没有代码为 %s 的区划", in.Place)
	}
	var list []casework.Tally
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		list, err = a.Cases.RollUp(tx, session.From(ctx), p.Path, in.Month)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all(each(list, func(t casework.Tally) Tally {
		return Tally{t.Place, tree.Name(t.Place), t.Cases, t.Open, t.Replied, t.OnTime, t.Late, t.Returned, t.Reworked, t.Rated, t.Good}
	})), nil
}
