package db

import "fmt"

// Size is how many bytes the database takes on its disk, without what SQLite has not yet moved out of its log.
func (tx *Tx) Size() (bytes int64, err error) {
	sql := `select page_count * page_size from pragma_page_count(), pragma_page_size()`
	if tx.Engine() == PostgreSQL {
		sql = `select pg_database_size(current_database())`
	}
	if err := tx.QueryRow(sql).Scan(&bytes); err != nil {
		return 0, fmt.Errorf("size of the database: %w", err)
	}
	return bytes, nil
}
