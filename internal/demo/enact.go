package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/duty"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/notify"
	"linli/internal/staff"
)

// stretch is how many steps one transaction takes.
const stretch = 200

// known is the case that a story became.
type known struct {
	id           db.ID
	number, code string
}

// enact lets everything happen, in order.
func (b *build) enact(ctx context.Context) error {
	b.progress("编写办件", 0, b.o.Cases)
	ops, err := b.plan()
	if err != nil {
		return err
	}
	plan := digest(ops)
	if b.row.plan != "" && b.row.plan != plan {
		return fault.Conflict("这座演示城市是另一版本的程序建到一半的，请换一个空的数据目录")
	}
	cases := map[int]known{}
	if err := b.o.DB.Read(ctx, func(tx *db.Tx) error { return loadKnown(tx, cases) }); err != nil {
		return err
	}
	for b.row.done < len(ops) {
		now := ops[b.row.done:min(len(ops), b.row.done+stretch)]
		fresh := map[int]known{}
		err := b.o.DB.Write(ctx, func(tx *db.Tx) error {
			clear(fresh)
			for i := range now {
				if err := b.happen(tx, &now[i], cases, fresh); err != nil {
					return fmt.Errorf("story %d, step %d, %s at %s: %w", now[i].story, now[i].step, now[i].act.Verb, now[i].at, err)
				}
			}
			return tx.ExecOne("update demo_run set done = ?, plan = ? where id = 1", b.row.done+len(now), plan)
		})
		if err != nil {
			return err
		}
		for story, k := range fresh {
			cases[story] = k
		}
		b.row.done += len(now)
		b.added += len(now)
		b.progress("办件步骤", b.row.done, len(ops))
	}
	return b.o.DB.Write(ctx, func(tx *db.Tx) error {
		return errors.Join(tx.Exec("delete from demo_case"), tx.ExecOne("update demo_run set finished = 1 where id = 1"))
	})
}

func loadKnown(tx *db.Tx, cases map[int]known) error {
	rows, err := tx.Query("select story, case_id, number, code from demo_case")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var story int
		var k known
		if err := rows.Scan(&story, &k.id, &k.number, &k.code); err != nil {
			return err
		}
		cases[story] = k
	}
	return rows.Err()
}

// happen does one thing at its instant.
func (b *build) happen(tx *db.Tx, o *op, cases, fresh map[int]known) error {
	tx.Replay(o.at)
	k, ok := fresh[o.story]
	if !ok {
		k = cases[o.story]
	}
	key := fmt.Sprintf("demo-%d-%d-%d", b.row.seed, o.story, o.step)
	switch {
	case o.intake != nil:
		return b.bring(tx, o, key, fresh)
	case o.act.Verb == dutySweep:
		_, err := b.tasks.Sweep(tx)
		return err
	case o.act.Verb == dutyFinish:
		return b.finishTasks(tx, b.office[o.by])
	case o.act.Verb == readAll:
		return b.readMessages(tx)
	case o.by == platform:
		_, err := b.cases.Lapse(tx, k.id)
		return err
	}
	act := casework.Act{Act: flow.Act{Verb: o.act.Verb, Words: o.act.Words, Clause: o.act.Clause, To: o.act.To, With: slices.Clone(o.act.With),
		Leader: o.act.Leader, Sets: o.act.Sets, Term: o.act.Term, Outcome: o.act.Outcome, Flow: o.act.Flow, Grade: o.act.Grade}, Key: key}
	if o.other >= 0 {
		main, ok := fresh[o.other]
		if !ok {
			main = cases[o.other]
		}
		act.Case = main.id.String()
	}
	if o.by == reporter {
		return b.byReporter(tx, k, act)
	}
	_, err := b.cases.Do(tx, b.office[o.by], k.id, act)
	return err
}

// finishTasks does what the offices owe at that time.
func (b *build) finishTasks(tx *db.Tx, by staff.Actor) error {
	list, err := b.tasks.List(tx, by, 500)
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.State == duty.Done {
			continue
		}
		words := "已按要求完成，材料存档。"
		if t.Makes != "" {
			words = "已汇总印发，发各县（市、区）人民政府和市政府各部门。"
		}
		if _, err := b.tasks.Finish(tx, by, t.ID, duty.Evidence{Words: words}); err != nil {
			return err
		}
	}
	return nil
}

// readMessages marks as read what everybody with an account has been told so far.
func (b *build) readMessages(tx *db.Tx) error {
	var to []string
	for _, a := range b.office {
		to = append(to, notify.Account(a.Account))
		if a.Unit != "" {
			to = append(to, notify.Unit(a.Unit))
		}
		if !a.Person.IsZero() {
			to = append(to, notify.Person(a.Person))
		}
	}
	_, err := notify.MarkAllRead(tx, to, db.NewID())
	return err
}

// byReporter acts with the receipt in hand, or as the resident who is logged in.
func (b *build) byReporter(tx *db.Tx, k known, a casework.Act) error {
	if k.code != "" {
		_, err := b.cases.DoByReceipt(tx, k.number, k.code, a)
		return err
	}
	_, err := b.cases.Do(tx, b.office[k.number], k.id, a)
	return err
}

// bring registers a case, and keeps which it is for the steps to come. Of a resident with an account it keeps the login in place of
// the receipt.
func (b *build) bring(tx *db.Tx, o *op, key string, fresh map[int]known) error {
	in := *o.intake
	in.Key = key
	by := staff.Actor{Name: in.From.Name, Via: staff.ViaPage}
	k := known{}
	switch {
	case o.by != reporter:
		by = b.office[o.by]
	case o.login != "":
		by, k.number = b.office[o.login], o.login
	}
	r, err := b.cases.Register(tx, by, in)
	if err != nil {
		return err
	}
	k.id = r.Case
	if k.number == "" {
		k.number, k.code = r.Number, r.Code
	}
	fresh[o.story] = k
	return tx.Exec("insert into demo_case (story, case_id, number, code) values (?, ?, ?, ?)", o.story, k.id, k.number, k.code)
}

// summary counts what stands.
func (b *build) summary(ctx context.Context) (Summary, error) {
	s := Summary{Added: b.added, Residents: b.row.residents, Steps: b.row.done, States: map[flow.State]int{}}
	err := b.o.DB.Read(ctx, func(tx *db.Tx) error {
		if err := b.survey(tx); err != nil {
			return err
		}
		s.Places = b.tree.Len()
		units, err := staff.Units(tx)
		if err != nil {
			return err
		}
		accounts, err := staff.Accounts(tx, "", "", 1000)
		if err != nil {
			return err
		}
		s.Units, s.Accounts = len(units), len(accounts)
		rows, err := tx.Query("select state, count(*) from fact_case group by state")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var state flow.State
			var n int
			if err := rows.Scan((*string)(&state), &n); err != nil {
				return err
			}
			s.States[state] = n
			s.Cases += n
		}
		return rows.Err()
	})
	return s, err
}
