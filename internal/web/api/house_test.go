package api_test

import (
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"linli/internal/admission"
	"linli/internal/audit"
	"linli/internal/blob"
	"linli/internal/civil"
	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/duplicate"
	"linli/internal/event"
	"linli/internal/exchange"
	"linli/internal/hall"
	"linli/internal/indicator"
	"linli/internal/job"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/table"
	"linli/internal/web/api"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	fixture "linli/test/town"
)

// A house is the town of tests with everything above casework behind the interface, and clerks of two streets.
type house struct {
	*town
	home *fixture.Town
	jobs *job.Runner
	keys int
}

// above are the tables of what stands above casework.
var above = []fs.FS{event.Migrations, duplicate.Migrations, hall.Migrations, table.Migrations, indicator.Migrations, exchange.Migrations}

func eachHouse(t *testing.T, test func(h *house)) {
	t.Helper()
	fixture.Each(t, func(t *testing.T, w *fixture.Town) {
		h := &house{town: &town{t: t, d: w.DB, clock: w.Clock, tokens: map[string]string{}, ids: map[string]db.ID{}}, home: w}
		h.move()
		h.open()
		test(h)
	}, above...)
}

// move lets two clerks of one street and one of another begin to work, and gives everybody two tokens: one for all, and one that only reads.
func (h *house) move() {
	h.t.Helper()
	root := staff.Actor{Login: "command", Via: staff.ViaCommand}
	password, err := hashed()
	check(h.t, err)
	h.home.Write(h.t, func(tx *db.Tx) error {
		for login, street := range map[string]string{"clerk": fixture.Riverrow, "second": fixture.Riverrow, "away": fixture.Bridge} {
			a, err := staff.Create(tx, root, staff.Account{Login: login, Name: login, Unit: fixture.Mayors}, password)
			if err != nil {
				return err
			}
			if err := staff.Allow(tx, root, a.ID, staff.Desk, street, ""); err != nil {
				return err
			}
		}
		for _, login := range []string{"clerk", "second", "away", "desk", "street", "willow", "lotus", "hall", "east", "admitting", "county-head", "water", "supervisor", "auditor", "admin", "resident", "neighbour"} {
			a, err := staff.AccountByLogin(tx, login)
			if err != nil {
				return err
			}
			h.ids[login] = a.ID
			for name, scope := range map[string]string{login: session.AllScopes, login + " reads": "read"} {
				if h.tokens[name], _, err = session.NewToken(tx, root, a.ID, "测试", []string{scope}, tx.Now().Add(60*24*time.Hour)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (h *house) open() {
	t, w := h.t, h.home
	t.Helper()
	places, err := place.NewIndex(t.Context(), w.DB)
	check(t, err)
	units, err := staff.NewDirectory(t.Context(), w.DB)
	check(t, err)
	files, err := blob.Open(t.TempDir(), 1<<20)
	check(t, err)
	mux := http.NewServeMux()
	h.jobs = job.NewRunner(w.DB, job.Options{Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	sent := &exchange.Tables{DB: w.DB, Files: files, People: w.People, Words: lexicon.Standard,
		Actor: func(tx *db.Tx, account db.ID) (staff.Actor, error) { return staff.ActorOf(tx, account, staff.ViaJob) }}
	sent.Register(h.jobs)
	admissions := admission.New(w.Cases, w.Catalog.Index)
	figures := indicator.New(indicator.Options{Law: civil.CivilCode(), Packs: w.Catalog.Index})
	api.Routes(mux, &api.API{DB: w.DB, Cases: w.Cases, Catalog: w.Catalog, Places: places, Units: units, People: w.People, Files: files, Admissions: admissions, Sent: sent, Room: files,
		Tables: table.New(table.Options{Packs: w.Catalog.Index, Figures: figures, Admissions: admissions, Files: files}),
		Events: &event.Events{Register: w.People}, Classes: &class.Classes{Register: w.People, Packs: w.Catalog.Index},
		Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	server := httptest.NewServer(noting(ui.Secure(session.New(w.DB, session.Options{}).Load(mux))))
	t.Cleanup(server.Close)
	h.url = server.URL
}

// get reads as somebody, into v.
func (h *house) get(who, path string, v any) {
	h.t.Helper()
	reflect.ValueOf(v).Elem().SetZero()
	h.must(http.StatusOK, who, "GET", "/api/v1"+query(path), nil).into(h.t, v)
}

// key is a new idempotency key.
func (h *house) key() string {
	h.keys++
	return "k" + time.Duration(h.keys).String()
}

// write does what every write has to withstand: without a key it is told so; a token that only reads is refused; the same key with the same content
// gives the first answer again; with another content it is a conflict. It returns the answer.
func (h *house) write(status int, who, path string, body any, v any) {
	h.t.Helper()
	path = "/api/v1" + query(path)
	if p := h.problem(http.StatusUnprocessableEntity, who, "POST", path, body); len(p.Errors) != 1 || p.Errors[0].Field != "Idempotency-Key" {
		h.t.Fatalf("%s without a key: %+v", path, p)
	}
	key := h.key()
	if p := h.problem(http.StatusForbidden, who+" reads", "POST", path, body, "Idempotency-Key", key); !strings.Contains(p.Detail, "作用域") {
		h.t.Fatalf("%s with a token that reads: %+v", path, p)
	}
	first := h.must(status, who, "POST", path, body, "Idempotency-Key", key)
	again := h.must(status, who, "POST", path, body, "Idempotency-Key", key)
	if string(first.body) != string(again.body) || again.Header.Get("Idempotent-Replay") != "true" || first.Header.Get("Idempotent-Replay") != "" {
		h.t.Fatalf("%s: first %s\nagain %s (%q)", path, first.body, again.body, again.Header.Get("Idempotent-Replay"))
	}
	if m, ok := body.(map[string]any); ok {
		h.otherContent(who, path, m, key)
	}
	if v != nil {
		reflect.ValueOf(v).Elem().SetZero()
		first.into(h.t, v)
	}
}

// otherContent changes one member of a body and sends it under a key that was used.
func (h *house) otherContent(who, path string, body map[string]any, key string) {
	h.t.Helper()
	for _, k := range []string{"name", "reason", "why", "words", "note", "detail", "title", "address", "need", "purpose", "to", "service"} {
		if text, is := body[k].(string); is {
			h.problem(http.StatusConflict, who, "POST", path, with(body, k, text+"一"), "Idempotency-Key", key)
			return
		}
	}
}

// wrong sends a body that is wrong in one field.
func (h *house) wrong(who, path string, body any, field string) api.Problem {
	h.t.Helper()
	p := h.problem(http.StatusUnprocessableEntity, who, "POST", "/api/v1"+query(path), body, "Idempotency-Key", h.key())
	for _, e := range p.Errors {
		if e.Field == field {
			return p
		}
	}
	h.t.Fatalf("%s: no error at %s: %+v", path, field, p)
	return p
}

// refused sends a body that somebody may not send.
func (h *house) refused(status int, who, path string, body any) api.Problem {
	h.t.Helper()
	return h.problem(status, who, "POST", "/api/v1"+query(path), body, "Idempotency-Key", h.key())
}

// with is a body with some members changed.
func with(body map[string]any, pairs ...any) map[string]any {
	made := map[string]any{}
	for k, v := range body {
		made[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		made[pairs[i].(string)] = pairs[i+1]
	}
	return made
}

// fits checks an answer against a type of the document.
func (h *house) fits(who, path, name string) {
	h.t.Helper()
	document := h.must(http.StatusOK, "", "GET", "/api/openapi.json", nil).body
	matches(h.t, schemaOf(h.t, document, name), h.must(http.StatusOK, who, "GET", "/api/v1"+query(path), nil).body)
}

// person registers somebody who lives in 柳荫社区.
func (h *house) person(n register.Newcomer) (id string) {
	h.t.Helper()
	n.Place, n.Source = fixture.Willow, "window"
	h.home.Write(h.t, func(tx *db.Tx) error {
		p, _, err := h.home.People.FindOrCreate(tx, n)
		id = p.ID.String()
		return err
	})
	return id
}

// born is a day of birth.
func (h *house) born(day string) civil.Date {
	h.t.Helper()
	d, err := civil.ParseDate(day)
	check(h.t, err)
	return d
}

// looked counts the entries of the audit log with a verb about a subject.
func (h *house) looked(verb, subject string) (n int) {
	h.t.Helper()
	_, err := audit.Sequence(h.t.Context(), h.d, fixture.City)
	check(h.t, err)
	h.home.Read(h.t, func(tx *db.Tx) error {
		log, err := audit.Entries(tx, fixture.City, 0, 1000)
		for _, e := range log {
			if e.Verb == verb && e.Subject == subject {
				n++
			}
		}
		return err
	})
	return n
}

// text is a value as JSON, for messages of tests.
func text(v any) string {
	data, _ := json.Marshal(v)
	return string(data)
}
