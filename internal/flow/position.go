package flow

import (
	"time"

	"linli/internal/fault"
	"linli/internal/geo"
)

// A Position (位置) is where somebody saw what he tells of: by his telephone, or by a finger on the map. It is in WGS-84.
type Position struct {
	Point    geo.Point `json:"point"`
	Accuracy float64   `json:"accuracy,omitempty"` // radius of doubt in metres; 0: not told
	At       time.Time `json:"at,omitzero"`        // when it was taken; zero: with the step itself
}

// worstAccuracy is the radius of doubt beyond which a position tells nothing of a street, in metres.
const worstAccuracy = 20_000

// Check refuses what is no position, naming the field of a page.
func (p *Position) Check() error {
	switch {
	case p == nil:
		return nil
	case !p.Point.Valid() || p.Point.IsZero():
		return fault.Invalid("where", "位置不对：经度应在 -180 到 180 之间，纬度应在 -90 到 90 之间，并且不能都是 0")
	case !(p.Accuracy >= 0 && p.Accuracy <= worstAccuracy):
		return fault.Invalid("where", "位置的误差应在 0 到 %d 米之间；误差更大时请不带位置", worstAccuracy)
	}
	return nil
}
