package civil

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// listed reads the tables a second time, by hand.
func listed(t *testing.T) map[string]string {
	t.Helper()
	off := map[string]string{}
	for _, name := range []string{"tables/holidays_2004_2006.csv", "tables/holidays.csv"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n")[1:] {
			f := strings.Split(line, ",")
			off[f[0]] = f[2]
		}
	}
	return off
}

// The rule of the tables: listed off → no, listed 0 → yes, else Monday to Friday.
func TestEveryDayFollowsTheTables(t *testing.T) {
	off, days := listed(t), 0
	for at := time.Date(2004, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2027; at = at.AddDate(0, 0, 1) {
		days++
		working := at.Weekday() != time.Saturday && at.Weekday() != time.Sunday
		if v, ok := off[at.Format(time.DateOnly)]; ok {
			working = v == "0"
		}
		info := Standard().Day(MustDate(at.Format(time.DateOnly)))
		if info.Off == working || !info.Known {
			t.Errorf("%s: %+v, want working %v", at.Format(time.DateOnly), info, working)
		}
	}
	if days != 8401 {
		t.Errorf("looked at %d days", days)
	}
}

func TestPublishedYearsAreThoseOfTheTables(t *testing.T) {
	years := map[int]bool{}
	for day := range listed(t) {
		if d := MustDate(day); d.Month < time.December { // December may come from the next year's notice
			years[d.Year] = true
		}
	}
	for y := firstPublished; y <= lastPublished; y++ {
		if !years[y] {
			t.Errorf("%d counts as published but no table has it", y)
		}
		delete(years, y)
	}
	if len(years) > 0 {
		t.Errorf("in a table but not published: %v", years)
	}
}

func TestDay(t *testing.T) {
	for day, want := range map[string]DayInfo{
		"2026-10-01": {Off: true, Kind: Off, Name: "国庆节", Known: true},
		"2026-10-10": {Name: "国庆节", MakeUp: true, Known: true},
		"2026-10-11": {Off: true, Kind: Off, Known: true},
		"2026-10-12": {Known: true},
		"2020-02-03": {Name: "春节", Known: true}, // a Monday that the notices first freed and then did not
		"2027-01-01": {},                        // a Friday; no notice yet
		"2027-01-02": {Off: true, Kind: Off},
		"2003-10-01": {},
	} {
		if got := Standard().Day(MustDate(day)); got != want {
			t.Errorf("%s: %+v, want %+v", day, got, want)
		}
	}
}

func TestWith(t *testing.T) {
	city := Standard().With([]Mark{
		{MustDate("2027-03-08"), "妇女节", Afternoon},
		{MustDate("2026-10-12"), "停电", Off},
		{MustDate("2026-10-01"), "防汛", Work},
		{MustDate("1999-12-20"), "回归", Off},
	}, 2028)
	for day, want := range map[string]DayInfo{
		"2027-03-08": {Kind: Afternoon, Name: "妇女节", Known: true},
		"2027-03-09": {},
		"2026-10-12": {Off: true, Kind: Off, Name: "停电", Known: true},
		"2026-10-01": {Name: "防汛", Known: true},
		"2028-05-01": {Known: true},
		"1999-12-20": {Off: true, Kind: Off, Name: "回归", Known: true},
		"1999-12-21": {},
		"2001-01-06": {Off: true, Kind: Off},
		"2026-10-02": {Off: true, Kind: Off, Name: "国庆节", Known: true},
	} {
		if got := city.Day(MustDate(day)); got != want {
			t.Errorf("%s: %+v, want %+v", day, got, want)
		}
	}
	if Standard().Day(MustDate("2026-10-12")).Off {
		t.Error("With changed the calendar it came from")
	}
}

func TestWorkingDays(t *testing.T) {
	c := Standard()
	if n := c.WorkingDays(MustDate("2026-09-28"), MustDate("2026-10-11")); n != 6 { // 28 29 30, 8 9 10
		t.Errorf("28 September to 11 October: %d", n)
	}
	if n := c.WorkingDays(MustDate("2026-10-02"), MustDate("2026-10-01")); n != 0 {
		t.Errorf("backwards: %d", n)
	}
	if d := c.NextWorking(MustDate("2026-10-01")); d != MustDate("2026-10-08") {
		t.Errorf("after National Day: %v", d)
	}
	if d := c.NextWorking(MustDate("2026-10-10")); d != MustDate("2026-10-10") || !c.Working(d) {
		t.Errorf("make-up Saturday: %v", d)
	}
}

func TestReadTable(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "首行",
		"day,name,off\n":                   "首行",
		"date,name,off\n2026-02-30,x,1":    "第2行",
		"date,name,off\n2026-02-03,x,2":    "第2行",
		"date,name,off\n2026-02-03,x":      "line 2",
		"date,name,off\n2026-02-03,\"x,1":  "line 2",
		"date,name,off\n2026-02-03,x,1,\n": "line 2",
	} {
		if _, err := ReadTable(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", in, err, want)
		}
	}
	got, err := ReadTable(strings.NewReader("date,name,off\r\n2027-01-01,元旦,1\r\n2027-01-03,元旦,0\r\n"))
	want := []Mark{{MustDate("2027-01-01"), "元旦", Off}, {MustDate("2027-01-03"), "元旦", Work}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}
