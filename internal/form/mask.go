package form

import (
	"regexp"
	"strings"
	"unicode"
)

// MaskPhone hides the middle of a telephone number: "138****5678", "0398-****666". Numbers of public services, which
// are nobody's, stay as they are.
func MaskPhone(s string) string {
	if service.MatchString(s) {
		return s
	}
	if area, rest, ok := strings.Cut(s, "-"); ok && strings.HasPrefix(area, "0") {
		rest, _, _ = strings.Cut(rest, "-")
		return area + "-" + stars(rest, 0, 3)
	}
	return stars(s, 3, 4)
}

// MaskID hides an ID number or credit code but for its first four and last two characters.
func MaskID(s string) string { return stars(s, 4, 2) }

// MaskName keeps the first character of a name: "王**".
func MaskName(s string) string { return stars(s, 1, 0) }

// stars replaces all but the first head and last tail characters; always a third of them at least.
func stars(s string, head, tail int) string {
	r := []rune(s)
	if len(r) == 0 {
		return ""
	}
	if head+tail > len(r)*2/3 {
		head, tail = min(head, len(r)/2), 0
	}
	for i := head; i < len(r)-tail; i++ {
		r[i] = '*'
	}
	return string(r)
}

// Mask returns what somebody may see who may not see the field: nothing of a hidden one, part of a masked one.
func (f *Field) Mask(s string) string {
	switch f.Sensitive {
	case "":
		return s
	case "hidden":
		return "***"
	}
	switch f.Kind {
	case "phone":
		return MaskPhone(s)
	case "id-number", "credit-code":
		return MaskID(s)
	case "person-name":
		return MaskName(s)
	case "text", "longtext":
		if masked := MaskText(s); masked != s {
			return masked
		}
	}
	return stars(s, 1, 0)
}

// personal finds, in a text in which every character has become one byte, in this order: 12 or more digits on end
// (ID numbers, bank cards); an ID number in groups; a mobile number, in groups or not; a landline with area code; and
// 7 to 11 digits, which count only after a word that announces a number.
var personal = regexp.MustCompile(`(\d{12,}[Xx]?)|(\d{6}[ -]\d{8}[ -]?\d{3}[\dXx]|\d{14}[ -]\d{3}[\dXx])|(1[3-9]\d(?:[ -]?\d{4}){2}|1[3-9]\d{2}[ -]\d{3}[ -]\d{4})|(\(?0\d{2,3}\)?[ -]?\d{7,8})|(\d{7,11})`)

// announces are the words after which a shorter number is taken for somebody's.
var announces = regexp.MustCompile(`(?i)(电话|手机|联系|号码|座机|致电|拨打|微信|tel|phone|qq)[^0-9]{0,8}$`)

// MaskText hides what looks like a telephone, ID or card number in free text, also in full-width digits and in
// groups, and leaves all else, dates and amounts too, as it is. It is idempotent.
func MaskText(s string) string {
	for strings.IndexFunc(s, unicode.IsDigit) >= 0 {
		masked := maskOnce(s)
		if masked == s {
			break
		}
		s = masked // what stood beside a number may look like one now
	}
	return s
}

func maskOnce(s string) string {
	runes := []rune(s)
	flat := make([]byte, len(runes))
	for i, r := range runes {
		flat[i] = flatten(r)
	}
	for _, m := range personal.FindAllSubmatchIndex(flat, -1) {
		from, to := m[0], m[1]
		head, tail := 4, 2
		switch {
		case from > 0 && isDigit(flat[from-1]) || to < len(flat) && isDigit(flat[to]):
			head, tail = 2, 0 // part of a longer number: hide all the more
		case m[10] >= 0: // 7 to 11 digits
			if !announces.MatchString(string(runes[max(0, from-12):from])) {
				continue
			}
			head, tail = 0, 3
		case m[6] >= 0:
			head, tail = 3, 4
		}
		hide(runes[from:to], head, tail)
	}
	return string(runes)
}

// hide stars the digits of r except the first head and last tail of them; signs between them stay.
func hide(r []rune, head, tail int) {
	var at []int
	for i, c := range r {
		if b := flatten(c); isDigit(b) || b == 'X' || b == 'x' {
			at = append(at, i)
		}
	}
	for _, i := range at[min(head, len(at)):max(head, len(at)-tail)] {
		r[i] = '*'
	}
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// flatten gives each character one byte: digits of any width and the signs between them are themselves, any other is
// a letter.
func flatten(r rune) byte {
	r = narrowRune(r)
	switch {
	case r >= '0' && r <= '9', r == ' ', r == '-', r == '(', r == ')', r == 'X', r == 'x':
		return byte(r)
	}
	return 'a'
}
