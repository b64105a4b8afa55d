package register_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"linli/internal/db"
	"linli/internal/lexicon"
	"linli/internal/place"
	people "linli/internal/register"
	"linli/internal/staff"
	"linli/test/town"
)

// acting is somebody with one role.
func (o *office) acting(role staff.Role, code string) staff.Actor {
	return staff.Actor{Account: db.NewID(), Login: string(role), Via: staff.ViaPage, Grants: []staff.Grant{{Role: role, Place: o.w.Places.Path(code)}}}
}

// says reports whether a page has all the words.
func says(text string, words ...string) bool {
	plain := regexp.MustCompile(`<[^>]+>`).ReplaceAllString(text, "")
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(plain, w) })
}

// pairs is what a form says, as post takes it.
func pairs(v url.Values) (out []string) {
	for name, list := range v {
		for _, value := range list {
			out = append(out, name, value)
		}
	}
	return out
}

func (o *office) census(code string) (c people.Census, gone bool) {
	o.t.Helper()
	o.w.Read(o.t, func(tx *db.Tx) error {
		x, err := place.Get(tx, code)
		if err != nil {
			return err
		}
		gone = x.Gone()
		c, err = people.CensusBelow(tx, x.Path)
		return err
	})
	return c, gone
}

// TestAreasMergeAfterATrial: a trial tells what follows and changes nothing; confirmed, what is registered follows and the history says so.
func TestAreasMergeAfterATrial(t *testing.T) {
	each(t, func(o *office) {
		admin, at := o.acting(staff.Admin, town.City), "/register/areas/"+town.Willow
		if a := o.get(o.acting(staff.Supervisor, town.East), at); a.code != http.StatusOK || !says(a.text, "柳荫社区：登记与沿革") || says(a.text, "与别的区划合并") {
			t.Errorf("a supervisor looks: %d", a.code)
		}
		if a := o.get(o.acting(staff.Supervisor, town.West), at); a.code != http.StatusForbidden {
			t.Errorf("a supervisor of elsewhere looks: %d", a.code)
		}
		if a := o.get(o.acting(staff.Supervisor, town.East), at+"/merge"); a.code != http.StatusForbidden {
			t.Errorf("a supervisor merges: %d", a.code)
		}
		var other place.Place
		o.w.Read(t, func(tx *db.Tx) error {
			list, err := place.Children(tx, town.Riverrow, place.Today(tx))
			for _, x := range list {
				if x.Code != town.Willow {
					other = x
				}
			}
			return err
		})
		const merged = "411291001099"
		before, _ := o.census(town.Willow)
		ask := url.Values{"codes": {other.Code}, "code": {merged}, "name": {"河柳社区"}, "on": {o.w.Clock.Now().Format("2006-01-02")}, "basis": {""}}
		if a := o.post(admin, at+"/merge", pairs(ask)...); a.code != http.StatusUnprocessableEntity || !says(a.text, "请写明批准文件的文号") {
			t.Errorf("without a basis: %d", a.code)
		}
		ask.Set("basis", "某府函〔2026〕1号")
		if a := o.post(admin, at+"/merge", pairs(ask)...); a.code != http.StatusOK || !says(a.text, "这是试算，还没有变更", "河柳社区") {
			t.Fatalf("a trial: %d %s", a.code, a.text)
		}
		if now, gone := o.census(town.Willow); now != before || gone {
			t.Errorf("a trial changed %+v to %+v", before, now)
		}
		ask.Set("confirmed", "yes")
		if a := o.post(admin, at+"/merge", pairs(ask)...); a.code != http.StatusSeeOther || a.to == "" {
			t.Fatalf("merge: %d %s", a.code, a.text)
		}
		after, _ := o.census(merged)
		if _, gone := o.census(town.Willow); !gone || before.Dwellings == 0 || after.Dwellings < before.Dwellings || after.Persons < before.Persons {
			t.Errorf("%+v became %+v", before, after)
		}
		if a := o.get(admin, at); !says(a.text, "合并", "某府函〔2026〕1号") {
			t.Error("the history does not tell of the merge")
		}
	})
}

// TestAnAreaIsDividedByBuilding lets one building go to the second part.
func TestAnAreaIsDividedByBuilding(t *testing.T) {
	each(t, func(o *office) {
		admin, at := o.acting(staff.Admin, town.City), "/register/areas/"+town.Willow+"/split"
		var second people.Dwelling
		o.write(func(tx *db.Tx) (err error) {
			second, err = people.AddDwelling(tx, people.Dwelling{Level: people.Building, Name: "八号楼", Place: town.Willow})
			return err
		})
		if a := o.get(admin, at); a.code != http.StatusOK || !says(a.text, "八号楼", "三号楼") {
			t.Fatalf("the form: %d", a.code)
		}
		ask := url.Values{"code-1": {"411291001091"}, "name-1": {"柳东社区"}, "code-2": {"411291001092"}, "name-2": {"柳西社区"},
			"on": {o.w.Clock.Now().Format("2006-01-02")}, "basis": {"某府函〔2026〕2号"}, "building-" + second.ID.String(): {"2"}}
		o.w.Read(t, func(tx *db.Tx) error {
			list, err := people.Things(tx, lexicon.Dwelling, people.Query{Places: []string{o.w.Places.Path(town.Willow)}, Limit: 100})
			for _, x := range list {
				if x.ID != second.ID {
					ask.Set("building-"+x.ID.String(), "1")
				}
			}
			return err
		})
		if a := o.post(admin, at, pairs(ask)...); a.code != http.StatusOK || !says(a.text, "柳东社区", "柳西社区", "确认变更") {
			t.Fatalf("a trial: %d %s", a.code, a.text)
		}
		ask.Set("confirmed", "yes")
		if a := o.post(admin, at, pairs(ask)...); a.code != http.StatusSeeOther {
			t.Fatalf("split: %d %s", a.code, a.text)
		}
		east, _ := o.census("411291001091")
		west, _ := o.census("411291001092")
		if west.Dwellings != 1 || east.Dwellings < 3 {
			t.Errorf("divided into %+v and %+v", east, west)
		}
	})
}
