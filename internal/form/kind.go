package form

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"linli/internal/civil"
	"linli/internal/rule"
)

// flaw is what is wrong with one value: a Chinese format, the key into the catalogue, with its arguments.
type flaw struct {
	format string
	args   []any
}

func flawf(format string, args ...any) *flaw { return &flaw{format, args} }

func (f *flaw) message() string {
	if len(f.args) == 0 {
		return f.format
	}
	return fmt.Sprintf(f.format, f.args...)
}

// kind says how one sort of field is read. read gets text that Clean has normalised and is not empty.
type kind struct {
	fact    rule.Type
	lines   bool // may hold several lines
	narrow  bool // full-width digits, letters and signs become half-width
	counted bool // Max and Min apply
	max     int  // greatest Max, and for texts and files the default
	options bool
	read    func(*Field, string) (any, *flaw)
	compare func(a, b any) int
}

const (
	maxLine  = 200
	maxFiles = 20
)

var kinds = map[string]*kind{
	"text":        {fact: rule.Text, counted: true, max: 2_000, read: readText},
	"longtext":    {fact: rule.Text, lines: true, counted: true, max: rule.MaxText, read: readText},
	"choice":      {fact: rule.Text, options: true, read: readChoice},
	"choices":     {fact: rule.ListOf(rule.Text), lines: true, options: true, counted: true, read: readChoices},
	"date":        {fact: rule.Date, narrow: true, read: readDate, compare: func(a, b any) int { return a.(civil.Date).Compare(b.(civil.Date)) }},
	"instant":     {narrow: true, read: readInstant},
	"number":      {fact: rule.Number, narrow: true, read: readNumber, compare: func(a, b any) int { return a.(rule.Decimal).Cmp(b.(rule.Decimal)) }},
	"whole":       {fact: rule.Whole, narrow: true, read: readWhole, compare: func(a, b any) int { return cmp.Compare(a.(int64), b.(int64)) }},
	"money":       {fact: rule.Yuan, narrow: true, read: readMoney, compare: func(a, b any) int { return a.(rule.Money).Yuan.Cmp(b.(rule.Money).Yuan) }},
	"phone":       {fact: rule.Text, narrow: true, read: readPhone},
	"id-number":   {fact: rule.Text, narrow: true, read: readID},
	"credit-code": {fact: rule.Text, narrow: true, read: readCredit},
	"place":       {fact: rule.Text, narrow: true, read: readPlace},
	"person-name": {fact: rule.Text, counted: true, max: 50, read: readName},
	"bool":        {fact: rule.YesNo, read: readBool},
	"file":        {fact: rule.ListOf(rule.Text), lines: true, counted: true, max: maxFiles, read: readFiles},
}

// Kinds returns the names a Field.Kind may have, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

func readText(f *Field, s string) (any, *flaw) {
	limit := f.Max
	if limit == 0 {
		limit = maxLine
		if f.kind.lines {
			limit = 5_000
		}
	}
	return s, f.length(s, limit)
}

// length counts characters, not bytes.
func (f *Field) length(s string, limit int) *flaw {
	n := len([]rune(s))
	switch {
	case n > limit:
		return flawf("最多 %d 个字，现有 %d 个字", limit, n)
	case n < f.Min:
		return flawf("至少 %d 个字，现有 %d 个字", f.Min, n)
	case f.pattern != nil && !f.pattern.MatchString(s):
		return flawf("格式不对：%s", f.Hint)
	}
	return nil
}

func readChoice(f *Field, s string) (any, *flaw) {
	for _, o := range f.Options {
		if s == o.Value {
			return s, nil
		}
	}
	return nil, flawf("“%s”不在可选之列，请从 %s 中选择", short(s), f.optionWords())
}

func (f *Field) optionWords() string {
	words := make([]string, len(f.Options))
	for i, o := range f.Options {
		words[i] = o.Words()
	}
	return strings.Join(words, "、")
}

// readChoices gives the chosen values in the order of the options, each once.
func readChoices(f *Field, s string) (any, *flaw) {
	chosen := make(map[string]bool)
	for _, line := range lines(s) {
		if _, bad := readChoice(f, line); bad != nil {
			return nil, bad
		}
		chosen[line] = true
	}
	var out []string
	for _, o := range f.Options {
		if chosen[o.Value] {
			out = append(out, o.Value)
		}
	}
	return out, f.count(len(out), len(f.Options))
}

func (f *Field) count(n, limit int) *flaw {
	if f.Max > 0 {
		limit = f.Max
	}
	switch {
	case n > limit:
		return flawf("最多选 %d 项，现有 %d 项", limit, n)
	case n < f.Min:
		return flawf("至少选 %d 项，现有 %d 项", f.Min, n)
	}
	return nil
}

func lines(s string) []string {
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

var (
	dateParts  = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$`)
	datePlain  = regexp.MustCompile(`^\d{8}$`)
	groupedNum = regexp.MustCompile(`^-?\d{1,3}(,\d{3})+(\.\d+)?$`)
	placeCode  = regexp.MustCompile(`^[1-9]\d(\d\d(\d\d(\d{3}(\d{3}(\d{1,8})?)?)?)?)?$`)
	fileID     = regexp.MustCompile(`^[0-9A-Za-z_-]{1,100}$`)
)

func readDate(_ *Field, s string) (any, *flaw) {
	switch m := dateParts.FindStringSubmatch(s); {
	case m != nil:
		s = fmt.Sprintf("%s-%02s-%02s", m[1], m[2], m[3])
	case datePlain.MatchString(s):
		s = s[:4] + "-" + s[4:6] + "-" + s[6:]
	default:
		return nil, flawf("日期应写作 2026-10-09")
	}
	d, err := civil.ParseDate(s)
	if err != nil {
		return nil, flawf("%s 这一天不存在，请核对年、月、日", s)
	}
	return d, nil
}

// readInstant takes local time as Shanghai time.
func readInstant(_ *Field, s string) (any, *flaw) {
	local := strings.Replace(s, " ", "T", 1)
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.ParseInLocation(layout, local, civil.Shanghai); err == nil {
			return t.UTC(), nil
		}
	}
	return nil, flawf("时间应写作 2026-10-09 16:30，且须存在")
}

func readNumber(_ *Field, s string) (any, *flaw) {
	if groupedNum.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	d, err := rule.ParseDecimal(s)
	if err != nil {
		return nil, flawf("请填写数字，如 12.5")
	}
	return d, nil
}

func readWhole(f *Field, s string) (any, *flaw) {
	v, bad := readNumber(f, s)
	if bad != nil {
		return nil, flawf("请填写整数，如 12")
	}
	n, ok := v.(rule.Decimal).Int64()
	if !ok {
		return nil, flawf("请填写整数，不要小数")
	}
	return n, nil
}

func readMoney(f *Field, s string) (any, *flaw) {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimLeft(s, "¥￥"), "元"))
	v, bad := readNumber(f, s)
	if bad != nil || strings.HasSuffix(s, "%") {
		return nil, flawf("请填写金额，以元为单位，如 1200.50")
	}
	m := rule.Money{Yuan: v.(rule.Decimal)}
	if _, err := m.Fen(); err != nil {
		return nil, flawf("金额最多写到分，即两位小数")
	}
	return m, nil
}

func readPlace(_ *Field, s string) (any, *flaw) {
	if !placeCode.MatchString(s) {
		return nil, flawf("地区代码应为 2、4、6、9 或 12 位数字，网格的更长")
	}
	return s, nil
}

func readName(f *Field, s string) (any, *flaw) {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune("・•‧∙●．", r) {
			return '·'
		}
		return r
	}, s)
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune("· -'’.", r) {
			return nil, flawf("姓名中不能有“%s”", string(r))
		}
	}
	limit := f.Max
	if limit == 0 {
		limit = f.kind.max
	}
	return s, f.length(s, limit)
}

func readBool(_ *Field, s string) (any, *flaw) {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1", "是":
		return true, nil
	case "false", "no", "off", "0", "否":
		return false, nil
	}
	return nil, flawf("请选择是或否")
}

func readFiles(f *Field, s string) (any, *flaw) {
	ids := lines(s)
	for _, id := range ids {
		if !fileID.MatchString(id) {
			return nil, flawf("附件编号“%s”不对，请重新上传", short(id))
		}
	}
	return ids, f.count(len(ids), maxFiles)
}

// short cuts what somebody typed so that it can stand in a sentence.
func short(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}
