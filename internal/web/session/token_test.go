package session_test

import (
	"net/http"
	"net/http/httptest"
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

func TestTokens(t *testing.T) {
	each(t, func(s *site) {
		var secret string
		var token session.Token
		s.write(func(tx *db.Tx) (err error) {
			secret, token, err = session.NewToken(tx, root, s.account.ID, "数据交换", []string{"cases"}, tx.Now().Add(24*time.Hour))
			return err
		})
		c := s.browser()
		const wang = "200 wang api [desk] true"
		s.want(c, "/desk", secret, wang)
		s.want(c, "/who", secret+"x", nobody)
		got, res := s.do(c, "GET", "/desk", "", "linli_nonsense")
		if got != "401 令牌无效" || res.Header.Get("WWW-Authenticate") != "Bearer" {
			s.Errorf("a bad token gave %s %v", got, res.Header)
		}
		cookie := s.browser() // a token is no cookie
		cookie.Jar.SetCookies(mustURL(s), []*http.Cookie{{Name: "linli", Value: secret}})
		s.want(cookie, "/who", "", nobody)
		dbtest.Read(s.T, s.db, func(tx *db.Tx) error {
			list, err := session.Tokens(tx, s.account.ID)
			if err != nil || len(list) != 1 || !strings.HasPrefix(secret, list[0].Prefix) || len(list[0].Prefix) > 12 || list[0].Seen.IsZero() {
				s.Errorf("tokens are %+v, %v", list, err)
			}
			return err
		})
		s.clock.Advance(24 * time.Hour)
		if got, _ := s.do(c, "GET", "/desk", "", secret); !strings.HasPrefix(got, "401 令牌已于") {
			s.Errorf("after its day: %s", got)
		}
		s.write(func(tx *db.Tx) (err error) {
			secret, token, err = session.NewToken(tx, root, s.account.ID, "数据交换", []string{"bulletins"}, tx.Now().Add(24*time.Hour))
			return err
		})
		s.want(c, "/desk", secret, "200 wang api [desk] false")
		s.write(func(tx *db.Tx) error { return staff.SetDisabled(tx, root, s.account.ID, true) })
		s.want(c, "/desk", secret, "401 账号 wang 已停用")
		s.write(func(tx *db.Tx) error { return staff.SetDisabled(tx, root, s.account.ID, false) })
		s.want(c, "/desk", secret, "200 wang api [desk] false")
		s.write(func(tx *db.Tx) error { return session.RevokeToken(tx, root, s.account.ID, token.ID) })
		s.want(c, "/desk", secret, "401 令牌无效")
		for name, fn := range map[string]func(tx *db.Tx) error{
			"no purpose": newToken(s.account.ID, "", []string{"all"}, time.Hour), "no scope": newToken(s.account.ID, "x", nil, time.Hour),
			"two in one": newToken(s.account.ID, "x", []string{"a b"}, time.Hour), "past": newToken(s.account.ID, "x", []string{"all"}, 0),
			"too long": newToken(s.account.ID, "x", []string{"all"}, 400*24*time.Hour),
		} {
			if err := s.db.Write(ctx, fn); err == nil || fault.KindOf(err) != fault.KindInvalid {
				s.Errorf("%s: %v", name, err)
			}
		}
	})
}

func newToken(account db.ID, name string, scopes []string, lasts time.Duration) func(tx *db.Tx) error {
	return func(tx *db.Tx) error {
		_, _, err := session.NewToken(tx, root, account, name, scopes, tx.Now().Add(lasts))
		return err
	}
}

// Whoever asks after a change was committed is told of it, however many ask at once.
func TestManyAtOnce(t *testing.T) {
	each(t, func(s *site) {
		var secret string
		s.write(func(tx *db.Tx) (err error) {
			secret, _, err = session.NewToken(tx, root, s.account.ID, "压测", []string{"all"}, tx.Now().Add(time.Hour))
			return err
		})
		handler := s.routes(s.sessions)
		ask := func() int {
			r := httptest.NewRequest("GET", "/desk", nil)
			r.Header.Set("Authorization", "Bearer "+secret)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			return w.Code
		}
		var wg sync.WaitGroup
		for round := range 20 {
			disabled := round%2 == 1
			s.write(func(tx *db.Tx) error { return staff.SetDisabled(tx, root, s.account.ID, disabled) })
			for range 8 {
				wg.Go(func() {
					if code := ask(); (code == http.StatusOK) == disabled {
						s.Errorf("disabled %v and the answer is %d", disabled, code)
					}
				})
			}
			wg.Wait()
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	d := dbtest.SQLite(b, audit.Migrations, place.Migrations, staff.Migrations, session.Migrations)
	p, err := hashed()
	if err != nil {
		b.Fatal(err)
	}
	var secret string
	dbtest.Write(b, d, func(tx *db.Tx) error {
		a, err := staff.Create(tx, root, staff.Account{Login: "wang", Name: "王小明"}, p)
		if err != nil {
			return err
		}
		secret, _, err = session.NewToken(tx, root, a.ID, "压测", []string{"all"}, tx.Now().Add(time.Hour))
		return err
	})
	s := session.New(d, session.Options{})
	handler := s.Load(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if session.Actor(r).IsZero() {
			b.Error("nobody")
		}
	}))
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Authorization", "Bearer "+secret)
			handler.ServeHTTP(httptest.NewRecorder(), r)
		}
	})
}
