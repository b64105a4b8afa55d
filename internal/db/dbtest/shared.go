//go:build unix

package dbtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// users is the lock every process that uses the shared server holds, until it ends.
var users *os.File

// watch stops the server once nobody holds the lock of the users.
const watch = `while sleep 30; do flock -n -x users "$0" -D data -m immediate stop && exit; done`

// startShared returns the URL of the server in the user's folder under the temporary one, starting it if need be.
func startShared() (string, error) {
	bin, err := programs()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("linli-test-postgres-%d", os.Getuid()))
	owner, err := serverOwner()
	if err != nil {
		return "", err
	}
	if err := prepareDir(dir, owner); err != nil {
		return "", err
	}
	if users, err = os.OpenFile(filepath.Join(dir, "users"), os.O_RDWR|os.O_CREATE, 0o666); err != nil {
		return "", err
	}
	// waits while the watch stops the server
	if err := syscall.Flock(int(users.Fd()), syscall.LOCK_SH); err != nil {
		return "", err
	}
	starting, err := os.OpenFile(filepath.Join(dir, "starting"), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return "", err
	}
	defer starting.Close()
	if err := syscall.Flock(int(starting.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	at := "postgres://linli@/postgres?host=" + url.QueryEscape(dir)
	if answers(at) {
		return at, nil
	}
	if err := os.RemoveAll(filepath.Join(dir, "data")); err != nil {
		return "", err
	}
	if err := (&install{bin, dir, owner}).start(at); err != nil {
		return "", err
	}
	cmd := exec.Command("sh", "-c", watch, filepath.Join(bin, "pg_ctl"))
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: owner, Setsid: true}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	return at, cmd.Process.Release()
}

func answers(at string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, at)
	if err != nil {
		return false
	}
	return c.Close(ctx) == nil
}

// install is one server's programs, folder and user.
type install struct {
	bin   string
	dir   string              // holds data, the logs and the socket
	owner *syscall.Credential // nil: the user of this process
}

// start makes the data folder unless there is one, and starts the server.
func (i *install) start(at string) error {
	if _, err := os.Stat(filepath.Join(i.dir, "data", "PG_VERSION")); err != nil {
		if err := i.run("initdb", "-D", "data", "-U", "linli", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"); err != nil {
			return err
		}
	}
	settings := fmt.Sprintf("-k '%s' -c listen_addresses='' -c fsync=off -c full_page_writes=off "+
		"-c max_connections=200 -c shared_buffers=64MB -c autovacuum=off -c wal_level=minimal -c max_wal_senders=0", i.dir)
	if err := i.run("pg_ctl", "-D", "data", "-w", "-l", "server.log", "-o", settings, "start"); err != nil {
		return err
	}
	if !answers(at) {
		return fmt.Errorf("server started in %s but does not answer", i.dir)
	}
	return nil
}

// stop stops the server: "fast" tells the clients, "immediate" does not.
func (i *install) stop(mode string) error {
	return i.run("pg_ctl", "-D", "data", "-w", "-m", mode, "stop")
}

func (i *install) run(name string, args ...string) error {
	log, err := os.OpenFile(filepath.Join(i.dir, "start.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(filepath.Join(i.bin, name), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = i.dir, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: i.owner, Setsid: true}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w (see %s)", name, err, log.Name())
	}
	return nil
}

// programs finds the folder that holds initdb and pg_ctl.
func programs() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if p, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			found = append(found, real)
		}
	}
	for i := len(found) - 1; i >= 0; i-- {
		dir := filepath.Dir(found[i])
		if _, err := os.Stat(filepath.Join(dir, "pg_ctl")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("set LINLI_TEST_POSTGRES to a server's URL, or install PostgreSQL (Debian: apt install postgresql)")
}

// serverOwner is whom the server runs as: PostgreSQL refuses root.
func serverOwner() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("root cannot run PostgreSQL and there is no user postgres or nobody")
}

// prepareDir makes the folder and gives it to the owner of the server, refusing one that somebody else put there.
func prepareDir(dir string, owner *syscall.Credential) error {
	want := uint32(os.Getuid())
	if owner != nil {
		want = owner.Uid
	}
	if err := os.Mkdir(dir, 0o700); err == nil {
		if owner != nil {
			return os.Chown(dir, int(owner.Uid), int(owner.Gid))
		}
		return nil
	} else if !os.IsExist(err) {
		return err
	}
	st, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !st.IsDir() || !ok || (sys.Uid != want && sys.Uid != uint32(os.Getuid())) {
		return fmt.Errorf("%s belongs to somebody else", dir)
	}
	return nil
}
