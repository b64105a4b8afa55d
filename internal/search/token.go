package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// maxWord is the longest run of letters or digits kept as one token, in bytes; of a longer one the first part counts.
const maxWord = 40

// fold brings text into the one form that is indexed: half-width where there is one, lower case.
func fold(text string) string { return strings.ToLower(width.Fold.String(text)) }

// A run is a stretch of text that is cut alike.
type run struct {
	text string
	han  bool // cut into pairs; otherwise one word
}

// runs splits folded text at everything that is neither letter nor digit, and where Chinese meets other writing.
func runs(text string) []run {
	var list []run
	start, han := -1, false
	flush := func(end int) {
		if start >= 0 {
			list = append(list, run{text[start:end], han})
		}
		start = -1
	}
	for i, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			flush(i)
			continue
		}
		if h := pairs(r); start < 0 || h != han {
			flush(i)
			start, han = i, h
		}
	}
	flush(len(text))
	return list
}

// pairs reports whether r belongs to a script written without spaces.
func pairs(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == '々' || r == '〇'
}

// tokens returns the distinct tokens of a text to be indexed.
func tokens(text string) []string {
	seen := map[string]bool{}
	var list []string
	add := func(t string) {
		if !seen[t] {
			seen[t] = true
			list = append(list, t)
		}
	}
	for _, r := range runs(fold(text)) {
		if !r.han {
			add(clip(r.text))
			continue
		}
		chars := []rune(r.text)
		for i := range len(chars) - 1 {
			add(string(chars[i : i+2]))
		}
		add(string(chars[len(chars)-1])) // so that a single character is found at the end of a run, too
	}
	return list
}

func clip(word string) string {
	if len(word) <= maxWord {
		return word
	}
	word = word[:maxWord]
	for !utf8.ValidString(word) {
		word = word[:len(word)-1]
	}
	return word
}

// A term is one thing that a document must contain.
type term struct {
	token  string
	prefix bool // any token that begins so
}

// terms returns what the words of a query ask for.
func terms(words string) []term {
	seen := map[term]bool{}
	var list []term
	add := func(t term) {
		if !seen[t] {
			seen[t] = true
			list = append(list, t)
		}
	}
	for _, r := range runs(fold(words)) {
		chars := []rune(r.text)
		switch {
		case !r.han:
			add(term{clip(r.text), false})
		case len(chars) == 1:
			add(term{r.text, true})
		default:
			for i := range len(chars) - 1 {
				add(term{string(chars[i : i+2]), false})
			}
		}
	}
	return list
}

// Matches reports whether text contains each of the words as it stands: what the index promises for single characters,
// pairs and letters, and what it cannot quite promise for longer Chinese words.
func Matches(text, words string) bool {
	have := map[string]bool{}
	for _, r := range runs(fold(text)) {
		have[clip(r.text)] = true
	}
	folded := fold(text)
	for _, r := range runs(fold(words)) {
		if r.han && !strings.Contains(folded, r.text) || !r.han && !have[clip(r.text)] {
			return false
		}
	}
	return true
}

// label makes the token of a label of one kind of document; the empty label is on all of the kind. Kind and label are one
// token, because one more token that is in every document would cost more than all the others. Labels begin with a
// character that no word contains, so that nobody reaches them by typing words.
func label(kind, l string) string { return "=" + kind + "|" + caseless(l) }

// caseless writes labels that differ by case only in different ways in small letters: one of the engines folds its tokens.
func caseless(l string) string {
	if l == strings.ToLower(l) {
		return l
	}
	var b strings.Builder
	for _, r := range l {
		if low := unicode.ToLower(r); low != r {
			b.WriteByte('|') // which no label contains
			r = low
		}
		b.WriteRune(r)
	}
	return b.String()
}
