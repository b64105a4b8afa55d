package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"linli/internal/app"
	"linli/internal/demo"
	"linli/internal/fault"
	"linli/internal/web/account"
	"linli/internal/web/ui"
)

// where is the place a city is kept: the flags that every command on one shares.
type where struct {
	data, db string
}

func (w *where) flags(f *flag.FlagSet) {
	f.StringVar(&w.data, "data", "data", "数据目录")
	f.StringVar(&w.db, "db", "sqlite", "数据库：sqlite 或 postgres://…")
}

// parse reads the flags of a command. done is true when there is nothing more to do, with the exit code.
func parse(f *flag.FlagSet, args []string, stderr io.Writer) (code int, done bool) {
	f.SetOutput(stderr)
	switch err := f.Parse(args); {
	case err == flag.ErrHelp:
		return 0, true
	case err != nil:
		return 2, true
	}
	return 0, false
}

// failed prints why a command could not do its work: of a fault its sentence, of anything else all that is known.
func failed(stderr io.Writer, doing string, err error) int {
	f := fault.As(err)
	if f == nil || f.Kind == fault.KindInternal {
		fmt.Fprintf(stderr, "linli: %s：%v\n", doing, err)
		return 1
	}
	fmt.Fprintf(stderr, "linli: %s：%s\n", doing, f.Message())
	if len(f.Fields) > 1 {
		for _, x := range f.Fields {
			fmt.Fprintf(stderr, "  %s：%s\n", x.Field, x.Message())
		}
	}
	return 1
}

// until returns a context that ends with SIGTERM or an interrupt.
func until() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
}

func serve(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("serve", flag.ContinueOnError)
	var w where
	w.flags(f)
	addr := f.String("addr", "127.0.0.1:8080", "监听地址")
	withDemo := f.Bool("demo", false, "数据目录为空时先建演示城市，并在登录页列出演示账号")
	if code, done := parse(f, args, stderr); done {
		return code
	}
	ctx, stop := until()
	defer stop()
	var offered []account.Demo
	if *withDemo {
		if _, err := buildDemo(ctx, w, demo.Options{}, stderr); err != nil {
			return failed(stderr, "演示城市没有建成", err)
		}
		offered = demoAccounts()
		printAccounts(stderr)
	}
	a, err := app.Open(ctx, app.Options{Data: w.data, DB: w.db})
	if err != nil {
		return failed(stderr, "无法打开数据目录 "+w.data, err)
	}
	defer a.Close()
	site := ui.Site{City: a.CityName(), Hotline: "12345", Demo: *withDemo}
	err = a.Serve(ctx, *addr, a.Handler(site, offered...), func(url string) { fmt.Fprintln(stdout, "ready", url) })
	if err != nil {
		return failed(stderr, "服务中断", err)
	}
	return 0
}
