package payrun

import (
	"fmt"

	"linli/internal/db"
)

// Verify holds the runs to what they promise, and tells in a sentence each what does not agree: sums of runs, keys, what was withheld, and that the ledger says of every fund what
// the lines say.
func Verify(tx *db.Tx) (wrong []string, err error) {
	for _, q := range []struct{ words, sql string }{
		{"批次 %s 的条数或金额与明细不符", `select cast(r.id as text) from payrun_run r where r.state <> 'refused' and (
			r.lines <> (select count(*) from payrun_line l where l.run = r.id and l.part > 0 and (l.state <> 'dropped' or l.id in (select o.line from payrun_outcome o)))
			or r.fen <> coalesce((select sum(l.fen) from payrun_line l where l.run = r.id and l.part > 0 and (l.state <> 'dropped' or l.id in (select o.line from payrun_outcome o))), 0)
			or r.held <> (select count(*) from payrun_line l where l.run = r.id and l.part = 0)
			or r.paid <> (select count(*) from payrun_line l where l.run = r.id and l.state = 'paid')
			or r.returned <> (select count(*) from payrun_outcome o where o.run = r.id and o.paid = 0))`},
		{"批次 %s 各资金的合计与批次不符", `select cast(r.id as text) from payrun_run r where r.state <> 'refused'
			and r.fen <> coalesce((select sum(p.fen) from payrun_part p where p.run = r.id), 0)`},
		{"键 %s 发了两次", `select key from payrun_line where state = 'paid' group by key having count(*) > 1`},
		{"键 %s 的明细状态不对", `select key from payrun_line where live <> case when state in ('carried', 'dropped') then 0 else 1 end`},
		{"追回 %s 的余额与记录不符", `select cast(c.id as text) from payrun_claim c where c.left_fen < 0
			or c.left_fen <> c.fen - coalesce((select sum(v.fen) from payrun_recovery v where v.claim = c.id and v.undone = 0), 0)
			or c.left_fen <> (select sum(f.left_fen) from payrun_claim_fund f where f.claim = c.id)`},
		{"明细 %s 追回的超过了发的", `select cast(l.id as text) from payrun_line l join payrun_claim c on c.line = l.id group by l.id, l.fen having sum(c.fen) > l.fen`},
		{"明细 %s 扣下的与追回记录不符", `select cast(l.id as text) from payrun_line l where l.state in ('due', 'booked', 'paid')
			and l.withheld <> coalesce((select sum(v.fen) from payrun_recovery v where v.line = l.id and v.undone = 0), 0)`},
	} {
		list, err := db.Select(tx, func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) }, q.sql)
		if err != nil {
			return nil, wrap("verify runs", err)
		}
		for _, s := range list {
			wrong = append(wrong, fmt.Sprintf(q.words, s))
		}
	}
	return wrong, nil
}
