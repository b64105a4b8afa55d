package admin

import (
	"context"
	"net/http"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// setState disables an account or opens it again; both take a lock away.
func (p *Pages) setState(w http.ResponseWriter, r *http.Request) error {
	disabled := r.PostForm.Get("disabled") == "1"
	err := p.do(r, func(tx *db.Tx, by staff.Actor) error {
		if disabled && ui.ID(r) == by.Account {
			return fault.Conflict("不能停用自己的账号，请由另一位管理员办理")
		}
		return staff.SetDisabled(tx, by, ui.ID(r), disabled)
	})
	words := ui.T(r.Context(), "账号已启用")
	if disabled {
		words = ui.T(r.Context(), "账号已停用，登录和令牌即刻失效")
	}
	return ui.Done(w, r, err, accountHref(ui.ID(r)), words)
}

// setPassword sets a password that is shown once and must be changed at the next login.
func (p *Pages) setPassword(w http.ResponseWriter, r *http.Request) error {
	ctx, plain := r.Context(), newPassword()
	password, err := staff.NewPassword(ctx, "", plain)
	if err != nil {
		return err
	}
	login, again, err := p.once(r, func(tx *db.Tx, by staff.Actor) (string, error) {
		a, err := staff.AccountOf(tx, ui.ID(r))
		if err != nil {
			return "", err
		}
		return a.Login, staff.SetPassword(tx, by, a.ID, password, true)
	})
	if err != nil || again {
		return ui.Done(w, r, err, accountHref(ui.ID(r)), ui.T(ctx, "密码已经重设过；它只显示一次，可以再设一次。"))
	}
	return ui.Render(w, r, showSecret(secretPage{Title: ui.T(ctx, "密码已重设"), At: "/admin/accounts", Trail: accountTrail(ctx, ui.ID(r), login), Next: accountHref(ui.ID(r)),
		Facts: []ui.Pair{{Name: ui.T(ctx, "登录名"), Text: login}, {Name: ui.T(ctx, "新密码"), Body: secretText(plain)},
			{Name: ui.T(ctx, "下次登录"), Text: ui.T(ctx, "须先改成自己的密码；此前的登录都已退出")}}}))
}

func accountTrail(ctx context.Context, id db.ID, login string) []ui.Link {
	return []ui.Link{{Text: ui.T(ctx, "账号"), Href: "/admin/accounts"}, {Text: login, Href: accountHref(id)}}
}

// endLogin ends one login of the account, or all of them.
func (p *Pages) endLogin(w http.ResponseWriter, r *http.Request) error {
	var id db.ID
	if text := r.PostForm.Get("login"); text != "all" {
		var err error
		if id, err = db.ParseID(text); err != nil {
			return err
		}
	}
	err := p.do(r, func(tx *db.Tx, by staff.Actor) error { return p.Sessions.Revoke(tx, by, ui.ID(r), id) })
	return ui.Done(w, r, err, accountHref(ui.ID(r))+"#logins", ui.T(r.Context(), "已退出"))
}

func (a *accountPage) loginTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "登录中的设备"), Cols: []ui.Col{{Name: ui.T(ctx, "设备"), Main: true}, {Name: ui.T(ctx, "地址")}, {Name: ui.T(ctx, "登录")}, {Name: ui.T(ctx, "最近使用")}},
		Empty: none(ui.T(ctx, "现在没有登录"))}
	if a.MayAct {
		t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, "操作")})
	}
	for _, l := range a.Logins {
		cells := []ui.Cell{{Text: l.Agent}, {Text: l.Address}, {Text: ui.Brief(ctx, l.Created.Time, a.Now)}, {Text: ui.Brief(ctx, l.Seen.Time, a.Now)}}
		if a.MayAct {
			cells = append(cells, ui.Cell{Body: endLoginButton(a.ID, l)})
		}
		t.Rows = append(t.Rows, ui.TableRow{ID: l.ID.String(), Cells: cells})
	}
	return t
}

// scopes are what a token may be good for.
var scopes = []struct{ value, text, note string }{
	{"read", ui.N("查看"), ui.N("看这个账号看得到的")}, {"write", ui.N("办理"), ui.N("做这个账号办得了的")},
	{"admin", ui.N("管理"), ui.N("账号、令牌、任务；账号本身也须是管理员")}, {session.AllScopes, ui.N("全部"), ui.N("这个账号能做的一切")},
}

func scopeWords(ctx context.Context, list []string) string {
	var words []string
	for _, s := range list {
		word := s
		for _, known := range scopes {
			if known.value == s {
				word = ui.T(ctx, known.text)
			}
		}
		words = append(words, word)
	}
	return strings.Join(words, ui.T(ctx, "、"))
}

func (a *accountPage) tokenTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "接口令牌"), Cols: []ui.Col{{Name: ui.T(ctx, "用途"), Main: true}, {Name: ui.T(ctx, "开头")}, {Name: ui.T(ctx, "作用域")},
		{Name: ui.T(ctx, "有效至")}, {Name: ui.T(ctx, "最近使用")}}, Empty: none(ui.T(ctx, "没有令牌；程序要代表这个账号使用接口时才发放。"))}
	if a.MayAct {
		t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, "操作")})
	}
	for _, k := range a.Tokens {
		seen := ui.T(ctx, "没有用过")
		if !k.Seen.IsZero() {
			seen = ui.Brief(ctx, k.Seen.Time, a.Now)
		}
		ends := ui.Cell{Text: ui.Date(ctx, k.Ends.Time)}
		if !k.Ends.After(a.Now) {
			ends.Note = ui.T(ctx, "已过期")
		}
		cells := []ui.Cell{{Text: k.Name}, {Body: secretText(k.Prefix + "…")}, {Text: scopeWords(ctx, k.Scopes)}, ends, {Text: seen}}
		if a.MayAct {
			cells = append(cells, ui.Cell{Body: endTokenButton(a.ID, k)})
		}
		t.Rows = append(t.Rows, ui.TableRow{ID: k.ID.String(), Cells: cells})
	}
	return t
}

func (a *accountPage) tokenFields(ctx context.Context) []ui.Field {
	typed := a.typed("token")
	var options []ui.Option
	for _, s := range scopes {
		options = append(options, ui.Option{Value: s.value, Text: ui.T(ctx, s.text), Note: ui.T(ctx, s.note)})
	}
	ends := typed.Get("ends")
	if ends == "" {
		ends = civil.DateOf(a.Now, civil.Shanghai).AddDays(90).String()
	}
	return a.wrong("token").On([]ui.Field{
		{Name: "purpose", Label: ui.T(ctx, "令牌的用途"), Value: typed.Get("purpose"), Required: true, Max: 80},
		{Name: "scopes", Label: ui.T(ctx, "作用域"), Kind: "choices", Values: typed["scopes"], Options: options, Required: true},
		{Name: "ends", Label: ui.T(ctx, "最后一天"), Kind: "date", Value: ends, Required: true, Hint: ui.T(ctx, "最长一年")},
	})
}

// addToken makes a token for the account, good to the end of its last day, and shows it once.
func (p *Pages) addToken(w http.ResponseWriter, r *http.Request) error {
	ctx, form := r.Context(), r.PostForm
	var plain string
	var token session.Token
	day, err := civil.ParseDate(form.Get("ends"))
	if err != nil {
		err = fault.Invalid("ends", "日期应写成 2026-10-09 这样")
	}
	var again bool
	if err == nil {
		_, again, err = p.once(r, func(tx *db.Tx, by staff.Actor) (string, error) {
			ends := day.AddDays(1).In(civil.Shanghai)
			if most := tx.Now().Add(365 * 24 * time.Hour); ends.After(most) && !day.In(civil.Shanghai).After(most) {
				ends = most
			}
			plain, token, err = session.NewToken(tx, by, ui.ID(r), strings.TrimSpace(form.Get("purpose")), form["scopes"], ends)
			return token.ID.String(), err
		})
	}
	switch {
	case err != nil && fault.KindOf(err) == fault.KindInvalid:
		return p.againForm(w, r, "token", onField(err, "name", "purpose"))
	case err != nil || again:
		return ui.Done(w, r, err, accountHref(ui.ID(r))+"#tokens", ui.T(ctx, "令牌已经发放过；它只显示一次，可以撤销后另发。"))
	}
	return ui.Render(w, r, showSecret(secretPage{Title: ui.T(ctx, "令牌已发放"), At: "/admin/accounts", Trail: accountTrail(ctx, ui.ID(r), ui.T(ctx, "返回账号")), Next: accountHref(ui.ID(r)) + "#tokens",
		Facts: []ui.Pair{{Name: ui.T(ctx, "用途"), Text: token.Name}, {Name: ui.T(ctx, "令牌"), Body: secretText(plain)},
			{Name: ui.T(ctx, "作用域"), Text: scopeWords(ctx, token.Scopes)}, {Name: ui.T(ctx, "有效至"), Text: ui.Until(ctx, token.Ends.Time)}}}))
}

func (p *Pages) endToken(w http.ResponseWriter, r *http.Request) error {
	err := p.do(r, func(tx *db.Tx, by staff.Actor) error {
		return session.RevokeToken(tx, by, ui.ID(r), ui.PathID(r, "token"))
	})
	return ui.Done(w, r, err, accountHref(ui.ID(r))+"#tokens", ui.T(r.Context(), "令牌已撤销，下一次请求即失效"))
}
