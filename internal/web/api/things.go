package api

import (
	"context"
	"net/http"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A Thing is a household, dwelling, organisation or facility as a list shows it.
type Thing struct {
	Subject
	Place string `json:"place,omitempty"`
}

// A Dwelling is a building, a unit of it or a room that is registered.
type Dwelling struct {
	Parent  db.ID  `json:"parent,omitzero" required:"false" doc:"单元的楼栋，房间的单元或楼栋"`
	Level   string `json:"level" enum:"building,unit,room"`
	Name    string `json:"name" minLength:"1" maxLength:"100"`
	Place   string `json:"place,omitempty" maxLength:"40" doc:"社区（村）的区划代码；单元和房间随楼栋"`
	Address string `json:"address,omitempty" maxLength:"200"`
}

// An Organisation is a unit, shop or body of residents that is registered.
type Organisation struct {
	Name         string `json:"name" minLength:"1" maxLength:"100"`
	Code         string `json:"code,omitempty" maxLength:"40" doc:"统一社会信用代码"`
	Kind         string `json:"kind,omitempty" maxLength:"60"`
	Registration string `json:"registration,omitempty" maxLength:"60"`
	Place        string `json:"place" maxLength:"40"`
	Address      string `json:"address,omitempty" maxLength:"200"`
}

// A Facility is a building or room for the public that is registered.
type Facility struct {
	Name      string            `json:"name" minLength:"1" maxLength:"100"`
	Kind      string            `json:"kind" maxLength:"60"`
	Place     string            `json:"place" maxLength:"40"`
	Address   string            `json:"address,omitempty" maxLength:"200"`
	Hours     string            `json:"hours,omitempty" maxLength:"200"`
	Shareable bool              `json:"shareable,omitempty"`
	Told      map[string]string `json:"told,omitempty" maxProperties:"20" doc:"面积、权属等登记项"`
}

// A Relation is what is told of how a person stands to a dwelling, organisation or facility.
type Relation struct {
	Name   string  `json:"name" maxLength:"60" doc:"关系，如 owns rents holds-post works-for"`
	Person db.ID   `json:"person"`
	To     Subject `json:"to"`
	Detail string  `json:"detail,omitempty" maxLength:"100" doc:"如职务、份额"`
	Since  string  `json:"since" format:"date"`
	Basis  string  `json:"basis,omitempty" maxLength:"100"`
}

type thingsInput struct {
	Purposed
	Paged
	Kind  string `path:"kind" enum:"households,dwellings,organisations,facilities"`
	Words string `query:"q" maxLength:"40" doc:"名称中的字"`
	Place string `query:"place" maxLength:"40"`
}

func (a *API) registerThings() {
	made := func(path, id, title string) operation {
		return operation{method: http.MethodPost, path: "/register/" + path, id: id, tag: "人口登记", title: title, scope: write, roles: register.Readers, status: http.StatusCreated}
	}
	add(a, operation{method: http.MethodGet, path: "/register/{kind}", id: "listThings", tag: "人口登记", title: "户、房屋、组织、设施", scope: read, roles: register.Readers}, a.things)
	add(a, made("dwellings", "registerDwelling", "登记楼栋、单元或房间"), a.newDwelling)
	add(a, made("organisations", "registerOrganisation", "登记组织"), a.newOrganisation)
	add(a, made("facilities", "registerFacility", "登记设施"), a.newFacility)
	add(a, made("relations", "registerRelation", "登记产权人、承租人、任职和从业人员"), a.relate)
}

func (a *API) things(ctx context.Context, in *thingsInput) (*paged[Thing], error) {
	by := session.From(ctx)
	paths, err := sight(by, purposeOf(by, in.For))
	if err != nil {
		return nil, err
	}
	after, err := cursorID(in.Cursor)
	if err != nil {
		return nil, err
	}
	kind := kindsOf[in.Kind]
	var made []Thing
	err = a.read(ctx, func(tx *db.Tx) error {
		at, err := within(tx, in.Place)
		if err != nil {
			return err
		}
		list, err := register.Things(tx, kind, register.Query{Places: paths, Within: at, Words: in.Words, After: after, Limit: in.Limit})
		made = each(list, func(x register.Thing) Thing { return Thing{Subject{string(kind), x.ID, x.Name}, x.Place} })
		return err
	})
	if err != nil {
		return nil, err
	}
	return page(&in.Paged, made, nextOf(&in.Paged, made, func(x Thing) db.ID { return x.ID })), nil
}

// registered does a write that registers something new, and names it.
func registered[T any](ctx context.Context, a *API, in *toldInput[T], kind lexicon.Kind, put func(tx *db.Tx, by staff.Actor, b *T) (db.ID, error)) (*written[Subject], error) {
	return do(ctx, a, in.Key, "register-"+string(kind), in.Body, func(tx *db.Tx, by staff.Actor) (Subject, error) {
		id, err := put(tx, by, &in.Body)
		if err != nil {
			return Subject{}, err
		}
		s := fact.Subject{Kind: kind, ID: id}
		name, err := register.Name(tx, s)
		return Subject{string(kind), id, name}, err
	})
}

func (a *API) newDwelling(ctx context.Context, in *toldInput[Dwelling]) (*written[Subject], error) {
	return registered(ctx, a, in, lexicon.Dwelling, func(tx *db.Tx, by staff.Actor, b *Dwelling) (db.ID, error) {
		d, err := a.Events.NewDwelling(tx, by, register.Dwelling{Parent: b.Parent, Level: b.Level, Name: b.Name, Place: b.Place, Address: b.Address, Source: "api"})
		return d.ID, err
	})
}

func (a *API) newOrganisation(ctx context.Context, in *toldInput[Organisation]) (*written[Subject], error) {
	return registered(ctx, a, in, lexicon.Organisation, func(tx *db.Tx, by staff.Actor, b *Organisation) (db.ID, error) {
		o, err := a.Events.NewOrganisation(tx, by, register.Organisation{Name: b.Name, Code: b.Code, Kind: b.Kind, Registration: b.Registration, Place: b.Place, Address: b.Address, Source: "api"})
		return o.ID, err
	})
}

func (a *API) newFacility(ctx context.Context, in *toldInput[Facility]) (*written[Subject], error) {
	return registered(ctx, a, in, lexicon.Facility, func(tx *db.Tx, by staff.Actor, b *Facility) (db.ID, error) {
		f, err := a.Events.NewFacility(tx, by, register.Facility{Name: b.Name, Kind: b.Kind, Place: b.Place, Address: b.Address, Hours: b.Hours, Shareable: b.Shareable, Source: "api"}, b.Told)
		return f.ID, err
	})
}

func (a *API) relate(ctx context.Context, in *toldInput[Relation]) (*written[Subject], error) {
	b := &in.Body
	since, err := dayIn("since", b.Since)
	if err != nil {
		return nil, err
	}
	to := fact.Subject{Kind: lexicon.Kind(b.To.Kind), ID: b.To.ID}
	w, err := do(ctx, a, in.Key, "relate", b, func(tx *db.Tx, by staff.Actor) (Subject, error) {
		err := a.Events.Relate(tx, by, fact.Relation{Name: b.Name, From: fact.Person(b.Person), To: to, Detail: b.Detail, Since: since}, b.Basis)
		return Subject{Kind: b.To.Kind, ID: b.To.ID}, err
	})
	return w, a.noted(ctx, to, register.ForService, err)
}
