package proof

import (
	"slices"
	"strconv"
	"strings"

	"linli/internal/civil"
)

// tryStandard counts the term of a row from the instant at which a matter was sent out.
func tryStandard(r *Result, l civil.Law) {
	x := r.Example.Standard
	at := r.instant("standard.sent", x.Sent)
	s := r.edition(civil.DateOf(at, civil.Shanghai)).Standard(x.ID)
	if s == nil {
		r.bad("standard.id", "没有立案标准 %s", x.ID)
		return
	}
	r.touch("standard/" + x.ID)
	for _, id := range s.Offices {
		r.touch("office/" + id)
	}
	for _, c := range []struct{ key, what, want, got string }{
		{"code", "类别", x.Code, s.Code}, {"opens", "立案条件", x.Opens, s.Opens}, {"closes", "结案条件", x.Closes, s.Closes},
		{"units", "处置单位", strings.Join(x.Units, "、"), strings.Join(s.Offices, "、")},
		{"urgent", "紧急", x.Urgent, map[bool]string{true: "yes", false: "no"}[s.Urgent]},
	} {
		if c.want != "" {
			r.same("standard."+c.key, c.what, strings.TrimSpace(c.want), c.got)
		}
	}
	ends := func(path, want string, t civil.Term) {
		d, err := l.Deadline(at, t, nil)
		if err != nil {
			r.bad(path, "%s", err)
			return
		}
		got := d.Due.In(civil.Shanghai).Format("2006-01-02 15:04")
		if len(want) == len("2026-03-02") {
			got = civil.DateOf(d.Due.Add(-1), civil.Shanghai).String()
		}
		r.same(path, "期限", want, got)
	}
	ends("standard.due", x.Due, s.Term)
	for i, want := range x.Stages {
		if i >= len(s.Stages) {
			r.bad("standard.stages", "没有第 %d 个环节", i+1)
			return
		}
		ends("standard.stages."+strconv.Itoa(i), want, s.Stages[i].Term)
	}
	if len(x.Stages) > 0 && len(x.Stages) != len(s.Stages) {
		r.bad("standard.stages", "环节应有 %d 个，实有 %d 个", len(x.Stages), len(s.Stages))
	}
	if s.Urgent && !slices.Contains([]civil.Unit{civil.Hour, civil.Minute, civil.Day}, s.Term.Unit) {
		r.bad("standard", "紧急事项应按自然时间计算，%s 不是", s.Term)
	}
}
