package ledger

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/money"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Ref (账目来由) is what an entry is about: a run, a claim, a deposit.
type Ref struct {
	Kind string
	ID   db.ID
}

// String returns kind and id.
func (r Ref) String() string { return r.Kind + ":" + r.ID.String() }

// A Line (分录行) is one amount on one account: a debit when positive, a credit when negative.
type Line struct {
	Account string
	Fen     money.Fen
}

// Debit and Credit make lines of amounts that are not negative.
func Debit(account string, fen money.Fen) Line  { return Line{account, fen} }
func Credit(account string, fen money.Fen) Line { return Line{account, -fen} }

// A Posting (记账) asks for an entry.
type Posting struct {
	Key    string // said once for ever
	Day    civil.Date
	Words  string
	Clause law.Clause
	Ref    Ref
	Lines  []Line
}

// An Entry (分录) is what stands in the books.
type Entry struct {
	ID       db.ID
	Key      string
	Month    string // in whose books it stands, "2026-11"
	Seq      int
	Day      civil.Date
	Late     bool // the month of its day was closed
	Words    string
	Clause   law.Clause
	Ref      Ref
	Reverses db.ID // the entry that this one undoes; zero for none
	By       string
	At       db.Time
	Lines    []Line // of EntryOf
}

// Number is how an entry is called: its month and its turn in it.
func (e *Entry) Number() string { return fmt.Sprintf("%s-%05d", e.Month, e.Seq) }

// MaxFen is the largest amount of a line, ten thousand billion yuan, and maxSum what an account may sum to in a month.
const (
	MaxFen = money.Fen(1_000_000_000_000_000)
	maxSum = int64(4_000_000_000_000_000_000)
)

// Post writes an entry. Lines of one account are summed, and those of nothing left out. Returns invalid when it does not balance or names an unknown account,
// conflict when the key stands for something else.
func Post(tx *db.Tx, by staff.Actor, p Posting) (Entry, error) { return post(tx, by, p, 0) }

func post(tx *db.Tx, by staff.Actor, p Posting, reverses db.ID) (Entry, error) {
	lines, err := check(tx, &p)
	if err != nil {
		return Entry{}, err
	}
	p.Lines = lines
	digest := p.digest()
	was, old, err := byKey(tx, p.Key)
	switch {
	case err != nil:
		return Entry{}, err
	case !was.ID.IsZero() && string(old) == string(digest):
		return was, nil
	case !was.ID.IsZero():
		return Entry{}, fault.Conflict("这一笔已经记过账（%s），内容不同", was.Number())
	}
	e := Entry{ID: db.NewID(), Key: p.Key, Day: p.Day, Words: p.Words, Clause: p.Clause, Ref: p.Ref, Reverses: reverses, By: by.Name, At: db.At(tx.Now()), Lines: lines}
	if e.Month, e.Seq, err = number(tx, monthOf(p.Day)); err != nil {
		return Entry{}, err
	}
	if e.Late = e.Month != monthOf(p.Day); e.Late {
		e.Words = cut(e.Words, 400) + fmt.Sprintf("（%s 已结账，记入 %s）", monthOf(p.Day), e.Month)
	}
	if err := e.write(tx, by, digest); err != nil {
		return Entry{}, err
	}
	city, err := place.City(tx)
	if err != nil {
		return Entry{}, err
	}
	return e, audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: "ledger.post", Subject: "entry:" + e.ID.String(), Digest: [32]byte(digest)})
}

// check refuses what cannot be posted and returns the lines, one an account.
func check(tx *db.Tx, p *Posting) ([]Line, error) {
	p.Words = strings.TrimSpace(p.Words)
	switch {
	case p.Key == "" || len(p.Key) > 200:
		return nil, fault.Internal(fmt.Errorf("posting with key %q", p.Key), "记账缺少幂等键")
	case p.Words == "":
		return nil, fault.Invalid("words", "请写明这一笔是什么")
	case p.Day.IsZero() || p.Day.After(place.Today(tx)):
		return nil, fault.Invalid("day", "记账日期不能晚于今天")
	}
	p.Words = cut(p.Words, 400)
	sums := map[string]money.Fen{}
	var total money.Fen
	var err error
	for _, l := range p.Lines {
		if l.Fen > MaxFen || l.Fen < -MaxFen {
			return nil, fault.Invalid("fen", "金额 %s 超出一笔账的上限", l.Fen.Words())
		}
		if sums[l.Account], err = sums[l.Account].Add(l.Fen); err != nil {
			return nil, overflow(err)
		}
		if total, err = total.Add(l.Fen); err != nil {
			return nil, overflow(err)
		}
	}
	if total != 0 {
		return nil, fault.Invalid("lines", "借贷不平，相差 %s", total.Words())
	}
	lines := make([]Line, 0, len(sums))
	for code, fen := range sums {
		if fen != 0 {
			lines = append(lines, Line{code, fen})
		}
	}
	if len(lines) == 0 {
		return nil, fault.Invalid("lines", "这一笔没有金额")
	}
	slices.SortFunc(lines, func(a, b Line) int { return strings.Compare(a.Account, b.Account) })
	return lines, known(tx, lines)
}

func overflow(err error) error { return fault.Invalid("fen", "%s", err.Error()) }

// known refuses lines on accounts that nobody opened.
func known(tx *db.Tx, lines []Line) error {
	for some := range slices.Chunk(lines, 500) {
		args := make([]any, len(some))
		for i, l := range some {
			args[i] = l.Account
		}
		list, err := db.Select(tx, scanAccount, "select "+accountColumns+" from ledger_account where code in ("+db.Marks(len(args))+")", args...)
		if err != nil {
			return wrap("find accounts", err)
		}
		for _, l := range some {
			if !slices.ContainsFunc(list, func(a Account) bool { return a.Code == l.Account }) {
				return fault.Invalid("account", "没有科目 %s，请先开设", l.Account)
			}
		}
	}
	return nil
}

// digest tells a posting from another.
func (p *Posting) digest() []byte {
	text, err := json.Marshal([]any{p.Key, p.Day, p.Words, p.Clause, p.Ref, p.Lines})
	if err != nil {
		panic(err) // texts and numbers only
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

// number takes the next number of the first open month from one on.
func number(tx *db.Tx, month string) (string, int, error) {
	var closed string
	if err := tx.QueryRow("select max(month) from ledger_month where closed = 1").Scan(&closed); err != nil {
		return "", 0, wrap("find open month", err)
	}
	if month <= closed {
		month = nextMonth(closed)
	}
	for {
		var seq, shut int
		err := tx.QueryRow(`insert into ledger_month (month, entries) values (?, 1) on conflict (month) do update set entries = ledger_month.entries + (1 - ledger_month.closed)
			returning entries, closed`, month).Scan(&seq, &shut)
		if err != nil {
			return "", 0, wrap("number entry", err)
		}
		if shut == 0 {
			return month, seq, nil
		}
		month = nextMonth(month) // closed by somebody this very moment
	}
}

func (e *Entry) write(tx *db.Tx, by staff.Actor, digest []byte) error {
	err := tx.Exec(`insert into ledger_entry (id, key, month, seq, day, late, words, clause, ref_kind, ref, reverses, digest, by_id, by_name, at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, e.ID, e.Key, e.Month, e.Seq, e.Day, flag(e.Late), e.Words, e.Clause.String(), e.Ref.Kind, e.Ref.ID,
		e.Reverses, digest, by.Account, e.By, e.At)
	if err != nil {
		return wrap("write entry", err)
	}
	for i := 0; i < len(e.Lines); i += 200 {
		var args []any
		some := e.Lines[i:min(i+200, len(e.Lines))]
		for j, l := range some {
			args = append(args, e.ID, i+j+1, l.Account, e.Month, int64(l.Fen))
		}
		if err := tx.Exec("insert into ledger_line (entry, seq, account, month, fen) values "+strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?), ", len(some)), ", "), args...); err != nil {
			return wrap("write lines", err)
		}
	}
	for _, l := range e.Lines { // in the order of codes, so that two who post do not wait for each other in a circle
		if err := l.sum(tx, e.Month); err != nil {
			return err
		}
	}
	return nil
}

// sum adds a line to the sums of its account and month.
func (l Line) sum(tx *db.Tx, month string) error {
	var debit, credit int64
	err := tx.QueryRow(`insert into ledger_sum (account, month, debit, credit, lines) values (?, ?, ?, ?, 1) on conflict (account, month) do update set
		debit = ledger_sum.debit + excluded.debit, credit = ledger_sum.credit + excluded.credit, lines = ledger_sum.lines + 1 returning debit, credit`,
		l.Account, month, max(0, int64(l.Fen)), max(0, -int64(l.Fen))).Scan(&debit, &credit)
	if err == nil && (debit > maxSum || credit > maxSum) {
		return overflow(money.ErrOverflow)
	}
	return wrap("sum account", err)
}

// Reverse undoes an entry by one of the opposite amounts, dated today. The same again answers with the entry that stands. Returns refused for an entry that itself reverses.
func Reverse(tx *db.Tx, by staff.Actor, id db.ID, words string) (Entry, error) {
	e, err := EntryOf(tx, id)
	if err != nil {
		return e, err
	}
	if !e.Reverses.IsZero() {
		return Entry{}, fault.Refused(upright, "冲正的分录不能再冲正，请重新记一笔")
	}
	was, _, err := byKey(tx, "reverse/"+id.String())
	if err != nil || !was.ID.IsZero() {
		return was, err
	}
	p := Posting{Key: "reverse/" + id.String(), Day: place.Today(tx), Words: "冲正 " + e.Number() + "：" + strings.TrimSpace(words), Clause: e.Clause, Ref: e.Ref}
	for _, l := range e.Lines {
		p.Lines = append(p.Lines, Line{l.Account, -l.Fen})
	}
	return post(tx, by, p, id)
}

const entryColumns = "id, key, month, seq, day, late, words, clause, ref_kind, ref, reverses, by_name, at"

func scanEntry(r *db.Rows) (e Entry, err error) {
	var clause string
	if err = r.Scan(&e.ID, &e.Key, &e.Month, &e.Seq, &e.Day, &e.Late, &e.Words, &clause, &e.Ref.Kind, &e.Ref.ID, &e.Reverses, &e.By, &e.At); err == nil && clause != "" {
		e.Clause, err = law.Parse(clause)
	}
	return e, err
}

// byKey finds what stands under a key; the zero Entry when nothing does.
func byKey(tx *db.Tx, key string) (e Entry, digest []byte, err error) {
	var id db.ID
	switch err := tx.QueryRow("select id, digest from ledger_entry where key = ?", key).Scan(&id, &digest); {
	case errors.Is(err, db.ErrNoRows):
		return Entry{}, nil, nil
	case err != nil:
		return Entry{}, nil, wrap("find entry", err)
	}
	e, err = EntryOf(tx, id)
	return e, digest, err
}

// EntryOf returns an entry with its lines. Returns notfound.
func EntryOf(tx *db.Tx, id db.ID) (Entry, error) {
	list, err := db.Select(tx, scanEntry, "select "+entryColumns+" from ledger_entry where id = ?", id)
	if err != nil {
		return Entry{}, wrap("find entry", err)
	}
	if len(list) == 0 {
		return Entry{}, fault.NotFound("没有这一笔分录")
	}
	e := list[0]
	e.Lines, err = db.Select(tx, func(r *db.Rows) (l Line, err error) {
		var fen int64
		err = r.Scan(&l.Account, &fen)
		l.Fen = money.Fen(fen)
		return l, err
	}, "select account, fen from ledger_line where entry = ? order by seq", id)
	return e, wrap("read lines", err)
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// cut keeps the first n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
