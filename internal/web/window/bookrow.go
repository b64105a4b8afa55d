package window

import (
	"context"
	"encoding/csv"
	"mime"
	"net/http"
	"strings"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/form"
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
	v.Table = ui.Table{Caption: ui.T(ctx, b.Name)}
	for i, c := range b.Columns {
		v.Table.Cols = append(v.Table.Cols, ui.Col{Name: ui.T(ctx, c.Label), Main: i == 0})
	}
	for _, n := range list {
		row := ui.TableRow{ID: n.ID.String()}
		for i, text := range p.bookRow(ctx, b, n) {
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
	v.Pager = ui.Pager{Shown: len(list), Total: -1}
	if len(list) == bookPageSize {
		v.Pager.Next = "/window/books/" + b.ID + s.query() + "&after=" + list[len(list)-1].ID.String()
	}
	return nil
}

// unbroken reports whether a cell is a number or a date, which no line breaks.
func unbroken(from, text string) bool {
	_, err := civil.ParseDate(text)
	return from == "case.number" || err == nil
}

// bookRow writes one case as the book's columns ask, with personal columns masked.
func (p *Pages) bookRow(ctx context.Context, b *pack.Book, n casework.Inscription) []string {
	asked := p.Town.Cases.Form(b.Flow, n.Registered)
	bind := part.Bind(asked)
	row := b.Row(func(from string) string {
		kind, name, _ := strings.Cut(from, ".")
		switch kind {
		case "case":
			return p.caseColumn(ctx, name, n)
		case "fact":
			return part.FactText(ctx, p.Town.Flow(b.Flow, n.Registered), name, n.Situation.Facts[name])
		}
		return formColumn(ctx, asked, bind, name, n)
	})
	for i, c := range b.Columns {
		if c.Sensitive != "" {
			row[i] = masked(asked, c, row[i])
		}
	}
	return row
}

// caseColumn is what a book takes from the case itself, see pack.BookSources.
func (p *Pages) caseColumn(ctx context.Context, name string, n casework.Inscription) string {
	switch name {
	case "number":
		return n.Number
	case "title":
		return n.Title
	case "body":
		return n.Body
	case "registered":
		return day(n.Registered.In(civil.Shanghai).Format("2006-01-02"))
	case "state":
		return part.StateName(ctx, p.Town.Flow(n.Flow, n.Registered), n.State())
	case "desk":
		return p.Town.Unit(n.Situation.Desk)
	case "lead":
		return p.Town.Unit(n.Situation.Lead)
	case "leader":
		return n.Leader
	case "instruction":
		return n.Instruction
	case "limit":
		return limitOf(n.Situation)
	case "reply":
		return n.Reply
	case "replied":
		return day(n.Replied.In(civil.Shanghai).Format("2006-01-02"))
	case "outcome":
		return part.OutcomeName(ctx, n.Situation.Outcome)
	case "closed":
		return day(n.Closed.In(civil.Shanghai).Format("2006-01-02"))
	case "recorder":
		return n.Recorder
	case "report":
		return n.Report
	}
	return ""
}

// day leaves out what stands for no day.
func day(text string) string {
	if strings.HasPrefix(text, "0001-") {
		return ""
	}
	return text
}

// limitOf is the last day of the case's first clock.
func limitOf(s flow.Situation) string {
	if len(s.Running) == 0 {
		return ""
	}
	end := s.Running[0].Limit
	if end.IsZero() {
		end = s.Running[0].Target
	}
	if end.IsZero() {
		return ""
	}
	return civil.DateOf(end.Add(-1), civil.Shanghai).String()
}

// formColumn is the answer to a question of the form; what the common parts of a case hold is taken from there.
func formColumn(ctx context.Context, asked *form.Form, b part.Binding, name string, n casework.Inscription) string {
	switch name {
	case b.Name:
		return n.From.Name
	case b.Phone:
		return n.From.Phone
	case b.Address:
		return n.From.Address
	case b.Title:
		return n.Title
	case b.Body:
		return n.Body
	}
	if asked == nil || asked.Field(name) == nil {
		return ""
	}
	return part.FieldText(ctx, asked.Field(name), n.Fields[name])
}

func masked(asked *form.Form, c pack.BookColumn, text string) string {
	name := strings.TrimPrefix(c.From, "form.")
	d := form.Field{Kind: "text"}
	if asked != nil && asked.Field(name) != nil {
		d = *asked.Field(name)
	}
	d.Sensitive = c.Sensitive
	return d.Mask(text)
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
			rows = append(rows, plainCells(p.bookRow(r.Context(), b, n)))
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
