package db

import (
	"context"
	"fmt"
	"os"

	"linli/internal/fault"
)

// Backup writes a consistent copy of a SQLite database to path while it serves. The file must not exist yet; a copy that
// could not be finished is removed. On PostgreSQL it is refused: its own tools do it better.
func (d *DB) Backup(ctx context.Context, path string) error {
	e, ok := d.engine.(*sqliteEngine)
	if !ok {
		return fault.Conflict("PostgreSQL 请用 pg_dump 备份")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return fault.Conflict("备份文件 %s 已存在", path)
	}
	// a connection of its own, which may write beside the database but takes no lock that a writer would wait for
	conn, err := openConn(e.path, commonPragmas...)
	if err != nil {
		return sqliteOpenFault(e.path, err)
	}
	defer conn.close()
	if _, err := conn.exec("vacuum into ?", []any{path}); err != nil {
		os.Remove(path)
		return fmt.Errorf("back up to %s: %w", path, sqliteFault(err))
	}
	return syncFile(path)
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return full(err)
	}
	return nil
}
