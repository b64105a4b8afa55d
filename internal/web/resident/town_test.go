package resident_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
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
	"linli/internal/fixture"
	"linli/internal/flow"
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
	"linli/internal/web/part"
	"linli/internal/web/resident"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	"linli/packs"
)

const plain = "三门峡的冬天有白天鹅"

var hashed = sync.OnceValues(func() (staff.Password, error) { return staff.NewPassword(context.Background(), "", plain) })

const tables = "level,code,name,parent\n2,4112,三门峡市,\n3,411202,湖滨区,4112\n4,411202001,湖滨街道,411202\n5,411202001001,市场社区,411202001\n" +
	"5,411202001002,河堤社区,411202001\n3,411203,陕州区,4112\n4,411203001,大营镇,411203\n5,411203001001,温塘村,411203001\n"

// A town is a city with its residents' pages served.
type town struct {
	*testing.T
	clock   *dbtest.Clock
	shared  *part.Town
	server  *httptest.Server
	who     map[string]staff.Actor
	notices *notice.Notices
}

// each runs a test in a fresh town on both engines.
func each(t *testing.T, test func(w *town)) {
	t.Helper()
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) { test(found(t, d, clock)) }, migrations...)
}

var migrations = []fs.FS{audit.Migrations, job.Migrations, blob.Migrations, search.Migrations, once.Migrations, place.Migrations,
	fact.Migrations, register.Migrations, staff.Migrations, catalog.Migrations, notify.Migrations, session.Migrations, picture.Migrations, casework.Migrations, duty.Migrations,
	notice.Migrations, fixture.Migrations}

func found(t *testing.T, d *db.DB, clock *dbtest.Clock) *town {
	t.Helper()
	clock.Set(time.Date(2026, 10, 12, 9, 0, 0, 0, civil.Shanghai))
	w := &town{T: t, clock: clock, who: map[string]staff.Actor{}, shared: &part.Town{DB: d}}
	people, err := register.Open(t.TempDir())
	w.must(err)
	table, err := place.Parse(strings.NewReader(tables))
	w.must(err)
	password, err := hashed()
	w.must(err)
	dbtest.Write(t, d, func(tx *db.Tx) error {
		if _, err := place.Import(tx, place.Change{}, table, place.Chinese); err != nil {
			return err
		}
		return w.settle(tx, people, password)
	})
	packs, err := catalog.Open(t.Context(), d, catalog.Source{FS: packs.Files, Shelf: packtest.Shelf})
	w.must(err)
	s := w.shared
	s.Packs, s.People = packs.Index, people
	s.Places, err = place.NewIndex(t.Context(), d)
	w.must(err)
	s.Units, err = staff.NewDirectory(t.Context(), d)
	w.must(err)
	s.Files, err = blob.Open(t.TempDir(), 1<<20)
	w.must(err)
	s.Cases = casework.New(casework.Options{City: "4112", Law: civil.CivilCode(), Packs: packs.Index, People: people})
	w.publish()
	w.serve()
	return w
}

// settle makes units and accounts: a desk, a handler, a verifier, two residents.
func (w *town) settle(tx *db.Tx, people *register.Register, password staff.Password) error {
	root := staff.Actor{Login: "command", Via: staff.ViaCommand}
	for _, u := range []staff.Unit{
		{Code: "sm-office", Name: "市政府办公室", Place: "4112", Offices: []string{"city-office"}},
		{Code: "sm-mayor", Name: "市长办公室", Place: "4112", Offices: []string{"mayors-section"}},
		{Code: "sm-water", Name: "市水利局", Place: "4112", Offices: []string{"competent"}},
	} {
		if err := staff.PutUnit(tx, root, u); err != nil {
			return err
		}
	}
	for _, o := range []struct {
		login, name, unit string
		role              staff.Role
		place             string
		phone             string
	}{
		{"desk", "柳登记", "sm-mayor", staff.Desk, "4112", ""}, {"dispatcher", "孟派遣", "sm-mayor", staff.Dispatcher, "4112", ""},
		{"water", "甄经办", "sm-water", staff.Handler, "", ""}, {"verifier", "严核查", "sm-office", staff.Verifier, "4112", ""},
		{"supervisor", "杜督查", "sm-office", staff.Supervisor, "4112", ""},
		{"wang", "王小明", "", staff.Resident, "", "19900000001"}, {"li", "李小红", "", staff.Resident, "", "19900000002"},
	} {
		a := staff.Account{Login: o.login, Name: o.name, Unit: o.unit}
		if o.phone != "" {
			person, _, err := people.FindOrCreate(tx, register.Newcomer{Name: o.name, Phone: o.phone, Source: "test"})
			if err != nil {
				return err
			}
			a.Person = person.ID
		}
		a, err := staff.Create(tx, root, a, password)
		if err != nil {
			return err
		}
		unit := ""
		if o.role == staff.Handler {
			unit = o.unit
		}
		if err := staff.Allow(tx, root, a.ID, o.role, o.place, unit); err != nil {
			return err
		}
		if w.who[o.login], err = staff.ActorOf(tx, a.ID, staff.ViaPage); err != nil {
			return err
		}
	}
	return nil
}

func (w *town) serve() {
	sessions := session.New(w.shared.DB, session.Options{LoginPage: "/login", Deny: ui.Fail})
	mux := http.NewServeMux()
	ui.Routes(mux)
	part.PublicRoutes(mux, w.shared)
	resident.Routes(mux, &resident.Pages{Town: w.shared, Sessions: sessions, Key: resident.Key{1, 2, 3}, Now: w.clock.Now, Notices: w.notices})
	mux.HandleFunc("POST /login", func(rw http.ResponseWriter, r *http.Request) {
		if _, err := sessions.Login(rw, r, r.FormValue("login"), r.FormValue("password")); err != nil {
			ui.Fail(rw, r, err)
		}
	})
	site := ui.Site{City: "三门峡市", Hotline: "12345"}
	w.server = httptest.NewServer(ui.Secure(http.NewCrossOriginProtection().Handler(ui.Read(site, sessions.Load(known(mux))))))
	w.Cleanup(w.server.Close)
}

// known tells the frame who is logged in.
func known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if by := session.Actor(r); !by.IsZero() {
			r = r.WithContext(ui.WithUser(r.Context(), ui.User{Name: by.Name, Areas: []ui.Person{part.PersonOf(by)}}))
		}
		next.ServeHTTP(w, r)
	})
}

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// A visitor is one browser.
type visitor struct {
	*town
	client *http.Client
}

func (w *town) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	w.must(err)
	return &visitor{w, &http.Client{Jar: jar}}
}

func (w *town) loggedIn(login string) *visitor {
	v := w.visitor()
	if status, body := v.post("/login", url.Values{"login": {login}, "password": {plain}}); status != http.StatusOK {
		w.Fatalf("login of %s: %d %s", login, status, body)
	}
	return v
}

func (v *visitor) do(r *http.Request, err error) (int, string) {
	v.Helper()
	v.must(err)
	r.Header.Set("Accept-Language", "zh")
	resp, err := v.client.Do(r)
	v.must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	v.must(err)
	return resp.StatusCode, string(body)
}

func (v *visitor) get(path string) (int, string) {
	v.Helper()
	return v.do(http.NewRequest("GET", v.server.URL+path, nil))
}

func (v *visitor) post(path string, form url.Values) (int, string) {
	v.Helper()
	r, err := http.NewRequest("POST", v.server.URL+path, strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return v.do(r, err)
}

// upload posts a form with files, by name.
func (v *visitor) upload(path string, form url.Values, files map[string]string) (int, string) {
	v.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, values := range form {
		for _, value := range values {
			v.must(m.WriteField(name, value))
		}
	}
	for name, body := range files {
		part, err := m.CreateFormFile("files", name)
		v.must(err)
		_, err = part.Write([]byte(body))
		v.must(err)
	}
	v.must(m.Close())
	r, err := http.NewRequest("POST", v.server.URL+path, &b)
	if err == nil {
		r.Header.Set("Content-Type", m.FormDataContentType())
	}
	return v.do(r, err)
}

var draftField = regexp.MustCompile(`name="draft" value="([^"]+)"`)

func draftIn(t testing.TB, body string) string {
	t.Helper()
	m := draftField.FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no draft in page:\n%s", text(body))
	}
	return m[1]
}

var (
	tag    = regexp.MustCompile(`<[^>]*>`)
	spaces = regexp.MustCompile(`\s+`)
)

// text is what a page says, for messages.
func text(body string) string {
	if i := strings.Index(body, "<main"); i >= 0 {
		body = body[i:]
	}
	return spaces.ReplaceAllString(tag.ReplaceAllString(body, " "), " ")
}

func (v *visitor) wants(body string, words ...string) {
	v.Helper()
	for _, w := range words {
		if !strings.Contains(body, w) {
			v.Errorf("the page does not say %q:\n%s", w, text(body))
		}
	}
}

var matter = url.Values{"subject": {"市场社区水管漏水三天"}, "content": {"小区门口的自来水管漏水三天，请派人维修。"}}

// walk goes through the first two steps and returns the page of the third.
func (v *visitor) walk(what url.Values, files map[string]string) string {
	v.Helper()
	_, body := v.get("/submit?flow=mailbox")
	form := url.Values{"draft": {draftIn(v, body)}}
	for k, x := range what {
		form[k] = x
	}
	status, body := v.upload("/submit/what", form, files)
	if status != http.StatusOK || !strings.Contains(body, "/submit/where") {
		v.Fatalf("first step: %d %s", status, text(body))
	}
	status, body = v.post("/submit/where", url.Values{"draft": {draftIn(v, body)}, "place": {"市场社区"}, "spot": {"东门"}})
	if status != http.StatusOK || !strings.Contains(body, "/submit/send") {
		v.Fatalf("second step: %d %s", status, text(body))
	}
	return body
}

var (
	numberShown = regexp.MustCompile(`SZXX-2026-\d{6}`)
	codeShown   = regexp.MustCompile(`查询码</dt>\s*<dd>([A-Z0-9]{8})</dd>`)
)

// A slip is what a receipt says.
type slip struct{ number, code string }

// submit hands in a matter and returns its receipt.
func (v *visitor) submit() slip { return v.submitAbout(matter) }

func (v *visitor) submitAbout(matter url.Values) slip {
	v.Helper()
	body := v.walk(matter, nil)
	same := "-"
	status, body := v.post("/submit/send", url.Values{"draft": {draftIn(v, body)}, "sender": {"王小明"}, "phone": {"19900000001"}, "same": {same}})
	if status != http.StatusOK {
		v.Fatalf("third step: %d %s", status, text(body))
	}
	return slipIn(v, body)
}

func slipIn(v *visitor, body string) slip {
	v.Helper()
	code := codeShown.FindStringSubmatch(body)
	if code == nil {
		v.Fatalf("no receipt:\n%s", text(body))
	}
	return slip{numberShown.FindString(body), code[1]}
}

// track opens a case by its receipt and returns its page.
func (v *visitor) track(s slip) (int, string) {
	v.Helper()
	return v.post("/track", url.Values{"number": {s.number}, "code": {s.code}})
}

// act takes a step of an office.
func (w *town) act(who string, s slip, a flow.Act) {
	w.Helper()
	dbtest.Write(w, w.shared.DB, func(tx *db.Tx) error {
		p, err := w.shared.Cases.Track(tx, s.number, s.code)
		if err != nil {
			return err
		}
		_, err = w.shared.Cases.Do(tx, w.who[who], p.Case.ID, casework.Act{Act: a, Key: ui.NewKey()})
		return err
	})
}

// finish carries a case to its end.
func (w *town) finish(s slip) {
	w.Helper()
	w.act("desk", s, flow.Act{Verb: flow.Classify, Sets: map[string]any{"weight": "ordinary", "digest": "漏水"}})
	w.act("desk", s, flow.Act{Verb: flow.Accept})
	w.act("dispatcher", s, flow.Act{Verb: flow.Dispatch, To: "sm-water"})
	w.act("water", s, flow.Act{Verb: flow.Reply, Words: "已更换水管，恢复供水。"})
	w.act("verifier", s, flow.Act{Verb: flow.Verify})
	w.act("desk", s, flow.Act{Verb: flow.Close, Outcome: "solved"})
}

// cases counts the cases of the town.
func (w *town) cases() int {
	w.Helper()
	n := 0
	dbtest.Read(w, w.shared.DB, func(tx *db.Tx) error { return tx.QueryRow(`select count(*) from case_record`).Scan(&n) })
	return n
}
