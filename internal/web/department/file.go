package department

import (
	"encoding/csv"
	"net/http"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// queueFile is the chosen tab as a table for a spreadsheet: UTF-8 with the mark that Excel asks for.
func (p *Pages) queueFile(w http.ResponseWriter, r *http.Request) error {
	page, err := p.load(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="queue.csv"`)
	w.Write([]byte("\uFEFF"))
	out := csv.NewWriter(w)
	ctx := r.Context()
	out.Write([]string{ui.T(ctx, "编号"), ui.T(ctx, "事由"), ui.T(ctx, "地点"), ui.T(ctx, "状态"), ui.T(ctx, "登记时间"), ui.T(ctx, "最迟答复"), ui.T(ctx, "主办单位")})
	for _, l := range page.Lines {
		out.Write([]string{l.Number, cell(l.Title), p.Town.Place(l.Place), part.StateName(ctx, p.Town.Flow(l.Flow, l.Registered.Time), l.State),
			local(l.Registered), end(l), p.Town.Unit(l.Lead)})
	}
	out.Flush()
	return out.Error()
}

// cell keeps a spreadsheet from taking somebody's words for a formula.
func cell(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@') {
		return "'" + s
	}
	return s
}

func local(t db.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(civil.Shanghai).Format("2006-01-02 15:04")
}

// end is the last minute of a term, whose end is exclusive.
func end(l casework.Line) string {
	t := l.Limit
	if t.IsZero() {
		t = l.Target
	}
	if t.IsZero() {
		return ""
	}
	return local(db.At(t.Add(-time.Minute)))
}
