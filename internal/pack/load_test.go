package pack_test

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"linli/internal/civil"
	"linli/internal/law"
	"linli/internal/pack"
	"linli/internal/pack/filter"
	"linli/internal/rule"
	"linli/packs"
)

// small is a whole pack in few lines; tests change one thing in it.
func small() map[string]string {
	return map[string]string{
		"a/document.yaml":     "document: d1\nnumber: 甲〔2026〕1号\ntitle: 试行办法\nissuer: 甲市\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n",
		"a/clauses.yaml":      "- { id: \"1\", at: 一, gist: 答复期限, runs: [flow/f1, flow/f1#clock.answer, watch/idle] }\n- { id: \"2\", at: 二, gist: 走访, human: 由人走访 }\n",
		"a/offices.yaml":      "offices:\n  - { id: desk, name: 窗口, serves: [desk], basis: \"1\" }\nposts:\n  - { id: chief, name: 主任, rank: 1, basis: \"1\" }\n  - { id: mayor, name: 市长, rank: 2, basis: \"1\" }\n",
		"a/params.yaml":       "term:\n  kind: term\n  label: 期限\n  is: 3d\n  gap: \"1\"\n  default: yes\n  why: 没有写\nlimit:\n  kind: whole\n  label: 次数\n  is: 2\n  basis: \"1\"\n",
		"a/flows/f.yaml":      "flow: f1\nname: 事项\nchannel: c1\nform: form1\nbasis: \"1\"\noffices: { desk: desk }\nladder: { posts: [chief, mayor], basis: \"1\" }\nclocks:\n  - { id: answer, name: 答复, from: register, until: reply, limit: $term, basis: \"1\" }\n",
		"a/forms/f.yaml":      "form: form1\ntitle: 表\nbasis: \"1\"\nfields:\n  - { name: what, label: 事由, kind: text, required: yes }\n",
		"a/watches/w.yaml":    "watch: idle\nname: 压办\nkind: held\nsays: 查\nwhere: { flow: f1, returns: { at-least: $limit } }\ntell: [desk]\nbasis: \"1\"\n",
		"a/indicators/i.yaml": "indicator: n\nname: 件数\nsays: 件数\nperiod: registered_at\nshows: count\nbasis: \"1\"\n",
		"a/notices/n.yaml":    "notice: n1\ntitle: 通报\nperiod: quarter\nissuer: desk\naudience: 各单位\nbasis: \"1\"\nsections: [{ heading: 总数, indicators: [n] }]\n",
		"a/duties/d.yaml":     "duty: d1\nname: 通报\nwho: desk\nevery: quarter\nmakes: n1\ndoes: 通报\nbasis: \"1\"\n",
		"a/books/b.yaml":      "book: b1\nname: 册\nflow: f1\nbasis: \"1\"\ncolumns: [{ label: 事由, from: form.what }, { label: 编号, from: case.number }]\n",
		"a/examples/e.yaml":   "example: 查期限\nparam: { id: term, on: \"2026-02-01\", is: 3d }\n",
	}
}

func files(m map[string]string) fs.FS {
	f := fstest.MapFS{}
	for name, text := range m {
		f[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return f
}

func mustLoad(t testing.TB, m map[string]string, local string) *pack.Index {
	t.Helper()
	ix, err := pack.Load(files(m), pack.Options{Local: []byte(local)})
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// The packs that the program carries load without a problem.
func TestEmbeddedPacksLoad(t *testing.T) {
	if _, err := pack.Load(packs.Files, pack.Options{}); err != nil {
		t.Fatal(err)
	}
}

// The loader refuses what would make a pack say less than it seems to, each with file, line and column.
func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"a/clauses.yaml", "id: \"2\"", "id: \"1\"", "a/clauses.yaml:2:3: 条款 1 重复"},
		{"a/clauses.yaml", ", human: 由人走访", "", "a/clauses.yaml:2:3: 条款 2 须有且只有一种落实方式"},
		{"a/clauses.yaml", "human: 由人走访", "human: 由人走访, out: 不在范围", "a/clauses.yaml:2:3: 条款 2 须有且只有一种落实方式"},
		{"a/clauses.yaml", "human: 由人走访", "planned: 以后", "planned 应写成“部件：原因”"},
		{"a/clauses.yaml", "clock.answer", "clock.reply", "a/clauses.yaml:1:3: 条款 1：没有要素 flow/f1#clock.reply"},
		{"a/clauses.yaml", "human: 由人走访", "runs: watch/idle", "a/watches/w.yaml:1:1: watch/idle 落实条款 2，但其 basis 没有写明"},
		{"a/watches/w.yaml", "basis: \"1\"", "basis: \"9\"", "a/watches/w.yaml:1:1: watch/idle 引用的条款 9 不在 clauses.yaml 中"},
		{"a/watches/w.yaml", "basis: \"1\"\n", "", "a/watches/w.yaml:1:1: 缺少“basis”"},
		{"a/watches/w.yaml", "returns", "retruns", "a/watches/w.yaml:5:20: fact_case 没有“retruns”这一列"},
		{"a/watches/w.yaml", "$limit", "2", "a/params.yaml:9:3: 参数 limit 没有用处"},
		{"a/watches/w.yaml", "held", "hold", "a/watches/w.yaml:3:7: kind 只能是"},
		{"a/watches/w.yaml", "[desk]", "[boss]", "没有角色 boss"},
		{"a/watches/w.yaml", "says: 查", "says: 查\nview: case_record", "没有公开视图 case_record"},
		{"a/params.yaml", "  default: yes\n", "", "须标明 default: yes 并说明 why"},
		{"a/params.yaml", "  why: 没有写\n", "", "须标明 default: yes 并说明 why"},
		{"a/params.yaml", "  gap: \"1\"\n", "", "须写明依据（basis）或文件未规定之处（gap）"},
		{"a/params.yaml", "is: 3d", "is: soon", "a/params.yaml:4:7: 参数 term：期限"},
		{"a/params.yaml", "is: 2", "is: 0x2", "a/params.yaml:11:7: 数字“0x2”"},
		{"a/params.yaml", "  is: 3d", "  values: [{ from: \"2026-05-01\", is: 3d }, { from: \"2026-05-01\", is: 4d }]", "日期须依次递增，不能重叠"},
		{"a/params.yaml", "  is: 3d", "  is: 3d\n  values: [{ from: \"2026-05-01\", is: 3d }]", "须有 is 或 values"},
		{"a/params.yaml", "kind: whole", "kind: choice", "choice 须有两个以上 options"},
		{"a/params.yaml", "kind: whole", "kind: colour", "kind 只能是"},
		{"a/flows/f.yaml", "$term", "$trem", "a/flows/f.yaml:9:66: 没有参数 trem"},
		{"a/flows/f.yaml", "until: reply", "until: answer", "没有步骤 answer"},
		{"a/flows/f.yaml", "[chief, mayor]", "[mayor, chief]", "呈批层级须由低到高"},
		{"a/flows/f.yaml", "[chief, mayor]", "[boss]", "没有职务 boss"},
		{"a/flows/f.yaml", "{ desk: desk }", "{ desk: nobody }", "a/flows/f.yaml:6:18: 没有机构 nobody"},
		{"a/flows/f.yaml", "form: form1", "form: form9", "a/flows/f.yaml:4:7: 没有表单 form9"},
		{"a/flows/f.yaml", "from: register", "when: instructed && colour == 1, from: register", "a/flows/f.yaml:9:49: 没有名为“colour”的事实"},
		{"a/flows/f.yaml", "ladder:", "steps: { classify: { sets: [x] } }\nladder:", "步骤须载明依据条款"},
		{"a/forms/f.yaml", "kind: text", "kind: essay", "没有栏目种类“essay”"},
		{"a/forms/f.yaml", "name: what", "name: where", "a/books/b.yaml:5:30: 没有来源 form.what"},
		{"a/books/b.yaml", "case.number", "case.secret", "没有来源 case.secret"},
		{"a/books/b.yaml", "flow: f1", "flow: f2", "没有流程或事项 f2"},
		{"a/duties/d.yaml", "every: quarter", "every: moon", "周期"},
		{"a/duties/d.yaml", "who: desk", "who: nobody", "没有机构 nobody"},
		{"a/duties/d.yaml", "makes: n1", "makes: n2", "没有通报 n2"},
		{"a/notices/n.yaml", "indicators: [n]", "indicators: [m]", "没有指标 m"},
		{"a/notices/n.yaml", "indicators: [n]", "indicators: [n], by: returns", "不能按 returns 分列"},
		{"a/indicators/i.yaml", "period: registered_at", "period: flow", "period 须是 fact_case 的一个时间列"},
		{"a/indicators/i.yaml", "shows: count", "shows: percent", "比率须有 numerator"},
		{"a/indicators/i.yaml", "shows: count", "shows: count\ndenominator: { open: yes }", "计数没有分母"},
		{"a/offices.yaml", "rank: 2", "rank: 1", "编号或级别重复"},
		{"a/offices.yaml", "serves: [desk]", "serves: [desk], within: x", "没有机构 x"},
		{"a/document.yaml", "document: d1", "document: d#1", "a/document.yaml:1:11: 文件编号不能含"},
		{"a/document.yaml", "from: \"2026-02-01\"", "from: \"2026-02-01\", until: \"2026-01-01\"", "失效日期早于生效日期"},
		{"a/document.yaml", "from: \"2026-02-01\"", "from: \"2026-02-30\"", "日期 \"2026-02-30\" 不存在"},
		{"a/document.yaml", "issuer: 甲市\n", "", "缺少“issuer”"},
		{"a/examples/e.yaml", "example: 查期限", "exampel: 查期限", "没有“exampel”这一项"},
	} {
		m := small()
		if !strings.Contains(m[c.file], c.old) {
			t.Fatalf("%s does not hold %q", c.file, c.old)
		}
		m[c.file] = strings.Replace(m[c.file], c.old, c.new, 1)
		_, err := pack.Load(files(m), pack.Options{})
		var ps rule.Problems
		if !errors.As(err, &ps) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q for %q:\n got %v\nwant %s", c.file, c.new, c.old, err, c.want)
		}
	}
}

func TestLoadRefusesFiles(t *testing.T) {
	for name, change := range map[string]func(map[string]string){
		"a/clauses.yaml:1:1: 缺少此文件":         func(m map[string]string) { delete(m, "a/clauses.yaml") },
		"a/notes.txt:1:1: 政策包里没有这种文件":       func(m map[string]string) { m["a/notes.txt"] = "x" },
		"a/flows/x.json:1:1: 文件须以 .yaml 结尾": func(m map[string]string) { m["a/flows/x.json"] = "{}" },
		"a/rituals/x.yaml:1:1: 没有 rituals":  func(m map[string]string) { m["a/rituals/x.yaml"] = "a: b" },
		"文件 d1 已有政策包 a":                     func(m map[string]string) { again(m, "d1", "f2") },
		"流程 f1 已由文件":                        func(m map[string]string) { again(m, "d2", "f1") },
		"watch/idle 重复":                     func(m map[string]string) { m["a/watches/x.yaml"] = m["a/watches/w.yaml"] },
		"没有找到政策包":                           func(m map[string]string) { clear(m) },
	} {
		m := small()
		change(m)
		if _, err := pack.Load(files(m), pack.Options{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %s", err, name)
		}
	}
}

// again adds a second pack with the document and flow ids given.
func again(m map[string]string, document, flow string) {
	for name, text := range small() {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "f1", flow), "document: d1", "document: "+document)
		m["b/"+strings.TrimPrefix(name, "a/")] = text
	}
}

// Every problem of every file is reported in one go.
func TestAllProblemsAtOnce(t *testing.T) {
	m := small()
	m["a/watches/w.yaml"] = "watch: idle\nbogus: 1\n"
	m["a/flows/f.yaml"] = "flow: [\n"
	m["a/clauses.yaml"] = "- { id: 1 }\n"
	_, err := pack.Load(files(m), pack.Options{})
	for _, want := range []string{"a/watches/w.yaml:2:1", "a/flows/f.yaml:2", "a/clauses.yaml:1:3"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %s in %v", want, err)
		}
	}
}

// The city fills gaps, in a type that fits; what a document states it cannot change.
func TestLocal(t *testing.T) {
	ix := mustLoad(t, small(), "d1: { term: [{ is: 5wd }, { from: \"2026-06-01\", is: 2d }] }\n")
	p := ix.Pack("d1", "")
	if q := p.Param("term"); !q.Local || q.Default() {
		t.Errorf("%+v", q)
	}
	for day, want := range map[string]string{"2026-03-01": "5wd", "2026-05-31": "5wd", "2026-06-01": "2d"} {
		if got := p.On(civil.MustDate(day)).Flow("f1").Clocks[0].Limit.String(); got != want {
			t.Errorf("%s: clock of %s, want %s", day, got, want)
		}
	}
	if p.Version == mustLoad(t, small(), "").Pack("d1", "").Version {
		t.Error("a local setting does not change the version")
	}
	for local, want := range map[string]string{
		"d1: { limit: 3 }": "local.yaml:1:7: 参数 limit 由文件 1 条规定，不能自行设定",
		"d1: { term: 3 }":  "参数 term：期限",
		"d1: { trem: 3d }": "d1 没有参数 trem",
		"d9: { term: 3d }": "没有文件 d9 的政策包",
		"d1: [term]":       "应写成“参数: 值”",
		"- x":              "应写成“文件编号",
		"d1: { term: [{ from: \"2026-01-01\", is: 1d }, { from: \"2026-01-01\", is: 2d }] }": "不能重叠",
		"d1: { term: [{ from: \"2026-01-01\" }] }":                                           "缺少“is”",
	} {
		if _, err := pack.Load(files(small()), pack.Options{Local: []byte(local)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", local, err, want)
		}
	}
}

// A kept version comes back as it was, local settings and all, and stands beside the current one.
func TestRestore(t *testing.T) {
	old := mustLoad(t, small(), "d1: { term: 5wd }\n").Pack("d1", "")
	back, err := pack.Restore(old.Files())
	if err != nil {
		t.Fatal(err)
	}
	if back.Version != old.Version || len(pack.Diff(old, back)) > 0 {
		t.Errorf("version %s came back as %s: %v", old.Version, back.Version, pack.Diff(old, back))
	}
	m := map[string]string{}
	for name, text := range old.Files() {
		m["a/"+name] = string(text)
	}
	if kept := mustLoad(t, m, "d1: { term: 5wd }\n").Pack("d1", ""); kept.Version != old.Version {
		t.Errorf("loaded from its files as %s, was %s", kept.Version, old.Version)
	}
	ix := mustLoad(t, small(), "")
	ix.AddVersion(back)
	if ix.Pack("d1", old.Version) != back || ix.Pack("d1", "") == back || len(ix.Packs()) != 1 || ix.Pack("d1", "none") != nil {
		t.Error("versions are mixed up")
	}
	older := mustLoad(t, small(), "d1: { term: 9wd }\n").Pack("d1", "")
	ix.AddVersion(older)
	ix.AddVersion(older)
	if got := ix.Versions("d1"); len(got) != 3 || got[0] != ix.Pack("d1", "") || got[1] != older || got[2] != back || len(ix.Versions("d9")) != 0 {
		t.Errorf("versions stand in the order %v", got)
	}
	if d := pack.Diff(ix.Pack("d1", ""), back); len(d) != 0 {
		t.Errorf("the files are the same: %v", d)
	}
}

// The version follows behaviour: comments in examples do not change it, a term does.
func TestVersionAndDiff(t *testing.T) {
	a := mustLoad(t, small(), "").Pack("d1", "")
	m := small()
	m["a/examples/e.yaml"] += "# 注\n"
	if b := mustLoad(t, m, "").Pack("d1", ""); b.Version != a.Version {
		t.Error("a comment in an example changed the version")
	}
	if !strings.HasPrefix(a.Version, "2026-01-05-") {
		t.Errorf("version %s", a.Version)
	}
	m = small()
	m["a/params.yaml"] = strings.Replace(m["a/params.yaml"], "is: 3d", "is: 4d", 1)
	m["a/offices.yaml"] = strings.Replace(m["a/offices.yaml"], "posts:", "  - { id: new, name: 新, basis: \"1\" }\nposts:", 1)
	b := mustLoad(t, m, "").Pack("d1", "")
	if b.Version == a.Version {
		t.Error("another term, the same version")
	}
	var got []string
	for _, c := range pack.Diff(a, b) {
		got = append(got, c.Kind+" "+c.ID)
	}
	if s := strings.Join(got, ", "); s != "added office/new, changed param/term" {
		t.Errorf("diff: %s", s)
	}
}

func TestIndex(t *testing.T) {
	ix, err := pack.Load(packs.Files, pack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	street, day := "4112/411202/411202001/", civil.MustDate("2026-03-02")
	for _, c := range []struct {
		path, day string
		want      bool
	}{{street, "2026-03-02", true}, {"4112/", "2012-11-16", true}, {street, "2012-11-15", false}, {"4101/410102/", "2026-03-02", false},
		{"41/4112/411202/", "2026-03-02", true}, {"41121/", "2026-03-02", false}} {
		at := slices.ContainsFunc(ix.At(c.path, civil.MustDate(c.day)), func(p *pack.Pack) bool { return p.Document.ID == "sm12-69" })
		if at != c.want {
			t.Errorf("At(%s, %s): sm12-69 is %v, want %v", c.path, c.day, at, c.want)
		}
	}
	e := ix.Channel("mayors-mailbox", street, day)
	if e == nil || e.Channel("mayors-mailbox").ID != "mailbox" || e != ix.Flow("mailbox", day) || ix.Channel("fax", street, day) != nil || ix.Flow("fax", day) != nil {
		t.Error("channel or flow not found as it should be")
	}
	if e.Form("mailbox-letter") == nil || e.Duty("mailbox-bulletin") == nil || e.Indicator("mailbox-answered") == nil || e.Watch("held") == nil ||
		e.Notice("mailbox-bulletin") == nil || e.Book("letter-register") == nil || e.Form("x") != nil {
		t.Error("an element of the edition is missing")
	}
	c := ix.Clause(law.MustParse("sm12-69#2.3h"))
	if c == nil || c.Disposition != pack.Human || !c.Restricted || ix.Clause(law.MustParse("sm12-69#9")) != nil || ix.Clause(law.MustParse("x#1")) != nil {
		t.Errorf("%+v", c)
	}
	if len(e.Pack.Posts) != 4 || e.Pack.Posts[0].ID != "office-deputy" || e.Pack.Office("mayors-section").Within != "city-office" {
		t.Error("posts or offices")
	}
}

// What a document says of counting days goes over the law that is the default.
func TestReckoning(t *testing.T) {
	m := small()
	m["a/document.yaml"] += "reckoning: { event-day-counts: \"yes\", day-off-rolls-on: \"no\", ends-at-close-of-business: \"yes\", basis: \"1\" }\n"
	l := mustLoad(t, m, "").Pack("d1", "").Law(civil.CivilCode())
	if !l.CountEventDay || l.RollOffDays || !l.CloseOfBusiness || l.Basis[civil.BasisStart].String() != "d1#1" {
		t.Errorf("%+v", l)
	}
	m["a/document.yaml"] = strings.Replace(m["a/document.yaml"], `day-counts: "yes"`, `day-counts: "perhaps"`, 1)
	if _, err := pack.Load(files(m), pack.Options{}); err == nil || !strings.Contains(err.Error(), "应为 yes 或 no，不能是 perhaps") {
		t.Error(err)
	}
}

// The views that packs may name are spelled as the database has them: no name can carry more than a name.
func TestViewNames(t *testing.T) {
	for name, v := range filter.Views {
		for _, c := range v.Columns {
			if strings.Trim(c.Name, "abcdefghijklmnopqrstuvwxyz_") != "" || c.Label == "" || v.Name != name {
				t.Errorf("%s.%s", v.Name, c.Name)
			}
		}
	}
}

// No file makes the loader panic, and what it refuses it refuses with a place.
func FuzzLoad(f *testing.F) {
	for name, text := range small() {
		f.Add(name, text)
	}
	err := fs.WalkDir(packs.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(packs.Files, name)
		f.Add("a/"+strings.TrimPrefix(name, "sanmenxia/sm12-69/"), string(text))
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		m := small()
		if _, known := m[name]; !known {
			name = "a/flows/f.yaml"
		}
		m[name] = text
		_, err := pack.Load(files(m), pack.Options{Local: []byte(text)})
		if err == nil {
			return
		}
		var ps rule.Problems
		if !errors.As(err, &ps) {
			t.Fatalf("not problems: %v", err)
		}
		for _, p := range ps {
			if p.At.File == "" || p.At.Line < 1 || p.At.Col < 1 || p.Text == "" {
				t.Fatalf("problem without a place or words: %+v", p)
			}
		}
	})
}

// A document of another place orders nothing in the city until the city adopts it; it can be read and cited all the same.
func TestAdopted(t *testing.T) {
	m := small()
	again(m, "d2", "f2")
	m["b/document.yaml"] = strings.Replace(m["b/document.yaml"], "\"4112\"", "\"5202\"", 1)
	adopt := "d2: { adopted: { place: \"4112\", from: \"2026-03-01\", until: \"2026-12-31\", why: 演示 }, term: 4d }\n"
	far, near := mustLoad(t, m, "").Settle("4112"), mustLoad(t, m, adopt).Settle("4112")
	if documents(far.Packs()) != "d1" || far.Flow("f2", civil.MustDate("2026-03-02")) != nil || documents(far.Library()) != "d1 d2" || far.Pack("d2", "") == nil {
		t.Errorf("not adopted: works with %s of %s", documents(far.Packs()), documents(far.Library()))
	}
	for day, want := range map[string]string{"2026-02-28": "d1", "2026-03-01": "d1 d2", "2026-12-31": "d1 d2", "2027-01-01": "d1"} {
		if got := documents(near.At("4112/411202/", civil.MustDate(day))); got != want {
			t.Errorf("on %s %s hold, want %s", day, got, want)
		}
	}
	p := near.Pack("d2", "")
	if !p.Covers("5202/520201/", civil.MustDate("2026-02-01")) {
		t.Error("the document left its own place")
	}
	back, err := pack.Restore(p.Files())
	if err != nil || back.Version != p.Version || back.Adopted == nil || *back.Adopted != *p.Adopted {
		t.Errorf("%v came back as %v, %v", p.Adopted, back, err)
	}
	for local, want := range map[string]string{
		"d1: { adopted: yes }":                      "adopted 应写成",
		"d1: { adopted: { place: \"52\" } }":        "采用须写明",
		"d1: { adopted: { plaza: \"52\" } }":        "没有“plaza”",
		"d1: { adopted: { from: \"2026-02-30\" } }": "不存在",
		"d1: { adopted: { place: \"52\", from: \"2026-02-03\", until: \"2026-02-02\", why: 试 } }": "止期早于起期",
	} {
		if _, err := pack.Load(files(small()), pack.Options{Local: []byte(local)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", local, err, want)
		}
	}
}

// A city works with the documents of itself, of what it lies in and of what lies in it.
func TestSettle(t *testing.T) {
	for place, want := range map[string]string{"4112": "d1", "41": "d1", "411202": "d1", "411202001001": "d1", "4101": "", "4": "", "52": ""} {
		m := small()
		m["a/document.yaml"] = strings.Replace(m["a/document.yaml"], "\"4112\"", "\""+place+"\"", 1)
		if got := documents(mustLoad(t, m, "").Settle("4112").Packs()); got != want {
			t.Errorf("a document of %s: the city works with %q, want %q", place, got, want)
		}
	}
}

func documents(list []*pack.Pack) string {
	var ids []string
	for _, p := range list {
		ids = append(ids, p.Document.ID)
	}
	return strings.Join(ids, " ")
}

// itemPack is the document of items used by the proofs, with other files beside or instead of its own.
func itemPack(t *testing.T, files map[string]string) fstest.MapFS {
	t.Helper()
	dir, m := os.DirFS("proof/testdata/items"), fstest.MapFS{}
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(dir, name)
		m["a/"+name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		m["a/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

// A book shows the cases of an item as it does those of a flow: it may name the fields of the item's form.
func TestBookOfAnItem(t *testing.T) {
	for columns, want := range map[string]string{
		"flow: settle\ncolumns: [{ label: 编号, from: case.number }, { label: 地址, from: form.address }]":  "",
		"flow: settle\ncolumns: [{ label: 编号, from: case.number }, { label: 地址, from: form.nowhere }]":  "没有来源 form.nowhere",
		"flow: unsettle\ncolumns: [{ label: 编号, from: case.number }, { label: 地址, from: case.number }]": "没有流程或事项 unsettle",
	} {
		m := itemPack(t, map[string]string{"books/b.yaml": "book: b\nname: 册\nbasis: \"1\"\n" + columns + "\n"})
		ix, err := pack.Load(m, pack.Options{})
		if want == "" && (err != nil || ix.Pack("t1", "").On(civil.MustDate("2026-03-02")).Book("b").Flow != "settle") || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", columns, err, want)
		}
	}
}

// What is said of a flow holds for the items that it handles: books list their cases, figures and watches count them.
func TestItemsOfAFlow(t *testing.T) {
	items, err := os.ReadFile("proof/testdata/items/items/settle.yaml")
	if err != nil {
		t.Fatal(err)
	}
	on := civil.MustDate("2026-03-02")
	for _, x := range []struct {
		base    string
		handled []string
	}{{"", []string{"move"}}, {"move", []string{"move", "settle"}}} {
		m := itemPack(t, map[string]string{
			"flows/move.yaml":   "flow: move\nname: 迁移\nchannel: moves\nbasis: \"1\"\noffices: { desk: police, lead: police }\n",
			"items/settle.yaml": strings.Replace(string(items), "  form: settle\n", "  flow: \""+x.base+"\"\n  form: settle\n", 1),
			"books/b.yaml":      "book: b\nname: 册\nbasis: \"1\"\nflow: move\ncolumns: [{ label: 编号, from: case.number }]\n",
			"indicators/i.yaml": "indicator: i\nname: 数\nsays: 数\nbasis: \"1\"\nshows: count\nperiod: registered_at\nwhere: { flow: move }\nnumerator: { replied: yes }\n",
		})
		ix, err := pack.Load(m, pack.Options{})
		if err != nil {
			t.Fatalf("base %q: %v", x.base, err)
		}
		e := ix.Pack("t1", "").On(on)
		if got := e.Book("b").Flows; !slices.Equal(got, x.handled) {
			t.Errorf("base %q: the book is of %v", x.base, got)
		}
		if got := ix.Handled("move", on); !slices.Equal(got, x.handled) {
			t.Errorf("base %q: the flow handles %v", x.base, got)
		}
		b, err := e.Indicator("i").Where.At(civil.CivilCode(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, flow := range []string{"move", "settle", "rectify"} {
			if b.Match(filter.Row{"flow": flow}) != slices.Contains(x.handled, flow) {
				t.Errorf("base %q: the figure is wrong about %s", x.base, flow)
			}
		}
	}
	if got := mustLoad(t, small(), "").Handled("nothing", on); !slices.Equal(got, []string{"nothing"}) {
		t.Errorf("a flow of no document handles %v", got)
	}
}
