package notify_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/job"
	"linli/internal/notify"
)

// desk is one database with a clock, a runner and a sender.
type desk struct {
	t     *testing.T
	d     *db.DB
	clock *dbtest.Clock
	run   *job.Runner
}

func each(t *testing.T, o notify.Options, test func(k desk)) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		r := job.NewRunner(d, job.Options{
			Pauses: job.Pauses{First: time.Minute, Cap: time.Hour, Random: func() float64 { return 0 }},
			Log:    slog.New(slog.NewTextHandler(io.Discard, nil)),
		})
		notify.Register(r, d, o)
		test(desk{t, d, clock, r})
	}, job.Migrations, notify.Migrations)
}

func (k desk) due(want int) {
	k.t.Helper()
	if n, err := k.run.RunDue(context.Background()); err != nil || n != want {
		k.t.Fatalf("ran %d jobs, %v; want %d", n, err, want)
	}
}

func (k desk) subscribe(h notify.Hook) notify.Hook {
	k.t.Helper()
	dbtest.Write(k.t, k.d, func(tx *db.Tx) (err error) { h, err = notify.Subscribe(tx, h, true); return err })
	return h
}

func (k desk) publish(e notify.Event, want int) {
	k.t.Helper()
	dbtest.Write(k.t, k.d, func(tx *db.Tx) error {
		n, err := notify.Publish(tx, e)
		if n != want {
			k.t.Errorf("%s went to %d hooks, want %d", e.Type, n, want)
		}
		return err
	})
}

func (k desk) log(f notify.Filter) (list []notify.Delivery) {
	k.t.Helper()
	dbtest.Read(k.t, k.d, func(tx *db.Tx) (err error) { list, err = notify.Deliveries(tx, f); return err })
	return list
}

func (k desk) attempts(id db.ID) (list []notify.Attempt) {
	k.t.Helper()
	dbtest.Read(k.t, k.d, func(tx *db.Tx) (err error) { list, err = notify.Attempts(tx, id); return err })
	return list
}

// receiver is a server that checks signatures and answers as told.
type receiver struct {
	*httptest.Server
	status atomic.Int32
	secret atomic.Value
	mu     sync.Mutex
	ids    []string
	bodies []string
}

func newReceiver(t *testing.T, clock func() time.Time) *receiver {
	v := &receiver{}
	v.status.Store(200)
	v.secret.Store("")
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := notify.CheckSignature(v.secret.Load().(string), r.Header, body, clock()); err != nil {
			t.Errorf("signature: %v", err)
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		v.ids, v.bodies = append(v.ids, r.Header.Get("webhook-id")), append(v.bodies, string(body))
		if v.status.Load() == 503 {
			w.Header().Set("Retry-After", "7200")
		}
		if v.status.Load() == 302 {
			w.Header().Set("Location", "http://127.0.0.1:1/")
		}
		w.WriteHeader(int(v.status.Load()))
	}))
	t.Cleanup(v.Close)
	return v
}

func TestWebhookComesBackAfterTheReceiverDoes(t *testing.T) {
	each(t, notify.Options{AllowPrivate: true}, func(k desk) {
		v := newReceiver(k.t, k.clock.Now)
		h := k.subscribe(notify.Hook{URL: v.URL + "/hook", Events: []string{"case.*"}, CreatedBy: "张"})
		v.secret.Store(h.Secret)
		v.status.Store(500)
		k.publish(notify.Event{Type: "case.closed", Data: map[string]string{"number": "A1"}}, 1)
		k.publish(notify.Event{Type: "duty.done"}, 0)
		k.due(1)
		k.due(0)
		k.clock.Advance(time.Minute)
		v.status.Store(503)
		k.due(1)
		k.clock.Advance(time.Hour)
		k.due(0) // the receiver asked for two hours
		k.clock.Advance(time.Hour)
		v.status.Store(204)
		k.due(1)
		x := k.log(notify.Filter{Hook: h.ID})[0]
		tries := k.attempts(x.ID)
		if x.State != notify.Delivered || len(tries) != 3 || tries[0].Status != 500 || tries[1].Status != 503 || tries[2].Note != "ok" {
			k.t.Fatalf("delivery %+v, attempts %+v", x, tries)
		}
		if v.ids[0] != v.ids[2] || v.bodies[0] != v.bodies[2] || !strings.Contains(v.bodies[0], `"type":"case.closed"`) || !strings.Contains(v.bodies[0], `"number":"A1"`) {
			k.t.Fatalf("ids %v, bodies %v", v.ids, v.bodies)
		}
	})
}

func TestDeadReceiverFailsVisiblyAndCanBeResent(t *testing.T) {
	each(t, notify.Options{AllowPrivate: true}, func(k desk) {
		v := newReceiver(k.t, k.clock.Now)
		h := k.subscribe(notify.Hook{URL: v.URL, Events: []string{"*"}, CreatedBy: "张"})
		v.secret.Store(h.Secret)
		v.status.Store(302) // a redirect is not followed
		k.publish(notify.Event{Type: "case.closed"}, 1)
		for range 12 {
			k.due(1)
			k.clock.Advance(time.Hour)
		}
		k.due(0)
		x := k.log(notify.Filter{State: notify.Failed})[0]
		if n := len(k.attempts(x.ID)); n != 12 {
			k.t.Fatalf("%d attempts on record", n)
		}
		v.status.Store(200)
		dbtest.Write(k.t, k.d, func(tx *db.Tx) error { return notify.Resend(tx, x.ID) })
		k.due(1)
		if x := k.log(notify.Filter{})[0]; x.State != notify.Delivered {
			k.t.Fatalf("after resending: %+v", x)
		}
		if err := k.d.Write(context.Background(), func(tx *db.Tx) error { return notify.Resend(tx, x.ID) }); fault.KindOf(err) != fault.KindConflict {
			k.t.Fatalf("resent what was delivered: %v", err)
		}
		k.clock.Advance(48 * time.Hour)
		dbtest.Write(k.t, k.d, func(tx *db.Tx) error {
			n, err := notify.Purge(tx, time.Hour)
			if n != 1 {
				k.t.Errorf("purged %d", n)
			}
			return err
		})
		if n := len(k.attempts(x.ID)); n != 0 {
			k.t.Fatalf("%d attempts outlive their delivery", n)
		}
	})
}

func TestGoneReceiverIsUnsubscribed(t *testing.T) {
	each(t, notify.Options{AllowPrivate: true}, func(k desk) {
		v := newReceiver(k.t, k.clock.Now)
		h := k.subscribe(notify.Hook{URL: v.URL, Events: []string{"*"}, CreatedBy: "张"})
		v.secret.Store(h.Secret)
		v.status.Store(410)
		k.publish(notify.Event{Type: "a"}, 1)
		k.due(1)
		k.publish(notify.Event{Type: "b"}, 0)
		var hooks []notify.Hook
		dbtest.Read(k.t, k.d, func(tx *db.Tx) (err error) { hooks, err = notify.Hooks(tx); return err })
		if x := k.log(notify.Filter{})[0]; x.State != notify.Failed || hooks[0].Active || hooks[0].Stopped == "" || hooks[0].Secret != "" {
			k.t.Fatalf("delivery %+v, hook %+v", x, hooks[0])
		}
	})
}

func TestScopeAndFilterOfHooks(t *testing.T) {
	each(t, notify.Options{}, func(k desk) {
		k.subscribe(notify.Hook{URL: "https://a.example/", Events: []string{"case.closed"}, Scope: "u:cg", CreatedBy: "张"})
		k.subscribe(notify.Hook{URL: "https://b.example/", Events: []string{"case.*"}, CreatedBy: "张"})
		k.publish(notify.Event{Type: "case.closed", Keys: []string{"p:4112", "u:cg"}}, 2)
		k.publish(notify.Event{Type: "case.closed", Keys: []string{"p:4112"}}, 1)
		k.publish(notify.Event{Type: "case.closed.late", Keys: []string{"u:cg"}}, 1)
		k.publish(notify.Event{Type: "cases", Keys: []string{"u:cg"}}, 0)
	})
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	each(t, notify.Options{}, func(k desk) {
		for _, url := range []string{"ftp://a.example/", "http://", "https://u:p@a.example/", "nonsense", "http://127.0.0.1/", "http://[::1]/",
			"http://10.1.2.3/", "http://169.254.169.254/latest", "http://[::ffff:192.168.1.1]/", "http://[64:ff9b::a00:1]/", "http://100.64.0.1/"} {
			err := k.d.Write(context.Background(), func(tx *db.Tx) error {
				_, err := notify.Subscribe(tx, notify.Hook{URL: url, Events: []string{"*"}, CreatedBy: "张"}, false)
				return err
			})
			if fault.KindOf(err) != fault.KindInvalid || fault.As(err).Field != "url" {
				k.t.Errorf("%s: %v", url, err)
			}
		}
		// A name that leads inside is found when it is dialled.
		v := newReceiver(k.t, k.clock.Now)
		h := k.subscribe(notify.Hook{URL: strings.Replace(v.URL, "127.0.0.1", "localhost", 1), Events: []string{"*"}, CreatedBy: "张"})
		dbtest.Write(k.t, k.d, func(tx *db.Tx) error { return notify.Ping(tx, h.ID) })
		k.due(1)
		tries := k.attempts(k.log(notify.Filter{})[0].ID)
		if len(v.ids) != 0 || len(tries) != 1 || !strings.Contains(tries[0].Note, "private") {
			k.t.Fatalf("the receiver inside heard %v, attempts %+v", v.ids, tries)
		}
	})
}

func TestTextMessagesGoToTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sms.jsonl")
	each(t, notify.Options{Gateway: &notify.FileGateway{Path: path}}, func(k desk) {
		os.Remove(path)
		dbtest.Write(k.t, k.d, func(tx *db.Tx) error {
			if err := notify.Text(tx, "+86 138-0000-1111", "您的来信已受理", "case.accepted"); err != nil {
				return err
			}
			return notify.Text(tx, "13900002222", "您的来信已办结", "case.closed")
		})
		k.due(2)
		f, err := os.Open(path)
		if err != nil {
			k.t.Fatal(err)
		}
		defer f.Close()
		phones := map[string]string{}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var m notify.SMS
			if err := json.Unmarshal(lines.Bytes(), &m); err != nil || m.ID == "" {
				k.t.Fatalf("line %q: %v", lines.Text(), err)
			}
			phones[m.Phone] = m.Text
		}
		if phones["13800001111"] != "您的来信已受理" || len(phones) != 2 {
			k.t.Fatalf("messages %v", phones)
		}
		if x := k.log(notify.Filter{Channel: notify.Phone})[1]; x.State != notify.Delivered || x.MaskedTarget() != "138****1111" {
			k.t.Fatalf("delivery %+v", x)
		}
		for _, phone := range []string{"", "123", "12800001111", "138000011112"} {
			err := k.d.Write(context.Background(), func(tx *db.Tx) error { return notify.Text(tx, phone, "x", "y") })
			if fault.KindOf(err) != fault.KindInvalid {
				k.t.Errorf("phone %q: %v", phone, err)
			}
		}
	})
}

func TestHTTPGateway(t *testing.T) {
	answer, status := `{"code":0,"msgid":"77"}`, 200
	var seen string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen = r.Header.Get("Authorization") + " " + string(body)
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	defer server.Close()
	g := &notify.HTTPGateway{URL: server.URL, Header: map[string]string{"Authorization": "Bearer k"},
		Body: `{"to":{{json .Phone}},"content":{{json .Text}}}`, Answer: `"code":0.*"msgid":"(\d+)"`}
	if err := g.Prepare(); err != nil {
		t.Fatal(err)
	}
	send := func() (string, error) {
		return g.Send(context.Background(), notify.SMS{ID: "1", Phone: "13800001111", Text: `他说"好"`})
	}
	if ref, err := send(); err != nil || ref != "77" || seen != `Bearer k {"to":"13800001111","content":"他说\"好\""}` {
		t.Fatalf("ref %q, %v, request %s", ref, err, seen)
	}
	answer = `{"code":5,"msg":"余额不足"}`
	if _, err := send(); err == nil || !strings.Contains(err.Error(), "余额不足") {
		t.Fatalf("a refusal in the answer: %v", err)
	}
	status = 502
	if _, err := send(); err == nil {
		t.Fatal("status 502 counts as success")
	}
	for _, bad := range []notify.HTTPGateway{{URL: "x"}, {URL: server.URL, Body: "{{.Nobody}}"}, {URL: server.URL, Answer: "("}} {
		if err := bad.Prepare(); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestInbox(t *testing.T) {
	each(t, notify.Options{}, func(k desk) {
		me, unit := notify.Account(7), notify.Unit("cg")
		dbtest.Write(k.t, k.d, func(tx *db.Tx) (err error) {
			for _, m := range []notify.Message{{To: me, Subject: "一", Link: "/cases/1"}, {To: unit, Subject: "二"}, {To: notify.Person(9), Subject: "三"}, {To: me, Subject: "四"}} {
				if e := notify.Send(tx, m); e != nil {
					err = e
				}
			}
			return err
		})
		inbox := func(p notify.Page) string {
			var subjects string
			dbtest.Read(k.t, k.d, func(tx *db.Tx) error {
				list, err := notify.Inbox(tx, []string{me, unit}, p)
				for _, m := range list {
					subjects += m.Subject
				}
				return err
			})
			return subjects
		}
		if got := inbox(notify.Page{}); got != "四二一" {
			k.t.Fatalf("inbox %q", got)
		}
		var list []notify.Message
		dbtest.Read(k.t, k.d, func(tx *db.Tx) (err error) {
			list, err = notify.Inbox(tx, []string{notify.Person(9)}, notify.Page{})
			return err
		})
		if err := k.d.Write(context.Background(), func(tx *db.Tx) error { return notify.MarkRead(tx, []string{me}, list[0].ID) }); fault.KindOf(err) != fault.KindNotFound {
			k.t.Fatalf("read somebody else's message: %v", err)
		}
		dbtest.Read(k.t, k.d, func(tx *db.Tx) (err error) {
			list, err = notify.Inbox(tx, []string{me, unit}, notify.Page{Limit: 1})
			return err
		})
		dbtest.Write(k.t, k.d, func(tx *db.Tx) error { return notify.MarkRead(tx, []string{me}, list[0].ID) })
		if got := inbox(notify.Page{Unread: true}); got != "二一" {
			k.t.Fatalf("unread %q", got)
		}
		dbtest.Write(k.t, k.d, func(tx *db.Tx) error {
			n, err := notify.MarkAllRead(tx, []string{me, unit}, list[0].ID)
			if n != 2 {
				k.t.Errorf("marked %d", n)
			}
			return err
		})
		for _, m := range []notify.Message{{To: "x", Subject: "s"}, {To: me}, {To: me, Subject: "s", Link: "//evil.example"}, {To: me, Subject: "s", Link: "https://evil.example"}} {
			if err := k.d.Write(context.Background(), func(tx *db.Tx) error { return notify.Send(tx, m) }); err == nil {
				k.t.Errorf("sent %+v", m)
			}
		}
	})
}

// TestStandardSignature is the example which the Standard Webhooks specification publishes.
func TestStandardSignature(t *testing.T) {
	h := http.Header{}
	h.Set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	h.Set("webhook-timestamp", "1614265330")
	h.Set("webhook-signature", "v1,other v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	body, secret := []byte(`{"test": 2432232314}`), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	at := time.Unix(1614265330, 0)
	if err := notify.CheckSignature(secret, h, body, at); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"another body":   notify.CheckSignature(secret, h, []byte(`{"test": 1}`), at),
		"another secret": notify.CheckSignature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx", h, body, at),
		"too late":       notify.CheckSignature(secret, h, body, at.Add(time.Hour)),
		"too early":      notify.CheckSignature(secret, h, body, at.Add(-time.Hour)),
	} {
		if err == nil {
			t.Errorf("%s passes", name)
		}
	}
}
