package account

import (
	"context"
	"net/http"
	"strings"
	"time"

	"linli/internal/db"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A profile is one account as its owner sees it.
type profile struct {
	Actor  staff.Actor
	Unit   string
	Rights []ui.Pair // role → where
	Logins []session.Login
	This   db.ID // the login of this browser
	Unread int
	Now    time.Time
	Wrong  ui.Errors // of the password form
}

func (p *Pages) me(w http.ResponseWriter, r *http.Request) error {
	own, err := p.profile(r)
	if err != nil {
		return err
	}
	return ui.Render(w, r, mePage(own))
}

func (p *Pages) profile(r *http.Request) (profile, error) {
	by := session.Actor(r)
	own := profile{Actor: by, Unit: p.Town.Unit(by.Unit), This: session.Of(r.Context()).ID, Rights: p.rights(r.Context(), by)}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		own.Now = tx.Now()
		if own.Unread, err = unread(tx, by); err != nil {
			return err
		}
		own.Logins, err = p.Sessions.Logins(tx, by.Account)
		return err
	})
	return own, err
}

// rights says in words what each grant allows and where.
func (p *Pages) rights(ctx context.Context, by staff.Actor) []ui.Pair {
	var list []ui.Pair
	for _, g := range by.Grants {
		where := ""
		if codes := place.Codes(g.Place); len(codes) > 0 {
			where = ui.T(ctx, "%s及以下", p.Town.Places.Tree().FullName(codes[len(codes)-1], 0))
		}
		if g.Unit != "" {
			if where != "" {
				where += " · "
			}
			where += p.Town.Unit(g.Unit)
		}
		if where == "" && g.Role == staff.Resident {
			where = ui.T(ctx, "自己反映的事")
		}
		if where == "" {
			where = ui.T(ctx, "全部")
		}
		list = append(list, ui.Pair{Name: ui.T(ctx, g.Role.Words()), Text: where})
	}
	return list
}

func (o profile) person() ui.Person { return part.PersonOf(o.Actor) }

func nav(ctx context.Context, at string, unread int) []ui.Link {
	links := []ui.Link{{Text: ui.T(ctx, "我的主页"), Href: "/start"}, {Text: ui.T(ctx, "账号与安全"), Href: "/me"},
		{Text: ui.T(ctx, "消息"), Href: "/messages", Count: unread}}
	for i := range links {
		links[i].Current = links[i].Href == at
	}
	return links
}

// agent shortens what a browser says of itself to what its owner knows it by.
func agent(ctx context.Context, text string) string {
	browser, system := "", ""
	for _, b := range []struct{ mark, name string }{{"Edg", "Edge"}, {"MicroMessenger", "微信"}, {"Firefox", "Firefox"},
		{"Chrome", "Chrome"}, {"Safari", "Safari"}} {
		if browser == "" && strings.Contains(text, b.mark) {
			browser = b.name
		}
	}
	for _, s := range []struct{ mark, name string }{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},
		{"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}} {
		if system == "" && strings.Contains(text, s.mark) {
			system = s.name
		}
	}
	switch {
	case browser == "" && system == "":
		return ui.T(ctx, "其他设备")
	case browser == "" || system == "":
		return browser + system
	}
	return browser + " · " + system
}
