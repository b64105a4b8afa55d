package resident

import (
	"context"
	"net/http"
	"slices"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/web/ui"
)

// send takes the last step and registers the case. The same form sent again leads to the same receipt.
func (p *Pages) send(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	d := p.draftOf(r)
	asks, ok := p.questionsOf(d.Flow)
	if !ok {
		return fault.NotFound("没有这个渠道，请从首页重新开始")
	}
	d.take(r.PostForm, asks.contact(r.Context(), d.Values))
	d.Same = cut(r.PostFormValue("same"), 60)
	if to := back(r); to > 0 {
		return p.showStep(w, r, to, d, nil)
	}
	if step, err := p.complete(r, asks, d); err != nil {
		return p.showStep(w, r, step, d, err)
	}
	if err := p.limits.send.take(p.address(r)); err != nil {
		return p.showStep(w, r, stepSend, d, err)
	}
	receipt, err := p.register(r, asks, d)
	if err != nil {
		return p.showStep(w, r, asks.stepOf(r.Context(), d, err), d, err)
	}
	if err := p.handOver(w, r, receipt); err != nil {
		return err
	}
	http.Redirect(w, r, "/receipt", http.StatusSeeOther)
	return nil
}

// complete finds the first step in which something is missing or wrong.
func (p *Pages) complete(r *http.Request, asks questions, d *draft) (int, error) {
	if err := asks.check(d, asks.what(r.Context(), d.Values)); err != nil {
		return stepWhat, err
	}
	if d.Place == "" {
		return stepWhere, fault.Invalid(placeField, "请选择事项发生地")
	}
	fields := asks.contact(r.Context(), d.Values)
	err := asks.check(d, fields)
	if err == nil && d.Same == "" {
		like, failed := p.likely(r.Context(), asks, d)
		if failed != nil {
			return stepSend, failed
		}
		if len(like) > 0 {
			err = fault.Invalid("same", "请看看已有的反映里有没有您这件事")
		}
	}
	return stepSend, err
}

// register writes the case down with its attachments, and with what the reporter says of an earlier one.
func (p *Pages) register(r *http.Request, asks questions, d *draft) (casework.Receipt, error) {
	var receipt casework.Receipt
	by := reporter(r)
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		if receipt, err = p.Town.Cases.Register(tx, by, asks.intake(d)); err != nil {
			return err
		}
		if err := p.Town.Attach(tx, by, receipt.Case, d.Files); err != nil {
			return err
		}
		if d.Same == "" || d.Same == none {
			return nil
		}
		return p.Town.Cases.SameAs(tx, receipt.Case, d.Same)
	})
	return receipt, err
}

// none says that no earlier case is the same matter.
const none = "-"

// stepOf is the step whose fields err is about.
func (q questions) stepOf(ctx context.Context, d *draft, err error) int {
	f := fault.As(err)
	if f == nil || len(f.Fields) == 0 {
		return stepSend
	}
	about := func(list []ui.Field) bool {
		return slices.ContainsFunc(list, func(u ui.Field) bool { return u.Name == f.Fields[0].Field })
	}
	switch {
	case about(q.what(ctx, d.Values)):
		return stepWhat
	case f.Fields[0].Field == placeField:
		return stepWhere
	}
	return stepSend
}
