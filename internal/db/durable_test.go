package db_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"linli/internal/db"
	"linli/internal/db/dbtest"
)

// childURL makes the test program a child that writes to the database at that URL and prints what was acknowledged.
const childURL = "LINLI_DB_TEST_CHILD"

func writeUntilKilled(url string) {
	d, err := db.Open(context.Background(), db.Options{URL: url})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var print sync.Mutex
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for {
				id := db.NewID()
				if err := d.Write(context.Background(), func(tx *db.Tx) error { return twoRows(tx, id) }); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				print.Lock()
				fmt.Println(id)
				print.Unlock()
			}
		})
	}
	group.Wait()
}

func twoRows(tx *db.Tx, id db.ID) error {
	if err := insertThing(tx, id, "own", 0); err != nil {
		return err
	}
	return tx.Exec("insert into thing_step (id, thing, words) values (?, ?, ?)", id, id, "登记")
}

func TestNothingAcknowledgedIsLostToAKill(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		url := "sqlite:" + filepath.Join(t.TempDir(), "linli.db")
		d := openAt(t, url)
		if err := d.Migrate(t.Context(), merged(t, steps)); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		killAndCount(t, url)
	})
	t.Run("postgres", func(t *testing.T) { killAndCount(t, dbtest.PostgresURL(t, steps)) })
}

func killAndCount(t *testing.T, url string) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childURL+"="+url)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var acknowledged []db.ID
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		id, err := db.ParseID(lines.Text())
		if err != nil {
			break // a line cut by the kill was not read by anybody
		}
		acknowledged = append(acknowledged, id)
		if len(acknowledged) == 500 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // "signal: killed"
	if len(acknowledged) < 500 {
		t.Fatalf("the child ended by itself after %d rows", len(acknowledged))
	}
	d := openAt(t, url)
	defer d.Close()
	dbtest.Read(t, d, func(tx *db.Tx) error {
		for _, id := range acknowledged {
			var name string
			var n int
			if err := tx.QueryRow("select name from thing where id = ?", id).Scan(&name); err != nil {
				return fmt.Errorf("acknowledged row %v: %w", id, err)
			}
			if err := tx.QueryRow("select count(*) from thing_step where thing = ?", id).Scan(&n); err != nil || n != 1 {
				t.Errorf("thing %v has %d steps, want 1 (%v)", id, n, err)
			}
		}
		var half int
		err := tx.QueryRow("select (select count(*) from thing) - (select count(*) from thing_step)").Scan(&half)
		if half != 0 {
			t.Errorf("%d transactions are there by half", half)
		}
		return err
	})
}
