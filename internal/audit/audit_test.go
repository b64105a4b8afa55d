package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
)

const city = "4112"

// log is one city's log in one database, with its seal.
type log struct {
	t    *testing.T
	d    *db.DB
	dir  string
	seal *audit.Seal
}

func newLog(t *testing.T, d *db.DB) log {
	t.Helper()
	dir := t.TempDir()
	seal, err := audit.OpenSeal(dir)
	if err != nil {
		t.Fatal(err)
	}
	return log{t, d, dir, seal}
}

func each(t *testing.T, test func(l log)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(newLog(t, d)) }, audit.Migrations)
}

func (l log) record(from, n int) {
	l.t.Helper()
	dbtest.Write(l.t, l.d, func(tx *db.Tx) error {
		for i := range n {
			err := audit.Record(tx, audit.Entry{City: city, Actor: "张", Verb: "accept", Subject: fmt.Sprint("case:", from+i),
				Digest: audit.Digest(fmt.Append(nil, from+i)), Detail: json.RawMessage(`{ "words": "<受理>" }`)})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (l log) sequence(want int) {
	l.t.Helper()
	if n, err := audit.SequenceAll(context.Background(), l.d); err != nil || n != want {
		l.t.Fatalf("sequenced %d, %v; want %d", n, err, want)
	}
}

func (l log) checkpoint() string {
	l.t.Helper()
	signed, err := audit.Checkpoint(context.Background(), l.d, l.seal, city)
	if err != nil {
		l.t.Fatal(err)
	}
	return signed
}

func (l log) verify(c audit.Check) audit.Report {
	l.t.Helper()
	c.Seal = l.seal
	r, err := audit.Verify(context.Background(), l.d, city, c)
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

func (l log) exec(sql string, args ...any) {
	l.t.Helper()
	dbtest.Write(l.t, l.d, func(tx *db.Tx) error {
		n, err := tx.ExecCount(sql, args...)
		if n == 0 {
			l.t.Errorf("%s: touched nothing", sql)
		}
		return err
	})
}

func TestSoundLogVerifies(t *testing.T) {
	each(t, func(l log) {
		l.record(0, 300)
		l.sequence(300)
		l.checkpoint()
		l.record(300, 2500) // more than one batch
		l.sequence(2500)
		last := l.checkpoint()
		if again := l.checkpoint(); again != last {
			l.t.Fatal("the same size was signed twice")
		}
		l.record(2800, 1) // Verify takes up what is pending
		r := l.verify(audit.Check{Trusted: []string{last}})
		if !r.OK() || r.Entries != 2801 || r.Size != 2801 || r.Checkpoints != 2 {
			l.t.Fatalf("report %+v", r)
		}
	})
}

func TestTamperingIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		sql  []string
		kind string
		at   int64
	}{
		"actor changed":      {[]string{`update audit_entry set actor = '李' where position = 123`}, audit.Altered, 123},
		"time changed":       {[]string{`update audit_entry set at = '2001-01-01T00:00:00.000Z' where position = 0`}, audit.Altered, 0},
		"digest damaged":     {[]string{`update audit_entry set digest = detail_less.h from (select hashes as h from audit_tile where level = 0 and n = 0) detail_less where position = 299`}, audit.Altered, 299},
		"entry removed":      {[]string{`delete from audit_entry where position = 77`}, audit.Missing, 77},
		"sent back to wait":  {[]string{`update audit_entry set position = -1 where position = 77`}, audit.Missing, 77},
		"two exchanged":      {[]string{`update audit_entry set position = 999999 where position = 5`, `update audit_entry set position = 5 where position = 6`, `update audit_entry set position = 6 where position = 999999`}, audit.Altered, 5},
		"moved to the end":   {[]string{`update audit_entry set position = 600 where position = 10`}, audit.Inserted, 550},
		"lowest tile gone":   {[]string{`delete from audit_tile where level = 0 and n = 1`}, audit.BadHash, 256},
		"upper tile changed": {[]string{`update audit_tile set hashes = (select hashes from audit_tile where level = 0 and n = 0) where level = 1`}, audit.BadHash, 0},
		"root changed":       {[]string{`update audit_log set root = (select digest from audit_entry where position = 3)`}, audit.BadHash, -1},
		"checkpoint changed": {[]string{`update audit_checkpoint set note = replace(note, 'linli/4112', 'linli/4113') where size = 400`}, audit.Forged, -1},
		"end cut off": {[]string{`delete from audit_entry where position >= 200`,
			`update audit_log set size = 200`, `delete from audit_checkpoint where size > 200`}, audit.BadMark, 200},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(l log) {
				l.record(0, 400)
				l.sequence(400)
				l.checkpoint()
				l.record(400, 150)
				l.sequence(150)
				l.checkpoint()
				for _, sql := range c.sql {
					l.exec(sql)
				}
				r := l.verify(audit.Check{})
				for _, f := range r.Findings {
					if f.Kind == c.kind && f.Position == c.at {
						return
					}
				}
				l.t.Fatalf("wanted %s at %d, report: %+v", c.kind, c.at, r)
			})
		})
	}
}

// A row and its hash altered together still do not lead to the root that was signed.
func TestCleverTamperingMeetsTheCheckpoint(t *testing.T) {
	each(t, func(l log) {
		l.record(0, 100)
		l.sequence(100)
		l.checkpoint()
		l.record(100, 100)
		l.sequence(100)
		l.checkpoint()
		// Forge the later half from the beginning, as somebody with the whole database in hand would.
		l.exec(`delete from audit_tile`)
		l.exec(`delete from audit_log`)
		l.exec(`update audit_entry set actor = '李', position = -1 where position = 150`)
		l.exec(`update audit_entry set position = -1`)
		l.sequence(200)
		r := l.verify(audit.Check{})
		if r.Wrong != 1 || r.Findings[0].Kind != audit.BadMark || r.Findings[0].Position != 100 || !strings.Contains(r.Findings[0].Why, "199") {
			l.t.Fatalf("report %+v, want the difference between 100 and 199", r)
		}
		if _, err := audit.Checkpoint(context.Background(), l.d, l.seal, city); fault.KindOf(err) != fault.KindInternal {
			l.t.Fatalf("a forged log was signed again: %v", err)
		}
		l.record(200, 3)
		l.sequence(3)
		if _, err := audit.Checkpoint(context.Background(), l.d, l.seal, city); err == nil {
			l.t.Fatal("a forged log that grew was signed")
		}
	})
}

func TestCheckpointFromOutsideFindsARewrittenLog(t *testing.T) {
	each(t, func(l log) {
		l.record(0, 10)
		l.sequence(10)
		signed := l.checkpoint()
		l.exec(`delete from audit_tile`)
		l.exec(`delete from audit_log`)
		l.exec(`delete from audit_checkpoint`)
		if err := os.Remove(filepath.Join(l.dir, "audit.checkpoints")); err != nil {
			l.t.Fatal(err)
		}
		l.exec(`update audit_entry set actor = '李', position = -1`)
		l.sequence(10)
		if r := l.verify(audit.Check{}); !r.OK() {
			l.t.Fatalf("nothing to compare with, yet %+v", r)
		}
		if r := l.verify(audit.Check{Trusted: []string{signed}}); r.OK() || r.Findings[0].Kind != audit.BadMark {
			l.t.Fatalf("with the outside checkpoint: %+v", r)
		}
	})
}

func TestWitnessFindsAlteredSubject(t *testing.T) {
	each(t, func(l log) {
		l.record(0, 30)
		truth := func(gone, changed string) audit.Report {
			return l.verify(audit.Check{Witnesses: []audit.Witness{{Prefix: "case", Digest: func(tx *db.Tx, e audit.Entry) ([32]byte, error) {
				_, id, _ := strings.Cut(e.Subject, ":")
				switch e.Subject {
				case gone:
					return [32]byte{}, fault.NotFound("办件 %s 不存在", id)
				case changed:
					id += "!"
				}
				return audit.Digest([]byte(id)), nil
			}}}})
		}
		if r := truth("", ""); !r.OK() || r.Witnessed != 30 {
			l.t.Fatalf("sound subjects: %+v", r)
		}
		r := truth("case:4", "case:20")
		if r.Wrong != 2 || r.Findings[0].Subject != "case:4" || r.Findings[1].Subject != "case:20" || r.Findings[1].Kind != audit.BadDigest {
			l.t.Fatalf("report %+v", r)
		}
	})
}

func TestProofHoldsAndBreaks(t *testing.T) {
	each(t, func(l log) {
		l.record(0, 600)
		var entries []audit.Entry
		dbtest.Read(l.t, l.d, func(tx *db.Tx) (err error) { entries, err = audit.Of(tx, "case:577", 5); return err })
		prove := func() (p audit.Proof, err error) {
			err = l.d.Read(context.Background(), func(tx *db.Tx) error { p, err = audit.Prove(tx, l.seal, entries[0].ID); return err })
			return p, err
		}
		if _, err := prove(); fault.KindOf(err) != fault.KindUnavailable {
			l.t.Fatalf("proof before the checkpoint: %v", err)
		}
		l.sequence(600)
		l.checkpoint()
		l.record(600, 50) // the log goes on; the proof is from the first checkpoint
		l.sequence(50)
		p, err := prove()
		if err != nil {
			l.t.Fatal(err)
		}
		text, err := json.Marshal(p)
		if err != nil {
			l.t.Fatal(err)
		}
		var carried audit.Proof
		if err := json.Unmarshal(text, &carried); err != nil {
			l.t.Fatal(err)
		}
		known, err := audit.Verifiers(l.seal.PublicKeys()...)
		if err != nil {
			l.t.Fatal(err)
		}
		if err := carried.Check(known); err != nil {
			l.t.Fatalf("proof carried as text: %v", err)
		}
		carried.Entry.Verb = "refuse"
		if carried.Check(known) == nil {
			l.t.Fatal("a changed entry passes")
		}
		stranger := newLog(l.t, l.d)
		other, _ := audit.Verifiers(stranger.seal.PublicKeys()...)
		if p.Check(other) == nil {
			l.t.Fatal("a stranger's key passes")
		}
	})
}

func TestWritersAndSequencersTogether(t *testing.T) {
	each(t, func(l log) {
		var writers, sequencers sync.WaitGroup
		stop := make(chan struct{})
		for range 2 {
			sequencers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						if _, err := audit.Sequence(context.Background(), l.d, city); err != nil {
							l.t.Error(err)
						}
					}
				}
			})
		}
		for w := range 4 {
			writers.Go(func() {
				for i := range 15 {
					l.record(1000*w+10*i, 3)
				}
			})
		}
		writers.Wait()
		close(stop)
		sequencers.Wait()
		if r := l.verify(audit.Check{}); !r.OK() || r.Size != 180 {
			l.t.Fatalf("report %+v", r)
		}
	})
}

func TestClockSetBackKeepsTheOrder(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		l := newLog(t, d)
		l.record(0, 1)
		l.sequence(1)
		clock.Advance(-48 * time.Hour)
		l.record(1, 1)
		l.sequence(1)
		dbtest.Read(t, d, func(tx *db.Tx) error {
			list, err := audit.Of(tx, "case:1", 1)
			if len(list) != 1 || list[0].Position != 1 {
				t.Errorf("entry after the clock was set back: %+v", list)
			}
			return err
		})
		if r := l.verify(audit.Check{}); !r.OK() {
			t.Fatalf("report %+v", r)
		}
	}, audit.Migrations)
}

func TestRecordRefuses(t *testing.T) {
	each(t, func(l log) {
		good := audit.Entry{City: city, Actor: "a", Verb: "v", Subject: "case:1"}
		for name, change := range map[string]func(e *audit.Entry){
			"no city":  func(e *audit.Entry) { e.City = "" },
			"no kind":  func(e *audit.Entry) { e.Subject = "17" },
			"not json": func(e *audit.Entry) { e.Detail = []byte("{") },
			"too long": func(e *audit.Entry) {
				e.Detail = []byte(`"` + string(bytes.Repeat([]byte("x"), audit.MaxDetail)) + `"`)
			},
		} {
			e := good
			change(&e)
			if err := l.d.Write(context.Background(), func(tx *db.Tx) error { return audit.Record(tx, e) }); err == nil {
				l.t.Errorf("%s was recorded", name)
			}
		}
	})
}

func TestSealIsMadeOnceAndPrivate(t *testing.T) {
	dir := t.TempDir()
	first, err := audit.OpenSeal(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := audit.OpenSeal(dir)
	if err != nil || len(second.PublicKeys()) != 1 || second.PublicKeys()[0] != first.PublicKeys()[0] {
		t.Fatalf("second start: %v, %v", second, err)
	}
	info, err := os.Stat(filepath.Join(dir, "audit.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key file: %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(filepath.Join(dir, "audit.key"), []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := audit.OpenSeal(dir); err == nil {
		t.Fatal("a damaged key was accepted")
	}
}
