package place_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/place"
)

var today = civil.MustDate("2026-10-09") // of the test clock

// each runs a test on both engines with the clock at Day and a small tree: a city, two counties, three streets.
func each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		table, err := place.Parse(strings.NewReader(small))
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			_, err := place.Import(tx, place.Change{}, table, place.Chinese)
			return err
		})
		test(t, d)
	}, place.Migrations)
}

const small = `level,code,name,parent
2,90,甲市,9
3,901,东县,90
3,902,西县,90
4,90101,一街,901
4,90102,二街,901
4,90201,三街,902
`

func on(day string) place.Change {
	return place.Change{On: civil.MustDate(day), Basis: "甲政〔2026〕1号"}
}

func codes(list []place.Place) string {
	var s []string
	for _, p := range list {
		s = append(s, p.Code)
	}
	return strings.Join(s, " ")
}

func resolve(t *testing.T, d *db.DB, code, day string) string {
	t.Helper()
	var list []place.Place
	dbtest.Read(t, d, func(tx *db.Tx) (err error) {
		list, err = place.Resolve(tx, code, civil.MustDate(day))
		return err
	})
	return codes(list)
}

func wantKind(t *testing.T, d *db.DB, kind fault.Kind, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), fn); fault.KindOf(err) != kind || err == nil {
		t.Errorf("got %v, want %v", err, kind)
	}
}

func TestQueries(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		dbtest.Read(t, d, func(tx *db.Tx) error {
			p, err := place.Get(tx, "90102")
			if err != nil || p.Path != "90/901/90102/" || p.Level != "乡" || p.Parent != "901" {
				t.Errorf("Get gave %+v, %v", p, err)
			}
			above, err := place.Ancestors(tx, "90102")
			if err != nil || codes(above) != "90 901" {
				t.Errorf("Ancestors gave %s, %v", codes(above), err)
			}
			below, err := place.Children(tx, "901", today)
			if err != nil || codes(below) != "90101 90102" {
				t.Errorf("Children gave %s, %v", codes(below), err)
			}
			tops, err := place.Children(tx, "", today)
			if err != nil || codes(tops) != "90" {
				t.Errorf("tops are %s, %v", codes(tops), err)
			}
			tree, err := place.Subtree(tx, "90/901/", today)
			if err != nil || codes(tree) != "901 90101 90102" {
				t.Errorf("Subtree gave %s, %v", codes(tree), err)
			}
			if _, err := place.Get(tx, "77"); fault.KindOf(err) != fault.KindNotFound {
				t.Errorf("unknown code gave %v", err)
			}
			return nil
		})
	})
}

func TestMergeKeepsOldCodes(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if err := place.Add(tx, on("2026-01-01"), place.New{Code: "90101001", Name: "桥头社区", Level: "村", Parent: "90101"}); err != nil {
				return err
			}
			// two streets of one county become a new one
			return place.Merge(tx, on("2026-03-01"), []string{"90101", "90102"}, place.New{Code: "90103", Name: "新街"})
		})
		for _, c := range []struct{ code, day, want string }{
			{"90101", "2026-02-28", "90101"}, {"90101", "2026-03-01", "90103"}, {"90102", "2026-10-01", "90103"},
			{"90101001", "2026-05-01", "90101001"},
		} {
			if got := resolve(t, d, c.code, c.day); got != c.want {
				t.Errorf("%s on %s is %q, want %q", c.code, c.day, got, c.want)
			}
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			child, err := place.Get(tx, "90101001")
			if err != nil || child.Path != "90/901/90103/90101001/" {
				t.Errorf("the community is at %s, %v", child.Path, err)
			}
			if _, parent, err := place.NameOn(tx, "90101001", civil.MustDate("2026-02-01")); parent != "90101" || err != nil {
				t.Errorf("in February it was below %s, %v", parent, err)
			}
			// and the merged one is taken in by its neighbour: the first code leads on
			return place.Merge(tx, on("2026-06-01"), []string{"90103", "90201"}, place.New{Code: "90201"})
		})
		if got := resolve(t, d, "90102", "2026-04-01") + "," + resolve(t, d, "90102", "2026-06-01"); got != "90103,90201" {
			t.Errorf("after two mergers the code leads to %s", got)
		}
		wantKind(t, d, fault.KindInvalid, func(tx *db.Tx) error {
			return place.Merge(tx, on("2026-07-01"), []string{"90101", "90201"}, place.New{Code: "90201"})
		})
		wantKind(t, d, fault.KindInvalid, func(tx *db.Tx) error {
			return place.Merge(tx, on("2026-07-01"), []string{"902"}, place.New{Code: "90201"})
		})
	})
}

func TestSplit(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		parts := []place.New{{Code: "903", Name: "南县"}, {Code: "904", Name: "北县"}}
		wantKind(t, d, fault.KindInvalid, func(tx *db.Tx) error {
			return place.Split(tx, on("2026-02-01"), "901", parts, map[string]string{"90101": "903"})
		})
		dbtest.Write(t, d, func(tx *db.Tx) error {
			return place.Split(tx, on("2026-02-01"), "901", parts, map[string]string{"90101": "903", "90102": "904"})
		})
		if got := resolve(t, d, "901", "2026-02-01"); got != "903 904" {
			t.Errorf("the old county leads to %s", got)
		}
		// the second kind keeps its own code
		dbtest.Write(t, d, func(tx *db.Tx) error {
			return place.Split(tx, on("2026-04-01"), "902", []place.New{{Code: "902"}, {Code: "905", Name: "边县"}}, map[string]string{"90201": "905"})
		})
		if got := resolve(t, d, "902", "2026-05-01"); got != "902" {
			t.Errorf("a county that goes on leads to %s", got)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			all, err := place.Subtree(tx, "90/", today)
			if got := codes(all); err != nil || got != "90 902 903 90101 904 90102 905 90201" {
				t.Errorf("the tree is %s, %v", got, err)
			}
			return nil
		})
	})
}

func TestRenameMoveDissolve(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if err := place.Rename(tx, on("2026-02-01"), "90101", "南一街"); err != nil {
				return err
			}
			if err := place.Rename(tx, on("2026-05-01"), "90101", "中一街"); err != nil {
				return err
			}
			if err := place.Move(tx, on("2026-06-01"), "901", "902"); err != nil {
				return err
			}
			return place.Dissolve(tx, on("2026-07-01"), "90102")
		})
		dbtest.Read(t, d, func(tx *db.Tx) error {
			for day, want := range map[string]string{"2025-01-01": "一街", "2026-02-01": "南一街", "2026-04-30": "南一街", "2026-05-01": "中一街"} {
				if got, _, err := place.NameOn(tx, "90101", civil.MustDate(day)); got != want || err != nil {
					t.Errorf("on %s the name was %s, want %s (%v)", day, got, want, err)
				}
			}
			if p, err := place.Get(tx, "90102"); err != nil || p.Path != "90/902/901/90102/" || !p.Gone() {
				t.Errorf("after the move: %+v, %v", p, err)
			}
			log, err := place.Changes(tx, "90101")
			if err != nil || len(log) != 2 || log[0].Detail != "南一街 → 中一街" || log[0].Basis == "" {
				t.Errorf("the log is %+v, %v", log, err)
			}
			return nil
		})
		if got := resolve(t, d, "90102", "2026-08-01"); got != "901" {
			t.Errorf("a dissolved street leads to %s, want the county above", got)
		}
		for name, fn := range map[string]func(tx *db.Tx) error{
			"a day to come":     func(tx *db.Tx) error { return place.Rename(tx, on("2026-10-10"), "90201", "甲") },
			"before the last":   func(tx *db.Tx) error { return place.Rename(tx, on("2026-04-01"), "90101", "甲") },
			"below itself":      func(tx *db.Tx) error { return place.Move(tx, on("2026-08-01"), "902", "90101") },
			"with places below": func(tx *db.Tx) error { return place.Dissolve(tx, on("2026-08-01"), "901") },
			"a code used before": func(tx *db.Tx) error {
				return place.Add(tx, on("2026-08-01"), place.New{"90102", "二街", "乡", "901"})
			},
			"below what is gone": func(tx *db.Tx) error {
				return place.Add(tx, on("2026-08-01"), place.New{"9010201", "社区", "村", "90102"})
			},
			"a code with a slash": func(tx *db.Tx) error {
				return place.Add(tx, on("2026-08-01"), place.New{"9/1", "社区", "村", "901"})
			},
			"an empty name": func(tx *db.Tx) error { return place.Rename(tx, on("2026-08-01"), "90201", " ") },
		} {
			t.Run(name, func(t *testing.T) { wantKind(t, d, fault.KindInvalid, fn) })
		}
	})
}

func TestIndexFollows(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		x, err := place.NewIndex(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		before := x.Tree()
		if got := before.FullName("90101", 1); got != "东县一街" {
			t.Errorf("full name is %s", got)
		}
		if got := codes(before.Find("街", 2)); got != "90101 90102" {
			t.Errorf("found %s", got)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			x.Follow(tx)
			if err := place.Rename(tx, place.Change{}, "90101", "新一街"); err != nil {
				return err
			}
			return place.Dissolve(tx, place.Change{}, "90102")
		})
		if before.Name("90101") != "一街" || x.Tree().Name("90101") != "新一街" {
			t.Errorf("names are %s in the old and %s in the new snapshot", before.Name("90101"), x.Tree().Name("90101"))
		}
		if got := codes(x.Tree().Subtree("901")) + "/" + codes(x.Tree().Children("901")); got != "901 90101/90101" {
			t.Errorf("standing in the county: %s", got)
		}
		if x.Tree().Name("90102") != "二街" || x.Tree().Name("?") != "?" {
			t.Error("names of what is gone, or unknown, are lost")
		}
		if got := codes(x.Tree().Subtree("")); got != "90 901 90101 902 90201" {
			t.Errorf("everything is %s", got)
		}
		if slices.Equal(before.Subtree("901"), x.Tree().Subtree("901")) {
			t.Error("the old snapshot was altered")
		}
	})
}
