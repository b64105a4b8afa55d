package bench

import (
	"fmt"
	"strings"
	"testing/fstest"

	"linli/internal/pack"
)

// dweller is what rules ask about one person, as a programmer who knows the rules would keep it: 0 of a choice and -1 of a number are unknown.
type dweller struct {
	age, income, housemates, living                            int32
	registered, deceased                                       bool
	disability, level, relief, care, special, pension, medical byte
}

// The choices as rules by hand know them.
const (
	none byte = iota + 1
	mental
	limb
	several
)

// A benefitRule is one benefit as a pack writes it and as a programmer would.
type benefitRule struct {
	when   []string
	amount string
	plain  func(p *dweller) int64 // fen, 0 for nothing, -1 for what cannot be said
}

// is weighs a choice: 1 yes, 0 no, -1 unknown.
func is(v byte, one byte) int {
	switch v {
	case 0:
		return -1
	case one:
		return 1
	}
	return 0
}

func least(v, n int32) int {
	switch {
	case v < 0:
		return -1
	case v >= n:
		return 1
	}
	return 0
}

// all is what every part together gives.
func all(fen int64, parts ...int) int64 {
	open := false
	for _, p := range parts {
		if p == 0 {
			return 0
		}
		open = open || p < 0
	}
	if open {
		return -1
	}
	return fen
}

const here = "registered_here && !deceased"

// families are the rules of which the benefits are made: each with two or three ages or sums.
func benefitRules() []benefitRule {
	var list []benefitRule
	for i := range 5 {
		n, sum := int32(60+5*i), int64(30+20*i)
		list = append(list,
			benefitRule{[]string{here, fmt.Sprintf("age >= %d", n), `pension == "resident"`}, fmt.Sprintf("yuan_per_month(%d)", sum), func(p *dweller) int64 {
				if !p.registered || p.deceased {
					return 0
				}
				return all(sum*100, least(p.age, n), is(p.pension, 3))
			}},
			benefitRule{[]string{here, `disability == "mental" || disability == "limb" && disability_level in ["1", "2"]`, `relief == "minimum"`}, fmt.Sprintf("age >= %d ? yuan_per_month(%d) : yuan_per_month(%d)", n, sum+50, sum),
				func(p *dweller) int64 { return p.disabled(n, sum) }},
			benefitRule{[]string{here, fmt.Sprintf("income_month < yuan(%d)", 400+100*i), `medical != "employee"`}, fmt.Sprintf("yuan_per_month(1) * amount(max(yuan(%d) - income_month, yuan(0)))", 400+100*i),
				func(p *dweller) int64 { return p.supplement(int32(400+100*i) * 100) }},
			benefitRule{[]string{here, `self_care == "none" || self_care == "part" && age >= ` + fmt.Sprint(n), "housemates == 0 || living_children == 0"}, fmt.Sprintf(`self_care == "none" ? yuan_per_month(%d) : yuan_per_month(%d)`, sum*2, sum),
				func(p *dweller) int64 { return p.cared(n, sum) }},
			benefitRule{[]string{here, `special_care != "none"`, fmt.Sprintf("age >= %d", n-20)}, fmt.Sprintf("min(yuan_per_month(%d) + yuan_per_month(2) * number(age), yuan_per_month(%d))", sum, sum+150),
				func(p *dweller) int64 {
					if !p.registered || p.deceased {
						return 0
					}
					fen := min(sum*100+200*int64(p.age), (sum+150)*100)
					special := is(p.special, none)
					if special >= 0 {
						special = 1 - special
					}
					return all(fen, special, least(p.age, n-20))
				}})
	}
	return list
}

func (p *dweller) disabled(n int32, sum int64) int64 {
	if !p.registered || p.deceased {
		return 0
	}
	severe := is(p.level, 1)
	if severe == 0 {
		severe = is(p.level, 2)
	}
	kind := 0
	switch {
	case p.disability == 0:
		kind = -1
	case p.disability == mental:
		kind = 1
	case p.disability == limb:
		kind = severe
	}
	got := all(1, kind, is(p.relief, 2))
	switch {
	case got <= 0:
		return got
	case p.age < 0:
		return -1
	case p.age >= n:
		return (sum + 50) * 100
	}
	return sum * 100
}

func (p *dweller) supplement(line int32) int64 {
	if !p.registered || p.deceased {
		return 0
	}
	poor, covered := -1, is(p.medical, 2)
	if p.income >= 0 {
		poor = 0
		if p.income < line {
			poor = 1
		}
	}
	if covered >= 0 {
		covered = 1 - covered
	}
	return all(int64(max(line-p.income, 0)), poor, covered)
}

func (p *dweller) cared(n int32, sum int64) int64 {
	if !p.registered || p.deceased {
		return 0
	}
	needs := 0
	switch p.care {
	case 0:
		needs = -1
	case 3:
		needs = 1
	case 2:
		needs = least(p.age, n)
	}
	single := -1
	switch {
	case p.housemates == 0 || p.living == 0:
		single = 1
	case p.housemates > 0 && p.living > 0:
		single = 0
	}
	got := all(sum*100, needs, single)
	if got > 0 && p.care == 3 {
		return got * 2
	}
	return got
}

// benefitPack is the document of the city that is measured: 25 benefits. Raise changes one amount.
func benefitPack(raise int) (*pack.Index, error) {
	var b, runs strings.Builder
	for i, r := range benefitRules() {
		fmt.Fprintf(&b, "- benefit: b%02d\n  name: 待遇%d\n  says: 测量用的待遇\n  of: person\n  pays: month\n  begins: next\n  basis: \"1\"\n  shares: [{ payer: city, part: 2 }, { payer: county, part: 8 }]\n  when:\n", i, i+1)
		for _, w := range r.when {
			fmt.Fprintf(&b, "    - { says: 条件, when: '%s', basis: \"1\" }\n", w)
		}
		amount := r.amount
		if i == 0 {
			amount = fmt.Sprintf("yuan_per_month(%d)", 30+raise)
		}
		fmt.Fprintf(&b, "  amount: { says: 金额, is: '%s', basis: \"1\" }\n", amount)
		fmt.Fprintf(&runs, "benefit/b%02d, ", i)
	}
	return pack.Load(fstest.MapFS{
		"a/document.yaml":   {Data: []byte("document: bench\nnumber: 甲〔2026〕1号\ntitle: 测量\nissuer: 市\nissued: \"2010-01-05\"\napplies: { place: \"4112\", from: \"2010-02-01\" }\n")},
		"a/clauses.yaml":    {Data: []byte("- { id: \"1\", at: 一, gist: 待遇, runs: [" + strings.TrimSuffix(runs.String(), ", ") + "] }\n")},
		"a/offices.yaml":    {Data: []byte("offices:\n  - { id: desk, name: 窗口, serves: [desk], basis: \"1\" }\n")},
		"a/benefits/b.yaml": {Data: []byte(b.String())},
	}, pack.Options{})
}
