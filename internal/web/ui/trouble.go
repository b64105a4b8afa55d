package ui

import (
	"context"
	"errors"
	"net/http"

	"linli/internal/fault"
	"linli/internal/law"
)

// A Trouble is a fault in words for the person who met it.
type Trouble struct {
	Kind   fault.Kind
	Title  string
	Words  string     // what happened
	Advice string     // what to do now
	Clause law.Clause // of a refusal
	Fields []string   // one sentence for each field
	ID     string     // of an internal fault, to quote on the phone
}

var troubleTitles = map[fault.Kind]string{
	fault.KindInvalid: N("填写的内容需要修改"), fault.KindNotFound: N("没有找到"), fault.KindConflict: N("已有变化"),
	fault.KindForbidden: N("没有权限"), fault.KindRefused: N("按规定不能办理"), fault.KindUnavailable: N("暂时不能办理"),
	fault.KindInternal: N("系统出了差错"),
}

var troubleAdvice = map[fault.Kind]string{
	fault.KindInvalid:     N("请返回上一页修改，已填写的内容还在。"),
	fault.KindNotFound:    N("请核对编号；也可能它不在您可以查看的范围内。"),
	fault.KindConflict:    N("请返回并刷新，看清现在的情况后再办。您的操作没有生效。"),
	fault.KindForbidden:   N("如工作需要，请联系管理员授权。"),
	fault.KindRefused:     N("如有不同意见，可以依据所列条款提出。"),
	fault.KindUnavailable: N("请过一会儿再试。没有任何内容丢失。"),
	fault.KindInternal:    N("已经记录，请稍后再试；如需帮助，请报上下面的编号。"),
}

func troubleOf(ctx context.Context, err error) Trouble {
	kind := fault.KindOf(err)
	t := Trouble{Kind: kind, Title: T(ctx, troubleTitles[kind]), Advice: T(ctx, troubleAdvice[kind])}
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		t.Kind, t.Title = fault.KindInvalid, T(ctx, "上传的内容太大")
		t.Words = T(ctx, "一次最多上传 %s。", Size(big.Limit))
		t.Advice = T(ctx, troubleAdvice[fault.KindInvalid])
		return t
	}
	e := fault.As(err)
	if e == nil || kind == fault.KindInternal {
		return t // an internal fault never shows its cause
	}
	t.Words, t.Clause = T(ctx, e.Format, e.Args...), e.Clause
	if len(e.Fields) > 1 || (len(e.Fields) == 1 && e.Fields[0].Format != e.Format) {
		for _, f := range e.Fields {
			t.Fields = append(t.Fields, T(ctx, f.Format, f.Args...))
		}
	}
	return t
}

// Words returns the sentence of a fault in the reader's language, for showing beside a row or in a list.
func Words(ctx context.Context, err error) string {
	t := troubleOf(ctx, err)
	if t.Words == "" {
		return t.Title
	}
	return t.Words
}

// Errors are the sentences of a form's faults, by field name.
type Errors struct {
	fields map[string]string
	order  []string
	words  string
}

// FieldErrors returns what is wrong with which field; the zero Errors when err is nil or not about fields.
func FieldErrors(ctx context.Context, err error) Errors {
	e := fault.As(err)
	if e == nil || e.Kind != fault.KindInvalid {
		return Errors{}
	}
	out := Errors{fields: map[string]string{}, words: T(ctx, e.Format, e.Args...)}
	for _, f := range e.Fields {
		if _, twice := out.fields[f.Field]; !twice {
			out.fields[f.Field] = T(ctx, f.Format, f.Args...)
			out.order = append(out.order, f.Field)
		}
	}
	return out
}

// Of returns the sentence for a field, "" when it is right.
func (e Errors) Of(name string) string { return e.fields[name] }

// Any reports whether something is wrong.
func (e Errors) Any() bool { return len(e.order) > 0 || e.words != "" }

// On returns fields with their sentences set.
func (e Errors) On(fields []Field) []Field {
	out := make([]Field, len(fields))
	for i, f := range fields {
		if f.Error == "" {
			f.Error = e.Of(f.Name)
		}
		out[i] = f
	}
	return out
}
