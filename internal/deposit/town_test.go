package deposit_test

import (
	"context"
	"fmt"
	"io/fs"
	"sync/atomic"
	"testing"

	"linli/internal/catalog"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/deposit"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/ledger"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/payrun"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/packs"
	"linli/test/town"
)

// adopted is what the town sets: it goes by the document of another city, and its eastern district's deposits lie in the city's account.
const adopted = `pz10-52:
  adopted: { place: "4112", from: "2024-01-01", why: 试验 }
  city-kept: "411291"
`

const (
	ref    = "pz10-52:risk-deposit"
	safety = "safety-city"
	purse  = "finance-city"
)

var turn atomic.Int64

func key() string { return fmt.Sprint("k", turn.Add(1)) }

// desk is the town with both bureaus of the city and of a county, a fund in each, and a mine.
type desk struct {
	*town.Town
	t                                       testing.TB
	x                                       *deposit.Deposits
	runs                                    *payrun.Runs
	anjian, caizheng, kuangshan, xian, xcai staff.Actor
	mine, bus                               db.ID
}

func each(t *testing.T, test func(t *testing.T, k *desk)) {
	t.Helper()
	town.Each(t, func(t *testing.T, w *town.Town) { test(t, open(t, w)) }, migrations()...)
}

func migrations() []fs.FS { return []fs.FS{ledger.Migrations, payrun.Migrations, deposit.Migrations} }

func open(t testing.TB, w *town.Town) *desk {
	t.Helper()
	if err := w.Catalog.Reload(context.Background(), catalog.Source{FS: packs.Files, Local: []byte(adopted)}); err != nil {
		t.Fatal(err)
	}
	words, err := w.Catalog.Index().Lexicon()
	if err != nil {
		t.Fatal(err)
	}
	w.People.UseWords(words)
	k := &desk{Town: w, t: t, runs: payrun.New(w.Catalog.Index)}
	k.x = deposit.New(deposit.Options{Packs: w.Catalog.Index, Cases: w.Cases, People: w.People, Law: civil.CivilCode()})
	k.runs.Offer(k.x.Offer())
	w.Write(t, func(tx *db.Tx) error {
		for _, u := range []staff.Unit{{Code: safety, Name: "市安监局", Kind: "department", Place: town.City, Offices: []string{"deposit-safety"}},
			{Code: purse, Name: "市财政局", Kind: "department", Place: town.City, Offices: []string{"deposit-finance"}},
			{Code: "safety-west", Name: "西山县安监局", Kind: "department", Place: town.West, Offices: []string{"deposit-safety"}},
			{Code: "finance-west", Name: "西山县财政局", Kind: "department", Place: town.West, Offices: []string{"deposit-finance"}}} {
			if err := town.Open(tx, u); err != nil {
				return err
			}
		}
		for _, a := range []struct {
			login, unit, place string
			money              bool
		}{{"anjian", safety, town.City, false}, {"caizheng", purse, town.City, true},
			{"xian", "safety-west", town.West, false}, {"xcai", "finance-west", town.West, true}} {
			grants := []staff.Grant{{Role: staff.Handler, Unit: a.unit}}
			if a.money {
				grants = append(grants, staff.Grant{Role: staff.Treasurer, Place: a.place})
			} else {
				grants = append(grants, staff.Grant{Role: staff.Desk, Place: a.place})
			}
			if err := town.Hire(tx, staff.Account{Login: a.login, Name: "人员" + a.login, Unit: a.unit}, grants...); err != nil {
				return err
			}
		}
		return nil
	})
	k.anjian, k.caizheng, k.xian, k.xcai = w.Actor(t, "anjian"), w.Actor(t, "caizheng"), w.Actor(t, "xian"), w.Actor(t, "xcai")
	w.Write(t, func(tx *db.Tx) error {
		for _, f := range []struct {
			by    staff.Actor
			payer string
			place string
		}{{k.caizheng, "city", town.City}, {k.xcai, "county", town.West}} {
			if _, err := ledger.PutFund(tx, f.by, ledger.Fund{Payer: f.payer, Code: "risk-deposit", Place: f.place, Name: "风险抵押金专户"}); err != nil {
				return err
			}
		}
		return nil
	})
	k.mine = k.org("某煤矿", town.Ferry, map[string]string{"safety_trade": "coal", "mine_capacity": "12", "safety_class": "B", "affiliation": "city"})
	k.bus = k.org("某客运公司", town.Ferry, map[string]string{"safety_trade": "passenger", "employees": "600", "annual_sales": "40000000", "safety_class": "A", "affiliation": "local"})
	k.kuangshan = k.head("kuangshan", k.mine)
	return k
}

// head lets a new resident head an organisation.
func (k *desk) head(login string, org db.ID) staff.Actor {
	k.t.Helper()
	k.Write(k.t, func(tx *db.Tx) error {
		p, _, err := k.People.FindOrCreate(tx, register.Newcomer{Name: "负责人" + login, Place: town.Ferry, Source: "case"})
		if err != nil {
			return err
		}
		if err := town.Hire(tx, staff.Account{Login: login, Name: "负责人" + login, Person: p.ID}, staff.Grant{Role: staff.Resident}); err != nil {
			return err
		}
		_, err = fact.Relate(tx, fact.Relation{Name: lexicon.Heads, From: fact.Person(p.ID), To: fact.Organisation(org), Telling: told()})
		return err
	})
	return k.Actor(k.t, login)
}

func told() fact.Telling {
	return fact.Telling{Source: fact.Source{Kind: fact.ByCase, Name: "试"}, By: "试"}
}

func (k *desk) org(name, at string, facts map[string]string) (id db.ID) {
	k.t.Helper()
	k.Write(k.t, func(tx *db.Tx) error {
		o, err := register.PutOrganisation(tx, register.Organisation{Name: name, Place: at, Kind: "enterprise"})
		if err != nil {
			return err
		}
		id = o.ID
		return k.tell(tx, id, facts)
	})
	return id
}

func (k *desk) tell(tx *db.Tx, id db.ID, facts map[string]string) error {
	for name, value := range facts {
		if _, err := k.People.Change(tx, fact.Fact{Subject: fact.Organisation(id), Name: name, Value: value, Telling: told()}); err != nil {
			return err
		}
	}
	return nil
}

func (k *desk) try(fn func(tx *db.Tx) error) error { return k.DB.Write(context.Background(), fn) }

func (k *desk) must(fn func(tx *db.Tx) error) {
	k.t.Helper()
	k.Write(k.t, fn)
}

func (k *desk) deposit(id db.ID) (d deposit.Deposit) {
	k.t.Helper()
	k.Read(k.t, func(tx *db.Tx) (err error) { d, err = k.x.Get(tx, k.anjian, id); return err })
	return d
}

func kind(t testing.TB, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Fatalf("got %v, want %v", err, want)
	}
}

// sound holds the books to what they promise, and every deposit to its moves.
func (k *desk) sound() {
	k.t.Helper()
	k.Read(k.t, func(tx *db.Tx) error {
		for _, verify := range []func(*db.Tx) ([]string, error){ledger.Verify, payrun.Verify} {
			wrong, err := verify(tx)
			if err != nil || len(wrong) > 0 {
				k.t.Fatalf("%q, %v", wrong, err)
			}
		}
		list, err := k.x.List(tx, k.caizheng, 0)
		if err != nil {
			return err
		}
		for i := range list {
			d := &list[i]
			moves, err := k.x.Moves(tx, d)
			if err != nil {
				return err
			}
			var p, in money.Fen
			for _, m := range moves {
				if p, in = p+m.Principal, in+m.Interest; p < 0 || in < 0 {
					k.t.Fatalf("%s went below nothing at %s", d.Name, m.Words)
				}
			}
			if p != d.Principal || in != d.Interest {
				k.t.Fatalf("%s: moves say %d and %d, the ledger %d and %d", d.Name, p, in, d.Principal, d.Interest)
			}
		}
		return nil
	})
}
