package part

import (
	"cmp"
	"slices"

	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/pack"
	"linli/internal/web/ui"
)

// ofStandard are the facts that a row of a rulebook says itself, so that nobody is asked for them.
var ofStandard = []string{"standard", "term", "urgent", "matter"}

// asked are the facts for which a step asks.
func asked(st *flow.Step) []string {
	if !slices.Contains(st.Needs, flow.NeedStandard) {
		return st.Sets
	}
	return slices.DeleteFunc(slices.Clone(st.Sets), func(name string) bool { return slices.Contains(ofStandard, name) })
}

// ruled asks by which row of a rulebook a case is opened, those of its class first, and where it is in words.
func (q *questions) ruled(tx *db.Tx) error {
	ctx, k := tx.Ctx(), q.folder.Case
	if q.needs(flow.NeedStandard) {
		rows := q.town.Cases.Standards(tx, k.Path)
		away := func(s *pack.Standard) int {
			if s.Code == k.Kind {
				return 0
			}
			return 1
		}
		slices.SortStableFunc(rows, func(a, b *pack.Standard) int { return cmp.Compare(away(a), away(b)) })
		f := ui.Field{Name: "standard", Label: ui.T(ctx, "立案标准"), Kind: "select", Required: true}
		for _, s := range rows {
			f.Options = append(f.Options, ui.Option{Value: s.Ref(), Text: s.Group + " · " + s.Name + "：" + s.Opens + "（" + s.Term.Words() + "）"})
		}
		if len(rows) == 1 || len(rows) > 1 && away(rows[0]) == 0 && away(rows[1]) == 1 {
			f.Value = rows[0].Ref() // the class has one row
		}
		if typed := q.Typed.Of(f.Name); typed != "" {
			f.Value = typed
		}
		q.add(f)
	}
	if q.needs(flow.NeedPosition) {
		f := ui.Field{Name: "spot", Label: ui.T(ctx, "位置"), Required: k.Spot == "", Max: 200, Hint: ui.T(ctx, "写到找得到：哪条路、哪一段、对着什么")}
		if f.Value = q.Typed.Of(f.Name); f.Value == "" {
			f.Value = k.Spot
		}
		q.add(f)
	}
	return nil
}
