package window_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"iter"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	"linli/internal/web/window"
	"linli/test/town"
)

// An office is the town with the pages of its desks.
type office struct {
	t     *testing.T
	w     *town.Town
	pages http.Handler
	keys  int
}

func each(t *testing.T, test func(o *office)) {
	t.Helper()
	town.Each(t, func(t *testing.T, w *town.Town) { test(open(t, w)) })
}

func onSQLite(t *testing.T) *office { return open(t, town.SQLite(t)) }

func open(t *testing.T, w *town.Town) *office {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	places, err := place.NewIndex(context.Background(), w.DB)
	must(err)
	units, err := staff.NewDirectory(context.Background(), w.DB)
	must(err)
	files, err := blob.Open(t.TempDir(), 1<<20)
	must(err)
	shared := &part.Town{DB: w.DB, Cases: w.Cases, Packs: w.Catalog.Index, Places: places, Units: units, Files: files, People: w.People}
	mux := http.NewServeMux()
	part.PublicRoutes(mux, shared)
	window.Routes(mux, &window.Pages{Town: shared, Sessions: session.New(w.DB, session.Options{LoginPage: "/login", Deny: ui.Fail})})
	return &office{t: t, w: w, pages: ui.Read(ui.Site{City: "邻水市"}, mux)}
}

// An answer is what came back, with its text as a reader sees it.
type answer struct {
	*httptest.ResponseRecorder
	text string
}

// as sends a request in somebody's name; "" is nobody.
func (o *office) as(login string, r *http.Request) answer {
	o.t.Helper()
	if login != "" {
		r = r.WithContext(session.With(r.Context(), o.w.Actor(o.t, login)))
	}
	rec := httptest.NewRecorder()
	o.pages.ServeHTTP(rec, r)
	return answer{rec, html.UnescapeString(rec.Body.String())}
}

func (o *office) get(login, path string) answer {
	o.t.Helper()
	return o.as(login, httptest.NewRequest("GET", path, nil))
}

// page gets a page that must be there.
func (o *office) page(login, path string) string {
	o.t.Helper()
	a := o.get(login, path)
	if a.Code != http.StatusOK {
		o.t.Fatalf("%s gets %s: status %d\n%s", login, path, a.Code, excerpt(a.text))
	}
	return a.text
}

func (o *office) post(login, path string, pairs ...string) answer {
	o.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(values(pairs).Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return o.as(login, r)
}

func values(pairs []string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// upload posts a form with one file.
func (o *office) upload(login, path, field, name, content string, pairs ...string) answer {
	o.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		m.WriteField(pairs[i], pairs[i+1])
	}
	part, err := m.CreateFormFile(field, name)
	if err != nil {
		o.t.Fatal(err)
	}
	part.Write([]byte(content))
	m.Close()
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return o.as(login, r)
}

func (o *office) key() string { o.keys++; return fmt.Sprintf("test-key-%d", o.keys) }

// mailbox is a mailbox letter as the registration screen sends it.
func (o *office) mailbox(title, place string, more ...string) []string {
	return append([]string{"key", o.key(), "flow", "mailbox", "sender", "许甲", "phone", "19900000001", "subject", title,
		"content", title + "，请尽快处理。", "place", place, "weight", "ordinary", "digest", title}, more...)
}

var caseLink = regexp.MustCompile(`/cases/([0-9a-z]{13})`)

// registered sends a registration and returns the case's id and the receipt page.
func (o *office) registered(pairs []string) (id, page string) {
	o.t.Helper()
	a := o.post("desk", "/window/new", pairs...)
	if a.Code != http.StatusOK {
		o.t.Fatalf("register: status %d\n%s", a.Code, excerpt(a.text))
	}
	m := caseLink.FindStringSubmatch(a.text)
	if m == nil {
		o.t.Fatalf("the receipt leads to no case\n%s", excerpt(a.text))
	}
	return m[1], a.text
}

// step takes a step by the page's form and wants it to succeed.
func (o *office) step(login, id string, verb flow.Verb, pairs ...string) {
	o.t.Helper()
	a := o.post(login, "/cases/"+id+"/steps", append([]string{"key", o.key(), "verb", string(verb)}, pairs...)...)
	if a.Code != http.StatusSeeOther {
		o.t.Fatalf("%s does %s: status %d\n%s", login, verb, a.Code, excerpt(a.text))
	}
}

func (o *office) stored(id string) *casework.Case {
	o.t.Helper()
	var k *casework.Case
	caseID, err := db.ParseID(id)
	if err != nil {
		o.t.Fatal(err)
	}
	o.w.Read(o.t, func(tx *db.Tx) (err error) { k, err = o.w.Cases.Get(tx, o.w.Actor(o.t, "desk"), caseID); return err })
	return k
}

var (
	tags  = regexp.MustCompile(`(?s)<(script|style|svg)[^>]*>.*?</(script|style|svg)>|<[^>]*>`)
	space = regexp.MustCompile(`\s+`)
)

// excerpt is the readable part of a page, for messages.
func excerpt(page string) string {
	_, main, found := strings.Cut(page, `id="main"`)
	if !found {
		main = page
	}
	text := space.ReplaceAllString(tags.ReplaceAllString(main, " "), " ")
	return text[:min(len(text), 1500)]
}

func (o *office) wants(what, page string, words ...string) {
	o.t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			o.t.Errorf("%s does not say %q\n%s", what, w, excerpt(page))
		}
	}
}

// needs are the inputs of a step's form by the flow's own word, as the page names them.
func needs(o *office, id, verb string) []string {
	k := o.stored(id)
	f := o.w.Catalog.Index().Pack(k.Document, k.Pack).On(civil.DateOf(k.Registered, civil.Shanghai)).Flow(k.Flow)
	return slices.Concat(f.Step(flow.Verb(verb)).Needs, f.Step(flow.Verb(verb)).Sets)
}

func keys(m map[string]bool) iter.Seq[string] { return maps.Keys(m) }
