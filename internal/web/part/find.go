package part

import (
	"net/http"
	"net/url"
	"strings"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// suggestCases answers a case field with cases the actor sees that fit the words typed so far.
func (t *Town) suggestCases(w http.ResponseWriter, r *http.Request) error {
	q, by := r.URL.Query(), session.Actor(r)
	var found []casework.Line
	err := t.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if words := q.Get(q.Get("for")); len([]rune(words)) > 1 {
			found, err = t.Cases.Find(tx, by, words, 0, 10)
		}
		return err
	})
	if err != nil {
		return err
	}
	list := make([]ui.Option, len(found))
	for i, l := range found {
		list[i] = ui.Option{Value: l.Number, Text: l.Title}
	}
	return ui.Render(w, r, options(list))
}

func escape(s string) string { return url.QueryEscape(s) }

// lines splits a value with one item a line.
func lines(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
}
