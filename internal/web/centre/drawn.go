package centre

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"linli/internal/geo"
)

// drawn is a picture of an outline among others, in a plane of metres around its middle.
type drawn struct {
	Title     string
	Box       string
	Own       string
	Around    []string
	Spots     []spot
	Line      string
	Bold, Dot string
}

// spot is one point of the picture.
type spot struct{ X, Y, Shade string }

// plane turns degrees into metres east and south of a point.
type plane struct{ middle geo.Point }

func (p plane) at(lon, lat float64) (x, y float64) {
	const degree = 111_320
	return (lon - p.middle.Lon) * degree * math.Cos(p.middle.Lat*math.Pi/180), (p.middle.Lat - lat) * degree
}

// path writes a stored outline as an SVG path, and the corners of its box.
func (p plane) path(outline json.RawMessage) (d string, low, high [2]float64) {
	low, high = [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	var b strings.Builder
	for _, ring := range ringsOf(outline) {
		for i, at := range ring {
			x, y := p.at(at[0], at[1])
			low, high = [2]float64{min(low[0], x), min(low[1], y)}, [2]float64{max(high[0], x), max(high[1], y)}
			step := "L"
			if i == 0 {
				step = "M"
			}
			fmt.Fprintf(&b, "%s%.1f %.1f", step, x, y)
		}
		b.WriteString("Z")
	}
	return b.String(), low, high
}

// ringsOf are the rings of a GeoJSON polygon or of several.
func ringsOf(outline json.RawMessage) [][][2]float64 {
	var g struct {
		Type        string
		Coordinates json.RawMessage
	}
	if json.Unmarshal(outline, &g) != nil {
		return nil
	}
	var rings [][][2]float64
	if g.Type == "Polygon" {
		if json.Unmarshal(g.Coordinates, &rings) != nil {
			return nil
		}
		return rings
	}
	var many [][][][2]float64
	if json.Unmarshal(g.Coordinates, &many) != nil {
		return nil
	}
	for _, m := range many {
		rings = append(rings, m...)
	}
	return rings
}

// area is that of a stored outline in square metres, by the plane.
func (p plane) area(outline json.RawMessage) float64 {
	sum := 0.0
	for i, ring := range ringsOf(outline) {
		a := 0.0
		for k := 1; k < len(ring); k++ {
			x, y := p.at(ring[k-1][0], ring[k-1][1])
			u, v := p.at(ring[k][0], ring[k][1])
			a += x*v - u*y
		}
		a = math.Abs(a) / 2
		if i > 0 && strings.Contains(string(outline[:30]), `"Polygon"`) {
			a = -a // a hole
		}
		sum += a
	}
	return sum
}
