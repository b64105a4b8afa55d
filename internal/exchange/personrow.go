package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/duplicate"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/match"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/sheet"
	"linli/internal/staff"
)

// An incoming is a row that was read, before anybody knows whether the person is there.
type incoming struct {
	rec    sheet.Record
	id     db.ID // of the person, when he is new
	draft  *register.Draft
	thing  *thing // instead of a draft, of a household, dwelling or organisation
	tells  []tells
	first  []tells // of tells, what the register's own row of a new person says
	path   string  // of the place of the person
	digest string  // of a row without an ID number; "" for others
	field  string  // that is wrong
	why    string  // why it cannot be used, "" when it can
	notes  []string
}

// tells is one thing that a row tells of the person.
type tells struct{ name, value string }

// A personReader turns rows into incoming ones. It is safe for concurrent use.
type personReader struct {
	people *register.Register
	words  *lexicon.Lexicon
	fields []PersonField
	tree   *place.Tree
	places map[string]string // code by name, "" for a name that several places have
	table  *sheet.Table
	m      PersonMap
	at     map[string]int
	by     staff.Actor
	today  civil.Date
}

// wrong is what ends the reading of a row.
type wrong struct{ field, why string }

func (w *wrong) Error() string { return w.why }

func (r *personReader) read(rec sheet.Record, id db.ID) incoming {
	in := incoming{rec: rec, id: id}
	if in.why = r.table.Fit(&in.rec); in.why != "" {
		return in
	}
	fill := r.fill
	if r.m.kind() != lexicon.Person {
		fill = r.fillThing
	}
	if bad := fill(&in); bad != nil {
		in.field, in.why = bad.field, bad.why
	}
	return in
}

// cell returns what a row says of a field, cleaned. A cell that says nothing for certain is wrong.
func (r *personReader) cell(in *incoming, field, label string) (string, *wrong) {
	i, ok := r.at[field]
	if !ok {
		return "", nil
	}
	mark := in.rec.Marks[i]
	switch {
	case mark&sheet.Broken != 0:
		return "", &wrong{field, label + "是算错的公式，请改成文字"}
	case mark&sheet.Lost != 0:
		return "", &wrong{field, label + "在表里存成了数字，第 15 位以后已经变成 0，找不回来；请把这一列设为“文本”后重新录入"}
	case mark&sheet.Formula != 0:
		in.notes = append(in.notes, label+"由公式算出，按现在的值导入")
	}
	s, ok := form.Clean(in.rec.Cells[i], false)
	if !ok {
		return "", &wrong{field, label + "含有无法识别的字符"}
	}
	s = strings.TrimPrefix(s, "'")
	if scientific.MatchString(s) {
		return "", &wrong{field, label + "写成了科学计数（" + s + "），末尾的数字已经丢失；请把这一列设为“文本”后重新录入"}
	}
	return s, nil
}

// scientific is how a spreadsheet writes a long number that it took for a quantity.
var scientific = regexp.MustCompile(`^\d(\.\d+)?[eE]\+?\d+$`)

func (r *personReader) fill(in *incoming) *wrong {
	n := register.Newcomer{Source: register.FromTable(r.m.Source)}
	for _, f := range r.fields {
		if _, ok := r.at[f.Name]; !ok {
			continue
		}
		s, bad := r.cell(in, f.Name, f.Label)
		if bad != nil {
			return bad
		}
		if s == "" {
			continue
		}
		if bad := r.take(in, &n, f, s); bad != nil {
			return bad
		}
	}
	if bad := r.sound(in, &n); bad != nil {
		return bad
	}
	d, err := r.people.DraftAs(in.id, n)
	if err != nil {
		return wrongOf(err)
	}
	in.draft = d
	if n.IDNumber == "" {
		in.digest = digestOf(n)
	}
	in.first = basics(d.Newcomer)
	return nil
}

// basics are the facts that the row of a person repeats; of a new one, the row is their first telling.
func basics(n register.Newcomer) []tells {
	var out []tells
	for _, t := range []tells{{lexicon.Name, n.Name}, {lexicon.Sex, string(n.Sex)}, {lexicon.Born, n.Born.String()}, {lexicon.Place, n.Place}, {lexicon.Address, n.Address}} {
		if t.value != "" {
			out = append(out, t)
		}
	}
	return out
}

// digestOf tells rows without an ID number apart.
func digestOf(n register.Newcomer) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q %q", match.Fold(n.Name), n.Sex, n.Born, n.Phone, n.Place, n.Address))
	return hex.EncodeToString(h[:16])
}

func wrongOf(err error) *wrong {
	e := fault.As(err)
	if e == nil || e.Kind != fault.KindInvalid {
		return &wrong{"", reason(err)}
	}
	if len(e.Fields) > 0 {
		field, why := e.Fields[0].Field, e.Fields[0].Message()
		if field == "" {
			field = e.Field
		}
		return &wrong{field, why}
	}
	return &wrong{e.Field, e.Message()}
}

// take puts one cell where it belongs.
func (r *personReader) take(in *incoming, n *register.Newcomer, f PersonField, s string) *wrong {
	switch f.Name {
	case colIDNumber:
		n.IDNumber = form.Narrow(s)
		return nil
	case colPhone:
		n.Phone = s
		return nil
	case lexicon.Place:
		code, bad := r.place(r.said(f, s))
		n.Place = code
		return bad
	}
	value, bad := r.value(f, s)
	if bad != nil {
		return bad
	}
	switch f.Name {
	case lexicon.Name:
		n.Name = value
	case lexicon.Sex:
		n.Sex = form.Sex(value)
	case lexicon.Born:
		n.Born, _ = civil.ParseDate(value) // checked just now
	case lexicon.Address:
		n.Address = value
	default:
		in.tells = append(in.tells, tells{f.Name, value})
	}
	return nil
}

// said is what a cell stands for, by the map.
func (r *personReader) said(f PersonField, s string) string {
	if v, ok := r.m.Values[f.Name][s]; ok {
		return v
	}
	return s
}

// value is what a cell says of a word, in its one spelling.
func (r *personReader) value(f PersonField, s string) (string, *wrong) {
	s = r.said(f, s)
	if f.Words.Kind == "date" {
		s = r.day(s)
	}
	value, err := f.Words.Check(valueOf(f.Words, s))
	if err != nil {
		return "", wrongOf(err)
	}
	return value, nil
}

// valueOf finds the value of an option by its label, and reads 是 and 否.
func valueOf(w *lexicon.Word, s string) string {
	for _, o := range w.Options {
		if o.Words() == s {
			return o.Value
		}
	}
	if w.Kind == "bool" {
		switch s {
		case "是", "有", "√", "Y", "y":
			return "true"
		case "否", "无", "×", "N", "n":
			return "false"
		}
	}
	return s
}

// day writes a day as the register does, from the ways in which tables write it.
func (r *personReader) day(s string) string {
	if d, ok := r.table.Day(s); ok {
		s = d
	}
	s, _, _ = strings.Cut(s, " ")
	if m := days.FindStringSubmatch(s); m != nil {
		return fmt.Sprintf("%s-%02s-%02s", m[1], m[2], m[3])
	}
	return s
}

var days = regexp.MustCompile(`^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?$`)

// place finds a place by its code or its name.
func (r *personReader) place(s string) (string, *wrong) {
	code := s
	if _, ok := r.tree.Get(code); !ok {
		named, known := r.places[match.Fold(s)]
		switch {
		case !known:
			return "", &wrong{lexicon.Place, fmt.Sprintf("没有“%s”这个区划，请填区划代码或规范名称", clip(s, 20))}
		case named == "":
			return "", &wrong{lexicon.Place, fmt.Sprintf("有几个区划都叫“%s”，请填区划代码", clip(s, 20))}
		}
		code = named
	}
	if p, _ := r.tree.Get(code); p.Gone() {
		return "", &wrong{lexicon.Place, fmt.Sprintf("“%s”已于 %s 撤销，请改填现在的区划", p.Name, p.ValidTo)}
	}
	return code, nil
}

// oldest is the age beyond which a date of birth is looked into before it is believed.
const oldest = 120

// sound checks what the cells say together, and finds where the person belongs.
func (r *personReader) sound(in *incoming, n *register.Newcomer) *wrong {
	if n.Name == "" {
		return &wrong{lexicon.Name, "姓名为空"}
	}
	if n.IDNumber != "" {
		born, sex, err := form.IDNumber(n.IDNumber)
		switch {
		case err != nil:
			return &wrong{colIDNumber, wrongOf(err).why}
		case !n.Born.IsZero() && n.Born != born:
			return &wrong{lexicon.Born, "出生日期与身份证号里的不符，请核对是哪一个错了"}
		case n.Sex != "" && n.Sex != sex:
			return &wrong{lexicon.Sex, "性别与身份证号里的不符，请核对是哪一个错了"}
		}
		n.Born = born
	}
	switch {
	case n.Born.After(r.today):
		return &wrong{lexicon.Born, "出生日期在今天以后"}
	case !n.Born.IsZero() && n.Born.AddMonths(12*oldest).Before(r.today):
		return &wrong{lexicon.Born, fmt.Sprintf("按出生日期已超过 %d 岁，请核对；确实如此的请在窗口逐人登记", oldest)}
	}
	if n.Place == "" {
		n.Place = r.m.Place
	}
	return r.belongs(in, n.Place)
}

// belongs finds the path of a place that a row is to be registered at.
func (r *personReader) belongs(in *incoming, code string) *wrong {
	in.path = r.tree.Path(code)
	switch {
	case code == "" || in.path == "":
		return &wrong{lexicon.Place, "没有区划，请填写，或在对照里指定没有写明的行归入哪里"}
	case !duplicate.Registers(r.by, in.path):
		return &wrong{lexicon.Place, "这个区划不在您登记的范围内"}
	}
	return nil
}
