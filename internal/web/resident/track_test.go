package resident_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"linli/internal/flow"
)

func TestWrongCodeAndWrongNumberReadTheSame(t *testing.T) {
	each(t, func(w *town) {
		s := w.visitor().submit()
		one := func(x slip) string {
			status, body := w.visitor().track(x)
			if status != http.StatusUnprocessableEntity {
				w.Fatalf("%v: %d", x, status)
			}
			return strings.NewReplacer(x.number, "#", x.code, "*").Replace(body)
		}
		wrongCode, wrongNumber := one(slip{s.number, "22222222"}), one(slip{"SZXX-2026-000999", s.code})
		if wrongCode != wrongNumber {
			w.Errorf("the answers differ:\n%s\n%s", text(wrongCode), text(wrongNumber))
		}
	})
}

func TestTheCodeIsInNoAddress(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		s := v.submit()
		var seen []string
		v.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			seen = append(seen, r.URL.String())
			return nil
		}
		_, body := v.track(s)
		for _, u := range append(seen, hrefs(body)...) {
			if strings.Contains(u, s.code) {
				w.Errorf("the code stands in %s", u)
			}
		}
		if strings.Contains(body, s.code) {
			w.Error("the page of the case shows the code")
		}
		if len(seen) == 0 {
			w.Error("the way to the case is no redirect: loading it again would send the code again")
		}
	})
}

var href = regexp.MustCompile(`(?:href|action)="([^"]*)"`)

func hrefs(body string) []string {
	var out []string
	for _, m := range href.FindAllStringSubmatch(body, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestSupplyResumesTheClock(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		s := v.submit()
		w.act("desk", s, flow.Act{Verb: flow.Classify, Sets: map[string]any{"weight": "important", "digest": "漏水"}})
		w.act("desk", s, flow.Act{Verb: flow.Ask, Words: "请写明是几号楼。"})
		_, body := v.track(s)
		v.wants(body, "请写明是几号楼。", "待补正", "等您补充材料期间不计时", "/track/case/supply")
		w.clock.Advance(5 * time.Minute)
		status, body := v.upload("/track/case/supply", url.Values{"key": {"k0"}, "words": {" "}}, nil)
		if status != http.StatusUnprocessableEntity {
			w.Fatalf("nothing supplied: %d", status)
		}
		v.wants(body, "请写明补充的内容")
		status, body = v.upload("/track/case/supply", url.Values{"key": {"k1"}, "words": {"三号楼。"}}, map[string]string{"楼.txt": "三号楼的照片"})
		if status != http.StatusOK {
			w.Fatalf("%d %s", status, text(body))
		}
		v.wants(body, "三号楼。", "楼.txt", "材料已收到", "已登记")
		if strings.Contains(body, "已暂停计时") || strings.Contains(body, "/track/case/supply") {
			w.Errorf("the clock still stands:\n%s", text(body))
		}
	})
}

func TestRateOnce(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		s := v.submit()
		w.finish(s)
		_, body := v.track(s)
		v.wants(body, "请您评一次", "已更换水管", "已解决")
		status, body := v.post("/track/case/rate", url.Values{"key": {"k1"}, "remark": {"很快"}})
		if status != http.StatusUnprocessableEntity {
			w.Fatalf("without a grade: %d", status)
		}
		v.wants(body, "很快")
		_, body = v.post("/track/case/rate", url.Values{"key": {"k2"}, "grade": {"5"}, "remark": {"很快"}})
		v.wants(body, "非常满意")
		if strings.Contains(body, "/track/case/rate") {
			w.Error("the form is still there")
		}
		if status, _ = v.post("/track/case/rate", url.Values{"key": {"k3"}, "grade": {"1"}}); status != http.StatusConflict {
			w.Errorf("rated again: %d", status)
		}
	})
}

func TestUrgeOnceADay(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		s := v.submit()
		v.track(s)
		if status, body := v.post("/track/case/urge", url.Values{"key": {"k1"}}); status != http.StatusOK {
			w.Fatalf("%d %s", status, text(body))
		}
		if status, _ := v.post("/track/case/urge", url.Values{"key": {"k2"}}); status != http.StatusConflict {
			w.Errorf("again the same day: %d", status)
		}
		w.clock.Set(time.Date(2026, 10, 13, 0, 1, 0, 0, time.FixedZone("", 8*3600)))
		v.track(s)
		if status, body := v.post("/track/case/urge", url.Values{"key": {"k3"}}); status != http.StatusOK {
			w.Errorf("the next day: %d %s", status, text(body))
		}
	})
}

func TestAppealReachesTheDesk(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		s := v.submit()
		w.finish(s)
		v.track(s)
		status, _ := v.post("/track/case/appeal", url.Values{"key": {"k0"}})
		if status != http.StatusUnprocessableEntity {
			w.Fatalf("an appeal without words: %d", status)
		}
		_, body := v.post("/track/case/appeal", url.Values{"key": {"k1"}, "words": {"第二天又漏了。"}})
		v.wants(body, "第二天又漏了。", "申诉")
	})
}

func TestMergedKeepsTheReceipt(t *testing.T) {
	each(t, func(w *town) {
		first := w.visitor().submit()
		v := w.visitor()
		second := v.submitAbout(url.Values{"subject": {"市场社区水管又漏了"}, "content": {"家里有老人，请尽快。"}})
		w.act("desk", first, flow.Act{Verb: flow.Classify, Sets: map[string]any{"weight": "ordinary", "digest": "漏水"}})
		w.merge("desk", second, first)
		_, body := v.track(second)
		v.wants(body, second.number, "合办件 "+first.number, "市场社区水管又漏了", "家里有老人，请尽快。")
		if strings.Contains(body, "请派人维修") {
			w.Error("the words of the main case's reporter are shown to another")
		}
	})
}

func TestWithoutAReceiptNothingOpens(t *testing.T) {
	each(t, func(w *town) {
		w.visitor().submit()
		v := w.visitor()
		for _, path := range []string{"/track/case", "/receipt", "/receipt/file"} {
			if _, body := v.get(path); strings.Contains(body, "漏水") {
				w.Errorf("%s shows a case to anybody", path)
			}
		}
		if _, body := v.post("/track/case/urge", url.Values{"key": {"k"}}); !strings.Contains(body, "请输入编号和查询码") {
			w.Errorf("urging without a receipt: %s", text(body))
		}
	})
}

func TestReceiptIsForgotten(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		s := v.submit()
		v.post("/receipt/forget", nil)
		if _, body := v.get("/receipt"); strings.Contains(body, s.code) {
			w.Error("the receipt is still there")
		}
		v.submit()
		w.clock.Advance(31 * time.Minute)
		if _, body := v.get("/receipt"); strings.Contains(body, "查询码</dt>") {
			w.Error("the receipt is still shown after half an hour")
		}
	})
}

func TestLookingUpIsBounded(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		status := 0
		for range 40 {
			if status, _ = v.track(slip{"SZXX-2026-000001", "ABCDEFGH"}); status == http.StatusTooManyRequests {
				break
			}
		}
		if status != http.StatusTooManyRequests {
			w.Errorf("40 attempts at once: %d", status)
		}
	})
}
