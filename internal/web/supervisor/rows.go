package supervisor

import (
	"net/http"

	"linli/internal/db"
	"linli/internal/indicator"
	"linli/internal/web/ui"
)

var partNames = map[indicator.Part]string{indicator.All: ui.N("全部登记"), indicator.Base: ui.N("应计"), indicator.Hit: ui.N("达到"), indicator.Miss: ui.N("未达到")}

// rows shows the very cases that a figure is made of.
func (p *Pages) rows(w http.ResponseWriter, r *http.Request) error {
	from, err := after(r, "before")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	part := indicator.Part(q.Get("part"))
	if part == "" {
		part = indicator.All
	}
	l := &listing{Here: r.URL.RequestURI()}
	var d indicator.Definition
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if l.view, err = p.look(tx, r); err != nil {
			return err
		}
		if d, err = p.definition(r, l.view); err != nil {
			return err
		}
		ask := l.question(q.Get("by"))
		ask.Unit = q.Get("unit")
		var last db.ID
		if l.Lines, last, err = p.Figures.Rows(tx, l.by, d, ask, part, q.Get("key"), from); err != nil {
			return err
		}
		l.Next = next(r, "before", last)
		answers, err := p.Figures.Ask(tx, l.by, ask, d)
		if err != nil {
			return err
		}
		l.Total = sizeOf(answers[0].Of(q.Get("key")), part)
		return nil
	})
	if err != nil {
		return err
	}
	l.Why = d.Says
	l.titled("/supervisor/indicators", d.Name, "", "")
	if by := q.Get("by"); by != "" {
		l.Page.Title += " · " + l.name(by, q.Get("key"))
	}
	l.Page.Lead = ui.T(l.ctx, "%s，%s 至 %s 登记", ui.T(l.ctx, partNames[part]), l.period.From, l.period.To)
	l.Page.Trail = []ui.Link{{Text: ui.T(l.ctx, "指标"), Href: l.href("/supervisor/indicators")}, {Text: d.Name, Href: l.href("/supervisor/indicators/" + d.Ref())}}
	return ui.Render(w, r, listPage(l))
}

// sizeOf is how many cases a part of a figure has.
func sizeOf(f indicator.Figure, part indicator.Part) int64 {
	switch part {
	case indicator.Base:
		return f.Denominator
	case indicator.Hit:
		return f.Numerator
	case indicator.Miss:
		return f.Denominator - f.Numerator
	}
	return f.All
}
