package app_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"linli/internal/app"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack/packtest"
	"linli/internal/staff"
	"linli/test/town"
)

// city opens a folder, filled with the people of the test town when it is new.
func city(t *testing.T, data string, fill bool) *app.App {
	t.Helper()
	a, err := app.Open(t.Context(), app.Options{Shelf: packtest.Shelf, Data: data, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if !fill {
		return a
	}
	err = a.DB.Write(t.Context(), func(tx *db.Tx) error { _, err := town.Settle(tx, a.People); return err })
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return city(t, data, false)
}

func TestABackupRestoresTheCityWithItsProofs(t *testing.T) {
	dir := t.TempDir()
	a := city(t, filepath.Join(dir, "one"), true)
	var r casework.Receipt
	err := a.DB.Write(t.Context(), func(tx *db.Tx) error {
		desk, err := staff.AccountByLogin(tx, "desk")
		if err != nil {
			return err
		}
		by, err := desk.Actor(tx, staff.ViaPage)
		if err != nil {
			return err
		}
		r, err = a.Cases.Register(tx, by, casework.Intake{Key: "k", Flow: "mailbox", Place: town.Willow,
			Fields: map[string]string{"sender": "许甲", "phone": "19900000001", "subject": "停水", "content": "已停水两天。"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "city.backup")
	if err := a.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := a.Backup(t.Context(), file); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("a second backup over the first gave %v, want a conflict", err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	refusesDamage(t, file, filepath.Join(dir, "damaged"))
	if err := app.Restore(t.Context(), file, filepath.Join(dir, "two")); err != nil {
		t.Fatal(err)
	}
	b := city(t, filepath.Join(dir, "two"), false)
	defer b.Close()
	err = b.DB.Read(t.Context(), func(tx *db.Tx) error {
		p, err := b.Cases.Track(tx, r.Number, r.Code)
		if err == nil && p.Case.Title != "停水" {
			t.Errorf("the restored case is %q", p.Case.Title)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	reports, err := b.Verify(t.Context(), func(int64, int64) {})
	if err != nil || len(reports) != 1 || !reports[0].OK() || reports[0].Witnessed == 0 {
		t.Fatalf("the restored log: %+v, %v", reports, err)
	}
}

// refusesDamage restores the backup cut off and with a bit turned, at several places: it is told, and nothing is left behind.
func refusesDamage(t *testing.T, file, data string) {
	t.Helper()
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		at := len(whole) * (i + 1) / 9
		turned := bytes.Clone(whole)
		turned[at] ^= 0x10
		for how, bytes := range map[string][]byte{"cut off": whole[:at], "turned": turned} {
			bad := filepath.Join(t.TempDir(), "bad")
			if err := os.WriteFile(bad, bytes, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := app.Restore(t.Context(), bad, data); err == nil || fault.KindOf(err) != fault.KindInvalid {
				t.Errorf("%s at %d: %v", how, at, err)
			}
			if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s at %d: something is left behind", how, at)
			}
		}
	}
}

func TestRestoreLeavesNothingWhenItFails(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad")
	if err := os.WriteFile(bad, []byte("no backup"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file, data string
		kind       fault.Kind
	}{{bad, filepath.Join(dir, "new"), fault.KindInvalid}, {bad, dir, fault.KindConflict}} {
		if err := app.Restore(t.Context(), c.file, c.data); fault.KindOf(err) != c.kind {
			t.Errorf("restore into %s gave %v, want a fault of kind %s", c.data, err, c.kind)
		}
	}
	if list, _ := os.ReadDir(dir); len(list) != 1 {
		t.Errorf("left behind: %v", list)
	}
}

func TestAFolderIsServedByOneProcess(t *testing.T) {
	data := t.TempDir()
	a := city(t, data, false)
	defer a.Close()
	if _, err := app.Open(t.Context(), app.Options{Shelf: packtest.Shelf, Data: data}); fault.KindOf(err) == fault.KindInternal {
		t.Fatalf("opening a folder in use gave %v, want something an operator can act on", err)
	}
}
