package db

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"linli/internal/fault"
)

// An ID names a row: 42 bits of milliseconds since 2020-01-01 UTC, then 21 bits of a counter that begins at a random
// number in each millisecond. IDs of one process rise even when the clock is set back; IDs of several processes are
// unique but for odds of about one in a million within the same millisecond, and a primary key refuses that one.
// The zero ID names nothing.
type ID int64

const (
	idEpoch    = 1577836800000 // 2020-01-01T00:00:00Z in Unix milliseconds
	idLength   = 13
	idAlphabet = "0123456789abcdefghjkmnpqrstvwxyz" // Crockford base32
	counterBit = 21
)

var ids idSource

// idSource hands out rising IDs; the zero value is ready.
type idSource struct{ last atomic.Int64 }

// NewID returns an ID above every other that this process made.
func NewID() ID { return ids.next(time.Now().UnixMilli()) }

func (s *idSource) next(unixMilli int64) ID {
	for {
		last := s.last.Load()
		id := last + 1
		if ms := unixMilli - idEpoch; ms > last>>counterBit {
			// the upper half of the counter stays free for the IDs that follow in this millisecond
			id = ms<<counterBit | rand.Int64N(1<<(counterBit-1))
		}
		if s.last.CompareAndSwap(last, id) {
			return ID(id)
		}
	}
}

// Time returns the instant the ID was made, in UTC, to the millisecond.
func (id ID) Time() time.Time { return time.UnixMilli(int64(id)>>counterBit + idEpoch).UTC() }

// FirstID returns the lowest ID that could have been made at an instant, so that rows made before it and since are told apart.
func FirstID(at time.Time) ID { return ID(max(0, at.UnixMilli()-idEpoch)) << counterBit }

// IsZero reports whether the ID names nothing.
func (id ID) IsZero() bool { return id == 0 }

// String returns 13 characters of Crockford base32 in lower case, which sort as the IDs do.
func (id ID) String() string {
	var b [idLength]byte
	v := uint64(id)
	for i := idLength - 1; i >= 0; i-- {
		b[i] = idAlphabet[v&31]
		v >>= 5
	}
	return string(b[:])
}

// ParseID reads what String wrote, in either case, with o for 0 and i or l for 1 as Crockford allows.
// Returns an invalid fault otherwise.
func ParseID(s string) (ID, error) {
	if len(s) != idLength {
		return 0, badID(s)
	}
	var v uint64
	for i := range idLength {
		d := idDigit(s[i])
		if d < 0 || (i == 0 && d > 7) {
			return 0, badID(s)
		}
		v = v<<5 | uint64(d)
	}
	return ID(v), nil
}

func badID(s string) error {
	if len(s) > 40 {
		s = s[:40]
	}
	return fault.Invalid("id", "编号 %q 的格式不对", s)
}

func idDigit(c byte) int {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	switch c {
	case 'o':
		return 0
	case 'i', 'l':
		return 1
	}
	for i := range idAlphabet {
		if idAlphabet[i] == c {
			return i
		}
	}
	return -1
}

// MarshalJSON writes the ID as a string: a JavaScript number would lose its last digits.
func (id ID) MarshalJSON() ([]byte, error) { return json.Marshal(id.String()) }

// UnmarshalJSON reads a string; "" gives the zero ID.
func (id *ID) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("read id: %w", err)
	}
	if s == "" {
		*id = 0
		return nil
	}
	v, err := ParseID(s)
	if err != nil {
		return err
	}
	*id = v
	return nil
}

// Value implements driver.Valuer as int64.
func (id ID) Value() (driver.Value, error) { return int64(id), nil }

// Scan implements sql.Scanner from int64; NULL gives the zero ID.
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case int64:
		*id = ID(v)
	case nil:
		*id = 0
	default:
		return fmt.Errorf("scan %T into db.ID", src)
	}
	return nil
}
