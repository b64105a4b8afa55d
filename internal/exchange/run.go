package exchange

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"linli/internal/audit"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/sheet"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// batch is how many rows one transaction takes.
const batch = 50

// An Import brings a table of appeals in.
type Import struct {
	DB       *db.DB
	Cases    *casework.Cases
	Mapping  Mapping
	Flow     string        // flow that takes the cases in
	Place    string        // code of the place of rows that name none; "" for the city
	Progress func(Summary) // called after every batch; nil for none
}

// A Summary (导入结果) says what became of the rows: Read = Imported + Present + Rejected.
type Summary struct {
	File     string `json:"file"`
	Hash     string `json:"hash"`
	Rows     int    `json:"rows"` // of the file, as far as lines tell; 0 unknown
	Read     int    `json:"read"`
	Imported int    `json:"imported"`
	Replied  int    `json:"replied"` // of the imported: closed with their reply
	Present  int    `json:"already_there"`
	Rejected int    `json:"rejected"`
	Rejects  string `json:"rejects,omitempty"` // the file with the rejected rows; "" when there are none
	Resumed  int    `json:"resumed"`           // rows that an earlier run had done
}

// Run reads the file to its end. Returns invalid when it is no table or its heading lacks a column; a row that cannot be used is no error.
// After any error the rows that are done stay done, and Run goes on behind them.
func (im *Import) Run(ctx context.Context, name string) (Summary, error) {
	t, err := sheet.Open(name)
	if err != nil {
		return Summary{}, err
	}
	s, err := im.run(ctx, name, t)
	return s, errors.Join(err, t.Close())
}

func (im *Import) run(ctx context.Context, name string, t *sheet.Table) (Summary, error) {
	at, err := im.Mapping.columns(t.Heading)
	if err != nil {
		return Summary{}, err
	}
	r := &run{im: im, in: &reader{table: t, mapping: im.Mapping, at: at}, id: im.runID(t.Hash)}
	r.sum = Summary{File: filepath.Base(name), Hash: t.Hash, Rows: t.Rows}
	if err := r.begin(ctx); err != nil {
		return r.sum, err
	}
	if err := r.rows(ctx); err != nil {
		return r.sum, fmt.Errorf("import %s: %w", r.sum.File, err)
	}
	err = im.DB.Write(ctx, func(tx *db.Tx) error {
		return tx.Exec("update exchange_file set ended_at = ? where run = ?", db.At(tx.Now()), r.id)
	})
	if err != nil {
		return r.sum, err
	}
	r.sum.Rejects, err = r.writeRejects(ctx, name)
	return r.sum, err
}

// runID tells runs of the same file with another map, flow or place apart.
func (im *Import) runID(hash string) string {
	m, _ := json.Marshal(im.Mapping) // maps of texts: cannot fail
	h := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s", hash, m, im.Flow, im.Place))
	return hex.EncodeToString(h[:16])
}

// A run is an Import under way.
type run struct {
	im     *Import
	in     *reader
	id     string
	office office
	sum    Summary
}

// begin finds the places and units, and where an earlier run stopped. A file that was read to its end is read anew.
func (r *run) begin(ctx context.Context) error {
	o, err := openOffice(ctx, r.im)
	if err != nil {
		return err
	}
	r.office = o
	s := r.sum
	err = r.im.DB.Write(ctx, func(tx *db.Tx) error {
		s = r.sum
		var ended db.Time
		err := tx.QueryRow("select done, imported, replied, present, rejected, ended_at from exchange_file where run = ?", r.id).
			Scan(&s.Resumed, &s.Imported, &s.Replied, &s.Present, &s.Rejected, &ended)
		switch {
		case errors.Is(err, db.ErrNoRows) || err == nil && !ended.IsZero():
			s = r.sum
			if err := tx.Exec("delete from exchange_file where run = ?", r.id); err != nil {
				return err
			}
			if err := tx.Exec("delete from exchange_reject where run = ?", r.id); err != nil {
				return err
			}
			err = tx.Exec("insert into exchange_file (run, name, hash, began_at) values (?, ?, ?, ?)", r.id, s.File, s.Hash, db.At(tx.Now()))
			if err != nil {
				return err
			}
			return r.note(tx)
		case err != nil:
			return fmt.Errorf("find where the import stopped: %w", err)
		}
		s.Read = s.Resumed
		return nil
	})
	r.sum = s
	return err
}

// note writes to the audit log what is being brought in: the steps of the cases that follow carry the instants of the table.
func (r *run) note(tx *db.Tx) error {
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	detail, err := json.Marshal(map[string]string{"file": clip(r.sum.File, 200), "sha256": r.sum.Hash, "flow": r.im.Flow})
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: "command", Verb: "import-appeals", Subject: "import:" + r.id, Detail: detail})
}

// rows reads what is not done yet, a batch at a time.
func (r *run) rows(ctx context.Context) error {
	for range r.sum.Resumed {
		if _, err := r.in.table.Next(); err != nil {
			return err
		}
	}
	for {
		var list []sheet.Record
		var end bool
		for len(list) < batch && !end {
			rec, err := r.in.table.Next()
			if end = errors.Is(err, io.EOF); end {
				break
			}
			if err != nil {
				return err
			}
			list = append(list, rec)
		}
		if err := r.batch(ctx, list); err != nil {
			return err
		}
		if r.im.Progress != nil {
			r.im.Progress(r.sum)
		}
		if end {
			return nil
		}
	}
}

// batch brings records in together. When one of them is refused half-way, nothing of the batch stays, and each goes in by itself.
func (r *run) batch(ctx context.Context, list []sheet.Record) error {
	if len(list) == 0 {
		return nil
	}
	err := r.write(ctx, list, nil)
	var turned *turnedAway
	if !errors.As(err, &turned) {
		return err
	}
	for i := range list {
		one := list[i : i+1]
		err := r.write(ctx, one, nil)
		if errors.As(err, &turned) {
			err = r.write(ctx, one, turned)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A turnedAway is a row that the casework refused after something of it was written.
type turnedAway struct{ why error }

func (t *turnedAway) Error() string { return t.why.Error() }

// write is one transaction: the rows, and the note that they are done. With known, the only row is rejected for that reason.
func (r *run) write(ctx context.Context, list []sheet.Record, known *turnedAway) error {
	var after Summary
	err := r.im.DB.Write(ctx, func(tx *db.Tx) error {
		after = r.sum
		for i := range list {
			if err := r.row(tx, &list[i], known, &after); err != nil {
				return err
			}
		}
		return tx.ExecOne(`update exchange_file set done = ?, line = ?, imported = ?, replied = ?, present = ?, rejected = ? where run = ?`,
			after.Read, list[len(list)-1].Line, after.Imported, after.Replied, after.Present, after.Rejected, r.id)
	})
	if err == nil {
		r.sum = after
	}
	return err
}

func (r *run) row(tx *db.Tx, rec *sheet.Record, known *turnedAway, s *Summary) error {
	s.Read++
	now := tx.Now()
	a, why := r.in.appeal(*rec, now)
	if known != nil {
		why = reason(known.why)
	}
	present, err := false, error(nil)
	if why == "" {
		present, why, err = r.known(tx, &a)
	}
	if err == nil && why == "" && !present {
		why, err = r.office.enter(tx, &a)
		tx.Replay(now)
	}
	switch {
	case err != nil:
		return err
	case why != "":
		s.Rejected++
		return r.reject(tx, rec, why)
	case present:
		s.Present++
	default:
		s.Imported++
		if a.Reply != "" {
			s.Replied++
		}
	}
	return nil
}

// known finds out whether a number came in before.
func (r *run) known(tx *db.Tx, a *Appeal) (bool, string, error) {
	var digest string
	err := tx.QueryRow("select digest from exchange_source where source = ? and number = ?", r.im.Mapping.Source, a.Number).Scan(&digest)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return false, "", nil
	case err != nil:
		return false, "", fmt.Errorf("look up number %s: %w", a.Number, err)
	case digest != a.digest:
		return false, fmt.Sprintf("编号 %s 已经导入过，但内容不同", a.Number), nil
	}
	return true, "", nil
}

// reason is what a fault says to whoever mends the table.
func reason(err error) string {
	e := fault.As(err)
	if e == nil {
		return err.Error()
	}
	text := e.Message()
	if len(e.Fields) > 0 {
		parts := make([]string, len(e.Fields))
		for i, f := range e.Fields {
			parts[i] = f.Field + "：" + f.Message()
		}
		text = strings.Join(parts, "；")
	}
	if !e.Clause.IsZero() {
		text += "（" + e.Clause.String() + "）"
	}
	return text
}
