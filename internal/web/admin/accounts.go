package admin

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// accountsShown is how many accounts stand on one page.
const accountsShown = 50

type accountsPage struct {
	Words, Unit string
	List        []staff.Account
	Pager       ui.Pager
	Now         time.Time
	MayAct      bool
	Filter      []ui.Field
}

func (p *Pages) accounts(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	page := &accountsPage{Words: q.Get("q"), Unit: q.Get("unit"), Pager: ui.Pager{Total: -1}, MayAct: p.mayAct(r.Context())}
	unit, err := p.unitCode(page.Unit)
	page.Filter = p.accountFilter(r.Context(), page, err)
	if err != nil {
		return ui.Again(w, r, err, func(ui.Errors) templ.Component { return showAccounts(p, page) })
	}
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		page.Now = tx.Now()
		page.List, err = staff.FindAccounts(tx, page.Words, unit, q.Get("after"), accountsShown+1)
		return err
	})
	if err != nil {
		return err
	}
	if len(page.List) > accountsShown {
		page.List = page.List[:accountsShown]
		q.Set("after", page.List[accountsShown-1].Login)
		page.Pager.Next = "/admin/accounts?" + q.Encode()
	}
	page.Pager.Shown = len(page.List)
	return ui.Render(w, r, showAccounts(p, page))
}

// unitCode reads a unit that was typed; "" is none.
func (p *Pages) unitCode(words string) (string, error) {
	if strings.TrimSpace(words) == "" {
		return "", nil
	}
	u, err := p.Town.FindUnit(words)
	return u.Code, err
}

func (p *Pages) accountFilter(ctx context.Context, page *accountsPage, err error) []ui.Field {
	unit := p.Town.UnitField("unit", ui.T(ctx, "单位"), "")
	unit.Value = page.Unit
	return ui.FieldErrors(ctx, err).On([]ui.Field{{Name: "q", Label: ui.T(ctx, "登录名或姓名"), Value: page.Words}, unit})
}

func accountHref(id db.ID) string { return "/admin/accounts/" + id.String() }

func (p *Pages) accountTable(ctx context.Context, page *accountsPage) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "账号"), Cols: []ui.Col{{Name: ui.T(ctx, "登录名"), Main: true}, {Name: ui.T(ctx, "姓名")}, {Name: ui.T(ctx, "单位")},
		{Name: ui.T(ctx, "状态")}, {Name: ui.T(ctx, "建立")}}, Empty: ui.Empty(ui.T(ctx, "没有这样的账号"), ui.T(ctx, "换一个词，或清除筛选。"))}
	for _, a := range page.List {
		t.Rows = append(t.Rows, ui.TableRow{ID: a.ID.String(), Cells: []ui.Cell{{Text: a.Login, Href: accountHref(a.ID)}, {Text: a.Name, Note: p.postName(a.Post)},
			{Text: p.Town.Unit(a.Unit)}, {Text: accountState(ctx, a, page.Now)}, {Text: ui.Date(ctx, a.Created.Time)}}})
	}
	return t
}

// accountState says whether somebody can log in with an account.
func accountState(ctx context.Context, a staff.Account, now time.Time) string {
	switch {
	case a.Disabled:
		return ui.T(ctx, "已停用")
	case a.Locked.After(now):
		return ui.T(ctx, "锁定至 %s", ui.Brief(ctx, a.Locked.Time, now))
	case a.MustChange:
		return ui.T(ctx, "待改初始密码")
	}
	return ui.T(ctx, "可以登录")
}

// postName is what a pack calls a post, or the post as it was entered.
func (p *Pages) postName(post string) string {
	for _, o := range p.posts() {
		if o.Value == post {
			return o.Text
		}
	}
	return post
}

// posts are the posts that packs name, each once.
func (p *Pages) posts() []ui.Option {
	var list []ui.Option
	seen := map[string]bool{}
	for _, k := range p.Town.Packs().Packs() {
		for _, o := range k.Posts {
			if !seen[o.ID] {
				seen[o.ID] = true
				list = append(list, ui.Option{Value: o.ID, Text: o.Name})
			}
		}
	}
	return list
}

// newPassword is a password for somebody else to use once: 80 random bits in four groups.
func newPassword() string {
	text := strings.ToLower(rand.Text())
	return text[0:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:16]
}

func (p *Pages) newAccount(w http.ResponseWriter, r *http.Request) error {
	return ui.Render(w, r, showNewAccount(p.accountFields(r.Context(), url.Values{}, true), ui.Errors{}))
}

// accountFields are the questions about an account; the login is asked only of a new one.
func (p *Pages) accountFields(ctx context.Context, typed url.Values, fresh bool) []ui.Field {
	unit := p.Town.UnitField("unit", ui.T(ctx, "单位"), "")
	unit.Value = typed.Get("unit")
	list := []ui.Field{
		{Name: "name", Label: ui.T(ctx, "姓名"), Value: typed.Get("name"), Required: true, Max: 40},
		unit,
		{Name: "post", Label: ui.T(ctx, "职务"), Kind: "select", Value: typed.Get("post"), Options: p.posts(), Hint: ui.T(ctx, "文件规定由某一职务批示或审批时才需要")},
	}
	if fresh {
		login := ui.Field{Name: "login", Label: ui.T(ctx, "登录名"), Value: typed.Get("login"), Required: true, Max: 40, Fill: "off",
			Hint: ui.T(ctx, "2 到 40 个小写字母、数字、点、短横或下划线")}
		list = append([]ui.Field{login}, list...)
	}
	return list
}

// addAccount makes an account with a password that is shown once and must be changed at the first login.
func (p *Pages) addAccount(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	plain := newPassword()
	made, again, err := p.createAccount(r, plain)
	if err != nil {
		return p.againAccount(w, r, err)
	}
	if again {
		return ui.Done(w, r, nil, "/admin/accounts/"+made, ui.T(ctx, "这个账号已经建立；初始密码只显示一次，可以重设。"))
	}
	trail := []ui.Link{{Text: ui.T(ctx, "账号"), Href: "/admin/accounts"}}
	return ui.Render(w, r, showSecret(secretPage{Title: ui.T(ctx, "账号已建立"), At: "/admin/accounts", Trail: trail, Next: "/admin/accounts/" + made,
		Facts: []ui.Pair{{Name: ui.T(ctx, "登录名"), Text: strings.ToLower(strings.TrimSpace(r.PostForm.Get("login")))},
			{Name: ui.T(ctx, "初始密码"), Body: secretText(plain)}, {Name: ui.T(ctx, "首次登录"), Text: ui.T(ctx, "须先改成自己的密码")}}}))
}

func (p *Pages) createAccount(r *http.Request, plain string) (id string, again bool, err error) {
	unit, err := p.unitCode(r.PostForm.Get("unit"))
	if err != nil {
		return "", false, err
	}
	password, err := staff.NewPassword(r.Context(), "", plain)
	if err != nil {
		return "", false, err
	}
	return p.once(r, func(tx *db.Tx, by staff.Actor) (string, error) {
		login := r.PostForm.Get("login")
		if _, err := staff.AccountByLogin(tx, login); err == nil {
			return "", fault.Invalid("login", "登录名 %s 已经有人用了", login)
		}
		a, err := staff.Create(tx, by, staff.Account{Login: login, Name: r.PostForm.Get("name"), Post: r.PostForm.Get("post"), Unit: unit, MustChange: true}, password)
		return a.ID.String(), err
	})
}

func (p *Pages) againAccount(w http.ResponseWriter, r *http.Request, err error) error {
	return ui.Again(w, r, err, func(wrong ui.Errors) templ.Component {
		return showNewAccount(wrong.On(p.accountFields(r.Context(), r.PostForm, true)), wrong)
	})
}
