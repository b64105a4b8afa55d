package demo

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/geo"
	"linli/internal/place"
)

// outlines reads the rings of all places whose parents have children with outlines, so that stories lie where they are said to.
func (b *build) outlines(tx *db.Tx) error {
	b.rings = map[string]orb.Ring{}
	for _, parent := range b.tree.Subtree(city) {
		found, err := place.Outlines(tx, parent.Code)
		if err != nil {
			return err
		}
		for code, text := range found {
			var shape struct{ Coordinates []orb.Ring }
			if json.Unmarshal(text, &shape) == nil && len(shape.Coordinates) > 0 {
				b.rings[code] = shape.Coordinates[0]
			}
		}
	}
	return nil
}

// gpsError is how far telephones are off, in metres: half of them by less.
const gpsError = 12

// pin is where a story happens: an estate of a place is one spot, and what is told of it lies some metres around. Nil where the place has no outline.
func (b *build) pin(s scene, story int) *casework.Position {
	ring := b.rings[s.place]
	if len(ring) == 0 {
		return nil
	}
	r := b.rand("spot " + s.place + s.estate)
	box := ring.Bound()
	var at orb.Point
	for range 100 {
		at = orb.Point{box.Min[0] + r.Float64()*(box.Max[0]-box.Min[0]), box.Min[1] + r.Float64()*(box.Max[1]-box.Min[1])}
		if planar.RingContains(ring, at) {
			break
		}
	}
	own := b.rand(fmt.Sprint("pin ", story))
	off := func(n *rand.Rand) float64 { return gpsError * n.NormFloat64() / 111_195 }
	return &casework.Position{Point: geo.Point{Lon: at[0] + off(own)/math.Cos(at[1]*math.Pi/180), Lat: at[1] + off(own)}, Accuracy: float64(5 + own.IntN(20))}
}
