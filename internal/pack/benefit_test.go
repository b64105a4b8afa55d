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

func benefitPack(t *testing.T, benefits string) (*pack.Index, error) {
	t.Helper()
	return pack.Load(fstest.MapFS{
		"a/document.yaml":   {Data: []byte("document: d1\nnumber: 甲〔2026〕1号\ntitle: 办法\nissuer: 甲市\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n")},
		"a/clauses.yaml":    {Data: []byte("- { id: \"1\", at: 一, gist: 待遇, runs: [benefit/old] }\n")},
		"a/offices.yaml":    {Data: []byte("offices: []\n")},
		"a/params.yaml":     {Data: []byte("most:\n  kind: money\n  label: 最多\n  values: [{ from: \"2026-01-01\", is: 100 yuan/month }, { from: \"2026-07-01\", is: 120 yuan/month }]\n  basis: \"1\"\n")},
		"a/benefits/b.yaml": {Data: []byte(benefits)},
	}, pack.Options{})
}

const old = `- benefit: old
  name: 高龄补贴
  says: 八十周岁以上
  of: person
  pays: month
  when: [{ says: 八十周岁以上, when: age >= 80 }]
  table:
    - { says: 百岁以上, when: age >= 100, is: yuan_per_month(300) }
    - { says: 其他, is: yuan_per_month(age) }
  adjust: [{ says: 独居加一成, when: alone, is: sum * 1.1 }]
  cap: { says: 最多, is: $most }
  round: { to: jiao, way: down }
  begins: next
  basis: "1"
`

// A formula answers with every step, keeps to its cap, and what is not known is named.
func TestAFormulaShowsItsSum(t *testing.T) {
	ix, err := benefitPack(t, old)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(on string, facts rule.Facts) pack.Reckoned {
		return ix.Benefit("d1:old", "", civil.MustDate(on)).Ask(facts)
	}
	for _, c := range []struct {
		on    string
		facts rule.Facts
		want  string
	}{
		{"2026-03-01", rule.Facts{"age": 79, "alone": true}, "no"},
		{"2026-03-01", rule.Facts{"age": 83, "alone": true}, "91.3元/月"},
		{"2026-03-01", rule.Facts{"age": 83, "alone": false}, "83元/月"},
		{"2026-03-01", rule.Facts{"age": 101, "alone": false}, "100元/月"},
		{"2026-08-01", rule.Facts{"age": 101, "alone": false}, "120元/月"},
		{"2026-03-01", rule.Facts{"age": 83}, "needs alone"},
		{"2026-03-01", rule.Facts{"alone": true}, "needs age"},
	} {
		got := ask(c.on, c.facts)
		said := map[rule.Verdict]string{rule.Yes: got.Sum.String(), rule.No: "no", rule.Needs: "needs " + strings.Join(got.Needs, " ")}[got.Value]
		if said != c.want || len(got.Steps) == 0 || got.Err != nil {
			t.Errorf("%s %v: %s (%v), want %s", c.on, c.facts, said, got.Err, c.want)
		}
	}
}

// What cannot be right is told when the pack is read.
func TestBenefitsAreChecked(t *testing.T) {
	for name, c := range map[string]struct{ was, is, says string }{
		"sum of another period": {"is: $most", "is: yuan(3)", "此处应为元/月"},
		"unknown fact":          {"age >= 80", "ages >= 80", "ages"},
		"gives way to itself":   {"basis: \"1\"\n", "basis: \"1\"\n  yields: [other]\n" + strings.NewReplacer("benefit: old", "benefit: other", "name: 高龄补贴", "name: 另一项").Replace(old) + "  yields: [old]\n", "绕了一圈"},
		"whole period by day":   {"begins: next", "begins: day", "起止不能是 day"},
		"no amount":             {"  table:\n", "  tables:\n", "tables"},
		"found without an item": {"pays: month", "pays: month\n  finds: yes", "须写明由哪个事项"},
		"dies of nothing":       {"pays: month", "pays: month\n  ends: next", "ends 只能是"},
		"unknown payer":         {"begins: next", "begins: next\n  shares: [{ payer: neighbour, part: 1 }]", "neighbour"},
	} {
		_, err := benefitPack(t, strings.Replace(old, c.was, c.is, 1))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Shares come to the sum, to the fen, and no payer's part is off by a fen or more.
func TestSharesComeToTheSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := &pack.Benefit{}
		var total int64
		weights := rapid.SliceOfN(rapid.Int64Range(0, 50), 1, 5).Draw(t, "weights")
		weights[0]++
		for i, w := range weights {
			b.Shares = append(b.Shares, pack.BenefitShare{Payer: pack.Payers[i].Value, Weight: rule.Int(w)})
			total += w
		}
		sum := rapid.Int64Range(0, 1_000_000_000).Draw(t, "sum")
		parts, err := b.Split(money.Fen(sum))
		if err != nil {
			t.Fatal(err)
		}
		var all money.Fen
		for i, w := range weights {
			part := parts[pack.Payers[i].Value]
			all += part
			if off := int64(part)*total - sum*w; off >= total || off <= -total {
				t.Fatalf("part %d of %d at %d/%d", part, sum, w, total)
			}
		}
		if int64(all) != sum {
			t.Fatalf("%v of %d", parts, sum)
		}
	})
}

// What is paid by days comes, over the periods that a stretch covers whole, to whole periods; a period outside it to nothing.
func TestDueByDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := &pack.Benefit{Part: "days"}
		b.Per = rapid.SampledFrom([]rule.Period{rule.Month, rule.Quarter, rule.Year}).Draw(t, "per")
		from := civil.MustDate("2023-01-01").AddDays(rapid.IntRange(0, 1500).Draw(t, "from"))
		until := from.AddDays(rapid.IntRange(0, 800).Draw(t, "days"))
		fen := money.Fen(rapid.Int64Range(1, 100_000_000).Draw(t, "fen"))
		list := []pack.Stretch{{From: from, Until: until, Fen: fen}}
		split := from.AddDays(rapid.IntRange(0, until.Sub(from)).Draw(t, "split"))
		two := []pack.Stretch{{From: from, Until: split, Fen: fen}, {From: split.AddDays(1), Until: until, Fen: fen}}
		for day := from.AddDays(-400); day.Before(until.AddDays(400)); day = day.AddDays(29) {
			_, p := pack.PeriodOf(b.Per, day)
			due, err := b.Due(list, day)
			again, err2 := b.Due(two, day)
			if err != nil || err2 != nil || due != again {
				t.Fatalf("%v %v, split %v %v", due, err, again, err2)
			}
			whole, none := !from.After(p.From) && !until.Before(p.To), from.After(p.To) || until.Before(p.From)
			if whole && due != fen || none && due != 0 || !whole && !none && due > fen {
				t.Fatalf("period %v of %v to %v: %v of %v", p, from, until, due, fen)
			}
		}
	})
}
