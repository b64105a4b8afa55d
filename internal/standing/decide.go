package standing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/population"
)

// change is an answer to be written.
type change struct {
	benefit int
	row     int
	subject fact.Subject
	path    string
	was     int64
	now     int64
	inputs  string
}

// portion is how many answers are written in one transaction.
const portion = 2000

// All decides everybody again and writes what is other than before.
func (a *Answers) All(ctx context.Context) (r Report, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.prepare(ctx); err != nil {
		return r, err
	}
	_, seen, _ := a.pop.Changes(0)
	w := a.writer(ctx)
	var asked, due, open, failed atomic.Int64
	err = a.reckoner.Everybody(ctx, func(p *population.Portion) error {
		var mine [4]int64
		if a.moved(p) {
			return errMoved
		}
		list := []change(nil)
		for i := range p.Numbers {
			for at, code := range p.Due[i] {
				mine[0]++
				switch {
				case code > 0:
					mine[1]++
				case code == population.Open:
					mine[2]++
				case code == population.Failed:
					mine[3]++
				}
				if c, is := a.differs(p, i, at); is {
					list = append(list, c)
				}
			}
		}
		asked.Add(mine[0])
		due.Add(mine[1])
		open.Add(mine[2])
		failed.Add(mine[3])
		return w.put(list)
	})
	r = Report{Asked: asked.Load(), Due: due.Load(), Open: open.Load(), Failed: failed.Load()}
	if r.Changed, err = w.end(err); err != nil {
		return r, err
	}
	a.seen = seen
	return r, a.endGone(ctx)
}

// moved reports that rows are no longer those of what was read.
func (a *Answers) moved(p *population.Portion) bool {
	return p.City.Loads() != a.loads || slices.ContainsFunc(p.Numbers, func(n int) bool { return p.From+p.N > len(a.stored[n]) })
}

var errMoved = fault.Conflict("名册刚刚重新读入，请再试一次")

// endGone writes that nothing is due any more from benefits that are in force no longer.
func (a *Answers) endGone(ctx context.Context) error {
	for some := range slices.Chunk(a.gone, portion) {
		err := a.db.Write(ctx, func(tx *db.Tx) error {
			if err := a.bump(tx); err != nil {
				return err
			}
			for _, g := range some {
				err := tx.ExecOne("update standing_answer set superseded_at = ? where superseded_at = '' and benefit = ? and subject = ?", db.At(tx.Now()), g.ref, g.subject.ID)
				if err != nil {
					return err
				}
				if err := insert(tx, []any{db.NewID(), g.ref, g.subject.ID, string(g.subject.Kind), g.path, string(None), 0, "", "{}", a.day, db.At(tx.Now())}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			a.stored = nil
			return wrap("end answers of benefits no longer in force", err)
		}
		a.writes++
	}
	a.gone = nil
	return nil
}

// Changed decides again those of whom the registers say something else than before, with their families, roofs and households.
func (a *Answers) Changed(ctx context.Context) (r Report, err error) {
	a.mu.Lock()
	if a.stored == nil {
		a.mu.Unlock()
		return a.All(ctx)
	}
	defer a.mu.Unlock()
	index, day, loads := a.index, a.day, a.loads
	if err := a.prepare(ctx); err != nil {
		return r, err
	}
	rows, seen, all := a.pop.Changes(a.seen)
	if all || loads != a.loads || index != a.index || day != a.day {
		a.mu.Unlock()
		defer a.mu.Lock()
		return a.All(ctx)
	}
	w := a.writer(ctx)
	err = a.reckoner.Some(ctx, rows, func(p *population.Portion, at int) error {
		if a.moved(p) {
			return errMoved
		}
		list := []change(nil)
		for i := range p.Numbers {
			r.count(p.Due[i][at])
			if c, is := a.differs(p, i, at); is {
				list = append(list, c)
			}
		}
		return w.put(list)
	})
	if r.Changed, err = w.end(err); err == nil {
		a.seen = seen
	}
	return r, err
}

func (r *Report) count(code int64) {
	r.Asked++
	switch {
	case code > 0:
		r.Due++
	case code == population.Open:
		r.Open++
	case code == population.Failed:
		r.Failed++
	}
}

// differs says what is to be written of one question and row.
func (a *Answers) differs(p *population.Portion, i, at int) (c change, is bool) {
	code, number, row := p.Due[i][at], p.Numbers[i], p.From+at
	was := a.stored[number][row]
	if was == code || was == absent && (code == 0 || code == population.Open) {
		return c, false
	}
	a.stored[number][row] = code
	b := a.benefits[number]
	known := map[string]string{}
	for name, v := range p.Roll.Facts(row, b.Formula.Facts()) {
		known[name] = text(v)
	}
	inputs, err := json.Marshal(known)
	if err != nil {
		inputs = []byte("{}")
	}
	return change{benefit: number, row: row, subject: fact.Subject{Kind: p.Roll.Kind, ID: p.Roll.ID(row)}, path: p.Roll.Path(row), was: was, now: code, inputs: string(inputs)}, true
}

func joined(list []string) string { return strings.Join(list, "\n") }

// writer writes answers beside those who decide.
type writer struct {
	a       *Answers
	ctx     context.Context
	cancel  context.CancelCauseFunc
	in      chan []change
	done    chan struct{}
	written int64
}

func (a *Answers) writer(ctx context.Context) *writer {
	w := &writer{a: a, in: make(chan []change, 64), done: make(chan struct{})}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	go w.run()
	return w
}

func (w *writer) put(list []change) error {
	if len(list) == 0 {
		return nil
	}
	select {
	case w.in <- list:
		return nil
	case <-w.ctx.Done():
		return context.Cause(w.ctx)
	}
}

func (w *writer) run() {
	defer close(w.done)
	var held []change
	flush := func() {
		if len(held) == 0 || w.ctx.Err() != nil {
			return
		}
		if err := w.a.db.Write(w.ctx, func(tx *db.Tx) error { return w.a.write(tx, held) }); err != nil {
			w.cancel(fmt.Errorf("write standing answers: %w", err))
			return
		}
		w.a.writes++
		w.written += int64(len(held))
		held = held[:0]
	}
	for list := range w.in {
		if held = append(held, list...); len(held) >= portion {
			flush()
		}
	}
	flush()
}

// end waits until all is written. After an error what is written is read again before the next decision.
func (w *writer) end(err error) (int64, error) {
	close(w.in)
	<-w.done
	if cause := context.Cause(w.ctx); err == nil && cause != nil {
		err = cause
	}
	w.cancel(nil)
	if err != nil {
		w.a.stored = nil
	}
	return w.written, err
}

// bump notes that answers are written. Returns conflict when somebody else wrote since they were read.
func (a *Answers) bump(tx *db.Tx) error {
	return tx.ExecOne("update standing_state set writes = writes + 1 where id = 1 and writes = ?", a.writes)
}

// write ends what stood and writes what stands now.
func (a *Answers) write(tx *db.Tx, list []change) error {
	if err := a.bump(tx); err != nil {
		return err
	}
	now := db.At(tx.Now())
	ended := map[int][]any{}
	for _, c := range list {
		if c.was != absent {
			ended[c.benefit] = append(ended[c.benefit], c.subject.ID)
		}
	}
	for benefit, ids := range ended {
		for len(ids) > 0 {
			some := ids[:min(200, len(ids))]
			ids = ids[len(some):]
			err := tx.Exec("update standing_answer set superseded_at = ? where superseded_at = '' and benefit = ? and subject in ("+
				db.Marks(len(some))+")", append([]any{now, a.benefits[benefit].Ref()}, some...)...)
			if err != nil {
				return err
			}
		}
	}
	const batch = 200
	for len(list) > 0 {
		some := list[:min(batch, len(list))]
		list = list[len(some):]
		args := make([]any, 0, len(some)*width)
		for _, c := range some {
			b := a.benefits[c.benefit]
			args = append(args, db.NewID(), b.Ref(), c.subject.ID, string(c.subject.Kind), c.path, string(valueOf(c.now)), max(c.now, 0), b.Pack.Version, c.inputs, a.day, now)
		}
		if err := insert(tx, args); err != nil {
			return err
		}
	}
	return nil
}

const width = 11

func insert(tx *db.Tx, args []any) error {
	return tx.Exec("insert into standing_answer (id, benefit, subject, subject_kind, path, value, fen, version, inputs, decided_on, recorded_at) values "+
		strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?), ", len(args)/width), ", "), args...)
}

const columns = "id, benefit, subject, subject_kind, path, value, fen, version, inputs, decided_on, recorded_at, superseded_at"

func scan(r *db.Rows) (a Answer, err error) {
	var inputs, kind string
	if err = r.Scan(&a.ID, &a.Benefit, &a.Subject.ID, &kind, &a.Path, (*string)(&a.Value), (*int64)(&a.Fen), &a.Version, &inputs, &a.On, &a.Recorded, &a.Superseded); err != nil {
		return a, err
	}
	a.Subject.Kind = lexicon.Kind(kind)
	return a, json.Unmarshal([]byte(inputs), &a.Inputs)
}

// Of returns what was ever answered of somebody, the latest first.
func Of(tx *db.Tx, s fact.Subject) ([]Answer, error) {
	list, err := db.Select(tx, scan, "select "+columns+" from standing_answer where subject = ? order by id desc", s.ID)
	return list, wrap("read answers", err)
}

// After returns answers from an id on, superseded ones too, in their order: what is new for whoever saw all before.
func After(tx *db.Tx, id db.ID, limit int) ([]Answer, error) {
	list, err := db.Select(tx, scan, "select "+columns+" from standing_answer where id > ? order by id limit ?", id, limit)
	return list, wrap("read new answers", err)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
