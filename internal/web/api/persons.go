package api

import (
	"context"
	"net/http"
	"strings"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A PersonLine is a person as a list shows him.
type PersonLine struct {
	ID      db.ID  `json:"id"`
	Name    string `json:"name"`
	Sex     string `json:"sex,omitempty"`
	Born    string `json:"born,omitempty"`
	Died    string `json:"died,omitempty"`
	Place   string `json:"place,omitempty" doc:"居住地的区划代码"`
	Address string `json:"address,omitempty"`
}

// Purposed says what somebody looks at the registers for.
type Purposed struct {
	For string `query:"for" enum:"service,verify,visit,relief,emergency,audit" doc:"用途；不写时取本岗位的第一种"`
}

type personsInput struct {
	Purposed
	Words string `query:"q" required:"true" minLength:"2" maxLength:"40" doc:"姓名，或姓名的开头"`
	Place string `query:"place" maxLength:"40" doc:"只在这个区划里找"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type searchInput struct {
	Purposed
	Body struct {
		Number string `json:"number" minLength:"2" maxLength:"40" doc:"身份证号或电话"`
	}
}

func (a *API) registerPersons() {
	add(a, operation{method: http.MethodGet, path: "/register/persons", id: "listPersons", tag: "人口登记", title: "按姓名查人，只查自己负责的区域", scope: read, roles: register.Readers}, a.persons)
	add(a, operation{method: http.MethodPost, path: "/register/persons/search", id: "searchPersons", tag: "人口登记", title: "按身份证号或电话查人；号码只在正文里，无权查看的一次记入日志", scope: read, roles: register.Readers}, a.searchPersons)
}

// purposeOf is what the reader says he looks for, or the first that his post has.
func purposeOf(by staff.Actor, asked string) register.Purpose {
	if asked != "" {
		return register.Purpose(asked)
	}
	if mine := register.PurposesOf(by); len(mine) > 0 {
		return mine[0]
	}
	return register.ForService
}

// sight bounds a list to where somebody may look for a purpose. Returns forbidden when that is nowhere.
func sight(by staff.Actor, why register.Purpose) ([]string, error) {
	paths := register.Sight(by, why)
	if len(paths) == 0 {
		return nil, fault.Forbidden("您的岗位不能以“%s”为用途查看登记信息", why.Words())
	}
	return paths, nil
}

// within is the path of a place asked for, "" for none.
func within(tx *db.Tx, code string) (string, error) {
	if code == "" {
		return "", nil
	}
	at, err := register.StandingPlace(tx, "place", code)
	return at.Path, err
}

func (a *API) persons(ctx context.Context, in *personsInput) (*out[List[PersonLine]], error) {
	by := session.From(ctx)
	paths, err := sight(by, purposeOf(by, in.For))
	if err != nil {
		return nil, err
	}
	var list []register.Person
	err = a.read(ctx, func(tx *db.Tx) error {
		at, err := within(tx, in.Place)
		if err != nil {
			return err
		}
		list, err = register.FindByName(tx, register.Query{Places: paths, Within: at, Words: strings.TrimSpace(in.Words), Limit: in.Limit})
		return err
	})
	if err != nil {
		return nil, err
	}
	return all(each(list, personLine)), nil
}

// searchPersons looks for a number. Whom the reader may not see he does not find, and that he looked is noted.
func (a *API) searchPersons(ctx context.Context, in *searchInput) (*out[List[PersonLine]], error) {
	by := session.From(ctx)
	why := purposeOf(by, in.For)
	kind, value := register.IDNumber, form.Narrow(strings.TrimSpace(in.Body.Number))
	if len(value) < 18 {
		kind = register.Phone
	}
	var list []register.Person
	var hidden []fact.Subject
	err := a.read(ctx, func(tx *db.Tx) error {
		found, err := a.People.Find(tx, kind, value)
		if err != nil {
			return under("number", err)
		}
		for _, x := range found {
			switch err := register.See(tx, by, fact.Person(x.ID), why); {
			case err == nil:
				list = append(list, x)
			case fault.KindOf(err) == fault.KindForbidden:
				hidden = append(hidden, fact.Person(x.ID))
			default:
				return err
			}
		}
		return nil
	})
	if err == nil && len(hidden) > 0 {
		err = a.DB.Write(ctx, func(tx *db.Tx) error {
			for _, s := range hidden {
				if err := register.NoteRefused(tx, by, s, why); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return nil, err
	}
	return all(each(list, personLine)), nil
}

// under names the member of the request that an invalid value came in, whatever the domain calls it.
func under(field string, err error) error {
	f := fault.As(err)
	if f == nil || f.Kind != fault.KindInvalid {
		return err
	}
	if len(f.Fields) > 0 {
		return fault.Invalid(field, f.Fields[0].Format, f.Fields[0].Args...)
	}
	return fault.Invalid(field, f.Format, f.Args...)
}

func personLine(x register.Person) PersonLine {
	return PersonLine{x.ID, x.Name, string(x.Sex), x.Born.String(), x.Died.String(), x.Place, x.Address}
}
