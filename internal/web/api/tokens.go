package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/db"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A Token is what a program logs in with. Its text is shown once, when it is made.
type Token struct {
	ID      db.ID     `json:"id"`
	Name    string    `json:"name" doc:"用途"`
	Prefix  string    `json:"prefix" doc:"开头的几个字符，用来辨认"`
	Scopes  []string  `json:"scopes"`
	Created time.Time `json:"created"`
	Ends    time.Time `json:"ends"`
	Seen    time.Time `json:"seen,omitzero" doc:"最近一次使用，精确到小时"`
	Text    string    `json:"text,omitempty" doc:"令牌本身；只在新建时给出，重发也不再给"`
}

type newTokenInput struct {
	OfAccount
	Keyed
	Body struct {
		Name   string    `json:"name" maxLength:"80"`
		Scopes []string  `json:"scopes" minItems:"1" maxItems:"4" uniqueItems:"true" enum:"read,write,admin,all"`
		Ends   time.Time `json:"ends" doc:"最长一年"`
	}
}

type tokenInput struct {
	OfAccount
	Keyed
	Token string `path:"token" maxLength:"20"`
}

func (a *API) registerTokens() {
	add(a, operation{method: http.MethodGet, path: "/accounts/{id}/tokens", id: "listTokens", tag: "管理", title: "账号的令牌", scope: admin}, a.tokens)
	add(a, operation{method: http.MethodPost, path: "/accounts/{id}/tokens", id: "createToken", tag: "管理", title: "发放令牌", scope: admin, status: http.StatusCreated}, a.createToken)
	add(a, operation{method: http.MethodDelete, path: "/accounts/{id}/tokens/{token}", id: "revokeToken", tag: "管理", title: "撤销令牌", scope: admin}, a.revokeToken)
}

func (a *API) tokens(ctx context.Context, in *OfAccount) (*out[List[Token]], error) {
	var list []session.Token
	err := a.read(ctx, func(tx *db.Tx) (err error) { list, err = session.Tokens(tx, idIn(in.ID)); return err })
	if err != nil {
		return nil, err
	}
	return all(each(list, tokenOf)), nil
}

func (a *API) createToken(ctx context.Context, in *newTokenInput) (*written[Token], error) {
	var text string
	w, err := do(ctx, a, in.Key, "create-token "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Token, error) {
		plain, t, err := session.NewToken(tx, by, idIn(in.ID), in.Body.Name, in.Body.Scopes, in.Body.Ends)
		text = plain
		return tokenOf(t), err
	})
	if err == nil && w.Replay == "" {
		w.Body.Text = text
	}
	return w, err
}

func (a *API) revokeToken(ctx context.Context, in *tokenInput) (*written[Nothing], error) {
	return do(ctx, a, in.Key, "revoke-token "+in.ID, in.Token, func(tx *db.Tx, by staff.Actor) (Nothing, error) {
		return Nothing{}, session.RevokeToken(tx, by, idIn(in.ID), idIn(in.Token))
	})
}

func tokenOf(t session.Token) Token {
	return Token{ID: t.ID, Name: t.Name, Prefix: t.Prefix, Scopes: listed(t.Scopes), Created: t.Created.Time, Ends: t.Ends.Time, Seen: t.Seen.Time}
}
