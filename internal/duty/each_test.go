package duty_test

import (
	"io/fs"
	"testing"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/duty"
	"linli/internal/pack"
	"linli/internal/pack/packtest"
	"linli/internal/staff"
	"linli/packs"
)

// What each school owes, every school that lies in the city is asked for, and nobody else; each sees his own.
func TestEveryUnitOwes(t *testing.T) {
	each(t, func(o office) {
		only, err := fs.Sub(packs.Files, "sanmenxia/sm12-64")
		if err != nil {
			t.Fatal(err)
		}
		ix, err := pack.Load(only, pack.Options{Shelf: packtest.Shelf})
		if err != nil {
			t.Fatal(err)
		}
		o.duties = duty.New(duty.Options{Law: civil.CivilCode(), Packs: func() *pack.Index { return ix }})
		root := staff.Actor{Login: "command:test", Name: "测试", Via: staff.ViaCommand}
		dbtest.Write(t, o.DB, func(tx *db.Tx) error {
			for _, u := range []staff.Unit{
				{Code: "school-east", Name: "前进小学", Place: "411202001001", Offices: []string{"school", "campus"}},
				{Code: "school-west", Name: "山前幼儿园", Place: "411221001001", Offices: []string{"school", "kindergarten"}},
				{Code: "school-old", Name: "已撤并的小学", Place: "411221001002", Offices: []string{"school"}, Closed: true},
			} {
				if err := staff.PutUnit(tx, root, u); err != nil {
					return err
				}
			}
			return nil
		})
		o.firstCase("2026-03")
		o.sweep("2026-03-05")
		owed := map[string]int{}
		for _, x := range o.tasks() {
			if x.Duty == "plan-spring" {
				owed[x.Unit]++
			}
		}
		if len(owed) != 2 || owed["school-east"] != 1 || owed["school-west"] != 1 {
			t.Errorf("the plan of this spring is owed by %v", owed)
		}
		if s := o.sweep("2026-03-05"); s.Raised != 0 {
			t.Errorf("a second sweep raised %d", s.Raised)
		}
		head := staff.Actor{Account: 7, Name: "校长", Unit: "school-east", Grants: []staff.Grant{{Role: staff.Desk, Unit: "school-east"}}}
		dbtest.Read(t, o.DB, func(tx *db.Tx) error {
			list, err := o.duties.List(tx, head, 0)
			if len(list) == 0 {
				t.Error("the school sees nothing of what it owes")
			}
			for _, x := range list {
				if x.Unit != "school-east" || x.Duty == "kindergarten-lesson" {
					t.Errorf("the school of the east sees %s of %s", x.Duty, x.Unit)
				}
			}
			return err
		})
	})
}
