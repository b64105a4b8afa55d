package service

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/pack"
	"linli/internal/register"
	"linli/internal/service"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves the one-stop window. All fields must be set.
type Pages struct {
	Town     *part.Town
	Window   *service.Window
	Sessions *session.Sessions
	Now      func() time.Time
}

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	open := func(pattern string, f func(http.ResponseWriter, *http.Request) error) {
		mux.Handle(pattern, ui.Handler(f))
	}
	open("GET /services", p.find)
	open("GET /services/{item}", p.item)
	open("POST /services/{item}", p.send)
	open("GET /services/resume", p.resume)
	open("GET /services/sign", p.sign)
	open("POST /services/sign", p.signed)
	only := func(pattern string, f func(http.ResponseWriter, *http.Request) error, roles ...staff.Role) {
		mux.Handle(pattern, p.Sessions.RequireRole(roles...)(ui.Handler(f)))
	}
	only("GET /services/mine", p.mine, staff.Resident)
	only("GET /window/services", p.find, staff.Desk)
	only("POST /window/services/person", p.person, staff.Desk)
	only("GET /window/services/{item}", p.item, staff.Desk)
	only("POST /window/services/{item}", p.send, staff.Desk)
	only("GET /window/services/cases/{id}", p.filing, desks...)
	only("POST /window/services/cases/{id}/take", p.take, staff.Desk)
	only("POST /window/services/cases/{id}/bring", p.bring, staff.Desk)
}

// desks are the roles that may read the file of an application whose case they see.
var desks = []staff.Role{staff.Desk, staff.Dispatcher, staff.Handler, staff.Supervisor, staff.Leader}

// A side is where a page is shown: to residents or at the window.
type side struct {
	window bool
	base   string
}

func sideOf(r *http.Request) side {
	if strings.HasPrefix(r.URL.Path, "/window/") {
		return side{true, "/window/services"}
	}
	return side{false, "/services"}
}

func (s side) page(ctx context.Context, title, lead string) ui.Page {
	page := ui.Page{Title: title, Lead: lead, Person: ui.Resident}
	links := []ui.Link{{Text: ui.T(ctx, "首页"), Href: "/"}, {Text: ui.T(ctx, "办事"), Href: "/services", Current: true},
		{Text: ui.T(ctx, "我要反映"), Href: "/submit"}, {Text: ui.T(ctx, "查进度"), Href: "/track"}, {Text: ui.T(ctx, "我的"), Href: "/my"}}
	if s.window {
		page.Person, page.Wide = ui.Window, true
		links = []ui.Link{{Text: ui.T(ctx, "工作台"), Href: "/window"}, {Text: ui.T(ctx, "办事"), Href: "/window/services", Current: true},
			{Text: ui.T(ctx, "登记"), Href: "/window/new"}, {Text: ui.T(ctx, "队列"), Href: "/window/queue"}, {Text: ui.T(ctx, "查找"), Href: "/window/find"}}
	}
	page.Nav = links
	return page
}

func (p *Pages) today() civil.Date { return civil.DateOf(p.Now(), civil.Shanghai) }

// A search is what was asked for and found.
type search struct {
	side
	Asked  string
	Found  []service.Offer
	Person string // id, kept from page to page
	Name   string
	Mine   bool // may have applications of his own: somebody in office has none
}

func (p *Pages) find(w http.ResponseWriter, r *http.Request) error {
	v := search{side: sideOf(r), Asked: strings.TrimSpace(r.URL.Query().Get("q")), Person: r.URL.Query().Get("person")}
	if v.Asked == "" {
		v.Found = p.Window.Offers(p.today())
	} else {
		v.Found = p.Window.Find(v.Asked, p.today())
	}
	by := session.Actor(r)
	v.Mine = !v.window && (by.Account.IsZero() || by.HasAny(staff.Resident))
	if id, err := db.ParseID(v.Person); err == nil && v.window {
		err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
			v.Name, err = service.NameOf(tx, by, id)
			return err
		})
		if err != nil {
			return err
		}
	}
	return ui.Render(w, r, searchPage(v))
}

// person finds whoever stands at the window by his identity card or telephone, and leads to the items for him.
func (p *Pages) person(w http.ResponseWriter, r *http.Request) error {
	by := session.Actor(r)
	var id db.ID
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		id, err = p.Window.Look(tx, by, r.PostFormValue("who"))
		return err
	})
	if fault.KindOf(err) == fault.KindForbidden && !id.IsZero() {
		noted := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
			return register.NoteRefused(tx, by, fact.Person(id), register.ForService)
		})
		return cmp.Or(noted, err)
	}
	if err != nil {
		return ui.Again(w, r, err, func(e ui.Errors) (c component) { return searchAgain(p.again(r, e)) })
	}
	return ui.Done(w, r, nil, "/window/services?person="+id.String()+"&q="+url.QueryEscape(r.PostFormValue("q")), ui.T(r.Context(), "已找到，选择事项即可，已掌握的信息会自动填好。"))
}

func (p *Pages) again(r *http.Request, e ui.Errors) (search, ui.Errors) {
	return search{side: sideOf(r), Found: p.Window.Offers(p.today())}, e
}

// A desk is one item for one applicant: its guide, its questions, its materials.
type desk struct {
	side
	Offer     service.Offer
	Guide     pack.Guide
	Person    string
	Name      string
	Fields    []ui.Field
	Materials []ui.Field
	Ways      []ui.Field
	Pick      part.Pick
	Errors    ui.Errors
	Saved     string // code with which to go on
	Town      *part.Town
}

func (p *Pages) item(w http.ResponseWriter, r *http.Request) error {
	v, err := p.desk(r, r.URL.Query(), ui.Errors{})
	if err != nil {
		return err
	}
	return ui.Render(w, r, itemPage(v))
}

// desk builds the screen for what has been typed so far.
func (p *Pages) desk(r *http.Request, values url.Values, wrong ui.Errors) (*desk, error) {
	by, ctx := session.Actor(r), r.Context()
	v := &desk{side: sideOf(r), Errors: wrong, Town: p.Town, Saved: values.Get("saved")}
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if v.Offer, err = p.Window.Offer(r.PathValue("item"), p.today()); err != nil {
			return err
		}
		if code := values.Get("resume"); code != "" {
			d, err := p.Window.Resume(tx, by, code)
			if err != nil {
				return err
			}
			for name, text := range d.Says {
				values.Set(name, text)
			}
			if !d.Person.IsZero() && v.window {
				values.Set("person", d.Person.String())
			}
		}
		who := p.applicant(by, v.side, values)
		says := saysOf(v.Offer.Item, values)
		if v.Guide, err = p.Window.Guide(tx, by, v.Offer, who, says); err != nil {
			return err
		}
		if who.IsZero() {
			return nil
		}
		v.Person = who.String()
		known, err := register.PersonOf(tx, who)
		if v.Name = known.Name; values.Get("place") == "" {
			values.Set("place", known.Place)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	v.ask(ctx, values)
	v.Pick = p.Town.Pick(values, "place", "")
	v.Pick.Label, v.Pick.Error = ui.T(ctx, "在哪里办"), wrong.Of("place")
	v.Fields, v.Materials, v.Ways = wrong.On(v.Fields), wrong.On(v.Materials), wrong.On(v.Ways)
	return v, nil
}

// applicant is whose application it is: one's own, or at the window that of whoever was found.
func (p *Pages) applicant(by staff.Actor, s side, values url.Values) db.ID {
	if !s.window {
		return by.Person
	}
	id, err := db.ParseID(values.Get("person"))
	if err != nil {
		return 0
	}
	return id
}

// saysOf is what was typed of an item's questions and fields.
func saysOf(i *pack.Item, values url.Values) map[string]string {
	says := map[string]string{}
	for _, f := range itemFields(i) {
		if values.Has(f.Name) {
			says[f.Name] = strings.Join(values[f.Name], "\n")
		}
	}
	return says
}

// placeField is the field of a form, and its kind, that the picker of places asks for.
const placeField = "place"

func itemFields(i *pack.Item) []form.Field {
	list := slices.Clone(i.Asks.Fields)
	if f := i.FormOf(); f != nil {
		list = append(list, f.Fields...)
	}
	return list
}

// ask makes the questions: what is known is filled in, and says where it comes from.
func (v *desk) ask(ctx context.Context, values url.Values) {
	for _, d := range itemFields(v.Offer.Item) {
		if d.Name == placeField && d.Kind == placeField {
			continue
		}
		f := part.FormField(ctx, &d, strings.Join(values[d.Name], "\n"))
		if k, known := v.Guide.Prefill[d.Name]; known && k.Sealed {
			f.Value, f.Required, f.Hint = "", false, ui.T(ctx, "已掌握 %s，来自%s；换了号码才填", k.Value, k.From)
		} else if known {
			f.Value, f.Hint = k.Value, ui.T(ctx, "已掌握，来自%s；不对可以改", k.From)
		}
		v.Fields = append(v.Fields, f)
	}
	for _, m := range slices.Concat(v.Guide.Bring, v.Guide.Open) {
		f := ui.Field{Name: "material." + m.ID, Label: m.Name, Kind: "choice", Value: values.Get("material." + m.ID), Hint: m.Hint,
			Options: []ui.Option{{Value: service.Given, Text: ui.T(ctx, "现在交")}}}
		if !m.Owed.IsZero() {
			f.Options = append(f.Options, ui.Option{Value: service.Owed, Text: ui.T(ctx, "先受理，%s内补交", m.Owed.Words())})
		}
		v.Materials = append(v.Materials, f)
	}
	v.Ways = append(v.Ways, ui.Field{Name: "files", Label: ui.T(ctx, "材料的照片或扫描件"), Kind: "file", Many: true})
	if v.Person == "" {
		v.Ways = append(v.Ways, ui.Field{Name: "contact", Label: ui.T(ctx, "联系人"), Kind: "person-name", Value: values.Get("contact")},
			ui.Field{Name: "telephone", Label: ui.T(ctx, "联系电话"), Kind: "phone", Value: values.Get("telephone")})
	}
	if v.Offer.Item.Proxy != nil {
		v.Ways = append(v.Ways, ui.Field{Name: "proxy", Label: ui.T(ctx, "代办人姓名"), Value: values.Get("proxy"), Hint: ui.T(ctx, "本人办理的不填")},
			ui.Field{Name: "authority", Label: ui.T(ctx, "委托凭证"), Value: values.Get("authority"), Hint: ui.T(ctx, "如：委托书原件、户口簿")})
	}
	v.Ways = append(v.Ways, ui.Field{Name: "signers", Label: ui.T(ctx, "还须签字的人"), Kind: "longtext", Rows: 2, Value: values.Get("signers"), Hint: ui.T(ctx, "每行一位；各有一个签字码，可以在手机上签")})
	if v.window && v.Offer.Item.Agency != nil {
		v.Ways = append(v.Ways, ui.Field{Name: "agent", Label: ui.T(ctx, "由我全程代办"), Kind: "bool", Value: values.Get("agent")})
	}
}
