package window

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/fixture"
	"linli/internal/flow"
	"linli/internal/geo"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Names of the fields that say where in the street something is.
const (
	pointField   = "point"   // longitude and latitude
	fixtureField = "fixture" // code of a label
	classField   = "class"   // of the rulebook
)

// A spotPart is where the clerk says where in the street it is: only for what is found there.
type spotPart struct {
	Ground string // address of the map
	Fields []ui.Field
}

// outdoors reports whether cases of a flow are found in the street, by workers who walk there.
func outdoors(f *flow.Flow) bool {
	st := f.Step(flow.Register)
	return st != nil && slices.Contains(st.By, flow.Patrol)
}

func (p *Pages) spotOf(ctx context.Context, f *flow.Flow, v url.Values, wrong ui.Errors) *spotPart {
	if !outdoors(f) {
		return nil
	}
	code, _ := p.Town.Pick(v, "place", "").Code()
	s := &spotPart{Ground: "/window/new/ground.geojson?" + url.Values{"place": {code}}.Encode()}
	s.Fields = wrong.On([]ui.Field{
		{Name: classField, Label: ui.T(ctx, "类别"), Value: v.Get(classField), Source: "/window/new/classes", Hint: ui.T(ctx, "写几个字选立案标准里的类别，如“井盖”；不清楚就空着")},
		{Name: fixtureField, Label: ui.T(ctx, "部件编码"), Value: v.Get(fixtureField), Source: "/window/new/fixtures", Hint: ui.T(ctx, "反映的是贴了码的部件时填，位置随它；可以写地点来找")},
		{Name: pointField, Label: ui.T(ctx, "位置坐标"), Value: v.Get(pointField), Max: 40, Hint: ui.T(ctx, "在图上点一下，或者写“经度,纬度”（WGS-84），如 111.2011,34.7809")},
	})
	return s
}

// A spotted matter is what the fields told.
type spotted struct {
	class string
	where *geo.Point
	thing db.ID
	place string // of the fixture, "" without one
}

// spotted reads the fields. Returns invalid on each that is wrong.
func (p *Pages) spotted(tx *db.Tx, v url.Values) (s spotted, err error) {
	var wrong []fault.FieldError
	note := func(err error) {
		if e := fault.As(err); e != nil {
			wrong = append(wrong, e.Fields...)
		}
	}
	s.class, err = p.class(v.Get(classField), tx)
	note(err)
	if text := strings.TrimSpace(v.Get(pointField)); text != "" {
		at, err := pointOf(text)
		note(err)
		s.where = at
	}
	if code := firstWord(v.Get(fixtureField)); code != "" {
		f, err := fixture.ByCode(tx, code)
		switch {
		case fault.KindOf(err) == fault.KindNotFound && err != nil:
			wrong = append(wrong, fault.FieldError{Field: fixtureField, Format: "没有编码是“%s”的部件", Args: []any{code}})
		case err != nil:
			return s, err
		default:
			s.thing, s.place = f.ID, f.Place()
			if s.where == nil {
				s.where = &f.Where
			}
		}
	}
	return s, fault.Fields(wrong)
}

// pointOf reads "111.2011,34.7809".
func pointOf(text string) (*geo.Point, error) {
	bad := fault.Invalid(pointField, "位置应写作 经度,纬度，如 111.2011,34.7809")
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",， 、", r) })
	if len(parts) != 2 {
		return nil, bad
	}
	lon, err := strconv.ParseFloat(parts[0], 64)
	lat, err2 := strconv.ParseFloat(parts[1], 64)
	at := geo.Point{Lon: lon, Lat: lat}
	if err != nil || err2 != nil || !at.Valid() || at.IsZero() {
		return nil, bad
	}
	return &at, nil
}

// classes are those of the rulebooks in force, each once.
func (p *Pages) classes(tx *db.Tx) []*pack.Standard {
	list := p.Town.Packs().Standards(civil.DateOf(tx.Now(), civil.Shanghai))
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(s *pack.Standard) bool {
		again := seen[s.Code]
		seen[s.Code] = true
		return again
	})
}

// class is the code of what was chosen: an offer ("event-01-10 暴露垃圾"), a code or a name.
func (p *Pages) class(text string, tx *db.Tx) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	for _, s := range p.classes(tx) {
		if text == s.Code || text == s.Name || firstWord(text) == s.Code {
			return s.Code, nil
		}
	}
	return "", fault.Invalid(classField, "立案标准里没有“%s”，请从列出的类别中选，或者空着", text)
}

func firstWord(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	return first
}

// where completes an intake with what the clerk said of the street. The place is that of the fixture or the position where none was picked.
func (p *Pages) where(r *http.Request, in *casework.Intake) error {
	now, err := p.now(r)
	if err != nil {
		return err
	}
	if f := now.flow(p, in.Flow); f == nil || !outdoors(f) {
		return nil
	}
	var s spotted
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) { s, err = p.spotted(tx, r.PostForm); return err })
	if err != nil {
		return err
	}
	in.Kind, in.Thing = s.class, s.thing
	if s.where == nil {
		return nil
	}
	in.Where = &casework.Position{Point: *s.where}
	at, found, err := p.Town.Places.Locate(r.Context(), s.where.Lon, s.where.Lat)
	switch {
	case err != nil:
		return err
	case s.place != "":
		in.Place = s.place
	case in.Place != "" && place.Within(p.Town.Places.Tree().Path(in.Place), at.Path) && found: // what was picked is more exact
	case !found:
		return fault.Invalid(pointField, "位置不在本市的地区里，请在图上重新点")
	default:
		in.Place = at.Code
	}
	return nil
}

// alike are the cases that may be the same matter: by where they are, then by their words.
func (p *Pages) alike(tx *db.Tx, by staff.Actor, f *flow.Flow, in typed) ([]casework.NearCase, []casework.Likeness, error) {
	code, _ := p.Town.Pick(in.values, "place", "").Code()
	var near []casework.NearCase
	if f != nil && outdoors(f) {
		s, err := p.spotted(tx, in.values) // what is wrong is told when it is sent
		if err != nil && fault.KindOf(err) != fault.KindInvalid {
			return nil, nil, err
		}
		if s.where != nil {
			if near, err = p.Town.Cases.Near(tx, by, s.class, *s.where); err != nil {
				return nil, nil, err
			}
			near = slices.DeleteFunc(near, func(n casework.NearCase) bool { return !n.Open }) // one joins what is still dealt with
		}
		if code == "" {
			code = s.place
		}
	}
	likely, err := p.Town.LikelyFor(tx, by, code, in.gist(), 0)
	likely = slices.DeleteFunc(likely, func(l casework.Likeness) bool {
		return slices.ContainsFunc(near, func(n casework.NearCase) bool { return n.ID == l.ID })
	})
	return near, likely, err
}

// nearWords says how near, and how like.
func nearWords(ctx context.Context, n casework.NearCase) string {
	if n.Same {
		return ui.T(ctx, "同类，相距 %d 米", n.Metres)
	}
	return ui.T(ctx, "相距 %d 米", n.Metres)
}

// classOptions offers classes while one types.
func (p *Pages) classOptions(w http.ResponseWriter, r *http.Request) error {
	words := strings.TrimSpace(r.URL.Query().Get(classField))
	var list []ui.Option
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		list = nil
		for _, s := range p.classes(tx) {
			if len(list) < offered && (strings.Contains(s.Name, words) || strings.HasPrefix(s.Code, words) || strings.Contains(s.Group, words)) {
				list = append(list, ui.Option{Value: s.Code + " " + s.Name, Text: s.Group})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return part.Suggest(w, r, list)
}

// offered bounds what a field offers at once.
const offered = 30

// fixtureOptions offers fixtures by code or by where they stand.
func (p *Pages) fixtureOptions(w http.ResponseWriter, r *http.Request) error {
	var list []ui.Option
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		page, err := fixture.List(tx, session.Actor(r), fixture.Query{Words: firstWord(r.URL.Query().Get(fixtureField)), Limit: offered})
		if err != nil {
			return err
		}
		classes, err := fixture.Classes(tx)
		list = nil
		for _, f := range page.List {
			list = append(list, ui.Option{Value: f.Code, Text: fmt.Sprintf("%s · %s %s", fixture.ClassName(classes, f.Class), p.Town.Place(f.Place()), f.Spot)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return part.Suggest(w, r, list)
}

// ground answers the map of the registration screen: what lies below the place picked so far, the city before any was.
func (p *Pages) ground(w http.ResponseWriter, r *http.Request) error {
	var list []part.Ground
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		code, err := p.Town.Pick(r.URL.Query(), "place", "").Code()
		if err != nil {
			code = p.city()
		}
		list, err = p.Town.Grounds(tx, code)
		return err
	})
	if err != nil {
		return err
	}
	return part.WriteGrounds(w, list, nil)
}

// city is the code of the topmost place.
func (p *Pages) city() string {
	if top := p.Town.Places.Tree().Children(""); len(top) > 0 {
		return top[0].Code
	}
	return ""
}
