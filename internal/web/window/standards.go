package window

import (
	"context"
	"net/http"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/pack"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// standardsMost bounds what one search shows.
const standardsMost = 100

// standards looks rows of the rulebooks in force up: by words of the class, its group or its conditions, or by code.
func (p *Pages) standards(w http.ResponseWriter, r *http.Request) error {
	by, ctx, words := session.Actor(r), r.Context(), strings.TrimSpace(r.URL.Query().Get("q"))
	var found []*pack.Standard
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) error {
		all := p.Town.Packs().Standards(civil.DateOf(tx.Now(), civil.Shanghai))
		found = nil
		for _, s := range all {
			if standardFits(s, words) {
				found = append(found, s)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	pack.SortStandards(found)
	person := part.PersonOf(by)
	page := ui.Page{Title: ui.T(ctx, "立案标准"), Lead: ui.T(ctx, "什么情形立案、谁处置、多久办完、怎样算办好；以现行版本为准。"), Person: person, Wide: true,
		Nav: p.Town.NavOf(ctx, person, "/window/books"), Trail: []ui.Link{{Text: ui.T(ctx, "登记簿"), Href: "/window/books"}}}
	fields := []ui.Field{{Name: "q", Label: ui.T(ctx, "类别、情形或编码"), Value: words, Max: 50}}
	return ui.Render(w, r, standardsView(page, fields, p.standardTable(ctx, found), len(found)))
}

// standardFits reports whether a row has each of the words somewhere; without words every row fits.
func standardFits(s *pack.Standard, words string) bool {
	text := strings.Join([]string{s.Code, s.ID, s.Group, s.Name, s.Opens, s.Closes}, " ")
	for _, word := range strings.Fields(words) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func (p *Pages) standardTable(ctx context.Context, list []*pack.Standard) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "立案标准"), Empty: ui.Empty(ui.T(ctx, "没有这样的立案标准"), ui.T(ctx, "换几个字，或者只写类别。")),
		Cols: []ui.Col{{Name: ui.T(ctx, "类别"), Main: true}, {Name: ui.T(ctx, "立案条件")}, {Name: ui.T(ctx, "怎样算办好")}, {Name: ui.T(ctx, "时限")}, {Name: ui.T(ctx, "处置单位")}, {Name: ui.T(ctx, "版本")}}}
	for _, s := range list[:min(len(list), standardsMost)] {
		var units []string
		edition := s.Document
		if k := p.Town.Packs().Pack(s.Document, ""); k != nil {
			edition = k.Document.Number + " · " + k.Version
			for _, id := range s.Offices {
				if o := k.Office(id); o != nil {
					units = append(units, o.Name)
				}
			}
		}
		term := s.Term.Words()
		if s.Urgent {
			term = ui.T(ctx, "%s（紧急）", term)
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: s.Name, Note: s.KindWords() + " · " + s.Group + " · " + s.Code}, {Text: s.Opens}, {Text: s.Closes}, {Text: term},
			{Text: strings.Join(units, "、")}, {Text: edition}}})
	}
	return t
}
