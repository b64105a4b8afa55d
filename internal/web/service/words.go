package service

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/flow"
	"linli/internal/pack"
	"linli/internal/service"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

type component = templ.Component

// novalidate lets a button send a form that is not filled in yet.
var novalidate = templ.Attributes{"formnovalidate": true}

func withErrors(p ui.Page, e ui.Errors) ui.Page {
	p.Errors = e
	return p
}

func bare(p ui.Page) ui.Page {
	p.NoHead = true
	return p
}

// itemAgain is the screen of an item with what is wrong; when it cannot be built, that is what is shown.
func itemAgain(v *desk, err error) component {
	if err != nil {
		return templ.ComponentFunc(func(context.Context, io.Writer) error { return err })
	}
	return itemPage(v)
}

func (s search) href(item string) string {
	if s.Person != "" {
		return s.base + "/" + item + "?person=" + s.Person
	}
	return s.base + "/" + item
}

// factsOf are the terms of an item, as the guide lists them.
func factsOf(ctx context.Context, i *pack.Item) []ui.Pair {
	words := func(all []pack.Option, chosen []string) string {
		out := make([]string, len(chosen))
		for k, v := range chosen {
			out[k] = ui.T(ctx, pack.Words(all, v))
		}
		return strings.Join(out, "、")
	}
	list := []ui.Pair{{Name: ui.T(ctx, "谁可以办"), Text: ui.T(ctx, pack.Words(pack.ItemWho, i.Who))}}
	if !i.Term.Promised.IsZero() {
		list = append(list, ui.Pair{Name: ui.T(ctx, "承诺期限"), Text: i.Term.Promised.Words()})
	}
	if !i.Term.Legal.IsZero() {
		list = append(list, ui.Pair{Name: ui.T(ctx, "法定期限"), Text: i.Term.Legal.Words()})
	}
	fee := ui.Money(ctx, i.Fee.Fen)
	if i.Fee.Fen == 0 {
		fee = ui.T(ctx, "不收费")
	}
	list = append(list, ui.Pair{Name: ui.T(ctx, "收费"), Text: fee},
		ui.Pair{Name: ui.T(ctx, "在哪里办"), Text: words(pack.ItemLevels, i.Accepts)},
		ui.Pair{Name: ui.T(ctx, "办理渠道"), Text: words(pack.ItemChannels, i.Channels)})
	if i.Result != nil {
		list = append(list, ui.Pair{Name: ui.T(ctx, "办成后领取"), Text: i.Result.Document})
	}
	return list
}

// progressOf is where an application stands.
func progressOf(ctx context.Context, f *service.Filing) []ui.Pair {
	list := []ui.Pair{{Name: ui.T(ctx, "状态"), Text: part.StateName(ctx, nil, f.Case.State())}}
	if f.Case.Situation.Outcome != "" {
		list = append(list, ui.Pair{Name: ui.T(ctx, "结果"), Text: part.OutcomeName(ctx, f.Case.Situation.Outcome)})
	}
	if r := f.Result; r != nil {
		list = append(list, ui.Pair{Name: r.Document, Text: r.Number})
		if !r.Until.IsZero() {
			list = append(list, ui.Pair{Name: ui.T(ctx, "有效期至"), Text: r.Until.String()})
		}
	}
	if f.Proxy != "" {
		list = append(list, ui.Pair{Name: ui.T(ctx, "代办人姓名"), Text: f.Proxy + "（" + f.Authority + "）"})
	}
	if f.Green {
		list = append(list, ui.Pair{Name: ui.T(ctx, "绿色通道"), Text: ui.T(ctx, "优先办理")})
	}
	if f.Missing != "" {
		list = append(list, ui.Pair{Name: ui.T(ctx, "登记须补"), Text: f.Missing})
	}
	return list
}

// filledOf is what was filled in, each with its source where it was known.
func filledOf(ctx context.Context, f *service.Filing) []ui.Pair {
	var list []ui.Pair
	for _, d := range itemFields(f.Item) {
		v := f.Filled[d.Name]
		if v == "" {
			continue
		}
		for _, o := range d.Options {
			if o.Value == v {
				v = ui.T(ctx, o.Words())
			}
		}
		if from := f.Sources[d.Name]; from != "" {
			v += "（" + from + "）"
		}
		list = append(list, ui.Pair{Name: ui.T(ctx, d.Label), Text: v})
	}
	return list
}

func stateOf(ctx context.Context, m service.Held) string {
	switch m.State {
	case service.Had:
		return ui.T(ctx, "已掌握，不用交：%s", m.Source)
	case service.Owed:
		return ui.T(ctx, "待补，%s前", ui.Until(ctx, m.Due.Time))
	}
	return ui.T(ctx, "已交")
}

func branchWords(ctx context.Context, b flow.Branch) string {
	switch {
	case b.Reused != "":
		return ui.T(ctx, "已有 %s，不再重复办理", b.Reused)
	case b.Verdict == flow.Agree:
		return ui.T(ctx, "同意")
	case b.Verdict == flow.Disagree:
		return ui.T(ctx, "不同意") + " " + b.Words + " " + b.Clause.String()
	case b.Verdict == flow.Moot:
		return ui.T(ctx, "不再需要")
	case b.Since.IsZero():
		return ui.T(ctx, "等前一环节")
	}
	return ui.T(ctx, "正在办理，%s前", ui.Until(ctx, b.Due))
}

func signedWords(ctx context.Context, s service.Signer) string {
	if s.Signed.IsZero() {
		return ui.T(ctx, "还没有签，签字码 %s", s.Code)
	}
	return ui.T(ctx, "已签")
}

// nextOf leads the desk to what the same person may apply for now.
func nextOf(ctx context.Context, s side, f *service.Filing, list []pack.NextItem) []ui.Link {
	out := make([]ui.Link, len(list))
	for i, n := range list {
		out[i] = ui.Link{Text: ui.T(ctx, n.Says), Href: search{side: s, Person: f.Person.String()}.href(n.Item), Note: ui.T(ctx, "已掌握的不用再填")}
	}
	return out
}
