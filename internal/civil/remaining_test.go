package civil

import (
	"strings"
	"testing"
)

func TestExtended(t *testing.T) {
	for _, c := range []struct {
		from, term, by, most, pauses, due string
		capped                            bool
	}{
		{"2026-09-29T16:30", "15wd", "10wd", "", "", "2026-11-10T00:00", false}, // 26 October, then 27-30, 2-6, 9
		{"2026-09-29T16:30", "15wd", "10wd", "10wd", "", "2026-11-10T00:00", false},
		{"2026-09-29T16:30", "15wd", "10wd", "5wd", "", "2026-11-03T00:00", true},
		{"2026-09-29T16:30", "15wd", "5wd 5wd", "8wd", "", "2026-11-06T00:00", true}, // two of five are more than eight
		{"2026-09-29T16:30", "15wd", "5wd", "1mo", "", "2026-11-03T00:00", false},
		{"2026-09-29T16:30", "15wd", "", "1mo", "", "2026-10-27T00:00", false},
		{"2026-09-30T10:00", "3d", "3d", "", "", "2026-10-13T00:00", false}, // 3 October rolled to the 8th; the 11th is a Sunday
		{"2026-10-12T08:00", "4wh", "2wh", "", "", "2026-10-12T16:00", false},
		{"2026-10-12T08:00", "4wh", "1wd", "", "", "2026-10-14T00:00", false},
		{"2026-10-12T10:00", "1wd", "2wh", "", "", "2026-10-14T10:00", false},
		{"2026-10-12T10:00", "1wd", "2wd", "", "2026-10-13T10:00/2026-10-14T10:00", "2026-10-17T00:00", false}, // the pause outlasts the term it began in
	} {
		var by []Term
		for _, s := range strings.Fields(c.by) {
			by = append(by, MustTerm(s))
		}
		var most Term
		if err := most.UnmarshalText([]byte(c.most)); err != nil {
			t.Fatal(err)
		}
		d, err := CivilCode().Extended(instant(t, c.from), MustTerm(c.term), by, most, pausesOf(t, c.pauses))
		if got := d.Due.Format("2006-01-02T15:04"); err != nil || got != c.due || d.Capped != c.capped {
			t.Errorf("%+v: due %s, capped %v, %v\n%s", c, got, d.Capped, err, strings.Join(d.Steps, "\n"))
		}
	}
	d, err := CivilCode().Extended(instant(t, "2026-10-12T08:00"), MustTerm("5wd"), []Term{MustTerm("5wd")}, Term{}, pausesOf(t, "2026-10-20T10:00/"))
	if err != nil || !d.Stopped || d.Left.Words() != "还剩4个工作日" || strings.Contains(strings.Join(d.Steps, ""), "届满之后") { // the 20th counts
		t.Errorf("paused within the extension: %+v, %v", d, err)
	}
	d, err = CivilCode().Extended(instant(t, "2026-12-01T08:00"), MustTerm("15wd"), []Term{MustTerm("15wd")}, MustTerm("10wd"), nil)
	if all := strings.Join(d.Steps, "\n"); err != nil || !d.Provisional || !strings.Contains(all, "延长超过上限，按上限10个工作日，自原期限最后一日12月22日的次日起计算。") {
		t.Errorf("%v, %v", all, err)
	}
}

func TestRemaining(t *testing.T) {
	for _, c := range []struct{ due, unit, now, want string }{
		{"2026-10-10T00:00", "1wd", "2026-09-29T16:30", "还剩3个工作日"},
		{"2026-10-10T00:00", "1wd", "2026-10-03T12:00", "还剩2个工作日"},
		{"2026-10-10T00:00", "1wd", "2026-10-08T12:00", "还剩1个工作日"},
		{"2026-10-10T00:00", "1wd", "2026-10-09T23:59", "今日到期"},
		{"2026-10-10T00:00", "1wd", "2026-10-10T00:00", "已超期1个工作日"}, // a Saturday that is worked
		{"2026-10-10T00:00", "1wd", "2026-10-12T09:00", "已超期2个工作日"},
		{"2026-10-10T00:00", "1d", "2026-10-12T09:00", "已超期3日"},
		{"2026-10-09T18:00", "1wd", "2026-10-09T19:00", "已超期"}, // after close of business of the last day
		{"2026-10-10T00:00", "1mo", "2026-09-29T16:30", "还剩10日"},
		{"2026-10-12T15:00", "1wh", "2026-10-12T10:30", "还剩办公时间2小时30分钟"},
		{"2026-10-12T15:00", "1h", "2026-10-12T10:30", "还剩4小时30分钟"},
		{"2026-10-12T15:00", "1wh", "2026-10-13T09:00", "已超期办公时间4小时"},
		{"2026-10-12T15:00", "1m", "2026-10-12T14:45", "还剩15分钟"},
		{"2026-10-12T15:00", "1m", "2026-10-12T15:00", "已超期"},
		{"2026-10-12T15:00", "1wh", "2026-10-12T14:59:30", "即将到期"},
	} {
		now := c.now
		if len(now) == len("2026-10-12T14:59") {
			now += ":00"
		}
		if got := CivilCode().Remaining(instant(t, c.due), MustTerm(c.unit).Unit, instant(t, now)).Words(); got != c.want {
			t.Errorf("due %s at %s in %s: %s, want %s", c.due, c.now, c.unit, got, c.want)
		}
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		from, term, pauses string
		percent            int
		want               string
	}{
		{"2026-09-29T16:30", "15wd", "", 80, "2026-10-22T00:00"}, // twelve are used with 21 October
		{"2026-09-29T16:30", "15wd", "2026-10-12T10:00/2026-10-14T09:00", 80, "2026-10-26T00:00"},
		{"2026-09-29T16:30", "3wd", "", 80, "2026-10-09T00:00"}, // the beginning of the third
		{"2026-09-29T16:30", "1wd", "", 80, "2026-09-30T00:00"},
		{"2026-10-12T10:00", "10d", "", 80, "2026-10-21T00:00"},
		{"2026-10-12T08:00", "4wh", "", 75, "2026-10-12T11:00"},
		{"2026-10-12T08:00", "4wh", "2026-10-12T09:00/2026-10-12T11:00", 75, "2026-10-12T15:00"},
		{"2026-10-12T08:00", "10h", "", 80, "2026-10-12T16:00"},
	} {
		from, pauses, term := instant(t, c.from), pausesOf(t, c.pauses), MustTerm(c.term)
		due, err := CivilCode().Due(from, term, pauses)
		if err != nil {
			t.Fatal(err)
		}
		if got := CivilCode().Share(from, due, term.Unit, pauses, c.percent).Format("2006-01-02T15:04"); got != c.want {
			t.Errorf("%d %% of %s from %s: %s, want %s", c.percent, c.term, c.from, got, c.want)
		}
	}
}
