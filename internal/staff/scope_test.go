package staff_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/db"
	"linli/internal/staff"
)

// record is what a case shows of itself to permissions.
type record struct {
	path   string
	units  []string
	person db.ID
	walked bool // grid workers have a part in it
}

func (r record) keys() []string {
	keys := staff.PlaceKeys(r.path)
	if r.walked {
		keys = append(keys, staff.GridKeys(r.path)...)
	}
	for _, u := range r.units {
		keys = append(keys, staff.UnitKey(u))
	}
	return append(keys, staff.PersonKey(r.person))
}

var (
	paths   = []string{"1/", "1/11/", "1/11/111/", "1/11/112/", "1/12/", "1/12/121/", "2/", "2/21/"}
	unitIDs = []string{"u1", "u2", "u3"}
)

func drawGrant(t *rapid.T) staff.Grant {
	g := staff.Grant{Role: rapid.SampledFrom(staff.Roles()).Draw(t, "role")}
	if rapid.Bool().Draw(t, "with place") {
		g.Place = rapid.SampledFrom(paths).Draw(t, "place")
	}
	if rapid.Bool().Draw(t, "with unit") {
		g.Unit = rapid.SampledFrom(unitIDs).Draw(t, "unit")
	}
	return g
}

func drawRecord(t *rapid.T) record {
	return record{
		walked: rapid.Bool().Draw(t, "walked"),
		path:   rapid.SampledFrom(paths).Draw(t, "path"),
		units:  rapid.SliceOfDistinct(rapid.SampledFrom(unitIDs), rapid.ID[string]).Draw(t, "units"),
		person: db.ID(rapid.Int64Range(1, 3).Draw(t, "person")),
	}
}

// visible says in plain words what the keys are meant to say.
func visible(a staff.Actor, r record) bool {
	for _, g := range a.Grants {
		if slices.Contains(caseless, g.Role) {
			continue
		}
		if g.Role == staff.Grid {
			if r.walked && g.Place != "" && strings.HasPrefix(r.path, g.Place) {
				return true
			}
			continue
		}
		if g.Unit != "" && slices.Contains(r.units, g.Unit) {
			return true
		}
		if g.Unit == "" && g.Place != "" && g.Role != staff.Handler && strings.HasPrefix(r.path, g.Place) {
			return true
		}
	}
	return a.Person != 0 && a.Person == r.person
}

// caseless roles see no case.
var caseless = []staff.Role{staff.Admin, staff.Community, staff.Resident, staff.Finance, staff.Treasurer, staff.Carer}

func TestListEqualsRecordCheck(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := staff.Actor{Account: 9, Person: db.ID(rapid.Int64Range(0, 3).Draw(t, "own person"))}
		for range rapid.IntRange(0, 4).Draw(t, "grants") {
			a.Grants = append(a.Grants, drawGrant(t))
		}
		scope := a.Scope()
		keys := scope.Keys()
		for range 10 {
			r := drawRecord(t)
			listed := slices.ContainsFunc(r.keys(), func(k string) bool { return slices.Contains(keys, k) })
			if sees, want := scope.Sees(r.keys()), visible(a, r); listed != want || sees != want {
				t.Fatalf("%+v with keys %v: listed %v, seen %v, should be %v", a.Grants, r.keys(), listed, sees, want)
			}
		}
	})
}

// Who may act on a thing sees it: no role reaches what its scope hides.
func TestHasImpliesSees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGrant(t)
		if slices.Contains(caseless, g.Role) || g.Place == "" && g.Unit == "" || g.Role == staff.Handler && g.Unit == "" || g.Role == staff.Grid && (g.Place == "" || g.Unit != "") {
			t.Skip("sees no case by this role, or cannot be granted")
		}
		a := staff.Actor{Account: 9, Grants: []staff.Grant{g}}
		r := drawRecord(t)
		r.walked = r.walked || g.Role == staff.Grid // only then it asks him for anything
		if len(r.units) == 0 {
			r.units = []string{"u1"}
		}
		for _, u := range r.units {
			if a.Has(g.Role, r.path, u) && !a.Scope().Sees(r.keys()) {
				t.Fatalf("%+v may act on %+v and does not see it", g, r)
			}
		}
	})
}

func TestHas(t *testing.T) {
	a := staff.Actor{Grants: []staff.Grant{{staff.Desk, "1/11/", ""}, {staff.Handler, "", "u1"}, {staff.Verifier, "1/", "u2"}, {Role: staff.Admin}}}
	for _, c := range []struct {
		role       staff.Role
		path, unit string
		want       bool
	}{
		{staff.Desk, "1/11/111/", "", true}, {staff.Desk, "1/11/", "u9", true}, {staff.Desk, "1/1/", "", false}, {staff.Desk, "1/12/", "", false},
		{staff.Desk, "", "", true}, {staff.Dispatcher, "", "", false},
		{staff.Handler, "1/12/", "u1", true}, {staff.Handler, "1/12/", "u2", false},
		{staff.Verifier, "1/12/", "u2", true}, {staff.Verifier, "2/", "u2", false}, {staff.Verifier, "1/12/", "u1", false},
		{staff.Admin, "2/", "u9", true},
	} {
		if got := a.Has(c.role, c.path, c.unit); got != c.want {
			t.Errorf("Has(%s, %q, %q) = %v", c.role, c.path, c.unit, got)
		}
	}
	if got := a.Roles(); !slices.Equal(got, []staff.Role{staff.Desk, staff.Handler, staff.Verifier, staff.Admin}) {
		t.Errorf("roles are %v", got)
	}
	if got := (staff.Actor{}).Scope().Keys(); len(got) != 0 || !(staff.Actor{}).IsZero() {
		t.Errorf("nobody sees %v", got)
	}
}

func TestScopeIsTidy(t *testing.T) {
	a := staff.Actor{Grants: []staff.Grant{{staff.Leader, "1/11/111/", ""}, {staff.Supervisor, "1/11/", ""}, {staff.Desk, "1/112/", ""},
		{staff.Handler, "", "u2"}, {staff.Leader, "", "u1"}, {staff.Verifier, "", "u2"}}}
	if got := strings.Join(a.Scope().Keys(), " "); got != "p:11 p:112 u:u1 u:u2" {
		t.Errorf("keys are %s", got)
	}
}

func BenchmarkSees(b *testing.B) {
	s := staff.Actor{Grants: []staff.Grant{{staff.Leader, "4112/411202/", ""}, {staff.Handler, "", "u1"}}}.Scope()
	keys := record{"4112/411203/411203001/411203001001/", []string{"u7", "u8"}, 77, true}.keys()
	for b.Loop() {
		if s.Sees(keys) {
			b.Fatal("sees it")
		}
	}
}
