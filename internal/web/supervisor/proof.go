package supervisor

import (
	"context"
	"net/url"

	"linli/internal/notice"
	"linli/internal/web/ui"
)

// proofTable shows then and now, cell by cell.
func proofTable(ctx context.Context, x *notice.Proof) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "变化的数字"), Empty: ui.Empty(ui.T(ctx, "数字没有变化"), ""), Cols: []ui.Col{{Name: ui.T(ctx, "栏目")}, {Name: ui.T(ctx, "分组"), Main: true},
		{Name: ui.T(ctx, "指标")}, {Name: ui.T(ctx, "当时"), Num: true}, {Name: ui.T(ctx, "现在"), Num: true}}}
	for _, c := range x.Changes {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: c.Section}, {Text: c.Group}, {Text: c.Measure}, {Text: numbers(ctx, c.Then)}, {Text: numbers(ctx, c.Now)}}})
	}
	return t
}

func numbers(ctx context.Context, n notice.Number) string {
	return ui.T(ctx, "%s / %s，全部 %s", ui.Count(n.Hit), ui.Count(n.Base), ui.Count(n.All))
}

func escape(s string) string { return url.QueryEscape(s) }
