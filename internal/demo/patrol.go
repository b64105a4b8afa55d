package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/grid"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
)

// How much grid workers found lately.
const (
	foundCases = 260
	foundDays  = 75
	sameSpot   = 5 // found again and again at one place, so that a proposal comes of it
)

// A found is one matter that a grid worker comes upon, and what becomes of it.
type found struct {
	n        int
	grid     place.Place
	standard *pack.Standard
	at       time.Time
	r        *rand.Rand
	spot     string
}

// patrol lets grid workers find things, and the two centres and the departments deal with them. Without a rulebook there is nothing to go by.
// Each matter is its own transaction, and goes by keys, so that a build that was stopped goes on.
func (b *build) patrol(ctx context.Context) error {
	if err := b.o.DB.Read(ctx, b.outlines); err != nil {
		return err
	}
	for n := range foundCases {
		if n%20 == 0 {
			b.progress("网格事项", n, foundCases)
		}
		none := false
		err := b.o.DB.Write(ctx, func(tx *db.Tx) error {
			f, by, err := b.find(tx, n)
			if err != nil || f == nil {
				none = f == nil
				return err
			}
			if err := b.dealWith(tx, f, by); err != nil {
				return fmt.Errorf("grid matter %d, %s: %w", n, f.standard.Name, err)
			}
			tx.Replay(b.now)
			return nil
		})
		if err != nil || none {
			return err
		}
	}
	return nil
}

// find makes up the nth matter and who comes upon it; nil when no rulebook is in force.
func (b *build) find(tx *db.Tx, n int) (*found, staff.Actor, error) {
	r := b.rand(fmt.Sprint("found ", n))
	tx.Replay(b.now)
	standards := b.cases.Standards(tx, b.tree.Path(gridded[0].street))
	grids, err := grid.Grids(tx, b.tree.Path(gridded[n%len(gridded)].street))
	if err != nil || len(standards) == 0 || len(grids) < 2 {
		return nil, staff.Actor{}, err
	}
	// Older ones first, in the hours of the day in which people walk.
	day := civil.DateOf(b.now, civil.Shanghai).AddDays(-1 - (foundCases-1-n)*foundDays/foundCases)
	f := &found{n: n, r: r, grid: grids[r.IntN(len(grids)-1)], standard: standards[r.IntN(len(standards))],
		at: day.In(civil.Shanghai).Add(8*time.Hour + time.Duration(r.IntN(9*60))*time.Minute), spot: pick(r, []string{"东口", "公厕旁", "幼儿园对面", "菜市场门口", "公交站台后"})}
	if n >= foundCases-3*sameSpot && n%3 == 0 { // one spot, one class
		f.grid, f.standard, f.spot = grids[0], standards[len(standards)/2], "菜市场门口"
	}
	workers, err := grid.Workers(tx, f.grid.Code, civil.DateOf(b.now, civil.Shanghai))
	if err != nil || len(workers) == 0 {
		return nil, staff.Actor{}, err
	}
	a, err := staff.AccountOf(tx, workers[0].Account)
	if err != nil {
		return nil, staff.Actor{}, err
	}
	by, err := a.Actor(tx, staff.ViaPage)
	return f, by, err
}

// dealWith takes the matter through its steps as far as it has come by now.
func (b *build) dealWith(tx *db.Tx, f *found, by staff.Actor) error {
	key := fmt.Sprint("demo-grid-", f.n)
	tx.Replay(f.at)
	rc, err := b.cases.Register(tx, by, casework.Intake{Key: key, Flow: "grid", Kind: f.standard.Code, Title: f.grid.Name + f.spot + f.standard.Name, Place: f.grid.Code, Spot: f.spot,
		Body: "巡查发现：" + f.standard.Opens + "。", Where: b.pin(scene{place: f.grid.Code, estate: f.spot}, f.n)})
	if err != nil {
		return err
	}
	at, step := f.at, 0
	do := func(who staff.Actor, after time.Duration, a flow.Act) (bool, error) {
		at = at.Add(after)
		if at.After(b.now) {
			return false, nil
		}
		tx.Replay(at)
		step++
		_, err := b.cases.Do(tx, who, rc.Case, casework.Act{Act: a, Key: fmt.Sprintf("%s-%d", key, step)})
		if err != nil {
			err = fmt.Errorf("%s: %w", a.Verb, err)
		}
		return err == nil, err
	}
	unit, handler, err := b.handlerOf(tx, f)
	if err != nil {
		return err
	}
	desk, command := b.office["jiandu"], b.office["zhihui"]
	for _, s := range f.story(unit) {
		who := map[string]staff.Actor{"desk": desk, "command": command, "unit": handler, "worker": by}[s.who]
		if went, err := do(who, s.after, s.act); err != nil || !went {
			return err
		}
	}
	return nil
}

// A move is a step of a matter: who, how long after the one before, and what.
type move struct {
	who   string
	after time.Duration
	act   flow.Act
}

// story is what becomes of a matter: most are dealt with in time, some late, some sent back, done again or put off.
func (f *found) story(unit string) []move {
	minutes := func(n int) time.Duration { return time.Duration(5+f.r.IntN(n)) * time.Minute }
	luck := f.r.IntN(100)
	list := []move{{"desk", minutes(15), flow.Act{Verb: flow.Accept}}}
	if luck >= 96 {
		return append(list, move{"desk", minutes(20), flow.Act{Verb: "decline", Words: "现场不到立案标准。", Clause: f.standard.Basis[0]}})
	}
	list = append(list, move{"desk", minutes(10), flow.Act{Verb: "open", Standard: f.standard.Ref()}},
		move{"command", minutes(20), flow.Act{Verb: flow.Dispatch, To: unit, Words: "请按标准处置。"}})
	work := time.Duration(40+f.r.IntN(100)) * time.Minute
	switch {
	case luck < 10:
		work = 9 * 24 * time.Hour // late whatever the term
	case luck < 16:
		list = append(list, move{"unit", minutes(60), flow.Act{Verb: flow.Return, Words: "不是我单位养护的，请核对权属。"}},
			move{"command", minutes(60), flow.Act{Verb: flow.Reassign, To: unit, Words: "经核对，由你单位养护。"}})
	case luck < 20: // nobody has done anything yet
		return list
	}
	list = append(list, move{"unit", work, flow.Act{Verb: flow.Reply, Words: "已处置：" + f.standard.Closes + "。"}})
	if luck < 32 && luck >= 20 {
		list = append(list, move{"worker", minutes(200), flow.Act{Verb: flow.Rework, Words: "到现场看，还没有处理干净。"}},
			move{"unit", work, flow.Act{Verb: flow.Reply, Words: "已重新处置。"}})
	}
	return append(list, move{"worker", minutes(240), flow.Act{Verb: flow.Verify, Words: "到现场看过，已处置。"}},
		move{"desk", minutes(60), flow.Act{Verb: flow.Close, Outcome: "solved"}})
}

// handlerOf is the unit that the rulebook names, and who works for it.
func (b *build) handlerOf(tx *db.Tx, f *found) (string, staff.Actor, error) {
	for _, office := range f.standard.Offices {
		units, err := staff.UnitsFilling(tx, office, f.grid.Path)
		if err != nil {
			return "", staff.Actor{}, err
		}
		for _, u := range units {
			if login := b.handler[u.Code]; login != "" {
				return u.Code, b.office[login], nil
			}
		}
	}
	i := slices.IndexFunc(departments, func(d department) bool { return d.code == "urban" })
	return departments[i].code, b.office[b.handler[departments[i].code]], nil
}
