package place

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"

	"linli/internal/db"
	"linli/internal/fault"
)

const maxOutline = 4 << 20 // bytes of GeoJSON

// SetOutline stores the outline of a place, a GeoJSON Polygon or MultiPolygon in degrees, or a Feature of one; its centre
// becomes the place's point. Empty takes the outline away. Returns invalid for anything else.
func SetOutline(tx *db.Tx, c Change, code string, geo []byte) error {
	c, err := c.settle(tx)
	if err != nil {
		return err
	}
	if _, err := present(tx, "code", code); err != nil {
		return err
	}
	var shape orb.Geometry
	if len(geo) > 0 {
		if shape, err = parseOutline(geo); err != nil {
			return err
		}
	}
	if err := storeOutline(tx, code, shape); err != nil {
		return err
	}
	return c.log(tx, "outline", code, "")
}

// StoreDrawn stores the outlines that Draw made, as one change.
func StoreDrawn(tx *db.Tx, c Change, drawn []Drawn) error {
	c, err := c.settle(tx)
	if err != nil || len(drawn) == 0 {
		return err
	}
	for _, o := range drawn {
		if err := storeOutline(tx, o.Code, orb.Polygon{o.Ring}); err != nil {
			return err
		}
	}
	return c.log(tx, "outline", drawn[0].Code, "示意边界")
}

func storeOutline(tx *db.Tx, code string, shape orb.Geometry) error {
	var text []byte
	var centre orb.Point
	if shape != nil {
		centre, _ = planar.CentroidArea(shape)
		var err error
		if text, err = json.Marshal(geometry{Type: shape.GeoJSONType(), Coordinates: shape}); err != nil {
			return wrap("write outline", err)
		}
	}
	return wrap("store outline", tx.ExecOne("update place set outline = ?, lon = ?, lat = ? where code = ?",
		string(text), millionths(centre[0]), millionths(centre[1]), code))
}

func millionths(degrees float64) int64 { return int64(math.Round(degrees * 1e6)) }

// geometry is a GeoJSON geometry, as written.
type geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

func parseOutline(b []byte) (orb.Geometry, error) {
	if len(b) > maxOutline {
		return nil, fault.Invalid("outline", "边界超过 %d MB", maxOutline>>20)
	}
	shape, polygons := readOutline(b)
	if len(polygons) == 0 {
		return nil, fault.Invalid("outline", "边界应是 GeoJSON 的 Polygon 或 MultiPolygon")
	}
	for _, p := range polygons {
		if err := checkRings(p); err != nil {
			return nil, err
		}
	}
	return shape, nil
}

// readOutline returns the geometry and its polygons; none when it is not made of polygons.
func readOutline(b []byte) (orb.Geometry, []orb.Polygon) {
	var g struct {
		Type        string
		Coordinates json.RawMessage
		Geometry    json.RawMessage
	}
	if json.Unmarshal(b, &g) != nil {
		return nil, nil
	}
	switch g.Type {
	case "Feature":
		return readOutline(g.Geometry)
	case "Polygon":
		var p orb.Polygon
		if json.Unmarshal(g.Coordinates, &p) == nil {
			return p, []orb.Polygon{p}
		}
	case "MultiPolygon":
		var m orb.MultiPolygon
		if json.Unmarshal(g.Coordinates, &m) == nil {
			return m, m
		}
	}
	return nil, nil
}

func checkRings(p orb.Polygon) error {
	if len(p) == 0 {
		return fault.Invalid("outline", "边界里有空的多边形")
	}
	for _, ring := range p {
		if len(ring) < 4 || !ring.Closed() {
			return fault.Invalid("outline", "边界的每一圈至少要有四个点，并且首尾相接")
		}
		for _, at := range ring {
			if !(math.Abs(at[0]) <= 180 && math.Abs(at[1]) <= 90) {
				return fault.Invalid("outline", "边界里有不存在的经纬度 %v", [2]float64(at))
			}
		}
	}
	return nil
}

// Outlines returns the stored outlines of the standing places right below code, as GeoJSON geometries by code.
func Outlines(tx *db.Tx, code string) (map[string]json.RawMessage, error) {
	rows, err := tx.Query("select code, outline from place where parent = ? and valid_to = '' and outline <> ''", code)
	if err != nil {
		return nil, wrap("read outlines", err)
	}
	defer rows.Close()
	found := map[string]json.RawMessage{}
	for rows.Next() {
		var code, text string
		if err := rows.Scan(&code, &text); err != nil {
			return nil, wrap("read outlines", err)
		}
		found[code] = json.RawMessage(text)
	}
	return found, wrap("read outlines", rows.Err())
}

// A Map finds the place at a position. It is never altered.
type Map struct {
	version int64
	tree    rtree.RTreeG[shaped]
}

type shaped struct {
	code  string
	path  string
	depth int
	shape orb.Geometry
}

// LoadMap reads the outlines of all standing places.
func LoadMap(tx *db.Tx) (*Map, error) {
	version, err := Version(tx)
	if err != nil {
		return nil, err
	}
	m := &Map{version: version}
	rows, err := tx.Query("select code, path, outline from place where valid_to = '' and outline <> ''")
	if err != nil {
		return nil, wrap("load outlines", err)
	}
	defer rows.Close()
	for rows.Next() {
		var code, path, text string
		if err := rows.Scan(&code, &path, &text); err != nil {
			return nil, wrap("load outlines", err)
		}
		shape, _ := readOutline([]byte(text))
		if shape == nil {
			return nil, fault.Internal(errors.New("stored outline is not made of polygons"), "%s 的边界数据损坏", code)
		}
		b := shape.Bound()
		m.tree.Insert(b.Min, b.Max, shaped{code, path, len(Codes(path)), shape})
	}
	return m, wrap("load outlines", rows.Err())
}

// Locate returns the code of the deepest place that contains the position; on a common border, the lower code.
func (m *Map) Locate(lon, lat float64) (string, bool) {
	s, ok := m.at(lon, lat)
	return s.code, ok
}

// PathAt returns the path of the place that Locate finds; "" where no outline is.
func (m *Map) PathAt(lon, lat float64) string {
	s, _ := m.at(lon, lat)
	return s.path
}

func (m *Map) at(lon, lat float64) (shaped, bool) {
	at := orb.Point{lon, lat}
	var near []shaped
	m.tree.Search(at, at, func(_, _ [2]float64, s shaped) bool {
		near = append(near, s)
		return true
	})
	// the deepest have the shortest outlines
	slices.SortFunc(near, func(a, b shaped) int {
		return cmp.Or(cmp.Compare(b.depth, a.depth), strings.Compare(a.code, b.code))
	})
	for _, s := range near {
		if s.contains(at) {
			return s, true
		}
	}
	return shaped{}, false
}

func (s shaped) contains(at orb.Point) bool {
	switch g := s.shape.(type) {
	case orb.Polygon:
		return planar.PolygonContains(g, at)
	case orb.MultiPolygon:
		return planar.MultiPolygonContains(g, at)
	}
	return false
}
