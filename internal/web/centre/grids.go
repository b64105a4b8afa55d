package centre

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/grid"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// gridHref is the address of a grid.
func gridHref(code string) string { return "/grids/" + url.PathEscape(code) }

// bounds are the paths within which somebody looks at grids: those of his grants; everybody in office without one sees the city's.
func bounds(by staff.Actor) []string {
	var list []string
	for _, g := range by.Grants {
		if g.Place != "" {
			list = append(list, g.Place)
		}
	}
	return list
}

// start is the place at which the list of grids begins for somebody: the one he works for, or the one he asked for.
func (p *Pages) start(by staff.Actor, asked string) place.Place {
	tree := p.Town.Places.Tree()
	if at, ok := tree.Get(asked); ok && !at.Gone() {
		return at
	}
	if own := bounds(by); len(own) > 0 {
		codes := place.Codes(own[0])
		if at, ok := tree.Get(codes[len(codes)-1]); ok && at.Level == grid.Level {
			at, _ = tree.Get(at.Parent)
			return at
		} else if ok {
			return at
		}
	}
	if tops := tree.Children(""); len(tops) > 0 {
		return tops[0]
	}
	return place.Place{}
}

// gridsMost is how many grids one page lists.
const gridsMost = 300

// grids lists the grids below a place with who works there; a grid without a main worker is a gap and comes first.
func (p *Pages) grids(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	at := p.start(by, r.URL.Query().Get("place"))
	var grids []place.Place
	var posts []grid.Post
	names := map[db.ID]string{}
	onDuty := -1
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if grids, err = grid.Grids(tx, at.Path); err != nil {
			return err
		}
		if posts, err = grid.Below(tx, at.Path, place.Today(tx)); err != nil {
			return err
		}
		if grid.Watches(by, at.Path) {
			list, err := grid.OnDutyBelow(tx, by, at.Path)
			if err != nil {
				return err
			}
			onDuty = len(list)
		}
		return namesOf(tx, posts, names)
	})
	if err != nil {
		return err
	}
	title := ui.T(ctx, "%s的网格", at.Name)
	pg := p.page(ctx, "/grids", title, ui.T(ctx, "每个网格由谁主责、谁协管；没有主责的列在最前面。"), p.trail(at)...)
	v := gridList{pages: p, ctx: ctx, by: by, at: at, grids: grids, posts: posts, names: names}
	table, gaps := v.table()
	stats := []ui.Stat{{Name: ui.T(ctx, "网格"), Value: ui.Count(len(grids))}, {Name: ui.T(ctx, "没有主责"), Value: ui.Count(gaps)}, {Name: ui.T(ctx, "网格员"), Value: ui.Count(len(names))}}
	if gaps > 0 {
		stats[1].Mark = ui.Red
	}
	if onDuty >= 0 {
		stats = append(stats, ui.Stat{Name: ui.T(ctx, "现在在岗"), Value: ui.Count(onDuty)})
	}
	body := pageOf(pg, ui.Stats(stats), p.below(at), ui.Rows(table))
	if len(grids) > gridsMost {
		body = pageOf(pg, ui.Stats(stats), notice(ui.Info, ui.T(ctx, "只列出前 %d 个网格", gridsMost), ui.T(ctx, "请从下面选一个下级区划。")), p.below(at), ui.Rows(table))
	}
	return ui.Render(w, r, body)
}

// trail leads down to a place.
func (p *Pages) trail(at place.Place) []ui.Link {
	var list []ui.Link
	for _, a := range p.Town.Places.Tree().Ancestors(at.Code) {
		list = append(list, ui.Link{Text: a.Name, Href: "/grids?place=" + url.QueryEscape(a.Code)})
	}
	return list
}

// below are the places under one that have grids somewhere below.
func (p *Pages) below(at place.Place) templ.Component {
	tree := p.Town.Places.Tree()
	var list []ui.Button
	for _, c := range tree.Children(at.Code) {
		if c.Level != grid.Level && hasGrids(tree, c) {
			list = append(list, ui.Button{Text: c.Name, Href: "/grids?place=" + url.QueryEscape(c.Code), Kind: ui.Quiet})
		}
	}
	return links(list)
}

func hasGrids(tree *place.Tree, at place.Place) bool {
	for _, c := range tree.Children(at.Code) {
		if c.Level == grid.Level || hasGrids(tree, c) {
			return true
		}
	}
	return false
}

// namesOf reads who has the posts.
func namesOf(tx *db.Tx, posts []grid.Post, names map[db.ID]string) error {
	for _, x := range posts {
		if _, had := names[x.Account]; had {
			continue
		}
		a, err := staff.AccountOf(tx, x.Account)
		if err != nil {
			return err
		}
		names[x.Account] = a.Name
	}
	return nil
}

// gridList is the list of grids as one reader sees it.
type gridList struct {
	pages *Pages
	ctx   context.Context
	by    staff.Actor
	at    place.Place
	grids []place.Place
	posts []grid.Post
	names map[db.ID]string
}

func (v *gridList) table() (t ui.Table, gaps int) {
	ctx := v.ctx
	t = ui.Table{Caption: ui.T(ctx, "网格"), Cols: []ui.Col{{Name: ui.T(ctx, "网格"), Main: true}, {Name: ui.T(ctx, "所在区划")}, {Name: ui.T(ctx, "主责")}, {Name: ui.T(ctx, "协管")}},
		Empty: ui.Empty(ui.T(ctx, "这里没有网格"), ui.T(ctx, "由管理员用 linli import grids 导入网格的边界。"))}
	of := map[string][]grid.Post{}
	for _, x := range v.posts {
		of[x.Grid] = append(of[x.Grid], x)
	}
	var gone, manned []ui.TableRow
	for _, g := range v.grids {
		main, deputies := v.workers(of[g.Code])
		row := ui.TableRow{ID: g.Code, Cells: []ui.Cell{{Text: g.Name, Href: gridHref(g.Code), Note: g.Code}, {Text: v.pages.Town.Place(g.Parent)}, {Text: main}, {Text: deputies}}}
		if main == "" {
			gaps++
			row.Mark = ui.Red
			row.Cells[2] = ui.Cell{Text: ui.T(ctx, "没有主责")}
			if grid.Manages(v.by, g.Path) {
				row.Cells[2].Href = gridHref(g.Code) + "/assign?part=main"
			}
			gone = append(gone, row)
			continue
		}
		manned = append(manned, row)
	}
	t.Rows = append(gone, manned...)
	t.Rows = t.Rows[:min(len(t.Rows), gridsMost)]
	return t, gaps
}

func (v *gridList) workers(posts []grid.Post) (main, deputies string) {
	var others []string
	for _, x := range posts {
		if x.Part == grid.Main {
			main = v.names[x.Account]
		} else {
			others = append(others, v.names[x.Account])
		}
	}
	return main, strings.Join(others, "、")
}

// day writes a date, or that none is known.
func day(ctx context.Context, d civil.Date, none string) string {
	if d.IsZero() {
		return none
	}
	return d.String()
}
