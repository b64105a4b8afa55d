package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"linli/internal/staff"
	"linli/internal/web/ui"
)

// detailNames are what the parts of an entry's detail are called, in the order in which they are said. A part that is not
// here stays in the log and is not said.
var detailNames = []struct{ key, name string }{
	{"Login", ui.N("登录名")}, {"Name", ui.N("名称")}, {"Role", ui.N("角色")}, {"Place", ui.N("区划")}, {"Unit", ui.N("单位")}, {"Post", ui.N("职务")},
	{"Level", ui.N("层级")}, {"Parent", ui.N("上级")}, {"Offices", ui.N("充当机构")}, {"Closed", ui.N("已撤销")}, {"On", ui.N("生效")}, {"Basis", ui.N("依据")},
	{"URL", ui.N("地址")}, {"Events", ui.N("事件")}, {"Scope", ui.N("范围")}, {"Kind", ui.N("类别")}, {"Error", ui.N("错误")}, {"Bytes", ui.N("字节")},
	{"reason", ui.N("理由")}, {"kind", ui.N("类别")},
}

// detailWords says the detail of an entry: each part that has a name and is not empty.
func (p *Pages) detailWords(ctx context.Context, detail json.RawMessage) string {
	var parts map[string]any
	d := json.NewDecoder(bytes.NewReader(detail))
	d.UseNumber()
	if d.Decode(&parts) != nil { // none, or something that is no object
		return ""
	}
	var words []string
	for _, n := range detailNames {
		if text := valueWords(ctx, parts[n.key]); text != "" {
			switch n.key {
			case "Role":
				text = ui.T(ctx, staff.Role(text).Words())
			case "Unit":
				text = p.Town.Unit(text)
			case "Place":
				text = p.Town.Places.Tree().Name(text)
			}
			words = append(words, ui.T(ctx, n.name)+" "+text)
		}
	}
	return strings.Join(words, ui.T(ctx, "，"))
}

func valueWords(ctx context.Context, v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return ui.T(ctx, "是")
		}
	case []any:
		var words []string
		for _, x := range v {
			words = append(words, valueWords(ctx, x))
		}
		return strings.Join(words, " ")
	}
	return ""
}
