package proof

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/rule"
)

// tryBenefit asks a benefit of somebody by what is known of him, and what would be paid.
func tryBenefit(r *Result) {
	x := r.Example.Benefit
	on := r.date("benefit.on", x.On)
	edition := r.editionWith("benefit.with", x.With, on)
	if edition == nil {
		return
	}
	b := edition.Benefit(x.ID)
	if b == nil {
		r.bad("benefit.id", "没有待遇 %s", x.ID)
		return
	}
	id := "benefit/" + x.ID
	r.touch(id)
	facts, err := b.Read(x.Known)
	if err != nil {
		r.bad("benefit.known", "%s", err)
		return
	}
	for name := range x.Known {
		r.touch("fact/" + name)
	}
	got := b.Ask(facts)
	if got.Err != nil {
		r.bad("benefit", "%s", got.Err)
		return
	}
	r.same("benefit.is", "是否享受", x.Is, got.Value.String())
	var fails, because []string
	for _, s := range got.Steps {
		failed := s.Result == rule.No.Words()
		if failed {
			fails = append(fails, strings.TrimPrefix(s.Part, "condition."))
		}
		weighed := !strings.HasPrefix(s.Part, "condition.") // steps of the sum are reached only once every condition holds
		if s.Part != "" && (got.Value == rule.Yes || failed || weighed) {
			r.touch(id + "#" + s.Part)
		}
		for _, c := range s.Basis {
			because = append(because, c.ID)
		}
	}
	if len(x.Fails) > 0 {
		r.same("benefit.fails", "不符合的条件", joinedInts(x.Fails), joined(fails))
	}
	if got.Value == rule.Needs || len(x.Needs) > 0 {
		r.same("benefit.needs", "还须知道", joined(x.Needs), joined(got.Needs))
	}
	if len(x.Because) > 0 {
		slices.Sort(because)
		r.same("benefit.because", "依据", joined(x.Because), joined(slices.Compact(because)))
	}
	if x.Sum != "" {
		r.same("benefit.sum", "金额", x.Sum, sumText(got.Sum))
	}
	r.suspension(b, facts)
	r.paying(b, on, got)
}

func sumText(m rule.Money) string { b, _ := m.MarshalText(); return string(b) }

func joinedInts(list []int) string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = itoa(n)
	}
	return joined(out)
}

// suspension looks at what an example says of suspension, occasions and what the benefit gives way to.
func (r *Result) suspension(b *pack.Benefit, facts rule.Facts) {
	x := r.Example.Benefit
	if x.Stops != "" {
		c := b.Suspended(facts)
		r.same("benefit.suspended", "是否暂停发放", x.Stops, map[bool]string{true: "yes", false: "no"}[c != nil])
		if c != nil {
			r.touch("benefit/" + b.ID + "#" + c.Part)
		}
	}
	if x.Each != "" {
		occasion := b.Occasion(facts)
		if b.EachCase {
			occasion = "case"
		}
		r.same("benefit.occasion", "哪一次", x.Each, occasion)
	}
	if len(x.Yields) > 0 {
		r.same("benefit.yields", "让位于", joined(x.Yields), joined(slices.Sorted(slices.Values(b.Yields))))
		for _, y := range x.Yields {
			r.touch("benefit/" + b.ID + "#yields." + y)
		}
	}
}

// paying looks at what an example says of shares, first and last day and periods.
func (r *Result) paying(b *pack.Benefit, on civil.Date, got pack.Reckoned) {
	x := r.Example.Benefit
	fen, err := got.Fen()
	if err != nil {
		r.bad("benefit.sum", "%s", err)
		return
	}
	if len(x.Shares) > 0 {
		parts, err := b.Split(money.Fen(fen))
		if err != nil {
			r.bad("benefit.shares", "%s", err)
		}
		r.sums("benefit.shares", "分担", x.Shares, parts)
		for payer := range x.Shares {
			r.touch("benefit/" + b.ID + "#share." + payer)
		}
	}
	if x.Begins != "" {
		r.same("benefit.begins", "起发日", x.Begins, b.First(on).String())
	}
	until := civil.Date{}
	if x.Until != "" {
		until = b.Last(r.date("benefit.until", x.Until))
	}
	if x.Ends != "" {
		r.same("benefit.ends", "最后一日", x.Ends, until.String())
	}
	if len(x.Pays) == 0 {
		return
	}
	due, list := map[string]money.Fen{}, []pack.Stretch{{From: b.First(on), Until: until, Fen: money.Fen(fen)}}
	for period := range x.Pays {
		day, err := dayOf(period)
		if err != nil && b.Per != rule.Once {
			r.bad("benefit.pays", "%s", err)
			return
		}
		if due[period], err = b.Due(list, day); err != nil {
			r.bad("benefit.pays", "%s", err)
		}
	}
	r.sums("benefit.pays", "各期应发", x.Pays, due)
}

// dayOf returns a day within a period as PeriodOf names it.
func dayOf(period string) (civil.Date, error) {
	switch {
	case strings.Contains(period, "Q"):
		year, q, _ := strings.Cut(period, "Q")
		return civil.ParseDate(fmt.Sprintf("%s-%02d-01", year, 3*(int(q[0])-'0')-2))
	case len(period) == len("2026"):
		return civil.ParseDate(period + "-01-01")
	}
	return civil.ParseDate(period + "-01")
}

// sums compares amounts by key.
func (r *Result) sums(path, what string, want map[string]string, got map[string]money.Fen) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		fen, err := money.Parse(want[key])
		if err != nil {
			r.bad(path, "%s", err)
			continue
		}
		r.same(path+"."+key, what+" "+key, fen.String(), got[key].String())
	}
	if what == "分担" && len(want) != len(got) {
		r.bad(path, "分担应有 %d 方，实有 %d 方", len(want), len(got))
	}
}
