package flow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linli/internal/civil"
)

func (b *builder) clocks() {
	for i, c := range b.spec.Clocks {
		path := fmt.Sprintf("clocks.%d", i)
		k := Clock{ID: c.ID, Name: c.Name, From: Verb(b.text(path+".from", c.From)), Fixed: c.Fixed,
			Basis: b.cites(path+".basis", c.Basis)}
		k.Target, k.TargetIn = b.termOf(path+".target", c.Target)
		k.Limit, k.LimitIn = b.termOf(path+".limit", c.Limit)
		if c.PausesIn == nil {
			k.PausesIn = []State{Waiting}
		}
		for _, s := range c.PausesIn {
			if s := State(b.text(path+".pauses-in", string(s))); s != "none" {
				k.PausesIn = append(k.PausesIn, s)
			}
		}
		for _, u := range c.Until {
			k.Until = append(k.Until, Verb(u))
		}
		if c.When != "" {
			k.When = b.condition(path+".when", c.When)
		}
		b.clock(path, &k)
		b.flow.Clocks = append(b.flow.Clocks, k)
	}
}

// termOf reads a term, or as "=fact" the fact that holds it.
func (b *builder) termOf(path, text string) (civil.Term, string) {
	name, inFact := strings.CutPrefix(text, "=")
	if !inFact {
		return b.term(path, text), ""
	}
	if d := b.flow.facts[name]; d == nil || d.Kind != "term" {
		b.bad(path, "没有 kind 为 term 的事实 %s", name)
	}
	return civil.Term{}, name
}

func (b *builder) clock(path string, k *Clock) {
	switch {
	case k.ID == "" || k.Name == "":
		b.bad(path, "时限须有 id 和 name")
	case slices.ContainsFunc(b.flow.Clocks, func(c Clock) bool { return c.ID == k.ID }):
		b.bad(path+".id", "时限 %s 重复", k.ID)
	case len(k.Basis) == 0:
		b.bad(path, "时限须载明依据条款（basis）")
	case k.Target.IsZero() && k.Limit.IsZero() && k.TargetIn == "" && k.LimitIn == "":
		b.bad(path, "时限须有 target 或 limit")
	case len(k.Until) == 0:
		b.bad(path, "时限须写明止于哪一步（until）")
	}
	for _, v := range append([]Verb{k.From}, k.Until...) {
		if b.flow.steps[v] == nil {
			b.bad(path, "没有步骤 %s", v)
		}
	}
	for _, s := range k.PausesIn {
		if b.flow.states[s] == nil {
			b.bad(path+".pauses-in", "没有状态 %s", s)
		}
	}
}

func (b *builder) extension() {
	e := b.spec.Extension
	if e == nil {
		b.flow.Extend = Extension{Most: 1}
		return
	}
	n, err := strconv.Atoi(b.text("extension.most", e.Most))
	if err != nil || n < 0 {
		b.bad("extension.most", "应为不小于零的整数")
	}
	b.flow.Extend = Extension{Most: n, Cap: b.term("extension.cap", e.Cap), Basis: b.cites("extension.basis", e.Basis)}
}

func (b *builder) dues() {
	for i, d := range b.spec.Dues {
		path := fmt.Sprintf("dues.%d", i)
		due := Due{Debt: Debt{ID: d.ID, Name: d.Name, To: d.To, Basis: b.cites(path+".basis", d.Basis)},
			Paid: d.Paid, Bars: d.Bars, Term: b.term(path+".term", d.Term), Follows: d.Follows}
		if d.ID == "" || d.Name == "" || d.When == "" || len(d.Paid) == 0 || len(due.Basis) == 0 {
			b.bad(path, "应办义务须有 id、name、when、paid-by 和 basis")
			continue
		}
		due.When = b.condition(path+".when", d.When)
		for _, v := range slices.Concat(d.Paid, d.Bars) {
			if b.flow.steps[v] == nil {
				b.bad(path, "没有步骤 %s", v)
			}
		}
		b.flow.Dues = append(b.flow.Dues, due)
	}
}
