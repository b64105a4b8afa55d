package filter

// A Type is what a column of a published view holds.
type Type int

// The types of columns.
const (
	Text    Type = iota // text, "" for none
	Whole               // whole number
	Flag                // 0 or 1
	Instant             // fixed-width UTC text, "" for none
	Verdict             // 1 on time, 0 late, -1 undecided
)

// A Column is one column of a published view.
type Column struct {
	Name  string
	Label string
	Type  Type
}

// A View (公开视图) is a view that a domain package publishes for counting. Packs may name its columns and nothing else.
type View struct {
	Name    string
	Columns []Column
}

// Column returns the named column.
func (v *View) Column(name string) (Column, bool) {
	for _, c := range v.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}

// Cases is the view of cases, one row each, that casework publishes as fact_case.
var Cases = &View{Name: "fact_case", Columns: []Column{
	{"id", "编号", Whole}, {"number", "受理编号", Text}, {"document", "制度", Text}, {"flow", "流程", Text},
	{"channel", "渠道", Text}, {"kind", "类别", Text}, {"weight", "轻重", Text}, {"place", "地点", Text}, {"path", "区划", Text},
	{"desk", "受理单位", Text}, {"lead", "承办单位", Text}, {"state", "状态", Text}, {"open", "未办结", Flag},
	{"registered_at", "登记时间", Instant}, {"accepted_at", "受理时间", Instant}, {"routed_at", "首次转办或呈批时间", Instant},
	{"replied_at", "答复时间", Instant}, {"closed_at", "办结时间", Instant}, {"target_at", "目标期限", Instant},
	{"limit_at", "最长期限", Instant}, {"last_step_at", "最近一步时间", Instant},
	{"replied", "已答复", Flag}, {"met", "在最长期限内", Verdict}, {"met_target", "在目标期限内", Verdict}, {"late", "已逾期", Flag},
	{"returns", "退回次数", Whole}, {"reassigns", "改派次数", Whole}, {"reworks", "返工次数", Whole}, {"urges", "催办次数", Whole},
	{"supervisions", "督办次数", Whole}, {"reopens", "重新办理次数", Whole}, {"joint", "联合办理", Flag},
	{"instructed", "已有批示", Flag}, {"reported_back", "已向批示领导报告", Flag}, {"outcome", "办理结果", Text},
	{"grade", "评价", Whole}, {"appealed", "有待答复的申诉", Flag}, {"pending", "有待批的延期", Flag}, {"month", "登记月份", Text},
	{"opened_at", "立案时间", Instant}, {"verified_at", "核查时间", Instant}, {"extensions", "延期次数", Whole},
	{"raised_as", "来源", Text}, {"raised_by", "登记人", Text}, {"sent_by", "派遣人", Text}, {"checked_by", "核查人", Text},
}}

// Views lists the published views by name.
var Views = map[string]*View{Cases.Name: Cases}

// A Row is one row of a view: string for Text and Instant, int64 for the rest. A column left out is "" or 0, and a
// Verdict left out is undecided.
type Row map[string]any

func (r Row) text(name string) string {
	s, _ := r[name].(string)
	return s
}

func (r Row) whole(c Column) int64 {
	switch n := r[c.Name].(type) {
	case int64:
		return n
	case int:
		return int64(n)
	}
	if c.Type == Verdict {
		return -1
	}
	return 0
}
