package blob

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
)

var png = "\x89PNG\x0D\x0A\x1A\x0A" + strings.Repeat("pixels", 3000)

func newStore(t *testing.T, limit int64) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "blob"), limit)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *Store) count(t *testing.T) (n int) {
	t.Helper()
	err := s.walk(func(string, string, os.FileInfo) error { n++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestReceiveAttachOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStore(t, 1<<20)
		f, err := s.Receive(strings.NewReader(png), "井盖.png")
		if err != nil {
			t.Fatal(err)
		}
		twin, err := s.Receive(iotest.OneByteReader(strings.NewReader(png)), "copy.png")
		if err != nil || twin != f || s.count(t) != 1 {
			t.Fatalf("the same content: %+v, %v, %d files", twin, err, s.count(t))
		}
		var id db.ID
		dbtest.Write(t, d, func(tx *db.Tx) (err error) {
			if id, err = s.Attach(tx, f, "case:1", `C:\照片\井盖.png`, "张"); err == nil {
				_, err = s.Attach(tx, twin, "case:2", "copy.png", "李")
			}
			return err
		})
		var l Link
		dbtest.Read(t, d, func(tx *db.Tx) (err error) { l, err = Get(tx, id); return err })
		if l.Name != "井盖.png" || l.Type != "image/png" || l.Size != int64(len(png)) || l.By != "张" {
			t.Fatalf("link %+v", l)
		}
		file, err := s.Open(l.File)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if got, err := io.ReadAll(file); err != nil || string(got) != png {
			t.Fatalf("content of %d bytes, %v", len(got), err)
		}
	}, Migrations)
}

func zipped(t *testing.T, entry string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if _, err := z.Create(entry); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTypes(t *testing.T) {
	s := newStore(t, 1<<20)
	for name, c := range map[string]struct{ file, text, kind string }{
		"photo":        {"a.png", png, "image/png"},
		"pdf by name":  {"a.png", "%PDF-1.7 …", "application/pdf"},
		"words":        {"a.txt", "路灯坏了三天", "text/plain"},
		"word":         {"a.DOCX", zipped(t, "[Content_Types].xml"), office[".docx"].kind},
		"ofd":          {"a.ofd", zipped(t, "OFD.xml"), "application/ofd"},
		"plain zip":    {"a.zip", zipped(t, "x.exe"), ""},
		"zip as word":  {"a.docx", zipped(t, "x.exe"), ""},
		"old word":     {"a.doc", string(oleMagic) + "…", "application/msword"},
		"installer":    {"a.msi", string(oleMagic) + "…", ""},
		"recording":    {"a.amr", "#!AMR\n…", "audio/amr"},
		"page":         {"a.txt", "<html><body>", ""},
		"hidden page":  {"a.txt", "hello <SCRIPT>alert(1)</script>", ""},
		"drawing":      {"a.svg", `<svg xmlns="x">`, ""},
		"program":      {"a.png", "MZ\x90\x00\x03\x00\x00", ""},
		"elf":          {"a.txt", "\x7fELF\x02\x01\x01\x00", ""},
		"film as song": {"a.m4a", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "audio/mp4"},
	} {
		f, err := s.Receive(strings.NewReader(c.text), c.file)
		if c.kind == "" {
			if fault.KindOf(err) != fault.KindInvalid || fault.As(err).Field != "file" {
				t.Errorf("%s: %+v, %v; want a refusal", name, f, err)
			}
		} else if err != nil || f.Type != c.kind {
			t.Errorf("%s: type %q, %v; want %q", name, f.Type, err, c.kind)
		}
	}
}

func TestBadUploadsLeaveNothing(t *testing.T) {
	s := newStore(t, 10_000)
	broken := errors.New("connection lost")
	for name, c := range map[string]struct {
		r    io.Reader
		kind fault.Kind
		says string
	}{
		"empty":     {strings.NewReader(""), fault.KindInvalid, "空"},
		"too large": {strings.NewReader(png), fault.KindInvalid, "10000 字节"},
		"cut off":   {io.MultiReader(strings.NewReader(png[:9000]), iotest.ErrReader(broken)), fault.KindUnavailable, "重新上传"},
		"cut early": {iotest.ErrReader(broken), fault.KindUnavailable, "重新上传"},
	} {
		_, err := s.Receive(c.r, "a.png")
		if fault.KindOf(err) != c.kind || !strings.Contains(fault.As(err).Message(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := s.count(t); n != 0 {
		t.Fatalf("%d files stayed", n)
	}
	if f, err := s.Receive(strings.NewReader(png[:10_000]), "a.png"); err != nil || f.Size != 10_000 {
		t.Fatalf("a file of exactly the limit: %+v, %v", f, err)
	}
}

func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	_, err = newStore(t, 0).spool(full, strings.NewReader(png), "a.png")
	if fault.KindOf(err) != fault.KindUnavailable || !strings.Contains(fault.As(err).Message(), "磁盘空间不足") {
		t.Fatalf("full disk: %v", err)
	}
}

func TestMissingAndDamagedAreNoticed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStore(t, 0)
		var files []File
		for _, text := range []string{"sound", "gone", "short", "other"} {
			f, err := s.Receive(strings.NewReader(text+" text"), "a.txt")
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		dbtest.Write(t, d, func(tx *db.Tx) (err error) {
			for _, f := range files {
				if _, e := s.Attach(tx, f, "case:1", "a.txt", "张"); e != nil {
					err = e
				}
			}
			return err
		})
		err := errors.Join(os.Remove(s.path(files[1].Hash)), os.WriteFile(s.path(files[2].Hash), []byte("sh"), 0o600),
			os.WriteFile(s.path(files[3].Hash), []byte("OTHER text"), 0o600))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files[1:3] {
			if _, err := s.Open(f); fault.KindOf(err) != fault.KindInternal || fault.As(err) == nil {
				t.Errorf("opened a bad file: %v", err)
			}
		}
		bad, err := s.Check(context.Background(), d)
		if err != nil || len(bad) != 3 {
			t.Fatalf("damage %+v, %v", bad, err)
		}
		for _, b := range bad {
			if b.Missing != (b.Hash == files[1].Hash) {
				t.Errorf("damage %+v", b)
			}
		}
		// The same file sent again heals the short one.
		if _, err := s.Receive(strings.NewReader("short text"), "a.txt"); err != nil {
			t.Fatal(err)
		}
		if bad, err := s.Check(context.Background(), d); err != nil || len(bad) != 2 {
			t.Fatalf("after healing: %+v, %v", bad, err)
		}
	}, Migrations)
}

func TestSweepTakesOrphansOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStore(t, 0)
		receive := func(text string) File {
			f, err := s.Receive(strings.NewReader(text), "a.txt")
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		kept, dropped := receive("kept"), receive("dropped")
		receive("never attached")
		if err := os.WriteFile(filepath.Join(s.dir, "tmp", "up-1"), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		var link db.ID
		dbtest.Write(t, d, func(tx *db.Tx) (err error) {
			if _, err = s.Attach(tx, kept, "case:1", "a.txt", "张"); err == nil {
				link, err = s.Attach(tx, dropped, "case:1", "b.txt", "张")
			}
			return err
		})
		dbtest.Write(t, d, func(tx *db.Tx) error { return Detach(tx, link) })
		sweep := func(now time.Time, want int) {
			t.Helper()
			if n, err := s.Sweep(context.Background(), d, now); err != nil || n != want {
				t.Fatalf("swept %d, %v; want %d", n, err, want)
			}
		}
		sweep(time.Now(), 0) // all too fresh
		sweep(time.Now().Add(Grace+time.Minute), 3)
		if _, err := s.Open(kept); err != nil {
			t.Fatal(err)
		}
	}, Migrations)
}

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		"../../etc/passwd": "passwd", "a\u202Egpj.exe": "agpj.exe", "": "未命名", "...": "未命名", "报告\n.pdf": "报告.pdf",
		strings.Repeat("长", 200) + ".docx": strings.Repeat("长", maxName-5) + ".docx",
	} {
		if got := CleanName(in); got != want {
			t.Errorf("CleanName(%q) = %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := CleanName(rapid.String().Draw(t, "name"))
		if name == "" || len([]rune(name)) > maxName || strings.ContainsAny(name, "/\\\n\x00") || CleanName(name) != name {
			t.Fatalf("name %q", name)
		}
	})
}
