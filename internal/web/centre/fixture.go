package centre

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fixture"
	"linli/internal/geo"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// A fixtureView is a fixture as one reader sees it.
type fixtureView struct {
	f       fixture.Fixture
	classes []fixture.Class
	past    []fixture.Change
	who     map[string]string
	cases   []casework.Line
	photos  []blob.Link
	now     db.Time
}

func (p *Pages) readFixture(tx *db.Tx, by staff.Actor, id db.ID, v *fixtureView) (err error) {
	v.now = db.At(tx.Now())
	if v.f, err = fixture.Get(tx, id); err != nil {
		return err
	}
	if v.classes, err = fixture.Classes(tx); err != nil {
		return err
	}
	if v.past, err = fixture.History(tx, id); err != nil {
		return err
	}
	v.who = map[string]string{}
	for _, c := range v.past {
		if account, err := db.ParseID(c.By); err == nil && v.who[c.By] == "" {
			a, err := staff.AccountOf(tx, account)
			if err == nil {
				v.who[c.By] = a.Name
			}
		}
	}
	if v.photos, err = blob.List(tx, v.f.Subject()); err != nil {
		return err
	}
	v.cases, err = p.Town.Cases.AboutThing(tx, by, id, shown)
	return err
}

func (v *fixtureView) facts(ctx context.Context, p *Pages) []ui.Pair {
	f := v.f
	told := geo.GCJ02.FromWGS84(f.Where)
	return []ui.Pair{{Name: ui.T(ctx, "编码"), Text: f.Code}, {Name: ui.T(ctx, "类别"), Text: fixture.ClassName(v.classes, f.Class)}, {Name: ui.T(ctx, "状态"), Text: ui.T(ctx, f.State.Words())},
		{Name: ui.T(ctx, "位置"), Text: f.Spot}, {Name: ui.T(ctx, "所在网格"), Text: p.Town.Place(f.Place()), Href: gridHref(f.Place())},
		{Name: ui.T(ctx, "经纬度（wgs84）"), Text: f.Where.String()}, {Name: ui.T(ctx, "经纬度（gcj02）"), Text: told.String()},
		{Name: ui.T(ctx, "权属单位"), Text: f.Owner}, {Name: ui.T(ctx, "养护单位"), Text: f.Upkeep}, {Name: ui.T(ctx, "权属编号"), Text: f.Outer},
		{Name: ui.T(ctx, "启用日期"), Text: f.Since.String()}, {Name: ui.T(ctx, "备注"), Text: f.Note}}
}

func (v *fixtureView) stateFields(ctx context.Context, next []fixture.State, r *http.Request) []ui.Field {
	state := ui.Field{Name: "state", Label: ui.T(ctx, "状态"), Kind: "choice", Required: true, Value: r.PostFormValue("state")}
	for _, s := range next {
		state.Options = append(state.Options, ui.Option{Value: string(s), Text: ui.T(ctx, s.Words())})
	}
	return []ui.Field{state, {Name: "words", Label: ui.T(ctx, "情况"), Kind: "longtext", Rows: 2, Max: 200, Value: r.PostFormValue("words"), Hint: ui.T(ctx, "怎么坏的、修好了什么")},
		{Name: "version", Kind: "hidden", Value: strconv.Itoa(v.f.Version)}}
}

func (p *Pages) casesOf(ctx context.Context, v fixtureView) templ.Component {
	return p.Town.CaseList(ctx, part.List{Caption: ui.T(ctx, "关于这个部件的办件"), Lines: v.cases, Now: v.now.Time,
		Empty: ui.Empty(ui.T(ctx, "没有您能看到的办件"), ui.T(ctx, "扫标签上的二维码反映的，都记在这里。"))})
}

var changeNames = map[string]string{"add": ui.N("登记"), "edit": ui.N("更改登记"), "state": ui.N("状态"), "grid": ui.N("网格边界变了"), "photo": ui.N("照片")}

// history is what became of the fixture.
func (v *fixtureView) history(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "经过"), Cols: []ui.Col{{Name: ui.T(ctx, "什么"), Main: true}, {Name: ui.T(ctx, "原来")}, {Name: ui.T(ctx, "现在")}, {Name: ui.T(ctx, "情况")}, {Name: ui.T(ctx, "谁")}, {Name: ui.T(ctx, "什么时候")}}}
	say := func(c fixture.Change, s string) string {
		if c.Verb == "state" && s != "" {
			return ui.T(ctx, fixture.State(s).Words())
		}
		return s
	}
	for _, c := range v.past {
		who := v.who[c.By]
		if who == "" {
			who = ui.T(ctx, "系统")
		}
		t.Rows = append(t.Rows, ui.TableRow{ID: c.ID.String(), Cells: []ui.Cell{{Text: ui.T(ctx, changeNames[c.Verb])}, {Text: say(c, c.Was)}, {Text: say(c, c.Now)}, {Text: c.Words}, {Text: who},
			{Text: ui.DateTime(ctx, c.At.Time)}}})
	}
	return t
}
