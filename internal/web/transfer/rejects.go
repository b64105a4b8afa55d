package transfer

import (
	"bytes"
	"context"
	"mime"
	"net/http"
	"slices"
	"strconv"

	"linli/internal/db"
	"linli/internal/exchange"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/sheet"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

func (m *mapForm) heading() string {
	if m.Map.Heading == 0 {
		return ""
	}
	return strconv.Itoa(m.Map.Heading)
}

// more asks whose table it is, and for a name for the map.
func (m *mapForm) more(ctx context.Context) []ui.Field {
	return []ui.Field{
		{Name: "source", Label: ui.T(ctx, "数据来源"), Value: m.Map.Source, Max: 100, Hint: ui.T(ctx, "哪个单位、哪次采集的表；同一来源再送来时更新，不同来源不一致时列入冲突")},
		{Name: "map_name", Label: ui.T(ctx, "给这份对照起名保存"), Max: 40, Hint: ui.T(ctx, "下次同样的表可以直接选用")},
	}
}

// rejects gives back the rows that need mending, as the file has them, to whoever sent the file.
func (p *Pages) rejects(w http.ResponseWriter, r *http.Request) error {
	by, ctx := session.Actor(r), r.Context()
	var s exchange.SentTable
	var name string
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if s, err = exchange.TableOf(tx, by, ui.ID(r)); err != nil {
			return err
		}
		name, err = p.Tables.File(tx, s)
		return err
	})
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if _, err := exchange.WriteRejects(ctx, p.Town.DB, name, s.Map, s.Run, s.State == exchange.TableTried, &text); err != nil {
		return err
	}
	download(w, exchange.RejectsOf(s.Name), "text/csv; charset=utf-8")
	_, err = w.Write(text.Bytes())
	return err
}

// template sends a table with the heading by which its columns are found again.
func (p *Pages) template(w http.ResponseWriter, r *http.Request) error {
	ctx, of := r.Context(), lexicon.Kind(r.PathValue("kind"))
	if !slices.Contains(exchange.Importable(), of) {
		return fault.NotFound("没有这种空白表")
	}
	var text bytes.Buffer
	out, err := sheet.NewBook(&text, ui.T(ctx, of.Words()))
	if err != nil {
		return err
	}
	if err := exchange.WriteTemplate(p.Tables.Words(), of, out); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	download(w, ui.T(ctx, "%s的空白表", ui.T(ctx, of.Words()))+".xlsx", bookType)
	_, err = w.Write(text.Bytes())
	return err
}

// bookType is the media type of a workbook.
const bookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func download(w http.ResponseWriter, name, kind string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "no-store")
}
