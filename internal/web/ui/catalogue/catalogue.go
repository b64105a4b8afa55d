package catalogue

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed en/*.tsv
var files embed.FS

// An Entry is one sentence with its translation and where it stands.
type Entry struct {
	Key, Text string
	File      string
	Line      int
}

var loaded = sync.OnceValue(func() map[string]map[string]string {
	entries, err := Load(files, "en")
	if err != nil {
		panic(err) // the program was built with a broken catalogue; the package's test says the same
	}
	en := make(map[string]string, len(entries))
	for _, e := range entries {
		en[e.Key] = e.Text
	}
	return map[string]map[string]string{"en": en}
})

// Say returns the translation of the Chinese key into a language.
func Say(lang, key string) (string, bool) {
	s, ok := loaded()[lang][key]
	return s, ok
}

// Load reads every dir/*.tsv of fsys. It fails on a line that is not "key<TAB>text", on a key that two lines
// translate differently, and on a translation whose verbs differ from the key's.
func Load(fsys fs.FS, dir string) ([]Entry, error) {
	names, err := fs.Glob(fsys, dir+"/*.tsv")
	if err != nil {
		return nil, err
	}
	var list []Entry
	first := map[string]Entry{}
	for _, name := range names {
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		n := 0
		for line := range strings.Lines(string(body)) {
			n++
			line = strings.TrimRight(line, "\r\n")
			if line == "" || line[0] == '#' {
				continue
			}
			key, text, ok := strings.Cut(line, "\t")
			e := Entry{unescape.Replace(key), unescape.Replace(text), name, n}
			switch was, twice := first[e.Key]; {
			case !ok || key == "" || text == "":
				return nil, fmt.Errorf("%s:%d: want Chinese, a tab, English", name, n)
			case twice && was.Text != e.Text:
				return nil, fmt.Errorf("%s:%d: %q is already %q in %s:%d", name, n, e.Key, was.Text, was.File, was.Line)
			case !slices.Equal(verbs(e.Key), verbs(e.Text)):
				return nil, fmt.Errorf("%s:%d: verbs %v of the key became %v", name, n, verbs(e.Key), verbs(e.Text))
			default:
				first[e.Key] = e
			}
			list = append(list, e)
		}
	}
	return list, nil
}

var unescape = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`)

// verb is a formatting verb; flags may not be a space, so that "80 % of" is no verb.
var verb = regexp.MustCompile(`%(?:\[(\d+)\])?[+#0-9.-]*([a-zA-Z%])`)

// verbs returns the verbs of a format by the argument each takes, e.g. ["1s" "2d"].
func verbs(format string) []string {
	if !strings.Contains(format, "%") {
		return nil
	}
	var out []string
	next := 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[2] == "%" {
			continue
		}
		if m[1] != "" {
			fmt.Sscan(m[1], &next)
		}
		out = append(out, fmt.Sprintf("%d%s", next, m[2]))
		next++
	}
	slices.Sort(out)
	return slices.Compact(out)
}
