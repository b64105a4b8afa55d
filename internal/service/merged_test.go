package service_test

import (
	"testing"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/register"
	"linli/internal/service"
	"linli/internal/staff"
)

// TestAMergedPersonKeepsWhatIsHis: what came under the entry that went is found under the one that stays, by the desk and by himself,
// whichever of the two his account names.
func TestAMergedPersonKeepsWhatIsHis(t *testing.T) {
	each(t, func(t *testing.T, h *hall) {
		r, err := h.apply("clerk", h.family())
		if err != nil {
			t.Fatal(err)
		}
		var code string
		var kept db.ID
		dbtest.Write(t, h.d, func(tx *db.Tx) error {
			if code, err = h.window.Save(tx, h.who["clerk"], service.Draft{Person: h.person, Item: "settle", Says: map[string]string{"child": "张小"}}); err != nil {
				return err
			}
			p, _, err := h.window.People.FindOrCreate(tx, register.Newcomer{Name: "张三", Phone: "19900000009", Place: "411202001001", Source: "test"})
			if err != nil {
				return err
			}
			kept = p.ID
			return h.window.People.Merge(tx, h.person, kept, db.NewID(), "test", "本人到场，确认是一人")
		})
		dbtest.Read(t, h.d, func(tx *db.Tx) error {
			for name, by := range map[string]staff.Actor{"clerk": h.who["clerk"], "himself": {Account: 901, Person: kept, Grants: []staff.Grant{{Role: staff.Resident}}},
				"himself, as he was": {Account: 902, Person: h.person, Grants: []staff.Grant{{Role: staff.Resident}}}} {
				for _, id := range []db.ID{h.person, kept} {
					if !by.Person.IsZero() && id != by.Person {
						continue
					}
					if list, err := h.window.Mine(tx, by, id); err != nil || len(list) != 1 || list[0].Case.ID != r.Case {
						t.Errorf("%s finds the applications %v, %v", name, list, err)
					}
					if list, err := h.window.Cases.OfPerson(tx, by, id, 10); err != nil || len(list) != 1 || list[0].ID != r.Case {
						t.Errorf("%s finds the cases %v, %v", name, list, err)
					}
				}
				if _, err := h.window.Cases.Get(tx, by, r.Case); err != nil {
					t.Errorf("%s opens the case: %v", name, err)
				}
				if d, err := h.window.Resume(tx, by, code); err != nil || d.Says["child"] != "张小" {
					t.Errorf("%s goes on with the draft: %+v, %v", name, d, err)
				}
				if by.Person.IsZero() {
					continue
				}
				if list, err := h.window.Cases.Own(tx, by, h.clock.Now().AddDate(0, 0, 1), 10); err != nil || len(list) != 1 || list[0].ID != r.Case {
					t.Errorf("%s lists %v, %v", name, list, err)
				}
				if _, err := h.window.Cases.Mine(tx, by, r.Case); err != nil {
					t.Errorf("%s follows the case: %v", name, err)
				}
			}
			called, err := h.window.Cases.Caller(tx, h.who["clerk"], "19900000009", 10)
			if err != nil || len(called) != 1 {
				t.Errorf("whoever calls has brought %v, %v", called, err)
			}
			if phone, err := h.window.People.Reach(tx, h.person, register.Phone); err != nil || phone == "" {
				t.Errorf("a message goes nowhere: %v", err)
			}
			stranger := staff.Actor{Account: 903, Person: db.NewID(), Grants: []staff.Grant{{Role: staff.Resident}}}
			if _, err := h.window.Cases.Get(tx, stranger, r.Case); err == nil {
				t.Error("a stranger opens the case")
			}
			return nil
		})
	})
}
