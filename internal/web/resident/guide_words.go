package resident

import (
	"context"
	"strings"

	"linli/internal/web/ui"
)

// steps are how a matter goes by this channel, from the resident's side.
func (c channel) steps(ctx context.Context) []ui.Pair {
	first := ui.Pair{Name: ui.T(ctx, "把信送来"), Text: ui.T(ctx, "寄或交给%s，写明姓名和电话，方便答复。", c.Desk)}
	switch c.glyph() {
	case "write":
		first = ui.Pair{Name: ui.T(ctx, "在网上写"), Text: ui.T(ctx, "三步写完，可以附照片，当场拿到编号和查询码。")}
	case "phone":
		first = ui.Pair{Name: ui.T(ctx, "打电话"), Text: ui.T(ctx, "说清什么事、在哪里，接线员记下后会告诉您编号和查询码。")}
	case "visit":
		first = ui.Pair{Name: ui.T(ctx, "到窗口来"), Text: ui.T(ctx, "由%s接待。多人同来的，请推选代表。", c.Desk)}
	}
	return []ui.Pair{first,
		{Name: ui.T(ctx, "登记转办"), Text: ui.T(ctx, "派给管这件事的单位，谁在办、到哪一步，凭编号看得见。")},
		{Name: ui.T(ctx, "答复核查"), Text: ui.T(ctx, "承办单位答复后，另有人核查，没办好的退回重办。")},
		{Name: ui.T(ctx, "评价"), Text: ui.T(ctx, "办结后您评一次，不满意可以提出意见。")}}
}

// asked are the questions of the channel's form.
func (c channel) asked(ctx context.Context) []ui.Pair {
	if c.Form == nil {
		return nil
	}
	var list []ui.Pair
	for i := range c.Form.Fields {
		d := &c.Form.Fields[i]
		if d.Sensitive == "hidden" {
			continue
		}
		is := ui.Pair{Name: ui.T(ctx, d.Label)}
		if !d.Required {
			is.Text = ui.T(ctx, "可以不填")
		}
		list = append(list, is)
	}
	return list
}

// where says who takes the matter in, and when.
func (c channel) where(ctx context.Context) []ui.Pair {
	list := []ui.Pair{{Name: ui.T(ctx, "谁来接收"), Text: c.Desk}}
	if c.Hours != "" {
		list = append(list, ui.Pair{Name: ui.T(ctx, "办公时间"), Text: ui.T(ctx, "工作日 %s", strings.ReplaceAll(c.Hours, ",", "、"))})
	}
	return append(list, ui.Pair{Name: ui.T(ctx, "依据"), Text: c.Pack.Document.Number})
}
