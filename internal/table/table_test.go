package table_test

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/xuri/excelize/v2"

	"linli/internal/admission"
	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/hall"
	"linli/internal/indicator"
	"linli/internal/register"
	"linli/internal/table"
	"linli/test/town"
)

var (
	keys atomic.Int64
	ctx  = context.Background()
	sept = civil.Period{From: civil.MustDate("2026-09-01"), To: civil.MustDate("2026-09-30")}
)

func key() string { return fmt.Sprint("k", keys.Add(1)) }

func open(t *testing.T, w *town.Town) (*table.Tables, *blob.Store) {
	t.Helper()
	files, err := blob.Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	figures := indicator.New(indicator.Options{Law: civil.CivilCode(), Packs: w.Catalog.Index})
	return table.New(table.Options{Packs: w.Catalog.Index, Figures: figures, Admissions: admission.New(w.Cases, w.Catalog.Index), Files: files}), files
}

// admit lets the street's task be admitted with the tables named, and sends it to two communities.
func admit(t *testing.T, w *town.Town, tables string) string {
	t.Helper()
	var r casework.Receipt
	do := func(login string, f func(tx *db.Tx) error) { w.Write(t, f) }
	do("street", func(tx *db.Tx) (err error) {
		r, err = w.Cases.Register(tx, w.Actor(t, "street"), casework.Intake{Key: key(), Flow: "task-admission", Place: town.Riverrow, Sets: map[string]any{"class": "entrust"},
			From: casework.Reporter{Name: "沿河街道办事处"}, Fields: map[string]string{"task": "社区月报", "way": "填报", "rights": "各负其责", "place": town.Riverrow, "hours": "3",
				"staff_hours": "0", "cost": "0", "funds": "0", "tables": tables, "until": "2026-12-31"}})
		return err
	})
	for _, s := range []struct {
		login string
		act   flow.Act
	}{{"admitting", flow.Act{Verb: flow.Accept}}, {"admitting", flow.Act{Verb: "admit"}},
		{"street", flow.Act{Verb: flow.Dispatch, To: town.RiverrowOffice, With: []string{town.WillowCommittee, town.LotusCommittee}}}} {
		do(s.login, func(tx *db.Tx) error {
			_, err := w.Cases.Do(tx, w.Actor(t, s.login), r.Case, casework.Act{Key: key(), Act: s.act})
			return err
		})
	}
	return r.Number
}

func ask(w *town.Town, x *table.Tables, t *testing.T, wish table.Wish) (id db.ID, err error) {
	by := w.Actor(t, "street")
	err = w.DB.Write(ctx, func(tx *db.Tx) (err error) { id, err = x.Demand(tx, by, key(), wish); return err })
	return id, err
}

func wish(number string) table.Wish {
	return table.Wish{Template: "pz15-10.community-month", Why: "汇总九月情况", Number: number, Units: []string{town.WillowCommittee, town.LotusCommittee}, Period: sept,
		Until: civil.MustDate("2026-10-20")}
}

func sheetOf(t *testing.T, w *town.Town, x *table.Tables, login string, demand db.ID) *table.View {
	t.Helper()
	var v *table.View
	by := w.Actor(t, login)
	w.Read(t, func(tx *db.Tx) error {
		list, err := x.Sheets(tx, by, table.Filter{Unit: by.Unit, Demand: demand})
		if err != nil || len(list) != 1 {
			t.Fatalf("%s: %d sheets, %v", login, len(list), err)
		}
		v, err = x.Sheet(tx, by, list[0].ID)
		return err
	})
	return v
}

// settle gives Willow, where one resident lives, three more of whom one died; one of the living floats.
func settle(t *testing.T, w *town.Town) {
	t.Helper()
	w.Write(t, func(tx *db.Tx) error {
		for i, told := range []struct{ residence, from, died string }{{"floating", "2026-01-01", ""}, {"floating", "2026-01-01", "2026-05-01"}, {"registered", "2026-03-01", ""}} {
			p, _, err := w.People.FindOrCreate(tx, register.Newcomer{Name: fmt.Sprint("居民", i), Place: town.Willow})
			if err != nil {
				return err
			}
			tell := func(name, value, from string) error {
				_, err := w.People.Tell(tx, fact.Fact{Subject: fact.Person(p.ID), Name: name, Value: value, From: civil.MustDate(from),
					Telling: fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "录入"}, Certainty: fact.Stated}})
				return err
			}
			if err := tell("residence", told.residence, told.from); err != nil {
				return err
			}
			if told.died != "" {
				if err := tell("died", told.died, told.died); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func TestATableFillsItselfAndAsksOnce(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		x, _ := open(t, w)
		if _, err := ask(w, x, t, wish("")); fault.KindOf(err) != fault.KindRefused || fault.As(err).Clause.String() != "pz15-10#3.2.3d" {
			t.Fatalf("a table that was not admitted: %v", err)
		}
		number := admit(t, w, "社区工作月报")
		settle(t, w)
		id, err := ask(w, x, t, wish(number))
		if err != nil {
			t.Fatal(err)
		}
		v := sheetOf(t, w, x, "willow", id)
		for at, want := range map[string]string{"B2": "柳荫社区", "B3": "2026年9月", "B4": "0", "B6": "0", "B7": "0", "B10": "3", "B11": "1"} {
			if got := v.Values[at]; got.Text != want || got.Origin != table.Itself {
				t.Errorf("%s is %q (%s), want %q", at, got.Text, got.Origin, want)
			}
		}
		if v.Itself != 8 || v.Asked != 2 || len(v.Missing()) != 2 {
			t.Fatalf("filled %d, asks %d, misses %d", v.Itself, v.Asked, len(v.Missing()))
		}
		answer := func(login string, sheet db.ID, answers map[string]string) error {
			by := w.Actor(t, login)
			return w.DB.Write(ctx, func(tx *db.Tx) error { return x.Answer(tx, by, key(), sheet, answers) })
		}
		if err := answer("willow", v.ID, map[string]string{"B8": "七"}); fault.KindOf(err) != fault.KindInvalid || len(fault.As(err).Fields) != 2 {
			t.Fatalf("wrong answers: %v", err)
		}
		if err := answer("lotus", v.ID, map[string]string{"B8": "7", "B9": "2"}); fault.KindOf(err) != fault.KindNotFound {
			t.Fatalf("another community answered: %v", err)
		}
		if err := answer("street", v.ID, map[string]string{"B8": "7", "B9": "2"}); fault.KindOf(err) != fault.KindForbidden {
			t.Fatalf("who asked answered: %v", err)
		}
		if err := answer("willow", v.ID, map[string]string{"B8": "7", "B9": "2"}); err != nil {
			t.Fatal(err)
		}
		if err := answer("willow", v.ID, map[string]string{"B8": "8", "B9": "2"}); fault.KindOf(err) != fault.KindConflict {
			t.Fatalf("answered twice: %v", err)
		}
		again, err := ask(w, x, t, wish(number))
		if err != nil {
			t.Fatal(err)
		}
		v = sheetOf(t, w, x, "willow", again)
		if got := v.Values["B8"]; v.State != table.Done || v.Known != 2 || v.Asked != 0 || got.Text != "7" || got.Origin != table.Before || got.At.IsZero() {
			t.Fatalf("the second table: %+v %+v", v.Sheet, got)
		}
		if v := sheetOf(t, w, x, "lotus", again); v.Asked != 2 {
			t.Fatalf("an answer of one community stood for another: %+v", v.Sheet)
		}
		w.Read(t, func(tx *db.Tx) error {
			s, err := x.Saved(tx, w.Actor(t, "willow"), town.WillowCommittee)
			if err == nil && (s.Sheets != 2 || s.Cells != 20 || s.Itself != 16 || s.Known != 2 || s.Percent() != 90) {
				t.Errorf("saved %+v, %d %%", s, s.Percent())
			}
			return err
		})
		_, data := workbook(t, w, x, "willow", v.ID)
		if got, _ := data.GetCellValue("Sheet1", "B8"); got != "7" {
			t.Errorf("B8 of the workbook is %q", got)
		}
	}, hall.Migrations, indicator.Migrations, table.Migrations)
}

func workbook(t *testing.T, w *town.Town, x *table.Tables, login string, sheet db.ID) (string, *excelize.File) {
	t.Helper()
	var name string
	var data []byte
	w.Read(t, func(tx *db.Tx) (err error) { name, data, err = x.Workbook(tx, w.Actor(t, login), sheet); return err })
	book, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	return name, book
}

func TestATemplateIsUploadedAndBound(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		x, files := open(t, w)
		book := excelize.NewFile()
		for at, text := range map[string]string{"A1": "安全检查统计表", "A2": "社区：", "A3": "检查次数", "C3": "隐患数"} {
			if err := book.SetCellStr("Sheet1", at, text); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		if err := book.Write(&b); err != nil {
			t.Fatal(err)
		}
		f, err := files.Receive(&b, "检查表.xlsx")
		if err != nil {
			t.Fatal(err)
		}
		street := w.Actor(t, "street")
		var ref string
		w.Write(t, func(tx *db.Tx) (err error) {
			ref, err = x.Upload(tx, street, key(), "安全检查统计表", f, "检查表.xlsx")
			return err
		})
		var m table.Template
		w.Read(t, func(tx *db.Tx) (err error) { m, err = x.Template(tx, street, ref); return err })
		if len(m.Cells) != 3 || m.Cells[0] != (table.Cell{At: "B2", Label: "社区", Datum: "社区", Kind: "whole"}) || m.Bound {
			t.Fatalf("proposed %+v", m.Cells)
		}
		m.Cells[0].Kind, m.Cells[0].From = "text", "place.name"
		m.Cells[2].Kind = "text"
		w.Write(t, func(tx *db.Tx) error { return x.Bind(tx, street, key(), ref, m.Cells) })
		if err := w.DB.Write(ctx, func(tx *db.Tx) error {
			return x.Bind(tx, street, key(), ref, []table.Cell{{At: "B2", Label: "社区", Kind: "text", From: "everything"}})
		}); fault.KindOf(err) != fault.KindInvalid {
			t.Fatalf("bound to nothing known: %v", err)
		}
		for from, known := range map[string]bool{"register:household": true, "register:ghost": false, "fact:education=bachelor": true, "fact:education=wizard": false,
			"fact:relief=minimum": false, "fact:name=王": false} {
			err := w.DB.Write(ctx, func(tx *db.Tx) error {
				return x.Bind(tx, street, key(), ref, []table.Cell{{At: "B2", Label: "数", Kind: "whole", From: from}})
			})
			if (err == nil) != known {
				t.Errorf("bound to %s: %v", from, err)
			}
		}
		w.Write(t, func(tx *db.Tx) error { return x.Bind(tx, street, key(), ref, m.Cells) })
		number := admit(t, w, "安全检查统计表")
		wish := wish(number)
		wish.Template = ref
		id, err := ask(w, x, t, wish)
		if err != nil {
			t.Fatal(err)
		}
		v := sheetOf(t, w, x, "willow", id)
		w.Write(t, func(tx *db.Tx) error {
			return x.Answer(tx, w.Actor(t, "willow"), key(), v.ID, map[string]string{"B3": "4", "D3": "=HYPERLINK(\"x\")"})
		})
		_, out := workbook(t, w, x, "willow", v.ID)
		if got, _ := out.GetCellValue("Sheet1", "B2"); got != "柳荫社区" {
			t.Errorf("B2 is %q", got)
		}
		if formula, _ := out.GetCellFormula("Sheet1", "D3"); formula != "" {
			t.Errorf("an answer became the formula %q", formula)
		}
		if title, _ := out.GetCellValue("Sheet1", "A1"); title != "安全检查统计表" {
			t.Errorf("the template's own text is lost: %q", title)
		}
	}, hall.Migrations, indicator.Migrations, table.Migrations)
}
