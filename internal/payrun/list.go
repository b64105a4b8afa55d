package payrun

import (
	"encoding/json"
	"fmt"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/once"
	"linli/internal/place"
	"linli/internal/staff"
)

// listSource is the source of what was decided on paper.
const listSource = "list"

// Listed offers what somebody put on a list by hand: decided on paper, once, by no rule of a pack. It is checked as every line is.
func (x *Runs) Listed() Offer {
	return Offer{Name: listSource, Title: "发放名单", Due: listed, Renew: func(tx *db.Tx, l Line) (Line, bool, error) {
		list, err := db.Select(tx, scanListed, "select "+listedColumns+" from payrun_listed l where l.key = ?", l.Key)
		if err != nil || len(list) == 0 {
			return l, false, err
		}
		return list[0].Line, true, nil
	}}
}

// listedColumns are in the order of a slip's.
const listedColumns = `l.id, l.id, 0, l.key, 1, 'due', 'list', l.benefit, l.id, l.payee, l.name, l.bank, l.account, l.path, l.period, l.fen, 0, l.shares, l.clause, '', l.words, ''`

func scanListed(r *db.Rows) (Slip, error) { return scanSlip(r) }

func listed(tx *db.Tx, w Want, after string, limit int) ([]Line, string, error) {
	var from db.ID
	if after != "" {
		var err error
		if from, err = db.ParseID(after); err != nil {
			return nil, "", err
		}
	}
	first, end := place.Range(w.Path)
	list, err := db.Select(tx, scanListed, "select "+listedColumns+` from payrun_listed l where l.period = ? and l.id > ? and l.path >= ? and l.path < ? and (? = '' or l.benefit = ?)
		order by l.id limit ?`, w.Period, from, first, end, w.Benefit, w.Benefit, limit)
	if err != nil {
		return nil, "", wrap("read list", err)
	}
	lines, next := make([]Line, len(list)), ""
	for i := range list {
		lines[i] = list[i].Line
	}
	if len(list) == limit {
		next = list[limit-1].ID.String()
	}
	return lines, next, nil
}

// PutList adds lines to the list, all or none. Each needs a key of its own, a clause and words; one whose key stands on the list is left as it is. It returns how many are new. Returns
// invalid, naming the line, and forbidden.
func (x *Runs) PutList(tx *db.Tx, by staff.Actor, key string, lines []Line) (int, error) {
	return once.For(tx, by.AuditName(), key, []any{"payrun.list", lines}, func() (n int, err error) {
		for i := range lines {
			s := &Slip{Line: lines[i], State: Due}
			why := s.flaw()
			switch {
			case why == "没有收款账号":
				why = "" // it is held until somebody gives one
			case s.Key == "" || len(s.Key) > 100:
				why = "没有编号"
			case s.Clause.IsZero() || strings.TrimSpace(s.Words) == "":
				why = "没有依据条款或事由"
			case !goodPeriod(s.Period):
				why = "期间应写成 2026-11 或 2026"
			case s.Path == "":
				why = "没有这个区划"
			}
			if why != "" {
				return 0, fault.Invalid("lines", "第 %d 条：%s", i+1, why)
			}
			if err := maker(by, s.Path); err != nil {
				return 0, err
			}
			added, err := s.list(tx, by)
			if err != nil {
				return 0, err
			}
			n += int(added)
		}
		return n, record(tx, by, "payrun.list", db.NewID(), fmt.Sprint(n))
	})
}

func (s *Slip) list(tx *db.Tx, by staff.Actor) (int64, error) {
	shares, err := json.Marshal(s.Shares)
	if err != nil {
		return 0, err
	}
	n, err := tx.ExecCount(`insert into payrun_listed (id, key, benefit, payee, name, bank, account, path, period, fen, shares, clause, words, by_id, by_name, at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (key) do nothing`, db.NewID(), "list/"+s.Key, s.Benefit, payee(s.Payee), s.Name, s.Bank, s.Account, s.Path, s.Period,
		int64(s.Fen), string(shares), s.Clause.String(), s.Words, by.Account, by.Name, db.At(tx.Now()))
	return n, wrap("write list", err)
}
