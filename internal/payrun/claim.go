package payrun

import (
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
		list, err := db.Select(c.tx, scanClaim, "select "+claimColumns+" from payrun_claim where state = 'open' and payee in ("+db.Marks(len(some))+") order by id", some...)
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
