package main

import (
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"os"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/staff"
)

// importPlaces is `linli import places FILE`: the first thing a new city does, and later each new edition of the table.
func importPlaces(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("import places", flag.ContinueOnError)
	var w where
	w.flags(f)
	file, code, done := fileFirst(f, args, stderr)
	if done {
		return code
	}
	in, err := os.Open(file)
	if err != nil {
		return failed(stderr, "无法打开区划表", err)
	}
	defer in.Close()
	table, err := place.Parse(in)
	if err != nil {
		return failed(stderr, "区划表 "+file+" 有误", err)
	}
	a, end, err := w.open(stderr)
	if err != nil {
		return failed(stderr, "无法打开数据目录 "+w.data, err)
	}
	defer end()
	ctx, stop := until()
	defer stop()
	var r place.Report
	err = a.DB.Write(ctx, func(tx *db.Tx) (err error) {
		r, err = place.Import(tx, place.Change{By: staff.ViaCommand}, table, place.Chinese)
		return err
	})
	if err != nil {
		return failed(stderr, "导入区划失败", err)
	}
	fmt.Fprintf(stdout, "新增 %d，更名 %d，调整隶属 %d，不变 %d，有误 %d 行\n", r.Added, r.Renamed, r.Moved, r.Same, len(r.Bad))
	for _, b := range r.Bad {
		fmt.Fprintf(stdout, "  第 %d 行：%s\n", b.Line, b.Why.Message())
	}
	if len(r.Bad) > 0 {
		return 1
	}
	return 0
}

// newAdmin is `linli account`: makes the first administrator of a city, whose one-time password is shown once.
func newAdmin(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("account", flag.ContinueOnError)
	var w where
	w.flags(f)
	login := f.String("login", "admin", "登录名")
	name := f.String("name", "系统管理员", "姓名")
	if code, done := parse(f, args, stderr); done {
		return code
	}
	a, end, err := w.open(stderr)
	if err != nil {
		return failed(stderr, "无法打开数据目录 "+w.data, err)
	}
	defer end()
	ctx, stop := until()
	defer stop()
	plain := rand.Text()
	password, err := staff.NewPassword(ctx, *login, plain)
	if err != nil {
		return failed(stderr, "无法生成密码", err)
	}
	err = a.DB.Write(ctx, func(tx *db.Tx) error {
		by := staff.Actor{Login: staff.ViaCommand, Via: staff.ViaCommand}
		who, err := staff.Create(tx, by, staff.Account{Login: *login, Name: *name, MustChange: true}, password)
		if err != nil {
			return err
		}
		return staff.Allow(tx, by, who.ID, staff.Admin, "", "")
	})
	if fault.KindOf(err) == fault.KindConflict && err != nil {
		return failed(stderr, "账号 "+*login+" 已存在", err)
	}
	if err != nil {
		return failed(stderr, "无法建立账号", err)
	}
	fmt.Fprintf(stdout, "管理员 %s，一次性密码 %s（只显示这一次，首次登录后须更改）\n", *login, plain)
	return 0
}
