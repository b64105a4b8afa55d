package service

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// draftLife is how long an application that was begun can be gone on with.
const draftLife = 30 * 24 * time.Hour

// A Draft (草稿) is an application that is not finished. Whoever has its code goes on with it, at the window or at home.
type Draft struct {
	Code   string
	Item   string
	Person db.ID
	Says   map[string]string
	At     db.Time
}

// Save keeps a draft and returns its code. Identity numbers and hidden answers are left out: they are typed again.
func (w *Window) Save(tx *db.Tx, by staff.Actor, d Draft) (string, error) {
	o, err := w.Offer(d.Item, place.Today(tx))
	if err != nil {
		return "", err
	}
	if err := mayServe(tx, by, d.Person); err != nil {
		return "", err
	}
	kept := map[string]string{}
	for _, f := range fieldsOf(o.Item) {
		if v := d.Says[f.Name]; v != "" && !private(&f) {
			kept[f.Name] = v
		}
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return "", err
	}
	d.Code = newCode()
	err = tx.Exec(`insert into service_draft (code, person, item, filled, at) values (?, ?, ?, ?, ?)`, d.Code, d.Person, d.Item, string(text), db.At(tx.Now()))
	if err != nil {
		return "", fmt.Errorf("keep draft: %w", err)
	}
	return d.Code, nil
}

func private(f *form.Field) bool {
	return f.Kind == "id-number" || f.Kind == "phone" || f.Sensitive == "hidden"
}

// Resume finds a draft by its code. A draft of somebody known opens for himself and at a desk only.
func (w *Window) Resume(tx *db.Tx, by staff.Actor, code string) (Draft, error) {
	list, err := db.Select(tx, func(r *db.Rows) (d Draft, err error) {
		var filled string
		if err := r.Scan(&d.Code, &d.Person, &d.Item, &filled, &d.At); err != nil {
			return d, err
		}
		return d, json.Unmarshal([]byte(filled), &d.Says)
	}, `select code, person, item, filled, at from service_draft where code = ? and at > ?`, strings.ToUpper(strings.TrimSpace(code)), db.At(tx.Now().Add(-draftLife)))
	if err != nil {
		return Draft{}, fmt.Errorf("find draft: %w", err)
	}
	none := fault.Invalid("code", "没有这个续办码，或已过三十天")
	if len(list) == 0 {
		return Draft{}, none
	}
	d := list[0]
	own, err := register.IsOne(tx, d.Person, by.Person)
	if err != nil {
		return Draft{}, err
	}
	if !own && mayServe(tx, by, d.Person) != nil {
		return Draft{}, none
	}
	if d.Person, err = register.Kept(tx, d.Person); own && err == nil {
		d.Person = by.Person // the reader's own entry, which leads to the one that is kept
	}
	return d, err
}

// Mine lists the applications of a person that an actor may look at, the latest first.
func (w *Window) Mine(tx *db.Tx, by staff.Actor, person db.ID) ([]*Filing, error) {
	if err := mayServe(tx, by, person); err != nil || person.IsZero() {
		return nil, err
	}
	his, args, err := register.Among(tx, "person", person)
	if err != nil {
		return nil, err
	}
	ids, err := db.Select(tx, func(r *db.Rows) (id db.ID, err error) { return id, r.Scan(&id) },
		`select case_id from service_application where `+his+` order by at desc limit 50`, args...)
	if err != nil {
		return nil, fmt.Errorf("own applications: %w", err)
	}
	var list []*Filing
	for _, id := range ids {
		k, err := w.Cases.Stored(tx, id)
		if err != nil {
			return nil, err
		}
		f, err := w.filing(tx, k)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, nil
}
