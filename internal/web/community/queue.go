package community

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/hall"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// look reads the board of the hall in the address.
func (p *Pages) look(r *http.Request) (b *hall.Board, err error) {
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) { b, err = hall.Look(tx, ui.ID(r)); return err })
	return b, err
}

// screen is what hangs in the waiting room. Without scripts it loads itself again.
func (p *Pages) screen(w http.ResponseWriter, r *http.Request) error {
	b, err := p.look(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	pg := page(ctx, "/hall", b.Hall.Name, ui.T(ctx, "请听到叫号后到窗口办理；老年人、残疾人等优先，普通号不会一直等。"))
	pg.Refresh, pg.Wide = 10, true
	return ui.Render(w, r, pageOf(pg, boardOf("/hall/at/"+b.Hall.ID.String()+"/live", boardView(b))))
}

// The rhythm of a live screen: how often it looks by itself, for changes by other processes, and how long one answer may last
// before the browser asks anew.
const (
	liveLook = 3 * time.Second
	liveLast = 10 * time.Minute
)

// live sends the board as server-sent events: at once, then whenever its version grows. A screen that was cut off says which
// version it saw last and hears nothing twice.
func (p *Pages) live(w http.ResponseWriter, r *http.Request) error {
	b, err := p.look(r)
	if err != nil {
		return err
	}
	out := http.NewResponseController(w)
	bell, forget := hall.Watch(b.Hall.ID)
	defer forget()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	ctx, cancel := context.WithTimeout(r.Context(), liveLast)
	defer cancel()
	seen := r.Header.Get("Last-Event-ID")
	beat := time.NewTicker(liveLook)
	defer beat.Stop()
	for {
		if err := extend(out); err != nil {
			return nil // nobody is there any more
		}
		if version := strconv.FormatInt(b.Version, 10); version != seen {
			if err := tell(w, r, version, boardView(b)); err != nil {
				return nil
			}
			seen = version
		} else if _, err := w.Write([]byte(": still here\n\n")); err != nil {
			return nil
		}
		if err := out.Flush(); err != nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-bell:
		case <-beat.C:
		}
		if b, err = p.look(r); err != nil {
			return nil // the browser connects again and is told then
		}
	}
}

// extend lets a long answer last as long as its context: the server bounds that of a page. A server that cannot is asked again
// by the browser when it ends.
func extend(out *http.ResponseController) error {
	if err := out.SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

func tell(w http.ResponseWriter, r *http.Request, id string, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "id: %s\ndata: %s\n\n", id, strings.ReplaceAll(b.String(), "\n", "\ndata: "))
	return err
}

// kiosk gives numbers; the device is logged in by the hall's staff.
func (p *Pages) kiosk(w http.ResponseWriter, r *http.Request) error {
	b, err := p.look(r)
	if err != nil {
		return err
	}
	if !b.Hall.Manages(session.Actor(r)) {
		return fault.Forbidden("您不是 %s 的工作人员", b.Hall.Name)
	}
	ctx := r.Context()
	var last *hall.Ticket
	if id, err := db.ParseID(r.URL.Query().Get("ticket")); err == nil {
		for i := range b.Waiting {
			if b.Waiting[i].ID == id {
				last = &b.Waiting[i]
			}
		}
	}
	pg := page(ctx, "/hall/manage", ui.T(ctx, "取号"), b.Hall.Name)
	return ui.Render(w, r, pageOf(pg, kioskView(b, last)))
}

func (p *Pages) take(w http.ResponseWriter, r *http.Request) error {
	var t hall.Ticket
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		t, err = hall.Take(tx, session.Actor(r), ui.FormKey(r), ui.ID(r), r.PostFormValue("class"), "")
		return err
	})
	return ui.Done(w, r, err, "/hall/at/"+ui.ID(r).String()+"/kiosk?ticket="+t.ID.String(), ui.T(r.Context(), "您的号是 %s", t.Number))
}

// counter is the screen of a clerk: whom he serves, who waits, who is expected.
func (p *Pages) counter(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var b *hall.Board
	var expected []hall.Appointment
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if b, err = hall.Look(tx, ui.ID(r)); err != nil {
			return err
		}
		expected, err = hall.Expected(tx, by, b.Hall, today(tx))
		return err
	})
	if err != nil {
		return err
	}
	at, _ := strconv.Atoi(r.URL.Query().Get("at"))
	if at < 1 || at > b.Hall.Counters {
		at = 1
	}
	pg := page(ctx, "/hall/manage", ui.T(ctx, "%d 号窗口", at), b.Hall.Name)
	pg.Trail, pg.Wide = []ui.Link{{Text: ui.T(ctx, "服务设施"), Href: "/hall/manage"}}, true
	var tabs []ui.Link
	base := "/hall/at/" + b.Hall.ID.String()
	for n := 1; n <= b.Hall.Counters; n++ {
		tabs = append(tabs, ui.Link{Text: ui.T(ctx, "%d 号窗口", n), Href: base + "/counter?at=" + strconv.Itoa(n), Current: n == at})
	}
	return ui.Render(w, r, pageOf(pg, ui.Tabs(ui.T(ctx, "窗口"), tabs), counterView(b, at), ui.Rows(waitTable(ctx, b)), skippedView(b), expectedView(ctx, expected, b.Now)))
}

func waitTable(ctx context.Context, b *hall.Board) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "等候"), Shown: true, Empty: ui.Empty(ui.T(ctx, "没有人等候"), ""), Cols: []ui.Col{{Name: ui.T(ctx, "号"), Main: true}, {Name: ui.T(ctx, "类别")}, {Name: ui.T(ctx, "取号")},
		{Name: ui.T(ctx, "前面"), Num: true}, {Name: ui.T(ctx, "大约再等")}}}
	for i := range b.Waiting {
		k := &b.Waiting[i]
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: k.Number}, {Text: ui.T(ctx, k.ClassName())}, {Text: ui.Brief(ctx, k.Taken.Time, b.Now)}, {Text: ui.Count(b.Ahead(k.ID))},
			{Text: ui.Duration(ctx, b.Wait(k.ID))}}})
	}
	return t
}

func (p *Pages) call(w http.ResponseWriter, r *http.Request) error {
	counter, _ := strconv.Atoi(r.PostFormValue("counter"))
	var t hall.Ticket
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		t, err = hall.Call(tx, session.Actor(r), ui.FormKey(r), ui.ID(r), counter)
		return err
	})
	return ui.Done(w, r, err, "/hall/at/"+ui.ID(r).String()+"/counter?at="+strconv.Itoa(counter), ui.T(r.Context(), "请 %s 号到 %d 号窗口", t.Number, counter))
}

func (p *Pages) move(w http.ResponseWriter, r *http.Request) error {
	to, _ := strconv.Atoi(r.PostFormValue("to"))
	var t hall.Ticket
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		t, err = hall.Do(tx, session.Actor(r), ui.FormKey(r), ui.ID(r), hall.Move(r.PostFormValue("move")), to)
		return err
	})
	return ui.Done(w, r, err, "/hall/at/"+t.Hall.String()+"/counter?at="+r.PostFormValue("counter"))
}
