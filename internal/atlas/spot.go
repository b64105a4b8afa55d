package atlas

import (
	"cmp"
	"slices"

	"linli/internal/db"
	"linli/internal/geo"
)

// shift is how many halvings lie between a square of the question and the finest.
func (q *Question) shift() int {
	level := q.Zoom + 3 // a tile of the map is 512 pixels
	if q.Fine {
		level += 2
	}
	return geo.Finest - min(level, geo.Finest)
}

// A heap sums up one square.
type heap struct {
	left, top uint32 // column and row of the square
	x, y      uint64 // sums, for the middle
	tally     tally
	id        db.ID // of one of them
}

// heap adds a dot to its square. Dots of one square follow one another, but for the fresh ones: these make a second heap, joined later.
func (s *sieve) heap(d *dot, mark int) {
	left, top := d.x>>s.shift, d.y>>s.shift
	n := len(s.heaps)
	if n == 0 || s.heaps[n-1].left != left || s.heaps[n-1].top != top {
		s.heaps = append(s.heaps, heap{left: left, top: top, id: d.id})
		n++
	}
	h := &s.heaps[n-1]
	h.x += uint64(d.x)
	h.y += uint64(d.y)
	h.tally.add(mark)
}

// spots tells the squares from the north-west on, joined by fours until there are few enough.
func (s *sieve) spots() []Spot {
	s.join(0)
	for len(s.heaps) > SpotMost {
		s.join(1)
	}
	list := make([]Spot, len(s.heaps))
	for i, h := range s.heaps {
		n := uint64(h.tally[0])
		list[i] = Spot{Point: geo.Middle(geo.Join(uint32(h.x/n), uint32(h.y/n)), geo.Finest), Cases: int(n), Yellow: int(h.tally[1]), Red: int(h.tally[2])}
		if n == 1 {
			list[i].Case = h.id
		}
	}
	slices.SortFunc(list, func(a, b Spot) int {
		return cmp.Or(cmp.Compare(b.Point.Lat, a.Point.Lat), cmp.Compare(a.Point.Lon, b.Point.Lon))
	})
	return list
}

// join makes squares so many halvings coarser and one heap of those of one square.
func (s *sieve) join(coarser int) {
	s.shift += coarser
	for i := range s.heaps {
		s.heaps[i].left >>= coarser
		s.heaps[i].top >>= coarser
	}
	key := func(h heap) int64 { return geo.Join(h.left, h.top) }
	slices.SortFunc(s.heaps, func(a, b heap) int { return cmp.Compare(key(a), key(b)) })
	kept := s.heaps[:0]
	for _, h := range s.heaps {
		if n := len(kept); n > 0 && key(kept[n-1]) == key(h) {
			k := &kept[n-1]
			k.x, k.y = k.x+h.x, k.y+h.y
			for i := range k.tally {
				k.tally[i] += h.tally[i]
			}
			continue
		}
		kept = append(kept, h)
	}
	s.heaps = kept
}
