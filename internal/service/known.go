package service

import (
	"encoding/json"
	"fmt"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
)

// known looks up, of all that an item could use, what is known of a person: the registers, his documents, his earlier
// applications. A confirmed or stated fact counts; a doubtful one does not.
func (w *Window) known(tx *db.Tx, i *pack.Item, person db.ID) (map[pack.Source]pack.Known, error) {
	out := map[pack.Source]pack.Known{}
	wanted := i.Sources()
	for _, read := range []func(*db.Tx, db.ID, map[pack.Source]pack.Known) error{w.columns, facts, results} {
		if err := read(tx, person, out); err != nil {
			return nil, err
		}
	}
	kept := map[pack.Source]pack.Known{}
	for _, s := range wanted {
		if s.Kind() == "case" {
			k, ok, err := earlier(tx, person, s)
			if err != nil {
				return nil, err
			}
			if ok {
				kept[s] = k
			}
		} else if k, ok := out[s]; ok && k.Value != "" {
			kept[s] = k
		}
	}
	return kept, nil
}

// columns is what the record of the person himself tells.
func (w *Window) columns(tx *db.Tx, person db.ID, out map[pack.Source]pack.Known) error {
	p, err := register.PersonOf(tx, person)
	if err != nil {
		return fmt.Errorf("read person: %w", err)
	}
	from := "人口登记"
	out["fact.name"] = pack.Known{Value: p.Name, From: from}
	out["fact.address"] = pack.Known{Value: p.Address, From: from}
	out["fact.place"] = pack.Known{Value: p.Place, From: from}
	if !p.Born.IsZero() {
		out["fact.born"] = pack.Known{Value: p.Born.String(), From: from}
	}
	if p.Sex != "" {
		out["fact.sex"] = pack.Known{Value: string(p.Sex), From: from}
	}
	return nil
}

func facts(tx *db.Tx, person db.ID, out map[pack.Source]pack.Known) error {
	self := fact.Person(person)
	list, err := fact.Of(tx, self, fact.AsOf{})
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.Certainty != fact.Doubtful {
			out[pack.Source("fact."+f.Name)] = pack.Known{Value: f.Value, From: f.Source.Kind.Words() + "（" + f.Source.Name + "）", Since: f.From}
		}
	}
	relations, err := fact.Relations(tx, self, fact.AsOf{})
	if err != nil {
		return err
	}
	for _, r := range relations {
		if r.From != self || r.Certainty == fact.Doubtful {
			continue
		}
		label, err := labelOf(tx, r.To)
		if err != nil {
			return err
		}
		out[pack.Source("relation."+r.Name)] = pack.Known{Value: label, From: r.Source.Kind.Words() + "（" + r.Source.Name + "）", Since: r.Since}
	}
	return nil
}

// labelOf is how a form writes the other end of a relation: its address or name, else what the register calls it.
func labelOf(tx *db.Tx, s fact.Subject) (string, error) {
	if s.Kind == lexicon.Person {
		p, err := register.PersonOf(tx, s.ID)
		return p.Name, err
	}
	for _, name := range []string{lexicon.Address, lexicon.Name} {
		f, ok, err := fact.One(tx, s, name, fact.AsOf{})
		if err != nil || ok {
			return f.Value, err
		}
	}
	return s.String(), nil
}

// A Result (已发文书) is a document that a decision gave.
type Result struct {
	Case     db.ID
	Item     string
	Person   db.ID
	Document string
	Number   string
	Issued   civil.Date
	Until    civil.Date // last day of validity; zero: without end
}

func scanResult(r *db.Rows) (x Result, err error) {
	return x, r.Scan(&x.Case, &x.Item, &x.Person, &x.Document, &x.Number, &x.Issued, &x.Until)
}

const resultColumns = `case_id, item, person, document, number, issued_on, valid_until`

// results are the valid documents that the person holds.
func results(tx *db.Tx, person db.ID, out map[pack.Source]pack.Known) error {
	today := place.Today(tx)
	list, err := db.Select(tx, scanResult, `select `+resultColumns+` from service_result where person = ? order by issued_on`, person)
	if err != nil {
		return fmt.Errorf("documents of person: %w", err)
	}
	for _, r := range list {
		if r.Until.IsZero() || !r.Until.Before(today) {
			out[pack.Source("result."+r.Item)] = pack.Known{Value: r.Number, From: r.Document + " " + r.Number, Since: r.Issued}
		}
	}
	return nil
}

// earlier finds what the latest application for an item said in a field.
func earlier(tx *db.Tx, person db.ID, s pack.Source) (pack.Known, bool, error) {
	item, field, _ := strings.Cut(s.Name(), ".")
	type row struct{ filled, number string }
	list, err := db.Select(tx, func(r *db.Rows) (x row, err error) { return x, r.Scan(&x.filled, &x.number) },
		`select a.filled, c.number from service_application a join fact_case c on c.id = a.case_id
			where a.person = ? and a.item = ? order by a.at desc limit 1`, person, item)
	if err != nil || len(list) == 0 {
		return pack.Known{}, false, err
	}
	values := map[string]string{}
	if err := json.Unmarshal([]byte(list[0].filled), &values); err != nil {
		return pack.Known{}, false, err
	}
	return pack.Known{Value: values[field], From: "办件 " + list[0].number}, values[field] != "", nil
}

// sealed takes out of what was filled in what is kept under seal by the register alone.
func sealed(fields []form.Field, values map[string]string) map[string]string {
	out := map[string]string{}
	for i := range fields {
		d := &fields[i]
		switch v := values[d.Name]; {
		case v == "":
		case d.Kind == "id-number" || d.Sensitive == "hidden":
			out[d.Name] = "已登记"
		case d.Kind == "phone":
			out[d.Name] = form.MaskPhone(v)
		default:
			out[d.Name] = v
		}
	}
	return out
}
