package resident

import (
	"net/http"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/notify"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// ownMost is how many cases a page of one's own shows.
const ownMost = 30

// A desk is what a resident who is logged in finds.
type desk struct {
	Name   string
	Cases  []casework.Own
	States map[db.ID]string
	Next   string // address of the rest
	News   []notify.Message
	Unread int
	Now    time.Time
}

func (p *Pages) my(w http.ResponseWriter, r *http.Request) error {
	by := session.Actor(r)
	before, err := db.ParseTime(r.URL.Query().Get("before"))
	if err != nil {
		before = db.Time{}
	}
	d := desk{Name: by.Name, States: map[db.ID]string{}}
	to := []string{notify.Account(by.Account), notify.Person(by.Person)}
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		d.Now = tx.Now()
		if d.Cases, err = p.Town.Cases.Own(tx, by, before.Time, ownMost+1); err != nil {
			return err
		}
		if d.News, err = notify.Inbox(tx, to, notify.Page{Unread: true, Limit: 5}); err != nil {
			return err
		}
		n, err := notify.Unread(tx, to)
		d.Unread = int(n)
		return err
	})
	if err != nil {
		return err
	}
	if len(d.Cases) > ownMost {
		d.Cases = d.Cases[:ownMost]
		d.Next = "/my?before=" + d.Cases[ownMost-1].Reported.Text()
	}
	for _, c := range d.Cases {
		d.States[c.ID] = part.StateName(r.Context(), p.Town.Flow(c.Flow, c.Registered.Time), c.State)
	}
	return ui.Render(w, r, myPage(d))
}

// waiting reports whether a case waits for its reporter.
func waiting(c casework.Own) bool { return c.State == flow.Waiting }

// ended reports whether nothing more is owed on a case.
func ended(c casework.Own) bool { return !standard.Open(c.State) && standard.State(c.State) != nil }
