package service

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// known looks up, of all that an item could use, what is known of a person: the registers, his documents, his earlier
// applications. A confirmed or stated fact counts; a doubtful one does not.
func (w *Window) known(tx *db.Tx, i *pack.Item, person db.ID) (map[pack.Source]pack.Known, error) {
	out := map[pack.Source]pack.Known{}
	wanted, tellers := i.Sources(), tellers{}
	for _, read := range []func() error{
		func() error { return w.columns(tx, person, out) },
		func() error { return contacts(tx, person, out) },
		func() error { return facts(tx, person, tellers, out) },
		func() error { return w.relatives(tx, person, wanted, tellers, out) },
		func() error { return results(tx, person, out) },
	} {
		if err := read(); err != nil {
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

// contacts are the numbers that the register keeps under seal: nobody types them again, and nobody reads them here.
func contacts(tx *db.Tx, person db.ID, out map[pack.Source]pack.Known) error {
	list, err := register.Contacts(tx, person)
	for _, c := range list {
		source := pack.Source("fact." + fieldOf[c.Kind])
		if _, have := out[source]; !have && fieldOf[c.Kind] != "" {
			out[source] = pack.Known{Value: c.Masked, From: "人口登记", Sealed: true}
		}
	}
	return err
}

// fieldOf names what is under seal as forms do.
var fieldOf = map[register.Kind]string{register.IDNumber: "id_number", register.Phone: "phone"}

func facts(tx *db.Tx, person db.ID, by tellers, out map[pack.Source]pack.Known) error {
	list, err := fact.Of(tx, fact.Person(person), fact.AsOf{})
	for _, f := range list {
		if f.Certainty != fact.Doubtful {
			out[pack.Source("fact."+f.Name)] = pack.Known{Value: f.Value, From: by.words(tx, f.Telling), Since: f.From}
		}
	}
	return err
}

// tellers are the names of units that told something, by code, each read once.
type tellers map[string]string

// words says where something was told: by whom, and in which unit, register or case.
func (x tellers) words(tx *db.Tx, t fact.Telling) string {
	code := t.Source.Name
	name, have := x[code]
	if !have {
		name = code
		if u, err := staff.UnitOf(tx, code); err == nil {
			name = u.Name
		}
		x[code] = name
	}
	if name == "" {
		return t.Source.Kind.Words()
	}
	return t.Source.Kind.Words() + "（" + name + "）"
}

// relatives are the other ends of relations: dwellings and employers by address or name; and of persons, where there is only one, what is
// wanted of him. Of two children nobody knows which is meant.
func (w *Window) relatives(tx *db.Tx, person db.ID, wanted []pack.Source, by tellers, out map[pack.Source]pack.Known) error {
	self := fact.Person(person)
	relations, err := fact.Relations(tx, self, fact.AsOf{})
	if err != nil {
		return err
	}
	persons := map[string]int{}
	for _, r := range relations {
		word, _ := lexicon.RelationOf(r.Name)
		if r.From != self && !word.Mutual || r.Certainty == fact.Doubtful {
			continue
		}
		other := r.Other(self)
		if other.Kind == lexicon.Person {
			persons[r.Name]++
		}
		is := pack.Known{From: by.words(tx, r.Telling), Since: r.Since}
		if is.Value, err = labelOf(tx, other); err != nil {
			return err
		}
		out[pack.Source("relation."+r.Name)] = is
		if err := w.beyond(tx, r.Name, other, is, wanted, out); err != nil {
			return err
		}
	}
	maps.DeleteFunc(out, func(s pack.Source, _ pack.Known) bool {
		name, _, _ := strings.Cut(s.Name(), ".")
		return s.Kind() == "relation" && persons[name] > 1
	})
	return nil
}

// beyond adds what is wanted of the other end of a relation. What a record keeps from view is not told of anybody else.
func (w *Window) beyond(tx *db.Tx, name string, other fact.Subject, is pack.Known, wanted []pack.Source, out map[pack.Source]pack.Known) error {
	prefix := "relation." + name + "."
	if !slices.ContainsFunc(wanted, func(s pack.Source) bool { return strings.HasPrefix(string(s), prefix) }) {
		return nil
	}
	told, err := register.Facts(tx, other, fact.AsOf{})
	for _, f := range told {
		word, ok := w.People.Words().Word(other.Kind, f.Name)
		if s := pack.Source(prefix + f.Name); slices.Contains(wanted, s) && ok && word.Sensitive == "" && f.Certainty != fact.Doubtful {
			is.Value = f.Value
			out[s] = is
		}
	}
	return err
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
	name, err := register.Name(tx, s)
	if fault.KindOf(err) == fault.KindNotFound && err != nil {
		return s.String(), nil
	}
	return name, err
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
	his, args, err := register.Among(tx, "person", person)
	if err != nil {
		return err
	}
	list, err := db.Select(tx, scanResult, `select `+resultColumns+` from service_result where `+his+` order by issued_on`, args...)
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
	his, args, err := register.Among(tx, "a.person", person)
	if err != nil {
		return pack.Known{}, false, err
	}
	type row struct{ filled, number string }
	list, err := db.Select(tx, func(r *db.Rows) (x row, err error) { return x, r.Scan(&x.filled, &x.number) },
		`select a.filled, c.number from service_application a join fact_case c on c.id = a.case_id
			where `+his+` and a.item = ? order by a.at desc limit 1`, append(args, item)...)
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
