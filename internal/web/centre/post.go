package centre

import (
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/grid"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// postParts are the posts of a grid, now and before, with what the reader may do about them.
func (p *Pages) postParts(ctx context.Context, by staff.Actor, v *gridPage) []templ.Component {
	t := ui.Table{Caption: ui.T(ctx, "网格员"), Cols: []ui.Col{{Name: ui.T(ctx, "姓名"), Main: true}, {Name: ui.T(ctx, "分工")}, {Name: ui.T(ctx, "自")}, {Name: ui.T(ctx, "到（不含）")}, {Name: ui.T(ctx, "依据")}},
		Empty: ui.Empty(ui.T(ctx, "还没有安排过网格员"), ui.T(ctx, "没有主责的网格在网格列表里列在最前面。"))}
	led := false
	var ends []templ.Component
	for _, x := range v.posts {
		if x.On(v.today) && x.Part == grid.Main {
			led = true
		}
		basis := x.Basis
		if x.Why != "" {
			basis += "；" + x.Why
		}
		t.Rows = append(t.Rows, ui.TableRow{ID: x.ID.String(), Cells: []ui.Cell{{Text: v.names[x.Account]}, {Text: ui.T(ctx, x.Part.Words())}, {Text: x.From.String()},
			{Text: day(ctx, x.To, ui.T(ctx, "至今"))}, {Text: basis}}})
		if grid.Manages(by, x.Path) && (x.To.IsZero() || x.To.After(v.today)) {
			fields := []ui.Field{{Name: "on", Label: ui.T(ctx, "自哪天起不再担任"), Kind: "date", Value: v.today.String(), Required: true, In: x.ID.String()},
				{Name: "why", Label: ui.T(ctx, "理由"), Max: 200, In: x.ID.String()}}
			ends = append(ends, folded(ui.T(ctx, "结束 %s 的岗位", v.names[x.Account]), formOf(gridHref(x.Grid)+"/posts/"+x.ID.String(), fields, ui.Button{Text: ui.T(ctx, "结束岗位"), Kind: ui.Danger})))
		}
	}
	var parts []templ.Component
	if !led {
		parts = append(parts, notice(ui.Bad, ui.T(ctx, "没有主责"), ui.T(ctx, "这个网格今天没有人主责，先安排一位。")))
	}
	return append(append(parts, ui.Rows(t)), ends...)
}

// newPost asks who is to work in a grid, from when.
func (p *Pages) newPost(w http.ResponseWriter, r *http.Request) error {
	return p.askPost(w, r, url.Values{"part": {r.URL.Query().Get("part")}}, nil)
}

func (p *Pages) askPost(w http.ResponseWriter, r *http.Request, sent url.Values, cause error) error {
	ctx, by := r.Context(), session.Actor(r)
	var at place.Place
	var today civil.Date
	var people []staff.Account
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		today = place.Today(tx)
		if at, err = place.Get(tx, r.PathValue("code")); err != nil {
			return err
		}
		if !grid.Manages(by, at.Path) {
			return fault.Forbidden("只有街道、监督中心的督查人员或管理员可以安排 %s 的网格员", at.Name)
		}
		people, err = p.candidates(tx, at)
		return err
	})
	if err != nil {
		return err
	}
	get := func(name, before string) string {
		if v := sent.Get(name); v != "" {
			return v
		}
		return before
	}
	who := ui.Field{Name: "account", Label: ui.T(ctx, "谁"), Kind: "select", Required: true, Value: get("account", ""), Hint: ui.T(ctx, "本街道、社区各单位的账号；没有的先由管理员开账号")}
	for _, a := range people {
		who.Options = append(who.Options, ui.Option{Value: a.ID.String(), Text: a.Name + "（" + a.Login + "，" + p.Town.Unit(a.Unit) + "）"})
	}
	fields := []ui.Field{who,
		{Name: "part", Label: ui.T(ctx, "分工"), Kind: "choice", Required: true, Value: get("part", string(grid.Main)), Options: []ui.Option{
			{Value: string(grid.Main), Text: ui.T(ctx, "主责"), Note: ui.T(ctx, "对这个网格负责，同一天只有一位")}, {Value: string(grid.Deputy), Text: ui.T(ctx, "协管"), Note: ui.T(ctx, "协助和代替主责")}}},
		{Name: "from", Label: ui.T(ctx, "自哪天起"), Kind: "date", Required: true, Value: get("from", today.String())},
		{Name: "to", Label: ui.T(ctx, "到哪天为止（不含）"), Kind: "date", Value: get("to", ""), Hint: ui.T(ctx, "不知道就不填")},
		{Name: "basis", Label: ui.T(ctx, "依据"), Value: get("basis", ""), Max: 200, Hint: ui.T(ctx, "文件号或会议决定")}}
	pg := p.page(ctx, "/grids", ui.T(ctx, "给%s安排网格员", at.Name), p.Town.Place(at.Parent), ui.Link{Text: at.Name, Href: gridHref(at.Code)})
	form := func(wrong ui.Errors) templ.Component {
		pg.Errors = wrong
		parts := []templ.Component{}
		if f := fault.As(cause); cause != nil && f.Kind == fault.KindConflict {
			parts = append(parts, notice(ui.Warn, ui.T(ctx, "没有安排成"), ui.Words(ctx, cause)))
		}
		return pageOf(pg, append(parts, formOf(gridHref(at.Code)+"/posts", wrong.On(fields), ui.Button{Text: ui.T(ctx, "安排"), Kind: ui.Primary},
			ui.Button{Text: ui.T(ctx, "取消"), Kind: ui.Quiet, Href: gridHref(at.Code)}))...)
	}
	if cause != nil && fault.KindOf(cause) != fault.KindConflict {
		return ui.Again(w, r, cause, form)
	}
	if cause != nil {
		w.WriteHeader(http.StatusConflict)
	}
	return ui.Render(w, r, form(ui.Errors{}))
}

// candidates are the accounts of the units that serve a place above the grid but below the county, and of the grid workers there.
func (p *Pages) candidates(tx *db.Tx, at place.Place) ([]staff.Account, error) {
	above := place.Codes(at.Path)
	var list []staff.Account
	for _, u := range p.Town.Units.Units() {
		if u.Closed || len(above) < 3 || !within(above[2:], u.Place) {
			continue
		}
		found, err := staff.Accounts(tx, u.Code, "", 200)
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			if !a.Disabled && a.Person.IsZero() {
				list = append(list, a)
			}
		}
	}
	return list, nil
}

func within(codes []string, code string) bool {
	for _, c := range codes {
		if c == code {
			return true
		}
	}
	return false
}

// assign gives the post.
func (p *Pages) assign(w http.ResponseWriter, r *http.Request) error {
	if err := p.Town.ParseForm(w, r); err != nil {
		return err
	}
	n := grid.New{Grid: r.PathValue("code"), Part: grid.Part(r.PostFormValue("part")), Basis: r.PostFormValue("basis")}
	err := func() (err error) {
		if n.Account, err = db.ParseID(r.PostFormValue("account")); err != nil {
			return fault.Invalid("account", "请选择由谁担任")
		}
		if n.From, err = dayOf(r, "from"); err != nil {
			return err
		}
		if n.To, err = dayOf(r, "to"); err != nil {
			return err
		}
		return p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
			_, err := grid.Assign(tx, session.Actor(r), ui.FormKey(r), n)
			return err
		})
	}()
	if k := fault.KindOf(err); err != nil && (k == fault.KindInvalid || k == fault.KindConflict) {
		return p.askPost(w, r, r.PostForm, err)
	}
	return ui.Done(w, r, err, gridHref(n.Grid), ui.T(r.Context(), "已安排，他的权限随岗位生效"))
}

// relieve ends a post.
func (p *Pages) relieve(w http.ResponseWriter, r *http.Request) error {
	if err := p.Town.ParseForm(w, r); err != nil {
		return err
	}
	on, err := dayOf(r, "on")
	if err != nil {
		return err
	}
	var x grid.Post
	err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		x, err = grid.Relieve(tx, session.Actor(r), ui.FormKey(r), ui.ID(r), on, r.PostFormValue("why"))
		return err
	})
	return ui.Done(w, r, err, gridHref(x.Grid), ui.T(r.Context(), "岗位已写明结束日期"))
}

// dayOf reads a date of a form; empty is none.
func dayOf(r *http.Request, name string) (civil.Date, error) {
	s := r.PostFormValue(name)
	if s == "" {
		return civil.Date{}, nil
	}
	d, err := civil.ParseDate(s)
	if err != nil {
		return d, fault.Invalid(name, "日期“%s”应如 2026-10-09", s)
	}
	return d, nil
}
