package ui

import (
	"fmt"
	"math"
	"strings"
)

// A drawn area of the server's map.
type shape struct {
	Path, Name, Href string
	Tone             int
}

// sketch projects the areas (equirectangular, true at the middle latitude, enough for one city) into a drawing
// 600 wide; the height follows.
func (m Map) sketch() (shapes []shape, viewBox string) {
	west, south, east, north := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, a := range m.Areas {
		for _, ring := range a.Rings {
			for _, p := range ring {
				west, east = min(west, p[0]), max(east, p[0])
				south, north = min(south, p[1]), max(north, p[1])
			}
		}
	}
	if !(east > west && north > south) {
		return nil, "0 0 600 300"
	}
	squeeze := math.Cos((south + north) / 2 * math.Pi / 180)
	scale := 600 / ((east - west) * squeeze)
	for _, a := range m.Areas {
		var b strings.Builder
		for _, ring := range a.Rings {
			for i, p := range ring {
				letter := 'L'
				if i == 0 {
					letter = 'M'
				}
				fmt.Fprintf(&b, "%c%.1f %.1f", letter, (p[0]-west)*squeeze*scale, (north-p[1])*scale)
			}
			b.WriteByte('z')
		}
		shapes = append(shapes, shape{b.String(), a.Name, a.Href, min(max(a.Tone, 0), 5)})
	}
	return shapes, fmt.Sprintf("-4 -4 608 %.0f", (north-south)*scale+8)
}
