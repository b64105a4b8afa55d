package notify

import (
	"fmt"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/job"
)

// The channels of deliveries.
const (
	Webhook = "webhook"
	Phone   = "sms"
)

// The states of a Delivery.
const (
	Waiting   = "waiting" // not sent yet, or tried and to be tried again
	Delivered = "delivered"
	Failed    = "failed" // attempts used up; Resend begins anew
)

// A Delivery (发送) is one notice on its way outside.
type Delivery struct {
	ID        db.ID
	Channel   string // Webhook or Phone
	Hook      db.ID  // of a webhook
	Target    string // web address or telephone number
	Event     string
	Body      string
	State     string
	Ref       string // what the other side calls it
	CreatedAt db.Time
	DoneAt    db.Time
}

// MaskedTarget is the target fit for a list: of a telephone number only the ends.
func (x Delivery) MaskedTarget() string {
	if x.Channel == Phone && len(x.Target) == 11 {
		return x.Target[:3] + "****" + x.Target[7:]
	}
	return x.Target
}

const deliveryColumns = `id, channel, hook, target, event, body, state, ref, created_at, done_at`

func scanDelivery(rows *db.Rows) (x Delivery, err error) {
	return x, rows.Scan(&x.ID, &x.Channel, &x.Hook, &x.Target, &x.Event, &x.Body, &x.State, &x.Ref, &x.CreatedAt, &x.DoneAt)
}

// A Filter chooses deliveries; zero fields choose all.
type Filter struct {
	Channel, State string
	Hook           db.ID
	Before         db.ID // only ids below this one
	Limit          int   // 0 means 50
}

// Deliveries returns the log, newest first.
func Deliveries(tx *db.Tx, f Filter) ([]Delivery, error) {
	where, args := "1 = 1", []any{}
	add := func(cond string, v any) { where, args = where+" and "+cond, append(args, v) }
	if f.Channel != "" {
		add("channel = ?", f.Channel)
	}
	if f.State != "" {
		add("state = ?", f.State)
	}
	if f.Hook != 0 {
		add("hook = ?", f.Hook)
	}
	if f.Before != 0 {
		add("id < ?", f.Before)
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	list, err := db.Select(tx, scanDelivery, `select `+deliveryColumns+` from notify_delivery where `+where+` order by id desc limit ?`, append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return list, nil
}

func get(tx *db.Tx, id db.ID) (Delivery, error) {
	list, err := db.Select(tx, scanDelivery, `select `+deliveryColumns+` from notify_delivery where id = ?`, id)
	if err != nil {
		return Delivery{}, fmt.Errorf("read delivery: %w", err)
	}
	if len(list) == 0 {
		return Delivery{}, job.Permanent(fault.NotFound("发送记录 %s 不存在", id))
	}
	return list[0], nil
}

// An Attempt is one try at a Delivery.
type Attempt struct {
	At     db.Time
	Took   time.Duration
	Status int    // HTTP status, 0 for none
	Note   string // "ok", or what went wrong
}

// Attempts returns the tries at one delivery, oldest first.
func Attempts(tx *db.Tx, delivery db.ID) ([]Attempt, error) {
	list, err := db.Select(tx, func(rows *db.Rows) (a Attempt, err error) {
		var ms int64
		err = rows.Scan(&a.At, &ms, &a.Status, &a.Note)
		a.Took = time.Duration(ms) * time.Millisecond
		return a, err
	}, `select at, took_ms, status, note from notify_attempt where delivery = ? order by id`, delivery)
	if err != nil {
		return nil, fmt.Errorf("attempts at delivery: %w", err)
	}
	return list, nil
}

// Resend begins a failed delivery anew. Returns a conflict for one that waits or was delivered.
func Resend(tx *db.Tx, id db.ID) error {
	x, err := get(tx, id)
	if err != nil {
		return err
	}
	if x.State != Failed {
		return fault.Conflict("发送记录 %s 不是失败状态，不必重发", id)
	}
	if err := tx.ExecOne(`update notify_delivery set state = ?, done_at = '' where id = ? and state = ?`, Waiting, id, Failed); err != nil {
		return err
	}
	_, err = job.Enqueue(tx, jobKind(x.Channel), id)
	return err
}

const purgeBatch = 2000

// Purge forgets deliveries that arrived longer ago than the given age, with their attempts, some thousand at a time, and
// returns how many; call again until it returns 0. Failed ones stay.
func Purge(tx *db.Tx, olderThan time.Duration) (int64, error) {
	old := `select id from notify_delivery where state = 'delivered' and done_at < ? order by id limit ?`
	cut := db.At(tx.Now().Add(-olderThan))
	if err := tx.Exec(`delete from notify_attempt where delivery in (`+old+`)`, cut, purgeBatch); err != nil {
		return 0, fmt.Errorf("purge deliveries: %w", err)
	}
	n, err := tx.ExecCount(`delete from notify_delivery where id in (`+old+`)`, cut, purgeBatch)
	if err != nil {
		return 0, fmt.Errorf("purge deliveries: %w", err)
	}
	return n, nil
}
