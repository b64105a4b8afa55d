package demo

import (
	"context"
	"fmt"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/grid"
	"linli/internal/place"
	"linli/internal/staff"
)

// gridded are the streets whose communities have unit grids, with how many each.
var gridded = []struct {
	street string
	each   int
}{{"411202001", 4}, {"411202002", 3}}

// walkers are the grid workers to log in as; each further one has the login wg and a number.
var walkers = []Account{
	{Login: "wangge", Role: "网格员", Try: "网格员：自己的网格，上岗，巡查上报，到现场核查"},
	{Login: "wangge2", Role: "网格员（协管）", Try: "协管网格员：同一网格，另有自己主责的网格"},
}

// share is how many grids one worker answers for.
const share = 3

// addGrids divides communities into grids, before outlines are drawn.
func addGrids(tx *db.Tx, tree *place.Tree) error {
	for _, g := range gridded {
		for _, c := range tree.Children(g.street) {
			for i := range g.each {
				n := place.New{Code: fmt.Sprintf("%s%03d", c.Code, i+1), Name: fmt.Sprintf("%s第%s网格", short(c.Name), numerals[i]), Level: grid.Level, Parent: c.Code}
				if err := place.Add(tx, divisions, n); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

var numerals = [...]string{"一", "二", "三", "四", "五", "六"}

// man lets people work in the grids: one for each few, deputies in the first; the last grid of all has nobody, as a gap to be seen. It happens once.
func (b *build) man(ctx context.Context) error {
	return b.o.DB.Write(ctx, func(tx *db.Tx) error {
		today := civil.DateOf(b.now, civil.Shanghai)
		there, err := grid.Below(tx, "", today)
		if err != nil || len(there) > 0 {
			return err
		}
		tx.Replay(b.now)
		r := b.rand("walkers")
		for _, g := range gridded {
			grids, err := grid.Grids(tx, b.tree.Path(g.street))
			if err != nil {
				return err
			}
			for i := 0; i < len(grids)-1; i += share {
				login := walkers[0].Login
				if g.street != gridded[0].street || i > 0 {
					login = fmt.Sprintf("wg-%s-%02d", g.street[6:], i/share+1)
				}
				if g.street == gridded[0].street && i == share {
					login = walkers[1].Login
				}
				a, err := staff.Create(tx, founder, staff.Account{Login: login, Name: personName(r), Unit: "street-" + g.street}, b.password)
				if err != nil {
					return err
				}
				for k := i; k < min(i+share, len(grids)-1); k++ {
					if err := b.assign(tx, grids[k].Code, a.ID, grid.Main, today.AddMonths(-6-i%18)); err != nil {
						return err
					}
				}
				if i > 0 && i%2 == 0 || login == walkers[1].Login { // stands in for his neighbour
					if err := b.assign(tx, grids[i-share].Code, a.ID, grid.Deputy, today.AddMonths(-3)); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

func (b *build) assign(tx *db.Tx, code string, account db.ID, part grid.Part, from civil.Date) error {
	_, err := grid.Assign(tx, founder, fmt.Sprint("demo-post-", code, part), grid.New{Grid: code, Account: account, Part: part, From: from, Basis: "街道网格员名册（演示）"})
	return err
}
