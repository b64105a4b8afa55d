package payment

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/payrun"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// claims lists what is to be got back.
func (p *Pages) claims(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	before, _ := db.ParseID(r.URL.Query().Get("before"))
	var list []payrun.Claim
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		list, err = p.Runs.Claims(tx, by, before, pageSize)
		return err
	})
	if err != nil {
		return err
	}
	t := ui.Table{Caption: ui.T(ctx, "追回"), Cols: []ui.Col{{Name: ui.T(ctx, "向谁追回"), Main: true}, {Name: ui.T(ctx, "期间")}, {Name: ui.T(ctx, "为什么")}, {Name: ui.T(ctx, "应追回"), Num: true}, {Name: ui.T(ctx, "还剩"), Num: true}, {Name: ui.T(ctx, "状态")}},
		Empty: ui.Empty(ui.T(ctx, "没有要追回的"), ui.T(ctx, "在一条已发的明细上可以提出追回。"))}
	for _, c := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: c.Name, Href: claimHref(c.ID)}, {Text: c.Period}, {Text: c.Words}, {Text: c.Fen.Words()}, {Text: c.Left.Words()}, {Text: ui.T(ctx, claimStages[c.Stage])}}})
	}
	parts := []templ.Component{ui.Rows(t)}
	if len(list) == pageSize {
		parts = append(parts, part.Ways([]ui.Button{{Text: ui.T(ctx, "更早的"), Href: "/payment/claims?before=" + list[pageSize-1].ID.String()}}))
	}
	return p.render(w, r, p.page(ctx, "/payment/claims", ui.T(ctx, "追回"), ui.T(ctx, "多发的记为应追回款：从后续发放中扣回，退回现金，或由两人核销。")), parts...)
}

// claim shows one.
func (p *Pages) claim(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var c payrun.Claim
	var came []payrun.Recovery
	var plan []payrun.Instalment
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if c, err = p.Runs.ClaimOf(tx, by, ui.ID(r)); err == nil {
			came, plan, err = p.Runs.RecoveriesOf(tx, c.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, "/payment/claims", ui.T(ctx, "向%s追回 %s", c.Name, c.Fen.Words()), c.Words, ui.Link{Text: ui.T(ctx, "追回"), Href: "/payment/claims"})
	facts := []ui.Pair{{Name: ui.T(ctx, "状态"), Text: ui.T(ctx, claimStages[c.Stage])}, {Name: ui.T(ctx, "还剩"), Text: c.Left.Words()}, {Name: ui.T(ctx, "多发的那一条"), Text: c.Period, Href: lineHref(c.Line)},
		{Name: ui.T(ctx, "以后每期至少留给本人"), Text: ui.Percent(int64(c.Keep), 10000)}, {Name: ui.T(ctx, "依据"), Body: p.cite(c.Clause)}, {Name: ui.T(ctx, "入账"), Text: ui.T(ctx, "看分录"), Href: entryHref(c.Entry)},
		{Name: ui.T(ctx, "提出"), Text: c.By + "，" + ui.DateTime(ctx, c.At.Time)}}
	if c.Off != "" {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "提出核销"), Text: c.OffName + "：" + c.Off})
	}
	parts := []templ.Component{ui.Facts(facts)}
	parts = append(parts, p.claimForms(ctx, by, &c)...)
	if len(plan) > 0 {
		t := ui.Table{Caption: ui.T(ctx, "分期"), Cols: []ui.Col{{Name: ui.T(ctx, "到哪一天"), Main: true}, {Name: ui.T(ctx, "金额"), Num: true}}}
		for _, i := range plan {
			t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: day(ctx, i.Day)}, {Text: i.Fen.Words()}}})
		}
		parts = append(parts, part.Block(ui.T(ctx, "分期"), ui.Rows(t)))
	}
	t := ui.Table{Caption: ui.T(ctx, "已经追回的"), Cols: []ui.Col{{Name: ui.T(ctx, "怎样"), Main: true}, {Name: ui.T(ctx, "金额"), Num: true}, {Name: ui.T(ctx, "何时")}, {Name: ui.T(ctx, "备注")}},
		Empty: ui.Empty(ui.T(ctx, "还没有追回"), "")}
	for _, v := range came {
		row := []ui.Cell{{Text: ui.T(ctx, recoveries[v.Kind])}, {Text: v.Fen.Words()}, {Text: ui.DateTime(ctx, v.At.Time)}, {Text: v.By}}
		if !v.Line.IsZero() {
			row[0].Href = lineHref(v.Line)
		}
		if v.Undone {
			row[3].Text = ui.T(ctx, "那一条没有发成，已取消")
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: row})
	}
	return p.render(w, r, pg, append(parts, part.Block(ui.T(ctx, "已经追回的"), ui.Rows(t)))...)
}

// claimForms are what may be done about a claim.
func (p *Pages) claimForms(ctx context.Context, by staff.Actor, c *payrun.Claim) (parts []templ.Component) {
	makes, checks := by.Has(staff.Finance, c.Path, ""), by.Has(staff.Treasurer, c.Path, "")
	switch {
	case c.Stage == payrun.ClaimOpen && makes:
		parts = append(parts, part.Block(ui.T(ctx, "退回现金"), part.Post(claimHref(c.ID), []ui.Button{{Text: ui.T(ctx, "到账"), Kind: ui.Primary, Name: "do", Value: "repay"}}, ui.AskAll([]ui.Field{
			{Name: "fen", Label: ui.T(ctx, "到账多少元"), Value: c.Left.String(), Required: true, Short: true}, {Name: "day", Label: ui.T(ctx, "到账日期"), Kind: "date", Required: true},
			{Name: "words", Label: ui.T(ctx, "凭证"), Max: 100}}))),
			confirm(ui.T(ctx, "追不回，提出核销"), part.Post(claimHref(c.ID), []ui.Button{{Text: ui.T(ctx, "提出核销"), Kind: ui.Danger, Name: "do", Value: "forgive"}}, ui.AskAll([]ui.Field{
				{Name: "why", Label: ui.T(ctx, "为什么追不回"), Required: true, Max: 200}}))))
	case c.Stage == payrun.ClaimOff && checks && by.Account != c.OffBy:
		parts = append(parts, part.Block(ui.T(ctx, "决定核销"), part.Post(claimHref(c.ID), []ui.Button{{Text: ui.T(ctx, "同意核销 %s", c.Left.Words()), Kind: ui.Primary, Name: "do", Value: "written"},
			{Text: ui.T(ctx, "不同意，继续追回"), Name: "do", Value: "kept"}})))
	}
	return parts
}

// settle does something about a claim.
func (p *Pages) settle(w http.ResponseWriter, r *http.Request) error {
	v, err := readForm(w, r)
	if err != nil {
		return err
	}
	id := ui.ID(r)
	err = p.write(r, func(tx *db.Tx, by staff.Actor) error {
		switch v.Get("do") {
		case "repay":
			fen, err := amount(v, "fen")
			if err != nil {
				return err
			}
			on, err := civil.ParseDate(v.Get("day"))
			if err != nil {
				return fault.Invalid("day", "请填写到账日期")
			}
			return p.Runs.Repay(tx, by, ui.FormKey(r), id, fen, on, v.Get("words"))
		case "forgive":
			return p.Runs.Forgive(tx, by, id, v.Get("why"))
		case "written", "kept":
			return p.Runs.WriteOff(tx, by, id, v.Get("do") == "written")
		}
		return fault.Invalid("do", "没有这个动作")
	})
	return ui.Done(w, r, err, claimHref(id))
}
