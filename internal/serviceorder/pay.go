package serviceorder

import (
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/ledger"
	"linli/internal/payrun"
	"linli/internal/place"
)

// Offer lets pay runs pay settlements that were checked: each once, under a key of its own.
func (x *Orders) Offer() payrun.Offer {
	return payrun.Offer{Name: "order", Title: "居家养老服务结算", Due: x.lines, Told: told, Href: func(ref db.ID) string { return "/homecare/settlements/" + ref.String() }}
}

// lines yields the settlements of a month at a place, in the order of their ids.
func (x *Orders) lines(tx *db.Tx, w payrun.Want, after string, limit int) ([]payrun.Line, string, error) {
	var from db.ID
	if after != "" {
		var err error
		if from, err = db.ParseID(after); err != nil {
			return nil, "", err
		}
	}
	first, end := place.Range(w.Path)
	list, err := db.Select(tx, scanSettlement, `select `+settlementColumns+` from order_settlement where month = ? and state in (?, ?) and path >= ? and path < ? and id > ? order by id limit ?`,
		w.Period, Checked, Held, first, end, from, limit)
	if err != nil {
		return nil, "", wrap("look for settlements to pay", err)
	}
	var out []payrun.Line
	next := ""
	for i := range list {
		s := &list[i]
		next = s.ID.String()
		if w.Benefit != "" && w.Benefit != s.Document+":"+s.Scheme {
			continue
		}
		l, err := x.line(tx, s)
		if err != nil {
			return nil, "", err
		}
		out = append(out, l)
	}
	if len(list) < limit {
		next = ""
	}
	return out, next, nil
}

// line is what a settlement owes. A provider that named no account is not dropped: its line is held.
func (x *Orders) line(tx *db.Tx, s *Settlement) (payrun.Line, error) {
	var bank, account string
	if err := tx.QueryRow(`select bank, account from order_provider where organisation = ?`, s.Provider).Scan(&bank, &account); err != nil {
		return payrun.Line{}, wrap("load account of provider", err)
	}
	held, err := x.schemeKept(s.Document, "", s.Scheme, civil.DateOf(s.Made.Time, civil.Shanghai))
	if err != nil {
		return payrun.Line{}, err
	}
	l := payrun.Line{Key: "order/" + s.ID.String(), Benefit: s.Document + ":" + s.Scheme, Ref: s.ID, Payee: fact.Organisation(s.Provider), Name: s.Name, Bank: bank, Account: account, Path: s.Path,
		Period: s.Month, Fen: s.Fen, Clause: s.Clause, Pack: held.Of.Version, Words: s.Month + " 居家养老服务结算"}
	for _, p := range s.Shares {
		l.Shares = append(l.Shares, ledger.Share{Payer: p.Payer, Fund: held.Fund, Fen: p.Fen})
	}
	return l, nil
}

// told hears what became of lines: paid, or held with the reason, to be paid by a later run.
func told(tx *db.Tx, news []payrun.News) error {
	for _, n := range news {
		to, why := Held, n.Why
		if n.State == payrun.Paid {
			to, why = Paid, ""
		}
		if _, err := tx.ExecCount(`update order_settlement set state = ?, why = ? where id = ? and state in (?, ?, ?)`, to, why, n.Ref, Checked, Held, Paid); err != nil {
			return wrap("note payment of settlement", err)
		}
	}
	return nil
}
