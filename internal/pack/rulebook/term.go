package rulebook

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"linli/internal/civil"
	"linli/internal/pack"
)

// A limit is a term as the table has it: a number of a unit, of which some mean what the city says they mean.
type limit struct {
	n      int
	unit   string // as a pack writes it: "wd", "h"; or the parameter that says it, "$day-means"
	urgent bool
	name   string // of the stage that it ends; "" for the whole
}

// units are what tables count terms in. Longer words come first.
var units = []struct {
	word, unit string
	times      int
	urgent     bool
}{
	{"紧急工作小时", "h", 1, true}, {"紧急工作时", "h", 1, true}, {"紧急工作日", "h", 24, true}, {"紧急小时", "h", 1, true},
	{"工作小时", "wh", 1, false}, {"工作时", "wh", 1, false}, {"工作日", "wd", 1, false},
	{"小时", "$" + hourMeans, 1, false}, {"分钟", "m", 1, false}, {"个月", "mo", 1, false}, {"月", "mo", 1, false},
	{"天", "$" + dayMeans, 1, false}, {"日", "$" + dayMeans, 1, false},
}

// Parameters of what a table does not say.
const (
	hourMeans = "hour-means"
	dayMeans  = "day-means"
)

var defaults = map[string]string{hourMeans: "wh", dayMeans: "wd"}

var counted = regexp.MustCompile(`([^0-9;；,，、。]*?)([0-9]+) *个? *(紧急工作小时|紧急工作时|紧急工作日|紧急小时|工作小时|工作时|工作日|小时|分钟|个月|月|天|日)`)

// most is how long a term of a table may be, in units.
const most = 10000

// readTerm reads the term of a row: the term itself, its stages where it has several, and what has to be told of it. An empty
// limit is none.
func readTerm(text string) (whole limit, stages []limit, told []string) {
	text = strings.TrimSpace(text)
	found := counted.FindAllStringSubmatchIndex(narrow(text), -1)
	text = narrow(text)
	rest := text
	for _, m := range found {
		n, err := strconv.Atoi(text[m[4]:m[5]])
		word := text[m[6]:m[7]]
		i := slices.IndexFunc(units, func(u struct {
			word, unit string
			times      int
			urgent     bool
		}) bool {
			return u.word == word
		})
		if err != nil || n < 1 || n > most {
			return limit{}, nil, []string{fmt.Sprintf("时限“%s”的数应在 1 至 %d 之间", text, most)}
		}
		u := units[i]
		stages = append(stages, limit{n * u.times, u.unit, u.urgent, strings.TrimSpace(text[m[2]:m[3]])})
		rest = strings.Replace(rest, text[m[0]:m[1]], "", 1)
	}
	rest = strings.Trim(rest, " ;；,，、。")
	switch {
	case len(stages) == 0 && text == "":
		return limit{}, nil, []string{"没有写处置时限，这一行没有装入"}
	case len(stages) == 0:
		return limit{}, nil, []string{fmt.Sprintf("不认识时限“%s”，这一行没有装入；可以写 2紧急工作时、4工作时、3工作日、5天", text)}
	case len(stages) == 1 && stages[0].name == "":
		if rest != "" {
			told = append(told, fmt.Sprintf("时限“%s”读作 %s，“%s”没有读作时限", text, stages[0].words(), rest))
		}
		return stages[0], nil, told
	}
	slices.SortStableFunc(stages, func(a, b limit) int { return a.rough() - b.rough() })
	whole = stages[len(stages)-1]
	whole.name = ""
	for _, s := range stages {
		whole.urgent = whole.urgent && s.urgent
	}
	if len(stages) == 1 {
		return whole, nil, []string{fmt.Sprintf("时限“%s”读作 %s，“%s”没有读作时限", text, whole.words(), strings.TrimSpace(stages[0].name+" "+rest))}
	}
	return whole, stages, []string{fmt.Sprintf("时限“%s”有 %d 个，读作各步都从派遣起算，以最长的 %s 为处置时限", text, len(stages), whole.words())}
}

// rough compares limits of different units, in minutes.
func (l limit) rough() int {
	switch l.civil().Unit {
	case civil.Minute:
		return l.n
	case civil.Hour:
		return l.n * 60
	case civil.WorkHour:
		return l.n * 180
	case civil.Month:
		return l.n * 43200
	}
	return l.n * 1440
}

// civil is the term with what the parameters mean by default.
func (l limit) civil() civil.Term {
	unit := l.unit
	if name, isParam := strings.CutPrefix(unit, "$"); isParam {
		unit = defaults[name]
	}
	t, err := civil.ParseTerm(strconv.Itoa(l.n) + unit)
	if err != nil {
		return civil.Term{}
	}
	return t
}

func (l limit) words() string {
	w := l.civil().Words()
	if l.urgent {
		w += "（紧急，按自然时间）"
	}
	return w
}

// yaml writes the limit as a pack has it.
func (l limit) yaml() string {
	if strings.HasPrefix(l.unit, "$") {
		return fmt.Sprintf("term: %d, in: %s", l.n, l.unit)
	}
	return fmt.Sprintf("term: %d%s", l.n, l.unit)
}

// narrow writes wide digits and marks as narrow ones, and drops spaces within.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '\n' || r == '\r':
			return ';'
		case r == '\u3000':
			return ' '
		}
		return r
	}, s)
}

var kinds = map[string]string{"部件": pack.Part, "事件": pack.Event}
