package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"linli/internal/app"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/law"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/payrun"
	"linli/internal/place"
	"linli/internal/staff"
)

// PayrunOptions say how Payrun measures.
type PayrunOptions struct {
	DB       string // as CasesOptions
	Lines    int
	Progress func(string)
}

// A PayrunReport is how long a run of so many lines takes, in seconds by step: every step that a run goes through from its draft to its end.
type PayrunReport struct {
	DB      string  `json:"db"`
	Lines   int     `json:"lines"`
	Reckon  float64 `json:"reckon_s"` // lines made and pledged
	Approve float64 `json:"approve_s"`
	Post    float64 `json:"post_s"` // into the ledger
	Send    float64 `json:"send_s"` // the file for the bank, and its digest
	Back    float64 `json:"back_s"` // the bank's answer, one in a hundred returned
	Total   float64 `json:"total_s"`
	CPU     float64 `json:"cpu_s"`    // of the process meanwhile, both processors together
	Verify  float64 `json:"verify_s"` // books and runs counted again; not in Total
}

// Payrun pays so many residents for a month, on a city of nothing but places.
func Payrun(ctx context.Context, o PayrunOptions) (r PayrunReport, err error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	dir, err := os.MkdirTemp("", "linli-bench-")
	if err != nil {
		return r, err
	}
	b := &bout{ends: []func() error{func() error { return os.RemoveAll(dir) }}}
	defer func() { err = errors.Join(err, b.end()) }()
	s, err := newServer(ctx, o.DB)
	if err != nil {
		return r, err
	}
	url := "sqlite:" + filepath.Join(dir, "linli.db")
	if s != nil {
		var drop func() error
		if url, drop, err = s.create(ctx, "payrun"); err != nil {
			return r, err
		}
		b.ends = append(b.ends, drop)
	}
	d, err := db.Open(ctx, db.Options{URL: url})
	if err != nil {
		return r, err
	}
	b.ends = append(b.ends, d.Close)
	set, err := app.Schema()
	if err != nil {
		return r, err
	}
	if err := d.Migrate(ctx, set); err != nil {
		return r, err
	}
	p := &payday{PayrunOptions: o, d: d, runs: payrun.New(nil)}
	r = PayrunReport{DB: string(d.Engine()), Lines: o.Lines}
	return r, p.all(ctx, &r)
}

// payday is a city on the day it pays.
type payday struct {
	PayrunOptions
	d    *db.DB
	runs *payrun.Runs
	path string
}

func bencher(id db.ID, role staff.Role) staff.Actor {
	return staff.Actor{Account: id, Login: fmt.Sprint("bench", id), Name: "bench", Via: staff.ViaJob, Grants: []staff.Grant{{Role: role, Place: "4112/"}}}
}

// due yields a line of a hundred yuan for each resident, borne 2:8.
func (p *payday) due(_ *db.Tx, w payrun.Want, after string, limit int) (list []payrun.Line, next string, err error) {
	from := 0
	if after != "" {
		if _, err := fmt.Sscan(after, &from); err != nil {
			return nil, "", err
		}
	}
	parts := []ledger.Part{{Payer: "city", Fund: "disability", Weight: 2}, {Payer: "county", Fund: "disability", Weight: 8}}
	clause := law.Clause{Document: "sm12-63", ID: "1"}
	for i := from; i < min(p.Lines, from+limit); i++ {
		fen := money.Fen(10000 + i%7)
		shares, err := ledger.Split(fen, parts)
		if err != nil {
			return nil, "", err
		}
		id := db.ID(i + 1)
		list = append(list, payrun.Line{Key: "benefit/" + id.String() + "/" + w.Period, Ref: id, Payee: fact.Person(id), Name: "测试", Bank: "测试银行", Account: fmt.Sprintf("99%017d", i), Path: p.path,
			Period: w.Period, Fen: fen, Shares: shares, Clause: clause, Words: "重度残疾，每月 100 元"})
	}
	if from+limit < p.Lines {
		next = fmt.Sprint(from + limit)
	}
	return list, next, nil
}

// found makes the places and funds of the city.
func (p *payday) found(tx *db.Tx) error {
	p.path = "4112/411201/"
	for _, n := range []place.New{{Code: "4112", Name: "测试市", Level: "市"}, {Code: "411201", Name: "测试区", Level: "县", Parent: "4112"}} {
		if err := place.Add(tx, place.Change{On: civil.MustDate("2012-01-01"), By: "bench"}, n); err != nil {
			return err
		}
	}
	head := bencher(2, staff.Treasurer)
	for payer, at := range map[string]string{"city": "4112", "county": "411201"} {
		f, err := ledger.PutFund(tx, head, ledger.Fund{Payer: payer, Code: "disability", Place: at, Name: "残疾人补贴 " + payer})
		if err != nil {
			return err
		}
		today := place.Today(tx)
		if err := ledger.Amend(tx, head, "bench-"+payer, f.ID, ledger.Amendment{Year: today.Year, Day: today, Fen: 1_000_000_000_000, Words: "测试"}); err != nil {
			return err
		}
	}
	return nil
}

func (p *payday) all(ctx context.Context, r *PayrunReport) error {
	clerk, head := bencher(1, staff.Finance), bencher(2, staff.Treasurer)
	p.runs.Offer(payrun.Offer{Name: "benefit", Title: "测试", Due: p.due})
	var id db.ID
	var rows []payrun.Back
	step := func(into *float64, what string, fn func() error) error {
		p.Progress(what)
		begin := time.Now()
		err := fn()
		*into = round(time.Since(begin).Seconds())
		return err
	}
	write := func(fn func(tx *db.Tx) error) error { return p.d.Write(ctx, fn) }
	through := func(next func(context.Context, *db.DB, db.ID) (payrun.Run, bool, error)) error {
		for {
			if _, more, err := next(ctx, p.d, id); err != nil || !more {
				return err
			}
		}
	}
	if err := write(p.found); err != nil {
		return err
	}
	cpu := processorTime()
	for _, s := range []struct {
		into *float64
		what string
		fn   func() error
	}{
		{&r.Reckon, "reckon", func() error {
			err := write(func(tx *db.Tx) (err error) {
				if id, err = p.runs.Make(tx, clerk, payrun.Making{Key: "run", Name: "测试", Period: "2026-11", Place: "4112"}); err == nil {
					err = p.runs.Start(tx, clerk, id)
				}
				return err
			})
			return errors.Join(err, through(p.runs.Reckon))
		}},
		{&r.Approve, "approve", func() error {
			return write(func(tx *db.Tx) error {
				if err := p.runs.Review(tx, clerk, id); err != nil {
					return err
				}
				return p.runs.Approve(tx, head, id, "")
			})
		}},
		{&r.Post, "post", func() error { return through(p.runs.Post) }},
		{&r.Send, "send", func() error { return write(func(tx *db.Tx) error { return p.runs.Send(tx, clerk, id) }) }},
	} {
		if err := step(s.into, s.what, s.fn); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	rows, sha, err := p.answers(ctx, head, id)
	if err != nil {
		return err
	}
	if err := step(&r.Back, "back", func() error {
		f, err := p.runs.TakeBack(ctx, p.d, clerk, id, "bench", sha, rows, nil)
		if err == nil && f.Paid+f.Returned != p.Lines {
			err = fmt.Errorf("%+v of %d lines", f, p.Lines)
		}
		return err
	}); err != nil {
		return err
	}
	r.CPU = round(processorTime() - cpu)
	r.Total = round(r.Reckon + r.Approve + r.Post + r.Send + r.Back)
	return step(&r.Verify, "verify", func() error {
		return p.d.Read(ctx, func(tx *db.Tx) error {
			for _, verify := range []func(*db.Tx) ([]string, error){ledger.Verify, payrun.Verify} {
				if wrong, err := verify(tx); err != nil || len(wrong) > 0 {
					return fmt.Errorf("%q: %w", wrong, err)
				}
			}
			return nil
		})
	})
}

// answers is what the bank says of every line of the run.
func (p *payday) answers(ctx context.Context, by staff.Actor, id db.ID) (rows []payrun.Back, sha string, err error) {
	h := sha256.New()
	err = p.d.Read(ctx, func(tx *db.Tx) error {
		list, err := p.runs.Slips(tx, by, id, payrun.Query{State: payrun.Booked, Limit: p.Lines})
		for i, s := range list {
			row := payrun.Back{Row: i + 2, Line: s.ID, Fen: s.Net(), Paid: i%100 != 7, Serial: "SN" + s.ID.String()}
			if !row.Paid {
				row.Why = "账户已销户"
			}
			rows = append(rows, row)
			fmt.Fprintln(h, row)
		}
		return err
	})
	return rows, hex.EncodeToString(h.Sum(nil)), err
}
