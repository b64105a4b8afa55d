package register

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"

	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/event"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/once"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages are the pages of the registers.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
	Events   *event.Events
	Classes  *class.Classes
}

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	show := func(pattern string, f func(http.ResponseWriter, *http.Request) error) {
		mux.Handle(pattern, p.Sessions.RequireRole(register.Readers...)(ui.Handler(f)))
	}
	show("GET /register", p.find)
	show("POST /register", p.findSecret)
	show("GET /register/list", p.list)
	show("GET /register/conflicts", p.conflicts)
	show("POST /register/conflicts/{id}", p.settle)
	show("GET /register/corrections", p.corrections)
	show("POST /register/corrections/{id}", p.decide)
	show("GET /register/floating", p.floating)
	show("POST /register/floating/aggregate", p.aggregate)
	show("POST /register/floating/{id}/{step}", p.moveOn)
	show("POST /register/events/{id}/undo", p.undo)
	areas := func(pattern string, f func(http.ResponseWriter, *http.Request) error, roles ...staff.Role) {
		mux.Handle(pattern, p.Sessions.RequireRole(roles...)(ui.Handler(f)))
	}
	areas("GET /register/areas/{code}", p.area, staff.Admin, staff.Supervisor)
	areas("GET /register/areas/{code}/{change}", p.area, staff.Admin)
	areas("POST /register/areas/{code}/{change}", p.doArea, staff.Admin)
	show("GET /register/{kind}/{id}", p.thing)
	show("GET /register/{kind}/{id}/{act}", p.ask)
	show("POST /register/{kind}/{id}/{act}", p.act)
}

// folders name the kinds of subject in addresses.
var folders = map[string]lexicon.Kind{"persons": lexicon.Person, "households": lexicon.Household, "dwellings": lexicon.Dwelling,
	"organisations": lexicon.Organisation, "facilities": lexicon.Facility, "new": ""}

// href leads to the page of a subject.
func href(s fact.Subject) string {
	for folder, kind := range folders {
		if kind == s.Kind && kind != "" {
			return "/register/" + folder + "/" + s.ID.String()
		}
	}
	return "/register"
}

// subject reads what an address names. Returns notfound.
func subject(r *http.Request) (fact.Subject, error) {
	kind, ok := folders[r.PathValue("kind")]
	id := ui.ID(r)
	if !ok || id.IsZero() || kind == "" {
		return fact.Subject{}, fault.NotFound("没有这个登记对象")
	}
	return fact.Subject{Kind: kind, ID: id}, nil
}

// purpose is what the reader says he looks for, or the first that his post has.
func purpose(r *http.Request) register.Purpose {
	mine := register.PurposesOf(session.Actor(r))
	asked := register.Purpose(r.URL.Query().Get("for"))
	for _, p := range mine {
		if p == asked {
			return p
		}
	}
	if len(mine) == 0 {
		return register.ForService
	}
	return mine[0]
}

// refused notes that somebody was refused a look, in a transaction of its own, and returns the refusal.
func (p *Pages) refused(r *http.Request, s fact.Subject, cause error) error {
	if fault.KindOf(cause) != fault.KindForbidden || cause == nil {
		return cause
	}
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { return register.NoteRefused(tx, session.Actor(r), s, purpose(r)) })
	if err != nil {
		return err
	}
	return cause
}

// once does an act once, however often its form is sent, and returns where it leads.
func (p *Pages) once(r *http.Request, work func(tx *db.Tx, by staff.Actor) (string, error)) (string, error) {
	by, to := session.Actor(r), ""
	request := sha256.Sum256([]byte(r.URL.Path + "\n" + r.PostForm.Encode()))
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		kept, _, err := once.Do(tx, "page:"+by.AuditName(), ui.FormKey(r), request[:], func() ([]byte, error) {
			text, err := work(tx, by)
			return []byte(text), err
		})
		to = string(kept)
		return err
	})
	return to, err
}

// parse reads the form of a request.
func (p *Pages) parse(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if err := r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	return nil
}

// page is the frame of a page of the registers for whoever reads.
func (p *Pages) page(ctx context.Context, title, at string, trail ...ui.Link) ui.Page {
	return ui.Page{Title: title, Person: part.PersonOf(session.From(ctx)), Nav: nav(ctx, at), Trail: trail}
}

// nav is the way around the registers.
func nav(ctx context.Context, at string) []ui.Link {
	by := session.From(ctx)
	links := []ui.Link{{Text: ui.T(ctx, "工作台"), Href: part.PersonOf(by).Home()}}
	for _, l := range []ui.Link{
		{Text: ui.T(ctx, "查人"), Href: "/register"}, {Text: ui.T(ctx, "房屋、组织、设施"), Href: "/register/list"},
		{Text: ui.T(ctx, "流动人口"), Href: "/register/floating"}, {Text: ui.T(ctx, "登记冲突"), Href: "/register/conflicts"},
		{Text: ui.T(ctx, "更正申请"), Href: "/register/corrections"},
	} {
		l.Current = l.Href == at
		links = append(links, l)
	}
	return links
}
