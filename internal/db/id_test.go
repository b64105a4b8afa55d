package db

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/internal/fault"
)

func TestIDsRiseEvenWhenTheClockIsSetBack(t *testing.T) {
	var s idSource
	at := time.Date(2026, 10, 9, 2, 0, 0, 0, time.UTC).UnixMilli()
	last := s.next(at)
	for i := range 5000 {
		now := at
		if i > 2000 {
			now = at - 3_600_000 // an hour back
		}
		id := s.next(now)
		if id <= last {
			t.Fatalf("id %d after %d does not rise", id, last)
		}
		last = id
	}
	if got := last.Time().UnixMilli(); got != at {
		t.Fatalf("5000 ids of one millisecond reach %d ms further", got-at)
	}
	if next := s.next(at + 1); next.Time().UnixMilli() != at+1 {
		t.Fatalf("the id of the next millisecond is of %v", next.Time())
	}
}

func TestFirstIDDividesByTime(t *testing.T) {
	at := time.Date(2026, 10, 9, 2, 0, 0, 5_000_000, time.UTC)
	var s idSource
	before, since := s.next(at.UnixMilli()-1), s.next(at.UnixMilli())
	if first := FirstID(at); before >= first || since < first || !first.Time().Equal(at) {
		t.Fatalf("%v is not between %v and %v", first, before, since)
	}
	if first := FirstID(time.Time{}); first != 0 {
		t.Fatalf("before the first instant: %v", first)
	}
}

func TestIDTextRoundTripAndOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := ID(rapid.Int64Min(0).Draw(t, "a"))
		b := ID(rapid.Int64Min(0).Draw(t, "b"))
		back, err := ParseID(a.String())
		if err != nil || back != a || len(a.String()) != 13 {
			t.Fatalf("%d → %s → %d, %v", a, a, back, err)
		}
		if (a < b) != (a.String() < b.String()) {
			t.Fatalf("%s and %s do not sort as %d and %d", a, b, a, b)
		}
	})
}

func TestParseIDIsForgivingAndRefuses(t *testing.T) {
	want, err := ParseID("01abc00000001")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ParseID("OLABC0000000I"); err != nil || got != want {
		t.Fatalf("look-alike letters give %v, %v, want %v", got, err, want)
	}
	for _, bad := range []string{"", "1", "01abc0000000u", "8000000000000", "01abc000000012", "01abc0000000-"} {
		if _, err := ParseID(bad); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("ParseID(%q) gives %v, want an invalid fault", bad, err)
		}
	}
}

func TestJSONOfIDAndTime(t *testing.T) {
	type row struct {
		ID   ID
		At   Time
		Void Time
	}
	in := row{NewID(), At(time.Date(2026, 10, 9, 10, 0, 0, 123456789, time.FixedZone("", 8*3600))), Time{}}
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"ID":"` + in.ID.String() + `","At":"2026-10-09T02:00:00.123Z","Void":""}`; string(b) != want {
		t.Fatalf("json is %s, want %s", b, want)
	}
	var out row
	if err := json.Unmarshal(b, &out); err != nil || out != in {
		t.Fatalf("back comes %+v, %v, want %+v", out, err, in)
	}
	if err := json.Unmarshal([]byte(`{"At":"2026-10-09T10:00:00+08:00","ID":""}`), &out); err != nil || out.At.Hour() != 2 || out.ID != 0 {
		t.Fatalf("an instant of another zone gives %+v, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"At":"2026-02-30T10:00:00Z"}`), &out); err == nil {
		t.Fatal("30 February was accepted")
	}
}

func TestTimeOutsideFourDigitYears(t *testing.T) {
	if _, err := At(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)).Value(); err == nil {
		t.Fatal("the year 10000 was accepted, though it would sort before the year 2000")
	}
}
