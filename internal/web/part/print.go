package part

import (
	"context"
	"net/http"
	"slices"

	"linli/internal/db"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// print shows a case as the form that goes with the paper file (办理单), for A4.
func (t *Town) print(w http.ResponseWriter, r *http.Request) error {
	var f *Folder
	err := t.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		f, err = t.Open(tx, session.Actor(r), ui.ID(r))
		return err
	})
	if err != nil {
		return err
	}
	slices.Reverse(f.Steps) // on paper the oldest comes first
	return ui.Render(w, r, printView(f))
}

func (f *Folder) printPage(ctx context.Context) ui.Page {
	p := PersonOf(f.By)
	return ui.Page{Title: f.Case.Number, NoHead: true, Person: p, Trail: []ui.Link{{Text: f.Case.Title, Href: CaseHref(f.Case.ID)}}}
}

// printFacts is the head of the form.
func (f *Folder) printFacts(ctx context.Context) []ui.Pair {
	list := []ui.Pair{{Name: ui.T(ctx, "事项"), Text: f.Case.Title}, {Name: ui.T(ctx, "渠道"), Text: ui.T(ctx, f.Flow.Name)},
		{Name: ui.T(ctx, "地点"), Text: f.town.Place(f.Case.Place) + f.Case.Spot}, {Name: ui.T(ctx, "登记时间"), Text: ui.DateTime(ctx, f.Case.Registered)},
		{Name: ui.T(ctx, "状态"), Text: f.StateName(ctx)}, {Name: ui.T(ctx, "主办单位"), Text: f.town.Unit(f.Case.Situation.Lead)}}
	for _, r := range f.Reporters {
		list = append(list, ui.Pair{Name: ui.T(ctx, "反映人"), Text: nameOf(ctx, r) + " " + r.Phone + " " + r.Address})
	}
	for _, c := range f.Clocks {
		list = append(list, ui.Pair{Name: c.Name, Text: ui.Until(ctx, c.Due)})
	}
	return append(list, f.matter(ctx)...)
}
