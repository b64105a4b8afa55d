package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/db"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A Self is who sends the request.
type Self struct {
	Account db.ID    `json:"account"`
	Login   string   `json:"login"`
	Name    string   `json:"name"`
	Post    string   `json:"post,omitempty"`
	Unit    string   `json:"unit,omitempty"`
	Person  db.ID    `json:"person,omitzero"`
	Grants  []Grant  `json:"grants"`
	Keys    []string `json:"keys" doc:"可见范围：p:区划、u:单位、r:本人"`
	Scopes  []string `json:"scopes" doc:"令牌的作用域；登录用户为空"`
}

// A Grant is a role within bounds.
type Grant struct {
	Role  string `json:"role"`
	Place string `json:"place,omitempty" doc:"区划代码；含其下级"`
	Unit  string `json:"unit,omitempty"`
}

// A Health is how the program stands.
type Health struct {
	Status string    `json:"status" enum:"ok"`
	Engine string    `json:"engine"`
	Now    time.Time `json:"now"`
}

func (a *API) registerSelf() {
	add(a, operation{method: http.MethodGet, path: "/health", id: "getHealth", tag: "系统", title: "数据库是否应答", scope: anyone}, a.health)
	add(a, operation{method: http.MethodGet, path: "/me", id: "getMe", tag: "系统", title: "我是谁，能看到什么", scope: read}, a.me)
}

func (a *API) health(ctx context.Context, _ *struct{}) (*out[Health], error) {
	h := Health{Status: "ok", Engine: string(a.DB.Engine())}
	return answer(&h, a.read(ctx, func(tx *db.Tx) error {
		h.Now = tx.Now()
		_, err := staff.CurrentVersion(tx)
		return err
	}))
}

func (a *API) me(ctx context.Context, _ *struct{}) (*out[Self], error) {
	by := session.From(ctx)
	s := Self{Account: by.Account, Login: by.Login, Name: by.Name, Post: by.Post, Unit: by.Unit, Person: by.Person,
		Grants: each(by.Grants, grantOf), Keys: listed(by.Scope().Keys()), Scopes: listed(session.Of(ctx).Scopes)}
	return &out[Self]{s}, nil
}

func grantOf(g staff.Grant) Grant { return Grant{string(g.Role), lastCode(g.Place), g.Unit} }
