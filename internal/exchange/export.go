package exchange

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/sheet"
	"linli/internal/staff"
)

// A PersonExport (人员导出) writes the persons of an area as a table.
type PersonExport struct {
	DB      *db.DB
	Words   *lexicon.Lexicon
	Tree    *place.Tree
	By      staff.Actor
	Place   string   // code; everything below it
	Fields  []string // of PersonFields; none means name, number, telephone, sex, born, place, address
	Purpose register.Purpose
	Reason  string // for the log
}

const (
	minReason = 4
	maxReason = 200
)

// usualFields are written when nobody chose.
var usualFields = []string{lexicon.Name, colIDNumber, colPhone, lexicon.Sex, lexicon.Born, lexicon.Place, lexicon.Address}

// Allowed checks who wants what for which purpose, and writes the answer to the audit log, a refusal too. Returns forbidden and invalid.
func (x *PersonExport) Allowed(ctx context.Context) error {
	no := x.refusal()
	err := x.DB.Write(ctx, func(tx *db.Tx) error {
		verb := "export-persons"
		if no != nil {
			verb = "export-refused"
		}
		return x.record(tx, verb, map[string]string{"place": x.Place, "fields": strings.Join(x.Fields, " "), "purpose": string(x.Purpose), "reason": clip(x.Reason, maxReason)})
	})
	if no != nil {
		return no
	}
	return err
}

func (x *PersonExport) refusal() error {
	if len(x.Fields) == 0 {
		x.Fields = usualFields
	}
	x.Reason = strings.TrimSpace(x.Reason)
	path := x.Tree.Path(x.Place)
	switch n := utf8.RuneCountInString(x.Reason); {
	case path == "":
		return fault.Invalid("place", "请选择导出哪个区划的人员")
	case !slices.ContainsFunc(register.Sight(x.By, x.Purpose), func(q string) bool { return place.Within(path, q) }):
		return fault.Forbidden("您的岗位不能以“%s”为用途导出“%s”的人员，或者它不在您负责的区域内；这次申请已记入日志", x.Purpose.Words(), x.Tree.Name(x.Place))
	case n < minReason || n > maxReason:
		return fault.Invalid("reason", "请写明导出的用途，%d 到 %d 字", minReason, maxReason)
	}
	for _, f := range x.Fields {
		if !knownField(x.Words, lexicon.Person, f) {
			return fault.Invalid("fields", "没有“%s”这一栏", f)
		}
	}
	return nil
}

func (x *PersonExport) record(tx *db.Tx, verb string, detail map[string]string) error {
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: x.By.AuditName(), Verb: verb, Subject: "place:" + x.Place, Detail: text})
}

// Write writes the table after Allowed said yes: numbers and telephones masked, what is hidden left out. A value in the clear is looked up
// one by one, with a reason (see register.Reveal). It returns how many persons it wrote.
func (x *PersonExport) Write(ctx context.Context, w sheet.Writer) (int, error) {
	if err := x.refusal(); err != nil {
		return 0, err
	}
	var columns []PersonField
	head := make([]string, 0, len(x.Fields))
	all := PersonFields(x.Words)
	for _, name := range x.Fields {
		f := all[slices.IndexFunc(all, func(f PersonField) bool { return f.Name == name })]
		columns, head = append(columns, f), append(head, f.Label)
	}
	if err := w.Row(head); err != nil {
		return 0, err
	}
	n := 0
	for _, p := range x.Tree.Subtree(x.Place) {
		for after := (register.Person{}); ; {
			wrote, last, err := x.page(ctx, w, columns, p.Path, after)
			if err != nil {
				return n, err
			}
			if wrote == 0 {
				break
			}
			n, after = n+wrote, last
		}
	}
	err := x.DB.Write(ctx, func(tx *db.Tx) error {
		return x.record(tx, "exported-persons", map[string]string{"place": x.Place, "persons": fmt.Sprint(n)})
	})
	return n, err
}

const exportPage = 500

func (x *PersonExport) page(ctx context.Context, w sheet.Writer, columns []PersonField, path string, after register.Person) (n int, last register.Person, err error) {
	var people []register.Person
	var masked map[db.ID]map[register.Kind]string
	var facts map[db.ID][]fact.Fact
	err = x.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if people, err = register.In(tx, path, after, exportPage); err != nil {
			return err
		}
		ids := make([]db.ID, len(people))
		for i, p := range people {
			ids[i] = p.ID
		}
		if masked, err = register.Masked(tx, ids); err != nil {
			return err
		}
		facts, err = fact.OfMany(tx, ids, fact.AsOf{})
		return err
	})
	if err != nil {
		return 0, last, err
	}
	for _, p := range people {
		row := make([]string, len(columns))
		for i, f := range columns {
			row[i] = x.cell(p, f, masked[p.ID], facts[p.ID])
		}
		if err := w.Row(row); err != nil {
			return n, last, err
		}
		n, last = n+1, p
	}
	return n, last, nil
}

func (x *PersonExport) cell(p register.Person, f PersonField, masked map[register.Kind]string, facts []fact.Fact) string {
	switch f.Name {
	case colIDNumber:
		return masked[register.IDNumber]
	case colPhone:
		return masked[register.Phone]
	case lexicon.Name:
		return p.Name
	case lexicon.Sex:
		if p.Sex == "" {
			return ""
		}
		return p.Sex.Words()
	case lexicon.Born:
		return p.Born.String()
	case lexicon.Place:
		return x.Tree.FullName(p.Place, 1)
	case lexicon.Address:
		return p.Address
	}
	for _, have := range facts {
		if have.Name != f.Name {
			continue
		}
		if f.Words.Sensitive == "hidden" {
			return "＊"
		}
		return f.Words.Field().Mask(f.Words.Show(have.Value))
	}
	return ""
}
