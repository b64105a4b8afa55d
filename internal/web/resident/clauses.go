package resident

import (
	"context"
	"net/http"

	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/pack"
	"linli/internal/web/ui"
)

// clauses shows a document clause by clause: what each says, in short, and who carries it out.
func (p *Pages) clauses(w http.ResponseWriter, r *http.Request) error {
	doc := p.Town.Packs().Pack(r.PathValue("document"), "")
	if doc == nil {
		return fault.NotFound("没有这份文件")
	}
	return ui.Render(w, r, clausesPage(doc))
}

// carriedOut says in words what becomes of a clause.
func carriedOut(ctx context.Context, k *pack.Clause) string {
	switch k.Disposition {
	case pack.Runs:
		return ui.T(ctx, "平台执行")
	case pack.Human:
		return ui.T(ctx, "由人办理")
	case pack.Planned:
		return ui.T(ctx, "建设中")
	}
	return ui.T(ctx, "不在平台办理")
}

// anchor is where a clause stands on its page.
func anchor(c law.Clause) string { return "c-" + c.ID }
