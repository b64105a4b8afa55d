package community_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"linli/internal/admission"
	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/hall"
	"linli/internal/indicator"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/table"
	"linli/internal/web/community"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	"linli/test/town"
)

// A street is the town with the pages of communities.
type street struct {
	t      *testing.T
	w      *town.Town
	tables *table.Tables
	pages  http.Handler
	keys   int
}

func each(t *testing.T, test func(x *street)) {
	t.Helper()
	town.Each(t, func(t *testing.T, w *town.Town) { test(open(t, w)) }, hall.Migrations, indicator.Migrations, table.Migrations)
}

func open(t *testing.T, w *town.Town) *street {
	t.Helper()
	files, err := blob.Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	places, err := place.NewIndex(t.Context(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	units, err := staff.NewDirectory(t.Context(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	admissions := admission.New(w.Cases, w.Catalog.Index)
	tables := table.New(table.Options{Packs: w.Catalog.Index, Figures: indicator.New(indicator.Options{Law: civil.CivilCode(), Packs: w.Catalog.Index}), Admissions: admissions, Files: files})
	mux := http.NewServeMux()
	community.Routes(mux, &community.Pages{Town: &part.Town{DB: w.DB, Cases: w.Cases, Packs: w.Catalog.Index, Places: places, Units: units, People: w.People, Files: files},
		Sessions: session.New(w.DB, session.Options{LoginPage: "/login", Deny: ui.Fail}), Admissions: admissions, Tables: tables})
	return &street{t: t, w: w, tables: tables, pages: ui.Read(ui.Site{City: "邻水市"}, mux)}
}

type answer struct {
	code int
	text string
	to   string
}

func (x *street) as(login string, r *http.Request) answer {
	x.t.Helper()
	rec := httptest.NewRecorder()
	x.w.Clock.Advance(time.Second)
	x.pages.ServeHTTP(rec, r.WithContext(session.With(r.Context(), x.w.Actor(x.t, login))))
	return answer{rec.Code, html.UnescapeString(rec.Body.String()), rec.Header().Get("Location")}
}

func (x *street) get(login, path string) answer {
	x.t.Helper()
	return x.as(login, httptest.NewRequest("GET", path, nil))
}

func (x *street) post(login, path string, v url.Values) answer {
	x.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return x.as(login, r)
}

func (x *street) key() string { x.keys++; return fmt.Sprint("k", x.keys) }

// admit lets a task with the monthly table go down.
func (x *street) admit() (number string) {
	x.t.Helper()
	var r casework.Receipt
	x.w.Write(x.t, func(tx *db.Tx) (err error) {
		r, err = x.w.Cases.Register(tx, x.w.Actor(x.t, "street"), casework.Intake{Key: x.key(), Flow: "task-admission", Place: town.Riverrow, Sets: map[string]any{"class": "entrust"},
			From: casework.Reporter{Name: "沿河街道办事处"}, Fields: map[string]string{"task": "社区月报", "way": "填报", "rights": "各负其责", "place": town.Riverrow, "hours": "3",
				"staff_hours": "0", "cost": "0", "funds": "0", "tables": "社区工作月报", "until": "2026-12-31"}})
		return err
	})
	for _, act := range []flow.Act{{Verb: flow.Accept}, {Verb: "admit"}} {
		x.w.Write(x.t, func(tx *db.Tx) error {
			_, err := x.w.Cases.Do(tx, x.w.Actor(x.t, "admitting"), r.Case, casework.Act{Key: x.key(), Act: act})
			return err
		})
	}
	return r.Number
}

func (x *street) demand(key, number string) answer {
	x.t.Helper()
	return x.post("street", "/community/demands", url.Values{"key": {key}, "template": {"pz15-10.community-month"}, "number": {number}, "why": {"汇总九月情况"}, "month": {"2026-09"},
		"until": {"2026-12-01"}, "units": {town.WillowCommittee, town.LotusCommittee}})
}

func (x *street) sheets() (n int) {
	x.w.Read(x.t, func(tx *db.Tx) error { return tx.QueryRow("select count(*) from table_sheet").Scan(&n) })
	return n
}

// A table that was not admitted does not go down: the page says by which clause. One that was goes down once, however often it is sent.
func TestNothingGoesDownWithoutAdmission(t *testing.T) {
	each(t, func(x *street) {
		got := x.demand("d1", "")
		if got.code < 400 || !strings.Contains(got.text, "pz15-10") || x.sheets() != 0 {
			t.Fatalf("without admission: %d, %d sheets\n%s", got.code, x.sheets(), got.text)
		}
		number := x.admit()
		first := x.demand("d2", number)
		if first.code != http.StatusSeeOther || x.sheets() != 2 {
			t.Fatalf("admitted: %d, %d sheets\n%s", first.code, x.sheets(), first.text)
		}
		if again := x.demand("d2", number); again.to != first.to || x.sheets() != 2 {
			t.Errorf("sent again: %d to %s, first to %s; %d sheets", again.code, again.to, first.to, x.sheets())
		}
	})
}

// Only the community that owes a sheet fills it in, a wrong value is named at its field, and what is typed comes back.
func TestASheetIsFilledByWhoOwesIt(t *testing.T) {
	each(t, func(x *street) {
		if got := x.demand("d1", x.admit()); got.code != http.StatusSeeOther {
			t.Fatalf("%d %s", got.code, got.text)
		}
		var id db.ID
		x.w.Read(t, func(tx *db.Tx) error {
			list, err := x.tables.Sheets(tx, x.w.Actor(t, "willow"), table.Filter{Unit: town.WillowCommittee})
			if err == nil && len(list) == 1 {
				id = list[0].ID
			}
			return err
		})
		path := "/community/tables/" + id.String()
		if page := x.get("willow", path); page.code != 200 || !strings.Contains(page.text, "还要填 2 栏") || !strings.Contains(page.text, "登记在册") {
			t.Fatalf("the sheet: %d\n%s", page.code, page.text)
		}
		if other := x.get("lotus", path); other.code != http.StatusNotFound {
			t.Errorf("another community sees the sheet: %d", other.code)
		}
		wrong := x.post("willow", path, url.Values{"key": {"s1"}, "B8": {"七个"}, "B9": {"2"}})
		if wrong.code != http.StatusUnprocessableEntity || !strings.Contains(wrong.text, `value="七个"`) {
			t.Errorf("a wrong number: %d\n%s", wrong.code, wrong.text)
		}
		if done := x.post("willow", path, url.Values{"key": {"s2"}, "B8": {"7"}, "B9": {"2"}}); done.code != http.StatusSeeOther {
			t.Fatalf("filled in: %d\n%s", done.code, done.text)
		}
		if page := x.get("willow", path); strings.Contains(page.text, "还要填") {
			t.Error("the sheet still asks")
		}
	})
}

// A number is given once for a form, by the clerks of the hall only; the hours are told in words.
func TestNumbersAtAHall(t *testing.T) {
	each(t, func(x *street) {
		form := url.Values{"name": {"柳荫社区公共服务中心"}, "kind": {"public-service"}, "place": {town.Willow}, "opens": {"1-5 08:30-18:00; 6,7 09:00-16:00"}, "counters": {"2"}, "slot": {"30"}, "most": {"3"},
			"elder": {"65"}}
		made := x.post("willow", "/hall/edit", form)
		if made.code != http.StatusSeeOther {
			t.Fatalf("%d %s", made.code, made.text)
		}
		at, _, _ := strings.Cut(made.to, "?")
		if page := x.get("willow", "/hall/manage"); !strings.Contains(page.text, "周一至周五 08:30–18:00；周六、周日 09:00–16:00") {
			t.Errorf("hours in words are missing:\n%s", page.text)
		}
		if page := x.get("hall", at+"/kiosk"); page.code != 200 || !strings.Contains(page.text, "65 岁以上老年人") {
			t.Errorf("the kiosk: %d\n%s", page.code, page.text)
		}
		for range 2 {
			if got := x.post("hall", at+"/kiosk", url.Values{"key": {"n1"}, "class": {"elder"}}); got.code >= 400 || !strings.Contains(got.text+got.to, "E001") && got.code != http.StatusSeeOther {
				t.Fatalf("a number: %d\n%s", got.code, got.text)
			}
		}
		if got := x.post("lotus", at+"/kiosk", url.Values{"key": {"n2"}, "class": {"ordinary"}}); got.code != http.StatusForbidden {
			t.Errorf("a stranger takes a number: %d", got.code)
		}
		var n int
		x.w.Read(t, func(tx *db.Tx) error { return tx.QueryRow("select count(*) from hall_ticket").Scan(&n) })
		if n != 1 {
			t.Errorf("%d numbers were given", n)
		}
		form.Set("elder", "30")
		if bad := x.post("willow", "/hall/edit", form); bad.code != http.StatusUnprocessableEntity || !strings.Contains(bad.text, "50 到 100 岁") {
			t.Errorf("priority from 30: %d\n%s", bad.code, bad.text)
		}
	})
}

// The page of loads lists every community that the reader oversees, one without a task too, and what its tables saved; nobody else's.
func TestLoadsOfCommunities(t *testing.T) {
	each(t, func(x *street) {
		if got := x.demand("d1", x.admit()); got.code != http.StatusSeeOther {
			t.Fatalf("%d %s", got.code, got.text)
		}
		page := x.get("street", "/community/load")
		for _, want := range []string{"柳荫社区居委会", "荷塘社区居委会", "80%"} {
			if !strings.Contains(page.text, want) {
				t.Errorf("the street misses %q: %d", want, page.code)
			}
		}
		if own := x.get("willow", "/community/load"); !strings.Contains(own.text, "柳荫社区居委会") || strings.Contains(own.text, "荷塘社区居委会") {
			t.Errorf("a community sees itself and no other: %d\n%s", own.code, own.text)
		}
	})
}
