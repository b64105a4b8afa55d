package admin_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/admin"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	"linli/test/town"
)

// A house is the administration of the test town.
type house struct {
	*testing.T
	w    *town.Town
	mux  *http.ServeMux
	p    *admin.Pages
	jobs *job.Runner
	key  int
}

func open(t *testing.T, w *town.Town) *house {
	t.Helper()
	places, err := place.NewIndex(t.Context(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	units, err := staff.NewDirectory(t.Context(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	seal, err := audit.OpenSeal(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &house{T: t, w: w, mux: http.NewServeMux(), jobs: job.NewRunner(w.DB, job.Options{})}
	h.p = &admin.Pages{Sessions: session.New(w.DB, session.Options{}), Seal: seal, Backups: filepath.Join(t.TempDir(), "backups"),
		Town: &part.Town{DB: w.DB, Cases: w.Cases, Packs: w.Catalog.Index, Places: places, Units: units, People: w.People},
		Verify: func(ctx context.Context, progress func(done, total int64)) (admin.Verdict, error) {
			r, err := audit.Verify(ctx, w.DB, town.City, audit.Check{Seal: seal, Progress: progress})
			return admin.Verdict{Logs: []audit.Report{r}}, err
		},
		Backup: w.DB.Backup,
	}
	admin.Routes(h.mux, h.p)
	admin.Jobs(h.jobs, h.p)
	notify.Register(h.jobs, w.DB, notify.Options{})
	return h
}

func each(t *testing.T, test func(h *house)) {
	t.Helper()
	town.Each(t, func(t *testing.T, w *town.Town) { test(open(t, w)) })
}

func (h *house) as(login, method, path string, form url.Values) *httptest.ResponseRecorder {
	h.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	ctx := ui.WithReader(context.Background(), ui.Reader{Lang: ui.Chinese})
	if login != "" {
		ctx = session.With(ctx, h.w.Actor(h.T, login))
	}
	rec := httptest.NewRecorder()
	h.mux.ServeHTTP(rec, r.WithContext(ctx))
	return rec
}

// see opens a page as the administrator and returns what it says.
func (h *house) see(path string) string {
	h.Helper()
	rec := h.as("admin", http.MethodGet, path, nil)
	if rec.Code != http.StatusOK {
		h.Fatalf("%s: status %d\n%s", path, rec.Code, text(rec.Body.String()))
	}
	return text(rec.Body.String())
}

// send sends a form as the administrator, with a key of its own, and returns the answer.
func (h *house) send(path string, status int, pairs ...string) *httptest.ResponseRecorder {
	h.Helper()
	form := url.Values{"key": {h.fresh()}}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	rec := h.as("admin", http.MethodPost, path, form)
	if rec.Code != status {
		h.Fatalf("%s %v: status %d, want %d\n%s", path, pairs, rec.Code, status, text(rec.Body.String()))
	}
	return rec
}

func (h *house) fresh() string {
	h.key++
	return "key-" + strings.Repeat("x", h.key)
}

// says checks that a page says all of the words.
func (h *house) says(page string, words ...string) {
	h.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			h.Errorf("the page does not say %q:\n%s", w, page)
		}
	}
}

func (h *house) silent(page string, words ...string) {
	h.Helper()
	for _, w := range words {
		if strings.Contains(page, w) {
			h.Errorf("the page says %q:\n%s", w, page)
		}
	}
}

var (
	scripts = regexp.MustCompile(`(?s)<(script|style|head|datalist|option)\b.*?</(script|style|head|datalist|option)>`)
	tags    = regexp.MustCompile(`<[^>]*>`)
	spaces  = regexp.MustCompile(`\s+`)
)

// text is what a reader sees of a page.
func text(page string) string {
	page = scripts.ReplaceAllString(page, " ")
	page = tags.ReplaceAllString(page, " ")
	return spaces.ReplaceAllString(strings.NewReplacer("&#34;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">", "&#39;", "'").Replace(page), " ")
}

func (h *house) account(login string) staff.Account {
	h.Helper()
	var a staff.Account
	h.w.Read(h.T, func(tx *db.Tx) (err error) { a, err = staff.AccountByLogin(tx, login); return err })
	return a
}

// logged returns the verbs that the log has of a subject, the oldest first.
func (h *house) logged(subject string) string {
	h.Helper()
	var verbs []string
	h.w.Read(h.T, func(tx *db.Tx) error {
		list, err := audit.Of(tx, subject, 100)
		for _, e := range list {
			verbs = append(verbs, e.Verb)
		}
		return err
	})
	return strings.Join(verbs, " ")
}

func (h *house) sequence() {
	h.Helper()
	if _, err := audit.SequenceAll(h.Context(), h.w.DB); err != nil {
		h.Fatal(err)
	}
}

// due runs the jobs that are due.
func (h *house) due() {
	h.Helper()
	if _, err := h.jobs.RunDue(h.Context()); err != nil {
		h.Fatal(err)
	}
}

func today() civil.Date { return civil.DateOf(dbtest.Day, civil.Shanghai) }
