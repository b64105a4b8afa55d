package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"sync"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/lexicon"
	"linli/internal/match"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/sheet"
	"linli/internal/staff"
)

// A PersonImport (人员导入) brings a table of persons into the register, or tries what would become of it.
type PersonImport struct {
	DB       *db.DB
	People   *register.Register
	Words    *lexicon.Lexicon
	Map      PersonMap
	By       staff.Actor // may bring in whom he or she could register
	Trial    bool        // nothing stays but what would become of the rows
	Progress func(PersonSummary) error
}

// A PersonSummary (人员导入结果) says what became of the rows: Read is the sum of the others.
type PersonSummary struct {
	Run       string   `json:"run"`
	File      string   `json:"file"`
	Rows      int      `json:"rows"` // of the file, as far as lines tell; 0 unknown
	Read      int      `json:"read"`
	Added     int      `json:"added"`
	Changed   int      `json:"changed"`
	Present   int      `json:"present"`
	Conflicts int      `json:"conflicts"`
	Likely    int      `json:"likely_duplicates"` // added, and in the queue
	Rejected  int      `json:"rejected"`
	Resumed   int      `json:"resumed"` // rows that an earlier run had done
	Ended     bool     `json:"ended"`
	Notes     []string `json:"notes,omitempty"`
}

// The verdicts on a row.
const (
	VerdictNew      = "new"
	VerdictUpdate   = "update"
	VerdictPresent  = "present"
	VerdictConflict = "conflict"
	VerdictLikely   = "likely"
	VerdictRejected = "rejected"
)

// personBatch is how many rows one transaction takes. Four times as many cost the same processor time and a hundred megabytes.
const personBatch = 1000

// Run reads the file to its end. Returns invalid when it is no table or the map does not fit; a row that cannot be used is no error.
// After any error the rows that are done stay done, and Run goes on behind them. A file that was read to its end is read anew.
func (im *PersonImport) Run(ctx context.Context, name string) (PersonSummary, error) {
	t, err := sheet.OpenWith(name, sheet.Options{Sheet: im.Map.Sheet, Heading: im.Map.Heading})
	if err != nil {
		return PersonSummary{}, err
	}
	s, err := im.run(ctx, name, t)
	return s, errors.Join(err, t.Close())
}

func (im *PersonImport) run(ctx context.Context, name string, t *sheet.Table) (PersonSummary, error) {
	im.Map = im.Map.Settle(t.Heading, im.Words)
	if im.Map.Source == "" {
		im.Map.Source = clipped(filepath.Base(name), 100)
	}
	at, err := im.Map.columns(t.Heading, im.Words)
	if err != nil {
		return PersonSummary{}, err
	}
	r := &personRun{im: im, in: &personReader{people: im.People, words: im.Words, table: t, m: im.Map, at: at, by: im.By, fields: FieldsOf(im.Words, im.Map.Of)}}
	r.sum = PersonSummary{Run: im.runID(t.Hash), File: filepath.Base(name), Rows: t.Rows, Notes: t.Notes}
	if err := r.begin(ctx); err != nil {
		return r.sum, err
	}
	if err := r.rows(ctx); err != nil {
		return r.sum, fmt.Errorf("import %s: %w", r.sum.File, err)
	}
	r.sum.Ended = true
	err = im.DB.Write(ctx, func(tx *db.Tx) error {
		return tx.Exec("update exchange_pass set ended_at = ? where run = ? and trial = ?", db.At(tx.Now()), r.sum.Run, oneIf(im.Trial))
	})
	return r.sum, err
}

// runID tells runs of the same file with another map apart.
func (im *PersonImport) runID(hash string) string {
	m, _ := json.Marshal(im.Map) // maps of texts: cannot fail
	h := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", hash, m, im.By.AuditName()))
	return hex.EncodeToString(h[:16])
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A personRun is a PersonImport under way.
type personRun struct {
	im   *PersonImport
	in   *personReader
	deed db.ID
	sum  PersonSummary
	were map[string]int    // line by key of a thing, likewise
	seen map[match.Key]int // line by key of an ID number, of a trial run, which leaves nobody in the register
}

// begin finds the places, and where an earlier run stopped.
func (r *personRun) begin(ctx context.Context) error {
	s := r.sum
	err := r.im.DB.Write(ctx, func(tx *db.Tx) error {
		s = r.sum
		r.in.today = place.Today(tx)
		tree, err := place.Load(tx)
		if err != nil {
			return err
		}
		r.in.tree, r.in.places = tree, placeNames(tree)
		var ended db.Time
		err = tx.QueryRow("select deed, done, added, changed, present, conflicts, likely, rejected, ended_at from exchange_pass where run = ? and trial = ?",
			s.Run, oneIf(r.im.Trial)).Scan(&r.deed, &s.Resumed, &s.Added, &s.Changed, &s.Present, &s.Conflicts, &s.Likely, &s.Rejected, &ended)
		if err == nil && ended.IsZero() && !r.im.Trial {
			s.Read = s.Resumed
			return nil
		}
		if err != nil && !errors.Is(err, db.ErrNoRows) {
			return fmt.Errorf("find where the import stopped: %w", err)
		}
		s = r.sum
		return r.anew(tx)
	})
	r.sum, r.seen, r.were = s, map[match.Key]int{}, map[string]int{}
	return err
}

// anew begins at the first row. A trial run always does, for it has to remember the numbers it saw.
func (r *personRun) anew(tx *db.Tx) error {
	r.deed = db.NewID()
	for _, table := range []string{"exchange_pass", "exchange_verdict"} {
		if err := tx.Exec("delete from "+table+" where run = ? and trial = ?", r.sum.Run, oneIf(r.im.Trial)); err != nil {
			return err
		}
	}
	err := tx.Exec("insert into exchange_pass (run, trial, name, deed, began_at) values (?, ?, ?, ?, ?)", r.sum.Run, oneIf(r.im.Trial), r.sum.File, r.deed, db.At(tx.Now()))
	if err != nil || r.im.Trial {
		return err
	}
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	detail, err := json.Marshal(map[string]string{"file": clip(r.sum.File, 200), "sha256": r.in.table.Hash, "source": r.im.Map.Source, "deed": r.deed.String()})
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: r.im.By.AuditName(), Verb: "import-" + string(r.im.Map.kind()) + "s", Subject: "import:" + r.sum.Run, Detail: detail})
}

// placeNames finds places by their names, alone and behind those of the places above.
func placeNames(t *place.Tree) map[string]string {
	out := map[string]string{}
	for _, p := range t.Subtree("") {
		for skip := range len(place.Codes(p.Path)) {
			name := match.Fold(t.FullName(p.Code, skip))
			if was, twice := out[name]; twice && was != p.Code {
				out[name] = ""
				continue
			}
			out[name] = p.Code
		}
	}
	return out
}

// rows reads what is not done yet, a batch at a time; while one batch is written the next is read.
func (r *personRun) rows(ctx context.Context) error {
	for range r.sum.Resumed {
		if _, err := r.in.table.Next(); err != nil {
			return err
		}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan []incoming)
	var failed error // set before batches closes
	go func() {
		defer close(batches)
		failed = r.feed(ctx, batches)
	}()
	for list := range batches {
		if err := r.write(ctx, list); err != nil {
			return err
		}
		if r.im.Progress != nil {
			if err := r.im.Progress(r.sum); err != nil {
				return err
			}
		}
	}
	return failed
}

func (r *personRun) feed(ctx context.Context, to chan<- []incoming) error {
	for end := false; !end; {
		list := make([]sheet.Record, 0, personBatch)
		for len(list) < personBatch && !end {
			rec, err := r.in.table.Next()
			if end = errors.Is(err, io.EOF); end {
				break
			}
			if err != nil {
				return err
			}
			list = append(list, rec)
		}
		if len(list) == 0 {
			return nil
		}
		select {
		case to <- r.readAll(list):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// readAll reads rows on all processors: sealing and comparing are most of the work that needs no database.
func (r *personRun) readAll(list []sheet.Record) []incoming {
	out, ids := make([]incoming, len(list)), make([]db.ID, len(list))
	for i := range ids {
		ids[i] = db.NewID()
	}
	workers := runtime.GOMAXPROCS(0)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(list); i += workers {
				out[i] = r.in.read(list[i], ids[i])
			}
		})
	}
	all.Wait()
	return out
}

// A judged is a row with what became of it.
type judged struct {
	in      *incoming
	verdict string
	field   string
	reason  string
	person  db.ID
}

var errTrial = errors.New("a trial leaves nothing")

// write is one transaction: the rows, and the note that they are done. Of a trial the rows are taken back and only the note stays.
func (r *personRun) write(ctx context.Context, list []incoming) error {
	var after PersonSummary
	var out []judged
	judge := func(tx *db.Tx) (err error) {
		after = r.sum
		out, err = r.judge(tx, list, &after)
		return err
	}
	if !r.im.Trial {
		err := r.im.DB.Write(ctx, func(tx *db.Tx) error {
			if err := judge(tx); err != nil {
				return err
			}
			return r.note(tx, out, after)
		})
		if err == nil {
			r.sum = after
		}
		return err
	}
	err := r.im.DB.Write(ctx, func(tx *db.Tx) error {
		if err := judge(tx); err != nil {
			return err
		}
		return errTrial
	})
	if !errors.Is(err, errTrial) {
		return err
	}
	r.repeated(out, &after)
	err = r.im.DB.Write(ctx, func(tx *db.Tx) error { return r.note(tx, out, after) })
	if err == nil {
		r.sum = after
	}
	return err
}

// repeated finds ID numbers that a trial has seen in an earlier batch.
func (r *personRun) repeated(out []judged, s *PersonSummary) {
	for i := range out {
		j := &out[i]
		if t := j.in.thing; t != nil {
			line, twice := r.were[t.key]
			if !twice {
				r.were[t.key] = j.in.rec.Line
			} else if j.verdict == VerdictNew {
				j.verdict, j.reason = VerdictPresent, fmt.Sprintf("与第 %d 行是同一条", line)
				s.Added--
				s.Present++
			}
			continue
		}
		if j.in.draft == nil || j.in.draft.IDNumber == "" {
			continue
		}
		key := j.in.draft.Meets()[0]
		line, twice := r.seen[key]
		if !twice {
			r.seen[key] = j.in.rec.Line
			continue
		}
		if j.verdict == VerdictNew {
			j.verdict, j.field, j.reason = VerdictPresent, colIDNumber, fmt.Sprintf("与第 %d 行是同一个身份证号", line)
			s.Added--
			s.Present++
		}
	}
}

// keptLines is how many rows of a pass are kept one by one when nothing is to be said about them.
const keptLines = 20_000

// note keeps what became of the rows, and how far the pass is.
func (r *personRun) note(tx *db.Tx, out []judged, s PersonSummary) error {
	var args []any
	for i := range out {
		j := &out[i]
		quiet := (j.verdict == VerdictNew || j.verdict == VerdictPresent) && j.reason == ""
		if quiet && (!r.im.Trial || s.Read > keptLines) {
			continue
		}
		cells, err := json.Marshal(r.masked(&j.in.rec))
		if err != nil {
			return err
		}
		args = append(args, s.Run, oneIf(r.im.Trial), j.in.rec.Line, j.verdict, j.field, j.reason, j.person, string(cells))
		if len(args) >= 8*100 {
			if err := insertMany(tx, "exchange_verdict (run, trial, line, verdict, field, reason, person, cells)", 8, args); err != nil {
				return err
			}
			args = args[:0]
		}
	}
	if err := insertMany(tx, "exchange_verdict (run, trial, line, verdict, field, reason, person, cells)", 8, args); err != nil {
		return err
	}
	return tx.ExecOne(`update exchange_pass set done = ?, added = ?, changed = ?, present = ?, conflicts = ?, likely = ?, rejected = ? where run = ? and trial = ?`,
		s.Read, s.Added, s.Changed, s.Present, s.Conflicts, s.Likely, s.Rejected, s.Run, oneIf(r.im.Trial))
}
