package place

import (
	"cmp"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"
)

// A Drawn is an invented outline. The ring is closed and runs counter-clockwise.
type Drawn struct {
	Code string
	Ring orb.Ring
}

// A Canvas says where and how large an invented map is.
type Canvas struct {
	Lon, Lat float64 // the middle, in degrees
	Width    float64 // in degrees of longitude
	Seed     uint64
}

// Draw invents outlines for the standing places of a tree, for demonstration: cells inside an outline of the top, cells
// inside those, and so on, with winding borders. The same tree and canvas give the same map. The cells of the places below
// one place do not overlap and cover it entirely; neighbours share each point of their border. A place gets land roughly
// by the number of places below it. Several tops are drawn side by side.
func Draw(t *Tree, c Canvas) []Drawn {
	d := drawing{tree: t, seed: c.Seed}
	tops := t.Children("")
	if len(tops) == 0 {
		return nil
	}
	d.divide(tops, c.frame())
	d.knot()
	for i := range d.cells {
		d.finish(&d.cells[i], c)
	}
	slices.SortFunc(d.cells, func(a, b Drawn) int { return cmp.Compare(a.Code, b.Code) })
	return d.cells
}

// A drawing lays cells out with straight borders in a plane where the canvas is one unit wide; finish bends them.
type drawing struct {
	tree  *Tree
	seed  uint64
	cells []Drawn // rings not closed until finished
	grid  map[[2]int][]orb.Point
}

// frame is the outline of everything, an irregular convex polygon of width 1 around the origin.
func (c Canvas) frame() orb.Ring {
	rng := rand.New(rand.NewPCG(c.Seed, 1))
	const corners = 14
	ring := make(orb.Ring, corners)
	for i := range ring {
		a := (float64(i) + 0.6*rng.Float64()) * 2 * math.Pi / corners
		ring[i] = orb.Point{0.5 * math.Cos(a), 0.42 * math.Sin(a)} // on an ellipse, hence convex
	}
	return ring
}

// divide gives each place of the list its share of the ring, and then goes down.
func (d *drawing) divide(list []Place, ring orb.Ring) {
	if len(list) > 1 {
		left, right := d.halves(list)
		share := d.weight(left) / (d.weight(left) + d.weight(right))
		a, b := cut(ring, d.bearing(list, ring), share)
		d.divide(left, a)
		d.divide(right, b)
		return
	}
	d.cells = append(d.cells, Drawn{list[0].Code, ring})
	if below := d.tree.Children(list[0].Code); len(below) > 0 {
		d.divide(below, ring)
	}
}

// halves splits a list where the weights come closest to equal, in the order of codes so that neighbours by code are
// neighbours on the map.
func (d *drawing) halves(list []Place) (left, right []Place) {
	total, sum, best, at := d.weight(list), 0.0, math.Inf(1), 1
	for i := 1; i < len(list); i++ {
		sum += d.weight(list[i-1 : i])
		if off := math.Abs(sum - total/2); off < best {
			best, at = off, i
		}
	}
	return list[:at], list[at:]
}

// weight is the land that places ask for: somewhat less than in proportion to what is below them, and varied by code.
func (d *drawing) weight(list []Place) (w float64) {
	for _, p := range list {
		below := float64(len(d.tree.below[p.Code]))
		w += math.Pow(1+below, 0.8) * (0.7 + 0.6*d.chance(p.Code))
	}
	return w
}

// chance is a number in [0,1) that depends on the seed and the code only.
func (d *drawing) chance(code string) float64 {
	h := fnv.New64a()
	h.Write([]byte(code))
	return rand.New(rand.NewPCG(d.seed, h.Sum64())).Float64()
}

// bearing is the direction across which a ring is best cut: along its longest extent, give or take.
func (d *drawing) bearing(list []Place, ring orb.Ring) orb.Point {
	var far float64
	var along orb.Point
	for i, p := range ring {
		for _, q := range ring[:i] {
			if dx, dy := p[0]-q[0], p[1]-q[1]; dx*dx+dy*dy > far {
				far, along = dx*dx+dy*dy, orb.Point{dx, dy}
			}
		}
	}
	a := math.Atan2(along[1], along[0]) + 0.5*(d.chance(list[0].Code+"/"+list[len(list)-1].Code)-0.5)
	return orb.Point{math.Cos(a), math.Sin(a)}
}

// cut divides a convex ring by a line square to dir, so that the first part has the given share of the area. Both parts
// get the very same two points of the cut.
func cut(ring orb.Ring, dir orb.Point, share float64) (a, b orb.Ring) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, p := range ring {
		s := p[0]*dir[0] + p[1]*dir[1]
		lo, hi = min(lo, s), max(hi, s)
	}
	want := share * area(ring)
	for range 50 {
		mid := (lo + hi) / 2
		if a, _ := slice(ring, dir, mid); area(a) < want {
			lo = mid
		} else {
			hi = mid
		}
	}
	return slice(ring, dir, (lo+hi)/2)
}

// slice divides a convex ring at p·dir = at; the first part has the smaller products.
func slice(ring orb.Ring, dir orb.Point, at float64) (a, b orb.Ring) {
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		s, t := p[0]*dir[0]+p[1]*dir[1]-at, q[0]*dir[0]+q[1]*dir[1]-at
		if s <= 0 {
			a = append(a, p)
		} else {
			b = append(b, p)
		}
		if (s <= 0) != (t <= 0) {
			f := s / (s - t)
			x := orb.Point{p[0] + f*(q[0]-p[0]), p[1] + f*(q[1]-p[1])}
			a, b = append(a, x), append(b, x)
		}
	}
	return a, b
}

func area(ring orb.Ring) (sum float64) {
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += p[0]*q[1] - q[0]*p[1]
	}
	return sum / 2
}
