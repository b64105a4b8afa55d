package department

import (
	"net/http"
	"net/url"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

const perPage = 50

// donePage is a page of finished work.
type donePage struct {
	UnitName string
	Lines    []casework.Line
	Now      time.Time
	Pager    ui.Pager
}

func (p *Pages) done(w http.ResponseWriter, r *http.Request) error {
	by, q := session.Actor(r), r.URL.Query()
	u := unit(by, q.Get("unit"))
	d := &donePage{UnitName: p.Town.Unit(u)}
	var before time.Time
	if s := q.Get("before"); s != "" {
		var err error
		if before, err = civil.ParseInstant(s); err != nil {
			return fault.Invalid("before", "翻页标记不对，请从第一页重新开始")
		}
	}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		d.Now = tx.Now()
		d.Lines, err = p.Town.Cases.Handled(tx, by, u, before, perPage)
		return err
	})
	if err != nil {
		return err
	}
	d.Pager = ui.Pager{Shown: len(d.Lines), Total: -1}
	if len(d.Lines) == perPage {
		d.Pager.Next = "/department/done?" + url.Values{"unit": {u}, "before": {last(d.Lines).LastStep.Format(time.RFC3339Nano)}}.Encode()
	}
	return ui.Render(w, r, showDone(p.Town, d))
}
