package duplicate

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// An Outcome (合并结果) says what became of a merge.
type Outcome struct {
	Kept      db.ID
	Deed      db.ID
	Facts     int // told of the one that is kept
	Conflicts int // of these, waiting because they disagree
	Relations int
	Left      []string // what could not be taken over
}

// Differ says that the two are not one person; they are never asked again. Returns conflict when somebody decided before.
func Differ(tx *db.Tx, by staff.Actor, id db.ID, why string) error {
	p, err := open(tx, by, id, &why)
	if err != nil {
		return err
	}
	if err := settle(tx, by, p, Different, why); err != nil {
		return err
	}
	return record(tx, by, "duplicate-differ", p, map[string]string{"why": why})
}

// Merge says that the two are one person, of whom the entry kept stays. Returns conflict when somebody decided before, or both have an
// ID number.
func Merge(tx *db.Tx, people *register.Register, by staff.Actor, id, kept db.ID, why string) (Outcome, error) {
	p, err := open(tx, by, id, &why)
	if err != nil {
		return Outcome{}, err
	}
	gone := p.Older
	switch kept {
	case p.Older:
		gone = p.Newer
	case p.Newer:
	default:
		return Outcome{}, fault.Invalid("kept", "请选择保留两条登记中的哪一条")
	}
	out := Outcome{Kept: kept, Deed: db.NewID()}
	if err := settle(tx, by, p, Merged, why); err != nil {
		return out, err
	}
	if err := moveFacts(tx, people, by, p, gone, &out); err != nil {
		return out, err
	}
	if err := people.Merge(tx, gone, kept, out.Deed, by.AuditName(), why); err != nil {
		return out, err
	}
	if err := redirect(tx, gone, kept); err != nil {
		return out, err
	}
	return out, record(tx, by, "duplicate-merge", p, map[string]string{"kept": kept.String(), "gone": gone.String(), "why": why})
}

const (
	minWhy = 4
	maxWhy = 200
)

// open returns a pair that by may decide and nobody has decided.
func open(tx *db.Tx, by staff.Actor, id db.ID, why *string) (Pair, error) {
	p, err := Get(tx, by, id)
	if err != nil {
		return p, err
	}
	*why = strings.TrimSpace(*why)
	switch n := utf8.RuneCountInString(*why); {
	case !may(by, p.Path, true):
		return p, fault.Forbidden("您可以查看，但只有当地的登记人员可以决定是不是同一个人")
	case p.State != Open:
		return p, fault.Conflict("这一对已经由别人处理过了")
	case n < minWhy || n > maxWhy:
		return p, fault.Invalid("why", "请写明根据什么判断，%d 到 %d 字", minWhy, maxWhy)
	}
	return p, nil
}

func settle(tx *db.Tx, by staff.Actor, p Pair, to State, why string) error {
	return wrap("decide pair", tx.ExecOne("update duplicate_pair set state = ?, decided_by = ?, decided_at = ?, why = ? where id = ? and state = ?",
		string(to), by.AuditName(), db.At(tx.Now()), why, p.ID, string(Open)))
}

// moveFacts tells of the kept entry what holds of the one that goes, each with its own source. What the row of the one that goes has from its
// first day is told when it is confirmed; for the rest, the row of the kept one is as good.
func moveFacts(tx *db.Tx, people *register.Register, by staff.Actor, p Pair, gone db.ID, out *Outcome) error {
	from, to := fact.Person(gone), fact.Person(out.Kept)
	list, err := register.Facts(tx, from, fact.AsOf{})
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.ID.IsZero() && f.Certainty != fact.Confirmed {
			continue
		}
		f.Subject = to
		f.Telling = fact.Telling{Deed: out.Deed, Source: f.Source, Certainty: f.Certainty, By: by.AuditName(), Basis: "合并登记", Path: p.Path}
		done, err := people.Tell(tx, f)
		if fault.KindOf(err) == fault.KindInvalid && err != nil { // a place that is no more, a word that is no longer told
			out.Left = append(out.Left, label(people, f.Name))
			continue
		}
		if err != nil {
			return err
		}
		if !done.Same {
			out.Facts++
		}
		if !done.Conflict.IsZero() {
			out.Conflicts++
		}
	}
	relations, err := fact.Relations(tx, from, fact.AsOf{})
	if err != nil {
		return err
	}
	for _, r := range relations {
		word := r.Label(from)
		if r.From == from {
			r.From = to
		}
		if r.To == from {
			r.To = to
		}
		r.Telling = fact.Telling{Deed: out.Deed, Source: r.Source, Certainty: r.Certainty, By: by.AuditName(), Basis: "合并登记", Path: p.Path}
		_, err := fact.Relate(tx, r)
		switch {
		case fault.KindOf(err) == fault.KindConflict || fault.KindOf(err) == fault.KindInvalid:
			out.Left = append(out.Left, word)
		case err != nil:
			return err
		default:
			out.Relations++
		}
	}
	return nil
}

func label(people *register.Register, name string) string {
	if w, ok := people.Words().Word(lexicon.Person, name); ok {
		return w.Label
	}
	return name
}

// redirect makes the other open pairs of the entry that went those of the one that is kept; a pair that is there already closes.
func redirect(tx *db.Tx, gone, kept db.ID) error {
	list, err := Of(tx, gone)
	if err != nil {
		return err
	}
	for _, p := range list {
		other := p.Older
		if other == gone {
			other = p.Newer
		}
		a, b := min(other, kept), max(other, kept)
		var n int
		if err := tx.QueryRow("select count(*) from duplicate_pair where older = ? and newer = ?", a, b).Scan(&n); err != nil {
			return wrap("find pair", err)
		}
		if n > 0 || a == b {
			err = tx.Exec("update duplicate_pair set state = ? where id = ?", string(Merged), p.ID)
		} else {
			err = tx.Exec("update duplicate_pair set older = ?, newer = ? where id = ?", a, b, p.ID)
		}
		if err != nil {
			return wrap("redirect pair", err)
		}
	}
	return nil
}

func record(tx *db.Tx, by staff.Actor, verb string, p Pair, detail map[string]string) error {
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: verb, Subject: "duplicate:" + p.ID.String(), Detail: text})
}
