package survey

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"linli/internal/db"
	"linli/internal/geo"
	"linli/internal/place"
)

// An Outline (边界) is that of one place.
type Outline struct {
	Code, Name string
	Polygons   []orb.Polygon // in degrees, WGS-84
}

// What a finding is.
const (
	Crossing = "crossing" // a ring crosses itself
	Overlap  = "overlap"  // two or more places claim the land
	Gap      = "gap"      // land of the place above that none below it has
	Size     = "size"     // far from the size that the city set for a grid: a hint
)

// A Finding (边界问题) is something wrong with outlines.
type Finding struct {
	Kind    string
	Codes   []string
	Names   []string
	Area    float64 // square metres; 0 for a crossing
	At      geo.Point
	Picture string // SVG that marks the spot
}

// Words says what was found, as a format for the catalogue and its arguments.
func (f Finding) Words() (format string, args []any) {
	first := ""
	if len(f.Names) > 0 {
		first = f.Names[0]
	}
	switch f.Kind {
	case Crossing:
		return "%s 的边界在 %s 处与自己相交", []any{first, f.At.String()}
	case Overlap:
		second := ""
		if len(f.Names) > 1 {
			second = f.Names[1]
		}
		return "%s 与 %s 重叠约 %.0f 平方米，在 %s 附近", []any{first, second, f.Area, f.At.String()}
	case Gap:
		return "%s 有约 %.0f 平方米没有划给任何下级，在 %s 附近", []any{first, f.Area, f.At.String()}
	}
	return "%s 约 %.0f 平方米，与本市网格的面积相差较大", []any{first, f.Area}
}

// Options say how closely to look.
type Options struct {
	Least float64 // smallest area worth telling, in square metres; 0: 100
	Size  float64 // about how large a grid should be, in square metres; 0: no hint. Es-11 tells of a city with about 10,000
	Apart float64 // how many times larger or smaller gives a hint; 0: 3
}

// A Report (边界检查) is what was found.
type Report struct {
	Side     float64 // of the squares in which land was looked at, in metres
	Findings []Finding
}

const (
	leastSide = 2         // metres
	squares   = 3_000_000 // at most
	told      = 200       // findings of a kind
)

// Check looks at outlines of places below one place; above is the outline of that, or has no polygons when it is not known: then a gap is told only
// where the outlines enclose it.
func Check(above Outline, list []Outline, o Options) Report {
	o.Least, o.Apart = cmp.Or(o.Least, 100), cmp.Or(o.Apart, 3)
	var bound orb.Bound
	for i, x := range list {
		for k, p := range x.Polygons {
			if i == 0 && k == 0 {
				bound = p.Bound()
			}
			bound = bound.Union(p.Bound())
		}
	}
	for _, p := range above.Polygons {
		bound = bound.Union(p.Bound())
	}
	p := planeAt(bound.Center())
	s := look{o: o, plane: p, above: above, list: list, flat: make([][]orb.Polygon, len(list))}
	for i, x := range list {
		s.flat[i] = p.polygons(x.Polygons)
	}
	s.crossings()
	s.sizes()
	if len(list) > 0 {
		s.r = newRaster(orb.Bound{Min: p.metres(bound.Min), Max: p.metres(bound.Max)}, leastSide, squares)
		s.land()
	}
	out := Report{Findings: s.found}
	if s.r != nil {
		out.Side = s.r.side
	}
	return out
}

// A look is one survey under way.
type look struct {
	o     Options
	plane plane
	above Outline
	list  []Outline
	flat  [][]orb.Polygon // in metres
	r     *raster
	found []Finding
}

func (s *look) tell(f Finding) {
	n := 0
	for _, x := range s.found {
		if x.Kind == f.Kind {
			n++
		}
	}
	if n < told {
		s.found = append(s.found, f)
	}
}

func (s *look) crossings() {
	for i, polygons := range s.flat {
		for _, poly := range polygons {
			for _, ring := range poly {
				if at, ok := crossing(ring); ok {
					x := s.list[i]
					f := Finding{Kind: Crossing, Codes: []string{x.Code}, Names: []string{x.Name}, At: s.plane.degrees(at)}
					f.Picture = picture(f, at, 40, [][]orb.Polygon{polygons}, nil, 0)
					s.tell(f)
				}
			}
		}
	}
}

func (s *look) sizes() {
	if s.o.Size <= 0 {
		return
	}
	for i, polygons := range s.flat {
		area := 0.0
		for _, p := range polygons {
			area += math.Abs(planar.Area(p))
		}
		if area > s.o.Size*s.o.Apart || area < s.o.Size/s.o.Apart {
			middle, _ := planar.CentroidArea(orb.MultiPolygon(polygons))
			s.tell(Finding{Kind: Size, Codes: []string{s.list[i].Code}, Names: []string{s.list[i].Name}, Area: area, At: s.plane.degrees(middle)})
		}
	}
}

// land finds overlaps and gaps.
func (s *look) land() {
	r := s.r
	for i := range s.flat {
		r.lay(i, s.flat[i])
	}
	if len(s.above.Polygons) > 0 {
		r.within = make([]bool, len(r.cover))
		r.fill(s.plane.polygons(s.above.Polygons), func(at int) { r.within[at] = true })
	}
	for _, p := range r.patches(func(at int) bool { return r.cover[at] < 0 }) {
		if s.small(p) {
			continue
		}
		who := map[int32]int{}
		for _, at := range p.squares {
			for _, i := range r.pairs[at] {
				who[i]++
			}
		}
		ids := make([]int32, 0, len(who))
		for i := range who {
			ids = append(ids, i)
		}
		slices.SortFunc(ids, func(a, b int32) int { return cmp.Or(cmp.Compare(who[b], who[a]), cmp.Compare(a, b)) })
		f := Finding{Kind: Overlap}
		var shapes [][]orb.Polygon
		for _, i := range ids {
			f.Codes, f.Names, shapes = append(f.Codes, s.list[i].Code), append(f.Names, s.list[i].Name), append(shapes, s.flat[i])
		}
		s.patchFound(f, p, shapes)
	}
	for _, p := range r.patches(func(at int) bool { return r.cover[at] == 0 && (r.within == nil || r.within[at]) }) {
		if s.small(p) || r.within == nil && p.edge {
			continue
		}
		s.patchFound(Finding{Kind: Gap, Codes: []string{s.above.Code}, Names: []string{s.above.Name}}, p, s.flat)
	}
}

func (s *look) small(p patch) bool {
	return float64(len(p.squares))*s.r.side*s.r.side < s.o.Least || !s.r.thick(p)
}

func (s *look) patchFound(f Finding, p patch, shapes [][]orb.Polygon) {
	at := s.r.middle(p)
	f.Area, f.At = float64(len(p.squares))*s.r.side*s.r.side, s.plane.degrees(at)
	f.Picture = picture(f, at, 1.5*math.Sqrt(f.Area)+20*s.r.side, shapes, s.r.corners(p), s.r.side)
	s.tell(f)
}

// corners are the lower left corners of the squares of a patch.
func (r *raster) corners(p patch) []orb.Point {
	list := make([]orb.Point, len(p.squares))
	for i, at := range p.squares {
		list[i] = orb.Point{r.low[0] + float64(at%r.wide)*r.side, r.low[1] + float64(at/r.wide)*r.side}
	}
	return list
}

// Below checks the stored outlines of the places right below one.
func Below(tx *db.Tx, code string, o Options) (Report, error) {
	at, err := place.Get(tx, code)
	if err != nil {
		return Report{}, err
	}
	children, err := place.Children(tx, code, place.Today(tx))
	if err != nil {
		return Report{}, err
	}
	stored, err := place.Outlines(tx, code)
	if err != nil {
		return Report{}, err
	}
	beside, err := place.Outlines(tx, at.Parent)
	if err != nil {
		return Report{}, err
	}
	above := Outline{Code: at.Code, Name: at.Name, Polygons: polygons(beside[code])}
	var list []Outline
	for _, c := range children {
		if g := stored[c.Code]; g != nil {
			list = append(list, Outline{c.Code, c.Name, polygons(g)})
		}
	}
	return Check(above, list, o), nil
}

// polygons reads a GeoJSON geometry; none when it is not made of polygons.
func polygons(g json.RawMessage) []orb.Polygon {
	var head struct {
		Type        string
		Coordinates json.RawMessage
	}
	if len(g) == 0 || json.Unmarshal(g, &head) != nil {
		return nil
	}
	switch head.Type {
	case "Polygon":
		var p orb.Polygon
		if json.Unmarshal(head.Coordinates, &p) == nil {
			return []orb.Polygon{p}
		}
	case "MultiPolygon":
		var m orb.MultiPolygon
		if json.Unmarshal(head.Coordinates, &m) == nil {
			return m
		}
	}
	return nil
}
