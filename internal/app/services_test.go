package app_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/pack/packtest"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// Somebody without an account finds an item, learns what to bring, saves what he has typed, goes on with it, and applies.
func TestAnItemIsAppliedForWithoutAnAccount(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 10, 12, 9, 0, 0, 0, civil.Shanghai) }
	a, err := app.Open(t.Context(), app.Options{Shelf: packtest.Shelf, Data: t.TempDir(), Packs: os.DirFS("../pack/proof/testdata/items"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	table, err := place.Parse(strings.NewReader("level,code,name,parent\n2,4112,三门峡市,\n3,411202,湖滨区,4112\n4,411202001,湖滨街道,411202\n5,411202001001,市场社区,411202001\n"))
	if err != nil {
		t.Fatal(err)
	}
	err = a.DB.Write(t.Context(), func(tx *db.Tx) error {
		if _, err := place.Import(tx, place.Change{}, table, place.Chinese); err != nil {
			return err
		}
		root := staff.Actor{Login: "command", Via: staff.ViaCommand}
		return staff.PutUnit(tx, root, staff.Unit{Code: "police", Name: "派出所", Place: "4112", Offices: []string{"police"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Places.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(a.Handler(ui.Site{City: "三门峡市"}))
	defer s.Close()
	page := func(resp *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return resp.Status + " " + resp.Request.URL.RequestURI() + "\n" + string(b)
	}
	holds := func(text string, parts ...string) {
		t.Helper()
		for _, p := range parts {
			if !strings.Contains(text, p) {
				t.Fatalf("no %q in\n%s", p, text)
			}
		}
	}
	holds(page(http.Get(s.URL+"/services?q="+url.QueryEscape("我要迁户口"))), "/services/settle")
	holds(page(http.Get(s.URL+"/?q="+url.QueryEscape("迁户口"))), "/services/settle")
	first := page(http.Get(s.URL + "/services/settle"))
	holds(first, "办事指南", "5个工作日", "有合法稳定住所", "照片")
	key := regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(first)
	if key == nil {
		t.Fatal("the form has no key")
	}
	form := url.Values{"key": {key[1]}, "home": {"none"}, "look": {"1"}, "applicant": {"王五"}, "child": {""}}
	holds(page(http.PostForm(s.URL+"/services/settle", form)), "不符合办理条件", "t1")
	form.Set("home", "own")
	form.Del("look")
	form.Set("save", "1")
	saved := page(http.PostForm(s.URL+"/services/settle", form))
	holds(saved, "续办码", `value="王五"`)
	form.Del("save")
	for k, v := range map[string]string{"born": "1990-01-01", "address": "市场社区1号楼101", "place": "411202001001", "contact": "王五", "telephone": "19900000009", "material.photo": "owed"} {
		form.Set(k, v)
	}
	holds(page(http.PostForm(s.URL+"/services/settle", form)), "422", "住所证明")
	form.Set("material.home", "given")
	holds(page(http.PostForm(s.URL+"/services/settle", form)), "422", "请上传")
	form.Set("home", "rent")
	holds(page(http.PostForm(s.URL+"/services/settle", form)), "422", "请先回答")
}
