package admission

import (
	"fmt"
	"slices"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/staff"
)

// Admissions judges sendings and sums loads in one city. It is safe for concurrent use.
type Admissions struct {
	cases *casework.Cases
	packs func() *pack.Index
}

// New returns the admissions of a city.
func New(cases *casework.Cases, packs func() *pack.Index) *Admissions {
	return &Admissions{cases, packs}
}

// Rules lists what documents put under admission on a day.
func (a *Admissions) Rules(on civil.Date) []*pack.Admission {
	var list []*pack.Admission
	for _, p := range a.packs().Packs() {
		list = append(list, p.On(on).Admissions...)
	}
	return list
}

// Check returns nil when the sending may go down: no document in force puts it under admission, or the case of that number
// admits it. Otherwise the refusal, with its clause. The case must be one that the actor sees.
func (a *Admissions) Check(tx *db.Tx, by staff.Actor, number string, s pack.Sending) (db.ID, error) {
	rules := a.Rules(civil.DateOf(tx.Now(), civil.Shanghai))
	if len(rules) == 0 {
		return 0, nil
	}
	k, err := a.named(tx, by, number)
	if err != nil {
		return 0, err
	}
	for _, r := range rules {
		switch {
		case k == nil:
			return 0, r.Judge(pack.Admitted{}, s)
		case k.Flow == r.Flow:
			return k.ID, r.Judge(admitted(k), s)
		}
	}
	return 0, fault.Refused(rules[0].Basis[0], "%s 不是准入申请，不能作为下派的依据", number)
}

// named finds the case of a number, nil for "".
func (a *Admissions) named(tx *db.Tx, by staff.Actor, number string) (*casework.Case, error) {
	if number == "" {
		return nil, nil
	}
	k, err := a.cases.Numbered(tx, by, number)
	if fault.KindOf(err) == fault.KindNotFound && err != nil {
		return nil, fault.Invalid("admission", "没有编号为 %s 的准入申请，或您无权查看", number)
	}
	if err != nil {
		return nil, fmt.Errorf("find admission: %w", err)
	}
	return k, nil
}

// admitted is a case as the rule looks at it.
func admitted(k *casework.Case) pack.Admitted {
	return pack.Admitted{Number: k.Number, State: k.State(), Sender: k.Situation.Sender, To: helpers(k), Fields: k.Fields}
}

func helpers(k *casework.Case) []string {
	var list []string
	for _, b := range k.Situation.Branches {
		if !slices.Contains(list, b.Unit) {
			list = append(list, b.Unit)
		}
	}
	return list
}

// Readers are the roles that look at tasks, tables and loads of communities.
var Readers = []staff.Role{staff.Community, staff.Handler, staff.Supervisor, staff.Leader, staff.Auditor}

// Sees reports whether the load of a unit at a place is shown to the actor: his own, or one at a place that he oversees.
func Sees(by staff.Actor, unit, path string) bool {
	return by.Has(staff.Handler, "", unit) || path != "" && slices.ContainsFunc([]staff.Role{staff.Community, staff.Supervisor, staff.Leader, staff.Auditor, staff.Desk},
		func(r staff.Role) bool { return by.Has(r, path, "") })
}
