package payrun

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/job"
	"linli/internal/ledger"
	"linli/internal/place"
	"linli/internal/staff"
)

// The jobs of this package.
const (
	jobReckon = "payrun.reckon"
	jobPost   = "payrun.post"
	jobNews   = "payrun.news"
)

// chunk is how many lines one transaction reckons.
var chunk = 2000

type runArgs struct{ Run db.ID }

// Register lets the runner reckon and post runs, and tell what became of lines.
func (x *Runs) Register(r *job.Runner, d *db.DB) {
	work := func(step func(context.Context, *db.DB, db.ID) (Run, bool, error)) func(ctx context.Context, t *job.Task) (job.Settle, error) {
		return func(ctx context.Context, t *job.Task) (job.Settle, error) {
			var a runArgs
			if err := t.Job.Decode(&a); err != nil {
				return nil, err
			}
			for {
				v, more, err := step(ctx, d, a.Run)
				if err != nil {
					return nil, err
				}
				if !more {
					return nil, nil
				}
				if err := t.Progress(ctx, int64(v.Posted), int64(v.Parts), v.Name); err != nil {
					return nil, err
				}
			}
		}
	}
	r.HandleOutside(jobReckon, work(x.Reckon))
	r.HandleOutside(jobPost, work(x.Post))
	r.Handle(jobNews, x.tell)
}

// Start lets a draft be reckoned in the background, from where it stands. Returns conflict and forbidden.
func (x *Runs) Start(tx *db.Tx, by staff.Actor, id db.ID) error {
	v, err := x.Get(tx, by, id)
	if err != nil {
		return err
	}
	if err := maker(by, v.Path); err != nil {
		return err
	}
	if v.Stage == Reckoning || v.Stage == Posting { // it is stuck, or its job has failed
		return x.enqueue(tx, v)
	}
	if err := move(tx, &v, Reckoning, []Stage{Draft}, ", trouble = ''"); err != nil {
		return err
	}
	if err := record(tx, by, "payrun.start", id, v.Want); err != nil {
		return err
	}
	return x.enqueue(tx, v)
}

func (x *Runs) enqueue(tx *db.Tx, v Run) error {
	kind := jobReckon
	if v.Stage == Posting {
		kind = jobPost
	}
	_, err := job.Enqueue(tx, kind, runArgs{v.ID}, job.Unique(v.ID.String()))
	return err
}

// Pause stops reckoning after the chunk that is on; Start goes on from there.
func (x *Runs) Pause(tx *db.Tx, by staff.Actor, id db.ID) error {
	v, err := x.Get(tx, by, id)
	if err != nil {
		return err
	}
	if err := maker(by, v.Path); err != nil {
		return err
	}
	if err := move(tx, &v, Draft, []Stage{Reckoning}, ""); err != nil {
		return err
	}
	return record(tx, by, "payrun.pause", id, nil)
}

// Reckon does the next chunk of a run; more is false when nothing is left to do. Somebody who was faster is no error: the chunk is asked for anew.
func (x *Runs) Reckon(ctx context.Context, d *db.DB, id db.ID) (v Run, more bool, err error) {
	for range 5 {
		err = d.Write(ctx, func(tx *db.Tx) (err error) { v, more, err = x.reckon(tx, id); return err })
		if fault.KindOf(err) != fault.KindConflict {
			break
		}
	}
	var own *sourceError
	if errors.As(err, &own) { // not the database's: it will not pass by itself
		tell := d.Write(ctx, func(tx *db.Tx) error {
			return tx.Exec("update payrun_run set state = ?, trouble = ? where id = ? and state = ?", string(Draft), own.Error(), id, string(Reckoning))
		})
		return v, false, errors.Join(job.Permanent(err), tell)
	}
	return v, more, err
}

// sourceError is what a source said instead of lines.
type sourceError struct {
	title string
	err   error
}

func (e *sourceError) Error() string {
	if f := fault.As(e.err); f != nil && f.Kind != fault.KindInternal {
		return e.title + "：" + f.Message()
	}
	return e.title + "没有给出明细，请检查后再核算"
}

func (e *sourceError) Unwrap() error { return e.err }

// reckon is one chunk.
func (x *Runs) reckon(tx *db.Tx, id db.ID) (Run, bool, error) {
	v, err := runOf(tx, id)
	if err != nil || v.Stage != Reckoning {
		return v, false, err
	}
	c := &part{tx: tx, runs: x, run: &v, number: v.Parts + 1}
	next, cursor, err := c.collect()
	if err != nil {
		return v, false, err
	}
	if err := c.settle(); err != nil {
		return v, false, err
	}
	stage, at := Reckoning, db.Time{}
	if next >= len(v.Sources) {
		stage, at = Reckoned, db.At(tx.Now())
	}
	n, err := tx.ExecCount(`update payrun_run set state = ?, source = ?, cursor = ?, parts = ?, reckoned_at = ?, lines = lines + ?, fen = fen + ?, withheld = withheld + ?,
		held = held + ?, held_fen = held_fen + ?, known = known + ? where id = ? and state = ? and source = ? and cursor = ? and parts = ?`,
		string(stage), next, cursor, c.number, at, c.lines, int64(c.fen), int64(c.withheld), c.held, int64(c.heldFen), c.known, id, string(Reckoning), v.Source, v.Cursor, v.Parts)
	if err != nil {
		return v, false, wrap("note progress", err)
	}
	if n == 0 {
		return v, false, fault.Conflict("“%s”正由别处核算", v.Name)
	}
	v.Parts, v.Posted = c.number, v.Lines+v.Held+v.Known+c.lines+c.held+c.known
	return v, stage == Reckoning, nil
}

// collect gathers the lines of the chunk and says where the next one begins.
func (c *part) collect() (next int, cursor string, err error) {
	v := c.run
	if v.Source < 0 {
		return c.carry()
	}
	o, ok := c.runs.offers[v.Sources[v.Source]]
	if !ok {
		return 0, "", &sourceError{v.Sources[v.Source], fault.NotFound("这个发放来源已经没有了")}
	}
	lines, cursor, err := o.Due(c.tx, v.Want, v.Cursor, chunk)
	if err == nil && cursor != "" && cursor == v.Cursor {
		err = fmt.Errorf("source %s stays at %q", o.Name, cursor)
	}
	if err != nil {
		if f := fault.KindOf(err); f == fault.KindUnavailable || f == fault.KindConflict || c.tx.Ctx().Err() != nil {
			return 0, "", err
		}
		return 0, "", &sourceError{o.Title, err}
	}
	for i := range lines {
		lines[i].Source = o.Name
		if lines[i].Benefit == "" {
			lines[i].Benefit = v.Benefit
		}
	}
	if next = v.Source; cursor == "" {
		next++
	}
	return next, cursor, c.take(lines)
}

// passed are the stages of runs whose held and returned lines may come back.
const passed = "('posting', 'posted', 'sent', 'closed')"

// carry brings back what earlier runs held and the bank returned, as it is owed now.
func (c *part) carry() (next int, cursor string, err error) {
	v := c.run
	after := db.ID(0)
	if v.Cursor != "" {
		if after, err = db.ParseID(v.Cursor); err != nil {
			return 0, "", err
		}
	}
	from, end := place.Range(v.Path)
	args := []any{after, from, end, v.ID}
	for _, s := range v.Sources {
		args = append(args, s)
	}
	args = append(args, v.Benefit, v.Benefit, chunk)
	list, err := db.Select(c.tx, scanSlip, "select "+slipColumns+` from payrun_line l where l.live = 1 and l.state in ('held', 'returned') and l.id > ? and l.path >= ? and l.path < ?
		and l.run <> ? and l.source in (`+db.Marks(len(v.Sources))+`) and (? = '' or l.benefit = ?)
		and exists (select 1 from payrun_run r where r.id = l.run and r.state in `+passed+`) order by l.id limit ?`, args...)
	if err != nil {
		return 0, "", wrap("find what comes back", err)
	}
	var again []Line
	for i := range list {
		l, owed, err := c.runs.renew(c.tx, &list[i])
		if err != nil {
			return 0, "", &sourceError{c.runs.offers[list[i].Source].Title, err}
		}
		if !owed {
			if err := end1(c.tx, list[i].ID, Dropped, "已不再应发", 0); err != nil {
				return 0, "", err
			}
			continue
		}
		again = append(again, l)
	}
	if len(list) < chunk {
		return 0, "", c.take(again)
	}
	return -1, list[len(list)-1].ID.String(), c.take(again)
}

// renew gives a line that comes back as it is owed now, with the account that somebody put right.
func (x *Runs) renew(tx *db.Tx, s *Slip) (l Line, owed bool, err error) {
	l, owed = s.Line, true
	if o := x.offers[s.Source]; o.Renew != nil {
		if l, owed, err = o.Renew(tx, l); err != nil || !owed {
			return l, owed, err
		}
		l.Key, l.Source = s.Key, s.Source // what it is called is not theirs to change
		if l.Benefit == "" {
			l.Benefit = s.Benefit
		}
	}
	m, mended, err := mendOf(tx, s.ID)
	if mended {
		l.Name, l.Bank, l.Account = m.Name, m.Bank, m.Account
	}
	return l, true, err
}

// end1 ends one line that lives and waits: its key is free, for the run into which it goes if there is one.
func end1(tx *db.Tx, id db.ID, to State, why string, into db.ID) error {
	return tx.ExecOne("update payrun_line set state = ?, live = 0, carried = ?, why = case when cast(? as text) = '' then why else ? end where id = ? and live = 1 and state in ('held', 'returned')",
		string(to), into, why, why, id)
}

// fundsOf caches which fund bears what, within a chunk.
type fundKey struct{ payer, code, path string }

func (c *part) fund(payer, code, path string) (*ledger.Fund, error) {
	k := fundKey{payer, code, path}
	if f, ok := c.funds[k]; ok {
		return f, nil
	}
	f, ok, err := ledger.FundFor(c.tx, payer, code, path)
	if err != nil {
		return nil, err
	}
	if c.funds == nil {
		c.funds = map[fundKey]*ledger.Fund{}
	}
	if !ok {
		c.funds[k] = nil
		return nil, nil
	}
	c.funds[k] = &f
	return &f, nil
}
