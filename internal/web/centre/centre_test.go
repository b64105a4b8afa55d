package centre_test

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/fixture"
	"linli/internal/geo"
	"linli/internal/grid"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/centre"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	"linli/test/town"
)

// A site is the town with its grids and the pages of the centre.
type site struct {
	t        *testing.T
	w        *town.Town
	fixtures *fixture.Fixtures
	pages    http.Handler
	keys     int
}

func each(t *testing.T, test func(x *site)) {
	t.Helper()
	town.Each(t, func(t *testing.T, w *town.Town) {
		w.Grids(t)
		test(open(t, w))
	}, grid.Migrations, fixture.Migrations)
}

func open(t *testing.T, w *town.Town) *site {
	t.Helper()
	files, err := blob.Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	places, err := place.NewIndex(t.Context(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	units, err := staff.NewDirectory(t.Context(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	x := &site{t: t, w: w, fixtures: &fixture.Fixtures{Places: places}}
	mux := http.NewServeMux()
	centre.Routes(mux, &centre.Pages{Town: &part.Town{DB: w.DB, Cases: w.Cases, Packs: w.Catalog.Index, Places: places, Units: units, People: w.People, Files: files},
		Sessions: session.New(w.DB, session.Options{LoginPage: "/login", Deny: ui.Fail}), Fixtures: x.fixtures})
	x.pages = ui.Read(ui.Site{City: "邻水市"}, mux)
	return x
}

// as answers a request of somebody; "" is a visitor.
func (x *site) as(login string, r *http.Request) (int, string) {
	x.t.Helper()
	rec := httptest.NewRecorder()
	x.w.Clock.Advance(time.Second)
	if login != "" {
		r = r.WithContext(session.With(r.Context(), x.w.Actor(x.t, login)))
	}
	x.pages.ServeHTTP(rec, r)
	return rec.Code, html.UnescapeString(rec.Body.String())
}

func (x *site) get(login, path string) (int, string) {
	x.t.Helper()
	return x.as(login, httptest.NewRequest("GET", path, nil))
}

func (x *site) post(login, path string, v url.Values) (int, string) {
	x.t.Helper()
	x.keys++
	v.Set("key", fmt.Sprint("key-", x.keys))
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return x.as(login, r)
}

func has(t *testing.T, text string, words ...string) {
	t.Helper()
	if strings.Contains(text, ` style="`) {
		t.Error("the page styles inline, which the site's policy does not let through")
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("the page lacks %q", w)
		}
	}
}

func TestGapsAreManned(t *testing.T) {
	each(t, func(x *site) {
		code, text := x.get("street", "/grids")
		has(x.t, text, "柳荫一网格", "施网格", "没有主责")
		if gap, manned := strings.Index(text, "柳荫二网格"), strings.Index(text, "柳荫一网格"); code != 200 || gap < 0 || gap > manned {
			x.t.Errorf("%d: the gap comes at %d, the manned grid at %d", code, gap, manned)
		}
		if code, _ := x.get("resident", "/grids"); code != 403 {
			x.t.Errorf("a resident gets %d", code)
		}
		if code, _ := x.get("walker", "/grids/"+town.Willow2+"/assign"); code != 403 {
			x.t.Errorf("a grid worker assigns: %d", code)
		}
		_, text = x.get("street", "/grids/"+town.Willow2+"/assign?part=main")
		has(x.t, text, "秦柳荫", "主责")
		v := url.Values{"account": {x.w.Actor(x.t, "willow").Account.String()}, "part": {"main"}, "from": {"2026-10-09"}, "basis": {"街办〔2026〕9号"}}
		if code, _ := x.post("street", "/grids/"+town.Willow2+"/posts", v); code != 303 {
			x.t.Fatalf("assigning answers %d", code)
		}
		code, text = x.post("street", "/grids/"+town.Willow2+"/posts", v)
		has(x.t, text, "已经是这个网格的主责")
		if code != 409 {
			x.t.Errorf("assigning twice answers %d", code)
		}
		_, text = x.get("street", "/grids/"+town.Willow2)
		has(x.t, text, "秦柳荫", "街办〔2026〕9号", "至今", `aria-label="柳荫二网格的边界`, "平方米", "只看数量")
		var id string
		x.w.Read(x.t, func(tx *db.Tx) error {
			list, err := grid.History(tx, town.Willow2)
			id = list[0].ID.String()
			return err
		})
		if code, _ := x.post("street", "/grids/"+town.Willow2+"/posts/"+id, url.Values{"on": {"2026-10-20"}, "why": {"轮岗"}}); code != 303 {
			x.t.Errorf("ending answers %d", code)
		}
		_, text = x.get("lotus", "/grids/"+town.Willow2)
		has(x.t, text, "2026-10-20", "轮岗")
		if code, _ := x.get("street", "/grids/"+town.Willow); code != 404 {
			x.t.Errorf("a community as a grid gives %d", code)
		}
	})
}

func TestFixturePages(t *testing.T) {
	each(t, func(x *site) {
		lon, lat := town.GridMiddle(0)
		var f fixture.Fixture
		x.w.Write(x.t, func(tx *db.Tx) (err error) {
			if err = fixture.PutClasses(tx, staff.Actor{Login: "command:test", Via: staff.ViaCommand}, []fixture.Class{{Code: "part-01-03", Name: "雨水井盖"}}); err != nil {
				return err
			}
			f, err = x.fixtures.Add(tx, x.w.Actor(x.t, "street"), "a", fixture.Fixture{Class: "part-01-03", Where: geo.Point{Lon: lon, Lat: lat}, Spot: "柳荫路口", Upkeep: "邻水市水务局"})
			return err
		})
		_, text := x.get("water", "/fixtures?class=part-01-03&q=柳荫")
		has(x.t, text, f.Code, "雨水井盖", "在用")
		at := "/fixtures/" + f.ID.String()
		if code, text := x.post("walker", at+"/state", url.Values{"state": {"damaged"}, "version": {"1"}}); code != 422 || !strings.Contains(text, "请写明情况") {
			x.t.Errorf("without words: %d", code)
		}
		if code, _ := x.post("walker", at+"/state", url.Values{"state": {"damaged"}, "version": {"1"}, "words": {"裂了"}}); code != 303 {
			x.t.Errorf("noting answers %d", code)
		}
		if code, text := x.post("walker", at+"/state", url.Values{"state": {"missing"}, "version": {"1"}, "words": {"没了"}}); code != 409 || !strings.Contains(text, "刚刚有人改过") {
			x.t.Errorf("with an old version: %d", code)
		}
		_, text = x.get("water", at)
		has(x.t, text, "裂了", "施网格", "破损", "柳荫一网格")
		_, text = x.get("street", "/fixtures/labels")
		has(x.t, text, f.Code, "坏了？扫码报修", "的二维码")
		code, text := x.get("", "/f/"+strings.ToLower(f.Code))
		has(x.t, text, "雨水井盖", "柳荫路口", "/submit?fixture="+f.Code)
		if code != 200 {
			x.t.Errorf("the public page answers %d", code)
		}
		if code, _ := x.get("", "/f/none"); code != 404 {
			x.t.Errorf("an unknown label answers %d", code)
		}
		_, text = x.get("street", "/fixtures/file")
		has(x.t, text, "部件编码,权属编号", f.Code)
	})
}

// photoOf sends a file as a photo of a fixture.
func (x *site) photoOf(login, at string, content []byte) (int, string) {
	x.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	w, err := m.CreateFormFile("file", "门口.png")
	if err == nil {
		_, err = w.Write(content)
	}
	if err != nil || m.Close() != nil {
		x.t.Fatal(err)
	}
	r := httptest.NewRequest("POST", at+"/photos", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return x.as(login, r)
}

func TestPhotosOfAFixture(t *testing.T) {
	each(t, func(x *site) {
		lon, lat := town.GridMiddle(0)
		var f fixture.Fixture
		x.w.Write(x.t, func(tx *db.Tx) (err error) {
			if err = fixture.PutClasses(tx, staff.Actor{Login: "command:test", Via: staff.ViaCommand}, []fixture.Class{{Code: "part-01-03", Name: "雨水井盖"}}); err != nil {
				return err
			}
			f, err = x.fixtures.Add(tx, x.w.Actor(x.t, "street"), "a", fixture.Fixture{Class: "part-01-03", Where: geo.Point{Lon: lon, Lat: lat}})
			return err
		})
		at := "/fixtures/" + f.ID.String()
		var png1 bytes.Buffer
		if err := png.Encode(&png1, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
			x.t.Fatal(err)
		}
		if code, _ := x.photoOf("walker", at, []byte("no photo at all")); code != 422 {
			x.t.Errorf("a file that is none answers %d", code)
		}
		if code, _ := x.photoOf("lotus", at, png1.Bytes()); code != 403 {
			x.t.Errorf("somebody from elsewhere adds one: %d", code)
		}
		for range 2 { // sent twice, kept once
			if code, _ := x.photoOf("walker", at, png1.Bytes()); code != 303 {
				x.t.Errorf("adding answers %d", code)
			}
		}
		_, text := x.get("water", at)
		if n := strings.Count(text, "<img "); n != 1 {
			x.t.Fatalf("%d photos are shown", n)
		}
		_, src, _ := strings.Cut(text, `<img src="`)
		src, _, _ = strings.Cut(src, `"`)
		if code, _ := x.get("water", src); code != 200 {
			x.t.Errorf("the photo answers %d", code)
		}
		if code, _ := x.get("resident", src); code != 403 {
			x.t.Errorf("a resident gets the photo: %d", code)
		}
	})
}

func TestTableOfFixtures(t *testing.T) {
	each(t, func(x *site) {
		x.w.Write(x.t, func(tx *db.Tx) error {
			return fixture.PutClasses(tx, staff.Actor{Login: "command:test", Via: staff.ViaCommand}, []fixture.Class{{Code: "part-01-03", Name: "雨水井盖"}})
		})
		lon, lat := town.GridMiddle(0)
		send := func(login, datum, trial string) (int, string) {
			var b bytes.Buffer
			m := multipart.NewWriter(&b)
			for k, v := range map[string]string{"datum": datum, "trial": trial, "key": "k" + trial} {
				if err := m.WriteField(k, v); err != nil {
					x.t.Fatal(err)
				}
			}
			w, err := m.CreateFormFile("file", "部件.csv")
			if err == nil {
				_, err = fmt.Fprintf(w, "权属编号,类别,经度,纬度\nA-1,雨水井盖,%f,%f\nA-2,雨水井盖,1,1\n", lon, lat)
			}
			if err != nil || m.Close() != nil {
				x.t.Fatal(err)
			}
			r := httptest.NewRequest("POST", "/fixtures/import", &b)
			r.Header.Set("Content-Type", m.FormDataContentType())
			return x.as(login, r)
		}
		if code, text := send("street", "", "1"); code != 422 || !strings.Contains(text, "坐标系") {
			x.t.Errorf("without a datum: %d", code)
		}
		for trial, word := range map[string]string{"1": "试运行，没有写入", "0": "已导入"} {
			code, text := send("street", "wgs84", trial)
			has(x.t, text, word, "拒收 1", "本市范围")
			if code != 200 {
				x.t.Errorf("trial %s answers %d", trial, code)
			}
		}
		if code, _ := send("water", "wgs84", "0"); code != 403 {
			x.t.Errorf("a department imports: %d", code)
		}
		x.w.Read(x.t, func(tx *db.Tx) error {
			list, err := fixture.Count(tx, "")
			if len(list) != 1 || list[0].Count != 1 {
				x.t.Errorf("registered %+v", list)
			}
			return err
		})
	})
}
