package field

import (
	"errors"
	"fmt"
	"time"

	"linli/internal/db"
	"linli/internal/geo"
	"linli/internal/grid"
	"linli/internal/staff"
)

// jumpWithin is how long a former position tells anything of the next.
const jumpWithin = 30 * time.Minute

// duty puts the worker on duty or off it.
func duty(tx *db.Tx, by staff.Actor, r *row) error {
	var b struct {
		On bool `json:"on"`
	}
	if err := r.read(&b); err != nil {
		return err
	}
	var err error
	if b.On {
		_, err = grid.Begin(tx, by, r.key(), r.at)
		r.words = "已上岗"
	} else {
		_, err = grid.End(tx, by, r.key(), r.at)
		r.words = "已下岗"
	}
	r.state = Taken
	return err
}

// A fix as a telephone sends it.
type fix struct {
	At       time.Time `json:"at"`
	Lon      float64   `json:"lon"`
	Lat      float64   `json:"lat"`
	Accuracy float64   `json:"accuracy"`
}

// track keeps the positions taken on duty. The item itself keeps none of them afterwards, so that what was taken off duty is nowhere.
func (x *Inbox) track(tx *db.Tx, by staff.Actor, r *row) error {
	var b struct {
		Fixes []fix `json:"fixes"`
	}
	if err := r.read(&b); err != nil {
		return err
	}
	skew := r.at.Sub(r.At)
	var list []grid.Fix
	jumped := 0
	for _, f := range b.Fixes {
		g := grid.Fix{At: f.At.Add(skew).UTC().Truncate(time.Millisecond), Where: geo.Point{Lon: f.Lon, Lat: f.Lat}, Within: f.Accuracy}
		if n := len(list); n > 0 && tooFast(list[n-1].Where, list[n-1].At, g.Where, g.At, list[n-1].Within+g.Within, x.fastest(tx)) {
			jumped++
			continue
		}
		list = append(list, g)
	}
	out, err := grid.Track(tx, by, list)
	if err != nil {
		return err
	}
	if jumped > 0 {
		r.mark(MarkJump)
	}
	r.state, r.words = Taken, fmt.Sprintf("保存 %d 个位置；不在当班时间的 %d 个、跳动的 %d 个没有保存", out.Kept, out.Refused, jumped)
	return tx.ExecOne(`update field_item set body = ?, placed = 0, lon = 0, lat = 0 where account = ? and id = ?`, `{}`, r.account, r.ID)
}

// fastest is how fast a worker gets about at most, in metres a second; two positions that ask for more are a jump of the receiver.
func (x *Inbox) fastest(tx *db.Tx) float64 { return float64(x.Cases.Bound("fastest", tx.Now())) / 3.6 }

// tooFast reports whether nobody gets from one position to another in the time between, beyond what both are unsure by.
func tooFast(a geo.Point, at time.Time, b geo.Point, bt time.Time, unsure, fastest float64) bool {
	return geo.Distance(a, b)-unsure > fastest*max(1, bt.Sub(at).Abs().Seconds())
}

// noticeJump marks an item whose position cannot be reached from that of the worker's item before.
func (x *Inbox) noticeJump(tx *db.Tx, r *row) error {
	if r.Lon == nil {
		return nil
	}
	var at db.Time
	var lon, lat, accuracy int64
	err := tx.QueryRow(`select at, lon, lat, accuracy from field_item where account = ? and placed = 1 and seq < ? order by seq desc limit 1`, r.account, r.seq).
		Scan(&at, &lon, &lat, &accuracy)
	if errors.Is(err, db.ErrNoRows) || err == nil && r.at.Sub(at.Time).Abs() > jumpWithin {
		return nil
	}
	if err != nil {
		return fmt.Errorf("position before: %w", err)
	}
	if tooFast(geo.Of(lon, lat), at.Time, geo.Point{Lon: *r.Lon, Lat: *r.Lat}, r.at, float64(accuracy)+r.Accuracy, x.fastest(tx)) {
		r.mark(MarkJump)
	}
	return nil
}
