package draft_test

import (
	"bytes"
	"html"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/form"
	"linli/internal/indicator/indicatortest"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/population"
	"linli/internal/register"
	"linli/internal/sheet"
	"linli/internal/simulation"
	"linli/internal/staff"
	"linli/internal/web/draft"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

var texts = map[string]string{
	"document.yaml": "document: d1\nnumber: 甲〔2026〕1号\ntitle: 津贴办法\nissuer: 甲市\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2020-01-05\" }\n",
	"clauses.yaml":  "- { id: \"1\", at: 一, gist: 津贴, runs: [benefit/old] }\n",
	"offices.yaml":  "offices:\n  - { id: competent, name: 主管部门, serves: [lead], basis: 1 }\n",
	"params.yaml":   "sum:\n  kind: money\n  label: 每人每月\n  is: 100 yuan/month\n  basis: \"1\"\n",
	"benefits/b.yaml": "- benefit: old\n  name: 高龄津贴\n  says: 八十岁以上\n  of: person\n  pays: month\n  begins: next\n  basis: \"1\"\n  shares: [{ payer: city, part: 1 }]\n" +
		"  when: [{ says: 年满八十, when: age >= 80, basis: \"1\" }]\n  amount: { says: 每人每月, is: $sum, basis: \"1\" }\n",
}

type desk struct {
	*testing.T
	c     *indicatortest.City
	pages http.Handler
}

var leader = staff.Actor{Account: 7, Login: "leader", Name: "市长", Grants: []staff.Grant{{Role: staff.Leader, Place: "4112/"}}}

// each makes three old people in a city with a small document.
func each(top *testing.T, test func(x *desk)) {
	dbtest.Each(top, func(t *testing.T, d *db.DB) {
		c := indicatortest.Open(t, d)
		files := fstest.MapFS{}
		for name, text := range texts {
			files["d1/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
		ix, err := pack.Load(files, pack.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c.Packs = ix
		dbtest.Write(t, d, func(tx *db.Tx) error {
			var list []register.Newcomer
			for range 3 {
				list = append(list, register.Newcomer{Name: "王老", Sex: form.Male, Born: civil.MustDate("1930-01-01"), Place: "411202001001"})
			}
			_, err := c.People.AddMany(tx, list)
			return err
		})
		places, err := place.NewIndex(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		units, err := staff.NewDirectory(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		mux := http.NewServeMux()
		draft.Routes(mux, &draft.Pages{Town: &part.Town{DB: d, Cases: c.Cases, Packs: c.Index, Places: places, Units: units, People: c.People},
			Sessions: session.New(d, session.Options{LoginPage: "/login", Deny: ui.Fail}), Population: population.New(d, c.People, "4112")})
		test(&desk{T: t, c: c, pages: ui.Read(ui.Site{City: "示例市"}, mux)})
	}, migrations...)
}

func (x *desk) do(by staff.Actor, r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	x.pages.ServeHTTP(rec, r.WithContext(session.With(r.Context(), by)))
	return rec
}

// sees gets a page on which all the words must stand.
func (x *desk) sees(path string, words ...string) {
	x.Helper()
	rec := x.do(leader, httptest.NewRequest("GET", path, nil))
	text := html.UnescapeString(rec.Body.String())
	if rec.Code != http.StatusOK {
		x.Fatalf("%s: %d %s", path, rec.Code, text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			x.Errorf("%s does not say %q", path, w)
		}
	}
}

func (x *desk) post(path string, v url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return x.do(leader, r)
}

// From a figure to a result that can be taken away; the form sent twice makes one draft, and nothing in force changes.
func TestAChangeIsTriedBeforeItIsIssued(t *testing.T) {
	each(t, func(x *desk) {
		x.sees("/drafts", "津贴办法")
		x.sees("/drafts/documents/d1/form", "每人每月，现在是 100元/月")
		v := url.Values{"key": {"k1"}, "title": {"提到一百二"}, "param": {"sum"}, "value": {"120元/月"}}
		rec := x.post("/drafts/documents/d1/param", v)
		to := rec.Header().Get("Location")
		if rec.Code != http.StatusSeeOther || to != x.post("/drafts/documents/d1/param", v).Header().Get("Location") {
			x.Fatalf("%d to %s: %s", rec.Code, to, rec.Body)
		}
		to, _, _ = strings.Cut(to, "?")
		x.sees(to, "提到一百二", "120 yuan/month", "对全市测算")
		if rec := x.post(to, url.Values{"key": {"k2"}, "each": {"1"}}); rec.Code != http.StatusSeeOther {
			x.Fatalf("run: %d %s", rec.Code, rec.Body)
		}
		x.sees(to, "3,600", "4,320", "没有可以给您看的例子", "各县区", "由谁出钱")
		rec = x.do(leader, httptest.NewRequest("GET", to+"/result.xlsx", nil))
		if lines := x.table(rec.Body.Bytes()); len(lines) < 5 || strings.Join(lines[0], " ") != "高龄津贴 3 3 3600.00 4320.00 0" {
			x.Errorf("the workbook says %v", lines)
		}
		x.sees("/drafts", "提到一百二")
		if rec := x.post("/drafts/documents/d1/param", url.Values{"key": {"k3"}, "title": {"错"}, "param": {"sum"}, "value": {"很多"}}); rec.Code != http.StatusUnprocessableEntity && rec.Code != http.StatusBadRequest {
			x.Errorf("nonsense: %d", rec.Code)
		}
		if rec := x.do(staff.Actor{Account: 9, Login: "grid", Grants: []staff.Grant{{Role: staff.Grid, Place: "4112/"}}}, httptest.NewRequest("GET", to, nil)); rec.Code != http.StatusForbidden {
			x.Errorf("a grid worker sees a draft: %d", rec.Code)
		}
	})
}

// The sheet of parameters goes out, is changed, and comes back as a draft.
func TestTheSheetComesBack(t *testing.T) {
	each(t, func(x *desk) {
		out := x.do(leader, httptest.NewRequest("GET", "/drafts/documents/d1/sheet.xlsx", nil)).Body.Bytes()
		lines := x.table(out)
		if len(lines) != 1 || lines[0][0] != "sum" || lines[0][2] != "100元/月" {
			x.Fatalf("the sheet says %v", lines)
		}
		var body bytes.Buffer
		f := multipart.NewWriter(&body)
		for name, value := range map[string]string{"key": "k1", "title": "照表改"} {
			if err := f.WriteField(name, value); err != nil {
				x.Fatal(err)
			}
		}
		part, err := f.CreateFormFile("file", "params.csv")
		if err != nil {
			x.Fatal(err)
		}
		if _, err := part.Write([]byte("参数,名称,值,依据\nsum,每人每月,150元/月,1\n")); err != nil {
			x.Fatal(err)
		}
		if err := f.Close(); err != nil {
			x.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/drafts/documents/d1/sheet", &body)
		r.Header.Set("Content-Type", f.FormDataContentType())
		rec := x.do(leader, r)
		to, _, _ := strings.Cut(rec.Header().Get("Location"), "?")
		if rec.Code != http.StatusSeeOther {
			x.Fatalf("%d %s", rec.Code, rec.Body)
		}
		x.sees(to, "照表改", "150 yuan/month", "100 yuan/month")
	})
}

// table reads the rows of a workbook below its heading.
func (x *desk) table(book []byte) (lines [][]string) {
	x.Helper()
	name := filepath.Join(x.TempDir(), "t.xlsx")
	if err := os.WriteFile(name, book, 0o600); err != nil {
		x.Fatal(err)
	}
	t, err := sheet.Open(name)
	if err != nil {
		x.Fatal(err)
	}
	defer t.Close()
	for {
		rec, err := t.Next()
		if err != nil {
			return lines
		}
		lines = append(lines, rec.Cells)
	}
}

var migrations = append(indicatortest.Migrations, simulation.Migrations)
