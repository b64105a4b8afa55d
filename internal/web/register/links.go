package register

import (
	"context"

	"linli/internal/event"
	"linli/internal/fact"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/web/ui"
)

func partLinks(ctx context.Context, list []register.Dwelling) []ui.Link {
	out := make([]ui.Link, len(list))
	for i, d := range list {
		out[i] = ui.Link{Text: d.Name, Href: href(fact.Dwelling(d.ID)), Note: ui.T(ctx, d.Words())}
	}
	return out
}

func householdLinks(ctx context.Context, list []register.Household) []ui.Link {
	out := make([]ui.Link, len(list))
	for i, h := range list {
		out[i] = ui.Link{Text: ui.T(ctx, h.Words()) + " " + h.Number, Href: href(fact.Household(h.ID)), Note: h.Address}
	}
	return out
}

func purposeOptions(ctx context.Context, list []register.Purpose) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, p := range list {
		out[i] = ui.Option{Value: string(p), Text: ui.T(ctx, p.Words())}
	}
	return out
}

func historyOn(v *thingPage) string {
	if len(v.History) > 0 {
		return "true"
	}
	return ""
}

func (v *thingPage) contactPairs(ctx context.Context) []ui.Pair {
	out := make([]ui.Pair, len(v.Contacts))
	for i, c := range v.Contacts {
		out[i] = ui.Pair{Name: ui.T(ctx, c.Kind.Words()), Text: c.Masked}
	}
	return out
}

func (v *thingPage) noticePairs(ctx context.Context) []ui.Pair {
	var out []ui.Pair
	for _, f := range v.Notices {
		said := ui.T(ctx, event.StateWords(f.State))
		if f.Answer != "" {
			said += "：" + ui.T(ctx, event.AnswerWords(f.Answer))
		}
		out = append(out, ui.Pair{Name: wayName(ctx, f.Way) + " " + f.On.String(), Text: said, Href: "/register/floating?state=" + f.State})
	}
	return out
}

func wayName(ctx context.Context, way string) string {
	if way == event.Departure {
		return ui.T(ctx, "离开")
	}
	return ui.T(ctx, "来到")
}

// waiting are the conflicts that nobody has settled.
func (v *thingPage) waiting() (out []fact.Conflict) {
	for _, c := range v.Conflicts {
		if c.State == fact.Open {
			out = append(out, c)
		}
	}
	return out
}

// asked are the corrections that nobody has decided.
func (v *thingPage) asked() (out []fact.Correction) {
	for _, c := range v.Corrections {
		if c.State == fact.Asked {
			out = append(out, c)
		}
	}
	return out
}

// hidden reports whether a fact of the page is shown for a purpose only.
func (v *thingPage) hidden() bool {
	for _, f := range v.Facts {
		if w, ok := v.Words.Word(v.Subject.Kind, f.Name); ok && w.Sensitive != "" {
			return true
		}
	}
	return false
}

func (v *thingPage) label(ctx context.Context, name string) string {
	return label(ctx, v.Words, v.Subject.Kind, name)
}

func (v *thingPage) masked(ctx context.Context, name, value string) string {
	return shown(ctx, v.Words, v.Subject.Kind, name, value)
}

func label(ctx context.Context, l *lexicon.Lexicon, kind lexicon.Kind, name string) string {
	if w, ok := l.Word(kind, name); ok {
		return ui.T(ctx, w.Label)
	}
	return name
}

// shown writes a value as a list may show it.
func shown(ctx context.Context, l *lexicon.Lexicon, kind lexicon.Kind, name, value string) string {
	w, ok := l.Word(kind, name)
	switch {
	case !ok || value == "":
		return value
	case w.Sensitive != "":
		if m := w.Field().Mask(value); m != "" {
			return m
		}
		return ui.T(ctx, "已登记，按用途查看")
	}
	return ui.T(ctx, w.Show(value))
}

func queuePairs(ctx context.Context, v *queuePage, x waiting) []ui.Pair {
	was, says, source := ui.T(ctx, "现在登记"), ui.T(ctx, "另一种说法"), ui.T(ctx, "来源")
	if v.For == "corrections" {
		says, source = ui.T(ctx, "申请更正为"), ui.T(ctx, "申请时间")
	}
	return []ui.Pair{{Name: was, Text: x.Was}, {Name: says, Text: x.Says}, {Name: source, Text: x.Source}, {Name: ui.T(ctx, "说明"), Text: x.Why}, {Name: ui.T(ctx, "登记"), Text: x.About, Href: x.Href}}
}

func wrongAt(v *queuePage, x waiting) string {
	if v.At == x.ID {
		return v.Wrong.Of("reason")
	}
	return ""
}

// pairs are what a notice tells, with the answer of the home once there is one.
func (n notice) pairs(ctx context.Context) []ui.Pair {
	out := []ui.Pair{
		{Name: wayName(ctx, n.Way), Text: n.On.String()}, {Name: ui.T(ctx, "现居住地"), Text: n.Where}, {Name: ui.T(ctx, "户籍地"), Text: n.From},
		{Name: ui.T(ctx, "人员"), Text: n.Name, Href: href(fact.Person(n.Person))},
	}
	if n.State != event.Closed {
		return out
	}
	out = append(out, ui.Pair{Name: ui.T(ctx, "户籍地反馈"), Text: ui.T(ctx, event.AnswerWords(n.Answer))},
		ui.Pair{Name: ui.T(ctx, "反馈时间"), Text: ui.DateTime(ctx, n.At[event.Closed].Time)})
	if n.Note != "" {
		out = append(out, ui.Pair{Name: ui.T(ctx, "说明"), Text: n.Note})
	}
	return out
}
