package scenario

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/db"
	"linli/internal/pack/packtest"
	"linli/test/town"
)

// program is the path of linli, built once for all stories.
var program string

func TestMain(m *testing.M) { os.Exit(withProgram(m.Run)) }

func withProgram(run func() int) int {
	dir, err := os.MkdirTemp("", "linli-scenario-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "linli")
	build := exec.Command("go", "build", "-o", program, "linli/cmd/linli")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build linli: %v\n%s", err, out)
		return 1
	}
	return run()
}

// patience bounds every wait for the program.
const patience = time.Minute

// A server is the program serving.
type server struct {
	url  string
	cmd  *exec.Cmd
	said bytes.Buffer // on standard error; read it when done is closed
	done chan struct{}
	err  error // how it ended
}

// serve starts the program and returns when it says that it is ready, or with what it said instead.
func serve(dir string, args ...string) (*server, error) {
	s := &server{cmd: exec.Command(program, append([]string{"serve", "--addr", "127.0.0.1:0", "--data", dir}, args...)...), done: make(chan struct{})}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.cmd.Stderr = &s.said
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if url, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
				ready <- url
			}
		}
		s.err = s.cmd.Wait()
		close(s.done)
	}()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case s.url = <-ready:
		return s, nil
	case <-s.done:
		return nil, fmt.Errorf("linli serve: %v: %s", s.err, s.said.String())
	case <-late.C:
		s.kill()
		return nil, fmt.Errorf("linli serve was not ready after %v: %s", patience, s.said.String())
	}
}

// stop asks the program to end, as an operator does, and returns how it did.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-s.done:
		if s.err != nil {
			return fmt.Errorf("%w: %s", s.err, s.said.String())
		}
		return nil
	case <-late.C:
		s.kill()
		return fmt.Errorf("linli serve had not stopped %v after SIGTERM", patience)
	}
}

// kill ends the program between two instructions, like a cut of the power.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended by itself
	<-s.done
}

// start is serve for a test.
func start(t *testing.T, dir string, args ...string) *server {
	t.Helper()
	s, err := serve(dir, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	return s
}

// linli runs a command to its end.
func linli(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// must is linli for a command that has to succeed; it returns what it printed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := linli(t, args...)
	if code != 0 {
		t.Fatalf("linli %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// settle founds the town of the tests in an empty data folder. address is the database, "sqlite" for the folder's own.
func settle(ctx context.Context, dir, address string) error {
	a, err := app.Open(ctx, app.Options{Shelf: packtest.Shelf, Data: dir, DB: address})
	if err != nil {
		return err
	}
	err = a.DB.Write(ctx, func(tx *db.Tx) error { _, err := town.Settle(tx, a.People); return err })
	if closing := a.Close(); err == nil {
		err = closing
	}
	return err
}

// founded is a data folder with the town.
func founded(t *testing.T, address string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	if err := settle(t.Context(), dir, address); err != nil {
		t.Fatal(err)
	}
	return dir
}
