package api_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/catalog"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fact"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/once"
	"linli/internal/pack/packtest"
	"linli/internal/picture"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/search"
	"linli/internal/service"
	"linli/internal/staff"
	"linli/internal/web/api"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// eachWindow runs a test against a town whose only document is that of the items that package pack proves: a police station that decides, a housing
// and an education office beside it, a clerk, and 张三, who owns his home and has an account.
func eachWindow(t *testing.T, test func(h *house, window *service.Window, zhang string)) {
	t.Helper()
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(time.Date(2026, 10, 12, 9, 0, 0, 0, civil.Shanghai))
		h := &house{town: &town{t: t, d: d, clock: clock, tokens: map[string]string{}, ids: map[string]db.ID{}}}
		window, zhang := h.opened()
		test(h, window, zhang.String())
	}, audit.Migrations, job.Migrations, blob.Migrations, search.Migrations, once.Migrations, place.Migrations, fact.Migrations, register.Migrations, staff.Migrations,
		catalog.Migrations, notify.Migrations, session.Migrations, picture.Migrations, casework.Migrations, service.Migrations)
}

func (h *house) opened() (*service.Window, db.ID) {
	t := h.t
	t.Helper()
	table, err := place.Parse(strings.NewReader(tables))
	check(t, err)
	dbtest.Write(t, h.d, func(tx *db.Tx) error { _, err := place.Import(tx, place.Change{}, table, place.Chinese); return err })
	packs, err := catalog.Open(t.Context(), h.d, catalog.Source{FS: os.DirFS("../../pack/proof/testdata/items"), Shelf: packtest.Shelf})
	check(t, err)
	people, err := register.Open(t.TempDir())
	check(t, err)
	var zhang db.ID
	dbtest.Write(t, h.d, func(tx *db.Tx) error { zhang, err = owner(tx, people); return err })
	dbtest.Write(t, h.d, func(tx *db.Tx) error { return h.staffed(tx, zhang) })
	cases := casework.New(casework.Options{City: "4112", Law: civil.CivilCode(), Packs: packs.Index, People: people})
	window := &service.Window{Cases: cases, Packs: packs.Index, People: people}
	files, err := blob.Open(t.TempDir(), 1<<20)
	check(t, err)
	places, err := place.NewIndex(t.Context(), h.d)
	check(t, err)
	units, err := staff.NewDirectory(t.Context(), h.d)
	check(t, err)
	mux := http.NewServeMux()
	api.Routes(mux, &api.API{DB: h.d, Cases: cases, Catalog: packs, Places: places, Units: units, People: people, Files: files, Window: window,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	server := httptest.NewServer(noting(ui.Secure(session.New(h.d, session.Options{}).Load(mux))))
	t.Cleanup(server.Close)
	h.url = server.URL
	return window, zhang
}

// owner is 张三 with what is registered of him.
func owner(tx *db.Tx, people *register.Register) (db.ID, error) {
	p, _, err := people.FindOrCreate(tx, register.Newcomer{Name: "张三", Phone: "19900000001", Born: civil.MustDate("1960-05-01"), Place: "411202001001", Address: "桥头1号楼101", Source: "test"})
	if err != nil {
		return 0, err
	}
	home := db.NewID()
	told := fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "不动产登记"}, By: "test"}
	for _, f := range []fact.Fact{{Subject: fact.Person(p.ID), Name: "tenure", Value: "own"}, {Subject: fact.Person(p.ID), Name: "birth-record", Value: "B99"},
		{Subject: fact.Dwelling(home), Name: "address", Value: "桥头1号楼101"}} {
		f.Telling = told
		if _, err := fact.Put(tx, f); err != nil {
			return 0, err
		}
	}
	for _, name := range []string{"lives-at", "owns"} {
		if _, err := fact.Relate(tx, fact.Relation{Name: name, From: fact.Person(p.ID), To: fact.Dwelling(home), Telling: told}); err != nil {
			return 0, err
		}
	}
	return p.ID, nil
}

func (h *house) staffed(tx *db.Tx, zhang db.ID) error {
	root := staff.Actor{Login: "command", Via: staff.ViaCommand}
	password, err := hashed()
	if err != nil {
		return err
	}
	for _, s := range []struct {
		login, office string
		role          staff.Role
		place         string
	}{{"clerk", "police", staff.Desk, "4112"}, {"officer", "police", staff.Handler, ""}, {"housing", "housing", staff.Handler, ""}, {"school", "education", staff.Handler, ""},
		{"ratings", "ratings", staff.Desk, "4112"}, {"zhang", "", staff.Resident, ""}} {
		account := staff.Account{Login: s.login, Name: s.login}
		unit := ""
		if s.office == "" {
			account.Person = zhang
		} else {
			unit = "u-" + s.office
			if err := staff.PutUnit(tx, root, staff.Unit{Code: unit, Name: unit, Place: "4112", Offices: []string{s.office}}); err != nil {
				return err
			}
			account.Unit = unit
		}
		a, err := staff.Create(tx, root, account, password)
		if err != nil {
			return err
		}
		if err := staff.Allow(tx, root, a.ID, s.role, s.place, unit); err != nil {
			return err
		}
		for name, scope := range map[string]string{s.login: session.AllScopes, s.login + " reads": "read"} {
			if h.tokens[name], _, err = session.NewToken(tx, root, a.ID, "测试", []string{scope}, tx.Now().Add(60*24*time.Hour)); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestAnItemIsFoundAndSaysWhatItMeans(t *testing.T) {
	eachWindow(t, func(h *house, _ *service.Window, zhang string) {
		var list api.List[api.ItemLine]
		h.get("", "/items?q=我要迁户口", &list)
		if len(list.Items) == 0 || list.Items[0].ID != "settle" || list.Items[0].Promised == "" {
			t.Fatalf("found: %s", text(list))
		}
		h.fits("", "/items", "ListItemLine")
		h.fits("", "/items/settle", "Item")
		h.problem(http.StatusNotFound, "", "GET", "/api/v1/items/nothing", nil)
		guide := func(who string, body map[string]any) (g api.Guide) {
			t.Helper()
			h.must(http.StatusOK, who, "POST", "/api/v1/items/settle/guide", body).into(t, &g)
			return g
		}
		if g := guide("", map[string]any{"says": map[string]string{"home": "none", "child": ""}}); g.May != "no" || g.Conditions[0].Verdict != "no" || len(g.Conditions[0].Basis) == 0 {
			t.Fatalf("without a home: %s", text(g))
		}
		mine := guide("zhang", map[string]any{"says": map[string]string{"child": "张小", "child_born": "2018-05-04"}})
		if mine.May != "yes" || mine.Prefill["applicant"].Value != "张三" || mine.Prefill["address"].From == "" || len(mine.Had) != 2 || len(mine.Bring) != 1 || mine.Bring[0].Owed == "" {
			t.Fatalf("his own: %s", text(mine))
		}
		if g := guide("clerk", map[string]any{"person": zhang}); g.Prefill["applicant"].Value != "张三" {
			t.Fatalf("at the window: %s", text(g))
		}
		h.problem(http.StatusForbidden, "", "POST", "/api/v1/items/settle/guide", map[string]any{"person": zhang})
		h.problem(http.StatusForbidden, "school", "POST", "/api/v1/items/settle/guide", map[string]any{"person": zhang})
		var who api.Subject
		h.must(http.StatusOK, "clerk", "POST", "/api/v1/applications/applicant", map[string]any{"number": "19900000001"}).into(t, &who)
		if who.ID.String() != zhang {
			t.Fatalf("who stands there: %s", text(who))
		}
		h.problem(http.StatusForbidden, "zhang", "POST", "/api/v1/applications/applicant", map[string]any{"number": "19900000001"})
		if p := h.problem(http.StatusUnprocessableEntity, "clerk", "POST", "/api/v1/applications/applicant", map[string]any{"number": "19"}); p.Errors[0].Field != "number" {
			t.Fatalf("no number: %+v", p)
		}
	})
}

func TestADraftIsGoneOnWith(t *testing.T) {
	eachWindow(t, func(h *house, _ *service.Window, zhang string) {
		var code api.DraftCode
		h.write(http.StatusCreated, "zhang", "/items/settle/drafts", map[string]any{"says": map[string]string{"child": "张小"}}, &code)
		resume := func(status int, who string) *reply {
			return h.must(status, who, "POST", "/api/v1/drafts/resume", map[string]any{"code": code.Code})
		}
		var d api.Draft
		resume(http.StatusOK, "clerk").into(t, &d)
		if d.Item != "settle" || d.Says["child"] != "张小" || d.Person.String() != zhang {
			t.Fatalf("draft: %s", text(d))
		}
		resume(http.StatusUnprocessableEntity, "")
		resume(http.StatusUnprocessableEntity, "school")
		h.refused(http.StatusNotFound, "zhang", "/items/nothing/drafts", map[string]any{"says": map[string]string{}})
		h.refused(http.StatusForbidden, "", "/items/settle/drafts", map[string]any{"person": zhang})
	})
}

func TestAFamilySettlesByTheInterface(t *testing.T) {
	eachWindow(t, func(h *house, window *service.Window, zhang string) {
		family := map[string]any{"item": "settle", "person": zhang, "place": "411202001001", "says": map[string]string{"child": "张小", "child_born": "2018-05-04"}, "materials": map[string]string{"photo": "owed"},
			"proxy": "张大", "authority": "委托书原件"}
		h.wrong("clerk", "/applications", with(family, "materials", map[string]string{}), "material.photo")
		h.wrong("clerk", "/applications", with(family, "authority", ""), "authority")
		if p := h.refused(http.StatusUnprocessableEntity, "clerk", "/applications", with(family, "says", map[string]string{"home": "none", "child": ""})); p.Clause == "" {
			t.Fatalf("without a home: %+v", p)
		}
		h.refused(http.StatusForbidden, "", "/applications", family)
		var got api.Applied
		h.write(http.StatusCreated, "clerk", "/applications", family, &got)
		if !got.Taken || got.Number == "" || got.Code == "" {
			t.Fatalf("applied: %s", text(got))
		}
		at, f := "/applications/"+got.Case.String(), api.Filing{}
		h.get("clerk", at, &f)
		if f.Filled["address"] != "桥头1号楼101" || f.Sources["address"] == "" || f.Sources["child"] != "" || f.Proxy != "张大" || len(f.Parts) != 2 || len(f.Materials) != 3 {
			t.Fatalf("filing: %s", text(f))
		}
		h.fits("clerk", at, "Filing")
		h.problem(http.StatusNotFound, "ratings", "GET", "/api/v1"+at, nil)
		h.refused(http.StatusConflict, "clerk", at+"/materials", map[string]any{"material": "moon"})
		h.refused(http.StatusForbidden, "zhang", at+"/materials", map[string]any{"material": "photo"})
		h.write(http.StatusOK, "clerk", at+"/materials", map[string]any{"material": "photo"}, &f)
		step := func(who string, act map[string]any) {
			t.Helper()
			h.must(http.StatusCreated, who, "POST", "/api/v1"+"/cases/"+got.Case.String()+"/steps", act, "Idempotency-Key", h.key())
		}
		step("housing", map[string]any{"verb": "opine", "verdict": "agree"})
		step("school", map[string]any{"verb": "opine", "verdict": "agree"})
		step("officer", map[string]any{"verb": "reply", "verdict": "agree", "words": "准予落户"})
		dbtest.Write(t, h.d, func(tx *db.Tx) error { return window.Record(tx, got.Case) }) // the job that a decision leaves
		var mine api.List[api.Filing]
		h.get("zhang", "/my/applications", &mine)
		if len(mine.Items) != 1 || mine.Items[0].Result == nil || mine.Items[0].Result.Number == "" || len(mine.Items[0].Next) != 1 || mine.Items[0].Next[0].Item != "school-place" {
			t.Fatalf("decided: %s", text(mine))
		}
		h.fits("zhang", "/my/applications", "ListFiling")
		h.problem(http.StatusForbidden, "clerk", "GET", "/api/v1/my/applications", nil)
		step("clerk", map[string]any{"verb": "close"})
		h.must(http.StatusCreated, "zhang", "POST", "/api/v1/my/cases/"+got.Case.String()+"/steps", map[string]any{"verb": "rate", "grade": 5}, "Idempotency-Key", h.key())
	})
}

func TestACosignerSignsFirst(t *testing.T) {
	eachWindow(t, func(h *house, _ *service.Window, zhang string) {
		var got api.Applied
		h.write(http.StatusCreated, "clerk", "/applications", map[string]any{"item": "settle", "person": zhang, "place": "411202001001", "says": map[string]string{"child": ""},
			"materials": map[string]string{"photo": "given"}, "signers": []string{"李四"}}, &got)
		if got.Taken || len(got.Signers) != 1 || got.Signers[0].Code == "" {
			t.Fatalf("applied: %s", text(got))
		}
		take := "/applications/" + got.Case.String() + "/take"
		h.problem(http.StatusForbidden, "zhang", "POST", "/api/v1"+take, nil, "Idempotency-Key", h.key())
		if r := h.send("clerk", "POST", "/api/v1"+take, nil, "Idempotency-Key", h.key()); r.StatusCode < 400 || r.StatusCode >= 500 {
			t.Fatalf("taken before the signature: %d %s", r.StatusCode, r.body)
		}
		h.wrong("", "/signatures", map[string]any{"code": "AAAAAAAA"}, "code")
		var s api.Signature
		h.write(http.StatusCreated, "zhang", "/signatures", map[string]any{"code": got.Signers[0].Code}, &s)
		if s.Name != "李四" || s.Item == "" {
			t.Fatalf("signed: %s", text(s))
		}
		h.write(http.StatusCreated, "clerk", take, nil, nil)
	})
}
