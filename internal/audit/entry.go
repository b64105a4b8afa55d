package audit

import (
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/mod/sumdb/tlog"

	"linli/internal/db"
	"linli/internal/fault"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// MaxDetail is the longest Detail, in bytes.
const MaxDetail = 4096

// An Entry (审计记录) is one deed: somebody did something to a subject.
type Entry struct {
	ID       db.ID           `json:"id"` // made by Record when zero
	City     string          `json:"city"`
	Position int64           `json:"position"` // in the city's log from 0; -1 until sequenced
	At       db.Time         `json:"at"`       // the now of the transaction
	Actor    string          `json:"actor"`    // id of who did it, as text
	Verb     string          `json:"verb"`
	Subject  string          `json:"subject"` // kind and id, e.g. "case:01h…"
	Digest   Sum             `json:"digest"`  // of what the subject became; zero when nothing can be recomputed
	Detail   json.RawMessage `json:"detail,omitempty"`
}

// A Sum is a SHA-256 digest, written in hexadecimal.
type Sum [32]byte

// MarshalText implements encoding.TextMarshaler.
func (s Sum) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, s[:]), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Sum) UnmarshalText(text []byte) error {
	if hex.DecodedLen(len(text)) != len(s) {
		return fmt.Errorf("digest of %d characters, want %d", len(text), hex.EncodedLen(len(s)))
	}
	_, err := hex.Decode(s[:], text)
	return err
}

// Digest is the SHA-256 of parts, each preceded by its length so that moving a boundary changes the digest.
func Digest(parts ...[]byte) [32]byte {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write(p)
	}
	return [32]byte(h.Sum(nil))
}

// Record adds e to the log of e.City in the caller's transaction, with the transaction's now. Position is ignored.
func Record(tx *db.Tx, e Entry) error {
	if err := e.check(); err != nil {
		return err
	}
	if len(e.Detail) > 0 { // in the one form that survives being read and written again, as a proof is
		compact, err := json.Marshal(e.Detail)
		if err != nil {
			return fault.Internal(fmt.Errorf("detail of %s: %w", e.Subject, err), "审计记录的附注格式不对")
		}
		e.Detail = compact
	}
	if len(e.Detail) > MaxDetail {
		return fault.Invalid("detail", "附注不能超过 %d 字节", MaxDetail)
	}
	if e.ID == 0 {
		e.ID = db.NewID()
	}
	err := tx.Exec(`insert into audit_entry (id, city, at, actor, verb, subject, digest, detail) values (?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.City, db.At(tx.Now()), e.Actor, e.Verb, e.Subject, e.Digest[:], string(e.Detail))
	if err != nil {
		return fmt.Errorf("record %s of %s: %w", e.Verb, e.Subject, err)
	}
	return nil
}

func (e Entry) check() error {
	kind, id, ok := strings.Cut(e.Subject, ":")
	switch {
	case e.City == "" || e.Verb == "" || e.Actor == "":
		return fault.Internal(fmt.Errorf("entry without city, actor or verb: %+v", e), "审计记录不完整")
	case !ok || kind == "" || id == "":
		return fault.Internal(fmt.Errorf("subject %q: want kind:id", e.Subject), "审计记录不完整")
	case strings.ContainsFunc(e.City, unicode.IsControl):
		return fault.Internal(fmt.Errorf("city %q", e.City), "审计记录的城市代码不对")
	}
	return nil
}

// leaf is the hash that stands for the entry in the tree. Every column counts, the position through its place.
func (e Entry) leaf() tlog.Hash {
	var b []byte
	field := func(s string) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	field("linli audit 1")
	b = binary.BigEndian.AppendUint64(b, uint64(e.ID))
	for _, s := range []string{e.City, e.At.Text(), e.Actor, e.Verb, e.Subject, string(e.Digest[:]), string(e.Detail)} {
		field(s)
	}
	return tlog.RecordHash(b)
}

const columns = `id, city, position, at, actor, verb, subject, digest, detail`

func scan(rows *db.Rows) (e Entry, err error) {
	var digest []byte
	var detail string
	if err = rows.Scan(&e.ID, &e.City, &e.Position, &e.At, &e.Actor, &e.Verb, &e.Subject, &digest, &detail); err != nil {
		return e, err
	}
	copy(e.Digest[:], digest)
	if len(digest) != len(e.Digest) { // a damaged row must not be taken for a sound one
		e.Digest = sha256.Sum256(append([]byte("damaged digest "), digest...))
	}
	e.Detail = json.RawMessage(detail)
	return e, nil
}

// Of returns the entries of one subject, oldest first, up to limit.
func Of(tx *db.Tx, subject string, limit int) ([]Entry, error) {
	list, err := db.Select(tx, scan, `select `+columns+` from audit_entry where subject = ? order by id limit ?`, subject, limit)
	if err != nil {
		return nil, fmt.Errorf("entries of %s: %w", subject, err)
	}
	return list, nil
}

// Cities returns the cities that have entries.
func Cities(tx *db.Tx) ([]string, error) {
	list, err := db.Select(tx, func(rows *db.Rows) (s string, err error) { return s, rows.Scan(&s) },
		`select city from audit_log union select city from audit_entry where position < 0 order by city`)
	if err != nil {
		return nil, fmt.Errorf("cities with entries: %w", err)
	}
	return list, nil
}
