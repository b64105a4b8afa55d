package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"linli/internal/db"
	"linli/internal/job"
)

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 4 << 10

// Options of a Sender.
type Options struct {
	Gateway      Gateway       // for text messages; nil leaves them waiting and failing visibly
	AllowPrivate bool          // webhooks may go to private addresses
	Timeout      time.Duration // of one webhook: 15 s
}

// A Sender carries deliveries outside.
type Sender struct {
	d      *db.DB
	o      Options
	client *http.Client
}

// Register makes a Sender and gives its handlers to the runner.
func Register(r *job.Runner, d *db.DB, o Options) *Sender {
	if o.Timeout <= 0 {
		o.Timeout = 15 * time.Second
	}
	s := &Sender{d: d, o: o, client: newClient(o.Timeout, o.AllowPrivate)}
	for channel, send := range map[string]func(context.Context, *attempt) error{Webhook: s.post, Phone: s.text} {
		kind := jobKind(channel)
		r.HandleOutside(kind, func(ctx context.Context, t *job.Task) (job.Settle, error) { return s.try(ctx, t.Job, send) })
		r.OnFailed(kind, failed)
	}
	return s
}

// An attempt is one try at a delivery and what came of it.
type attempt struct {
	x      Delivery
	hook   Hook
	began  time.Time
	status int    // HTTP status, 0 for none
	ref    string // of the other side
	gone   bool   // the receiver wants no more
}

// try loads a delivery, sends it, and leaves to settle what is to be written.
func (s *Sender) try(ctx context.Context, j job.Job, send func(context.Context, *attempt) error) (job.Settle, error) {
	var id db.ID
	if err := j.Decode(&id); err != nil {
		return nil, err
	}
	a, err := s.begin(ctx, id, j.Attempts == 1)
	if err != nil {
		return nil, err
	}
	if a.x.State != Waiting {
		return nil, nil // a copy of the job after the work was noted
	}
	err = send(ctx, a)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil, err // the program stops: not an attempt
	}
	return func(tx *db.Tx) error { return a.settle(tx, err) }, err
}

// begin finds what is to be sent. Before its first attempt nobody can have sent a delivery, so the one remembered is as good as the row.
func (s *Sender) begin(ctx context.Context, id db.ID, first bool) (*attempt, error) {
	if x, known := fresh.take(id); known && first {
		return &attempt{x: x, began: s.d.Now()}, nil
	}
	a := &attempt{}
	return a, s.d.Read(ctx, func(tx *db.Tx) (err error) {
		a.began = tx.Now()
		if a.x, err = get(tx, id); err == nil && a.x.Channel == Webhook {
			a.hook, err = getHook(tx, a.x.Hook)
		}
		return err
	})
}

// settle writes the attempt and, after success, the end of the delivery.
func (a *attempt) settle(tx *db.Tx, failure error) error {
	note := "ok"
	if failure != nil {
		note = string(clip([]byte(strings.ReplaceAll(failure.Error(), "\x00", "")), 500))
	}
	err := tx.Exec(`insert into notify_attempt (id, delivery, at, took_ms, status, note) values (?, ?, ?, ?, ?, ?)`,
		db.NewID(), a.x.ID, db.At(a.began), tx.Now().Sub(a.began).Milliseconds(), a.status, note)
	if err == nil && failure == nil {
		err = tx.Exec(`update notify_delivery set state = ?, ref = ?, done_at = ? where id = ?`, Delivered, a.ref, db.At(tx.Now()), a.x.ID)
	}
	if err == nil && a.gone {
		err = SetActive(tx, a.hook.ID, false, "对方答复不再接收（410）")
	}
	return err
}

// failed ends a delivery whose job failed for good.
func failed(tx *db.Tx, j job.Job) error {
	var id db.ID
	if err := j.Decode(&id); err != nil {
		return nil // nothing it could belong to
	}
	return tx.Exec(`update notify_delivery set state = ?, done_at = ? where id = ? and state = ?`, Failed, db.At(tx.Now()), id, Waiting)
}

// post sends a webhook.
func (s *Sender) post(ctx context.Context, a *attempt) error {
	if !a.hook.Active {
		return job.Permanent(errors.New("订阅已停用"))
	}
	id, stamp, body := "msg_"+a.x.ID.String(), strconv.FormatInt(a.began.Unix(), 10), []byte(a.x.Body)
	signature, err := sign(a.hook.Secret, id, stamp, body)
	if err != nil {
		return job.Permanent(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.hook.URL, bytes.NewReader(body))
	if err != nil {
		return job.Permanent(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "linli")
	req.Header.Set(headerID, id)
	req.Header.Set(headerTimestamp, stamp)
	req.Header.Set(headerSignature, signature)
	res, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	a.status = res.StatusCode
	switch {
	case res.StatusCode/100 == 2:
		return nil // whatever became of the rest of the answer
	case err != nil:
		return err
	case res.StatusCode == http.StatusGone:
		a.gone = true
		return job.Permanent(errors.New("对方答复不再接收（410）"))
	}
	return statusError(res, answer)
}

// text sends a text message.
func (s *Sender) text(ctx context.Context, a *attempt) (err error) {
	if s.o.Gateway == nil {
		return errors.New("没有配置短信网关")
	}
	a.ref, err = s.o.Gateway.Send(ctx, SMS{ID: a.x.ID.String(), Phone: a.x.Target, Text: a.x.Body, At: a.began})
	return err
}

// statusError is the error of an answer that is no success, with the pause that it asks for.
func statusError(res *http.Response, answer []byte) error {
	err := fmt.Errorf("answer %s: %q", res.Status, clip(answer, 200))
	seconds, convErr := strconv.Atoi(res.Header.Get("Retry-After"))
	if convErr == nil && seconds > 0 && (res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusServiceUnavailable) {
		return job.RetryAfter(err, time.Duration(min(seconds, 24*3600))*time.Second)
	}
	return err
}

// clip shortens to n bytes of valid text.
func clip(b []byte, n int) []byte {
	return bytes.ToValidUTF8(b[:min(len(b), n)], nil)
}
