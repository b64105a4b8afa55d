//go:build unix

package db

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"linli/internal/fault"
)

// LockDir takes the data folder for this process until the returned function is called or the process ends, however it
// ends. Returns a conflict that names the other process when it has the folder.
func LockDir(dir string) (release func() error, err error) {
	path := filepath.Join(dir, "linli.lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.Unavailable(err, "数据目录 %s 不可写", dir)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fault.Unavailable(err, "数据目录 %s 无法加锁", dir)
		}
		holder, _ := io.ReadAll(io.LimitReader(f, 32))
		return nil, fault.Conflict("数据目录 %s 正由进程 %s 使用，请先停止它", dir, strings.TrimSpace(string(holder)))
	}
	// the number is for people; the lock is what counts
	if err = f.Truncate(0); err == nil {
		_, err = fmt.Fprintln(f, os.Getpid())
	}
	if err != nil {
		return nil, errors.Join(fault.Unavailable(err, "数据目录 %s 不可写", dir), f.Close())
	}
	return f.Close, nil
}
