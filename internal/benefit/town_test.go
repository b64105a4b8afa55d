package benefit_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"linli/internal/benefit"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/job"
	"linli/internal/ledger"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/payrun"
	"linli/internal/register"
	"linli/internal/service"
	"linli/internal/staff"
	"linli/test/town"
)

// office is the town with its civil affairs bureau, those who handle money, and one mentally disabled resident on relief.
type office struct {
	*town.Town
	t        *testing.T
	benefits *benefit.Benefits
	jobs     *job.Runner
	person   fact.Subject

	community, street, sender, civil, other, maker, head staff.Actor
	turns                                                int
}

func each(t *testing.T, test func(t *testing.T, o *office)) {
	town.Each(t, func(t *testing.T, w *town.Town) { test(t, open(t, w)) }, service.Migrations, ledger.Migrations, payrun.Migrations, benefit.Migrations)
}

func open(t *testing.T, w *town.Town) *office {
	t.Helper()
	o := &office{Town: w, t: t}
	w.Clock.Set(time.Date(2026, 3, 2, 9, 0, 0, 0, civil.Shanghai))
	o.jobs = job.NewRunner(w.DB, job.Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	window := &service.Window{Cases: w.Cases, Packs: w.Catalog.Index, People: w.People}
	pay := payrun.New(w.Catalog.Index)
	pay.Register(o.jobs, w.DB)
	o.benefits = &benefit.Benefits{City: town.City, Packs: w.Catalog.Index, Classes: &class.Classes{Register: w.People, Packs: w.Catalog.Index}, Window: window, Pay: pay}
	pay.Offer(o.benefits.Offer())
	o.jobs.Handle(casework.Decided, o.benefits.Decided)
	w.Write(t, func(tx *db.Tx) error {
		if err := town.Open(tx, staff.Unit{Code: "civil", Name: "邻水市民政局", Kind: "department", Place: town.City, Offices: []string{"civil"}}); err != nil {
			return err
		}
		for _, h := range []struct {
			login, unit string
			grants      []staff.Grant
		}{
			{"counter", town.RiverrowOffice, []staff.Grant{{Role: staff.Desk, Place: town.Riverrow}}},
			{"sends", town.RiverrowOffice, []staff.Grant{{Role: staff.Dispatcher, Place: town.Riverrow}}},
			{"minzheng", "civil", []staff.Grant{{Role: staff.Handler, Unit: "civil"}}},
			{"minzheng2", "civil", []staff.Grant{{Role: staff.Handler, Unit: "civil"}}},
			{"caiwu", town.Office, []staff.Grant{{Role: staff.Finance, Place: town.City}}},
			{"fuhe", town.Office, []staff.Grant{{Role: staff.Treasurer, Place: town.City}}},
		} {
			if err := town.Hire(tx, staff.Account{Login: h.login, Name: "人员" + h.login, Unit: h.unit}, h.grants...); err != nil {
				return err
			}
		}
		ids, err := w.People.AddMany(tx, []register.Newcomer{{Name: "钱丙", Sex: form.Male, Born: civil.MustDate("1980-02-29"), Place: town.Willow, Phone: "19900000009", Source: "test"}})
		if err != nil {
			return err
		}
		o.person = fact.Person(ids[0])
		for name, value := range map[string]string{lexicon.HomePlace: town.Willow, "disability": "mental", "disability_level": "2", "relief": "minimum", "pension": "none"} {
			if err := o.tell(tx, name, value, "2026-01-05"); err != nil {
				return err
			}
		}
		return nil
	})
	o.community, o.street, o.sender, o.civil, o.other = w.Actor(t, "hall"), w.Actor(t, "counter"), w.Actor(t, "sends"), w.Actor(t, "minzheng"), w.Actor(t, "minzheng2")
	o.maker, o.head = w.Actor(t, "caiwu"), w.Actor(t, "fuhe")
	o.fund(1_000_000)
	return o
}

func (o *office) tell(tx *db.Tx, name, value, from string) error {
	_, err := o.People.Change(tx, fact.Fact{Subject: o.person, Name: name, Value: value, From: civil.MustDate(from),
		Telling: fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "测试"}, Certainty: fact.Confirmed, By: "测试", Path: o.path(town.Willow)}})
	return err
}

func (o *office) path(code string) string { p, _ := o.Places.Get(code); return p.Path }

func (o *office) fund(budget money.Fen) {
	o.t.Helper()
	o.Write(o.t, func(tx *db.Tx) error {
		f, err := ledger.PutFund(tx, o.head, ledger.Fund{Payer: "county", Code: "残疾人保障资金", Place: town.East, Name: "东城区残疾人保障资金"})
		if err != nil {
			return err
		}
		return ledger.Amend(tx, o.head, "budget", f.ID, ledger.Amendment{Year: 2026, Day: civil.MustDate("2026-01-01"), Fen: budget, Words: "年初预算"})
	})
}

func (o *office) at(s string) {
	day, err := time.ParseInLocation("2006-01-02 15:04", s, civil.Shanghai)
	if err != nil {
		o.t.Fatal(err)
	}
	o.Clock.Set(day)
}

func (o *office) key() string { o.turns++; return fmt.Sprint("t", o.turns) }

func (o *office) work() {
	o.t.Helper()
	if _, err := o.jobs.RunDue(context.Background()); err != nil {
		o.t.Fatal(err)
	}
}

// review lets the rules look at the resident and returns what they found.
func (o *office) review() (list []benefit.Finding) {
	o.t.Helper()
	o.Write(o.t, func(tx *db.Tx) error { _, err := o.benefits.Review(tx, o.person); return err })
	o.Read(o.t, func(tx *db.Tx) (err error) {
		list, err = o.benefits.Findings(tx, o.community, benefit.Query{})
		return err
	})
	return list
}

func (o *office) do(by staff.Actor, id db.ID, a flow.Act) {
	o.t.Helper()
	o.Write(o.t, func(tx *db.Tx) error {
		_, err := o.benefits.Window.Cases.Do(tx, by, id, casework.Act{Act: a, Key: o.key()})
		if err != nil {
			return fmt.Errorf("%s: %w", a.Verb, err)
		}
		return nil
	})
}

// granted takes the resident from what the rules found to the decision, and returns his entitlement.
func (o *office) granted() benefit.Entitlement {
	o.t.Helper()
	var f benefit.Finding
	for _, g := range o.review() {
		if g.Benefit == "sm12-63:mental-allowance" && g.Kind == benefit.Grant {
			f = g
		}
	}
	if f.ID.IsZero() {
		o.t.Fatal("the rules did not find him")
	}
	var r casework.Receipt
	o.Write(o.t, func(tx *db.Tx) error {
		if err := o.benefits.Check(tx, o.community, f.ID, true, "入户看了证，人在家"); err != nil {
			return err
		}
		var err error
		r, err = o.benefits.Apply(tx, o.community, f.ID, o.key(), map[string]string{"id_number": "99000019800229001X", "phone": "19900000009"})
		return err
	})
	o.do(o.community, r.Case, flow.Act{Verb: flow.Accept})
	o.do(o.community, r.Case, flow.Act{Verb: "check", Words: "属实", Sets: map[string]any{"checked": true}})
	o.do(o.street, r.Case, flow.Act{Verb: "review", Words: "初审属实"})
	o.do(o.sender, r.Case, flow.Act{Verb: flow.Dispatch, To: "civil"})
	o.do(o.street, r.Case, flow.Act{Verb: "publish", Words: "社区公示栏"})
	o.at("2026-03-12 09:00")
	o.do(o.civil, r.Case, flow.Act{Verb: flow.Reply, Words: "准予", Verdict: flow.Agree})
	o.work()
	list := o.entitlements()
	if len(list) != 1 || list[0].Case != r.Case {
		o.t.Fatalf("%+v", list)
	}
	return list[0]
}

func (o *office) entitlements() (list []benefit.Entitlement) {
	o.t.Helper()
	o.Read(o.t, func(tx *db.Tx) (err error) { list, err = o.benefits.Mine(tx, o.community, o.person); return err })
	return list
}

// pay pays a month: the run is made, approved, sent and answered.
func (o *office) pay(period string) (lines []payrun.Slip) {
	o.t.Helper()
	var id db.ID
	pay := o.benefits.Pay
	o.Write(o.t, func(tx *db.Tx) (err error) {
		if id, err = pay.Make(tx, o.maker, payrun.Making{Key: o.key(), Name: period, Sources: []string{"benefit"}, Period: period, Place: town.City}); err == nil {
			err = pay.Start(tx, o.maker, id)
		}
		return err
	})
	for more := true; more; {
		var err error
		if _, more, err = pay.Reckon(context.Background(), o.DB, id); err != nil {
			o.t.Fatal(err)
		}
	}
	o.Read(o.t, func(tx *db.Tx) (err error) {
		lines, err = pay.Slips(tx, o.head, id, payrun.Query{Limit: 1000})
		return err
	})
	if !slices.ContainsFunc(lines, func(s payrun.Slip) bool { return s.State == payrun.Due }) {
		o.Write(o.t, func(tx *db.Tx) error { return pay.Refuse(tx, o.maker, id, "没有可发的") })
		return lines
	}
	o.Write(o.t, func(tx *db.Tx) error {
		if err := pay.Review(tx, o.maker, id); err != nil {
			return err
		}
		return pay.Approve(tx, o.head, id, "")
	})
	for more := true; more; {
		var err error
		if _, more, err = pay.Post(context.Background(), o.DB, id); err != nil {
			o.t.Fatal(err)
		}
	}
	o.Write(o.t, func(tx *db.Tx) error { return pay.Send(tx, o.maker, id) })
	var rows []payrun.Back
	h := sha256.New()
	for i, s := range lines {
		if s.State == payrun.Due {
			rows = append(rows, payrun.Back{Row: i + 2, Line: s.ID, Fen: s.Net(), Paid: true, Serial: "S" + s.ID.String()})
			fmt.Fprintln(h, s.ID)
		}
	}
	if _, err := pay.TakeBack(context.Background(), o.DB, o.maker, id, "back.csv", hex.EncodeToString(h.Sum(nil)), rows, nil); err != nil {
		o.t.Fatal(err)
	}
	o.work()
	return lines
}

func (o *office) account() {
	o.t.Helper()
	o.Write(o.t, func(tx *db.Tx) error {
		return o.benefits.SetAccount(tx, o.community, o.person, benefit.Account{Holder: "钱丙", Bank: "某农商行", Number: "9900 0000 0000 01"})
	})
}

func kind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Fatalf("got %v, want %v", err, want)
	}
}
