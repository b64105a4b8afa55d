package resident

import (
	"fmt"
	"net/http"
	"strings"

	"linli/internal/fault"
	"linli/internal/web/ui"
)

// receiptFile is the receipt as a plain text to keep, which any telephone can open.
func (p *Pages) receiptFile(w http.ResponseWriter, r *http.Request) error {
	s, ok, err := p.slip(r)
	if err != nil {
		return err
	}
	if !ok {
		return fault.NotFound("回执已经清除，凭编号和查询码仍可以查进度")
	}
	ctx := r.Context()
	var b strings.Builder
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%s：%s\r\n", name, text)
		}
	}
	b.WriteString(ui.T(ctx, "受理回执") + "\r\n\r\n")
	line(ui.T(ctx, "办件编号"), s.Proof.Number)
	line(ui.T(ctx, "查询码"), s.Proof.Code)
	for _, f := range s.facts(ctx) {
		line(f.Name, f.Text)
	}
	for _, t := range s.terms(ctx) {
		line(t.Name, t.Text)
	}
	line(ui.T(ctx, "查进度"), s.Track)
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+s.Proof.Number+`.txt"`)
	h.Set("Cache-Control", "no-store")
	_, err = w.Write([]byte("\ufeff" + b.String()))
	return err
}
