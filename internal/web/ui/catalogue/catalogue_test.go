package catalogue_test

import (
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/web/ui/catalogue"
)

// Every sentence that a page or a fault may say has an English translation. One package alone:
// go test -run 'TestNothingIsMissing/web/resident' ./internal/web/ui/catalogue/
func TestNothingIsMissing(t *testing.T) {
	missing, err := catalogue.Missing(os.DirFS("../../../../internal"))
	if err != nil {
		t.Fatal(err)
	}
	by := map[string][]catalogue.Use{}
	for _, u := range missing {
		by[path.Dir(u.File)] = append(by[path.Dir(u.File)], u)
	}
	for dir, uses := range by {
		t.Run(dir, func(t *testing.T) {
			for _, u := range uses {
				t.Error(u)
			}
		})
	}
}

func TestEverythingLoads(t *testing.T) {
	list, err := catalogue.Load(os.DirFS("."), "en")
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 100 {
		t.Fatalf("only %d entries", len(list))
	}
	if s, ok := catalogue.Say("en", "黄牌"); !ok || s != "Yellow card" {
		t.Fatalf("黄牌 is %q, %v", s, ok)
	}
}

func TestBrokenCataloguesAreRefused(t *testing.T) {
	for body, want := range map[string]string{
		"受理 Accept\n":                    "en/a.tsv:1: want Chinese, a tab, English",
		"# c\n\n受理\t\n":                  "en/a.tsv:3: want",
		"还剩 %s\tleft\n":                  "verbs",
		"%d 件，%s\t%s %d\n":               "verbs",
		"受理\tAccept\n受理\tTake\n":         "is already \"Accept\" in en/a.tsv:1",
		"已用 %d%%\t%d%% used\n":           "",
		"共 %d 条，本页 %s\t%[2]s of %[1]d\n": "",
		"受理\tAccept\n受理\tAccept\n":       "",
		"应为 0%到100%\t0% to 100%\n":       "",
	} {
		_, err := catalogue.Load(fstest.MapFS{"en/a.tsv": {Data: []byte(body)}}, "en")
		switch {
		case want == "" && err != nil:
			t.Errorf("%q: %v", body, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: got %v, want %q", body, err, want)
		}
	}
}

func TestMissingFindsEveryKindOfSentence(t *testing.T) {
	got, err := catalogue.Missing(fstest.MapFS{
		"web/a.go": {Data: []byte(`package a
func f() {
	ui.T(r.Context(), "甲在页面")
	T(ctx, "乙" + "相连", 1)
	_ = N("丙留着以后说")
	fault.Refused(c, "丁被拒绝 %s", x)
	_ = fault.FieldError{Field: "a", Format: "戊字段"}
	T(ctx, "登录")
	other.T(1, "己不是")
	fault.Internal(err, "庚只在日志")
}`)},
		"web/a.templ":       {Data: []byte("<p>{ T(ctx, \"辛在模板\") }</p>\n<p>{ ui.T(ctx, \"壬 %d\", 3) }{ N(\"癸\") }</p>")},
		"web/a_templ.go":    {Data: []byte("package a\nvar x = T(ctx, \"子已生成\")")},
		"web/a_test.go":     {Data: []byte("package a\nvar x = T(ctx, \"丑在测试\")")},
		"web/broken.go":     {Data: []byte("package a\nfunc {")},
		"x/testdata/a.go":   {Data: []byte("package a\nvar x = T(ctx, \"寅在数据\")")},
		"web/english.templ": {Data: []byte(`{ T(ctx, "OK") }`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, u := range got {
		lines = append(lines, u.String())
	}
	want := []string{"web/a.go:3: 甲在页面", "web/a.go:4: 乙相连", "web/a.go:5: 丙留着以后说", "web/a.go:6: 丁被拒绝 %s",
		"web/a.go:7: 戊字段", "web/a.templ:1: 辛在模板", "web/a.templ:2: 壬 %d", "web/a.templ:2: 癸"}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Fatalf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}
