package search

import (
	"embed"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"linli/internal/db"
	"linli/internal/fault"
)

// Migrations creates the index.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// The bounds of one query.
const (
	defaultLimit = 50
	maxLimit     = 500
	maxTerms     = 32
	maxLabels    = 200
)

// Put indexes a document in the caller's transaction, in place of what was there under its id. kind names what the id
// belongs to, e.g. "case"; labels are the keys of those who may find it.
func Put(tx *db.Tx, kind string, id db.ID, text string, labels []string) error {
	list := append(tokens(text), label(kind, ""))
	err := checkLabel(kind)
	for _, l := range labels {
		if err == nil {
			err = checkLabel(l)
		}
		list = append(list, label(kind, l))
	}
	if err != nil {
		return err
	}
	if tx.Engine() == db.PostgreSQL {
		list = append(list, spans(id)...)
		err = tx.Exec(`insert into search_doc (id, tokens) values (?, array_to_tsvector(string_to_array(?, ' ')))
			on conflict (id) do update set tokens = excluded.tokens`, id, strings.Join(list, " "))
	} else {
		err = tx.ExecLast(`insert or replace into search_doc (rowid, tokens) values (?, ?)`, id, strings.Join(list, " "))
	}
	if err != nil {
		return fmt.Errorf("index %s %s: %w", kind, id, err)
	}
	return nil
}

func checkLabel(l string) error {
	if l == "" || strings.ContainsFunc(l, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '|' || r == '"' || r == '\'' || r == '\\'
	}) {
		return fault.Internal(fmt.Errorf("search label %q", l), "检索标签不对")
	}
	return nil
}

// Remove takes a document out of the index; one that is not there is no error.
func Remove(tx *db.Tx, id db.ID) error {
	column := "rowid"
	if tx.Engine() == db.PostgreSQL {
		column = "id"
	}
	if err := tx.ExecLast(`delete from search_doc where `+column+` = ?`, id); err != nil {
		return fmt.Errorf("take %s out of the index: %w", id, err)
	}
	return nil
}

// A Query asks for documents.
type Query struct {
	Kind         string   // as given to Put; required
	Words        string   // as typed: all of them must be in the text
	AnyLabel     []string // at least one of these; none given finds nothing
	Unrestricted bool     // AnyLabel is not asked: for whoever may see everything
	Before       db.ID    // only ids below this one, for the next page; 0 for the newest
	Limit        int      // 0 means 50, at most 500
}

// Find returns the ids of matching documents, newest first. Returns an invalid fault on field "q" when there are words but
// nothing in them to look for.
func Find(tx *db.Tx, q Query) ([]db.ID, error) {
	m, err := q.match()
	if err != nil || m.nothing {
		return nil, err
	}
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	q.Limit = min(q.Limit, maxLimit)
	if q.Before <= 0 {
		q.Before = 1<<63 - 1
	}
	var ids []db.ID
	if tx.Engine() == db.PostgreSQL {
		ids, err = findPostgres(tx, m, q.Before, q.Limit)
	} else {
		ids, err = db.Select(tx, scanID, `select rowid from search_doc where search_doc match ? and rowid < ?
			order by rowid desc limit ?`, m.fts(), q.Before, q.Limit)
	}
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return ids, nil
}

func scanID(rows *db.Rows) (id db.ID, err error) { return id, rows.Scan(&id) }

// Count returns how many documents match, counting no further than limit: a result of limit means "at least".
func Count(tx *db.Tx, q Query, limit int) (int64, error) {
	m, err := q.match()
	if err != nil || m.nothing {
		return 0, err
	}
	var n int64
	if tx.Engine() == db.PostgreSQL {
		n, err = countPostgres(tx, m, limit)
	} else {
		err = tx.QueryRow(`select count(*) from (select 1 from search_doc where search_doc match ? limit ?)`, m.fts(), limit).Scan(&n)
	}
	if err != nil {
		return 0, fmt.Errorf("count search results: %w", err)
	}
	return n, nil
}

// A match is a query in the index's terms.
type match struct {
	all     []term
	any     []string // label tokens
	nothing bool
}

func (q Query) match() (match, error) {
	m := match{all: terms(q.Words)}
	switch {
	case len(m.all) == 0 && strings.TrimSpace(q.Words) != "":
		return m, fault.Invalid("q", "请输入文字或数字")
	case len(m.all) > maxTerms:
		return m, fault.Invalid("q", "检索词太长，请少于 %d 个字", maxTerms)
	case len(q.AnyLabel) > maxLabels && !q.Unrestricted:
		return m, fault.Internal(fmt.Errorf("%d labels", len(q.AnyLabel)), "检索范围太多")
	}
	if q.Unrestricted {
		m.any = []string{label(q.Kind, "")}
		return m, checkLabel(q.Kind)
	}
	for _, l := range q.AnyLabel {
		if err := errors.Join(checkLabel(q.Kind), checkLabel(l)); err != nil {
			return m, err
		}
		m.any = append(m.any, label(q.Kind, l))
	}
	m.nothing = len(m.any) == 0
	return m, nil
}

// fts writes the match in the language of FTS5.
func (m match) fts() string {
	quote := func(s string) string { return `"` + s + `"` }
	return m.write(quote, " AND ", " OR ", "*")
}

// write joins the terms and labels; no token contains a quote.
func (m match) write(quote func(string) string, and, or, prefix string) string {
	var parts []string
	for _, t := range m.all {
		p := quote(t.token)
		if t.prefix {
			p += prefix
		}
		parts = append(parts, p)
	}
	var labels []string
	for _, l := range m.any {
		labels = append(labels, quote(l))
	}
	if len(labels) > 0 {
		parts = append(parts, "("+strings.Join(labels, or)+")")
	}
	return strings.Join(parts, and)
}
