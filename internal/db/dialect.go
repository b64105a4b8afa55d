package db

import "strings"

// Translate turns a migration written in SQLite's types into PostgreSQL's, outside quotes and comments:
//
//	INTEGER  becomes BIGINT             SQLite's integers have 64 bits everywhere
//	TEXT     becomes TEXT COLLATE "C"   text orders by code point on both, and LIKE 'x%' uses the index
//	BLOB     becomes BYTEA
//	REAL     becomes DOUBLE PRECISION
//	WITHOUT ROWID and STRICT go         PostgreSQL has neither
//
// Only words in capitals are types; after AS (in a cast) TEXT stays as it is, for a collation is not allowed there.
func Translate(sql string) string {
	var b strings.Builder
	b.Grow(len(sql) + len(sql)/8)
	before := ""
	for i := 0; i < len(sql); {
		if end := skip(sql, i); end > i {
			b.WriteString(sql[i:end])
			i = end
			continue
		}
		if !wordByte(sql[i]) {
			b.WriteByte(sql[i])
			i++
			continue
		}
		end := i
		for end < len(sql) && wordByte(sql[end]) {
			end++
		}
		word := sql[i:end]
		if rest, ok := strings.CutPrefix(sql[end:], " ROWID"); ok && word == "WITHOUT" {
			end = len(sql) - len(rest)
		} else {
			b.WriteString(postgresType(word, before))
		}
		before, i = word, end
	}
	return b.String()
}

func postgresType(word, before string) string {
	switch word {
	case "INTEGER":
		return "BIGINT"
	case "TEXT":
		if !strings.EqualFold(before, "as") {
			return `TEXT COLLATE "C"`
		}
	case "BLOB":
		return "BYTEA"
	case "REAL":
		return "DOUBLE PRECISION"
	case "STRICT":
		return ""
	}
	return word
}

func wordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}
