package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A Reporter is somebody who raised a matter, masked as far as the reader's part in the case asks.
type Reporter struct {
	ID      db.ID     `json:"id"`
	Person  db.ID     `json:"person,omitzero"`
	Name    string    `json:"name"`
	Phone   string    `json:"phone" doc:"掩码"`
	Address string    `json:"address"`
	Channel string    `json:"channel"`
	Number  string    `json:"number" doc:"本人回执的编号"`
	At      time.Time `json:"at"`
	Grade   int       `json:"grade,omitempty"`
}

type revealInput struct {
	OfCase
	Keyed
	Body struct {
		Person db.ID  `json:"person"`
		Kind   string `json:"kind" enum:"phone,id-number,email"`
		Reason string `json:"reason" minLength:"2" maxLength:"200" doc:"为什么需要；记入审计日志"`
	}
}

// A Secret is a value in the clear.
type Secret struct {
	Value string `json:"value"`
}

func (a *API) registerReporters() {
	add(a, operation{method: http.MethodGet, path: "/cases/{id}/reporters", id: "listReporters", tag: "反映人", title: "反映人，个人信息按权限掩码", scope: read, official: true}, a.reporters)
	add(a, operation{method: http.MethodPost, path: "/cases/{id}/reveal", id: "reveal", tag: "反映人", title: "查看掩码的内容，理由记入审计日志", scope: write, official: true}, a.reveal)
}

func (a *API) reporters(ctx context.Context, in *OfCase) (*out[List[Reporter]], error) {
	var list []casework.Reporter
	err := a.read(ctx, func(tx *db.Tx) error {
		k, err := a.Cases.Get(tx, session.From(ctx), in.id())
		if err != nil {
			return err
		}
		list, err = a.Cases.Reporters(tx, session.From(ctx), k)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all(each(list, func(r casework.Reporter) Reporter {
		return Reporter{r.ID, r.Person, r.Name, r.Phone, r.Address, r.Channel, r.Number, r.At.Time, r.Grade}
	})), nil
}

// revealers are the parts in a case for which talking to the reporter is the work.
var revealers = []flow.Role{flow.Desk, flow.Dispatcher, flow.Lead, flow.Verifier, flow.Supervisor}

// reveal gives a value in the clear. It is not remembered under its key, so that it is kept in one place only; asked for again
// it is logged again.
func (a *API) reveal(ctx context.Context, in *revealInput) (*written[Secret], error) {
	by := session.From(ctx)
	var s Secret
	err := a.DB.Write(ctx, func(tx *db.Tx) error {
		if err := a.mayReveal(tx, by, in.id(), in.Body.Person); err != nil {
			return err
		}
		var err error
		s.Value, err = a.People.Reveal(tx, by.AuditName(), in.Body.Person, register.Kind(in.Body.Kind), in.Body.Reason)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &written[Secret]{Body: s}, nil
}

func (a *API) mayReveal(tx *db.Tx, by staff.Actor, id, person db.ID) error {
	v, err := a.Cases.View(tx, by, id)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(v.Roles, func(r flow.Role) bool { return slices.Contains(revealers, r) }) {
		return fault.Forbidden("您在本件中的身份不能查看反映人的完整信息")
	}
	list, err := a.Cases.Reporters(tx, by, v.Case)
	if err != nil {
		return err
	}
	if person.IsZero() || !slices.ContainsFunc(list, func(r casework.Reporter) bool { return r.Person == person }) {
		return fault.NotFound("本件没有这位反映人")
	}
	return nil
}
