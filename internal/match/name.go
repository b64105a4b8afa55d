package match

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

//go:embed tables/traditional.txt
var traditional string

//go:embed tables/variants.txt
var variants string

//go:embed tables/surnames.txt
var surnames string

// The characters that tables are of: the blocks of ideographs in the basic plane.
const (
	firstHan = 0x3400
	lastHan  = 0x9fff
)

// usual gives for a character the one it is a variant of, 0 for none.
var usual = sync.OnceValue(func() *[lastHan - firstHan + 1]rune {
	var table [lastHan - firstHan + 1]rune
	for _, text := range []string{traditional, variants} {
		for word := range words(text) {
			pair := []rune(word)
			table[pair[0]-firstHan] = pair[1]
		}
	}
	for i, to := range table { // a variant of a variant
		for to != 0 && table[to-firstHan] != 0 {
			to = table[to-firstHan]
		}
		table[i] = to
	}
	return &table
})

// plainRune is one character as folding writes it.
func plainRune(table *[lastHan - firstHan + 1]rune, r rune) rune {
	if r >= firstHan && r <= lastHan {
		if to := table[r-firstHan]; to != 0 {
			return to
		}
		return r
	}
	return unicode.ToUpper(r)
}

// words yields the words of the lines that are no comment.
func words(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			for _, w := range strings.Fields(line) {
				if !yield(w) {
					return
				}
			}
		}
	}
}

// Fold writes a name or another short text in one way: narrow, upper case, without spaces, marks and points, with the usual one of
// variant characters. Folding twice gives the same.
func Fold(s string) string {
	plain := true
	for i := range len(s) {
		plain = plain && (s[i] >= '0' && s[i] <= '9' || s[i] >= 'A' && s[i] <= 'Z')
	}
	if plain {
		return s
	}
	table := usual()
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			return -1
		}
		return plainRune(table, r)
	}, norm.NFKC.String(s))
}

// A reading is how characters sound, without tones.
type reading struct {
	first   [lastHan - firstHan + 1]string
	surname map[rune]string
}

var readings = sync.OnceValue(func() *reading {
	r := &reading{surname: map[rune]string{}}
	same := map[string]string{} // one copy of each syllable
	for char, list := range pinyin.PinyinDict {
		first, _, _ := strings.Cut(list, ",")
		if same[first] == "" {
			same[first] = toneless(first)
		}
		if char >= firstHan && char <= lastHan {
			r.first[char-firstHan] = same[first]
		}
	}
	for word := range words(surnames) {
		chars := []rune(word)
		r.surname[chars[0]] = string(chars[1:])
	}
	return r
})

// toneless takes the tone mark off a syllable; ü stays apart from u.
func toneless(syllable string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u0308':
			return 'v'
		case unicode.Is(unicode.Mn, r):
			return -1
		}
		return r
	}, norm.NFD.String(syllable))
}

// Sound returns how a folded name sounds, syllable by syllable; what is no Chinese character stands for itself. The first character is
// read as a surname.
func Sound(folded string) string {
	table := readings()
	b := make([]byte, 0, 24)
	first := true
	for _, r := range folded {
		s := ""
		if first {
			s = table.surname[r]
		}
		if s == "" && r >= firstHan && r <= lastHan {
			s = table.first[r-firstHan]
		}
		if s == "" {
			s = string(r)
		}
		if !first {
			b = append(b, ' ')
		}
		b = append(b, s...)
		first = false
	}
	return string(b)
}

// sorted returns the characters of a text in order.
func sorted(s string) string {
	r := []rune(s)
	slices.Sort(r)
	return string(r)
}

// nameAlike tells the degrees to which two names are alike.
func nameAlike(a, b *value) degrees {
	var d degrees
	if a.raw == b.raw {
		d |= exact
	}
	if a.fold == b.fold {
		return d | variant | sound | swapped | oneOff
	}
	if a.sound == b.sound {
		d |= sound
	}
	if a.chars == b.chars {
		d |= swapped
	}
	if offByOne(a.fold, b.fold, 3) {
		d |= oneOff
	}
	return d
}

// offByOne reports whether two texts differ in one character only, exchanged or left out, the longer having at least so many.
func offByOne(a, b string, least int) bool {
	if len(a)-len(b) > 4 || len(b)-len(a) > 4 {
		return false
	}
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(y) < least || len(y)-len(x) > 1 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if len(x) == len(y) {
		return i < len(x) && slices.Equal(x[i+1:], y[i+1:])
	}
	return slices.Equal(x[i:], y[i+1:])
}
