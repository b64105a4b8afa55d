package payrun

import (
	"strings"

	"linli/internal/db"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/staff"
)

// A Bearer (承担方) is a fund that bears part of a line.
type Bearer struct {
	ledger.Fund
	Fen  money.Fen
	Back money.Fen // of it, withheld for a claim
}

// An Answer (银行结果) is what the bank did with a line.
type Answer struct {
	Paid   bool
	Why    string
	Serial string
	File   File
	Entry  db.ID
}

// A Trace (一元钱) follows a line both ways: to the clause and what it rests on, and to the entries, the bank and what became of it.
type Trace struct {
	Slip
	Of      Run
	Bearers []Bearer
	Booked  db.ID // the entry that spent it; zero for none
	Bank    *Answer
	Mended  *Mend
	Others  []Slip // that had the same key, in other runs
	Claims  []Claim
	Href    string // where what it rests on is shown; "" for nowhere
}

// Trace follows a line for who may see its run. Returns notfound.
func (x *Runs) Trace(tx *db.Tx, by staff.Actor, id db.ID) (t Trace, err error) {
	if t.Slip, err = x.Slip(tx, by, id); err != nil {
		return t, err
	}
	if t.Of, err = runOf(tx, t.Run); err != nil {
		return t, err
	}
	for _, b := range t.borne {
		if b.ID.IsZero() {
			continue
		}
		f, err := ledger.FundOf(tx, b.ID)
		if err != nil {
			return t, err
		}
		t.Bearers = append(t.Bearers, Bearer{f, b.Fen, b.Back})
	}
	if t.Part > 0 {
		if err := tx.QueryRow("select max(entry) from payrun_part where run = ? and part = ?", t.Run, t.Part).Scan(&t.Booked); err != nil {
			return t, wrap("find entry", err)
		}
	}
	if t.Bank, err = answerOf(tx, id); err != nil {
		return t, err
	}
	m, mended, err := mendOf(tx, id)
	if err != nil {
		return t, err
	}
	if mended {
		t.Mended = &m
	}
	if t.Others, err = db.Select(tx, scanSlip, "select "+slipColumns+` from payrun_line l where l.id <> ? and (l.key = ? and l.live = 1
		or l.source = ? and l.ref = ? and l.key = ?) order by l.id limit 20`, id, t.Key, t.Slip.Source, t.Ref, t.Key); err != nil {
		return t, wrap("find the same elsewhere", err)
	}
	if t.Claims, err = db.Select(tx, scanClaim, "select "+claimColumns+" from payrun_claim where line = ? order by id", id); err != nil {
		return t, wrap("find claims", err)
	}
	if href := x.offers[t.Slip.Source].Href; href != nil {
		t.Href = href(t.Ref)
	}
	return t, nil
}

func answerOf(tx *db.Tx, line db.ID) (*Answer, error) {
	type row struct {
		Answer
		file db.ID
	}
	list, err := db.Select(tx, func(r *db.Rows) (a row, err error) {
		return a, r.Scan(&a.Paid, &a.Why, &a.Serial, &a.file, &a.Entry)
	}, "select paid, why, serial, file, entry from payrun_outcome where line = ?", line)
	if err != nil || len(list) == 0 {
		return nil, wrap("find outcome", err)
	}
	a := list[0].Answer
	a.File, err = fileOf(tx, list[0].file)
	return &a, err
}

// Find looks for lines by what a bank statement says: the number of the line or the bank's own.
func (x *Runs) Find(tx *db.Tx, by staff.Actor, words string) ([]Slip, error) {
	words = strings.TrimSpace(words)
	if words == "" {
		return nil, nil
	}
	id, err := db.ParseID(strings.ToLower(words))
	if err != nil {
		id = 0
	}
	list, err := db.Select(tx, scanSlip, "select "+slipColumns+` from payrun_line l where l.id = ? or l.id in (select o.line from payrun_outcome o where o.serial = ? and o.serial <> '')
		order by l.id limit 20`, id, words)
	if err != nil {
		return nil, wrap("find lines", err)
	}
	var seen []Slip
	for _, s := range list {
		if ledger.Sees(by, s.Path) {
			seen = append(seen, s)
		}
	}
	return seen, nil
}
