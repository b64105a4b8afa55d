package flow

import (
	"fmt"
	"slices"

	"linli/internal/fault"
	"linli/internal/rule"
)

// only reports why none of the actor's roles may do the step in this case, where the document gives it to another.
func (f *Flow) only(s *Situation, st *Step, a *Act) error {
	var against error
	for _, r := range a.As {
		if !slices.Contains(st.By, r) {
			continue
		}
		i := slices.IndexFunc(st.Only, func(o Only) bool { return o.Role == r && o.When.Ask(f.facts4(s, a.At)).Value != rule.Yes })
		if i < 0 {
			return nil
		}
		against = fault.Refused(st.Only[i].Basis[0], "本件的“%s”不由%s办理", st.Name, roleNames([]Role{r}))
	}
	return against
}

func (b *builder) only(path string, st *Step, list []OnlySpec) {
	for i, o := range list {
		p := fmt.Sprintf("%s.only.%d", path, i)
		only := Only{Role: o.Role, Basis: b.cites(p+".basis", o.Basis)}
		b.role(p+".role", o.Role)
		if o.When == "" || len(only.Basis) == 0 {
			b.bad(p, "only 须有 when 和 basis")
			continue
		}
		only.When = b.condition(p+".when", o.When)
		st.Only = append(slices.Clip(st.Only), only)
	}
}
