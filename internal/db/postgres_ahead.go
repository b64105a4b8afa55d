package db

import (
	"bytes"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// foreseenLimit bounds what one transaction foresees, and foreseenRows the rows kept of one answer.
const (
	foreseenLimit = 32
	foreseenRows  = 1000
)

// foreseen is a query that will follow, and once it was sent its answer.
type foreseen struct {
	st     pgStatement
	sent   bool
	whole  bool // nothing of the answer was too much
	fields []pgconn.FieldDescription
	rows   [][][]byte
}

func (s *pgSession) foresee(sql string, args []any) {
	st, err := s.statement(sql, args, false)
	if err != nil || len(s.ahead) >= foreseenLimit {
		return // the query itself will tell
	}
	s.ahead = append(s.ahead, &foreseen{st: st})
}

// written drops the answers that were there before a write.
func (s *pgSession) written() {
	s.ahead = slices.DeleteFunc(s.ahead, func(f *foreseen) bool { return f.sent })
}

// unasked are the queries to send with the next one.
func (s *pgSession) unasked() (list []pgStatement) {
	for _, f := range s.ahead {
		if !f.sent {
			list = append(list, f.st)
		}
	}
	return list
}

// keep reads the answers of those.
func (s *pgSession) keep(br pgx.BatchResults) error {
	for _, f := range s.ahead {
		if f.sent {
			continue
		}
		rows, err := br.Query()
		if err != nil {
			return err
		}
		f.sent, f.whole = true, true
		for rows.Next() {
			if f.whole = len(f.rows) < foreseenRows; !f.whole {
				break
			}
			row := make([][]byte, len(rows.RawValues()))
			for i, v := range rows.RawValues() {
				row[i] = bytes.Clone(v) // NULL stays nil, and empty empty
			}
			f.rows = append(f.rows, row)
		}
		rows.Close()
		f.fields = slices.Clone(rows.FieldDescriptions())
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}

// foreknown returns the answer to a query, if it is there; one that is about to be asked is foreseen no longer.
func (s *pgSession) foreknown(st pgStatement) *foreseen {
	i := slices.IndexFunc(s.ahead, func(f *foreseen) bool { return f.st.sql == st.sql && sameArgs(f.st.args, st.args) })
	if i < 0 {
		return nil
	}
	f := s.ahead[i]
	if f.sent && f.whole {
		return f
	}
	s.ahead = slices.Delete(s.ahead, i, i+1)
	return nil
}

// sameArgs compares bound arguments.
func sameArgs(a, b []any) bool {
	return slices.EqualFunc(a, b, func(x, y any) bool {
		p, isBytes := x.([]byte)
		q, also := y.([]byte)
		if isBytes || also {
			return isBytes && also && bytes.Equal(p, q)
		}
		return x == y
	})
}

// keptCursor implements cursor over an answer that is there already.
type keptCursor struct {
	session *pgSession
	*foreseen
	at int
}

func (c *keptCursor) next() (bool, error) {
	c.at++
	return c.at < len(c.rows), nil
}

func (c *keptCursor) columns() int { return len(c.fields) }

func (c *keptCursor) scan(i int, dest any) error {
	v, err := decode(c.session.conn.Conn().TypeMap(), c.fields[i], c.rows[c.at][i])
	if err != nil {
		return err
	}
	return assign(dest, v)
}

func (c *keptCursor) close() error { return nil }
