package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/db"
	"linli/internal/notify"
	"linli/internal/staff"
)

// A Hook is a web address that wants to hear of events.
type Hook struct {
	ID      db.ID     `json:"id"`
	URL     string    `json:"url"`
	Events  []string  `json:"events" doc:"case.closed、case.* 或 *"`
	Scope   string    `json:"scope,omitempty" doc:"只要带有此键的事件，如 u:单位"`
	Active  bool      `json:"active"`
	Stopped string    `json:"stopped,omitempty" doc:"停用的原因"`
	Created time.Time `json:"created"`
	Secret  string    `json:"secret,omitempty" doc:"签名密钥；只在新建时给出，重发也不再给"`
}

// A Delivery is one notice on its way outside.
type Delivery struct {
	ID      db.ID     `json:"id"`
	Channel string    `json:"channel" enum:"webhook,sms"`
	Hook    db.ID     `json:"hook,omitzero"`
	Target  string    `json:"target" doc:"电话号码为掩码"`
	Event   string    `json:"event"`
	State   string    `json:"state" enum:"waiting,delivered,failed"`
	Created time.Time `json:"created"`
	Done    time.Time `json:"done,omitzero"`
}

type newHookInput struct {
	Keyed
	Body struct {
		URL    string   `json:"url" maxLength:"500"`
		Events []string `json:"events" minItems:"1" maxItems:"50"`
		Scope  string   `json:"scope,omitempty" maxLength:"80"`
	}
}

type hookInput struct {
	Keyed
	ID   string `path:"id" maxLength:"20"`
	Body struct {
		Active bool   `json:"active"`
		Why    string `json:"why,omitempty" maxLength:"200"`
	}
}

type resendInput struct {
	Keyed
	ID string `path:"id" maxLength:"20"`
}

type deliveriesInput struct {
	Paged
	State string `query:"state" enum:"waiting,delivered,failed"`
}

func (a *API) registerHooks() {
	add(a, operation{method: http.MethodGet, path: "/hooks", id: "listHooks", tag: "推送", title: "事件订阅", scope: admin}, a.hooks)
	add(a, operation{method: http.MethodPost, path: "/hooks", id: "createHook", tag: "推送", title: "订阅事件", scope: admin, status: http.StatusCreated}, a.createHook)
	add(a, operation{method: http.MethodPatch, path: "/hooks/{id}", id: "changeHook", tag: "推送", title: "停用或启用订阅", scope: admin}, a.changeHook)
	add(a, operation{method: http.MethodGet, path: "/deliveries", id: "listDeliveries", tag: "推送", title: "发送记录，最新的在前", scope: admin}, a.deliveries)
	add(a, operation{method: http.MethodPost, path: "/deliveries/{id}/resend", id: "resend", tag: "推送", title: "重新发送", scope: admin}, a.resend)
}

func (a *API) hooks(ctx context.Context, _ *struct{}) (*out[List[Hook]], error) {
	var list []notify.Hook
	err := a.read(ctx, func(tx *db.Tx) (err error) { list, err = notify.Hooks(tx); return err })
	if err != nil {
		return nil, err
	}
	return all(each(list, hookOf)), nil
}

func (a *API) createHook(ctx context.Context, in *newHookInput) (*written[Hook], error) {
	var secret string
	w, err := do(ctx, a, in.Key, "create-hook", in.Body, func(tx *db.Tx, by staff.Actor) (Hook, error) {
		h, err := notify.Subscribe(tx, notify.Hook{URL: in.Body.URL, Events: in.Body.Events, Scope: in.Body.Scope, Active: true, CreatedBy: by.AuditName()}, false)
		secret = h.Secret
		return hookOf(h), err
	})
	if err == nil && w.Replay == "" {
		w.Body.Secret = secret
	}
	return w, err
}

func (a *API) changeHook(ctx context.Context, in *hookInput) (*written[Nothing], error) {
	return do(ctx, a, in.Key, "change-hook "+in.ID, in.Body, func(tx *db.Tx, _ staff.Actor) (Nothing, error) {
		return Nothing{}, notify.SetActive(tx, idIn(in.ID), in.Body.Active, in.Body.Why)
	})
}

func (a *API) deliveries(ctx context.Context, in *deliveriesInput) (*paged[Delivery], error) {
	var list []notify.Delivery
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		list, err = notify.Deliveries(tx, notify.Filter{State: in.State, Before: idIn(in.Cursor), Limit: in.Limit})
		return err
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) == in.Limit {
		next = list[len(list)-1].ID.String()
	}
	return page(&in.Paged, each(list, func(d notify.Delivery) Delivery {
		return Delivery{d.ID, d.Channel, d.Hook, d.MaskedTarget(), d.Event, d.State, d.CreatedAt.Time, d.DoneAt.Time}
	}), next), nil
}

func (a *API) resend(ctx context.Context, in *resendInput) (*written[Nothing], error) {
	return do(ctx, a, in.Key, "resend", in.ID, func(tx *db.Tx, _ staff.Actor) (Nothing, error) {
		return Nothing{}, notify.Resend(tx, idIn(in.ID))
	})
}

func hookOf(h notify.Hook) Hook {
	return Hook{ID: h.ID, URL: h.URL, Events: listed(h.Events), Scope: h.Scope, Active: h.Active, Stopped: h.Stopped, Created: h.CreatedAt.Time}
}
