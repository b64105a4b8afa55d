package grid_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Every page is fit for everybody: by axe-core, with targets large enough for a thumb, in normal letters and in care mode, down to 320 px,
// in Chinese and in English, and by what the keyboard reaches.
func TestEveryPageIsFitForEverybody(t *testing.T) {
	w := lay(t)
	p := hold(t, w)
	body, err := os.ReadFile("../../../test/browser/measure.js")
	p.must(err)
	measure := string(body)
	p.open("/grid/")
	p.see("施网格")
	w.with(func() {
		w.answer = func(item) result {
			return result{State: "refused", Words: "没有这项标准", Marks: []string{"outside"}}
		}
	})
	p.open("/grid/visits/v1")
	p.fill("走访情况", "好")
	p.press("完成走访")
	p.held("visit", 1)
	p.open("/grid/queue")
	p.see("没有被接受")
	refused := eval[string](p, `document.querySelector(".queue a").pathname`)
	p.open("/grid/report")
	p.press("积存垃圾渣土")
	p.see("可能已经有人报过")
	p.shoot(jpegOf(t, 300, 200, nil))
	p.kept()
	for _, look := range []struct {
		care, lang    string
		width, height int64
		touch, letter int
		axe           bool
	}{{"0", "zh", 390, 844, 44, 14, true}, {"1", "zh", 390, 844, 60, 18, true}, {"3", "zh", 320, 640, 60, 18, false}, {"0", "en", 320, 640, 44, 14, false}, {"0", "zh", 1280, 900, 44, 14, true}} {
		p.size(look.width, look.height)
		p.do("prefer", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.cookie = "linli_care=%s; path=/"; document.cookie = "linli_lang=%s; path=/"`, look.care, look.lang)))
		for _, path := range []string{"/grid/", "/grid/report", "/grid/checks", "/grid/checks/c3", "/grid/rounds", "/grid/rounds/r1~p1", "/grid/visits", "/grid/visits/v1", "/grid/map", "/grid/track", "/grid/queue", refused} {
			p.open(path)
			p.do("open everything", chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("main details").forEach((d) => { d.open = true; })`))
			how := fmt.Sprintf("%s at %d px, care %s, %s", path, look.width, look.care, look.lang)
			calls := []string{fmt.Sprintf("small(%d, %d)", look.touch, look.letter), "wide()"}
			if look.axe {
				p.do("axe", chromedp.Evaluate[chromedp.Void](p.axe))
				calls = append(calls, "faults()")
			}
			for _, call := range calls {
				if wrong := eval[[]string](p, "(() => {"+measure+"; return "+call+"})()"); len(wrong) > 0 {
					t.Errorf("%s: %s", how, strings.Join(wrong, "\n  "))
				}
			}
			p.picture(strings.ReplaceAll(fmt.Sprintf("fit-%s-%d-%s%s", strings.Trim(path[5:], "/"), look.width, look.care, look.lang), "/", "-"))
		}
	}
}
