package payrun

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/place"
	"linli/internal/sheet"
	"linli/internal/staff"
)

// BackColumns are those that a file of returns needs, under any order: the number of the line, the amount, whether it was paid (成功 or 失败), why not, and the bank's own number.
var BackColumns = []string{"流水号", "金额（元）", "结果", "原因", "银行流水"}

// A Back (回盘) is one row of what the bank sent back.
type Back struct {
	Row    int
	Line   db.ID
	Fen    money.Fen
	Paid   bool
	Why    string
	Serial string
}

// A File (回盘文件) is what came of taking in a file of returns.
type File struct {
	ID       db.ID
	Run      db.ID
	Name     string
	SHA      string
	Done     bool
	Paid     int
	Returned int
	Same     int      // told before
	Wrong    int      // rows that are not of the run, or do not agree
	Troubles []string // of some of those
	By       string
	At       db.Time
}

// manyTroubles are as many as a file keeps in words.
const manyTroubles = 20

// ReadBack reads a file of returns (text or workbook) and its digest. Returns invalid for one without the columns; rows that say nothing readable are in troubles.
func ReadBack(name string, whole io.Reader) (rows []Back, sha string, troubles []string, err error) {
	h := sha256.New()
	if _, err := io.Copy(h, whole); err != nil {
		return nil, "", nil, err
	}
	t, err := sheet.Open(name)
	if err != nil {
		return nil, "", nil, err
	}
	defer t.Close()
	at := map[string]int{}
	for i, c := range t.Heading {
		at[strings.TrimSpace(strings.Trim(c, "\ufeff"))] = i
	}
	for _, c := range BackColumns[:3] {
		if _, ok := at[c]; !ok {
			return nil, "", nil, fault.Invalid("file", "回盘文件缺少“%s”一栏", c)
		}
	}
	for {
		rec, err := t.Next()
		if errors.Is(err, io.EOF) {
			return rows, hex.EncodeToString(h.Sum(nil)), troubles, nil
		}
		if err != nil {
			return nil, "", nil, err
		}
		if words := t.Fit(&rec); words != "" {
			troubles = append(troubles, fmt.Sprintf("第 %d 行：%s", rec.Line, words))
			continue
		}
		cell := func(name string) string {
			i, ok := at[name]
			if !ok || i >= len(rec.Cells) {
				return ""
			}
			return strings.TrimPrefix(strings.TrimSpace(rec.Cells[i]), "'")
		}
		b, trouble := back(cell)
		if trouble != "" {
			troubles = append(troubles, fmt.Sprintf("第 %d 行：%s", rec.Line, trouble))
			continue
		}
		b.Row = rec.Line
		rows = append(rows, b)
	}
}

// back reads one row.
func back(cell func(string) string) (b Back, trouble string) {
	var err error
	if b.Line, err = db.ParseID(strings.ToLower(cell("流水号"))); err != nil {
		return b, "流水号不对"
	}
	if b.Fen, err = money.Parse(cell("金额（元）")); err != nil {
		return b, "金额不对"
	}
	switch cell("结果") {
	case "成功", "已发", "1":
		b.Paid = true
	case "失败", "退回", "0":
		if b.Why = cell("原因"); b.Why == "" {
			b.Why = "银行未说明原因"
		}
	default:
		return b, "结果应为“成功”或“失败”"
	}
	b.Serial = cell("银行流水")
	return b, ""
}

// TakeBack takes in what the bank answered, in chunks, each of its own transaction. The same file again does nothing; one that was left half goes on.
func (x *Runs) TakeBack(ctx context.Context, d *db.DB, by staff.Actor, run db.ID, name, sha string, rows []Back, troubles []string) (File, error) {
	var f File
	err := d.Write(ctx, func(tx *db.Tx) (err error) { f, err = x.beginBack(tx, by, run, name, sha, troubles); return err })
	if err != nil || f.Done {
		return f, err
	}
	for some := range slices.Chunk(rows, page) {
		if err := d.Write(ctx, func(tx *db.Tx) error { return x.takeSome(tx, by, f.ID, some) }); err != nil {
			return f, err
		}
	}
	err = d.Write(ctx, func(tx *db.Tx) (err error) {
		if err := tx.Exec("update payrun_file set done = 1 where id = ?", f.ID); err != nil {
			return err
		}
		if f, err = fileOf(tx, f.ID); err != nil {
			return err
		}
		return record(tx, by, "payrun.back", run, []any{sha, f.Paid, f.Returned, f.Wrong})
	})
	return f, err
}

func (x *Runs) beginBack(tx *db.Tx, by staff.Actor, run db.ID, name, sha string, troubles []string) (File, error) {
	v, err := x.Get(tx, by, run)
	if err != nil {
		return File{}, err
	}
	if err := maker(by, v.Path); err != nil {
		return File{}, err
	}
	if v.Stage != Sent && v.Stage != Closed {
		return File{}, fault.Conflict("“%s”现在是“%s”，送银行以后才有回盘", v.Name, v.Stage.Words())
	}
	id := db.NewID()
	if err := tx.Exec("insert into payrun_file (id, run, sha, name, wrong, troubles, by_id, by_name, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (run, sha) do nothing",
		id, run, sha, name, len(troubles), strings.Join(troubles[:min(len(troubles), manyTroubles)], "\n"), by.Account, by.Name, db.At(tx.Now())); err != nil {
		return File{}, wrap("note file", err)
	}
	if err := tx.QueryRow("select id from payrun_file where run = ? and sha = ?", run, sha).Scan(&id); err != nil {
		return File{}, wrap("note file", err)
	}
	return fileOf(tx, id)
}

const fileColumns = "id, run, name, sha, done, paid, returned, same, wrong, troubles, by_name, at"

func scanFile(r *db.Rows) (f File, err error) {
	var troubles string
	err = r.Scan(&f.ID, &f.Run, &f.Name, &f.SHA, &f.Done, &f.Paid, &f.Returned, &f.Same, &f.Wrong, &troubles, &f.By, &f.At)
	if troubles != "" {
		f.Troubles = strings.Split(troubles, "\n")
	}
	return f, err
}

func fileOf(tx *db.Tx, id db.ID) (File, error) {
	list, err := db.Select(tx, scanFile, "select "+fileColumns+" from payrun_file where id = ?", id)
	if err != nil || len(list) == 0 {
		return File{}, wrap("find file", err)
	}
	return list[0], nil
}

// Files lists the files of returns of a run.
func (x *Runs) Files(tx *db.Tx, by staff.Actor, run db.ID) ([]File, error) {
	if _, err := x.Get(tx, by, run); err != nil {
		return nil, err
	}
	list, err := db.Select(tx, scanFile, "select "+fileColumns+" from payrun_file where run = ? order by id", run)
	return list, wrap("list files", err)
}

// answered is what a chunk of a file does.
type answered struct {
	file           File
	paid, returned []*Slip
	rows           map[db.ID]*Back
	same           int
	troubles       []string
}

// takeSome takes in some rows.
func (x *Runs) takeSome(tx *db.Tx, by staff.Actor, file db.ID, rows []Back) error {
	f, err := fileOf(tx, file)
	if err != nil || f.Done {
		return err
	}
	v, err := runOf(tx, f.Run)
	if err != nil {
		return err
	}
	a := answered{file: f, rows: map[db.ID]*Back{}}
	args := make([]any, len(rows))
	for i := range rows {
		args[i] = rows[i].Line
	}
	list, err := db.Select(tx, scanSlip, "select "+slipColumns+" from payrun_line l where l.id in ("+db.Marks(len(args))+") order by l.id", args...)
	if err != nil {
		return wrap("find lines", err)
	}
	of := map[db.ID]*Slip{}
	for i := range list {
		if list[i].Run == v.ID {
			of[list[i].ID] = &list[i]
		}
	}
	for i := range rows {
		a.judge(&rows[i], of[rows[i].Line])
	}
	if len(a.paid)+len(a.returned) > 0 {
		if err := x.settleBack(tx, by, &v, &a); err != nil {
			return err
		}
	}
	if err := tx.ExecOne("update payrun_run set paid = paid + ?, paid_fen = paid_fen + ?, returned = returned + ?, returned_fen = returned_fen + ? where id = ?",
		len(a.paid), int64(net(a.paid)), len(a.returned), int64(net(a.returned)), v.ID); err != nil {
		return err
	}
	words := append(f.Troubles, a.troubles...)
	return tx.ExecOne("update payrun_file set paid = paid + ?, returned = returned + ?, same = same + ?, wrong = wrong + ?, troubles = ? where id = ? and done = 0",
		len(a.paid), len(a.returned), a.same, len(a.troubles), strings.Join(words[:min(len(words), manyTroubles)], "\n"), file)
}

func net(list []*Slip) (sum money.Fen) {
	for _, s := range list {
		sum += s.Net()
	}
	return sum
}

// judge says what a row does to its line.
func (a *answered) judge(b *Back, s *Slip) {
	wrong := func(format string, args ...any) {
		a.troubles = append(a.troubles, fmt.Sprintf("第 %d 行：", b.Row)+fmt.Sprintf(format, args...))
	}
	switch {
	case s == nil:
		wrong("流水号 %s 不是本批次的", b.Line)
	case a.rows[b.Line] != nil:
		wrong("流水号 %s 重复", b.Line)
	case s.Net() != b.Fen:
		wrong("%s 的金额应为 %s，回盘为 %s", s.Name, s.Net().Words(), b.Fen.Words())
	case s.State == Paid && b.Paid, (s.State == Returned || s.State == Carried) && !b.Paid:
		a.same++
	case s.State != Booked:
		wrong("%s 已经是“%s”，回盘说法不同，请与银行核对", s.Name, s.State.Words())
	case b.Paid:
		a.paid = append(a.paid, s)
		a.rows[b.Line] = b
	default:
		a.returned = append(a.returned, s)
		a.rows[b.Line] = b
	}
}

// settleBack writes what became of lines, in the ledger and in the run.
func (x *Runs) settleBack(tx *db.Tx, by staff.Actor, v *Run, a *answered) error {
	first, last := a.span()
	p := ledger.Posting{Key: "payrun/" + v.ID.String() + "/back/" + first.String(), Day: place.Today(tx), Words: fmt.Sprintf("%s 回盘：已发 %d 条，退回 %d 条", v.Name, len(a.paid), len(a.returned)),
		Clause: budgeted, Ref: ledger.Ref{Kind: "payrun", ID: v.ID}}
	for _, s := range a.paid {
		for _, b := range s.borne {
			if f := (ledger.Fund{ID: b.ID}); b.Fen > b.Back {
				p.Lines = append(p.Lines, ledger.Debit(f.Account(ledger.Owing), b.Fen-b.Back), ledger.Credit(f.Account(ledger.Bank), b.Fen-b.Back))
			}
		}
	}
	for _, s := range a.returned { // as if it had never been booked
		for _, b := range s.borne {
			if f := (ledger.Fund{ID: b.ID}); b.Fen > 0 {
				p.Lines = append(p.Lines, ledger.Debit(f.Account(ledger.Owing), b.Fen-b.Back), ledger.Debit(f.Account(ledger.Claims), b.Back), ledger.Credit(f.Account(ledger.Spent), b.Fen))
			}
		}
	}
	e, err := ledger.Post(tx, by, p)
	if err != nil {
		return err
	}
	for _, group := range []struct {
		list []*Slip
		to   State
	}{{a.paid, Paid}, {a.returned, Returned}} {
		if err := a.write(tx, group.list, group.to, e.ID); err != nil {
			return err
		}
	}
	return x.newsOf(tx, v, first, last, true)
}

// span is the first and last line that the rows settle.
func (a *answered) span() (first, last db.ID) {
	for _, list := range [][]*Slip{a.paid, a.returned} {
		for _, s := range list {
			if first.IsZero() || s.ID < first {
				first = s.ID
			}
			last = max(last, s.ID)
		}
	}
	return first, last
}

// write moves lines to their state and notes what the bank said of each.
func (a *answered) write(tx *db.Tx, list []*Slip, to State, entry db.ID) error {
	paid := 0
	if to == Paid {
		paid = 1
	}
	for some := range slices.Chunk(list, 500) {
		ids := make([]any, 0, len(some)+2)
		ids = append(ids, string(to))
		rows := make([]any, 0, len(some)*7)
		for _, s := range some {
			b := a.rows[s.ID]
			ids = append(ids, s.ID)
			rows = append(rows, s.ID, s.Run, a.file.ID, paid, b.Why, b.Serial, entry)
		}
		n, err := tx.ExecCount("update payrun_line set state = ? where state = 'booked' and id in ("+db.Marks(len(some))+")", ids...)
		if err != nil {
			return wrap("settle lines", err)
		}
		if n != int64(len(some)) {
			return fault.Conflict("有明细刚由别的回盘文件处理过，请再导入一次")
		}
		if err := tx.Exec("insert into payrun_outcome (line, run, file, paid, why, serial, entry) values "+
			strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?, ?), ", len(some)), ", "), rows...); err != nil {
			return wrap("note outcome", err)
		}
	}
	if to != Returned {
		return nil
	}
	for _, s := range list {
		if err := tx.Exec("update payrun_line set why = ? where id = ?", a.rows[s.ID].Why, s.ID); err != nil {
			return wrap("note reason", err)
		}
		if s.Withheld > 0 {
			if err := undoWithheld(tx, "l.id = ?", s.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
