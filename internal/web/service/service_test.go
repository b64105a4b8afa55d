package service_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/catalog"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/pack/packtest"
	"linli/internal/place"
	people "linli/internal/register"
	domain "linli/internal/service"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/service"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	"linli/test/town"
)

// A window is the town with the pages of the one-stop window and the items of the test document.
type window struct {
	t      *testing.T
	w      *town.Town
	pages  http.Handler
	clerk  staff.Actor
	away   staff.Actor
	person db.ID
}

func each(t *testing.T, test func(x *window)) {
	t.Helper()
	town.Each(t, func(t *testing.T, w *town.Town) { test(open(t, w)) }, domain.Migrations)
}

func open(t *testing.T, w *town.Town) *window {
	t.Helper()
	x := &window{t: t, w: w}
	w.Write(t, x.found)
	c, err := catalog.Open(t.Context(), w.DB, catalog.Source{FS: os.DirFS("../../pack/proof/testdata/items"), Shelf: packtest.Shelf})
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
	cases := casework.New(casework.Options{City: town.City, Law: civil.CivilCode(), Packs: c.Index, People: w.People})
	files, err := blob.Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	service.Routes(mux, &service.Pages{Town: &part.Town{DB: w.DB, Cases: cases, Packs: c.Index, Places: places, Units: units, People: w.People, Files: files}, Now: w.Clock.Now,
		Window: &domain.Window{Cases: cases, Packs: c.Index, People: w.People}, Sessions: session.New(w.DB, session.Options{LoginPage: "/login", Deny: ui.Fail})})
	x.pages = ui.Read(ui.Site{City: "邻水市"}, mux)
	desk := func(login, at string) staff.Actor {
		return staff.Actor{Account: db.NewID(), Login: login, Unit: "u-police", Via: staff.ViaPage, Grants: []staff.Grant{{Role: staff.Desk, Place: w.Places.Path(at)}}}
	}
	x.clerk, x.away = desk("clerk", town.Riverrow), desk("away", town.Bridge)
	return x
}

// found opens the offices of the document, and a home that somebody owns.
func (x *window) found(tx *db.Tx) error {
	for _, office := range []string{"police", "housing", "education", "ratings"} {
		if err := town.Open(tx, staff.Unit{Code: "u-" + office, Name: office, Kind: "department", Place: town.City, Offices: []string{office}}); err != nil {
			return err
		}
	}
	p, _, err := x.w.People.FindOrCreate(tx, people.Newcomer{Name: "方甲", Phone: "19900000041", Born: civil.MustDate("1970-05-01"), Place: town.Willow, Source: "town"})
	if err != nil {
		return err
	}
	x.person = p.ID
	home, err := people.AddDwelling(tx, people.Dwelling{Level: people.Building, Name: "六号楼101", Address: "六号楼101", Place: town.Willow})
	if err != nil {
		return err
	}
	told := fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "u-housing"}, By: "test"}
	for _, name := range []string{"lives-at", "owns"} {
		if _, err := fact.Relate(tx, fact.Relation{Name: name, From: fact.Person(p.ID), To: fact.Dwelling(home.ID), Telling: told}); err != nil {
			return err
		}
	}
	_, err = fact.Put(tx, fact.Fact{Subject: fact.Person(p.ID), Name: "tenure", Value: "own", Telling: told})
	return err
}

type answer struct {
	code int
	text string
	to   string
}

func (x *window) as(by staff.Actor, r *http.Request) answer {
	x.t.Helper()
	rec := httptest.NewRecorder()
	x.w.Clock.Advance(time.Second)
	x.pages.ServeHTTP(rec, r.WithContext(session.With(r.Context(), by)))
	return answer{rec.Code, html.UnescapeString(rec.Body.String()), rec.Header().Get("Location")}
}

func (x *window) get(by staff.Actor, path string) answer {
	x.t.Helper()
	return x.as(by, httptest.NewRequest("GET", path, nil))
}

func (x *window) post(by staff.Actor, path string, pairs ...string) answer {
	x.t.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return x.as(by, r)
}

// apply sends the form as the page shows it: what is known unchanged, what is sealed empty.
func (x *window) apply(key string, more ...string) answer {
	x.t.Helper()
	return x.post(x.clerk, "/window/services/settle", append([]string{"key", key, "person", x.person.String(), "place", town.Willow, "phone", "",
		"address", "六号楼101", "child", "", "child_born", "", "material.photo", "owed"}, more...)...)
}

func (x *window) count(query string) (n int) {
	x.t.Helper()
	x.w.Read(x.t, func(tx *db.Tx) error { return tx.QueryRow(query).Scan(&n) })
	return n
}

func (x *window) wants(a answer, code int, texts ...string) {
	x.t.Helper()
	if a.code != code {
		x.t.Errorf("status %d, want %d:\n%s", a.code, code, a.text)
	}
	for _, text := range texts {
		if !strings.Contains(a.text, text) {
			x.t.Errorf("the page does not say %q:\n%s", text, a.text)
		}
	}
}

// Residents and visitors have no business at the desks' pages, and a desk serves those whom the register lets it see.
func TestWhoMayUseTheWindow(t *testing.T) {
	each(t, func(x *window) {
		for _, path := range []string{"/window/services", "/window/services/settle", "/window/services/cases/" + x.person.String()} {
			x.wants(x.get(x.w.Actor(x.t, "resident"), path), http.StatusForbidden)
			if a := x.get(staff.Actor{}, path); a.code != http.StatusSeeOther || !strings.HasPrefix(a.to, "/login") {
				x.t.Errorf("a visitor at %s: %d to %s", path, a.code, a.to)
			}
		}
		x.wants(x.get(x.clerk, "/window/services?person="+x.person.String()), http.StatusOK, "正在为方甲办理")
		for _, path := range []string{"/window/services?person=", "/window/services/settle?person="} {
			if a := x.get(x.away, path+x.person.String()); a.code != http.StatusForbidden || strings.Contains(a.text, "方甲") {
				x.t.Errorf("a desk of another town at %s: %d", path, a.code)
			}
		}
		x.wants(x.post(x.away, "/window/services/person", "key", "k1", "who", "19900000041"), http.StatusForbidden)
		if n := x.count(`select count(*) from audit_entry where verb = 'look-refused'`); n != 1 {
			x.t.Errorf("%d refused looks are in the log", n)
		}
		if a := x.post(x.clerk, "/window/services/person", "key", "k2", "who", "19900000041"); a.code != http.StatusSeeOther || !strings.Contains(a.to, x.person.String()) {
			x.t.Errorf("the desk's own look: %d to %s", a.code, a.to)
		}
	})
}

// The page fills in what is known with its source, and shows nothing that is under seal.
func TestWhatIsKnownIsFilledIn(t *testing.T) {
	each(t, func(x *window) {
		a := x.get(x.clerk, "/window/services/settle?person="+x.person.String())
		x.wants(a, http.StatusOK, `value="六号楼101"`, "工作人员登记（housing）", "已掌握 199****0041", "已掌握，不用交")
		if strings.Contains(a.text, "19900000041") {
			x.t.Error("the page tells the telephone")
		}
	})
}

// An application that is sent twice is one case with one receipt; what is owed may follow; the file shows the sources.
func TestAnApplicationIsTakenOnce(t *testing.T) {
	each(t, func(x *window) {
		first, second := x.apply("once"), x.apply("once")
		x.wants(first, http.StatusOK, "受理回执", "承诺办结", "打开申请卷")
		number := regexp.MustCompile(`[A-Z]+-\d{4}-\d{6}`)
		if n := number.FindString(first.text); n == "" || n != number.FindString(second.text) {
			x.t.Errorf("receipts %q and %q", number.FindString(first.text), number.FindString(second.text))
		}
		if n := x.count(`select count(*) from case_record where flow = 'settle'`); n != 1 {
			x.t.Fatalf("%d cases", n)
		}
		file := regexp.MustCompile(`/window/services/cases/\w{13}`).FindString(first.text)
		x.wants(x.get(x.clerk, file), http.StatusOK, "六号楼101（工作人员登记（housing））", "待补", "housing：正在办理")
		x.wants(x.post(x.clerk, file+"/bring", "key", "b1", "material", "photo"), http.StatusSeeOther)
		x.wants(x.post(x.clerk, file+"/bring", "key", "b2", "material", "photo"), http.StatusSeeOther) // brought already
		x.wants(x.get(x.clerk, file), http.StatusOK, "照片：已交")
	})
}

// A condition that is not met refuses with its clause; what is missing is told by field, with all that was typed.
func TestARefusalCarriesItsClause(t *testing.T) {
	each(t, func(x *window) {
		a := x.apply("no", "home", "none")
		x.wants(a, http.StatusUnprocessableEntity, "不符合办理条件", "有合法稳定住所", "/clauses/t1#c-1")
		a = x.apply("twins", "child", "方小", "child_born", "2018-05-04", "proxy", "李四")
		x.wants(a, http.StatusUnprocessableEntity, "请写明查验了什么委托凭证", `value="方小"`, `value="李四"`)
		if n := x.count(`select count(*) from case_record where flow = 'settle'`); n != 0 {
			x.t.Errorf("%d cases were taken", n)
		}
	})
}
