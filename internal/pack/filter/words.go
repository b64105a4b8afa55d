package filter

import (
	"strconv"
	"strings"
)

// Words says the condition in Chinese, e.g. "流程为“市长信箱”，且状态不是“已并案”"; "" for the zero condition. name tells what
// a value of a text column is called; nil shows values as they stand.
func (c Cond) Words(name func(column, value string) string) string {
	if name == nil {
		name = func(_, value string) string { return value }
	}
	list := make([]string, len(c.all))
	for i, p := range c.all {
		list[i] = p.words(name)
	}
	return strings.Join(list, "，且")
}

var verdictWords = map[int64]string{1: "按期", 0: "超期", -1: "尚未定"}

func (p part) words(name func(column, value string) string) string {
	label := p.column.Label
	switch p.op {
	case opAny:
		list := make([]string, len(p.any))
		for i, alt := range p.any {
			list[i] = alt.Words(name)
		}
		return "（" + strings.Join(list, "，或者") + "）"
	case opIn:
		if p.column.Type == Flag && len(p.numbers) == 1 {
			return label + "：" + map[int64]string{1: "是", 0: "否"}[p.numbers[0]]
		}
		return label + "为" + p.values(name)
	case opNotIn:
		return label + "不是" + p.values(name)
	case opRange:
		return label + " " + p.bounds()
	case opSet:
		return "有" + label
	case opUnset:
		return "没有" + label
	}
	return label + "起已满" + p.term.Words()
}

func (p part) values(name func(column, value string) string) string {
	var list []string
	for _, t := range p.texts {
		word := "未填"
		if t != "" {
			word = "“" + name(p.column.Name, t) + "”"
		}
		list = append(list, word)
	}
	for _, n := range p.numbers {
		word := strconv.FormatInt(n, 10)
		switch p.column.Type {
		case Verdict:
			word = verdictWords[n]
		case Flag:
			word = map[int64]string{1: "是", 0: "否"}[n]
		}
		list = append(list, word)
	}
	return strings.Join(list, "或")
}

func (p part) bounds() string {
	switch {
	case p.least == nil:
		return "不超过 " + strconv.FormatInt(*p.most, 10)
	case p.most == nil:
		return "不少于 " + strconv.FormatInt(*p.least, 10)
	}
	return strconv.FormatInt(*p.least, 10) + " 至 " + strconv.FormatInt(*p.most, 10)
}
