package schema_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/schema"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

const up = "-- +goose Up\ncreate table t (a TEXT);\n"

func TestMergeOrdersAcrossSources(t *testing.T) {
	set, err := schema.Merge(
		fstest.MapFS{"migrations/00400_place.sql": file(up), "migrations/00401_more.sql": file(up)},
		fstest.MapFS{"00250_index.sqlite.sql": file(up), "00250_index.postgres.sql": file(up), "README.md": file("x")},
	)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range set.For(schema.Postgres) {
		names = append(names, m.Name)
	}
	if got, want := strings.Join(names, " "), "00250_index.postgres.sql 00400_place.sql 00401_more.sql"; got != want {
		t.Fatalf("order is %s, want %s", got, want)
	}
}

func TestMergeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		files fstest.MapFS
		says  string
	}{
		"number twice":      {fstest.MapFS{"00100_a.sql": file(up), "00100_b.sql": file(up)}, "00100_a.sql and by 00100_b.sql"},
		"engine and common": {fstest.MapFS{"00100_a.sql": file(up), "00100_b.sqlite.sql": file(up)}, "is used by"},
		"bad name":          {fstest.MapFS{"100_a.sql": file(up)}, "100_a.sql"},
		"unknown engine":    {fstest.MapFS{"00100_a.mysql.sql": file(up)}, "00100_a.mysql.sql"},
		"zero":              {fstest.MapFS{"00000_a.sql": file(up)}, "above zero"},
		"no up":             {fstest.MapFS{"00100_a.sql": file("create table t (a TEXT);")}, "+goose Up"},
		"nothing":           {fstest.MapFS{"migrations/readme.txt": file("")}, "no *.sql"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := schema.Merge(c.files)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("error is %v, want one that says %q", err, c.says)
			}
		})
	}
}

func TestFilesIsAProperFolder(t *testing.T) {
	set, err := schema.Merge(fstest.MapFS{"00100_a.sql": file(up), "00200_b.sql": file(up)})
	if err != nil {
		t.Fatal(err)
	}
	files := set.Files(schema.SQLite, strings.ToUpper)
	if err := fstest.TestFS(files, "00100_a.sql", "00200_b.sql"); err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(files, "00200_b.sql")
	if err != nil || string(text) != strings.ToUpper(up) {
		t.Fatalf("text is %q, %v", text, err)
	}
}
