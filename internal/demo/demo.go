package demo

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/duty"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Options say what to build, and where.
type Options struct {
	DB     *db.DB
	Packs  func() *pack.Index
	People *register.Register

	Scale    int                                // residents; 0 is DefaultScale
	Cases    int                                // over two years, besides those that stand open at present; 0 is six for every five residents, at most MaxCases
	Seed     int64                              // 0 is 1
	Now      time.Time                          // the city's present; zero is the database's
	Progress func(what string, done, total int) // nil for none
}

// The bounds of a city.
const (
	DefaultScale = 2000
	MaxScale     = 1_200_000
	MaxCases     = 50_000
	minScale     = 50
)

// A Summary (演示城市) says what was built. Of a city that stands already, everything but Added.
type Summary struct {
	Places, Units, Accounts, Residents int
	Cases, Steps                       int
	Added                              int // steps taken by this call
	States                             map[flow.State]int
}

// ErrNotEmpty is inside the conflict fault for a database that holds something else.
var ErrNotEmpty = errors.New("the database holds a city already")

// Build builds the demonstration city, goes on with one that was stopped, or leaves one that is finished as it is. Returns conflict
// around ErrNotEmpty for a database with places or accounts of its own, and invalid for a scale out of bounds.
func Build(ctx context.Context, o Options) (Summary, error) {
	b, err := begin(ctx, o)
	if err != nil {
		return Summary{}, fmt.Errorf("build demonstration city: %w", err)
	}
	if !b.finished {
		for _, phase := range []func(context.Context) error{b.found, b.people, b.neighbourhood, b.man, b.furnish, b.schools, b.patrol, b.walk, b.pay, b.care, b.deposits, b.allowances, b.enact} {
			if err := phase(ctx); err != nil {
				return Summary{}, fmt.Errorf("build demonstration city: %w", err)
			}
		}
	}
	return b.summary(ctx)
}

// A build is a city under construction.
type build struct {
	o        Options
	now      time.Time
	row      row
	finished bool
	added    int
	password staff.Password

	cases       *casework.Cases
	tasks       *duty.Duties
	calendar    *civil.Calendar
	almanac     *almanac
	tree        *place.Tree
	communities map[string][]place.Place // of each county
	rings       map[string]orb.Ring      // outlines of places
	office      map[string]staff.Actor   // by login
	handler     map[string]string        // login by unit
	flowRoles   map[string][]flow.Role   // what a login may be to a case
}

// row is demo_run.
type row struct {
	seed      int64
	scale     int
	ends      db.Time
	residents int
	plan      string
	done      int
	finished  int
}

// begin reads what there is. The present, seed and scale of a city that was begun are kept.
func begin(ctx context.Context, o Options) (*build, error) {
	if o.Scale == 0 {
		o.Scale = DefaultScale
	}
	if o.Scale < minScale || o.Scale > MaxScale {
		return nil, fault.Invalid("scale", "居民人数须在 %d 到 %d 之间", minScale, MaxScale)
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	b := &build{o: o, calendar: civil.Standard()}
	err := o.DB.Write(ctx, func(tx *db.Tx) error { return b.claim(tx) })
	if err != nil {
		return nil, err
	}
	b.now, b.finished = b.row.ends.Time, b.row.finished == 1
	b.o.Seed, b.o.Scale = b.row.seed, b.row.scale
	if b.o.Cases == 0 {
		b.o.Cases = min(b.o.Scale*6/5, MaxCases)
	}
	b.tasks = duty.New(duty.Options{Law: civil.CivilCode(), Packs: o.Packs})
	today := civil.DateOf(b.now, civil.Shanghai)
	b.almanac = newAlmanac(b.calendar, civil.OfficeHours(), today.AddMonths(-12*years-1), today.AddMonths(2))
	b.cases = casework.New(casework.Options{City: city, Law: civil.CivilCode(), Packs: o.Packs, People: o.People})
	return b, nil
}

func (b *build) claim(tx *db.Tx) error {
	err := tx.QueryRow("select seed, scale, ends_at, residents, plan, done, finished from demo_run where id = 1").
		Scan(&b.row.seed, &b.row.scale, &b.row.ends, &b.row.residents, &b.row.plan, &b.row.done, &b.row.finished)
	if !errors.Is(err, db.ErrNoRows) {
		return err
	}
	if err := empty(tx); err != nil {
		return err
	}
	now := b.o.Now
	if now.IsZero() || now.After(tx.Now()) {
		now = tx.Now()
	}
	b.row = row{seed: b.o.Seed, scale: b.o.Scale, ends: db.At(now)}
	return tx.Exec("insert into demo_run (id, seed, scale, ends_at) values (1, ?, ?, ?)", b.row.seed, b.row.scale, b.row.ends)
}

func empty(tx *db.Tx) error {
	where, err := place.City(tx)
	if err != nil {
		return err
	}
	accounts, err := staff.Accounts(tx, "", "", 1)
	if err != nil {
		return err
	}
	if where != "-" || len(accounts) > 0 {
		return &fault.Error{Kind: fault.KindConflict, Format: "数据库里已有数据，演示城市只能建在空的数据目录里", Err: ErrNotEmpty}
	}
	return nil
}

func (b *build) progress(what string, done, total int) {
	if b.o.Progress != nil {
		b.o.Progress(what, done, total)
	}
}

// found brings in places and units, in one transaction, unless they are there.
func (b *build) found(ctx context.Context) error {
	table, err := place.Sanmenxia()
	if err != nil {
		return err
	}
	b.progress("区划和单位", 0, 1)
	err = b.o.DB.Write(ctx, func(tx *db.Tx) error {
		there, err := place.City(tx)
		if err != nil || there != "-" {
			return err
		}
		tx.Replay(b.now.AddDate(-years, 0, -1))
		report, err := place.Import(tx, divisions, table, place.Chinese)
		if err != nil {
			return err
		}
		if len(report.Bad) > 0 {
			return fmt.Errorf("%d rows of the division table cannot be used, the first in line %d", len(report.Bad), report.Bad[0].Line)
		}
		tree, err := place.Load(tx)
		if err != nil {
			return err
		}
		if err := addGrids(tx, tree); err != nil {
			return err
		}
		if tree, err = place.Load(tx); err != nil {
			return err
		}
		canvas := place.Canvas{Lon: 111.1, Lat: 34.4, Width: 1.6, Seed: uint64(b.o.Seed)}
		if err := place.StoreDrawn(tx, divisions, place.Draw(tree, canvas)); err != nil {
			return err
		}
		return settleUnits(tx, tree)
	})
	if err != nil {
		return err
	}
	b.progress("区划和单位", 1, 1)
	return b.o.DB.Read(ctx, b.survey)
}

// survey loads the tree.
func (b *build) survey(tx *db.Tx) (err error) {
	if b.tree, err = place.Load(tx); err != nil {
		return err
	}
	if err := b.outlines(tx); err != nil {
		return err
	}
	b.communities = map[string][]place.Place{}
	for _, c := range counties {
		for _, p := range b.tree.Subtree(c.code) {
			if p.Level == place.Chinese["5"] {
				b.communities[c.code] = append(b.communities[c.code], p)
			}
		}
	}
	return nil
}
