package geo

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Finest is the level that tables keep: squares of half a metre. Coarser cells are runs of it.
const Finest = 26

// Cell returns the z-order number of the square that holds p: the tile of the web map at zoom level, 0 to Finest. (orb/maptile would do it too, and
// would bring in a driver of another database.)
func Cell(p Point, level int) int64 {
	x, y := square(p, level)
	return spread(x) | spread(y)<<1
}

// square is the column and row of the tile; rows count from the north. Beyond the reach of the web map it is the last one.
func square(p Point, level int) (x, y uint32) {
	side := float64(uint32(1) << level)
	sin := math.Sin(p.Lat * math.Pi / 180)
	fx := (p.Lon/360 + 0.5) * side
	fy := (0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)) * side
	return uint32(min(max(fx, 0), side-1)), uint32(min(max(fy, 0), side-1))
}

// spread puts a zero bit above each bit of v.
func spread(v uint32) int64 {
	x := uint64(v)
	x = (x | x<<16) & 0x0000FFFF0000FFFF
	x = (x | x<<8) & 0x00FF00FF00FF00FF
	x = (x | x<<4) & 0x0F0F0F0F0F0F0F0F
	x = (x | x<<2) & 0x3333333333333333
	x = (x | x<<1) & 0x5555555555555555
	return int64(x)
}

// gather undoes spread, leaving out the bits between.
func gather(v int64) uint32 {
	x := uint64(v) & 0x5555555555555555
	x = (x | x>>1) & 0x3333333333333333
	x = (x | x>>2) & 0x0F0F0F0F0F0F0F0F
	x = (x | x>>4) & 0x00FF00FF00FF00FF
	x = (x | x>>8) & 0x0000FFFF0000FFFF
	x = (x | x>>16) & 0x00000000FFFFFFFF
	return uint32(x)
}

// Split returns the column and row of a cell, counted from the west and the north; Join makes the cell of them again.
func Split(cell int64) (x, y uint32) { return gather(cell), gather(cell >> 1) }

// Join returns the cell at a column and a row.
func Join(x, y uint32) int64 { return spread(x) | spread(y)<<1 }

// Coarsen returns the cell of a coarser level that holds a cell.
func Coarsen(cell int64, from, to int) int64 { return cell >> (2 * (from - to)) }

// Span returns the run of cells of the Finest level within a cell: first ≤ c < end.
func Span(cell int64, level int) (first, end int64) {
	up := 2 * (Finest - level)
	return cell << up, (cell + 1) << up
}

// Middle returns the middle of a cell.
func Middle(cell int64, level int) Point {
	side := float64(uint32(1) << level)
	x, y := float64(gather(cell))+0.5, float64(gather(cell>>1))+0.5
	return Point{Lon: (x/side - 0.5) * 360, Lat: math.Atan(math.Sinh(math.Pi*(1-2*y/side))) * 180 / math.Pi}
}

// Level returns the finest level at which Cover of this radius gives few cells, at most nine.
func Level(p Point, radius float64) int {
	low, high := Box(p, radius)
	far := max(math.Abs(low.Lat), math.Abs(high.Lat)) // where the squares are smallest
	around := 2 * math.Pi * orb.EarthRadius * math.Cos(far*math.Pi/180)
	if !(radius > 0) {
		return Finest
	}
	return min(max(int(math.Log2(around/radius)), 0), Finest) // a side of the square is at least the radius
}

// Cover returns cells of a level, in ascending order, that leave out no point within radius metres of the middle. Its length is bounded by the
// caller's choice of a level: see Level.
func Cover(p Point, radius float64, level int) []int64 {
	low, high := Box(p, radius)
	left, top := square(Point{low.Lon, high.Lat}, level)
	right, bottom := square(Point{high.Lon, low.Lat}, level)
	var list []int64
	for x := left; x <= right; x++ {
		for y := top; y <= bottom; y++ {
			list = append(list, spread(x)|spread(y)<<1)
		}
	}
	slices.Sort(list)
	return list
}

// Spans returns the runs of the Finest level that leave out no point within radius metres of p, joined where they touch; none overlap.
func Spans(p Point, radius float64) [][2]int64 {
	level := Level(p, radius)
	var runs [][2]int64
	for _, c := range Cover(p, radius, level) {
		first, end := Span(c, level)
		if n := len(runs); n > 0 && runs[n-1][1] == first {
			runs[n-1][1] = end
			continue
		}
		runs = append(runs, [2]int64{first, end})
	}
	return runs
}
