package centre

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/a-h/templ"

	"linli/internal/fault"
	"linli/internal/fixture"
	"linli/internal/geo"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// maxTable is the largest table that the page takes, in bytes: some tens of thousands of rows. Larger ones are for linli import fixtures.
const maxTable = 12 << 20

// importForm asks for a table of fixtures.
func (p *Pages) importForm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !mayImport(session.Actor(r)) {
		return fault.Forbidden("只有督查人员或管理员可以导入部件")
	}
	return ui.Render(w, r, p.importPage(ctx, ui.Errors{}, nil))
}

func (p *Pages) importPage(ctx context.Context, wrong ui.Errors, result []templ.Component) templ.Component {
	pg := p.page(ctx, "/fixtures", ui.T(ctx, "导入部件表"), ui.T(ctx, "CSV 或 XLSX，第一行是列名：权属编号、类别代码或类别、经度、纬度，可以有位置描述、状态、权属单位、养护单位、启用日期、备注。同一张表再导入不会重复。"),
		ui.Link{Text: ui.T(ctx, "部件"), Href: "/fixtures"})
	pg.Errors = wrong
	fields := []ui.Field{{Name: "file", Label: ui.T(ctx, "部件表"), Kind: "file", Required: true, Accept: ".csv,.xlsx,.txt", Max: maxTable},
		{Name: "datum", Label: ui.T(ctx, "经纬度的坐标系"), Kind: "choice", Required: true, Options: []ui.Option{
			{Value: string(geo.WGS84), Text: "wgs84", Note: ui.T(ctx, "卫星定位、测绘成果、CGCS2000")}, {Value: string(geo.GCJ02), Text: "gcj02", Note: ui.T(ctx, "国内地图上取的点，导入时换算")}}},
		{Name: "trial", Label: ui.T(ctx, "怎么做"), Kind: "choice", Required: true, Value: "1", Options: []ui.Option{{Value: "1", Text: ui.T(ctx, "先试运行，看每行的结论"), Note: ui.T(ctx, "什么也不写入")},
			{Value: "0", Text: ui.T(ctx, "导入")}}}}
	return pageOf(pg, append(result, uploadOf("/fixtures/import", wrong.On(fields), ui.Button{Text: ui.T(ctx, "送出"), Kind: ui.Primary}))...)
}

// importFixtures judges a table row by row, and brings it in unless it is a trial.
func (p *Pages) importFixtures(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	r.Body = http.MaxBytesReader(w, r.Body, maxTable+1<<16)
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		return err
	}
	defer r.MultipartForm.RemoveAll()
	im := &fixture.Import{DB: p.Town.DB, Fixtures: p.Fixtures, By: session.Actor(r), Datum: geo.Datum(r.PostFormValue("datum")), Trial: r.PostFormValue("trial") != "0"}
	sum, err := p.runImport(r, im)
	if err != nil {
		return ui.Again(w, r, err, func(wrong ui.Errors) templ.Component { return p.importPage(ctx, wrong, nil) })
	}
	words := ui.T(ctx, "读 %d 行：新增 %d，更新 %d，已有 %d，拒收 %d。", sum.Rows, sum.Added, sum.Changed, sum.Same, sum.Refused)
	title, tone := ui.T(ctx, "已导入"), ui.Good
	if im.Trial {
		title, tone = ui.T(ctx, "试运行，没有写入"), ui.Info
	}
	result := []templ.Component{notice(tone, title, words)}
	if len(sum.Refusals) > 0 {
		t := ui.Table{Caption: ui.T(ctx, "拒收的行"), Shown: true, Cols: []ui.Col{{Name: ui.T(ctx, "行"), Main: true}, {Name: ui.T(ctx, "为什么")}}}
		for _, v := range sum.Refusals[:min(len(sum.Refusals), 200)] {
			why := ""
			for _, f := range v.Why {
				why += ui.T(ctx, f.Format, f.Args...) + " "
			}
			t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: ui.T(ctx, "第 %d 行", v.Line)}, {Text: why}}})
		}
		result = append(result, ui.Rows(t))
	}
	return ui.Render(w, r, p.importPage(ctx, ui.Errors{}, result))
}

// runImport keeps the table in a file while it is read.
func (p *Pages) runImport(r *http.Request, im *fixture.Import) (fixture.Summary, error) {
	in, head, err := r.FormFile("file")
	if err != nil {
		return fixture.Summary{}, fault.Invalid("file", "请选择部件表")
	}
	defer in.Close()
	dir, err := os.MkdirTemp("", "linli-fixtures")
	if err != nil {
		return fixture.Summary{}, err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "table"+filepath.Ext(filepath.Base(head.Filename)))
	out, err := os.Create(name)
	if err != nil {
		return fixture.Summary{}, err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return fixture.Summary{}, err
	}
	if err := out.Close(); err != nil {
		return fixture.Summary{}, err
	}
	return im.Run(r.Context(), name)
}
