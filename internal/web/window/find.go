package window

import (
	"net/http"
	"net/url"
	"strings"

	"linli/internal/db"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A findPage is what a search found.
type findPage struct {
	Page  ui.Page
	Words string
	List  part.List
	Pager ui.Pager
	Town  *part.Town
}

func (p *Pages) find(w http.ResponseWriter, r *http.Request) error {
	q, by, ctx := r.URL.Query(), session.Actor(r), r.Context()
	v := findPage{Words: strings.TrimSpace(q.Get("q")), Town: p.Town}
	before, _ := db.ParseID(q.Get("before"))
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		v.List.Now = tx.Now()
		if v.Words != "" {
			v.List.Lines, err = p.Town.Cases.Find(tx, by, v.Words, before, pageSize)
		}
		return err
	})
	if err != nil {
		return err
	}
	v.Pager = ui.Pager{Shown: len(v.List.Lines), Total: -1}
	if n := len(v.List.Lines); n == pageSize {
		v.Pager.Next = "/window/find?q=" + url.QueryEscape(v.Words) + "&before=" + v.List.Lines[n-1].ID.String()
	}
	v.List.Caption = ui.T(ctx, "查到的办件")
	v.List.Empty = ui.Empty(ui.T(ctx, "没有查到“%s”", v.Words), ui.T(ctx, "只查您可以查看的办件。换两个字的词试试，比如“停水”。"))
	v.Page = ui.Page{Title: ui.T(ctx, "查找"), Person: part.PersonOf(by), Nav: nav(ctx, "/window/find")}
	return ui.Render(w, r, findView(v))
}
