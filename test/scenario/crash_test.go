package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linli/internal/db/dbtest"
)

// The program is killed in the middle of a load. What it had acknowledged is there, its log verifies, and it goes on.
func TestKilledUnderLoad(t *testing.T) {
	eachEngine(t, func(t *testing.T, dir, address string) {
		s := start(t, dir, "--db", address)
		token := must(t, "token", "--data", dir, "--db", address, "--account", "desk")
		for round := range 2 {
			l := begin(t, fmt.Sprint("round-", round), s.url, token, 60)
			<-l.enough
			s.kill()
			l.end()
			proven(t, dir, address)
			s = start(t, dir, "--db", address)
			l.check(t, s.url, token)
			t.Logf("round %d: %d acknowledged, %d in doubt", round, len(l.kept), len(l.failed))
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
		proven(t, dir, address)
	})
}

// eachEngine runs a story on the town in a data folder with SQLite and with PostgreSQL.
func eachEngine(t *testing.T, story func(t *testing.T, dir, address string)) {
	t.Run("sqlite", func(t *testing.T) { story(t, founded(t, "sqlite"), "sqlite") })
	t.Run("postgres", func(t *testing.T) {
		address := dbtest.PostgresURL(t)
		story(t, founded(t, address), address)
	})
}

// proven says that the log of a city verifies.
func proven(t *testing.T, dir, address string) {
	t.Helper()
	if out := must(t, "verify", "--data", dir, "--db", address); !strings.Contains(out, "不符 0 处") {
		t.Errorf("verify: %s", out)
	}
}

// The PostgreSQL server is restarted, and crashes, under load. The program stays, says that it is unavailable meanwhile, and
// serves again without being started again.
func TestDatabaseGoneAndBack(t *testing.T) {
	pg := dbtest.NewServer(t)
	dir := founded(t, pg.URL)
	s := start(t, dir, "--db", pg.URL)
	token := must(t, "token", "--data", dir, "--db", pg.URL, "--account", "desk")
	for _, how := range []string{"fast", "immediate"} {
		l := begin(t, how, s.url, token, 30)
		<-l.enough
		pg.Stop(how)
		l.end()
		c := newClient(s.url, token)
		status, body, err := c.send(t.Context(), "GET", "/api/v1/cases", "", nil)
		if err != nil || status != 503 {
			t.Errorf("without its database: %d %s %v", status, body, err)
		}
		pg.Start()
		eventually(t, "ready", func() bool {
			status, _, err := c.send(t.Context(), "GET", "/readyz", "", nil)
			return err == nil && status == 200
		})
		l.check(t, s.url, token)
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	proven(t, dir, pg.URL)
}

// eventually asks again until it holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	beat := time.NewTicker(50 * time.Millisecond)
	defer beat.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("not %s after %v", what, patience)
		case <-beat.C:
		}
	}
}

// An import is killed in the middle; run again it goes on, and every row of the table is there once.
func TestImportKilled(t *testing.T) {
	const rows = 600
	dir, table := founded(t, "sqlite"), longTable(t, rows)
	cmd := exec.Command(program, "import", "appeals", table, "--data", dir)
	progress, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := progress.Read(make([]byte, 1)); err != nil { // the first batch is done
		t.Fatal(err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // killed
	proven(t, dir, "sqlite")
	second := imported(t, dir, table)
	if second.Resumed == 0 || second.Resumed == rows || second.Read != rows {
		t.Errorf("the second run did not go on where the first was killed: %+v", second)
	}
	if second.Imported+second.Present != rows || second.Rejected != 0 {
		t.Errorf("rows lost or told twice: %+v", second)
	}
	if third := imported(t, dir, table); third.Imported != 0 || third.Present != rows {
		t.Errorf("a third run changed something: %+v", third)
	}
	proven(t, dir, "sqlite")
}

// longTable is a table of appeals with so many good rows.
func longTable(t *testing.T, rows int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("留言编号,留言用户,留言主题,留言时间,留言详情\n")
	for i := range rows {
		fmt.Fprintf(&b, "%d,居民甲,第%d件来信,2025-03-03 09:10:00,路灯不亮，请修。\n", i+1, i+1)
	}
	table := filepath.Join(t.TempDir(), "table.csv")
	if err := os.WriteFile(table, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return table
}

// A tally is what an import tells scripts.
type tally struct {
	Read     int `json:"read"`
	Imported int `json:"imported"`
	Present  int `json:"already_there"`
	Rejected int `json:"rejected"`
	Resumed  int `json:"resumed"`
}

func imported(t *testing.T, dir, table string) (s tally) {
	t.Helper()
	if err := json.Unmarshal([]byte(must(t, "import", "appeals", table, "--data", dir, "--json")), &s); err != nil {
		t.Fatal(err)
	}
	return s
}
