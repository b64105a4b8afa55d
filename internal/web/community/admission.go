package community

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// admissions lists what was admitted, what waits and what was refused, as far as the reader sees the cases.
func (p *Pages) admissions(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var b *burden
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) { b, err = p.burden(tx, by, r); return err })
	if err != nil {
		return err
	}
	pg := page(ctx, "/community/admissions", ui.T(ctx, "社区工作准入"), ui.T(ctx, "要社区做的事先经准入；没有准入的任务和报表，社区可以不办，平台不予下派。"))
	pg.Wide = true
	if b.Rule == nil {
		return ui.Render(w, r, pageOf(pg, ui.Empty(ui.T(ctx, "没有准入规定"), ui.T(ctx, "本市采用的文件没有规定社区工作准入。"))))
	}
	var parts []templ.Component
	if sends(by) {
		parts = append(parts, links([]ui.Button{{Text: ui.T(ctx, "提出准入申请"), Href: "/community/admissions/new", Kind: ui.Primary}}))
	}
	parts = append(parts, ui.Rows(p.caseTable(ctx, ui.T(ctx, "准入的任务"), b.Load.Tasks, b.Rule)),
		ui.Rows(p.caseTable(ctx, ui.T(ctx, "等待决定"), b.Load.Waiting, b.Rule)), ui.Rows(p.caseTable(ctx, ui.T(ctx, "不予准入"), b.Load.Refused, b.Rule)),
		part.ClauseLink(b.Rule.Basis[0], p.Town.Gist(b.Rule.Basis[0])))
	return ui.Render(w, r, pageOf(pg, parts...))
}

// sends reports whether the actor works for a unit that may send tasks down.
func sends(by staff.Actor) bool { return by.Unit != "" && by.Has(staff.Handler, "", by.Unit) }

// application is the form of an admission with what was typed.
func (p *Pages) application(tx *db.Tx, values url.Values, wrong ui.Errors) (*flow.Flow, []ui.Field, part.Pick, error) {
	rules := p.Admissions.Rules(today(tx))
	if len(rules) == 0 {
		return nil, nil, part.Pick{}, fault.NotFound("本市采用的文件没有规定社区工作准入")
	}
	f := p.Town.Flow(rules[0].Flow, tx.Now())
	asked := p.Town.Cases.Form(f.ID, tx.Now())
	ctx := tx.Ctx()
	var fields []ui.Field
	pick := p.Town.Pick(values, "place", "")
	pick.Label, pick.Error = ui.T(ctx, "涉及的区域"), wrong.Of("place")
	for i := range asked.Fields {
		d := &asked.Fields[i]
		if d.Kind == "place" {
			continue
		}
		fields = append(fields, part.FormField(ctx, d, values.Get(d.Name)))
	}
	fields = append(fields, part.FactFields(ctx, f, f.Step(flow.Register).Sets, values)...)
	return f, wrong.On(fields), pick, nil
}

func (p *Pages) newAdmission(w http.ResponseWriter, r *http.Request) error {
	return p.showApplication(w, r, r.URL.Query(), nil)
}

func (p *Pages) showApplication(w http.ResponseWriter, r *http.Request, values url.Values, cause error) error {
	ctx := r.Context()
	wrong := ui.FieldErrors(ctx, cause)
	var fields []ui.Field
	var pick part.Pick
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) { _, fields, pick, err = p.application(tx, values, wrong); return err })
	if err != nil {
		return err
	}
	pg := page(ctx, "/community/admissions", ui.T(ctx, "提出准入申请"), ui.T(ctx, "写明要社区怎样协助、双方的权责、随任务来的人和经费，以及带来的报表。"))
	pg.Trail, pg.Errors = []ui.Link{{Text: ui.T(ctx, "社区工作准入"), Href: "/community/admissions"}}, wrong
	body := pageOf(pg, applicationForm(fields, pick))
	if cause != nil {
		return ui.Render(part.Answering(w, cause), r, body)
	}
	return ui.Render(w, r, body)
}

// propose registers the application as a case that the actor's unit brings.
func (p *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Invalid("form", "表单没有传完，请重新提交")
	}
	by, ctx := session.Actor(r), r.Context()
	var receipt casework.Receipt
	err := p.Town.DB.Write(ctx, func(tx *db.Tx) error {
		f, _, pick, err := p.application(tx, r.PostForm, ui.Errors{})
		if err != nil {
			return err
		}
		in, err := intakeOf(f, p.Town.Cases.Form(f.ID, tx.Now()), r.PostForm)
		if err != nil {
			return err
		}
		if in.Place, err = pick.Code(); err != nil {
			return err
		}
		in.Key, in.From = ui.FormKey(r), casework.Reporter{Name: p.Town.Unit(by.Unit)}
		receipt, err = p.Town.Cases.Register(tx, by, in)
		return err
	})
	if fault.KindOf(err) == fault.KindInvalid && err != nil {
		return p.showApplication(w, r, r.PostForm, err)
	}
	return ui.Done(w, r, err, part.CaseHref(receipt.Case), ui.T(ctx, "准入申请 %s 已提出", receipt.Number))
}

func intakeOf(f *flow.Flow, asked *form.Form, values url.Values) (casework.Intake, error) {
	in := casework.Intake{Flow: f.ID, Fields: map[string]string{}}
	for i := range asked.Fields {
		if d := &asked.Fields[i]; d.Kind != "place" {
			in.Fields[d.Name] = strings.Join(values[d.Name], "\n")
		} else {
			in.Fields[d.Name] = ""
		}
	}
	var wrong []fault.FieldError
	in.Sets, wrong = part.ReadFacts(f, f.Step(flow.Register).Sets, values, nil)
	in.Fields = compact(in.Fields)
	return in, fault.Fields(wrong)
}

// compact drops what was left empty, so that the case takes the place over into its form.
func compact(m map[string]string) map[string]string {
	for k, v := range m {
		if v == "" {
			delete(m, k)
		}
	}
	return m
}

// own reports whether a unit is among those of a case.
func own(k *casework.Case, unit string) bool { return slices.Contains(k.Situation.Units(), unit) }
