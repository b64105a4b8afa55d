package place

import (
	"strings"
	"unicode/utf8"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
)

// A Change says from which day something is otherwise, on what basis, and who entered it.
type Change struct {
	On    civil.Date // zero: today
	Basis string     // the document that ordered it, e.g. its number
	By    string     // login of the account
}

// A Logged (区划变更) is one entry of the log of changes.
type Logged struct {
	ID     db.ID
	Kind   string // add rename move merge split dissolve outline
	Code   string
	Detail string
	On     civil.Date
	Basis  string
	By     string
	At     db.Time
}

// New is a place to be added.
type New struct{ Code, Name, Level, Parent string }

// Add creates a place. Returns invalid for a bad code or name, a parent that is unknown or gone, or a code ever used.
func Add(tx *db.Tx, c Change, n New) error {
	c, err := c.settle(tx)
	if err != nil {
		return err
	}
	if err := n.check(); err != nil {
		return err
	}
	if _, used, err := find(tx, n.Code); err != nil {
		return wrap("add place", err)
	} else if used {
		return fault.Invalid("code", "区划代码 %s 已经用过，代码不能重复使用", n.Code)
	}
	path := n.Code + "/"
	if n.Parent != "" {
		parent, err := present(tx, "parent", n.Parent)
		if err != nil {
			return err
		}
		path = parent.Path + path
	}
	err = tx.Exec("insert into place (code, name, level, parent, path, valid_from, since) values (?, ?, ?, ?, ?, ?, ?)",
		n.Code, n.Name, n.Level, n.Parent, path, c.On, c.On)
	if err != nil {
		return wrap("add place", err)
	}
	return c.log(tx, "add", n.Code, n.Name)
}

// Rename gives the place another name from that day on; the earlier name stays for earlier days.
func Rename(tx *db.Tx, c Change, code, name string) error {
	c, p, err := c.begin(tx, code)
	if err != nil {
		return err
	}
	if err := checkName(name); err != nil || p.Name == name {
		return err
	}
	if err := c.keepPast(tx, p); err != nil {
		return err
	}
	if err := tx.ExecOne("update place set name = ?, since = ? where code = ?", name, c.On, code); err != nil {
		return wrap("rename place", err)
	}
	return c.log(tx, "rename", code, p.Name+" → "+name)
}

// Move puts the place, with all that is below it, under another parent. Paths change at once; the earlier parent stays in
// the history.
func Move(tx *db.Tx, c Change, code, parent string) error {
	c, p, err := c.begin(tx, code)
	if err != nil || p.Parent == parent {
		return err
	}
	path := code + "/"
	if parent != "" {
		to, err := present(tx, "parent", parent)
		if err != nil {
			return err
		}
		if Within(to.Path, p.Path) {
			return fault.Invalid("parent", "%s 在 %s 之内，不能作为它的上级", to.Name, p.Name)
		}
		path = to.Path + path
	}
	if err := c.keepPast(tx, p); err != nil {
		return err
	}
	if err := tx.ExecOne("update place set parent = ?, since = ? where code = ?", parent, c.On, code); err != nil {
		return wrap("move place", err)
	}
	from, end := Range(p.Path)
	err = tx.Exec("update place set path = ? || substr(path, ?) where path >= ? and path < ?", path, len(p.Path)+1, from, end)
	if err != nil {
		return wrap("move subtree of place", err)
	}
	return c.log(tx, "move", code, p.Parent+" → "+parent)
}

// Dissolve ends a place without a successor; what is asked of it later falls to the place above. Returns invalid while
// places below it stand.
func Dissolve(tx *db.Tx, c Change, code string) error {
	c, p, err := c.begin(tx, code)
	if err != nil {
		return err
	}
	below, err := Children(tx, code, Today(tx))
	if err != nil {
		return err
	}
	if len(below) > 0 {
		return fault.Invalid("code", "%s 之下还有 %d 个区划，先处理它们", p.Name, len(below))
	}
	if err := c.end(tx, p); err != nil {
		return err
	}
	return c.log(tx, "dissolve", code, p.Name)
}

// Changes returns the log of a place, the latest first.
func Changes(tx *db.Tx, code string) ([]Logged, error) {
	list, err := db.Select(tx, func(r *db.Rows) (l Logged, err error) {
		err = r.Scan(&l.ID, &l.Kind, &l.Code, &l.Detail, &l.On, &l.Basis, &l.By, &l.At)
		return l, err
	}, "select id, kind, code, detail, on_date, basis, by_whom, at from place_change where code = ? order by id desc", code)
	return list, wrap("list changes of place", err)
}

// settle fills in today and refuses a day to come: what stands now must be what the rows say.
func (c Change) settle(tx *db.Tx) (Change, error) {
	today := Today(tx)
	if c.On.IsZero() {
		c.On = today
	}
	if c.On.After(today) {
		return c, fault.Invalid("on", "生效日期 %s 还没有到", c.On.String())
	}
	return c, nil
}

// begin settles the change and loads the place, which must stand and must not have changed later.
func (c Change) begin(tx *db.Tx, code string) (Change, Place, error) {
	c, err := c.settle(tx)
	if err != nil {
		return c, Place{}, err
	}
	p, err := present(tx, "code", code)
	if err != nil {
		return c, p, err
	}
	if c.On.Before(p.Since) {
		return c, p, fault.Invalid("on", "%s 在 %s 已有变更，生效日期不能更早", p.Name, p.Since.String())
	}
	return c, p, nil
}

// keepPast writes down the state that ends; a state of no day at all is not worth a row.
func (c Change) keepPast(tx *db.Tx, p Place) error {
	if p.Since == c.On {
		return nil
	}
	return wrap("keep past of place", tx.Exec("insert into place_past (code, name, parent, valid_from, valid_to) values (?, ?, ?, ?, ?)",
		p.Code, p.Name, p.Parent, p.Since, c.On))
}

func (c Change) end(tx *db.Tx, p Place) error {
	return wrap("end place", tx.ExecOne("update place set valid_to = ? where code = ? and valid_to = ''", c.On, p.Code))
}

// log writes the change down and raises the version.
func (c Change) log(tx *db.Tx, kind, code, detail string) error {
	err := tx.Exec(`insert into place_change (id, kind, code, detail, on_date, basis, by_whom, at) values (?, ?, ?, ?, ?, ?, ?, ?)`,
		db.NewID(), kind, code, detail, c.On, c.Basis, c.By, db.At(tx.Now()))
	if err != nil {
		return wrap("log change of place", err)
	}
	return raise(tx)
}

func raise(tx *db.Tx) error {
	return wrap("raise version of places", tx.Exec("update place_state set version = version + 1 where id = 1"))
}

// present returns a place that stands, or an invalid fault for the field.
func present(tx *db.Tx, field, code string) (Place, error) {
	p, found, err := find(tx, code)
	switch {
	case err != nil:
		return p, wrap("read place", err)
	case !found:
		return p, fault.Invalid(field, "没有代码为 %s 的区划", code)
	case p.Gone():
		return p, fault.Invalid(field, "%s 已于 %s 撤销", p.Name, p.ValidTo.String())
	}
	return p, nil
}

const maxName = 80

func (n New) check() error {
	if !goodCode(n.Code) {
		return fault.Invalid("code", "区划代码 %q 只能用字母、数字、短横和下划线，不超过 32 位", n.Code)
	}
	if n.Level == "" {
		return fault.Invalid("level", "请填写区划层级")
	}
	return checkName(n.Name)
}

func checkName(name string) error {
	if name == "" || name != strings.TrimSpace(name) || utf8.RuneCountInString(name) > maxName {
		return fault.Invalid("name", "区划名称不能为空、首尾不能有空格、不超过 %d 字", maxName)
	}
	return nil
}

func goodCode(code string) bool {
	for _, r := range code {
		if !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '_') {
			return false
		}
	}
	return code != "" && len(code) <= 32
}
