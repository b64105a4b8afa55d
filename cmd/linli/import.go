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
)

// importing is `linli import` with what is brought in: places, appeals, register, grids or fixtures.
func importing(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "places" {
		return importPlaces(args[1:], stdout, stderr)
	}
	if len(args) > 0 && args[0] == "grids" {
		return importGrids(args[1:], stdout, stderr)
	}
	if len(args) > 0 && args[0] == "fixtures" {
		return importFixtures(args[1:], stdout, stderr)
	}
	if len(args) > 0 && args[0] == "register" {
		return importRegister(args[1:], stdout, stderr)
	}
	if len(args) == 0 || args[0] != "appeals" {
		fmt.Fprintln(stderr, "用法：linli import places 区划表 --data 目录\n　　　linli import appeals 文件 [--map 对照文件] --data 目录\n　　　linli import register 人员表 [--map 对照文件] [--dry-run] --data 目录\n　　　linli import grids 边界文件 --datum wgs84|gcj02 [--dry-run] [--pictures 目录] --data 目录\n　　　linli import fixtures 部件表 --datum wgs84|gcj02 [--dry-run] --data 目录\n表格可以是 CSV（UTF-8、UTF-16、GB18030，可用 gzip 压缩）或 XLSX")
		return 2
	}
	f := flag.NewFlagSet("import appeals", flag.ContinueOnError)
	var w where
	w.flags(f)
	mapFile := f.String("map", "", "列对照`文件`（YAML）；缺省按 留言编号、留言主题、留言时间、留言详情、答复意见、答复时间 等列名")
	flow := f.String("flow", "mailbox", "由哪个流程受理")
	place := f.String("place", "", "没有写明地点的行归入的区划`代码`；缺省为全市")
	asJSON := f.Bool("json", false, "以 JSON 输出结果")
	file, code, done := fileFirst(f, args[1:], stderr)
	if done {
		return code
	}
	m, err := mapping(*mapFile)
	if err != nil {
		return failed(stderr, "列对照文件有误", err)
	}
	ctx, stop := until()
	defer stop()
	a, err := app.Open(ctx, app.Options{Data: w.data, DB: w.db, Quiet: true})
	if err != nil {
		return failed(stderr, "无法打开数据目录 "+w.data, err)
	}
	defer a.Close()
	im := &exchange.Import{DB: a.DB, Cases: a.Cases, Mapping: m, Flow: *flow, Place: *place}
	return runImport(ctx, im, file, *asJSON, stdout, stderr)
}

func mapping(file string) (exchange.Mapping, error) {
	if file == "" {
		return exchange.DefaultMapping(), nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return exchange.Mapping{}, err
	}
	return exchange.ReadMapping(file, text)
}

// imported is the result for scripts.
type imported struct {
	exchange.Summary
	Seconds float64 `json:"seconds"`
	PerSec  float64 `json:"rows_per_s"` // of this run
}

func runImport(ctx context.Context, im *exchange.Import, file string, asJSON bool, stdout, stderr io.Writer) int {
	began := time.Now()
	rate := func(s exchange.Summary) imported {
		took := time.Since(began).Seconds()
		return imported{s, took, float64(s.Read-s.Resumed) / max(took, 0.001)}
	}
	im.Progress = func(s exchange.Summary) {
		fmt.Fprintf(stderr, "\r已读 %d / %d 行，导入 %d，已有 %d，拒收 %d，每秒 %.0f 行  ", s.Read, max(s.Rows, s.Read), s.Imported, s.Present, s.Rejected, rate(s).PerSec)
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
	if asJSON {
		if err := json.NewEncoder(stdout).Encode(rate(s)); err != nil {
			return failed(stderr, "无法输出", err)
		}
		return 0
	}
	fmt.Fprintf(stdout, "读 %d 行 = 导入 %d（其中已答复办结 %d）+ 已有 %d + 拒收 %d\n", s.Read, s.Imported, s.Replied, s.Present, s.Rejected)
	if s.Rejects != "" {
		fmt.Fprintf(stdout, "拒收的行和原因写在 %s，改好后可再导入\n", s.Rejects)
	}
	return 0
}
