package command

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"linli/internal/atlas"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/indicator"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A view is what the reader looks at, as the address says.
type view struct {
	ctx   context.Context
	p     *Pages
	by    staff.Actor
	q     atlas.Question
	code  string // of the area
	now   time.Time
	query url.Values
}

// look reads the address.
func (p *Pages) look(tx *db.Tx, r *http.Request) (*view, error) {
	v := &view{ctx: r.Context(), p: p, by: session.Actor(r), now: tx.Now(), query: r.URL.Query()}
	v.q = atlas.Question{Zoom: 9, Open: v.query.Get("open"), Group: v.query.Get("group"), Mark: v.query.Get("mark"), Fine: v.query.Get("fine") != ""}
	var err error
	if v.q.Area, err = indicator.Area(tx, v.by, v.query.Get("area")); err != nil {
		return nil, err
	}
	if codes := place.Codes(v.q.Area); len(codes) > 0 {
		v.code = codes[len(codes)-1]
	} else if v.code, err = place.City(tx); err != nil {
		return nil, err
	}
	if v.q.From, err = v.day("from", 0); err != nil {
		return nil, err
	}
	if v.q.To, err = v.day("to", 1); err != nil {
		return nil, err
	}
	if z := v.query.Get("z"); z != "" {
		if v.q.Zoom, err = strconv.Atoi(z); err != nil {
			return nil, fault.Invalid("zoom", "缩放级别应在 0 到 22 之间")
		}
	}
	v.q.Box, err = boxOf(v.query.Get("box"))
	return v, err
}

// day reads a date of the address as the instant at which it begins, or the one so many days later does; zero when none is given.
func (v *view) day(name string, later int) (time.Time, error) {
	text := v.query.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	d, err := civil.ParseDate(text)
	if err != nil {
		return time.Time{}, fault.Invalid(name, "日期应写作 2026-01-31")
	}
	return d.AddDays(later).In(civil.Shanghai), nil
}

// boxOf reads "west,south,east,north".
func boxOf(text string) (*atlas.Box, error) {
	if text == "" {
		return nil, nil
	}
	bad := fault.Invalid("box", "视窗应写作 西,南,东,北 四个经纬度")
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return nil, bad
	}
	var n [4]float64
	for i, s := range parts {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, bad
		}
		n[i] = f
	}
	b := &atlas.Box{Low: geo.Point{Lon: n[0], Lat: n[1]}, High: geo.Point{Lon: n[2], Lat: n[3]}}
	if !b.Low.Valid() || !b.High.Valid() || b.Low.Lon > b.High.Lon || b.Low.Lat > b.High.Lat {
		return nil, bad
	}
	return b, nil
}

// kept are the parts of the address that go along when the reader moves on.
var kept = []string{"area", "open", "group", "mark", "from", "to"}

// href is an address with the view's filters and more of the form name, value, …; empty values are left out.
func (v *view) href(path string, more ...string) string {
	q := url.Values{}
	for _, name := range kept {
		if s := v.query.Get(name); s != "" {
			q.Set(name, s)
		}
	}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] == "" {
			q.Del(more[i])
			continue
		}
		q.Set(more[i], more[i+1])
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// areaName is what the area is called.
func (v *view) areaName() string { return v.p.Town.Places.Tree().Name(v.code) }

// trail leads from the reader's own area to the present one.
func (v *view) trail() (links []ui.Link) {
	tree := v.p.Town.Places.Tree()
	for _, a := range tree.Ancestors(v.code) {
		if place.Within(a.Path, indicator.Home(v.by)) {
			links = append(links, ui.Link{Text: a.Name, Href: v.href("/centre/map", "area", a.Code)})
		}
	}
	return links
}

// groupName is what a group of matters is called: as a rulebook in force says, else by its own word.
func (v *view) groupName(group string) string {
	if group == "" {
		return ui.T(v.ctx, "未归类")
	}
	for _, s := range v.p.Town.Packs().Standards(civil.DateOf(v.now, civil.Shanghai)) {
		if casework.GroupOf(s.Code) == group {
			return s.Group
		}
	}
	return group
}
