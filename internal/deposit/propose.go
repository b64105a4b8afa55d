package deposit

import (
	"encoding/json"
	"fmt"
	"slices"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/ledger"
	"linli/internal/place"
	"linli/internal/staff"
)

// begin opens the deposit of an organisation with its accounts.
func (x *Deposits) begin(tx *db.Tx, by staff.Actor, s *Sum) (Deposit, error) {
	d := Deposit{ID: db.NewID(), Rule: s.Rule.Ref(), Org: s.Org.ID, Name: s.Org.Name, Place: s.Org.Place, Path: s.Org.Path, Level: s.Assessor.Level, KeeperLevel: s.Keeper.Level,
		State: Assessing, Way: Whole, Made: db.At(tx.Now()), Version: 1, Pack: x.o.Packs().Pack(s.Rule.Basis[0].Document, "").Version}
	at, err := s.placeOf(tx, s.Assessor.Level)
	if err != nil {
		return d, err
	}
	keeper, err := s.placeOf(tx, s.Keeper.Level)
	if err != nil {
		return d, err
	}
	d.At, d.KeeperPath = at.Code, keeper.Path
	safety, err := staff.UnitsFilling(tx, s.Rule.Safety, at.Path)
	if err != nil {
		return d, err
	}
	if !slices.ContainsFunc(safety, func(u staff.Unit) bool { return u.Code == by.Unit }) {
		name := "本级安监部门"
		if len(safety) > 0 {
			name = safety[0].Name
		}
		return d, &fault.Error{Kind: fault.KindForbidden, Clause: s.Assessor.Basis[0], Format: "%s：由%s核定", Args: []any{s.Assessor.Says, name}}
	}
	finance, err := staff.UnitsFilling(tx, s.Rule.Finance, at.Path)
	if err != nil {
		return d, err
	}
	if len(finance) == 0 {
		return d, fault.Invalid("finance", "%s没有担任财政部门的单位，请管理员先设置", at.Name)
	}
	d.Unit, d.Finance = by.Unit, finance[0].Code
	f, ok, err := ledger.FundFor(tx, s.Keeper.Level, s.Rule.Fund, keeper.Path)
	if err != nil {
		return d, err
	}
	if !ok {
		return d, fault.Refused(s.Keeper.Basis[0], "%s还没有开设专户，请财政部门先设置资金“%s”", keeper.Name, s.Rule.Fund)
	}
	d.Fund = f.ID
	owner := "organisation:" + d.Org.String()
	if err := ledger.Open(tx, ledger.Account{Code: d.account(false), Name: d.Name + " · 缴存本金", Class: ledger.Liability, Owner: owner, Path: keeper.Path},
		ledger.Account{Code: d.account(true), Name: d.Name + " · 缴存利息", Class: ledger.Liability, Owner: owner, Path: keeper.Path}); err != nil {
		return d, err
	}
	err = tx.Exec(`insert into deposit_record (id, rule, pack, org, name, place, path, level, at_place, keeper_level, keeper_path, unit, finance, fund, state, made_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, d.ID, d.Rule, d.Pack, d.Org, d.Name, d.Place, d.Path, d.Level, d.At, d.KeeperLevel, d.KeeperPath, d.Unit, d.Finance,
		d.Fund, string(d.State), d.Made)
	return d, wrap("open deposit", err)
}

func (s *Sum) placeOf(tx *db.Tx, level string) (place.Place, error) {
	code := s.county
	if level == "city" || code == "" {
		code = place.Codes(s.Org.Path)[0]
	}
	return place.Get(tx, code)
}

func (x *Deposits) propose(tx *db.Tx, by staff.Actor, key string, d *Deposit, s *Sum, kind string) error {
	a := Assessment{ID: db.NewID(), Kind: kind}
	text := fmt.Sprintf("%s：应存 %s", d.Name, s.Fen.Words())
	r, err := x.open(tx, by, key, d, s.Rule.Cases.Assess, text, d.Unit, map[string]string{"enterprise": d.Name, "content": text})
	if err != nil {
		return err
	}
	known, err := json.Marshal(s.Known)
	if err != nil {
		return err
	}
	steps, err := json.Marshal(append(slices.Clone(s.Reckoned.Steps), s.Group...))
	if err != nil {
		return err
	}
	version := x.o.Packs().Pack(s.Rule.Basis[0].Document, "").Version
	err = tx.Exec(`insert into deposit_assessment (id, deposit, case_id, kind, sum, known, steps, pack, day, state, by_name, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'proposed', ?, ?)`,
		a.ID, d.ID, r, a.Kind, int64(s.Fen), string(known), string(steps), version, place.Today(tx), by.Name, db.At(tx.Now()))
	if err != nil {
		return wrap("write assessment", err)
	}
	return record(tx, by, "deposit.assess", d.ID, map[string]any{"sum": s.Fen, "kind": kind, "known": s.Known})
}

// open registers a case for a deposit, takes it on and sends it to the unit that decides.
func (x *Deposits) open(tx *db.Tx, by staff.Actor, key string, d *Deposit, flowID, title, lead string, fields map[string]string) (db.ID, error) {
	if n := []rune(title); len(n) > 50 {
		title = string(n[:50])
	}
	r, err := x.o.Cases.Register(tx, by, casework.Intake{Key: key + "/case", Flow: flowID, Title: title, Body: title, Fields: fields, Place: d.At, From: casework.Reporter{Name: by.Name}})
	if err != nil {
		return 0, err
	}
	for _, a := range []flow.Act{{Verb: flow.Accept}, {Verb: flow.Dispatch, To: lead}} {
		if _, err := x.o.Cases.Do(tx, by, r.Case, casework.Act{Act: a, Key: key + "/" + string(a.Verb)}); err != nil {
			return 0, err
		}
	}
	return r.Case, nil
}
