package atlas

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/internal/db"
	"linli/internal/geo"
	"linli/internal/staff"
)

// Whatever is put and dropped, the field has each case once, as it was put last.
func TestTheFieldHasEachCaseOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f field
		want := map[db.ID]uint32{}
		for range rapid.IntRange(0, 60).Draw(t, "changes") {
			id := db.ID(rapid.IntRange(1, 20).Draw(t, "case"))
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				f.drop(id)
				delete(want, id)
			case 1:
				f.settle()
			default:
				want[id] = rapid.Uint32().Draw(t, "x")
				f.put(dot{id: id, x: want[id]})
			}
		}
		var all []dot
		for _, d := range f.base {
			if d.flags&gone == 0 {
				all = append(all, d)
			}
		}
		for _, d := range f.fresh {
			all = append(all, d)
		}
		for _, d := range all {
			if x, known := want[d.id]; !known || x != d.x {
				t.Fatalf("case %d at %d, want %d", d.id, d.x, x)
			}
		}
		if len(all) != len(want) {
			t.Fatalf("%d cases, want %d", len(all), len(want))
		}
	})
}

// BenchmarkAsk goes through a million cases, a thirtieth of them open.
func BenchmarkAsk(b *testing.B) {
	a := New(nil, "4112")
	r := rand.New(rand.NewPCG(1, 1))
	for range 6000 {
		a.places.of("4112/411202/" + strconv.Itoa(r.IntN(9000)) + "/")
	}
	a.kinds.of("event-01-10")
	a.units.of("")
	var all []dot
	for i := range 1_000_000 {
		d := dot{id: db.ID(i + 1), at: uint32(1_700_000_000 + i*60), yellow: never, red: never, place: uint32(r.IntN(len(a.places.list)))}
		if i%30 == 0 {
			d.flags = open
		}
		d.x, d.y = geo.Split(geo.Cell(geo.Point{Lon: 110.5 + r.Float64(), Lat: 34 + r.Float64()}, geo.Finest))
		all = append(all, d)
	}
	a.dots = newField(all)
	by := staff.Actor{Grants: []staff.Grant{{Role: staff.Supervisor, Place: "4112/"}}}
	for name, q := range map[string]Question{"open": {Zoom: 9}, "all": {Zoom: 9, Open: "all"}, "heat": {Zoom: 9, Open: "all", Fine: true},
		"street": {Zoom: 14, Open: "all", Box: &Box{geo.Point{Lon: 111, Lat: 34.5}, geo.Point{Lon: 111.05, Lat: 34.53}}}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s := a.sieve(by, q, time.Unix(1_760_000_000, 0))
				s.sift(&a.dots)
				a.areas(s)
				a.kindSums(s)
				s.days()
				s.spots()
			}
		})
	}
}
