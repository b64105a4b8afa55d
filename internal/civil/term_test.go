package civil

import (
	"testing"
	"time"
)

func TestParseTerm(t *testing.T) {
	for in, words := range map[string]string{
		"3d": "3日", "15wd": "15个工作日", "1mo": "1个月", "4wh": "4个工作小时", "2h": "2小时", "90m": "90分钟",
	} {
		got, err := ParseTerm(in)
		if err != nil || got.String() != in || got.Words() != words {
			t.Errorf("%s: %v %s, %v", in, got, got.Words(), err)
		}
	}
	for _, bad := range []string{"", "d", "3", "0d", "-3d", "+3d", "3 d", "3D", "1.5h", "3days", "3dwd", "wd3", "36501d", "99999999999999999999d", "三d", "1_0d", "3y"} {
		if got, err := ParseTerm(bad); err == nil {
			t.Errorf("ParseTerm(%q) = %v, want an error", bad, got)
		}
	}
}

func TestParseHours(t *testing.T) {
	for _, ok := range []string{"08:00-12:00,14:00-18:00", "00:00-24:00", "09:30-11:45", "08:00-10:00,10:10-12:00,13:00-17:30"} {
		if h, err := ParseHours(ok); err != nil || h.String() != ok {
			t.Errorf("%s: %v, %v", ok, h, err)
		}
	}
	for _, bad := range []string{"", "8:00-12:00", "08:00", "12:00-08:00", "08:00-08:00", "08:00-24:01", "08:60-12:00", "14:00-18:00,08:00-12:00",
		"08:00-12:00,12:00-18:00", "08:00-13:00,12:00-18:00", "08:00-12:00,", "08:00-12:00, 14:00-18:00", "22:00-06:00", "+8:00-12:00", "08:00-12:00-14:00"} {
		if h, err := ParseHours(bad); err == nil {
			t.Errorf("ParseHours(%q) = %v, want an error", bad, h)
		}
	}
}

func TestHalves(t *testing.T) {
	for _, c := range []struct {
		hours              string
		morning, afternoon time.Duration // worked
		noon               time.Duration // close of a morning
	}{
		{"08:00-12:00,14:00-18:00", 4 * time.Hour, 4 * time.Hour, 12 * time.Hour},
		{"08:30-12:30,14:00-17:00", 4 * time.Hour, 3 * time.Hour, 12*time.Hour + 30*time.Minute},
		{"09:00-17:00", 3 * time.Hour, 5 * time.Hour, 12 * time.Hour},
		{"08:00-10:00,10:30-12:00,13:00-17:00", 3*time.Hour + 30*time.Minute, 4 * time.Hour, 12 * time.Hour},
	} {
		h, err := ParseHours(c.hours)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.Length(Morning); got != c.morning {
			t.Errorf("%s: morning %v", c.hours, got)
		}
		if got := h.Length(Afternoon); got != c.afternoon || h.Length(Morning)+got != h.Length(Work) {
			t.Errorf("%s: afternoon %v", c.hours, got)
		}
		if got := h.Close(Morning); got != c.noon || h.Close(Afternoon) != h.Close(Work) || h.Close(Off) != h.Close(Work) {
			t.Errorf("%s: morning closes at %v", c.hours, got)
		}
	}
}

func FuzzParseTerm(f *testing.F) {
	for _, s := range []string{"3d", "15wd", "1mo", "4wh", "2h", "90m", "007d", "0d", "3x", "d3", "\xff"} {
		f.Add(s)
	}
	from := time.Date(2026, 9, 29, 16, 30, 0, 0, Shanghai)
	f.Fuzz(func(t *testing.T, s string) {
		term, err := ParseTerm(s)
		if err != nil {
			return
		}
		if back, err := ParseTerm(term.String()); err != nil || back != term {
			t.Errorf("%q reads as %v and back as %v, %v", s, term, back, err)
		}
		if due, err := CivilCode().Due(from, term, nil); err != nil || !due.After(from) {
			t.Errorf("%v: due %v, %v", term, due, err)
		}
	})
}

func FuzzParseHours(f *testing.F) {
	for _, s := range []string{"08:00-12:00,14:00-18:00", "00:00-24:00", "9:00-17:00", "08:00-12:00,12:00-13:00", "-", ","} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := ParseHours(s)
		if err != nil {
			return
		}
		if h.String() != s || h.Length(Work) <= 0 || h.Length(Morning)+h.Length(Afternoon) != h.Length(Work) {
			t.Errorf("%q reads as %v", s, h)
		}
	})
}
