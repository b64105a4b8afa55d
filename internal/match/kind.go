package match

import (
	"strconv"
	"strings"

	"linli/internal/civil"
)

// degrees is a set of the ways in which two values of one kind are alike. A closer degree includes those that follow from it.
type degrees uint16

const (
	exact    degrees = 1 << iota // the same text
	variant                      // the same but for spaces, width and variant characters
	core                         // the same but for the area and the legal form (organisations)
	sound                        // sounds the same
	swapped                      // the same characters in another order; month and day exchanged
	oneOff                       // one character exchanged, missing or too many
	normal                       // the same numbers and names, written otherwise
	near                         // the same numbers, names much alike
	building                     // the same building, room other or missing
	year                         // the same year
)

// A kind says how values are read, compared and keyed.
type kind struct {
	degrees map[string]degrees
	implies map[degrees]degrees // what else holds when this does
	parts   map[string]degrees  // parts of keys, and the degree at which they are equal
	measure string              // the degree with a number behind it: within-3, first-9
}

// Kinds are the kinds of fields: code (numbers and codes, several on lines of their own), name, address, date, organisation, text.
var kinds = map[string]*kind{
	"code": {degrees: map[string]degrees{"exact": exact}, parts: map[string]degrees{"exact": exact}, measure: "first"},
	"name": {
		degrees: map[string]degrees{"exact": exact, "variant": variant, "sound": sound, "swapped": swapped, "one-off": oneOff},
		implies: map[degrees]degrees{exact: variant | sound | swapped, variant: sound | swapped},
		parts:   map[string]degrees{"variant": variant, "sound": sound, "characters": swapped},
	},
	"organisation": {
		degrees: map[string]degrees{"exact": exact, "variant": variant, "core": core, "one-off": oneOff},
		implies: map[degrees]degrees{exact: variant | core, variant: core},
		parts:   map[string]degrees{"variant": variant, "core": core},
	},
	"text": {
		degrees: map[string]degrees{"exact": exact, "variant": variant, "one-off": oneOff},
		implies: map[degrees]degrees{exact: variant},
		parts:   map[string]degrees{"variant": variant},
	},
	"address": {
		degrees: map[string]degrees{"exact": exact, "normal": normal, "near": near, "building": building},
		implies: map[degrees]degrees{exact: normal | near, normal: near},
		parts:   map[string]degrees{"normal": normal, "numbers": near},
	},
	"date": {
		degrees: map[string]degrees{"exact": exact, "swapped": swapped, "year": year},
		implies: map[degrees]degrees{exact: swapped | year, swapped: year},
		parts:   map[string]degrees{"day": exact, "year": year},
		measure: "within",
	},
}

// A value is what a record holds of a field, read once.
type value struct {
	raw     string
	fold    string
	sound   string
	chars   string
	core    string
	address address
	date    civil.Date
}

// readValue returns false for what cannot be compared: nothing, or no date.
func readValue(kind, s string) (value, bool) {
	v := value{raw: strings.TrimSpace(s)}
	if v.raw == "" {
		return v, false
	}
	switch kind {
	case "address":
		v.address = readAddress(v.raw)
		return v, v.address.names != "" || len(v.address.numbers) > 0
	case "date":
		d, err := civil.ParseDate(v.raw)
		v.date = d
		return v, err == nil
	case "code":
		return v, true
	}
	v.fold = Fold(v.raw)
	switch kind {
	case "name":
		v.sound, v.chars = Sound(v.fold), sorted(v.fold)
	case "organisation":
		v.core = orgCore(v.fold)
	}
	return v, v.fold != ""
}

// legalForms end the name of an organisation, the longer first.
var legalForms = []string{"股份有限公司", "有限责任公司", "有限公司", "分公司", "公司", "个体工商户", "经营部", "合作社"}

// orgCore is the name of an organisation without the area before it and the legal form behind it.
func orgCore(fold string) string {
	r := []rune(fold)
	s := string(r[areaLength(r):])
	for _, form := range legalForms {
		if rest, ok := strings.CutSuffix(s, form); ok && len(rest) >= 6 {
			return rest
		}
	}
	return s
}

// alike tells the degrees to which two values are alike. For measures see measured.
func alike(kind string, a, b *value) degrees {
	switch kind {
	case "name":
		return nameAlike(a, b)
	case "address":
		return addressAlike(a, b)
	case "date":
		return dateAlike(a.date, b.date)
	}
	var d degrees
	if a.raw == b.raw {
		d |= exact
	}
	if kind == "code" {
		return d
	}
	if a.fold == b.fold {
		return d | variant | core | oneOff
	}
	if kind == "organisation" && a.core == b.core {
		d |= core
	}
	if offByOne(a.fold, b.fold, 4) {
		d |= oneOff
	}
	return d
}

func dateAlike(a, b civil.Date) degrees {
	var d degrees
	if a == b {
		d = exact | swapped
	}
	if a.Year == b.Year {
		d |= year
		if int(a.Month) == b.Day && int(b.Month) == a.Day {
			d |= swapped
		}
	}
	return d
}

// measured reports whether two values are alike by a measure: within so many days, the first so many characters.
func measured(kind string, a, b *value, n int) bool {
	if kind == "date" {
		days := a.date.Sub(b.date)
		return days <= n && -days <= n
	}
	return first(a.raw, n) != "" && first(a.raw, n) == first(b.raw, n)
}

// first returns the first n bytes of a code, "" when it is shorter.
func first(code string, n int) string {
	if len(code) < n {
		return ""
	}
	return code[:n]
}

// part returns the part of a key that a value gives, "" for none.
func part(kind, name string, v *value) string {
	switch name {
	case "exact", "day":
		return v.raw
	case "variant":
		return v.fold
	case "sound":
		return v.sound
	case "characters":
		return v.chars
	case "core":
		return v.core
	case "normal":
		return v.address.String()
	case "numbers":
		return "#" + strings.Join(v.address.numbers, "-")
	case "year":
		return strconv.Itoa(v.date.Year)
	}
	_, n, _ := cutMeasure(name)
	return first(v.raw, n)
}

// cutMeasure takes "within-3" apart.
func cutMeasure(s string) (name string, n int, ok bool) {
	i := strings.LastIndexByte(s, '-')
	if i < 0 {
		return "", 0, false
	}
	n, err := strconv.Atoi(s[i+1:])
	return s[:i], n, err == nil && n > 0 && n < 10000
}
