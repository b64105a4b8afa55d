package api

import (
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"linli/internal/rule"
)

// inChinese sets the sentences of the library's checks. Those with a verb keep it, in the order in which it is filled.
func inChinese() {
	for to, words := range map[*string]string{
		&validation.MsgUnexpectedProperty:             "没有这个成员",
		&validation.MsgExpectedRFC3339DateTime:        "应为 RFC 3339 时刻，如 2026-10-09T16:30:00+08:00",
		&validation.MsgExpectedRFC3339Date:            "应为日期，如 2026-10-09",
		&validation.MsgExpectedBoolean:                "应为 true 或 false",
		&validation.MsgExpectedNumber:                 "应为数",
		&validation.MsgExpectedInteger:                "应为整数",
		&validation.MsgExpectedString:                 "应为文字",
		&validation.MsgExpectedArray:                  "应为数组",
		&validation.MsgExpectedObject:                 "应为对象",
		&validation.MsgExpectedArrayItemsUnique:       "各项不能重复",
		&validation.MsgExpectedOneOf:                  "应为 %s 之一",
		&validation.MsgExpectedMinimumNumber:          "不小于 %v",
		&validation.MsgExpectedMaximumNumber:          "不大于 %v",
		&validation.MsgExpectedMinLength:              "至少 %d 个字符",
		&validation.MsgExpectedMaxLength:              "最多 %d 个字符",
		&validation.MsgExpectedMatchPattern:           "格式应符合 %s",
		&validation.MsgExpectedMinItems:               "至少 %d 项",
		&validation.MsgExpectedMaxItems:               "最多 %d 项",
		&validation.MsgExpectedMaxProperties:          "最多 %d 个成员",
		&validation.MsgExpectedRequiredProperty:       "缺少 %s",
		&validation.MsgExpectedRFC3986URI:             "应为网址：%v",
		&validation.MsgExpectedBePattern:              "应为 %s",
		&validation.MsgExpectedMinProperties:          "至少 %d 个成员",
		&validation.MsgExpectedExclusiveMinimumNumber: "大于 %v",
		&validation.MsgExpectedExclusiveMaximumNumber: "小于 %v",
	} {
		*to = words
	}
}

// said are the sentences that the library does not let us set.
var said = map[string]string{
	"required header parameter is missing": "缺少这个请求头",
	"required query parameter is missing":  "缺少这个参数",
	"required path parameter is missing":   "缺少这一段地址",
	"unknown query parameter":              "没有这个参数",
	"invalid integer":                      "应为整数",
	"invalid boolean":                      "应为 true 或 false",
}

func chinese(d *huma.ErrorDetail) string {
	if d.Location == "header.Idempotency-Key" && said[d.Message] != "" {
		return "缺少幂等键：每次写入都要带上自己的编号，重发时用同一个编号"
	}
	if words := said[d.Message]; words != "" {
		return words
	}
	if d.Location == "body" {
		return "正文无法读取：" + d.Message
	}
	return d.Message
}

// verdictOf is what a rule says, as a word of the document.
func verdictOf(v rule.Verdict) string {
	switch v {
	case rule.Yes:
		return "yes"
	case rule.No:
		return "no"
	}
	return "needs"
}

// traceOf is how a rule came to what it says, line by line.
func traceOf(a rule.Answer) []string {
	return each(a.Trace, func(l rule.TraceLine) string { return l.Text + "：" + l.Result.Words() })
}
