package proof

import (
	"maps"
	"slices"
	"strings"
)

func tryTable(r *Result) {
	x := r.Example.Table
	t := r.latest().Table(x.ID)
	if t == nil {
		r.bad("table.id", "没有报表 %s", x.ID)
		return
	}
	r.touch("table/" + x.ID)
	filled, asked := t.Fill(
		func(from string) (string, bool) { v, ok := x.Known[from]; return v, ok },
		func(datum string) (string, bool) { v, ok := x.Said[datum]; return v, ok })
	for _, at := range slices.Sorted(maps.Keys(x.Filled)) {
		r.touch("table/" + x.ID + "#" + at)
		r.same("table.filled."+at, at, x.Filled[at], filled[at])
	}
	for _, at := range asked {
		r.touch("table/" + x.ID + "#" + at)
	}
	r.same("table.asks", "要问的栏目", strings.Join(x.Asks, "、"), strings.Join(asked, "、"))
}
