package resident_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestHomeFindsAWay(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		_, body := v.get("/")
		v.wants(body, "您要办什么事", "写信给市长信箱", "tel:12345", "tel:2822092", "群众来访", "08:00-12:00、14:00-18:00", "3日内，最迟7日")
		v.wants(body, "/guide/enforcement-complaint")
		if strings.Contains(body, "写信给执法投诉举报") {
			w.Error("a channel for one matter is offered for whatever people bring")
		}
		_, body = v.get("/?q=" + url.QueryEscape("信箱多久回复"))
		v.wants(body, "市长信箱", "直接反映“信箱多久回复”", "/submit?flow=mailbox&amp;title=")
		_, body = v.get("/?q=szxx-2026-000001")
		v.wants(body, "/track?number=SZXX-2026-000001")
		_, body = v.get("/?q=" + url.QueryEscape("<script>alert(1)</script>"))
		if strings.Contains(body, "<script>alert") {
			w.Error("the question is written into the page as it is")
		}
	})
}

func TestGuidesAndClauses(t *testing.T) {
	each(t, func(w *town) {
		v := w.visitor()
		for path, want := range map[string]string{"/help": "怎么办、多久办好", "/guide/mailbox": "现在就写", "/guide/hotline": "tel:12345",
			"/guide/visit": "推选代表", "/guide/letter": "把信送来", "/clauses/sm12-69": `id="c-4.4b"`, "/privacy": "只为办您这件事", "/care/settings": "特大"} {
			status, body := v.get(path)
			if status != http.StatusOK {
				w.Errorf("%s: %d", path, status)
			}
			v.wants(body, want)
		}
		if _, body := v.get("/clauses/sm12-69"); strings.Contains(body, "批评教育") {
			w.Error("a restricted clause is shown to anybody")
		}
		for _, path := range []string{"/guide/nothing", "/clauses/nothing"} {
			if status, _ := v.get(path); status != http.StatusNotFound {
				w.Errorf("%s: %d", path, status)
			}
		}
	})
}
