package part

import (
	"context"
	"slices"
	"strings"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/pack"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// standard asks by which row of the rulebook a case is opened, where it is, and which other grids it concerns.
func (q *questions) standard(tx *db.Tx) error {
	ctx, k := tx.Ctx(), q.folder.Case
	if q.needs(flow.NeedStandard) {
		f := ui.Field{Name: "standard", Label: ui.T(ctx, "立案标准"), Kind: "select", Required: true,
			Hint: ui.T(ctx, "处置时限和处置单位由所选的标准定")}
		list := q.town.Cases.Standards(tx, k.Path)
		pack.SortStandards(list)
		slices.SortStableFunc(list, func(a, b *pack.Standard) int { return other(a, k.Kind) - other(b, k.Kind) })
		for _, s := range list {
			f.Options = append(f.Options, ui.Option{Value: s.Ref(), Text: s.KindWords() + " · " + s.Name + "：" + s.Opens + "（" + s.Term.Words() + "）"})
		}
		if len(list) == 1 || len(list) > 1 && other(list[0], k.Kind) == 0 && other(list[1], k.Kind) == 1 {
			f.Value = list[0].Ref() // the class has one row
		}
		if typed := q.Typed.Of(f.Name); typed != "" {
			f.Value = typed
		}
		q.add(f)
	}
	if q.needs(flow.NeedPosition) {
		f := ui.Field{Name: "spot", Label: ui.T(ctx, "位置"), Required: k.Spot == "" && !k.Situation.Located,
			Hint: ui.T(ctx, "哪条路、哪个门口，让处置的人找得到")}
		if f.Value = q.Typed.Of("spot"); f.Value == "" {
			f.Value = k.Spot
		}
		q.add(f)
	}
	if q.needs(flow.NeedPlaces) {
		f := ui.Field{Name: "places", Label: ui.T(ctx, "涉及的其他网格"), Kind: "choices", Required: true}
		for _, p := range q.town.beside(k) {
			f.Options = append(f.Options, ui.Option{Value: p, Text: q.town.Place(p)})
		}
		q.add(f)
	}
	return nil
}

// other puts rows of another class behind those of the case's own.
func other(s *pack.Standard, class string) int {
	if class != "" && s.Code == class {
		return 0
	}
	return 1
}

// beside are the places beside that of a case: those of the same parent, and those below the parent's neighbours.
func (t *Town) beside(k *casework.Case) []string {
	tree := t.Places.Tree()
	codes := strings.Split(strings.Trim(k.Path, "/"), "/")
	var list []string
	if len(codes) < 2 {
		return nil
	}
	for _, p := range tree.Children(codes[len(codes)-2]) {
		if p.Code != k.Place {
			list = append(list, p.Code)
		}
	}
	if len(codes) < 3 {
		return list
	}
	for _, up := range tree.Children(codes[len(codes)-3]) {
		if up.Code == codes[len(codes)-2] {
			continue
		}
		for _, p := range tree.Children(up.Code) {
			list = append(list, p.Code)
		}
	}
	return list
}

// ruled suggests the units that the rulebook names for the row by which a case was opened.
func (t *Town) ruled(tx *db.Tx, k *casework.Case) ([]Suggestion, error) {
	s := t.Cases.StandardOf(k)
	if s == nil {
		return nil, nil
	}
	var list []Suggestion
	for _, office := range s.Offices {
		units, err := staff.UnitsFilling(tx, office, k.Path)
		if err != nil {
			return nil, err
		}
		for _, u := range units {
			if !slices.ContainsFunc(list, func(x Suggestion) bool { return x.Unit.Code == u.Code }) {
				list = append(list, Suggestion{Unit: u, Row: s.Name})
			}
		}
	}
	return list[:min(3, len(list))], nil
}

// standard tells by which row of the rulebook the case was opened, as it stood then, and when it may be closed.
func (f *Folder) standard(ctx context.Context) []ui.Pair {
	s := f.town.Cases.StandardOf(f.Case)
	if s == nil {
		return nil
	}
	return []ui.Pair{{Name: ui.T(ctx, "立案标准"), Text: s.KindWords() + " · " + s.Name + "：" + s.Opens + "（" + s.Term.Words() + "）"},
		{Name: ui.T(ctx, "怎样算办好"), Text: s.Closes}}
}
