package duplicate_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/duplicate"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/match"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// A town has the two registers and the clerk of one street.
type town struct {
	*testing.T
	db     *db.DB
	people *register.Register
	clerk  staff.Actor
}

const street = "4112/411202/411202001/"

func each(t *testing.T, test func(t *town)) {
	t.Helper()
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Day)
		people, err := register.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		clerk := staff.Actor{Account: 7, Login: "zhao", Name: "赵办事", Grants: []staff.Grant{{Role: staff.Desk, Place: street}}, Via: staff.ViaPage}
		test(&town{t, d, people, clerk})
	}, audit.Migrations, place.Migrations, fact.Migrations, register.Migrations, staff.Migrations, duplicate.Migrations)
}

// idOf makes an invented ID number, which begins with 99.
func idOf(born string, n int) string {
	s := "990000" + strings.ReplaceAll(born, "-", "") + strconv.Itoa(1000 + n)[1:]
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(s[i]-'0')
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}

// add registers somebody as a window does, and looks for who it may be.
func (t *town) add(n register.Newcomer) (id db.ID, found []register.PersonLikeness) {
	t.Helper()
	dbtest.Write(t.T, t.db, func(tx *db.Tx) error {
		d, err := t.people.Draft(n)
		if err != nil {
			return err
		}
		id = d.ID
		if found, err = duplicate.Check(tx, t.people, d, street, "window"); err != nil {
			return err
		}
		return t.people.AddDrafts(tx, []*register.Draft{d})
	})
	return id, found
}

func (t *town) queue() (list []duplicate.Pair) {
	t.Helper()
	err := t.db.Read(context.Background(), func(tx *db.Tx) (err error) {
		list, err = duplicate.Queue(tx, t.clerk, 0, 50)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var xiaoman = register.Newcomer{Name: "赵小满", Sex: "female", Born: civil.MustDate("1961-03-08"), Place: "411202001001", Address: "和平路18号院3号楼2单元501", Source: "window"}

func with(change func(n *register.Newcomer)) register.Newcomer {
	n := xiaoman
	change(&n)
	return n
}

func TestWhoIsFound(t *testing.T) {
	cases := []struct {
		name string
		n    register.Newcomer
		want match.Answer
	}{
		{"written otherwise, same house", with(func(n *register.Newcomer) {
			n.Name, n.Address = "趙小滿", "湖滨区和平路十八号院3栋2单元501室"
		}), match.Likely},
		{"the same telephone", with(func(n *register.Newcomer) { n.Phone, n.Address = "13900000001", "" }), match.Same},
		{"another sex and name: a twin brother", with(func(n *register.Newcomer) { n.Name, n.Sex = "赵小圆", "male" }), match.Different},
		{"a namesake of another street, other house", with(func(n *register.Newcomer) { n.Place, n.Address = "411202002001", "崤山路9号" }), match.Different},
		{"a number of her own", with(func(n *register.Newcomer) { n.IDNumber = idOf("1961-03-08", 2) }), match.Different},
	}
	for _, c := range cases {
		each(t, func(t *town) {
			first, _ := t.add(with(func(n *register.Newcomer) { n.Phone, n.IDNumber = "13900000001", idOf("1961-03-08", 4) }))
			if strings.HasPrefix(c.name, "another sex") {
				c.n.IDNumber = ""
			}
			_, found := t.add(c.n)
			got := match.Different
			if len(found) > 0 && found[0].Person.ID == first {
				got = found[0].Verdict.Answer
			}
			if got != c.want || (len(t.queue()) == 1) != (c.want != match.Different) {
				t.Errorf("%s: %s, %d in the queue, want %s", c.name, got, len(t.queue()), c.want)
			}
		})
	}
}

func (t *town) decide(fn func(tx *db.Tx) error) error {
	return t.db.Write(context.Background(), fn)
}

func TestMergeKeepsBothHistories(t *testing.T) {
	each(t, func(t *town) {
		old, _ := t.add(with(func(n *register.Newcomer) { n.Phone = "13900000002" }))
		newer, _ := t.add(with(func(n *register.Newcomer) { n.IDNumber = idOf("1961-03-08", 4) }))
		tell := func(id db.ID, name, value string, kind fact.SourceKind) {
			dbtest.Write(t.T, t.db, func(tx *db.Tx) error {
				_, err := fact.Put(tx, fact.Fact{Subject: fact.Person(id), Name: name, Value: value, Telling: fact.Telling{Source: fact.Source{Kind: kind, Name: string(kind)}, By: "x"}})
				return err
			})
		}
		tell(old, "education", "senior", fact.ByClerk)
		tell(old, "occupation", "瓦工", fact.ByClerk)
		tell(newer, "education", "junior", fact.ByImport)
		var home db.ID = 77
		dbtest.Write(t.T, t.db, func(tx *db.Tx) error {
			_, err := fact.Relate(tx, fact.Relation{Name: lexicon.LivesAt, From: fact.Person(old), To: fact.Dwelling(home), Telling: fact.Telling{Source: fact.Source{Kind: fact.ByClerk}, By: "x"}})
			return err
		})
		pair := t.queue()[0]
		var out duplicate.Outcome
		dbtest.Write(t.T, t.db, func(tx *db.Tx) (err error) {
			out, err = duplicate.Merge(tx, t.people, t.clerk, pair.ID, newer, "本人到场，确认是一人")
			return err
		})
		if out.Facts != 2 || out.Conflicts != 1 || out.Relations != 1 || len(out.Left) != 0 {
			t.Errorf("outcome %+v", out)
		}
		dbtest.Write(t.T, t.db, func(tx *db.Tx) error {
			p, err := register.PersonOf(tx, old)
			if err != nil || p.ID != newer {
				t.Errorf("the old id leads to %v, %v", p.ID, err)
			}
			found, err := t.people.Find(tx, register.Phone, "13900000002")
			if err != nil || len(found) != 1 || found[0].ID != newer {
				t.Errorf("the telephone leads to %v, %v", found, err)
			}
			if phone, err := t.people.Reach(tx, newer, register.Phone); err != nil || phone != "13900000002" {
				t.Errorf("the telephone that went over opens as %q, %v", phone, err)
			}
			history, err := fact.History(tx, fact.Person(old), "")
			if err != nil || len(history) != 2 {
				t.Errorf("history of the entry that went: %d tellings, %v", len(history), err)
			}
			holds, err := fact.Of(tx, fact.Person(newer), fact.AsOf{})
			if err != nil || len(holds) != 2 {
				t.Errorf("what holds of who was kept: %v, %v", holds, err)
			}
			former, err := register.Former(tx, newer)
			if err != nil || len(former) != 1 || former[0] != old {
				t.Errorf("former entries %v, %v", former, err)
			}
			return nil
		})
		if len(t.queue()) != 0 {
			t.Errorf("%d pairs are left", len(t.queue()))
		}
		if _, found := t.add(with(func(n *register.Newcomer) { n.Phone = "13900000002" })); len(found) != 1 || found[0].Person.ID != newer {
			t.Errorf("whoever comes again is found as %v", found)
		}
	})
}

// TestTablesThatDisagree: what the rows of two tables say from their first day is as confirmed as any telling.
func TestTablesThatDisagree(t *testing.T) {
	each(t, func(t *town) {
		old, _ := t.add(with(func(n *register.Newcomer) { n.Source, n.Phone = register.FromTable("a.csv"), "13900000002" }))
		newer, _ := t.add(with(func(n *register.Newcomer) {
			n.Source, n.Address = register.FromTable("b.csv"), "和平路18号院3号楼2单元502"
		}))
		pair := t.queue()[0]
		var out duplicate.Outcome
		dbtest.Write(t.T, t.db, func(tx *db.Tx) (err error) {
			out, err = duplicate.Merge(tx, t.people, t.clerk, pair.ID, old, "核对了户口簿，是一个人")
			return err
		})
		dbtest.Write(t.T, t.db, func(tx *db.Tx) error {
			open, err := fact.ConflictsOf(tx, fact.Person(old))
			if err != nil || out.Conflicts != 1 || len(open) != 1 || open[0].Value != "和平路18号院3号楼2单元502" {
				t.Errorf("%+v, conflicts %+v, %v", out, open, err)
			}
			p, err := register.PersonOf(tx, newer)
			if err != nil || p.ID != old || p.Address != xiaoman.Address {
				t.Errorf("kept %+v, %v", p, err)
			}
			return nil
		})
	})
}

func TestDecisions(t *testing.T) {
	each(t, func(t *town) {
		a, _ := t.add(xiaoman)
		b, _ := t.add(xiaoman)
		pair := t.queue()[0]
		stranger := t.clerk
		stranger.Grants = []staff.Grant{{Role: staff.Desk, Place: "4112/411203/"}}
		auditor := t.clerk
		auditor.Grants = []staff.Grant{{Role: staff.Auditor, Place: "4112/"}}
		wants := func(kind fault.Kind, by staff.Actor, why string) {
			t.Helper()
			err := t.decide(func(tx *db.Tx) error { return duplicate.Differ(tx, by, pair.ID, why) })
			if fault.KindOf(err) != kind || err == nil {
				t.Errorf("got %v, want %v", err, kind)
			}
		}
		wants(fault.KindNotFound, stranger, "看过户口簿")
		wants(fault.KindForbidden, auditor, "看过户口簿")
		wants(fault.KindInvalid, t.clerk, "  x ")
		if err := t.decide(func(tx *db.Tx) error { return duplicate.Differ(tx, t.clerk, pair.ID, "看过两人的户口簿") }); err != nil {
			t.Fatal(err)
		}
		wants(fault.KindConflict, t.clerk, "看过户口簿")
		dbtest.Write(t.T, t.db, func(tx *db.Tx) error {
			v, err := t.people.CompareEntries(tx, a, b)
			if err != nil || v.Answer != match.Likely {
				t.Errorf("the rules still say %v, %v", v.Answer, err)
			}
			again, err := duplicate.Note(tx, b, a, v, street, "import")
			if err != nil || again {
				t.Errorf("a pair that was decided is asked again: %v, %v", again, err)
			}
			return nil
		})
	})
}

func TestTwoNumbersAreNotMerged(t *testing.T) {
	each(t, func(t *town) {
		a, _ := t.add(with(func(n *register.Newcomer) { n.IDNumber = idOf("1961-03-08", 2) }))
		b, _ := t.add(with(func(n *register.Newcomer) { n.IDNumber = idOf("1961-03-08", 4) }))
		var pair db.ID
		dbtest.Write(t.T, t.db, func(tx *db.Tx) error {
			_, err := duplicate.Note(tx, a, b, match.Verdict{Says: "人工提出"}, street, "window")
			return err
		})
		pair = t.queue()[0].ID
		err := t.decide(func(tx *db.Tx) error {
			_, err := duplicate.Merge(tx, t.people, t.clerk, pair, a, "看过两人的户口簿")
			return err
		})
		if fault.KindOf(err) != fault.KindConflict || len(t.queue()) != 1 {
			t.Errorf("merged two persons with a number each: %v", err)
		}
	})
}
