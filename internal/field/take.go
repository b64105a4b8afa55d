package field

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/job"
	"linli/internal/staff"
)

// How many kept items are looked at together, and of how many workers at once items are acted on.
const (
	portion = 64
	atOnce  = 4
)

// An item that could not be acted on, for reasons that are not its own, is tried so often, at these pauses; then it lies on the desk.
const triesMost = 12

var pauses = job.Pauses{First: 5 * time.Second, Cap: time.Hour, Random: rand.Float64}

// An itemName tells one item.
type itemName struct {
	account db.ID
	id      string
}

// tend acts on a portion of the items that are due, on each worker's in the order in which they came, and says how many they were.
func (x *Inbox) tend(ctx context.Context) (int, error) {
	var list []itemName
	err := x.DB.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = db.Select(tx, func(r *db.Rows) (n itemName, err error) { return n, r.Scan(&n.account, &n.id) },
			`select account, id from field_item where state = 'kept' and desk = 0 and due_at <= ? order by due_at, seq limit ?`, db.At(tx.Now()), portion)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("look for kept items: %w", err)
	}
	workers := map[db.ID][]itemName{}
	for _, n := range list {
		workers[n.account] = append(workers[n.account], n)
	}
	var all sync.WaitGroup
	slots, failures := make(chan struct{}, atOnce), make(chan error, len(workers))
	for _, mine := range workers {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			for _, n := range mine {
				if err := x.take(ctx, n); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(failures)
	for failure := range failures {
		err = errors.Join(err, failure)
	}
	return len(list), err
}

// take acts on one item and sees to it that what a refusal wrote halfway is gone before the refusal itself is written down. An item that was acted on
// is not kept any more: whoever comes second finds nothing to do. The error is of the database: nothing of the item could be written down.
func (x *Inbox) take(ctx context.Context, n itemName) error {
	err := x.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := load(tx, n.account, n.id)
		if err != nil || r.state != Kept || r.desk {
			return err
		}
		return x.takeRow(tx, r)
	})
	if err == nil || ctx.Err() != nil {
		return err
	}
	if e := fault.As(err); e != nil && !db.IsStale(err) && !db.IsUnique(err) && e.Kind != fault.KindInternal && e.Kind != fault.KindUnavailable {
		return x.DB.Write(ctx, func(tx *db.Tx) error { return refuse(tx, n, e) })
	}
	slog.WarnContext(ctx, "an item was not acted on", "account", n.account.String(), "id", n.id, "error", err)
	return x.DB.Write(ctx, func(tx *db.Tx) error { return postpone(tx, n) })
}

// takeRow acts on a kept item as its worker, or lays it on the desk when there is none any more.
func (x *Inbox) takeRow(tx *db.Tx, r *row) error {
	by, err := staff.ActorOf(tx, r.account, staff.ViaJob)
	if errors.Is(err, staff.ErrDisabled) {
		r.mark(MarkClosed)
		r.desk, r.words = true, closedWords
		return r.save(tx, Kept)
	}
	if err != nil {
		return err
	}
	if err := x.act(tx, by, r); err != nil {
		return err
	}
	return r.save(tx, Kept)
}

const closedWords = "账号已停用：记录已收到并注明，已交监督中心处理"

// act does what an item of its kind asks for, and says in the row what came of it.
func (x *Inbox) act(tx *db.Tx, by staff.Actor, r *row) error {
	if err := x.noticeJump(tx, r); err != nil {
		return err
	}
	switch r.Kind {
	case Report:
		return x.report(tx, by, r)
	case Check:
		return x.check(tx, by, r)
	case Resolve:
		return x.resolve(tx, by, r)
	case Duty:
		return duty(tx, by, r)
	case Track:
		return x.track(tx, by, r)
	}
	return x.point(tx, by, r)
}

// refuse writes down that an item was refused, and why; the supervision centre sees it too.
func refuse(tx *db.Tx, n itemName, e *fault.Error) error {
	r, err := load(tx, n.account, n.id)
	if err != nil || r.state != Kept {
		return err
	}
	r.state, r.words, r.desk = Refused, wordsOf(e), true
	return r.save(tx, Kept)
}

// postpone lets an item be tried again later, and lays it on the desk when that has been done often enough.
func postpone(tx *db.Tx, n itemName) error {
	r, err := load(tx, n.account, n.id)
	if err != nil || r.state != Kept || r.desk {
		return err
	}
	var tries int
	if err := tx.QueryRow(`select tries from field_item where account = ? and id = ?`, n.account, n.id).Scan(&tries); err != nil {
		return fmt.Errorf("tries of item: %w", err)
	}
	if tries++; tries >= triesMost {
		r.desk, r.words = true, "平台暂时没有办成，记录完好，已交监督中心处理"
		return r.save(tx, Kept)
	}
	return tx.ExecOne(`update field_item set tries = ?, due_at = ? where account = ? and id = ? and state = 'kept'`,
		tries, db.At(tx.Now().Add(pauses.After(tries))), n.account, n.id)
}

// key makes what is done for an item be done once.
func (r *row) key() string { return "field:" + r.account.String() + ":" + r.ID }

// read reads the body of an item.
func (r *row) read(into any) error {
	if err := json.Unmarshal(r.Body, into); err != nil {
		return fault.Invalid("body", "记录的内容读不懂，请更新手机上的页面后重新记录")
	}
	return nil
}

// said are the marks of an item that whoever reads the case should know, in words; "" when there are none.
func (r *row) said() string {
	var list []string
	for _, m := range []struct{ mark, words string }{
		{MarkClock, "手机时钟不准，时间按收到时推算"}, {MarkOutside, "定位不在本市范围内"}, {MarkJump, "定位跳动过大"},
		{MarkMoved, "上报人当时不在这个网格任职"}, {MarkClosed, "上报人的账号已停用"},
	} {
		if slices.Contains(r.marks, m.mark) {
			list = append(list, m.words)
		}
	}
	for _, m := range r.marks {
		if strings.HasPrefix(m, markBadPhoto) {
			return fmt.Sprintf("手机记录提示：%s。", strings.Join(append(list, "有照片或录音不能用"), "；"))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return fmt.Sprintf("手机记录提示：%s。", strings.Join(list, "；"))
}

// wordsOf says what is wrong with an item in full: every field that is.
func wordsOf(e *fault.Error) string {
	if len(e.Fields) == 0 {
		return e.Message()
	}
	var list []string
	for _, f := range e.Fields {
		list = append(list, f.Message())
	}
	return strings.Join(list, "；")
}
