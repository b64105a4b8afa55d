package admin

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// accountPage is all that is kept of one account.
type accountPage struct {
	staff.Account
	Grants  []staff.Grant // with codes of places
	Logins  []session.Login
	Tokens  []session.Token
	Entries []audit.Entry // of the log, the latest first
	Names   map[string]string
	Now     time.Time
	MayAct  bool
	Self    bool // the reader's own account

	Typed url.Values // of the form that is shown again
	Wrong ui.Errors
	Open  string // the form that was sent: about, grant or token
}

// entriesShown is how much of the log stands on the page of what it is about.
const entriesShown = 20

func (p *Pages) account(w http.ResponseWriter, r *http.Request) error {
	page, err := p.readAccount(r, url.Values{})
	if err != nil {
		return err
	}
	return ui.Render(w, r, showAccount(p, page))
}

func (p *Pages) readAccount(r *http.Request, typed url.Values) (*accountPage, error) {
	by := session.Actor(r)
	page := &accountPage{MayAct: p.keeps(by), Typed: typed}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		page.Now = tx.Now()
		if page.Account, err = staff.AccountOf(tx, ui.ID(r)); err != nil {
			return err
		}
		if page.Grants, err = staff.Granted(tx, page.ID); err != nil {
			return err
		}
		if page.Logins, err = p.Sessions.Logins(tx, page.ID); err != nil {
			return err
		}
		if page.Tokens, err = session.Tokens(tx, page.ID); err != nil {
			return err
		}
		if page.Entries, err = latest(tx, "account:"+page.ID.String()); err != nil {
			return err
		}
		page.Names, err = actorNames(tx, page.Entries)
		return err
	})
	page.Self = page.ID == by.Account
	return page, err
}

// latest reads the newest entries about a subject.
func latest(tx *db.Tx, subject string) ([]audit.Entry, error) {
	list, err := audit.Of(tx, subject, 1000)
	slices.Reverse(list)
	return list[:min(entriesShown, len(list))], err
}

// againForm shows the page of an account with one of its forms as it was sent and what is wrong with it.
func (p *Pages) againForm(w http.ResponseWriter, r *http.Request, form string, err error) error {
	page, failed := p.readAccount(r, r.PostForm)
	if failed != nil {
		return failed
	}
	return ui.Again(w, r, err, func(wrong ui.Errors) templ.Component {
		page.Wrong, page.Open = wrong, form
		return showAccount(p, page)
	})
}

// typed is what was typed into a form, or nothing when another form was sent.
func (a *accountPage) typed(form string) url.Values {
	if a.Open == form {
		return a.Typed
	}
	return url.Values{}
}

func (a *accountPage) wrong(form string) ui.Errors {
	if a.Open == form {
		return a.Wrong
	}
	return ui.Errors{}
}

func (p *Pages) accountFacts(ctx context.Context, a *accountPage) []ui.Pair {
	return []ui.Pair{
		{Name: ui.T(ctx, "登录名"), Text: a.Login}, {Name: ui.T(ctx, "姓名"), Text: a.Name}, {Name: ui.T(ctx, "单位"), Text: p.Town.Unit(a.Unit)},
		{Name: ui.T(ctx, "职务"), Text: p.postName(a.Post)}, {Name: ui.T(ctx, "状态"), Text: accountState(ctx, a.Account, a.Now)},
		{Name: ui.T(ctx, "密码设于"), Text: ui.DateTime(ctx, a.PasswordAt.Time)}, {Name: ui.T(ctx, "建立"), Text: ui.DateTime(ctx, a.Created.Time)},
	}
}

// aboutFields are the questions about the account with what it is now, or as they were sent.
func (p *Pages) aboutFields(ctx context.Context, a *accountPage) []ui.Field {
	typed := a.typed("about")
	if len(typed) == 0 {
		typed = url.Values{"name": {a.Name}, "unit": {p.Town.Unit(a.Unit)}, "post": {a.Post}}
	}
	return a.wrong("about").On(p.accountFields(ctx, typed, false))
}

func (p *Pages) changeAccount(w http.ResponseWriter, r *http.Request) error {
	unit, err := p.unitCode(r.PostForm.Get("unit"))
	if err == nil {
		err = p.do(r, func(tx *db.Tx, by staff.Actor) error {
			a, err := staff.AccountOf(tx, ui.ID(r))
			if err != nil {
				return err
			}
			a.Name, a.Post, a.Unit = strings.TrimSpace(r.PostForm.Get("name")), r.PostForm.Get("post"), unit
			return staff.Update(tx, by, a)
		})
	}
	if err != nil && fault.KindOf(err) == fault.KindInvalid {
		return p.againForm(w, r, "about", err)
	}
	return ui.Done(w, r, err, accountHref(ui.ID(r)), ui.T(r.Context(), "已保存"))
}

// grantTable lists what the account may do and where, each with a button that takes it away.
func (p *Pages) grantTable(ctx context.Context, a *accountPage) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "授权"), Cols: []ui.Col{{Name: ui.T(ctx, "角色"), Main: true}, {Name: ui.T(ctx, "区划范围")}, {Name: ui.T(ctx, "单位")}},
		Empty: none(ui.T(ctx, "还没有授权；没有角色的账号登录后什么也看不到。"))}
	if a.MayAct {
		t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, "操作")})
	}
	for _, g := range a.Grants {
		where, unit := ui.T(ctx, "不限"), ui.T(ctx, "不限")
		if g.Place != "" {
			where = ui.T(ctx, "%s及以下", p.Town.Places.Tree().FullName(g.Place, 0))
		}
		if g.Unit != "" {
			unit = p.Town.Unit(g.Unit)
		}
		cells := []ui.Cell{{Text: ui.T(ctx, g.Role.Words())}, {Text: where}, {Text: unit}}
		if a.MayAct {
			cells = append(cells, ui.Cell{Body: revokeButton(a.ID, g)})
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: cells})
	}
	return t
}

// grantFields ask for a role; place and unit are asked beside.
func (p *Pages) grantFields(ctx context.Context, a *accountPage) []ui.Field {
	typed := a.typed("grant")
	var roles []ui.Option
	for _, role := range staff.Roles() {
		if role != staff.Resident {
			roles = append(roles, ui.Option{Value: string(role), Text: ui.T(ctx, role.Words())})
		}
	}
	unit := p.Town.UnitField("within", ui.T(ctx, "限于单位"), "")
	unit.Value, unit.Hint = typed.Get("within"), ui.T(ctx, "承办人必填；其他角色留空表示不限单位")
	return a.wrong("grant").On([]ui.Field{{Name: "role", Label: ui.T(ctx, "角色"), Kind: "select", Value: typed.Get("role"), Options: roles, Required: true}, unit, p.cityField(ctx, typed)})
}

func (p *Pages) grantPlace(ctx context.Context, a *accountPage) part.Pick {
	pick := p.Town.Pick(a.typed("grant"), "place", "")
	pick.Label, pick.Hint = ui.T(ctx, "限于区划"), ui.T(ctx, "含其下各级")
	pick.Error = a.wrong("grant").Of("place")
	return pick
}

// allow gives a role within a place, a unit, or both.
func (p *Pages) allow(w http.ResponseWriter, r *http.Request) error {
	form := r.PostForm
	if form.Get("pick") != "" { // without scripts: list the next level of places
		return p.againPick(w, r)
	}
	var where string
	unit, err := p.unitCode(form.Get("within"))
	if err == nil {
		where, err = p.placeCode(form)
	}
	if err == nil {
		err = p.do(r, func(tx *db.Tx, by staff.Actor) error {
			return staff.Allow(tx, by, ui.ID(r), staff.Role(form.Get("role")), where, unit)
		})
	}
	if err != nil && fault.KindOf(err) == fault.KindInvalid {
		return p.againForm(w, r, "grant", onField(err, "unit", "within"))
	}
	return ui.Done(w, r, err, accountHref(ui.ID(r))+"#grants", ui.T(r.Context(), "已授权，下一次请求即生效"))
}

func (p *Pages) againPick(w http.ResponseWriter, r *http.Request) error {
	page, err := p.readAccount(r, r.PostForm)
	if err != nil {
		return err
	}
	page.Open = "grant"
	return ui.Render(w, r, showAccount(p, page))
}

// revoke takes a grant away. Nobody takes the administrator's role from himself: one of the whole city always stays.
func (p *Pages) revoke(w http.ResponseWriter, r *http.Request) error {
	form := r.PostForm
	err := p.do(r, func(tx *db.Tx, by staff.Actor) error {
		role := staff.Role(form.Get("role"))
		if role == staff.Admin && ui.ID(r) == by.Account {
			return fault.Conflict("不能收回自己的管理员授权，请由另一位管理员办理")
		}
		return staff.Revoke(tx, by, ui.ID(r), role, form.Get("place"), form.Get("unit"))
	})
	return ui.Done(w, r, err, accountHref(ui.ID(r))+"#grants", ui.T(r.Context(), "已收回，下一次请求即生效"))
}
