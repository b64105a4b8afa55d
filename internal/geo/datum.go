package geo

import (
	"math"

	"linli/internal/fault"
)

// A Datum (坐标系) is what degrees are counted from.
type Datum string

// The datums that positions are told in. CGCS2000, the national one, agrees with WGS-84 within a decimetre and is told as WGS-84.
const (
	WGS84 Datum = "wgs84" // satellites, phones' own positions, surveys
	GCJ02 Datum = "gcj02" // maps of Chinese vendors: shifted by some hundred metres
)

// ParseDatum reads a declared datum. Returns invalid for another and for none: a datum is never guessed.
func ParseDatum(s string) (Datum, error) {
	switch d := Datum(s); d {
	case WGS84, GCJ02:
		return d, nil
	case "":
		return "", fault.Invalid("datum", "请说明坐标系：wgs84（卫星定位、测绘成果、CGCS2000）或 gcj02（国内地图取的点）")
	}
	return "", fault.Invalid("datum", "不认识的坐标系 %s；可以是 wgs84 或 gcj02", s)
}

// ToWGS84 converts a position told in this datum.
func (d Datum) ToWGS84(p Point) Point {
	if d != GCJ02 {
		return p
	}
	// The shift is told for a true position only; it changes so slowly that looking for the position closes in fivefold and better at each step.
	w := p
	for range 12 {
		s := shift(w)
		w = Point{p.Lon - s.Lon, p.Lat - s.Lat}
	}
	return w
}

// FromWGS84 converts a position into this datum.
func (d Datum) FromWGS84(p Point) Point {
	if d != GCJ02 {
		return p
	}
	s := shift(p)
	return Point{p.Lon + s.Lon, p.Lat + s.Lat}
}

// The shift is made on the ellipsoid of Krasovsky 1940.
const (
	majorAxis    = 6378245.0
	eccentricity = 0.00669342162296594323 // its square
)

// shift is how far GCJ-02 puts a position aside, in degrees; nothing outside the box in which the datum is in use.
func shift(p Point) Point {
	if !(p.Lon >= 72.004 && p.Lon <= 137.8347 && p.Lat >= 0.8293 && p.Lat <= 55.8271) {
		return Point{}
	}
	x, y := p.Lon-105, p.Lat-35
	ripple := 20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) +
		(ripple+20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi)+160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) +
		(ripple+20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi)+150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
	lat := p.Lat * math.Pi / 180
	w := 1 - eccentricity*math.Sin(lat)*math.Sin(lat)
	return Point{
		Lon: east * 180 / (majorAxis / math.Sqrt(w) * math.Cos(lat) * math.Pi),
		Lat: north * 180 / (majorAxis * (1 - eccentricity) / (w * math.Sqrt(w)) * math.Pi),
	}
}
