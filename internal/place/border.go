package place

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

const (
	onLine = 1e-9  // distance at which a point counts as lying on a border
	pocket = 0.004 // size of the cells in which knot looks for points
	stride = 0.006 // longest straight piece of a border
)

// knot gives every ring the corners of its neighbours that lie on its sides. Afterwards two cells that touch share whole
// sides, so that bending the points bends both alike and opens no gap.
func (d *drawing) knot() {
	d.grid = map[[2]int][]orb.Point{}
	seen := map[orb.Point]bool{}
	for _, c := range d.cells {
		for _, p := range c.Ring {
			if !seen[p] {
				seen[p] = true
				at := pocketOf(p)
				d.grid[at] = append(d.grid[at], p)
			}
		}
	}
	for i := range d.cells {
		ring := d.cells[i].Ring
		var full orb.Ring
		for j, p := range ring {
			q := ring[(j+1)%len(ring)]
			full = append(append(full, p), d.between(p, q)...)
		}
		d.cells[i].Ring = full
	}
}

func pocketOf(p orb.Point) [2]int {
	return [2]int{int(math.Floor(p[0] / pocket)), int(math.Floor(p[1] / pocket))}
}

// between returns the known points strictly inside the side p–q, in order from p.
func (d *drawing) between(p, q orb.Point) []orb.Point {
	length := math.Hypot(q[0]-p[0], q[1]-p[1])
	if length == 0 {
		return nil
	}
	type placed struct {
		at float64
		p  orb.Point
	}
	var found []placed
	looked := map[[2]int]bool{}
	for s := 0.0; s <= length+pocket; s += pocket / 2 {
		f := min(s/length, 1)
		mid := pocketOf(orb.Point{p[0] + f*(q[0]-p[0]), p[1] + f*(q[1]-p[1])})
		for dx := -1; dx <= 1; dx++ {
			for dy := -1; dy <= 1; dy++ {
				cell := [2]int{mid[0] + dx, mid[1] + dy}
				if looked[cell] {
					continue
				}
				looked[cell] = true
				for _, x := range d.grid[cell] {
					ux, uy := (q[0]-p[0])/length, (q[1]-p[1])/length
					along, off := (x[0]-p[0])*ux+(x[1]-p[1])*uy, (x[1]-p[1])*ux-(x[0]-p[0])*uy
					if x != p && x != q && math.Abs(off) < onLine && along > 0 && along < length {
						found = append(found, placed{along, x})
					}
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b placed) int {
		if a.at < b.at {
			return -1
		}
		return 1
	})
	points := make([]orb.Point, len(found))
	for i, f := range found {
		points[i] = f.p
	}
	return points
}

// finish divides long sides, bends them, carries the ring to its place on the earth and closes it.
func (d *drawing) finish(cell *Drawn, c Canvas) {
	var ring orb.Ring
	for i, p := range cell.Ring {
		ring = append(ring, c.earth(p))
		for _, x := range pieces(p, cell.Ring[(i+1)%len(cell.Ring)]) {
			ring = append(ring, c.earth(x))
		}
	}
	cell.Ring = append(ring, ring[0])
}

// pieces returns points that divide a side into straight pieces, the same ones whichever way the side runs.
func pieces(p, q orb.Point) []orb.Point {
	n := int(math.Hypot(q[0]-p[0], q[1]-p[1]) / stride)
	turned := p[0] > q[0] || p[0] == q[0] && p[1] > q[1]
	if turned {
		p, q = q, p
	}
	points := make([]orb.Point, n)
	for i := range points {
		f := float64(i+1) / float64(n+1)
		points[i] = orb.Point{p[0] + f*(q[0]-p[0]), p[1] + f*(q[1]-p[1])}
	}
	if turned {
		slices.Reverse(points)
	}
	return points
}

// earth bends the plane a little, gently enough that it nowhere folds (the slopes of the waves add up to less than one),
// and turns units into degrees, rounded to a millionth.
func (c Canvas) earth(p orb.Point) orb.Point {
	shift := float64(c.Seed % 1000)
	x, y := p[0], p[1]
	for i, w := range [...]struct{ waves, height float64 }{{9, 0.03}, {31, 0.008}, {97, 0.002}} {
		a := shift + float64(i)*1.7
		x, y = x+w.height*math.Sin(w.waves*p[1]+a), y+w.height*math.Sin(w.waves*p[0]+a+2)
	}
	lat := c.Lat + y*c.Width*math.Cos(c.Lat*math.Pi/180)
	return orb.Point{math.Round((c.Lon+x*c.Width)*1e6) / 1e6, math.Round(lat*1e6) / 1e6}
}
