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
	"linli/internal/law"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/once"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Claiming (提出追回) says that a line was overpaid, by how much and why, and how it is to come back.
type Claiming struct {
	Key    string    // of the request
	Line   string    // key of the line that was overpaid
	Fen    money.Fen // of it; 0: all
	Words  string
	Clause law.Clause
	Plan   []Instalment // none: at once
	Keep   int          // of later lines so many ten-thousandths are not withheld: 7000
}

// An Instalment (分期) is what is to come back by a day.
type Instalment struct {
	Day civil.Date
	Fen money.Fen
}

// A ClaimStage (追回状态) is where a claim stands.
type ClaimStage string

// The stages of a claim.
const (
	ClaimOpen    ClaimStage = "open"
	ClaimOff     ClaimStage = "off" // proposed to be written off
	ClaimDone    ClaimStage = "done"
	ClaimWritten ClaimStage = "written" // off
)

// Words returns the stage in Chinese.
func (s ClaimStage) Words() string {
	return map[ClaimStage]string{ClaimOpen: "追回中", ClaimOff: "待核销", ClaimDone: "已追回", ClaimWritten: "已核销"}[s]
}

// A Claim (追回) is what was overpaid by a line and is to come back.
type Claim struct {
	ID      db.ID
	Line    db.ID
	Source  string
	Ref     db.ID
	Payee   fact.Subject
	Name    string
	Path    string
	Period  string
	Fen     money.Fen
	Left    money.Fen
	Keep    int
	Stage   ClaimStage
	Words   string
	Clause  law.Clause
	Entry   db.ID
	OffBy   db.ID
	OffName string
	Off     string // why it is to be written off
	By      string
	At      db.Time
}

const claimColumns = "id, line, source, ref, payee, name, path, period, fen, left_fen, keep, state, words, clause, entry, off_by, off_name, off_words, by_name, at"

func scanClaim(r *db.Rows) (c Claim, err error) {
	var payee, clause string
	err = r.Scan(&c.ID, &c.Line, &c.Source, &c.Ref, &payee, &c.Name, &c.Path, &c.Period, (*int64)(&c.Fen), (*int64)(&c.Left), &c.Keep, (*string)(&c.Stage), &c.Words, &clause, &c.Entry,
		&c.OffBy, &c.OffName, &c.Off, &c.By, &c.At)
	if err == nil && payee != "" {
		c.Payee, err = fact.ParseSubject(payee)
	}
	if err == nil && clause != "" {
		c.Clause, err = law.Parse(clause)
	}
	return c, err
}

// Claim makes a receivable of what was overpaid. Sources call it; by is whoever decided. Returns invalid, and conflict when the line is not paid or more would be claimed than was
// paid.
func (x *Runs) Claim(tx *db.Tx, by staff.Actor, m Claiming) (db.ID, error) {
	return once.For(tx, by.AuditName(), m.Key, []any{"payrun.claim", m}, func() (db.ID, error) {
		s, err := lineOf(tx, "l.key = ? and l.state = 'paid'", m.Line)
		if err != nil {
			if fault.KindOf(err) == fault.KindNotFound {
				return 0, fault.Conflict("这一期还没有发到账，不用追回；还在批次里的撤下即可")
			}
			return 0, err
		}
		// one after the other, so that two claims of one line see each other
		if err := tx.ExecOne("update payrun_line set why = why where id = ? and state = 'paid'", s.ID); err != nil {
			return 0, err
		}
		var claimed money.Fen
		if err := tx.QueryRow("select sum(fen) from payrun_claim where line = ?", s.ID).Scan((*int64)(&claimed)); err != nil {
			return 0, wrap("sum claims", err)
		}
		if m.Fen == 0 {
			m.Fen = s.Fen - claimed
		}
		m.Words = strings.TrimSpace(m.Words)
		switch {
		case m.Words == "":
			return 0, fault.Invalid("words", "请写明为什么多发了")
		case m.Clause.IsZero():
			m.Clause = backDue
		case m.Keep < 0 || m.Keep > 10000:
			return 0, fault.Invalid("keep", "保留的比例应在 0 到 100% 之间")
		}
		if m.Fen <= 0 || m.Fen > s.Fen-claimed {
			return 0, fault.Conflict("这一期发了 %s，已提出追回 %s", s.Fen.Words(), claimed.Words())
		}
		if err := planned(m); err != nil {
			return 0, err
		}
		return x.claim(tx, by, &s, m)
	})
}

// planned refuses a plan that does not bring back the whole.
func planned(m Claiming) error {
	var sum money.Fen
	for i, p := range m.Plan {
		if p.Fen <= 0 || p.Day.IsZero() || i > 0 && !p.Day.After(m.Plan[i-1].Day) {
			return fault.Invalid("plan", "分期的日期应一期比一期晚，金额应大于零")
		}
		sum += p.Fen
	}
	if len(m.Plan) > 0 && sum != m.Fen {
		return fault.Invalid("plan", "分期合计 %s，与应追回的 %s 不符", sum.Words(), m.Fen.Words())
	}
	return nil
}

func (x *Runs) claim(tx *db.Tx, by staff.Actor, s *Slip, m Claiming) (db.ID, error) {
	id := db.NewID()
	shares, err := portion(m.Fen, s.borne)
	if err != nil {
		return 0, err
	}
	p := ledger.Posting{Key: "claim/" + id.String(), Day: place.Today(tx), Words: "追回 " + s.Name + " " + s.Period + "：" + m.Words, Clause: m.Clause, Ref: ledger.Ref{Kind: "claim", ID: id}}
	for _, b := range shares {
		f := ledger.Fund{ID: b.ID}
		p.Lines = append(p.Lines, ledger.Debit(f.Account(ledger.Claims), b.Fen), ledger.Credit(f.Account(ledger.Spent), b.Fen))
		if err := tx.Exec("insert into payrun_claim_fund (claim, fund, fen, left_fen) values (?, ?, ?, ?)", id, b.ID, int64(b.Fen), int64(b.Fen)); err != nil {
			return 0, wrap("write claim", err)
		}
	}
	e, err := ledger.Post(tx, by, p)
	if err != nil {
		return 0, err
	}
	err = tx.Exec(`insert into payrun_claim (id, key, line, source, ref, payee, name, path, period, fen, left_fen, keep, state, words, clause, entry, by_id, by_name, at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, by.AuditName()+"/"+m.Key, s.ID, s.Source, s.Ref, payee(s.Payee), s.Name, s.Path, s.Period, int64(m.Fen), int64(m.Fen),
		m.Keep, string(ClaimOpen), m.Words, m.Clause.String(), e.ID, by.Account, by.Name, db.At(tx.Now()))
	if err != nil {
		return 0, wrap("write claim", err)
	}
	for i, in := range m.Plan {
		if err := tx.Exec("insert into payrun_instalment (claim, seq, day, fen) values (?, ?, ?, ?)", id, i+1, in.Day, int64(in.Fen)); err != nil {
			return 0, wrap("write plan", err)
		}
	}
	return id, record(tx, by, "payrun.claim", id, m)
}

// portion divides an amount among the funds that bore another, as they bore it.
func portion(fen money.Fen, of []borne) ([]borne, error) {
	parts := make([]ledger.Part, len(of))
	for i, b := range of {
		parts[i] = ledger.Part{Payer: b.Payer, Fund: b.Fund, Weight: int64(b.Fen)}
	}
	shares, err := ledger.Split(fen, parts)
	if err != nil {
		return nil, err
	}
	var out []borne
	for i, share := range shares {
		if share.Fen > 0 {
			out = append(out, borne{Share: share, ID: of[i].ID})
		}
	}
	return out, nil
}

// claims finds the open claims against those who are paid in a chunk, the oldest first.
func (c *part) claims() (map[fact.Subject][]*owed, error) {
	at := map[fact.Subject][]*owed{}
	seen := map[string]bool{}
	var args []any
	for i := range c.slips {
		s := &c.slips[i]
		if name := s.Payee.String(); s.State == Due && s.Payee.Kind != "" && !seen[name] {
			seen[name] = true
			args = append(args, name)
		}
	}
	today := place.Today(c.tx)
	for some := range slices.Chunk(args, 1000) {
		list, err := db.Select(c.tx, scanClaim, "select "+claimColumns+" from payrun_claim where state = 'open' and payee in ("+marks(len(some))+") order by id", some...)
		if err != nil {
			return nil, wrap("find claims", err)
		}
		for _, claim := range list {
			o := &owed{Claim: claim}
			if o.funds, err = fundsLeft(c.tx, claim.ID); err != nil {
				return nil, err
			}
			if o.due, err = dueBy(c.tx, &claim, today); err != nil {
				return nil, err
			}
			at[claim.Payee] = append(at[claim.Payee], o)
		}
	}
	return at, nil
}

// owed is a claim as a chunk withholds for it.
type owed struct {
	Claim
	funds map[db.ID]money.Fen
	due   money.Fen
}

func fundsLeft(tx *db.Tx, claim db.ID) (map[db.ID]money.Fen, error) {
	rows, err := tx.Query("select fund, left_fen from payrun_claim_fund where claim = ?", claim)
	if err != nil {
		return nil, wrap("read claim", err)
	}
	at := map[db.ID]money.Fen{}
	for rows.Next() {
		var id db.ID
		var fen int64
		if err := rows.Scan(&id, &fen); err != nil {
			return nil, err
		}
		at[id] = money.Fen(fen)
	}
	return at, rows.Err()
}

// dueBy is what of a claim should be back by a day and is not.
func dueBy(tx *db.Tx, c *Claim, on civil.Date) (money.Fen, error) {
	var plan, n int64
	if err := tx.QueryRow("select count(*), sum(case when day <= ? then fen else 0 end) from payrun_instalment where claim = ?", on, c.ID).Scan(&n, &plan); err != nil {
		return 0, wrap("read plan", err)
	}
	if n == 0 {
		return c.Left, nil
	}
	return max(0, money.Fen(plan)-(c.Fen-c.Left)), nil
}

// withhold keeps back of a line what its payee owes, fund by fund, no more than the claim lets it.
func (c *part) withhold(s *Slip, list []*owed) error {
	for _, o := range list {
		for i := range s.borne {
			b := &s.borne[i]
			most, err := share(b.Fen, 10000-o.Keep)
			if err != nil {
				return err
			}
			take := min(most-b.Back, o.funds[b.ID], o.due)
			if take <= 0 {
				continue
			}
			if err := recover1(c.tx, &o.Claim, b.ID, "withheld", take, s.ID, 0, c.run.Maker.Name); err != nil {
				return err
			}
			o.funds[b.ID] -= take
			o.due -= take
			b.Back += take
			s.Withheld += take
			c.purses[b.ID].withheld += take
		}
	}
	return nil
}

// share is so many ten-thousandths of an amount, cut to the fen.
func share(fen money.Fen, of int) (money.Fen, error) {
	two, err := ledger.Split(fen, []ledger.Part{{Weight: int64(of)}, {Weight: int64(10000 - of), Rest: true}})
	if err != nil {
		return 0, err
	}
	return two[0].Fen, nil
}

// recover1 notes that so much of a claim is back in a fund; Left and the state follow.
func recover1(tx *db.Tx, c *Claim, fund db.ID, kind string, fen money.Fen, line, entry db.ID, by string) error {
	if err := tx.ExecOne("update payrun_claim_fund set left_fen = left_fen - ? where claim = ? and fund = ? and left_fen >= ?", int64(fen), c.ID, fund, int64(fen)); err != nil {
		return err
	}
	if err := tx.ExecOne("update payrun_claim set left_fen = left_fen - ?, state = case when left_fen = ? then ? else state end where id = ? and left_fen >= ?",
		int64(fen), int64(fen), string(ClaimDone), c.ID, int64(fen)); err != nil {
		return err
	}
	if c.Left -= fen; c.Left == 0 {
		c.Stage = ClaimDone
	}
	return wrap("note recovery", tx.Exec("insert into payrun_recovery (id, claim, fund, kind, fen, line, entry, by_name, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		db.NewID(), c.ID, fund, kind, int64(fen), line, entry, by, db.At(tx.Now())))
}

// undoWithheld opens claims again for what was withheld of lines that are not paid after all.
func undoWithheld(tx *db.Tx, where string, args ...any) error {
	type back struct {
		id, claim, fund db.ID
		fen             int64
	}
	list, err := db.Select(tx, func(r *db.Rows) (b back, err error) { return b, r.Scan(&b.id, &b.claim, &b.fund, &b.fen) },
		"select v.id, v.claim, v.fund, v.fen from payrun_recovery v join payrun_line l on l.id = v.line where v.undone = 0 and l.withheld > 0 and "+where+" order by v.id", args...)
	if err != nil {
		return wrap("find what was withheld", err)
	}
	for _, b := range list {
		if err := tx.ExecOne("update payrun_recovery set undone = 1 where id = ? and undone = 0", b.id); err != nil {
			return err
		}
		if err := tx.ExecOne("update payrun_claim_fund set left_fen = left_fen + ? where claim = ? and fund = ?", b.fen, b.claim, b.fund); err != nil {
			return err
		}
		if err := tx.ExecOne("update payrun_claim set left_fen = left_fen + ?, state = case when state in ('done', 'written') then 'open' else state end where id = ?", b.fen, b.claim); err != nil {
			return err
		}
	}
	return nil
}

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
