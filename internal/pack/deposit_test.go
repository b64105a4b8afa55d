package pack_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"linli/internal/civil"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/rule"
)

const kept = `- deposit: bond
  name: 保证金
  says: 开矿的先存
  of: organisation
  pays: once
  handles: safety
  approves: money
  fund: bond
  when: [{ says: 企业, when: 'kind == "enterprise"' }]
  amount: { says: 每人一千元, is: yuan(1000.0) * number(employees) }
  assessed-by:
    - { says: 人多的, when: employees > 100, level: city, basis: "1" }
    - { says: 其他, level: county, basis: "1" }
  kept-by: [{ says: 都在市里, level: city, basis: "1" }]
  exempt: [{ says: 存过了, when: 'held == "city"' }]
  group: { sum: members, cap: { says: 封顶, is: yuan(500000.0) } }
  pay: { within: 1mo, basis: "1" }
  top-up: { within: 10d, basis: "1" }
  instalments: { first: { says: 一半, is: sum * 0.5 }, within: 6mo, most: 3, basis: "1" }
  guarantee: { bond: { says: 两成, is: sum * 0.2 }, guarantor: { says: 登记了的, when: 'registration == "registered"' }, basis: "1" }
  interest: { says: 活期, is: sum * 0.0036 * number(days) / 360.0 }
  draw: { costs: [{ id: rescue, name: 抢险, basis: "1" }], own-first: yes, basis: "1" }
  review: { by: 03-31, large: { says: 变动大, when: change >= 0.05 }, basis: "1" }
  exit: { reasons: [closed=关闭, moved=迁走], basis: "1" }
  flows: { assess: f, draw: f, exit: f, breach: f }
  basis: "1"
`

func depositPack(deposits string) (*pack.Index, error) {
	return pack.Load(fstest.MapFS{
		"a/document.yaml":   {Data: []byte("document: d1\nnumber: 甲〔2026〕1号\ntitle: 办法\nissuer: 甲市\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n")},
		"a/clauses.yaml":    {Data: []byte("- { id: \"1\", at: 一, gist: 保证金, runs: [deposit/bond] }\n")},
		"a/offices.yaml":    {Data: []byte("offices: [{ id: safety, name: 安监, serves: [desk], basis: \"1\" }, { id: money, name: 财政, serves: [lead], basis: \"1\" }]\n")},
		"a/forms/f.yaml":    {Data: []byte("- { form: f, title: 单, basis: \"1\", fields: [{ name: a, label: 企业, kind: text }] }\n")},
		"a/flows/f.yaml":    {Data: []byte("- { flow: f, name: 办, form: f, number: \"A-{year}-{seq:4}\", basis: \"1\", offices: { desk: safety, dispatcher: safety, lead: money } }\n")},
		"a/deposits/d.yaml": {Data: []byte(deposits)},
	}, pack.Options{})
}

func bondOf(t testing.TB) *pack.Deposit {
	t.Helper()
	ix, err := depositPack(kept)
	if err != nil {
		t.Fatal(err)
	}
	return ix.Deposit("d1:bond", "", civil.MustDate("2026-03-01"))
}

// What a deposit says of an organisation is told with its reasons; what is missing is named.
func TestADepositSaysWhoAssessesAndKeeps(t *testing.T) {
	d := bondOf(t)
	for staff, level := range map[int]string{100: "county", 101: "city"} {
		r, err := d.AssessedBy(rule.Facts{"employees": staff})
		if err != nil || r.Level != level {
			t.Errorf("%d: %v %v, want %s", staff, r, err, level)
		}
	}
	if _, err := d.AssessedBy(rule.Facts{}); err == nil || !strings.Contains(err.Error(), "从业人数") {
		t.Errorf("unknown staff: %v", err)
	}
	if d.Exempt(rule.Facts{"held": "city"}) == nil || d.Exempt(rule.Facts{"held": "none"}) != nil || d.Exempt(rule.Facts{}) != nil {
		t.Error("exempt is whom the exemption holds of for certain, and nobody else")
	}
	if d.Review.By(2026) != civil.MustDate("2027-03-31") {
		t.Errorf("reviewed by %s", d.Review.By(2026))
	}
}

// What cannot be right is told when the pack is read.
func TestDepositsAreChecked(t *testing.T) {
	for name, c := range map[string]struct{ was, is, says string }{
		"paid monthly":      {"pays: once", "pays: month", "pays 应为 once"},
		"one office":        {"approves: money", "approves: safety", "应是两个机构"},
		"no office":         {"approves: money", "approves: bank", "没有机构 bank"},
		"level":             {"level: city, basis: \"1\" }]", "level: town, basis: \"1\" }]", "level 只能是"},
		"no flow":           {"draw: f", "draw: g", "没有流程 g"},
		"term of hours":     {"within: 10d", "within: 10h", "以天、工作日或月计"},
		"no day":            {"by: 03-31", "by: 02-30", "应写成月和日"},
		"unknown sum":       {"sum: members", "sum: some", "sum 只能是"},
		"sum of no amount":  {"is: sum * 0.5", "is: employees", "元"},
		"change of a route": {"when: employees > 100", "when: changes > 100", "changes"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(kept, c.was) {
				t.Fatalf("%q is not there to be changed", c.was)
			}
			_, err := depositPack(strings.Replace(kept, c.was, c.is, 1))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %q", err, c.says)
			}
		})
	}
}

// A group never pays more than its cap, nor less than its head alone up to the cap.
func TestAGroupKeepsToItsCap(t *testing.T) {
	d := bondOf(t)
	most := money.Fen(50_000_000)
	rapid.Check(t, func(t *rapid.T) {
		own := money.Fen(rapid.Int64Range(0, 100_000_000).Draw(t, "own"))
		var members []money.Fen
		all := own
		for range rapid.IntRange(0, 5).Draw(t, "members") {
			m := money.Fen(rapid.Int64Range(0, 100_000_000).Draw(t, "member"))
			members, all = append(members, m), all+m
		}
		got, capped, err := d.GroupSum(own, members)
		if err != nil || got != min(all, most) || capped != (all > most) {
			t.Fatalf("%d with %v: %d, %v, %v", own, members, got, capped, err)
		}
	})
}

// Parts that are agreed to sum to the sum, begin with half of it, and end within half a year.
func TestPartsSumToTheSum(t *testing.T) {
	d := bondOf(t)
	from := civil.MustDate("2026-03-02")
	rapid.Check(t, func(t *rapid.T) {
		sum := money.Fen(rapid.Int64Range(1, 1_000_000).Draw(t, "sum"))
		var parts []pack.DepositPart
		all, day := money.Fen(0), from
		for range rapid.IntRange(1, 4).Draw(t, "parts") {
			p := pack.DepositPart{Due: day, Fen: money.Fen(rapid.Int64Range(0, int64(sum)).Draw(t, "part"))}
			parts, all, day = append(parts, p), all+p.Fen, day.AddDays(rapid.IntRange(0, 120).Draw(t, "days"))
		}
		if rapid.Bool().Draw(t, "fits") && all < sum {
			parts[len(parts)-1].Fen += sum - all
			all = sum
		}
		if d.Agreeable(sum, from, parts) != nil {
			return
		}
		if all != sum || 2*parts[0].Fen < sum || parts[len(parts)-1].Due.After(from.AddMonths(6)) || len(parts) > 3 {
			t.Fatalf("agreed to %v of %d", parts, sum)
		}
	})
}
