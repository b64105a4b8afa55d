package db

import (
	"strconv"
	"strings"
	"sync"
)

// pgText is a statement as PostgreSQL gets it.
type pgText struct {
	sql   string // "?" replaced by $1, $2, …
	guard string // sql wrapped so that the server itself refuses any number of rows but one; "" when it cannot be wrapped
}

// pgTexts keeps translations; texts built at run time must not fill the memory, so it starts afresh when full.
type pgTexts struct {
	mu   sync.RWMutex
	kept map[string]pgText
}

const textLimit = 2000

func (t *pgTexts) get(sql string) pgText {
	t.mu.RLock()
	p, ok := t.kept[sql]
	t.mu.RUnlock()
	if ok {
		return p
	}
	p.sql = numbered(sql)
	p.guard = guarded(p.sql)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept == nil || len(t.kept) >= textLimit {
		t.kept = map[string]pgText{}
	}
	t.kept[sql] = p
	return p
}

// numbered replaces each "?" outside quotes and comments by $1, $2, ….
func numbered(sql string) string {
	if strings.IndexByte(sql, '?') < 0 {
		return sql
	}
	var b strings.Builder
	b.Grow(len(sql) + 16)
	n := 0
	for i := 0; i < len(sql); {
		if end := skip(sql, i); end > i {
			b.WriteString(sql[i:end])
			i = end
			continue
		}
		if sql[i] == '?' {
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		} else {
			b.WriteByte(sql[i])
		}
		i++
	}
	return b.String()
}

// skip returns the end of the quoted text or comment that begins at i, or i when none does.
func skip(sql string, i int) int {
	switch c := sql[i]; {
	case c == '\'' || c == '"':
		// a doubled quote closes and opens again, which comes to the same
		return after(sql, i+1, string(c))
	case strings.HasPrefix(sql[i:], "--"):
		return after(sql, i+2, "\n")
	case strings.HasPrefix(sql[i:], "/*"):
		return after(sql, i+2, "*/")
	}
	return i
}

func after(sql string, from int, end string) int {
	if at := strings.Index(sql[from:], end); at >= 0 {
		return from + at + len(end)
	}
	return len(sql)
}

// guarded wraps an insert, update or delete so that it divides by zero unless it changes exactly one row. The check then
// travels with the commit in one round trip. A text that returns rows or begins with a CTE is not wrapped.
func guarded(sql string) string {
	sql = strings.TrimRight(sql, "; \t\r\n")
	lower := strings.ToLower(sql)
	words := strings.Fields(lower)
	if len(words) == 0 {
		return ""
	}
	if verb := words[0]; (verb != "update" && verb != "insert" && verb != "delete") || strings.Contains(lower, "returning") {
		return ""
	}
	return "with changed as (" + sql + "\nreturning 1) select 1 / (case count(*) when 1 then 1 else 0 end) from changed"
}
