package proof

import (
	"linli/internal/rule"
)

// tryClass asks whether somebody belongs to a class, by what is known of him.
func tryClass(r *Result) {
	x := r.Example.Class
	c := r.edition(r.date("class.on", x.On)).Class(x.ID)
	if c == nil {
		r.bad("class.id", "没有人群 %s", x.ID)
		return
	}
	r.touch("class/" + x.ID)
	facts, err := c.Read(x.Known)
	if err != nil {
		r.bad("class.known", "%s", err)
		return
	}
	for name := range x.Known {
		r.touch("fact/" + name)
	}
	a := c.Ask(facts)
	if a.Err != nil {
		r.bad("class", "%s", a.Err)
		return
	}
	r.same("class.is", "是否属于", x.Is, a.Value.String())
	if a.Value == rule.Needs || len(x.Needs) > 0 {
		r.same("class.needs", "还须知道", joined(x.Needs), joined(a.Needs))
	}
}
