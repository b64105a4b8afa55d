package duty

import (
	"encoding/json"
	"fmt"
	"strings"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/staff"
)

// An Evidence (完成凭据) shows that a task is done: a page of ours, words, or both.
type Evidence struct {
	Link  string // path on this site, "/…"
	Words string // at most 500 characters
}

func (e Evidence) check() error {
	e.Words = strings.TrimSpace(e.Words)
	switch {
	case e.Link == "" && e.Words == "":
		return fault.Invalid("words", "请写明完成情况，或给出通报、办件的网址")
	case len([]rune(e.Words)) > 500:
		return fault.Invalid("words", "完成情况不能超过 %d 字", 500)
	case e.Link != "" && (!strings.HasPrefix(e.Link, "/") || strings.HasPrefix(e.Link, "//") || strings.ContainsAny(e.Link, "\\\r\n\t ") || len(e.Link) > 300):
		return fault.Invalid("link", "凭据应是本平台的网址，以“/”开头")
	}
	return nil
}

// Finish says that a task is done and with what it is shown. Returns forbidden for who may not, a conflict when it is done.
func (d *Duties) Finish(tx *db.Tx, by staff.Actor, id db.ID, e Evidence) (Task, error) {
	t, err := d.Get(tx, by, id)
	if err != nil {
		return Task{}, err
	}
	if !t.mayFinish(by) {
		return Task{}, fault.Forbidden("这项任务由承担单位或督查人员填报完成")
	}
	if err := e.check(); err != nil {
		return Task{}, err
	}
	if t.State == Done {
		return Task{}, fault.Conflict("任务已由%s填报完成", t.DoneName)
	}
	late := t.State == Late || !tx.Now().Before(t.Due.Time)
	t.State, t.WasLate, t.DoneAt, t.DoneBy, t.DoneName = Done, late, db.At(tx.Now()), by.Account, by.Name
	t.Evidence, t.Words = e.Link, strings.TrimSpace(e.Words)
	err = tx.ExecOne(`update duty_task set state = 'done', was_late = ?, done_at = ?, done_by = ?, done_name = ?, evidence = ?, words = ?
		where id = ? and state <> 'done'`, oneIf(late), t.DoneAt, t.DoneBy, t.DoneName, t.Evidence, t.Words, t.ID)
	if err != nil {
		return Task{}, fmt.Errorf("finish task %s: %w", id, err)
	}
	return t, record(tx, by, t)
}

func record(tx *db.Tx, by staff.Actor, t Task) error {
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	detail, err := json.Marshal(map[string]string{"duty": t.Document + "/" + t.Duty, "period": t.Period.From.String(), "evidence": t.Evidence, "words": t.Words})
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: "finish-duty", Subject: "duty:" + t.ID.String(), Detail: detail})
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
