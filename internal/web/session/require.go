package session

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"linli/internal/fault"
	"linli/internal/staff"
)

// ErrAnonymous is inside the forbidden fault for a request that nobody is known to make.
var ErrAnonymous = errors.New("nobody is logged in")

var errAnonymous = &fault.Error{Kind: fault.KindForbidden, Format: "请先登录", Err: ErrAnonymous}

// Require returns nil when the actor of the request has one of the roles, or is logged in at all when none is named.
// Otherwise forbidden, around ErrAnonymous when nobody is logged in.
func Require(r *http.Request, roles ...staff.Role) error {
	c := carriedBy(r.Context())
	if c.refused != nil {
		f := fault.As(c.refused)
		return &fault.Error{Kind: fault.KindForbidden, Format: f.Format, Args: f.Args, Err: errors.Join(ErrAnonymous, c.refused)}
	}
	if c.actor.IsZero() {
		return errAnonymous
	}
	if len(roles) > 0 && !c.actor.HasAny(roles...) {
		return fault.Forbidden("这里需要%s的权限", words(roles))
	}
	return nil
}

// RequireRole lets a request through only when Require does. A browser that is not logged in is sent to the login page, which
// finds where it wanted to go in the parameter next (see Next).
func (s *Sessions) RequireRole(roles ...staff.Role) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			err := Require(r, roles...)
			if err == nil {
				next.ServeHTTP(w, r)
				return
			}
			if errors.Is(err, ErrAnonymous) {
				if _, token := bearer(r); !token && s.o.LoginPage != "" {
					s.sendToLogin(w, r)
					return
				}
				w.Header().Set("WWW-Authenticate", "Bearer")
			}
			s.o.Deny(w, r, err)
		})
	}
}

func (s *Sessions) sendToLogin(w http.ResponseWriter, r *http.Request) {
	to := s.o.LoginPage
	if r.Method == http.MethodGet && r.Header.Get("HX-Request") == "" {
		to += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// Next returns where to go after the login: the given address when it is one of ours, otherwise "/".
func Next(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") ||
		strings.ContainsAny(address, "\\\r\n\t") {
		return "/"
	}
	return address
}

func denyPlain(w http.ResponseWriter, _ *http.Request, err error) {
	status := http.StatusForbidden
	switch {
	case errors.Is(err, ErrAnonymous):
		status = http.StatusUnauthorized
	case fault.KindOf(err) == fault.KindUnavailable:
		status = http.StatusServiceUnavailable
	case fault.KindOf(err) == fault.KindInternal:
		status = http.StatusInternalServerError
	}
	words := "系统内部错误"
	if f := fault.As(err); f != nil && f.Kind != fault.KindInternal {
		words = f.Message()
	}
	http.Error(w, words, status)
}

func words(roles []staff.Role) string {
	var list []string
	for _, r := range roles {
		list = append(list, r.Words())
	}
	return strings.Join(list, "、")
}
