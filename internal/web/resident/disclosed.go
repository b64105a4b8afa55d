package resident

import (
	"net/http"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/web/ui"
)

// disclosedMost bounds a book for everybody: more at once than anybody would have listed.
const disclosedMost = 200

// A disclosure is a book that everybody may read.
type disclosure struct {
	Book *pack.Book
	Pack *pack.Pack
}

// disclosures are the books for everybody of the documents in force.
func (p *Pages) disclosures(tx *db.Tx) (list []disclosure) {
	for _, k := range p.Town.Packs().Packs() {
		for _, b := range k.On(civil.DateOf(tx.Now(), civil.Shanghai)).Books {
			if b.Public != nil {
				list = append(list, disclosure{b, k})
			}
		}
	}
	return list
}

// A disclosedPage is one of them.
type disclosedPage struct {
	disclosure
	Table ui.Table
	Basis []cited
	Many  bool
}

// disclosed shows the cases that stand in a book for everybody now: which ones, since when, who puts them right and by when.
func (p *Pages) disclosed(w http.ResponseWriter, r *http.Request) error {
	var v disclosedPage
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		v = disclosedPage{}
		for _, d := range p.disclosures(tx) {
			if d.Book.ID == r.PathValue("book") {
				v.disclosure = d
			}
		}
		if v.Book == nil {
			return fault.NotFound("没有这项公示")
		}
		on := v.Book.Public
		list, err := p.Town.Cases.Disclosed(tx, v.Book.Flows, on.From, on.Until, disclosedMost)
		if err != nil {
			return err
		}
		v.Many = len(list) == disclosedMost
		v.fill(tx, p, list)
		return nil
	})
	if err != nil {
		return err
	}
	for _, c := range v.Book.Public.Basis {
		v.Basis = append(v.Basis, cited{c, p.Town.Gist(c)})
	}
	return ui.Render(w, r, disclosedView(v))
}

func (v *disclosedPage) fill(tx *db.Tx, p *Pages, list []casework.Disclosed) {
	ctx := tx.Ctx()
	v.Table = ui.Table{Caption: ui.T(ctx, v.Book.Name), Empty: ui.Empty(ui.T(ctx, "现在没有正在公示的"), ui.T(ctx, "办结以后不再列在这里。"))}
	for i, c := range v.Book.Columns {
		v.Table.Cols = append(v.Table.Cols, ui.Col{Name: ui.T(ctx, c.Label), Main: i == 0})
	}
	v.Table.Cols = append(v.Table.Cols, ui.Col{Name: ui.T(ctx, "地点")}, ui.Col{Name: ui.T(ctx, "公示日期")})
	for _, n := range list {
		row := ui.TableRow{ID: n.ID.String()}
		for _, text := range p.Town.BookRow(ctx, v.Book, n.Inscription) {
			row.Cells = append(row.Cells, ui.Cell{Text: text})
		}
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{ID: row.ID, Cells: append(row.Cells, ui.Cell{Text: p.Town.Place(n.Place)}, ui.Cell{Text: ui.Date(ctx, n.At.Time)})})
	}
}
