package casework

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/staff"
)

// maxDesk bounds how many open cases one unit's table shows at once; beyond it the least urgent are left to the queue's pages.
const maxDesk = 1000

// Desk (承办队列) lists the open cases in which a unit has a part now, by legal risk: the time that remains divided by
// the time allowed, the smallest first; whatever is past its term comes before, the longest overdue first; cases whose
// clock stands still come last.
func (c *Cases) Desk(tx *db.Tx, by staff.Actor, unit string) ([]Line, error) {
	if !slices.Contains(seen(by), staff.UnitKey(unit)) {
		return nil, fault.Forbidden("您不在该单位任职")
	}
	lines, err := db.Select(tx, scanLine, `select `+lineColumns+` from case_queue q join case_record c on c.id = q.case_id
		where q.scope = ? order by q.yellow_at, q.case_id limit ?`, staff.UnitKey(unit), maxDesk)
	if err != nil {
		return nil, fmt.Errorf("desk of %s: %w", unit, err)
	}
	now := tx.Now()
	slices.SortStableFunc(lines, func(a, b Line) int { return cmp.Compare(a.Risk(now), b.Risk(now)) })
	return lines, c.ungraded(tx, by, lines)
}

// Calm is the Risk of a case without a running clock.
const Calm = 2.0

// Risk is the time that remains of the legal term (the target term where there is no other) divided by the time allowed
// since registration: 1 at the start, 0 at the end, negative when overdue, Calm when no clock runs.
func (l Line) Risk(now time.Time) float64 {
	end := l.Limit.Time
	if end.IsZero() {
		end = l.Target.Time
	}
	if end.IsZero() || l.Yellow.IsZero() || l.State == flow.Waiting || l.State == flow.Replied || l.State == flow.Verified {
		return Calm
	}
	allowed := end.Sub(l.Registered.Time)
	if allowed <= 0 {
		return 0
	}
	return float64(end.Sub(now)) / float64(allowed)
}

// Handled lists cases that a unit led and which are no longer open, last step first. before is the last step
// of the line above; zero for the first page.
func (c *Cases) Handled(tx *db.Tx, by staff.Actor, unit string, before time.Time, limit int) ([]Line, error) {
	if !slices.Contains(seen(by), staff.UnitKey(unit)) {
		return nil, fault.Forbidden("您不在该单位任职")
	}
	end := noYellow
	if !before.IsZero() {
		end = db.At(before).Text()
	}
	lines, err := db.Select(tx, scanLine, `select `+lineColumns+` from case_record c
		where c.lead = ? and c.open = 0 and c.last_step_at < ? order by c.last_step_at desc, c.id desc limit ?`, unit, end, limit)
	if err != nil {
		return nil, fmt.Errorf("handled by %s: %w", unit, err)
	}
	return lines, c.ungraded(tx, by, lines)
}
