package pack

import (
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/rule"
)

// A Document (文件) is the government document that a pack carries out.
type Document struct {
	ID         string // as citations name it, "sm12-69"
	Number     string // 文号
	Title      string
	Issuer     string
	Issued     civil.Date // also the date of this edition of the text
	Place      string     // code of the place it applies to, with everything below it
	From       civil.Date // first day in force
	Until      civil.Date // last day in force; zero: open
	Supersedes []string
	Note       string
}

// A Disposition (落实方式) is what becomes of a clause.
type Disposition string

// The dispositions.
const (
	Runs    Disposition = "runs"    // 程序执行: elements of the pack carry it out
	Human   Disposition = "human"   // 人工履行: people do it, the program at most keeps the trace
	Out     Disposition = "out"     // 不在范围
	Planned Disposition = "planned" // 待建: a part of the program that does not exist yet
)

// A Clause (条款) is one numbered place of the document with its disposition.
type Clause struct {
	Cite        law.Clause
	At          string // where it stands in the document, "四（四）"
	Gist        string // in our own words
	Disposition Disposition
	Elements    []string // of Runs; see Elsewhere
	Why         string   // of the others
	Restricted  bool     // touches a label on persons or the like: only those with the right to see it
	Place       rule.At
}

// Elsewhere splits what a clause is run by: "pz15-10:flow/service" is the element flow/service of the document pz15-10,
// which is the ground of what is done; this clause only asks for the same. An element of the clause's own document has
// no document before it.
func Elsewhere(id string) (document, element string) {
	if before, after, found := strings.Cut(id, ":"); found {
		return before, after
	}
	return "", id
}

// An Office (机构岗位) is a unit or post that the document names, such as 市长办公室.
type Office struct {
	ID     string
	Name   string
	Within string // id of the office it belongs to
	Serves []flow.Role
	Basis  []law.Clause
}

// A Post (职务) is a rung of the ladder of leaders that cases are presented to.
type Post struct {
	ID    string
	Name  string
	Rank  int // the higher, the higher
	Basis []law.Clause
}

// An Element (要素) is anything in a pack that can carry out a clause, such as "flow/mailbox#clock.ordinary".
type Element struct {
	ID    string
	Name  string // in the words of the pack
	Basis []law.Clause
	Place rule.At
	Text  string // as the file has it, in one line: two versions differ exactly when this does
}

// Cites reports whether the element names the clause as its basis.
func (e Element) Cites(c law.Clause) bool { return slices.Contains(e.Basis, c) }
