package part

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// A Typed is a step's form as somebody filled it in, kept to be shown again.
type Typed struct {
	Verb    flow.Verb
	Key     string
	Version int64
	Back    string // where to go afterwards; a path of this site, "" the case
	values  url.Values
}

// NewTyped is the empty form of a step, with where to go after it.
func NewTyped(v flow.Verb, back string) Typed {
	return Typed{Verb: v, Back: back, values: url.Values{}}
}

// ReadTyped reads the form of a step. Call it after the request's form was parsed.
func ReadTyped(r *http.Request) Typed {
	version, _ := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	t := Typed{Verb: flow.Verb(r.PostFormValue("verb")), Key: ui.FormKey(r), Version: version, values: r.PostForm}
	if back := r.PostFormValue("back"); back != "" {
		t.Back = ui.Back(back)
	}
	return t
}

// Of is the first value of a field, without surrounding space.
func (t Typed) Of(name string) string { return strings.TrimSpace(t.values.Get(name)) }

// helperFields are the inputs for helper units.
var helperFields = []string{"units", "units-2", "units-3", "units-4"}

// act turns what was typed into an act. What it cannot read it reports by field, all at once.
func (t *Town) act(tx *db.Tx, by staff.Actor, f *flow.Flow, in Typed) (casework.Act, error) {
	a := casework.Act{Key: in.Key, Version: in.Version}
	a.Verb, a.Words, a.Outcome, a.Flow, a.Leader = in.Verb, in.Of("words"), in.Of("outcome"), in.Of("flow"), in.Of("leader")
	var wrong []fault.FieldError
	note := func(field string, err error) {
		if e := fault.As(err); e != nil {
			wrong = append(wrong, fault.FieldError{Field: field, Format: e.Format, Args: e.Args})
		}
	}
	var err error
	a.To, err = t.unitOf(in.Of("unit"), in.Of("unit_pick"))
	note("unit", err)
	for _, name := range helperFields {
		code, err := t.unitOf(in.Of(name), "")
		note(name, err)
		if code != "" && !slices.Contains(a.With, code) {
			a.With = append(a.With, code)
		}
	}
	a.Clause, err = clauseOf(in.Of("clause"))
	note("clause", err)
	a.Term, err = termOf(in.Of("term"), in.Of("term_unit"))
	note("term", err)
	a.Grade, _ = strconv.Atoi(in.Of("grade"))
	a.Verdict, a.Standard, a.Spot = in.Of("verdict"), in.Of("standard"), in.Of("spot")
	a.Case, err = t.caseOf(tx, by, in.Of("case"), in.Of("case_pick"))
	if err != nil && fault.KindOf(err) != fault.KindInvalid {
		return a, err
	}
	note("case", err)
	if st := f.Step(in.Verb); st != nil {
		if !slices.Contains(st.Needs, flow.NeedStandard) {
			a.Standard = "" // then a field of this name is a fact
		}
		if !slices.Contains(st.Needs, flow.NeedPosition) {
			a.Spot = ""
		}
		if slices.Contains(st.Needs, flow.NeedPlaces) {
			a.Also = slices.DeleteFunc(slices.Clone(in.values["places"]), func(code string) bool { return code == "" })
		}
		a.Sets, wrong = ReadFacts(f, asked(st), in.values, wrong)
	}
	return a, fault.Fields(wrong)
}

// unitOf finds the unit somebody typed, or the suggested one that he picked.
func (t *Town) unitOf(typed, picked string) (string, error) {
	if typed == "" {
		return picked, nil
	}
	u, err := t.FindUnit(typed)
	return u.Code, err
}

func clauseOf(text string) (law.Clause, error) {
	if text == "" {
		return law.Clause{}, nil
	}
	c, err := law.Parse(text)
	if err != nil {
		return c, fault.Invalid("clause", "请从所列条款中选择")
	}
	return c, nil
}

// termOf joins a number and its unit to a term such as "5wd".
func termOf(number, unit string) (string, error) {
	if number == "" {
		return "", nil
	}
	term, err := civil.ParseTerm(number + unit)
	if err != nil {
		return "", fault.Invalid("term", "期限应为大于零的整数")
	}
	return term.String(), nil
}

// caseOf finds another case by its number, or the likely one that was picked.
func (t *Town) caseOf(tx *db.Tx, by staff.Actor, typed, picked string) (string, error) {
	if typed == "" {
		return picked, nil
	}
	number, _, _ := strings.Cut(typed, " ")
	found, err := t.Cases.Find(tx, by, number, 0, 20)
	if err != nil {
		return "", err
	}
	for _, l := range found {
		if strings.EqualFold(l.Number, number) || l.ID.String() == number {
			return l.ID.String(), nil
		}
	}
	return "", fault.Invalid("case", "没有编号为“%s”的办件，或您无权查看", number)
}
