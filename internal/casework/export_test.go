package casework

import (
	"linli/internal/db"
	"linli/internal/geo"
)

// NearSQL is what cases near a point are asked by.
func NearSQL(kind string, p geo.Point, radius float64, since db.Time) (string, []any) {
	return spansSQL(geo.Spans(p, radius), kind, since)
}

// ShortQueue sets how many queue rows may be walked whatever is asked of them, until back is called.
func ShortQueue(n int) (back func()) {
	old := shortQueue
	shortQueue = n
	return func() { shortQueue = old }
}
