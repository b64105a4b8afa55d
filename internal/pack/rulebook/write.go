package rulebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/pack/proof"
	"linli/internal/rule"
)

// About (标准的出处) says which document a table is: what no row tells.
type About struct {
	ID      string // of the document, "hubin-standards"
	Title   string
	Number  string // 文号
	Issuer  string
	Place   string // code of the place where it holds
	From    civil.Date
	Earlier *pack.Pack // the edition before; nil: none
}

func (a About) check() error {
	for _, c := range []struct{ field, is, says string }{{"id", a.ID, "文件编号"}, {"title", a.Title, "标题"}, {"place", a.Place, "适用地点的区划代码"}} {
		if c.is == "" {
			return fault.Invalid(c.field, "请写明%s", c.says)
		}
	}
	if strings.ContainsAny(a.ID, "#@: \t/\\") || strings.Trim(a.ID, ".") == "" {
		return fault.Invalid("id", "文件编号只能用字母、数字和短横")
	}
	if a.From.IsZero() {
		return fault.Invalid("from", "请写明自哪一天起施行")
	}
	return nil
}

// Files makes the files of the pack. An id that a row had in the earlier edition, by its class and condition, stays.
func (t *Table) Files(a About) (map[string][]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	if len(t.Rows) == 0 {
		return nil, fault.Invalid("file", "没有一行可以装入")
	}
	w := writer{about: a, rows: slices.Clone(t.Rows), ids: make([]string, len(t.Rows)), offices: map[string]string{}, files: map[string]*bytes.Buffer{}}
	w.identify()
	w.document()
	w.clauses()
	w.standards()
	w.officesFile()
	w.params()
	if err := w.examples(); err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	for name, b := range w.files {
		out[name] = b.Bytes()
	}
	return out, nil
}

type writer struct {
	about   About
	rows    []Row
	ids     []string          // of the rows
	offices map[string]string // name: id
	basis   []string          // names of offices in the order in which they were met
	files   map[string]*bytes.Buffer
}

func (w *writer) printf(file, format string, args ...any) {
	b := w.files[file]
	if b == nil {
		b = &bytes.Buffer{}
		w.files[file] = b
	}
	fmt.Fprintf(b, format, args...)
}

// q writes a text so that YAML reads it as it is.
func q(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(strings.ToValidUTF8(s, "�")); err != nil {
		return `""`
	}
	return strings.TrimSpace(b.String())
}

// identify gives each row its id: that of the earlier edition, or the next number of its class that no edition used.
func (w *writer) identify() {
	type key struct{ code, opens string }
	before, used := map[key]string{}, map[string]bool{}
	if w.about.Earlier != nil {
		for _, s := range w.about.Earlier.On(civil.Date{Year: 9999, Month: 12, Day: 31}).Standards {
			before[key{s.Code, pack.Condensed(s.Opens)}], used[s.ID] = s.ID, true
		}
	}
	for i, r := range w.rows {
		w.ids[i] = before[key{r.code(), pack.Condensed(r.Opens)}]
	}
	for i, r := range w.rows {
		for n := 1; w.ids[i] == ""; n++ {
			if id := fmt.Sprintf("%s-%d", r.code(), n); !used[id] {
				w.ids[i], used[id] = id, true
			}
		}
	}
}

func (w *writer) document() {
	a := w.about
	number, issuer := a.Number, a.Issuer
	if number == "" {
		number = "（无文号）"
	}
	if issuer == "" {
		issuer = "（未写明印发机关）"
	}
	w.printf("document.yaml", "document: %s\nnumber: %s\ntitle: %s\nissuer: %s\nissued: %q\napplies: { place: %q, from: %q }\n",
		q(a.ID), q(number), q(a.Title), q(issuer), a.From, a.Place, a.From)
	w.printf("document.yaml", "note: 由 linli pack import-rulebook 从标准表生成；改标准请改表再导入，旧版仍管已经立案的办件。\n")
}

func (w *writer) clauses() {
	for i, r := range w.rows {
		at := fmt.Sprintf("第%d行", r.Line)
		if r.Sheet != "" {
			at = r.Sheet + at
		}
		w.printf("clauses.yaml", "- { id: %s, at: %s, gist: %s, runs: standard/%s }\n", w.ids[i], q(at), q(r.Name+"："+r.Opens), w.ids[i])
	}
}

func (w *writer) standards() {
	for i, r := range w.rows {
		var units, authorities []string
		for _, n := range r.Units {
			units = append(units, w.office(n))
		}
		for _, n := range r.Authorities {
			authorities = append(authorities, w.office(n))
		}
		file := "standards/" + r.Kind + "s.yaml"
		w.printf(file, "- standard: %s\n  kind: %s\n  code: %s\n  group: %s\n  name: %s\n  units: [%s]\n  authorities: [%s]\n  opens: %s\n  closes: %s\n",
			w.ids[i], r.Kind, r.code(), q(r.Group), q(r.Name), strings.Join(units, ", "), strings.Join(authorities, ", "), q(r.Opens), q(r.Closes))
		w.printf(file, "  %s\n", strings.ReplaceAll(r.term.yaml(), ", ", "\n  "))
		for j, s := range r.stages {
			if j == 0 {
				w.printf(file, "  stages:\n")
			}
			name := s.name
			if name == "" {
				name = fmt.Sprintf("第%d步", j+1)
			}
			w.printf(file, "    - { name: %s, %s }\n", q(name), s.yaml())
		}
		if r.term.urgent {
			w.printf(file, "  urgent: yes\n")
		}
		w.printf(file, "  basis: %s\n", w.ids[i])
	}
}

// OfficeID is the id of the office for a unit that a table names: made from its name, so that it is the same in each edition and
// in every city's table.
func OfficeID(name string) string { return fmt.Sprintf("unit-%08x", crc32.ChecksumIEEE([]byte(name))) }

// office notes a unit that the table names, and returns its id.
func (w *writer) office(name string) string {
	id := w.offices[name]
	if id == "" {
		id = OfficeID(name)
		w.offices[name] = id
		w.basis = append(w.basis, name)
	}
	return id
}

func (w *writer) officesFile() {
	w.printf("offices.yaml", "# 标准表里的单位。管理员把它们对应到本市的单位（单位的“担任机构”）。\noffices:\n")
	for _, name := range w.basis {
		i := slices.IndexFunc(w.rows, func(r Row) bool { return slices.Contains(r.Units, name) || slices.Contains(r.Authorities, name) })
		w.printf("offices.yaml", "  - { id: %s, name: %s, serves: [lead, helper], basis: %s }\n", w.offices[name], q(name), w.ids[i])
	}
}

// asks are the parameters for what tables do not say.
var asks = map[string]struct{ label, options, why string }{
	hourMeans: {"标准表里的“小时”是什么时间", "wh=工作小时, h=自然小时", "表里另有“紧急工作时”，没有写“小时”怎么算；先按工作小时。"},
	dayMeans:  {"标准表里的“天（日）”是什么日子", "wd=工作日, d=自然日", "表里另有“紧急工作日”，没有写“天”怎么算；先按工作日。"},
}

func (w *writer) params() {
	for _, name := range slices.Sorted(maps.Keys(asks)) {
		i := slices.IndexFunc(w.rows, func(r Row) bool {
			return r.term.unit == "$"+name || slices.ContainsFunc(r.stages, func(s limit) bool { return s.unit == "$"+name })
		})
		if i < 0 {
			continue
		}
		p := asks[name]
		w.printf("params.yaml", "%s:\n  kind: choice\n  label: %s\n  options: [%s]\n  is: %s\n  gap: %s\n  default: yes\n  why: %s\n",
			name, q(p.label), p.options, defaults[name], w.ids[i], q(p.why))
		w.printf("examples/params.yaml", "- { example: %s, param: { id: %s, on: %q, is: %s } }\n", q(p.label), name, w.about.From, defaults[name])
	}
}

// sent is when the examples send their matters out: the first working day after a new edition begins to hold, in the morning.
func (w *writer) sent(l civil.Law) time.Time {
	return l.Calendar.NextWorking(w.about.From).In(civil.Shanghai).Add(9 * time.Hour)
}

// examples has one for each row: what is sent out in the morning is due then.
func (w *writer) examples() error {
	l := civil.CivilCode()
	at := w.sent(l)
	due := func(t limit) (string, error) {
		d, err := l.Deadline(at, t.civil(), nil)
		return d.Due.In(civil.Shanghai).Format("2006-01-02 15:04"), err
	}
	for i, r := range w.rows {
		end, err := due(r.term)
		if err != nil {
			return fmt.Errorf("example of row %d: %w", r.Line, err)
		}
		stages := ""
		for j, s := range r.stages {
			e, err := due(s)
			if err != nil {
				return fmt.Errorf("example of row %d: %w", r.Line, err)
			}
			stages += map[bool]string{true: ", stages: [", false: ", "}[j == 0] + fmt.Sprintf("%q", e)
		}
		if stages != "" {
			stages += "]"
		}
		urgent := map[bool]string{true: "yes", false: "no"}[r.term.urgent]
		var units []string
		for _, n := range r.Units {
			units = append(units, w.office(n))
		}
		w.printf("examples/"+r.Kind+"s.yaml", "- { example: %s, standard: { id: %s, sent: %q, due: %q, code: %s, opens: %s, closes: %s, units: [%s], urgent: %q%s } }\n",
			q(r.Name+"："+r.Opens), w.ids[i], at.In(civil.Shanghai).Format("2006-01-02 15:04"), end, r.code(), q(r.Opens), q(r.Closes), strings.Join(units, ", "), urgent, stages)
	}
	return nil
}

// Check loads the files as the pack they are and tries its examples.
func Check(files map[string][]byte) (*pack.Pack, error) {
	p, err := pack.Restore(files)
	if err != nil {
		return nil, fmt.Errorf("check the generated pack: %w", err)
	}
	var wrong rule.Problems
	for _, r := range proof.RunPack(p) {
		wrong = append(wrong, r.Wrong...)
	}
	if err := wrong.Err(); err != nil {
		return nil, fmt.Errorf("try the generated pack: %w", err)
	}
	return p, nil
}
