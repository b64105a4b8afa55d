package geo_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/fault"
	"linli/internal/geo"
)

// Pairs of positions published with other people's conversions.
func TestKnownShifts(t *testing.T) {
	for _, c := range []struct{ wgs, gcj geo.Point }{
		{geo.Point{Lon: 121.5272106, Lat: 31.1774276}, geo.Point{Lon: 121.531541859215, Lat: 31.17530398364597}},
		{geo.Point{Lon: 113.912316, Lat: 22.543847}, geo.Point{Lon: 113.9171764808363, Lat: 22.540796131694766}},
		{geo.Point{Lon: 116.377817, Lat: 39.911954}, geo.Point{Lon: 116.38404722455657, Lat: 39.91334545536069}},
		{geo.Point{Lon: -0.1276, Lat: 51.5072}, geo.Point{Lon: -0.1276, Lat: 51.5072}}, // not shifted
	} {
		if d := geo.Distance(geo.GCJ02.FromWGS84(c.wgs), c.gcj); d > 0.05 {
			t.Errorf("%v becomes %v, off by %.3f m", c.wgs, geo.GCJ02.FromWGS84(c.wgs), d)
		}
		if d := geo.Distance(geo.GCJ02.ToWGS84(c.gcj), c.wgs); d > 0.05 {
			t.Errorf("%v goes back to %v, off by %.3f m", c.gcj, geo.GCJ02.ToWGS84(c.gcj), d)
		}
		if geo.WGS84.ToWGS84(c.wgs) != c.wgs || geo.WGS84.FromWGS84(c.wgs) != c.wgs {
			t.Errorf("WGS-84 moves %v", c.wgs)
		}
	}
}

func TestThereAndBackIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := geo.Point{Lon: rapid.Float64Range(73.5, 135).Draw(t, "lon"), Lat: rapid.Float64Range(3.5, 53.5).Draw(t, "lat")}
		shifted := geo.GCJ02.FromWGS84(p)
		if d := geo.Distance(p, shifted); d < 10 || d > 2000 {
			t.Errorf("%v is shifted by %.1f m", p, d)
		}
		if d := geo.Distance(geo.GCJ02.ToWGS84(shifted), p); d > 0.01 {
			t.Errorf("%v comes back off by %g m", p, d)
		}
	})
}

func TestDatumIsDeclared(t *testing.T) {
	for _, s := range []string{"", "bd09", "WGS84"} {
		if _, err := geo.ParseDatum(s); err == nil || fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%q gives %v", s, err)
		}
	}
	if d, err := geo.ParseDatum("gcj02"); err != nil || d != geo.GCJ02 {
		t.Errorf("gcj02 gives %v, %v", d, err)
	}
}

func TestDistances(t *testing.T) {
	for _, c := range []struct {
		a, b geo.Point
		want float64 // metres, on the ellipsoid
	}{
		{geo.Point{Lon: 0, Lat: 0}, geo.Point{Lon: 1, Lat: 0}, 111_319},
		{geo.Point{Lon: 0, Lat: 0}, geo.Point{Lon: 0, Lat: 1}, 110_574},
		{geo.Point{Lon: 116.3975, Lat: 39.9087}, geo.Point{Lon: 121.4737, Lat: 31.2304}, 1_067_000}, // Peking, Shanghai
		{geo.Point{Lon: 111.19, Lat: 34.77}, geo.Point{Lon: 111.19, Lat: 34.77}, 0},
		{geo.Point{Lon: 179.9995, Lat: 0}, geo.Point{Lon: -179.9995, Lat: 0}, 111.3},
	} {
		if got := geo.Distance(c.a, c.b); math.Abs(got-c.want) > 0.007*c.want+0.001 {
			t.Errorf("from %v to %v are %.1f m, want %.0f", c.a, c.b, got, c.want)
		}
	}
	if (geo.Point{Lon: math.NaN()}).Valid() || (geo.Point{Lon: 181}).Valid() || !(geo.Point{Lon: -180, Lat: 90}).Valid() {
		t.Error("Valid is wrong")
	}
	p := geo.Point{Lon: 111.1234567, Lat: 34.7654321}
	if lon, lat := p.Millionths(); lon != 111_123_457 || lat != 34_765_432 || geo.Distance(p, geo.Of(lon, lat)) > 0.1 {
		t.Errorf("in millionths %d %d", lon, lat)
	}
}

// away is a point that far from p in that direction, by a plane that is good enough for a city.
func away(p geo.Point, metres, angle float64) geo.Point {
	const degree = 111_194.9266
	return geo.Point{Lon: p.Lon + metres*math.Cos(angle)/degree/math.Cos(p.Lat*math.Pi/180), Lat: p.Lat + metres*math.Sin(angle)/degree}
}

func TestCellsCoverTheCircle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := geo.Point{Lon: rapid.Float64Range(-170, 170).Draw(t, "lon"), Lat: rapid.Float64Range(-70, 70).Draw(t, "lat")}
		radius := rapid.Float64Range(1, 20_000).Draw(t, "radius")
		near := away(p, radius*rapid.Float64Range(0, 1).Draw(t, "part"), rapid.Float64Range(0, 2*math.Pi).Draw(t, "angle"))
		if geo.Distance(p, near) > radius {
			t.Skip("drawn on the rim, and rounding put it beyond: another is drawn")
		}
		level := geo.Level(p, radius)
		cells := geo.Cover(p, radius, level)
		if len(cells) == 0 || len(cells) > 9 || !slices.IsSorted(cells) {
			t.Fatalf("%d cells at level %d", len(cells), level)
		}
		if !slices.Contains(cells, geo.Cell(near, level)) {
			t.Fatalf("%v is within %.0f m of %v and in no cell", near, radius, p)
		}
		fine, in := geo.Cell(near, geo.Finest), 0
		for _, r := range geo.Spans(p, radius) {
			if r[0] <= fine && fine < r[1] {
				in++
			}
		}
		if in != 1 {
			t.Fatalf("%v is in %d spans", near, in)
		}
		if got := geo.Coarsen(fine, geo.Finest, level); got != geo.Cell(near, level) {
			t.Fatalf("the coarser cell is %d, want %d", got, geo.Cell(near, level))
		}
		if x, y := geo.Split(fine); geo.Join(x, y) != fine {
			t.Fatalf("column %d and row %d make another cell", x, y)
		}
		if d := geo.Distance(geo.Middle(fine, geo.Finest), near); d > 1 {
			t.Fatalf("the middle of the cell is %.2f m off", d)
		}
	})
}

func TestBoxAtThePole(t *testing.T) {
	low, high := geo.Box(geo.Point{Lon: 10, Lat: 89.9}, 20_000)
	if low.Lon != -180 || high.Lon != 180 || high.Lat != 90 {
		t.Errorf("the box at the pole is %v %v", low, high)
	}
}

func BenchmarkSpans(b *testing.B) {
	p := geo.Point{Lon: 111.19, Lat: 34.77}
	for b.Loop() {
		geo.Spans(p, 50)
	}
}

// The cells are the tiles of the web map; these numbers are from the documentation of quadkeys and of slippy maps.
func TestCellsAreTiles(t *testing.T) {
	for _, c := range []struct {
		p     geo.Point
		level int
		want  int64
	}{
		{geo.Point{Lon: -179, Lat: 85}, 1, 0},
		{geo.Point{Lon: 179, Lat: 85}, 1, 1},
		{geo.Point{Lon: -179, Lat: -85}, 1, 2},
		{geo.Point{Lon: 179, Lat: -89.9}, 1, 3},
		{geo.Point{Lon: -22.5, Lat: -55}, 3, 0b10_01_11}, // column 3, row 5: quadkey 213
	} {
		if got := geo.Cell(c.p, c.level); got != c.want {
			t.Errorf("%v at level %d is %b, want %b", c.p, c.level, got, c.want)
		}
	}
}
