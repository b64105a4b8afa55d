package register

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/duplicate"
	"linli/internal/event"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// another is the answer that a newcomer is nobody on record.
const another = "other"

// alike are the entries that a newcomer is likely to be, by the rules that tables are matched by. Whoever gives an identity number that is on
// record is that one, and nobody is asked.
func (p *Pages) alike(tx *db.Tx, n register.Newcomer) ([]register.PersonLikeness, error) {
	d, err := p.Town.People.Draft(n)
	if err != nil {
		return nil, err
	}
	if d.IDNumber != "" {
		if list, err := p.Town.People.Find(tx, register.IDNumber, d.IDNumber); err != nil || len(list) > 0 {
			return nil, err
		}
	}
	found, err := p.Town.People.Alike(tx, []*register.Draft{d})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// picked reads who a newcomer is said to be. Returns invalid while nobody has said so.
func picked(alike []register.PersonLikeness, v url.Values) (id db.ID, apart bool, err error) {
	said := v.Get("same")
	if len(alike) == 0 {
		return 0, false, nil
	}
	if said == another {
		if n := utf8.RuneCountInString(strings.TrimSpace(v.Get("same_why"))); n < 4 || n > 200 {
			return 0, false, fault.Invalid("same_why", "请写明为什么不是同一人，4 到 200 字")
		}
		return 0, true, nil
	}
	for _, x := range alike {
		if x.Person.ID.String() == said {
			return x.Person.ID, false, nil
		}
	}
	return 0, false, fault.Invalid("same", "登记里有相似的人，请先选是不是同一人")
}

// askSame asks, once somebody has been written down who is like somebody on record, whether it is he. Of whom the reader may not see he reads a
// masked name only.
func (a *asking) askSame() ([]ui.Field, error) {
	if a.v.Get("name") == "" {
		return nil, nil
	}
	n, err := newcomer(a.v)
	if err != nil {
		return nil, nil // told under its field
	}
	alike, err := a.p.alike(a.tx, n)
	if fault.KindOf(err) == fault.KindInvalid && err != nil || len(alike) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	f := ui.Field{Name: "same", Label: a.t("是不是登记里的这个人"), Kind: "choice", Required: true}
	for _, x := range alike {
		text := x.Person.Name + " " + x.Person.Born.String() + " " + a.p.Town.Place(x.Person.Place) + " " + x.Person.Address
		switch err := register.See(a.tx, session.From(a.ctx), fact.Person(x.Person.ID), register.ForService); {
		case err == nil:
		case fault.KindOf(err) == fault.KindForbidden:
			text = form.MaskName(x.Person.Name) + " " + a.p.Town.Place(x.Person.Place)
		default:
			return nil, err
		}
		var why []string
		for _, r := range x.Verdict.Reasons {
			why = append(why, ui.T(a.ctx, r.Format, r.Args...))
		}
		f.Options = append(f.Options, ui.Option{Value: x.Person.ID.String(), Text: text, Note: strings.Join(why, "；")})
	}
	f.Options = append(f.Options, ui.Option{Value: another, Text: a.t("都不是，是另一个人")})
	return []ui.Field{f, {Name: "same_why", Label: a.t("为什么不是同一人"), Hint: a.t("选“都不是”时填写，如看过两人的身份证"), Max: 200}}, nil
}

// apart keeps that a newcomer is none of those he is like, with the reason, so that nobody is asked again.
func apart(tx *db.Tx, by staff.Actor, f event.Floating, alike []register.PersonLikeness, why string) error {
	for _, x := range alike {
		if _, err := duplicate.Note(tx, x.Person.ID, f.Person, x.Verdict, f.Path, "window"); err != nil {
			return err
		}
	}
	pairs, err := duplicate.Of(tx, f.Person)
	for _, p := range pairs {
		if err == nil {
			err = duplicate.Differ(tx, by, p.ID, why)
		}
	}
	return err
}
