package window

import (
	"encoding/csv"
	"mime"
	"net/http"
	"strings"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/pack"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// bookPageSize is how many rows of a book a page shows.
const bookPageSize = 100

func (s period) span(b *pack.Book, after db.ID, limit int) casework.Span {
	return casework.Span{Flows: b.Flows, From: s.From.In(civil.Shanghai), To: s.To.AddDays(1).In(civil.Shanghai), After: after, Limit: limit}
}

// fill reads one page of the book's rows.
func (p *Pages) fill(tx *db.Tx, r *http.Request, b *pack.Book, s period, v *bookPage) error {
	after, _ := db.ParseID(r.URL.Query().Get("after"))
	list, err := p.Town.Cases.Book(tx, session.Actor(r), s.span(b, after, bookPageSize))
	if err != nil {
		return err
	}
	ctx := tx.Ctx()
	v.Pager = ui.Pager{Shown: len(list), Total: -1}
	if len(list) == bookPageSize {
		v.Pager.Next = "/window/books/" + b.ID + s.query() + "&after=" + list[len(list)-1].ID.String()
	}
	if v.Lists = p.lists(ctx, b, list); v.Lists != nil {
		return nil
	}
	v.Table = ui.Table{Caption: ui.T(ctx, b.Name)}
	for i, c := range b.Columns {
		v.Table.Cols = append(v.Table.Cols, ui.Col{Name: ui.T(ctx, c.Label), Main: i == 0})
	}
	for _, n := range list {
		row := ui.TableRow{ID: n.ID.String()}
		for i, text := range p.Town.BookRow(ctx, b, n) {
			cell := ui.Cell{Text: text}
			if i == 0 {
				cell.Href = part.CaseHref(n.ID)
			}
			if unbroken(b.Columns[i].From, text) {
				cell.Body = bookFigure(cell)
			}
			row.Cells = append(row.Cells, cell)
		}
		v.Table.Rows = append(v.Table.Rows, row)
	}
	v.Table.Empty = ui.Empty(ui.T(ctx, "这段时间没有登记"), ui.T(ctx, "换一个期间看看。"))
	return nil
}

// unbroken reports whether a cell is a number or a date, which no line breaks.
func unbroken(from, text string) bool {
	_, err := civil.ParseDate(text)
	return from == "case.number" || err == nil
}

// bookFile sends the whole period as CSV, in UTF-8 with a mark, which spreadsheets here open without asking.
func (p *Pages) bookFile(w http.ResponseWriter, r *http.Request) error {
	now, err := p.now(r)
	if err != nil {
		return err
	}
	b, _, err := p.bookOf(r.PathValue("book"), now.at)
	if err != nil {
		return err
	}
	span, err := periodOf(r, now.at)
	if err != nil {
		return err
	}
	name := b.Name + " " + span.From.String() + "_" + span.To.String() + ".csv"
	rows := [][]string{{}}
	for _, c := range b.Columns {
		rows[0] = append(rows[0], c.Label)
	}
	for after := db.ID(0); ; {
		var list []casework.Inscription
		err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
			list, err = p.Town.Cases.Book(tx, session.Actor(r), span.span(b, after, 500))
			return err
		})
		if err != nil {
			return err
		}
		for _, n := range list {
			rows = append(rows, plainCells(p.Town.BookRow(r.Context(), b, n)))
			after = n.ID
		}
		if len(list) < 500 {
			break
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "no-store")
	w.Write([]byte("\ufeff"))
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return out.WriteAll(rows)
}

// plainCells keeps a spreadsheet from taking what somebody wrote for a formula.
func plainCells(row []string) []string {
	for i, text := range row {
		if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
			row[i] = "'" + text
		}
	}
	return row
}
