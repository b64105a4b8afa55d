package session_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/session"
)

const plain = "三门峡的冬天有白天鹅"

var (
	ctx    = context.Background()
	hashed = sync.OnceValues(func() (staff.Password, error) { return staff.NewPassword(ctx, "", plain) })
	root   = staff.Actor{Login: "command", Via: staff.ViaCommand}
)

// A site is the program as far as logins go: pages that tell who is there.
type site struct {
	*testing.T
	db       *db.DB
	clock    *dbtest.Clock
	sessions *session.Sessions
	server   *httptest.Server
	account  staff.Account
}

func each(t *testing.T, test func(s *site)) {
	t.Helper()
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Day)
		s := &site{T: t, db: d, clock: clock, sessions: session.New(d, session.Options{LoginPage: "/login"})}
		table, err := place.Parse(strings.NewReader("level,code,name,parent\n2,90,甲市,\n3,901,东县,90\n"))
		if err != nil {
			t.Fatal(err)
		}
		p, err := hashed()
		if err != nil {
			t.Fatal(err)
		}
		s.write(func(tx *db.Tx) error {
			if _, err := place.Import(tx, place.Change{}, table, place.Chinese); err != nil {
				return err
			}
			s.account, err = staff.Create(tx, root, staff.Account{Login: "wang", Name: "王小明"}, p)
			if err != nil {
				return err
			}
			return staff.Allow(tx, root, s.account.ID, staff.Desk, "901", "")
		})
		s.server = httptest.NewServer(s.routes(s.sessions))
		t.Cleanup(s.server.Close)
		test(s)
	}, audit.Migrations, place.Migrations, staff.Migrations, session.Migrations)
}

func (s *site) routes(sessions *session.Sessions) http.Handler {
	mux := http.NewServeMux()
	act := func(f func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if err := f(w, r); err != nil {
				http.Error(w, fault.As(err).Message(), http.StatusForbidden)
			}
		}
	}
	mux.HandleFunc("POST /login", act(func(w http.ResponseWriter, r *http.Request) error {
		_, err := sessions.Login(w, r, r.FormValue("login"), r.FormValue("password"))
		return err
	}))
	mux.HandleFunc("POST /password", act(func(w http.ResponseWriter, r *http.Request) error {
		return sessions.ChangePassword(w, r, r.FormValue("old"), r.FormValue("new"))
	}))
	mux.HandleFunc("POST /logout", act(sessions.Logout))
	who := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := session.Actor(r)
		fmt.Fprint(w, a.Login, " ", a.Via, " ", a.Roles(), " ", session.Allows(r.Context(), "cases"))
	})
	mux.Handle("GET /who", who)
	mux.Handle("GET /desk", sessions.RequireRole(staff.Desk, staff.Dispatcher)(who))
	mux.Handle("GET /verify", sessions.RequireRole(staff.Verifier)(who))
	return sessions.Load(mux)
}

func (s *site) write(fn func(tx *db.Tx) error) {
	s.Helper()
	dbtest.Write(s.T, s.db, fn)
}

// browser returns a client with cookies that follows no redirect.
func (s *site) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (s *site) do(c *http.Client, method, path, form, token string) (string, *http.Response) {
	s.Helper()
	r, err := http.NewRequest(method, s.server.URL+path, strings.NewReader(form))
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := c.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.Fatal(err)
	}
	return fmt.Sprint(res.StatusCode, " ", strings.TrimSpace(string(body))), res
}

func (s *site) want(c *http.Client, path, token, want string) {
	s.Helper()
	if got, _ := s.do(c, "GET", path, "", token); got != want {
		s.Errorf("%s gave %q, want %q", path, got, want)
	}
}

func (s *site) login(c *http.Client) *http.Cookie {
	s.Helper()
	got, res := s.do(c, "POST", "/login", "login=Wang&password="+plain, "")
	if !strings.HasPrefix(got, "200") || len(res.Cookies()) != 1 {
		s.Fatalf("login gave %s with %d cookies", got, len(res.Cookies()))
	}
	return res.Cookies()[0]
}

const (
	wangAtPage = "200 wang page [desk] true"
	nobody     = "200 [] false"
)

func TestLogin(t *testing.T) {
	each(t, func(s *site) {
		c := s.browser()
		s.want(c, "/who", "", nobody)
		if got, _ := s.do(c, "POST", "/login", "login=wang&password=wrong-password", ""); got != "403 登录名或密码不对" {
			s.Errorf("wrong password gave %s", got)
		}
		first := s.login(c)
		if !first.HttpOnly || first.SameSite != http.SameSiteLaxMode || first.Secure || first.Path != "/" || first.MaxAge != 12*3600 {
			s.Errorf("cookie is %+v", first)
		}
		s.want(c, "/who", "", wangAtPage)
		s.want(c, "/desk", "", wangAtPage)
		s.want(c, "/verify", "", "403 这里需要核查员的权限")
		second := s.login(c)
		if second.Value == first.Value {
			s.Error("the second login has the secret of the first")
		}
		old := s.browser()
		old.Jar.SetCookies(mustURL(s), []*http.Cookie{first})
		s.want(old, "/who", "", nobody)
		dbtest.Read(s.T, s.db, func(tx *db.Tx) error {
			var kept []byte
			err := tx.QueryRow("select hash from session_login").Scan(&kept)
			if want := sha256.Sum256([]byte(second.Value)); !bytes.Equal(kept, want[:]) {
				s.Error("what is kept is not the hash of the secret")
			}
			return err
		})
		if got, _ := s.do(c, "POST", "/logout", "", ""); got != "200" && got != "200 " {
			s.Errorf("logout gave %q", got)
		}
		c.Jar.SetCookies(mustURL(s), []*http.Cookie{second})
		s.want(c, "/who", "", nobody)
	})
}

func TestBrowserIsSentToLogin(t *testing.T) {
	each(t, func(s *site) {
		_, res := s.do(s.browser(), "GET", "/desk?page=2", "", "")
		if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || to != "/login?next=%2Fdesk%3Fpage%3D2" {
			s.Errorf("sent to %d %s", res.StatusCode, to)
		}
	})
	for address, want := range map[string]string{"/desk?page=2": "/desk?page=2", "//evil.example": "/", "https://evil.example/": "/",
		"/\\evil.example": "/", "desk": "/", "": "/", "/\t/evil.example": "/"} {
		if got := session.Next(address); got != want {
			t.Errorf("after the login, %q leads to %q", address, got)
		}
	}
}

func TestLoginEnds(t *testing.T) {
	each(t, func(s *site) {
		c := s.browser()
		s.login(c)
		for range 30 { // used now and then, it lasts
			s.clock.Advance(20 * time.Minute)
			s.want(c, "/who", "", wangAtPage)
		}
		s.clock.Advance(30 * time.Minute)
		s.want(c, "/who", "", nobody)
		s.login(c)
		for range 35 {
			s.clock.Advance(20 * time.Minute)
			s.want(c, "/who", "", wangAtPage)
		}
		s.clock.Advance(20 * time.Minute) // twelve hours
		s.want(c, "/who", "", nobody)
		s.write(func(tx *db.Tx) error {
			n, err := s.sessions.Sweep(tx)
			if n != 2 {
				s.Errorf("%d logins swept, want 2", n)
			}
			return err
		})
	})
}

func TestChangesCountAtOnce(t *testing.T) {
	each(t, func(s *site) {
		c := s.browser()
		first := s.login(c)
		s.want(c, "/who", "", wangAtPage)
		// another grant: the next request has it, and a new secret
		s.write(func(tx *db.Tx) error { return staff.Allow(tx, root, s.account.ID, staff.Verifier, "90", "") })
		got, res := s.do(c, "GET", "/who", "", "")
		if got != "200 wang page [desk verifier] true" || len(res.Cookies()) != 1 || res.Cookies()[0].Value == first.Value {
			s.Errorf("after the grant: %s with cookies %v", got, res.Cookies())
		}
		late := s.browser() // a request that was under way with the former secret
		late.Jar.SetCookies(mustURL(s), []*http.Cookie{first})
		s.want(late, "/who", "", "200 wang page [desk verifier] true")
		s.clock.Advance(31 * time.Second)
		s.want(late, "/who", "", nobody)
		s.want(c, "/verify", "", "200 wang page [desk verifier] true")
		// a lost one
		s.write(func(tx *db.Tx) error { return staff.Revoke(tx, root, s.account.ID, staff.Verifier, "90", "") })
		s.want(c, "/verify", "", "403 这里需要核查员的权限")
		// and a disabled account is out
		s.write(func(tx *db.Tx) error { return staff.SetDisabled(tx, root, s.account.ID, true) })
		s.want(c, "/who", "", nobody)
	})
}

// Two programs on one database: what one changes counts in the other.
func TestAnotherProcess(t *testing.T) {
	each(t, func(s *site) {
		c := s.browser()
		s.login(c)
		s.want(c, "/who", "", wangAtPage)
		other := session.New(s.db, session.Options{})
		dbtest.Read(s.T, s.db, func(tx *db.Tx) error {
			list, err := other.Logins(tx, s.account.ID)
			if err != nil || len(list) != 1 || !strings.HasPrefix(list[0].Agent, "Go-http-client") || list[0].Address != "127.0.0.1" {
				s.Errorf("logins are %+v, %v", list, err)
			}
			return err
		})
		s.write(func(tx *db.Tx) error { return other.Revoke(tx, root, s.account.ID, 0) })
		s.want(c, "/who", "", nobody)
	})
}

func TestChangePassword(t *testing.T) {
	each(t, func(s *site) {
		here, there := s.browser(), s.browser()
		s.login(here)
		s.login(there)
		const next = "黄河在这里拐了一个大弯"
		if got, _ := s.do(here, "POST", "/password", "old=wrong-password&new="+next, ""); got != "403 登录名或密码不对" {
			s.Errorf("with a wrong password: %s", got)
		}
		s.clock.Advance(time.Second)
		if got, _ := s.do(here, "POST", "/password", "old="+plain+"&new="+next, ""); !strings.HasPrefix(got, "200") {
			s.Errorf("change gave %s", got)
		}
		s.want(here, "/who", "", wangAtPage)
		s.want(there, "/who", "", nobody)
		p, err := hashed()
		if err != nil {
			s.Fatal(err)
		}
		s.clock.Advance(time.Second)
		s.write(func(tx *db.Tx) error { return staff.SetPassword(tx, root, s.account.ID, p, true) })
		s.want(here, "/who", "", nobody)
	})
}

func TestSecureCookie(t *testing.T) {
	each(t, func(s *site) {
		proxied := session.New(s.db, session.Options{TLSInFront: true})
		w := httptest.NewRecorder()
		if _, err := proxied.Login(w, httptest.NewRequest("POST", "/login", nil), "wang", plain); err != nil {
			s.Fatal(err)
		}
		c := w.Result().Cookies()[0]
		if !c.Secure || c.Name != "__Host-linli" || c.Domain != "" {
			s.Errorf("cookie is %+v", c)
		}
	})
}

func mustURL(s *site) *url.URL {
	u, err := url.Parse(s.server.URL)
	if err != nil {
		s.Fatal(err)
	}
	return u
}
