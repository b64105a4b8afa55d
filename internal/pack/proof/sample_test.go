package proof_test

import (
	"flag"
	"hash/crc32"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"linli/internal/pack"
	"linli/internal/pack/proof"
	"linli/packs"
)

// everyMutant tries all mutants of a pack: go test ./internal/pack/proof -run Sampled/lp15-14 -every-mutant
var everyMutant = flag.Bool("every-mutant", false, "break each pack at every place, not at a sample of them")

// general are the operators that any pack may be broken by.
var general = []operator{
	{"flows/", "no term", regexp.MustCompile(`, term: \$[a-z0-9-]+`), drop},
	{"flows/", "bars nothing", regexp.MustCompile(`, bars: \[[a-z, -]+\]`), drop},
	{"flows/", "unconditional", regexp.MustCompile(`when: [^,}\n]+, `), drop},
	{"flows/", "anybody", regexp.MustCompile(`by: \[[a-z, ]+\], needs`), is(everyone + ", needs")},
	{"flows/", "without words", regexp.MustCompile(`, needs: words`), drop},
	{"flows/", "nobody informed", regexp.MustCompile(`, inform: \[[a-z, ]+\]`), drop},
	{"flows/", "from anywhere", regexp.MustCompile(`from: \[[a-z, ]+\], (to|by)`), func(s string) string { return s[strings.LastIndex(s, " ")+1:] }},
	{"flows/", "clock stops elsewhere", regexp.MustCompile(`until: reply`), is("until: close")},
	{"flows/", "not forbidden", regexp.MustCompile(`forbid: [^,}\n]+, `), drop},
	{"items/", "other condition", regexp.MustCompile(`says: [^,]+, when: ('[^']+'|"[^"]+"|[a-z_]+),`), negate},
	{"items/", "other number", regexp.MustCompile(`(<|>|==) \d+`), more},
	{"items/", "not known", regexp.MustCompile(`, known-from: (\[[^\]]+\]|[a-z_.-]+)`), drop},
	{"items/", "not owed", regexp.MustCompile(`, owed: \d+wd`), drop},
	{"items/", "one office less", regexp.MustCompile(`(?m)^    - \{ office: [^\n]+\n`), drop},
	{"items/", "one effect less", regexp.MustCompile(`(?m)^    - \{ (fact|relation): [^\n]+\n`), drop},
	{"items/", "nothing next", regexp.MustCompile(`(?m)^    - \{ item: [^\n]+\n`), drop},
	{"items/", "one material less", regexp.MustCompile(`(?m)^    - \{ id: [^\n]+\n`), drop},
	{"items/", "other validity", regexp.MustCompile(`valid: \d+mo`), more},
	{"classes/", "other number", regexp.MustCompile(`(<|>|==) \d+`), more},
	{"classes/", "one part less", regexp.MustCompile(` && !deceased`), drop},
	{"benefits/", "one condition less", regexp.MustCompile(`(?m)^    - \{ says: [^\n]+when: [^\n]+\n`), drop},
	{"benefits/", "no bound", regexp.MustCompile(`(?m)^  (floor|cap|round): [^\n]+\n`), drop},
	{"benefits/", "other share", regexp.MustCompile(`payer: [a-z$-]+, part: \d+`), is("payer: village, part: 3")},
	{"benefits/", "other beginning", regexp.MustCompile(`begins: [$n][a-z-]+`), is("begins: this")},
	{"benefits/", "one for ever", regexp.MustCompile(`(?m)^  each: [a-z]+\n`), drop},
	{"benefits/", "gives way to nobody", regexp.MustCompile(`(?m)^  yields: [^\n]+\n`), drop},
	{"deposits/", "no bound", regexp.MustCompile(`(?m)^  (cap|round|interest): [^\n]+\n`), drop},
	{"deposits/", "other level", regexp.MustCompile(`level: city`), is("level: county")},
	{"deposits/", "one exemption or row less", regexp.MustCompile(`(?m)^    - \{ says: [^\n]+when: [^\n]+\n`), drop},
	{"deposits/", "longer", regexp.MustCompile(`within: \$[a-z-]+`), is("within: 9mo")},
	{"params.yaml", "other money", regexp.MustCompile(`(?m)^  is: [1-9]\d* yuan`), more},
	{"params.yaml", "longer default", regexp.MustCompile(`(?m)^  is: \d+[a-z]*$`), more},
	{"watches/", "wider", regexp.MustCompile(`(flow|state|registered_at|open|replied): (\[[a-z, -]+\]|\{[^}]+\}|[a-z-]+)(, )?`), drop},
	{"indicators/", "wider", regexp.MustCompile(`flow: (\[[a-z, -]+\]|[a-z-]+), `), drop},
	{"indicators/", "no denominator", regexp.MustCompile(`  denominator: [^\n]+\n`), drop},
	{"forms/", "optional", regexp.MustCompile(`, required: yes`), drop},
	{"books/", "another source", regexp.MustCompile(`from: (form|fact|case)\.[a-z_]+`), is("from: case.state")},
	{"duties/", "another period", regexp.MustCompile(`every: [a-z$][a-z0-9-]*`), is("every: week")},
	{"duties/", "another office", regexp.MustCompile(`who: [a-z-]+`), is("who: nobody")},
	{"flows/", "not its own", regexp.MustCompile(`(?m)^ *own: yes\n`), drop},
	{"duties/", "not each", regexp.MustCompile(`  each: yes\n`), drop},
}

// negate turns a condition into its opposite.
func negate(s string) string {
	_, when, _ := strings.Cut(s, "when: ")
	when = strings.TrimSuffix(when, ",")
	inner := strings.Trim(when, `'"`)
	quote := when[:1]
	if quote != "'" && quote != `"` {
		quote = "'"
	}
	return strings.Replace(s, when, quote+"!("+inner+")"+quote, 1)
}

// A mutant is one file of a pack with one thing changed.
type mutant struct {
	op, file, was string
	line          int
	content       string
}

// mutants breaks a pack at every place, or with each operator at one: always the same, and another in each pack.
func mutants(dir string, files map[string][]byte) []mutant {
	var list []mutant
	for _, op := range general {
		var of []mutant
		for _, name := range sorted(files) {
			if !strings.HasPrefix(name, op.files) {
				continue
			}
			content := string(files[name])
			for _, at := range op.pattern.FindAllStringIndex(content, -1) {
				was := content[at[0]:at[1]]
				if now := op.change(was); now != was {
					of = append(of, mutant{op.files + " " + op.name, name, was, strings.Count(content[:at[0]], "\n") + 1, content[:at[0]] + now + content[at[1]:]})
				}
			}
		}
		if n := len(of); !*everyMutant && n > 1 {
			k := int(crc32.ChecksumIEEE([]byte(dir+op.name)) % uint32(n))
			of = of[k : k+1]
		}
		list = append(list, of...)
	}
	return list
}

func sorted(files map[string][]byte) []string {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// In every pack an example notices when what it shows is broken. A pack's whole set of mutants is tried while its examples are
// written (see -every-mutant), a sample of it each time.
func TestSampledBreaksAreNoticed(t *testing.T) {
	dirs, err := fs.Glob(packs.Files, "*/*/document.yaml")
	if err != nil || len(dirs) < 8 {
		t.Fatalf("%v: %v", dirs, err)
	}
	used := map[string]bool{}
	for _, name := range dirs {
		dir := path.Dir(name)
		files := folder(t, dir)
		list := mutants(dir, files)
		for _, m := range list {
			used[m.op] = true
		}
		t.Run(path.Base(dir), func(t *testing.T) {
			t.Parallel()
			if why := fails(files); why != "" {
				t.Fatal(why)
			}
			for _, m := range list {
				was := files[m.file]
				files[m.file] = []byte(m.content)
				if fails(files) == "" {
					t.Errorf("%s/%s:%d: %s: no example notices %q", dir, m.file, m.line, m.op, m.was)
				}
				files[m.file] = was
			}
			t.Logf("%d mutants", len(list))
		})
	}
	for _, op := range general {
		if !used[op.files+" "+op.name] {
			t.Errorf("%s %s matches nothing in any pack", op.files, op.name)
		}
	}
}

func folder(t *testing.T, dir string) map[string][]byte {
	files := map[string][]byte{}
	err := fs.WalkDir(packs.Files, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[strings.TrimPrefix(name, dir+"/")], err = fs.ReadFile(packs.Files, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// fails says why a pack does not load or which example fails, "" for neither.
func fails(files map[string][]byte) string {
	p, err := pack.Restore(files)
	if err != nil {
		return err.Error()
	}
	for _, r := range proof.RunPack(p) {
		if !r.Passed() {
			return r.Wrong.Error()
		}
	}
	return ""
}
