package form

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// lineEnds writes every line end as one.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

// Clean normalises what a person typed: NFC, line ends as \n, no control characters, no invisible marks that reorder
// or hide text, no white space at either end. One line when lines is false. ok is false when it is not valid UTF-8.
func Clean(s string, lines bool) (clean string, ok bool) {
	if !utf8.ValidString(s) {
		return "", false
	}
	s = lineEnds.Replace(s)
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case r == '\n' || r == '\t' || r == '\v' || r == '\f':
			return ' '
		case unicode.IsControl(r) || invisible(r):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(norm.NFC.String(s)), true
}

// invisible are characters that show nothing and can make a text read other than it is: zero width space, word
// joiner, byte order mark, soft hyphen, and the marks that turn the direction of writing.
func invisible(r rune) bool {
	switch {
	case r == '\u200b' || r == '\u2060' || r == '\ufeff' || r == '\u00ad' || r == '\u200e' || r == '\u200f' || r == '\u061c':
		return true
	}
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// Narrow turns full-width digits, letters and signs into half-width ones, as a Chinese keyboard produces them:
// "１３８－１２３４" is "138-1234".
func Narrow(s string) string {
	return strings.Map(narrowRune, s)
}

func narrowRune(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '\u3000':
		return ' '
	case r == '—' || r == '–' || r == '‐' || r == '‑' || r == '−':
		return '-'
	}
	return r
}
