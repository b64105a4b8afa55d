package department

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// findPage is a page of search results.
type findPage struct {
	Words string
	Lines []casework.Line
	Now   time.Time
	Pager ui.Pager
}

func (p *Pages) find(w http.ResponseWriter, r *http.Request) error {
	by, q := session.Actor(r), r.URL.Query()
	f := &findPage{Words: strings.TrimSpace(q.Get("q"))}
	var before db.ID
	if s := q.Get("before"); s != "" {
		var err error
		if before, err = db.ParseID(s); err != nil {
			return fault.Invalid("before", "翻页标记不对，请从第一页重新开始")
		}
	}
	if f.Words == "" {
		return ui.Render(w, r, showFind(p.Town, f))
	}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		f.Now = tx.Now()
		f.Lines, err = p.Town.Cases.Find(tx, by, f.Words, before, perPage)
		return err
	})
	if err != nil {
		return err
	}
	f.Pager = ui.Pager{Shown: len(f.Lines), Total: -1}
	if len(f.Lines) == perPage {
		f.Pager.Next = "/department/find?" + url.Values{"q": {f.Words}, "before": {last(f.Lines).ID.String()}}.Encode()
	}
	return ui.Render(w, r, showFind(p.Town, f))
}
