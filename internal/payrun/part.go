package payrun

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/job"
	"linli/internal/law"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/place"
	"linli/internal/staff"
)

// borne is a share with the fund that bears it, and what is withheld of it.
type borne struct {
	ledger.Share
	ID   db.ID     `json:"id"`
	Back money.Fen `json:"back,omitempty"`
}

// A Slip (发放单) is a line as it stands in a run.
type Slip struct {
	Line
	ID       db.ID
	Run      db.ID
	Part     int
	Live     bool
	State    State
	Withheld money.Fen
	Why      string
	borne    []borne
}

// Net is what goes to the bank.
func (s *Slip) Net() money.Fen { return s.Fen - s.Withheld }

const slipColumns = `l.id, l.run, l.part, l.key, l.live, l.state, l.source, l.benefit, l.ref, l.payee, l.name, l.bank, l.account, l.path, l.period, l.fen, l.withheld, l.shares,
	l.clause, l.pack, l.words, l.why`

func scanSlip(r *db.Rows) (s Slip, err error) {
	var payee, shares, clause string
	err = r.Scan(&s.ID, &s.Run, &s.Part, &s.Key, &s.Live, (*string)(&s.State), &s.Source, &s.Benefit, &s.Ref, &payee, &s.Name, &s.Bank, &s.Account, &s.Path, &s.Period,
		(*int64)(&s.Fen), (*int64)(&s.Withheld), &shares, &clause, &s.Pack, &s.Words, &s.Why)
	if err != nil {
		return s, err
	}
	if payee != "" {
		if s.Payee, err = fact.ParseSubject(payee); err != nil {
			return s, err
		}
	}
	if clause != "" {
		if s.Clause, err = law.Parse(clause); err != nil {
			return s, err
		}
	}
	if err := json.Unmarshal([]byte(shares), &s.borne); err != nil {
		return s, err
	}
	for _, b := range s.borne {
		s.Shares = append(s.Shares, b.Share)
	}
	return s, nil
}

// payee writes whom a line is for; "" when that is nobody in the registers.
func payee(s fact.Subject) string {
	if s.Kind == "" {
		return ""
	}
	return s.String()
}

// purse is what a fund has left while a chunk is reckoned.
type purse struct {
	fund     ledger.Fund
	left     money.Fen
	dry      bool // a line of this run did not get its money
	lines    int
	fen      money.Fen
	withheld money.Fen
	short    money.Fen
	shorts   int
}

// part is one chunk of a run.
type part struct {
	tx     *db.Tx
	runs   *Runs
	run    *Run
	number int

	slips  []Slip
	funds  map[fundKey]*ledger.Fund
	purses map[db.ID]*purse

	lines, held, known     int
	fen, withheld, heldFen money.Fen
}

// take keeps the lines whose keys are free, and frees the keys of those that were held or returned earlier.
func (c *part) take(lines []Line) error {
	lives, err := c.living(lines)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i := range lines {
		l := &lines[i]
		if l.Key == "" {
			return &sourceError{c.runs.offers[l.Source].Title, fault.Invalid("key", "有一条明细没有键")}
		}
		old, lives := lives[l.Key]
		switch {
		case seen[l.Key], lives && (!old.waits || old.run == c.run.ID):
			c.known++
			continue
		case lives:
			if err := end1(c.tx, old.id, Carried, "", c.run.ID); err != nil {
				return err
			}
		}
		seen[l.Key] = true
		c.slips = append(c.slips, Slip{Line: *l, ID: db.NewID(), Run: c.run.ID, Part: c.number, Live: true, State: Due})
	}
	return nil
}

type living struct {
	id, run db.ID
	waits   bool // its key may be taken over
}

// living finds where the keys of lines stand.
func (c *part) living(lines []Line) (map[string]living, error) {
	at := map[string]living{}
	for some := range slices.Chunk(lines, 1000) {
		args := make([]any, len(some))
		for i := range some {
			args[i] = some[i].Key
		}
		rows, err := c.tx.Query(`select l.key, l.id, l.run, case when l.state in ('held', 'returned') and r.state in `+passed+` then 1 else 0 end
			from payrun_line l join payrun_run r on r.id = l.run where l.live = 1 and l.key in (`+db.Marks(len(args))+")", args...)
		if err != nil {
			return nil, wrap("find keys", err)
		}
		for rows.Next() {
			var key string
			var v living
			if err := rows.Scan(&key, &v.id, &v.run, &v.waits); err != nil {
				return nil, err
			}
			at[key] = v
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return at, nil
}

// settle decides of each line whether it is paid or held, writes all, and pledges the money.
func (c *part) settle() error {
	if len(c.slips) == 0 {
		return nil
	}
	for i := range c.slips {
		if err := c.look(&c.slips[i]); err != nil {
			return err
		}
	}
	if err := c.open(); err != nil {
		return err
	}
	owed, err := c.claims()
	if err != nil {
		return err
	}
	for i := range c.slips {
		s := &c.slips[i]
		if s.State == Due && c.afford(s) {
			if err := c.withhold(s, owed[s.Payee]); err != nil {
				return err
			}
		}
		c.count(s)
	}
	if err := c.write(); err != nil {
		return err
	}
	if err := c.pledge(); err != nil {
		return err
	}
	return c.runs.newsOf(c.tx, c.run, c.slips[0].ID, c.slips[len(c.slips)-1].ID, c.held > 0)
}

// look holds a line that cannot be paid as it is, and finds the funds of one that can.
func (c *part) look(s *Slip) error {
	s.hold(s.flaw())
	for _, share := range s.Shares {
		b := borne{Share: share}
		if share.Fen > 0 {
			f, err := c.fund(share.Payer, share.Fund, s.Path)
			if err != nil {
				return err
			}
			if f == nil {
				s.hold(fmt.Sprintf("没有可用的资金：%s（%s）", share.Fund, share.Payer))
			} else {
				b.ID = f.ID
			}
		}
		s.borne = append(s.borne, b)
	}
	return nil
}

// flaw says what keeps a line from being paid; "" for nothing.
func (s *Slip) flaw() string {
	var sum money.Fen
	for _, share := range s.Shares {
		if share.Fen < 0 || share.Fen > ledger.MaxFen {
			return "分担额不对"
		}
		sum += share.Fen
	}
	switch {
	case s.Fen <= 0 || s.Fen > ledger.MaxFen:
		return "金额不对"
	case len(s.Shares) == 0 || len(s.Shares) > 20 || sum != s.Fen:
		return "分担额之和与金额不符"
	case strings.TrimSpace(s.Account) == "" || strings.TrimSpace(s.Name) == "":
		return "没有收款账号"
	}
	return ""
}

func (s *Slip) hold(why string) {
	if why != "" && s.State == Due {
		s.State, s.Why, s.Part = Held, why, 0
	}
}

// open looks what the funds have left, and keeps others from pledging it meanwhile.
func (c *part) open() error {
	c.purses = map[db.ID]*purse{}
	for _, f := range c.funds {
		if f != nil {
			c.purses[f.ID] = &purse{fund: *f}
		}
	}
	today := place.Today(c.tx)
	for _, id := range c.order() {
		p := c.purses[id]
		if err := ledger.Lock(c.tx, id); err != nil {
			return err
		}
		s, err := ledger.StandingOf(c.tx, p.fund, today.Year, today)
		if err != nil {
			return err
		}
		p.left = s.Left
	}
	rows, err := c.tx.Query("select fund from payrun_part where run = ? and short_lines > 0", c.run.ID)
	if err != nil {
		return wrap("find what is short", err)
	}
	for rows.Next() {
		var id db.ID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		if p := c.purses[id]; p != nil {
			p.dry = true
		}
	}
	return rows.Err()
}

// order is the purses by id: all lock in one order.
func (c *part) order() []db.ID {
	ids := make([]db.ID, 0, len(c.purses))
	for id := range c.purses {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, cmp.Compare)
	return ids
}

// afford takes the money of a line out of the purses, or holds it. Once a fund could not pay a line it pays no later one of the run: who comes first is
// paid first.
func (c *part) afford(s *Slip) bool {
	for _, b := range s.borne {
		if p := c.purses[b.ID]; p != nil && (p.dry || p.left < b.Fen) {
			s.hold(fmt.Sprintf("预算不足：%s", p.fund.Name))
			p.dry = true
		}
	}
	for _, b := range s.borne {
		p := c.purses[b.ID]
		switch {
		case p == nil:
		case s.State != Due:
			if p.dry {
				p.short += b.Fen
				p.shorts++
			}
		default:
			p.left -= b.Fen
			p.fen += b.Fen
			p.lines++
		}
	}
	return s.State == Due
}

func (c *part) count(s *Slip) {
	if s.State == Held {
		c.held++
		c.heldFen += min(max(s.Fen, 0), ledger.MaxFen)
		return
	}
	c.lines++
	c.fen += s.Fen
	c.withheld += s.Withheld
}

// lineRows keeps a statement below the number of placeholders that PostgreSQL takes.
const lineRows = 200

func (c *part) write() error {
	const width = 22
	row := "(" + db.Marks(width) + "), "
	for some := range slices.Chunk(c.slips, lineRows) {
		args := make([]any, 0, len(some)*width)
		for i := range some {
			s := &some[i]
			shares, err := json.Marshal(s.borne)
			if err != nil {
				return err
			}
			args = append(args, s.ID, s.Run, s.Part, s.Key, 1, string(s.State), s.Source, s.Benefit, s.Ref, payee(s.Payee), s.Name, s.Bank, s.Account, s.Path, s.Period,
				int64(s.Fen), int64(s.Withheld), string(shares), s.Clause.String(), s.Pack, s.Words, s.Why)
		}
		if err := c.tx.Exec(`insert into payrun_line (id, run, part, key, live, state, source, benefit, ref, payee, name, bank, account, path, period, fen, withheld, shares,
			clause, pack, words, why) values `+strings.TrimSuffix(strings.Repeat(row, len(some)), ", "), args...); err != nil {
			return wrap("write lines", err)
		}
	}
	return wrap("note chunk", c.tx.Exec("insert into payrun_chunk (run, part, first_id, last_id) values (?, ?, ?, ?)", c.run.ID, c.number, c.slips[0].ID, c.slips[len(c.slips)-1].ID))
}

// pledge notes what the chunk takes from each fund, and pledges it in the ledger.
func (c *part) pledge() error {
	p := ledger.Posting{Key: fmt.Sprintf("payrun/%s/%d/pledge", c.run.ID, c.number), Day: place.Today(c.tx), Words: fmt.Sprintf("%s 第 %d 块占用预算", c.run.Name, c.number),
		Clause: budgeted, Ref: ledger.Ref{Kind: "payrun", ID: c.run.ID}}
	for _, id := range c.order() {
		q := c.purses[id]
		if q.lines == 0 && q.shorts == 0 {
			continue
		}
		if err := c.tx.Exec("insert into payrun_part (run, part, fund, lines, fen, withheld, short, short_lines) values (?, ?, ?, ?, ?, ?, ?, ?)",
			c.run.ID, c.number, id, q.lines, int64(q.fen), int64(q.withheld), int64(q.short), q.shorts); err != nil {
			return wrap("write part", err)
		}
		if q.fen > 0 {
			p.Lines = append(p.Lines, ledger.Debit(q.fund.Account(ledger.Pledge), q.fen), ledger.Credit(q.fund.Account(ledger.Cover), q.fen))
		}
	}
	if len(p.Lines) == 0 {
		return nil
	}
	_, err := ledger.Post(c.tx, staff.Job("payrun"), p)
	return err
}

// newsArgs name the lines of a run of which something is to be told.
type newsArgs struct{ Run, From, To db.ID }

// newsOf lets sources hear what became of lines, if one of them wants to.
func (x *Runs) newsOf(tx *db.Tx, r *Run, from, to db.ID, any bool) error {
	if !any || !slices.ContainsFunc(r.Sources, func(s string) bool { return x.offers[s].Told != nil }) {
		return nil
	}
	_, err := job.Enqueue(tx, jobNews, newsArgs{r.ID, from, to})
	return err
}

// tell is the job of newsOf.
func (x *Runs) tell(tx *db.Tx, j job.Job) error {
	var a newsArgs
	if err := j.Decode(&a); err != nil {
		return err
	}
	list, err := db.Select(tx, scanSlip, "select "+slipColumns+" from payrun_line l where l.run = ? and l.id >= ? and l.id <= ? and l.state in ('held', 'paid', 'returned') order by l.id",
		a.Run, a.From, a.To)
	if err != nil {
		return wrap("read news", err)
	}
	news := map[string][]News{}
	for i := range list {
		s := &list[i]
		news[s.Source] = append(news[s.Source], News{Key: s.Key, Ref: s.Ref, Line: s.ID, State: s.State, Fen: s.Fen, Why: s.Why})
	}
	for _, name := range x.order {
		if told := x.offers[name].Told; told != nil && len(news[name]) > 0 {
			if err := told(tx, news[name]); err != nil {
				return fmt.Errorf("tell %s: %w", name, err)
			}
		}
	}
	return nil
}
