package part

import (
	"slices"

	"linli/internal/flow"
)

// ofStandard are the facts that a row of a rulebook says itself, so that nobody is asked for them.
var ofStandard = []string{"standard", "term", "urgent", "matter"}

// asked are the facts for which a step asks.
func asked(st *flow.Step) []string {
	if !slices.Contains(st.Needs, flow.NeedStandard) {
		return st.Sets
	}
	return slices.DeleteFunc(slices.Clone(st.Sets), func(name string) bool { return slices.Contains(ofStandard, name) })
}
