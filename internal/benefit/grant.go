package benefit

import (
	"fmt"
	"strings"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/job"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/rule"
	"linli/internal/service"
	"linli/internal/staff"
)

// Decided is the worker of casework.Decided for what an item grants: a favourable decision opens the entitlements, if the rules say so too.
// What the case decided and the rules deny is a finding for people. Doing it twice changes nothing.
func (x *Benefits) Decided(tx *db.Tx, j job.Job) error {
	var e casework.Event
	if err := j.Decode(&e); err != nil {
		return err
	}
	return x.Record(tx, e.Case)
}

// Record opens what a decided case grants, once.
func (x *Benefits) Record(tx *db.Tx, id db.ID) error {
	f, err := x.Window.Stored(tx, id)
	if fault.KindOf(err) == fault.KindNotFound {
		return nil // no application
	}
	if err != nil || len(f.Item.Grants) == 0 || f.Person.IsZero() {
		return err
	}
	if f.Case.Situation.Outcome != flow.Granted {
		return x.settleFinding(tx, f)
	}
	on := civil.DateOf(f.Case.Replied, civil.Shanghai)
	for _, name := range f.Item.Grants {
		b, err := x.Of(f.Case.Document+":"+name, f.Case.Pack, on)
		if err != nil {
			return err
		}
		if err := x.grant(tx, f, b, on); err != nil {
			return fmt.Errorf("grant %s: %w", name, err)
		}
	}
	return x.settleFinding(tx, f)
}

// grant opens one entitlement by a case.
func (x *Benefits) grant(tx *db.Tx, f *service.Filing, b *pack.Benefit, on civil.Date) error {
	s := fact.Subject{Kind: b.Of, ID: f.Person}
	known, err := x.Classes.Facts(tx, s)
	if err != nil {
		return err
	}
	told(b, f, known)
	r, why := ask(b, f.Case.Pack, on, known)
	fen, err := r.Fen()
	if err != nil {
		return err
	}
	if r.Value != rule.Yes {
		_, err := x.find(tx, finding(b, s, f.Case.Path, Check, &r, why, f.Case.ID))
		return err
	}
	event := b.Occasion(known)
	if b.EachCase {
		event = f.Case.ID.String()
	}
	path, err := register.PathOf(tx, s)
	if err != nil || path == "" {
		path = f.Case.Path
	}
	first := b.First(on)
	e := Entitlement{Benefit: b.Ref(), Subject: s, Event: event, Path: path, Case: f.Case.ID, Number: f.Case.Number, State: Active, Begun: first, Fen: money.Fen(fen),
		Pack: f.Case.Pack, Unit: f.Case.Situation.Lead}
	if b.Per == rule.Once {
		e.State = Single
	}
	e, known2, err := x.open(tx, e)
	if err != nil {
		return err
	}
	if known2 && e.State != Ended {
		return nil // it stands, by this case or an earlier one
	}
	d := Decision{Kind: Grant, Effective: first, Fen: money.Fen(fen), Reason: why, Words: "经" + f.Item.Name + "审批准予", Case: f.Case.ID}
	_, err = x.decide(tx, deciderOf(f), &e, d)
	return err
}

// deciderOf is who decided a case, as the decision names him: the platform records for the unit.
func deciderOf(f *service.Filing) staff.Actor {
	a := staff.Job("benefit")
	a.Name = f.Case.Number
	return a
}

// told adds what the case says of the facts that no register has.
func told(b *pack.Benefit, f *service.Filing, known rule.Facts) {
	for _, t := range b.Told {
		text := strings.TrimSpace(f.Filled[t.Name])
		if v, ok := f.Case.Fields[t.Name]; text == "" && ok {
			text = fmt.Sprint(v)
		}
		if v, ok := f.Case.Situation.Facts[t.Name]; ok && v != nil {
			text = fmt.Sprint(v)
		}
		w, ok := b.Words().Word(b.Of, t.Name)
		if text == "" || !ok {
			continue
		}
		if kept, err := w.Check(text); err == nil {
			known[t.Name] = w.Value(kept)
		}
	}
}

// settleFinding closes the finding from which a case was opened.
func (x *Benefits) settleFinding(tx *db.Tx, f *service.Filing) error {
	return tx.Exec(`update benefit_finding set state = ?, decided_at = ?, decided_name = ? where case_id = ? and state = ?`, string(Decided), db.At(tx.Now()), f.Case.Number, f.Case.ID, string(Filed))
}

// Apply opens the case that checks and decides what a finding says somebody may be entitled to. Refused for findings that ask for something else.
func (x *Benefits) Apply(tx *db.Tx, by staff.Actor, id db.ID, key string, says map[string]string) (casework.Receipt, error) {
	f, err := x.finding(tx, by, id)
	if err != nil {
		return casework.Receipt{}, err
	}
	if f.Kind != Grant || f.State != Checked {
		return casework.Receipt{}, fault.Conflict("先核实清楚，才能为他申办")
	}
	b, err := x.Of(f.Benefit, f.Pack, f.On)
	if err != nil {
		return casework.Receipt{}, err
	}
	if b.Item == "" || f.Subject.Kind != lexicon.Person {
		return casework.Receipt{}, fault.Conflict("“%s”没有申办的事项", b.Name)
	}
	codes := place.Codes(f.Path)
	r, err := x.Window.Apply(tx, by, service.Application{Key: key, Item: b.Item, Person: f.Subject.ID, Says: says, Place: codes[len(codes)-1], Channel: "home",
		Proxy: by.Name, Authority: "社区主动核实，免申即享"})
	if err != nil {
		return r, err
	}
	return r, tx.ExecOne(`update benefit_finding set state = ?, case_id = ? where id = ? and state = ?`, string(Filed), r.Case, id, string(Checked))
}
