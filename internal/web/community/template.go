package community

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/table"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

func (p *Pages) upload(w http.ResponseWriter, r *http.Request) error {
	if err := p.Town.ParseForm(w, r); err != nil {
		return err
	}
	files, err := p.Town.Receive(r, "file")
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fault.Invalid("file", "请选择要上传的 Excel 文件")
	}
	var ref string
	err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		ref, err = p.Tables.Upload(tx, session.Actor(r), ui.FormKey(r), r.PostFormValue("title"), files[0].File, files[0].Name)
		return err
	})
	return ui.Done(w, r, err, "/community/templates/"+ref, ui.T(r.Context(), "模板已上传，请核对每个单元格"))
}

func (p *Pages) template(w http.ResponseWriter, r *http.Request) error {
	return p.showTemplate(w, r, nil)
}

// showTemplate binds the cells of an uploaded workbook: what each means, and where it comes from.
func (p *Pages) showTemplate(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx := r.Context()
	var t table.Template
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		t, err = p.Tables.Template(tx, session.Actor(r), r.PathValue("id"))
		return err
	})
	if err != nil {
		return err
	}
	wrong := ui.FieldErrors(ctx, cause)
	pg := page(ctx, "/community/demands", t.Title, ui.T(ctx, "每个单元格是什么、从哪里来；没有来源的，社区答一次，以后不再问。"))
	pg.Trail, pg.Errors = []ui.Link{{Text: ui.T(ctx, "要报表"), Href: "/community/demands"}}, wrong
	var parts []templ.Component
	var groups []cellGroup
	for _, c := range t.Cells {
		value := func(name, otherwise string) string {
			if v, ok := r.PostForm[name+"-"+c.At]; ok {
				return v[0]
			}
			return otherwise
		}
		kinds := ui.Field{Name: "kind-" + c.At, Label: ui.T(ctx, "类型"), Kind: "select", Value: value("kind", c.Kind)}
		for _, o := range pack.TableKinds {
			kinds.Options = append(kinds.Options, ui.Option{Value: o.Value, Text: ui.T(ctx, o.Label)})
		}
		from := ui.Field{Name: "from-" + c.At, Label: ui.T(ctx, "从哪里来"), Kind: "select", Value: value("from", c.From), Options: p.sources(ctx)}
		groups = append(groups, cellGroup{c.At + " " + c.Label, wrong.On([]ui.Field{{Name: "label-" + c.At, Label: ui.T(ctx, "名称"), Value: value("label", c.Label), Max: 60}, kinds, from})})
	}
	parts = append(parts, bindForm("/community/templates/"+t.Ref, groups))
	body := pageOf(pg, parts...)
	if cause != nil {
		return ui.Render(part.Answering(w, cause), r, body)
	}
	return ui.Render(w, r, body)
}

// A cellGroup is the questions about one cell.
type cellGroup struct {
	Name   string
	Fields []ui.Field
}

// sources lists where a cell may be filled from in this city: fixed ones, facilities, channels, books, indicators, burdens.
func (p *Pages) sources(ctx context.Context) []ui.Option {
	var list []ui.Option
	add := func(value, text string) { list = append(list, ui.Option{Value: value, Text: text}) }
	for _, o := range pack.TableSources {
		if !strings.HasSuffix(o.Value, ":") {
			add(o.Value, ui.T(ctx, o.Label))
		}
	}
	for _, o := range pack.FacilityFigures {
		add("halls:"+o.Value, ui.T(ctx, o.Label))
	}
	list = append(list, p.registerSources(ctx)...)
	for _, doc := range p.Town.Packs().Packs() {
		e := doc.On(civil.Date{Year: 9999, Month: 12, Day: 31})
		for _, f := range e.Flows {
			add("flow:"+f.ID, ui.T(ctx, "登记的办件：%s", f.Name))
		}
		for _, b := range e.Books {
			add("book:"+b.ID, ui.T(ctx, "登记簿件数：%s", b.Name))
		}
		for _, i := range e.Indicators {
			add("indicator:"+doc.Document.ID+"."+i.ID, ui.T(ctx, "指标：%s", i.Name))
		}
		for _, a := range e.Admissions {
			for _, m := range a.Measures {
				add("load:"+m.ID, ui.T(ctx, "准入任务：%s", m.Name))
			}
		}
	}
	return list
}

// registerSources lists what the registers count: who and what stands in them, and of how many persons a word holds.
func (p *Pages) registerSources(ctx context.Context) []ui.Option {
	var list []ui.Option
	add := func(from string) { list = append(list, ui.Option{Value: from, Text: p.sourceWords(ctx, from)}) }
	for _, k := range lexicon.Kinds() {
		add("register:" + string(k))
	}
	words, err := p.Town.Packs().Lexicon()
	if err != nil {
		return list
	}
	for _, w := range words.Words(lexicon.Person) {
		switch {
		case !pack.Countable(w):
		case w.Kind == "bool":
			add("fact:" + w.Name + "=true")
		default:
			for _, o := range w.Options {
				add("fact:" + w.Name + "=" + o.Value)
			}
		}
	}
	return list
}

func (p *Pages) bind(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Invalid("form", "表单没有传完，请重新提交")
	}
	by, ref := session.Actor(r), r.PathValue("id")
	var names []string
	for name := range r.PostForm {
		if at, ok := strings.CutPrefix(name, "label-"); ok && strings.TrimSpace(r.PostForm.Get(name)) != "" { // an empty name leaves the cell out
			names = append(names, at)
		}
	}
	slices.Sort(names)
	cells := make([]table.Cell, len(names))
	for i, at := range names {
		cells[i] = table.Cell{At: at, Label: r.PostForm.Get("label-" + at), Kind: r.PostForm.Get("kind-" + at), From: r.PostForm.Get("from-" + at)}
	}
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { return p.Tables.Bind(tx, by, ui.FormKey(r), ref, cells) })
	if fault.KindOf(err) == fault.KindInvalid && err != nil {
		return p.showTemplate(w, r, err)
	}
	return ui.Done(w, r, err, "/community/demands", ui.T(r.Context(), "单元格已绑定，可以下发了"))
}
