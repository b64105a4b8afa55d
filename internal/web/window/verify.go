package window

import (
	"context"
	"net/http"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A verifyPage is the answered cases: those the reader may verify, and those he may not, each with why not.
type verifyPage struct {
	Page  ui.Page
	Mine  part.List
	Other part.List
	Call  part.List // closed or verified: to be called back
	Pager ui.Pager
	Town  *part.Town
}

func (p *Pages) verify(w http.ResponseWriter, r *http.Request) error {
	by, ctx := session.Actor(r), r.Context()
	v := verifyPage{Town: p.Town}
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) error { return p.sortReplied(tx, by, r.URL.Query().Get("after"), &v) })
	if err != nil {
		return err
	}
	v.Page = ui.Page{Title: ui.T(ctx, "核查"), Lead: ui.T(ctx, "谁转出、谁承办，都不能核查。打开办件，通过或者退回返工。"), Person: ui.Window,
		Nav: nav(ctx, "/window/verify"), Wide: true}
	return ui.Render(w, r, verifyView(v))
}

// sortReplied tells the answered cases that the actor may verify from those he may not. It asks the engine, case by case,
// so that the page says what the step would say.
func (p *Pages) sortReplied(tx *db.Tx, by staff.Actor, after string, v *verifyPage) error {
	lines, next, err := p.Town.Cases.Queue(tx, by, casework.Query{States: []flow.State{flow.Replied}, After: after, Limit: pageSize})
	if err != nil {
		return err
	}
	var whyNot []string
	for _, l := range lines {
		k, err := p.Town.Cases.Get(tx, by, l.ID)
		if err != nil {
			return err
		}
		if why := p.Town.WhyNot(tx.Ctx(), by, k, flow.Verify, flow.Verifier); why != "" {
			v.Other.Lines, whyNot = append(v.Other.Lines, l), append(whyNot, why)
			continue
		}
		v.Mine.Lines = append(v.Mine.Lines, l)
	}
	called, _, err := p.Town.Cases.Queue(tx, by, casework.Query{States: []flow.State{flow.Verified}, Limit: pageSize})
	if err != nil {
		return err
	}
	v.Call.Lines = called
	if next != "" {
		v.Pager.Next = "/window/verify?after=" + next
	}
	v.Pager.Shown, v.Pager.Total = len(lines), -1
	v.name(tx.Ctx())
	v.Mine.Now, v.Other.Now, v.Call.Now = tx.Now(), tx.Now(), tx.Now()
	v.Other.Why = func(i int) string { return whyNot[i] }
	return nil
}

func (v *verifyPage) name(ctx context.Context) {
	v.Mine.Caption, v.Mine.Back = ui.T(ctx, "可以由您核查"), "/window/verify"
	v.Mine.Empty = ui.Empty(ui.T(ctx, "没有等您核查的办件"), ui.T(ctx, "承办单位答复以后会出现在这里。"))
	v.Other.Caption = ui.T(ctx, "须由别人核查")
	v.Call.Caption, v.Call.Back = ui.T(ctx, "已核实，可回访和办结"), "/window/verify"
}
