package payrun

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/money"
	"linli/internal/sheet"
	"linli/internal/staff"
)

// Columns are those of the file for the bank, in their order. docs/tasks/run-a-pay-run.md tells what each means.
var Columns = []string{"序号", "流水号", "户名", "账号", "开户行", "金额（元）", "用途"}

// page is how many lines are read at once for a file.
const page = 2000

// Export writes the file for the bank: every line that was booked, in the order of the run, the same at any time. Returns conflict before the run is posted.
func (x *Runs) Export(tx *db.Tx, by staff.Actor, id db.ID, w sheet.Writer) error {
	v, err := x.Get(tx, by, id)
	if err != nil {
		return err
	}
	if by.HasAny(staff.Auditor) && maker(by, v.Path) != nil && checker(by, v.Path) != nil {
		return fault.Forbidden("银行文件由经办人和复核人导出")
	}
	if v.Stage != Posted && v.Stage != Sent && v.Stage != Closed {
		return fault.Conflict("“%s”现在是“%s”，记账以后才有银行文件", v.Name, v.Stage.Words())
	}
	return export(tx, &v, w)
}

func export(tx *db.Tx, v *Run, w sheet.Writer) error {
	if err := w.Row(Columns); err != nil {
		return err
	}
	type out struct {
		id                  db.ID
		name, account, bank string
		fen                 int64
	}
	after, n := db.ID(0), 0
	for {
		list, err := db.Select(tx, func(r *db.Rows) (o out, err error) { return o, r.Scan(&o.id, &o.name, &o.account, &o.bank, &o.fen) },
			`select l.id, l.name, l.account, l.bank, l.fen - l.withheld from payrun_line l where l.run = ? and l.id > ? and l.part > 0 and l.fen > l.withheld
			and (l.state <> 'dropped' or l.id in (select o.line from payrun_outcome o)) order by l.id limit ?`, v.ID, after, page)
		if err != nil {
			return wrap("read lines", err)
		}
		for _, o := range list {
			n++
			if err := w.Row([]string{strconv.Itoa(n), o.id.String(), o.name, o.account, o.bank, money.Fen(o.fen).String(), v.Name}); err != nil {
				return err
			}
		}
		if len(list) < page {
			return w.Close()
		}
		after = list[len(list)-1].id
	}
}

// hash is the digest of the file as text.
func hash(tx *db.Tx, v *Run) (string, error) {
	h := sha256.New()
	w, err := sheet.NewCSV(h)
	if err != nil {
		return "", err
	}
	if err := export(tx, v, w); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Send says that the file of a posted run went to the bank, and keeps its digest.
func (x *Runs) Send(tx *db.Tx, by staff.Actor, id db.ID) error {
	v, err := x.Get(tx, by, id)
	if err != nil {
		return err
	}
	if err := maker(by, v.Path); err != nil {
		return err
	}
	if v.Stage != Posted {
		return taken(v)
	}
	sha, err := hash(tx, &v)
	if err != nil {
		return err
	}
	if err := move(tx, &v, Sent, []Stage{Posted}, ", sha = ?, sent_name = ?, sent_at = ?", sha, by.Name, db.At(tx.Now())); err != nil {
		return err
	}
	return record(tx, by, "payrun.send", id, sha)
}

// Close ends a run of which the bank has answered every line. What it held comes back in a later run.
func (x *Runs) Close(tx *db.Tx, by staff.Actor, id db.ID) error {
	v, err := x.Get(tx, by, id)
	if err != nil {
		return err
	}
	if err := maker(by, v.Path); err != nil {
		return err
	}
	var open int
	if err := tx.QueryRow("select count(*) from payrun_line where run = ? and state = 'booked'", id).Scan(&open); err != nil {
		return wrap("count lines", err)
	}
	if open > 0 {
		return fault.Conflict("还有 %d 条没有银行结果，请先导入回盘文件", open)
	}
	if err := move(tx, &v, Closed, []Stage{Sent}, ", closed_at = ?", db.At(tx.Now())); err != nil {
		return err
	}
	return record(tx, by, "payrun.close", id, []any{v.Paid, v.Returned, v.Held})
}

// A Mend (更正账号) is where the money of a line that was held or returned should go instead, from the next run on.
type Mend struct {
	Name, Bank, Account string
	By                  string
	At                  db.Time
}

// Mend puts the account of a held or returned line right.
func (x *Runs) Mend(tx *db.Tx, by staff.Actor, line db.ID, m Mend) error {
	s, err := x.Slip(tx, by, line)
	if err != nil {
		return err
	}
	if err := maker(by, s.Path); err != nil {
		return err
	}
	switch {
	case s.State != Held && s.State != Returned:
		return fault.Conflict("这一条现在是“%s”，不能改账号", s.State.Words())
	case m.Name == "":
		return fault.Invalid("name", "请填写户名")
	case !goodAccount(m.Account):
		return fault.Invalid("account", "账号应为 6 到 30 位数字")
	}
	err = tx.Exec(`insert into payrun_mend (line, name, bank, account, by_id, by_name, at) values (?, ?, ?, ?, ?, ?, ?) on conflict (line) do update set
		name = excluded.name, bank = excluded.bank, account = excluded.account, by_id = excluded.by_id, by_name = excluded.by_name, at = excluded.at`,
		line, m.Name, m.Bank, m.Account, by.Account, by.Name, db.At(tx.Now()))
	if err != nil {
		return wrap("mend account", err)
	}
	return record(tx, by, "payrun.mend", line, nil)
}

func goodAccount(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) >= 6 && len(s) <= 30
}

func mendOf(tx *db.Tx, line db.ID) (m Mend, ok bool, err error) {
	err = tx.QueryRow("select name, bank, account, by_name, at from payrun_mend where line = ?", line).Scan(&m.Name, &m.Bank, &m.Account, &m.By, &m.At)
	if errors.Is(err, db.ErrNoRows) {
		return m, false, nil
	}
	return m, err == nil, wrap("read mended account", err)
}

// MaskAccount hides all but the last four digits of an account.
func MaskAccount(s string) string {
	if len(s) <= 4 {
		return s
	}
	return string(bytes.Repeat([]byte("*"), 4)) + s[len(s)-4:]
}

// Slip returns one line to who may see its money. Returns notfound.
func (x *Runs) Slip(tx *db.Tx, by staff.Actor, id db.ID) (Slip, error) {
	s, err := lineOf(tx, "l.id = ?", id)
	if err != nil {
		return s, err
	}
	_, err = x.Get(tx, by, s.Run) // who sees the run sees its lines
	return s, err
}

// A Query (明细条件) asks for lines of a run.
type Query struct {
	State State // "" for all
	Words string
	After db.ID
	Limit int
}

// Slips lists lines of a run, in its order.
func (x *Runs) Slips(tx *db.Tx, by staff.Actor, run db.ID, q Query) ([]Slip, error) {
	if _, err := x.Get(tx, by, run); err != nil {
		return nil, err
	}
	where, args := "l.run = ? and l.id > ?", []any{run, q.After}
	if slices.Contains(States, q.State) { // in the text: an index holds only some states
		where += " and l.state = '" + string(q.State) + "'"
	}
	if q.Words != "" {
		where, args = where+" and (l.name = ? or l.account = ? or l.key = ?)", append(args, q.Words, q.Words, q.Words)
	}
	list, err := db.Select(tx, scanSlip, "select "+slipColumns+" from payrun_line l where "+where+" order by l.id limit ?", append(args, q.Limit)...)
	return list, wrap("list lines", err)
}

// Paid lists what was paid, or is on its way, for one thing that a source owes for, the latest first.
func (x *Runs) Paid(tx *db.Tx, source string, ref db.ID) ([]Slip, error) {
	list, err := db.Select(tx, scanSlip, "select "+slipColumns+" from payrun_line l where l.source = ? and l.ref = ? and l.state in ('booked', 'paid', 'returned', 'held', 'due') order by l.id desc limit 400",
		source, ref)
	return list, wrap("list payments", err)
}
