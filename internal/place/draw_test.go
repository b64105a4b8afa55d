package place_test

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/place"
)

var canvas = place.Canvas{Lon: 111.2, Lat: 34.5, Width: 1.6, Seed: 7}

// sanmenxia gives the real tree, on SQLite, for drawing is the same on any engine.
func sanmenxia(t testing.TB) (*db.DB, *place.Tree) {
	t.Helper()
	d := dbtest.SQLite(t, place.Migrations)
	table, err := place.Sanmenxia()
	if err != nil {
		t.Fatal(err)
	}
	var tree *place.Tree
	dbtest.Write(t, d, func(tx *db.Tx) error {
		if _, err := place.Import(tx, place.Change{}, table, place.Chinese); err != nil {
			return err
		}
		tree, err = place.Load(tx)
		return err
	})
	return d, tree
}

func TestDrawnCellsCoverAndDoNotOverlap(t *testing.T) {
	_, tree := sanmenxia(t)
	drawn := place.Draw(tree, canvas)
	if len(drawn) != tree.Len() {
		t.Fatalf("%d of %d places are drawn", len(drawn), tree.Len())
	}
	rings := map[string]orb.Ring{}
	for _, o := range drawn {
		rings[o.Code] = o.Ring
		if !o.Ring.Closed() || o.Ring.Orientation() != orb.CCW || planar.Area(o.Ring) < 1e-6 {
			t.Fatalf("the outline of %s is no ring with an inside", o.Code)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, p := range tree.Subtree("") {
		below := tree.Children(p.Code)
		if len(below) == 0 {
			continue
		}
		whole, parts := planar.Area(rings[p.Code]), 0.0
		for _, c := range below {
			parts += planar.Area(rings[c.Code])
		}
		if math.Abs(whole-parts) > 1e-9*whole {
			t.Fatalf("the parts of %s have area %g, the whole %g", p.Name, parts, whole)
		}
		b := rings[p.Code].Bound()
		for range 30 {
			at := orb.Point{b.Min[0] + rng.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rng.Float64()*(b.Max[1]-b.Min[1])}
			n, want := 0, 0
			for _, c := range below {
				if planar.RingContains(rings[c.Code], at) {
					n++
				}
			}
			if planar.RingContains(rings[p.Code], at) {
				want = 1
			}
			if n != want {
				t.Fatalf("%v lies in %d parts of %s, want %d", at, n, p.Name, want)
			}
		}
	}
	if again := place.Draw(tree, canvas); !reflect.DeepEqual(drawn, again) {
		t.Error("drawing again gives another map")
	}
	if other := place.Draw(tree, place.Canvas{Lon: 111.2, Lat: 34.5, Width: 1.6, Seed: 8}); reflect.DeepEqual(drawn, other) {
		t.Error("another seed gives the same map")
	}
}

func TestLocate(t *testing.T) {
	d, tree := sanmenxia(t)
	drawn := place.Draw(tree, canvas)
	dbtest.Write(t, d, func(tx *db.Tx) error { return place.StoreDrawn(tx, place.Change{}, drawn) })
	ctx := context.Background()
	x, err := place.NewIndex(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	inside := 0
	for _, p := range x.Tree().Subtree("") {
		if p.Lon == 0 || p.Level != "村" {
			continue
		}
		found, ok, err := x.Locate(ctx, float64(p.Lon)/1e6, float64(p.Lat)/1e6)
		if err != nil || !ok || found.Level != "村" {
			t.Fatalf("the middle of %s lies in %+v, %v", p.Name, found, err)
		}
		if found.Code == p.Code {
			inside++
		}
	}
	if inside < 1350 { // a winding cell may not contain its own centroid
		t.Errorf("only %d of 1381 communities contain their point", inside)
	}
	if _, ok, err := x.Locate(ctx, 0, 0); ok || err != nil {
		t.Errorf("the Gulf of Guinea is in the city: %v", err)
	}
	// a change of the outline is seen
	dbtest.Write(t, d, func(tx *db.Tx) error {
		x.Follow(tx)
		return place.SetOutline(tx, place.Change{}, "411202001001", []byte(`{"type":"Feature","geometry":{"type":"MultiPolygon",
			"coordinates":[[[[0,0],[1,0],[1,1],[0,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]}}`))
	})
	if p, ok, err := x.Locate(ctx, 5.5, 5.2); err != nil || !ok || p.Code != "411202001001" {
		t.Errorf("after the change: %+v, %v, %v", p, ok, err)
	}
}

func TestOutlineIsChecked(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for _, text := range []string{`{`, `{"type":"Point","coordinates":[1,2]}`, `{"type":"Polygon","coordinates":[]}`,
			`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}`, `{"type":"Polygon","coordinates":[[[0,0],[200,0],[1,1],[0,0]]]}`} {
			wantKind(t, d, fault.KindInvalid, func(tx *db.Tx) error { return place.SetOutline(tx, place.Change{}, "901", []byte(text)) })
		}
		const square = `{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,2],[0,0]]]}`
		dbtest.Write(t, d, func(tx *db.Tx) error { return place.SetOutline(tx, place.Change{}, "901", []byte(square)) })
		dbtest.Read(t, d, func(tx *db.Tx) error {
			found, err := place.Outlines(tx, "90")
			if err != nil || len(found) != 1 || !json.Valid(found["901"]) {
				t.Errorf("outlines are %v, %v", found, err)
			}
			p, err := place.Get(tx, "901")
			if p.Lon != 1_000_000 || p.Lat != 1_000_000 {
				t.Errorf("the middle is %d %d", p.Lon, p.Lat)
			}
			return err
		})
	})
}

func BenchmarkLocate(b *testing.B) {
	d, tree := sanmenxia(b)
	drawn := place.Draw(tree, canvas)
	dbtest.Write(b, d, func(tx *db.Tx) error { return place.StoreDrawn(tx, place.Change{}, drawn) })
	var m *place.Map
	dbtest.Read(b, d, func(tx *db.Tx) (err error) { m, err = place.LoadMap(tx); return err })
	for i := 0; b.Loop(); i++ {
		m.Locate(111.2+0.0001*float64(i%5000), 34.5)
	}
}
