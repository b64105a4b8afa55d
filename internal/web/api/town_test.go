package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/catalog"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/duty"
	"linli/internal/fact"
	"linli/internal/indicator"
	"linli/internal/job"
	"linli/internal/notice"
	"linli/internal/notify"
	"linli/internal/once"
	"linli/internal/pack/packtest"
	"linli/internal/picture"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/search"
	"linli/internal/staff"
	"linli/internal/web/api"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	"linli/packs"
)

// tables is a small division of land that sm12-69 applies to.
const tables = "level,code,name,parent\n2,4112,三门峡市,\n3,411202,湖滨区,4112\n4,411202001,湖滨街道,411202\n5,411202001001,市场社区,411202001\n" +
	"3,411203,陕州区,4112\n4,411203001,大营镇,411203\n5,411203001001,温塘村,411203001\n"

// office is the staff of the test town.
var office = []struct {
	login, unit string
	role        staff.Role
	place, at   string
}{
	{"desk", "sm-mayor", staff.Desk, "4112", "sm-mayor"},
	{"dispatcher", "sm-mayor", staff.Dispatcher, "4112", ""},
	{"water", "sm-water", staff.Handler, "", "sm-water"},
	{"roads", "sm-roads", staff.Handler, "", "sm-roads"},
	{"verifier", "sm-office", staff.Verifier, "4112", ""},
	{"supervisor", "sm-office", staff.Supervisor, "4112", ""},
	{"boss", "sm-office", staff.Admin, "", ""},
}

var hashed = sync.OnceValues(func() (staff.Password, error) {
	return staff.NewPassword(context.Background(), "", "三门峡的冬天有白天鹅")
})

// A town is a server with places, units, accounts and packs, and a token for each account.
type town struct {
	t      *testing.T
	d      *db.DB
	clock  *dbtest.Clock
	url    string
	seal   *audit.Seal
	tokens map[string]string
	ids    map[string]db.ID
}

// each runs a test against a fresh server on both engines.
func each(t *testing.T, test func(w *town)) { eachWith(t, api.Limits{}, test) }

func eachWith(t *testing.T, l api.Limits, test func(w *town)) {
	t.Helper()
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		w := found(t, d, clock)
		w.serve(l)
		test(w)
	}, audit.Migrations, job.Migrations, blob.Migrations, search.Migrations, once.Migrations, place.Migrations, fact.Migrations, register.Migrations,
		staff.Migrations, catalog.Migrations, notify.Migrations, session.Migrations, picture.Migrations, casework.Migrations, duty.Migrations, notice.Migrations, indicator.Migrations)
}

func found(t *testing.T, d *db.DB, clock *dbtest.Clock) *town {
	t.Helper()
	start, err := civil.ParseInstant("2026-10-12T09:00:00+08:00")
	check(t, err)
	clock.Set(start)
	w := &town{t: t, d: d, clock: clock, tokens: map[string]string{}, ids: map[string]db.ID{}}
	root := staff.Actor{Login: "command", Via: staff.ViaCommand}
	password, err := hashed()
	check(t, err)
	table, err := place.Parse(strings.NewReader(tables))
	check(t, err)
	dbtest.Write(t, d, func(tx *db.Tx) error {
		if _, err := place.Import(tx, place.Change{}, table, place.Chinese); err != nil {
			return err
		}
		for _, u := range []staff.Unit{
			{Code: "sm-office", Name: "市政府办公室", Place: "4112", Offices: []string{"city-office"}},
			{Code: "sm-mayor", Name: "市长办公室", Place: "4112", Offices: []string{"mayors-section"}},
			{Code: "sm-water", Name: "市水利局", Place: "4112", Offices: []string{"competent"}},
			{Code: "sm-roads", Name: "市城管局", Place: "4112", Offices: []string{"competent"}},
		} {
			if err := staff.PutUnit(tx, root, u); err != nil {
				return err
			}
		}
		for _, o := range office {
			a, err := staff.Create(tx, root, staff.Account{Login: o.login, Name: o.login, Unit: o.unit}, password)
			if err != nil {
				return err
			}
			if err := staff.Allow(tx, root, a.ID, o.role, o.place, o.at); err != nil {
				return err
			}
			w.ids[o.login] = a.ID
			if w.tokens[o.login], _, err = session.NewToken(tx, root, a.ID, "测试", []string{session.AllScopes}, tx.Now().Add(24*time.Hour)); err != nil {
				return err
			}
		}
		return nil
	})
	return w
}

// renew gives everybody a token again, after the clock has gone past the end of the first.
func (w *town) renew() {
	w.t.Helper()
	root := staff.Actor{Login: "command", Via: staff.ViaCommand}
	dbtest.Write(w.t, w.d, func(tx *db.Tx) error {
		for login, id := range w.ids {
			plain, _, err := session.NewToken(tx, root, id, "测试", []string{session.AllScopes}, tx.Now().Add(24*time.Hour))
			if err != nil {
				return err
			}
			w.tokens[login] = plain
		}
		return nil
	})
}

func (w *town) serve(l api.Limits) {
	w.t.Helper()
	ctx, dir := w.t.Context(), w.t.TempDir()
	packs, err := catalog.Open(ctx, w.d, catalog.Source{FS: packs.Files, Shelf: packtest.Shelf})
	check(w.t, err)
	people, err := register.Open(dir)
	check(w.t, err)
	w.seal, err = audit.OpenSeal(dir)
	check(w.t, err)
	files, err := blob.Open(dir, 1<<20)
	check(w.t, err)
	places, err := place.NewIndex(ctx, w.d)
	check(w.t, err)
	units, err := staff.NewDirectory(ctx, w.d)
	check(w.t, err)
	cases := casework.New(casework.Options{City: "4112", Law: civil.CivilCode(), Packs: packs.Index, People: people})
	duties := duty.New(duty.Options{Law: civil.CivilCode(), Packs: packs.Index})
	figures := indicator.New(indicator.Options{Law: civil.CivilCode(), Packs: packs.Index})
	notices := notice.New(notice.Options{Packs: packs.Index, Counts: figures, Duties: duties})
	mux := http.NewServeMux()
	api.Routes(mux, &api.API{DB: w.d, Cases: cases, Catalog: packs, Places: places, Units: units, People: people, Files: files, Seal: w.seal,
		Figures: figures, Notices: notices, Duties: duties,
		Limits: l, Log: slog.New(slog.NewTextHandler(w.t.Output(), nil))})
	server := httptest.NewServer(noting(ui.Secure(session.New(w.d, session.Options{}).Load(mux))))
	w.t.Cleanup(server.Close)
	w.url = server.URL
}

// A reply is an answer, read.
type reply struct {
	*http.Response
	body []byte
}

// into decodes the body.
func (r *reply) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		t.Fatalf("answer %s: %v", r.body, err)
	}
}

// send makes one request as somebody; headers are pairs of names and values.
func (w *town) send(who, method, path string, body any, headers ...string) *reply {
	w.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	case []byte:
		in = bytes.NewReader(b)
	default:
		data, err := json.Marshal(body)
		check(w.t, err)
		in = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, in)
	check(w.t, err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+w.tokens[who])
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := http.DefaultClient.Do(r)
	check(w.t, err)
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	check(w.t, err)
	return &reply{got, data}
}

// must is send that wants a status.
func (w *town) must(status int, who, method, path string, body any, headers ...string) *reply {
	w.t.Helper()
	r := w.send(who, method, path, body, headers...)
	if r.StatusCode != status {
		w.t.Fatalf("%s %s as %s: status %d, want %d\n%s", method, path, who, r.StatusCode, status, r.body)
	}
	return r
}

// problem wants a problem of a status and returns it.
func (w *town) problem(status int, who, method, path string, body any, headers ...string) api.Problem {
	w.t.Helper()
	r := w.must(status, who, method, path, body, headers...)
	if ct := r.Header.Get("Content-Type"); ct != "application/problem+json" {
		w.t.Fatalf("%s %s: content type %q", method, path, ct)
	}
	var p api.Problem
	r.into(w.t, &p)
	if p.Status != status || p.Title == "" || p.Detail == "" || !strings.HasPrefix(p.Type, "/api/#") {
		w.t.Fatalf("%s %s: problem %s", method, path, r.body)
	}
	return p
}

// mail is a letter to the mayor's mailbox as the API takes it.
func mail() map[string]any {
	return map[string]any{"flow": "mailbox", "title": "路灯不亮", "body": "市场街的路灯已经三天不亮了。", "place": "411202001001",
		"reporter": map[string]any{"name": "王小明", "phone": "13800000001"}, "sets": map[string]any{"weight": "ordinary", "digest": "路灯不亮"}}
}

// registered registers a letter and returns its id.
func (w *town) registered(key string) string {
	w.t.Helper()
	var r api.Receipt
	w.must(http.StatusCreated, "desk", "POST", "/api/v1/cases", mail(), "Idempotency-Key", key).into(w.t, &r)
	return r.Case.String()
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func stepsOf(id string) string { return fmt.Sprintf("/api/v1/cases/%s/steps", id) }
