// Command linli is the whole program: server, demo city, packs, import, backup and the small tools beside them.
package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

// A command is one word after linli. It returns the exit code: 0 done, 1 failed, 2 wrongly called.
type command struct {
	name, help string
	run        func(args []string, stdin io.Reader, stdout, stderr io.Writer) int
}

// commands are listed in the order in which the help shows them.
var commands = []command{
	{"serve", "启动服务（--demo 先建演示城市）", serve},
	{"demo", "建演示城市：demo --data 目录 [--scale 居民数] [--seed 种子]", demoCity},
	{"import", "导入：import places 区划表，import appeals 来源表，import register 人员表，import grids 边界文件，import fixtures 部件表", importing},
	{"account", "建立首个管理员账号，显示一次性密码", newAdmin},
	{"token", "为账号发放接口令牌", token},
	{"verify", "核验日志未被改动", verify},
	{"backup", "备份整座城市到一个文件", backup},
	{"restore", "从备份恢复到空的数据目录", restore},
	{"bench", "测量：bench cases、bench queues、bench register、bench register import", measure},
	{"deadline", "计算期限：起算时间加期限，给出截止时间和理由", deadline},
	{"pack", "政策包：新建、检查、试算、对照条款、比较版本", packCommand},
}

// garbage is how far the heap may grow before it is collected, in percent of what lives in it: most of it, the packs, lives as long
// as the program, and what requests leave behind is little beside the page caches of the database. GOGC overrides it.
const garbage = 200

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		usage(stderr)
		return 2
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(args[1:], stdin, stdout, stderr)
		}
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		usage(stdout)
		return 0
	}
	fmt.Fprintf(stderr, "linli: 没有命令 %q\n\n", args[0])
	usage(stderr)
	return 2
}

func usage(w io.Writer) {
	fmt.Fprintf(w, "用法：linli 命令 [选项]（linli 命令 -h 列出选项）\n\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.help)
	}
}
