package inspection

import (
	"context"
	"slices"
	"strings"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/web/ui"
)

// A watched list says which steps that its flow holds to be owed each case has taken, such as putting a major hazard on the list that is watched, and when.
type watched map[db.ID]map[flow.Verb]db.Time

func (p *Pages) dues(tx *db.Tx, of *flow.Flow, list []casework.Inscription) (watched, error) {
	var verbs []flow.Verb
	for _, d := range of.Dues {
		verbs = append(verbs, d.Paid...)
	}
	return p.Town.Cases.Taken(tx, list, verbs)
}

// done is when a case paid a due, zero when it has not.
func (w watched) done(d *flow.Due, n casework.Inscription) (at db.Time) {
	for _, v := range d.Paid {
		if t := w[n.ID][v]; t.After(at.Time) {
			at = t
		}
	}
	return at
}

func owes(d *flow.Due, n casework.Inscription) (o flow.Owed, yes bool) {
	i := slices.IndexFunc(n.Situation.Owed, func(o flow.Owed) bool { return o.ID == d.ID })
	if i < 0 {
		return o, false
	}
	return n.Situation.Owed[i], true
}

// words says what is owed and what was done.
func (w watched) words(ctx context.Context, of *flow.Flow, n casework.Inscription) string {
	var list []string
	for i := range of.Dues {
		d := &of.Dues[i]
		if o, yes := owes(d, n); yes {
			text := ui.T(ctx, "还欠%s", ui.T(ctx, d.Name))
			if !o.Due.IsZero() {
				text = ui.T(ctx, "还欠%s（%s 前）", ui.T(ctx, d.Name), ui.DateTime(ctx, o.Due))
			}
			list = append(list, text)
		} else if at := w.done(d, n); !at.IsZero() {
			list = append(list, ui.T(ctx, "%s %s", ui.T(ctx, d.Name), ui.Date(ctx, at.Time)))
		}
	}
	return strings.Join(list, "；")
}

// Ways in which a due may stand, as the filter says them behind the id of the due.
const dueDone, dueOwed = "+", "-"

// fields is the filter by what is owed or was done.
func (w watched) fields(ctx context.Context, of *flow.Flow, q civil.Period, chosen string) []ui.Field {
	f := ui.Field{Name: "due", Label: ui.T(ctx, "督办事项"), Kind: "select", Value: chosen}
	for _, d := range of.Dues {
		name := ui.T(ctx, d.Name)
		f.Options = append(f.Options, ui.Option{Value: d.ID + dueDone, Text: ui.T(ctx, "已办：%s", name)}, ui.Option{Value: d.ID + dueOwed, Text: ui.T(ctx, "还欠：%s", name)})
	}
	return []ui.Field{{Name: "flow", Kind: "hidden", Value: of.ID}, {Name: "from", Kind: "hidden", Value: q.From.String()}, f}
}

// only keeps the cases that stand as the filter says; "" keeps all.
func (w watched) only(of *flow.Flow, list []casework.Inscription, chosen string) []casework.Inscription {
	for i := range of.Dues {
		d := &of.Dues[i]
		switch chosen {
		case d.ID + dueDone:
			return slices.DeleteFunc(list, func(n casework.Inscription) bool { return w.done(d, n).IsZero() })
		case d.ID + dueOwed:
			return slices.DeleteFunc(list, func(n casework.Inscription) bool { _, yes := owes(d, n); return !yes })
		}
	}
	return list
}
