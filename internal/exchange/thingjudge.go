package exchange

import (
	"errors"
	"strings"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/register"
)

// judgeThings is judge of rows that are of no person. Each is looked for and told by itself.
func (r *personRun) judgeThings(tx *db.Tx, list []incoming, s *PersonSummary) ([]judged, error) {
	out := make([]judged, len(list))
	for i := range list {
		j := &out[i]
		j.in = &list[i]
		s.Read++
		if j.in.thing == nil {
			j.verdict, j.field, j.reason = VerdictRejected, j.in.field, j.in.why
			s.Rejected++
			continue
		}
		if err := r.putThing(tx, j); err != nil {
			return nil, err
		}
		switch j.verdict {
		case VerdictNew:
			s.Added++
		case VerdictUpdate:
			s.Changed++
		case VerdictConflict:
			s.Conflicts++
		case VerdictRejected:
			s.Rejected++
		default:
			s.Present++
		}
	}
	return out, nil
}

// putThing finds or adds what a row is of, and tells of it what the row says.
func (r *personRun) putThing(tx *db.Tx, j *judged) error {
	subject, fresh, err := r.findThing(tx, j.in)
	if kind := fault.KindOf(err); err != nil && (kind == fault.KindInvalid || kind == fault.KindConflict) {
		bad := wrongOf(err)
		j.verdict, j.field, j.reason = VerdictRejected, bad.field, bad.why
		return nil
	}
	if err != nil {
		return err
	}
	j.person = subject.ID
	known, err := register.Facts(tx, subject, fact.AsOf{})
	if err != nil {
		return err
	}
	var changed, disputed []string
	for _, t := range j.in.tells {
		if holds(known, t) {
			continue
		}
		out, err := r.im.People.Tell(tx, fact.Fact{Subject: subject, Name: t.name, Value: t.value, Telling: r.telling(j.in)})
		switch {
		case err != nil:
			return err
		case !out.Conflict.IsZero():
			disputed = append(disputed, t.name)
		case !out.Same:
			changed = append(changed, t.name)
		}
	}
	notes := append([]string(nil), j.in.notes...)
	for _, field := range []string{colHead, colOwner} {
		done, note, err := r.relate(tx, j.in, subject, field)
		if err != nil {
			return err
		}
		if done {
			changed = append(changed, field)
		}
		if note != "" {
			notes = append(notes, note)
		}
	}
	r.conclude(j, fresh, changed, disputed, notes)
	return nil
}

func (r *personRun) conclude(j *judged, fresh bool, changed, disputed, notes []string) {
	switch {
	case fresh:
		j.verdict = VerdictNew
	case len(disputed) > 0:
		j.verdict, j.field = VerdictConflict, disputed[0]
		notes = append([]string{"与已核实的登记不一致，原来的不变，列入冲突待核实：" + r.labels(disputed)}, notes...)
	case len(changed) > 0:
		j.verdict, j.field = VerdictUpdate, changed[0]
		notes = append([]string{"更新：" + r.labels(changed)}, notes...)
	default:
		j.verdict = VerdictPresent
	}
	j.reason = strings.Join(notes, "；")
}

// findThing returns what a row is of, added when it was not there. Returns invalid and conflict for what cannot be added.
func (r *personRun) findThing(tx *db.Tx, in *incoming) (s fact.Subject, fresh bool, err error) {
	switch r.im.Map.Of {
	case lexicon.Household:
		return r.household(tx, in)
	case lexicon.Dwelling:
		return r.dwelling(tx, in)
	}
	return r.organisation(tx, in)
}

func (r *personRun) household(tx *db.Tx, in *incoming) (fact.Subject, bool, error) {
	t := in.thing
	if number := t.said["number"]; number != "" {
		h, err := register.HouseholdByNumber(tx, number)
		if err == nil || fault.KindOf(err) != fault.KindNotFound {
			return fact.Household(h.ID), false, err
		}
	} else {
		before, err := r.before(tx, []any{in.digest})
		if err != nil || !before[in.digest].IsZero() {
			return fact.Household(before[in.digest]), false, err
		}
	}
	kind := t.said["kind"]
	if kind == "" {
		kind = register.Family
	}
	h, err := register.AddHousehold(tx, register.Household{Kind: kind, Number: t.said["number"], Place: t.place, Address: t.said[lexicon.Address], Source: register.FromTable(r.im.Map.Source)})
	if err == nil && in.digest != "" {
		err = tx.Exec("insert into exchange_person (source, digest, person) values (?, ?, ?)", r.im.Map.Source, in.digest, h.ID)
	}
	return fact.Household(h.ID), true, err
}

// dwelling adds what a room stands in as well; the row is of the last part that it names.
func (r *personRun) dwelling(tx *db.Tx, in *incoming) (fact.Subject, bool, error) {
	t := in.thing
	var last register.Dwelling
	fresh := false
	for _, level := range []string{register.Building, register.UnitOf, register.Room} {
		name := t.said[level]
		if name == "" {
			continue
		}
		d := register.Dwelling{Parent: last.ID, Level: level, Name: name, Place: t.place, Source: register.FromTable(r.im.Map.Source)}
		if t.said[register.UnitOf]+t.said[register.Room] == "" { // of a part, it follows from what it is part of
			d.Address = t.said[lexicon.Address]
		}
		there, err := register.DwellingAt(tx, d.Place, d.Parent, d.Name)
		switch {
		case err == nil:
			last, fresh = there, false
			continue
		case fault.KindOf(err) != fault.KindNotFound:
			return fact.Subject{}, false, err
		}
		if last, err = register.AddDwelling(tx, d); err != nil {
			return fact.Subject{}, false, err
		}
		fresh = true
	}
	return fact.Dwelling(last.ID), fresh, nil
}

func (r *personRun) organisation(tx *db.Tx, in *incoming) (fact.Subject, bool, error) {
	t := in.thing
	o, err := register.FindOrganisation(tx, t.said[colCode], t.said[lexicon.Name], t.place)
	if err == nil || fault.KindOf(err) != fault.KindNotFound {
		return fact.Organisation(o.ID), false, err
	}
	o, err = register.PutOrganisation(tx, register.Organisation{Code: t.said[colCode], Name: t.said[lexicon.Name], Place: t.place, Address: t.said[lexicon.Address],
		Kind: t.said["kind"], Registration: t.said["registration"], Source: register.FromTable(r.im.Map.Source)})
	return fact.Organisation(o.ID), true, err
}

// relate tells who heads or owns what a row is of. Who is not registered, or not where the clerk works, is asked for in a note.
func (r *personRun) relate(tx *db.Tx, in *incoming, to fact.Subject, field string) (done bool, note string, err error) {
	number := in.thing.said[field]
	if number == "" {
		return false, "", nil
	}
	label := strings.TrimSuffix(labelOf(r.in.fields, field), "身份证号")
	found, err := r.im.People.Find(tx, register.IDNumber, number)
	if err != nil {
		return false, "", err
	}
	if len(found) == 0 {
		return false, label + "还没有登记；先导入人员，再导入一次这张表就能对上", nil
	}
	p := fact.Person(found[0].ID)
	if err := register.See(tx, r.im.By, p, register.ForService); err != nil {
		if fault.KindOf(err) != fault.KindForbidden {
			return false, "", err
		}
		return false, label + "的登记不在您负责的区域，没有对上，请由其所在地办理", nil
	}
	names := []string{lexicon.Heads, lexicon.MemberOf}
	if field == colOwner {
		names = []string{lexicon.Owns}
	}
	stands, err := fact.Relations(tx, to, fact.AsOf{}, names...)
	if err != nil {
		return false, "", err
	}
	for _, name := range names {
		if related(stands, name, p) {
			continue
		}
		x := fact.Relation{Name: name, From: p, To: to, Telling: r.telling(in)}
		if name == lexicon.MemberOf {
			x.Detail = label
		}
		_, err := fact.Relate(tx, x)
		if kind := fault.KindOf(err); err != nil && (kind == fault.KindConflict || kind == fault.KindInvalid) {
			return done, label + "没有对上：" + wrongOf(err).why, nil
		}
		if err != nil {
			return false, "", err
		}
		done = true
	}
	return done, "", errors.Join(err, register.Project(tx, to))
}

func related(list []fact.Relation, name string, p fact.Subject) bool {
	for _, x := range list {
		if x.Name == name && x.From == p {
			return true
		}
	}
	return false
}
