package staff_test

import (
	"context"
	"errors"
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
)

const plain = "三门峡的冬天有白天鹅"

var (
	ctx = context.Background()
	// hashing takes its time, so tests share one
	hashed = sync.OnceValues(func() (staff.Password, error) { return staff.NewPassword(ctx, "", plain) })
	root   = staff.Actor{Login: "command", Via: staff.ViaCommand}
)

func each(t *testing.T, test func(t *testing.T, d *db.DB, clock *dbtest.Clock)) {
	t.Helper()
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Day)
		table, err := place.Parse(strings.NewReader("level,code,name,parent\n2,90,甲市,\n3,901,东县,90\n3,902,西县,90\n4,90101,一街,901\n"))
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if _, err := place.Import(tx, place.Change{}, table, place.Chinese); err != nil {
				return err
			}
			return staff.PutUnit(tx, root, staff.Unit{Code: "water", Name: "水务局", Kind: "department", Place: "90", Offices: []string{"bureau"}})
		})
		test(t, d, clock)
	}, audit.Migrations, place.Migrations, staff.Migrations)
}

func create(t *testing.T, d *db.DB, login string) staff.Account {
	t.Helper()
	p, err := hashed()
	if err != nil {
		t.Fatal(err)
	}
	var a staff.Account
	dbtest.Write(t, d, func(tx *db.Tx) (err error) {
		a, err = staff.Create(tx, root, staff.Account{Login: login, Name: "王小明", Unit: "water", Post: "deputy"}, p)
		return err
	})
	return a
}

func wantKind(t *testing.T, d *db.DB, kind fault.Kind, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(ctx, fn); err == nil || fault.KindOf(err) != kind {
		t.Errorf("got %v, want %v", err, kind)
	}
}

func TestActorCarriesGrants(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		a := create(t, d, " Wang.XM ")
		if a.Login != "wang.xm" {
			t.Errorf("login is %q", a.Login)
		}
		before := version(t, d)
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if err := staff.Allow(tx, root, a.ID, staff.Dispatcher, "901", ""); err != nil {
				return err
			}
			return staff.Allow(tx, root, a.ID, staff.Handler, "", "water")
		})
		if after := version(t, d); after.Staff <= before.Staff || after.Place != before.Place {
			t.Errorf("the version went from %v to %v", before, after)
		}
		actor := load(t, d, a.ID)
		if !actor.Has(staff.Dispatcher, "90/901/90101/", "") || actor.Has(staff.Dispatcher, "90/902/", "") || actor.Unit != "water" || actor.Post != "deputy" {
			t.Errorf("actor is %+v", actor)
		}
		if got := strings.Join(actor.Scope().Keys(), " "); got != "p:901 u:water" {
			t.Errorf("keys are %s", got)
		}
		// the path follows the place through the tree, and the version tells
		before = version(t, d)
		dbtest.Write(t, d, func(tx *db.Tx) error { return place.Move(tx, place.Change{}, "901", "902") })
		if after := version(t, d); after == before {
			t.Error("the move of a place left the version as it was")
		}
		if actor := load(t, d, a.ID); !actor.Has(staff.Dispatcher, "90/902/901/90101/", "") {
			t.Errorf("after the move: %+v", actor.Grants)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error { return staff.Revoke(tx, root, a.ID, staff.Dispatcher, "901", "") })
		if actor := load(t, d, a.ID); actor.HasAny(staff.Dispatcher) {
			t.Error("a revoked grant is still there")
		}
		wantKind(t, d, fault.KindNotFound, func(tx *db.Tx) error { return staff.Revoke(tx, root, a.ID, staff.Dispatcher, "901", "") })
		dbtest.Read(t, d, func(tx *db.Tx) error {
			log, err := audit.Of(tx, "account:"+a.ID.String(), 10)
			if err != nil || len(log) != 4 || log[0].Verb != "create-account" || log[3].Verb != "revoke" || log[0].City != "90" {
				t.Errorf("audit log is %+v, %v", log, err)
			}
			return err
		})
	})
}

func version(t *testing.T, d *db.DB) (v staff.Version) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) (err error) { v, err = staff.CurrentVersion(tx); return err })
	return v
}

func load(t *testing.T, d *db.DB, id db.ID) (a staff.Actor) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) (err error) { a, err = staff.ActorOf(tx, id, staff.ViaPage); return err })
	return a
}

func TestRefusals(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		a := create(t, d, "wang")
		p, _ := hashed()
		allow := func(role staff.Role, place, unit string) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { return staff.Allow(tx, root, a.ID, role, place, unit) }
		}
		account := func(a staff.Account, p staff.Password) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { _, err := staff.Create(tx, root, a, p); return err }
		}
		for name, fn := range map[string]func(tx *db.Tx) error{
			"a dispatcher everywhere": allow(staff.Dispatcher, "", ""), "a handler of no unit": allow(staff.Handler, "90", ""),
			"an unknown role": allow("king", "90", ""), "an unknown place": allow(staff.Desk, "99", ""),
			"an unknown unit": allow(staff.Handler, "", "fire"), "a resident of a place": allow(staff.Resident, "90", ""),
			"a bad login": account(staff.Account{Login: "王", Name: "王"}, p), "no name": account(staff.Account{Login: "li"}, p),
			"no password": account(staff.Account{Login: "li", Name: "李"}, ""), "no such unit": account(staff.Account{Login: "li", Name: "李", Unit: "fire"}, p),
			"himself": func(tx *db.Tx) error { return staff.SetDisabled(tx, staff.Actor{Account: a.ID}, a.ID, true) },
			"unit of itself": func(tx *db.Tx) error {
				return staff.PutUnit(tx, root, staff.Unit{Code: "water", Name: "水务局", Parent: "water"})
			},
			"unit nowhere": func(tx *db.Tx) error {
				return staff.PutUnit(tx, root, staff.Unit{Code: "x", Name: "某局", Place: "99"})
			},
		} {
			t.Run(name, func(t *testing.T) { wantKind(t, d, fault.KindInvalid, fn) })
		}
		wantKind(t, d, fault.KindConflict, account(staff.Account{Login: "WANG", Name: "王"}, p))
		wantKind(t, d, fault.KindNotFound, func(tx *db.Tx) error { return staff.SetDisabled(tx, root, 5, true) })
	})
}

func TestUnitsFillOffices(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			for _, u := range []staff.Unit{
				{Code: "water-901", Name: "东县水务局", Place: "901", Parent: "water", Offices: []string{"bureau", "flood"}},
				{Code: "old", Name: "旧局", Place: "901", Offices: []string{"bureau"}, Closed: true},
			} {
				if err := staff.PutUnit(tx, root, u); err != nil {
					return err
				}
			}
			return nil
		})
		for path, want := range map[string]string{"90/901/90101/": "water-901", "90/902/": "water", "91/": ""} {
			var got []string
			dbtest.Read(t, d, func(tx *db.Tx) error {
				list, err := staff.UnitsFilling(tx, "bureau", path)
				for _, u := range list {
					got = append(got, u.Code)
				}
				return err
			})
			if strings.Join(got, " ") != want {
				t.Errorf("at %s the office is filled by %v, want %s", path, got, want)
			}
		}
		for path, want := range map[string]string{"90/": "water water-901", "90/901/": "water-901", "90/902/": "", "90/901/90101/": ""} {
			var got []string
			dbtest.Read(t, d, func(tx *db.Tx) error {
				list, err := staff.UnitsWithin(tx, "bureau", path)
				for _, u := range list {
					got = append(got, u.Code)
				}
				return err
			})
			if strings.Join(got, " ") != want {
				t.Errorf("within %s the office is filled by %v, want %s", path, got, want)
			}
		}
		x, err := staff.NewDirectory(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			x.Follow(tx)
			return staff.PutUnit(tx, root, staff.Unit{Code: "water", Name: "水利局", Place: "90"})
		})
		if u, ok := x.Unit("water-901"); x.Name("water") != "水利局" || x.Name("?") != "?" || !ok || len(u.Offices) != 2 || len(x.Units()) != 3 {
			t.Errorf("the directory has %+v", x.Units())
		}
	})
}

func TestLockOut(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		a := create(t, d, "wang")
		if got, err := staff.Login(ctx, d, "Wang", plain); err != nil || got.ID != a.ID {
			t.Fatalf("log in: %+v, %v", got, err)
		}
		for _, login := range []string{"nobody", "", "王'; --"} {
			if _, err := staff.Login(ctx, d, login, plain); !errors.Is(err, staff.ErrLogin) {
				t.Errorf("unknown login %q gave %v", login, err)
			}
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		wrong := 0
		for range 8 { // at once: not one more than allowed is looked at
			wg.Go(func() {
				_, err := staff.Login(ctx, d, "wang", "not the password")
				mu.Lock()
				defer mu.Unlock()
				if errors.Is(err, staff.ErrLogin) {
					wrong++
				} else if fault.KindOf(err) != fault.KindForbidden {
					t.Errorf("locked account gave %v", err)
				}
			})
		}
		wg.Wait()
		if wrong != 5 {
			t.Errorf("%d of 8 guesses were looked at, want 5", wrong)
		}
		if _, err := staff.Login(ctx, d, "wang", plain); err == nil || errors.Is(err, staff.ErrLogin) {
			t.Errorf("the right password while locked gave %v", err)
		}
		clock.Advance(time.Minute)
		if _, err := staff.Login(ctx, d, "wang", "not the password"); !errors.Is(err, staff.ErrLogin) {
			t.Errorf("after the lock: %v", err)
		}
		clock.Advance(time.Minute)
		if _, err := staff.Login(ctx, d, "wang", plain); err == nil {
			t.Error("the second lock is no longer than the first")
		}
		clock.Advance(time.Minute)
		if got, err := staff.Login(ctx, d, "wang", plain); err != nil || got.Failed != 0 {
			t.Errorf("after the second lock: %+v, %v", got, err)
		}
	})
}

func TestDisabledAndChangedPassword(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		a := create(t, d, "wang")
		dbtest.Write(t, d, func(tx *db.Tx) error { return staff.SetDisabled(tx, root, a.ID, true) })
		if _, err := staff.Login(ctx, d, "wang", plain); !errors.Is(err, staff.ErrDisabled) {
			t.Errorf("disabled account gave %v", err)
		}
		if _, err := staff.Login(ctx, d, "wang", "not the password"); !errors.Is(err, staff.ErrLogin) {
			t.Errorf("disabled account with a wrong password gave %v, which tells too much", err)
		}
		err := d.Read(ctx, func(tx *db.Tx) error { _, err := staff.ActorOf(tx, a.ID, staff.ViaAPI); return err })
		if !errors.Is(err, staff.ErrDisabled) {
			t.Errorf("the actor of a disabled account: %v", err)
		}
		p, err := staff.NewPassword(ctx, "wang", "黄河在这里拐了个弯吗")
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if err := staff.SetDisabled(tx, root, a.ID, false); err != nil {
				return err
			}
			return staff.SetPassword(tx, root, a.ID, p, true)
		})
		got, err := staff.Login(ctx, d, "wang", "黄河在这里拐了个弯吗")
		if err != nil || !got.MustChange || got.Epoch <= a.Epoch {
			t.Errorf("with the new password: %+v, %v", got, err)
		}
		if _, err := staff.Login(ctx, d, "wang", plain); !errors.Is(err, staff.ErrLogin) {
			t.Errorf("the old password gave %v", err)
		}
	})
}

func TestPasswords(t *testing.T) {
	for _, bad := range []string{"", "short", "1234567890", "aaaaaaaaaaaaaaa", "abcdefghijklm", "my name is wang", "a\xffbcdefghijk", strings.Repeat("天鹅", 65)} {
		if _, err := staff.NewPassword(ctx, "wang", bad); fault.KindOf(err) != fault.KindInvalid || err == nil {
			t.Errorf("%q gave %v", bad, err)
		}
	}
	for _, broken := range []staff.Password{"", "$argon2id$v=19$m=1,t=1,p=1$", "$argon2id$v=19$m=99999999,t=1,p=1$AAAA$AAAA"} {
		if ok, err := broken.Matches(ctx, plain); ok || err != nil {
			t.Errorf("%q matches: %v, %v", broken, ok, err)
		}
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	p, err := hashed()
	if err != nil || !strings.HasPrefix(string(p), "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash is %q, %v", p, err)
	}
	if _, err := p.Matches(gone, plain); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who went away gets %v", err)
	}
}
