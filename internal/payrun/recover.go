package payrun

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/once"
	"linli/internal/place"
	"linli/internal/staff"
)

// ClaimOf returns a claim to who may see its money. Returns notfound.
func (x *Runs) ClaimOf(tx *db.Tx, by staff.Actor, id db.ID) (Claim, error) {
	list, err := db.Select(tx, scanClaim, "select "+claimColumns+" from payrun_claim where id = ?", id)
	if err != nil {
		return Claim{}, wrap("find claim", err)
	}
	if len(list) == 0 || !ledger.Sees(by, list[0].Path) {
		return Claim{}, fault.NotFound("没有这一笔追回")
	}
	return list[0], nil
}

// Claims lists what somebody may see, the latest first, below an id when that is not zero.
func (x *Runs) Claims(tx *db.Tx, by staff.Actor, before db.ID, limit int) ([]Claim, error) {
	path, ok := ledger.Sight(by)
	if !ok {
		return nil, fault.Forbidden("您无权查看追回")
	}
	if before.IsZero() {
		before = 1<<63 - 1
	}
	from, end := place.Range(path)
	list, err := db.Select(tx, scanClaim, "select "+claimColumns+" from payrun_claim where path >= ? and path < ? and id < ? order by id desc limit ?", from, end, before, limit)
	return list, wrap("list claims", err)
}

// ClaimsAgainst lists the claims against somebody, the latest first.
func (x *Runs) ClaimsAgainst(tx *db.Tx, who fact.Subject) ([]Claim, error) {
	list, err := db.Select(tx, scanClaim, "select "+claimColumns+" from payrun_claim where payee = ? order by id desc limit 200", who.String())
	return list, wrap("list claims", err)
}

// Repay notes that somebody paid back in cash. Returns invalid for more than is left.
func (x *Runs) Repay(tx *db.Tx, by staff.Actor, key string, id db.ID, fen money.Fen, day civil.Date, words string) error {
	_, err := once.For(tx, by.AuditName(), key, []any{"payrun.repay", id, fen, day, words}, func() (db.ID, error) {
		c, err := x.ClaimOf(tx, by, id)
		if err != nil {
			return 0, err
		}
		if err := maker(by, c.Path); err != nil {
			return 0, err
		}
		switch {
		case c.Stage != ClaimOpen:
			return 0, fault.Conflict("这一笔追回现在是“%s”", c.Stage.Words())
		case fen <= 0 || fen > c.Left:
			return 0, fault.Invalid("fen", "还有 %s 没有追回，请填写不超过它的金额", c.Left.Words())
		case day.IsZero() || day.After(place.Today(tx)):
			return 0, fault.Invalid("day", "请填写到账日期，不晚于今天")
		}
		return 0, x.settleClaim(tx, by, &c, fen, ledger.Posting{Key: "repay/" + by.AuditName() + "/" + key, Day: day, Words: strings.TrimSpace("追回到账 " + words)}, "cash", ledger.Bank)
	})
	return err
}

// settleClaim posts that an amount of a claim came into an account of its funds.
func (x *Runs) settleClaim(tx *db.Tx, by staff.Actor, c *Claim, fen money.Fen, p ledger.Posting, kind string, into ledger.Role) error {
	funds, err := fundsLeft(tx, c.ID)
	if err != nil {
		return err
	}
	var of []borne
	for id, left := range funds {
		of = append(of, borne{Share: ledger.Share{Fen: left}, ID: id})
	}
	slices.SortFunc(of, func(a, b borne) int { return cmp.Compare(a.ID, b.ID) })
	shares, err := portion(fen, of)
	if err != nil {
		return err
	}
	p.Clause, p.Ref = c.Clause, ledger.Ref{Kind: "claim", ID: c.ID}
	for _, b := range shares {
		f := ledger.Fund{ID: b.ID}
		p.Lines = append(p.Lines, ledger.Debit(f.Account(into), b.Fen), ledger.Credit(f.Account(ledger.Claims), b.Fen))
	}
	e, err := ledger.Post(tx, by, p)
	if err != nil {
		return err
	}
	for _, b := range shares {
		if err := recover1(tx, c, b.ID, kind, b.Fen, 0, e.ID, by.Name); err != nil {
			return err
		}
	}
	return record(tx, by, "payrun."+kind, c.ID, fen)
}

// Forgive proposes to write off what is left of a claim. Meanwhile nothing is withheld for it.
func (x *Runs) Forgive(tx *db.Tx, by staff.Actor, id db.ID, why string) error {
	c, err := x.ClaimOf(tx, by, id)
	if err != nil {
		return err
	}
	if err := maker(by, c.Path); err != nil {
		return err
	}
	if why = strings.TrimSpace(why); why == "" {
		return fault.Invalid("why", "请写明为什么追不回")
	}
	n, err := tx.ExecCount("update payrun_claim set state = 'off', off_by = ?, off_name = ?, off_words = ? where id = ? and state = 'open'", by.Account, by.Name, why, id)
	if err != nil || n == 0 {
		return cmp.Or(wrap("propose write-off", err), fault.Conflict("这一笔追回现在是“%s”", c.Stage.Words()))
	}
	return record(tx, by, "payrun.forgive", id, why)
}

// WriteOff decides a proposed write-off: what is left is spent after all, or, when not granted, got back as before. Whoever proposed it is refused.
func (x *Runs) WriteOff(tx *db.Tx, by staff.Actor, id db.ID, granted bool) error {
	c, err := x.ClaimOf(tx, by, id)
	if err != nil {
		return err
	}
	if err := checker(by, c.Path); err != nil {
		return err
	}
	switch {
	case c.Stage != ClaimOff:
		return fault.Conflict("这一笔追回现在是“%s”", c.Stage.Words())
	case by.Account == c.OffBy:
		return fault.Refused(fourEyes, "核销是您提出的，应由另一人决定")
	}
	if granted {
		p := ledger.Posting{Key: "writeoff/" + id.String(), Day: place.Today(tx), Words: "核销：" + c.Off}
		if err := x.settleClaim(tx, by, &c, c.Left, p, "written", ledger.Spent); err != nil {
			return err
		}
		return wrap("write off", tx.ExecOne("update payrun_claim set state = ? where id = ? and left_fen = 0", string(ClaimWritten), id))
	}
	if err := tx.ExecOne("update payrun_claim set state = 'open', off_by = 0 where id = ? and state = 'off'", id); err != nil {
		return err
	}
	return record(tx, by, "payrun.keep", id, nil)
}

// A Recovery (追回记录) is what came back of a claim.
type Recovery struct {
	Fund   db.ID
	Kind   string // withheld, cash, written
	Fen    money.Fen
	Line   db.ID
	Entry  db.ID
	Undone bool
	By     string
	At     db.Time
}

// RecoveriesOf lists what came back of a claim, and its plan.
func (x *Runs) RecoveriesOf(tx *db.Tx, id db.ID) (list []Recovery, plan []Instalment, err error) {
	list, err = db.Select(tx, func(r *db.Rows) (v Recovery, err error) {
		return v, r.Scan(&v.Fund, &v.Kind, (*int64)(&v.Fen), &v.Line, &v.Entry, &v.Undone, &v.By, &v.At)
	}, "select fund, kind, fen, line, entry, undone, by_name, at from payrun_recovery where claim = ? order by id", id)
	if err != nil {
		return nil, nil, wrap("list recoveries", err)
	}
	plan, err = db.Select(tx, func(r *db.Rows) (p Instalment, err error) { return p, r.Scan(&p.Day, (*int64)(&p.Fen)) },
		"select day, fen from payrun_instalment where claim = ? order by seq", id)
	return list, plan, wrap("list plan", err)
}

// lineOf returns one line by a condition. Returns notfound.
func lineOf(tx *db.Tx, where string, args ...any) (Slip, error) {
	list, err := db.Select(tx, scanSlip, "select "+slipColumns+" from payrun_line l where "+where, args...)
	if err != nil {
		return Slip{}, wrap("find line", err)
	}
	if len(list) == 0 {
		return Slip{}, fault.NotFound("没有这一条发放明细")
	}
	if len(list) > 1 {
		return Slip{}, fmt.Errorf("%d lines where one should be: %s", len(list), where)
	}
	return list[0], nil
}
