package payrun_test

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/payrun"
	"linli/internal/schema"
	"linli/test/town"
)

// childURL makes the test program a child that reckons, or posts, a run in the database at that URL, and prints a line after each chunk.
const (
	childURL = "LINLI_PAYRUN_TEST_CHILD"
	childRun = "LINLI_PAYRUN_TEST_RUN"
)

const many = 3000

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		payUntilKilled(url, os.Getenv(childRun))
		return
	}
	os.Exit(m.Run())
}

// payUntilKilled is the child.
func payUntilKilled(url, run string) {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	id, err := db.ParseID(run)
	fail(err)
	d, err := db.Open(context.Background(), db.Options{URL: url})
	fail(err)
	defer payrun.SetChunk(100)()
	runs := payrun.New(nil)
	runs.Offer(payrun.Offer{Name: "test", Title: "试发", Due: lots})
	for _, step := range []func(context.Context, *db.DB, db.ID) (payrun.Run, bool, error){runs.Reckon, runs.Post} {
		for more := true; more; {
			_, more, err = step(context.Background(), d, id)
			fail(err)
			fmt.Println("chunk")
		}
	}
	fail(d.Close())
	fmt.Println("end")
}

// lots owes a hundred yuan to each of many.
func lots(_ *db.Tx, w payrun.Want, after string, limit int) (list []payrun.Line, next string, err error) {
	from := 0
	if after != "" {
		fmt.Sscan(after, &from)
	}
	for i := from; i < min(many, from+limit); i++ {
		list = append(list, payrun.Line{Key: fmt.Sprintf("lots/%d/%s", i, w.Period), Ref: db.ID(i + 1), Name: "测试", Account: fmt.Sprintf("99%08d", i), Path: "4112/411291/411291001/411291001001/", Period: w.Period, Fen: 10000,
			Shares: []ledger.Share{{Payer: "city", Fund: "disability", Fen: 2000}, {Payer: "county", Fund: "disability", Fen: 8000}}, Clause: clause, Words: "每月 100 元"})
	}
	if from+limit < many {
		next = fmt.Sprint(from + limit)
	}
	return list, next, nil
}

// The program is killed again and again while it reckons and posts a run. In the end each is in the run once, and the books agree.
func TestKilledInTheMiddleOfARun(t *testing.T) {
	set, err := schema.Merge(slices.Concat(town.Migrations(), []fs.FS{ledger.Migrations, payrun.Migrations})...)
	if err != nil {
		t.Fatal(err)
	}
	url := "sqlite:" + filepath.Join(t.TempDir(), "linli.db")
	at := func() *db.DB {
		d, err := db.Open(t.Context(), db.Options{URL: url, Now: dbtest.NewClock().Now})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := at()
	if err := d.Migrate(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	k := open(t, town.Build(t, d, dbtest.NewClock()), money.Fen(many)*10000)
	id := k.make("2026-10")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	kills := 0
	for _, after := range []int{1, 5, 11, 9} {
		if killed(t, url, id, after) {
			kills++
		}
	}
	if kills != 4 {
		t.Fatalf("%d of 4 were killed", kills)
	}
	d = at()
	defer d.Close()
	k.DB = d
	for killed(t, url, id, 1<<30) {
		t.Fatal("nobody killed it")
	}
	if v := k.run(id); v.Stage != payrun.Reckoned || v.Lines != many || v.Held != 0 {
		t.Fatalf("%+v", v)
	}
	k.review(id)
	k.Write(t, func(tx *db.Tx) error { return k.runs.Approve(tx, k.head, id, "") })
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if !killed(t, url, id, 3) || !killed(t, url, id, 7) {
		t.Fatal("posting was not killed")
	}
	killed(t, url, id, 1<<30)
	d = at()
	defer d.Close()
	k.DB = d
	if v := k.run(id); v.Stage != payrun.Posted || v.Posted != v.Parts {
		t.Fatalf("%+v", v)
	}
	if s := k.standing(k.county); s.Spent != many*8000 || s.Pledged != 0 || s.Owing != many*8000 {
		t.Fatalf("%+v", s)
	}
	if n := len(k.slips(id, payrun.Booked)); n != many {
		t.Fatalf("%d lines", n)
	}
	k.sound()
}

// killed runs the child until it has printed so many chunks, and kills it then; false when it ended by itself.
func killed(t *testing.T, url string, run db.ID, after int) bool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childURL+"="+url, childRun+"="+run.String())
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	n, ended := 0, false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		ended = lines.Text() == "end"
		if n++; n == after {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // "signal: killed"
	return !ended
}
