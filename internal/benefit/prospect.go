package benefit

import (
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/rule"
	"linli/internal/staff"
)

// A Prospect (可能符合的待遇) is a benefit that somebody does not receive and may be entitled to, as the registers have it today.
type Prospect struct {
	Benefit *pack.Benefit
	Value   rule.Verdict // Yes, or Needs
	Fen     money.Fen
	Needs   []string // labels of what must be known
}

// Prospects lists what somebody may be entitled to besides what he receives: what the rules say yes to, then what hangs on few facts. To himself and to
// who may see him for relief.
func (x *Benefits) Prospects(tx *db.Tx, by staff.Actor, s fact.Subject) ([]Prospect, error) {
	if err := register.See(tx, by, s, register.ForRelief); err != nil {
		return nil, err
	}
	path, err := register.PathOf(tx, s)
	if err != nil {
		return nil, err
	}
	known, err := x.Classes.Facts(tx, s)
	if err != nil {
		return nil, err
	}
	standing, err := of(tx, s)
	if err != nil {
		return nil, err
	}
	r := reviewing{Benefits: x, tx: tx, s: s, path: path, today: place.Today(tx), known: known, standing: standing}
	var sure, open []Prospect
	for _, b := range x.Packs().Benefits(path, r.today) {
		if b.Of != s.Kind || len(b.Told) > 0 || r.entitlement(b) != nil || r.had(b) {
			continue
		}
		a, why := ask(b, r.versionOf(b.Ref()), r.today, known)
		r.yield(b, &a, &why)
		fen, err := a.Fen()
		if err != nil || a.Err != nil {
			continue // no prospect of what cannot be computed
		}
		switch {
		case a.Value == rule.Yes:
			sure = append(sure, Prospect{Benefit: b, Value: rule.Yes, Fen: money.Fen(fen)})
		case a.Value == rule.Needs && len(a.Needs) <= mostNeeds && r.promising(&a):
			open = append(open, Prospect{Benefit: b, Value: rule.Needs, Needs: finding(b, s, path, Check, &a, why, 0).Needs})
		}
	}
	return append(sure, open...), nil
}
