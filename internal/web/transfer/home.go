package transfer

import (
	"context"
	"net/http"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/duplicate"
	"linli/internal/exchange"
	"linli/internal/fault"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

type homePage struct {
	Page   ui.Page
	May    bool // import
	Tables []exchange.SentTable
	Pairs  int
}

// tablesShown is how many tables the first page lists.
const tablesShown = 30

func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	h, err := p.readHome(r)
	if err != nil {
		return err
	}
	return ui.Render(w, r, showHome(h))
}

func (p *Pages) readHome(r *http.Request) (homePage, error) {
	by, ctx := session.Actor(r), r.Context()
	h := homePage{May: by.HasAny(duplicate.Registrars...)}
	h.Page = p.page(r, ui.T(ctx, homeTitle), ui.T(ctx, "把人员、户、房屋和组织的表导入登记，处理疑似重复，按区划导出"))
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if h.Pairs, err = duplicate.Count(tx, by); err != nil {
			return err
		}
		h.Tables, err = exchange.ListTables(tx, by, tablesShown)
		return err
	})
	return h, err
}

func (h homePage) links(ctx context.Context) []ui.Link {
	return []ui.Link{
		{Text: ui.T(ctx, "疑似重复"), Href: "/transfer/duplicates", Count: h.Pairs, Note: ui.T(ctx, "两条登记可能是同一个人，等人判断")},
		{Text: ui.T(ctx, "导出人员表"), Href: "/transfer/export", Note: ui.T(ctx, "按区划和用途导出，号码打码，全程留痕")},
	}
}

var stateNames = map[exchange.TableState]string{
	exchange.TableSent: ui.N("待对照"), exchange.TableTrying: ui.N("试运行中"), exchange.TableTried: ui.N("已试运行"), exchange.TableImports: ui.N("导入中"),
	exchange.TableImported: ui.N("已导入"), exchange.TableFailed: ui.N("没有完成"),
}

func (h homePage) table(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "我送来的表"), Cols: []ui.Col{{Name: ui.T(ctx, "文件"), Main: true}, {Name: ui.T(ctx, "状态")}, {Name: ui.T(ctx, "送来时间")}},
		Empty: ui.Empty(ui.T(ctx, "还没有送来的表"), ui.T(ctx, "选一个 .xlsx 或 .csv 文件，先看结论，再导入。"))}
	for _, s := range h.Tables {
		t.Rows = append(t.Rows, ui.TableRow{ID: s.ID.String(), Cells: []ui.Cell{{Text: s.Name, Href: tableHref(s.ID)}, {Text: ui.T(ctx, stateNames[s.State])}, {Text: ui.DateTime(ctx, s.At.Time)}}})
	}
	return t
}

// templates are tables with nothing but a heading, to be filled in.
func (h homePage) templates(ctx context.Context) []ui.Link {
	var out []ui.Link
	for _, k := range exchange.Importable() {
		out = append(out, ui.Link{Text: ui.T(ctx, "%s的空白表", ui.T(ctx, k.Words())), Href: "/transfer/templates/" + string(k)})
	}
	return out
}

func tableHref(id db.ID) string { return "/transfer/tables/" + id.String() }

func fileField(ctx context.Context) ui.Field {
	return ui.Field{Name: "file", Label: ui.T(ctx, "登记表"), Kind: "file", Required: true, Accept: ".xlsx,.csv,.txt",
		Hint: ui.T(ctx, "工作簿（.xlsx）或 CSV，一人、一户、一处房屋或一个组织一行，第一行是列名；身份证号一列须是文本")}
}

// send takes a table in and goes on to its columns.
func (p *Pages) send(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, p.Files.Limit()+maxForm)
	if err := r.ParseMultipartForm(maxForm); err != nil {
		return fault.Invalid("file", "表单没有传完，请重新提交")
	}
	f, name, err := p.receive(r)
	if err == nil {
		var s exchange.SentTable
		err = p.do(r, func(tx *db.Tx, by staff.Actor) (err error) {
			s, err = p.Tables.Send(tx, by, f, name)
			return err
		})
		if err == nil && s.ID.IsZero() { // the form was sent twice
			return ui.Done(w, r, nil, "/transfer", ui.T(r.Context(), "已收到"))
		}
		if err == nil {
			return ui.Done(w, r, nil, tableHref(s.ID), ui.T(r.Context(), "已收到，请核对各列是什么"))
		}
	}
	if fault.KindOf(err) != fault.KindInvalid {
		return err
	}
	h, homeErr := p.readHome(r)
	if homeErr != nil {
		return homeErr
	}
	h.Page.Errors = ui.FieldErrors(r.Context(), err)
	return ui.Render(part.Answering(w, err), r, showHome(h))
}

func (p *Pages) receive(r *http.Request) (blob.File, string, error) {
	in, head, err := r.FormFile("file")
	if err != nil {
		return blob.File{}, "", fault.Invalid("file", "请选择要导入的表")
	}
	defer in.Close()
	f, err := p.Files.Receive(in, head.Filename)
	return f, head.Filename, err
}
