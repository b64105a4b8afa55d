package class_test

import (
	"context"
	"testing"
	"testing/fstest"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/pack/packtest"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/rule"
	"linli/internal/staff"
)

// A document that knows three classes, one of them sealed.
var document = fstest.MapFS{
	"a/document.yaml": {Data: []byte("document: d1\nnumber: 甲〔2026〕1号\ntitle: 试行办法\nissuer: 甲市\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n")},
	"a/clauses.yaml":  {Data: []byte("- { id: \"1\", at: 一, gist: 人群, runs: [class/old, class/empty, class/poor, class/large] }\n")},
	"a/offices.yaml":  {Data: []byte("offices:\n  - { id: desk, name: 窗口, serves: [desk], basis: \"1\" }\n")},
	"a/classes/c.yaml": {Data: []byte(`- { class: old, name: 高龄老人, says: 八十周岁以上, of: person, when: age >= 80 && !deceased, basis: "1" }
- { class: empty, name: 空巢老人, says: 子女不在身边, of: person, when: age >= 60 && children_at_home == 0 && (housemates == 0 || youngest_housemate >= 60), basis: "1" }
- { class: poor, name: 低保人员, says: 享受低保, of: person, when: 'relief == "minimum"', sealed: relief, basis: "1" }
- { class: large, name: 五口以上之家, says: 五人以上, of: household, when: members >= 5, basis: "1" }
`)},
}

func TestClassesFollowTheRegister(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Day)
		r, err := register.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		ix, err := pack.Load(document, pack.Options{Shelf: packtest.Shelf})
		if err != nil {
			t.Fatal(err)
		}
		all := &class.Classes{Register: r, Packs: func() *pack.Index { return ix }}
		told := fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "x"}}
		var elder, son db.ID
		var home register.Dwelling
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if err := place.Add(tx, place.Change{}, place.New{Code: "4112", Name: "甲市", Level: "市"}); err != nil {
				return err
			}
			ids, err := r.AddMany(tx, []register.Newcomer{{Name: "王老", Sex: form.Male, Born: civil.MustDate("1945-01-01"), Place: "4112"},
				{Name: "王小", Sex: form.Male, Born: civil.MustDate("1975-01-01"), Place: "4112"}})
			if err != nil {
				return err
			}
			elder, son = ids[0], ids[1]
			if home, err = register.AddDwelling(tx, register.Dwelling{Level: register.Building, Name: "一号", Place: "4112"}); err != nil {
				return err
			}
			for _, x := range []fact.Relation{{Name: lexicon.ParentOf, From: fact.Person(elder), To: fact.Person(son)}, {Name: lexicon.LivesAt, From: fact.Person(elder), To: fact.Dwelling(home.ID)}} {
				x.Telling = told
				if _, err := fact.Relate(tx, x); err != nil {
					return err
				}
			}
			return nil
		})
		answers := func() map[string]rule.Verdict {
			out := map[string]rule.Verdict{}
			dbtest.Read(t, d, func(tx *db.Tx) error {
				list, err := all.Of(tx, fact.Person(elder))
				for _, m := range list {
					out[m.Class.ID] = m.Answer.Value
				}
				return err
			})
			return out
		}
		if got := answers(); got["old"] != rule.Yes || got["empty"] != rule.Yes || len(got) != 2 {
			t.Errorf("alone he is %v", got)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			_, err := fact.Relate(tx, fact.Relation{Name: lexicon.LivesAt, From: fact.Person(son), To: fact.Dwelling(home.ID), Telling: told})
			return err
		})
		if got := answers(); got["empty"] != rule.No {
			t.Errorf("with his son he is %v", got)
		}
		desk := staff.Actor{Account: db.NewID(), Login: "desk", Grants: []staff.Grant{{Role: staff.Desk, Place: "4112/"}}}
		verifier := staff.Actor{Account: db.NewID(), Login: "verifier", Grants: []staff.Grant{{Role: staff.Verifier, Place: "4112/"}}}
		open := func(by staff.Actor, p register.Purpose, reason string) (list []class.Membership, err error) {
			err = d.Write(context.Background(), func(tx *db.Tx) (err error) {
				list, err = all.Open(tx, by, fact.Person(elder), p, reason)
				return err
			})
			return list, err
		}
		if _, err := open(verifier, register.ForRelief, "核对救助对象"); fault.KindOf(err) != fault.KindForbidden {
			t.Errorf("a verifier opens it: %v", err)
		}
		if _, err := open(desk, register.ForRelief, ""); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("without a reason: %v", err)
		}
		if list, err := open(desk, register.ForService, "办理老年证"); err != nil || len(list) != 0 {
			t.Errorf("for another purpose: %v, %v", list, err)
		}
		list, err := open(desk, register.ForRelief, "核对救助对象")
		if err != nil || len(list) != 1 || list[0].Answer.Value != rule.Needs || list[0].Answer.Needs[0] != "relief" {
			t.Errorf("what nobody told is %+v, %v", list, err)
		}
		if _, err := audit.Sequence(context.Background(), d, "4112"); err != nil {
			t.Fatal(err)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			log, err := audit.Entries(tx, "4112", 0, 10)
			looks := 0
			for _, e := range log {
				if e.Verb == "look" && e.Subject == fact.Person(elder).String() {
					looks++
				}
			}
			if looks != 2 {
				t.Errorf("%d looks are noted", looks)
			}
			return err
		})
	}, audit.Migrations, place.Migrations, fact.Migrations, register.Migrations)
}
