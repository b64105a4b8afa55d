package account

import (
	"context"

	"linli/internal/web/ui"
)

// about is who the account belongs to.
func (o profile) about(ctx context.Context) []ui.Pair {
	list := []ui.Pair{{Name: ui.T(ctx, "姓名"), Text: o.Actor.Name}, {Name: ui.T(ctx, "登录名"), Text: o.Actor.Login}}
	if o.Unit != "" {
		list = append(list, ui.Pair{Name: ui.T(ctx, "单位"), Text: o.Unit})
	}
	return list
}

// loginTable lists where the account is logged in, this browser first.
func (o profile) loginTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "我的登录"), Cols: []ui.Col{{Name: ui.T(ctx, "设备"), Main: true}, {Name: ui.T(ctx, "地址")},
		{Name: ui.T(ctx, "登录时间")}, {Name: ui.T(ctx, "最近使用")}, {Name: ui.T(ctx, "操作")}}}
	for _, l := range o.Logins {
		name := agent(ctx, l.Agent)
		row := ui.TableRow{ID: l.ID.String(), Cells: []ui.Cell{{Text: name}, {Text: l.Address},
			{Text: ui.DateTime(ctx, l.Created.Time)}, {Text: ui.Ago(ctx, l.Seen.Time, o.Now)},
			{Body: endButton(l.ID.String(), name)}}}
		if l.ID == o.This {
			row.Cells[0].Note, row.Cells[4] = ui.T(ctx, "正在用的这个"), ui.Cell{Text: ui.T(ctx, "用右上角的“退出登录”")}
			t.Rows = append([]ui.TableRow{row}, t.Rows...)
			continue
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
