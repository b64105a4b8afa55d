package centre

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/fixture"
	"linli/internal/geo"
	"linli/internal/grid"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A gridPage is one grid as one reader may see it: people only for who may see persons there, cases only those he sees anyhow.
type gridPage struct {
	at       place.Place
	posts    []grid.Post // all that ever were, the latest first
	names    map[db.ID]string
	today    civil.Date
	now      db.Time
	sees     bool // persons
	people   []register.Person
	homes    []register.Thing
	census   register.Census
	fixtures fixture.Page
	sums     []fixture.Sum
	classes  []fixture.Class
	cases    []casework.Line
	outlines map[string]json.RawMessage
}

// shown bounds each list on the page of a grid.
const shown = 50

// grid is one grid: who works there and did, who lives there now, what stands there, and the open cases that the reader sees.
func (p *Pages) grid(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	v := &gridPage{names: map[db.ID]string{}}
	if err := p.Town.DB.Read(ctx, func(tx *db.Tx) error { return p.readGrid(tx, by, r.PathValue("code"), v) }); err != nil {
		return err
	}
	pg := p.page(ctx, "/grids", v.at.Name, p.Town.Place(v.at.Parent), ui.Link{Text: ui.T(ctx, "网格"), Href: "/grids?place=" + url.QueryEscape(v.at.Parent)})
	parts := []templ.Component{ui.Facts(p.gridFacts(ctx, v))}
	if grid.Manages(by, v.at.Path) {
		parts = append(parts, links([]ui.Button{{Text: ui.T(ctx, "安排网格员"), Href: gridHref(v.at.Code) + "/assign", Kind: ui.Primary}}))
	}
	if d, ok := v.drawn(ctx); ok {
		parts = append(parts, outlineOf(d))
	}
	parts = append(parts, part.Block(ui.T(ctx, "网格员"), p.postParts(ctx, by, v)...))
	parts = append(parts, part.Block(ui.T(ctx, "未办结的办件"), p.Town.CaseList(ctx, part.List{Caption: ui.T(ctx, "未办结的办件"), Lines: v.cases, Now: v.now.Time,
		Empty: ui.Empty(ui.T(ctx, "没有您能看到的未办结办件"), ui.T(ctx, "办件按它发生的地点列在这里。"))})))
	parts = append(parts, p.peopleParts(ctx, v)...)
	parts = append(parts, part.Block(ui.T(ctx, "部件"), ui.Rows(p.fixtureTable(ctx, v.fixtures.List, v.classes)),
		links([]ui.Button{{Text: ui.T(ctx, "这个网格的全部部件"), Href: "/fixtures?place=" + url.QueryEscape(v.at.Code), Kind: ui.Quiet}})))
	return ui.Render(w, r, pageOf(pg, parts...))
}

func (p *Pages) readGrid(tx *db.Tx, by staff.Actor, code string, v *gridPage) (err error) {
	v.today, v.now = place.Today(tx), db.At(tx.Now())
	if v.at, err = place.Get(tx, code); err != nil {
		return err
	}
	if v.at.Level != grid.Level {
		return fault.NotFound("%s 不是网格", v.at.Name)
	}
	if v.posts, err = grid.History(tx, code); err != nil {
		return err
	}
	slices.SortStableFunc(v.posts, func(a, b grid.Post) int { return cmp.Compare(v.rank(a), v.rank(b)) })
	if err = namesOf(tx, v.posts, v.names); err != nil {
		return err
	}
	if v.census, err = register.CensusBelow(tx, v.at.Path); err != nil {
		return err
	}
	for _, purpose := range register.PurposesOf(by) {
		for _, path := range register.Sight(by, purpose) {
			v.sees = v.sees || place.Within(v.at.Path, path)
		}
	}
	if v.sees {
		if v.people, err = register.In(tx, v.at.Path, register.Person{}, shown); err != nil {
			return err
		}
		if v.homes, err = register.Things(tx, lexicon.Household, register.Query{Places: []string{v.at.Path}, Limit: shown}); err != nil {
			return err
		}
	}
	if v.fixtures, err = fixture.List(tx, by, fixture.Query{Path: v.at.Path, Limit: shown}); err != nil {
		return err
	}
	if v.sums, err = fixture.Count(tx, v.at.Path); err != nil {
		return err
	}
	if v.classes, err = fixture.Classes(tx); err != nil {
		return err
	}
	if v.outlines, err = place.Outlines(tx, v.at.Parent); err != nil {
		return err
	}
	v.cases, _, err = p.Town.Cases.Queue(tx, by, casework.Query{Area: code, Limit: shown})
	if fault.KindOf(err) == fault.KindForbidden { // outside what he sees: none
		err = nil
	}
	return err
}

// rank puts who answers for the grid today first, then who helps, then those before and after.
func (v *gridPage) rank(x grid.Post) int {
	switch {
	case !x.On(v.today):
		return 2
	case x.Part == grid.Main:
		return 0
	}
	return 1
}

func (p *Pages) gridFacts(ctx context.Context, v *gridPage) []ui.Pair {
	fixtures := 0
	for _, s := range v.sums {
		if s.State != fixture.Removed {
			fixtures += s.Count
		}
	}
	facts := []ui.Pair{{Name: ui.T(ctx, "网格代码"), Text: v.at.Code}, {Name: ui.T(ctx, "设立"), Text: day(ctx, v.at.ValidFrom, ui.T(ctx, "早于本平台的记录"))},
		{Name: ui.T(ctx, "现住人口"), Text: ui.T(ctx, "%d 人，%d 户，%d 处房屋", v.census.Persons, v.census.Households, v.census.Dwellings)},
		{Name: ui.T(ctx, "部件"), Text: ui.T(ctx, "%d 个", fixtures)}}
	if outline := v.outlines[v.at.Code]; outline != nil {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "面积"), Text: ui.T(ctx, "约 %s 平方米", ui.Count(int(v.plane().area(outline))))})
	}
	return facts
}

func (v *gridPage) plane() plane { return plane{geo.Of(v.at.Lon, v.at.Lat)} }

// drawn is the outline among its neighbours, with the fixtures that are listed.
func (v *gridPage) drawn(ctx context.Context) (d drawn, ok bool) {
	p := v.plane()
	own, low, high := p.path(v.outlines[v.at.Code])
	if own == "" {
		return d, false
	}
	w, h := high[0]-low[0], high[1]-low[1]
	size := max(w, h)
	f := func(x float64) string { return fmt.Sprintf("%.1f", x) }
	d = drawn{Title: ui.T(ctx, "%s的边界；点是部件，深色的破损或丢失", v.at.Name), Own: own,
		Box:  fmt.Sprintf("%.1f %.1f %.1f %.1f", low[0]-0.15*w, low[1]-0.15*h, 1.3*w, 1.3*h),
		Line: f(size / 300), Bold: f(size / 120), Dot: f(size / 110)}
	for code, o := range v.outlines {
		if code != v.at.Code {
			path, _, _ := p.path(o)
			d.Around = append(d.Around, path)
		}
	}
	for _, x := range v.fixtures.List {
		at, south := p.at(x.Where.Lon, x.Where.Lat)
		shade := "0.4"
		if x.State != fixture.InUse {
			shade = "1"
		}
		d.Spots = append(d.Spots, spot{f(at), f(south), shade})
	}
	return d, true
}

// peopleParts lists who lives in the grid now; whoever moves away is gone from here with all that is known of him.
func (p *Pages) peopleParts(ctx context.Context, v *gridPage) []templ.Component {
	if !v.sees {
		return []templ.Component{part.Block(ui.T(ctx, "现住人口"), part.Says(ui.T(ctx, "您的岗位不查看个人登记，只看数量。")))}
	}
	people := ui.Table{Caption: ui.T(ctx, "现住的人"), Cols: []ui.Col{{Name: ui.T(ctx, "姓名"), Main: true}, {Name: ui.T(ctx, "住址")}},
		Empty: ui.Empty(ui.T(ctx, "没有登记在这个网格的人"), ui.T(ctx, "人跟着住处走：住处登记到网格以后，这里就有了。"))}
	for _, x := range v.people {
		people.Rows = append(people.Rows, ui.TableRow{ID: x.ID.String(), Cells: []ui.Cell{{Text: x.Name, Href: "/register/persons/" + x.ID.String()}, {Text: x.Address}}})
	}
	homes := ui.Table{Caption: ui.T(ctx, "户"), Cols: []ui.Col{{Name: ui.T(ctx, "户"), Main: true}}, Empty: ui.Empty(ui.T(ctx, "没有登记在这个网格的户"), "")}
	for _, x := range v.homes {
		homes.Rows = append(homes.Rows, ui.TableRow{ID: x.ID.String(), Cells: []ui.Cell{{Text: x.Name, Href: "/register/households/" + x.ID.String()}}})
	}
	return []templ.Component{part.Block(ui.T(ctx, "现住的人"), part.Says(ui.T(ctx, "按现在的住处列出；人搬走了，他的登记和办件跟着他走，不留在网格里。")), ui.Rows(people)), part.Block(ui.T(ctx, "户"), ui.Rows(homes))}
}
