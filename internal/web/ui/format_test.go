package ui_test

import (
	"context"
	"math"
	"testing"
	"time"

	"linli/internal/civil"
	"linli/internal/web/ui"
)

var (
	zh = context.Background()
	en = ui.WithReader(context.Background(), ui.Reader{Lang: ui.English})
)

func TestMoneyAndCounts(t *testing.T) {
	for fen, want := range map[int64]string{0: "0.00 元", 5: "0.05 元", 123450: "1,234.50 元", -123456789: "-1,234,567.89 元",
		math.MinInt64: "-92,233,720,368,547,758.08 元"} {
		if got := ui.Money(zh, fen); got != want {
			t.Errorf("Money(%d) = %q, want %q", fen, got, want)
		}
	}
	if got := ui.Money(en, 123450); got != "¥1,234.50" {
		t.Errorf("English money %q", got)
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567", math.MinInt64: "-9,223,372,036,854,775,808"} {
		if got := ui.Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
	if a, b := ui.Percent(3, 8), ui.Percent(0, 0); a != "37.5%" || b != "—" {
		t.Errorf("percent %q, %q", a, b)
	}
	if a, b, c := ui.Size(512), ui.Size(2048), ui.Size(2_412_000); a != "512 B" || b != "2 KB" || c != "2.3 MB" {
		t.Errorf("sizes %q %q %q", a, b, c)
	}
}

func TestTimes(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	now := at("2026-10-09T10:20:00+08:00")
	for _, c := range []struct{ got, want string }{
		{ui.DateTime(zh, at("2026-10-08T16:30:00Z")), "2026年10月9日 00:30"},
		{ui.DateWeek(zh, now), "2026年10月9日 周五"},
		{ui.DateWeek(en, now), "9 Oct 2026 Fri"},
		{ui.Until(zh, at("2026-10-10T00:00:00+08:00")), "2026年10月9日 周五 24:00"},
		{ui.Until(zh, at("2026-10-10T17:30:00+08:00")), "2026年10月10日 周六 17:30"},
		{ui.Brief(zh, at("2026-10-09T08:05:00+08:00"), now), "08:05"},
		{ui.Brief(zh, at("2026-10-08T23:59:00+08:00"), now), "10月8日 23:59"},
		{ui.Brief(zh, at("2025-10-09T08:05:00+08:00"), now), "2025-10-09"},
		{ui.Date(zh, time.Time{}), "—"},
		{ui.Left(zh, now.Add(51*time.Hour), now), "还剩 2天3小时"},
		{ui.Left(zh, now, now), "已超 不到1分钟"},
		{ui.Left(en, now.Add(-90*time.Minute), now), "1 h 30 min over"},
		{ui.Ago(zh, now.Add(-40*24*time.Hour), now), "40天前"},
		{ui.Ago(zh, now.Add(5*time.Second), now), "刚刚"},
		{ui.Duration(zh, 3*time.Hour), "3小时"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if _, offset := now.In(civil.Shanghai).Zone(); offset != 8*3600 {
		t.Errorf("the zone of pages is %d s east", offset)
	}
}

func TestSayingWithoutTranslationIsChinese(t *testing.T) {
	if got := ui.T(en, "没有译文的话 %d%%", 3); got != "没有译文的话 3%" {
		t.Errorf("got %q", got)
	}
	if got := ui.T(en, "还剩 %s", "2 d"); got != "2 d left" {
		t.Errorf("got %q", got)
	}
	if got := ui.T(zh, "应为 0%到100%"); got != "应为 0%到100%" {
		t.Errorf("a sentence without arguments became %q", got)
	}
}
