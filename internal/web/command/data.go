package command

import (
	"encoding/json"
	"net/http"
	"time"

	"linli/internal/atlas"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/grid"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// A picture is what the script draws and lists; every word of it is ready to be shown.
type picture struct {
	Log    int64    `json:"log"`
	Words  string   `json:"words"` // what is drawn, and as of when
	Total  sum      `json:"total"`
	Spots  [][6]any `json:"spots"` // longitude, latitude, cases, yellow, red, id of the one case or ""
	Areas  []sum    `json:"areas"`
	Kinds  []sum    `json:"kinds"`
	Days   []sum    `json:"days,omitempty"`
	Cases  []line   `json:"cases"`
	Many   string   `json:"many,omitempty"` // why there is no list of cases
	People []person `json:"people"`
}

// A sum is a number with its name and where it leads.
type sum struct {
	Key    string `json:"key,omitempty"`
	Name   string `json:"name,omitempty"`
	Cases  int    `json:"cases"`
	Yellow int    `json:"yellow,omitempty"`
	Red    int    `json:"red,omitempty"`
	Href   string `json:"href,omitempty"`
	Words  string `json:"words,omitempty"`
}

// A line is a case of the list.
type line struct {
	ID    db.ID  `json:"id"`
	Title string `json:"title"`
	Note  string `json:"note"`
	Mark  string `json:"mark,omitempty"`
	Word  string `json:"word,omitempty"` // of the mark
	Href  string `json:"href"`
}

// A person is a worker on duty.
type person struct {
	Name string  `json:"name"`
	Note string  `json:"note"`
	Lon  float64 `json:"lon"`
	Lat  float64 `json:"lat"`
}

// data answers the script of the map.
func (p *Pages) data(w http.ResponseWriter, r *http.Request) error {
	var v *view
	if err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) { v, err = p.look(tx, r); return err }); err != nil {
		return err
	}
	pic, err := p.picture(v)
	if err != nil {
		return err
	}
	if v.query.Get("days") == "" {
		pic.Days = nil
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(pic)
}

// picture asks the atlas and puts names to what it says.
func (p *Pages) picture(v *view) (*picture, error) {
	a, err := p.Atlas.Ask(v.ctx, v.by, v.q, v.now)
	if err != nil {
		return nil, err
	}
	pic := &picture{Log: a.Log, Total: v.total(a), Words: v.words(a), Spots: make([][6]any, len(a.Spots)), Areas: v.areas(a), Kinds: v.kinds(a), Cases: []line{}, People: []person{}}
	for i, s := range a.Spots {
		id := ""
		if s.Case != 0 {
			id = s.Case.String()
		}
		pic.Spots[i] = [6]any{round(s.Point.Lon), round(s.Point.Lat), s.Cases, s.Yellow, s.Red, id}
	}
	for _, d := range a.Days {
		pic.Days = append(pic.Days, sum{Key: d.Key, Cases: d.Cases})
	}
	if a.Total.Cases > atlas.ListMost {
		pic.Many = ui.T(v.ctx, "多于 %d 件，请放大地图、往下选地区或加筛选，再逐件列出", atlas.ListMost)
	}
	err = p.Town.DB.Read(v.ctx, func(tx *db.Tx) error {
		list, err := p.Town.Cases.Lines(tx, v.by, a.Cases)
		if err != nil {
			return err
		}
		pic.Cases = pic.Cases[:0]
		for _, l := range list {
			pic.Cases = append(pic.Cases, v.line(l))
		}
		pic.People, err = v.people(tx)
		return err
	})
	return pic, err
}

// people are the workers on duty in the area whose position is known, for those who may know it; nobody for everybody else.
func (v *view) people(tx *db.Tx) ([]person, error) {
	list := []person{}
	path := v.p.Town.Places.Tree().Path(v.code)
	if !grid.Watches(v.by, path) {
		return list, nil
	}
	there, err := grid.OnDutyBelow(tx, v.by, path)
	for _, w := range there {
		if w.At.IsZero() || v.q.Box != nil && (w.At.Lon < v.q.Box.Low.Lon || w.At.Lon > v.q.Box.High.Lon || w.At.Lat < v.q.Box.Low.Lat || w.At.Lat > v.q.Box.High.Lat) {
			continue
		}
		list = append(list, person{Name: w.Name, Note: v.p.Town.Place(w.Posts[0].Grid) + " " + clock(w.Seen.Time), Lon: w.At.Lon, Lat: w.At.Lat})
	}
	return list, err
}

func round(degrees float64) float64 { return float64(int64(degrees*1e6+0.5)) / 1e6 }

func (v *view) total(a *atlas.Picture) sum {
	return sum{Cases: a.Total.Cases, Yellow: a.Total.Yellow, Red: a.Total.Red}
}

// words say what is drawn.
func (v *view) words(a *atlas.Picture) string {
	what := map[string]string{"closed": ui.T(v.ctx, "已结"), "all": ui.T(v.ctx, "全部")}[v.q.Open]
	if what == "" {
		what = ui.T(v.ctx, "在办")
	}
	return ui.T(v.ctx, "图上%s %s 件，黄牌 %s，红牌 %s；截至 %s", what, ui.Count(a.Total.Cases), ui.Count(a.Total.Yellow), ui.Count(a.Total.Red), clock(v.now))
}

func clock(t time.Time) string { return t.In(civil.Shanghai).Format("15:04:05") }

// areas are the places right below, each leading further down.
func (v *view) areas(a *atlas.Picture) []sum {
	list := []sum{}
	tree := v.p.Town.Places.Tree()
	for _, s := range a.Areas {
		n := sum{Key: s.Key, Name: tree.Name(s.Key), Cases: s.Cases, Yellow: s.Yellow, Red: s.Red}
		if s.Key == v.code {
			n.Name = ui.T(v.ctx, "%s（本级）", n.Name)
		} else {
			n.Href = v.href("/centre/map", "area", s.Key)
		}
		list = append(list, n)
	}
	return list
}

// kinds are the groups of matters, each leading to itself alone.
func (v *view) kinds(a *atlas.Picture) []sum {
	list := []sum{}
	for _, s := range a.Kinds {
		n := sum{Key: s.Key, Name: v.groupName(s.Key), Cases: s.Cases, Yellow: s.Yellow, Red: s.Red}
		if s.Key != "" {
			n.Href = v.href("/centre/map", "group", s.Key)
		}
		list = append(list, n)
	}
	return list
}

func (v *view) line(l casework.Line) line {
	mark := part.LineMark(l, v.now)
	n := line{ID: l.ID, Title: l.Title, Href: part.CaseHref(l.ID) + "?back=" + escape(v.href("/centre/map")),
		Note: l.Number + " · " + v.p.Town.Place(l.Place) + " · " + part.StateName(v.ctx, v.p.Town.Flow(l.Flow, l.Registered.Time), l.State)}
	if mark == ui.Yellow || mark == ui.Red {
		n.Mark, n.Word = string(mark), mark.Word(v.ctx)
	}
	return n
}

// outlines answers the map with its ground: the places below the area, else the area itself.
func (p *Pages) outlines(w http.ResponseWriter, r *http.Request) error {
	var v *view
	var list []part.Ground
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if v, err = p.look(tx, r); err != nil {
			return err
		}
		list, err = p.Town.Grounds(tx, v.code)
		return err
	})
	if err != nil {
		return err
	}
	return part.WriteGrounds(w, list, func(g part.Ground) map[string]any {
		if g.Code == v.code {
			return nil
		}
		return map[string]any{"href": v.href("/centre/map", "area", g.Code)}
	})
}
