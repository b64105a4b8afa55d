// Command report prints the lengths of files, functions and packages and the depth of imports, with their budgets.
// With -terms it prints instead the rows that GLOSSARY.md lacks.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"linli/internal/arch"
)

func main() {
	terms := flag.Bool("terms", false, "print the rows that GLOSSARY.md lacks, and nothing else")
	flag.Parse()
	tree, err := arch.Load(os.DirFS("."))
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
	if *terms {
		for _, row := range arch.MissingTerms(tree) {
			fmt.Println(row)
		}
		return
	}
	measure(arch.Take(tree))
}

func measure(m arch.Measure) {
	fmt.Printf("%d packages, %d files, %d lines; %d lines of tests; generated files left out\n", len(m.Packages), len(m.Files), m.Lines, m.TestLines)
	budget("file, p95", arch.P95(m.Files), arch.FileLines, m.Files)
	budget("function, p95", arch.P95(m.Functions), arch.FunctionLines, m.Functions)
	longest := 0
	if len(m.Packages) > 0 {
		longest = m.Packages[0].Lines
	}
	budget("package, longest", longest, arch.PackageLines, m.Packages)
	fmt.Printf("%-18s %5d of %d%s\n    %s\n", "import depth", m.Depth, arch.ImportDepth, mark(m.Depth, arch.ImportDepth), strings.Join(m.Chain, " → "))
}

// budget prints one line, and the five longest below it.
func budget(name string, is, limit int, list []arch.Length) {
	fmt.Printf("%-18s %5d of %d%s\n", name, is, limit, mark(is, limit))
	for i, l := range list {
		if i == 5 || l.Lines*2 < limit {
			break
		}
		fmt.Printf("    %5d  %s\n", l.Lines, l.Name)
	}
}

func mark(is, limit int) string {
	if is > limit {
		return "  OVER: say why in the commit"
	}
	return ""
}
