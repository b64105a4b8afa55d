package part

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/web/ui"
)

// FactFields asks for facts of a flow, with the values given so far. Read the answers with ReadFacts.
func FactFields(ctx context.Context, f *flow.Flow, names []string, values url.Values) []ui.Field {
	var list []ui.Field
	for _, name := range names {
		d := f.Fact(name)
		if d == nil {
			continue
		}
		q := ui.Field{Name: name, Label: ui.T(ctx, d.Label), Kind: d.Kind, Value: strings.TrimSpace(values.Get(name))}
		if d.Hint != "" {
			q.Hint = ui.T(ctx, d.Hint)
		}
		for _, o := range d.Options {
			q.Options = append(q.Options, ui.Option{Value: o.Value, Text: ui.T(ctx, o.Label)})
		}
		switch d.Kind {
		case "bool":
			q.Kind, q.Options = "choice", []ui.Option{{Value: "1", Text: ui.T(ctx, "是")}, {Value: "0", Text: ui.T(ctx, "否")}}
		case "number":
			q.Short = true
		case "term":
			q.Kind, q.Short = "text", true
			if words := termWords(q.Value); words != "" {
				q.Value = words
			}
			if q.Hint == "" {
				q.Hint = ui.T(ctx, "写明数和单位，如 15日、5个工作日、2小时")
			}
		}
		list = append(list, q)
	}
	return list
}

// ReadFacts reads what FactFields asked. What was left empty is not set; what cannot be read joins wrong.
func ReadFacts(f *flow.Flow, names []string, values url.Values, wrong []fault.FieldError) (map[string]any, []fault.FieldError) {
	sets := map[string]any{}
	for _, name := range names {
		d, text := f.Fact(name), strings.TrimSpace(values.Get(name))
		if d == nil || text == "" {
			continue
		}
		switch d.Kind {
		case "bool":
			sets[name] = text == "1"
		case "number":
			n, err := strconv.Atoi(text)
			if err != nil {
				wrong = append(wrong, fault.FieldError{Field: name, Format: "请填写不小于零的整数"})
				continue
			}
			sets[name] = n
		case "term":
			term, ok := readTerm(text)
			if !ok {
				wrong = append(wrong, fault.FieldError{Field: name, Format: "请写明数和单位，如 15日、5个工作日、2小时"})
				continue
			}
			sets[name] = term
		default:
			sets[name] = text
		}
	}
	if len(sets) == 0 {
		return nil, wrong
	}
	return sets, wrong
}

// termUnits are the words that people write for the unit of a term, the longer before those that they end in.
var termUnits = []struct{ words, suffix string }{
	{"个工作小时", "wh"}, {"工作小时", "wh"}, {"个工作日", "wd"}, {"工作日", "wd"}, {"个小时", "h"}, {"小时", "h"}, {"分钟", "m"}, {"个月", "mo"}, {"天", "d"}, {"日", "d"},
}

// readTerm reads a term as people write it, "15日" or "5 个工作日", or as packs do, "15d".
func readTerm(text string) (string, bool) {
	text = strings.ReplaceAll(text, " ", "")
	for _, u := range termUnits {
		if n, found := strings.CutSuffix(text, u.words); found {
			text = n + u.suffix
			break
		}
	}
	t, err := civil.ParseTerm(text)
	return t.String(), err == nil
}

// factValue writes a fact as FactFields takes it.
func factValue(v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return "1"
		}
		return "0"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int:
		return strconv.Itoa(v)
	case string:
		return v
	}
	return ""
}
