package db_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
)

// behind runs one write that holds the writer until the others wait behind it, so that they make one group with it. It
// returns their errors, that of the first at 0.
func behind(t *testing.T, d *db.DB, first func(tx *db.Tx) error, others ...func(tx *db.Tx) error) []error {
	t.Helper()
	errs := make([]error, len(others)+1)
	release := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		errs[0] = d.Write(t.Context(), func(tx *db.Tx) error { <-release; return first(tx) })
	})
	synctest.Wait()
	for i, fn := range others {
		group.Go(func() { errs[i+1] = d.Write(t.Context(), fn) })
		synctest.Wait() // they queue in this order
	}
	close(release)
	group.Wait()
	return errs
}

func TestAFailingClosureDoesNotHurtItsGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dbtest.SQLite(t, steps)
		mine := errors.New("mine")
		insert := func(id db.ID) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { return insertThing(tx, id, "own", 0) }
		}
		before := d.Stats()
		errs := behind(t, d, insert(1),
			func(tx *db.Tx) error { return errors.Join(insertThing(tx, 2, "a", 0), mine) },
			insert(3),
			func(tx *db.Tx) error { _ = insertThing(tx, 4, "b", 0); panic("stove") },
			insert(5),
			func(tx *db.Tx) error { return insertThing(tx, 5, "again", 0) },
			insert(6))
		for i, ok := range []bool{true, false, true, false, true, false, true} {
			if ok != (errs[i] == nil) {
				t.Errorf("member %d: error is %v, want success: %v", i, errs[i], ok)
			}
		}
		if !errors.Is(errs[1], mine) || fault.KindOf(errs[3]) != fault.KindInternal || !db.IsUnique(errs[5]) {
			t.Errorf("the failed members got %v", errs)
		}
		wantCount(t, d, 4)
		after := d.Stats()
		if after.Commits-before.Commits != 1 || after.Writes-before.Writes != 4 {
			t.Errorf("stats went from %+v to %+v, want 4 writes in 1 commit", before, after)
		}
		if after.Retries-before.Retries != 1 {
			t.Errorf("%d closures ran again, want the one before the first failure", after.Retries-before.Retries)
		}
	})
}

func TestHooksOfAGroupRunAfterItsCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dbtest.SQLite(t, steps)
		var ran int
		write := func(id db.ID) func(tx *db.Tx) error {
			return func(tx *db.Tx) error {
				tx.AfterCommit(func() { ran++; wantCount(t, d, 2) })
				return insertThing(tx, id, "own", 0)
			}
		}
		errs := behind(t, d, write(1), func(tx *db.Tx) error {
			if ran != 0 {
				t.Error("a hook of the first member ran before the group was committed")
			}
			return insertThing(tx, 2, "own", 0)
		})
		if err := errors.Join(errs...); err != nil || ran != 1 {
			t.Fatalf("errors %v, %d hooks, want none and 1", err, ran)
		}
	})
}

func TestGroupingCanBeSwitchedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dbtest.OpenSQLite(t, db.Options{NoGroupCommits: true}, steps)
		before := d.Stats()
		insert := func(id db.ID) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { return insertThing(tx, id, "own", 0) }
		}
		if err := errors.Join(behind(t, d, insert(1), insert(2), insert(3))...); err != nil {
			t.Fatal(err)
		}
		if n := d.Stats().Commits - before.Commits; n != 3 {
			t.Errorf("%d commits for 3 writes, want 3", n)
		}
	})
}

func TestAWaitingWriteCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dbtest.SQLite(t, steps)
		release := make(chan struct{})
		var group sync.WaitGroup
		group.Go(func() {
			if err := d.Write(t.Context(), func(*db.Tx) error { <-release; return nil }); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		var err error
		group.Go(func() {
			err = d.Write(ctx, func(*db.Tx) error { t.Error("a cancelled write ran"); return nil })
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v while another writes, want context.Canceled at once", err)
		}
		close(release)
		group.Wait()
	})
}

func TestWritesAfterCloseAreUnavailable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := errors.Join(d.Close(), d.Close()); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{
			d.Write(t.Context(), func(tx *db.Tx) error { return insertThing(tx, 1, "a", 0) }),
			d.Read(t.Context(), func(tx *db.Tx) error { var n int; return tx.QueryRow("select 1").Scan(&n) }),
		} {
			if fault.KindOf(err) != fault.KindUnavailable {
				t.Errorf("error is %v, want unavailable", err)
			}
		}
	}, steps)
}

func TestAFullDatabaseRefusesAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dbtest.SQLite(t, steps)
		pages := func(n int) {
			dbtest.Write(t, d, func(tx *db.Tx) error {
				var now int
				return tx.QueryRow(fmt.Sprintf("pragma max_page_count=%d", n)).Scan(&now)
			})
		}
		pages(30)
		errs := behind(t, d,
			func(tx *db.Tx) error { return insertThing(tx, 1, "small", 0) },
			func(tx *db.Tx) error {
				return tx.Exec("insert into thing (id, name, data) values (2, 'big', ?)", bytes.Repeat([]byte("x"), 1<<20))
			})
		for i, err := range errs {
			if err != nil && (fault.KindOf(err) != fault.KindUnavailable || !strings.Contains(fault.As(err).Message(), "磁盘空间不足")) {
				t.Errorf("member %d: error is %v, want unavailable for lack of space", i, err)
			}
		}
		if errs[1] == nil {
			t.Error("a megabyte went into 30 pages")
		}
		want := 0
		if errs[0] == nil {
			want = 1
		}
		wantCount(t, d, want)
		pages(1 << 20)
		dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, 3, "later", 0) })
		wantCount(t, d, want+1)
	})
}

// A disk that is really full fails at the commit, not at the statement.
func TestAFullDiskAcknowledgesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("linli", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("only root can make a small disk: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	url := "sqlite:" + filepath.Join(dir, "linli.db")
	d := openAt(t, url)
	if err := d.Migrate(t.Context(), merged(t, steps)); err != nil {
		t.Fatal(err)
	}
	acknowledged, failed := 0, false
	for id := db.ID(1); id < 200 && !failed; id++ {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			return tx.Exec("insert into thing (id, name, data) values (?, ?, ?)", id, id.String(), bytes.Repeat([]byte("x"), 30_000))
		})
		switch {
		case err == nil:
			acknowledged++
		case fault.KindOf(err) == fault.KindUnavailable:
			failed = true
		default:
			t.Fatalf("error is %v, want unavailable", err)
		}
	}
	if !failed || acknowledged == 0 {
		t.Fatalf("%d acknowledged, failed: %v", acknowledged, failed)
	}
	wantCount(t, d, acknowledged)
	_ = d.Close() // may be unable to fold its log on the full disk
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT, "size=8m"); err != nil {
		t.Fatal(err)
	}
	d = openAt(t, url)
	wantCount(t, d, acknowledged)
	dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, 1000, "later", 0) })
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(path("letter.db"), bytes.Repeat([]byte("这不是数据库。"), 200), 0o600))
	must(os.Mkdir(path("folder"), 0o700))
	must(os.WriteFile(path("file"), nil, 0o600))
	d := openAt(t, "sqlite:"+path("torn.db"))
	must(d.Migrate(t.Context(), merged(t, steps)))
	must(d.Close())
	torn, err := os.ReadFile(path("torn.db"))
	must(err)
	copy(torn[100:4096], bytes.Repeat([]byte{0xff}, 3996)) // the catalogue's page, behind the header
	must(os.WriteFile(path("torn.db"), torn, 0o600))

	for name, want := range map[string]string{
		"letter.db":        "不是数据库",
		"torn.db":          "已损坏",
		"folder":           "是一个目录",
		"missing/linli.db": "不存在",
		"file/linli.db":    "不是目录",
	} {
		_, err := db.Open(t.Context(), db.Options{URL: "sqlite:" + path(name)})
		if fault.KindOf(err) != fault.KindUnavailable || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want one that says %s", name, err, want)
		}
	}
	if _, err := db.Open(t.Context(), db.Options{URL: "mysql://x"}); err == nil || !strings.Contains(err.Error(), "mysql") {
		t.Errorf("an unknown kind of database gives %v", err)
	}
}

func TestAReadOnlyFolderIsNamed(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("linli", dir, "tmpfs", 0, "size=1m"); err == nil {
		defer syscall.Unmount(dir, syscall.MNT_DETACH)
		if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
	} else if os.Getuid() == 0 {
		t.Skipf("root may write everywhere, and cannot mount: %v", err)
	} else if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	_, err := db.Open(t.Context(), db.Options{URL: "sqlite:" + filepath.Join(dir, "linli.db")})
	if fault.KindOf(err) != fault.KindUnavailable || !strings.Contains(err.Error(), "不可写") {
		t.Errorf("error is %v, want one that says the folder cannot be written", err)
	}
	if _, err := db.LockDir(dir); fault.KindOf(err) != fault.KindUnavailable {
		t.Errorf("LockDir gives %v, want unavailable", err)
	}
}

func TestAnOddPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "市 区?#%20&=.db")
	d := openAt(t, "sqlite:"+path)
	if err := d.Migrate(t.Context(), merged(t, steps)); err != nil {
		t.Fatal(err)
	}
	wantCount(t, d, 0)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
}

func TestBackupWhileServing(t *testing.T) {
	d := dbtest.SQLite(t, steps)
	dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, 1, "a", 0) })
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return step(tx, 1) }); err != nil {
				t.Error(err)
				return
			}
			if n == 10 {
				close(started)
			}
		}
	})
	<-started
	copied := filepath.Join(t.TempDir(), "copy.db")
	err := d.Backup(t.Context(), copied)
	cancel()
	group.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Backup(t.Context(), copied); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("a backup over another gives %v, want a conflict", err)
	}
	c := openAt(t, "sqlite:"+copied)
	defer c.Close()
	dbtest.Read(t, c, func(tx *db.Tx) error {
		var sound string
		var n, rows int
		err := errors.Join(tx.QueryRow("pragma integrity_check").Scan(&sound), tx.QueryRow("select n from thing").Scan(&n),
			tx.QueryRow("select count(*) from thing_step").Scan(&rows))
		if sound != "ok" || n < 10 || rows != 4*n {
			t.Errorf("the copy is %q with %d steps and %d rows, want ok, at least 10, and four rows a step", sound, n, rows)
		}
		return err
	})
}

func TestOneProcessPerFolder(t *testing.T) {
	dir := t.TempDir()
	release, err := db.LockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.LockDir(dir)
	if fault.KindOf(err) != fault.KindConflict || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("error is %v, want a conflict that names process %d", err, os.Getpid())
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	again, err := db.LockDir(dir)
	if err != nil {
		t.Fatalf("the folder was not released: %v", err)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
}

func TestManyTextsAreMoreThanTheStatementsKept(t *testing.T) {
	d := dbtest.SQLite(t, steps)
	dbtest.Write(t, d, func(tx *db.Tx) error {
		for i := range 1000 {
			var n int
			if err := tx.QueryRow(fmt.Sprintf("select %d + count(*) from thing", i)).Scan(&n); err != nil || n != i {
				return fmt.Errorf("text %d gives %d, %v", i, n, err)
			}
		}
		return nil
	})
}

// TestThoseBehindLetOthersGoFirst: of writes that wait together, those that somebody waits for go first, and not more than one of those behind with them.
func TestThoseBehindLetOthersGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dbtest.SQLite(t, steps)
		release := make(chan struct{})
		var order []string
		var group sync.WaitGroup
		write := func(ctx context.Context, name string) {
			group.Go(func() {
				err := d.Write(ctx, func(tx *db.Tx) error {
					if name == "first" {
						<-release
					}
					order = append(order, name)
					return insertThing(tx, db.NewID(), "own", 0)
				})
				if err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		write(t.Context(), "first")
		write(db.Behind(t.Context()), "behind")
		write(db.Behind(t.Context()), "behind")
		write(t.Context(), "front")
		write(t.Context(), "front")
		before := d.Stats().Commits
		close(release)
		group.Wait()
		if got := strings.Join(order, " "); got != "first front front behind behind" {
			t.Errorf("they ran as %s", got)
		}
		if n := d.Stats().Commits - before; n != 2 {
			t.Errorf("%d commits, want one with those in front and one after it", n)
		}
	})
}

// TestThoseBehindGoOnUnderLoad: while others write without a pause, work behind gets its turns.
func TestThoseBehindGoOnUnderLoad(t *testing.T) {
	d := dbtest.SQLite(t, steps)
	ended := make(chan struct{})
	var front atomic.Int64
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for front.Add(1) < 100_000 {
				if err := d.Write(t.Context(), func(tx *db.Tx) error { return insertThing(tx, db.NewID(), "own", 0) }); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-ended:
					return
				default:
				}
			}
		})
	}
	for range 5 {
		dbtest.Write(t, d, func(tx *db.Tx) error { return insertThing(tx, db.NewID(), "own", 0) }) // the others are writing
		err := d.Write(db.Behind(t.Context()), func(tx *db.Tx) error { return insertThing(tx, db.NewID(), "own", 0) })
		if err != nil {
			t.Fatal(err)
		}
	}
	close(ended)
	group.Wait()
	if n := front.Load(); n >= 100_000 {
		t.Error("work behind had to wait until nobody else wrote")
	}
}
