package filter_test

import (
	"testing"

	"linli/internal/pack/filter"
	"linli/internal/pack/strict"
)

// Conditions say themselves so that a reader can object to them.
func TestWords(t *testing.T) {
	for _, c := range []struct{ yaml, want string }{
		{"flow: mailbox", "流程为“市长信箱”"},
		{"state: { not: [merged, refused] }", "状态不是“merged”或“refused”"},
		{"weight: [ordinary, \"\"]\nreplied: no", "轻重为“ordinary”或未填，且已答复：否"},
		{"met: [on-time, late]", "在最长期限内为按期或超期"},
		{"returns: { at-least: 2 }\nurges: { at-most: 1 }", "退回次数 不少于 2，且催办次数 不超过 1"},
		{"grade: { at-least: 1, at-most: 2 }", "评价 1 至 2"},
		{"routed_at: { set: no }\nclosed_at: { set: yes }", "没有首次转办或呈批时间，且有办结时间"},
		{"last_step_at: { idle: 5wd }", "最近一步时间起已满5个工作日"},
		{"any: [ { late: yes }, { urges: { at-least: 1 } } ]", "（已逾期：是，或者催办次数 不少于 1）"},
	} {
		doc, ps := strict.Parse("t.yaml", []byte(c.yaml))
		var v strict.Value
		if ps = append(ps, doc.Decode(&v)...); len(ps) > 0 {
			t.Fatal(ps)
		}
		cond, ps := filter.Read(filter.Cases, v, nil, nil)
		if len(ps) > 0 {
			t.Fatal(ps)
		}
		name := func(column, value string) string {
			if column == "flow" && value == "mailbox" {
				return "市长信箱"
			}
			return value
		}
		if got := cond.Words(name); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.yaml, got, c.want)
		}
	}
	if got := (filter.Cond{}).Words(nil); got != "" {
		t.Errorf("no condition says %q", got)
	}
}
