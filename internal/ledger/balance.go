package ledger

import (
	"fmt"

	"linli/internal/db"
	"linli/internal/money"
)

// A Balance (余额) is how an account stands over a time: debits positive.
type Balance struct {
	Account
	Opening, Debit, Credit, Closing money.Fen
	Lines                           int
}

// Trial lists every account with an amount up to the end of a month, with its turnover from the first month on; "" for all months. The closings of a trial
// balance always sum to nothing.
func Trial(tx *db.Tx, path, from, to string) ([]Balance, error) {
	if to == "" {
		to = "9999-12"
	}
	list, err := db.Select(tx, func(r *db.Rows) (b Balance, err error) {
		err = r.Scan(&b.Code, &b.Name, (*string)(&b.Class), &b.Owner, &b.Path, (*int64)(&b.Opening), (*int64)(&b.Debit), (*int64)(&b.Credit), &b.Lines)
		b.Closing = b.Opening + b.Debit - b.Credit
		return b, err
	}, `select a.code, a.name, a.kind, a.owner, a.path, sum(case when s.month < ? then s.debit - s.credit else 0 end),
		sum(case when s.month >= ? then s.debit else 0 end), sum(case when s.month >= ? then s.credit else 0 end), sum(s.lines)
		from ledger_sum s join ledger_account a on a.code = s.account where s.month <= ? and a.path >= ? and a.path < ?
		group by a.code, a.name, a.kind, a.owner, a.path order by a.code`, from, from, from, to, path, path+"~")
	return list, wrap("trial balance", err)
}

// BalanceOf sums an account up to the end of a month, "" for all: debits positive.
func BalanceOf(tx *db.Tx, account, to string) (money.Fen, error) { return between(tx, account, "", to) }

func between(tx *db.Tx, account, from, to string) (sum money.Fen, err error) {
	if to == "" {
		to = "9999-12"
	}
	err = tx.QueryRow("select sum(debit - credit) from ledger_sum where account = ? and month >= ? and month <= ?", account, from, to).Scan((*int64)(&sum))
	return sum, wrap("sum account", err)
}

// EntriesOf lists the entries that touch an account, the latest first; before: the id to go on from, zero for the first page.
func EntriesOf(tx *db.Tx, account string, before db.ID, limit int) ([]Entry, error) {
	if before.IsZero() {
		before = 1<<63 - 1
	}
	list, err := db.Select(tx, scanEntry, "select "+entryColumns+` from ledger_entry where id in (select entry from ledger_line where account = ?) and id < ?
		order by id desc limit ?`, account, before, limit)
	return list, wrap("list entries", err)
}

// About lists the entries about one thing, the oldest first.
func About(tx *db.Tx, ref Ref, limit int) ([]Entry, error) {
	list, err := db.Select(tx, scanEntry, "select "+entryColumns+" from ledger_entry where ref_kind = ? and ref = ? order by id limit ?", ref.Kind, ref.ID, limit)
	return list, wrap("list entries", err)
}

// Verify counts the books again from their lines and tells, in a sentence each, what does not agree.
func Verify(tx *db.Tx) (wrong []string, err error) {
	for _, q := range []struct{ words, sql string }{
		{"分录 %s 借贷不平", `select cast(entry as text) from ledger_line group by entry having sum(fen) <> 0`},
		{"科目 %s 的月合计与分录不符", `select l.account from (select account, month, sum(case when fen > 0 then fen else 0 end) as debit, sum(case when fen < 0 then -fen else 0 end) as credit, count(*) as lines
			from ledger_line group by account, month) l left join ledger_sum s on s.account = l.account and s.month = l.month
			where s.account is null or s.debit <> l.debit or s.credit <> l.credit or s.lines <> l.lines`},
		{"科目 %s 有合计而没有分录", `select s.account from ledger_sum s where not exists (select 1 from ledger_line l where l.account = s.account and l.month = s.month)`},
		{"月份 %s 的分录号不连续", `select m.month from ledger_month m where m.entries <> (select count(*) from ledger_entry e where e.month = m.month)
			or m.entries <> (select coalesce(max(e.seq), 0) from ledger_entry e where e.month = m.month)`},
		{"分录 %s 的行不在同一个月", `select cast(l.entry as text) from ledger_line l join ledger_entry e on e.id = l.entry where e.month <> l.month`},
	} {
		list, err := db.Select(tx, func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) }, q.sql)
		if err != nil {
			return nil, wrap("verify the books", err)
		}
		for _, s := range list {
			wrong = append(wrong, fmt.Sprintf(q.words, s))
		}
	}
	return wrong, nil
}
