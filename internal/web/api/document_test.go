package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"linli/internal/web/api"
)

// questions are asked in a body, so that what they hold stands in no address; they change nothing.
var questions = []string{"/track", "/register/persons/search", "/items/{item}/guide", "/drafts/resume", "/applications/applicant", "/transfer/exports"}

func TestDocumentIsValidOpenAPI(t *testing.T) {
	each(t, func(w *town) {
		text := w.must(http.StatusOK, "", "GET", "/api/openapi.json", nil).body
		doc, err := openapi3.NewLoader().LoadFromData(text)
		check(t, err)
		check(t, doc.Validate(t.Context()))
		if !strings.HasPrefix(doc.OpenAPI, "3.1.") {
			t.Fatalf("version %q", doc.OpenAPI)
		}
		for path, item := range doc.Paths.Map() {
			for method, op := range item.Operations() {
				if op.OperationID == "" || op.Summary == "" || len(op.Tags) != 1 {
					t.Errorf("%s %s is not described", method, path)
				}
				if method == http.MethodGet || slices.Contains(questions, path) {
					continue
				}
				if key := op.Parameters.GetByInAndName("header", "Idempotency-Key"); key == nil || !key.Required {
					t.Errorf("%s %s does not want an Idempotency-Key", method, path)
				}
			}
		}
	})
}

// schemaOf compiles one type of the document, by JSON Schema 2020-12, which OpenAPI 3.1 uses.
func schemaOf(t *testing.T, document []byte, name string) *jsonschema.Schema {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	check(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	check(t, c.AddResource("linli:openapi", v))
	s, err := c.Compile("linli:openapi#/components/schemas/" + name)
	check(t, err)
	return s
}

func TestAnswersAreWhatTheDocumentSays(t *testing.T) {
	each(t, func(w *town) {
		document := w.must(http.StatusOK, "", "GET", "/api/openapi.json", nil).body
		id := w.registered("k1")
		w.must(http.StatusCreated, "desk", "POST", stepsOf(id), map[string]any{"verb": "accept"}, "Idempotency-Key", "a")
		for path, name := range map[string]string{
			"/cases/" + id: "CaseView", "/cases": "ListLine", "/cases?area=411202": "ListLine", "/cases/appeals": "ListLine", "/cases/" + id + "/steps": "ListStep", "/cases/" + id + "/reporters": "ListReporter",
			"/cases/" + id + "/links": "ListLinked", "/cases/" + id + "/files": "ListFile", "/cases/count?key=p:4112": "Count", "/cases/search?q=路灯": "ListLine",
			"/flows": "ListFlowLine", "/flows/mailbox": "Flow", "/places": "ListPlace", "/places/411202001": "PlaceView", "/units": "ListUnit",
			"/units/sm-water": "Unit", "/me": "Self", "/health": "Health", "/summary?place=4112&month=2026-10": "ListTally",
			"/cases/near?lon=111.2&lat=34.8&kind=event-01-10": "ListNearCase", "/messages": "ListMessage", "/documents": "ListDocument", "/documents/sm12-69": "DocumentView",
			"/documents/sm12-69/clauses": "ListClause", "/documents/sm12-69/clauses/4.4b": "Clause", "/my/cases": "ListOwn",
			"/deadline?from=2026-09-29T16:30:00%2B08:00&term=3wd": "Deadline", "/audit/keys": "ListString",
			"/indicators": "ListIndicator", "/indicators/sm12-69/mailbox-on-time?from=2026-10-01&to=2026-12-31&by=lead": "Measured",
			"/indicators/sm12-69/mailbox-on-time/cases?from=2026-10-01&to=2026-12-31": "ListLine", "/watches": "ListWatch",
			"/watches/sm12-69/held/cases": "ListLine", "/bulletins": "ListBulletinLine", "/public/bulletins": "ListBulletinLine", "/tasks": "ListTask",
		} {
			matches(t, schemaOf(t, document, name), w.must(http.StatusOK, "supervisor", "GET", "/api/v1"+query(path), nil).body)
		}
		matches(t, schemaOf(t, document, "ListLikeness"),
			w.must(http.StatusOK, "desk", "GET", "/api/v1"+query("/cases/likely?place=411202001001&title=路灯不亮"), nil).body)
		for path, name := range map[string]string{"/accounts": "ListAccount", "/accounts/" + w.ids["desk"].String(): "AccountView",
			"/accounts/" + w.ids["desk"].String() + "/tokens": "ListToken", "/jobs": "ListJob", "/hooks": "ListHook", "/deliveries": "ListDelivery"} {
			matches(t, schemaOf(t, document, name), w.must(http.StatusOK, "boss", "GET", "/api/v1"+path, nil).body)
		}
		matches(t, schemaOf(t, document, "Problem"), w.must(http.StatusNotFound, "desk", "GET", "/api/v1/cases/nobody", nil).body)
	})
}

func matches(t *testing.T, s *jsonschema.Schema, body []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	check(t, err)
	if err := s.Validate(v); err != nil {
		t.Errorf("answer %s\n%v", body, err)
	}
}

// query escapes the Chinese in an address.
func query(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		if c < 0x80 {
			b.WriteByte(c)
			continue
		}
		const hex = "0123456789ABCDEF"
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}

func TestDeadlineAsOnTheCommandLine(t *testing.T) {
	each(t, func(w *town) {
		var d struct {
			LastDay string   `json:"last_day"`
			Due     string   `json:"due"`
			Steps   []string `json:"steps"`
		}
		w.must(http.StatusOK, "", "GET", "/api/v1/deadline?from=2026-09-29T16:30:00%2B08:00&term=3wd", nil).into(t, &d)
		if d.LastDay != "2026-10-09" || d.Due != "2026-10-10T00:00:00+08:00" || len(d.Steps) == 0 {
			t.Fatalf("deadline %+v", d)
		}
		w.problem(http.StatusUnprocessableEntity, "", "GET", "/api/v1/deadline?from=2026-02-30T16:30:00%2B08:00&term=3wd", nil)
	})
}

func TestPageAboutTheInterface(t *testing.T) {
	each(t, func(w *town) {
		r := w.must(http.StatusOK, "", "GET", "/api/", nil)
		page := string(r.body)
		for _, want := range []string{"registerCase", "Idempotency-Key", `id="conflict"`, "/api/v1/cases/{id}/steps"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %s", want)
			}
		}
		if strings.Contains(page, "<script") || strings.Contains(page, "style=") {
			t.Error("the page has scripts or inline style")
		}
		var doc struct{ Paths map[string]json.RawMessage }
		w.must(http.StatusOK, "", "GET", "/api/openapi.json", nil).into(t, &doc)
		for path := range doc.Paths {
			if !strings.Contains(page, "/api/v1"+path) {
				t.Errorf("the page lacks %s", path)
			}
		}
	})
}

func TestFilesGoWithAStep(t *testing.T) {
	each(t, func(w *town) {
		png := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"), make([]byte, 40)...)
		var f api.File
		w.must(http.StatusCreated, "desk", "POST", "/api/v1/files?name=photo.png", png, "Idempotency-Key", "f", "Content-Type", "application/octet-stream").into(t, &f)
		id := w.registered("k1")
		act := map[string]any{"verb": "note", "words": "现场照片", "files": []string{f.Hash}}
		w.problem(http.StatusUnprocessableEntity, "supervisor", "POST", stepsOf(id), act, "Idempotency-Key", "x")
		w.must(http.StatusCreated, "desk", "POST", stepsOf(id), act, "Idempotency-Key", "n")
		again := w.must(http.StatusCreated, "desk", "POST", stepsOf(id), act, "Idempotency-Key", "n")
		if again.Header.Get("Idempotent-Replay") != "true" {
			t.Fatal("a repeated step with a file is not known again")
		}
		path := "/api/v1/cases/" + id + "/files/" + f.Hash
		r := w.must(http.StatusOK, "supervisor", "GET", path, nil)
		if !bytes.Equal(r.body, png) || r.Header.Get("Content-Type") != "image/png" || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") {
			t.Fatalf("file: %d bytes, %v", len(r.body), r.Header)
		}
		w.problem(http.StatusNotFound, "water", "GET", path, nil)
		w.problem(http.StatusUnprocessableEntity, "desk", "POST", "/api/v1/files?name=a.png", bytes.Repeat([]byte("x"), 2<<20), "Idempotency-Key", "g", "Content-Type", "application/octet-stream")
	})
}

func TestReporterFollowsByReceipt(t *testing.T) {
	each(t, func(w *town) {
		var r api.Receipt
		w.must(http.StatusCreated, "", "POST", "/api/v1/cases", mail(), "Idempotency-Key", "public-1").into(t, &r)
		slip := map[string]any{"number": r.Number, "code": r.Code}
		var p api.Progress
		w.must(http.StatusOK, "", "POST", "/api/v1/track", slip).into(t, &p)
		if p.State != "registered" || p.Receipt != r.Number {
			t.Fatalf("progress %+v", p)
		}
		w.problem(http.StatusNotFound, "", "POST", "/api/v1/track", map[string]any{"number": r.Number, "code": "AAAAAAAA"})
		w.must(http.StatusCreated, "", "POST", "/api/v1/track/steps", map[string]any{"number": r.Number, "code": r.Code, "verb": "urge"}, "Idempotency-Key", "u")
		w.problem(http.StatusUnprocessableEntity, "", "POST", "/api/v1/track/steps", map[string]any{"number": r.Number, "code": r.Code, "verb": "close"}, "Idempotency-Key", "v")
	})
}

func TestRevealWantsAPartInTheCaseAndAReason(t *testing.T) {
	each(t, func(w *town) {
		id := w.registered("k1")
		var list api.List[api.Reporter]
		w.must(http.StatusOK, "desk", "GET", "/api/v1/cases/"+id+"/reporters", nil).into(t, &list)
		if len(list.Items) != 1 || strings.Contains(list.Items[0].Phone, "13800000001") || list.Items[0].Person.IsZero() {
			t.Fatalf("reporters %+v", list.Items)
		}
		body := map[string]any{"person": list.Items[0].Person, "kind": "phone", "reason": "电话核实地点"}
		var s api.Secret
		w.must(http.StatusOK, "desk", "POST", "/api/v1/cases/"+id+"/reveal", body, "Idempotency-Key", "r").into(t, &s)
		if s.Value != "13800000001" {
			t.Fatalf("revealed %q", s.Value)
		}
		w.problem(http.StatusNotFound, "water", "POST", "/api/v1/cases/"+id+"/reveal", body, "Idempotency-Key", "r")
		body["reason"] = ""
		w.problem(http.StatusUnprocessableEntity, "desk", "POST", "/api/v1/cases/"+id+"/reveal", body, "Idempotency-Key", "r2")
	})
}
