package command

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"linli/internal/atlas"
	"linli/internal/db"
)

// Rhythm of a stream.
const (
	lookEvery = time.Second
	beatAfter = 15 // looks without news, so that both ends notice a line that is dead
)

// events tells the map what happens, from where it says that it has stopped (Last-Event-ID, or since in the address of the first request). Every message has
// the position in the log from which to go on; the server keeps nothing of a stream.
func (p *Pages) events(w http.ResponseWriter, r *http.Request) error {
	var v *view
	var from int64
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if v, err = p.look(tx, r); err != nil {
			return err
		}
		from, err = p.stopped(tx, r)
		return err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	s := &stream{w: w, out: http.NewResponseController(w)}
	if err := s.out.SetWriteDeadline(time.Time{}); err != nil { // a stream has no end by itself; a dead line is found by the system
		return err
	}
	if s.send("retry: 2000\nid: %d\nevent: ready\ndata: {}\n\n", from) != nil {
		return nil
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if from, err = p.tell(s, v, from); err != nil {
			return nil // the line is gone, or the database: the browser comes again
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-p.Stop:
			return nil
		case <-tick.C:
		}
	}
}

// stopped is the position from which a stream goes on: what the browser says, unless the log is shorter than that (another database).
func (p *Pages) stopped(tx *db.Tx, r *http.Request) (int64, error) {
	latest, err := p.Atlas.Latest(tx)
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("since")
	}
	from, bad := strconv.ParseInt(text, 10, 64)
	if bad != nil || from < 0 || from > latest {
		from = latest
	}
	return from, err
}

// tell sends what has happened since a position, and returns the next one.
func (p *Pages) tell(s *stream, v *view, from int64) (int64, error) {
	for {
		var list []atlas.Change
		var next int64
		err := p.Town.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
			list, next, err = p.Atlas.Changes(tx, v.by, v.q.Area, from)
			return err
		})
		if err != nil {
			return from, err
		}
		if len(list) > 0 {
			data, err := json.Marshal(list)
			if err != nil {
				return from, err
			}
			if err := s.send("id: %d\nevent: change\ndata: %s\n\n", next, data); err != nil {
				return from, err
			}
		}
		if next == from {
			return from, s.beat(from)
		}
		from = next
	}
}

// A stream is a response that goes on.
type stream struct {
	w     http.ResponseWriter
	out   *http.ResponseController
	quiet int // looks since something was sent
}

func (s *stream) send(format string, args ...any) error {
	if _, err := fmt.Fprintf(s.w, format, args...); err != nil {
		return err
	}
	s.quiet = 0
	return s.out.Flush()
}

// beat lets the browser know the position when nothing has been sent for a while. A message without data is no event, but its id counts.
func (s *stream) beat(at int64) error {
	if s.quiet++; s.quiet < beatAfter {
		return nil
	}
	return s.send("id: %d\n\n", at)
}
