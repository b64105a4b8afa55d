package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"time"

	"linli/internal/app"
	"linli/internal/db"
	"linli/internal/staff"
	"linli/internal/web/admin"
	"linli/internal/web/session"
)

// open opens the city that the flags name, for a command that may run beside its server.
func (w *where) open(stderr io.Writer) (*app.App, func(), error) {
	ctx, stop := until()
	a, err := app.Open(ctx, app.Options{Data: w.data, DB: w.db, Beside: true})
	if err != nil {
		stop()
		return nil, nil, err
	}
	return a, func() {
		if err := a.Close(); err != nil {
			fmt.Fprintln(stderr, "linli: 关闭数据库：", err)
		}
		stop()
	}, nil
}

func token(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("token", flag.ContinueOnError)
	var w where
	w.flags(f)
	account := f.String("account", "", "账号的登录名")
	days := f.Int("days", 30, "有效天数")
	if code, done := parse(f, args, stderr); done {
		return code
	}
	a, done, err := w.open(stderr)
	if err != nil {
		return failed(stderr, "无法打开数据目录 "+w.data, err)
	}
	defer done()
	ctx, stop := until()
	defer stop()
	var plain string
	err = a.DB.Write(ctx, func(tx *db.Tx) error {
		who, err := staff.AccountByLogin(tx, *account)
		if err != nil {
			return err
		}
		by := staff.Actor{Account: who.ID, Login: who.Login, Name: who.Name, Via: staff.ViaCommand}
		plain, _, err = session.NewToken(tx, by, who.ID, "命令行", []string{session.AllScopes}, tx.Now().Add(time.Duration(*days)*24*time.Hour))
		return err
	})
	if err != nil {
		return failed(stderr, "无法为账号 "+*account+" 发放令牌", err)
	}
	fmt.Fprintln(stdout, plain)
	return 0
}

func verify(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("verify", flag.ContinueOnError)
	var w where
	w.flags(f)
	asJSON := f.Bool("json", false, "以 JSON 输出")
	if code, done := parse(f, args, stderr); done {
		return code
	}
	a, done, err := w.open(stderr)
	if err != nil {
		return failed(stderr, "无法打开数据目录 "+w.data, err)
	}
	defer done()
	ctx, stop := until()
	defer stop()
	found, err := a.Examine(ctx, func(n, total int64) { fmt.Fprintf(stderr, "\r已核验 %d / %d", n, total) })
	fmt.Fprintln(stderr)
	if err != nil {
		return failed(stderr, "核验中断", err)
	}
	if *asJSON {
		err = json.NewEncoder(stdout).Encode(found)
	} else {
		err = printVerdict(stdout, found)
	}
	switch {
	case err != nil:
		return failed(stderr, "无法输出", err)
	case !found.OK():
		return 1
	}
	return 0
}

// printVerdict writes what a verification found, and each thing that is wrong on a line of its own.
func printVerdict(w io.Writer, v admin.Verdict) error {
	b := bufio.NewWriter(w)
	for _, r := range v.Logs {
		fmt.Fprintf(b, "%s：%d 条记录，%d 个检查点，复算 %d 件，不符 %d 处\n", r.City, r.Entries, r.Checkpoints, r.Witnessed, r.Wrong)
		for _, x := range r.Findings {
			fmt.Fprintf(b, "  第 %d 条 %s：%s\n", x.Position, x.Subject, x.Why)
		}
	}
	fmt.Fprintf(b, "登记密钥：缺少 %d 个\n", len(v.Keys))
	for _, k := range v.Keys {
		fmt.Fprintf(b, "  %s\n", k)
	}
	fmt.Fprintf(b, "附件：丢失或改变 %d 个\n", len(v.Files))
	for _, f := range v.Files {
		what := "内容改变"
		if f.Missing {
			what = "丢失"
		}
		fmt.Fprintf(b, "  %s %s\n", f.Hash, what)
	}
	fmt.Fprintf(b, "账簿和发放：不符 %d 处\n", len(v.Books))
	for _, w := range v.Books {
		fmt.Fprintf(b, "  %s\n", w)
	}
	return b.Flush()
}

func backup(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("backup", flag.ContinueOnError)
	var w where
	w.flags(f)
	file, code, done := fileFirst(f, args, stderr)
	if done {
		return code
	}
	a, end, err := w.open(stderr)
	if err != nil {
		return failed(stderr, "无法打开数据目录 "+w.data, err)
	}
	defer end()
	ctx, stop := until()
	defer stop()
	if err := a.Backup(ctx, file); err != nil {
		return failed(stderr, "备份失败", err)
	}
	fmt.Fprintln(stdout, "已备份到", file)
	return 0
}

func restore(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("restore", flag.ContinueOnError)
	var w where
	w.flags(f)
	file, code, done := fileFirst(f, args, stderr)
	if done {
		return code
	}
	ctx, stop := until()
	defer stop()
	if err := app.Restore(ctx, file, w.data); err != nil {
		return failed(stderr, "恢复失败", err)
	}
	fmt.Fprintln(stdout, "已恢复到", w.data)
	return 0
}

// fileFirst parses arguments with one file name, before the flags or after them.
func fileFirst(f *flag.FlagSet, args []string, stderr io.Writer) (file string, code int, done bool) {
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		file, args = args[0], args[1:]
	}
	if code, done := parse(f, args, stderr); done {
		return "", code, true
	}
	if file == "" {
		file = f.Arg(0)
	}
	if file == "" {
		fmt.Fprintf(stderr, "linli %s: 缺少文件名\n", f.Name())
		return "", 2, true
	}
	return file, 0, false
}
