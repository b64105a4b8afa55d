package supervisor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/duty"
	"linli/internal/flow"
	"linli/internal/indicator"
	"linli/internal/notice"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/supervisor"
	"linli/internal/web/ui"
	"linli/test/town"
)

var more = []fs.FS{duty.Migrations, indicator.Migrations, notice.Migrations}

// An office is the pages over the town, with cases at every stage.
type office struct {
	t   testing.TB
	w   *town.Town
	mux *http.ServeMux
	n   int
}

// open makes the office over a town.
func open(t testing.TB, w *town.Town) *office {
	t.Helper()
	w.Write(t, func(tx *db.Tx) error {
		return place.StoreDrawn(tx, place.Change{Basis: "测试"}, place.Draw(w.Places, place.Canvas{Lon: 111.2, Lat: 34.8, Width: 1, Seed: 7}))
	})
	places, err := place.NewIndex(context.Background(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	units, err := staff.NewDirectory(context.Background(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	tn := &part.Town{DB: w.DB, Files: files, Cases: w.Cases, Packs: w.Catalog.Index, Places: places, Units: units, People: w.People}
	figures := indicator.New(indicator.Options{Law: civil.CivilCode(), Packs: w.Catalog.Index})
	duties := duty.New(duty.Options{Law: civil.CivilCode(), Packs: w.Catalog.Index})
	notices := notice.New(notice.Options{Packs: w.Catalog.Index, Counts: figures, Duties: duties})
	o := &office{t: t, w: w, mux: http.NewServeMux()}
	ui.Routes(o.mux)
	part.Routes(o.mux, tn)
	supervisor.Routes(o.mux, &supervisor.Pages{Town: tn, Sessions: session.New(w.DB, session.Options{Deny: ui.Fail}), Figures: figures, Live: figures.NewLive(town.City), Notices: notices, Duties: duties})
	o.settle()
	w.Write(t, func(tx *db.Tx) error { _, err := duties.Sweep(tx); return err })
	return o
}

// letter registers an important or ordinary letter to the mailbox.
func (o *office) letter(title, where, weight string) (id db.ID) {
	o.t.Helper()
	o.n++
	key := fmt.Sprint("letter", o.n)
	desk := o.w.Actor(o.t, "desk")
	o.w.Write(o.t, func(tx *db.Tx) error {
		r, err := o.w.Cases.Register(tx, desk, casework.Intake{Key: key, Flow: "mailbox", Place: where,
			Fields: map[string]string{"sender": "许甲", "subject": title, "content": title + "，已经影响居民生活，请尽快派人查看处理。"},
			Sets:   map[string]any{"weight": weight, "category": "城建", "digest": title + "，请求处理。"}})
		id = r.Case
		return err
	})
	return id
}

// do takes a step as somebody.
func (o *office) do(login string, id db.ID, a flow.Act) {
	o.t.Helper()
	o.n++
	key := fmt.Sprint("step", o.n)
	by := o.w.Actor(o.t, login)
	o.w.Write(o.t, func(tx *db.Tx) error { _, err := o.w.Cases.Do(tx, by, id, casework.Act{Act: a, Key: key}); return err })
}

func (o *office) sent(title, where, unit string) db.ID {
	id := o.letter(title, where, "ordinary")
	o.do("desk", id, flow.Act{Verb: flow.Accept})
	o.do("dispatcher", id, flow.Act{Verb: flow.Dispatch, To: unit})
	return id
}

func (o *office) closed(title, where, unit string, after time.Duration) {
	id := o.sent(title, where, unit)
	o.w.Clock.Advance(after)
	o.do(unit, id, flow.Act{Verb: flow.Reply, Words: "已办理，请放心。"})
	o.do("verifier", id, flow.Act{Verb: flow.Verify})
	o.do("desk", id, flow.Act{Verb: flow.Close, Outcome: "solved"})
}

var matters = []string{"楼道漏水", "路灯不亮", "井盖松动", "停水两天", "垃圾未清运", "噪声扰民", "公交绕行", "树枝压线"}
var wheres = []string{town.Willow, town.Lotus, town.Pine, town.Ferry, town.Orchards}
var hands = []string{"water", "housing", "roads"}

// settle lets half a year go by: settled letters, and then some of every trouble.
func (o *office) settle() {
	o.w.Clock.Set(time.Date(2026, 1, 6, 1, 0, 0, 0, time.UTC))
	for i := range 90 {
		late := time.Duration(0)
		if i%9 == 0 {
			late = 8 * 24 * time.Hour
		}
		o.closed(matters[i%len(matters)], wheres[i%len(wheres)], hands[i%3], 12*time.Hour+late)
		o.w.Clock.Advance(20 * time.Hour)
	}
	for i := range 6 {
		o.sent("久拖的"+matters[i], wheres[i%5], hands[i%2])
	}
	o.letter("没有转办的来信", town.Lotus, "ordinary")
	twice := o.sent("退来退去的事", town.Pine, "water")
	for range 2 {
		o.do("water", twice, flow.Act{Verb: flow.Return, Words: "不属本单位职责"})
		o.do("dispatcher", twice, flow.Act{Verb: flow.Dispatch, To: "water"})
	}
	pressed := o.sent("督办过的事", town.Ferry, "roads")
	o.do("supervisor", pressed, flow.Act{Verb: flow.Supervise, Words: "三日内报告结果", Term: "3d"})
	o.w.Clock.Advance(12 * 24 * time.Hour)
	o.lapse()
	o.w.Clock.Advance(16 * 24 * time.Hour)
	wait := o.sent("申请延期的事", town.Willow, "housing")
	o.do("housing", wait, flow.Act{Verb: flow.Extend, Words: "需要购置配件", Term: "2d"})
	for _, title := range []string{"旧城改造安置", "全市供热管网老化"} {
		id := o.letter(title, town.Willow, "important")
		o.do("desk", id, flow.Act{Verb: flow.Accept})
		o.do("desk", id, flow.Act{Verb: flow.Present, Leader: o.w.Actor(o.t, "deputy").Account.String(), Words: "请阅示"})
		if title == "旧城改造安置" {
			o.do("deputy", id, flow.Act{Verb: flow.Instruct, Words: "请住建局牵头，一周内拿出方案。"})
		}
	}
}

// lapse notes which terms have passed.
func (o *office) lapse() {
	o.w.Write(o.t, func(tx *db.Tx) error {
		ids, err := o.w.Cases.Lapsing(tx, 100)
		for _, id := range ids {
			if _, err := o.w.Cases.Lapse(tx, id); err != nil {
				return err
			}
		}
		return err
	})
}

// as serves the pages to somebody.
func (o *office) as(login string) http.Handler {
	by := o.w.Actor(o.t, login)
	return ui.Secure(ui.Read(ui.Site{City: "邻水市", Demo: true}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := ui.WithUser(session.With(r.Context(), by), ui.User{Name: by.Name, Areas: []ui.Person{ui.Supervisor}})
		o.mux.ServeHTTP(w, r.WithContext(ctx))
	})))
}

// get asks for a page as somebody and wants it.
func (o *office) get(login, path string) string {
	o.t.Helper()
	rec := o.ask(login, http.MethodGet, path, nil)
	if rec.Code != http.StatusOK {
		o.t.Fatalf("GET %s as %s: %d %s", path, login, rec.Code, rec.Body.String()[:min(400, rec.Body.Len())])
	}
	return rec.Body.String()
}

func (o *office) ask(login, method, path string, form url.Values) *httptest.ResponseRecorder {
	o.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	rec := httptest.NewRecorder()
	o.as(login).ServeHTTP(rec, r)
	return rec
}

// find returns the id of the case with a title.
func (o *office) find(title string) (id db.ID) {
	o.t.Helper()
	by := o.w.Actor(o.t, "supervisor")
	o.w.Read(o.t, func(tx *db.Tx) error {
		list, err := o.w.Cases.Find(tx, by, title, 0, 10)
		for _, l := range list {
			if l.Title == title {
				id = l.ID
			}
		}
		return err
	})
	if id.IsZero() {
		o.t.Fatalf("no case called %s", title)
	}
	return id
}

func decode(t testing.TB, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %s", err, text[:min(200, len(text))])
	}
}
