package picture

import (
	"time"

	"linli/internal/geo"
)

// Bounds say when photos do not fit. They are the city's to set; see pack.KnownBounds.
type Bounds struct {
	Far   float64       // metres from where the matter is
	Old   time.Duration // how long before it is handed in a first photo may have been taken
	Slack time.Duration // by how much clocks differ
}

// Marks of photos that do not fit.
const (
	Early = "early"
	Late  = "late"
	Far   = "far"
)

// A Doubt (照片疑点) is why a photo does not fit.
type Doubt struct {
	Hash   string
	Mark   string // Early, Late or Far
	After  bool   // of a photo of what was done; else of what was found
	Metres int    // of Far
	Taken  time.Time
}

// A Matter (照片对应的事项) is what photos are held against.
type Matter struct {
	SentOut time.Time  // photos that came since show what was done; zero: not yet
	Where   *geo.Point // nil: nobody told; then a photo of what was found tells
}

// After reports whether a photo shows what was done.
func (m Matter) After(p Picture) bool { return !m.SentOut.IsZero() && p.At.After(m.SentOut) }

// Doubts tells which photos do not fit the matter or one another: early, taken before what they should show (the sending out,
// or for what was found more than Old before it was handed in); late, taken after they were handed in; far from the place.
func Doubts(list []Picture, m Matter, b Bounds) []Doubt {
	where := m.Where
	for i := range list {
		if where == nil && list[i].Placed && !m.After(list[i]) {
			where = &list[i].Where
		}
	}
	var found []Doubt
	for _, p := range list {
		d := Doubt{Hash: p.Hash, After: m.After(p), Taken: p.Taken}
		since := p.At.Add(-b.Old)
		if d.After {
			since = m.SentOut
		}
		if !p.Taken.IsZero() && p.Taken.Add(b.Slack).Before(since) {
			d.Mark = Early
			found = append(found, d)
		}
		if !p.Taken.IsZero() && p.Taken.After(p.At.Add(b.Slack)) {
			d.Mark = Late
			found = append(found, d)
		}
		if p.Placed && where != nil {
			if metres := geo.Distance(*where, p.Where); metres > b.Far {
				d.Mark, d.Metres = Far, int(metres)
				found = append(found, d)
			}
		}
	}
	return found
}

// AnyAfter reports whether a photo of what was done is in doubt.
func AnyAfter(list []Doubt) bool {
	for _, d := range list {
		if d.After {
			return true
		}
	}
	return false
}
