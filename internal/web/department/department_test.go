package department_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/flow"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/department"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	"linli/test/town"
)

// An office is the pages over a town.
type office struct {
	t    *testing.T
	w    *town.Town
	mux  *http.ServeMux
	keys int
}

func open(t *testing.T, w *town.Town) *office {
	t.Helper()
	places, err := place.NewIndex(t.Context(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	units, err := staff.NewDirectory(t.Context(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, w: w, mux: http.NewServeMux()}
	department.Routes(o.mux, &department.Pages{Sessions: session.New(w.DB, session.Options{}),
		Town: &part.Town{DB: w.DB, Cases: w.Cases, Packs: w.Catalog.Index, Places: places, Units: units, People: w.People}})
	return o
}

// get asks for a page as somebody.
func (o *office) get(login, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r = r.WithContext(session.With(ui.WithReader(context.Background(), ui.Reader{Lang: ui.Chinese}), o.w.Actor(o.t, login)))
	rec := httptest.NewRecorder()
	o.mux.ServeHTTP(rec, r)
	return rec
}

// dispatched registers an ordinary letter and sends it to a unit.
func (o *office) dispatched(title, unit string) db.ID {
	o.t.Helper()
	var id db.ID
	do := func(login string, a flow.Act) {
		o.keys++
		by := o.w.Actor(o.t, login)
		dbtest.Write(o.t, o.w.DB, func(tx *db.Tx) error {
			_, err := o.w.Cases.Do(tx, by, id, casework.Act{Act: a, Key: title + string(a.Verb)})
			return err
		})
	}
	desk := o.w.Actor(o.t, "desk")
	dbtest.Write(o.t, o.w.DB, func(tx *db.Tx) error {
		r, err := o.w.Cases.Register(tx, desk, casework.Intake{Key: title, Flow: "mailbox", Place: town.Willow,
			Fields: map[string]string{"sender": "许甲", "subject": title, "content": "已停水两天，请派人。"},
			Sets:   map[string]any{"weight": "ordinary", "category": "供水", "digest": "停水"}})
		id = r.Case
		return err
	})
	do("desk", flow.Act{Verb: flow.Accept})
	do("dispatcher", flow.Act{Verb: flow.Dispatch, To: unit})
	return id
}

func TestTheQueueShowsOwnWorkMostUrgentFirst(t *testing.T) {
	o := open(t, town.SQLite(t))
	o.dispatched("早先的停水", town.Water)
	o.w.Clock.Advance(5 * 24 * time.Hour)
	o.dispatched("今天的停水", town.Water)
	o.dispatched("路面塌陷", town.Roads)
	body := o.get("water", "/department").Body.String()
	early, late := strings.Index(body, "早先的停水"), strings.Index(body, "今天的停水")
	if early < 0 || late < 0 || early > late {
		t.Errorf("the older letter stands at %d, the newer at %d", early, late)
	}
	if strings.Contains(body, "路面塌陷") {
		t.Error("another unit's case is in the queue")
	}
	if soon := o.get("water", "/department?tab=soon").Body.String(); !strings.Contains(soon, "早先的停水") || strings.Contains(soon, "今天的停水") {
		t.Error("the tab of what falls due soon does not hold just the older letter")
	}
}

func TestTheFileHoldsWhatTheTabShows(t *testing.T) {
	o := open(t, town.SQLite(t))
	o.dispatched("=停水", town.Water)
	rec := o.get("water", "/department/queue.csv")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(rec.Body.String(), "\uFEFF"))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[1][1] != "'=停水" {
		t.Errorf("a title that looks like a formula is written %q", rows[1][1])
	}
}

func TestFindingStaysWithinTheUnit(t *testing.T) {
	o := open(t, town.SQLite(t))
	o.dispatched("水表停水", town.Water)
	o.dispatched("道路停水", town.Roads)
	body := o.get("water", "/department/find?q=%E5%81%9C%E6%B0%B4").Body.String()
	if !strings.Contains(body, "水表停水") || strings.Contains(body, "道路停水") {
		t.Errorf("a search for 停水 by the water bureau is not just its own case")
	}
}

func TestWhoIsNoHandlerIsRefused(t *testing.T) {
	o := open(t, town.SQLite(t))
	if code := o.get("verifier", "/department").Code; code != http.StatusForbidden {
		t.Errorf("a verifier gets %d, want 403", code)
	}
}

func TestABadCursorIsAnError(t *testing.T) {
	o := open(t, town.SQLite(t))
	for _, path := range []string{"/department/done?before=yesterday", "/department/find?q=x&before=!"} {
		if code := o.get("water", path).Code; code != http.StatusUnprocessableEntity {
			t.Errorf("%s gives %d, want 422", path, code)
		}
	}
}
