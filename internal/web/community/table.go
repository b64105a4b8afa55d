package community

import (
	"context"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/table"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

func today(tx *db.Tx) civil.Date { return place.Today(tx) }

// tables lists the sheets that the reader sees: his unit owes them, or he oversees or asked.
func (p *Pages) tables(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var lines []table.Line
	var saved table.Saving
	var day civil.Date
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		day = today(tx)
		if lines, err = p.Tables.Sheets(tx, by, table.Filter{}); err != nil {
			return err
		}
		saved, err = p.Tables.Saved(tx, by, "")
		return err
	})
	if err != nil {
		return err
	}
	pg := page(ctx, "/community/tables", ui.T(ctx, "报表"), ui.T(ctx, "平台知道的自动填好，以前答过的不再问，只填剩下的。"))
	pg.Wide = true
	return ui.Render(w, r, pageOf(pg, ui.Stats(savingStats(ctx, saved)), ui.Rows(p.sheetTable(ctx, lines, day))))
}

// savingStats show how much of the tables nobody had to type.
func savingStats(ctx context.Context, s table.Saving) []ui.Stat {
	return []ui.Stat{{Name: ui.T(ctx, "不用填的栏目"), Value: strconv.Itoa(s.Percent()), Unit: "%", Note: ui.T(ctx, "%d 栏中的 %d 栏", s.Cells, s.Itself+s.Known)},
		{Name: ui.T(ctx, "自动填好"), Value: ui.Count(s.Itself), Unit: ui.T(ctx, "栏")}, {Name: ui.T(ctx, "以前答过"), Value: ui.Count(s.Known), Unit: ui.T(ctx, "栏")},
		{Name: ui.T(ctx, "要填的"), Value: ui.Count(s.Asked), Unit: ui.T(ctx, "栏")}}
}

func (p *Pages) sheetTable(ctx context.Context, lines []table.Line, day civil.Date) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "报表"), Empty: ui.Empty(ui.T(ctx, "没有报表"), ui.T(ctx, "经准入的报表下发以后出现在这里。")), Cols: []ui.Col{{Name: ui.T(ctx, "报表"), Main: true},
		{Name: ui.T(ctx, "社区")}, {Name: ui.T(ctx, "要表的单位")}, {Name: ui.T(ctx, "期限")}, {Name: ui.T(ctx, "填报情况")}}}
	for _, l := range lines {
		row := ui.TableRow{Cells: []ui.Cell{{Text: l.Of.Title, Href: "/community/tables/" + l.ID.String(), Note: pack.PeriodWords(l.Of.Period)}, {Text: p.Town.Unit(l.Unit)},
			{Text: p.Town.Unit(l.Of.Unit), Note: l.Of.Number}, {Text: l.Of.Until.Words()}, {Text: ui.T(ctx, "已填好"), Note: ui.T(ctx, "%d 栏中 %d 栏没有人填过", l.Cells, l.Itself+l.Known)}}}
		if l.State == table.Open {
			row.Cells[4] = ui.Cell{Text: ui.T(ctx, "还要填 %d 栏", l.Asked), Note: ui.T(ctx, "%d 栏已自动填好", l.Itself+l.Known)}
			if day.After(l.Of.Until) {
				row.Mark, row.Cells[4].Note = ui.Red, ui.T(ctx, "已超过期限")
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (p *Pages) sheet(w http.ResponseWriter, r *http.Request) error {
	return p.showSheet(w, r, nil)
}

// showSheet shows what is filled and from where, and asks only the rest.
func (p *Pages) showSheet(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx, by := r.Context(), session.Actor(r)
	var v *table.View
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) { v, err = p.Tables.Sheet(tx, by, ui.ID(r)); return err })
	if err != nil {
		return err
	}
	wrong := ui.FieldErrors(ctx, cause)
	pg := page(ctx, "/community/tables", v.Of.Title, ui.T(ctx, "%s，%s", p.Town.Unit(v.Unit), pack.PeriodWords(v.Of.Period)))
	pg.Trail, pg.Errors = []ui.Link{{Text: ui.T(ctx, "报表"), Href: "/community/tables"}}, wrong
	facts := []ui.Pair{{Name: ui.T(ctx, "谁要"), Text: p.Town.Unit(v.Of.Unit) + " " + v.Of.Name}, {Name: ui.T(ctx, "为什么"), Text: v.Of.Why}, {Name: ui.T(ctx, "期限"), Text: v.Of.Until.Words()}}
	if !v.Of.Admission.IsZero() {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "准入"), Text: v.Of.Number, Href: part.CaseHref(v.Of.Admission)})
	}
	parts := []templ.Component{ui.Facts(facts)}
	if missing := v.Missing(); v.Fills && len(missing) > 0 {
		var fields []ui.Field
		for _, c := range missing {
			kind := "number"
			if c.Kind == "text" {
				kind = "text"
			}
			fields = append(fields, ui.Field{Name: c.At, Label: c.Label, Kind: kind, Value: r.PostFormValue(c.At), Required: true, Max: 200})
		}
		parts = append(parts, part.Block(ui.T(ctx, "还要填 %d 栏", len(missing)), formOf("/community/tables/"+v.ID.String(), wrong.On(fields), ui.Button{Text: ui.T(ctx, "填好了"), Kind: ui.Primary})))
	}
	parts = append(parts, ui.Rows(p.cellTable(ctx, v)), download("/community/tables/"+v.ID.String()+"/file", ui.T(ctx, "下载 Excel")))
	body := pageOf(pg, parts...)
	if cause != nil {
		return ui.Render(part.Answering(w, cause), r, body)
	}
	return ui.Render(w, r, body)
}

// cellTable lists every cell with its value and where it comes from.
func (p *Pages) cellTable(ctx context.Context, v *table.View) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "全部栏目"), Shown: true, Cols: []ui.Col{{Name: ui.T(ctx, "栏目"), Main: true}, {Name: ui.T(ctx, "值")}, {Name: ui.T(ctx, "来源")}}}
	for _, c := range v.Of.Cells {
		row := ui.TableRow{Cells: []ui.Cell{{Text: c.Label, Note: c.At}, {}, {Text: ui.T(ctx, "待填")}}}
		if x, ok := v.Values[c.At]; ok {
			row.Cells[1].Text = x.Text
			switch x.Origin {
			case table.Itself:
				row.Cells[2] = ui.Cell{Text: ui.T(ctx, "平台已有：%s", p.sourceWords(ctx, x.Note)), Note: ui.Date(ctx, x.At.Time)}
			case table.Before:
				row.Cells[2] = ui.Cell{Text: ui.T(ctx, "以前答过：%s", x.Note), Note: ui.Date(ctx, x.At.Time)}
			default:
				row.Cells[2] = ui.Cell{Text: ui.T(ctx, "%s 填报", x.Note), Note: ui.Date(ctx, x.At.Time)}
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// sourceWords says a source as pages do.
func (p *Pages) sourceWords(ctx context.Context, from string) string {
	head, rest, more := strings.Cut(from, ":")
	if more {
		head += ":"
	}
	for _, o := range pack.FacilityFigures {
		if head == "halls:" && o.Value == rest {
			return ui.T(ctx, o.Label)
		}
	}
	switch name, value, _ := strings.Cut(rest, "="); head {
	case "register:":
		return ui.T(ctx, "登记在册：%s", ui.T(ctx, lexicon.Kind(rest).Words()))
	case "fact:":
		if w := p.word(name); w != nil {
			return ui.T(ctx, "%s为“%s”的人数", w.Label, w.Show(value))
		}
	}
	for _, o := range pack.TableSources {
		if o.Value == head {
			return strings.TrimSpace(ui.T(ctx, o.Label) + " " + rest)
		}
	}
	return from
}

// word is what registers tell of persons under a name, nil where no document says.
func (p *Pages) word(name string) *lexicon.Word {
	words, err := p.Town.Packs().Lexicon()
	if err != nil {
		return nil
	}
	w, _ := words.Word(lexicon.Person, name)
	return w
}

// answer fills in the rest.
func (p *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Invalid("form", "表单没有传完，请重新提交")
	}
	given := map[string]string{}
	for name := range r.PostForm {
		if pack.CellName(name) {
			given[name] = r.PostForm.Get(name)
		}
	}
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { return p.Tables.Answer(tx, session.Actor(r), ui.FormKey(r), ui.ID(r), given) })
	if fault.KindOf(err) == fault.KindInvalid && err != nil {
		return p.showSheet(w, r, err)
	}
	return ui.Done(w, r, err, "/community/tables/"+ui.ID(r).String(), ui.T(r.Context(), "报表已填好，以后同一期间不再问"))
}

func (p *Pages) workbook(w http.ResponseWriter, r *http.Request) error {
	var name string
	var data []byte
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		name, data, err = p.Tables.Workbook(tx, session.Actor(r), ui.ID(r))
		return err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	_, err = w.Write(data)
	return err
}
