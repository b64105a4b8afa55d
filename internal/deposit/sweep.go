package deposit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/job"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/notify"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// Overdue lists the deposits among some that are late on a day, the largest sum first.
func Overdue(list []Deposit, today civil.Date) []Deposit {
	late := slices.DeleteFunc(slices.Clone(list), func(d Deposit) bool { return d.Late(today) == 0 })
	slices.SortFunc(late, func(a, b Deposit) int { return int(b.Late(today)/100 - a.Late(today)/100) })
	return late
}

// Punish opens the case in which it is dealt with that a deposit is late or short. Returns conflict while nothing is late.
func (x *Deposits) Punish(tx *db.Tx, by staff.Actor, key string, id db.ID) (casework.Receipt, error) {
	d, err := x.Get(tx, by, id)
	if err != nil {
		return casework.Receipt{}, err
	}
	if err := handles(by, &d); err != nil {
		return casework.Receipt{}, err
	}
	late := d.Late(place.Today(tx))
	if late == 0 {
		return casework.Receipt{}, fault.Conflict("“%s”没有逾期未存的金额", d.Name)
	}
	r, err := x.RuleOf(tx, &d)
	if err != nil {
		return casework.Receipt{}, err
	}
	text := fmt.Sprintf("%s：到 %s 还差 %s", d.Name, d.PayBy.Words(), late.Words())
	if err := record(tx, by, "deposit.punish", d.ID, map[string]any{"late": late}); err != nil {
		return casework.Receipt{}, err
	}
	return x.o.Cases.Register(tx, by, casework.Intake{Key: key, Flow: r.Cases.Breach, Title: text, Body: text, Fields: map[string]string{"enterprise": d.Name, "content": text}, Place: d.At,
		From: casework.Reporter{Name: by.Name}})
}

// A Change (规模变化) is a deposit whose sum would be another today.
type Change struct {
	Deposit
	Now Sum
	By  civil.Date // it is to be assessed anew by this day
}

// Changed lists the deposits of an actor's unit that are to be assessed anew: drawn upon, or of a scale that has changed much.
func (x *Deposits) Changed(tx *db.Tx, by staff.Actor) ([]Change, error) {
	all, err := db.Select(tx, scan, "select "+columns+" from deposit_record where unit = ? and state = 'standing' order by id", orNone(by.Unit))
	if err != nil {
		return nil, wrap("list deposits", err)
	}
	today := place.Today(tx)
	var out []Change
	for i := range all {
		d := all[i]
		if err := d.count(tx); err != nil {
			return nil, err
		}
		r, err := x.rule(d.Rule, "", today)
		if err != nil {
			return nil, err
		}
		org, err := register.OrganisationOf(tx, d.Org)
		if err != nil {
			return nil, err
		}
		s, err := x.Reckon(tx, r, org)
		if err != nil {
			return nil, err
		}
		if d.Drawn || s.Fen > 0 && r.Review.IsLarge(d.Due, s.Fen) {
			out = append(out, Change{d, s, r.Review.By(today.Year)})
		}
	}
	return out, nil
}

// A Year (年末结转) is what a deposit carried over at the end of a year.
type Year struct {
	Deposit             db.ID
	Year                int
	Principal, Interest money.Fen
	Drawn               bool // drawn upon in the year: it is assessed anew, and does not simply carry over
}

// Years lists what a deposit carried over, the latest first.
func (x *Deposits) Years(tx *db.Tx, d *Deposit) ([]Year, error) {
	list, err := db.Select(tx, func(r *db.Rows) (y Year, err error) {
		var drawn int
		err = r.Scan(&y.Deposit, &y.Year, (*int64)(&y.Principal), (*int64)(&y.Interest), &drawn)
		y.Drawn = drawn == 1
		return y, err
	}, "select deposit, year, principal, interest, drawn from deposit_year where deposit = ? order by year desc", d.ID)
	return list, wrap("list years", err)
}

// CarryOver notes what every living deposit carries over from a year that is over. Doing it twice changes nothing. It answers how many it noted.
func (x *Deposits) CarryOver(tx *db.Tx, year int) (int, error) {
	if year >= place.Today(tx).Year {
		return 0, fault.Invalid("year", "%d 年还没有结束", year)
	}
	list, err := db.Select(tx, scan, "select "+columns+" from deposit_record where state in ('standing', 'leaving') and not exists (select 1 from deposit_year y where y.deposit = deposit_record.id and y.year = ?) order by id", year)
	if err != nil {
		return 0, wrap("find what is carried over", err)
	}
	last := fmt.Sprintf("%04d-12", year)
	n := 0
	for i := range list {
		d := &list[i]
		if civil.DateOf(d.Made.Time, civil.Shanghai).Year > year {
			continue
		}
		p, err := ledger.BalanceOf(tx, d.account(false), last)
		if err != nil {
			return n, err
		}
		in, err := ledger.BalanceOf(tx, d.account(true), last)
		if err != nil {
			return n, err
		}
		var drawn int
		if err := tx.QueryRow("select count(*) from deposit_move where deposit = ? and kind = 'drawn' and day >= ? and day <= ?", d.ID, fmt.Sprintf("%04d-01-01", year), last+"-31").Scan(&drawn); err != nil {
			return n, wrap("count drawings", err)
		}
		if err := tx.Exec("insert into deposit_year (deposit, year, principal, interest, drawn) values (?, ?, ?, ?, ?) on conflict (deposit, year) do nothing", d.ID, year, int64(-p), int64(-in), min(1, drawn)); err != nil {
			return n, wrap("carry over", err)
		}
		n++
	}
	return n, nil
}

// jobSweep tells units of what is late, and carries over the year that is over.
const jobSweep = "deposit.sweep"

// Register lets the runner sweep once after each start and soon after each midnight.
func (x *Deposits) Register(r *job.Runner, d *db.DB) {
	r.HandleOutside(jobSweep, func(ctx context.Context, _ *job.Task) (job.Settle, error) {
		return next, d.Write(ctx, x.Sweep)
	})
	r.OnFailed(jobSweep, func(tx *db.Tx, _ job.Job) error { return next(tx) })
}

// Start enqueues the first sweep. It may be called at every start: sweeps that wait are one.
func Start(tx *db.Tx) error {
	_, err := job.Enqueue(tx, jobSweep, nil, job.Unique("daily"))
	return err
}

func next(tx *db.Tx) error {
	midnight := civil.DateOf(tx.Now(), civil.Shanghai).AddDays(1).In(civil.Shanghai)
	_, err := job.Enqueue(tx, jobSweep, nil, job.Unique("daily"), job.At(midnight.Add(3*time.Minute)))
	return err
}

// Sweep tells the unit of each deposit that has become late, once for each term, and carries over the last year.
func (x *Deposits) Sweep(tx *db.Tx) error {
	today := place.Today(tx)
	if _, err := x.CarryOver(tx, today.Year-1); err != nil {
		return err
	}
	list, err := db.Select(tx, scan, "select "+columns+" from deposit_record where state = 'standing' and pay_by <> '' and told <> pay_by order by id")
	if err != nil {
		return wrap("look for what is late", err)
	}
	for i := range list {
		d := &list[i]
		if err := d.count(tx); err != nil {
			return err
		}
		late := d.Late(today)
		if late == 0 {
			continue
		}
		if err := d.change(tx, "told = pay_by"); err != nil {
			return err
		}
		if err := notify.Send(tx, notify.Message{To: notify.Unit(d.Unit), Subject: "缴存逾期：" + d.Name, Text: fmt.Sprintf("到 %s 还差 %s。", d.PayBy.Words(), late.Words()), Link: "/deposits/" + d.ID.String()}); err != nil {
			return err
		}
	}
	return nil
}
