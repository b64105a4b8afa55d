package exchange

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/staff"
)

// SaveMap gives a map a name, to be used again; a map of the same name is replaced.
func SaveMap(tx *db.Tx, by staff.Actor, name string, m PersonMap) error {
	if err := mayImport(by); err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > 40 {
		return fault.Invalid("map_name", "请给对照起个名字，不超过 40 字")
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return tx.Exec(`insert into exchange_map (name, map, by_name, at) values (?, ?, ?, ?)
		on conflict (name) do update set map = excluded.map, by_name = excluded.by_name, at = excluded.at`, name, string(text), by.AuditName(), db.At(tx.Now()))
}

// Maps returns the maps that have a name, by name.
func Maps(tx *db.Tx) (map[string]PersonMap, error) {
	out := map[string]PersonMap{}
	rows, err := tx.Query("select name, map from exchange_map order by name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, text string
		var m PersonMap
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			return nil, fmt.Errorf("read map %s: %w", name, err)
		}
		out[name] = m
	}
	return out, rows.Err()
}
