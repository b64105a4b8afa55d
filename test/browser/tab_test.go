package browser

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	logs "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed find.js
var findJS string

// patience bounds every wait for a page.
const patience = 15 * time.Second

// A screen is the size of a window, in CSS pixels.
type screen struct{ width, height int64 }

var (
	desktop = screen{1280, 900}
	phone   = screen{390, 844}
	narrow  = screen{320, 640} // the width at which nothing may be lost (WCAG 1.4.10)
)

// A tab is one person's browser: own cookies, own history.
type tab struct {
	*testing.T
	ctx   context.Context
	city  *city
	close func()
	size  screen

	mu    sync.Mutex
	heard []string // errors and warnings of the console
}

// tab opens a window. What it hears in the console fails the test when it ends.
func (c *city) tab(t *testing.T, size screen) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(chrome, chromedp.WithNewBrowserContext())
	b := &tab{T: t, ctx: ctx, city: c, close: cancel}
	t.Cleanup(b.close)
	t.Cleanup(b.quiet)
	b.must(chromedp.Do(ctx))
	b.must(chromedp.Listen(ctx, b.hear))
	b.resize(size)
	return b
}

// login logs in by the page.
func (b *tab) login(login string) {
	b.Helper()
	b.open("/login")
	b.fill("登录名", login)
	b.fill("密码", b.city.password)
	b.click("登录")
}

// leave logs out by the page, if anybody is logged in.
func (b *tab) leave() {
	b.Helper()
	if !eval[bool](b, `!!document.querySelector("details.user")`) {
		return
	}
	eval[bool](b, `document.querySelector("details.user").open = true`)
	b.click("退出登录")
}

// end closes the window before the test ends, and lets it go.
func (b *tab) end() {
	b.Helper()
	b.quiet()
	b.close()
}

// quiet says that the console has nothing to complain of.
func (b *tab) quiet() {
	b.Helper()
	if heard := b.console(); len(heard) > 0 {
		b.Errorf("the console says:\n%s", strings.Join(heard, "\n"))
	}
}

func (b *tab) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// hear keeps what is wrong with a page. It must not call the browser.
func (b *tab) hear(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		b.heard = append(b.heard, "exception: "+e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			b.heard = append(b.heard, fmt.Sprintf("console.%s: %s", e.Type, say(e.Args)))
		}
	case *logs.EventEntryAdded:
		if strings.Contains(e.Entry.Text, "GPU stall due to ReadPixels") { // the driver, about a picture that we take of a map
			return
		}
		if e.Entry.Level == logs.EntryLevelError || e.Entry.Level == logs.EntryLevelWarning {
			b.heard = append(b.heard, fmt.Sprintf("%s: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	}
}

func say(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		words = append(words, strings.TrimSpace(string(a.Value)+" "+a.Description))
	}
	return strings.Join(words, " ")
}

// console takes what was heard since it was last asked.
func (b *tab) console() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	heard := b.heard
	b.heard = nil
	return heard
}

// do runs actions within patience.
func (b *tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.lost(what, err)
	}
}

// eval evaluates an expression to which find.js is known.
func eval[T any](b *tab, expression string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](known(expression), chromedp.EvalAwaitPromise))
	if err != nil {
		b.lost(expression, err)
	}
	return v
}

func known(expression string) string { return "(() => {" + findJS + "; return " + expression + "})()" }

// lost fails the test and tells what was on the page.
func (b *tab) lost(what string, err error) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	at, _ := chromedp.Run(ctx, chromedp.Location())
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
	b.Fatalf("%s: %v\nat %s:\n%s\nconsole: %s", what, err, at, text, b.console())
}

// turn runs actions that lead to another page and checks its status.
func (b *tab) turn(what string, status int64, actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	r, err := chromedp.RunResponse(ctx, actions...)
	if err != nil {
		b.lost(what, err)
	}
	if r != nil && r.Status != status {
		b.lost(what, fmt.Errorf("status %d", r.Status))
	}
	b.until(what, `document.readyState === "complete" && (!document.querySelector(".field-page") || document.getElementById("main").dataset.drawn)`)
}

func (b *tab) resize(s screen) {
	b.Helper()
	b.size = s
	var mobile []chromedp.EmulateViewportOption
	if s.width < 600 {
		mobile = append(mobile, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.do("resize", chromedp.EmulateViewport(s.width, s.height, mobile...))
}

func (b *tab) open(path string) {
	b.Helper()
	b.turn("open "+path, 200, chromedp.Navigate(b.city.url+path))
}

// visit is open for a page that may be missing: that is an error, and the test goes on.
func (b *tab) visit(path string) bool {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	r, err := chromedp.RunResponse(ctx, chromedp.Navigate(b.city.url+path))
	if err != nil {
		b.lost("open "+path, err)
	}
	if r.Status != 200 {
		b.console()
		b.Errorf("open %s: status %d", path, r.Status)
		return false
	}
	b.until("open "+path, `document.readyState === "complete" && (!document.querySelector(".field-page") || document.getElementById("main").dataset.drawn)`)
	return true
}

// at is the path and query of the page.
func (b *tab) at() string {
	b.Helper()
	return eval[string](b, "location.pathname + location.search")
}

// on is an element found by find.js, for the actions of chromedp, which wait for it.
func on(call string, args ...any) chromedp.JSPath {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = fmt.Sprintf("%q", a)
	}
	return chromedp.JSPath(known(call + "(" + strings.Join(quoted, ", ") + ")"))
}

// click presses a link or a button by its words, and waits for the page it leads to.
func (b *tab) click(text string) {
	b.Helper()
	b.turn("click "+text, 200, chromedp.Click(on("press", text), chromedp.NodeVisible))
}

// openFigure follows the number in the row that a text heads.
func (b *tab) openFigure(row string) {
	b.Helper()
	b.turn("open the figure of "+row, 200, chromedp.Click(on("figure", row), chromedp.NodeVisible))
}

// press presses a link or a button that changes a part of the page only.
func (b *tab) press(text string) {
	b.Helper()
	b.settled()
	b.do("press "+text, chromedp.Click(on("press", text), chromedp.NodeVisible))
	b.settled()
}

// fill types into a field, by its label.
func (b *tab) fill(label, value string) {
	b.Helper()
	b.do("fill "+label, chromedp.Focus(on("field", label)), chromedp.Evaluate[chromedp.Void]("document.activeElement.select?.()"),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: value})
			return err
		}))
}

// pick chooses an option of a list, by its label and words.
func (b *tab) pick(label, text string) {
	b.Helper()
	b.do("pick "+label, chromedp.WaitReady(on("field", label)))
	b.settled()
	if !eval[bool](b, fmt.Sprintf("option(%q, %q)", label, text)) {
		b.lost("pick "+label, fmt.Errorf("no option %s", text))
	}
	b.settled()
}

// settled waits until no part of the page is being replaced: a person is not quicker than that.
func (b *tab) settled() {
	b.Helper()
	b.until("settle", `!document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")`)
}

// tick chooses a box by its words, in a group by its legend ("" for any).
func (b *tab) tick(legend, text string) {
	b.Helper()
	b.do("tick "+text, chromedp.Click(on("choice", text, legend), chromedp.NodeVisible))
}

// see waits until the page shows every text.
func (b *tab) see(texts ...string) {
	b.Helper()
	for _, text := range texts {
		b.until("see "+text, fmt.Sprintf("document.body.innerText.includes(%q)", text))
	}
}

// until waits for a condition of the page, on whatever document is there by then.
func (b *tab) until(what, condition string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	look := "new Promise((done) => { const look = () => document.body && (" + condition + ") ? done(true) : setTimeout(look, 20); look(); })"
	for {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](look, chromedp.EvalAwaitPromise))
		if err == nil {
			return
		}
		if ctx.Err() != nil || !between(err) {
			b.lost(what, err)
		}
	}
}

// between reports whether an error only says that one document has just made room for another.
func between(err error) bool {
	for _, said := range []string{"Cannot find context", "context was destroyed", "navigated or closed"} {
		if strings.Contains(err.Error(), said) {
			return true
		}
	}
	return false
}

// lacks says that the page does not show a text.
func (b *tab) lacks(text string) {
	b.Helper()
	if eval[bool](b, fmt.Sprintf("document.body.innerText.includes(%q)", text)) {
		b.lost("lacks "+text, fmt.Errorf("it is there"))
	}
}
