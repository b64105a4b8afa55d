package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"linli/internal/db"
	"linli/internal/staff"
	"linli/test/town"
)

// pages are all pages that can be opened in a town without a past.
func pages(h *house) []string {
	id := h.account("water").ID.String()
	return []string{"/admin", "/admin/packs", "/admin/packs/sm12-69", "/admin/packs/sm12-69/params", "/admin/packs/sm12-69/versions", "/admin/accounts",
		"/admin/accounts/new", "/admin/accounts/" + id, "/admin/units", "/admin/units/new", "/admin/units/" + town.Water, "/admin/places/" + town.East,
		"/admin/places?q=柳荫", "/admin/calendar", "/admin/jobs", "/admin/hooks", "/admin/deliveries", "/admin/log", "/admin/log/checkpoints",
		"/admin/log/verify", "/admin/backup"}
}

// acts are all forms, each with an address that exists.
func acts(h *house) []string {
	account := "/admin/accounts/" + h.account("water").ID.String()
	return []string{"/admin/accounts", account, account + "/grants", account + "/revoke", account + "/state", account + "/password", account + "/logins",
		account + "/tokens", account + "/tokens/x", "/admin/units", "/admin/units/" + town.Water, "/admin/places/" + town.East + "/rename",
		"/admin/places/" + town.East + "/add", "/admin/jobs/x/retry", "/admin/jobs/x/cancel", "/admin/hooks", "/admin/hooks/x", "/admin/hooks/x/ping",
		"/admin/deliveries/x/resend", "/admin/log/verify", "/admin/backup"}
}

func TestAdministratorsAndAuditorsSeeNobodyElse(t *testing.T) {
	h := open(t, town.SQLite(t))
	for _, path := range pages(h) {
		for login, want := range map[string]int{"admin": 200, "auditor": 200, "desk": 403, "water": 403, "supervisor": 403, "mayor": 403, "resident": 403, "": 401} {
			if login == "auditor" && strings.HasSuffix(path, "/new") {
				want = 403 // a form that he could not send
			}
			if got := h.as(login, http.MethodGet, path, nil).Code; got != want {
				t.Errorf("%s as %q: status %d, want %d", path, login, got, want)
			}
		}
	}
}

// Auditors change nothing; an administrator of a part of the city could otherwise make himself one of the whole.
func TestOnlyAnAdministratorOfTheWholeCityActs(t *testing.T) {
	h := open(t, town.SQLite(t))
	h.w.Write(t, func(tx *db.Tx) error {
		return staff.Allow(tx, h.w.Actor(t, "admin"), h.account("east").ID, staff.Admin, town.East, "")
	})
	if rec := h.as("east", http.MethodGet, "/admin/accounts", nil); rec.Code != http.StatusOK || strings.Contains(rec.Body.String(), "/admin/accounts/new") {
		t.Errorf("an administrator of a county: status %d, or the page offers him what he may not do", rec.Code)
	}
	for login, want := range map[string]int{"auditor": 403, "east": 403, "desk": 403, "resident": 403, "": 401} {
		for _, path := range acts(h) {
			if got := h.as(login, http.MethodPost, path, url.Values{"key": {h.fresh()}}).Code; got != want {
				t.Errorf("POST %s as %q: status %d, want %d", path, login, got, want)
			}
		}
	}
	if got := h.as("auditor", http.MethodGet, "/admin/backup/linli-20261009-163000.tar.gz", nil).Code; got != http.StatusForbidden {
		t.Errorf("an auditor takes a backup: status %d", got)
	}
}

func TestAnAuditorIsOfferedNoForm(t *testing.T) {
	h := open(t, town.SQLite(t))
	for _, path := range pages(h) {
		if strings.HasSuffix(path, "/new") {
			continue
		}
		body := h.as("auditor", http.MethodGet, path, nil).Body.String()
		main := body[strings.Index(body, "<main"):strings.Index(body, "</main>")]
		if strings.Contains(main, `method="post"`) {
			t.Errorf("%s has a form", path)
		}
	}
}

var ids = regexp.MustCompile(` id="([^"]+)"`)

// No two things on a page have the same id, or labels would speak of the wrong question; nothing runs inline.
func TestPagesAreSoundForAssistiveTechnology(t *testing.T) {
	h := open(t, town.SQLite(t))
	for _, path := range pages(h) {
		body := h.as("admin", http.MethodGet, path, nil).Body.String()
		seen := map[string]bool{}
		for _, m := range ids.FindAllStringSubmatch(body, -1) {
			if seen[m[1]] {
				t.Errorf("%s: two things are called %s", path, m[1])
			}
			seen[m[1]] = true
		}
		if strings.Count(body, "<h1") != 1 || strings.Contains(body, " style=") || strings.Contains(body, " onclick=") {
			t.Errorf("%s: not one heading, or something inline", path)
		}
	}
}
