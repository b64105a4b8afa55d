package table

import (
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/admission"
	"linli/internal/audit"
	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/indicator"
	"linli/internal/lexicon"
	"linli/internal/once"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Tables keeps templates, demands and sheets of one city. It is safe for concurrent use.
type Tables struct {
	packs      func() *pack.Index
	figures    *indicator.Indicators
	admissions *admission.Admissions
	files      *blob.Store
}

// Options say whose tables they are.
type Options struct {
	Packs      func() *pack.Index
	Figures    *indicator.Indicators
	Admissions *admission.Admissions
	Files      *blob.Store
}

// New returns the tables of a city.
func New(o Options) *Tables { return &Tables{o.Packs, o.Figures, o.Admissions, o.Files} }

// A Template (报表模板) is a table that can be asked for: one of a document, or a workbook that a unit uploaded and bound.
type Template struct {
	Ref   string // "pz15-10.community-month", or the id of an uploaded one
	Title string
	Sheet string
	Unit  string // that uploaded it; "" of a document
	Basis string // clause of a document's; "" of an uploaded one
	Cells []Cell
	Bound bool // its cells were settled

	file blob.File
}

// A Cell (报表栏目) is one value of a table; see pack.TableCell.
type Cell struct {
	At    string `json:"at"`
	Label string `json:"label"`
	Datum string `json:"datum"`
	Kind  string `json:"kind"`
	From  string `json:"from,omitempty"`
	Basis string `json:"basis,omitempty"`
}

// Templates lists what the actor's unit may ask for: the tables of documents in force, and what the unit uploaded.
func (x *Tables) Templates(tx *db.Tx, by staff.Actor) ([]Template, error) {
	var list []Template
	on := place.Today(tx)
	for _, p := range x.packs().Packs() {
		for _, t := range p.On(on).Tables {
			list = append(list, ofPack(p, t))
		}
	}
	if by.Unit == "" {
		return list, nil
	}
	own, err := db.Select(tx, scanTemplate, `select `+templateColumns+` from table_template where unit = ? order by made_at desc limit 100`, by.Unit)
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	return append(list, own...), nil
}

func ofPack(p *pack.Pack, t *pack.Table) Template {
	m := Template{Ref: p.Document.ID + "." + t.ID, Title: t.Name, Sheet: "Sheet1", Bound: true}
	if len(t.Basis) > 0 {
		m.Basis = t.Basis[0].String()
	}
	for _, c := range t.Cells {
		cell := Cell{At: c.At, Label: c.Label, Datum: c.Datum, Kind: c.Kind, From: c.From}
		if len(c.Basis) > 0 {
			cell.Basis = c.Basis[0].String()
		}
		m.Cells = append(m.Cells, cell)
	}
	return m
}

const templateColumns = `id, title, sheet, cells, hash, size, type, unit, bound_at`

func scanTemplate(r *db.Rows) (t Template, err error) {
	var id db.ID
	var cells string
	var bound db.Time
	if err := r.Scan(&id, &t.Title, &t.Sheet, &cells, &t.file.Hash, &t.file.Size, &t.file.Type, &t.Unit, &bound); err != nil {
		return t, err
	}
	t.Ref, t.Bound = id.String(), !bound.IsZero()
	return t, json.Unmarshal([]byte(cells), &t.Cells)
}

// Template returns one by its reference. Returns notfound for what the actor's unit may not ask for.
func (x *Tables) Template(tx *db.Tx, by staff.Actor, ref string) (Template, error) {
	list, err := x.Templates(tx, by)
	if err != nil {
		return Template{}, err
	}
	i := slices.IndexFunc(list, func(t Template) bool { return t.Ref == ref })
	if i < 0 {
		return Template{}, fault.NotFound("没有这个报表模板")
	}
	return list[i], nil
}

// Upload keeps a workbook as a template and proposes its cells: each label with an empty cell to its right. They are settled by Bind.
func (x *Tables) Upload(tx *db.Tx, by staff.Actor, key, title string, f blob.File, name string) (ref string, err error) {
	return once.For(tx, by.AuditName(), key, []any{"upload", title, f.Hash}, func() (string, error) {
		if by.Unit == "" || !by.Has(staff.Handler, "", by.Unit) {
			return "", fault.Forbidden("只有单位的工作人员可以上传报表模板")
		}
		if title = strings.TrimSpace(title); title == "" || utf8.RuneCountInString(title) > 80 {
			return "", fault.Invalid("title", "请填写报表名称，不超过 80 字")
		}
		sheet, cells, err := x.propose(f)
		if err != nil {
			return "", err
		}
		id := db.NewID()
		text, err := json.Marshal(cells)
		if err != nil {
			return "", err
		}
		err = tx.Exec(`insert into table_template (id, title, sheet, cells, hash, size, type, unit, made_by, made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, title, sheet, string(text), f.Hash, f.Size, f.Type, by.Unit, by.AuditName(), db.At(tx.Now()))
		if err != nil {
			return "", fmt.Errorf("keep template: %w", err)
		}
		if _, err := x.files.Attach(tx, f, "table:"+id.String(), name, by.AuditName()); err != nil {
			return "", err
		}
		return id.String(), record(tx, by, "table.upload", id, cells)
	})
}

// Bind settles the cells of a template: which are filled, what each means, and where it comes from.
func (x *Tables) Bind(tx *db.Tx, by staff.Actor, key, ref string, cells []Cell) error {
	_, err := once.For(tx, by.AuditName(), key, []any{"bind", ref, cells}, func() (string, error) {
		t, err := x.Template(tx, by, ref)
		if err != nil {
			return "", err
		}
		id, err := db.ParseID(ref)
		if err != nil || t.Unit == "" {
			return "", fault.Forbidden("文件规定的报表不能在页面上改")
		}
		words, err := x.packs().Lexicon()
		if err != nil {
			return "", err
		}
		if err := checkCells(cells, words); err != nil {
			return "", err
		}
		text, err := json.Marshal(cells)
		if err != nil {
			return "", err
		}
		if err := tx.ExecOne(`update table_template set cells = ?, bound_at = ? where id = ?`, string(text), db.At(tx.Now()), id); err != nil {
			return "", fmt.Errorf("bind template: %w", err)
		}
		return ref, record(tx, by, "table.bind", id, cells)
	})
	return err
}

func checkCells(cells []Cell, words *lexicon.Lexicon) error {
	var bad []fault.FieldError
	seen := map[string]bool{}
	for i := range cells {
		c := &cells[i]
		c.Label, c.Datum = strings.TrimSpace(c.Label), strings.TrimSpace(c.Datum)
		if c.Datum == "" {
			c.Datum = c.Label
		}
		field := "label-" + c.At
		switch {
		case !pack.CellName(c.At) || seen[c.At]:
			bad = append(bad, fault.FieldError{Field: field, Format: "单元格 %s 写法不对或重复", Args: []any{c.At}})
		case c.Label == "" || utf8.RuneCountInString(c.Label) > 60:
			bad = append(bad, fault.FieldError{Field: field, Format: "请填写单元格 %s 的名称，不超过 60 字", Args: []any{c.At}})
		case !slices.ContainsFunc(pack.TableKinds, func(o pack.Option) bool { return o.Value == c.Kind }):
			bad = append(bad, fault.FieldError{Field: "kind-" + c.At, Format: "请选择单元格 %s 的类型", Args: []any{c.At}})
		case !pack.KnownSource(c.From, words):
			bad = append(bad, fault.FieldError{Field: "from-" + c.At, Format: "单元格 %s 的取数来源不对", Args: []any{c.At}})
		}
		seen[c.At] = true
	}
	if len(cells) == 0 {
		bad = append(bad, fault.FieldError{Field: "cells", Format: "至少要有一个单元格"})
	}
	return fault.Fields(bad)
}

// record notes in the audit log what a row became.
func record(tx *db.Tx, by staff.Actor, verb string, id db.ID, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: verb, Subject: "table:" + id.String(), Digest: sha256.Sum256(b)})
}
