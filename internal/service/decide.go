package service

import (
	"fmt"
	"slices"
	"strings"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/job"
	"linli/internal/lexicon"
	"linli/internal/notify"
	"linli/internal/pack"
	"linli/internal/register"
	"linli/internal/staff"
)

// platform records what a decision changes.
var platform = staff.Actor{Name: "平台", Via: staff.ViaJob}

// Decided is the worker of casework.Decided: what a favourable decision changes is recorded, its document issued, and what may be
// applied for next is told. Doing it twice changes nothing.
func (w *Window) Decided(tx *db.Tx, j job.Job) error {
	var e casework.Event
	if err := j.Decode(&e); err != nil {
		return err
	}
	return w.Record(tx, e.Case)
}

// Record writes what the decision of a case changes, once.
func (w *Window) Record(tx *db.Tx, id db.ID) error {
	k, err := w.Cases.Stored(tx, id)
	if err != nil || k.Situation.Outcome != flow.Granted {
		return err
	}
	f, err := w.filing(tx, k)
	if err != nil || !f.Recorded.IsZero() {
		return skipNotFound(err)
	}
	on := civil.DateOf(k.Replied, civil.Shanghai)
	g := f.Item.Guide(nil, f.Filled, on)
	x := recording{Window: w, tx: tx, f: f, on: on, deed: db.NewID()}
	for _, r := range f.Item.Records(&g, f.Filled) {
		if err := x.write(r); err != nil {
			return fmt.Errorf("record %s%s: %w", r.Fact, r.Relation, err)
		}
	}
	if err := w.issue(tx, f, on); err != nil {
		return err
	}
	err = tx.ExecOne(`update service_application set recorded_at = ?, unrecorded = ? where case_id = ? and recorded_at = ''`,
		db.At(tx.Now()), strings.Join(x.missing, "；"), id)
	if err != nil {
		return err
	}
	return w.offerNext(tx, f, &g)
}

// Stored returns an application for the platform's own work, without asking who may see it. Returns notfound when the case is none.
func (w *Window) Stored(tx *db.Tx, id db.ID) (*Filing, error) {
	k, err := w.Cases.Stored(tx, id)
	if err != nil {
		return nil, err
	}
	return w.filing(tx, k)
}

func skipNotFound(err error) error {
	if err != nil && fault.KindOf(err) == fault.KindNotFound {
		return nil // decided by approval, but not applied for here
	}
	return err
}

// recording is one decision while its effects are written: they share a deed, the day and the case as basis.
type recording struct {
	*Window
	tx      *db.Tx
	f       *Filing
	on      civil.Date
	deed    db.ID
	missing []string
}

func (x *recording) telling() fact.Telling {
	return fact.Telling{Deed: x.deed, Source: fact.Source{Kind: fact.ByCase, Name: x.f.Case.Number}, Certainty: fact.Confirmed, By: platform.Name,
		Basis: x.f.Case.Number, Path: x.f.Case.Path}
}

func (x *recording) write(r pack.Record) error {
	whom, err := x.subjects(r.Of)
	if err != nil {
		return err
	}
	if len(whom) == 0 {
		x.missing = append(x.missing, "没有找到“"+r.Of+"”在登记中的人或户")
	}
	for _, s := range whom {
		if r.Relation != "" {
			err = x.relate(s, r)
		} else {
			err = x.tell(s, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// subjects finds whom an effect is about: the applicant, his household, its members, or the person a field names.
func (x *recording) subjects(of string) ([]fact.Subject, error) {
	self := fact.Person(x.f.Person)
	switch of {
	case "applicant":
		return []fact.Subject{self}, nil
	case "household":
		return x.households(self)
	}
	members, err := x.members(self)
	if err != nil || of == "members" {
		return members, err
	}
	name := strings.TrimSpace(x.f.Filled[of])
	if name == "" {
		return nil, nil
	}
	for _, m := range members {
		p, err := register.PersonOf(x.tx, m.ID)
		if err != nil {
			return nil, err
		}
		if p.Name == name {
			return []fact.Subject{m}, nil
		}
	}
	p, _, err := x.People.FindOrCreate(x.tx, register.Newcomer{Name: name, Place: x.f.Case.Place, Source: "case"})
	if err != nil {
		return nil, err
	}
	_, err = fact.Relate(x.tx, fact.Relation{Name: lexicon.CaresFor, From: self, To: fact.Person(p.ID), Detail: "同一申请", Since: x.on, Telling: x.telling()})
	return []fact.Subject{fact.Person(p.ID)}, err
}

func (x *recording) households(self fact.Subject) ([]fact.Subject, error) {
	list, err := fact.Relations(x.tx, self, fact.AsOf{}, lexicon.MemberOf)
	var out []fact.Subject
	for _, r := range list {
		if r.From == self && r.To.Kind == lexicon.Household {
			out = append(out, r.To)
		}
	}
	return out, err
}

// members are those of the applicant's households and those he cares for or is parent of, himself included.
func (x *recording) members(self fact.Subject) ([]fact.Subject, error) {
	out := []fact.Subject{self}
	add := func(s fact.Subject) {
		if s.Kind == lexicon.Person && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	homes, err := x.households(self)
	if err != nil {
		return nil, err
	}
	for _, h := range homes {
		list, err := fact.Relations(x.tx, h, fact.AsOf{}, lexicon.MemberOf)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			add(r.From)
		}
	}
	list, err := fact.Relations(x.tx, self, fact.AsOf{}, lexicon.ParentOf, lexicon.CaresFor, lexicon.SpouseOf)
	for _, r := range list {
		add(r.Other(self))
	}
	return out, err
}

func (x *recording) tell(s fact.Subject, r pack.Record) error {
	if r.Ends {
		return fact.Retract(x.tx, fact.Fact{Subject: s, Name: r.Fact, From: x.on}, x.telling())
	}
	f := fact.Fact{Subject: s, Name: r.Fact, Value: r.Value, From: x.on, Telling: x.telling()}
	w, known := x.People.Words().Word(s.Kind, r.Fact)
	if !known {
		_, err := fact.Change(x.tx, f)
		return err
	}
	if _, err := w.Check(r.Value); err != nil {
		x.missing = append(x.missing, w.Label+"“"+r.Value+"”不合登记的写法")
		return nil
	}
	_, err := x.People.Change(x.tx, f)
	return err
}

// relate ends what stood and begins the relation that was decided. The other end is what the applicant already stands in some
// relation to under that label: a dwelling he lives in, an employer; what the registers do not have is told to the desk.
func (x *recording) relate(s fact.Subject, r pack.Record) error {
	word, _ := lexicon.RelationOf(r.Relation)
	standing, err := fact.Relations(x.tx, s, fact.AsOf{}, r.Relation)
	if err != nil {
		return err
	}
	for _, old := range standing {
		if old.From == s && (r.Ends || word.One) {
			if err := fact.End(x.tx, old, x.on, x.telling()); err != nil {
				return err
			}
		}
	}
	if r.Ends {
		return nil
	}
	around, err := fact.Relations(x.tx, fact.Person(x.f.Person), fact.AsOf{})
	if err != nil {
		return err
	}
	for _, a := range around {
		label, err := labelOf(x.tx, a.To)
		if err != nil {
			return err
		}
		if label == r.Value && word.Joins(s.Kind, a.To.Kind) {
			_, err := fact.Relate(x.tx, fact.Relation{Name: r.Relation, From: s, To: a.To, Since: x.on, Telling: x.telling()})
			return err
		}
	}
	x.missing = append(x.missing, word.Label+"“"+r.Value+"”不在登记中，请补登")
	return nil
}

// issue numbers and keeps the document that the decision gives.
func (w *Window) issue(tx *db.Tx, f *Filing, on civil.Date) error {
	r := f.Item.Result
	if r == nil {
		return nil
	}
	until, err := r.Until(w.Cases.Law(), on)
	if err != nil {
		return fault.Internal(err, "无法计算期限")
	}
	var seq int64
	err = tx.QueryRow(`insert into service_counter (pattern, year, last) values (?, ?, 1)
		on conflict (pattern, year) do update set last = service_counter.last + 1 returning last`, r.Number, on.Year).Scan(&seq)
	if err != nil {
		return fmt.Errorf("number document: %w", err)
	}
	return tx.Exec(`insert into service_result (`+resultColumns+`) values (?, ?, ?, ?, ?, ?, ?)`,
		f.Case.ID, f.Item.ID, f.Person, r.Document, casework.FillNumber(r.Number, on.Year, seq), on, until)
}

// offerNext tells the applicant what he may apply for now.
func (w *Window) offerNext(tx *db.Tx, f *Filing, g *pack.Guide) error {
	if f.Person.IsZero() {
		return nil
	}
	for _, n := range g.Next {
		o, err := w.Offer(n.Item, civil.DateOf(tx.Now(), civil.Shanghai))
		if err != nil {
			return skipNotFound(err)
		}
		err = notify.Send(tx, notify.Message{To: notify.Person(f.Person), Subject: "可以接着办：" + o.Item.Name,
			Text: n.Says + "。已掌握的信息不用再填。", Link: "/services/" + n.Item})
		if err != nil {
			return err
		}
	}
	return nil
}

// Next lists what is offered after an application was granted, with the reason for each.
func (f *Filing) Next(on civil.Date) []pack.NextItem {
	if f.Case.Situation.Outcome != flow.Granted {
		return nil
	}
	g := f.Item.Guide(nil, f.Filled, on)
	return g.Next
}
