package ui

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

const (
	langCookie  = "linli_lang"
	careCookie  = "linli_care"
	flashCookie = "linli_said"
	year        = 365 * 24 * 3600 // seconds
)

// A Site is the installation as its visitors see it.
type Site struct {
	City    string // e.g. "三门峡市"
	Hotline string // the number to call, e.g. "12345"
	Host    string // who is responsible for the site, shown in the foot
	Demo    bool   // everything is invented; every page says so
}

// A Reader is what the frame knows about who reads: how, in which language, where.
type Reader struct {
	Lang Lang
	Care int    // 0 off, 1 large (20 px), 2 larger (25 px), 3 largest (31 px)
	Path string // path and query of this page, for links that come back to it
	Site Site
	User *User // nil before login
	Said string
	seen *bool // set when the frame shows Said
}

// A User is who is logged in, as the head of the page shows it.
type User struct {
	Name   string
	Unit   string   // unit shown after the name; "" for a resident
	Areas  []Person // pages this person may enter, for the switch in the head
	Unread int      // messages not yet read
}

type readerKey struct{}

func readerOf(ctx context.Context) Reader {
	r, _ := ctx.Value(readerKey{}).(Reader)
	return r
}

// ReaderOf returns what the frame knows about the reader of this request.
func ReaderOf(ctx context.Context) Reader { return readerOf(ctx) }

// WithReader returns ctx read by rd; tests and the gallery use it, requests pass through Read.
func WithReader(ctx context.Context, rd Reader) context.Context {
	return context.WithValue(ctx, readerKey{}, rd)
}

// WithUser returns ctx with who is logged in. The session middleware calls it after Read.
func WithUser(ctx context.Context, u User) context.Context {
	rd := readerOf(ctx)
	rd.User = &u
	return WithReader(ctx, rd)
}

// Read is the middleware that learns language and care mode from cookies and headers.
func Read(site Site, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rd := Reader{Lang: langOf(r), Care: careOf(r), Path: r.URL.RequestURI(), Site: site}
		w.Header().Add("Vary", "Cookie, Accept-Language")
		next.ServeHTTP(w, r.WithContext(WithReader(r.Context(), rd)))
	})
}

func careOf(r *http.Request) int {
	c, err := r.Cookie(careCookie)
	if err != nil || len(c.Value) != 1 || c.Value[0] < '0' || c.Value[0] > '3' {
		return 0
	}
	return int(c.Value[0] - '0')
}

// Routes registers what the frame itself needs: the assets, and the two switches that also work as plain links.
func Routes(mux *http.ServeMux) {
	mux.Handle("GET /assets/", Assets())
	mux.HandleFunc("GET /care", func(w http.ResponseWriter, r *http.Request) {
		v := r.URL.Query().Get("on")
		if len(v) != 1 || v[0] < '0' || v[0] > '3' {
			v = "0"
		}
		prefer(w, r, careCookie, v)
	})
	mux.HandleFunc("GET /language", func(w http.ResponseWriter, r *http.Request) {
		v := Lang(r.URL.Query().Get("to"))
		if v != English {
			v = Chinese
		}
		prefer(w, r, langCookie, string(v))
	})
}

// prefer keeps a preference for a year and goes back to a page of this site.
func prefer(w http.ResponseWriter, r *http.Request, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: year, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, Back(r.URL.Query().Get("back")), http.StatusSeeOther)
}

// Back returns to when it is a path of this site, else "/". Use it for every address that a client sends.
func Back(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(to, "/") ||
		strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}

func careLink(ctx context.Context, level string) string {
	return "/care?on=" + level + "&back=" + url.QueryEscape(readerOf(ctx).Path)
}

func langLink(ctx context.Context, to Lang) string {
	return "/language?to=" + string(to) + "&back=" + url.QueryEscape(readerOf(ctx).Path)
}
