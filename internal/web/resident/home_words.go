package resident

import (
	"context"
	"strings"

	"linli/internal/web/ui"
)

func homeTitle(ctx context.Context, f front) string {
	if f.Asked == "" {
		return ""
	}
	return ui.T(ctx, "查找“%s”", f.Asked)
}

// A vow is a promise with the channel that makes it.
type vow struct {
	channel string
	promise
}

// vowsMost is how many promises the home page shows.
const vowsMost = 4

func vows(channels []channel) []vow {
	var list []vow
	for _, c := range channels {
		for _, is := range c.Promises {
			list = append(list, vow{c.Name, is})
		}
	}
	return list[:min(len(list), vowsMost)]
}

// glyph is the drawing of a channel.
func (c channel) glyph() string {
	switch {
	case c.Online:
		return "write"
	case len(c.Phones) > 0:
		return "phone"
	case strings.Contains(c.Flow.Channel, "visit"):
		return "visit"
	}
	return "letter"
}

// received says to whom a channel's matters are brought, and how.
func (c channel) received(ctx context.Context) string {
	switch c.glyph() {
	case "write":
		return ui.T(ctx, "网上就能写，由%s受理", c.Desk)
	case "letter":
		return ui.T(ctx, "写明姓名和电话，寄到或送到%s", c.Desk)
	}
	return ui.T(ctx, "当面说，由%s接待", c.Desk)
}
