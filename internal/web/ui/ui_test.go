package ui_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/web/ui"
)

// serve answers one request through the frame.
func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	ui.Secure(ui.Read(ui.Site{City: "三门峡市"}, h)).ServeHTTP(w, r)
	return w
}

func get(path string) *http.Request { return httptest.NewRequest("GET", path, nil) }

func fails(err error) http.Handler {
	return ui.Handler(func(http.ResponseWriter, *http.Request) error { return err })
}

func TestFaultsBecomePages(t *testing.T) {
	clause := law.MustParse("sm12-69#4.4b")
	for name, c := range map[string]struct {
		err    error
		status int
		says   string
	}{
		"invalid":     {fault.Invalid("title", "标题最多 %d 个字", 50), 422, "标题最多 50 个字"},
		"fields":      {fault.Fields([]fault.FieldError{{Field: "a", Format: "甲处"}, {Field: "b", Format: "乙处"}}), 422, "<li>乙处</li>"},
		"notfound":    {fault.NotFound("办件 %s 不存在", "7"), 404, "办件 7 不存在"},
		"conflict":    {fault.Conflict("已被他人办理"), 409, "已被他人办理"},
		"forbidden":   {fault.Forbidden("不是您的件"), 403, "不是您的件"},
		"refused":     {fault.Refused(clause, "不予受理"), 422, "sm12-69#4.4b"},
		"unavailable": {fault.Unavailable(nil, "磁盘已满"), 503, "磁盘已满"},
		"internal":    {errors.New("secret cause"), 500, "编号："},
		"too large":   {&http.MaxBytesError{Limit: 10 << 20}, 413, "10.0 MB"},
	} {
		w := serve(fails(c.err), get("/x"))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) || !strings.Contains(w.Body.String(), "<!doctype html>") {
			t.Errorf("%s: status %d, want %d; says %q: %v", name, w.Code, c.status, c.says, strings.Contains(w.Body.String(), c.says))
		}
		if strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: the cause is shown", name)
		}
		if (w.Header().Get("Retry-After") != "") != (c.status == 503) {
			t.Errorf("%s: Retry-After %q", name, w.Header().Get("Retry-After"))
		}
	}
}

func TestFaultOfPartIsFragment(t *testing.T) {
	r := get("/x")
	r.Header.Set("HX-Request", "true")
	w := serve(fails(fault.Conflict("已被他人办理")), r)
	if w.Code != 409 || strings.Contains(w.Body.String(), "<html") || !strings.Contains(w.Body.String(), "已被他人办理") {
		t.Fatalf("status %d, body %s", w.Code, w.Body)
	}
}

func TestBrokenComponentSendsNothingHalf(t *testing.T) {
	half := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		io.WriteString(w, "<p>half a page")
		return errors.New("broke")
	})
	w := serve(ui.Handler(func(w http.ResponseWriter, r *http.Request) error { return ui.Render(w, r, half) }), get("/x"))
	if w.Code != 500 || strings.Contains(w.Body.String(), "half a page") {
		t.Fatalf("status %d, body %s", w.Code, w.Body)
	}
}

func TestDoneSaysOnceOnTheNextPage(t *testing.T) {
	done := serve(ui.Handler(func(w http.ResponseWriter, r *http.Request) error {
		return ui.Done(w, r, nil, "/cases/7", "已派遣至市住建局")
	}), httptest.NewRequest("POST", "/x", nil))
	if done.Code != 303 || done.Header().Get("Location") != "/cases/7" {
		t.Fatalf("status %d to %q", done.Code, done.Header().Get("Location"))
	}
	page := ui.Handler(func(w http.ResponseWriter, r *http.Request) error {
		return ui.Render(w, r, ui.Layout(ui.Page{Title: "办件"}))
	})
	next := get("/cases/7")
	next.AddCookie(done.Result().Cookies()[0])
	w := serve(page, next)
	if !strings.Contains(w.Body.String(), "已派遣至市住建局") {
		t.Fatal("the next page does not say it")
	}
	if c := w.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Fatalf("the saying is not forgotten: %v", c)
	}
	if err := ui.Done(w, next, fault.Conflict("晚了"), "/"); fault.KindOf(err) != fault.KindConflict {
		t.Fatalf("Done swallowed %v", err)
	}
}

func TestAgainShowsTheFormOnlyForFields(t *testing.T) {
	form := func(e ui.Errors) templ.Component {
		return ui.AskAll(e.On([]ui.Field{{Name: "phone", Label: "电话", Hint: "十一位"}, {Name: "title", Label: "标题"}}))
	}
	w := serve(ui.Handler(func(w http.ResponseWriter, r *http.Request) error {
		return ui.Again(w, r, fault.Invalid("phone", "电话不对"), form)
	}), get("/x"))
	body := w.Body.String()
	for _, want := range []string{`aria-describedby="f-phone-error f-phone-hint"`, `aria-invalid="true"`, `id="f-phone-error"`, "电话不对"} {
		if w.Code != 422 || !strings.Contains(body, want) {
			t.Errorf("status %d, no %s in %s", w.Code, want, body)
		}
	}
	if strings.Contains(body, "f-title-error") {
		t.Error("a right field is shown as wrong")
	}
	w = serve(ui.Handler(func(w http.ResponseWriter, r *http.Request) error {
		return ui.Again(w, r, fault.Conflict("晚了"), form)
	}), get("/x"))
	if w.Code != 409 {
		t.Errorf("a conflict became status %d", w.Code)
	}
}

func TestBackStaysOnThisSite(t *testing.T) {
	for to, want := range map[string]string{"/cases/7?a=1": "/cases/7?a=1", "": "/", "//evil.example": "/", "https://evil.example/": "/",
		"/\\evil.example": "/", "javascript:alert(1)": "/", "cases": "/", "/a\r\nb": "/"} {
		if got := ui.Back(to); got != want {
			t.Errorf("Back(%q) = %q, want %q", to, got, want)
		}
	}
}

func TestSwitchesKeepAndGoBack(t *testing.T) {
	mux := http.NewServeMux()
	ui.Routes(mux)
	for path, want := range map[string]string{"/care?on=2&back=%2Fa%3Fb%3D1": "linli_care=2", "/care?on=9&back=%2Fa%3Fb%3D1": "linli_care=0",
		"/language?to=en&back=%2Fa%3Fb%3D1": "linli_lang=en", "/language?to=xx&back=%2Fa%3Fb%3D1": "linli_lang=zh"} {
		w := serve(mux, get(path))
		if w.Code != 303 || w.Header().Get("Location") != "/a?b=1" || !strings.HasPrefix(w.Header().Get("Set-Cookie"), want+";") {
			t.Errorf("%s: %d to %q with %q", path, w.Code, w.Header().Get("Location"), w.Header().Get("Set-Cookie"))
		}
	}
}

func TestLanguageAndCareAreLearned(t *testing.T) {
	var got ui.Reader
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = ui.ReaderOf(r.Context()) })
	for _, c := range []struct {
		accept, lang, care string
		want               ui.Lang
		level              int
	}{{"", "", "", ui.Chinese, 0}, {"en-GB,en;q=0.9,zh;q=0.5", "", "3", ui.English, 3}, {"fr, zh-TW", "", "x", ui.Chinese, 0},
		{"zh-CN", "en", "1", ui.English, 1}, {"en", "zh", "", ui.Chinese, 0}, {"en", "de", "42", ui.English, 0}} {
		r := get("/")
		r.Header.Set("Accept-Language", c.accept)
		r.AddCookie(&http.Cookie{Name: "linli_lang", Value: c.lang})
		r.AddCookie(&http.Cookie{Name: "linli_care", Value: c.care})
		serve(h, r)
		if got.Lang != c.want || got.Care != c.level {
			t.Errorf("%+v: got %s, %d", c, got.Lang, got.Care)
		}
	}
}

func TestAssetsAreKeptForeverAndUnchanged(t *testing.T) {
	r := get(ui.Asset("htmx.min.js"))
	r.Header.Set("Accept-Encoding", "gzip")
	w := serve(ui.Assets(), r)
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile("assets/lib/htmx.min.js")
	if err != nil || !bytes.Equal(body, file) {
		t.Fatalf("what is sent is not what is stored (%v)", err)
	}
	if !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") == "" {
		t.Errorf("headers %v", w.Header())
	}
	for _, path := range []string{"/assets/0000/htmx.min.js", ui.Asset("nothing.js"), ui.Asset("../secure.go")} {
		if w := serve(ui.Assets(), get(path)); w.Code != 404 {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	if css := serve(ui.Assets(), get(ui.Asset("linli.css"))).Body.String(); !strings.Contains(css, ":root") || !strings.Contains(css, "@page") {
		t.Error("the style lacks its first or its last file")
	}
}

func TestLibrariesAreThoseRecorded(t *testing.T) {
	list, err := os.ReadFile("assets/lib/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(list)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		body, err := os.ReadFile(filepath.Join("assets/lib", name))
		if err != nil {
			t.Fatal(err)
		}
		if got := sha256.Sum256(body); hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s is not the file that was recorded", name)
		}
		n++
	}
	if n < 10 {
		t.Fatalf("only %d files recorded", n)
	}
}

func TestPagesCarryNoInlineScriptOrStyle(t *testing.T) {
	w := serve(ui.Handler(func(w http.ResponseWriter, r *http.Request) error {
		chart := ui.Chart{ID: "c", Title: "</script><b>", Names: []string{`"><img onerror=x>`}, Series: []ui.Series{{Name: "a", Values: []float64{math.NaN()}}}}
		return ui.Render(w, r, ui.ShowChart(chart))
	}), get("/"))
	if body := w.Body.String(); strings.Contains(body, "<img") || strings.Contains(body, "style=") || !strings.Contains(body, "null") {
		t.Fatalf("chart: %s", body)
	}
	if p := w.Header().Get("Content-Security-Policy"); strings.Contains(p, "unsafe") || !strings.Contains(p, "frame-ancestors 'none'") {
		t.Fatalf("policy %q", p)
	}
}

func TestIDs(t *testing.T) {
	want := db.NewID()
	mux := http.NewServeMux()
	var got db.ID
	mux.HandleFunc("GET /cases/{id}", func(_ http.ResponseWriter, r *http.Request) { got = ui.ID(r) })
	serve(mux, get("/cases/"+want.String()))
	if got != want {
		t.Fatalf("got %v, want %v", got, want)
	}
	serve(mux, get("/cases/..%2Fetc"))
	if !got.IsZero() {
		t.Fatalf("nonsense became %v", got)
	}
}

func TestQRSurvivesLimits(t *testing.T) {
	if _, n, err := ui.QRPath("https://linli.example/track?n=SM1"); err != nil || n < 21 {
		t.Fatalf("size %d, %v", n, err)
	}
	if _, _, err := ui.QRPath(strings.Repeat("长", 2000)); fault.KindOf(err) != fault.KindInternal || err == nil {
		t.Fatalf("a text beyond a code gave %v", err)
	}
}
