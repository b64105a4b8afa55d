package casework

import (
	"fmt"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/job"
	"linli/internal/staff"
)

// Decided is the kind of job that is left when the lead of an approval has answered, for whoever records what follows. Its
// arguments are an Event.
const Decided = "casework.decided"

// allot names the unit for each part of an approval that is sent out, and for its lead, where the caller named none: the
// one that fills the office nearest to the place of the case.
func allot(tx *db.Tx, f *flow.Flow, k *Case, a *Act) error {
	if f.Approval == nil || a.Verb != flow.Dispatch && a.Verb != flow.Reassign {
		return nil
	}
	unit := func(office string) (string, error) {
		list, err := staff.UnitsFilling(tx, office, k.Path)
		if err != nil {
			return "", err
		}
		if len(list) == 0 {
			return "", fault.Invalid("unit", "本地没有担任“%s”的单位，请管理员先设置", office)
		}
		return list[0].Code, nil
	}
	var err error
	if a.To == "" {
		if a.To, err = unit(f.Approval.Lead); err != nil {
			return err
		}
	}
	a.Shares = slices.Clone(a.Shares)
	for _, p := range f.Approval.Parts {
		i := slices.IndexFunc(a.Shares, func(s flow.Share) bool { return s.Office == p.Office })
		if i < 0 {
			a.Shares, i = append(a.Shares, flow.Share{Office: p.Office}), len(a.Shares)
		}
		if s := &a.Shares[i]; s.Unit == "" {
			if s.Unit, err = unit(s.Office); err != nil && (!p.Shared || slices.Contains(k.Situation.Parts, p.Office)) {
				return err
			}
		}
	}
	return nil
}

// follow does what a step leads to outside its own case: cases of other flows that it opens, and news of a decision.
func (c *Cases) follow(tx *db.Tx, f *flow.Flow, k *Case, v flow.Verb) error {
	if f.Approval != nil && v == flow.Reply {
		_, err := job.Enqueue(tx, Decided, Event{k.ID, k.Number, v, k.State(), k.Channel, k.Place, k.Situation.Lead, k.Version})
		if err != nil {
			return err
		}
	}
	for _, o := range c.opened(f, k, v) {
		if err := c.openFrom(tx, k, o); err != nil {
			return fmt.Errorf("open a case of %s: %w", o.Flow, err)
		}
	}
	return nil
}

// opened lists what the flow itself opens by a step, and which flows in force at the place listen to it.
func (c *Cases) opened(f *flow.Flow, k *Case, v flow.Verb) []flow.Opening {
	list := f.Opened(&k.Situation, v, k.LastStep)
	day := civil.DateOf(k.LastStep, civil.Shanghai)
	for _, p := range c.packs().At(k.Path, day) {
		for _, other := range p.On(day).Flows {
			list = append(list, other.Hears(f, &k.Situation, v, k.LastStep)...)
		}
	}
	return list
}

// opener is the platform itself, which opens what a document says follows from a step.
var opener = staff.Actor{Name: "平台", Via: staff.ViaJob}

// openFrom opens the case that a step calls for, in the step's own transaction, and links the two. A quiet one does not
// say from which case it comes, and starts with the unit that the opening is about.
func (c *Cases) openFrom(tx *db.Tx, k *Case, o flow.Opening) error {
	number, title, why := k.Number, k.Title, "引出"
	if o.Quiet {
		number, title = "", ""
	}
	text := strings.NewReplacer("{number}", number, "{title}", title).Replace(o.Title)
	in := Intake{Flow: o.Flow, Title: text, Body: text, Place: k.Place, Fields: map[string]string{"title": text},
		From: Reporter{Name: "平台", Channel: k.Channel}}
	r, err := c.register(tx, opener, in)
	if err != nil {
		return err
	}
	if o.Quiet {
		return tx.Exec(`insert into case_origin (case_id, origin, at) values (?, ?, ?)`, r.Case, k.ID, db.At(tx.Now()))
	}
	return linked(tx, k.ID, r.Case, why)
}

// Origin returns the case that quietly led to this one, for those who have to ask its reporter: whoever keeps or
// supervises this case and whose unit had no part in the other. To everybody else there is none.
func (c *Cases) Origin(tx *db.Tx, by staff.Actor, k *Case) (*Case, error) {
	ids, err := db.Select(tx, scanID, `select origin from case_origin where case_id = ?`, k.ID)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	first, err := load(tx, ids[0])
	if err != nil {
		return nil, err
	}
	if !c.apart(tx, by, k, first) {
		return nil, nil
	}
	return first, nil
}

func (c *Cases) apart(tx *db.Tx, by staff.Actor, k, first *Case) bool {
	past, err := db.Select(tx, func(r *db.Rows) (u string, err error) { return u, r.Scan(&u) }, `select unit from case_unit where case_id = ?`, first.ID)
	if err != nil || slices.Contains(past, by.Unit) {
		return false
	}
	return by.Has(staff.Desk, k.Path, k.Situation.Desk) || by.Has(staff.Supervisor, k.Path, "")
}

// About returns the unit that a quiet opening is about: the lead of the case it comes from, or its desk where nobody led.
// Whoever keeps the new case sends it there without being told which case it was.
func (c *Cases) About(tx *db.Tx, k *Case) (string, error) {
	ids, err := db.Select(tx, scanID, `select origin from case_origin where case_id = ?`, k.ID)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	first, err := load(tx, ids[0])
	if err != nil {
		return "", err
	}
	if first.Situation.Lead == "" {
		return first.Situation.Desk, nil
	}
	return first.Situation.Lead, nil
}
