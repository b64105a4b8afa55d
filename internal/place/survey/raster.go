package survey

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// A raster is land in squares, each with who covers it.
type raster struct {
	low        orb.Point // corner in metres
	side       float64
	wide, high int
	cover      []int32 // 0: nobody; i+1: outline i; -1: several
	within     []bool  // the place above covers it; nil when its outline is not known
	pairs      map[int][]int32
}

// newRaster has squares of at least least metres, and no more than most of them.
func newRaster(b orb.Bound, least float64, most int) *raster {
	w, h := b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]
	side := max(least, math.Sqrt(w*h/float64(most)))
	r := &raster{low: orb.Point{b.Min[0] - side, b.Min[1] - side}, side: side, wide: int(w/side) + 3, high: int(h/side) + 3, pairs: map[int][]int32{}}
	r.cover = make([]int32, r.wide*r.high)
	return r
}

// fill calls each for the squares whose middle lies in the polygons, row by row, by the rule of even and odd.
func (r *raster) fill(polygons []orb.Polygon, each func(at int)) {
	for _, poly := range polygons {
		var cuts []float64
		b := poly.Bound()
		first, last := max(0, int((b.Min[1]-r.low[1])/r.side)-1), min(r.high-1, int((b.Max[1]-r.low[1])/r.side)+1)
		for row := first; row <= last; row++ {
			y := r.low[1] + (float64(row)+0.5)*r.side
			cuts = cuts[:0]
			for _, ring := range poly {
				for i := 1; i < len(ring); i++ {
					p, q := ring[i-1], ring[i]
					if (p[1] <= y) != (q[1] <= y) {
						cuts = append(cuts, p[0]+(y-p[1])/(q[1]-p[1])*(q[0]-p[0]))
					}
				}
			}
			slices.Sort(cuts)
			for i := 1; i < len(cuts); i += 2 {
				from := max(0, int(math.Ceil((cuts[i-1]-r.low[0])/r.side-0.5)))
				for col := from; col < r.wide && r.low[0]+(float64(col)+0.5)*r.side < cuts[i]; col++ {
					each(row*r.wide + col)
				}
			}
		}
	}
}

// lay lets outline i cover its land.
func (r *raster) lay(i int, polygons []orb.Polygon) {
	r.fill(polygons, func(at int) {
		switch c := r.cover[at]; {
		case c == 0:
			r.cover[at] = int32(i + 1)
		case c > 0:
			if c == int32(i+1) {
				return // two parts of one outline
			}
			r.cover[at] = -1
			r.pairs[at] = []int32{c - 1, int32(i)}
		default:
			r.pairs[at] = append(r.pairs[at], int32(i))
		}
	})
}

// A patch is squares that hang together.
type patch struct {
	squares []int
	edge    bool // it reaches the edge of the raster
}

// patches gathers squares for which is holds.
func (r *raster) patches(is func(at int) bool) []patch {
	seen := make([]bool, len(r.cover))
	var list []patch
	for start := range r.cover {
		if seen[start] || !is(start) {
			continue
		}
		seen[start] = true
		p := patch{squares: []int{start}}
		for k := 0; k < len(p.squares); k++ {
			at := p.squares[k]
			row, col := at/r.wide, at%r.wide
			p.edge = p.edge || row == 0 || col == 0 || row == r.high-1 || col == r.wide-1
			for _, n := range [4][2]int{{row - 1, col}, {row + 1, col}, {row, col - 1}, {row, col + 1}} {
				next := n[0]*r.wide + n[1]
				if n[0] >= 0 && n[1] >= 0 && n[0] < r.high && n[1] < r.wide && !seen[next] && is(next) {
					seen[next] = true
					p.squares = append(p.squares, next)
				}
			}
		}
		list = append(list, p)
	}
	return list
}

// thick reports whether a patch has a square all of whose neighbours belong to it: a border drawn twice has none.
func (r *raster) thick(p patch) bool {
	in := make(map[int]bool, len(p.squares))
	for _, at := range p.squares {
		in[at] = true
	}
	return slices.ContainsFunc(p.squares, func(at int) bool {
		return in[at-1] && in[at+1] && in[at-r.wide] && in[at+r.wide]
	})
}

// middle is the square of a patch nearest to its centre.
func (r *raster) middle(p patch) orb.Point {
	var x, y float64
	at := func(s int) orb.Point {
		return orb.Point{r.low[0] + (float64(s%r.wide)+0.5)*r.side, r.low[1] + (float64(s/r.wide)+0.5)*r.side}
	}
	for _, s := range p.squares {
		m := at(s)
		x, y = x+m[0], y+m[1]
	}
	x, y = x/float64(len(p.squares)), y/float64(len(p.squares))
	best := at(p.squares[0])
	for _, s := range p.squares {
		if m := at(s); math.Hypot(m[0]-x, m[1]-y) < math.Hypot(best[0]-x, best[1]-y) {
			best = m
		}
	}
	return best
}
