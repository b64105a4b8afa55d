package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/staff"
)

// An Account is what somebody logs in with.
type Account struct {
	ID         db.ID     `json:"id"`
	Login      string    `json:"login"`
	Name       string    `json:"name"`
	Post       string    `json:"post,omitempty"`
	Unit       string    `json:"unit,omitempty"`
	Person     db.ID     `json:"person,omitzero"`
	MustChange bool      `json:"must_change,omitempty" doc:"下次登录须改密码"`
	Disabled   bool      `json:"disabled,omitempty"`
	Locked     time.Time `json:"locked,omitzero" doc:"在此之前不能登录"`
	Created    time.Time `json:"created"`
}

// An AccountView is an account with what it may do.
type AccountView struct {
	Account
	Grants []Grant `json:"grants"`
}

type accountsInput struct {
	Paged
	Unit string `query:"unit" maxLength:"60"`
}

// OfAccount names an account in an address.
type OfAccount struct {
	ID string `path:"id" maxLength:"20"`
}

type newAccountInput struct {
	Keyed
	Body struct {
		Login    string  `json:"login" maxLength:"60"`
		Name     string  `json:"name" maxLength:"60"`
		Post     string  `json:"post,omitempty" maxLength:"60"`
		Unit     string  `json:"unit,omitempty" maxLength:"60"`
		Password string  `json:"password" maxLength:"200" doc:"首次登录后须修改"`
		Grants   []Grant `json:"grants,omitempty" maxItems:"50"`
	}
}

type changeAccountInput struct {
	OfAccount
	Keyed
	Body struct {
		Name     *string `json:"name,omitempty" maxLength:"60"`
		Post     *string `json:"post,omitempty" maxLength:"60"`
		Unit     *string `json:"unit,omitempty" maxLength:"60"`
		Disabled *bool   `json:"disabled,omitempty"`
	}
}

type grantInput struct {
	OfAccount
	Keyed
	Body Grant
}

func (a *API) registerAccounts() {
	add(a, operation{method: http.MethodGet, path: "/accounts", id: "listAccounts", tag: "管理", title: "账号", scope: admin}, a.accounts)
	add(a, operation{method: http.MethodPost, path: "/accounts", id: "createAccount", tag: "管理", title: "新建账号", scope: admin, status: http.StatusCreated}, a.createAccount)
	add(a, operation{method: http.MethodGet, path: "/accounts/{id}", id: "getAccount", tag: "管理", title: "一个账号和它的授权", scope: admin}, a.account)
	add(a, operation{method: http.MethodPatch, path: "/accounts/{id}", id: "changeAccount", tag: "管理", title: "修改、停用或启用账号", scope: admin}, a.changeAccount)
	add(a, operation{method: http.MethodPost, path: "/accounts/{id}/grants", id: "grant", tag: "管理", title: "授权", scope: admin}, a.grant)
	add(a, operation{method: http.MethodPost, path: "/accounts/{id}/grants/revoke", id: "revokeGrant", tag: "管理", title: "收回授权", scope: admin}, a.revokeGrant)
}

func (a *API) accounts(ctx context.Context, in *accountsInput) (*paged[Account], error) {
	var list []staff.Account
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		list, err = staff.Accounts(tx, in.Unit, in.Cursor, in.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) == in.Limit {
		next = list[len(list)-1].Login
	}
	return page(&in.Paged, each(list, accountOf), next), nil
}

func (a *API) account(ctx context.Context, in *OfAccount) (*out[AccountView], error) {
	var v AccountView
	return answer(&v, a.read(ctx, func(tx *db.Tx) (err error) { v, err = accountView(tx, idIn(in.ID)); return err }))
}

// createAccount hashes the password before the transaction, for it takes its time; the password is no part of what the key
// stands for, so that no digest of it is stored.
func (a *API) createAccount(ctx context.Context, in *newAccountInput) (*written[AccountView], error) {
	b := &in.Body
	password, err := staff.NewPassword(ctx, b.Login, b.Password)
	if err != nil {
		return nil, err
	}
	about := struct {
		Login, Name, Post, Unit string
		Grants                  []Grant
	}{b.Login, b.Name, b.Post, b.Unit, b.Grants}
	return do(ctx, a, in.Key, "create-account", about, func(tx *db.Tx, by staff.Actor) (v AccountView, err error) {
		made, err := staff.Create(tx, by, staff.Account{Login: b.Login, Name: b.Name, Post: b.Post, Unit: b.Unit, MustChange: true}, password)
		if err != nil {
			return v, err
		}
		for _, g := range b.Grants {
			if err := staff.Allow(tx, by, made.ID, staff.Role(g.Role), g.Place, g.Unit); err != nil {
				return v, err
			}
		}
		return accountView(tx, made.ID)
	})
}

func (a *API) changeAccount(ctx context.Context, in *changeAccountInput) (*written[AccountView], error) {
	id := idIn(in.ID)
	return do(ctx, a, in.Key, "change-account "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (v AccountView, err error) {
		was, err := staff.AccountOf(tx, id)
		if err != nil {
			return v, err
		}
		b := &in.Body
		if b.Name != nil || b.Post != nil || b.Unit != nil {
			set(&was.Name, b.Name)
			set(&was.Post, b.Post)
			set(&was.Unit, b.Unit)
			if err := staff.Update(tx, by, was); err != nil {
				return v, err
			}
		}
		if b.Disabled != nil && *b.Disabled != was.Disabled {
			if *b.Disabled && id == by.Account {
				return v, fault.Invalid("disabled", "不能停用自己的账号")
			}
			if err := staff.SetDisabled(tx, by, id, *b.Disabled); err != nil {
				return v, err
			}
		}
		return accountView(tx, id)
	})
}

func set(to, from *string) {
	if from != nil {
		*to = *from
	}
}

func (a *API) grant(ctx context.Context, in *grantInput) (*written[AccountView], error) {
	id, g := idIn(in.ID), in.Body
	return do(ctx, a, in.Key, "grant "+in.ID, g, func(tx *db.Tx, by staff.Actor) (v AccountView, err error) {
		if err := staff.Allow(tx, by, id, staff.Role(g.Role), g.Place, g.Unit); err != nil {
			return v, err
		}
		return accountView(tx, id)
	})
}

func (a *API) revokeGrant(ctx context.Context, in *grantInput) (*written[AccountView], error) {
	id, g := idIn(in.ID), in.Body
	return do(ctx, a, in.Key, "revoke-grant "+in.ID, g, func(tx *db.Tx, by staff.Actor) (v AccountView, err error) {
		if err := staff.Revoke(tx, by, id, staff.Role(g.Role), g.Place, g.Unit); err != nil {
			return v, err
		}
		return accountView(tx, id)
	})
}

func accountView(tx *db.Tx, id db.ID) (v AccountView, err error) {
	x, err := staff.AccountOf(tx, id)
	if err != nil {
		return v, err
	}
	grants, err := staff.Granted(tx, id)
	return AccountView{accountOf(x), each(grants, func(g staff.Grant) Grant { return Grant{string(g.Role), g.Place, g.Unit} })}, err
}

func accountOf(x staff.Account) Account {
	return Account{x.ID, x.Login, x.Name, x.Post, x.Unit, x.Person, x.MustChange, x.Disabled, x.Locked.Time, x.Created.Time}
}
