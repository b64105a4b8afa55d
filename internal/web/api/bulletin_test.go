package api_test

import (
	"net/http"
	"testing"
	"time"

	"linli/internal/web/api"
)

func TestBulletinFromDraftToThePublic(t *testing.T) {
	each(t, func(w *town) {
		w.registered("k1")
		w.clock.Set(time.Date(2027, 1, 5, 2, 0, 0, 0, time.UTC))
		w.renew()
		draft := map[string]any{"document": "sm12-69", "notice": "mailbox-bulletin", "from": "2026-10-01"}
		w.problem(http.StatusForbidden, "desk", "POST", "/api/v1/bulletins", draft, "Idempotency-Key", "b")
		var b api.Bulletin
		w.must(http.StatusCreated, "supervisor", "POST", "/api/v1/bulletins", draft, "Idempotency-Key", "b").into(t, &b)
		if b.State != "draft" || b.Period.To != "2026-12-31" || len(b.Sections) == 0 || b.Digest == "" {
			t.Fatalf("draft %+v", b)
		}
		path := "/api/v1/bulletins/" + b.ID.String()
		var r api.Recount
		w.must(http.StatusOK, "supervisor", "GET", path+"/recount", nil).into(t, &r)
		if !r.Same {
			t.Fatalf("the figures of a new draft do not reproduce: %+v", r)
		}
		w.problem(http.StatusNotFound, "", "GET", "/api/v1/public/bulletins/"+b.ID.String(), nil)
		w.must(http.StatusOK, "supervisor", "POST", path+"/sign", map[string]any{"number": "三政办督〔2027〕1号", "open": true, "digest": b.Digest}, "Idempotency-Key", "s")
		var public api.Bulletin
		w.must(http.StatusOK, "", "GET", "/api/v1/public/bulletins/"+b.ID.String(), nil).into(t, &public)
		if public.State != "signed" || public.Number == "" {
			t.Fatalf("public version %+v", public.BulletinLine)
		}
		w.problem(http.StatusConflict, "supervisor", "POST", path+"/sign", map[string]any{"open": false, "digest": b.Digest}, "Idempotency-Key", "s2")
	})
}
