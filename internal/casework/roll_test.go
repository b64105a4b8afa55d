package casework_test

import (
	"slices"
	"strings"
	"testing"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/flow"
	"linli/internal/place"
	"linli/internal/staff"
)

func TestRollUpSumsByTheChildrenOfEveryLevel(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		here, there := letter("甲水管"), letter("乙水管")
		there.Place = "411203001001"
		w.register("desk", here)
		w.register("desk", there)
		r := w.ordinary("丙水管")
		w.do("dispatcher", r.Case, flow.Dispatch, to("sm-water"))
		w.do("water", r.Case, flow.Reply, words("已修好"))
		k, err := w.get("desk", r.Case)
		if err != nil {
			t.Fatal(err)
		}
		by := staff.Actor{Account: 1, Grants: []staff.Grant{{Role: staff.Supervisor, Place: "4112/"}}}
		codes := place.Codes(k.Path)
		month := k.Registered.Format("2006-01")
		for depth := range codes {
			path := strings.Join(codes[:depth+1], "/") + "/"
			child := codes[min(depth+1, len(codes)-1)]
			want := []casework.Tally{{Place: child, Cases: 2, Open: 2, Replied: 1, OnTime: 1}}
			if depth == 0 {
				want = append(want, casework.Tally{Place: "411203", Cases: 1, Open: 1})
			}
			dbtest.Read(t, w.d, func(tx *db.Tx) error {
				got, err := w.cases.RollUp(tx, by, path, month)
				if !slices.Equal(got, want) {
					t.Errorf("%s: %+v, want %+v", path, got, want)
				}
				return err
			})
		}
	})
}
