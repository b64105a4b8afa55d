package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"linli/internal/app"
	"linli/internal/exchange"
	"linli/internal/staff"
)

// importRegister is `linli import register FILE`: a table of persons into the register, or what would become of it.
func importRegister(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("import register", flag.ContinueOnError)
	var w where
	w.flags(f)
	mapFile := f.String("map", "", "列对照`文件`（YAML）；缺省按列名")
	place := f.String("place", "", "没有写明区划的行归入的区划`代码`")
	sheet := f.String("sheet", "", "工作簿里的工作表`名`；缺省为第一张")
	trial := f.Bool("dry-run", false, "只试运行，不写入登记")
	asJSON := f.Bool("json", false, "以 JSON 输出结果")
	file, code, done := fileFirst(f, args, stderr)
	if done {
		return code
	}
	ctx, stop := until()
	defer stop()
	a, err := app.Open(ctx, app.Options{Data: w.data, DB: w.db, Quiet: true})
	if err != nil {
		return failed(stderr, "无法打开数据目录 "+w.data, err)
	}
	defer a.Close()
	var m exchange.PersonMap
	if *mapFile != "" {
		text, err := os.ReadFile(*mapFile)
		if err == nil {
			m, err = exchange.ReadPersonMap(*mapFile, text, a.People.Words())
		}
		if err != nil {
			return failed(stderr, "列对照文件有误", err)
		}
	}
	if *place != "" {
		m.Place = *place
	}
	if *sheet != "" {
		m.Sheet = *sheet
	}
	by := staff.Actor{Login: staff.ViaCommand, Name: "命令行", Via: staff.ViaCommand, Grants: []staff.Grant{{Role: staff.Desk}}}
	im := &exchange.PersonImport{DB: a.DB, People: a.People, Words: a.People.Words(), Map: m, By: by, Trial: *trial}
	return runRegister(ctx, im, file, *asJSON, stdout, stderr)
}

// importedPersons is the result for scripts.
type importedPersons struct {
	exchange.PersonSummary
	Rejects string  `json:"rejects,omitempty"`
	Seconds float64 `json:"seconds"`
	PerSec  float64 `json:"rows_per_s"` // of this run
}

func runRegister(ctx context.Context, im *exchange.PersonImport, file string, asJSON bool, stdout, stderr io.Writer) int {
	began := time.Now()
	rate := func(s exchange.PersonSummary) float64 {
		return float64(s.Read-s.Resumed) / max(time.Since(began).Seconds(), 0.001)
	}
	im.Progress = func(s exchange.PersonSummary) error {
		fmt.Fprintf(stderr, "\r已读 %d / %d 行，新增 %d，更新 %d，冲突 %d，疑似重复 %d，拒收 %d，每秒 %.0f 行  ", s.Read, max(s.Rows, s.Read), s.Added, s.Changed, s.Conflicts, s.Likely, s.Rejected, rate(s))
		return nil
	}
	s, err := im.Run(ctx, file)
	if s.Read > 0 {
		fmt.Fprintln(stderr)
	}
	if err != nil {
		if s.Read > 0 {
			fmt.Fprintf(stderr, "已办完 %d 行，再运行一次即可接着导入\n", s.Read)
		}
		return failed(stderr, "导入中断", err)
	}
	out := importedPersons{PersonSummary: s, Seconds: time.Since(began).Seconds(), PerSec: rate(s)}
	if !im.Trial {
		if out.Rejects, err = exchange.RejectsBeside(ctx, im.DB, file, im.Map, s.Run); err != nil {
			return failed(stderr, "写不出拒收的行", err)
		}
	}
	if asJSON {
		if err := json.NewEncoder(stdout).Encode(out); err != nil {
			return failed(stderr, "无法输出", err)
		}
		return 0
	}
	what := "读"
	if im.Trial {
		what = "试运行，没有写入：读"
	}
	fmt.Fprintf(stdout, "%s %d 行 = 新增 %d + 更新 %d + 已有 %d + 冲突 %d + 疑似重复 %d + 拒收 %d\n", what, s.Read, s.Added, s.Changed, s.Present, s.Conflicts, s.Likely, s.Rejected)
	for _, n := range s.Notes {
		fmt.Fprintln(stdout, n)
	}
	if out.Rejects != "" {
		fmt.Fprintf(stdout, "冲突和拒收的行及原因写在 %s，改好后可再导入\n", out.Rejects)
	}
	return 0
}
