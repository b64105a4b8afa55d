package account_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/account"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

const plain = "三门峡的冬天有白天鹅"

var hashed = sync.OnceValues(func() (staff.Password, error) { return staff.NewPassword(context.Background(), "", plain) })

// A site is the pages of an account, served.
type site struct {
	*testing.T
	d      *db.DB
	clock  *dbtest.Clock
	pages  *account.Pages
	server *httptest.Server
	who    map[string]staff.Account
}

func each(t *testing.T, test func(s *site)) {
	t.Helper()
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Day)
		s := &site{T: t, d: d, clock: clock, who: map[string]staff.Account{}}
		s.settle()
		s.serve()
		test(s)
	}, audit.Migrations, job.Migrations, place.Migrations, staff.Migrations, notify.Migrations, session.Migrations)
}

func (s *site) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *site) settle() {
	table, err := place.Parse(strings.NewReader("level,code,name,parent\n2,90,甲市,\n3,901,东县,90\n"))
	s.must(err)
	password, err := hashed()
	s.must(err)
	root := staff.Actor{Login: "command", Via: staff.ViaCommand}
	dbtest.Write(s, s.d, func(tx *db.Tx) error {
		if _, err := place.Import(tx, place.Change{}, table, place.Chinese); err != nil {
			return err
		}
		if err := staff.PutUnit(tx, root, staff.Unit{Code: "roads", Name: "甲市城管局", Place: "90"}); err != nil {
			return err
		}
		for _, a := range []struct {
			staff.Account
			role        staff.Role
			place, unit string
		}{
			{staff.Account{Login: "chen", Name: "陈经办", Unit: "roads"}, staff.Handler, "901", "roads"},
			{staff.Account{Login: "wang", Name: "王小明", Person: 7}, staff.Resident, "", ""},
			{staff.Account{Login: "zhao", Name: "赵领导", Unit: "roads"}, staff.Leader, "90", ""},
			{staff.Account{Login: "new", Name: "新来的", Unit: "roads", MustChange: true}, staff.Desk, "90", ""},
		} {
			made, err := staff.Create(tx, root, a.Account, password)
			if err != nil {
				return err
			}
			if err := staff.Allow(tx, root, made.ID, a.role, a.place, a.unit); err != nil {
				return err
			}
			s.who[a.Login] = made
		}
		return nil
	})
}

func (s *site) serve() {
	sessions := session.New(s.d, session.Options{LoginPage: "/login", Deny: ui.Fail})
	town := &part.Town{DB: s.d}
	var err error
	town.Places, err = place.NewIndex(s.Context(), s.d)
	s.must(err)
	town.Units, err = staff.NewDirectory(s.Context(), s.d)
	s.must(err)
	s.pages = &account.Pages{Town: town, Sessions: sessions}
	mux := http.NewServeMux()
	account.Routes(mux, s.pages)
	for _, at := range []string{"/{$}", "/my", "/department", "/leader", "/cases/1"} {
		mux.HandleFunc("GET "+at, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "at "+r.URL.Path) })
	}
	s.server = httptest.NewServer(http.NewCrossOriginProtection().Handler(ui.Read(ui.Site{}, sessions.Load(mux))))
	s.Cleanup(s.server.Close)
}

// A browser keeps its own cookies.
type browser struct {
	*site
	http.Client
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	s.must(err)
	return &browser{s, http.Client{Jar: jar}}
}

func (b *browser) do(method, path string, form url.Values) (int, string) {
	b.Helper()
	r, err := http.NewRequest(method, b.server.URL+path, strings.NewReader(form.Encode()))
	b.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 15) Firefox/140.0")
	resp, err := b.Do(r)
	b.must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	b.must(err)
	return resp.StatusCode, string(body)
}

func (b *browser) login(name, password, next string) (int, string) {
	b.Helper()
	return b.do("POST", "/login", url.Values{"login": {name}, "password": {password}, "next": {next}})
}

func (b *browser) wants(body string, words ...string) {
	b.Helper()
	for _, w := range words {
		if !strings.Contains(body, w) {
			b.Errorf("the page does not say %q:\n%s", w, body)
		}
	}
}

func TestLoginLeadsHomeOrWhereOneWanted(t *testing.T) {
	each(t, func(s *site) {
		for _, c := range []struct{ login, next, want string }{
			{"chen", "", "at /department"}, {"wang", "", "at /my"}, {"zhao", "", "at /leader"}, {"chen", "/cases/1", "at /cases/1"},
			{"chen", "https://evil.example/", "at /"}, {"chen", "//evil.example", "at /"},
		} {
			if _, body := s.browser().login(c.login, plain, c.next); body != c.want {
				s.Errorf("%s with next %q is %q, want %q", c.login, c.next, body, c.want)
			}
		}
	})
}

func TestWrongLoginAndWrongPasswordReadTheSame(t *testing.T) {
	each(t, func(s *site) {
		status, one := s.browser().login("chen", "不对的密码不对的", "/cases/1")
		if status != http.StatusUnprocessableEntity {
			s.Fatalf("%d", status)
		}
		_, other := s.browser().login("nobody", "不对的密码不对的", "/cases/1")
		if strings.ReplaceAll(one, "chen", "#") != strings.ReplaceAll(other, "nobody", "#") {
			s.Errorf("the answers differ:\n%s\n%s", one, other)
		}
		b := s.browser()
		b.wants(one, `value="chen"`, `value="/cases/1"`, "登录名或密码不对")
		if strings.Contains(one, "不对的密码不对的") {
			s.Error("the password is written into the page")
		}
	})
}

func TestALockSaysHowLong(t *testing.T) {
	each(t, func(s *site) {
		b := s.browser()
		body := ""
		for range 12 {
			_, body = b.login("chen", "不对的密码不对的", "")
		}
		b.wants(body, "尝试次数过多，请在")
		if _, body = b.login("chen", plain, ""); body == "at /department" {
			s.Error("the right password opens a locked account")
		}
	})
}

func TestDemoAccountsOnlyWhenHandedIn(t *testing.T) {
	each(t, func(s *site) {
		b := s.browser()
		if _, body := b.do("GET", "/login", nil); strings.Contains(body, "演示账号") {
			s.Error("a login page offers accounts that nobody handed in")
		}
		s.pages.Demo = []account.Demo{{Login: "chen", Password: plain, Name: "陈经办", Try: "看队列"}}
		_, body := b.do("GET", "/login", nil)
		b.wants(body, "演示账号", "陈经办", "看队列")
	})
}

func TestThePublicPasswordOpensNothingElsewhere(t *testing.T) {
	each(t, func(s *site) {
		s.pages.Public = plain
		b := s.browser()
		_, body := b.login("chen", plain, "")
		b.wants(body, "演示城市公开的密码")
		s.pages.Demo = []account.Demo{{Login: "chen", Password: plain}}
		if _, body := b.login("chen", plain, ""); body != "at /department" {
			s.Errorf("where it is offered the password gives %q", body)
		}
	})
}

func TestMeSaysRightsInWordsAndEndsLogins(t *testing.T) {
	each(t, func(s *site) {
		here, there := s.browser(), s.browser()
		here.login("chen", plain, "")
		there.login("chen", plain, "")
		_, body := here.do("GET", "/me", nil)
		here.wants(body, "陈经办", "承办人", "甲市东县及以下", "甲市城管局", "Firefox · Android", "正在用的这个")
		end := regexp.MustCompile(`/me/logins/[0-9a-z]+/end`).FindString(body)
		if end == "" {
			s.Fatalf("no other login to end:\n%s", body)
		}
		if status, _ := here.do("POST", end, nil); status != http.StatusOK {
			s.Errorf("ending the other login: %d", status)
		}
		if _, body := there.do("GET", "/me", nil); strings.Contains(body, "陈经办") {
			s.Error("the ended login is still good")
		}
		if _, body := here.do("GET", "/me", nil); !strings.Contains(body, "陈经办") {
			s.Error("this login has ended too")
		}
	})
}

func TestNobodyEndsAnothersLogin(t *testing.T) {
	each(t, func(s *site) {
		chen, wang := s.browser(), s.browser()
		chen.login("chen", plain, "")
		wang.login("wang", plain, "")
		var id db.ID
		dbtest.Read(s, s.d, func(tx *db.Tx) error {
			list, err := s.pages.Sessions.Logins(tx, s.who["chen"].ID)
			if err == nil {
				id = list[0].ID
			}
			return err
		})
		for _, path := range []string{"/me/logins/" + id.String() + "/end", "/me/logins/none/end", "/me/logins/0000000000000/end"} {
			if status, _ := wang.do("POST", path, nil); status != http.StatusNotFound {
				s.Errorf("%s: %d", path, status)
			}
		}
		if _, body := chen.do("GET", "/me", nil); !strings.Contains(body, "陈经办") {
			s.Error("another's login was ended")
		}
		if _, body := wang.do("GET", "/me", nil); !strings.Contains(body, "王小明") {
			s.Error("an id that is none ended one's own logins")
		}
	})
}

func TestChangePassword(t *testing.T) {
	each(t, func(s *site) {
		here, there := s.browser(), s.browser()
		_, body := here.login("new", plain, "")
		here.wants(body, "这是别人为您设的密码")
		there.login("new", plain, "")
		const next = "黄河从这里向东流去了"
		change := func(old, new, again string) (int, string) {
			return here.do("POST", "/me/password", url.Values{"old": {old}, "password": {new}, "again": {again}})
		}
		status, body := change(plain, next, next+"？")
		if status != http.StatusUnprocessableEntity {
			s.Fatalf("two different new ones: %d", status)
		}
		here.wants(body, "两次输入的新密码不一样")
		_, body = change("不是这个密码呀呀", next, next)
		here.wants(body, "现在的密码不对")
		if _, body = change(plain, "123", "123"); !strings.Contains(body, "密码至少要有") {
			s.Errorf("a short one:\n%s", body)
		}
		status, body = change(plain, next, next)
		if status != http.StatusOK {
			s.Fatalf("%d %s", status, body)
		}
		here.wants(body, "密码已换")
		if _, body := there.do("GET", "/me", nil); strings.Contains(body, "新来的") {
			s.Error("the other login is still good")
		}
		if _, body := s.browser().login("new", next, ""); strings.Contains(body, "登录名或密码不对") {
			s.Error("the new password does not open")
		}
	})
}

func TestMessagesAreReadByOpening(t *testing.T) {
	each(t, func(s *site) {
		dbtest.Write(s, s.d, func(tx *db.Tx) error {
			for _, m := range []notify.Message{{To: notify.Unit("roads"), Subject: "转办：路灯不亮", Text: "请办理。", Link: "/cases/1"},
				{To: notify.Account(s.who["wang"].ID), Subject: "给王小明的", Text: "私事"}} {
				if err := notify.Send(tx, m); err != nil {
					return err
				}
			}
			return nil
		})
		b := s.browser()
		b.login("chen", plain, "")
		_, body := b.do("GET", "/messages", nil)
		b.wants(body, "转办：路灯不亮", "未读")
		if strings.Contains(body, "给王小明的") {
			s.Error("another's message is shown")
		}
		open := regexp.MustCompile(`/messages/[0-9a-z]+/open`).FindString(body)
		if _, at := b.do("POST", open, url.Values{"link": {"/cases/1"}}); at != "at /cases/1" {
			s.Errorf("opening leads to %q", at)
		}
		if _, at := b.do("POST", open, url.Values{"link": {"https://evil.example"}}); at != "at /" {
			s.Errorf("a link elsewhere leads to %q", at)
		}
		_, body = b.do("GET", "/messages?show=unread", nil)
		b.wants(body, "没有未读的消息")
		wang := s.browser()
		wang.login("wang", plain, "")
		if status, _ := wang.do("POST", open, nil); status != http.StatusNotFound {
			s.Errorf("another opens the message: %d", status)
		}
		_, body = wang.do("GET", "/messages", nil)
		last := regexp.MustCompile(`name="last" value="([0-9a-z]+)"`).FindStringSubmatch(body)
		_, body = wang.do("POST", "/messages/read", url.Values{"last": {last[1]}})
		wang.wants(body, "都标为已读了")
	})
}

func TestLogout(t *testing.T) {
	each(t, func(s *site) {
		b := s.browser()
		b.login("chen", plain, "")
		b.do("POST", "/logout", nil)
		if _, body := b.do("GET", "/me", nil); strings.Contains(body, "陈经办") {
			s.Error("still logged in")
		}
		if status, _ := b.do("GET", "/logout", nil); status != http.StatusMethodNotAllowed {
			s.Errorf("a link may log somebody out: %d", status)
		}
	})
}
