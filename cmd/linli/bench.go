package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"linli/internal/bench"
)

func measure(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		switch args[0] {
		case "cases":
			return measureCases(args[1:], stdout, stderr)
		case "queues":
			return measureQueues(args[1:], stdout, stderr)
		case "grid":
			return measureGrid(args[1:], stdout, stderr)
		case "benefits":
			return measureBenefits(args[1:], stdout, stderr)
		case "payrun":
			return measurePayrun(args[1:], stdout, stderr)
		case "register":
			if len(args) > 1 && args[1] == "import" {
				return measurePersons(args[2:], stdout, stderr)
			}
			return measureRegister(args[1:], stdout, stderr)
		}
	}
	fmt.Fprint(stderr, "用法：linli bench cases、linli bench queues、linli bench grid、linli bench benefits、linli bench payrun、linli bench register 或 linli bench register import，后加选项\n")
	return 2
}

func measureCases(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("bench cases", flag.ContinueOnError)
	o := bench.CasesOptions{Progress: say(stderr)}
	f.StringVar(&o.DB, "db", "sqlite", "sqlite，或可以新建数据库的 postgres://…")
	f.IntVar(&o.Clients, "clients", 8, "同时办理的客户端")
	f.IntVar(&o.Seconds, "seconds", 10, "每一方的秒数")
	asJSON := f.Bool("json", false, "以 JSON 输出")
	if code, done := parse(f, args, stderr); done {
		return code
	}
	ctx, stop := until()
	defer stop()
	r, err := bench.Cases(ctx, o)
	if err != nil {
		return failed(stderr, "测量中断", err)
	}
	if *asJSON {
		return printed(stdout, stderr, r)
	}
	fmt.Fprintf(stdout, "%s，%d 个客户端，各 %d 秒；每件 %d 行\n", r.DB, r.Clients, r.Seconds, r.Load.Total())
	fmt.Fprintf(stdout, "%-10s %10s %10s %10s\n", "", "件/秒", "p50 毫秒", "p99 毫秒")
	line := func(name string, x bench.Rate) {
		fmt.Fprintf(stdout, "%-10s %10.1f %10.2f %10.2f\n", name, x.Cases, x.P50, x.P99)
	}
	line("linli", r.Linli)
	line("floor", r.Floor)
	if r.Single != nil {
		line("single", *r.Single)
	}
	for _, s := range r.Linli.Steps {
		fmt.Fprintf(stdout, "  %-8s %10d %10.2f %10.2f\n", s.Verb, s.N, s.P50, s.P99)
	}
	fmt.Fprintf(stdout, "比值 %.2f", r.Ratio)
	if r.Single != nil {
		fmt.Fprintf(stdout, "；成组提交是逐步提交的 %.2f 倍", r.Grouped)
	}
	fmt.Fprintln(stdout)
	return 0
}

func printed(stdout, stderr io.Writer, v any) int {
	if err := json.NewEncoder(stdout).Encode(v); err != nil {
		return failed(stderr, "无法输出", err)
	}
	return 0
}

// say shows how far a long measurement is, on one line.
func say(w io.Writer) func(string) {
	return func(what string) { fmt.Fprintf(w, "\r\x1b[K%s", what) }
}

func measureQueues(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("bench queues", flag.ContinueOnError)
	o := bench.QueuesOptions{Progress: say(stderr)}
	f.StringVar(&o.DB, "db", "sqlite", "sqlite，或可以新建数据库的 postgres://…")
	f.StringVar(&o.Data, "data", "", "保留数据的目录；已经写入过的不再写入")
	f.IntVar(&o.Cases, "cases", 1_000_000, "办件数")
	f.IntVar(&o.Rounds, "rounds", 300, "每个问题问几次")
	asJSON := f.Bool("json", false, "以 JSON 输出")
	if code, done := parse(f, args, stderr); done {
		return code
	}
	ctx, stop := until()
	defer stop()
	var err error
	if o.Program, err = os.Executable(); err != nil {
		return failed(stderr, "找不到程序自身", err)
	}
	r, err := bench.Queues(ctx, o)
	if err != nil {
		return failed(stderr, "测量中断", err)
	}
	if *asJSON {
		return printed(stdout, stderr, r)
	}
	fmt.Fprintf(stdout, "%s，%d 件（未办结 %d），%d 个区划\n", r.DB, r.Cases, r.Open, r.Places)
	fmt.Fprintf(stdout, "%-38s %-10s %6s %9s %9s %9s\n", "", "", "行", "p50 毫秒", "p95 毫秒", "p99 毫秒")
	for _, a := range r.Answers {
		fmt.Fprintf(stdout, "%-38s %-10s %6d %9.2f %9.2f %9.2f\n", a.Question, a.Actor, a.Rows, a.P50, a.P95, a.P99)
	}
	fmt.Fprintf(stdout, "启动到可用 %.0f 毫秒，空闲内存 %.0f MB\n", r.Ready, r.Memory)
	return 0
}

func measureGrid(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("bench grid", flag.ContinueOnError)
	o := bench.GridOptions{Progress: say(stderr)}
	f.StringVar(&o.DB, "db", "sqlite", "sqlite，或可以新建数据库的 postgres://…")
	f.StringVar(&o.Data, "data", "", "保留数据的目录；已经写入过的不再写入")
	f.IntVar(&o.Events, "events", 1_000_000, "有位置的办件数")
	f.IntVar(&o.Rounds, "rounds", 300, "每个问题问几次")
	f.IntVar(&o.Workers, "workers", 100, "同时上报的网格员")
	f.IntVar(&o.Seconds, "seconds", 10, "上报多少秒")
	f.IntVar(&o.Queue, "queue", 200, "离线队列里的上报数，各带一张照片")
	asJSON := f.Bool("json", false, "以 JSON 输出")
	if code, done := parse(f, args, stderr); done {
		return code
	}
	ctx, stop := until()
	defer stop()
	r, err := bench.Grid(ctx, o)
	if err != nil {
		return failed(stderr, "测量中断", err)
	}
	if *asJSON {
		return printed(stdout, stderr, r)
	}
	fmt.Fprintf(stdout, "\n%s，%d 件，%d 个网格，%d 个部件\n定位一个点 %.1f 微秒\n", r.DB, r.Events, r.Grids, r.Fixtures, r.Located)
	fmt.Fprintf(stdout, "%-38s %6s %9s %9s %9s\n", "", "行", "p50 毫秒", "p95 毫秒", "p99 毫秒")
	for _, a := range r.Answers {
		fmt.Fprintf(stdout, "%-38s %6d %9.2f %9.2f %9.2f\n", a.Question, a.Rows, a.P50, a.P95, a.P99)
	}
	fmt.Fprintf(stdout, "地图第一次读入 %.0f 毫秒，%.0f MB；一个月（%d 件）第一次评价 %.0f 毫秒\n", r.Loaded, r.Memory, r.Cases, r.Month)
	w := r.Reports
	fmt.Fprintf(stdout, "%d 人上报：%24s %9s %9s %9s %9s\n", w.Workers, "件/秒", "p50 毫秒", "p95 毫秒", "p99 毫秒", "处理器毫秒")
	for _, p := range []struct {
		name string
		bench.Pace
	}{{"一件接一件，不停", w.Storm}, {fmt.Sprintf("每人每五秒一件，另有 %d 件待办", w.Waiting), w.Beside}, {"每人每五秒一件", w.Calm}} {
		fmt.Fprintf(stdout, "  %-34s %9.1f %9.1f %9.1f %9.1f %9.2f\n", p.name, p.PerSec, p.P50, p.P95, p.P99, p.Work)
	}
	fmt.Fprintf(stdout, "  待办的每秒办理 %.0f 件\n", w.Worked)
	fmt.Fprintf(stdout, "离线队列 %d 件、%.1f MB，2 Mbit/s 上 %.0f 秒（线路本身要 %.0f 秒），发送两遍，收件箱里 %d 件，成为 %d 件办件\n", r.Offline.Reports, float64(r.Offline.Bytes)/1e6, r.Offline.Seconds, r.Offline.Link, r.Offline.Stored, r.Offline.Cases)
	return 0
}

func measurePersons(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("bench register import", flag.ContinueOnError)
	o := bench.PersonsOptions{Progress: say(stderr)}
	f.StringVar(&o.DB, "db", "sqlite", "sqlite，或可以新建数据库的 postgres://…")
	f.IntVar(&o.Persons, "persons", 100_000, "人数")
	asJSON := f.Bool("json", false, "以 JSON 输出")
	if code, done := parse(f, args, stderr); done {
		return code
	}
	ctx, stop := until()
	defer stop()
	r, err := bench.Persons(ctx, o)
	if err != nil {
		return failed(stderr, "测量中断", err)
	}
	if *asJSON {
		return printed(stdout, stderr, r)
	}
	fmt.Fprintf(stdout, "\n%s，%d 人：%.1f 秒，每秒 %.0f 人（最后十分之一每秒 %.0f 人）；每处理器秒 %.0f 人（最后十分之一 %.0f 人）；同一张表再导入每秒 %.0f 人\n", r.DB, r.Persons, r.Seconds, r.PerSec, r.Last, r.PerCPU, r.LastCPU, r.Again)
	fmt.Fprintf(stdout, "内存 %.0f MB，数据库 %.0f MB；新增 %d，疑似重复 %d，拒收 %d\n", r.Memory, r.Size, r.Result.Added, r.Result.Likely, r.Result.Rejected)
	return 0
}

func measureRegister(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("bench register", flag.ContinueOnError)
	o := bench.RegisterOptions{Progress: say(stderr)}
	f.StringVar(&o.DB, "db", "sqlite", "sqlite，或可以新建数据库的 postgres://…")
	f.StringVar(&o.Data, "data", "", "保留数据的目录（SQLite）；已经写入过的不再写入")
	f.IntVar(&o.Persons, "persons", 1_200_000, "人数")
	f.IntVar(&o.Rounds, "rounds", 300, "每个问题问几次")
	asJSON := f.Bool("json", false, "以 JSON 输出")
	if code, done := parse(f, args, stderr); done {
		return code
	}
	ctx, stop := until()
	defer stop()
	r, err := bench.Register(ctx, o)
	if err != nil {
		return failed(stderr, "测量中断", err)
	}
	if *asJSON {
		return printed(stdout, stderr, r)
	}
	fmt.Fprintf(stdout, "\n%s，%d 人，写入 %.0f 秒\n", r.DB, r.Persons, r.Filled)
	fmt.Fprintf(stdout, "%-42s %6s %9s %9s %9s\n", "", "行", "p50 毫秒", "p95 毫秒", "p99 毫秒")
	for _, a := range r.Answers {
		fmt.Fprintf(stdout, "%-42s %6d %9.2f %9.2f %9.2f\n", a.Question, a.Rows, a.P50, a.P95, a.P99)
	}
	fmt.Fprintf(stdout, "按过去某日问的，是当前的 %.2f 倍\n", r.AsOf)
	return 0
}

func measureBenefits(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("bench benefits", flag.ContinueOnError)
	o := bench.BenefitsOptions{Progress: say(stderr)}
	f.StringVar(&o.DB, "db", "sqlite", "sqlite，或可以新建数据库的 postgres://…")
	f.IntVar(&o.Persons, "persons", 1_200_000, "人数")
	f.IntVar(&o.Rounds, "rounds", 300, "单独改动一项事实几次")
	asJSON := f.Bool("json", false, "以 JSON 输出")
	if code, done := parse(f, args, stderr); done {
		return code
	}
	ctx, stop := until()
	defer stop()
	r, err := bench.Benefits(ctx, o)
	if err != nil {
		return failed(stderr, "测量中断", err)
	}
	if *asJSON {
		return printed(stdout, stderr, r)
	}
	fmt.Fprintf(stdout, "\n%s，%d 人，%d 项待遇；写入 %.0f 秒，读入名册 %.1f 秒，列 %.0f MB，堆 %.0f MB，进程最多 %.0f MB\n", r.DB, r.Persons, r.Benefits, r.Filled, r.Loaded, r.Columns, r.Heap, r.Memory)
	fmt.Fprintf(stdout, "问所有人 %.2f 秒，每秒 %.0f 次；手写的函数 %.2f 秒，比值 %.2f，结论相同 %v\n", r.Asked, r.PerSec, r.Plain, r.Ratio, r.Same)
	fmt.Fprintf(stdout, "第一次写下结论 %.1f 秒（%d 条），再算一遍 %.1f 秒，一项金额提高后 %.1f 秒（%d 条）\n", r.First, r.Written, r.Again, r.Raised, r.Rewritten)
	fmt.Fprintf(stdout, "一份改了一个数的草案，对所有人测算 %.2f 秒（%d 人增加）\n", r.Simulated, r.Winners)
	fmt.Fprintf(stdout, "一项事实变动后，有关的人重算全部待遇并写下：p50 %.2f、p95 %.2f、p99 %.2f 毫秒\n", r.One.P50, r.One.P95, r.One.P99)
	return 0
}

func measurePayrun(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("bench payrun", flag.ContinueOnError)
	o := bench.PayrunOptions{Progress: say(stderr)}
	f.StringVar(&o.DB, "db", "sqlite", "sqlite，或可以新建数据库的 postgres://…")
	f.IntVar(&o.Lines, "lines", 200_000, "发放明细条数")
	asJSON := f.Bool("json", false, "以 JSON 输出")
	if code, done := parse(f, args, stderr); done {
		return code
	}
	ctx, stop := until()
	defer stop()
	r, err := bench.Payrun(ctx, o)
	if err != nil {
		return failed(stderr, "测量中断", err)
	}
	if *asJSON {
		return printed(stdout, stderr, r)
	}
	fmt.Fprintf(stdout, "\n%s，%d 条明细\n核算 %.1f 秒，复核 %.1f，记账 %.1f，银行文件 %.1f，回盘 %.1f；合计 %.1f 秒，用处理器 %.1f 秒（重新核对账目 %.1f 秒）\n",
		r.DB, r.Lines, r.Reckon, r.Approve, r.Post, r.Send, r.Back, r.Total, r.CPU, r.Verify)
	return 0
}
