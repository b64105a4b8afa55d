package simulation

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A Draft (测算草案) is a document with some of its files changed, to be tried and never to be decided by.
type Draft struct {
	ID       db.ID
	Document string
	Version  string // that it was made from
	Title    string
	Files    map[string]string // those that differ, by their path within the pack
	By       string
	Made     db.Time
	Result   *Result // nil: it was not run yet
	Run      db.Time
}

const maxTitle = 60

// SetParam returns the text of params.yaml with another value for a parameter. Returns invalid for a parameter that it does not have, or that has values by date.
func SetParam(text, name, value string) (string, error) {
	block := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + `:[^\n]*\n(?:[ \t]+[^\n]*\n?|\n)*`)
	at := block.FindStringIndex(text)
	if at == nil {
		return "", fault.Invalid("param", "没有参数 %s", name)
	}
	is := regexp.MustCompile(`(?m)^([ \t]+is:[ \t]*).*$`)
	old := text[at[0]:at[1]]
	if len(is.FindAllString(old, -1)) != 1 {
		return "", fault.Invalid("param", "参数 %s 按日期分段取值，请直接改规则文本", name)
	}
	if strings.ContainsAny(value, "\n\"\\") {
		return "", fault.Invalid("value", "参数的值只写一行，不带引号")
	}
	changed := is.ReplaceAllStringFunc(old, func(line string) string { return is.FindStringSubmatch(line)[1] + `"` + value + `"` })
	if plainNumber.MatchString(value) {
		changed = strings.Replace(changed, `"`+value+`"`, value, 1)
	}
	return text[:at[0]] + changed + text[at[1]:], nil
}

var plainNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// Changed returns the files of a pack with those of a draft in their place.
func (d *Draft) Changed(base *pack.Pack) map[string][]byte {
	files := base.Files()
	for name, text := range d.Files {
		files[name] = []byte(text)
	}
	return files
}

// Read checks the draft as a pack. The error is a rule.Problems with every mistake, its file, line and column.
func (d *Draft) Read(base *pack.Pack) (*pack.Pack, error) {
	p, err := pack.Restore(d.Changed(base))
	if err != nil {
		return nil, err
	}
	if p.Document.ID != d.Document {
		return nil, fault.Invalid("files", "草案不能改变文件的编号")
	}
	return p, nil
}

// may reports whether somebody may make and see drafts. Returns forbidden.
func may(by staff.Actor) error {
	for _, g := range by.Grants {
		if slices.Contains([]staff.Role{staff.Admin, staff.Leader, staff.Supervisor, staff.Auditor}, g.Role) {
			return nil
		}
	}
	return fault.Forbidden("测算草案由领导、督查、审计和管理员使用")
}

// Save keeps a draft once it reads as a pack, with the parts that differ. Returns forbidden and invalid.
func Save(tx *db.Tx, by staff.Actor, base *pack.Pack, d Draft) (Draft, error) {
	if err := may(by); err != nil {
		return d, err
	}
	d.Title = strings.Join(strings.Fields(d.Title), " ")
	if n := utf8.RuneCountInString(d.Title); n == 0 || n > maxTitle {
		return d, fault.Invalid("title", "请写草案名称，不超过 %d 字", maxTitle)
	}
	d.Document, d.Version = base.Document.ID, base.Version
	kept := base.Files()
	maps.DeleteFunc(d.Files, func(name, text string) bool { return string(kept[name]) == text })
	p, err := d.Read(base)
	if err != nil {
		return d, fault.Invalid("files", "草案有错：%s", err.Error())
	}
	if len(pack.Diff(base, p)) == 0 {
		return d, fault.Invalid("files", "草案与现行规则没有差别")
	}
	files, err := json.Marshal(d.Files)
	if err != nil {
		return d, fmt.Errorf("write draft: %w", err)
	}
	d.ID, d.By, d.Made = db.NewID(), by.Name, db.At(tx.Now())
	return d, wrap("keep draft", tx.Exec("insert into simulation_draft (id, document, version, title, files, by_name, made_at) values (?, ?, ?, ?, ?, ?, ?)",
		d.ID, d.Document, d.Version, d.Title, string(files), d.By, d.Made))
}

// Keep notes what was found of a draft.
func Keep(tx *db.Tx, by staff.Actor, id db.ID, r *Result) error {
	if err := may(by); err != nil {
		return err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return wrap("keep result", tx.ExecOne("update simulation_draft set result = ?, run_at = ? where id = ?", string(text), db.At(tx.Now()), id))
}

const columns = "id, document, version, title, files, by_name, made_at, result, run_at"

func scan(r *db.Rows) (d Draft, err error) {
	var files, result string
	if err = r.Scan(&d.ID, &d.Document, &d.Version, &d.Title, &files, &d.By, &d.Made, &result, &d.Run); err != nil {
		return d, err
	}
	if result != "" {
		d.Result = &Result{}
		if err := json.Unmarshal([]byte(result), d.Result); err != nil {
			return d, err
		}
	}
	return d, json.Unmarshal([]byte(files), &d.Files)
}

// List returns the drafts, the latest first. Returns forbidden.
func List(tx *db.Tx, by staff.Actor) ([]Draft, error) {
	if err := may(by); err != nil {
		return nil, err
	}
	list, err := db.Select(tx, scan, "select "+columns+" from simulation_draft order by id desc limit 100")
	return list, wrap("list drafts", err)
}

// Find returns a draft. Returns forbidden and notfound.
func Find(tx *db.Tx, by staff.Actor, id db.ID) (Draft, error) {
	if err := may(by); err != nil {
		return Draft{}, err
	}
	list, err := db.Select(tx, scan, "select "+columns+" from simulation_draft where id = ?", id)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这份草案")
	}
	if err != nil {
		return Draft{}, wrap("read draft", err)
	}
	return list[0], nil
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
