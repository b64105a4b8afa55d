package grid

import (
	"math"
	"slices"
	"strings"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Fix (定位点) is where a worker was at an instant, as his phone tells.
type Fix struct {
	At     time.Time
	Where  geo.Point
	Within float64 // accuracy in metres; 0: not told
}

// Tracked (定位结果) says what became of fixes.
type Tracked struct {
	Kept    int
	Refused int // off duty, at no time or nowhere on the earth
}

// Track keeps the fixes that a worker's phone took while he was on duty and refuses the others. Telling one again changes nothing.
func Track(tx *db.Tx, by staff.Actor, fixes []Fix) (out Tracked, err error) {
	if len(fixes) == 0 {
		return out, nil
	}
	if len(fixes) > 5000 {
		return out, fault.Invalid("fixes", "一次最多 5000 个定位点")
	}
	first := slices.MinFunc(fixes, func(a, b Fix) int { return a.At.Compare(b.At) }).At
	on, err := shifts(tx, by.Account, first.Add(-time.Millisecond))
	if err != nil {
		return out, err
	}
	last := map[db.ID]Fix{}
	var rows []any
	for _, f := range fixes {
		i := slices.IndexFunc(on, func(s Shift) bool { return s.covers(f.At) })
		if i < 0 || told(tx, f.At) != nil || !f.Where.Valid() || f.Where.IsZero() {
			out.Refused++
			continue
		}
		lon, lat := f.Where.Millionths()
		rows = append(rows, by.Account, db.At(f.At), lon, lat, metres(f.Within))
		out.Kept++
		if l, ok := last[on[i].ID]; !ok || f.At.After(l.At) {
			last[on[i].ID] = f
		}
	}
	const width, most = 5, 500
	for chunk := range slices.Chunk(rows, width*most) {
		err := tx.Exec("insert into grid_fix (account, at, lon, lat, accuracy) values "+
			strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?), ", len(chunk)/width), ", ")+" on conflict do nothing", chunk...)
		if err != nil {
			return out, wrap("keep track", err)
		}
	}
	for _, s := range on {
		f, ok := last[s.ID]
		if !ok {
			continue
		}
		lon, lat := f.Where.Millionths()
		err := tx.Exec("update grid_shift set seen_at = ?, lon = ?, lat = ?, accuracy = ? where id = ? and seen_at < ?", db.At(f.At), lon, lat, metres(f.Within), s.ID, db.At(f.At))
		if err != nil {
			return out, wrap("keep last fix", err)
		}
	}
	return out, nil
}

// metres is an accuracy as the table keeps it.
func metres(within float64) int64 {
	if !(within > 0) {
		return 0
	}
	return int64(math.Ceil(min(within, 1e6)))
}

// MyTrack returns the fixes of the actor himself from an instant on and before another, the earliest first. Nobody else sees them.
func MyTrack(tx *db.Tx, by staff.Actor, from, until time.Time) ([]Fix, error) {
	list, err := db.Select(tx, func(r *db.Rows) (f Fix, err error) {
		var at db.Time
		var lon, lat, within int64
		err = r.Scan(&at, &lon, &lat, &within)
		return Fix{at.Time, geo.Of(lon, lat), float64(within)}, err
	}, "select at, lon, lat, accuracy from grid_fix where account = ? and at >= ? and at < ? order by at limit 20000", by.Account, db.At(from), db.At(until))
	return list, wrap("read track", err)
}

// Present (在岗人员) is a worker on duty as the supervision centre sees him.
type Present struct {
	Shift
	Name  string
	Posts []Post // of today, within the path asked for
}

// Watchers are the roles that see where workers on duty are.
var Watchers = []staff.Role{staff.Supervisor, staff.Verifier}

// Watches reports whether an actor sees where workers at a path are while they are on duty.
func Watches(by staff.Actor, path string) bool {
	return slices.ContainsFunc(Watchers, func(r staff.Role) bool { return by.Has(r, path, "") })
}

// OnDutyBelow returns the workers on duty with a post at or below a path. Returns forbidden for who does not watch there.
func OnDutyBelow(tx *db.Tx, by staff.Actor, path string) ([]Present, error) {
	if !Watches(by, path) {
		return nil, fault.Forbidden("只有监督中心和督查人员可以查看在岗人员的位置")
	}
	list, err := db.Select(tx, scanShift, "select "+shiftColumns+" from grid_shift where ended_at = '' and began_at > ? order by account", db.At(tx.Now().Add(-LongestShift)))
	if err != nil {
		return nil, wrap("list workers on duty", err)
	}
	posts, err := Below(tx, path, place.Today(tx))
	if err != nil {
		return nil, err
	}
	of := map[db.ID][]Post{}
	for _, p := range posts {
		of[p.Account] = append(of[p.Account], p)
	}
	var out []Present
	for _, s := range list {
		if len(of[s.Account]) == 0 {
			continue
		}
		a, err := staff.AccountOf(tx, s.Account)
		if err != nil {
			return nil, err
		}
		out = append(out, Present{s, a.Name, of[s.Account]})
	}
	return out, nil
}

// Forget deletes positions older than an age, those kept with shifts too, and ends shifts that workers forgot to end. It returns how many positions
// went.
func Forget(tx *db.Tx, age time.Duration) (int64, error) {
	if err := endForgotten(tx, 0); err != nil {
		return 0, err
	}
	before := db.At(tx.Now().Add(-age))
	if err := tx.Exec("update grid_shift set seen_at = '', lon = 0, lat = 0, accuracy = 0 where seen_at <> '' and seen_at < ?", before); err != nil {
		return 0, wrap("forget last fixes", err)
	}
	n, err := tx.ExecCount("delete from grid_fix where at < ?", before)
	return n, wrap("forget tracks", err)
}
