package exchange_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/exchange"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/sheet"
	"linli/test/town"
)

func things(w *town.Town, of lexicon.Kind) *exchange.PersonImport {
	im := persons(w)
	im.Map.Of = of
	return im
}

// foretold tries a table, brings it in, and shows that what was tried is what became.
func foretold(t *testing.T, w *town.Town, of lexicon.Kind, file string) exchange.PersonSummary {
	t.Helper()
	trial := things(w, of)
	trial.Trial = true
	tried, s := bring(t, trial, file), exchange.PersonSummary{}
	s = bring(t, things(w, of), file)
	if tried.Added != s.Added || tried.Present != s.Present || tried.Changed != s.Changed || tried.Conflicts != s.Conflicts || tried.Rejected != s.Rejected {
		t.Errorf("the trial foretold %+v, it became %+v", tried, s)
	}
	return s
}

func TestHouseholdsAreImported(t *testing.T) {
	eachRegister(t, func(t *testing.T, w *town.Town) {
		head, stranger := numberOf("1961-03-08", 2), numberOf("1970-01-01", 4)
		bring(t, persons(w), written(t, "p.csv", []byte("姓名,身份证号\n赵小满,"+head+"\n")))
		rows := []string{"户号,户别,住址,登记人数,户主身份证号,区划",
			"H001,家庭户,和平路1号,3," + head + ",柳荫社区",
			"H002,集体户,和平路2号,40," + stranger + ",",
			",家庭户,和平路3号,,,", ",家庭户,和平路3号,,,",
			"H003,家庭户,,,,", "H004,大户,和平路4号,,,", "H005,家庭户,和平路5号,,123,", "H006,家庭户,别处1号,,,411292001001"}
		file := written(t, "h.csv", []byte(strings.Join(rows, "\n")+"\n"))
		if s := foretold(t, w, lexicon.Household, file); s.Added != 3 || s.Present != 1 || s.Rejected != 4 {
			t.Errorf("%+v", s)
		}
		if s := bring(t, things(w, lexicon.Household), file); s.Present != 4 || s.Rejected != 4 {
			t.Errorf("again: %+v", s)
		}
		w.Read(t, func(tx *db.Tx) error {
			h, err := register.HouseholdByNumber(tx, "H001")
			if err != nil {
				return err
			}
			p, err := register.PersonOf(tx, h.Head)
			if err != nil || p.Name != "赵小满" || h.Path == "" || h.Address != "和平路1号" {
				t.Errorf("household %+v of %+v, %v", h, p, err)
			}
			facts, err := register.Facts(tx, fact.Household(h.ID), fact.AsOf{})
			for _, f := range facts {
				if f.Source != (fact.Source{Kind: fact.ByImport, Name: "h.csv"}) || f.Certainty != fact.Confirmed {
					t.Errorf("told by %+v", f)
				}
			}
			if len(facts) != 5 {
				t.Errorf("facts %+v", facts)
			}
			return err
		})
		bring(t, persons(w), written(t, "p2.csv", []byte("姓名,身份证号\n钱一,"+stranger+"\n")))
		if s := bring(t, things(w, lexicon.Household), file); s.Changed != 1 || s.Present != 3 {
			t.Errorf("once the head is registered: %+v", s)
		}
		other := written(t, "other.csv", []byte(rows[0]+"\nH001,家庭户,和平路9号,4,,\n"))
		if s := foretold(t, w, lexicon.Household, other); s.Conflicts != 1 {
			t.Errorf("another table disagrees: %+v", s)
		}
	})
}

func TestDwellingsAreImported(t *testing.T) {
	eachRegister(t, func(t *testing.T, w *town.Town) {
		owner := numberOf("1961-03-08", 2)
		bring(t, persons(w), written(t, "p.csv", []byte("姓名,身份证号\n赵小满,"+owner+"\n")))
		file := written(t, "d.csv", []byte("楼栋,单元,房间,用途,建筑面积（平方米）,产权人身份证号\n3号楼,2单元,501室,住宅,86.5,"+owner+"\n3号楼,2单元,502室,商铺,,\n3号楼,,,住宅,,\n,,101,住宅,,\n4号楼,,,宫殿,,\n"))
		if s := foretold(t, w, lexicon.Dwelling, file); s.Added != 2 || s.Changed != 1 || s.Rejected != 2 {
			t.Errorf("%+v", s)
		}
		w.Read(t, func(tx *db.Tx) error {
			building, err := register.DwellingAt(tx, town.Willow, 0, "3号楼")
			if err != nil {
				return err
			}
			unit, err := register.DwellingAt(tx, town.Willow, building.ID, "2单元")
			if err != nil {
				return err
			}
			room, err := register.DwellingAt(tx, town.Willow, unit.ID, "501室")
			if err != nil || !strings.HasSuffix(room.Address, "3号楼2单元501室") {
				t.Errorf("room %+v, %v", room, err)
			}
			owns, err := fact.Relations(tx, fact.Dwelling(room.ID), fact.AsOf{}, lexicon.Owns)
			if err != nil || len(owns) != 1 {
				t.Errorf("owners %v, %v", owns, err)
			}
			area, ok, err := fact.One(tx, fact.Dwelling(room.ID), "area", fact.AsOf{})
			if err != nil || !ok || area.Value != "86.5" {
				t.Errorf("area %+v, %v", area, err)
			}
			return err
		})
		if s := bring(t, things(w, lexicon.Dwelling), file); s.Present != 3 {
			t.Errorf("again: %+v", s)
		}
	})
}

func TestOrganisationsAreImportedAndResumed(t *testing.T) {
	eachRegister(t, func(t *testing.T, w *town.Town) {
		var b strings.Builder
		b.WriteString("名称,类别,登记方式,地址,从业人数\n好邻居便利店,个体工商户,登记,和平路1号,2\n便民理发店,商铺,,,\n")
		for i := range 1200 {
			b.WriteString("第" + strings.Repeat("甲", i%20+1) + string(rune('一'+i/20)) + "合作社,企业,,,\n")
		}
		file := written(t, "o.csv", []byte(b.String()))
		im, killed := things(w, lexicon.Organisation), errors.New("killed")
		im.Progress = func(s exchange.PersonSummary) error { return killed }
		if _, err := im.Run(t.Context(), file); !errors.Is(err, killed) {
			t.Fatal(err)
		}
		s := bring(t, things(w, lexicon.Organisation), file)
		if s.Resumed != 1000 || s.Read != 1202 || s.Added != 1201 || s.Rejected != 1 {
			t.Errorf("%+v", s)
		}
		if s := bring(t, things(w, lexicon.Organisation), file); s.Present != 1201 {
			t.Errorf("again: %+v", s)
		}
		w.Read(t, func(tx *db.Tx) error {
			o, err := register.FindOrganisation(tx, "", "好邻居便利店", town.Willow)
			if err != nil || o.Kind != "shop" || o.Registration != "registered" || o.Address != "和平路1号" {
				t.Errorf("%+v, %v", o, err)
			}
			return err
		})
	})
}

func TestTemplatesFitTheirMaps(t *testing.T) {
	w := sqliteRegister(t)
	for _, of := range exchange.Importable() {
		var b bytes.Buffer
		out, err := sheet.NewCSV(&b)
		if err == nil {
			err = exchange.WriteTemplate(lexicon.Standard(), of, out)
		}
		if err := errors.Join(err, out.Close()); err != nil {
			t.Fatal(err)
		}
		if s := bring(t, things(w, of), written(t, string(of)+".csv", b.Bytes())); s.Read != 0 || !s.Ended {
			t.Errorf("%s: %+v", of, s)
		}
	}
	im := things(w, lexicon.Facility)
	if _, err := im.Run(t.Context(), written(t, "f.csv", []byte("名称\n广场\n"))); fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("what is not imported: %v", err)
	}
}

func TestSweepAsksBothEngines(t *testing.T) {
	eachRegister(t, func(t *testing.T, w *town.Town) {
		w.Write(t, func(tx *db.Tx) error {
			err := tx.Exec(`insert into exchange_table (id, name, hash, link, path, owner, by_name, at, state) values
				(1, 'old', '', 0, '', 1, '', '2020-01-01T00:00:00.000Z', 'sent'), (2, 'read', '', 0, '', 1, '', '2020-01-01T00:00:00.000Z', 'imports')`)
			if err != nil {
				return err
			}
			n, err := exchange.SweepTables(tx, time.Hour)
			if n != 1 || err != nil {
				t.Errorf("%d tables went, %v", n, err)
			}
			return nil
		})
	})
}
