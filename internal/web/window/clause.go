package window

import (
	"net/http"

	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/pack"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A clausePage is one clause with what becomes of it.
type clausePage struct {
	Page     ui.Page
	Clause   *pack.Clause
	Document pack.Document
	Elements []pack.Element
}

// clause shows a clause to people in office: its gist, its disposition, and what carries it out.
func (p *Pages) clause(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	c := law.Clause{Document: r.PathValue("document"), ID: r.PathValue("clause")}
	k, found := p.Town.Packs().Pack(c.Document, ""), p.Town.Packs().Clause(c)
	if k == nil || found == nil || found.Restricted {
		return fault.NotFound("没有条款 %s，或您无权查看", c)
	}
	v := clausePage{Clause: found, Document: k.Document}
	for _, id := range found.Elements {
		if e, ok := p.Town.Packs().Element(k, id); ok {
			v.Elements = append(v.Elements, e)
		}
	}
	v.Page = ui.Page{Title: ui.T(ctx, "%s %s", k.Document.Number, found.At), Lead: k.Document.Title, Person: part.PersonOf(by), Nav: nav(ctx, "")}
	return ui.Render(w, r, clauseView(v))
}

var dispositions = map[pack.Disposition]string{
	pack.Runs: ui.N("程序执行"), pack.Human: ui.N("由人履行"), pack.Out: ui.N("不在平台范围"), pack.Planned: ui.N("待建"),
}
