package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"linli/internal/app"
	"linli/internal/db"
	"linli/internal/fixture"
	"linli/internal/geo"
	"linli/internal/grid"
	"linli/internal/place"
	"linli/internal/place/survey"
	"linli/internal/staff"
)

// importGrids is `linli import grids FILE`: places with their outlines, or what would become of them.
func importGrids(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("import grids", flag.ContinueOnError)
	var w where
	w.flags(f)
	datum := f.String("datum", "", "文件的坐标系：wgs84 或 gcj02")
	level := f.String("level", grid.Level, "没有写明层级的要素是哪一`层级`的区划")
	basis := f.String("basis", "", "依据的`文件`号")
	size := f.Float64("size", 0, "本市网格大约多少`平方米`，相差较大的给出提示；缺省不提示")
	least := f.Float64("least", 100, "多少`平方米`以上的重叠和空白才报")
	pictures := f.String("pictures", "", "把标出问题的图（SVG）写进这个`目录`")
	trial := f.Bool("dry-run", false, "只试运行，不写入")
	file, code, done := fileFirst(f, args, stderr)
	if done {
		return code
	}
	in, err := os.Open(file)
	if err != nil {
		return failed(stderr, "无法读取边界文件", err)
	}
	defer in.Close()
	list, err := survey.Read(in, geo.Datum(*datum))
	if err != nil {
		return failed(stderr, "边界文件有误", err)
	}
	ctx, stop := until()
	defer stop()
	a, err := app.Open(ctx, app.Options{Data: w.data, DB: w.db, Quiet: true})
	if err != nil {
		return failed(stderr, "无法打开数据目录 "+w.data, err)
	}
	defer a.Close()
	var verdicts []survey.Verdict
	var reports []survey.Report
	run := a.DB.Write
	if *trial {
		run = a.DB.Read
	}
	err = run(ctx, func(tx *db.Tx) (err error) {
		verdicts, reports, err = survey.Import(tx, place.Change{By: staff.ViaCommand, Basis: *basis}, list, *level, survey.Options{Size: *size, Least: *least}, *trial)
		if err == nil && !*trial {
			err = fixture.Follow(tx)
		}
		return err
	})
	if err != nil {
		return failed(stderr, "导入中断，什么也没有写入", err)
	}
	tellVerdicts(stdout, verdicts, *trial)
	if err := tellFindings(stdout, reports, *pictures); err != nil {
		return failed(stderr, "写不出图", err)
	}
	return 0
}

func tellVerdicts(out io.Writer, verdicts []survey.Verdict, trial bool) {
	n := map[string]int{}
	for _, v := range verdicts {
		n[v.Fate]++
		if v.Fate == survey.Refused {
			fmt.Fprintf(out, "第 %d 个要素 %s %s 拒收：%s\n", v.Nth, v.Code, v.Name, v.Why.Message())
		}
	}
	what := "读"
	if trial {
		what = "试运行，没有写入：读"
	}
	fmt.Fprintf(out, "%s %d 个要素 = 新增 %d + 更新 %d + 已有 %d + 拒收 %d\n", what, len(verdicts), n[survey.Added], n[survey.Changed], n[survey.Same], n[survey.Refused])
}

func tellFindings(out io.Writer, reports []survey.Report, dir string) error {
	n := 0
	for _, r := range reports {
		for _, x := range r.Findings {
			n++
			format, args := x.Words()
			fmt.Fprintf(out, "%d. "+format+"\n", append([]any{n}, args...)...)
			if dir == "" || x.Picture == "" {
				continue
			}
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d-%s.svg", n, x.Kind)), []byte(x.Picture), 0o644); err != nil {
				return err
			}
		}
		if len(r.Findings) > 0 {
			fmt.Fprintf(out, "（以 %.0f 米见方的格子察看，比这更窄的不报）\n", r.Side)
		}
	}
	if n == 0 {
		fmt.Fprintln(out, "没有发现自交、重叠和空白")
	}
	return nil
}

// importFixtures is `linli import fixtures FILE`: a table of fixtures, or what would become of it.
func importFixtures(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("import fixtures", flag.ContinueOnError)
	var w where
	w.flags(f)
	datum := f.String("datum", "", "表里经纬度的坐标系：wgs84 或 gcj02；有“坐标系”一列的可以不写")
	trial := f.Bool("dry-run", false, "只试运行，不写入")
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
	by := staff.Actor{Login: staff.ViaCommand, Name: "命令行", Via: staff.ViaCommand}
	im := &fixture.Import{DB: a.DB, Fixtures: a.Fixtures, By: by, Datum: geo.Datum(*datum), Trial: *trial, Each: func(v fixture.Verdict) {
		if v.Fate != fixture.Refused {
			return
		}
		var why error
		for _, x := range v.Why {
			why = errors.Join(why, errors.New(x.Message()))
		}
		fmt.Fprintf(stderr, "第 %d 行拒收：%v\n", v.Line, why)
	}}
	s, err := im.Run(ctx, file)
	if err != nil {
		return failed(stderr, "导入中断，再运行一次即可接着导入", err)
	}
	what := map[bool]string{true: "试运行，没有写入："}[*trial]
	fmt.Fprintf(stdout, "%s读 %d 行 = 新增 %d + 更新 %d + 已有 %d + 拒收 %d\n", what, s.Rows, s.Added, s.Changed, s.Same, s.Refused)
	return 0
}
