package benefit

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"linli/internal/benefit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/rule"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// holder is what a page shows of somebody and his benefits.
type holder struct {
	subject fact.Subject
	name    string
	list    []benefit.Entitlement
	may     []benefit.Prospect
	account benefit.Account
	today   civil.Date
}

func (p *Pages) holder(tx *db.Tx, by staff.Actor, s fact.Subject) (h holder, err error) {
	h.subject, h.today = s, place.Today(tx)
	if h.list, err = p.Benefits.Mine(tx, by, s); err != nil {
		return h, err
	}
	if h.may, err = p.Benefits.Prospects(tx, by, s); err != nil {
		return h, err
	}
	if h.account, err = p.Benefits.AccountOf(tx, by, s); err != nil {
		return h, err
	}
	h.name, err = register.Name(tx, s)
	return h, err
}

// me is what the reader receives and why, what he may be entitled to, and what is missing.
func (p *Pages) me(w http.ResponseWriter, r *http.Request) error {
	by := session.Actor(r)
	if by.Person.IsZero() {
		return fault.NotFound("请用居民账号登录")
	}
	return p.showPerson(w, r, fact.Person(by.Person), ui.Errors{})
}

func (p *Pages) person(w http.ResponseWriter, r *http.Request) error {
	id, err := db.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.NotFound("登记里没有这个人")
	}
	return p.showPerson(w, r, fact.Person(id), ui.Errors{})
}

func (p *Pages) showPerson(w http.ResponseWriter, r *http.Request, s fact.Subject, wrong ui.Errors) error {
	ctx := r.Context()
	var h holder
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) { h, err = p.holder(tx, by, s); return err })
	if err != nil {
		return err
	}
	if err := p.noted(r, s, "查看待遇"); err != nil {
		return err
	}
	self := session.Actor(r).Person == s.ID
	title, lead := ui.T(ctx, "%s的待遇", h.name), ui.T(ctx, "享受什么、为什么、发到哪里；还可能符合什么。")
	if self {
		title = ui.T(ctx, "我的待遇")
	}
	pg := p.page(ctx, title, lead)
	pg.Errors = wrong
	parts := []templ.Component{part.Block(ui.T(ctx, "正在享受和享受过的"), ui.Rows(p.entitlementTable(ctx, h.list)))}
	parts = append(parts, part.Block(ui.T(ctx, "还可能符合的"), part.Says(ui.T(ctx, "按登记资料算的，不是决定。符合的社区会来核实，也可以自己申请。")), ui.Rows(p.prospectTable(ctx, &h))), p.accountBlock(ctx, &h))
	if !self {
		parts = append(parts, part.Post("/benefits/persons/"+s.ID.String()+"/review", []ui.Button{{Text: ui.T(ctx, "按现在的登记重算一遍"), Kind: ui.Plain}}))
	}
	return p.render(w, r, pg, "", parts...)
}

func (p *Pages) entitlementTable(ctx context.Context, list []benefit.Entitlement) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "享受的待遇"), Cols: []ui.Col{{Name: ui.T(ctx, "待遇"), Main: true}, {Name: ui.T(ctx, "状态")}, {Name: ui.T(ctx, "金额"), Num: true}, {Name: ui.T(ctx, "从哪天起")}, {Name: ui.T(ctx, "到哪天止")}},
		Empty: ui.Empty(ui.T(ctx, "现在没有享受待遇"), ui.T(ctx, "批准以后会出现在这里，每一笔都能看到为什么。"))}
	for i := range list {
		e := &list[i]
		ended := ""
		if !e.Ended.IsZero() {
			ended = e.Ended.Words()
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: p.benefitName(e.Benefit, e.Pack, e.Begun), Href: "/benefits/" + e.ID.String(), Note: e.Number}, {Text: ui.T(ctx, e.State.Words())}, {Text: p.sum(ctx, e.Fen, e.Benefit, e.Pack, e.Begun)},
			{Text: e.Begun.Words()}, {Text: ended}}})
	}
	return t
}

func (p *Pages) prospectTable(ctx context.Context, h *holder) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "还可能符合的待遇"), Cols: []ui.Col{{Name: ui.T(ctx, "待遇"), Main: true}, {Name: ui.T(ctx, "现在看")}, {Name: ui.T(ctx, "金额"), Num: true}, {Name: ui.T(ctx, "怎么办")}},
		Empty: ui.Empty(ui.T(ctx, "按现在的登记，没有别的可能符合的"), ui.T(ctx, "登记资料有变化的，请告诉社区。"))}
	for _, c := range h.may {
		state, sum := ui.T(ctx, "符合"), p.sum(ctx, c.Fen, c.Benefit.Ref(), "", h.today)
		if c.Value == rule.Needs {
			state, sum = ui.T(ctx, "缺：%s", joined(ctx, c.Needs)), ""
		}
		how := ui.Cell{Text: ui.T(ctx, "补登资料")}
		if c.Benefit.Item != "" {
			how = ui.Cell{Text: ui.T(ctx, "申请"), Href: "/services/" + c.Benefit.Item}
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: c.Benefit.Name, Note: c.Benefit.Says}, {Text: state}, {Text: sum}, how}})
	}
	return t
}

func joined(ctx context.Context, list []string) string {
	out := ""
	for i, s := range list {
		if i > 0 {
			out += ui.T(ctx, "、")
		}
		out += s
	}
	return out
}

func (p *Pages) accountBlock(ctx context.Context, h *holder) templ.Component {
	parts := []templ.Component{}
	if h.account.Masked == "" {
		parts = append(parts, part.Says(ui.T(ctx, "还没有收款账户。没有账户的钱先留着，登记以后下一批补发。")))
	} else {
		parts = append(parts, ui.Facts([]ui.Pair{{Name: ui.T(ctx, "户名"), Text: h.account.Holder}, {Name: ui.T(ctx, "开户银行"), Text: h.account.Bank}, {Name: ui.T(ctx, "账号"), Text: h.account.Masked}}))
	}
	form := part.Post("/benefits/persons/"+h.subject.ID.String()+"/account", []ui.Button{{Text: ui.T(ctx, "保存收款账户"), Kind: ui.Plain}}, part.Fields([]ui.Field{
		{Name: "holder", Label: ui.T(ctx, "户名"), Value: h.account.Holder, Required: true, Short: true}, {Name: "bank", Label: ui.T(ctx, "开户银行"), Value: h.account.Bank, Required: true, Short: true},
		{Name: "account", Label: ui.T(ctx, "账号"), Required: true, Short: true, Hint: ui.T(ctx, "只给发钱用，页面上只显示后四位")}}))
	return part.Block(ui.T(ctx, "收款账户"), append(parts, part.Folded(ui.T(ctx, "登记或更改"), form))...)
}

func (p *Pages) setAccount(w http.ResponseWriter, r *http.Request) error {
	id, err := db.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.NotFound("登记里没有这个人")
	}
	err = p.write(r, func(tx *db.Tx, by staff.Actor) error {
		return p.Benefits.SetAccount(tx, by, fact.Person(id), benefit.Account{Holder: r.FormValue("holder"), Bank: r.FormValue("bank"), Number: r.FormValue("account")})
	})
	if fault.KindOf(err) == fault.KindInvalid {
		w.WriteHeader(http.StatusUnprocessableEntity)
		return p.showPerson(w, r, fact.Person(id), ui.FieldErrors(r.Context(), err))
	}
	to := "/benefits/persons/" + id.String()
	if session.Actor(r).Person == id {
		to = "/benefits/me"
	}
	return ui.Done(w, r, err, to, "收款账户已保存")
}

func (p *Pages) review(w http.ResponseWriter, r *http.Request) error {
	id, err := db.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.NotFound("登记里没有这个人")
	}
	said := "规则和已经决定的一致，没有新的线索"
	err = p.write(r, func(tx *db.Tx, by staff.Actor) error {
		if err := register.See(tx, by, fact.Person(id), register.ForRelief); err != nil {
			return err
		}
		found, err := p.Benefits.Review(tx, fact.Person(id))
		if found > 0 {
			said = "有新的核查线索"
		}
		return err
	})
	to := "/benefits/persons/" + id.String()
	if said == "有新的核查线索" {
		to = "/benefits/findings"
	}
	return ui.Done(w, r, err, to, said)
}

// entitlement shows one entitlement: its decisions, and every period with what was due and paid.
func (p *Pages) entitlement(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := db.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.NotFound("没有这项待遇")
	}
	var e benefit.Entitlement
	var decisions []benefit.Decision
	var periods []benefit.Period
	var name string
	err = p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if e, err = p.Benefits.Get(tx, by, id); err != nil {
			return err
		}
		if decisions, err = benefit.Decisions(tx, id); err != nil {
			return err
		}
		if name, err = register.Name(tx, e.Subject); err != nil {
			return err
		}
		_, month := pack.PeriodOf(rule.Month, place.Today(tx))
		periods, err = p.Benefits.Periods(tx, &e, month.To)
		return err
	})
	if err != nil {
		return err
	}
	if err := p.noted(r, e.Subject, "查看待遇"); err != nil {
		return err
	}
	pg := p.page(ctx, ui.T(ctx, "%s：%s", name, p.benefitName(e.Benefit, e.Pack, e.Begun)), "")
	pg.Trail = []ui.Link{{Text: ui.T(ctx, "%s的待遇", name), Href: "/benefits/persons/" + e.Subject.ID.String()}}
	if session.Actor(r).Person == e.Subject.ID {
		pg.Trail = []ui.Link{{Text: ui.T(ctx, "我的待遇"), Href: "/benefits/me"}}
	}
	facts := []ui.Pair{{Name: ui.T(ctx, "状态"), Text: ui.T(ctx, e.State.Words())}, {Name: ui.T(ctx, "金额"), Text: p.sum(ctx, e.Fen, e.Benefit, e.Pack, e.Begun)}, {Name: ui.T(ctx, "从哪天起"), Text: e.Begun.Words()}}
	if !e.Ended.IsZero() {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "到哪天止"), Text: e.Ended.Words()})
	}
	return p.render(w, r, pg, "", ui.Facts(facts), part.Block(ui.T(ctx, "决定"), ui.Rows(decisionTable(ctx, decisions))), part.Block(ui.T(ctx, "各期应发和已发"), ui.Rows(periodTable(ctx, periods))))
}

func decisionTable(ctx context.Context, list []benefit.Decision) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "决定"), Cols: []ui.Col{{Name: ui.T(ctx, "决定"), Main: true}, {Name: ui.T(ctx, "从哪天起")}, {Name: ui.T(ctx, "金额"), Num: true}, {Name: ui.T(ctx, "理由")}, {Name: ui.T(ctx, "谁决定的")}}, Empty: ui.Empty(ui.T(ctx, "还没有决定"), "")}
	for _, d := range slices.Backward(list) {
		sum := ""
		if d.Fen > 0 {
			sum = d.Fen.Words()
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: ui.T(ctx, d.Kind.Words()), Href: "/benefits/decision/" + d.ID.String()}, {Text: d.Effective.Words()}, {Text: sum}, {Text: d.Words}, {Text: d.By}}})
	}
	return t
}

func periodTable(ctx context.Context, list []benefit.Period) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "各期应发和已发"), Cols: []ui.Col{{Name: ui.T(ctx, "期间"), Main: true}, {Name: ui.T(ctx, "应发"), Num: true}, {Name: ui.T(ctx, "已发"), Num: true}, {Name: ui.T(ctx, "追回"), Num: true}, {Name: ui.T(ctx, "差额"), Num: true}},
		Empty: ui.Empty(ui.T(ctx, "还没有到发放的期间"), "")}
	for _, d := range list {
		key := d.Key
		if key == "" {
			key = ui.T(ctx, "一次性")
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: ui.Cells(key, d.Due.Words(), d.Paid.Words(), d.Claimed.Words(), (d.Due - d.Paid + d.Claimed).Words())})
	}
	return t
}
