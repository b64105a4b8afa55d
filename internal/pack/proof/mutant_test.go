package proof_test

import (
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/pack"
	"linli/internal/pack/proof"
	"linli/packs"
)

// An operator breaks one thing at each place its pattern matches.
type operator struct {
	files   string // folder or file
	name    string
	pattern *regexp.Regexp
	change  func(match string) string
}

func drop(string) string { return "" }

func is(s string) func(string) string { return func(string) string { return s } }

var digits = regexp.MustCompile(`\d+`)

// more raises the first number.
func more(s string) string {
	done := false
	return digits.ReplaceAllStringFunc(s, func(n string) string {
		if done {
			return n
		}
		done = true
		i, _ := strconv.Atoi(n)
		return strconv.Itoa(i + 1)
	})
}

const everyone = "by: [desk, dispatcher, lead, helper, leader, verifier, supervisor, reporter, system]"

var operators = []operator{
	{"flows/", "longer term", regexp.MustCompile(`(target|limit): \d+(d|mo)`), more},
	{"flows/", "no term", regexp.MustCompile(`, term: \$[a-z-]+`), drop},
	{"flows/", "bars nothing", regexp.MustCompile(`, bars: \[[a-z, -]+\]`), drop},
	{"flows/", "unconditional", regexp.MustCompile(`, when: [^,}\n]+`), drop},
	{"flows/", "unconditional", regexp.MustCompile(`when: [^,}\n]+, `), drop},
	{"flows/", "anybody", regexp.MustCompile(`by: \[[a-z, ]+\]`), is(everyone)},
	{"flows/", "without words", regexp.MustCompile(`, needs: words`), drop},
	{"flows/", "nobody informed", regexp.MustCompile(`, inform: \[[a-z, ]+\]`), drop},
	{"flows/", "sets nothing", regexp.MustCompile(`, sets: \[[a-z_, ]+\]`), drop},
	{"flows/", "from anywhere", regexp.MustCompile(`from: \[[a-z, ]+\], `), drop},
	{"flows/", "clock stops elsewhere", regexp.MustCompile(`until: reply`), is("until: close")},
	{"flows/", "clock starts elsewhere", regexp.MustCompile(`from: (register|dispatch|\$clock-starts|instruct), `), is("from: verify, ")},
	{"flows/", "not forbidden", regexp.MustCompile(`forbid: [^,]+, `), drop},
	{"flows/", "any role", regexp.MustCompile(`\n +- \{ role: [^\n]+`), drop},
	{"flows/", "shorter ladder", regexp.MustCompile(`, [a-z-]+\], stepwise`), is("], stepwise")},
	{"flows/", "no ladder", regexp.MustCompile(`ladder: \{[^\n]+`), drop},
	{"flows/", "paid by another", regexp.MustCompile(`paid-by: \[[a-z-]+\]`), is("paid-by: [note]")},
	{"flows/", "another desk", regexp.MustCompile(`desk: [a-z-]+`), is("desk: competent")},
	{"params.yaml", "longer default", regexp.MustCompile(`(?m)^  is: \d+[a-z]*$`), more},
	{"params.yaml", "other default", regexp.MustCompile(`(?m)^  is: (calendar|register|none|yes|no|lead)$`), func(s string) string {
		return strings.NewReplacer("calendar", "working", "register", "accept", "none", "presented", "yes", "no", "no", "yes", "lead", "desk").Replace(s)
	}},
	{"watches/", "wider", regexp.MustCompile(`(flow|state|last_step_at|registered_at|routed_at|returns|open|instructed|weight|replied): (\[[a-z, ]+\]|\{[^}]+\}|[a-z]+)(, )?`), drop},
	{"indicators/", "wider", regexp.MustCompile(`flow: mailbox, |, state: \{ not: \[merged\] \}`), drop},
	{"indicators/", "other numerator", regexp.MustCompile(`numerator: \{[^}]+\}`), is("numerator: { open: yes }")},
	{"indicators/", "no denominator", regexp.MustCompile(`  denominator: [^\n]+\n`), drop},
	{"forms/", "optional", regexp.MustCompile(`(, |    )required: yes`), drop},
	{"books/", "another source", regexp.MustCompile(`from: (form|fact|case)\.[a-z]+`), is("from: case.state")},
	{"duties/", "another period", regexp.MustCompile(`every: quarter`), is("every: month")},
	{"duties/", "another term", regexp.MustCompile(`within: [^\n]+`), is("within: 1d")},
	{"notices/", "another period", regexp.MustCompile(`period: quarter`), is("period: month")},
	{"notices/", "figure left out", regexp.MustCompile(`mailbox-(answered|on-target|on-time)(, )?`), drop},
	{"offices.yaml", "another office", regexp.MustCompile(`name: [^,]+, (within: [a-z-]+, )?serves: [^\]]+\], basis: (\[1.1, 4.1\]|3.1a|2.3a|\[2.1a, 2.1b\]|2.2b)`), func(s string) string {
		return strings.Replace(s, "name: ", "name: 某", 1)
	}},
}

// Whatever an executed clause orders, some example notices when it is broken: each mutant of the pack is refused by the
// loader or fails an example.
func TestEveryBreakIsNoticed(t *testing.T) {
	if testing.Short() {
		t.Skip("loads the pack some hundreds of times")
	}
	whole := text(t)
	n := 0
	for _, op := range operators {
		matched := false
		for name, content := range whole {
			if !strings.HasPrefix(name, "p/"+op.files) {
				continue
			}
			for _, at := range op.pattern.FindAllStringIndex(content, -1) {
				matched = true
				n++
				mutant := content[:at[0]] + op.change(content[at[0]:at[1]]) + content[at[1]:]
				if alive(whole, name, mutant) {
					line := strings.Count(content[:at[0]], "\n") + 1
					t.Errorf("%s:%d: %s: no example notices %q", name, line, op.name, content[at[0]:at[1]])
				}
			}
		}
		if !matched {
			t.Errorf("%s %s matches nothing", op.files, op.name)
		}
	}
	t.Logf("%d mutants", n)
}

func text(t *testing.T) map[string]string {
	whole := map[string]string{}
	dir := "sanmenxia/sm12-69"
	err := fs.WalkDir(packs.Files, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(packs.Files, name)
		whole["p"+strings.TrimPrefix(name, dir)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

// alive reports whether the pack with one file changed loads and passes every example.
func alive(whole map[string]string, name, content string) bool {
	m := fstest.MapFS{}
	for n, c := range whole {
		m[n] = &fstest.MapFile{Data: []byte(c)}
	}
	m[name] = &fstest.MapFile{Data: []byte(content)}
	ix, err := pack.Load(m, pack.Options{})
	if err != nil {
		return false
	}
	for _, r := range proof.Run(ix) {
		if !r.Passed() {
			return false
		}
	}
	return true
}
