package search_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/search"
)

// common are words of cases, the first far more frequent than the last.
var common = strings.Fields("反映 小区 路灯 噪音 物业 停车 垃圾 井盖 漏水 施工 供暖 电梯 绿化 消防 公交 学校 医保 社保 拆迁 补偿 占道 油烟 宠物 排水 道路 裂缝 危房 信号 快递 充电")

// BenchmarkFind fills LINLI_BENCH_DOCS documents (300,000 if unset) of about 60 characters and asks for words of every
// frequency as people of every rank do. It reports the time by which 95 of 100 queries had their answer.
func BenchmarkFind(b *testing.B) {
	docs := 300_000
	if n, err := strconv.Atoi(os.Getenv("LINLI_BENCH_DOCS")); err == nil {
		docs = n
	}
	b.Run("sqlite", func(b *testing.B) { benchFind(b, dbtest.SQLite(b, search.Migrations), docs) })
	b.Run("postgres", func(b *testing.B) { benchFind(b, dbtest.Postgres(b, search.Migrations), docs) })
}

func text(r *rand.Rand) string {
	var s strings.Builder
	for s.Len() < 3*60 {
		if r.IntN(4) == 0 {
			i := int(float64(len(common)) * r.Float64() * r.Float64() * r.Float64())
			s.WriteString(common[i])
		} else { // characters of natural language repeat: a few hundred make most of a text
			s.WriteRune(rune(0x4E00 + int(2500*r.Float64()*r.Float64())))
		}
	}
	return s.String()
}

// labels of a case: city, one of 7 counties, 81 streets, 1400 communities, and a unit.
func labels(r *rand.Rand) []string {
	community := r.IntN(1400)
	return []string{"p:4112", fmt.Sprintf("p:4112%02d", community%7), fmt.Sprintf("p:4112%02d%03d", community%7, community%81),
		fmt.Sprintf("p:c%d", community), fmt.Sprintf("u:%d", r.IntN(60))}
}

func benchFind(b *testing.B, d *db.DB, docs int) {
	r := rand.New(rand.NewPCG(1, 2))
	began := time.Now()
	const batch = 2000
	for done := 0; done < docs; done += batch {
		dbtest.Write(b, d, func(tx *db.Tx) error {
			for range batch {
				if err := search.Put(tx, "case", db.NewID(), text(r), labels(r)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	b.Logf("%d documents in %.1fs", docs, time.Since(began).Seconds())
	if d.Engine() == db.PostgreSQL { // as autovacuum would
		dbtest.Write(b, d, func(tx *db.Tx) error { return tx.Exec(`analyze search_doc`) })
	}
	for rank, mine := range map[string]func() []string{
		"city":      func() []string { return []string{"p:4112"} },
		"county":    func() []string { return []string{fmt.Sprintf("p:4112%02d", r.IntN(7))} },
		"community": func() []string { return []string{fmt.Sprintf("p:c%d", r.IntN(1400))} },
		"unit":      func() []string { return []string{fmt.Sprintf("u:%d", r.IntN(60)), fmt.Sprintf("p:c%d", r.IntN(1400))} },
	} {
		for kind, word := range map[string]func() string{
			"frequent": func() string { return common[r.IntN(3)] },
			"middle":   func() string { return common[3+r.IntN(12)] },
			"seldom":   func() string { return common[15+r.IntN(15)] },
			"rare":     func() string { t := []rune(text(r)); return string(t[3:5]) },
			"two":      func() string { return common[r.IntN(30)] + " " + common[r.IntN(30)] },
			"one":      func() string { return string([]rune(common[r.IntN(30)])[:1]) },
		} {
			b.Run(rank+"/"+kind, func(b *testing.B) {
				var took []time.Duration
				found := 0
				for b.Loop() {
					q := search.Query{Kind: "case", Words: word(), AnyLabel: mine()}
					t := time.Now()
					found += len(find(b, d, q))
					took = append(took, time.Since(t))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
				b.ReportMetric(float64(found)/float64(len(took)), "found/op")
			})
		}
	}
}
