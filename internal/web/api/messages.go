package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/notify"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A Message is a notice within the program.
type Message struct {
	ID      db.ID     `json:"id"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Link    string    `json:"link,omitempty" doc:"所说的页面"`
	At      time.Time `json:"at"`
	Read    time.Time `json:"read,omitzero"`
}

type inboxInput struct {
	Paged
	Unread bool `query:"unread" doc:"只要未读的"`
}

type messageInput struct {
	Keyed
	ID string `path:"id" maxLength:"20"`
}

type markInput struct {
	Keyed
	Body struct {
		Last db.ID `json:"last" doc:"到这一条为止都已读"`
	}
}

// A Marked says how many messages were marked.
type Marked struct {
	Count int64 `json:"count"`
}

func (a *API) registerMessages() {
	add(a, operation{method: http.MethodGet, path: "/messages", id: "listMessages", tag: "消息", title: "我和本单位的消息，最新的在前", scope: read}, a.inbox)
	add(a, operation{method: http.MethodPost, path: "/messages/{id}/read", id: "readMessage", tag: "消息", title: "标为已读", scope: write}, a.markOne)
	add(a, operation{method: http.MethodPost, path: "/messages/read", id: "readMessages", tag: "消息", title: "全部标为已读", scope: write}, a.markAll)
}

// addresses are those under which messages reach an actor.
func addresses(by staff.Actor) []string {
	to := []string{notify.Account(by.Account)}
	if by.Unit != "" {
		to = append(to, notify.Unit(by.Unit))
	}
	if !by.Person.IsZero() {
		to = append(to, notify.Person(by.Person))
	}
	return to
}

func (a *API) inbox(ctx context.Context, in *inboxInput) (*paged[Message], error) {
	before := idIn(in.Cursor)
	if in.Cursor != "" && before.IsZero() {
		return nil, fault.Invalid("cursor", "翻页标记不对，请从第一页重新开始")
	}
	var list []notify.Message
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		list, err = notify.Inbox(tx, addresses(session.From(ctx)), notify.Page{Unread: in.Unread, Before: before, Limit: in.Limit})
		return err
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) == in.Limit {
		next = list[len(list)-1].ID.String()
	}
	return page(&in.Paged, each(list, func(m notify.Message) Message {
		return Message{m.ID, m.Subject, m.Text, m.Link, m.At.Time, m.ReadAt.Time}
	}), next), nil
}

func (a *API) markOne(ctx context.Context, in *messageInput) (*written[Nothing], error) {
	return do(ctx, a, in.Key, "read-message", in.ID, func(tx *db.Tx, by staff.Actor) (Nothing, error) {
		return Nothing{}, notify.MarkRead(tx, addresses(by), idIn(in.ID))
	})
}

func (a *API) markAll(ctx context.Context, in *markInput) (*written[Marked], error) {
	return do(ctx, a, in.Key, "read-messages", in.Body.Last, func(tx *db.Tx, by staff.Actor) (m Marked, err error) {
		m.Count, err = notify.MarkAllRead(tx, addresses(by), in.Body.Last)
		return m, err
	})
}
