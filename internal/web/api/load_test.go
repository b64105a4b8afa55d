package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"linli/internal/web/api"
	fixture "linli/test/town"
)

// task is what the street asks communities to do, as a body.
func task() map[string]any {
	return map[string]any{"place": fixture.Riverrow, "sets": map[string]any{"class": "entrust"}, "fields": map[string]string{"task": "社区月报", "way": "填报", "rights": "各负其责",
		"place": fixture.Riverrow, "hours": "3", "staff_hours": "1", "cost": "100", "funds": "40", "tables": "社区工作月报\n老人情况", "until": "2026-12-31"}}
}

// admitted lets the street's task be admitted, and returns its number.
func (h *house) admitted() string {
	h.t.Helper()
	var r api.Receipt
	h.write(http.StatusCreated, "street", "/admissions", task(), &r)
	for _, s := range []struct {
		who string
		act map[string]any
	}{{"admitting", map[string]any{"verb": "accept"}}, {"admitting", map[string]any{"verb": "admit"}},
		{"street", map[string]any{"verb": "dispatch", "to": fixture.RiverrowOffice, "with": []string{fixture.WillowCommittee, fixture.LotusCommittee}}}} {
		h.must(http.StatusCreated, s.who, "POST", "/api/v1"+"/cases/"+r.Case.String()+"/steps", s.act, "Idempotency-Key", h.key())
	}
	return r.Number
}

func TestOnlyWhatWasAdmittedGoesDown(t *testing.T) {
	eachHouse(t, func(h *house) {
		wish := map[string]any{"template": "pz15-10.community-month", "why": "汇总九月情况", "units": []string{fixture.WillowCommittee, fixture.LotusCommittee}, "from": "2026-09-01", "to": "2026-09-30",
			"until": "2026-10-20"}
		if p := h.refused(http.StatusUnprocessableEntity, "street", "/demands", wish); p.Clause != "pz15-10#3.2.3d" || p.Type != "/api/#refused" {
			t.Fatalf("not admitted: %+v", p)
		}
		h.refused(http.StatusForbidden, "resident", "/admissions", task())
		h.wrong("street", "/admissions", with(task(), "fields", map[string]string{"task": "社区月报"}), "way")
		wish["number"] = h.admitted()
		h.wrong("street", "/demands", with(wish, "until", "soon"), "until")
		h.wrong("street", "/demands", with(wish, "template", "nothing"), "template")
		h.refused(http.StatusForbidden, "supervisor", "/demands", wish)
		var sent, list api.List[api.SheetLine]
		h.write(http.StatusCreated, "street", "/demands", wish, &sent)
		h.get("willow", "/sheets?state=open", &list)
		if len(sent.Items) != 2 || len(list.Items) != 1 || list.Items[0].Itself == 0 || list.Items[0].Demand.Number != wish["number"] {
			t.Fatalf("sent %s\nowed %s", text(sent), text(list))
		}
		at := "/sheets/" + list.Items[0].ID.String()
		var v api.SheetView
		h.get("willow", at, &v)
		answers := map[string]string{}
		for _, c := range v.Missing {
			answers[c.At] = "2"
			if c.Kind == "text" {
				answers[c.At] = "无"
			}
		}
		if !v.Fills || len(v.Missing) == 0 || v.Asked != len(v.Missing) {
			t.Fatalf("sheet: %s", text(v))
		}
		h.wrong("willow", at, map[string]any{"answers": map[string]string{}}, v.Missing[0].At)
		h.refused(http.StatusNotFound, "lotus", at, map[string]any{"answers": answers})
		h.refused(http.StatusForbidden, "street", at, map[string]any{"answers": answers})
		h.write(http.StatusOK, "willow", at, map[string]any{"answers": answers}, &v)
		if v.State != "done" || len(v.Missing) != 0 || v.Values[v.All[0].At].Origin == "" {
			t.Fatalf("answered: %s", text(v))
		}
		h.refused(http.StatusConflict, "willow", at, map[string]any{"answers": answers})
		h.fits("street", at, "SheetView")
		h.fits("street", "/sheets", "ListSheetLine")
		h.fits("street", "/demands", "ListDemand")
		h.problem(http.StatusUnprocessableEntity, "street", "GET", "/api/v1/sheets?demand=x", nil)
		h.problem(http.StatusForbidden, "resident", "GET", "/api/v1/sheets", nil)
		file := h.must(http.StatusOK, "willow", "GET", "/api/v1"+at+"/file", nil)
		if book, err := excelize.OpenReader(bytes.NewReader(file.body)); err != nil || !strings.Contains(file.Header.Get("Content-Disposition"), "attachment") {
			t.Fatalf("workbook: %v %v", book, err)
		}
		h.problem(http.StatusNotFound, "lotus", "GET", "/api/v1"+at+"/file", nil)
	})
}

func TestLoadStandsBesideWhatCameAlong(t *testing.T) {
	eachHouse(t, func(h *house) {
		number := h.admitted()
		h.write(http.StatusCreated, "street", "/admissions", task(), nil)
		var x api.Admissions
		h.get("street", "/admissions", &x)
		if len(x.Tasks) != 1 || len(x.Waiting) != 1 || x.Tasks[0].Number != number || len(x.Tasks[0].Burdens) == 0 {
			t.Fatalf("admissions: %s", text(x))
		}
		h.fits("street", "/admissions?year=2026", "Admissions")
		h.problem(http.StatusForbidden, "resident", "GET", "/api/v1/admissions", nil)
		h.problem(http.StatusUnprocessableEntity, "street", "GET", "/api/v1/admissions?year=1", nil)
		var list api.List[api.UnitLoad]
		h.get("street", "/loads", &list)
		if len(list.Items) != 2 || list.Items[0].Tasks != 1 {
			t.Fatalf("loads: %s", text(list))
		}
		h.fits("street", "/loads", "ListUnitLoad")
		var one api.UnitLoadView
		h.get("willow", "/loads/"+fixture.WillowCommittee, &one)
		short := int64(0)
		for _, b := range one.Burdens {
			short += b.Short
		}
		if len(one.Cases) != 1 || short == 0 {
			t.Fatalf("load: %s", text(one))
		}
		h.fits("willow", "/loads/"+fixture.WillowCommittee, "UnitLoadView")
		h.problem(http.StatusNotFound, "lotus", "GET", "/api/v1/loads/"+fixture.WillowCommittee, nil)
	})
}

func TestATemplateIsUploadedAndBound(t *testing.T) {
	eachHouse(t, func(h *house) {
		book := excelize.NewFile()
		check(t, book.SetCellValue("Sheet1", "A1", "老人人数"))
		check(t, book.SetCellValue("Sheet1", "A2", "独居老人"))
		data, err := book.WriteToBuffer()
		check(t, err)
		path := query("/api/v1/templates?title=老人情况&name=老人.xlsx")
		send := func(status int, who, key string, body []byte) *reply {
			return h.must(status, who, "POST", path, body, "Idempotency-Key", key, "Content-Type", "application/octet-stream")
		}
		var m api.Template
		first := send(http.StatusCreated, "street", "t1", data.Bytes())
		first.into(t, &m)
		again := send(http.StatusCreated, "street", "t1", data.Bytes())
		if string(first.body) != string(again.body) || again.Header.Get("Idempotent-Replay") != "true" || m.Bound || len(m.Cells) != 1 {
			t.Fatalf("uploaded: %s\nagain %s", first.body, again.body)
		}
		send(http.StatusForbidden, "street reads", "t2", data.Bytes())
		send(http.StatusUnprocessableEntity, "street", "t3", []byte("no workbook"))
		at := "/templates/" + m.Ref
		cells := []map[string]any{{"at": "B1", "label": "老人人数", "kind": "whole"}, {"at": "B2", "label": "独居老人", "kind": "whole"}}
		h.refused(http.StatusNotFound, "east", at+"/cells", map[string]any{"cells": cells})
		p := h.refused(http.StatusUnprocessableEntity, "street", at+"/cells", map[string]any{"cells": []map[string]any{{"at": "B1", "label": "老人人数", "kind": "colour"}}})
		if len(p.Errors) == 0 || p.Errors[0].Field == "" {
			t.Fatalf("a kind that is none: %+v", p)
		}
		h.write(http.StatusOK, "street", at+"/cells", map[string]any{"cells": cells}, &m)
		if !m.Bound {
			t.Fatalf("bound: %s", text(m))
		}
		h.fits("street", at, "Template")
		h.fits("street", "/templates", "ListTemplate")
		h.problem(http.StatusNotFound, "east", "GET", "/api/v1"+at, nil)
	})
}
