package ledger

import (
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/place"
	"linli/internal/staff"
)

// The law that refusals of the books rest on.
var (
	upright  = law.MustParse("accounting-law#14") // entries are put right as rules say, never altered
	ofBudget = law.MustParse("budget-law#13")     // nothing is spent that the budget does not hold
)

// A Month (会计月份) is one month of the books.
type Month struct {
	Month    string // "2026-11"
	Entries  int
	Closed   bool
	ClosedBy string
	ClosedAt db.Time
}

func monthOf(d civil.Date) string { return d.String()[:7] }

// nextMonth is the month after "2026-11".
func nextMonth(m string) string {
	t, err := time.Parse("2006-01", m)
	if err != nil {
		return m
	}
	return t.AddDate(0, 1, 0).Format("2006-01")
}

// Months lists the months of the books, the latest first.
func Months(tx *db.Tx) ([]Month, error) {
	list, err := db.Select(tx, func(r *db.Rows) (m Month, err error) {
		return m, r.Scan(&m.Month, &m.Entries, &m.Closed, &m.ClosedBy, &m.ClosedAt)
	}, "select month, entries, closed, closed_by, closed_at from ledger_month order by month desc")
	return list, wrap("list months", err)
}

// Close closes a month and all before it, for ever. Returns invalid for one that has not ended, conflict when it is closed.
func Close(tx *db.Tx, by staff.Actor, month string) error {
	if err := Heads(by, ""); err != nil {
		return err
	}
	if _, err := time.Parse("2006-01", month); err != nil {
		return fault.Invalid("month", "月份应写成 2026-11")
	}
	if month >= monthOf(place.Today(tx)) {
		return fault.Invalid("month", "%s 还没有过完，不能结账", month)
	}
	var first, closed string
	if err := tx.QueryRow("select min(month), max(case when closed = 1 then month else '' end) from ledger_month").Scan(&first, &closed); err != nil {
		return wrap("look at months", err)
	}
	if month <= closed {
		return fault.Conflict("%s 已经结账", month)
	}
	if first == "" || first > month {
		first = month
	}
	for m := first; m <= month; m = nextMonth(m) {
		if err := tx.Exec(`insert into ledger_month (month, closed, closed_by, closed_at) values (?, 1, ?, ?) on conflict (month) do update set
			closed = 1, closed_by = excluded.closed_by, closed_at = excluded.closed_at where ledger_month.closed = 0`, m, by.Name, db.At(tx.Now())); err != nil {
			return wrap("close month", err)
		}
	}
	return record(tx, by, "ledger.close", "month:"+month, map[string]string{"month": month})
}
