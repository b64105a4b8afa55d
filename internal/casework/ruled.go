package casework

import (
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/pack"
	"linli/internal/place"
)

// maxSpot is how long the words may be that say where something is, in characters.
const maxSpot = 200

// ruled finds what a step takes from a rulebook in force at the place of the case, where the case is, and the other places
// that it concerns. What a standard says of the case is the standard's to say: whatever the caller gave is replaced.
func (c *Cases) ruled(tx *db.Tx, f *flow.Flow, k *Case, a *Act) error {
	st := f.Step(a.Verb)
	if st == nil {
		return nil // the engine says so
	}
	if a.Standard != "" {
		s := c.packs().Standard(a.Standard, civil.DateOf(a.Act.At, civil.Shanghai))
		if s == nil || !c.packs().Covers(s.Document, k.Path, civil.DateOf(a.Act.At, civil.Shanghai)) {
			return fault.Invalid("standard", "没有这条立案标准，或它在本地不适用")
		}
		a.Standard, a.Cites, k.Kind = s.Ref(), s.Basis, s.Code
		told(f, st, s, a)
	}
	if slices.Contains(st.Needs, flow.NeedPosition) {
		a.Spot = strings.TrimSpace(a.Spot)
		if utf8.RuneCountInString(a.Spot) > maxSpot {
			return fault.Invalid("spot", "位置不能超过 %d 字", maxSpot)
		}
		if a.Spot == "" {
			a.Spot = k.Spot
		}
		k.Spot = a.Spot
	}
	return concerned(tx, k, a)
}

// told sets the facts that a flow keeps of a standard, as far as the step may set them.
func told(f *flow.Flow, st *flow.Step, s *pack.Standard, a *Act) {
	sets := map[string]any{}
	for name, v := range a.Sets {
		sets[name] = v
	}
	for name, v := range map[string]any{"standard": s.Ref(), "term": s.Term.String(), "urgent": s.Urgent, "matter": s.Kind} {
		if f.Fact(name) != nil && slices.Contains(st.Sets, name) {
			sets[name] = v
		}
	}
	a.Sets = sets
}

// concerned turns the codes of other places into their paths.
func concerned(tx *db.Tx, k *Case, a *Act) error {
	var paths []string
	for _, code := range a.Also {
		p, err := place.Get(tx, code)
		if err != nil || p.Gone() {
			return fault.Invalid("places", "没有代码为 %s 的区划", code)
		}
		if p.Path == k.Path {
			return fault.Invalid("places", "%s 就是本件所在的地方，请选择其他网格", p.Name)
		}
		paths = append(paths, p.Path)
	}
	a.Also = paths
	return nil
}

// Standards returns the rows of the rulebooks in force at the place with this path at the transaction's instant.
func (c *Cases) Standards(tx *db.Tx, path string) []*pack.Standard {
	day := civil.DateOf(tx.Now(), civil.Shanghai)
	return slices.DeleteFunc(c.packs().Standards(day), func(s *pack.Standard) bool { return !c.packs().Covers(s.Document, path, day) })
}

// StandardOf returns the row by which a case was opened, as it stood then; nil when none was named.
func (c *Cases) StandardOf(k *Case) *pack.Standard {
	ref, _ := k.Situation.Facts["standard"].(string)
	if ref == "" {
		return nil
	}
	return c.packs().Standard(ref, civil.DateOf(k.LastStep, civil.Shanghai))
}
