package payrun

import (
	"context"
	"fmt"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/place"
	"linli/internal/staff"
)

// Review says that somebody looked at a reckoned run and found it right.
func (x *Runs) Review(tx *db.Tx, by staff.Actor, id db.ID) error {
	v, err := x.Get(tx, by, id)
	if err != nil {
		return err
	}
	if err := maker(by, v.Path); err != nil {
		return err
	}
	if v.Stage == Reckoned && v.Lines == 0 {
		return fault.Invalid("run", "“%s”没有可以发放的明细，请先处理暂缓的原因，或作废", v.Name)
	}
	if err := move(tx, &v, Reviewed, []Stage{Reckoned}, ", reviewed_by = ?, reviewed_name = ?, reviewed_at = ?", by.Account, by.Name, db.At(tx.Now())); err != nil {
		return err
	}
	return record(tx, by, "payrun.review", id, v.Fen)
}

// A Drift (规则变动) is a rule that changed while a run was on: lines made by a version of a pack that is no longer the one in force.
type Drift struct {
	Document string
	Was, Is  string // versions
	Lines    int
	Fen      money.Fen
}

// Drifts lists what changed since a run was reckoned.
func (x *Runs) Drifts(tx *db.Tx, id db.ID) (list []Drift, err error) {
	made, err := db.Select(tx, func(r *db.Rows) (d Drift, err error) {
		return d, r.Scan(&d.Document, &d.Was, &d.Lines, (*int64)(&d.Fen))
	}, "select clause, pack, count(*), sum(fen) from payrun_line where run = ? and state = 'due' and pack <> '' group by clause, pack order by clause, pack", id)
	if err != nil {
		return nil, wrap("look for changes", err)
	}
	at := map[[2]string]int{}
	for _, d := range made {
		d.Document, _, _ = strings.Cut(d.Document, "#")
		if d.Is = x.inForce(d.Document); d.Is == d.Was || d.Is == "" {
			continue
		}
		k := [2]string{d.Document, d.Was}
		if i, ok := at[k]; ok {
			list[i].Lines += d.Lines
			list[i].Fen += d.Fen
			continue
		}
		at[k] = len(list)
		list = append(list, d)
	}
	return list, nil
}

// inForce is the version of a pack that holds now; "" for a document that no pack carries out.
func (x *Runs) inForce(document string) string {
	if x.packs == nil {
		return ""
	}
	for _, p := range x.packs().Packs() {
		if p.Document.ID == document {
			return p.Version
		}
	}
	return ""
}

// Approve lets a reviewed run be posted. Whoever made or reviewed it is refused; of two who approve at once the second is told. When rules changed since the run was
// reckoned, despite says why it is paid all the same; otherwise it is refused.
func (x *Runs) Approve(tx *db.Tx, by staff.Actor, id db.ID, despite string) error {
	v, err := x.Get(tx, by, id)
	if err != nil {
		return err
	}
	if err := checker(by, v.Path); err != nil {
		return err
	}
	if v.Stage != Reviewed {
		return taken(v)
	}
	if by.Account == v.Maker.Account || by.Account == v.Reviewer.Account {
		return fault.Refused(fourEyes, "“%s”是您经手的，应由另一人复核", v.Name)
	}
	drifts, err := x.Drifts(tx, id)
	if err != nil {
		return err
	}
	if despite = strings.TrimSpace(despite); len(drifts) > 0 && despite == "" {
		return fault.Invalid("despite", "核算以后规则改过（%s），请作废重新核算，或写明仍按原规则发放的理由", drifts[0].Document)
	}
	if v.Reckoned.Year() != tx.Now().Year() {
		if err := x.affordable(tx, &v); err != nil {
			return err
		}
	}
	if err := move(tx, &v, Posting, []Stage{Reviewed}, ", approved_by = ?, approved_name = ?, approved_at = ?, approved_words = ?", by.Account, by.Name, db.At(tx.Now()), despite); err != nil {
		return err
	}
	if err := record(tx, by, "payrun.approve", id, []any{v.Lines, v.Fen, despite}); err != nil {
		return err
	}
	return x.enqueue(tx, v)
}

// affordable refuses a run that was pledged out of last year's budget when this year's cannot bear it.
func (x *Runs) affordable(tx *db.Tx, v *Run) error {
	funds, err := x.fundsOf(tx, v.ID)
	if err != nil {
		return err
	}
	today := place.Today(tx)
	for _, p := range funds {
		if err := ledger.Lock(tx, p.Fund.ID); err != nil {
			return err
		}
		s, err := ledger.StandingOf(tx, p.Fund, today.Year, today)
		if err != nil {
			return err
		}
		if s.Left < 0 {
			return fault.Refused(budgeted, "%s %d 年的预算还差 %s", p.Name, today.Year, (-s.Left).Words())
		}
	}
	return nil
}

// A Draw (资金占用) is what a run takes from a fund, and what it would have taken more.
type Draw struct {
	ledger.Fund
	Lines      int
	Fen        money.Fen
	Withheld   money.Fen
	Short      money.Fen // of lines held for want of budget
	ShortLines int
	Missing    money.Fen // by how much the fund is short now for those
}

// Draws lists the funds of a run.
func (x *Runs) Draws(tx *db.Tx, id db.ID) ([]Draw, error) {
	list, err := x.fundsOf(tx, id)
	if err != nil {
		return nil, err
	}
	today := place.Today(tx)
	for i := range list {
		if list[i].Short == 0 {
			continue
		}
		s, err := ledger.StandingOf(tx, list[i].Fund, today.Year, today)
		if err != nil {
			return nil, err
		}
		list[i].Missing = max(0, list[i].Short-s.Left)
	}
	return list, nil
}

func (x *Runs) fundsOf(tx *db.Tx, id db.ID) ([]Draw, error) {
	list, err := db.Select(tx, func(r *db.Rows) (d Draw, err error) {
		return d, r.Scan(&d.ID, &d.Lines, (*int64)(&d.Fen), (*int64)(&d.Withheld), (*int64)(&d.Short), &d.ShortLines)
	}, "select fund, sum(lines), sum(fen), sum(withheld), sum(short), sum(short_lines) from payrun_part where run = ? group by fund order by fund", id)
	if err != nil {
		return nil, wrap("sum funds", err)
	}
	for i := range list {
		if list[i].Fund, err = ledger.FundOf(tx, list[i].ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Refuse drops a run that is not approved: its money is free again, its keys too. Lines that came from earlier runs wait again in a later one, for their sources yield
// them or they are carried from where they stood.
func (x *Runs) Refuse(tx *db.Tx, by staff.Actor, id db.ID, why string) error {
	v, err := x.Get(tx, by, id)
	if err != nil {
		return err
	}
	if maker(by, v.Path) != nil {
		if err := checker(by, v.Path); err != nil {
			return err
		}
	}
	if why = strings.TrimSpace(why); why == "" {
		return fault.Invalid("why", "请写明作废的理由")
	}
	funds, err := x.fundsOf(tx, id)
	if err != nil {
		return err
	}
	if err := move(tx, &v, Refused, []Stage{Draft, Reckoning, Reckoned, Reviewed}, ", trouble = ?", why); err != nil {
		return err
	}
	p := ledger.Posting{Key: "payrun/" + id.String() + "/refused", Day: place.Today(tx), Words: v.Name + " 作废，释放占用的预算：" + why, Clause: budgeted, Ref: ledger.Ref{Kind: "payrun", ID: id}}
	for _, d := range funds {
		p.Lines = append(p.Lines, ledger.Debit(d.Account(ledger.Cover), d.Fen), ledger.Credit(d.Account(ledger.Pledge), d.Fen))
	}
	if v.Fen > 0 {
		if _, err := ledger.Post(tx, by, p); err != nil {
			return err
		}
	}
	if err := undoWithheld(tx, "l.run = ?", id); err != nil {
		return err
	}
	// what was carried here goes back to where it was carried from
	if err := tx.Exec("update payrun_line set state = 'dropped', live = 0, why = ? where run = ? and live = 1", "批次作废："+why, id); err != nil {
		return wrap("drop lines", err)
	}
	if err := tx.Exec(`update payrun_line set live = 1, state = case when part = 0 then 'held' else 'returned' end, carried = 0 where state = 'carried' and carried = ?`, id); err != nil {
		return wrap("give lines back", err)
	}
	return record(tx, by, "payrun.refuse", id, why)
}

// Withdraw takes a line that is not approved yet out of its run: it is owed no longer. Sources call it when a fact changes. ok is false when no living line waits
// under the key; what is paid already is a matter for a claim.
func (x *Runs) Withdraw(tx *db.Tx, by staff.Actor, key, why string) (ok bool, err error) {
	list, err := db.Select(tx, scanSlip, "select "+slipColumns+` from payrun_line l join payrun_run r on r.id = l.run where l.key = ? and l.live = 1
		and (l.state in ('held', 'returned') or l.state = 'due' and r.state in ('draft', 'reckoning', 'reckoned', 'reviewed'))`, key)
	if err != nil || len(list) == 0 {
		return false, wrap("find line", err)
	}
	s := &list[0]
	if s.State != Due {
		return true, end1(tx, s.ID, Dropped, why, 0)
	}
	n, err := tx.ExecCount("update payrun_run set lines = lines - 1, fen = fen - ?, withheld = withheld - ? where id = ? and state in ('draft', 'reckoning', 'reckoned', 'reviewed')",
		int64(s.Fen), int64(s.Withheld), s.Run)
	if err != nil || n == 0 {
		return false, wrap("take line out", err)
	}
	if err := undoWithheld(tx, "l.id = ?", s.ID); err != nil {
		return false, err
	}
	p := ledger.Posting{Key: "payrun/withdraw/" + s.ID.String(), Day: place.Today(tx), Words: "撤下一条：" + why, Clause: s.Clause, Ref: ledger.Ref{Kind: "payrun", ID: s.Run}}
	for _, b := range s.borne {
		if b.Fen == 0 {
			continue
		}
		if err := tx.ExecOne("update payrun_part set lines = lines - 1, fen = fen - ?, withheld = withheld - ? where run = ? and part = ? and fund = ?",
			int64(b.Fen), int64(b.Back), s.Run, s.Part, b.ID); err != nil {
			return false, err
		}
		f := ledger.Fund{ID: b.ID}
		p.Lines = append(p.Lines, ledger.Debit(f.Account(ledger.Cover), b.Fen), ledger.Credit(f.Account(ledger.Pledge), b.Fen))
	}
	if _, err := ledger.Post(tx, by, p); err != nil {
		return false, err
	}
	return true, tx.ExecOne("update payrun_line set state = 'dropped', live = 0, why = ? where id = ? and state = 'due'", why, s.ID)
}

// Post books the next chunk of an approved run; more is false when all are.
func (x *Runs) Post(ctx context.Context, d *db.DB, id db.ID) (v Run, more bool, err error) {
	err = d.Write(ctx, func(tx *db.Tx) (err error) { v, more, err = x.post(tx, id); return err })
	return v, more, err
}

func (x *Runs) post(tx *db.Tx, id db.ID) (Run, bool, error) {
	v, err := runOf(tx, id)
	if err != nil || v.Stage != Posting {
		return v, false, err
	}
	n := v.Posted + 1
	if n <= v.Parts {
		if err := x.book(tx, &v, n); err != nil {
			return v, false, err
		}
	}
	stage := Posting
	if n >= v.Parts {
		stage = Posted
	}
	if err := tx.ExecOne("update payrun_run set posted = ?, state = ? where id = ? and posted = ? and state = ?", n, string(stage), id, v.Posted, string(Posting)); err != nil {
		return v, false, err
	}
	v.Posted, v.Stage = n, stage
	return v, stage == Posting, nil
}

// book writes the entry of one chunk: what was pledged is spent, and owed to those on its lines.
func (x *Runs) book(tx *db.Tx, v *Run, n int) error {
	parts, err := db.Select(tx, func(r *db.Rows) (d Draw, err error) {
		return d, r.Scan(&d.ID, (*int64)(&d.Fen), (*int64)(&d.Withheld))
	}, "select fund, fen, withheld from payrun_part where run = ? and part = ? and fen > 0 order by fund", v.ID, n)
	if err != nil || len(parts) == 0 {
		return wrap("read part", err)
	}
	p := ledger.Posting{Key: fmt.Sprintf("payrun/%s/%d", v.ID, n), Day: place.Today(tx), Words: fmt.Sprintf("%s 第 %d 块", v.Name, n), Clause: budgeted, Ref: ledger.Ref{Kind: "payrun", ID: v.ID}}
	for _, d := range parts {
		p.Lines = append(p.Lines, ledger.Debit(d.Account(ledger.Spent), d.Fen), ledger.Credit(d.Account(ledger.Owing), d.Fen-d.Withheld), ledger.Credit(d.Account(ledger.Claims), d.Withheld),
			ledger.Debit(d.Account(ledger.Cover), d.Fen), ledger.Credit(d.Account(ledger.Pledge), d.Fen))
	}
	e, err := ledger.Post(tx, staff.Actor{Account: v.Approver.Account, Login: "payrun", Name: v.Approver.Name, Via: staff.ViaJob}, p)
	if err != nil {
		return err
	}
	if err := tx.Exec("update payrun_part set entry = ? where run = ? and part = ?", e.ID, v.ID, n); err != nil {
		return wrap("note entry", err)
	}
	var first, last db.ID
	if err := tx.QueryRow("select first_id, last_id from payrun_chunk where run = ? and part = ?", v.ID, n).Scan(&first, &last); err != nil {
		return wrap("find chunk", err)
	}
	if v.Withheld > 0 {
		if err := tx.Exec(`update payrun_recovery set entry = ? where undone = 0 and line in (select id from payrun_line where id >= ? and id <= ? and run = ? and state = 'due' and withheld > 0)`,
			e.ID, first, last, v.ID); err != nil {
			return wrap("note entry", err)
		}
		whole, err := tx.ExecCount("update payrun_line set state = 'paid' where id >= ? and id <= ? and run = ? and state = 'due' and fen = withheld", first, last, v.ID)
		if err != nil {
			return wrap("book lines", err)
		}
		if err := tx.Exec("update payrun_run set paid = paid + ? where id = ?", whole, v.ID); err != nil {
			return wrap("book lines", err)
		}
		if err := x.wholeNews(tx, v, n, whole); err != nil {
			return err
		}
	}
	return wrap("book lines", tx.Exec("update payrun_line set state = 'booked' where id >= ? and id <= ? and run = ? and state = 'due'", first, last, v.ID))
}

// wholeNews tells of the lines of a part that are withheld whole: they are paid by what they make good, and no bank will answer for them.
func (x *Runs) wholeNews(tx *db.Tx, v *Run, part int, lines int64) error {
	if lines == 0 {
		return nil
	}
	var first, last db.ID
	err := tx.QueryRow("select min(id), max(id) from payrun_line where run = ? and part = ? and state = 'paid'", v.ID, part).Scan(&first, &last)
	if err != nil {
		return wrap("read lines", err)
	}
	return x.newsOf(tx, v, first, last, true)
}
