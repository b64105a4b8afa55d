package app

import (
	"context"
	"fmt"
	"path/filepath"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/ledger"
	"linli/internal/payrun"
	"linli/internal/web/admin"
)

// administration is the pages of administrators with what they need of the whole program.
func (a *App) administration() *admin.Pages {
	return &admin.Pages{Town: a.Town(), Sessions: a.Sessions, Seal: a.Seal, Verify: a.Examine, Backup: a.Backup, Backups: filepath.Join(a.Data, "backups")}
}

// Examine verifies the logs, looks whether the register's key file opens everything that was sealed, and reads every
// attachment again.
func (a *App) Examine(ctx context.Context, progress func(done, total int64)) (v admin.Verdict, err error) {
	v.Keys, v.Files, v.Books = []string{}, []blob.Damage{}, []string{}
	if v.Logs, err = a.Verify(ctx, progress); err != nil {
		return v, err
	}
	err = a.DB.Read(ctx, func(tx *db.Tx) error {
		keys, err := a.People.MissingKeys(tx)
		v.Keys = append(v.Keys, keys...)
		return err
	})
	if err != nil {
		return v, fmt.Errorf("look for missing keys: %w", err)
	}
	err = a.DB.Read(ctx, func(tx *db.Tx) error {
		for _, verify := range []func(*db.Tx) ([]string, error){ledger.Verify, payrun.Verify} {
			wrong, err := verify(tx)
			if err != nil {
				return err
			}
			v.Books = append(v.Books, wrong...)
		}
		return nil
	})
	if err != nil {
		return v, fmt.Errorf("count the books again: %w", err)
	}
	files, err := a.Blobs.Check(ctx, a.DB)
	v.Files = append(v.Files, files...)
	if err != nil {
		return v, fmt.Errorf("check attachments: %w", err)
	}
	return v, nil
}
