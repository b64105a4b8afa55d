package resident

import (
	"context"
	"strings"

	"linli/internal/flow"
	"linli/internal/web/ui"
)

// page is the frame of a case's page.
func (f *folder) page(ctx context.Context) ui.Page {
	at, up := "/track", ui.Link{Text: ui.T(ctx, "查进度"), Href: "/track"}
	if f.Login {
		at, up = "/my", ui.Link{Text: ui.T(ctx, "我的"), Href: "/my"}
	}
	return titled(below(page(ctx, at, f.Title, f.Receipt+" · "+ui.T(ctx, "%s登记", ui.Date(ctx, f.Case.Registered))), up), f.Wrong)
}

func (f *folder) where() string { return strings.TrimSpace(f.Place + " " + f.Spot) }

func (f *folder) ended() bool { return !f.Flow.Open(f.Case.State()) }

// typed is what was filled into the form of a step that is shown again.
func (f *folder) typed(v flow.Verb, name string) string {
	if f.At != string(v) {
		return ""
	}
	return f.Typed[name]
}

func (f *folder) wrong(v flow.Verb, name string) string {
	if f.At != string(v) {
		return ""
	}
	return f.Wrong.Of(name)
}
