package deposit

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/deposit"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// home lists the deposits that the reader may see: those that are late and those to be assessed anew first.
func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	before, _ := db.ParseID(r.URL.Query().Get("before"))
	var list []deposit.Deposit
	var changed []deposit.Change
	var rules []*pack.Deposit
	var today civil.Date
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		today = place.Today(tx)
		if list, err = p.Deposits.List(tx, by, before); err != nil {
			return err
		}
		if rules, err = p.Deposits.Rules(tx, by); err != nil || len(rules) == 0 {
			return err
		}
		changed, err = p.Deposits.Changed(tx, by)
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, ui.T(ctx, "缴存"), ui.T(ctx, "谁应存、存了多少、谁逾期；点开一户看为什么是这个数、每一笔进出和要办的事。"))
	pg.Trail = nil
	var due, kept deposit.Deposit
	late := deposit.Overdue(list, today)
	for _, d := range list {
		if d.State == deposit.Standing {
			due.Due += d.Cash()
		}
		kept.Principal += d.Kept()
	}
	parts := []templ.Component{ui.Stats([]ui.Stat{{Name: ui.T(ctx, "缴存户"), Value: ui.Count(len(list))}, {Name: ui.T(ctx, "应存"), Value: due.Due.Words()},
		{Name: ui.T(ctx, "账上"), Value: kept.Principal.Words()}, {Name: ui.T(ctx, "逾期"), Value: ui.Count(len(late))}})}
	if len(rules) > 0 {
		parts = append(parts, part.Block(ui.T(ctx, "核定一家企业"), p.search(ctx, rules)))
	}
	if len(late) > 0 {
		parts = append(parts, part.Block(ui.T(ctx, "逾期或少存"), ui.Rows(table(ctx, late, today))))
	}
	if len(changed) > 0 {
		t := ui.Table{Caption: ui.T(ctx, "要重新核定"), Cols: []ui.Col{{Name: ui.T(ctx, "企业"), Main: true}, {Name: ui.T(ctx, "原来应存"), Num: true}, {Name: ui.T(ctx, "现在算出"), Num: true}, {Name: ui.T(ctx, "为什么")}}}
		for _, c := range changed {
			why := ui.T(ctx, "规模变化，%s前重新核定", day(ctx, c.By))
			if c.Drawn {
				why = ui.T(ctx, "动用过")
			}
			t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: c.Name, Href: href(c.ID)}, {Text: c.Due.Words()}, {Text: c.Now.Fen.Words()}, {Text: why}}})
		}
		parts = append(parts, part.Block(ui.T(ctx, "要重新核定"), ui.Rows(t)))
	}
	return ui.Render(w, r, pageOf(pg, append(parts, part.Block(ui.T(ctx, "全部缴存户"), ui.Rows(table(ctx, list, today))))...))
}

func table(ctx context.Context, list []deposit.Deposit, today civil.Date) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "缴存户"), Cols: []ui.Col{{Name: ui.T(ctx, "企业"), Main: true}, {Name: ui.T(ctx, "状态")}, {Name: ui.T(ctx, "应存"), Num: true}, {Name: ui.T(ctx, "账上"), Num: true},
		{Name: ui.T(ctx, "还应存"), Num: true}, {Name: ui.T(ctx, "最后一天")}}, Empty: ui.Empty(ui.T(ctx, "没有缴存户"), "")}
	for _, d := range list {
		until := day(ctx, d.PayBy)
		if d.Late(today) > 0 {
			until = ui.T(ctx, "%s，已逾期", until)
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: d.Name, Href: href(d.ID)}, {Text: ui.T(ctx, d.State.Words()), Note: ui.T(ctx, d.Way.Words())}, {Text: d.Due.Words()}, {Text: d.Kept().Words()},
			{Text: d.Short().Words()}, {Text: until}}})
	}
	return t
}

// search asks which enterprise is to be assessed.
func (p *Pages) search(ctx context.Context, rules []*pack.Deposit) templ.Component {
	var kinds []ui.Option
	for _, r := range rules {
		kinds = append(kinds, ui.Option{Value: r.Ref(), Text: r.Name})
	}
	return ui.Filter("/deposits/assess", []ui.Field{{Name: "rule", Label: ui.T(ctx, "哪一种缴存"), Kind: "select", Options: kinds, Value: kinds[0].Value, Required: true},
		{Name: "code", Label: ui.T(ctx, "统一社会信用代码"), Required: true}})
}

// preview shows what a rule says of an enterprise, before anything is decided.
func (p *Pages) preview(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	var s deposit.Sum
	err := p.read(r, func(tx *db.Tx, by staff.Actor) error {
		org, err := orgOf(tx, q.Get("org"), q.Get("code"))
		if err != nil {
			return err
		}
		s, err = p.Deposits.Preview(tx, by, q.Get("rule"), org)
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, ui.T(ctx, "核定：%s", s.Org.Name), ui.T(ctx, "按登记的情况算出；有错先改登记，再来核定。"))
	facts := []ui.Pair{{Name: ui.T(ctx, "应存"), Text: s.Fen.Words()}, {Name: ui.T(ctx, "所在地"), Text: p.Town.Place(s.Org.Place)}, {Name: ui.T(ctx, "企业登记"), Text: ui.T(ctx, "看登记"), Href: "/register/organisations/" + s.Org.ID.String()}}
	if s.Assessor != nil {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "谁核定"), Text: s.Assessor.Says})
	}
	if s.Keeper != nil {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "存在哪里"), Text: s.Keeper.Says})
	}
	if s.Lacks != "" {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "还缺"), Text: s.Lacks})
	}
	parts := []templ.Component{ui.Facts(facts)}
	if s.Exempt != nil {
		parts = append(parts, part.Says(ui.T(ctx, "不用另存：%s", s.Exempt.Says)))
	}
	parts = append(parts, part.Block(ui.T(ctx, "为什么是这个数"), ui.Rows(p.steps(ctx, append(s.Reckoned.Steps, s.Group...)))),
		formOf("/deposits/assess", []ui.Button{{Text: ui.T(ctx, "立件核定"), Kind: ui.Primary}, {Text: ui.T(ctx, "取消"), Kind: ui.Quiet, Href: "/deposits"}},
			[]ui.Field{{Name: "org", Kind: "hidden", Value: s.Org.ID.String()}, {Name: "rule", Kind: "hidden", Value: q.Get("rule")}}))
	return ui.Render(w, r, pageOf(pg, parts...))
}

func orgOf(tx *db.Tx, id, code string) (db.ID, error) {
	if id != "" {
		return db.ParseID(id)
	}
	if code = strings.TrimSpace(code); code == "" {
		return 0, fault.Invalid("code", "请填写统一社会信用代码")
	}
	o, err := register.OrganisationByCode(tx, code)
	return o.ID, err
}

func (p *Pages) assess(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Invalid("form", "表单没有传完，请重新提交")
	}
	var id db.ID
	err := p.write(r, func(tx *db.Tx, by staff.Actor) error {
		org, err := orgOf(tx, r.PostForm.Get("org"), "")
		if err == nil {
			id, err = p.Deposits.Assess(tx, by, ui.FormKey(r), r.PostForm.Get("rule"), org)
		}
		return err
	})
	return ui.Done(w, r, err, href(id), ui.T(r.Context(), "已立件，请核定"))
}
