package form

import (
	"fmt"
	"maps"

	"linli/internal/fault"
	"linli/internal/rule"
)

// Check reads values, one text per field name; several choices or files stand on lines of their own. It returns the
// typed values that were given and hold, under the field names, and everything that is wrong, in the order of the
// fields. Go types: string; []string (choices, file); civil.Date; time.Time in UTC (instant); rule.Decimal (number);
// int64 (whole); rule.Money in yuan; bool. A bool that is asked and not given is false, as a browser sends none. What
// was not asked (When does not hold) is left out, whatever was given; what is not a field is ignored, see Unknown.
func (f *Form) Check(values map[string]string) (map[string]any, []fault.FieldError) {
	return f.CheckWith(values, nil)
}

// CheckWith is Check for a form whose conditions also use facts from outside.
func (f *Form) CheckWith(values map[string]string, outer rule.Facts) (map[string]any, []fault.FieldError) {
	if !f.ready {
		panic(fmt.Sprintf("form %s was not prepared", f.ID))
	}
	clean, facts := make(map[string]any, len(f.Fields)), make(rule.Facts, len(f.Fields)+len(outer))
	maps.Copy(facts, outer)
	var errs []fault.FieldError
	for i := range f.Fields {
		field := &f.Fields[i]
		if field.when != nil && !field.when.Holds(facts) {
			continue
		}
		v, bad := field.value(values[field.Name])
		switch {
		case bad != nil:
			errs = append(errs, fault.FieldError{Field: field.Name, Format: bad.format, Args: bad.args})
		case v != nil:
			clean[field.Name], facts[field.Name] = v, v
		}
	}
	return clean, errs
}

// Asked reports which fields a person is asked, given what has been filled in so far; a page hides the others.
func (f *Form) Asked(values map[string]string, outer rule.Facts) map[string]bool {
	clean, _ := f.CheckWith(values, outer)
	facts := make(rule.Facts, len(clean)+len(outer))
	maps.Copy(facts, outer)
	maps.Copy(facts, clean)
	asked := make(map[string]bool, len(f.Fields))
	for i := range f.Fields {
		field := &f.Fields[i]
		asked[field.Name] = field.when == nil || field.when.Holds(facts)
	}
	return asked
}

// value returns nil and no flaw when nothing was given and nothing had to be.
func (f *Field) value(raw string) (any, *flaw) {
	if f.kind.narrow {
		raw = Narrow(raw)
	}
	s, ok := Clean(raw, f.kind.lines)
	switch {
	case !ok:
		return nil, flawf("含有无法识别的字符，请重新输入")
	case s == "" && f.Required:
		if f.kind.options || f.Kind == "bool" {
			return nil, flawf("请选择%s", f.Label)
		}
		return nil, flawf("请填写%s", f.Label)
	case s == "" && f.Kind == "bool":
		return false, nil
	case s == "":
		return nil, nil
	}
	v, bad := f.kind.read(f, s)
	if bad != nil {
		return nil, bad
	}
	return v, f.bounds(v)
}

func (f *Field) bounds(v any) *flaw {
	switch {
	case f.least != nil && f.kind.compare(v, f.least) < 0:
		return flawf("不能小于 %v", f.least)
	case f.most != nil && f.kind.compare(v, f.most) > 0:
		return flawf("不能大于 %v", f.most)
	}
	return nil
}
