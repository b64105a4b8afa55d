package window_test

import (
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/casework"
	"linli/internal/catalog"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fixture"
	"linli/internal/flow"
	"linli/internal/geo"
	"linli/internal/grid"
	"linli/internal/pack/packtest"
	"linli/internal/place"
	"linli/packs"
	"linli/test/town"
)

// walked is a document by which workers report what they find, with two rows of a rulebook.
var walked = map[string]string{
	"t/st/document.yaml": "document: st\nnumber: 试〔2026〕1号\ntitle: 巡查办法\nissuer: 试\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n",
	"t/st/clauses.yaml":  "- { id: \"1\", at: 一, gist: 巡查, runs: [flow/walked, book/steps, standard/part-01-01-1, standard/event-02-03-1] }\n",
	"t/st/offices.yaml":  "offices:\n  - { id: watching, name: 监督中心, serves: [desk, lead], basis: \"1\" }\n",
	"t/st/flows/w.yaml":  "flow: walked\nname: 巡查\nchannel: grid\nbasis: \"1\"\nsteps:\n  register: { by: [patrol, desk, reporter], basis: \"1\" }\n",
	"t/st/books/b.yaml":  "book: steps\nname: 查改清单\nflow: walked\nbasis: \"1\"\ncolumns: [{ label: 编号, from: case.number }, { label: 问题, from: case.title, under: 查 }, { label: 答复, from: case.reply, under: 改 }, { label: 状态, from: case.state, under: 改 }]\n",
	"t/st/standards/s.yaml": "- { standard: part-01-01-1, kind: part, code: part-01-01, group: 公用设施, name: 上水井盖, units: [watching], opens: 破损, closes: 修好, term: 4wh, basis: \"1\" }\n" +
		"- { standard: event-02-03-1, kind: event, code: event-02-03, group: 街面秩序, name: 占道经营, units: [watching], opens: 占用盲道, closes: 恢复通行, term: 1wd, basis: \"1\" }\n",
}

// eachStreet is the town with grids, one fixture and the document of workers.
func eachStreet(t *testing.T, test func(o *office)) {
	t.Helper()
	town.Each(t, func(t *testing.T, w *town.Town) {
		src := fstest.MapFS{}
		err := fs.WalkDir(packs.Files, ".", func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				text, _ := fs.ReadFile(packs.Files, path)
				src[path] = &fstest.MapFile{Data: text}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range walked {
			src[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if w.Catalog, err = catalog.Open(t.Context(), w.DB, catalog.Source{FS: src, Shelf: packtest.Shelf}); err != nil {
			t.Fatal(err)
		}
		w.Cases = casework.New(casework.Options{City: town.City, Law: civil.CivilCode(), Packs: w.Catalog.Index, People: w.People})
		w.Grids(t)
		places, err := place.NewIndex(t.Context(), w.DB)
		if err != nil {
			t.Fatal(err)
		}
		lon, lat := town.GridMiddle(0)
		parts := &fixture.Fixtures{Places: places}
		w.Write(t, func(tx *db.Tx) error {
			by := w.Actor(t, "supervisor")
			if err := fixture.PutClasses(tx, by, []fixture.Class{{Code: "part-01-01", Name: "上水井盖", Group: "公用设施"}}); err != nil {
				return err
			}
			_, err := parts.Add(tx, by, "cover", fixture.Fixture{Class: "part-01-01", Where: geo.Point{Lon: lon, Lat: lat}, Spot: "东门外"})
			return err
		})
		test(open(t, w))
	}, grid.Migrations, fixture.Migrations)
}

func (o *office) found(title string, more ...string) []string {
	return append([]string{"key", o.key(), "flow", "walked", "title", title, "body", title, "name", "许甲", "phone", "19900000001"}, more...)
}

func (o *office) cover() (code string) {
	o.t.Helper()
	o.w.Read(o.t, func(tx *db.Tx) error {
		list, err := fixture.List(tx, o.w.Actor(o.t, "supervisor"), fixture.Query{})
		if err == nil {
			code = list.List[0].Code
		}
		return err
	})
	return code
}

func TestTheDeskSaysWhereAndSeesWhatIsNear(t *testing.T) {
	eachStreet(t, func(o *office) {
		o.wants("the screen", o.page("desk", "/window/new?flow=walked"), "在街上的哪里", `name="point"`, `data-pick="point"`, `name="fixture"`)
		if page := o.page("desk", "/window/new?flow=mailbox"); strings.Contains(page, `name="point"`) {
			t.Error("a letter is asked where in the street it is")
		}
		first, _ := o.registered(o.found("井盖松动", "fixture", o.cover(), "class", "part-01-01 上水井盖"))
		k := o.stored(first)
		if k.Place != town.Willow1 || k.Kind != "part-01-01" {
			t.Fatalf("the place follows the fixture: %s, %s", k.Place, k.Kind)
		}
		lon, lat := town.GridMiddle(0)
		o.w.Read(o.t, func(tx *db.Tx) error {
			at, err := o.w.Cases.Where(tx, o.w.Actor(t, "desk"), k.ID)
			if err == nil && (at == nil || geo.Distance(at.Point, geo.Point{Lon: lon, Lat: lat}) > 1) {
				t.Errorf("the case is at %+v", at)
			}
			return err
		})
		likely := o.post("desk", "/window/new/likely", o.found("完全不同的话", "point", "111.20120,34.78090", "class", "上水井盖")...)
		o.wants("what is near", likely.text, "可能已有人反映过", "同类，相距", k.Number, first)
		if a := o.post("desk", "/window/new/likely", o.found("完全不同的话", "point", "111.20900,34.78090", "class", "上水井盖")...); strings.Contains(a.text, k.Number) {
			t.Error("what is far off is called near")
		}
		second, _ := o.registered(o.found("完全不同的话", "point", "111.20120,34.78090", "same", first))
		if s := o.stored(second); s.Main != k.ID || s.Place != town.Willow1 {
			t.Errorf("merged into %v, at %s", s.Main, s.Place)
		}
	})
}

func TestWhatIsWrongWithAPositionIsToldAtItsField(t *testing.T) {
	eachStreet(t, func(o *office) {
		for field, c := range map[string][2]string{
			"point":   {"东经一百一十一度", "位置应写作 经度,纬度"},
			"fixture": {"NOPE-0001", "没有编码是“NOPE-0001”的部件"},
			"class":   {"飞碟", "立案标准里没有“飞碟”"},
		} {
			a := o.post("desk", "/window/new", o.found("井盖松动", "place", "柳荫", field, c[0])...)
			if a.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s: status %d", field, a.Code)
			}
			o.wants(field, a.text, c[1], `id="f-`+field+`-error"`)
		}
		off := o.post("desk", "/window/new", o.found("井盖松动", "place", "柳荫", "point", "121.5,31.2")...)
		o.wants("off the city", off.text, "位置不在本市的地区里")
	})
}

// Whoever works in office or in the street looks a row up, by words or by code, and reads when to open, whose it is and until when.
func TestStandardsAreLookedUp(t *testing.T) {
	eachStreet(t, func(o *office) {
		for _, login := range []string{"desk", "walker"} {
			page := o.page(login, "/standards?q="+url.QueryEscape("井盖 破损"))
			o.wants("by words", page, "上水井盖", "part-01-01", "修好", "4个工作小时", "监督中心", "试〔2026〕1号")
			if strings.Contains(page, "占道经营") {
				t.Error("what does not fit is listed")
			}
			o.wants("by code", o.page(login, "/standards?q=event-02-03"), "占道经营")
			o.wants("nothing", o.page(login, "/standards?q="+url.QueryEscape("飞碟")), "没有这样的立案标准")
		}
		if a := o.get("resident", "/standards"); a.Code != http.StatusForbidden {
			t.Errorf("a resident gets %d", a.Code)
		}
		o.wants("the way there", o.page("desk", "/window/books"), `href="/standards"`)
	})
}

func TestWhatTheDeskIsOffered(t *testing.T) {
	eachStreet(t, func(o *office) {
		o.wants("classes", o.page("desk", "/window/new/classes?class=井"), "part-01-01 上水井盖", "公用设施")
		if page := o.page("desk", "/window/new/classes?class=井"); strings.Contains(page, "占道经营") {
			t.Error("what does not fit is offered")
		}
		o.wants("fixtures", o.page("desk", "/window/new/fixtures?fixture=东门"), o.cover(), "上水井盖", "东门外")
		o.wants("the ground", o.page("desk", "/window/new/ground.geojson?place="+town.Willow), "柳荫一网格", `"Polygon"`)
		if a := o.get("roads", "/window/new/ground.geojson"); a.Code != http.StatusForbidden {
			t.Errorf("who registers nothing gets the map: %d", a.Code)
		}
	})
}

// A book of several lists shows each case in those that it has reached, and leads from one to the next.
func TestABookOfSeveralLists(t *testing.T) {
	eachStreet(t, func(o *office) {
		done, _ := o.registered(o.found("井盖松动", "place", "柳荫一网格"))
		open, _ := o.registered(o.found("树枝折断", "place", "柳荫一网格"))
		for _, act := range []flow.Act{{Verb: flow.Accept}, {Verb: flow.Dispatch, To: town.Roads}} {
			o.does("desk", done, act)
		}
		o.does("roads", done, flow.Act{Verb: flow.Reply, Words: "已经修好"})
		page := o.page("desk", "/window/books/steps")
		first, second, found := strings.Cut(page, ">改</h2>")
		if !found {
			t.Fatalf("the book has no second list\n%s", excerpt(page))
		}
		o.wants("the first list", first, "井盖松动", "树枝折断", "#list-2-"+done, "还没有改")
		o.wants("the second list", second, `id="list-2-`+done+`"`, "已经修好")
		if strings.Contains(second, open) || strings.Contains(first, "#list-2-"+open) {
			t.Error("a case stands in a list that it has not reached")
		}
	})
}

func (o *office) does(login, id string, a flow.Act) {
	o.t.Helper()
	caseID, err := db.ParseID(id)
	if err != nil {
		o.t.Fatal(err)
	}
	o.w.Write(o.t, func(tx *db.Tx) error {
		_, err := o.w.Cases.Do(tx, o.w.Actor(o.t, login), caseID, casework.Act{Act: a, Key: o.key()})
		return err
	})
}
