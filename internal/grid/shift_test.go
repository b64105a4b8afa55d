package grid_test

import (
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/grid"
	"linli/test/town"
)

func TestPositionsOnlyOnDuty(t *testing.T) {
	each(t, func(t *testing.T, w *town.Town) {
		by, centre, street := w.Actor(t, "walker"), w.Actor(t, "supervisor"), w.Actor(t, "street")
		lon, lat := town.GridMiddle(0)
		here := geo.Point{Lon: lon, Lat: lat}
		track := func(fixes ...grid.Fix) (got grid.Tracked) {
			t.Helper()
			w.Write(t, func(tx *db.Tx) (err error) { got, err = grid.Track(tx, by, fixes); return err })
			return got
		}
		at := func(d time.Duration) grid.Fix { return grid.Fix{At: w.Clock.Now().Add(d), Where: here, Within: 7.2} }
		seen := func() (list []grid.Present) {
			w.Read(t, func(tx *db.Tx) (err error) {
				list, err = grid.OnDutyBelow(tx, centre, w.Places.Path(town.City))
				return err
			})
			return list
		}
		if got := track(at(0)); got != (grid.Tracked{Refused: 1}) {
			t.Errorf("off duty: %+v", got)
		}
		fails(t, w, fault.KindForbidden, "没有网格岗位", func(tx *db.Tx) error { _, err := grid.Begin(tx, centre, "1", time.Time{}); return err })
		for range 2 {
			w.Write(t, func(tx *db.Tx) error { _, err := grid.Begin(tx, by, "on", time.Time{}); return err })
		}
		fails(t, w, fault.KindConflict, "已经在岗", func(tx *db.Tx) error { _, err := grid.Begin(tx, by, "on again", time.Time{}); return err })
		w.Clock.Advance(time.Hour)
		good := []grid.Fix{at(-50 * time.Minute), at(-10 * time.Minute)}
		for range 2 { // told twice, kept once
			if got := track(append(good, at(-70*time.Minute), at(time.Minute), grid.Fix{At: w.Clock.Now()})...); got != (grid.Tracked{Kept: 2, Refused: 3}) {
				t.Errorf("on duty: %+v", got)
			}
		}
		if list := seen(); len(list) != 1 || list[0].Name != "施网格" || geo.Distance(list[0].At, here) > 1 || list[0].Within != 8 || !list[0].Seen.Equal(good[1].At) {
			t.Errorf("the centre sees %+v", list)
		}
		fails(t, w, fault.KindForbidden, "监督中心", func(tx *db.Tx) error { _, err := grid.OnDutyBelow(tx, street, w.Places.Path(town.City)); return err })
		w.Write(t, func(tx *db.Tx) error { _, err := grid.End(tx, by, "off", time.Time{}); return err })
		fails(t, w, fault.KindConflict, "不在岗", func(tx *db.Tx) error { _, err := grid.End(tx, by, "off again", time.Time{}); return err })
		if list := seen(); len(list) != 0 {
			t.Errorf("after duty the centre sees %+v", list)
		}
		mine := func(as string) (n int) {
			w.Read(t, func(tx *db.Tx) error {
				list, err := grid.MyTrack(tx, w.Actor(t, as), w.Clock.Now().Add(-24*time.Hour), w.Clock.Now())
				n = len(list)
				return err
			})
			return n
		}
		if mine("walker") != 2 || mine("supervisor") != 0 {
			t.Errorf("he sees %d of his own, the supervisor %d", mine("walker"), mine("supervisor"))
		}
		w.Clock.Advance(30*24*time.Hour - 11*time.Minute)
		w.Write(t, func(tx *db.Tx) error {
			n, err := grid.Forget(tx, 30*24*time.Hour)
			if n != 1 {
				t.Errorf("forgot %d", n)
			}
			return err
		})
		w.Clock.Advance(2 * time.Minute)
		w.Write(t, func(tx *db.Tx) error {
			n, err := grid.Forget(tx, 30*24*time.Hour)
			list, err2 := grid.Shifts(tx, by.Account, 9)
			if n != 1 || err != nil || err2 != nil || len(list) != 1 || !list[0].Seen.IsZero() || !list[0].At.IsZero() {
				t.Errorf("forgot %d, %v; shifts %+v, %v", n, err, list, err2)
			}
			return nil
		})
	})
}

// A phone that was three days without a network tells its duties afterwards, in order.
func TestDutyToldLate(t *testing.T) {
	each(t, func(t *testing.T, w *town.Town) {
		by := w.Actor(t, "walker")
		now := w.Clock.Now()
		step := func(fn func(*db.Tx, string) error, key string) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { return fn(tx, key) }
		}
		on := func(ago time.Duration) func(*db.Tx, string) error {
			return func(tx *db.Tx, key string) error { _, err := grid.Begin(tx, by, key, now.Add(-ago)); return err }
		}
		off := func(ago time.Duration) func(*db.Tx, string) error {
			return func(tx *db.Tx, key string) error { _, err := grid.End(tx, by, key, now.Add(-ago)); return err }
		}
		w.Write(t, step(on(10*time.Hour), "1"))
		w.Write(t, step(off(6*time.Hour), "2"))
		w.Write(t, step(on(2*time.Hour), "3"))
		fails(t, w, fault.KindInvalid, "晚于", step(off(3*time.Hour), "4"))
		w.Write(t, step(off(time.Hour), "5"))
		fails(t, w, fault.KindConflict, "已经在岗", step(on(7*time.Hour), "6")) // within the first
		fails(t, w, fault.KindInvalid, "还没有到", step(on(-time.Hour), "7"))
		fails(t, w, fault.KindInvalid, "太早", step(on(31*24*time.Hour), "8"))
		w.Write(t, func(tx *db.Tx) error {
			got, err := grid.Track(tx, by, []grid.Fix{{At: now.Add(-9 * time.Hour), Where: geo.Point{Lon: 111, Lat: 34}}, {At: now.Add(-5 * time.Hour), Where: geo.Point{Lon: 111, Lat: 34}},
				{At: now.Add(-90 * time.Minute), Where: geo.Point{Lon: 111, Lat: 34}}})
			if got != (grid.Tracked{Kept: 2, Refused: 1}) {
				t.Errorf("tracked %+v", got)
			}
			return err
		})

		// a duty that nobody ends is over by itself, and the next may begin
		w.Write(t, step(on(0), "9"))
		w.Clock.Advance(grid.LongestShift + time.Hour)
		w.Read(t, func(tx *db.Tx) error {
			if s, on, err := grid.OnDuty(tx, by.Account); on || err != nil {
				t.Errorf("still on duty: %+v, %v", s, err)
			}
			return nil
		})
		w.Write(t, func(tx *db.Tx) error { _, err := grid.Begin(tx, by, "10", time.Time{}); return err })
		w.Read(t, func(tx *db.Tx) error {
			list, err := grid.Shifts(tx, by.Account, 2)
			if len(list) != 2 || !list[1].Forgot || list[1].Ended.Sub(list[1].Began.Time) != grid.LongestShift {
				t.Errorf("shifts are %+v", list)
			}
			return err
		})
	})
}
