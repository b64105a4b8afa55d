package ui

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
)

// Handler runs f and turns its error into a designed page (or, for a partial update, a fragment) with the
// status of its kind. Internal errors are logged with an id that the page shows; their cause stays in the log.
func Handler(f func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := f(w, r); err != nil {
			Fail(w, r, err)
		}
	})
}

// statuses by kind; a refusal is an answer to a well-formed request, as an invalid field is.
var statuses = map[fault.Kind]int{
	fault.KindInvalid: http.StatusUnprocessableEntity, fault.KindNotFound: http.StatusNotFound,
	fault.KindConflict: http.StatusConflict, fault.KindForbidden: http.StatusForbidden,
	fault.KindRefused: http.StatusUnprocessableEntity, fault.KindUnavailable: http.StatusServiceUnavailable,
	fault.KindInternal: http.StatusInternalServerError,
}

// Status returns the HTTP status of an error's kind.
func Status(err error) int {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return http.StatusRequestEntityTooLarge
	}
	return statuses[fault.KindOf(err)]
}

// Fail writes the page for err. Handlers return the error instead; Fail is for middleware and the mux's own 404.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody is there any more
	}
	trouble := troubleOf(r.Context(), err)
	switch trouble.Kind {
	case fault.KindInternal:
		trouble.ID = rand.Text()[:8]
		slog.ErrorContext(r.Context(), "page failed", "id", trouble.ID, "method", r.Method, "path", r.URL.Path, "error", err)
	case fault.KindUnavailable:
		w.Header().Set("Retry-After", "10")
		slog.WarnContext(r.Context(), "page unavailable", "path", r.URL.Path, "error", err)
	}
	var body templ.Component = troublePage(trouble)
	if partial(r) {
		// htmx swaps only success by default; our script swaps these too (see app.js).
		body = TroubleBox(trouble)
	}
	if err := render(w, r, Status(err), body); err != nil {
		slog.ErrorContext(r.Context(), "the page for a failure failed", "error", err)
		http.Error(w, trouble.Words, http.StatusInternalServerError)
	}
}

// Render writes the component as the whole answer with status 200. It is buffered: when the component fails
// nothing was sent, and the error becomes a page of its own.
func Render(w http.ResponseWriter, r *http.Request, c templ.Component) error {
	return render(w, r, http.StatusOK, c)
}

// Again shows a form again with its errors (status 422) when err is about fields, and returns err otherwise.
// The form is built from what FieldErrors(ctx, err) says.
func Again(w http.ResponseWriter, r *http.Request, err error, form func(Errors) templ.Component) error {
	if fault.KindOf(err) != fault.KindInvalid {
		return err
	}
	return render(w, r, http.StatusUnprocessableEntity, form(FieldErrors(r.Context(), err)))
}

func render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	var seen bool
	rd := readerOf(r.Context())
	rd.seen = &seen
	if !partial(r) {
		rd.Said = saidIn(r)
	}
	var buf bytes.Buffer
	if err := c.Render(WithReader(r.Context(), rd), &buf); err != nil {
		return fault.Internal(err, "页面未能生成")
	}
	if seen {
		http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1})
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store") // pages hold personal data; public ones say otherwise themselves
	}
	w.WriteHeader(status)
	w.Write(buf.Bytes())
	return nil
}

// Done ends a form's action: it returns err, or goes to the page at url (303) which shows said once. Without
// said the page shows "已办理".
func Done(w http.ResponseWriter, r *http.Request, err error, url string, said ...string) error {
	if err != nil {
		return err
	}
	words := T(r.Context(), "已办理")
	if len(said) > 0 {
		words = said[0]
	}
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: base64.RawURLEncoding.EncodeToString([]byte(words)),
		Path: "/", MaxAge: 60, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	if partial(r) {
		w.Header().Set("HX-Redirect", url)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(w, r, url, http.StatusSeeOther)
	return nil
}

func saidIn(r *http.Request) string {
	c, err := r.Cookie(flashCookie)
	if err != nil || len(c.Value) > 2000 {
		return ""
	}
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return ""
	}
	return strings.ToValidUTF8(string(b), "")
}

// Partial reports whether the request asks for a fragment (a partial update by script), not a page.
func Partial(r *http.Request) bool { return partial(r) }

func partial(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Boosted") != "true"
}

// ID returns the id in the address's {id}; the zero ID when it is not one, which no row has.
func ID(r *http.Request) db.ID { return PathID(r, "id") }

// PathID returns the id in the address's {name}; the zero ID when it is not one.
func PathID(r *http.Request, name string) db.ID {
	id, err := db.ParseID(r.PathValue(name))
	if err != nil {
		return 0
	}
	return id
}

// FormKey returns the idempotency key that Key put into the form; "" when it is missing.
func FormKey(r *http.Request) string { return r.PostFormValue("key") }

// NewKey returns a fresh idempotency key.
func NewKey() string { return rand.Text() }
