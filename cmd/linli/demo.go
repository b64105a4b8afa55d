package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"linli/internal/app"
	"linli/internal/demo"
	"linli/internal/web/account"
)

// demoCity is `linli demo`: it builds the demonstration city and ends.
func demoCity(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("demo", flag.ContinueOnError)
	var w where
	w.flags(f)
	var o demo.Options
	f.IntVar(&o.Scale, "scale", demo.DefaultScale, fmt.Sprintf("居民`人数`，%d 为上限", demo.MaxScale))
	f.IntVar(&o.Cases, "cases", 0, fmt.Sprintf("两年的办件`数`；0 为居民人数的 1.2 倍，最多 %d", demo.MaxCases))
	f.Int64Var(&o.Seed, "seed", 1, "随机数`种子`：同一种子建出同一座城市")
	asJSON := f.Bool("json", false, "以 JSON 输出结果")
	if code, done := parse(f, args, stderr); done {
		return code
	}
	ctx, stop := until()
	defer stop()
	s, err := buildDemo(ctx, w, o, stderr)
	if err != nil {
		return failed(stderr, "演示城市没有建成", err)
	}
	if *asJSON {
		if err := json.NewEncoder(stdout).Encode(s); err != nil {
			return failed(stderr, "无法输出", err)
		}
		return 0
	}
	if s.Added == 0 {
		fmt.Fprint(stdout, "演示城市早已建好，没有新增。")
	}
	fmt.Fprintf(stdout, "区划 %d，单位 %d，账号 %d，居民 %d，办件 %d，步骤 %d\n", s.Places, s.Units, s.Accounts, s.Residents, s.Cases, s.Steps)
	return 0
}

// buildDemo opens the data folder, builds the city in it and closes it again.
func buildDemo(ctx context.Context, w where, o demo.Options, stderr io.Writer) (s demo.Summary, err error) {
	if err := demo.Settle(w.data); err != nil {
		return s, err
	}
	a, err := app.Open(ctx, app.Options{Data: w.data, DB: w.db})
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	o.DB, o.Packs, o.People, o.Progress = a.DB, a.Catalog.Index, a.People, progressTo(stderr)
	return demo.Build(ctx, o)
}

// progressTo shows on one line what is being built and how far it is.
func progressTo(w io.Writer) func(what string, done, total int) {
	began, last := time.Now(), time.Time{}
	return func(what string, done, total int) {
		if done < total && time.Since(last) < 100*time.Millisecond {
			return
		}
		last = time.Now()
		fmt.Fprintf(w, "\r建演示城市：%s %d / %d，%.0f 秒    ", what, done, total, time.Since(began).Seconds())
		if done >= total {
			fmt.Fprintln(w)
		}
	}
}

// demoAccounts are those that the login page of a demonstration city offers.
func demoAccounts() []account.Demo {
	var list []account.Demo
	for _, a := range demo.Accounts() {
		list = append(list, account.Demo{Login: a.Login, Password: demo.Password, Name: a.Role, Try: a.Try})
	}
	return list
}

// printAccounts lists them for whoever started the program.
func printAccounts(w io.Writer) {
	fmt.Fprintf(w, "演示账号（密码都是 %s，只在演示城市里有效）：\n", demo.Password)
	for _, a := range demo.Accounts() {
		fmt.Fprintf(w, "  %-14s %s\n", a.Login, a.Try)
	}
}
