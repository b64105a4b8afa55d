package survey

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/place"
)

// A Feature (边界要素) is one outline of a file with what the file says of its place.
type Feature struct {
	Nth                int // in the file, from 1
	Code, Name, Parent string
	Level              string
	geometry           json.RawMessage // WGS-84
	polygons           []orb.Polygon
}

// What becomes of a feature.
const (
	Added   = "added"
	Changed = "changed"
	Same    = "same"
	Refused = "refused"
)

// A Verdict (要素结论) is what becomes of one feature.
type Verdict struct {
	Feature
	Fate string
	Why  *fault.FieldError // of one refused
}

const maxFile = 64 << 20

// Read reads a GeoJSON collection of polygons. Properties are code (or 代码, adcode), name (名称), parent (上级, or an object with adcode) and level (层级);
// positions are converted from the declared datum. Returns invalid for what is no such file.
func Read(in io.Reader, datum geo.Datum) ([]Feature, error) {
	if _, err := geo.ParseDatum(string(datum)); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read outlines: %w", err)
	}
	if len(text) > maxFile {
		return nil, fault.Invalid("file", "边界文件超过 %d MB，请分开导入", maxFile>>20)
	}
	var file struct {
		Type     string
		Features []struct {
			Properties map[string]any
			Geometry   json.RawMessage
		}
	}
	if err := json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &file); err != nil || file.Type != "FeatureCollection" {
		return nil, fault.Invalid("file", "边界文件应是 GeoJSON 的 FeatureCollection")
	}
	list := make([]Feature, len(file.Features))
	for i, f := range file.Features {
		said := func(names ...string) string {
			for _, n := range names {
				if s := text1(f.Properties[n]); s != "" {
					return s
				}
			}
			return ""
		}
		list[i] = Feature{Nth: i + 1, Code: said("code", "代码", "adcode"), Name: said("name", "名称"), Parent: said("parent", "上级"), Level: said("层级")}
		list[i].convert(f.Geometry, datum)
	}
	return list, nil
}

// text1 writes a property as text; an object by its adcode.
func text1(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case map[string]any:
		return text1(v["adcode"])
	}
	return ""
}

func (f *Feature) convert(g json.RawMessage, datum geo.Datum) {
	f.polygons = polygons(g)
	for _, p := range f.polygons {
		for _, ring := range p {
			for i, at := range ring {
				w := datum.ToWGS84(geo.Point{Lon: at[0], Lat: at[1]})
				ring[i] = orb.Point{w.Lon, w.Lat}
			}
		}
	}
	kind, value := "MultiPolygon", any(f.polygons)
	if len(f.polygons) == 1 {
		kind, value = "Polygon", f.polygons[0]
	}
	f.geometry, _ = json.Marshal(map[string]any{"type": kind, "coordinates": value}) // numbers always marshal, but for NaN, which JSON cannot hold
}

// Import brings features in as places of a level with outlines, unless it is a trial; a feature's own level counts more. It returns what becomes of each,
// and what Check finds below each parent. The caller's transaction is given up by a trial's caller; nothing is written in one.
func Import(tx *db.Tx, c place.Change, list []Feature, level string, o Options, trial bool) ([]Verdict, []Report, error) {
	in := importing{tx: tx, change: c, level: level, trial: trial, seen: map[string]int{}}
	for _, f := range list {
		v, err := in.one(f)
		if err != nil {
			return nil, nil, err
		}
		in.verdicts = append(in.verdicts, v)
	}
	reports, err := in.check(o)
	return in.verdicts, reports, err
}

type importing struct {
	tx       *db.Tx
	change   place.Change
	level    string
	trial    bool
	seen     map[string]int
	verdicts []Verdict
	parents  []string
	fresh    map[string][]Outline // by parent
}

func (in *importing) one(f Feature) (Verdict, error) {
	refuse := func(e fault.FieldError) (Verdict, error) { return Verdict{Feature: f, Fate: Refused, Why: &e}, nil }
	switch {
	case f.Code == "":
		return refuse(fault.FieldError{Field: "code", Format: "没有代码"})
	case in.seen[f.Code] > 0:
		return refuse(fault.FieldError{Field: "code", Format: "代码与第 %d 个要素重复", Args: []any{in.seen[f.Code]}})
	case len(f.polygons) == 0:
		return refuse(fault.FieldError{Field: "geometry", Format: "没有边界，或不是 Polygon、MultiPolygon"})
	}
	in.seen[f.Code] = f.Nth
	for _, p := range f.polygons {
		for _, ring := range p {
			if len(ring) < 4 || !ring.Closed() {
				return refuse(fault.FieldError{Field: "geometry", Format: "边界的每一圈至少要有四个点，并且首尾相接"})
			}
			if at, ok := crossing(ring); ok {
				return refuse(fault.FieldError{Field: "geometry", Format: "边界在 %s 处与自己相交", Args: []any{geo.Point{Lon: at[0], Lat: at[1]}.String()}})
			}
		}
	}
	old, err := place.Get(in.tx, f.Code)
	had := err == nil
	if err != nil && fault.KindOf(err) != fault.KindNotFound {
		return Verdict{}, err
	}
	if had {
		f.Parent, f.Level = old.Parent, old.Level
		if f.Name == "" {
			f.Name = old.Name
		}
	}
	if f.Level == "" {
		f.Level = in.level
	}
	if !had {
		if f.Name == "" {
			return refuse(fault.FieldError{Field: "name", Format: "没有名称"})
		}
		above, err := place.Get(in.tx, f.Parent)
		if fault.KindOf(err) == fault.KindNotFound || err == nil && above.Gone() {
			return refuse(fault.FieldError{Field: "parent", Format: "没有代码为 %s 的上级区划", Args: []any{f.Parent}})
		}
		if err != nil {
			return Verdict{}, err
		}
	} else if old.Gone() {
		return refuse(fault.FieldError{Field: "code", Format: "%s 已于 %s 撤销", Args: []any{old.Name, old.ValidTo.String()}})
	}
	return in.bring(f, old, had)
}

// bring writes a feature unless it is a trial or changes nothing.
func (in *importing) bring(f Feature, old place.Place, had bool) (Verdict, error) {
	if in.fresh == nil {
		in.fresh = map[string][]Outline{}
	}
	if len(in.fresh[f.Parent]) == 0 {
		in.parents = append(in.parents, f.Parent)
	}
	in.fresh[f.Parent] = append(in.fresh[f.Parent], Outline{f.Code, f.Name, f.polygons})
	v := Verdict{Feature: f, Fate: Added}
	if had {
		stored, err := place.Outlines(in.tx, f.Parent)
		if err != nil {
			return v, err
		}
		v.Fate = Changed
		if near(polygons(stored[f.Code]), f.polygons) {
			v.Fate = Same
		}
	}
	if in.trial || v.Fate == Same {
		return v, nil
	}
	if !had {
		if err := place.Add(in.tx, in.change, place.New{Code: f.Code, Name: f.Name, Level: f.Level, Parent: f.Parent}); err != nil {
			return v, err
		}
	}
	return v, place.SetOutline(in.tx, in.change, f.Code, f.geometry)
}

// near reports whether two outlines have the same corners, to a decimetre.
func near(a, b []orb.Polygon) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if len(a[i]) != len(b[i]) {
			return false
		}
		for k := range a[i] {
			if len(a[i][k]) != len(b[i][k]) {
				return false
			}
			for n, p := range a[i][k] {
				if q := b[i][k][n]; geo.Distance(geo.Point{Lon: p[0], Lat: p[1]}, geo.Point{Lon: q[0], Lat: q[1]}) > 0.1 {
					return false
				}
			}
		}
	}
	return true
}

// check surveys what would stand below each parent, what is there already included.
func (in *importing) check(o Options) ([]Report, error) {
	var reports []Report
	for _, parent := range in.parents {
		at, err := place.Get(in.tx, parent)
		if err != nil {
			return nil, err
		}
		list := in.fresh[parent]
		stored, err := place.Outlines(in.tx, parent)
		if err != nil {
			return nil, err
		}
		children, err := place.Children(in.tx, parent, place.Today(in.tx))
		if err != nil {
			return nil, err
		}
		for _, c := range children {
			if g := stored[c.Code]; g != nil && in.seen[c.Code] == 0 {
				list = append(list, Outline{c.Code, c.Name, polygons(g)})
			}
		}
		beside, err := place.Outlines(in.tx, at.Parent)
		if err != nil {
			return nil, err
		}
		reports = append(reports, Check(Outline{Code: at.Code, Name: at.Name, Polygons: polygons(beside[parent])}, list, o))
	}
	return reports, nil
}
