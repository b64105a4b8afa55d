package demo

import (
	"context"
	"fmt"
	"math/rand/v2"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fixture"
	"linli/internal/geo"
	"linli/internal/grid"
	"linli/internal/place"
)

// fixtureClasses are what stands in the demonstration's streets, numbered as the national list of parts numbers them, with who owns and keeps it.
var fixtureClasses = []struct {
	fixture.Class
	often         int
	owner, upkeep string // codes of departments
}{
	{fixture.Class{Code: "part-01-01", Group: "公用设施", Name: "上水井盖"}, 4, "water", "water"},
	{fixture.Class{Code: "part-01-02", Group: "公用设施", Name: "污水井盖"}, 5, "housing", "housing"},
	{fixture.Class{Code: "part-01-03", Group: "公用设施", Name: "雨水井盖"}, 5, "housing", "housing"},
	{fixture.Class{Code: "part-01-04", Group: "公用设施", Name: "雨水箅子"}, 4, "housing", "housing"},
	{fixture.Class{Code: "part-01-10", Group: "公用设施", Name: "热力井盖"}, 2, "heating", "heating"},
	{fixture.Class{Code: "part-01-37", Group: "公用设施", Name: "路灯"}, 6, "urban", "power"},
	{fixture.Class{Code: "part-02-04", Group: "道路交通设施", Name: "公交站亭（牌）"}, 1, "transport", "transport"},
	{fixture.Class{Code: "part-02-17", Group: "道路交通设施", Name: "交通护栏"}, 2, "police", "police"},
	{fixture.Class{Code: "part-03-05", Group: "市容环境设施", Name: "垃圾箱（果皮箱、桶）"}, 4, "urban", "urban"},
	{fixture.Class{Code: "part-04-02", Group: "园林绿化设施", Name: "行道树"}, 6, "forestry", "urban"},
	{fixture.Class{Code: "part-04-07", Group: "园林绿化设施", Name: "街头座椅"}, 2, "urban", "urban"},
}

// each is how many fixtures a grid has.
const each = 26

// furnish puts fixtures into the grids. It happens once.
func (b *build) furnish(ctx context.Context) error {
	index, err := place.NewIndex(ctx, b.o.DB)
	if err != nil {
		return err
	}
	return b.o.DB.Write(ctx, func(tx *db.Tx) error {
		there, err := fixture.Classes(tx)
		if err != nil || len(there) > 0 {
			return err
		}
		tx.Replay(b.now)
		var classes []fixture.Class
		for _, c := range fixtureClasses {
			classes = append(classes, c.Class)
		}
		if err := fixture.PutClasses(tx, founder, classes); err != nil {
			return err
		}
		outlines, err := index.MapIn(tx)
		if err != nil {
			return err
		}
		grids, err := grid.Grids(tx, "")
		if err != nil {
			return err
		}
		r := b.rand("fixtures")
		var list []fixture.Fixture
		for _, g := range grids {
			for _, at := range scatter(r, outlines, g, each) {
				list = append(list, b.thing(r, g, at))
			}
		}
		return (&fixture.Fixtures{Places: index}).AddMany(tx, founder, list)
	})
}

// scatter picks points in a grid.
func scatter(r *rand.Rand, outlines *place.Map, g place.Place, n int) []geo.Point {
	var list []geo.Point
	middle := geo.Of(g.Lon, g.Lat)
	for tries := 0; len(list) < n && tries < 40*n; tries++ {
		// denser in the middle; what falls into a neighbour is thrown again
		p := geo.Point{Lon: middle.Lon + 0.003*r.NormFloat64(), Lat: middle.Lat + 0.0025*r.NormFloat64()}
		if code, ok := outlines.Locate(p.Lon, p.Lat); ok && code == g.Code {
			list = append(list, p)
		}
	}
	return list
}

func (b *build) thing(r *rand.Rand, g place.Place, at geo.Point) fixture.Fixture {
	total := 0
	for _, c := range fixtureClasses {
		total += c.often
	}
	n, c := r.IntN(total), fixtureClasses[0]
	for _, c = range fixtureClasses {
		if n -= c.often; n < 0 {
			break
		}
	}
	name := func(code string) string {
		for _, d := range departments {
			if d.code == code {
				return d.name
			}
		}
		return ""
	}
	f := fixture.Fixture{Class: c.Code, Where: at, Owner: name(c.owner), OwnerUnit: c.owner, Upkeep: name(c.upkeep), UpkeepUnit: c.upkeep,
		Spot: fmt.Sprintf("%s%d 号旁", short(b.tree.Name(g.Parent)), 1+r.IntN(180)), Since: civil.DateOf(b.now, civil.Shanghai).AddDays(-200 - r.IntN(3000)), State: fixture.InUse}
	switch n := r.IntN(100); {
	case n < 3:
		f.State = fixture.Damaged
	case n < 4:
		f.State = fixture.Missing
	}
	return f
}
