package centre

import (
	"net/http"
	"net/url"

	"linli/internal/db"
	"linli/internal/fixture"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// public is what the label of a fixture leads to: what it is, whose, and how to report that very one.
func (p *Pages) public(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var f fixture.Fixture
	var classes []fixture.Class
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if f, err = fixture.ByCode(tx, r.PathValue("code")); err != nil {
			return err
		}
		classes, err = fixture.Classes(tx)
		return err
	})
	if err != nil {
		return err
	}
	name := fixture.ClassName(classes, f.Class)
	pg := ui.Page{Person: ui.Resident, Title: name, Lead: f.Code, Nav: []ui.Link{{Text: ui.T(ctx, "首页"), Href: "/"}, {Text: ui.T(ctx, "查进度"), Href: "/track"}}}
	facts := []ui.Pair{{Name: ui.T(ctx, "在哪里"), Text: p.Town.Place(f.Place()) + " " + f.Spot}, {Name: ui.T(ctx, "状态"), Text: ui.T(ctx, f.State.Words())}, {Name: ui.T(ctx, "养护单位"), Text: f.Upkeep}}
	if f.State == fixture.Removed {
		return ui.Render(w, r, pageOf(pg, ui.Facts(facts), part.Says(ui.T(ctx, "这个部件已经拆除。别的问题请从首页反映。"))))
	}
	report := ui.Button{Text: ui.T(ctx, "反映它的问题"), Kind: ui.Primary, Href: "/submit?" + url.Values{"fixture": {f.Code}}.Encode()}
	return ui.Render(w, r, pageOf(pg, ui.Facts(facts), part.Says(ui.T(ctx, "地点和编码已经填好，说说怎么了就行；拍张照更好。")), links([]ui.Button{report})))
}
