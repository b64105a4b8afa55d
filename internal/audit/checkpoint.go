package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"linli/internal/db"
	"linli/internal/fault"
)

// A mark is what a checkpoint says: at this size the log of the city had this root.
type mark struct {
	city string
	size int64
	root tlog.Hash
}

// text is the body of a checkpoint: origin, size and root, then when it was signed.
func (m mark) text(at db.Time) string {
	return fmt.Sprintf("linli/%s\n%d\n%s\n%s\n", m.city, m.size, m.root, at.Text())
}

// readMark checks the signature of a checkpoint and reads it.
func readMark(signed string, known note.Verifiers) (mark, error) {
	n, err := note.Open([]byte(signed), known)
	if err != nil {
		return mark{}, err
	}
	var m mark
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 {
		return mark{}, errors.New("checkpoint of too few lines")
	}
	var ok bool
	if m.city, ok = strings.CutPrefix(lines[0], "linli/"); !ok {
		return mark{}, fmt.Errorf("checkpoint of origin %q", lines[0])
	}
	if _, err := fmt.Sscanf(lines[1], "%d", &m.size); err != nil {
		return mark{}, fmt.Errorf("size of checkpoint: %w", err)
	}
	if m.root, err = tlog.ParseHash(lines[2]); err != nil {
		return mark{}, fmt.Errorf("root of checkpoint: %w", err)
	}
	return m, nil
}

// Checkpoint signs the present size and root of a city's log, unless that size is signed already, and returns the newest
// signed checkpoint, "" for an empty log. It first proves that the log still contains what the last checkpoint signed,
// and returns an internal fault when it does not: a broken log is not signed.
func Checkpoint(ctx context.Context, d *db.DB, s *Seal, city string) (string, error) {
	var signed string
	var fresh bool
	err := d.Write(ctx, func(tx *db.Tx) (err error) {
		signed, fresh, err = s.checkpoint(tx, city)
		return err
	})
	if err == nil && fresh {
		err = s.keep(signed)
	}
	if err != nil {
		return "", fmt.Errorf("checkpoint of %s: %w", city, err)
	}
	return signed, nil
}

func (s *Seal) checkpoint(tx *db.Tx, city string) (signed string, fresh bool, err error) {
	m := mark{city: city}
	if m.size, m.root, err = head(tx, city, false); err != nil || m.size == 0 {
		return "", false, err
	}
	last, err := lastCheckpoint(tx, city)
	if err != nil {
		return "", false, err
	}
	if last != "" {
		before, err := s.extends(tx, m, last)
		if err != nil {
			return "", false, fault.Internal(err, "审计记录与上一次签名不符，请运行 linli verify 查明")
		}
		if before.size == m.size {
			return last, false, nil
		}
	}
	at := db.At(tx.Now())
	raw, err := note.Sign(&note.Note{Text: m.text(at)}, s.signer)
	if err != nil {
		return "", false, err
	}
	n, err := tx.ExecCount(`insert into audit_checkpoint (city, size, at, note) values (?, ?, ?, ?)
		on conflict (city, size) do nothing`, city, m.size, at, string(raw))
	return string(raw), n == 1, err
}

// extends checks that the tree now contains the tree of an earlier checkpoint.
func (s *Seal) extends(tx *db.Tx, now mark, signed string) (mark, error) {
	before, err := readMark(signed, s.known)
	if err != nil {
		return before, fmt.Errorf("last checkpoint: %w", err)
	}
	if before.size > now.size {
		return before, fmt.Errorf("the log has %d entries, the last checkpoint %d", now.size, before.size)
	}
	if before.size == now.size {
		if before.root != now.root {
			return before, fmt.Errorf("another root at size %d", now.size)
		}
		return before, nil
	}
	proof, err := tlog.ProveTree(now.size, before.size, storedHashes(tx, now))
	if err == nil {
		err = tlog.CheckTree(proof, now.size, now.root, before.size, before.root)
	}
	if err != nil {
		return before, fmt.Errorf("from size %d to %d: %w", before.size, now.size, err)
	}
	return before, nil
}

// storedHashes reads tiles and believes them only as far as they lead to m's root.
func storedHashes(tx *db.Tx, m mark) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: m.size, Hash: m.root}, tileReader{tx, m.city})
}

func lastCheckpoint(tx *db.Tx, city string) (string, error) {
	var signed string
	err := tx.QueryRow(`select note from audit_checkpoint where city = ? order by size desc limit 1`, city).Scan(&signed)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return signed, err
}

// A Proof (存证) shows that an entry is in the log which a checkpoint signed. Who holds it needs no access to Linli to check
// it, only the public key.
type Proof struct {
	Entry      Entry       `json:"entry"`
	Path       []tlog.Hash `json:"path"`
	Checkpoint string      `json:"checkpoint"`
}

// Prove makes the proof of one entry from the first checkpoint that covers it. Returns a notfound fault for an unknown
// entry and an unavailable one while no checkpoint covers it yet.
func Prove(tx *db.Tx, s *Seal, id db.ID) (Proof, error) {
	list, err := db.Select(tx, scan, `select `+columns+` from audit_entry where id = ?`, id)
	if err != nil {
		return Proof{}, fmt.Errorf("prove entry: %w", err)
	}
	if len(list) == 0 {
		return Proof{}, fault.NotFound("审计记录 %s 不存在", id)
	}
	p := Proof{Entry: list[0]}
	err = db.ErrNoRows
	if p.Entry.Position >= 0 {
		err = tx.QueryRow(`select note from audit_checkpoint where city = ? and size > ? order by size limit 1`,
			p.Entry.City, p.Entry.Position).Scan(&p.Checkpoint)
	}
	if errors.Is(err, db.ErrNoRows) {
		return Proof{}, fault.Unavailable(nil, "这条记录还没有盖上时间点的签名，请稍后再取存证")
	}
	if err != nil {
		return Proof{}, fmt.Errorf("prove entry: %w", err)
	}
	m, err := readMark(p.Checkpoint, s.known)
	if err == nil {
		var path tlog.RecordProof
		path, err = tlog.ProveRecord(m.size, p.Entry.Position, storedHashes(tx, m))
		p.Path = path
	}
	if err == nil {
		err = p.Check(s.known)
	}
	if err != nil {
		return Proof{}, fault.Internal(fmt.Errorf("prove entry %s: %w", id, err), "审计记录与签名不符，请运行 linli verify 查明")
	}
	return p, nil
}

// Check reports whether the proof holds: the checkpoint is signed by a known key, and the entry, as it stands in the proof,
// lies at its position in the tree that the checkpoint signed.
func (p Proof) Check(known note.Verifiers) error {
	m, err := readMark(p.Checkpoint, known)
	if err != nil {
		return fmt.Errorf("checkpoint of proof: %w", err)
	}
	if m.city != p.Entry.City {
		return fmt.Errorf("checkpoint is of %s, entry of %s", m.city, p.Entry.City)
	}
	return tlog.CheckRecord(tlog.RecordProof(p.Path), m.size, m.root, p.Entry.Position, p.Entry.leaf())
}
