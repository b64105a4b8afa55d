package api_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
)

// done notes which operations of the document some test did with success; TestMain asks for all of them.
var done struct {
	sync.Mutex
	all *http.ServeMux // a pattern for each operation
	ops map[string]bool
}

// noting lets a server note what succeeded.
func noting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := &noted{ResponseWriter: w}
		next.ServeHTTP(n, r)
		if n.status < 300 && strings.HasPrefix(r.URL.Path, "/api/v1/") {
			succeeded(next, r)
		}
	})
}

type noted struct {
	http.ResponseWriter
	status int
}

func (n *noted) WriteHeader(status int) {
	n.status = status
	n.ResponseWriter.WriteHeader(status)
}

// Unwrap lets an upload reach the connection's deadlines.
func (n *noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }

func succeeded(server http.Handler, r *http.Request) {
	done.Lock()
	defer done.Unlock()
	if done.all == nil {
		done.all, done.ops = operations(server)
	}
	if _, pattern := done.all.Handler(r); pattern != "" {
		done.ops[pattern] = true
	}
}

// operations are those of the document that a server serves.
func operations(server http.Handler) (*http.ServeMux, map[string]bool) {
	w := httptest.NewRecorder()
	server.ServeHTTP(w, httptest.NewRequest("GET", "/api/openapi.json", nil))
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		panic(err)
	}
	mux, ops := http.NewServeMux(), map[string]bool{}
	for path, methods := range doc.Paths {
		for method := range methods {
			pattern := strings.ToUpper(method) + " /api/v1" + path
			mux.Handle(pattern, http.NotFoundHandler())
			ops[pattern] = false
		}
	}
	return mux, ops
}

// owed are the operations for which a test is still to be written. Take a line out with its test; add none.
var owed = []string{"GET /bulletins/{id}", "GET /cases/{id}/steps/{seq}/proof", "GET /jobs/{id}", "GET /my/cases/{id}", "GET /tasks/{id}", "PATCH /accounts/{id}", "PATCH /hooks/{id}",
	"POST /accounts", "POST /accounts/{id}/grants", "POST /accounts/{id}/grants/revoke", "POST /bulletins/{id}/withdraw", "POST /deliveries/{id}/resend", "POST /hooks",
	"POST /jobs/{id}/cancel", "POST /jobs/{id}/retry", "POST /messages/read", "POST /messages/{id}/read", "POST /tasks/{id}/finish"}

// untested lists the operations that no test did with success, when all tests ran.
func untested() (list []string) {
	for _, name := range []string{"test.run", "test.skip", "test.list"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return nil
		}
	}
	if done.all == nil {
		return nil
	}
	for op, did := range done.ops {
		if !did && !slices.Contains(owed, strings.Replace(op, "/api/v1", "", 1)) {
			list = append(list, op)
		}
	}
	slices.Sort(list)
	return list
}

// all asks that every operation was done.
func all(code int) int {
	list := untested()
	for _, op := range list {
		fmt.Println("no test does with success:", op)
	}
	if code == 0 && len(list) > 0 {
		return 1
	}
	return code
}
