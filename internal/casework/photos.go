package casework

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/geo"
	"linli/internal/picture"
)

// PhotoDoubts tells which photos of a case do not fit: taken before what they should show, after they were handed in, or far from the place.
func (c *Cases) PhotoDoubts(tx *db.Tx, k *Case) ([]picture.Doubt, error) {
	list, err := picture.Of(tx, "case:"+k.ID.String())
	if err != nil || len(list) == 0 {
		return nil, err
	}
	m := picture.Matter{SentOut: k.Routed}
	if k.row.located != 0 {
		var lon, lat int64
		err := tx.QueryRow(`select lon, lat from case_position where case_id = ?`, k.ID).Scan(&lon, &lat)
		if err != nil && !errors.Is(err, db.ErrNoRows) {
			return nil, fmt.Errorf("position of case %s: %w", k.ID, err)
		}
		if err == nil {
			at := geo.Of(lon, lat)
			m.Where = &at
		}
	}
	return picture.Doubts(list, m, c.photoBounds(tx.Now())), nil
}

// photoBounds are by what photos are held against cases.
func (c *Cases) photoBounds(at time.Time) picture.Bounds {
	return picture.Bounds{Far: float64(c.Bound("photo-metres", at)), Old: time.Duration(c.Bound("photo-hours", at)) * time.Hour,
		Slack: time.Duration(c.Bound("photo-minutes", at)) * time.Minute}
}

// vouched refuses to confirm work in silence whose photos do not fit: whoever confirms it says what he saw.
func (c *Cases) vouched(tx *db.Tx, k *Case, a *Act) error {
	if a.Verb != flow.Verify || strings.TrimSpace(a.Words) != "" {
		return nil
	}
	doubts, err := c.PhotoDoubts(tx, k)
	if err != nil {
		return err
	}
	if picture.AnyAfter(doubts) {
		return fault.Invalid("words", "办后照片的时间或位置与事项不符（见“现场照片”），请写明您核实的情况")
	}
	return nil
}
