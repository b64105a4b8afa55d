package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
)

// chrome is the one browser of all tests; missing says why there is none.
var (
	chrome  context.Context
	missing error
)

func TestMain(m *testing.M) {
	os.Exit(withChrome(m.Run))
}

func withChrome(run func() int) int {
	path := os.Getenv("LINLI_CHROMIUM")
	if path == "" {
		path, missing = exec.LookPath("chromium")
	}
	if missing == nil {
		dir, err := os.MkdirTemp("", "linli-chromium-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		end := start(path, dir)
		defer end()
	}
	return run()
}

// start starts the browser. Its context has no deadline: it would be the browser's.
func start(path, dir string) (end func()) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(dir), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("headless", "new"), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN,zh"),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("font-render-hinting", "none"),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true)) // a microphone that beeps

	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	chrome, missing = ctx, chromedp.Do(ctx)
	return func() {
		_ = chromedp.Cancel(ctx) // waits until the browser has gone
		cancel()
		stop()
	}
}

// needChrome skips a test without a browser, or fails it when one is required.
func needChrome(t *testing.T) {
	t.Helper()
	switch {
	case missing == nil:
	case os.Getenv("LINLI_REQUIRE_BROWSER") == "1" || !errors.Is(missing, exec.ErrNotFound):
		t.Fatalf("no browser: %v", missing)
	default:
		t.Skipf("no browser: %v; install chromium or set LINLI_CHROMIUM", missing)
	}
}

// inject brings axe-core into the page, from outside the page's own policy.
var inject = chromedp.Evaluate[chromedp.Void](axeJS)
