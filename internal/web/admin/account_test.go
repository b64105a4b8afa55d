package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"linli/internal/db"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/test/town"
)

var secret = regexp.MustCompile(`class="secret">([^<]+)<`)

func shown(t *testing.T, body string) string {
	t.Helper()
	m := secret.FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("nothing is shown once:\n%s", text(body))
	}
	return m[1]
}

func TestAnAccountIsMadeWithAPasswordThatIsShownOnce(t *testing.T) {
	each(t, func(h *house) {
		form := url.Values{"key": {h.fresh()}, "login": {"Newbie"}, "name": {"新人"}, "unit": {"邻水市水务局"}}
		first := h.as("admin", http.MethodPost, "/admin/accounts", form)
		if first.Code != http.StatusOK {
			h.Fatalf("status %d\n%s", first.Code, text(first.Body.String()))
		}
		password := shown(h.T, first.Body.String())
		a, err := staff.Login(h.Context(), h.w.DB, "newbie", password)
		if err != nil || !a.MustChange || a.Unit != town.Water {
			h.Errorf("the shown password opens %+v, %v", a, err)
		}
		again := h.as("admin", http.MethodPost, "/admin/accounts", form)
		if again.Code != http.StatusSeeOther || secret.MatchString(again.Body.String()) {
			h.Errorf("sent again: status %d, %s", again.Code, text(again.Body.String()))
		}
		if got := h.logged("account:" + a.ID.String()); got != "create-account" {
			h.Errorf("the log says %q", got)
		}
		taken := h.send("/admin/accounts", http.StatusUnprocessableEntity, "login", "newbie", "name", "另一人")
		h.says(text(taken.Body.String()), "登录名 newbie 已经有人用了")
		bad := h.send("/admin/accounts", http.StatusUnprocessableEntity, "login", "newbie2", "name", "人", "unit", "没有的局")
		h.says(text(bad.Body.String()), "没有叫“没有的局”的单位")
	})
}

func TestAccountsAreFound(t *testing.T) {
	h := open(t, town.SQLite(t))
	page := h.see("/admin/accounts?q=%E5%90%B4")
	h.says(page, "water", "吴水务")
	h.silent(page, "王公路")
	page = h.see("/admin/accounts?unit=" + town.Roads)
	h.says(page, "王公路")
	h.silent(page, "吴水务")
	if got := h.as("admin", http.MethodGet, "/admin/accounts?unit=none", nil).Code; got != http.StatusUnprocessableEntity {
		t.Errorf("a unit that does not exist: status %d", got)
	}
}

func TestGrantsBoundARoleAndGoAgain(t *testing.T) {
	each(t, func(h *house) {
		id := h.account("water").ID
		at := "/admin/accounts/" + id.String()
		h.send(at+"/grants", http.StatusSeeOther, "role", "desk", "place", "柳荫社区")
		h.send(at+"/grants", http.StatusSeeOther, "role", "supervisor", "city", "1")
		by := h.w.Actor(h.T, "water")
		if !by.Has(staff.Desk, h.w.Places.Path(town.Willow), "") || by.Has(staff.Desk, h.w.Places.Path(town.Lotus), "") || !by.Has(staff.Supervisor, h.w.Places.Path(town.West), "") {
			h.Errorf("grants %+v", by.Grants)
		}
		h.says(h.see(at), "登记人员", "柳荫社区及以下", "邻水市及以下")
		for _, wrong := range [][]string{{"role", "handler"}, {"role", "desk"}, {"role", "desk", "place", "没有的村"}, {"role", "handler", "within", "没有的局"}} {
			h.send(at+"/grants", http.StatusUnprocessableEntity, wrong...)
		}
		h.send(at+"/revoke", http.StatusSeeOther, "role", "desk", "place", town.Willow, "unit", "")
		if h.w.Actor(h.T, "water").HasAny(staff.Desk) {
			h.Error("the grant is still there")
		}
		if got := h.logged("account:" + id.String()); got != "create-account grant grant grant revoke" {
			h.Errorf("the log says %q", got)
		}
	})
}

// Without scripts the picker lists one level after the other, and nothing is granted meanwhile.
func TestThePickerWorksWithoutScripts(t *testing.T) {
	h := open(t, town.SQLite(t))
	at := "/admin/accounts/" + h.account("water").ID.String()
	rec := h.send(at+"/grants", http.StatusOK, "role", "desk", "place-1", town.East, "pick", "1")
	if !strings.Contains(rec.Body.String(), "沿河街道") || !strings.Contains(rec.Body.String(), `value="desk" selected`) {
		t.Error("the next level is not offered, or the role was forgotten")
	}
	if h.w.Actor(t, "water").HasAny(staff.Desk) {
		t.Error("a role was granted")
	}
}

func TestAnAdministratorCannotLockHimselfOut(t *testing.T) {
	h := open(t, town.SQLite(t))
	at := "/admin/accounts/" + h.account("admin").ID.String()
	h.send(at+"/state", http.StatusConflict, "disabled", "1")
	h.send(at+"/revoke", http.StatusConflict, "role", "admin", "place", "", "unit", "")
}

func TestAnAccountIsDisabledAndItsPasswordSetAnew(t *testing.T) {
	each(t, func(h *house) {
		at := "/admin/accounts/" + h.account("water").ID.String()
		h.send(at+"/state", http.StatusSeeOther, "disabled", "1")
		if _, err := staff.Login(h.Context(), h.w.DB, "water", town.Password); err == nil {
			h.Error("a disabled account logs in")
		}
		h.says(h.see(at), "已停用", "启用账号")
		h.send(at+"/state", http.StatusSeeOther)
		password := shown(h.T, h.send(at+"/password", http.StatusOK).Body.String())
		if _, err := staff.Login(h.Context(), h.w.DB, "water", town.Password); err == nil {
			h.Error("the former password still opens the account")
		}
		if a, err := staff.Login(h.Context(), h.w.DB, "water", password); err != nil || !a.MustChange {
			h.Errorf("the new password: %+v, %v", a, err)
		}
	})
}

func TestAccountsAreChanged(t *testing.T) {
	h := open(t, town.SQLite(t))
	at := "/admin/accounts/" + h.account("water").ID.String()
	h.send(at, http.StatusSeeOther, "name", "吴改名", "unit", "邻水市公路局", "post", "mayor")
	if a := h.account("water"); a.Name != "吴改名" || a.Unit != town.Roads || a.Post != "mayor" {
		t.Errorf("%+v", a)
	}
	h.says(text(h.send(at, http.StatusUnprocessableEntity, "name", "").Body.String()), "姓名不能为空")
}

func TestATokenIsShownOnceAndRevoked(t *testing.T) {
	each(t, func(h *house) {
		id := h.account("water").ID
		at := "/admin/accounts/" + id.String()
		ends := today().AddDays(30).String()
		plain := shown(h.T, h.send(at+"/tokens", http.StatusOK, "purpose", "对接", "scopes", "read", "scopes", "write", "ends", ends).Body.String())
		var list []session.Token
		read := func() {
			h.w.Read(h.T, func(tx *db.Tx) (err error) { list, err = session.Tokens(tx, id); return err })
		}
		read()
		if len(list) != 1 || !strings.HasPrefix(plain, list[0].Prefix) || len(list[0].Scopes) != 2 {
			h.Fatalf("%q, %+v", plain, list)
		}
		page := h.see(at)
		h.says(page, "对接", "查看、办理")
		h.silent(page, plain)
		for _, wrong := range [][]string{{"purpose", "", "scopes", "read", "ends", ends}, {"purpose", "x", "ends", ends}, {"purpose", "x", "scopes", "read", "ends", "soon"},
			{"purpose", "x", "scopes", "read", "ends", today().AddDays(800).String()}} {
			h.send(at+"/tokens", http.StatusUnprocessableEntity, wrong...)
		}
		h.send(at+"/tokens/"+list[0].ID.String(), http.StatusSeeOther)
		if read(); len(list) != 0 {
			h.Errorf("%+v", list)
		}
	})
}
