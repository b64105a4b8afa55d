package draft

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/rule"
	"linli/internal/simulation"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// list shows the drafts, and the documents of which one can be made.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var drafts []simulation.Draft
	var documents []*pack.Pack
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		today := place.Today(tx)
		for _, d := range p.Town.Packs().Packs() {
			if len(d.On(today).Benefits) > 0 {
				documents = append(documents, d)
			}
		}
		drafts, err = simulation.List(tx, by)
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, ui.T(ctx, "规则测算"), ui.T(ctx, "把文件里的数或者条件改成草案，对全市的人试算一遍，再决定要不要改。草案不影响任何人的待遇。"))
	pg.Trail = nil
	from := ui.Table{Caption: ui.T(ctx, "可以测算的文件"), Cols: []ui.Col{{Name: ui.T(ctx, "文件"), Main: true}, {Name: ui.T(ctx, "文号")}}}
	for _, d := range documents {
		from.Rows = append(from.Rows, ui.TableRow{Cells: []ui.Cell{{Text: d.Document.Title, Href: "/drafts/documents/" + d.Document.ID + "/form"}, {Text: d.Document.Number}}})
	}
	made := ui.Table{Caption: ui.T(ctx, "草案"), Cols: []ui.Col{{Name: ui.T(ctx, "草案"), Main: true}, {Name: ui.T(ctx, "文件")}, {Name: ui.T(ctx, "起草时间")}, {Name: ui.T(ctx, "一年多花"), Num: true}}}
	for _, d := range drafts {
		more := ui.T(ctx, "还没有测算")
		if d.Result != nil {
			more = ui.Money(ctx, int64(d.Result.Winners.Fen-d.Result.Losers.Fen))
		}
		title := d.Document
		if x := p.Town.Packs().Pack(d.Document, ""); x != nil {
			title = x.Document.Title
		}
		made.Rows = append(made.Rows, ui.TableRow{Cells: []ui.Cell{{Text: d.Title, Href: href(d.ID)}, {Text: title}, {Text: ui.DateTime(ctx, d.Made.Time)}, {Text: more}}})
	}
	return ui.Render(w, r, pageOf(pg, part.Block(ui.T(ctx, "草案"), ui.Rows(made)), part.Block(ui.T(ctx, "另起一份草案"), ui.Rows(from))))
}

func href(id db.ID) string { return "/drafts/" + id.String() }

// form asks what is to be changed of a document.
func (p *Pages) form(w http.ResponseWriter, r *http.Request) error {
	base, err := p.base(r)
	if err != nil {
		return err
	}
	pg, parts := p.asked(r.Context(), r, base)
	return ui.Render(w, r, pageOf(pg, parts...))
}

func (p *Pages) base(r *http.Request) (*pack.Pack, error) {
	base := p.Town.Packs().Pack(r.PathValue("document"), "")
	if base == nil {
		return nil, fault.NotFound("没有这份文件")
	}
	return base, nil
}

// asked are the three ways to a draft: one parameter, a sheet of parameters, and the text of a file.
func (p *Pages) asked(ctx context.Context, r *http.Request, base *pack.Pack) (ui.Page, []templ.Component) {
	pg := p.page(ctx, base.Document.Title, ui.T(ctx, "改一个数，或者把参数表取走改好再送回来，也可以直接改规则文本。送上来先检查，再看差别，然后测算。"))
	title := ui.Field{Name: "title", Label: ui.T(ctx, "草案名称"), Required: true, Max: 60, Value: r.PostFormValue("title")}
	in := func(f ui.Field, form string) ui.Field { f.In = form; return f }
	choose := ui.Field{Name: "param", Label: ui.T(ctx, "改哪个参数"), Kind: "choice", Required: true, Value: r.PostFormValue("param"), In: "param"}
	for _, x := range base.Params {
		if slices.Contains([]string{"money", "number", "whole", "choice", "yes-no"}, x.Kind) {
			choose.Options = append(choose.Options, ui.Option{Value: x.Name, Text: ui.T(ctx, "%s，现在是 %s", x.Label, written(x))})
		}
	}
	value := ui.Field{Name: "value", Label: ui.T(ctx, "改成"), Required: true, Short: true, Value: r.PostFormValue("value"), Hint: ui.T(ctx, "金额写作 120元/月"), In: "param"}
	parts := []templ.Component{part.Block(ui.T(ctx, "改一个数"), formOf("/drafts/documents/"+base.Document.ID+"/param", ui.T(ctx, "做成草案"), []ui.Field{in(title, "param"), choose, value})),
		part.Block(ui.T(ctx, "参数表"), part.Ways([]ui.Button{{Text: ui.T(ctx, "取走参数表"), Href: "/drafts/documents/" + base.Document.ID + "/sheet.xlsx"}}),
			uploadOf("/drafts/documents/"+base.Document.ID+"/sheet", ui.T(ctx, "送回参数表"), []ui.Field{in(title, "sheet"), {Name: "file", Label: ui.T(ctx, "改好的参数表"), Kind: "file", Accept: ".xlsx,.csv", Required: true, In: "sheet"}}))}
	files, names := base.Files(), []ui.Option{}
	for name := range files {
		if within(name, "benefits") {
			names = append(names, ui.Option{Value: name, Text: name})
		}
	}
	slices.SortFunc(names, func(a, b ui.Option) int { return len(a.Value) - len(b.Value) })
	for i, n := range names {
		text := string(files[n.Value])
		if r.PostFormValue("name") == n.Value {
			text = r.PostFormValue("text")
		}
		form := fmt.Sprint("text", i)
		parts = append(parts, part.Block(ui.T(ctx, "规则文本 %s", n.Value), formOf("/drafts/documents/"+base.Document.ID+"/text", ui.T(ctx, "做成草案"), []ui.Field{in(title, form),
			{Name: "name", Label: ui.T(ctx, "规则文本"), Kind: "choice", Options: []ui.Option{n}, Value: n.Value, Required: true, In: form},
			{Name: "text", Label: ui.T(ctx, "文本"), Kind: "longtext", Rows: 20, Value: text, Required: true, In: form}})))
	}
	return pg, parts
}

func within(name, folder string) bool {
	return len(name) > len(folder) && name[:len(folder)+1] == folder+"/"
}

// written is a value of a parameter as a clerk writes it.
func written(x *pack.Param) string {
	if len(x.Values) == 0 {
		return ""
	}
	last := x.Values[len(x.Values)-1].Is
	if m, err := rule.ParseMoney(last); err == nil && x.Kind == "money" {
		return m.String()
	}
	return last
}

// spelled is what a clerk wrote as the pack has it.
func spelled(kind, value string) string {
	if m, err := rule.ParseMoney(value); err == nil && kind == "money" {
		if text, err := m.MarshalText(); err == nil {
			return string(text)
		}
	}
	return value
}
