package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/duplicate"
	"linli/internal/fault"
	"linli/internal/job"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/sheet"
	"linli/internal/staff"
)

// A SentTable (送来的表) is a table of persons that somebody sent by a page, and how far it is.
type SentTable struct {
	ID    db.ID
	Name  string
	Hash  string
	Link  db.ID // of the file
	Path  string
	Owner db.ID
	By    string
	At    db.Time
	Map   PersonMap
	State TableState
	Run   string
	Job   db.ID
	Why   string // why it failed
}

// A TableState (表的进度) says how far a table is.
type TableState string

// The states, in their order.
const (
	TableSent     TableState = "sent"     // its columns are not yet mapped
	TableTrying   TableState = "trying"   // what would become of it is being found out
	TableTried    TableState = "tried"    // somebody looks at that
	TableImports  TableState = "imports"  // it is brought in
	TableImported TableState = "imported" // done
	TableFailed   TableState = "failed"   // see Why
)

// A Tables (送表处) is what pages and jobs do with tables that were sent. It is safe for concurrent use.
type Tables struct {
	DB     *db.DB
	Files  *blob.Store
	People *register.Register
	Words  func() *lexicon.Lexicon
	Actor  func(tx *db.Tx, account db.ID) (staff.Actor, error) // who acts in a job is looked up again
}

// tableJob is the kind of the job that reads a table.
const tableJob = "exchange.table"

// Register tells the runner of jobs what this package does.
func (t *Tables) Register(r *job.Runner) {
	r.HandleOutside(tableJob, t.work)
	r.OnFailed(tableJob, t.failed)
}

// mayImport returns where somebody may bring persons in.
func mayImport(by staff.Actor) error {
	if !by.HasAny(duplicate.Registrars...) {
		return fault.Forbidden("导入登记表须由登记人员或社区工作者办理")
	}
	return nil
}

// Send takes a table in. The file was received before; what it is, is found out here. Returns invalid for what is no table.
func (t *Tables) Send(tx *db.Tx, by staff.Actor, f blob.File, name string) (SentTable, error) {
	if err := mayImport(by); err != nil {
		return SentTable{}, err
	}
	s := SentTable{ID: db.NewID(), Name: blob.CleanName(name), Owner: by.Account, By: by.AuditName(), At: db.At(tx.Now()), State: TableSent, Hash: f.Hash}
	link, err := t.Files.Attach(tx, f, s.subject(), s.Name, by.AuditName())
	if err != nil {
		return s, err
	}
	s.Link = link
	return s, tx.Exec("insert into exchange_table (id, name, hash, link, path, owner, by_name, at, state) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		s.ID, s.Name, s.Hash, s.Link, s.Path, s.Owner, s.By, s.At, string(s.State))
}

func (s *SentTable) subject() string { return "table:" + s.ID.String() }

const tableColumns = "id, name, hash, link, path, owner, by_name, at, map, state, run, job, why"

func scanTable(rows *db.Rows) (s SentTable, err error) {
	var m string
	if err := rows.Scan(&s.ID, &s.Name, &s.Hash, &s.Link, &s.Path, &s.Owner, &s.By, &s.At, &m, (*string)(&s.State), &s.Run, &s.Job, &s.Why); err != nil {
		return s, err
	}
	if m != "" {
		err = json.Unmarshal([]byte(m), &s.Map)
	}
	return s, err
}

// ListTables returns the tables that somebody sent, the latest first.
func ListTables(tx *db.Tx, by staff.Actor, limit int) ([]SentTable, error) {
	return db.Select(tx, scanTable, "select "+tableColumns+" from exchange_table where owner = ? order by id desc limit ?", by.Account, limit)
}

// TableOf returns one table. Returns notfound also for one that somebody else sent: the rows in it are nobody else's.
func TableOf(tx *db.Tx, by staff.Actor, id db.ID) (SentTable, error) {
	list, err := db.Select(tx, scanTable, "select "+tableColumns+" from exchange_table where id = ?", id)
	if err == nil && (len(list) == 0 || list[0].Owner != by.Account) {
		err = fault.NotFound("没有这张送来的表")
	}
	if err != nil {
		return SentTable{}, err
	}
	return list[0], nil
}

// File opens the file of a table and returns its name on the disk.
func (t *Tables) File(tx *db.Tx, s SentTable) (string, error) {
	l, err := blob.Get(tx, s.Link)
	if err != nil {
		return "", err
	}
	f, err := t.Files.Open(l.File)
	if err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

// Try maps the columns and finds out, as a job, what would become of the rows. Returns invalid for a map that does not fit.
func (t *Tables) Try(tx *db.Tx, by staff.Actor, id db.ID, m PersonMap) error {
	s, err := TableOf(tx, by, id)
	if err != nil {
		return err
	}
	if s.State == TableTrying || s.State == TableImports || s.State == TableImported {
		return fault.Conflict("这张表正在处理或已经导入，不能再改对照")
	}
	name, err := t.File(tx, s)
	if err != nil {
		return err
	}
	table, err := sheet.OpenWith(name, sheet.Options{Sheet: m.Sheet, Heading: m.Heading})
	if err != nil {
		return err
	}
	_, err = m.columns(table.Heading, t.Words())
	if err := errors.Join(err, table.Close()); err != nil {
		return err
	}
	return t.enqueue(tx, s, m, TableTrying)
}

// Import brings a table in that was tried, as a job. Returns conflict when it was not.
func (t *Tables) Import(tx *db.Tx, by staff.Actor, id db.ID) error {
	s, err := TableOf(tx, by, id)
	if err != nil {
		return err
	}
	if s.State != TableTried && s.State != TableFailed {
		return fault.Conflict("请先试运行，看过逐行结论再导入")
	}
	return t.enqueue(tx, s, s.Map, TableImports)
}

// tableArgs are what the job is told.
type tableArgs struct {
	Table db.ID
	Trial bool
}

func (t *Tables) enqueue(tx *db.Tx, s SentTable, m PersonMap, to TableState) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	id, err := job.Enqueue(tx, tableJob, tableArgs{s.ID, to == TableTrying}, job.Unique(s.ID.String()))
	if err != nil {
		return err
	}
	return tx.ExecOne("update exchange_table set state = ?, map = ?, job = ?, why = '' where id = ? and state = ?", string(to), string(text), id, s.ID, string(s.State))
}

// work reads a table; killed at any moment, it goes on where it stopped.
func (t *Tables) work(ctx context.Context, task *job.Task) (job.Settle, error) {
	var args tableArgs
	if err := task.Job.Decode(&args); err != nil {
		return nil, job.Permanent(err)
	}
	var s SentTable
	var by staff.Actor
	var name string
	err := t.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := db.Select(tx, scanTable, "select "+tableColumns+" from exchange_table where id = ?", args.Table)
		if err != nil || len(list) == 0 {
			return errors.Join(err, errNoTable)
		}
		s = list[0]
		if by, err = t.Actor(tx, s.Owner); err != nil {
			return err
		}
		name, err = t.File(tx, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	im := &PersonImport{DB: t.DB, People: t.People, Words: t.Words(), Map: s.Map, By: by, Trial: args.Trial}
	if im.Map.Source == "" {
		im.Map.Source = clipped(s.Name, 100)
	}
	im.Progress = func(p PersonSummary) error { return task.Progress(ctx, int64(p.Read), int64(p.Rows), "") }
	sum, err := im.Run(ctx, name)
	if err != nil {
		if fault.KindOf(err) == fault.KindInvalid {
			err = job.Permanent(err)
		}
		return nil, err
	}
	to := TableImported
	if args.Trial {
		to = TableTried
	}
	return func(tx *db.Tx) error {
		return tx.ExecOne("update exchange_table set state = ?, run = ? where id = ?", string(to), sum.Run, s.ID)
	}, nil
}

var errNoTable = errors.New("the table is gone")

// failed tells whoever sent the table.
func (t *Tables) failed(tx *db.Tx, j job.Job) error {
	var args tableArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	return tx.Exec("update exchange_table set state = ?, why = ? where id = ?", string(TableFailed), clip(j.LastError, 300), args.Table)
}

// DeleteTable takes a table away that was not brought in, with its file.
func (t *Tables) DeleteTable(tx *db.Tx, by staff.Actor, id db.ID) error {
	s, err := TableOf(tx, by, id)
	if err != nil {
		return err
	}
	if s.State == TableTrying || s.State == TableImports {
		return fault.Conflict("这张表正在处理，请等它完成")
	}
	return removeTable(tx, s)
}

// sweepMost bounds how many tables one transaction takes away.
const sweepMost = 50

// SweepTables takes away tables whose last run ended, or which nobody went on with, longer ago than keep: the file, and what was kept of its rows.
// How many rows it had stays, and so does what was imported. One that is being read stays whatever its age. It returns how many went; call
// again until none.
func SweepTables(tx *db.Tx, keep time.Duration) (int64, error) {
	cut := db.At(tx.Now().Add(-keep))
	list, err := db.Select(tx, scanTable, "select "+tableColumns+` from exchange_table t where at < ? and state not in (?, ?)
		and not exists (select 1 from exchange_pass p where p.run = t.run and t.run <> '' and (p.ended_at >= ? or p.began_at >= ?)) order by id limit ?`,
		cut, string(TableTrying), string(TableImports), cut, cut, sweepMost)
	if err != nil {
		return 0, fmt.Errorf("find old tables: %w", err)
	}
	for _, s := range list {
		if err := removeTable(tx, s); err != nil {
			return 0, err
		}
	}
	return int64(len(list)), nil
}

// removeTable takes a table away, with its file unless something else has it, and what was kept of its rows.
func removeTable(tx *db.Tx, s SentTable) error {
	if err := blob.Detach(tx, s.Link); err != nil && fault.KindOf(err) != fault.KindNotFound {
		return err
	}
	if err := tx.Exec("delete from exchange_table where id = ?", s.ID); err != nil {
		return fmt.Errorf("remove table: %w", err)
	}
	if s.Run == "" {
		return nil
	}
	// the same file may have been sent twice
	return tx.Exec("delete from exchange_verdict where run = ? and not exists (select 1 from exchange_table t where t.run = ?)", s.Run, s.Run)
}

func readCells(text []byte, to *[]string) error { return json.Unmarshal(text, to) }

func noPass() error { return fault.NotFound("没有这次导入的记录") }
