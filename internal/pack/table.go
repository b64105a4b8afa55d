package pack

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/lexicon"
)

// A Table (报表) is a table that communities are asked for: cells that fill themselves from what the platform knows, and cells
// that are asked once.
type Table struct {
	ID    string
	Name  string
	Every civil.Every
	Cells []TableCell
	Basis []law.Clause
}

// A TableCell (报表栏目) is one value of a Table. Datum names what it means: the same datum, for the same place and period, is
// never asked twice, whichever table it stands in.
type TableCell struct {
	At    string // cell of the sheet, e.g. "B3"
	Label string
	Datum string
	Kind  string // one of TableKinds
	From  string // one of TableSources, with what follows its colon; "" asked
	Basis []law.Clause
}

// TableKinds (栏目类型) are the kinds of cells.
var TableKinds = []Option{{"whole", "整数"}, {"number", "数字"}, {"money", "金额"}, {"text", "文字"}}

// TableSources (取数来源) are where a cell may fill itself from. What ends in a colon goes on with an id.
var TableSources = []Option{
	{"place.name", "社区名称"}, {"place.code", "区划代码"}, {"unit.name", "填报单位"}, {"period", "报表期间"},
	{"flow:", "某一渠道登记的办件数"}, {"book:", "某一登记簿的件数"}, {"indicator:", "某一指标"},
	{"load.tasks", "准入任务数"}, {"load:", "准入任务的某项负担"}, {"halls:", "服务设施"},
	{"register:", "登记在册"}, {"fact:", "登记项为某值的人数"},
}

// FacilityFigures (设施数字) are what "halls:" may go on with.
var FacilityFigures = []Option{{"count", "服务设施数"}, {"area", "服务设施面积"}, {"bookings", "预约使用次数"}, {"tickets", "大厅取号数"}}

// KnownSource reports whether a cell may say that it comes from there; words are what registers tell of persons.
func KnownSource(from string, words *lexicon.Lexicon) bool {
	if from == "" {
		return true
	}
	head, rest, more := strings.Cut(from, ":")
	if more {
		head += ":"
	}
	switch head {
	case "halls:":
		return slices.ContainsFunc(FacilityFigures, func(o Option) bool { return o.Value == rest })
	case "register:":
		return slices.Contains(lexicon.Kinds(), lexicon.Kind(rest))
	case "fact:":
		name, value, _ := strings.Cut(rest, "=")
		kept, err := words.Check(lexicon.Person, name, value)
		w, ok := words.Word(lexicon.Person, name)
		return err == nil && ok && kept == value && Countable(w)
	}
	return slices.ContainsFunc(TableSources, func(o Option) bool { return o.Value == head }) && (!more || rest != "")
}

// Countable reports whether tables may count the persons of whom a word holds: words with few answers, none of them under seal.
func Countable(w *lexicon.Word) bool {
	return w.Sensitive == "" && (w.Kind == "choice" || w.Kind == "bool")
}

var cellName = regexp.MustCompile(`^[A-Z]{1,3}[1-9][0-9]{0,5}$`)

// CellName reports whether a text names a cell of a sheet.
func CellName(at string) bool { return cellName.MatchString(at) }

// Fill gives each cell the value that get knows for its source, else the one that known remembers of its datum. What neither has
// is asked.
func (t *Table) Fill(get, known func(name string) (string, bool)) (filled map[string]string, asked []string) {
	filled = map[string]string{}
	for _, c := range t.Cells {
		if c.From != "" {
			if v, ok := get(c.From); ok {
				filled[c.At] = v
				continue
			}
		}
		if v, ok := known(c.Datum); ok {
			filled[c.At] = v
			continue
		}
		asked = append(asked, c.At)
	}
	return filled, asked
}

// Table returns a table by its id, or nil.
func (e *Edition) Table(id string) *Table {
	return find(e.Tables, func(t *Table) bool { return t.ID == id })
}

type tableSpec struct {
	Table string          `yaml:"table,required"`
	Name  string          `yaml:"name,required"`
	Every string          `yaml:"every,required"`
	Cells []tableCellSpec `yaml:"cells,required"`
	Basis flow.List       `yaml:"basis,required"`
}

type tableCellSpec struct {
	At    string    `yaml:"at,required"`
	Label string    `yaml:"label,required"`
	Datum string    `yaml:"datum,required"`
	Kind  string    `yaml:"kind,required"`
	From  string    `yaml:"from"`
	Basis flow.List `yaml:"basis,required"`
}

// A TableExample is what is known of a community, and how the table must stand then.
type TableExample struct {
	ID     string            `yaml:"id,required"`
	Known  map[string]string `yaml:"known"`  // by source
	Said   map[string]string `yaml:"said"`   // by datum, from earlier tables
	Filled map[string]string `yaml:"filled"` // by cell
	Asks   []string          `yaml:"asks"`   // cells, all of them
}

func (r *reading) table(p part[tableSpec], on civil.Date) *Table {
	s := p.spec
	t := &Table{ID: s.Table, Name: s.Name, Basis: r.element(p.at(""), "table/"+s.Table, s.Name, s.Basis)}
	var err error
	if t.Every, err = civil.ParseEvery(r.resolve(p.at("every"), s.Every, on)); err != nil {
		r.bad(p.at("every"), "%s", err)
	}
	seen := map[string]bool{}
	for i, c := range s.Cells {
		at := p.at(fmt.Sprintf("cells.%d", i))
		switch {
		case !CellName(c.At) || seen[c.At]:
			r.bad(at, "at 应为单元格名，如 B3，且不能重复")
		case !slices.ContainsFunc(TableKinds, func(o Option) bool { return o.Value == c.Kind }):
			r.bad(at, "kind 只能是 whole、number、money 或 text")
		case !KnownSource(c.From, r.lexicon):
			r.bad(at, "没有取数来源 %s", c.From)
		}
		seen[c.At] = true
		t.Cells = append(t.Cells, TableCell{c.At, c.Label, c.Datum, c.Kind, c.From, r.element(at, "table/"+s.Table+"#"+c.At, c.Label, c.Basis)})
	}
	return t
}
