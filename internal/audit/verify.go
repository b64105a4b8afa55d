package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"linli/internal/db"
	"linli/internal/fault"
)

// A Witness (证人) recomputes the digest of an entry from what the subject's own rows say now. Returns a notfound fault
// when the rows are gone; any other error ends the verification.
type Witness struct {
	Prefix string // kind of subject, before the colon
	Digest func(tx *db.Tx, e Entry) ([32]byte, error)
}

// Check says what Verify compares the log with.
type Check struct {
	Seal      *Seal
	Witnesses []Witness
	Trusted   []string                // signed checkpoints from outside, such as a printed or published one
	Progress  func(done, total int64) // may be nil
}

// The kinds of finding.
const (
	Missing   = "missing"    // no entry at a position
	Altered   = "altered"    // the entry no longer gives its hash
	Inserted  = "inserted"   // an entry beyond the end of the log
	BadHash   = "hash"       // a stored hash of the tree is wrong or gone
	BadMark   = "checkpoint" // the tree is not the one that a checkpoint signed
	Forged    = "signature"  // a checkpoint without a valid signature
	BadDigest = "subject"    // the subject's rows no longer give the digest
)

// A Finding is one thing that is wrong.
type Finding struct {
	Kind     string `json:"kind"`
	Position int64  `json:"position"` // -1 when it concerns no single entry
	Entry    db.ID  `json:"entry,omitempty"`
	Subject  string `json:"subject,omitempty"`
	Why      string `json:"why"` // Chinese
}

// maxFindings bounds the findings a Report lists; Wrong counts them all.
const maxFindings = 100

// A Report (核验报告) says what Verify saw.
type Report struct {
	City        string    `json:"city"`
	Entries     int64     `json:"entries"`     // read
	Size        int64     `json:"size"`        // of the log
	Checkpoints int       `json:"checkpoints"` // compared
	Witnessed   int64     `json:"witnessed"`   // digests recomputed
	Wrong       int64     `json:"wrong"`
	Findings    []Finding `json:"findings,omitempty"` // in order of discovery, the first hundred
}

// OK reports whether nothing is wrong.
func (r *Report) OK() bool { return r.Wrong == 0 }

func (r *Report) found(f Finding) {
	if r.Wrong++; len(r.Findings) < maxFindings {
		r.Findings = append(r.Findings, f)
	}
}

// Verify sequences what is pending and compares everything in a city's log: each entry with its hash, the hashes with each
// other, the tree with every checkpoint in the table, in the Seal's file and in c.Trusted, and each digest with its
// witness. It reads in pieces and needs little memory at any size. What is written meanwhile is left for the next time.
func Verify(ctx context.Context, d *db.DB, city string, c Check) (Report, error) {
	v := &verifier{Check: c, report: Report{City: city}}
	if _, err := Sequence(ctx, d, city); err != nil && (fault.KindOf(err) == fault.KindUnavailable || ctx.Err() != nil) {
		return v.report, fmt.Errorf("verify audit log of %s: %w", city, err)
	} else if err != nil { // a damaged log may not be able to grow; say so and look at what there is
		v.report.found(Finding{Kind: BadHash, Position: -1, Why: "新的记录无法续编：" + err.Error()})
	}
	err := d.Read(ctx, v.begin)
	for err == nil && v.tree.size < v.report.Size {
		err = d.Read(ctx, v.piece)
		if c.Progress != nil && err == nil {
			c.Progress(v.tree.size, v.report.Size)
		}
	}
	if err == nil {
		err = d.Read(ctx, v.end)
	}
	if err != nil {
		return v.report, fmt.Errorf("verify audit log of %s: %w", city, err)
	}
	return v.report, nil
}

// verifier walks the log once from its beginning.
type verifier struct {
	Check
	report Report
	root   tlog.Hash // the stored one
	marks  []mark    // ahead, by size
	good   int64     // size up to which a checkpoint agreed
	off    bool      // a checkpoint disagreed: those that follow say nothing new
	tree   tree      // grown from the stored leaf hashes
	upper  []upperTile
}

type upperTile struct {
	level  int
	n      int64
	hashes []tlog.Hash
}

// begin reads the head and all checkpoints.
func (v *verifier) begin(tx *db.Tx) error {
	var err error
	r := &v.report
	if r.Size, v.root, err = head(tx, r.City, false); err != nil {
		return err
	}
	signed, err := db.Select(tx, func(rows *db.Rows) (s string, err error) { return s, rows.Scan(&s) },
		`select note from audit_checkpoint where city = ? order by size`, r.City)
	if err != nil {
		return err
	}
	for _, s := range signed {
		v.addMark(s, "数据库中")
	}
	for _, s := range v.Trusted {
		v.addMark(s, "外部提供")
	}
	if err := v.Seal.kept(func(s string) { v.addMark(s, "数据目录中") }); err != nil {
		return err
	}
	slices.SortFunc(v.marks, func(a, b mark) int { return int(a.size - b.size) })
	v.marks = slices.Compact(v.marks)
	r.Checkpoints = len(v.marks)
	var beyond int64
	err = tx.QueryRow(`select count(*) from audit_entry where city = ? and position >= ?`, r.City, r.Size).Scan(&beyond)
	if beyond > 0 {
		r.found(Finding{Kind: Inserted, Position: r.Size, Why: fmt.Sprintf("日志末尾之后还有 %d 条记录", beyond)})
	}
	return err
}

func (v *verifier) addMark(signed, where string) {
	m, err := readMark(signed, v.Seal.known)
	switch {
	case err != nil:
		v.report.found(Finding{Kind: Forged, Position: -1, Why: where + "有一个时间点签名无效：" + err.Error()})
	case m.city == v.report.City:
		v.marks = append(v.marks, m)
	}
}

// pieceTiles is the number of lowest tiles read at a time.
const pieceTiles = 16

// piece compares the next few thousand entries.
func (v *verifier) piece(tx *db.Tx) error {
	from := v.tree.size
	to := min(from+pieceTiles*tileWidth, v.report.Size)
	entries, err := db.Select(tx, scan, `select `+columns+` from audit_entry
		where city = ? and position >= ? and position < ? order by position`, v.report.City, from, to)
	if err != nil {
		return err
	}
	for n := from / tileWidth; v.tree.size < to; n++ {
		stored, err := readTile(tx, v.report.City, 0, n)
		if err != nil {
			return err
		}
		end := min(to, (n+1)*tileWidth)
		count, _ := slices.BinarySearchFunc(entries, end, func(e Entry, p int64) int { return int(e.Position - p) })
		if err := v.tile(tx, entries[:count], stored, end); err != nil {
			return err
		}
		entries = entries[count:]
	}
	return v.upperTiles(tx)
}

// tile compares the entries up to position end with the stored hashes of their tile.
func (v *verifier) tile(tx *db.Tx, entries []Entry, stored []tlog.Hash, end int64) error {
	if want := int(end - v.tree.size); len(stored) < want {
		v.report.found(Finding{Kind: BadHash, Position: v.tree.size + int64(len(stored)),
			Why: fmt.Sprintf("第 %d 条起有 %d 个指纹缺失", v.tree.size+int64(len(stored)), want-len(stored))})
	}
	for base := v.tree.size; v.tree.size < end; {
		p := v.tree.size
		var hash tlog.Hash
		have := int(p-base) < len(stored)
		if have {
			hash = stored[p-base]
		}
		if len(entries) > 0 && entries[0].Position == p {
			e := entries[0]
			entries = entries[1:]
			v.report.Entries++
			if leaf := e.leaf(); !have {
				hash = leaf
			} else if leaf != hash {
				v.report.found(Finding{Altered, p, e.ID, e.Subject, fmt.Sprintf("第 %d 条记录与封存的指纹不符：内容被改动", p)})
			}
			if err := v.witness(tx, e); err != nil {
				return err
			}
		} else {
			v.report.found(Finding{Kind: Missing, Position: p, Why: fmt.Sprintf("第 %d 条记录不见了", p)})
		}
		v.tree.append(hash, v.filled)
		if err := v.compareMarks(); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) filled(level int, n int64, hashes []tlog.Hash) {
	if level > 0 {
		v.upper = append(v.upper, upperTile{level, n, hashes})
	}
}

// upperTiles compares finished tiles above the lowest level with the stored ones.
func (v *verifier) upperTiles(tx *db.Tx) error {
	for _, t := range v.upper {
		stored, err := readTile(tx, v.report.City, t.level, t.n)
		if err != nil {
			return err
		}
		if len(stored) < len(t.hashes) || !slices.Equal(stored[:len(t.hashes)], t.hashes) {
			first := t.n << (tileHeight * (t.level + 1))
			v.report.found(Finding{Kind: BadHash, Position: first, Why: fmt.Sprintf("第 %d 条起的上层指纹（第 %d 层）不符", first, t.level)})
		}
	}
	v.upper = nil
	return nil
}

// compareMarks compares the tree with the checkpoints of its present size.
func (v *verifier) compareMarks() error {
	for len(v.marks) > 0 && v.marks[0].size <= v.tree.size {
		m := v.marks[0]
		v.marks = v.marks[1:]
		root, err := v.tree.root()
		if err != nil {
			return err
		}
		switch {
		case root == m.root:
			v.good = m.size
		case !v.off:
			v.off = true
			v.report.found(Finding{Kind: BadMark, Position: v.good, Why: fmt.Sprintf("签名不符：第 %d 条到第 %d 条之间有改动", v.good, m.size-1)})
		}
	}
	return nil
}

func (v *verifier) witness(tx *db.Tx, e Entry) error {
	kind, _, _ := strings.Cut(e.Subject, ":")
	for _, w := range v.Witnesses {
		if w.Prefix != kind || e.Digest == (Sum{}) {
			continue
		}
		v.report.Witnessed++
		got, err := w.Digest(tx, e)
		switch {
		case err != nil && fault.KindOf(err) == fault.KindNotFound:
			v.report.found(Finding{BadDigest, e.Position, e.ID, e.Subject, fmt.Sprintf("第 %d 条记录所指的内容已不存在", e.Position)})
		case err != nil:
			return err
		case got != e.Digest:
			v.report.found(Finding{BadDigest, e.Position, e.ID, e.Subject, fmt.Sprintf("第 %d 条记录所指的内容与当时不同", e.Position)})
		}
	}
	return nil
}

// end compares what is left: the unfinished tiles, the stored root, and checkpoints of a longer log.
func (v *verifier) end(tx *db.Tx) error {
	for level, hashes := range v.tree.open {
		if level > 0 && len(hashes) > 0 {
			v.upper = append(v.upper, upperTile{level, v.tree.size >> (tileHeight * (level + 1)), hashes})
		}
	}
	if err := v.upperTiles(tx); err != nil {
		return err
	}
	if v.tree.size > 0 {
		root, err := v.tree.root()
		if err != nil {
			return err
		}
		if root != v.root {
			v.report.found(Finding{Kind: BadHash, Position: -1, Why: "日志的总指纹不符"})
		}
	}
	if n := len(v.marks); n > 0 {
		v.report.found(Finding{Kind: BadMark, Position: v.tree.size,
			Why: fmt.Sprintf("日志只有 %d 条，而签名证明曾有 %d 条：末尾被删去或数据库被退回", v.tree.size, v.marks[n-1].size)})
	}
	return nil
}
