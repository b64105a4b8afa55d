package window

import (
	"context"
	"net/http"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A shelf is the books of one document.
type shelf struct {
	Document pack.Document
	Books    []ui.Link
}

// books lists the register books that the documents ask for.
func (p *Pages) books(w http.ResponseWriter, r *http.Request) error {
	by, ctx := session.Actor(r), r.Context()
	now, err := p.now(r)
	if err != nil {
		return err
	}
	var shelves []shelf
	for _, k := range p.Town.Packs().Packs() {
		s := shelf{Document: k.Document}
		for _, b := range k.On(civil.DateOf(now.at, civil.Shanghai)).Books {
			s.Books = append(s.Books, ui.Link{Text: ui.T(ctx, b.Name), Href: "/window/books/" + b.ID, Note: ui.T(ctx, p.Town.FlowName(b.Flow, now.at))})
		}
		if len(s.Books) > 0 {
			shelves = append(shelves, s)
		}
	}
	page := ui.Page{Title: ui.T(ctx, "登记簿"), Lead: ui.T(ctx, "按文件要求的栏目，从办件直接生成，不用另外抄写。"), Person: part.PersonOf(by),
		Nav: nav(ctx, "/window/books")}
	return ui.Render(w, r, booksView(page, shelves))
}

// A bookPage is one book over a period.
type bookPage struct {
	Page   ui.Page
	Book   *pack.Book
	Fields []ui.Field
	Sheet  ui.Sheet
	Table  ui.Table
	Lists  []ui.Table // instead of Table, for a book of several lists
	Pager  ui.Pager
	File   string
	Gist   string
}

// a period of a book, first and last day.
type period struct{ From, To civil.Date }

// periodOf reads the period of a request, by default this month.
func periodOf(r *http.Request, now time.Time) (period, error) {
	today := civil.DateOf(now, civil.Shanghai)
	out := period{civil.Date{Year: today.Year, Month: today.Month, Day: 1}, today}
	var wrong []fault.FieldError
	for name, to := range map[string]*civil.Date{"from": &out.From, "to": &out.To} {
		text := r.URL.Query().Get(name)
		if text == "" {
			continue
		}
		d, err := civil.ParseDate(text)
		if err != nil {
			wrong = append(wrong, fault.FieldError{Field: name, Format: "日期应写成 2026-10-09 这样"})
			continue
		}
		*to = d
	}
	return out, fault.Fields(wrong)
}

func (s period) query() string { return "?from=" + s.From.String() + "&to=" + s.To.String() }

// bookOf finds a book by its id among the documents in force.
func (p *Pages) bookOf(id string, now time.Time) (*pack.Book, *pack.Pack, error) {
	for _, k := range p.Town.Packs().Packs() {
		if b := k.On(civil.DateOf(now, civil.Shanghai)).Book(id); b != nil {
			return b, k, nil
		}
	}
	return nil, nil, fault.NotFound("没有“%s”这本登记簿", id)
}

// book shows one book, for the screen and for A4.
func (p *Pages) book(w http.ResponseWriter, r *http.Request) error {
	by, ctx := session.Actor(r), r.Context()
	now, err := p.now(r)
	if err != nil {
		return err
	}
	b, k, err := p.bookOf(r.PathValue("book"), now.at)
	if err != nil {
		return err
	}
	span, wrong := periodOf(r, now.at)
	v := bookPage{Book: b, File: "/window/books/" + b.ID + "/csv" + span.query()}
	if wrong == nil {
		wrong = p.Town.DB.Read(ctx, func(tx *db.Tx) error { return p.fill(tx, r, b, span, &v) })
	}
	if wrong != nil && fault.KindOf(wrong) != fault.KindInvalid {
		return wrong
	}
	errs := ui.FieldErrors(ctx, wrong)
	v.Fields = errs.On(span.fields(ctx))
	v.Sheet = ui.Sheet{Title: ui.T(ctx, b.Name), Number: k.Document.Number, Issuer: p.Town.Unit(by.Unit), At: now.at}
	v.Page = ui.Page{Title: ui.T(ctx, b.Name), Lead: k.Document.Number, Person: part.PersonOf(by), Nav: nav(ctx, "/window/books"), Wide: true,
		Trail: []ui.Link{{Text: ui.T(ctx, "登记簿"), Href: "/window/books"}}, Errors: errs}
	if len(b.Basis) > 0 {
		v.Gist = p.Town.Gist(b.Basis[0])
	}
	if wrong != nil {
		return ui.Render(part.Answering(w, wrong), r, bookView(v))
	}
	return ui.Render(w, r, bookView(v))
}

func (s period) fields(ctx context.Context) []ui.Field {
	return []ui.Field{{Name: "from", Label: ui.T(ctx, "从"), Kind: "date", Value: s.From.String()},
		{Name: "to", Label: ui.T(ctx, "到"), Kind: "date", Value: s.To.String()}}
}
