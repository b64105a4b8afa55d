package geo

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
)

// A Point (坐标) is a position in WGS-84 degrees.
type Point struct {
	Lon float64 `json:"lon"`
	Lat float64 `json:"lat"`
}

// Of is the point with these millionths of a degree, as tables keep them.
func Of(lon, lat int64) Point { return Point{float64(lon) / 1e6, float64(lat) / 1e6} }

// Millionths returns the point as tables keep it; a millionth of a degree is a decimetre.
func (p Point) Millionths() (lon, lat int64) {
	return int64(math.Round(p.Lon * 1e6)), int64(math.Round(p.Lat * 1e6))
}

// IsZero reports that no position was given: nothing that anybody reports lies at 0°, 0°.
func (p Point) IsZero() bool { return p == Point{} }

// Valid reports that the point is on the earth; NaN and infinities are not.
func (p Point) Valid() bool { return math.Abs(p.Lon) <= 180 && math.Abs(p.Lat) <= 90 }

// String is the point as people write it, longitude first.
func (p Point) String() string { return fmt.Sprintf("%.6f,%.6f", p.Lon, p.Lat) }

func (p Point) orb() orb.Point { return orb.Point{p.Lon, p.Lat} }

// Distance is how far two points are apart, in metres.
func Distance(a, b Point) float64 { return orbgeo.DistanceHaversine(a.orb(), b.orb()) }

// Box returns the corners of the smallest box of longitudes and latitudes that holds the circle around p with this radius in metres.
func Box(p Point, radius float64) (low, high Point) {
	dLat := radius / orb.EarthRadius * 180 / math.Pi
	low, high = Point{-180, max(p.Lat-dLat, -90)}, Point{180, min(p.Lat+dLat, 90)}
	if math.Abs(p.Lat)+dLat < 90 { // a circle that holds no pole is widest a little off the middle
		dLon := math.Asin(math.Sin(radius/orb.EarthRadius)/math.Cos(p.Lat*math.Pi/180)) * 180 / math.Pi
		low.Lon, high.Lon = max(p.Lon-dLon, -180), min(p.Lon+dLon, 180)
	}
	return low, high
}
