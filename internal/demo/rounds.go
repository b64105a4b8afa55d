package demo

import (
	"context"
	"fmt"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/geo"
	"linli/internal/grid"
	"linli/internal/pack"
	"linli/internal/register"
	"linli/internal/round"
	"linli/internal/staff"
)

// premises are the invented firms and shops of a grid; each stands in the grid it is visited in.
var premises = []struct{ name, kind string }{{"便民超市", "shop"}, {"早餐店", "shop"}, {"修理铺", "shop"}, {"快递驿站", "shop"}, {"家具厂", "enterprise"}, {"印刷厂", "enterprise"}}

// walk registers firms and shops in the grids, makes the plans of the rounds in force, and lets the first worker walk his of this month. It happens once.
func (b *build) walk(ctx context.Context) error {
	var fresh bool
	err := b.o.DB.Write(ctx, func(tx *db.Tx) error {
		fresh = false
		for _, g := range gridded {
			grids, err := grid.Grids(tx, b.tree.Path(g.street))
			if err != nil {
				return err
			}
			for _, at := range grids {
				there, err := register.Standing(tx, "organisation", nil, at.Path, 1)
				if err != nil || len(there) > 0 {
					return err
				}
				fresh = true
				for _, x := range premises {
					if _, err := register.PutOrganisation(tx, register.Organisation{Name: at.Name + x.name, Kind: x.kind, Place: at.Code, Source: "demo"}); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if err != nil || !fresh {
		return err
	}
	rounds := round.New(round.Options{Packs: b.o.Packs, Cases: b.cases})
	if _, err := rounds.Sweep(ctx, b.o.DB, func(int, int) error { return nil }); err != nil {
		return err
	}
	return b.o.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := staff.AccountByLogin(tx, walkers[0].Login)
		if err != nil {
			return err
		}
		by, err := a.Actor(tx, staff.ViaJob)
		if err != nil {
			return err
		}
		plans, err := rounds.List(tx, by, round.Search{Running: true})
		if err != nil {
			return err
		}
		for _, p := range plans {
			if err := b.walkPlan(tx, rounds, by, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// walkPlan visits three of four points of a plan that has a check list and is for the grid, on the days of its period that are over.
func (b *build) walkPlan(tx *db.Tx, rounds *round.Rounds, by staff.Actor, p round.Plan) error {
	e := b.o.Packs().Pack(p.Document, p.Pack).On(p.From)
	l := e.Checklist(e.Round(p.Round).List)
	if p.Unit != "" || l == nil {
		return nil
	}
	points, err := rounds.PointsOf(tx, by, p.ID)
	if err != nil {
		return err
	}
	today, r := civil.DateOf(tx.Now(), civil.Shanghai), b.rand("walk "+p.Place)
	for n, at := range points {
		if n%4 == 3 { // still to be walked
			continue
		}
		day := today.AddDays(-n % (today.Sub(p.From) + 1))
		v := round.Visit{Key: "demo-" + at.ID.String(), Point: at.ID, Answers: answers(l, n), Words: pick(r, []string{"已当面提醒负责人。", "情况正常。", "负责人在场，逐项看过。"}),
			At: day.In(civil.Shanghai).Add(9 * time.Hour)}
		if g, ok := b.tree.Get(at.Place); ok && g.Lon != 0 {
			v.Where = &round.Position{Point: geo.Of(g.Lon+int64(n*37), g.Lat-int64(n*23)), Accuracy: 15}
		}
		if _, err := rounds.Record(tx, by, v); err != nil {
			return fmt.Errorf("walk to %s: %w", at.Name, err)
		}
	}
	return nil
}

// answers fills a check list in: mostly right, now and then one thing wrong.
func answers(l *pack.Checklist, n int) map[string]string {
	out := map[string]string{}
	for i, item := range l.Items {
		wrong := n%5 == 1 && i == n%len(l.Items)
		switch {
		case item.Kind == "number":
			out[item.ID] = map[bool]string{true: "1", false: "2"}[wrong]
		case item.Kind == "choice" && wrong:
			out[item.ID] = item.Options[len(item.Options)-1].Value
		case item.Kind == "choice":
			out[item.ID] = item.Options[0].Value
		case item.Kind == "photo":
			out[item.ID] = pack.NotApplicable
		default:
			out[item.ID] = map[bool]string{true: "no", false: "yes"}[wrong]
		}
	}
	return out
}
