package register

import (
	"net/url"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/event"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// day reads a date of a form; what is no date is reported under its field.
func day(v url.Values, field string) (civil.Date, error) {
	text := strings.TrimSpace(v.Get(field))
	if text == "" {
		return civil.Date{}, nil
	}
	d, err := civil.ParseDate(text)
	if err != nil {
		return d, fault.Invalid(field, "日期应写作 2026-10-09")
	}
	return d, nil
}

func lastCode(path string) string {
	codes := place.Codes(path)
	return codes[len(codes)-1]
}

var personActs = []act{
	{ID: "tell", Name: ui.N("登记或更正一项"), Note: ui.N("没有登记过的直接登记；已登记的申请更正，由另一人审批"),
		Of: []lexicon.Kind{lexicon.Person, lexicon.Household, lexicon.Dwelling, lexicon.Organisation, lexicon.Facility}, Fields: tellFields, Do: tell},
	{ID: "marriage", Name: ui.N("结婚"), Note: ui.N("双方都须未婚、离异或丧偶"), Of: []lexicon.Kind{lexicon.Person},
		Fields: func(a *asking) ([]ui.Field, error) {
			return []ui.Field{a.askWho("spouse", "配偶"), a.askDay(), a.askBasis()}, nil
		},
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, s fact.Subject, v url.Values) (string, error) {
			on, err := day(v, "on")
			if err != nil {
				return "", err
			}
			spouse, err := p.who(tx, "spouse", strings.TrimSpace(v.Get("spouse")))
			if err != nil {
				return "", err
			}
			_, err = p.Events.Marriage(tx, by, s.ID, spouse, on, v.Get("basis"))
			return href(s), under("spouse", err)
		}},
	{ID: "divorce", Name: ui.N("离婚"), Note: ui.N("结束登记的配偶关系"), Of: []lexicon.Kind{lexicon.Person},
		Fields: func(a *asking) ([]ui.Field, error) { return []ui.Field{a.askDay(), a.askBasis()}, nil },
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, s fact.Subject, v url.Values) (string, error) {
			on, err := day(v, "on")
			if err != nil {
				return "", err
			}
			_, err = p.Events.Divorce(tx, by, s.ID, on, v.Get("basis"))
			return href(s), under("on", err)
		}},
	{ID: "move-out", Name: ui.N("迁出"), Note: ui.N("户籍随迁，或者户籍留下、人外出"), Of: []lexicon.Kind{lexicon.Person},
		Fields: func(a *asking) ([]ui.Field, error) {
			return []ui.Field{{Name: "to", Label: a.t("迁往何处"), Hint: a.t("本市的填区划代码，外地的填地名"), Required: true, Max: 100},
				{Name: "registered", Label: a.t("户籍一起迁出"), Kind: "bool"}, a.askDay(), a.askBasis()}, nil
		},
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, s fact.Subject, v url.Values) (string, error) {
			on, err := day(v, "on")
			if err != nil {
				return "", err
			}
			_, err = p.Events.MoveOut(tx, by, event.Exit{Persons: []db.ID{s.ID}, To: strings.TrimSpace(v.Get("to")), Registered: v.Get("registered") != "", On: on, Basis: v.Get("basis")})
			return href(s), under("to", err)
		}},
	{ID: "depart", Name: ui.N("流动人口离开"), Note: ui.N("采集后核实，再通报户籍地"), Of: []lexicon.Kind{lexicon.Person},
		Fields: func(a *asking) ([]ui.Field, error) {
			return []ui.Field{{Name: "to", Label: a.t("去往何处"), Max: 100}, a.askDay()}, nil
		},
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, s fact.Subject, v url.Values) (string, error) {
			on, err := day(v, "on")
			if err != nil {
				return "", err
			}
			_, err = p.Events.Depart(tx, by, s.ID, on, strings.TrimSpace(v.Get("to")))
			return href(s), under("to", err)
		}},
	{ID: "death", Name: ui.N("死亡"), Note: ui.N("婚姻、居住、户内关系到这一天为止"), Of: []lexicon.Kind{lexicon.Person},
		Fields: func(a *asking) ([]ui.Field, error) {
			return []ui.Field{a.askDay(), {Name: "cause", Label: a.t("死亡原因"), Max: 100}, a.askBasis()}, nil
		},
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, s fact.Subject, v url.Values) (string, error) {
			on, err := day(v, "on")
			if err != nil {
				return "", err
			}
			_, err = p.Events.Death(tx, by, event.Death{Person: s.ID, On: on, Cause: strings.TrimSpace(v.Get("cause")), Basis: v.Get("basis")})
			return href(s), under("on", err)
		}},
}

// under puts what the domain refuses under a field of the form, so that it is shown with all that was typed: a conflict or refusal names no field, and some
// faults name fields that this form does not ask. The clause of a refusal stays on the error page of its own.
func under(field string, err error) error {
	f := fault.As(err)
	if f == nil || len(f.Fields) > 0 {
		return err
	}
	switch f.Kind {
	case fault.KindInvalid:
		if f.Field == "on" || f.Field == "to" || f.Field == "spouse" || f.Field == "reason" {
			return err
		}
		return fault.Invalid(field, f.Format, f.Args...)
	case fault.KindConflict:
		return fault.Invalid(field, f.Format, f.Args...)
	}
	return err
}

// tellFields asks which item first, and then for its value.
func tellFields(a *asking) ([]ui.Field, error) {
	words := a.p.Town.People.Words()
	name := a.v.Get("item")
	w, ok := words.Word(a.s.Kind, name)
	if !ok {
		f := ui.Field{Name: "item", Label: a.t("哪一项"), Kind: "select", Required: true}
		for _, w := range words.Words(a.s.Kind) {
			if w.Name != lexicon.Died { // told by its event
				f.Options = append(f.Options, ui.Option{Value: w.Name, Text: a.t(w.Label)})
			}
		}
		return []ui.Field{f}, nil
	}
	value := part1(a, w)
	reason := ui.Field{Name: "reason", Label: a.t("理由"), Required: true, Max: 200, Hint: a.t("看了什么证件，或者为什么更正")}
	return []ui.Field{{Name: "item", Kind: "hidden", Value: name}, value, {Name: "on", Label: a.t("自哪一天起"), Kind: "date", Hint: a.t("一直如此的不填")}, reason}, nil
}

func part1(a *asking, w *lexicon.Word) ui.Field {
	f := a.askWord(a.s.Kind, w.Name)
	f.Name, f.Required = "value", true
	return f
}

// tell notes a new item, or asks for the correction of one that is known.
func tell(p *Pages, tx *db.Tx, by staff.Actor, s fact.Subject, v url.Values) (string, error) {
	on, err := day(v, "on")
	if err != nil {
		return "", err
	}
	_, err = p.Events.Note(tx, by, s, v.Get("item"), strings.Join(v["value"], "\n"), on, v.Get("reason"))
	return href(s), onValue(err)
}

// onValue puts what is wrong with an item under the field that asks for its value.
func onValue(err error) error {
	f := fault.As(err)
	if f == nil || f.Field == "reason" || f.Field == "on" || len(f.Fields) > 0 {
		return err
	}
	if f.Kind == fault.KindInvalid || f.Kind == fault.KindConflict {
		return fault.Invalid("value", f.Format, f.Args...)
	}
	return err
}

// newcomer reads who somebody is from a form.
func newcomer(v url.Values) (register.Newcomer, error) {
	born, err := day(v, "born")
	return register.Newcomer{Name: v.Get("name"), IDNumber: v.Get("id_number"), Phone: v.Get("phone"), Sex: form.Sex(v.Get("sex")), Born: born,
		Place: strings.TrimSpace(v.Get("place")), Address: v.Get("address")}, err
}
