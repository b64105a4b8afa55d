package notify

import (
	"embed"
	"fmt"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Account is the address of one account.
func Account(id db.ID) string { return "a:" + id.String() }

// Unit is the address of whoever works in a unit.
func Unit(code string) string { return "u:" + code }

// Person is the address of a resident.
func Person(id db.ID) string { return "r:" + id.String() }

// A Message (站内消息) is a notice within the application.
type Message struct {
	ID            db.ID
	To            string // made by Account, Unit or Person
	Subject, Text string
	Link          string // path of the page it is about, "" for none
	At            db.Time
	ReadAt        db.Time // zero while unread
}

// Send adds a message in the caller's transaction.
func Send(tx *db.Tx, m Message) error {
	switch kind, rest, _ := strings.Cut(m.To, ":"); {
	case rest == "" || kind != "a" && kind != "u" && kind != "r":
		return fault.Internal(fmt.Errorf("message to %q", m.To), "消息没有收件人")
	case m.Link != "" && (!strings.HasPrefix(m.Link, "/") || strings.HasPrefix(m.Link, "//") || strings.ContainsAny(m.Link, "\\\r\n")):
		return fault.Internal(fmt.Errorf("message with link %q", m.Link), "消息的链接不对")
	case m.Subject == "":
		return fault.Internal(fmt.Errorf("message to %q without subject", m.To), "消息没有标题")
	}
	err := tx.Exec(`insert into notify_message (id, recipient, subject, text, link, at) values (?, ?, ?, ?, ?, ?)`,
		db.NewID(), m.To, m.Subject, m.Text, m.Link, db.At(tx.Now()))
	if err != nil {
		return fmt.Errorf("send message to %s: %w", m.To, err)
	}
	return nil
}

// A Page chooses part of an inbox.
type Page struct {
	Unread bool  // only what is unread
	Before db.ID // only ids below this one
	Limit  int   // 0 means 50
}

// Inbox returns messages to any of the addresses, newest first.
func Inbox(tx *db.Tx, to []string, p Page) ([]Message, error) {
	if len(to) == 0 {
		return nil, nil
	}
	where, args := in(to)
	if p.Unread {
		where += " and read_at = ''"
	}
	if p.Before != 0 {
		where, args = where+" and id < ?", append(args, p.Before)
	}
	if p.Limit <= 0 {
		p.Limit = 50
	}
	list, err := db.Select(tx, func(rows *db.Rows) (m Message, err error) {
		return m, rows.Scan(&m.ID, &m.To, &m.Subject, &m.Text, &m.Link, &m.At, &m.ReadAt)
	}, `select id, recipient, subject, text, link, at, read_at from notify_message where `+where+` order by id desc limit ?`, append(args, p.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("read inbox: %w", err)
	}
	return list, nil
}

// Unread returns how many messages to any of the addresses are unread.
func Unread(tx *db.Tx, to []string) (n int64, err error) {
	if len(to) == 0 {
		return 0, nil
	}
	where, args := in(to)
	err = tx.QueryRow(`select count(*) from notify_message where `+where+` and read_at = ''`, args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count unread messages: %w", err)
	}
	return n, nil
}

// MarkRead marks one message as read. Returns a notfound fault when it is not to any of the addresses; one already read
// keeps its time.
func MarkRead(tx *db.Tx, to []string, id db.ID) error {
	if len(to) == 0 {
		return fault.NotFound("消息 %s 不存在", id)
	}
	where, args := in(to)
	n, err := tx.ExecCount(`update notify_message set read_at = case when read_at = '' then ? else read_at end
		where id = ? and `+where, append([]any{db.At(tx.Now()), id}, args...)...)
	if err != nil {
		return fmt.Errorf("mark message read: %w", err)
	}
	if n == 0 {
		return fault.NotFound("消息 %s 不存在", id)
	}
	return nil
}

// MarkAllRead marks every message to any of the addresses as read, up to the id last, and returns how many.
func MarkAllRead(tx *db.Tx, to []string, last db.ID) (int64, error) {
	if len(to) == 0 {
		return 0, nil
	}
	where, args := in(to)
	n, err := tx.ExecCount(`update notify_message set read_at = ? where read_at = '' and id <= ? and `+where,
		append([]any{db.At(tx.Now()), last}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("mark messages read: %w", err)
	}
	return n, nil
}

func in(to []string) (where string, args []any) {
	for _, t := range to {
		args = append(args, t)
	}
	return "recipient in (?" + strings.Repeat(", ?", len(to)-1) + ")", args
}
