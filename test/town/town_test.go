package town_test

import (
	"context"
	"testing"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/staff"
	"linli/test/town"
)

// A message of the mailbox goes its whole way, each step by the account that is there for it: the town is fit for use.
func TestACaseCanBeCarriedOut(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		var r casework.Receipt
		desk := w.Actor(t, "desk")
		w.Write(t, func(tx *db.Tx) (err error) {
			r, err = w.Cases.Register(tx, desk, casework.Intake{Key: "k", Flow: "mailbox", Title: "柳荫社区一号院停水", Body: "已停水两天。",
				Place: town.Willow, From: casework.Reporter{Name: "许甲"}, Fields: map[string]string{"sender": "许甲", "subject": "停水", "content": "已停水两天。"},
				Sets: map[string]any{"weight": "ordinary", "digest": "停水"}})
			return err
		})
		for _, s := range []struct {
			login string
			act   flow.Act
		}{
			{"desk", flow.Act{Verb: flow.Accept}},
			{"dispatcher", flow.Act{Verb: flow.Dispatch, To: town.Water}},
			{"water", flow.Act{Verb: flow.Reply, Words: "已修好。"}},
			{"verifier", flow.Act{Verb: flow.Verify}},
			{"desk", flow.Act{Verb: flow.Close, Outcome: "solved"}},
		} {
			by := w.Actor(t, s.login)
			w.Clock.Advance(time.Hour)
			w.Write(t, func(tx *db.Tx) error {
				_, err := w.Cases.Do(tx, by, r.Case, casework.Act{Act: s.act, Key: string(s.act.Verb)})
				return err
			})
		}
		if _, err := staff.Login(context.Background(), w.DB, "resident", town.Password); err != nil {
			t.Errorf("log in: %v", err)
		}
	})
}

func TestEveryAccountMayDoSomething(t *testing.T) {
	w := town.SQLite(t)
	for _, r := range staff.Roles() {
		found := false
		for _, login := range []string{"desk", "dispatcher", "water", "verifier", "deputy", "supervisor", "willow", "walker", "purse", "treasurer", "carer", "admin", "auditor", "resident"} {
			found = found || w.Actor(t, login).HasAny(r)
		}
		if !found {
			t.Errorf("nobody is %s", r.Words())
		}
	}
	if w.Actor(t, "resident").Person != w.Person("resident") || w.Person("resident").IsZero() {
		t.Error("the resident is not in the register")
	}
}
