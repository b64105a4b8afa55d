package community

import (
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/admission"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/table"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A burden is the load of a year as somebody sees it.
type burden struct {
	Rule  *pack.Admission
	Load  *admission.Load
	Saved map[string]table.Saving // by unit
	Year  int
}

// burden sums the load of the year asked for; nil where no document puts anything under admission.
func (p *Pages) burden(tx *db.Tx, by staff.Actor, r *http.Request) (*burden, error) {
	b := &burden{Year: place.Today(tx).Year, Saved: map[string]table.Saving{}}
	if y, err := strconv.Atoi(r.URL.Query().Get("year")); err == nil && y >= 2000 && y <= b.Year {
		b.Year = y
	}
	var err error
	b.Load, err = p.Admissions.Yearly(tx, by, b.Year, p.Town.Units, p.Town.Places.Tree())
	if fault.KindOf(err) == fault.KindNotFound && err != nil {
		return b, nil
	}
	if err != nil {
		return nil, err
	}
	b.Rule = b.Load.Rule
	if b.Saved, err = p.Tables.SavedByUnit(tx, by); err != nil {
		return nil, err
	}
	return b, nil
}

// sees reports whether the load of a unit is shown to the actor: his own, or one at a place that he oversees.
func (p *Pages) sees(by staff.Actor, unit string) bool {
	u, ok := p.Town.Units.Unit(unit)
	if !ok {
		return false
	}
	return admission.Sees(by, unit, p.Town.Places.Tree().Path(u.Place))
}

func thousandths(n int64) string {
	return strconv.FormatFloat(float64(n)/1000, 'f', -1, 64)
}

// table lists the units: what tasks ask, what came along, and how much of the tables filled itself.
func (b *burden) table(ctx context.Context, t *part.Town) ui.Table {
	out := ui.Table{Caption: ui.T(ctx, "各社区负担"), Cols: []ui.Col{{Name: ui.T(ctx, "社区"), Main: true}, {Name: ui.T(ctx, "准入任务"), Num: true}},
		Empty: ui.Empty(ui.T(ctx, "还没有社区"), ui.T(ctx, "任务经准入下派以后，这里列出每个社区的负担和配套。"))}
	for _, m := range b.Rule.Measures {
		out.Cols = append(out.Cols, ui.Col{Name: m.Name + "（" + m.Unit + "）", Num: true})
	}
	out.Cols = append(out.Cols, ui.Col{Name: ui.T(ctx, "报表自动填好"), Num: true})
	for _, u := range b.Load.Units {
		row := ui.TableRow{Cells: []ui.Cell{{Text: t.Unit(u.Unit), Href: "/community/load/" + u.Unit}, {Text: ui.Count(u.Tasks)}}}
		for i, m := range b.Rule.Measures {
			c := ui.Cell{Text: thousandths(u.Asked[i])}
			if m.Brings != "" {
				c.Note = ui.T(ctx, "随任务来 %s", thousandths(u.Given[i]))
				if u.Short(i) > 0 {
					row.Mark = ui.Yellow
					c.Note += ui.T(ctx, "，缺 %s", thousandths(u.Short(i)))
				}
			}
			row.Cells = append(row.Cells, c)
		}
		s := b.Saved[u.Unit]
		row.Cells = append(row.Cells, ui.Cell{Text: strconv.Itoa(s.Percent()) + "%", Note: ui.T(ctx, "%d 张表，%d 栏", s.Sheets, s.Cells)})
		out.Rows = append(out.Rows, row)
	}
	return out
}

// rests says on what the figures rest.
func (b *burden) rests(ctx context.Context, t *part.Town) templ.Component {
	if len(b.Rule.Measures) == 0 || len(b.Rule.Measures[0].Basis) == 0 {
		return part.Says("")
	}
	c := b.Rule.Measures[0].Basis[0]
	return part.ClauseLink(c, t.Gist(c))
}

func (p *Pages) load(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var b *burden
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) { b, err = p.burden(tx, session.Actor(r), r); return err })
	if err != nil {
		return err
	}
	pg := page(ctx, "/community/load", ui.T(ctx, "社区负担"), ui.T(ctx, "任务要社区付出多少，随任务来了多少：权随责走，费随事转。"))
	pg.Wide = true
	if b.Rule == nil {
		return ui.Render(w, r, pageOf(pg, ui.Empty(ui.T(ctx, "没有准入规定"), ui.T(ctx, "本市采用的文件没有规定社区工作准入。"))))
	}
	year := strconv.Itoa(b.Year)
	filter := ui.Filter("/community/load", []ui.Field{{Name: "year", Label: ui.T(ctx, "年度"), Kind: "number", Value: year, Short: true}})
	return ui.Render(w, r, pageOf(pg, filter, ui.Rows(b.table(ctx, p.Town)), b.rests(ctx, p.Town), download("/community/load/csv?year="+year, ui.T(ctx, "下载 CSV"))))
}

func (p *Pages) loadFile(w http.ResponseWriter, r *http.Request) error {
	var b *burden
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) { b, err = p.burden(tx, session.Actor(r), r); return err })
	if err != nil {
		return err
	}
	if b.Rule == nil {
		return fault.NotFound("本市采用的文件没有规定社区工作准入")
	}
	head := []string{"社区", "准入任务"}
	for _, m := range b.Rule.Measures {
		head = append(head, m.Name+"（"+m.Unit+"）", "随任务来的"+m.Name)
	}
	rows := [][]string{append(head, "报表", "栏目", "自动填好", "以前答过", "要填")}
	for _, u := range b.Load.Units {
		row := []string{p.Town.Unit(u.Unit), strconv.Itoa(u.Tasks)}
		for i := range b.Rule.Measures {
			row = append(row, thousandths(u.Asked[i]), thousandths(u.Given[i]))
		}
		s := b.Saved[u.Unit]
		for _, n := range []int{s.Sheets, s.Cells, s.Itself, s.Known, s.Asked} {
			row = append(row, strconv.Itoa(n))
		}
		rows = append(rows, row)
	}
	return file(w, "load.csv", rows)
}

// file writes a table as CSV that no spreadsheet computes.
func file(w http.ResponseWriter, name string, rows [][]string) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	if _, err := w.Write([]byte("\uFEFF")); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	for _, row := range rows {
		for i, c := range row {
			if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
				row[i] = "'" + c
			}
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// unitLoad is one community's load, down to the cases.
func (p *Pages) unitLoad(w http.ResponseWriter, r *http.Request) error {
	ctx, unit := r.Context(), r.PathValue("unit")
	by := session.Actor(r)
	if !p.sees(by, unit) {
		return fault.NotFound("没有这个社区，或您无权查看")
	}
	var b *burden
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) { b, err = p.burden(tx, by, r); return err })
	if err != nil {
		return err
	}
	if b.Rule == nil {
		return fault.NotFound("本市采用的文件没有规定社区工作准入")
	}
	u := b.Load.Of(unit)
	pg := page(ctx, "/community/load", p.Town.Unit(unit), ui.T(ctx, "%d 年准入任务的要求和配套", b.Year))
	pg.Trail = []ui.Link{{Text: ui.T(ctx, "社区负担"), Href: "/community/load"}}
	return ui.Render(w, r, pageOf(pg, ui.Stats(b.stats(ctx, u)), ui.Rows(p.caseTable(ctx, ui.T(ctx, "准入的任务"), u.Cases, b.Rule)), b.rests(ctx, p.Town)))
}

// stats are a unit's figures at a glance.
func (b *burden) stats(ctx context.Context, u admission.UnitLoad) []ui.Stat {
	list := []ui.Stat{{Name: ui.T(ctx, "准入任务"), Value: ui.Count(u.Tasks), Unit: ui.T(ctx, "件"), Href: "/community/load/" + u.Unit}}
	for i, m := range b.Rule.Measures {
		s := ui.Stat{Name: m.Name, Value: thousandths(u.Asked[i]), Unit: m.Unit}
		if m.Brings != "" {
			if s.Note = ui.T(ctx, "随任务来 %s", thousandths(u.Given[i])); u.Short(i) > 0 {
				s.Mark = ui.Yellow
			}
		}
		list = append(list, s)
	}
	return list
}

// caseTable lists tasks with what each asks and brings, for one community.
func (p *Pages) caseTable(ctx context.Context, caption string, cases []*casework.Case, rule *pack.Admission) ui.Table {
	t := ui.Table{Caption: caption, Shown: true, Empty: ui.Empty(ui.T(ctx, "没有任务"), ""), Cols: []ui.Col{{Name: ui.T(ctx, "任务"), Main: true},
		{Name: ui.T(ctx, "发起单位")}, {Name: ui.T(ctx, "状态")}}}
	for _, m := range rule.Measures {
		t.Cols = append(t.Cols, ui.Col{Name: m.Name, Num: true})
	}
	for _, k := range cases {
		row := ui.TableRow{Cells: []ui.Cell{{Text: k.Title, Href: part.CaseHref(k.ID), Note: k.Number}, {Text: p.Town.Unit(k.Situation.Sender)},
			{Text: part.StateName(ctx, p.Town.Flow(k.Flow, k.Registered), k.State())}}}
		for i := range rule.Measures {
			m := &rule.Measures[i]
			c := ui.Cell{Text: thousandths(m.Asked(k.Fields))}
			if m.Brings != "" {
				c.Note = ui.T(ctx, "随任务来 %s", thousandths(m.Brought(k.Fields)))
			}
			row.Cells = append(row.Cells, c)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
