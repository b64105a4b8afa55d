package civil

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDate(t *testing.T) {
	for _, bad := range []string{"", "2026-2-3", "2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "0000-01-01", "2026-10-09 ", "２０２６-10-09", "20261009"} {
		if d, err := ParseDate(bad); err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", bad, d)
		}
	}
	if d, err := ParseDate("2024-02-29"); err != nil || d != (Date{2024, time.February, 29}) {
		t.Errorf("leap day: %v, %v", d, err)
	}
}

func TestAddMonths(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"},
		{"2024-01-31", 1, "2024-02-29"},
		{"1900-01-31", 1, "1900-02-28"},
		{"2000-01-31", 1, "2000-02-29"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2026-12-15", 1, "2027-01-15"},
		{"2026-08-31", 1, "2026-09-30"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-10", -1, "2025-12-10"},
	} {
		if got := MustDate(c.from).AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s and %d months = %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestDateText(t *testing.T) {
	type row struct{ From, To Date }
	b, err := json.Marshal(row{From: MustDate("0987-06-05")})
	if err != nil || string(b) != `{"From":"0987-06-05","To":""}` {
		t.Fatalf("%s, %v", b, err)
	}
	var r row
	if err := json.Unmarshal(b, &r); err != nil || r.From != MustDate("0987-06-05") || !r.To.IsZero() {
		t.Fatalf("%v, %v", r, err)
	}
	if err := json.Unmarshal([]byte(`{"From":"2026-02-30"}`), &r); err == nil {
		t.Error("30 February was accepted")
	}
	var d Date
	if err := d.Scan([]byte("2026-10-09")); err != nil || d.Words() != "2026年10月9日" {
		t.Errorf("Scan: %v, %v", d, err)
	}
	if err := d.Scan(int64(5)); err == nil {
		t.Error("Scan took a number")
	}
}

func TestParseInstant(t *testing.T) {
	for in, want := range map[string]string{
		"2026-09-29T16:30:00+08:00": "2026-09-29T16:30:00+08:00",
		"2026-09-29T16:30+08:00":    "2026-09-29T16:30:00+08:00",
		"2026-09-29T20:00:00Z":      "2026-09-30T04:00:00+08:00",
		"2026-09-29T23:30:00-05:00": "2026-09-30T12:30:00+08:00",
	} {
		if got, err := ParseInstant(in); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%s: %v, %v, want %s", in, got, err, want)
		}
	}
	for _, bad := range []string{"", "2026-09-29", "2026-02-30T10:00:00+08:00", "2026-09-29T16:30:00", "2026-09-29T25:00:00+08:00", "0000-06-01T00:00:00+08:00",
		"9999-12-31T20:00:00Z"} {
		if got, err := ParseInstant(bad); err == nil {
			t.Errorf("%q = %v, want an error", bad, got)
		}
	}
}

// Days are numbered as package time counts them, so all arithmetic rests on that.
func TestDateArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(minDay, maxDay).Draw(t, "day")
		k := rapid.IntRange(-4000, 4000).Draw(t, "k")
		d := dateOf(n)
		if d.number() != n || d.AddDays(k).Sub(d) != k {
			t.Fatalf("%v: numbers do not come back", d)
		}
		if want := d.In(Shanghai).Weekday(); d.Weekday() != want {
			t.Fatalf("%v is a %v, want %v", d, d.Weekday(), want)
		}
		if p, err := ParseDate(d.String()); err != nil || p != d {
			t.Fatalf("%v reads back as %v, %v", d, p, err)
		}
		if e := d.AddDays(k); e.Before(d) != (k < 0) || e.After(d) != (k > 0) {
			t.Fatalf("order of %v and %v", d, e)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-10-09", "2024-02-29", "2023-02-29", "0001-01-01", "9999-12-31", "-001-01-01", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDate(s); err == nil && d.String() != s {
			t.Errorf("%q was read as %v", s, d)
		}
	})
}
