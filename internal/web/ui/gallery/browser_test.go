package gallery_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"linli/internal/web/ui/gallery"
)

// A screen is one way of looking at every page.
type screen struct {
	name          string
	width, height int64
	care          string
	english       bool
}

var screens = []screen{
	{name: "desk", width: 1280, height: 900}, {name: "phone", width: 390, height: 844},
	{name: "desk-care", width: 1280, height: 900, care: "1"}, {name: "phone-care", width: 390, height: 844, care: "1"},
	{name: "narrow-largest", width: 320, height: 640, care: "3"}, {name: "desk-english", width: 1280, height: 900, english: true},
}

// TestGalleryInBrowser opens every page on every screen and wants: no axe violation, no console error, no
// breach of the content policy, no sideways scrolling, letters and targets as large as care mode promises.
// LINLI_PICTURES names a folder for screenshots.
func TestGalleryInBrowser(t *testing.T) {
	ctx := browser(t)
	server := httptest.NewServer(gallery.Handler())
	t.Cleanup(server.Close)
	axe, err := os.ReadFile("../../../../test/browser/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var complaints []string
	err = chromedp.Listen(ctx, func(ev any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := ev.(type) {
		case *log.EventEntryAdded:
			// The browser itself notes every answer of 4xx and 5xx, which these pages are meant to be.
			if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "the server responded with a status of") {
				complaints = append(complaints, e.Entry.Text)
			}
		case *runtime.EventExceptionThrown:
			complaints = append(complaints, e.ExceptionDetails.Text+" "+e.ExceptionDetails.URL)
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.ConsoleAPICalledTypeError {
				complaints = append(complaints, string(e.Args[0].Value))
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range screens {
		for _, path := range gallery.Paths {
			t.Run(s.name+path, func(t *testing.T) {
				look(t, ctx, server.URL, path, s, string(axe))
				mu.Lock()
				defer mu.Unlock()
				for _, c := range complaints {
					t.Errorf("console: %s", c)
				}
				complaints = nil
			})
		}
	}
}

// browser starts Chromium, or skips when there is none and nobody requires it.
func browser(t *testing.T) context.Context {
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("LINLI_REQUIRE_BROWSER") == "1" {
			t.Fatal("chromium is required and not installed")
		}
		t.Skip("chromium is not installed: Debian package chromium")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("headless", "new"), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("enable-unsafe-swiftshader", true), chromedp.UserDataDir(t.TempDir()))
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// found is what the page says about itself.
type found struct {
	Violations []struct {
		ID    string
		Help  string
		Nodes []struct{ HTML, FailureSummary string }
	}
	Wide    int64    // px that the page takes
	Over    []string // elements that stick out
	Body    float64  // px of body text
	Targets []string // controls that are too small to touch
}

const inspect = `(async () => {
	const r = await axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]});
	const least = document.documentElement.dataset.care ? 59.5 : 43.5;
	const small = [...document.querySelectorAll(".btn, .tool, .site-nav a, .tabs a, .box, select, textarea, summary, input:not([type=checkbox],[type=radio],[type=hidden])")]
		.filter((e) => e.getClientRects().length && e.getBoundingClientRect().height < least)
		.map((e) => e.outerHTML.slice(0, 120) + " " + e.getBoundingClientRect().height);
	const over = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > screen.width + 0.5 && !e.closest(".band, .sr"))
		.map((e) => e.outerHTML.slice(0, 100) + " " + e.getBoundingClientRect().right);
	return JSON.stringify({Over: over.slice(-3), Violations: r.violations.map((v) => ({ID: v.id, Help: v.help, Nodes: v.nodes.map((n) => ({HTML: n.html.slice(0, 300), FailureSummary: n.failureSummary}))})),
		Wide: document.documentElement.scrollWidth, Body: parseFloat(getComputedStyle(document.body).fontSize), Targets: small});
})()`

func look(t *testing.T, parent context.Context, base, path string, s screen, axe string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(parent, time.Minute)
	defer cancel()
	care, lang := s.care, "zh"
	if care == "" {
		care = "0"
	}
	if s.english {
		lang = "en"
	}
	for name, value := range map[string]string{"linli_care": care, "linli_lang": lang} {
		if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: base}); err != nil {
			t.Fatal(err)
		}
	}
	var view []chromedp.EmulateViewportOption
	if s.width < 500 {
		view = append(view, chromedp.EmulateMobile)
	}
	steps := []chromedp.Action[chromedp.Void]{chromedp.EmulateViewport(s.width, s.height, view...), chromedp.Navigate(base + path)}
	if path == "/gallery/charts" {
		steps = append(steps, chromedp.WaitVisible(chromedp.CSS(".chart-drawn canvas")))
	}
	if err := chromedp.Do(ctx, append(steps, chromedp.Evaluate[chromedp.Void](axe))...); err != nil {
		t.Fatal(err)
	}
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](inspect, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	keep(t, ctx, s.name+strings.ReplaceAll(path, "/", "-")+".png")
	var f found
	if err := json.Unmarshal([]byte(out), &f); err != nil {
		t.Fatal(err)
	}
	judge(t, f, s)
}

// keep saves a picture of the whole page when somebody asked for pictures.
func keep(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("LINLI_PICTURES")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

func judge(t *testing.T, f found, s screen) {
	t.Helper()
	for _, v := range f.Violations {
		for _, n := range v.Nodes {
			t.Errorf("axe %s: %s\n  %s\n  %s", v.ID, v.Help, n.HTML, n.FailureSummary)
		}
	}
	if f.Wide > s.width {
		t.Errorf("the page is %d px wide in a window of %d px: %s", f.Wide, s.width, strings.Join(f.Over, "\n"))
	}
	least := map[string]float64{"": 16, "1": 18, "2": 24, "3": 30}[s.care]
	if f.Body < least {
		t.Errorf("body text is %.1f px, want at least %.0f", f.Body, least)
	}
	for _, small := range f.Targets {
		t.Errorf("too small to touch: %s", small)
	}
}
