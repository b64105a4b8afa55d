package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"linli/test/town"
)

// The disk fills up. Reading goes on, writing is refused with a reason, nothing is half done, and with room again it goes on.
func TestFullDisk(t *testing.T) {
	dir := smallDisk(t, 24)
	if err := settle(t.Context(), dir, "sqlite"); err != nil {
		t.Fatal(err)
	}
	s := start(t, dir)
	c := newClient(s.url, must(t, "token", "--data", dir, "--account", "desk"))
	before, ok, why := c.register(t.Context(), "before", "路灯不亮")
	if !ok {
		t.Fatal(why)
	}
	ballast := fill(t, dir)
	if status, body := c.untilRefused(t); status != http.StatusServiceUnavailable || !strings.Contains(string(body), "磁盘") {
		t.Errorf("on a full disk: %d %s", status, body)
	}
	if status, body, err := c.send(t.Context(), http.MethodGet, "/api/v1/cases/"+before.Case, "", nil); err != nil || status != http.StatusOK {
		t.Errorf("reading on a full disk: %d %s %v", status, body, err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if _, ok, why := c.register(t.Context(), "after", "路灯又不亮"); !ok {
		t.Errorf("with room again: %s", why)
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	proven(t, dir, "sqlite")
}

// untilRefused registers long letters until one is refused: what the database has set aside already is used up first.
func (c *client) untilRefused(t *testing.T) (status int, body []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for i := 0; ; i++ {
		letter, err := json.Marshal(map[string]any{"flow": "mailbox", "title": fmt.Sprintf("第%d件", i), "body": strings.Repeat("停水", 2000), "place": town.Willow,
			"reporter": map[string]any{"name": "许甲"}})
		if err != nil {
			t.Fatal(err)
		}
		if status, body, err = c.send(ctx, http.MethodPost, "/api/v1/cases", fmt.Sprint("full", i), letter); err != nil {
			t.Fatal(err)
		}
		if status != http.StatusCreated {
			return status, body
		}
	}
}

// smallDisk is a folder on a disk of its own, of so many megabytes. It takes the right to mount one.
func smallDisk(t *testing.T, megabytes int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm", megabytes), "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("no disk of its own (mount: %v %s)", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	return filepath.Join(dir, "data")
}

// fill writes until the disk has no room and returns the file to remove.
func fill(t *testing.T, dir string) string {
	t.Helper()
	name := filepath.Join(filepath.Dir(dir), "ballast")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 64<<10)
	for len(block) > 0 {
		if _, err := f.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}
