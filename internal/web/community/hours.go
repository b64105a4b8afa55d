package community

import (
	"context"
	"slices"
	"strings"
	"time"

	"linli/internal/hall"
	"linli/internal/web/ui"
)

// week is Monday to Sunday.
var week = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

// weekOf writes the hours of a week, days of equal hours together: "周一至周五 15:00–20:00；周六、周日 09:00–20:00".
func weekOf(ctx context.Context, h hall.Hours) string {
	var out, said []string
	for _, d := range week {
		words := h.Words(d)
		if words == "" || slices.Contains(said, words) {
			continue
		}
		said = append(said, words)
		days := slices.DeleteFunc(slices.Clone(week), func(x time.Weekday) bool { return h.Words(x) != words })
		out = append(out, daysOf(ctx, days)+" "+words)
	}
	return strings.Join(out, "；")
}

// daysOf names weekdays, three or more in a row by the first and the last.
func daysOf(ctx context.Context, days []time.Weekday) string {
	if len(days) == len(week) {
		return ui.T(ctx, "每天")
	}
	var list []string
	for len(days) > 0 {
		n := 1
		for n < len(days) && slices.Index(week, days[n]) == slices.Index(week, days[n-1])+1 {
			n++
		}
		if n > 2 {
			list = append(list, ui.T(ctx, "%s至%s", ui.Weekday(ctx, days[0]), ui.Weekday(ctx, days[n-1])))
		} else {
			for _, d := range days[:n] {
				list = append(list, ui.Weekday(ctx, d))
			}
		}
		days = days[n:]
	}
	return strings.Join(list, "、")
}
