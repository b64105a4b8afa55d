package payrun_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"sync/atomic"
	"testing"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/payrun"
	"linli/internal/sheet"
	"linli/internal/staff"
	"linli/test/town"
)

var (
	turn   atomic.Int64
	clause = law.MustParse("sm12-63#5")
	today  = civil.MustDate("2026-10-09")
)

func key() string { return fmt.Sprint("k", turn.Add(1)) }

// debts are what somebody owes, as a source of the test yields them.
type debts struct {
	lines map[string]payrun.Line // by key
	gone  map[string]bool        // owed no longer
	told  []payrun.News
	fail  error
}

func (o *debts) due(_ *db.Tx, w payrun.Want, after string, limit int) (list []payrun.Line, next string, err error) {
	if o.fail != nil {
		return nil, "", o.fail
	}
	var keys []string
	for k, l := range o.lines {
		if k > after && l.Period == w.Period && !o.gone[k] {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	for _, k := range keys[:min(limit, len(keys))] {
		list, next = append(list, o.lines[k]), k
	}
	if len(keys) <= limit {
		next = ""
	}
	return list, next, nil
}

func (o *debts) renew(_ *db.Tx, l payrun.Line) (payrun.Line, bool, error) {
	now, ok := o.lines[l.Key]
	return now, ok && !o.gone[l.Key], nil
}

func (o *debts) hear(_ *db.Tx, news []payrun.News) error {
	o.told = append(o.told, news...)
	return nil
}

// desk is the town with those who handle money, a fund of the city and one of the county, and what is owed.
type desk struct {
	*town.Town
	t            testing.TB
	runs         *payrun.Runs
	owe          *debts
	maker, other staff.Actor // 资金经办
	head         staff.Actor // 资金复核
	city, county ledger.Fund
}

func open(t testing.TB, w *town.Town, budget money.Fen) *desk {
	t.Helper()
	k := &desk{Town: w, t: t, owe: &debts{lines: map[string]payrun.Line{}, gone: map[string]bool{}}}
	k.runs = payrun.New(w.Catalog.Index)
	k.runs.Offer(payrun.Offer{Name: "test", Title: "试发", Due: k.owe.due, Renew: k.owe.renew, Told: k.owe.hear})
	w.Write(t, func(tx *db.Tx) error {
		for _, a := range []struct {
			login string
			role  staff.Role
		}{{"caiwu", staff.Finance}, {"caiwu2", staff.Finance}, {"fuhe", staff.Treasurer}, {"fuhe2", staff.Treasurer}} {
			if err := town.Hire(tx, staff.Account{Login: a.login, Name: "人员" + a.login, Unit: town.Office}, staff.Grant{Role: a.role, Place: town.City}); err != nil {
				return err
			}
		}
		return town.Hire(tx, staff.Account{Login: "both", Name: "兼任", Unit: town.Office}, staff.Grant{Role: staff.Finance, Place: town.City}, staff.Grant{Role: staff.Treasurer, Place: town.City})
	})
	k.maker, k.other, k.head = w.Actor(t, "caiwu"), w.Actor(t, "caiwu2"), w.Actor(t, "fuhe")
	w.Write(t, func(tx *db.Tx) (err error) {
		for _, f := range []struct {
			to    *ledger.Fund
			payer string
			place string
		}{{&k.city, "city", town.City}, {&k.county, "county", town.East}} {
			if *f.to, err = ledger.PutFund(tx, k.head, ledger.Fund{Payer: f.payer, Code: "disability", Place: f.place, Name: "资金" + f.payer}); err != nil {
				return err
			}
			if err = ledger.Amend(tx, k.head, key(), f.to.ID, ledger.Amendment{Year: 2026, Day: civil.MustDate("2026-01-01"), Fen: budget, Words: "年初预算"}); err != nil {
				return err
			}
		}
		return nil
	})
	return k
}

// owes adds a line of 100 yuan, borne 2:8 by city and county.
func (k *desk) owes(n int, period string, change func(*payrun.Line)) string {
	l := payrun.Line{Key: fmt.Sprintf("test/%05d/%s", n, period), Ref: db.ID(n + 1), Payee: fact.Person(db.ID(1000 + n)), Name: fmt.Sprintf("居民%d", n), Bank: "某银行",
		Account: fmt.Sprintf("99%010d", n), Path: k.path(town.Willow), Period: period, Fen: 10000, Clause: clause, Words: "重度残疾，每月 100 元"}
	if change != nil {
		change(&l)
	}
	if l.Shares == nil {
		shares, err := ledger.Split(l.Fen, []ledger.Part{{Payer: "city", Fund: "disability", Weight: 2}, {Payer: "county", Fund: "disability", Weight: 8}})
		if err != nil {
			k.t.Fatal(err)
		}
		l.Shares = shares
	}
	k.owe.lines[l.Key] = l
	return l.Key
}

func (k *desk) path(code string) string {
	p, _ := k.Places.Get(code)
	return p.Path
}

func (k *desk) make(period string) (id db.ID) {
	k.t.Helper()
	k.Write(k.t, func(tx *db.Tx) (err error) {
		if id, err = k.runs.Make(tx, k.maker, payrun.Making{Key: key(), Name: period + " 残疾人补贴", Period: period, Place: town.City}); err == nil {
			err = k.runs.Start(tx, k.maker, id)
		}
		return err
	})
	return id
}

func (k *desk) reckon(id db.ID) { k.through(k.runs.Reckon, id) }
func (k *desk) post(id db.ID)   { k.through(k.runs.Post, id) }

func (k *desk) through(step func(context.Context, *db.DB, db.ID) (payrun.Run, bool, error), id db.ID) {
	k.t.Helper()
	for more := true; more; {
		var err error
		if _, more, err = step(context.Background(), k.DB, id); err != nil {
			k.t.Fatal(err)
		}
	}
}

func (k *desk) review(id db.ID) {
	k.t.Helper()
	k.Write(k.t, func(tx *db.Tx) error { return k.runs.Review(tx, k.maker, id) })
}

// pays makes a run and takes it to the bank.
func (k *desk) pays(period string) db.ID {
	k.t.Helper()
	id := k.make(period)
	k.reckon(id)
	k.review(id)
	k.Write(k.t, func(tx *db.Tx) error { return k.runs.Approve(tx, k.head, id, "") })
	k.post(id)
	k.Write(k.t, func(tx *db.Tx) error { return k.runs.Send(tx, k.maker, id) })
	return id
}

// answers is the file of returns in which the lines of the keys named come back.
func (k *desk) answers(id db.ID, bad ...string) (rows []payrun.Back, sha string) {
	k.t.Helper()
	h := sha256.New()
	for i, s := range k.slips(id, payrun.Booked) {
		b := payrun.Back{Row: i + 2, Line: s.ID, Fen: s.Net(), Paid: true, Serial: "SN" + s.ID.String()}
		for _, key := range bad {
			if key == s.Key {
				b.Paid, b.Why = false, "账户已销户"
			}
		}
		fmt.Fprintln(h, b)
		rows = append(rows, b)
	}
	return rows, hex.EncodeToString(h.Sum(nil))
}

func (k *desk) takes(id db.ID, rows []payrun.Back, sha string) payrun.File {
	k.t.Helper()
	f, err := k.runs.TakeBack(context.Background(), k.DB, k.maker, id, "back.csv", sha, rows, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	return f
}

func (k *desk) run(id db.ID) (v payrun.Run) {
	k.t.Helper()
	k.Read(k.t, func(tx *db.Tx) (err error) { v, err = k.runs.Get(tx, k.head, id); return err })
	return v
}

func (k *desk) slips(id db.ID, state payrun.State) (list []payrun.Slip) {
	k.t.Helper()
	k.Read(k.t, func(tx *db.Tx) (err error) {
		list, err = k.runs.Slips(tx, k.head, id, payrun.Query{State: state, Limit: 100000})
		return err
	})
	return list
}

func (k *desk) file(id db.ID) string {
	k.t.Helper()
	var out bytes.Buffer
	k.Read(k.t, func(tx *db.Tx) error {
		w, err := sheet.NewCSV(&out)
		if err == nil {
			err = k.runs.Export(tx, k.maker, id, w)
		}
		return err
	})
	return out.String()
}

// sound holds the books and the runs to what both promise.
func (k *desk) sound() {
	k.t.Helper()
	k.Read(k.t, func(tx *db.Tx) error {
		for _, verify := range []func(*db.Tx) ([]string, error){ledger.Verify, payrun.Verify} {
			wrong, err := verify(tx)
			if err != nil || len(wrong) > 0 {
				k.t.Fatalf("%q, %v", wrong, err)
			}
		}
		return nil
	})
}

func (k *desk) standing(f ledger.Fund) (s ledger.Standing) {
	k.t.Helper()
	k.Read(k.t, func(tx *db.Tx) (err error) { s, err = ledger.StandingOf(tx, f, 2026, today); return err })
	return s
}

func kind(t testing.TB, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Fatalf("got %v, want %v", err, want)
	}
}

func each(t *testing.T, budget money.Fen, test func(t *testing.T, k *desk)) {
	t.Helper()
	town.Each(t, func(t *testing.T, w *town.Town) { test(t, open(t, w, budget)) }, ledger.Migrations, payrun.Migrations)
}

func (k *desk) try(fn func(tx *db.Tx) error) error { return k.DB.Write(context.Background(), fn) }
