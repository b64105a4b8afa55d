package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"linli/internal/app"
	"linli/internal/db"
	"linli/internal/exchange"
	"linli/internal/place"
	"linli/internal/staff"
)

// PersonsOptions say how Persons measures.
type PersonsOptions struct {
	DB       string // "sqlite", or the address of a PostgreSQL server on which databases may be made
	Persons  int
	Progress func(string)
}

// A PersonsReport is what Persons found.
type PersonsReport struct {
	DB      string                 `json:"db"`
	Persons int                    `json:"persons"`
	Seconds float64                `json:"seconds"`
	PerSec  float64                `json:"persons_per_s"`
	CPU     float64                `json:"cpu_seconds"` // of the process, both processors together
	PerCPU  float64                `json:"persons_per_cpu_s"`
	Last    float64                `json:"last_tenth_per_s"` // the register is largest then
	LastCPU float64                `json:"last_tenth_per_cpu_s"`
	Again   float64                `json:"again_per_s"` // the same table once more: everybody is found
	Memory  float64                `json:"memory_mb"`
	Size    float64                `json:"database_mb"`
	Result  exchange.PersonSummary `json:"result"`
}

// Persons measures the import of a table of invented persons into an empty register: with the look for duplicates, seven facts each.
func Persons(ctx context.Context, o PersonsOptions) (r PersonsReport, err error) {
	dir, err := os.MkdirTemp("", "linli-bench-")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := newServer(ctx, o.DB)
	if err != nil {
		return r, err
	}
	r = PersonsReport{DB: "sqlite", Persons: o.Persons}
	options := app.Options{Data: filepath.Join(dir, "linli")}
	if s != nil {
		url, drop, err := s.create(ctx, "persons")
		if err != nil {
			return r, err
		}
		defer drop()
		r.DB, options.DB = "postgres", url
	}
	c, err := found(ctx, options, 1)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	table := filepath.Join(dir, "persons.csv")
	if err := personTable(table, c.Places.Tree(), o.Persons); err != nil {
		return r, err
	}
	return r, r.measure(ctx, c.App, table, o)
}

func (r *PersonsReport) measure(ctx context.Context, a *app.App, table string, o PersonsOptions) error {
	began, cpu := time.Now(), processorTime()
	last, lastCPU, lastRead := began, cpu, 0
	im := &exchange.PersonImport{DB: a.DB, People: a.People, Words: a.People.Words(), By: staff.Actor{Login: "bench", Grants: []staff.Grant{{Role: staff.Desk}}}}
	im.Progress = func(s exchange.PersonSummary) error {
		if s.Read < o.Persons*9/10 {
			last, lastCPU, lastRead = time.Now(), processorTime(), s.Read
		}
		if o.Progress != nil {
			o.Progress(fmt.Sprintf("已导入 %d / %d，每秒 %.0f 人", s.Read, o.Persons, float64(s.Read)/time.Since(began).Seconds()))
		}
		return nil
	}
	var err error
	if r.Result, err = im.Run(ctx, table); err != nil {
		return err
	}
	rate := func(persons int, seconds float64) float64 { return float64(int(float64(persons) / seconds)) }
	r.Seconds, r.CPU = round(time.Since(began).Seconds()), round(processorTime()-cpu)
	r.PerSec, r.PerCPU = rate(o.Persons, r.Seconds), rate(o.Persons, r.CPU)
	r.Last, r.LastCPU = rate(r.Result.Read-lastRead, time.Since(last).Seconds()), rate(r.Result.Read-lastRead, processorTime()-lastCPU)
	began = time.Now()
	im.Progress = nil
	if _, err := im.Run(ctx, table); err != nil {
		return err
	}
	r.Again = float64(int(float64(o.Persons) / time.Since(began).Seconds()))
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return err
	}
	r.Memory = round(float64(use.Maxrss) / 1024)
	return a.DB.Read(ctx, func(tx *db.Tx) error {
		bytes, err := tx.Size()
		r.Size = round(float64(bytes) / (1 << 20))
		return err
	})
}

// processorTime is what the process has used so far, in seconds.
func processorTime() float64 {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano()).Seconds()
}

const (
	surnames = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
	givens   = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国文红辉力志永健世广义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞彬富顺信子"
)

// personTable writes an invented table: names drawn as names are, days of birth over eighty years, every number valid and beginning with 99.
func personTable(name string, tree *place.Tree, n int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	var homes []string
	for _, p := range tree.Subtree("") {
		if len(tree.Children(p.Code)) == 0 {
			homes = append(homes, p.Code)
		}
	}
	family, given := []rune(surnames), []rune(givens)
	fmt.Fprintln(w, "姓名,身份证号,联系电话,区划,居住地址,民族,文化程度")
	for i := range n { // by community, as a city puts its table together
		x := uint64(i)*0x9e3779b97f4a7c15 + 12345
		at := func(bits, of int) int { return int(x >> bits % uint64(of)) }
		day := time.Date(1940, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i%29000)
		person := string(family[at(3, len(family))]) + string(given[at(11, len(given))])
		if i%5 > 0 {
			person += string(given[at(23, len(given))])
		}
		fmt.Fprintf(w, "%s,%s,1%010d,%s,新建路%d号院%d号楼%d单元%d,汉族,%s\n", person, benchNumber(day, i/29000), 3900000000+i, homes[i*len(homes)/n],
			1+at(37, 300), 1+at(41, 20), 1+at(45, 4), 101+at(47, 20)*100, []string{"初中", "高中或中专", "本科", "小学"}[i%4])
	}
	return errors.Join(w.Flush(), f.Close())
}

// benchNumber is an invented ID number: area 99, the day, a serial number, the check digit.
func benchNumber(day time.Time, serial int) string {
	s := "9900" + fmt.Sprintf("%02d", serial/1000) + day.Format("20060102") + strconv.Itoa(1000 + serial%1000)[1:]
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(s[i]-'0')
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}
