package field

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/job"
	"linli/internal/staff"
)

// take acts on one item. It runs beside the job's own transactions, so that what a refusal wrote halfway is gone before the refusal itself is
// written down; an item that was acted on is not kept any more, so a second run finds nothing to do.
func (x *Inbox) take(ctx context.Context, t *job.Task) (job.Settle, error) {
	var a takeArgs
	if err := t.Job.Decode(&a); err != nil {
		return nil, job.Permanent(err)
	}
	err := x.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := load(tx, a.Account, a.ID)
		if err != nil || r.state != Kept || r.desk {
			return err
		}
		return x.takeRow(tx, r)
	})
	e := fault.As(err)
	if err == nil || e == nil || db.IsStale(err) || db.IsUnique(err) {
		return nil, err
	}
	switch e.Kind {
	case fault.KindInternal, fault.KindUnavailable:
		return nil, err
	}
	return func(tx *db.Tx) error { return x.refuse(tx, a, e) }, nil
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
	if err := r.noticeJump(tx); err != nil {
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
		return track(tx, by, r)
	}
	return x.point(tx, by, r)
}

// refuse writes down that an item was refused, and why; the supervision centre sees it too.
func (x *Inbox) refuse(tx *db.Tx, a takeArgs, e *fault.Error) error {
	r, err := load(tx, a.Account, a.ID)
	if err != nil || r.state != Kept {
		return err
	}
	r.state, r.words, r.desk = Refused, wordsOf(e), true
	return r.save(tx, Kept)
}

// failed lays an item on the desk that could not be acted on although it was tried again and again.
func (x *Inbox) failed(tx *db.Tx, j job.Job) error {
	var a takeArgs
	if err := j.Decode(&a); err != nil {
		return err
	}
	r, err := load(tx, a.Account, a.ID)
	if err != nil || r.state != Kept {
		return err
	}
	r.desk, r.words = true, "平台暂时没有办成，记录完好，已交监督中心处理"
	return r.save(tx, Kept)
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
