package casework

import (
	"fmt"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/register"
	"linli/internal/staff"
)

// resolve checks what an act names outside its own case: units, leaders, other cases.
func (c *Cases) resolve(tx *db.Tx, by staff.Actor, k *Case, a *Act) error {
	for _, u := range append([]string{a.To}, a.With...) {
		if u == "" {
			continue
		}
		if _, err := staff.UnitOf(tx, u); err != nil {
			return fault.Invalid("unit", "没有单位 %s", u)
		}
	}
	if a.Leader != "" {
		post, err := leaderPost(tx, a.Leader)
		if err != nil {
			return err
		}
		a.Post = post
	}
	if a.Case != "" {
		return c.resolveCase(tx, by, k, a)
	}
	return nil
}

func leaderPost(tx *db.Tx, account string) (string, error) {
	id, err := db.ParseID(account)
	if err != nil {
		return "", fault.Invalid("leader", "请选择呈批领导")
	}
	who, err := staff.ActorOf(tx, id, staff.ViaPage)
	if err != nil || !who.HasAny(staff.Leader) {
		return "", fault.Invalid("leader", "所选人员不是可以批示的领导")
	}
	return who.Post, nil
}

func (c *Cases) resolveCase(tx *db.Tx, by staff.Actor, k *Case, a *Act) error {
	id, err := db.ParseID(a.Case)
	if err != nil || id == k.ID {
		return fault.Invalid("case", "请选择另一办件")
	}
	other, err := visible(tx, by, id)
	if err != nil {
		return fault.Invalid("case", "没有这个办件，或您无权查看")
	}
	if a.Verb != flow.Merge {
		return nil
	}
	f, err := c.flowOf(other)
	if err != nil || !other.Main.IsZero() || !f.Open(other.State()) {
		return fault.Invalid("case", "只能并入尚未办结的主件")
	}
	k.Main = id
	return nil
}

// beside does what a verb does to other rows than the case itself.
func (c *Cases) beside(tx *db.Tx, by staff.Actor, k *Case, a Act) error {
	switch a.Verb {
	case flow.Merge:
		return c.mergeInto(tx, by, k, a)
	case flow.Link:
		id, err := db.ParseID(a.Case)
		if err != nil {
			return err
		}
		return linked(tx, k.ID, id, a.Words)
	case flow.Rate:
		return rated(tx, by, k, a)
	}
	return nil
}

// rated writes the grade into the case, its sums and the receipts of whoever gave it.
func rated(tx *db.Tx, by staff.Actor, k *Case, a Act) error {
	if err := tx.Exec(`update case_record set grade = ? where id = ?`, a.Grade, k.ID); err != nil {
		return err
	}
	is := k.row
	is.grade = a.Grade
	if err := tallied(tx, k, k.row.counts(), is.counts()); err != nil {
		return err
	}
	k.row = is
	his, args, err := register.Among(tx, "person", by.Person)
	if err != nil {
		return err
	}
	return tx.Exec(`update case_reporter set grade = ? where case_id = ? and (id = ? or `+his+`)`, append([]any{a.Grade, k.ID, a.receipt}, args...)...)
}

// mergeInto moves the reporters to the main case, where each keeps the receipt he was given, and notes the merge there.
func (c *Cases) mergeInto(tx *db.Tx, by staff.Actor, k *Case, a Act) error {
	main, err := load(tx, k.Main)
	if err != nil {
		return err
	}
	persons, err := db.Select(tx, scanID, `select person from case_reporter where case_id = ? and person <> 0
		and person not in (select person from case_reporter where case_id = ?)`, k.ID, main.ID)
	if err != nil {
		return err
	}
	if err := tx.Exec(`update case_reporter set case_id = ? where case_id = ?`, main.ID, k.ID); err != nil {
		return err
	}
	seenOnce := map[db.ID]bool{}
	for _, p := range persons {
		if seenOnce[p] {
			continue
		}
		seenOnce[p] = true
		if err := enqueue(tx, staff.PersonKey(p), main.row.yellow, main.ID); err != nil {
			return err
		}
	}
	if err := linked(tx, k.ID, main.ID, "并案"); err != nil {
		return err
	}
	note := Act{Act: flow.Act{Verb: flow.Link, Case: k.ID.String(), Words: k.Number + " 并入本件"}}
	roles, err := c.roles(tx, by, main)
	if err != nil {
		return err
	}
	if _, err := c.step(tx, by, main, roles, note); err != nil {
		return fmt.Errorf("note the merge in %s: %w", main.Number, err)
	}
	return nil
}

func linked(tx *db.Tx, a, b db.ID, why string) error {
	for _, pair := range [][2]db.ID{{a, b}, {b, a}} {
		err := tx.Exec(`insert into case_link (case_id, other, why, at) values (?, ?, ?, ?) on conflict (case_id, other) do nothing`,
			pair[0], pair[1], why, db.At(tx.Now()))
		if err != nil {
			return err
		}
	}
	return nil
}

// A LinkedCase (关联办件) is another case that belongs to this one.
type LinkedCase struct {
	Line
	Why string `json:"why"`
}

// Links lists the linked cases that the actor sees too.
func (c *Cases) Links(tx *db.Tx, by staff.Actor, id db.ID) ([]LinkedCase, error) {
	type pair struct {
		other db.ID
		why   string
	}
	pairs, err := db.Select(tx, func(r *db.Rows) (p pair, err error) { return p, r.Scan(&p.other, &p.why) },
		`select other, why from case_link where case_id = ? order by at, other`, id)
	if err != nil {
		return nil, err
	}
	var list []LinkedCase
	for _, p := range pairs {
		if _, err := visible(tx, by, p.other); err != nil {
			if fault.KindOf(err) == fault.KindNotFound {
				continue
			}
			return nil, err
		}
		lines, err := c.linesFor(tx, by, []db.ID{p.other})
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			list = append(list, LinkedCase{l, p.why})
		}
	}
	return list, nil
}
