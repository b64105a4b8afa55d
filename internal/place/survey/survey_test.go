package survey_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/geo"
	"linli/internal/place"
	"linli/internal/place/survey"
)

// box is a rectangle of metres east and north of a corner near 三门峡.
func box(l, s, r, n float64) []orb.Polygon {
	at := func(x, y float64) orb.Point {
		return orb.Point{111.2 + x/111_194.9/math.Cos(34.78*math.Pi/180), 34.78 + y/111_194.9}
	}
	return []orb.Polygon{{{at(l, s), at(r, s), at(r, n), at(l, n), at(l, s)}}}
}

func kinds(r survey.Report) map[string][]survey.Finding {
	by := map[string][]survey.Finding{}
	for _, f := range r.Findings {
		by[f.Kind] = append(by[f.Kind], f)
	}
	return by
}

func TestOverlapsAndGaps(t *testing.T) {
	above := survey.Outline{Code: "c", Name: "柳荫社区", Polygons: box(0, 0, 600, 200)}
	good := []survey.Outline{{"1", "一网格", box(0, 0, 200, 200)}, {"2", "二网格", box(200, 0, 400, 200)}, {"3", "三网格", box(400, 0, 600, 200)}}
	if r := survey.Check(above, good, survey.Options{}); len(r.Findings) != 0 || r.Side > 3 {
		t.Errorf("three that fit: %+v", r)
	}
	bad := []survey.Outline{good[0], {"2", "二网格", box(170, 0, 400, 200)}, {"3", "三网格", box(400, 60, 600, 200)}}
	by := kinds(survey.Check(above, bad, survey.Options{}))
	if len(by[survey.Overlap]) != 1 || len(by[survey.Gap]) != 1 || len(by) != 2 {
		t.Fatalf("found %+v", by)
	}
	o, g := by[survey.Overlap][0], by[survey.Gap][0]
	if fmt.Sprint(o.Names) != "[一网格 二网格]" && fmt.Sprint(o.Names) != "[二网格 一网格]" || math.Abs(o.Area-6000) > 600 {
		t.Errorf("the overlap is %v of %.0f m²", o.Names, o.Area)
	}
	if fmt.Sprint(g.Names) != "[柳荫社区]" || math.Abs(g.Area-12_000) > 1000 {
		t.Errorf("the gap is %v of %.0f m²", g.Names, g.Area)
	}
	middle := box(185, 100, 186, 101)[0][0][0]
	if d := geo.Distance(o.At, geo.Point{Lon: middle[0], Lat: middle[1]}); d > 10 {
		t.Errorf("the overlap is told %.0f m off", d)
	}
	for _, f := range []survey.Finding{o, g} {
		if !strings.HasPrefix(f.Picture, "<svg") || !strings.Contains(f.Picture, `fill="#c00"`) || !strings.Contains(f.Picture, f.Names[0]) {
			t.Errorf("the picture is %.200s", f.Picture)
		}
	}
	// borders drawn twice, a metre apart, are within the tolerance
	sliver := []survey.Outline{good[0], {"2", "二网格", box(201, 0, 399, 200)}, good[2]}
	if r := survey.Check(above, sliver, survey.Options{}); len(r.Findings) != 0 {
		t.Errorf("slivers are told: %+v", r.Findings)
	}
	// without the outline above, only what is enclosed is a gap
	ring := survey.Outline{Code: "1", Name: "环", Polygons: []orb.Polygon{{box(0, 0, 200, 200)[0][0], box(50, 50, 150, 150)[0][0]}}}
	by = kinds(survey.Check(survey.Outline{Name: "社区"}, []survey.Outline{ring}, survey.Options{}))
	if len(by[survey.Gap]) != 1 || math.Abs(by[survey.Gap][0].Area-10_000) > 700 {
		t.Errorf("the enclosed gap: %+v", by)
	}
}

func TestCrossingsAndSizes(t *testing.T) {
	bow := box(0, 0, 200, 200)
	bow[0][0][2], bow[0][0][3] = bow[0][0][3], bow[0][0][2]
	by := kinds(survey.Check(survey.Outline{}, []survey.Outline{{"1", "蝴蝶", bow}, {"2", "正", box(300, 0, 400, 100)}}, survey.Options{Size: 10_000}))
	if len(by[survey.Crossing]) != 1 || by[survey.Crossing][0].Names[0] != "蝴蝶" {
		t.Fatalf("found %+v", by)
	}
	middle := box(100, 100, 200, 200)[0][0][0]
	if d := geo.Distance(by[survey.Crossing][0].At, geo.Point{Lon: middle[0], Lat: middle[1]}); d > 0.1 {
		t.Errorf("the crossing is told %.2f m off", d)
	}
	by = kinds(survey.Check(survey.Outline{}, []survey.Outline{{"1", "大", box(0, 0, 400, 100)}, {"2", "正", box(500, 0, 600, 100)}}, survey.Options{Size: 10_000}))
	if len(by[survey.Size]) != 1 || by[survey.Size][0].Names[0] != "大" || math.Abs(by[survey.Size][0].Area-40_000) > 100 {
		t.Errorf("sizes: %+v", by)
	}
}

const file = `{"type":"FeatureCollection","features":[
	{"properties":{"code":"90101","name":"一网格","parent":"901"},"geometry":{"type":"Polygon","coordinates":[%s]}},
	{"properties":{"代码":"90102","名称":"二网格","上级":{"adcode":901}},"geometry":{"type":"MultiPolygon","coordinates":[[%s]]}},
	{"properties":{"code":"90103","name":"蝴蝶","parent":"901"},"geometry":{"type":"Polygon","coordinates":[[[111,34],[111.01,34],[111,34.01],[111.01,34.01],[111,34]]]}},
	{"properties":{"code":"90104","name":"无上级","parent":"909"},"geometry":{"type":"Polygon","coordinates":[%[1]s]}},
	{"properties":{"code":"90101","name":"重复","parent":"901"},"geometry":{"type":"Polygon","coordinates":[%[1]s]}},
	{"properties":{"code":"90105","name":"点","parent":"901"},"geometry":{"type":"Point","coordinates":[111,34]}},
	{"properties":{"name":"无代码"},"geometry":null}]}`

func ringOf(p []orb.Polygon) string {
	var b strings.Builder
	for i, at := range p[0][0] {
		g := geo.GCJ02.FromWGS84(geo.Point{Lon: at[0], Lat: at[1]})
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "[%.8f,%.8f]", g.Lon, g.Lat)
	}
	return "[" + b.String() + "]"
}

func TestImportOfGrids(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if err := place.Add(tx, place.Change{}, place.New{Code: "90", Name: "市", Level: "市"}); err != nil {
				return err
			}
			return place.Add(tx, place.Change{}, place.New{Code: "901", Name: "社区", Level: "村", Parent: "90"})
		})
		run := func(trial bool) (fates string, found int) {
			text := fmt.Sprintf(file, ringOf(box(0, 0, 200, 200)), ringOf(box(150, 0, 400, 200)))
			list, err := survey.Read(strings.NewReader(text), geo.GCJ02)
			if err != nil {
				t.Fatal(err)
			}
			dbtest.Write(t, d, func(tx *db.Tx) error {
				fates, found = "", 0
				verdicts, reports, err := survey.Import(tx, place.Change{By: "test"}, list, "网格", survey.Options{}, trial)
				for _, v := range verdicts {
					fates += v.Fate + " "
				}
				for _, r := range reports {
					found += len(r.Findings)
				}
				return err
			})
			return fates, found
		}
		const refused = "refused refused refused refused refused "
		if fates, found := run(true); fates != "added added "+refused || found != 1 {
			t.Errorf("the trial says %s and finds %d", fates, found)
		}
		if fates, _ := run(true); fates != "added added "+refused {
			t.Errorf("the trial wrote something: %s", fates)
		}
		if fates, found := run(false); fates != "added added "+refused || found != 1 {
			t.Errorf("the import says %s and finds %d", fates, found)
		}
		if fates, _ := run(false); fates != "same same "+refused {
			t.Errorf("again says %s", fates)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			m, err := place.LoadMap(tx)
			if err != nil {
				return err
			}
			at := box(300, 100, 301, 101)[0][0][0]
			if path := m.PathAt(at[0], at[1]); path != "90/901/90102/" {
				t.Errorf("the converted outline is found at %q", path)
			}
			r, err := survey.Below(tx, "901", survey.Options{})
			if len(r.Findings) != 1 || r.Findings[0].Kind != survey.Overlap {
				t.Errorf("stored outlines give %+v", r.Findings)
			}
			return err
		})
		for _, bad := range []string{"{", `{"type":"Feature"}`} {
			if _, err := survey.Read(strings.NewReader(bad), geo.WGS84); err == nil {
				t.Errorf("%q is read", bad)
			}
		}
		if _, err := survey.Read(strings.NewReader(`{"type":"FeatureCollection"}`), ""); err == nil || !strings.Contains(err.Error(), "坐标系") {
			t.Errorf("no datum gives %v", err)
		}
	}, place.Migrations)
}

// The published outlines of real counties are simplified; they are read, fit together but for slivers, and none crosses itself.
func TestRealOutlines(t *testing.T) {
	dir := os.Getenv("LINLI_DATA")
	if dir == "" {
		dir = "../../../../shared/data"
	}
	name := filepath.Join(dir, "boundaries-geojson", "411200_full.json")
	f, err := os.Open(name)
	if err != nil {
		t.Skipf("no %s: set LINLI_DATA to the folder of the shared data to run this", name)
	}
	defer f.Close()
	list, err := survey.Read(f, geo.GCJ02)
	if err != nil || len(list) != 6 {
		t.Fatalf("%d features, %v", len(list), err)
	}
	d := dbtest.SQLite(t, place.Migrations)
	dbtest.Write(t, d, func(tx *db.Tx) error {
		if err := place.Add(tx, place.Change{}, place.New{Code: "411200", Name: "三门峡市", Level: "市"}); err != nil {
			return err
		}
		verdicts, reports, err := survey.Import(tx, place.Change{}, list, "县", survey.Options{Least: 1e6}, false)
		for _, v := range verdicts {
			if v.Fate != survey.Added {
				t.Errorf("%s is %s: %+v", v.Name, v.Fate, v.Why)
			}
		}
		for _, r := range reports {
			t.Logf("in squares of %.0f m: %d findings", r.Side, len(r.Findings))
			for _, x := range r.Findings {
				format, args := x.Words()
				t.Logf(format, args...)
			}
		}
		return err
	})
}

// 6,000 grids: which one holds a position.
func BenchmarkLocateGrids(b *testing.B) {
	d := dbtest.SQLite(b, place.Migrations)
	const wide, high = 100, 60
	dbtest.Write(b, d, func(tx *db.Tx) error {
		if err := place.Add(tx, place.Change{}, place.New{Code: "90", Name: "市", Level: "市"}); err != nil {
			return err
		}
		var drawn []place.Drawn
		for i := range wide * high {
			code := fmt.Sprintf("90%04d", i)
			if err := place.Add(tx, place.Change{}, place.New{Code: code, Name: code, Level: "网格", Parent: "90"}); err != nil {
				return err
			}
			x, y := float64(i%wide)*100, float64(i/wide)*100
			drawn = append(drawn, place.Drawn{Code: code, Ring: winding(x, y)})
		}
		return place.StoreDrawn(tx, place.Change{}, drawn)
	})
	var m *place.Map
	dbtest.Read(b, d, func(tx *db.Tx) (err error) { m, err = place.LoadMap(tx); return err })
	at := box(0, 0, 100*wide, 100*high)[0].Bound()
	for i := 0; b.Loop(); i++ {
		f := float64(i%7919) / 7919
		if _, ok := m.Locate(at.Min[0]+(at.Max[0]-at.Min[0])*f, at.Min[1]+(at.Max[1]-at.Min[1])*math.Mod(f*31, 1)); !ok && i%7919 != 0 {
			b.Fatal("nowhere")
		}
	}
}

// winding is a square of 100 metres with twenty corners a side.
func winding(x, y float64) orb.Ring {
	corners := box(x, y, x+100, y+100)[0][0]
	var ring orb.Ring
	for i := range 4 {
		p, q := corners[i], corners[i+1]
		for k := range 20 {
			f := float64(k) / 20
			ring = append(ring, orb.Point{p[0] + f*(q[0]-p[0]), p[1] + f*(q[1]-p[1])})
		}
	}
	return append(ring, ring[0])
}
