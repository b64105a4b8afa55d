package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"linli/internal/db"
	"linli/internal/fault"
)

// A Link (附件) is a File that belongs to a subject.
type Link struct {
	ID      db.ID
	Subject string // kind and id, e.g. "case:01h…"
	Name    string // as given, cleaned
	By      string // id of who attached it, as text
	At      db.Time
	File
}

// Attach links a received file to a subject in the caller's transaction and returns the id of the link.
func (s *Store) Attach(tx *db.Tx, f File, subject, name, by string) (db.ID, error) {
	now, id := db.At(tx.Now()), db.NewID()
	err := tx.Exec(`insert into blob_file (hash, size, type, seen_at) values (?, ?, ?, ?)
		on conflict (hash) do update set seen_at = excluded.seen_at`, f.Hash, f.Size, f.Type, now)
	if err == nil {
		err = tx.Exec(`insert into blob_link (id, subject, name, hash, by_whom, at) values (?, ?, ?, ?, ?, ?)`,
			id, subject, CleanName(name), f.Hash, by, now)
	}
	if err != nil {
		return 0, fmt.Errorf("attach file to %s: %w", subject, err)
	}
	return id, nil
}

const linkSQL = `select l.id, l.subject, l.name, l.by_whom, l.at, f.hash, f.size, f.type
	from blob_link l join blob_file f on f.hash = l.hash `

func scanLink(rows *db.Rows) (l Link, err error) {
	return l, rows.Scan(&l.ID, &l.Subject, &l.Name, &l.By, &l.At, &l.Hash, &l.Size, &l.Type)
}

// List returns the attachments of a subject, oldest first.
func List(tx *db.Tx, subject string) ([]Link, error) {
	list, err := db.Select(tx, scanLink, linkSQL+`where l.subject = ? order by l.id`, subject)
	if err != nil {
		return nil, fmt.Errorf("attachments of %s: %w", subject, err)
	}
	return list, nil
}

// Get returns one attachment, for the caller to ask whether the actor may see its subject. Returns a notfound fault.
func Get(tx *db.Tx, id db.ID) (Link, error) {
	list, err := db.Select(tx, scanLink, linkSQL+`where l.id = ?`, id)
	if err != nil {
		return Link{}, fmt.Errorf("attachment %s: %w", id, err)
	}
	if len(list) == 0 {
		return Link{}, fault.NotFound("附件 %s 不存在", id)
	}
	return list[0], nil
}

// Detach removes a link. The content stays until Sweep finds that nothing links it.
func Detach(tx *db.Tx, id db.ID) error {
	n, err := tx.ExecCount(`delete from blob_link where id = ?`, id)
	if err != nil {
		return fmt.Errorf("detach %s: %w", id, err)
	}
	if n == 0 {
		return fault.NotFound("附件 %s 不存在", id)
	}
	return nil
}

// Open opens the content. Returns an internal fault when the file is missing or has another size than was received.
func (s *Store) Open(f File) (*os.File, error) {
	if len(f.Hash) != 64 {
		return nil, fault.Internal(fmt.Errorf("hash %q", f.Hash), "附件的记录不完整")
	}
	file, err := os.Open(s.path(f.Hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Internal(err, "附件的文件不见了，请联系管理员从备份恢复")
	}
	if err != nil {
		return nil, fault.Internal(err, "附件无法打开")
	}
	info, err := file.Stat()
	if err == nil && info.Size() != f.Size {
		err = fmt.Errorf("%s has %d bytes, want %d", file.Name(), info.Size(), f.Size)
	}
	if err != nil {
		file.Close()
		return nil, fault.Internal(err, "附件的文件已损坏，请联系管理员从备份恢复")
	}
	return file, nil
}
