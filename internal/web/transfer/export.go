package transfer

import (
	"bytes"
	"context"
	"net/http"
	"slices"

	"linli/internal/exchange"
	"linli/internal/fault"
	"linli/internal/register"
	"linli/internal/sheet"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

type exportPage struct {
	Page   ui.Page
	Place  part.Pick
	Fields []ui.Field
}

func (p *Pages) exportForm(w http.ResponseWriter, r *http.Request) error {
	return ui.Render(w, r, showExport(p.askExport(r, nil)))
}

// usual are the columns that are chosen before anybody chooses.
var usual = []string{"name", "id_number", "phone", "sex", "born", "place", "address"}

func (p *Pages) askExport(r *http.Request, wrong error) exportPage {
	ctx := r.Context()
	errs := ui.FieldErrors(ctx, wrong)
	v := exportPage{Page: p.page(r, ui.T(ctx, "导出人员表"), ui.T(ctx, "只能导出您登记或审计的区划；号码和电话打码，敏感项不导出；每次申请都记入日志"))}
	v.Page.Errors = errs
	v.Place = p.Town.Pick(r.Form, "place", "")
	v.Place.Label, v.Place.Error = ui.T(ctx, "区划"), errs.Of("place")
	columns := ui.Field{Name: "fields", Label: ui.T(ctx, "导出哪些栏"), Kind: "choices", Values: r.Form["fields"]}
	for _, f := range exchange.PersonFields(p.Tables.Words()) {
		if f.Words == nil || f.Words.Sensitive != "hidden" {
			columns.Options = append(columns.Options, ui.Option{Value: f.Name, Text: ui.T(ctx, f.Label)})
		}
	}
	if len(columns.Values) == 0 {
		columns.Values = usual
	}
	v.Fields = errs.On([]ui.Field{
		{Name: "purpose", Label: ui.T(ctx, "用途"), Kind: "choice", Required: true, Value: r.Form.Get("purpose"), Options: purposes(ctx, session.Actor(r))},
		{Name: "reason", Label: ui.T(ctx, "说明"), Required: true, Max: 200, Value: r.Form.Get("reason"), Hint: ui.T(ctx, "写明依据和用在哪里，例如：按某文件组织高龄老人体检")},
		{Name: "form", Label: ui.T(ctx, "格式"), Kind: "choice", Value: first(r.Form.Get("form"), "xlsx"), Options: []ui.Option{{Value: "xlsx", Text: ui.T(ctx, "工作簿（.xlsx）")}, {Value: "csv", Text: "CSV"}}},
		columns,
	})
	return v
}

// purposes are those for which somebody may look.
func purposes(ctx context.Context, by staff.Actor) []ui.Option {
	var out []ui.Option
	for _, p := range register.PurposesOf(by) {
		out = append(out, ui.Option{Value: string(p), Text: ui.T(ctx, p.Words())})
	}
	return out
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// export sends the table, or says why not.
func (p *Pages) export(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	ctx := r.Context()
	code, err := p.Town.Pick(r.Form, "place", "").Code()
	if r.Form.Has("pick") {
		return ui.Render(w, r, showExport(p.askExport(r, nil)))
	}
	x := &exchange.PersonExport{DB: p.Town.DB, Words: p.Tables.Words(), Tree: p.Town.Places.Tree(), By: session.Actor(r), Place: code, Fields: p.chosen(r), Purpose: register.Purpose(r.Form.Get("purpose")), Reason: r.Form.Get("reason")}
	if err == nil {
		err = x.Allowed(ctx)
	}
	if err != nil {
		if fault.KindOf(err) != fault.KindInvalid {
			return err
		}
		return ui.Render(part.Answering(w, err), r, showExport(p.askExport(r, err)))
	}
	return p.sendTable(ctx, w, x, r.Form.Get("form"))
}

// chosen are the columns asked for, in the order of the register.
func (p *Pages) chosen(r *http.Request) []string {
	var out []string
	for _, f := range exchange.PersonFields(p.Tables.Words()) {
		if slices.Contains(r.Form["fields"], f.Name) {
			out = append(out, f.Name)
		}
	}
	return out
}

func (p *Pages) sendTable(ctx context.Context, w http.ResponseWriter, x *exchange.PersonExport, form string) error {
	name := ui.T(ctx, "人员表") + " " + p.Town.Places.Tree().Name(x.Place)
	if form == "csv" {
		download(w, name+".csv", "text/csv; charset=utf-8")
		out, err := sheet.NewCSV(w)
		if err != nil {
			return err
		}
		if _, err := x.Write(ctx, out); err != nil {
			return err
		}
		return out.Close()
	}
	var text bytes.Buffer
	out, err := sheet.NewBook(&text, ui.T(ctx, "人员表"))
	if err != nil {
		return err
	}
	if _, err := x.Write(ctx, out); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	download(w, name+".xlsx", bookType)
	_, err = w.Write(text.Bytes())
	return err
}
