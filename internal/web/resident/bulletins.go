package resident

import (
	"context"
	"net/http"

	"linli/internal/db"
	"linli/internal/law"
	"linli/internal/notice"
	"linli/internal/web/ui"
)

// How many bulletins a list shows, and how many the home page does.
const (
	bulletinsMost = 40
	bulletinsHome = 3
)

// bulletins lists what was published.
func (p *Pages) bulletins(w http.ResponseWriter, r *http.Request) error {
	list, err := p.published(r.Context(), bulletinsMost)
	if err != nil {
		return err
	}
	var open []ui.Link
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		open = nil
		for _, d := range p.disclosures(tx) {
			open = append(open, ui.Link{Text: ui.T(r.Context(), d.Book.Name), Href: "/disclosures/" + d.Book.ID, Note: d.Pack.Document.Title})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return ui.Render(w, r, bulletinsPage(list, open))
}

// published are the latest public bulletins; none in a city that publishes none.
func (p *Pages) published(ctx context.Context, most int) ([]notice.Bulletin, error) {
	if p.Notices == nil {
		return nil, nil
	}
	var list []notice.Bulletin
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = p.Notices.PublicList(tx, most)
		return err
	})
	return list, err
}

// bulletin shows one bulletin in its public version.
func (p *Pages) bulletin(w http.ResponseWriter, r *http.Request) error {
	b, err := p.publicBulletin(r)
	if err != nil {
		return err
	}
	basis := make([]cited, len(b.Basis))
	for i, c := range b.Basis {
		basis[i] = cited{c, p.Town.Gist(c)}
	}
	return ui.Render(w, r, bulletinPage(b, basis))
}

// cited is a clause with what it says in short.
type cited struct {
	law.Clause
	Gist string
}

func (p *Pages) publicBulletin(r *http.Request) (b notice.Bulletin, err error) {
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		b, err = p.Notices.Public(tx, ui.ID(r))
		return err
	})
	return b, err
}

// bulletinFile is the figures of a bulletin as a table to take away.
func (p *Pages) bulletinFile(w http.ResponseWriter, r *http.Request) error {
	b, err := p.publicBulletin(r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="bulletin-`+b.ID.String()+`.csv"`)
	return notice.WriteCSV(w, b)
}

// tableOf shows a section's measures over its groups.
func tableOf(ctx context.Context, s notice.Section) ui.Table {
	t := ui.Table{Caption: s.Heading, Cols: []ui.Col{{Name: ui.T(ctx, "项目"), Main: true}}}
	if s.By == "" {
		t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, "数值"), Num: true}, ui.Col{Name: ui.T(ctx, "口径")})
		for i, m := range s.Measures {
			for _, g := range s.Groups {
				t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: ui.T(ctx, m.Name)}, numberCell(ctx, m, g.Figures[i]), {Text: ui.T(ctx, m.Says)}}})
			}
		}
		return t
	}
	t.Cols[0].Name = ui.T(ctx, "单位")
	for _, m := range s.Measures {
		t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, m.Name), Num: true})
	}
	for _, g := range s.Groups {
		row := ui.TableRow{Cells: []ui.Cell{{Text: g.Name}}}
		for i, m := range s.Measures {
			row.Cells = append(row.Cells, numberCell(ctx, m, g.Figures[i]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func numberCell(ctx context.Context, m notice.Measure, n notice.Number) ui.Cell {
	switch {
	case n.Hidden:
		return ui.Cell{Text: "*", Note: ui.T(ctx, "件数太少，不公开")}
	case m.Percent:
		return ui.Cell{Text: ui.Percent(n.Hit, n.Base), Note: ui.Count(n.Hit) + " ÷ " + ui.Count(n.Base)}
	}
	return ui.Cell{Text: ui.Count(n.Hit)}
}
