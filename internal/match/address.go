package match

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// An address is taken apart: the names in it, and the numbers of house, building, entrance and room in their order.
type address struct {
	names   string
	numbers []string
}

func (a address) String() string { return a.names + "|" + strings.Join(a.numbers, "-") }

// unitWords are what stands behind a number in an address, the longer first; they say nothing that the order does not.
var unitWords = runes("号院", "号楼", "单元", "号", "院", "楼", "栋", "幢", "座", "室", "层", "户", "组", "排", "弄", "巷", "街坊", "房")

// adminWords end the name of an area that an address may begin with or leave out.
var adminWords = runes("自治区", "自治州", "自治县", "开发区", "街道办事处", "居民委员会", "村民委员会", "居委会", "村委会", "街道", "社区", "省", "市", "区", "县", "镇", "乡")

// estates, before 区, make it the name of an estate, a works or a park.
const estates = "小园校厂景库院片"

// roadWords, behind what looks like an area, make it the name of a road: 新区路, 县前街.
const roadWords = "路街巷道弄里胡桥园苑场"

func runes(words ...string) [][]rune {
	out := make([][]rune, len(words))
	for i, w := range words {
		out[i] = []rune(w)
	}
	return out
}

// readAddress takes an address apart.
func readAddress(s string) address {
	text := []rune(foldAddress(s))
	text = text[areaLength(text):]
	var a address
	var names strings.Builder
	behind := false // a number
	for i := 0; i < len(text); {
		if number, n := numberAt(text[i:], behind); n > 0 {
			a.numbers = append(a.numbers, number)
			i += n
			i += unitAt(text[i:])
			behind = true
			continue
		}
		behind = false
		if text[i] != '-' {
			names.WriteRune(text[i])
		}
		i++
	}
	a.names = names.String()
	return a
}

// foldAddress folds, but keeps what separates numbers.
func foldAddress(s string) string {
	table := usual()
	return strings.Map(func(r rune) rune {
		switch {
		case r == '-' || r == '#' || r == '/' || r == '—' || r == '–' || r == '－' || r == '~':
			return '-'
		case r == '第' || !unicode.IsLetter(r) && !unicode.IsNumber(r):
			return -1
		}
		return plainRune(table, r)
	}, norm.NFKC.String(s))
}

// areaLength returns how much of the beginning names areas: province, city, county, street, community.
func areaLength(text []rune) int {
	done := 0
	for {
		n := oneArea(text[done:])
		if n == 0 {
			return done
		}
		done += n
	}
}

// oneArea returns the length of one area at the beginning, at most ten characters, or 0.
func oneArea(text []rune) int {
	for i := 1; i < len(text) && i <= 10; i++ {
		if unicode.IsDigit(text[i]) {
			return 0
		}
		for _, w := range adminWords {
			end := i + len(w)
			if end >= len(text) || text[i] != w[0] || !slices.Equal(text[i:end], w) { // nothing behind it: it is the address itself
				continue
			}
			if w[0] == '区' && strings.ContainsRune(estates, text[i-1]) || end-i == 1 && strings.ContainsRune(roadWords, text[end]) {
				continue
			}
			return end
		}
	}
	return 0
}

// numberAt reads a number at the beginning: digits with a letter or not, a single letter before a unit, or a Chinese numeral before a
// unit or behind another number.
func numberAt(text []rune, behind bool) (string, int) {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	if n > 0 {
		digits := strings.TrimLeft(string(text[:n]), "0")
		if n < len(text) && text[n] >= 'A' && text[n] <= 'Z' {
			digits += string(text[n])
			n++
		}
		return digits, n
	}
	if len(text) > 1 && text[0] >= 'A' && text[0] <= 'Z' && unitAt(text[1:]) > 0 {
		return string(text[0]), 1
	}
	for n < len(text) && strings.ContainsRune(numerals, text[n]) {
		n++
	}
	if n == 0 || unitAt(text[n:]) == 0 && !behind {
		return "", 0
	}
	return strconv.Itoa(numeral(text[:n])), n
}

const numerals = "〇零一二三四五六七八九十百千两"

// numeral reads a Chinese numeral below ten thousand, also digit by digit: 十二, 一百零三, 三〇一.
func numeral(text []rune) int {
	if !strings.ContainsAny(string(text), "十百千") {
		n := 0
		for _, r := range text {
			n = min(n*10+digit(r), 1<<30)
		}
		return n
	}
	sum, last := 0, -1
	for _, r := range text {
		scale := map[rune]int{'十': 10, '百': 100, '千': 1000}[r]
		if scale == 0 {
			last = digit(r)
			continue
		}
		if last < 0 {
			last = 1
		}
		sum, last = min(sum+last*scale, 1<<30), -1
	}
	return sum + max(last, 0)
}

func digit(r rune) int {
	if r == '两' {
		return 2
	}
	return max(0, slices.Index([]rune("零一二三四五六七八九"), r))
}

// unitAt returns the length of a unit word at the beginning.
func unitAt(text []rune) int {
	for _, w := range unitWords {
		if len(text) >= len(w) && slices.Equal(text[:len(w)], w) {
			return len(w)
		}
	}
	return 0
}

// addressAlike tells the degrees to which two addresses are alike.
func addressAlike(a, b *value) degrees {
	var d degrees
	if a.raw == b.raw {
		d |= exact
	}
	x, y := &a.address, &b.address
	if x.names == y.names && slices.Equal(x.numbers, y.numbers) {
		return d | normal | near | building
	}
	if len(x.numbers) == 0 || len(y.numbers) == 0 || !namesNear(x.names, y.names) {
		return d
	}
	if slices.Equal(x.numbers, y.numbers) {
		return d | near | building
	}
	short, long := x.numbers, y.numbers
	if len(short) > len(long) {
		short, long = long, short
	}
	if len(long) > 1 && len(long)-len(short) <= 1 && slices.Equal(long[:len(long)-1], short[:len(long)-1]) {
		d |= building
	}
	return d
}

// namesNear reports whether one is part of the other, or they differ in one character.
func namesNear(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	return strings.Contains(a, b) && len(b) >= 6 || strings.Contains(b, a) && len(a) >= 6 || offByOne(a, b, 3)
}
