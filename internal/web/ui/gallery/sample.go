package gallery

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"linli/internal/web/ui"
)

var months = []string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月"}

var districts = []string{"湖滨区", "陕州区", "义马市", "灵宝市", "渑池县", "卢氏县", "开发区", "城乡一体化示范区", "示例街道"}

func rows() []ui.TableRow {
	row := func(no, title, unit, left string, m ui.Mark, when string) ui.TableRow {
		return ui.TableRow{ID: no, Mark: m, Cells: []ui.Cell{{Text: title, Href: "/gallery/case", Note: no}, {Text: unit},
			{Body: ui.MarkOf(m)}, {Text: left}, {Text: when}}}
	}
	return []ui.TableRow{
		row("SM2026092800031", "黄河路北段雨后积水，行人无法通过", "市住建局", "已超 1天2小时", ui.Red, "9月28日 08:41"),
		row("SM2026093000012", "小区二次供水压力不足，六楼以上早晚停水", "市水利局", "还剩 5小时20分钟", ui.Yellow, "9月30日 15:10"),
		row("SM2026100800044", "咨询城乡居民医疗保险缴费时间", "市医保局", "还剩 3天", ui.Normal, "10月8日 09:02"),
		row("SM2026100800051", "夜间施工噪声扰民", "市城管局", "等待申请人补充材料", ui.Paused, "10月8日 22:47"),
		row("SM2026092100008", "建议在学校门口增设护学岗", "市公安局", "9月26日 办结", ui.Ended, "9月21日 07:55"),
	}
}

var cols = []ui.Col{{Name: "诉求", Main: true}, {Name: "承办单位"}, {Name: "状态"}, {Name: "时限", Sort: "?sort=due", Up: true}, {Name: "登记时间", Sort: "?sort=at"}}

func clocks() []ui.Clock {
	return []ui.Clock{
		{Name: "主办单位答复", Who: "市住建局 · 马立新", Since: now.Add(-9 * 24 * time.Hour), Due: time.Date(2026, 10, 10, 0, 0, 0, 0, now.Location()),
			Target: now.Add(-26 * time.Hour), Now: now, Mark: ui.Yellow, Left: "还剩 半个工作日", Used: 92, At80: true, Clause: clause, Gist: "第四条第四项：一般事项三个工作日",
			Steps: []string{"2026年9月30日 10:12 派遣，当日不计入。", "10月1日至10月7日为国庆节放假，不是工作日。", "10月8日为第 1 个工作日，10月9日为第 2 个工作日。", "期限届满于 10月9日 24:00。"}},
		{Name: "受理告知", Who: "市政务服务中心", Since: now.Add(-11 * 24 * time.Hour), Due: now.Add(-8 * 24 * time.Hour), Now: now, Mark: ui.Ended, Used: 40},
		{Name: "协办单位意见", Who: "市水利局", Since: now.Add(-6 * 24 * time.Hour), Due: now.Add(-26 * time.Hour), Now: now, Mark: ui.Red, Used: 130, Clause: clause},
		{Name: "补充材料", Who: "申请人", Since: now.Add(-2 * 24 * time.Hour), Due: now.Add(90 * 24 * time.Hour), Now: now, Mark: ui.Paused,
			PausedWhy: "10月7日起等待申请人补充照片，期间不计时。", Provisional: true, Steps: []string{"2027年放假安排尚未公布。"}},
	}
}

func steps() []ui.Step {
	day := func(d, h, m int) time.Time { return time.Date(2026, 9, d, h, m, 0, 0, now.Location()) }
	return []ui.Step{
		{At: day(39, 9, 4), What: "黄牌提醒", Who: "系统", Words: "已到目标时限，距法定时限不足一个工作日。", Mark: ui.Yellow, Clause: clause},
		{At: day(38, 16, 20), What: "请求延期", Who: "马立新", Unit: "市住建局", Words: "管网图纸需向档案馆调阅，申请延长两个工作日。",
			Facts: []ui.Pair{{Name: "延长", Text: "2个工作日"}, {Name: "审批人", Text: "市住建局 分管负责人"}}},
		{At: day(30, 10, 12), What: "派遣至市住建局（主办）、市水利局（协办）", Who: "赵文静", Unit: "市政务服务中心", Clause: clause, Gist: "第四条第四项", Key: true},
		{At: day(28, 14, 3), What: "退回派遣", Who: "孙国强", Unit: "市城管局", Words: "该路段排水管网由住建部门管理，建议转市住建局。"},
		{At: day(28, 8, 41), What: "登记", Who: "柳慧敏", Unit: "热线 12345", Words: "黄河路北段雨后积水约三十厘米，老人孩子没法走。\n昨晚又下了一夜，今天早上还没有退。",
			Files: []ui.File{{Name: "现场照片.jpg", Href: "#", Size: 2_412_000}, {Name: "通话录音.mp3", Href: "#", Size: 812_000}}, Key: true},
	}
}

func trend() ui.Chart {
	return ui.Chart{ID: "trend", Title: "每月受理与按期办结", Unit: "件", Names: months, Lines: true, CSV: "/gallery/charts.csv", Series: []ui.Series{
		{Name: "受理", Values: []float64{812, 640, 905, 988, 1020, 1104, 1230, 1188, math.NaN()}},
		{Name: "按期办结", Values: []float64{790, 622, 880, 951, 1001, 1072, 1175, 1160, math.NaN()}}}}
}

func late() ui.Chart {
	return ui.Chart{ID: "late", Title: "各县（市、区）在办件", Unit: "件", Names: districts, Flat: true, Stack: true, CSV: "/gallery/late.csv", Series: []ui.Series{
		{Name: "正常", Values: []float64{120, 86, 44, 132, 97, 61, 30, 12, 8}},
		{Name: "黄牌", Mark: ui.Yellow, Values: []float64{14, 6, 9, 21, 4, 7, 2, 1, 0}},
		{Name: "红牌", Mark: ui.Red, Values: []float64{5, 0, 3, 8, 1, 2, 0, 0, 0}}}}
}

// ring is one square of the drawn map.
func ring(i int) [][2]float64 {
	x, y := 111.0+float64(i%3)*0.3, 34.2+float64(i/3)*0.25
	return [][2]float64{{x, y}, {x + 0.3, y}, {x + 0.3, y + 0.25}, {x, y + 0.25}, {x, y}}
}

func cityMap() ui.Map {
	m := ui.Map{ID: "city", Title: "超期件分布", GeoURL: "/gallery/areas.json", Legend: []string{"无", "1–2", "3–4", "5–6", "7–8", "9 以上"},
		Table: ui.Table{Caption: "各县（市、区）超期件", Cols: []ui.Col{{Name: "地区", Main: true}, {Name: "超期", Num: true}, {Name: "每万人", Num: true}}}}
	for i, name := range districts {
		m.Areas = append(m.Areas, ui.Area{Name: name, Tone: i % 6, Rings: [][][2]float64{ring(i)}})
		m.Table.Rows = append(m.Table.Rows, ui.TableRow{Cells: []ui.Cell{{Text: name, Href: "/gallery/queue"}, {Text: ui.Count(i)}, {Text: fmt.Sprintf("%.2f", float64(i)/7)}}})
	}
	return m
}

func geo() string {
	var features []any
	for i, name := range districts {
		features = append(features, map[string]any{"type": "Feature",
			"properties": map[string]any{"name": name, "figure": fmt.Sprintf("%d 件", i), "tone": i % 6, "href": "/gallery/queue"},
			"geometry":   map[string]any{"type": "Polygon", "coordinates": [][][2]float64{ring(i)}}})
	}
	b, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": features})
	if err != nil {
		panic(err) // finite numbers and strings
	}
	return string(b)
}

func fields() []ui.Field {
	return []ui.Field{
		{Name: "channel", Label: "来源渠道", Kind: "choice", Required: true, Options: ui.Options("12345 热线", "来信", "来访", "市长信箱"), Value: "来信"},
		{Name: "who", Label: "姓名", Kind: "person-name", Fill: "name", Key: "alt+n", Value: "王秀兰"},
		{Name: "phone", Label: "联系电话", Kind: "phone", Required: true, Hint: "用于告知办理情况，只有经办人可以看到。", Value: "1380000"},
		{Name: "id", Label: "身份证号", Kind: "id-number", Hint: "办理与本人有关的待遇时填写。"},
		{Name: "place", Label: "事发地点", Kind: "place", Source: "/gallery/places", Hint: "输入社区或村的名称，从提示中选择。"},
		{Name: "when", Label: "发生日期", Kind: "date", Value: "2026-10-08"},
		{Name: "body", Label: "诉求内容", Kind: "longtext", Required: true, Max: 2000, Hint: "请写清时间、地点、事情经过和您的要求。"},
		{Name: "kind", Label: "事项类别", Kind: "choice", Options: ui.Options("供水", "供电", "供气", "道路", "环卫", "噪声", "物业", "其他")},
		{Name: "topics", Label: "涉及", Kind: "choices", Options: ui.Options("老年人", "残疾人", "学生", "外来务工"), Values: []string{"老年人"}},
		{Name: "reply", Label: "答复方式", Kind: "choice", Options: []ui.Option{{Value: "sms", Text: "短信", Note: "发到上面的号码"}, {Value: "letter", Text: "书面", Note: "寄到登记的地址，约需三天"}}},
		{Name: "amount", Label: "涉及金额", Kind: "money", Value: "1,250.00"},
		{Name: "files", Label: "照片或材料", Kind: "file", Many: true, Accept: "image/*,.pdf", Hint: "最多 5 个，每个不超过 10 MB。"},
		{Name: "public", Label: "办结后可以公开处理结果（隐去个人信息）", Kind: "bool", Value: "1"},
	}
}
