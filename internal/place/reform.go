package place

import (
	"cmp"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
)

// Merge lets the places of codes become one: an existing place that takes the others in, or a new one. What stood below
// them moves below it. Level and parent of a new place default to those of the first.
func Merge(tx *db.Tx, c Change, codes []string, into New) error {
	codes = distinct(codes)
	gone := slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return code == into.Code })
	if len(gone) == 0 {
		return fault.Invalid("codes", "合并至少要有一个被并入的区划")
	}
	if err := c.ensure(tx, into, gone[0]); err != nil {
		return err
	}
	for _, code := range gone {
		c, p, err := c.begin(tx, code)
		if err != nil {
			return err
		}
		below, err := Children(tx, code, Today(tx))
		if err != nil {
			return err
		}
		for _, child := range below {
			if child.Code == into.Code {
				return fault.Invalid("codes", "%s 不能并入自己的下级 %s", p.Name, child.Name)
			}
			if err := Move(tx, c, child.Code, into.Code); err != nil {
				return err
			}
		}
		if err := c.succeed(tx, p, into.Code); err != nil {
			return err
		}
		if err := c.end(tx, p); err != nil {
			return err
		}
		if err := c.log(tx, "merge", code, p.Name+" → "+into.Code); err != nil {
			return err
		}
	}
	return nil
}

// Split divides a place into parts, of which one may be the place itself with its code and what it keeps. children says
// for each place below it the code of its part. Returns invalid for a child not allotted.
func Split(tx *db.Tx, c Change, code string, parts []New, children map[string]string) error {
	c, p, err := c.begin(tx, code)
	if err != nil {
		return err
	}
	stays := slices.ContainsFunc(parts, func(n New) bool { return n.Code == code })
	if len(parts) < 2 {
		return fault.Invalid("parts", "拆分至少要有两个部分")
	}
	below, err := Children(tx, code, Today(tx))
	if err != nil {
		return err
	}
	for _, child := range below {
		if !slices.ContainsFunc(parts, func(n New) bool { return n.Code == children[child.Code] }) {
			return fault.Invalid("children", "%s（%s）还没有分到任何一个部分", child.Name, child.Code)
		}
	}
	for _, part := range parts {
		if err := c.ensure(tx, part, code); err != nil {
			return err
		}
		if stays {
			continue // it goes on as itself, and answers for its own past
		}
		if err := c.succeed(tx, p, part.Code); err != nil {
			return err
		}
	}
	for _, child := range below {
		if err := Move(tx, c, child.Code, children[child.Code]); err != nil {
			return err
		}
	}
	if !stays {
		if err := c.end(tx, p); err != nil {
			return err
		}
	}
	return c.log(tx, "split", code, p.Name+" → "+strings.Join(codesOf(parts), " "))
}

// ensure makes sure that the successor stands, creating it beside the model when its code is new.
func (c Change) ensure(tx *db.Tx, n New, model string) error {
	_, exists, err := find(tx, n.Code)
	if err != nil {
		return wrap("find successor of place", err)
	}
	if exists {
		_, err := present(tx, "into", n.Code)
		return err
	}
	old, err := present(tx, "codes", model)
	if err != nil {
		return err
	}
	n.Level = cmp.Or(n.Level, old.Level)
	n.Parent = cmp.Or(n.Parent, old.Parent)
	return Add(tx, c, n)
}

func (c Change) succeed(tx *db.Tx, p Place, successor string) error {
	return wrap("note successor of place", tx.Exec(`insert into place_successor (code, successor, since) values (?, ?, ?)
		on conflict (code, successor) do update set since = excluded.since`, p.Code, successor, c.On))
}

// Resolve returns the places that stood on that day where code had been: the place itself while it stands, otherwise
// its successors, and theirs, in the order of their codes. A place dissolved without a successor resolves to the nearest
// place above it that stands. Returns notfound for an unknown code and for a day before the place began.
func Resolve(tx *db.Tx, code string, on civil.Date) ([]Place, error) {
	first, err := Get(tx, code)
	if err != nil {
		return nil, err
	}
	if on.Before(first.ValidFrom) {
		return nil, fault.NotFound("%s（%s）自 %s 起才设立", first.Name, code, first.ValidFrom.String())
	}
	var found []Place
	seen := map[string]bool{}
	open := []Place{first}
	for len(open) > 0 {
		p := open[0]
		open = open[1:]
		if seen[p.Code] {
			continue
		}
		seen[p.Code] = true
		if p.StandsOn(on) {
			found = append(found, p)
			continue
		}
		next, err := after(tx, p, on)
		if err != nil {
			return nil, wrap("resolve place", err)
		}
		open = append(open, next...)
	}
	slices.SortFunc(found, func(a, b Place) int { return strings.Compare(a.Code, b.Code) })
	return found, nil
}

// after returns what came after a place that is gone.
func after(tx *db.Tx, p Place, on civil.Date) ([]Place, error) {
	codes, err := db.Select(tx, func(r *db.Rows) (code string, err error) { return code, r.Scan(&code) },
		"select successor from place_successor where code = ? and since <= ? order by successor", p.Code, on)
	if err != nil {
		return nil, err
	}
	if len(codes) == 0 && p.Parent != "" {
		codes = []string{p.Parent}
	}
	list := make([]Place, 0, len(codes))
	for _, code := range codes {
		next, err := Get(tx, code)
		if err != nil {
			return nil, err
		}
		list = append(list, next)
	}
	return list, nil
}

// NameOn returns the name and the parent that a place had on that day; for a day outside its life, the nearest one.
func NameOn(tx *db.Tx, code string, on civil.Date) (name, parent string, err error) {
	p, err := Get(tx, code)
	if err != nil || !on.Before(p.Since) {
		return p.Name, p.Parent, err
	}
	name, parent = p.Name, p.Parent
	past, err := db.Select(tx, func(r *db.Rows) (s [2]string, err error) { return s, r.Scan(&s[0], &s[1]) },
		"select name, parent from place_past where code = ? and valid_to > ? order by valid_to limit 1", code, on)
	if len(past) > 0 {
		name, parent = past[0][0], past[0][1]
	}
	return name, parent, wrap("read past of place", err)
}

func distinct(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

func codesOf(list []New) []string {
	codes := make([]string, len(list))
	for i, n := range list {
		codes[i] = n.Code
	}
	return codes
}
