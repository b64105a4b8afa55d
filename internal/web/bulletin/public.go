package bulletin

import (
	"context"
	"net/http"

	"linli/internal/db"
	"linli/internal/notice"
	"linli/internal/web/ui"
)

// shown is how many bulletins the list shows: some years of them.
const shown = 100

// list shows the bulletins that are open to the public.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	var all []notice.Bulletin
	err := p.DB.Read(r.Context(), func(tx *db.Tx) (err error) { all, err = p.Notices.PublicList(tx, shown); return err })
	if err != nil {
		return err
	}
	return ui.Render(w, r, publicList(all))
}

// show is one bulletin.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	b, err := p.open(r)
	if err != nil {
		return err
	}
	return ui.Render(w, r, publicSheet(b))
}

// file is its table.
func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	b, err := p.open(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="bulletin-`+b.Period.From.String()+`.csv"`)
	return notice.WriteCSV(w, b)
}

func (p *Pages) open(r *http.Request) (b notice.Bulletin, err error) {
	err = p.DB.Read(r.Context(), func(tx *db.Tx) (err error) { b, err = p.Notices.Public(tx, ui.ID(r)); return err })
	return b, err
}

func nav(ctx context.Context) []ui.Link {
	return []ui.Link{{Text: ui.T(ctx, "首页"), Href: "/"}, {Text: ui.T(ctx, "查进度"), Href: "/track"}, {Text: ui.T(ctx, "信息公开"), Href: "/bulletins", Current: true}}
}

// listTable is the public list.
func listTable(ctx context.Context, all []notice.Bulletin) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "已公开的通报"), Empty: ui.Empty(ui.T(ctx, "还没有公开的通报"), ui.T(ctx, "通报签发并决定公开以后，会出现在这里。")),
		Cols: []ui.Col{{Name: ui.T(ctx, "通报"), Main: true}, {Name: ui.T(ctx, "签发单位")}, {Name: ui.T(ctx, "签发日期")}}}
	for _, b := range all {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: b.Title, Href: "/bulletins/" + b.ID.String(), Note: b.Number}, {Text: b.IssuerName},
			{Text: ui.Date(ctx, b.SignedAt.Time)}}})
	}
	return t
}
