package account

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"linli/internal/db"
	"linli/internal/notify"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// perPage is how many messages a page shows.
const perPage = 30

// An inbox is one page of somebody's messages.
type inbox struct {
	Actor  staff.Actor
	List   []notify.Message
	Unread int
	Only   bool  // unread ones only
	Next   db.ID // continue below this one; zero: no more
	Now    time.Time
}

// addresses are under which a person gets messages: his account, his unit, himself as a resident.
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

func unread(tx *db.Tx, by staff.Actor) (int, error) {
	n, err := notify.Unread(tx, addresses(by))
	return int(n), err
}

func (p *Pages) messages(w http.ResponseWriter, r *http.Request) error {
	by := session.Actor(r)
	box := inbox{Actor: by, Only: r.URL.Query().Get("show") == "unread"}
	before, _ := db.ParseID(r.URL.Query().Get("before"))
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		box.Now = tx.Now()
		if box.Unread, err = unread(tx, by); err != nil {
			return err
		}
		box.List, err = notify.Inbox(tx, addresses(by), notify.Page{Unread: box.Only, Before: before, Limit: perPage + 1})
		return err
	})
	if err != nil {
		return err
	}
	if len(box.List) > perPage {
		box.List = box.List[:perPage]
		box.Next = box.List[perPage-1].ID
	}
	return ui.Render(w, r, messagesPage(box))
}

func (b inbox) nextHref() string {
	if b.Next.IsZero() {
		return ""
	}
	q := url.Values{"before": {b.Next.String()}}
	if b.Only {
		q.Set("show", "unread")
	}
	return "/messages?" + q.Encode()
}

func (b inbox) nothing(ctx context.Context) string {
	if b.Only {
		return ui.T(ctx, "没有未读的消息")
	}
	return ui.T(ctx, "还没有消息")
}
