package resident

import (
	"errors"
	"net/http"
	"slices"

	"linli/internal/fault"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// errTooMany is inside the fault of whoever asks too often.
var errTooMany = errors.New("too many requests")

// reporter is who submits: a resident who is logged in, otherwise nobody in particular. Somebody in office who submits
// here does so as a resident or as nobody, never by his office.
func reporter(r *http.Request) staff.Actor {
	by := session.Actor(r)
	if by.Person.IsZero() || !by.HasAny(staff.Resident) {
		return staff.Actor{Via: staff.ViaPage}
	}
	by.Unit, by.Post = "", ""
	by.Grants = slices.DeleteFunc(slices.Clone(by.Grants), func(g staff.Grant) bool { return g.Role != staff.Resident })
	return by
}

// answering is the writer for the page that err leads to: it says 429 for too many requests.
func answering(w http.ResponseWriter, err error) http.ResponseWriter {
	if !errors.Is(err, errTooMany) {
		return w
	}
	wait := 10
	if f := fault.As(err); len(f.Args) == 1 {
		if n, ok := f.Args[0].(int); ok {
			wait = n
		}
	}
	return tooMany{w, wait}
}
