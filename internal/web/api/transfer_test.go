package api_test

import (
	"net/http"
	"strings"
	"testing"

	"linli/internal/web/api"
	fixture "linli/test/town"
)

// roll is a table of three rows: one that is new, one that is likely the same person, one without a name.
const roll = "姓名,性别,出生日期,手机号,现住址,备注\n赵小满,女,1961-03-08,19900000001,和平路18号院3号楼2单元501,甲\n趙小滿,女,1961-03-08,,和平路十八号院3栋2单元501室,乙\n,女,1961-03-08,,,没有姓名\n"

// sent sends a table as somebody and returns where it is.
func (h *house) sent(who, key string) string {
	h.t.Helper()
	var made api.Transfer
	path := query("/api/v1/transfer/tables?name=人员表.csv")
	first := h.must(http.StatusCreated, who, "POST", path, []byte(roll), "Idempotency-Key", key, "Content-Type", "application/octet-stream")
	again := h.must(http.StatusCreated, who, "POST", path, []byte(roll), "Idempotency-Key", key, "Content-Type", "application/octet-stream")
	first.into(h.t, &made)
	if string(first.body) != string(again.body) || again.Header.Get("Idempotent-Replay") != "true" || made.State != "sent" {
		h.t.Fatalf("sent %s\nagain %s", first.body, again.body)
	}
	return "/transfer/tables/" + made.ID.String()
}

// work lets the jobs run that are due.
func (h *house) work() {
	h.t.Helper()
	for {
		n, err := h.jobs.RunDue(h.t.Context())
		check(h.t, err)
		if n == 0 {
			return
		}
	}
}

func TestATableIsTriedAndBroughtIn(t *testing.T) {
	eachHouse(t, func(h *house) {
		at := h.sent("desk", "roll")
		var v api.TransferView
		h.get("desk", at, &v)
		if len(v.Heading) != 6 || v.Guess.Columns["name"] != "姓名" || v.Pass != nil {
			t.Fatalf("sent: %s", text(v))
		}
		columns := map[string]string{"name": "姓名", "sex": "性别", "born": "出生日期", "phone": "手机号", "address": "现住址"}
		body := map[string]any{"map": map[string]any{"columns": columns, "source": "社区采集", "place": fixture.Willow}, "save": "社区表"}
		if p := h.refused(http.StatusUnprocessableEntity, "desk", at+"/try", map[string]any{"map": map[string]any{"columns": map[string]string{"phone": "姓名"}, "place": fixture.Willow}}); len(p.Errors) == 0 {
			t.Fatalf("a map without a name: %+v", p)
		}
		h.refused(http.StatusConflict, "desk", at+"/import", nil)
		h.refused(http.StatusForbidden, "auditor", at+"/try", body)
		h.refused(http.StatusNotFound, "clerk", at+"/try", body)
		var x api.Transfer
		h.write(http.StatusAccepted, "desk", at+"/try", body, &x)
		h.get("desk", at, &v)
		if x.State != "trying" || v.Progress == nil {
			t.Fatalf("trying: %s", text(v))
		}
		h.work()
		h.get("desk", at, &v)
		if v.State != "tried" || !v.Trial || v.Pass == nil || v.Pass.Read != 3 || v.Pass.Rejected != 1 {
			t.Fatalf("tried: %s", text(v))
		}
		h.fits("desk", at, "TransferView")
		var rows api.List[api.RowVerdict]
		h.get("desk", at+"/rows?verdict=rejected", &rows)
		if len(rows.Items) != 1 || rows.Items[0].Line != 4 || rows.Items[0].Field != "name" || rows.Items[0].Reason == "" {
			t.Fatalf("rejected: %s", text(rows))
		}
		h.get("desk", at+"/rows?limit=1", &rows)
		if rows.Next == "" {
			t.Fatalf("a page of rows: %s", text(rows))
		}
		h.problem(http.StatusUnprocessableEntity, "desk", "GET", "/api/v1"+at+"/rows?cursor=x", nil)
		h.problem(http.StatusNotFound, "clerk", "GET", "/api/v1"+at+"/rows", nil)
		h.write(http.StatusAccepted, "desk", at+"/import", nil, &x)
		h.work()
		h.get("desk", at, &v)
		if v.State != "imported" || v.Trial || v.Pass.Added+v.Pass.Likely == 0 || !v.Pass.Ended {
			t.Fatalf("imported: %s", text(v))
		}
		h.fits("desk", at+"/rows", "ListRowVerdict")
		file := h.must(http.StatusOK, "desk", "GET", "/api/v1"+at+"/rejects", nil)
		if !strings.Contains(string(file.body), "没有姓名") || strings.Contains(string(file.body), "赵小满") {
			t.Fatalf("rejects: %s", file.body)
		}
		h.problem(http.StatusNotFound, "clerk", "GET", "/api/v1"+at+"/rejects", nil)
		var maps api.List[api.NamedMap]
		h.get("desk", "/transfer/maps", &maps)
		if len(maps.Items) != 1 || maps.Items[0].Name != "社区表" || maps.Items[0].Map.Columns["name"] != "姓名" {
			t.Fatalf("maps: %s", text(maps))
		}
		var pairs api.List[api.Pair]
		h.get("desk", "/register/duplicates", &pairs)
		if len(pairs.Items) != 1 {
			t.Fatalf("likely duplicates: %s", text(pairs))
		}
		h.fits("desk", "/transfer/tables", "ListTransfer")
	})
}

func TestATableIsItsOwners(t *testing.T) {
	eachHouse(t, func(h *house) {
		at := h.sent("desk", "roll")
		h.problem(http.StatusNotFound, "clerk", "GET", "/api/v1"+at, nil)
		for _, who := range []string{"auditor", "resident", "supervisor"} {
			h.problem(http.StatusForbidden, who, "GET", "/api/v1"+at, nil)
		}
		h.problem(http.StatusForbidden, "desk reads", "POST", query("/api/v1/transfer/tables?name=人员表.csv"), []byte(roll), "Idempotency-Key", "r", "Content-Type", "application/octet-stream")
		h.problem(http.StatusUnprocessableEntity, "desk", "POST", query("/api/v1/transfer/tables?name=人员表.xlsx"), []byte("PK\x03\x04 no workbook"), "Idempotency-Key", "x", "Content-Type", "application/octet-stream")
		remove := func(status int, who, key string) *reply {
			return h.must(status, who, "DELETE", "/api/v1"+at, nil, "Idempotency-Key", key)
		}
		remove(http.StatusNotFound, "clerk", "d0")
		remove(http.StatusForbidden, "desk reads", "d1")
		remove(http.StatusOK, "desk", "d")
		if again := remove(http.StatusOK, "desk", "d"); again.Header.Get("Idempotent-Replay") != "true" {
			t.Fatalf("deleted twice: %s", again.body)
		}
		h.problem(http.StatusNotFound, "desk", "GET", "/api/v1"+at, nil)
	})
}

func TestAnExportHasAPurpose(t *testing.T) {
	eachHouse(t, func(h *house) {
		const path = "/api/v1/transfer/exports"
		body := map[string]any{"place": fixture.Willow, "purpose": "visit", "reason": "老年人体检", "format": "csv", "fields": []string{"name", "phone"}}
		r := h.must(http.StatusOK, "clerk", "POST", path, body)
		if !strings.HasPrefix(string(r.body), "\ufeff姓名,联系电话") || !strings.Contains(string(r.body), "许甲,199****0001") || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") {
			t.Fatalf("exported %v: %s", r.Header, r.body)
		}
		if r := h.must(http.StatusOK, "clerk", "POST", path, with(body, "format", "xlsx")); !strings.HasPrefix(string(r.body), "PK") {
			t.Fatal("no workbook")
		}
		if p := h.problem(http.StatusUnprocessableEntity, "clerk", "POST", path, with(body, "reason", "")); len(p.Errors) != 1 || p.Errors[0].Field != "reason" {
			t.Fatalf("without a reason: %+v", p)
		}
		h.problem(http.StatusForbidden, "away", "POST", path, body)
		h.problem(http.StatusForbidden, "resident", "POST", path, body)
		h.fits("clerk", "/transfer/fields", "ListExportField")
	})
}
