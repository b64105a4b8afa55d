package part

import (
	"context"

	"linli/internal/flow"
	"linli/internal/web/ui"
)

// owedWords says since when something is owed, to whom and until when.
func (f *Folder) owedWords(ctx context.Context, o flow.Owed) string {
	words := ui.T(ctx, "%s起", ui.Date(ctx, o.Since))
	if name := f.names[o.To]; name != "" {
		words += ui.T(ctx, "，向 %s", name)
	}
	if !o.Due.IsZero() {
		words += ui.T(ctx, "，最迟 %s", ui.Until(ctx, o.Due))
	}
	return words
}

// branchWords says how a helper unit's part stands.
func (f *Folder) branchWords(ctx context.Context, b flow.Branch) string {
	words := ui.T(ctx, "协办")
	switch {
	case !b.Done.IsZero():
		return words + ui.T(ctx, "，%s已反馈", ui.Brief(ctx, b.Done, f.Now))
	case !b.Due.IsZero():
		return words + ui.T(ctx, "，%s", ui.Left(ctx, b.Due, f.Now))
	}
	return words + ui.T(ctx, "，尚未反馈")
}

// orderWords says who gave a supervision order and how it stands.
func (f *Folder) orderWords(ctx context.Context, o flow.Order) string {
	words := f.names[o.By]
	switch {
	case !o.Done.IsZero():
		return words + ui.T(ctx, "，%s 了结", ui.Date(ctx, o.Done))
	case !o.Due.IsZero():
		return words + ui.T(ctx, "，%s", ui.Left(ctx, o.Due, f.Now))
	}
	return words
}
