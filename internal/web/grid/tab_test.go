package grid_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const patience = 15 * time.Second

// A phone is one browser at the size of a telephone, standing somewhere.
type phone struct {
	*testing.T
	ctx  context.Context
	wire *wire
	find string // find.js of test/browser
	axe  string

	mu    sync.Mutex
	wrong []string // exceptions, and what breaks the policy of the page
}

// hold opens a phone, or skips the test without a browser.
func hold(t *testing.T, w *wire) *phone {
	t.Helper()
	path := os.Getenv("LINLI_CHROMIUM")
	if path == "" {
		var err error
		if path, err = exec.LookPath("chromium"); err != nil {
			if os.Getenv("LINLI_REQUIRE_BROWSER") == "1" {
				t.Fatal(err)
			}
			t.Skip("no chromium")
		}
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("headless", "new"),
		chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN,zh"), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		cancel()
		stop()
	})
	find, err := os.ReadFile("../../../test/browser/find.js")
	if err != nil {
		t.Fatal(err)
	}
	axe, err := os.ReadFile("../../../test/browser/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	p := &phone{T: t, ctx: ctx, wire: w, find: string(find), axe: string(axe)}
	p.must(chromedp.Do(ctx))
	p.must(chromedp.Listen(ctx, p.hear))
	p.size(390, 844)
	_, err = chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: "geolocation"}, Setting: browser.PermissionSettingGranted, Origin: w.url})
	p.must(err)
	p.stand(111.195, 34.774)
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.wrong) > 0 {
			t.Errorf("the page says: %s", strings.Join(p.wrong, "\n"))
		}
	})
	return p
}

func (p *phone) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func (p *phone) hear(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		p.wrong = append(p.wrong, fmt.Sprintf("exception: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			p.wrong = append(p.wrong, fmt.Sprint("console: ", e.Args[0].Description))
		}
	}
}

func (p *phone) size(width, height int64) {
	p.Helper()
	p.do("resize", chromedp.EmulateViewport(width, height, chromedp.EmulateMobile, chromedp.EmulateTouch))
}

func (p *phone) stand(lon, lat float64) {
	p.Helper()
	accuracy := 12.0
	_, err := chromedp.Call(p.ctx, emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{Longitude: &lon, Latitude: &lat, Accuracy: &accuracy})
	p.must(err)
}

// offline cuts the network of the browser itself, or gives it back.
func (p *phone) offline(yes bool) {
	p.Helper()
	on := true
	_, err := chromedp.Call(p.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{EmulateOfflineServiceWorker: &yes,
		MatchedNetworkConditions: []*network.Conditions{{DownloadThroughput: -1, UploadThroughput: -1, Offline: yes}}})
	p.must(err)
	_, err = chromedp.Call(p.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: yes, DownloadThroughput: -1, UploadThroughput: -1})
	p.must(err)
	p.until("the phone to know", fmt.Sprintf("navigator.onLine === %v", yes != on))
}

// full lets the browser's database refuse to grow, in the way in which it tells that there is no room. (The quota that the protocol of the
// browser can set counts only for databases opened after it was set, and not for pictures in them.)
func (p *phone) full(yes bool) {
	p.Helper()
	p.do("fill the phone", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		const real = (window.realPut ||= IDBObjectStore.prototype.put);
		IDBObjectStore.prototype.put = %v ? function () { throw new DOMException("no room", "QuotaExceededError"); } : real;
	})()`, yes)))
}

func (p *phone) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.lost(what, err)
	}
}

func (p *phone) lost(what string, err error) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	p.Fatalf("%s: %v\n%s\n%v", what, err, text, p.wrong)
}

func (p *phone) known(expression string) string {
	return "(() => {" + p.find + "; return " + expression + "})()"
}

func eval[T any](p *phone, expression string) T {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](p.known(expression), chromedp.EvalAwaitPromise))
	if err != nil {
		p.lost(expression, err)
	}
	return v
}

func (p *phone) open(path string) {
	p.Helper()
	p.do("open "+path, chromedp.Navigate(p.wire.url+path))
	p.drawn(path)
}

func (p *phone) drawn(path string) {
	p.Helper()
	p.until("draw "+path, fmt.Sprintf("document.getElementById('main')?.dataset.drawn === %q", path))
}

func (p *phone) press(text string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		err := chromedp.Do(ctx, chromedp.Click(chromedp.JSPath(p.known(fmt.Sprintf("press(%q)", text))), chromedp.NodeVisible))
		if err == nil {
			return
		}
		if ctx.Err() != nil || !strings.Contains(err.Error(), "node") { // drawn anew just now: it is there again
			p.lost("press "+text, err)
		}
	}
}

func (p *phone) fill(label, value string) {
	p.Helper()
	p.do("fill "+label, chromedp.Focus(chromedp.JSPath(p.known(fmt.Sprintf("field(%q)", label)))), chromedp.Evaluate[chromedp.Void]("document.activeElement.select?.()"),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: value})
			return err
		}))
}

func (p *phone) tick(text string) {
	p.Helper()
	p.do("tick "+text, chromedp.Click(chromedp.JSPath(p.known(fmt.Sprintf("choice(%q, '')", text))), chromedp.NodeVisible))
}

func (p *phone) shoot(file string) {
	p.Helper()
	before := eval[int](p, `document.querySelectorAll(".shots img").length`)
	p.do("take a picture", chromedp.SetUploadFiles(chromedp.CSS("#photo"), []string{file}, chromedp.NodeReady))
	p.until("see the picture", fmt.Sprintf(`document.querySelectorAll(".shots img").length > %d && [...document.querySelectorAll(".shots img")].every((i) => i.naturalWidth > 0)`, before))
}

func (p *phone) see(texts ...string) {
	p.Helper()
	for _, text := range texts {
		p.until("see "+text, fmt.Sprintf("document.body.innerText.includes(%q)", text))
	}
}

func (p *phone) lacks(text string) {
	p.Helper()
	if eval[bool](p, fmt.Sprintf("document.body.innerText.includes(%q)", text)) {
		p.lost("lacks "+text, fmt.Errorf("it is there"))
	}
}

func (p *phone) until(what, condition string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	look := "new Promise((done) => { const look = () => document.body && (" + condition + ") ? done(true) : setTimeout(look, 20); look(); })"
	for {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](look, chromedp.EvalAwaitPromise))
		if err == nil {
			return
		}
		if ctx.Err() != nil || !strings.Contains(err.Error(), "context") && !strings.Contains(err.Error(), "navigated") {
			p.lost(what, err)
		}
	}
}

// kept waits until what was entered so far is written down: a reading comes after the writings before it.
func (p *phone) kept() {
	p.Helper()
	eval[bool](p, `new Promise((done, fail) => { const r = indexedDB.open("linli-grid"); r.onsuccess = () => { const t = r.result.transaction(["drafts"]); t.objectStore("drafts").count(); t.oncomplete = () => { r.result.close(); done(true); }; t.onabort = fail; }; })`)
}

// held waits until the city has so many items of a kind.
func (p *phone) held(kind string, n int) []item {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if list := p.wire.of(kind); len(list) >= n {
			return list
		}
		select {
		case <-ctx.Done():
			p.lost(fmt.Sprintf("the city to have %d of %s", n, kind), ctx.Err())
		case <-tick.C:
		}
	}
}

// picture keeps what the phone shows, for people to look at.
func (p *phone) picture(name string) {
	p.Helper()
	dir := os.Getenv("LINLI_PICTURES")
	if dir == "" {
		return
	}
	body, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	p.must(err)
	p.must(os.WriteFile(filepath.Join(dir, name+".png"), body, 0o644))
}

// jpegOf is a picture of noise, which no compression makes small, in a file.
func jpegOf(t *testing.T, width, height int, head []byte) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	r := rand.New(rand.NewSource(int64(width)))
	for y := range height {
		for x := range width {
			v := uint8(r.Intn(256))
			img.SetRGBA(x, y, color.RGBA{v, uint8(x), uint8(y), 255})
		}
	}
	var b strings.Builder
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	body := b.String()
	body = body[:2] + string(head) + body[2:]
	name := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}
