package command

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/web/ui"
)

func escape(s string) string { return url.QueryEscape(s) }

// A mapPage is the map with its list.
type mapPage struct {
	*view
	Page    ui.Page
	Pic     *picture
	Drawing ui.Map
	Fields  []ui.Field
	Areas   ui.Table
	Kinds   ui.Table
	Data    string // address of the data
	Ground  string
	Events  string
	Months  string // the steps of the slider, as JSON
}

func (p *Pages) showMap(w http.ResponseWriter, r *http.Request) error {
	var m *mapPage
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		v, err := p.look(tx, r)
		if err != nil {
			return err
		}
		m = &mapPage{view: v}
		return p.draw(tx, m)
	})
	if err != nil {
		return err
	}
	if m.Pic, err = p.picture(m.view); err != nil {
		return err
	}
	m.dress()
	return ui.Render(w, r, mapView(m))
}

// draw makes the server's drawing.
func (p *Pages) draw(tx *db.Tx, m *mapPage) error {
	shapes, err := p.Town.Grounds(tx, m.code)
	for _, s := range shapes {
		if rings := ringsOf(s.Shape); len(rings) > 0 {
			m.Drawing.Areas = append(m.Drawing.Areas, ui.Area{Name: s.Name, Rings: rings})
		}
	}
	return err
}

// dress names everything.
func (m *mapPage) dress() {
	ctx := m.ctx
	who, nav := m.p.navigation(ctx)
	m.Page = ui.Page{Person: who, Nav: nav, Trail: m.trail(), Title: ui.T(ctx, "%s态势图", m.areaName()), Wide: true, Maps: true,
		Lead: ui.T(ctx, "办件在哪里、多急、多久。地区点开往下看，直到一件一件。右边的列表和图上一样。")}
	m.Fields = []ui.Field{{Name: "area", Kind: "hidden", Value: m.query.Get("area")},
		{Name: "open", Label: ui.T(ctx, "办件"), Kind: "select", Value: cmp.Or(m.q.Open, "open"), Options: []ui.Option{{Value: "open", Text: ui.T(ctx, "在办")},
			{Value: "closed", Text: ui.T(ctx, "已结")}, {Value: "all", Text: ui.T(ctx, "全部")}}},
		{Name: "mark", Label: ui.T(ctx, "黄牌红牌"), Kind: "select", Value: m.q.Mark, Options: []ui.Option{{Value: "yellow", Text: ui.Yellow.Word(ctx)}, {Value: "red", Text: ui.Red.Word(ctx)}}},
		{Name: "group", Label: ui.T(ctx, "类别"), Kind: "select", Value: m.q.Group, Options: m.groups()},
		{Name: "from", Label: ui.T(ctx, "登记从"), Kind: "date", Value: m.query.Get("from")},
		{Name: "to", Label: ui.T(ctx, "到"), Kind: "date", Value: m.query.Get("to")}}
	m.Areas, m.Kinds = m.table(ui.T(ctx, "各地区"), m.Pic.Areas), m.table(ui.T(ctx, "各类别"), m.Pic.Kinds)
	m.Data, m.Ground = m.href("/centre/map/data"), m.href("/centre/map/areas.geojson")
	m.Events = m.href("/centre/map/events", "since", strconv.FormatInt(m.Pic.Log, 10))
	m.Months = months(m.now)
}

// groups are the groups of matters that there are, the chosen one among them.
func (m *mapPage) groups() []ui.Option {
	list := []ui.Option{}
	known := m.q.Group == ""
	for _, k := range m.Pic.Kinds {
		if k.Key != "" {
			list = append(list, ui.Option{Value: k.Key, Text: k.Name})
			known = known || k.Key == m.q.Group
		}
	}
	if !known {
		list = append(list, ui.Option{Value: m.q.Group, Text: m.groupName(m.q.Group)})
	}
	return list
}

// table lists sums.
func (m *mapPage) table(caption string, sums []sum) ui.Table {
	t := ui.Table{Caption: caption, Empty: ui.Empty(ui.T(m.ctx, "没有符合条件的办件"), ui.T(m.ctx, "放宽筛选，或回到上一级地区")), Cols: []ui.Col{{Name: ui.T(m.ctx, "名称"), Main: true},
		{Name: ui.T(m.ctx, "件数"), Num: true}, {Name: ui.Yellow.Word(m.ctx), Num: true}, {Name: ui.Red.Word(m.ctx), Num: true}}}
	for _, s := range sums {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: s.Name, Href: s.Href}, {Text: ui.Count(s.Cases)}, {Text: ui.Count(s.Yellow)}, {Text: ui.Count(s.Red)}}})
	}
	return t
}

// months are the last twelve, each with its days: the steps of the slider.
func months(now time.Time) string {
	type step struct{ From, To, Name string }
	today := civil.DateOf(now, civil.Shanghai)
	first := civil.Date{Year: today.Year, Month: today.Month, Day: 1}.AddMonths(-11)
	var list []step
	for i := range 12 {
		d := first.AddMonths(i)
		list = append(list, step{d.String(), d.MonthEnd().String(), d.String()[:7]})
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // plain strings always marshal
	}
	return string(b)
}

// ringsOf reads the rings of a polygon or of several.
func ringsOf(geo json.RawMessage) [][][2]float64 {
	var one struct{ Coordinates [][][2]float64 }
	if json.Unmarshal(geo, &one) == nil {
		return one.Coordinates
	}
	var many struct{ Coordinates [][][][2]float64 }
	if json.Unmarshal(geo, &many) != nil {
		return nil
	}
	var rings [][][2]float64
	for _, p := range many.Coordinates {
		rings = append(rings, p...)
	}
	return rings
}
