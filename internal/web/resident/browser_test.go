package resident_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/flow"
	"linli/internal/notice"
)

// A screen is one way of looking at a page.
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

// TestPagesInBrowser opens every page on every screen and wants no axe violation, no console error, no sideways
// scrolling, and targets large enough to touch. LINLI_PICTURES names a folder for screenshots.
func TestPagesInBrowser(t *testing.T) {
	ctx := browser(t)
	clock := dbtest.NewClock()
	w := found(t, dbtest.OpenSQLite(t, db.Options{Now: clock.Now}, migrations...), clock)
	b := &looker{town: w, ctx: ctx}
	axe, err := os.ReadFile("../../../test/browser/axe.min.js")
	w.must(err)
	b.axe = string(axe)
	b.listen()
	pages := b.scenes()
	for _, s := range screens {
		for _, p := range pages {
			t.Run(s.name+"/"+p.name, func(t *testing.T) { b.look(t, s, p) })
		}
	}
}

// A scene is one page, with the cookies that open it.
type scene struct {
	name, path string
	as         *visitor
}

// scenes are the pages with something in them.
func (b *looker) scenes() []scene {
	w, anybody := b.town, b.town.visitor()
	asking, closed, late := w.visitor(), w.visitor(), w.visitor()
	s := asking.submit()
	w.act("desk", s, flow.Act{Verb: flow.Classify, Sets: map[string]any{"weight": "important", "digest": "漏水"}})
	w.act("desk", s, flow.Act{Verb: flow.Ask, Words: "请写明是几号楼几单元，最好附一张照片。"})
	asking.track(s)
	done := closed.submit()
	w.finish(done)
	closed.track(done)
	open := late.submit()
	w.act("desk", open, flow.Act{Verb: flow.Classify, Sets: map[string]any{"weight": "ordinary", "digest": "漏水"}})
	w.act("desk", open, flow.Act{Verb: flow.Accept})
	w.act("dispatcher", open, flow.Act{Verb: flow.Dispatch, To: "sm-water"})
	late.track(open)
	wang := w.loggedIn("wang")
	mine := wang.submit()
	w.act("desk", mine, flow.Act{Verb: flow.Accept})
	return []scene{
		{"home", "/", anybody}, {"found", "/?q=" + url.QueryEscape("信箱多久回复"), anybody}, {"help", "/help", anybody},
		{"guide", "/guide/mailbox", anybody}, {"guide-hotline", "/guide/hotline", anybody}, {"clauses", "/clauses/sm12-69", anybody},
		{"privacy", "/privacy", anybody}, {"care", "/care/settings", anybody}, {"track", "/track?number=" + s.number, anybody},
		{"what", "/submit", anybody}, {"receipt", "/receipt", asking}, {"case-asking", "/track/case", asking},
		{"case-closed", "/track/case", closed}, {"case-open", "/track/case", late}, {"my", "/my", wang},
		{"bulletins", "/bulletins", anybody},
		{"bulletin", "/bulletins/" + b.bulletin(), anybody}, {"what-wrong", "POST /submit/what", anybody}, {"where", "POST /submit/what ok", anybody}, {"send", "POST /submit/where", anybody},
	}
}

// bulletin publishes one about the quarter before, and returns its id.
func (b *looker) bulletin() string {
	w := b.town
	now := w.clock.Now()
	w.clock.Set(time.Date(2027, 1, 5, 9, 0, 0, 0, civil.Shanghai))
	made := w.draft()
	dbtest.Write(w, w.shared.DB, func(tx *db.Tx) error {
		_, err := w.notices.Sign(tx, w.who["supervisor"], made.ID, notice.Signing{Number: "三政办通〔2027〕1号", Open: true, Digest: made.Digest})
		return err
	})
	w.clock.Set(now)
	return made.ID.String()
}

// looker drives the browser.
type looker struct {
	town       *town
	ctx        context.Context
	axe        string
	mu         sync.Mutex
	complaints []string
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
		chromedp.UserDataDir(t.TempDir()))
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func (b *looker) listen() {
	b.town.must(chromedp.Listen(b.ctx, func(ev any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := ev.(type) {
		case *log.EventEntryAdded:
			// The browser itself notes answers of 4xx, which a form with mistakes is meant to be.
			if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "the server responded with a status of") {
				b.complaints = append(b.complaints, e.Entry.Text)
			}
		case *runtime.EventExceptionThrown:
			b.complaints = append(b.complaints, e.ExceptionDetails.Text+" "+e.ExceptionDetails.URL)
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.ConsoleAPICalledTypeError {
				b.complaints = append(b.complaints, string(e.Args[0].Value))
			}
		}
	}))
}

// seen is what a page says about itself.
type seen struct {
	Violations []struct {
		ID    string
		Help  string
		Nodes []struct{ HTML, FailureSummary string }
	}
	Wide    int64
	Over    []string
	Targets []string
}

const inspect = `(async () => {
	const r = await axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]});
	const least = document.documentElement.dataset.care ? 59.5 : 43.5;
	const small = [...document.querySelectorAll(".btn, .tool, .site-nav a, .box, .grade, select, textarea, summary, input:not([type=checkbox],[type=radio],[type=hidden])")]
		.filter((e) => e.getClientRects().length && e.getBoundingClientRect().height < least)
		.map((e) => e.outerHTML.slice(0, 120) + " " + e.getBoundingClientRect().height);
	const over = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > screen.width + 0.5 && !e.closest(".band, .sr"))
		.map((e) => e.outerHTML.slice(0, 100) + " " + e.getBoundingClientRect().right);
	return JSON.stringify({Over: over.slice(-3), Violations: r.violations.map((v) => ({ID: v.id, Help: v.help, Nodes: v.nodes.map((n) => ({HTML: n.html.slice(0, 300), FailureSummary: n.failureSummary}))})),
		Wide: document.documentElement.scrollWidth, Targets: small});
})()`

func (b *looker) look(t *testing.T, s screen, p scene) {
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	b.dress(t, ctx, s, p)
	var view []chromedp.EmulateViewportOption
	if s.width < 500 {
		view = append(view, chromedp.EmulateMobile)
	}
	steps := []chromedp.Action[chromedp.Void]{chromedp.EmulateViewport(s.width, s.height, view...)}
	if strings.HasPrefix(p.path, "POST") {
		steps = append(steps, b.walkTo(p.path)...)
	} else {
		steps = append(steps, chromedp.Navigate(b.town.server.URL+p.path))
	}
	if err := chromedp.Do(ctx, append(steps, chromedp.Evaluate[chromedp.Void](b.axe))...); err != nil {
		t.Fatal(err)
	}
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](inspect, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	keep(t, ctx, s.name+"-"+p.name+".png")
	var is seen
	if err := json.Unmarshal([]byte(out), &is); err != nil {
		t.Fatal(err)
	}
	b.judge(t, is, s)
}

// walkTo fills in the steps of a submission in the browser itself, up to the page wanted.
func (b *looker) walkTo(path string) []chromedp.Action[chromedp.Void] {
	fill := func(form string) chromedp.Action[chromedp.Void] {
		return chromedp.Evaluate[chromedp.Void](form)
	}
	next := chromedp.Evaluate[chromedp.Void](`document.querySelector("main form .btn-primary").closest("form").noValidate = true; document.querySelector("main form .btn-primary").click()`)
	steps := []chromedp.Action[chromedp.Void]{chromedp.Navigate(b.town.server.URL + "/submit")}
	if path == "POST /submit/what" {
		return append(steps, fill(`document.querySelector("[name=subject]").value = "漏"`), next, chromedp.WaitVisible(chromedp.CSS(".wrong")))
	}
	steps = append(steps, fill(`document.querySelector("[name=subject]").value = "市场社区水管漏水没人管"; document.querySelector("[name=content]").value = "门口的自来水管一直在漏，路面结了冰，老人出门不方便。"`),
		next, chromedp.WaitVisible(chromedp.CSS("[name=spot]")))
	if path == "POST /submit/what ok" {
		return steps
	}
	return append(steps, fill(`document.querySelector("[name=place]").value = "市场社区"; document.querySelector("[name=spot]").value = "东门"`), next,
		chromedp.WaitVisible(chromedp.CSS("[name=sender]")))
}

// dress sets language, care mode and the visitor's cookies.
func (b *looker) dress(t *testing.T, ctx context.Context, s screen, p scene) {
	care, lang := s.care, "zh"
	if care == "" {
		care = "0"
	}
	if s.english {
		lang = "en"
	}
	base := b.town.server.URL
	if _, err := chromedp.Call(ctx, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	set := func(c http.Cookie) {
		path := c.Path
		if path == "" {
			path = "/"
		}
		if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: base, Path: path}); err != nil {
			t.Fatal(err)
		}
	}
	set(http.Cookie{Name: "linli_care", Value: care})
	set(http.Cookie{Name: "linli_lang", Value: lang})
	at, err := url.Parse(base + p.path)
	if err != nil || strings.HasPrefix(p.path, "POST") {
		return
	}
	for _, c := range p.as.client.Jar.Cookies(at) {
		if c.Name != "linli_said" {
			set(*c)
		}
	}
}

func keep(t *testing.T, ctx context.Context, name string) {
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

func (b *looker) judge(t *testing.T, is seen, s screen) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		t.Errorf("console: %s", c)
	}
	b.complaints = nil
	for _, v := range is.Violations {
		for _, n := range v.Nodes {
			t.Errorf("axe %s: %s\n  %s\n  %s", v.ID, v.Help, n.HTML, n.FailureSummary)
		}
	}
	if is.Wide > s.width {
		t.Errorf("the page is %d px wide in a window of %d px: %s", is.Wide, s.width, strings.Join(is.Over, "\n"))
	}
	for _, small := range is.Targets {
		t.Errorf("too small to touch: %s", small)
	}
}
