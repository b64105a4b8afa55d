package notify

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/job"
)

// A Hook (订阅) is a web address that wants to hear of events.
type Hook struct {
	ID        db.ID
	URL       string
	Secret    string   // "whsec_…"; made by Subscribe when empty, left out by Hooks
	Events    []string // types of event: "case.closed", "case.*" or "*"
	Scope     string   // one key, e.g. "u:cg": only events that carry it; "" for all
	Active    bool
	Stopped   string // why it is not active
	CreatedBy string
	CreatedAt db.Time
}

// Subscribe adds a hook in the caller's transaction and returns it with its secret, which is not shown again.
// Returns an invalid fault on field url, secret or events. Whether a name leads to a private address is judged at each
// delivery; an address written as numbers is judged here, unless allowPrivate.
func Subscribe(tx *db.Tx, h Hook, allowPrivate bool) (Hook, error) {
	if err := checkURL(h.URL, allowPrivate); err != nil {
		return Hook{}, err
	}
	if h.Secret == "" {
		h.Secret = newSecret()
	}
	if _, err := secretKey(h.Secret); err != nil {
		return Hook{}, fault.Invalid("secret", "密钥应为 whsec_ 加 24 至 64 字节的 base64")
	}
	if len(h.Events) == 0 || slices.ContainsFunc(h.Events, func(e string) bool { return e == "" || strings.ContainsAny(e, " \t\n") }) {
		return Hook{}, fault.Invalid("events", "请至少选择一种事件")
	}
	h.ID, h.Active, h.CreatedAt = db.NewID(), true, db.At(tx.Now())
	tx.AfterCommit(func() { switched.Add(1) })
	err := tx.Exec(`insert into notify_hook (id, url, secret, events, scope, created_by, created_at) values (?, ?, ?, ?, ?, ?, ?)`,
		h.ID, h.URL, h.Secret, strings.Join(h.Events, " "), h.Scope, h.CreatedBy, h.CreatedAt)
	if err != nil {
		return Hook{}, fmt.Errorf("subscribe: %w", err)
	}
	return h, nil
}

func newSecret() string {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	return secretPrefix + encoding.EncodeToString(key)
}

func checkURL(raw string, allowPrivate bool) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return fault.Invalid("url", "请填写以 http:// 或 https:// 开头的完整网址")
	case u.User != nil || u.Fragment != "":
		return fault.Invalid("url", "网址中不能带用户名、密码或 # 片段")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !allowPrivate && !public(ip) {
		return fault.Invalid("url", "不能向内部网络的地址 %s 推送", ip)
	}
	return nil
}

const hookColumns = `id, url, secret, events, scope, active, stopped, created_by, created_at`

func scanHook(rows *db.Rows) (h Hook, err error) {
	var events string
	err = rows.Scan(&h.ID, &h.URL, &h.Secret, &events, &h.Scope, &h.Active, &h.Stopped, &h.CreatedBy, &h.CreatedAt)
	h.Events = strings.Fields(events)
	return h, err
}

// Hooks returns all subscriptions, oldest first, without their secrets.
func Hooks(tx *db.Tx) ([]Hook, error) {
	list, err := db.Select(tx, scanHook, `select `+hookColumns+` from notify_hook order by id`)
	if err != nil {
		return nil, fmt.Errorf("list hooks: %w", err)
	}
	for i := range list {
		list[i].Secret = ""
	}
	return list, nil
}

func getHook(tx *db.Tx, id db.ID) (Hook, error) {
	list, err := db.Select(tx, scanHook, `select `+hookColumns+` from notify_hook where id = ?`, id)
	if err != nil {
		return Hook{}, fmt.Errorf("read hook: %w", err)
	}
	if len(list) == 0 {
		return Hook{}, fault.NotFound("订阅 %s 不存在", id)
	}
	return list[0], nil
}

// SetActive stops a hook, saying why, or starts it again. What waits for a stopped hook fails at its next attempt.
func SetActive(tx *db.Tx, id db.ID, active bool, why string) error {
	on := 0
	if active {
		on, why = 1, ""
	}
	tx.AfterCommit(func() { switched.Add(1) })
	n, err := tx.ExecCount(`update notify_hook set active = ?, stopped = ? where id = ?`, on, why, id)
	if err != nil {
		return fmt.Errorf("switch hook: %w", err)
	}
	if n == 0 {
		return fault.NotFound("订阅 %s 不存在", id)
	}
	return nil
}

// An Event (事件) is something that happened, for other systems.
type Event struct {
	Type string   // e.g. "case.closed"
	Data any      // written as JSON
	Keys []string // keys of those who may hear of it: hooks with a scope need theirs among them
}

// Publish adds one delivery for each active hook that wants the event, in the caller's transaction, and returns how many.
func Publish(tx *db.Tx, e Event) (int, error) {
	hooks, err := active(tx)
	if err != nil {
		return 0, fmt.Errorf("publish %s: %w", e.Type, err)
	}
	return publish(tx, hooks, e)
}

func active(tx *db.Tx) ([]Hook, error) {
	return db.Select(tx, scanHook, `select `+hookColumns+` from notify_hook where active = 1 order by id`)
}

func publish(tx *db.Tx, hooks []Hook, e Event) (n int, err error) {
	for _, h := range hooks {
		if !h.wants(e) {
			continue
		}
		if err := deliver(tx, h, e); err != nil {
			return n, fmt.Errorf("publish %s: %w", e.Type, err)
		}
		n++
	}
	return n, nil
}

// Ping sends a hook an event of type "ping", whatever its filter, so that its owner can try it.
func Ping(tx *db.Tx, id db.ID) error {
	h, err := getHook(tx, id)
	if err == nil {
		err = deliver(tx, h, Event{Type: "ping", Data: struct{}{}})
	}
	return err
}

func (h Hook) wants(e Event) bool {
	if h.Scope != "" && !slices.Contains(e.Keys, h.Scope) {
		return false
	}
	return slices.ContainsFunc(h.Events, func(pattern string) bool {
		prefix, wild := strings.CutSuffix(pattern, "*")
		return pattern == e.Type || wild && (prefix == "" || strings.HasSuffix(prefix, ".") && strings.HasPrefix(e.Type, prefix))
	})
}

func deliver(tx *db.Tx, h Hook, e Event) error {
	body, err := json.Marshal(struct {
		Type      string  `json:"type"`
		Timestamp db.Time `json:"timestamp"`
		Data      any     `json:"data"`
	}{e.Type, db.At(tx.Now()), e.Data})
	if err != nil {
		return fault.Internal(err, "事件内容无法保存")
	}
	return outgoing(tx, Delivery{Channel: Webhook, Hook: h.ID, Target: h.URL, Event: e.Type, Body: string(body)})
}

// outgoing adds a delivery and its job.
func outgoing(tx *db.Tx, x Delivery) error {
	x.ID = db.NewID()
	err := tx.Exec(`insert into notify_delivery (id, channel, hook, target, event, body, state, created_at) values (?, ?, ?, ?, ?, ?, 'waiting', ?)`,
		x.ID, x.Channel, x.Hook, x.Target, x.Event, x.Body, db.At(tx.Now()))
	if x.Channel == Phone {
		x.State, x.CreatedAt = Waiting, db.At(tx.Now())
		tx.AfterCommit(func() { fresh.put(x) })
	}
	_, jobErr := job.Enqueue(tx, jobKind(x.Channel), x.ID)
	return errors.Join(err, jobErr)
}

func jobKind(channel string) string { return "notify." + channel }
