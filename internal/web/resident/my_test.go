package resident_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/flow"
	"linli/internal/web/ui"
)

// merge puts one case into another.
func (w *town) merge(who string, s, into slip) {
	w.Helper()
	dbtest.Write(w, w.shared.DB, func(tx *db.Tx) error {
		from, err := w.shared.Cases.Track(tx, s.number, s.code)
		if err != nil {
			return err
		}
		main, err := w.shared.Cases.Track(tx, into.number, into.code)
		if err != nil {
			return err
		}
		_, err = w.shared.Cases.Do(tx, w.who[who], from.Case.ID,
			casework.Act{Act: flow.Act{Verb: flow.Merge, Case: main.Case.ID.String()}, Key: ui.NewKey()})
		return err
	})
}

func TestMyCasesAreMineAlone(t *testing.T) {
	each(t, func(w *town) {
		wang, li := w.loggedIn("wang"), w.loggedIn("li")
		s := wang.submit()
		_, body := wang.get("/my")
		wang.wants(body, s.number, "水管漏水", "王小明，您好")
		path := ""
		for _, h := range hrefs(body) {
			if strings.HasPrefix(h, "/my/cases/") {
				path = h
			}
		}
		if status, page := wang.get(path); status != http.StatusOK || !strings.Contains(page, s.number) {
			w.Fatalf("%s: %d", path, status)
		}
		if _, body := li.get("/my"); strings.Contains(body, s.number) {
			w.Error("another resident's list shows the case")
		}
		if status, _ := li.get(path); status != http.StatusNotFound {
			w.Errorf("another resident opens the case: %d", status)
		}
		if status, _ := li.post(path+"/urge", url.Values{"key": {"k"}}); status != http.StatusNotFound {
			w.Errorf("another resident urges the case: %d", status)
		}
		if _, body := w.visitor().get(path); strings.Contains(body, s.number) {
			w.Error("somebody not logged in opens the case")
		}
		w.finish(s)
		_, body = wang.get("/my")
		wang.wants(body, s.number, "已办结", "请您评价")
		status, body := wang.post(path+"/rate", url.Values{"key": {"k1"}, "grade": {"4"}})
		if status != http.StatusOK {
			w.Fatalf("%d %s", status, text(body))
		}
		wang.wants(body, "满意")
	})
}

func TestAClerkHasNoOwnThings(t *testing.T) {
	each(t, func(w *town) {
		if status, _ := w.loggedIn("desk").get("/my"); status != http.StatusForbidden {
			w.Errorf("a clerk's /my: %d", status)
		}
	})
}

func TestAClerkSubmitsAsAnybody(t *testing.T) {
	each(t, func(w *town) {
		v := w.loggedIn("desk")
		s := v.submit()
		_, body := v.track(s)
		v.wants(body, "反映人")
		if strings.Contains(text(body), "柳登记") {
			w.Error("the clerk's name stands in the case that he submitted as a resident")
		}
	})
}
