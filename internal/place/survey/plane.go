package survey

import (
	"math"

	"github.com/paulmach/orb"

	"linli/internal/geo"
)

// A plane turns degrees into metres east and north of a point; good for the extent of a city.
type plane struct {
	middle orb.Point
	perLon float64 // metres a degree
}

const perLat = math.Pi * orb.EarthRadius / 180

func planeAt(middle orb.Point) plane {
	return plane{middle, perLat * math.Cos(middle[1]*math.Pi/180)}
}

func (p plane) metres(at orb.Point) orb.Point {
	return orb.Point{(at[0] - p.middle[0]) * p.perLon, (at[1] - p.middle[1]) * perLat}
}

func (p plane) degrees(at orb.Point) geo.Point {
	return geo.Point{Lon: p.middle[0] + at[0]/p.perLon, Lat: p.middle[1] + at[1]/perLat}
}

func (p plane) polygons(list []orb.Polygon) []orb.Polygon {
	out := make([]orb.Polygon, len(list))
	for i, poly := range list {
		for _, ring := range poly {
			flat := make(orb.Ring, len(ring))
			for k, at := range ring {
				flat[k] = p.metres(at)
			}
			out[i] = append(out[i], flat)
		}
	}
	return out
}

// crossing returns the first point at which a ring crosses itself.
func crossing(ring orb.Ring) (orb.Point, bool) {
	n := len(ring) - 1
	for i := range n {
		for k := i + 2; k < n; k++ {
			if i == 0 && k == n-1 {
				continue // neighbours across the end
			}
			if at, ok := meet(ring[i], ring[i+1], ring[k], ring[k+1]); ok {
				return at, true
			}
		}
	}
	return orb.Point{}, false
}

// meet returns where two segments cross in their insides.
func meet(a, b, c, d orb.Point) (orb.Point, bool) {
	if max(a[0], b[0]) < min(c[0], d[0]) || max(c[0], d[0]) < min(a[0], b[0]) || max(a[1], b[1]) < min(c[1], d[1]) || max(c[1], d[1]) < min(a[1], b[1]) {
		return orb.Point{}, false
	}
	ux, uy, vx, vy := b[0]-a[0], b[1]-a[1], d[0]-c[0], d[1]-c[1]
	den := ux*vy - uy*vx
	if den == 0 {
		return orb.Point{}, false
	}
	s := ((c[0]-a[0])*vy - (c[1]-a[1])*vx) / den
	t := ((c[0]-a[0])*uy - (c[1]-a[1])*ux) / den
	const end = 1e-9 // ends that touch do not cross
	if s <= end || s >= 1-end || t <= end || t >= 1-end {
		return orb.Point{}, false
	}
	return orb.Point{a[0] + s*ux, a[1] + s*uy}, true
}
