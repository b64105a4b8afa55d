package resident_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"linli/internal/db"
	"linli/internal/db/dbtest"
)

func TestSubmitGivesAReceiptAndLeadsToTheCase(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		body := v.walk(matter, map[string]string{"现场.txt": "水从地下冒出来"})
		v.wants(body, "水管漏水", "湖滨区湖滨街道市场社区 东门", "现场.txt")
		status, body := v.post("/submit/send", url.Values{"draft": {draftIn(v, body)}, "sender": {"王小明"}, "same": {"-"}})
		if status != http.StatusOK {
			w.Fatalf("%d %s", status, text(body))
		}
		s := slipIn(v, body)
		v.wants(body, "3日内，最迟7日", "市长办公室")
		if _, again := v.get("/receipt"); slipIn(v, again) != s {
			w.Error("loading the receipt again shows another one")
		}
		if _, file := v.get("/receipt/file"); !strings.Contains(file, s.code) || !strings.Contains(file, s.number) {
			w.Errorf("the file of the receipt: %s", file)
		}
		_, body = v.track(s)
		v.wants(body, "已登记", "水从地下冒出来"[:0]+"现场.txt", "市长办公室")
		href := "/track/case/files/"
		i := strings.Index(body, href)
		if i < 0 {
			w.Fatalf("no attachment on the page:\n%s", text(body))
		}
		path, _, _ := strings.Cut(body[i:], `"`)
		if _, file := v.get(path); file != "水从地下冒出来" {
			w.Errorf("attachment: %q", file)
		}
		if _, body := w.visitor().get(path); strings.Contains(body, "冒出来") {
			w.Error("somebody without the receipt reads the attachment")
		}
	})
}

func TestSentTwiceIsOneCase(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		body := v.walk(matter, map[string]string{"现场.txt": "水"})
		form := url.Values{"draft": {draftIn(v, body)}, "sender": {"王小明"}, "phone": {"19900000001"}, "same": {"-"}}
		_, first := v.post("/submit/send", form)
		_, second := v.post("/submit/send", form)
		if slipIn(v, first) != slipIn(v, second) {
			w.Error("the same form gave two receipts")
		}
		if n := w.cases(); n != 1 {
			w.Errorf("%d cases, want 1", n)
		}
	})
}

func TestErrorsKeepWhatWasTyped(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		_, body := v.get("/submit?title=" + url.QueryEscape("路灯不亮"))
		v.wants(body, `value="路灯不亮"`)
		status, body := v.upload("/submit/what", url.Values{"draft": {draftIn(v, body)}, "subject": {"漏"}, "content": {"这段话不能丢，也不能少一个字。"}},
			map[string]string{"a.txt": "甲"})
		if status != http.StatusUnprocessableEntity {
			w.Fatalf("a title of one character gave %d", status)
		}
		v.wants(body, "这段话不能丢，也不能少一个字。", `value="漏"`, "a.txt", `aria-invalid="true"`)
		status, body = v.upload("/submit/what", url.Values{"draft": {draftIn(v, body)}, "subject": {"漏水"}, "content": {"这段话不能丢，也不能少一个字。"}},
			map[string]string{"b.exe": "MZ\x90\x00\x03"})
		if status != http.StatusUnprocessableEntity {
			w.Fatalf("a program as attachment gave %d", status)
		}
		v.wants(body, "a.txt", "这段话不能丢")
		_, body = v.upload("/submit/what", url.Values{"draft": {draftIn(v, body)}, "subject": {"漏水"}, "content": {"这段话不能丢，也不能少一个字。"}}, nil)
		status, body = v.post("/submit/where", url.Values{"draft": {draftIn(v, body)}, "place": {"没有的地方"}, "spot": {"老槐树下"}})
		if status != http.StatusUnprocessableEntity {
			w.Fatalf("an unknown place gave %d", status)
		}
		v.wants(body, "没有的地方", "老槐树下")
		_, body = v.post("/submit/where", url.Values{"draft": {draftIn(v, body)}, "place": {"市场社区"}, "spot": {"老槐树下"}})
		status, body = v.post("/submit/send", url.Values{"draft": {draftIn(v, body)}, "sender": {"王小明"}, "phone": {"1380000"}, "same": {"-"}})
		if status != http.StatusUnprocessableEntity {
			w.Fatalf("a telephone number of seven digits gave %d", status)
		}
		v.wants(body, `value="王小明"`, `value="1380000"`, "老槐树下")
		_, body = v.post("/submit/send", url.Values{"draft": {draftIn(v, body)}, "sender": {"王小明"}, "phone": {"1380000"}, "back": {"what"}})
		v.wants(body, "这段话不能丢，也不能少一个字。", "a.txt")
		if n := w.cases(); n != 0 {
			w.Errorf("%d cases after nothing was sent", n)
		}
	})
}

func TestAForgedDraftIsNothing(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		body := v.walk(matter, nil)
		draft := draftIn(v, body)
		status, body := v.post("/submit/send", url.Values{"draft": {draft[:len(draft)-4] + "AAAA"}, "sender": {"王小明"}, "same": {"-"}})
		if status != http.StatusUnprocessableEntity {
			w.Fatalf("%d %s", status, text(body))
		}
		v.wants(body, "请填写标题") // from the beginning, with what was typed just now
		if n := w.cases(); n != 0 {
			w.Errorf("%d cases", n)
		}
	})
}

func TestLikelyDuplicateIsShownByTitleAndLinked(t *testing.T) {
	each(t, func(w *town) {
		first := w.visitor().submit()
		v := w.visitor()
		body := v.walk(url.Values{"subject": {"市场社区的水管漏水没人管"}, "content": {"我家门口的水管一直在漏。"}}, nil)
		v.wants(body, "市场社区水管漏水三天", "就是我的事")
		if strings.Contains(body, "请派人维修") || strings.Contains(body, "王小明") {
			w.Errorf("another's words or name are shown:\n%s", text(body))
		}
		form := url.Values{"draft": {draftIn(v, body)}, "sender": {"李小红"}}
		status, body := v.post("/submit/send", form)
		if status != http.StatusUnprocessableEntity {
			w.Fatalf("without a choice: %d", status)
		}
		form = url.Values{"draft": {draftIn(v, body)}, "sender": {"李小红"}, "same": {first.number}}
		_, body = v.post("/submit/send", form)
		if s := slipIn(v, body); s.number == first.number {
			w.Error("the second reporter got the first one's receipt")
		}
		var n int
		dbtest.Read(w, w.shared.DB, func(tx *db.Tx) error { return tx.QueryRow(`select count(*) from case_link`).Scan(&n) })
		if n != 2 {
			w.Errorf("%d link rows, want one each way", n)
		}
	})
}

func TestTooManyFromOneAddressKeepTheForm(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		body := v.walk(matter, nil)
		form := url.Values{"draft": {draftIn(v, body)}, "sender": {"王小明"}, "same": {"-"}}
		status := 0
		for range 30 {
			if status, body = v.post("/submit/send", form); status != http.StatusOK {
				break
			}
		}
		if status != http.StatusTooManyRequests {
			w.Fatalf("30 sendings at once: %d", status)
		}
		v.wants(body, "填好的内容还在", "王小明", "市场社区水管漏水三天")
		w.clock.Advance(61e9)
		if status, _ = v.post("/submit/send", form); status != http.StatusOK {
			w.Errorf("a minute later: %d", status)
		}
	})
}
