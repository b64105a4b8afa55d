package civil

import (
	"testing"

	"pgregory.net/rapid"
)

func TestEveryNext(t *testing.T) {
	for _, c := range []struct{ every, after, from, to, due string }{
		{"day", "2026-11-20", "2026-11-21", "2026-11-21", "2026-11-21"},
		{"week", "2026-11-20", "2026-11-16", "2026-11-22", "2026-11-22"}, // a Friday
		{"week", "2026-11-22", "2026-11-23", "2026-11-29", "2026-11-29"},
		{"month", "2026-02-27", "2026-02-01", "2026-02-28", "2026-02-28"},
		{"month", "2026-12-31", "2027-01-01", "2027-01-31", "2027-01-31"},
		{"odd-month", "2026-01-15", "2026-01-01", "2026-01-31", "2026-01-31"},
		{"odd-month", "2026-01-31", "2026-03-01", "2026-03-31", "2026-03-31"},
		{"odd-month", "2026-12-31", "2027-01-01", "2027-01-31", "2027-01-31"},
		{"odd-month+10d", "2026-02-01", "2026-01-01", "2026-01-31", "2026-02-10"},
		{"100d@2026-01-01", "2026-01-01", "2026-01-01", "2026-04-10", "2026-04-10"},
		{"100d@2026-01-01", "2026-04-10", "2026-04-11", "2026-07-19", "2026-07-19"},
		{"100d@2026-01-01", "2020-05-05", "2026-01-01", "2026-04-10", "2026-04-10"}, // not before they are counted
		{"100d@2026-01-01+10d", "2026-04-15", "2026-01-01", "2026-04-10", "2026-04-20"},
		{"100d@2026-01-01+10d", "2025-12-01", "2026-01-01", "2026-04-10", "2026-04-20"},
		{"quarter", "2026-11-20", "2026-10-01", "2026-12-31", "2026-12-31"},
		{"quarter", "2026-06-30", "2026-07-01", "2026-09-30", "2026-09-30"},
		{"quarter+10d", "2026-10-01", "2026-07-01", "2026-09-30", "2026-10-10"}, // the third quarter is reported in October
		{"quarter+10d", "2026-10-10", "2026-10-01", "2026-12-31", "2027-01-10"},
		{"half-year", "2026-02-01", "2026-01-01", "2026-06-30", "2026-06-30"},
		{"half-year", "2026-07-01", "2026-07-01", "2026-12-31", "2026-12-31"},
		{"year", "2026-12-30", "2026-01-01", "2026-12-31", "2026-12-31"},
		{"year+1mo", "2026-01-15", "2025-01-01", "2025-12-31", "2026-01-31"},
		{"year+3mo", "2026-03-31", "2026-01-01", "2026-12-31", "2027-03-31"},
		{"month+45d", "2026-03-20", "2026-02-01", "2026-02-28", "2026-04-14"}, // January's was due on 17 March
		{"year:11-20", "2026-11-19", "2026-01-01", "2026-12-31", "2026-11-20"},
		{"year:11-20", "2026-11-20", "2027-01-01", "2027-12-31", "2027-11-20"},
		{"year:02-29", "2026-01-01", "2026-01-01", "2026-12-31", "2026-02-28"},
		{"year:02-29", "2027-12-01", "2028-01-01", "2028-12-31", "2028-02-29"},
		{"year:03/last-monday-week", "2026-01-01", "2026-03-30", "2026-04-05", "2026-04-05"},
		{"year:03/last-monday-week", "2026-04-04", "2026-03-30", "2026-04-05", "2026-04-05"},
		{"year:03/last-monday-week", "2026-04-05", "2027-03-29", "2027-04-04", "2027-04-04"},
		{"month:03/last-monday-week", "2026-01-01", "2026-03-30", "2026-04-05", "2026-04-05"},
		{"year:12/last-monday-week", "2024-12-31", "2024-12-30", "2025-01-05", "2025-01-05"},
		{"year:12/last-monday-week", "2025-01-02", "2024-12-30", "2025-01-05", "2025-01-05"},
		{"year:09/third-saturday", "2026-01-01", "2026-09-19", "2026-09-19", "2026-09-19"},
		{"year:02/first-sunday", "2026-01-01", "2026-02-01", "2026-02-01", "2026-02-01"},
		{"year:03/last-week-monday", "2026-01-01", "2026-03-23", "2026-03-23", "2026-03-23"}, // the week of the 30th runs into April
		{"year:03/last-week-monday", "2019-01-01", "2019-03-25", "2019-03-25", "2019-03-25"}, // March ends on a Sunday
		{"year:03/last-week-sunday", "2019-01-01", "2019-03-31", "2019-03-31", "2019-03-31"},
		{"year:03/first-week-monday", "2026-01-01", "2026-03-02", "2026-03-02", "2026-03-02"}, // March begins on a Sunday
		{"year:06/first-week-monday", "2026-01-01", "2026-06-01", "2026-06-01", "2026-06-01"}, // June begins on a Monday
		{"year:02/third-week-friday", "2027-01-01", "2027-02-19", "2027-02-19", "2027-02-19"},
		{"year:03/last-week-monday-week", "2026-01-01", "2026-03-23", "2026-03-29", "2026-03-29"},
		{"year@09", "2026-08-30", "2025-09-01", "2026-08-31", "2026-08-31"},
		{"year@09", "2026-08-31", "2026-09-01", "2027-08-31", "2027-08-31"},
		{"year@09", "2027-01-01", "2026-09-01", "2027-08-31", "2027-08-31"},
		{"year@09+1mo", "2026-09-15", "2025-09-01", "2026-08-31", "2026-09-30"},
		{"half-year@09", "2026-11-20", "2026-09-01", "2027-02-28", "2027-02-28"},
		{"half-year@09", "2028-02-28", "2027-09-01", "2028-02-29", "2028-02-29"},
		{"half-year@09", "2026-03-01", "2026-03-01", "2026-08-31", "2026-08-31"},
		{"quarter@12", "2026-01-15", "2025-12-01", "2026-02-28", "2026-02-28"},
		{"year@09:03-31", "2026-11-01", "2026-09-01", "2027-08-31", "2027-03-31"},
		{"year@09:10-31", "2026-11-01", "2027-09-01", "2028-08-31", "2027-10-31"},
		{"year@09:02-29", "2027-11-01", "2027-09-01", "2028-08-31", "2028-02-29"},
		{"year@09:09-01", "2026-08-31", "2026-09-01", "2027-08-31", "2026-09-01"},
		{"year@09:03/last-monday", "2026-11-01", "2027-03-29", "2027-03-29", "2027-03-29"},
	} {
		e, err := ParseEvery(c.every)
		if err != nil {
			t.Errorf("%s: %v", c.every, err)
			continue
		}
		p, due := e.Next(MustDate(c.after))
		if p.From.String() != c.from || p.To.String() != c.to || due.String() != c.due {
			t.Errorf("%s after %s: %v to %v, due %v; want %s to %s, due %s", c.every, c.after, p.From, p.To, due, c.from, c.to, c.due)
		}
	}
	if p, due := (Every{}).Next(MustDate("2026-01-01")); !due.IsZero() || p != (Period{}) {
		t.Errorf("the zero Every came: %v, %v", p, due)
	}
}

func TestEveryWords(t *testing.T) {
	for in, want := range map[string]string{
		"quarter":                        "每季度",
		"half-year":                      "每半年",
		"day":                            "每日",
		"odd-month":                      "每逢单月",
		"100d@2026-01-01":                "每100日（2026年1月1日起）",
		"quarter+10d":                    "每季度结束后10日内",
		"year:11-20":                     "每年11月20日前",
		"year:03/last-monday-week":       "每年3月最后一个周一所在周",
		"year:09/third-saturday":         "每年9月第三个周六",
		"once:2016-06-30":                "2016年6月30日前，一次",
		"year@09":                        "每年（9月起）",
		"half-year@09+10d":               "每半年（9月起）结束后10日内",
		"year@09:03-31":                  "每年（9月起）3月31日前",
		"year:03/last-week-monday":       "每年3月最后一个整周的周一",
		"year:03/first-week-sunday-week": "每年3月第一个整周的周日所在周",
	} {
		if e, err := ParseEvery(in); err != nil || e.Words() != want || e.String() != in {
			t.Errorf("%s: %s, %s, %v", in, e, e.Words(), err)
		}
	}
	for _, bad := range []string{"", "days", "quarter:1", "month:10", "year:", "year:13-01", "year:02-30", "year:3/last-monday", "year:03/last", "year:03/fifth-monday",
		"year:03/last-someday", "year:03/last-monday-month", "year:11-20+3d", "year+3wd", "quarter+0d", "quarter+", "week ", "Quarter", "once", "once:", "once:2016-02-30", "once:06-30", "once:2016-06-30+3d",
		"year@", "year@9", "year@01", "year@13", "month@09", "week@09", "once@09:2016-06-30", "year@09@10", "year:03/fourth-week-monday", "year:03/week-monday",
		"year:03/last-week", "year:03/last-week-"} {
		if e, err := ParseEvery(bad); err == nil {
			t.Errorf("ParseEvery(%q) = %v, want an error", bad, e)
		}
	}
}

// The due dates come one after the other without a gap: each is the first after the one before, and every period is reported once.
func TestEveryComesInOrder(t *testing.T) {
	forms := []string{"day", "week", "month", "quarter", "half-year", "year", "quarter+10d", "month+45d", "year+1mo", "year:11-20", "year:02-29",
		"year:03/last-monday-week", "year:12/last-sunday", "year:12/last-monday-week", "year:01/first-monday-week",
		"year:03/last-week-monday", "year:02/first-week-sunday", "year:12/last-week-sunday-week", "year@09", "half-year@09", "quarter@11+40d", "year@09:02-29",
		"year@09:08/last-sunday-week", "odd-month", "odd-month+40d", "100d@2026-01-01", "7d@2030-02-28+3d"}
	rapid.Check(t, func(t *rapid.T) {
		e, err := ParseEvery(rapid.SampledFrom(forms).Draw(t, "every"))
		if err != nil {
			t.Fatal(err)
		}
		after := dateOf(rapid.IntRange(10000, 30000).Draw(t, "after"))
		p, due := e.Next(after)
		if !due.After(after) || p.To.Before(p.From) {
			t.Fatalf("%v after %v: due %v for %v", e, after, due, p)
		}
		if _, again := e.Next(due.AddDays(-1)); again != due {
			t.Fatalf("%v: %v was skipped for %v", e, due, again)
		}
		next, nextDue := e.Next(due)
		if !nextDue.After(due) || !next.From.After(p.To) {
			t.Fatalf("%v: after %v for %v comes %v for %v", e, due, p, nextDue, next)
		}
		if regular := e.ordinal == 0 && e.cycle != OddMonthly; regular && next.From != p.To.AddDays(1) {
			t.Fatalf("%v: between %v and %v there is a gap", e, p, next)
		}
	})
}

// What is due once is due until its day and not a day longer.
func TestEveryOnce(t *testing.T) {
	e, err := ParseEvery("once:2016-06-30")
	if err != nil || !e.Once() || e.IsZero() || (Every{}).Once() {
		t.Fatal(e, err)
	}
	for after, want := range map[string]string{"2012-01-01": "2016-06-30", "2016-06-29": "2016-06-30", "2016-06-30": "", "2020-01-01": ""} {
		period, due := e.Next(MustDate(after))
		if got := due.String(); want != "" && (got != want || period != (Period{MustDate("2016-01-01"), due})) || want == "" && !due.IsZero() {
			t.Errorf("after %s: due %s for %v, want %s", after, got, period, want)
		}
	}
}

func FuzzParseEvery(f *testing.F) {
	for _, s := range []string{"day", "week", "month", "quarter", "half-year", "year", "quarter+10d", "year+1mo", "year:11-20", "year:03/last-monday-week",
		"month:03/last-monday-week", "year:09/third-saturday", "year:03/last-week-monday", "year@09", "half-year@09:03-31", "year:02-30", "quarter:x", "once:2026-12-31", "odd-month+3d", "100d@2026-01-01", "1d@2026-01-01", "100d@x", "+", ":"} {
		f.Add(s)
	}
	after := MustDate("2026-11-20")
	f.Fuzz(func(t *testing.T, s string) {
		e, err := ParseEvery(s)
		if err != nil {
			return
		}
		if back, err := ParseEvery(e.String()); err != nil || back != e {
			t.Errorf("%q reads as %v and back as %v, %v", s, e, back, err)
		}
		if _, due := e.Next(after); !due.After(after) && !e.Once() || e.Words() == "" {
			t.Errorf("%v: due %v", e, due)
		}
	})
}
