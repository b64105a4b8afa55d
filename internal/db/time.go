package db

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// A Time is an instant as the database keeps it: fixed-width UTC text to the millisecond, so that text order is time
// order on both engines. The zero Time is stored as the empty text and means "not yet" or "never".
type Time struct{ time.Time }

const timeLayout = "2006-01-02T15:04:05.000Z"

// At wraps t in UTC, cut to the millisecond.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{t.UTC().Truncate(time.Millisecond)}
}

// Text returns the stored form: "2006-01-02T15:04:05.000Z", or "" for the zero Time.
func (t Time) Text() string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeLayout)
}

// ParseTime reads the stored form.
func ParseTime(s string) (Time, error) {
	if s == "" {
		return Time{}, nil
	}
	v, err := time.Parse(timeLayout, s)
	if err != nil {
		return Time{}, fmt.Errorf("stored time: %w", err)
	}
	return Time{v}, nil
}

// MarshalJSON writes RFC 3339 with milliseconds in UTC, or "" for the zero Time.
func (t Time) MarshalJSON() ([]byte, error) { return json.Marshal(t.Text()) }

// UnmarshalJSON reads RFC 3339 in any zone; "" and null give the zero Time.
func (t *Time) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("read time: %w", err)
	}
	if s == "" {
		*t = Time{}
		return nil
	}
	v, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return fmt.Errorf("read time: %w", err)
	}
	*t = At(v)
	return nil
}

// Value implements driver.Valuer as the stored text. A year outside 0-9999 has no fixed-width form and is an error.
func (t Time) Value() (driver.Value, error) {
	if y := t.UTC().Year(); y < 0 || y > 9999 {
		return nil, fmt.Errorf("time %v: year outside 0-9999", t.Time)
	}
	return t.Text(), nil
}

// Scan implements sql.Scanner from the stored text; NULL gives the zero Time.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case string:
		p, err := ParseTime(v)
		if err != nil {
			return err
		}
		*t = p
	case nil:
		*t = Time{}
	default:
		return fmt.Errorf("scan %T into db.Time", src)
	}
	return nil
}
