package supervisor_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"net/url"
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

	"linli/test/town"
)

// A screen is one way of looking at every page.
type screen struct {
	name          string
	width, height int64
	care, lang    string
}

var screens = []screen{{"desk", 1280, 900, "0", "zh"}, {"phone", 390, 844, "0", "zh"}, {"desk-care", 1280, 900, "1", "zh"}, {"phone-care", 390, 844, "1", "zh"},
	{"narrow-largest", 320, 640, "3", "zh"}, {"desk-english", 1280, 900, "0", "en"}}

// TestInBrowser opens every page on a desk and on a phone in care mode, the main ones on every screen, and wants no axe violation, no console error, no sideways scrolling.
// LINLI_PICTURES names a folder for screenshots.
func TestInBrowser(t *testing.T) {
	ctx := browser(t)
	o := open(t, town.SQLite(t, more...))
	made := o.ask("supervisor", "POST", "/supervisor/bulletins", url.Values{"kind": {"sm12-69.mailbox-bulletin 2026-01-01"}}).Header().Get("Location")
	axe, err := os.ReadFile("../../../test/browser/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{"supervisor": append(pages(o), made, made+"/proof", made+"?as=public",
		"/supervisor/board?tab=pending&case="+o.find("申请延期的事").String()+"&do=deny"), "deputy": {"/leader", "/leader/owed", "/leader/late"}}
	var mu sync.Mutex
	var complaints []string
	err = chromedp.Listen(ctx, func(ev any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := ev.(type) {
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError {
				complaints = append(complaints, e.Entry.Text)
			}
		case *runtime.EventExceptionThrown:
			complaints = append(complaints, e.ExceptionDetails.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for login, paths := range all {
		server := httptest.NewServer(o.as(login))
		t.Cleanup(server.Close)
		for _, s := range screens {
			for i, path := range paths {
				if i > 0 && s.name != "desk" && s.name != "phone-care" && path != made {
					continue
				}
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
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("headless", "new"),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("enable-unsafe-swiftshader", true), chromedp.UserDataDir(t.TempDir()))
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

const inspect = `(async () => {
	const r = await axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]});
	const over = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > screen.width + 0.5 && !e.closest(".band, .sr"))
		.map((e) => e.outerHTML.slice(0, 160) + " " + e.getBoundingClientRect().right);
	return JSON.stringify({Over: over.slice(-3), Wide: document.documentElement.scrollWidth,
		Broken: r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html.slice(0, 300) + " " + n.failureSummary))});
})()`

func look(t *testing.T, parent context.Context, base, path string, s screen, axe string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(parent, time.Minute)
	defer cancel()
	for name, value := range map[string]string{"linli_care": s.care, "linli_lang": s.lang} {
		if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: base}); err != nil {
			t.Fatal(err)
		}
	}
	var view []chromedp.EmulateViewportOption
	if s.width < 500 {
		view = append(view, chromedp.EmulateMobile)
	}
	err := chromedp.Do(ctx, chromedp.EmulateViewport(s.width, s.height, view...), chromedp.Navigate(base+path), chromedp.Evaluate[chromedp.Void](axe))
	if err != nil {
		t.Fatal(err)
	}
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](inspect, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	keep(t, ctx, s.name+strings.NewReplacer("/", "-", "?", "-", "&", "-", "=", "-").Replace(path)+".png")
	var found struct {
		Over, Broken []string
		Wide         int64
	}
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		t.Fatal(err)
	}
	for _, b := range found.Broken {
		t.Error("axe " + b)
	}
	if found.Wide > s.width {
		t.Errorf("%d px wide in a window of %d: %s", found.Wide, s.width, strings.Join(found.Over, "\n"))
	}
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
