package proof

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"linli/internal/pack"
	"linli/internal/rule"
)

func itoa(i int) string { return strconv.Itoa(i) }

// A Status (落实情况) is what becomes of one row of a table of obligations.
type Status string

// The statuses. Each row has exactly one.
const (
	Executed   Status = "executed"     // elements run it, and examples that pass exercise each of them
	HumanDuty  Status = "human_duty"   // people do it, with a written reason
	OutOfScope Status = "out_of_scope" // left out, with a written reason
	Planned    Status = "planned"      // waits for a part of the program, with a written reason
	Untraced   Status = "untraced"     // no pack says anything, or what it says is not shown to work
)

// A Row (义务) is one row of a table of obligations and what becomes of it.
type Row struct {
	ID         string   `json:"id"`
	Clause     string   `json:"clause"`
	Obligation string   `json:"obligation"`
	Status     Status   `json:"status"`
	Elements   []string `json:"elements,omitempty"`
	Why        string   `json:"why,omitempty"`
}

// A Count is how many rows have each status.
type Count struct {
	Rows       int `json:"rows"`
	Executed   int `json:"executed"`
	HumanDuty  int `json:"human_duty"`
	OutOfScope int `json:"out_of_scope"`
	Planned    int `json:"planned"`
	Untraced   int `json:"untraced"`
}

func (c *Count) add(s Status) {
	c.Rows++
	switch s {
	case Executed:
		c.Executed++
	case HumanDuty:
		c.HumanDuty++
	case OutOfScope:
		c.OutOfScope++
	case Planned:
		c.Planned++
	default:
		c.Untraced++
	}
}

func (c *Count) plus(d Count) {
	c.Rows += d.Rows
	c.Executed += d.Executed
	c.HumanDuty += d.HumanDuty
	c.OutOfScope += d.OutOfScope
	c.Planned += d.Planned
	c.Untraced += d.Untraced
}

// A DocumentTrace is one table: what becomes of the obligations of one document.
type DocumentTrace struct {
	ID string `json:"id"`
	Count
	Details []Row `json:"-"`
}

// A Trace (条款落实) is what becomes of every row of every table.
type Trace struct {
	Documents []DocumentTrace `json:"documents"`
	Total     Count           `json:"total"`
}

// TraceTables reads every *.csv of a folder, one file a document, and says what becomes of each row. A row "sm12-69-4.4b"
// of sm12-69.csv is about the clause 4.4b of the document sm12-69. A table without the column obligation is read too: what
// its rows say is then what the pack says of the clause.
func TraceTables(ix *pack.Index, results []*Result, tables fs.FS) (*Trace, error) {
	names, err := fs.Glob(tables, "*.csv")
	if err != nil || len(names) == 0 {
		return nil, errors.Join(err, errors.New("没有找到义务表（*.csv）"))
	}
	t := &Trace{}
	for _, name := range names {
		d := DocumentTrace{ID: strings.TrimSuffix(path.Base(name), ".csv")}
		rows, err := readTable(tables, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		j := judgeFor(ix.Pack(d.ID, ""), results)
		for _, row := range rows {
			j.judge(&row, strings.TrimPrefix(row.ID, d.ID+"-"))
			d.add(row.Status)
			d.Details = append(d.Details, row)
		}
		t.Total.plus(d.Count)
		t.Documents = append(t.Documents, d)
	}
	return t, nil
}

func readTable(tables fs.FS, name string) ([]Row, error) {
	f, err := tables.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("read heading: %w", err)
	}
	id, clause, what := slices.Index(head, "id"), slices.Index(head, "clause"), slices.Index(head, "obligation")
	if id < 0 || clause < 0 {
		return nil, errors.New("表头须有 id、clause，可以有 obligation")
	}
	var rows []Row
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		row := Row{ID: rec[id], Clause: rec[clause]}
		if what >= 0 {
			row.Obligation = rec[what]
		}
		rows = append(rows, row)
	}
}

// judging holds what examples have shown, of a pack and of those that clauses of it point to.
type judging struct {
	pack  *pack.Pack
	shown map[*pack.Pack]map[string]bool // elements exercised by an example that passed
}

func judgeFor(p *pack.Pack, results []*Result) judging {
	return judging{pack: p, shown: touched(results, (*Result).Passed)}
}

// touched are the elements that examples exercised, by pack.
func touched(results []*Result, counts func(*Result) bool) map[*pack.Pack]map[string]bool {
	all := map[*pack.Pack]map[string]bool{}
	for _, r := range results {
		if all[r.Pack] == nil {
			all[r.Pack] = map[string]bool{}
		}
		if counts(r) {
			maps.Copy(all[r.Pack], r.Touched)
		}
	}
	return all
}

// home finds the pack that an element of a clause of p stands in, among those that have examples.
func home(p *pack.Pack, shown map[*pack.Pack]map[string]bool, id string) (*pack.Pack, string) {
	document, element := pack.Elsewhere(id)
	if document == "" {
		return p, element
	}
	for other := range shown {
		if other.Document.ID == document {
			return other, element
		}
	}
	return nil, element
}

func (j judging) judge(row *Row, id string) {
	row.Status = Untraced
	if j.pack == nil {
		row.Why = "没有政策包"
		return
	}
	c := j.pack.Clause(id)
	if c == nil {
		row.Why = "政策包没有这一条"
		return
	}
	row.Why, row.Elements = c.Why, c.Elements
	if row.Obligation == "" {
		row.Obligation = c.Gist
	}
	switch c.Disposition {
	case pack.Human:
		row.Status = HumanDuty
	case pack.Out:
		row.Status = OutOfScope
	case pack.Planned:
		row.Status = Planned
	case pack.Runs:
		if missing := j.missing(c); len(missing) > 0 {
			row.Why = "没有通过的示例用到：" + strings.Join(missing, "、")
			return
		}
		row.Status = Executed
	}
}

// missing lists the elements of a clause that no passing example exercised.
func (j judging) missing(c *pack.Clause) []string {
	var list []string
	for _, id := range c.Elements {
		p, element := home(j.pack, j.shown, id)
		if p == nil {
			list = append(list, id)
			continue
		}
		e, ok := p.Element(element)
		if !ok || p == j.pack && !e.Cites(c.Cite) || !j.shown[p][element] {
			list = append(list, id)
		}
	}
	return list
}

// Unreached lists, where their clauses stand, the elements that clauses are said to run by and no example exercises.
func Unreached(ix *pack.Index, results []*Result) rule.Problems {
	var list rule.Problems
	shown := touched(results, func(*Result) bool { return true })
	for _, p := range ix.Packs() {
		for _, c := range p.Clauses {
			for _, id := range c.Elements {
				if in, element := home(p, shown, id); !shown[in][element] {
					list.Addf(c.Place, "条款 %s 由 %s 落实，但没有示例用到它", c.Cite.ID, id)
				}
			}
		}
	}
	return list
}

// Write prints the trace as a table, and below it each row that is not executed, with the reason.
func (t *Trace) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	line := func(id string, c Count) {
		fmt.Fprintf(b, "%-14s %6d %8d %8d %8d %8d %8d\n", id, c.Rows, c.Executed, c.HumanDuty, c.OutOfScope, c.Planned, c.Untraced)
	}
	fmt.Fprintf(b, "%-12s %4s %4s %4s %4s %6s %5s\n", "文件", "条数", "程序执行", "人工履行", "不在范围", "待建", "未落实")
	for _, d := range t.Documents {
		line(d.ID, d.Count)
	}
	line("total", t.Total)
	words := map[Status]string{HumanDuty: "人工履行", OutOfScope: "不在范围", Planned: "待建", Untraced: "未落实"}
	for _, d := range t.Documents {
		if d.Untraced == d.Rows {
			fmt.Fprintf(b, "\n%s：没有政策包，%d 条未落实\n", d.ID, d.Rows)
			continue
		}
		for _, r := range d.Details {
			if r.Status != Executed {
				fmt.Fprintf(b, "\n%s（%s）%s\n  %s：%s\n", r.ID, r.Clause, r.Obligation, words[r.Status], r.Why)
			}
		}
	}
	return b.Flush()
}
