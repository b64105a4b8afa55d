package care_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/serviceorder"
	"linli/internal/staff"
	"linli/internal/web/care"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	"linli/packs"
	"linli/test/town"
)

var adopted = sync.OnceValues(func() (*pack.Index, error) {
	return pack.Load(packs.Files, pack.Options{Serving: true, Local: []byte("lp15-14:\n  adopted: { place: \"4112\", from: \"2012-01-01\", why: 测试 }\n")})
})

// A walk is the pages of a town with one provider, as several people use them.
type walk struct {
	*town.Town
	t     *testing.T
	pages http.Handler
}

func each(t *testing.T, test func(x *walk)) {
	ix, err := adopted()
	if err != nil {
		t.Fatal(err)
	}
	packsNow := func() *pack.Index { return ix }
	town.Each(t, func(t *testing.T, w *town.Town) {
		x := &walk{Town: w, t: t}
		cases := casework.New(casework.Options{City: town.City, Law: civil.CivilCode(), Packs: packsNow, People: w.People})
		orders := serviceorder.New(serviceorder.Options{Packs: packsNow, Cases: cases, People: w.People, Law: civil.CivilCode()})
		x.hire()
		places, err := place.NewIndex(t.Context(), w.DB)
		if err != nil {
			t.Fatal(err)
		}
		units, err := staff.NewDirectory(t.Context(), w.DB)
		if err != nil {
			t.Fatal(err)
		}
		mux := http.NewServeMux()
		care.Routes(mux, &care.Pages{Town: &part.Town{DB: w.DB, Cases: cases, Packs: packsNow, Places: places, Units: units, People: w.People}, Orders: orders,
			Sessions: session.New(w.DB, session.Options{LoginPage: "/login", Deny: ui.Fail})})
		x.pages = ui.Read(ui.Site{City: "邻水市"}, mux)
		test(x)
	}, serviceorder.Migrations)
}

// hire opens the accounts of a provider and of civil affairs, and registers the provider.
func (x *walk) hire() {
	x.Write(x.t, func(tx *db.Tx) error {
		if err := town.Open(tx, staff.Unit{Code: "care-a", Name: "服务中心", Kind: "provider", Place: town.East, Offices: []string{"care-station"}}); err != nil {
			return err
		}
		for _, login := range []string{"care-desk", "care-worker"} {
			if err := town.Hire(tx, staff.Account{Login: login, Name: login, Unit: "care-a"}, staff.Grant{Role: staff.Carer, Unit: "care-a"}); err != nil {
				return err
			}
		}
		for _, login := range []string{"civil", "civil2"} {
			if err := town.Hire(tx, staff.Account{Login: login, Name: login, Unit: town.EastGov}, staff.Grant{Role: staff.Supervisor, Place: town.East}); err != nil {
				return err
			}
		}
		_, err := register.PutOrganisation(tx, register.Organisation{Name: "夕阳红服务中心", Place: town.East, Kind: "social", Registration: "registered"})
		return err
	})
}

func (x *walk) as(login, method, path string, v url.Values) (code int, text, to string) {
	x.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(v.Encode()))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	rec := httptest.NewRecorder()
	x.pages.ServeHTTP(rec, r.WithContext(session.With(r.Context(), x.Actor(x.t, login))))
	return rec.Code, html.UnescapeString(rec.Body.String()), rec.Header().Get("Location")
}

// sees gets a page on which all the words must stand.
func (x *walk) sees(login, path string, words ...string) string {
	x.t.Helper()
	code, text, _ := x.as(login, "GET", path, nil)
	if code != http.StatusOK {
		x.t.Fatalf("%s as %s: %d %s", path, login, code, text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			x.t.Errorf("%s as %s does not say %q", path, login, w)
		}
	}
	return text
}

// does posts a form that must be taken, and returns where it leads.
func (x *walk) does(login, path string, v url.Values) string {
	x.t.Helper()
	v.Set("key", ui.NewKey())
	code, text, to := x.as(login, "POST", path, v)
	if code != http.StatusSeeOther {
		x.t.Fatalf("%s as %s: %d %s", path, login, code, text)
	}
	return to
}

func find(t *testing.T, text, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no %s on the page", pattern)
	}
	return m[len(m)-1]
}

// From the assessment to the checked settlement, everybody by his own pages.
func TestTheWholeWay(t *testing.T) {
	each(t, func(x *walk) {
		t := x.t
		today := civil.DateOf(x.Clock.Now(), civil.Shanghai)
		x.does("civil", "/homecare/providers", url.Values{"name": {"夕阳红服务中心"}, "unit": {"care-a"}, "item": {"care-nonprofit"}, "licence": {"YLMF-1"}, "from": {today.AddDays(-1).String()}, "phone": {"19900000010"}})
		provider := ""
		x.Read(t, func(tx *db.Tx) error {
			o, err := register.FindOrganisation(tx, "", "夕阳红服务中心", town.East)
			provider = o.ID.String()
			return err
		})
		accounts := map[string]string{"care-desk": "desk", "care-worker": "worker"}
		for login, part := range accounts {
			x.does("civil", "/homecare/members", url.Values{"provider": {provider}, "account": {x.Actor(t, login).Account.String()}, "part": {part}})
		}
		x.sees("civil", "/homecare/providers", "夕阳红服务中心", "可以接单")

		person := "/homecare/persons/" + x.Person("resident").String()
		x.sees("willow", "/homecare/watch?q="+url.QueryEscape("许甲"), person)
		x.sees("willow", person, "洗澡")
		if code, text, _ := x.as("willow", "POST", person+"/need", url.Values{"key": {"k"}, "answers.eat": {"self"}}); code != http.StatusUnprocessableEntity || !strings.Contains(text, "请回答") && !strings.Contains(text, "请从所列选项中选择") {
			t.Errorf("half an assessment: %d", code)
		}
		x.does("willow", person+"/need", url.Values{"answers.eat": {"self"}, "answers.bath": {"help"}, "answers.dress": {"self"}, "answers.toilet": {"help"}, "answers.move": {"help"}, "answers.mind": {"yes"}, "answers.phone": {"yes"}, "answers.housework": {"no"}})
		x.does("willow", person+"/plan", url.Values{"units.daily": {"8"}, "home": {"111.2,34.8"}})
		x.sees("willow", "/homecare/watch", "许甲", "400.00元")

		x.sees("resident", "/homecare/me", "400.00元", "日常照顾")
		x.sees("resident", "/homecare/order", "日常照顾", "本月还可以订 8 小时")
		x.sees("resident", "/homecare/order?kind=daily", "哪一天")
		wish := url.Values{"kind": {"daily"}, "on": {today.AddDays(1).String()}, "at": {"09:00"}, "units": {"2"}, "pays": {"public"}}
		x.sees("resident", "/homecare/order?"+wish.Encode(), "50.00元")
		order := x.does("resident", "/homecare/orders", wish)
		if code, _, _ := x.as("neighbour", "GET", order, nil); code != http.StatusNotFound {
			t.Errorf("a stranger sees the order: %d", code)
		}

		x.sees("care-desk", "/homecare/desk", "待接单", "许甲")
		x.does("care-desk", order, url.Values{"do": {"accept"}, "worker": {x.Actor(t, "care-worker").Account.String()}})
		x.Clock.Set(today.AddDays(1).In(civil.Shanghai).Add(9 * time.Hour))
		x.sees("care-worker", "/homecare/today", order)
		x.does("care-worker", order, url.Values{"do": {"arrive"}, "lon": {"111.2"}, "lat": {"34.8"}, "accuracy": {"20"}})
		x.Clock.Advance(2 * time.Hour)
		x.does("care-worker", order, url.Values{"do": {"leave"}, "units": {"2"}, "record": {"助浴、换衣"}, "lon": {"111.2"}, "lat": {"34.8"}})
		x.sees("resident", "/homecare/me", "请您确认", order)
		if text := x.sees("resident", order, "助浴、换衣", "离住处 0 米"); strings.Contains(text, "没有位置") {
			t.Error("the position is lost")
		}
		x.does("resident", order, url.Values{"do": {"confirm"}})
		x.does("resident", order, url.Values{"do": {"rate"}, "rating": {"5"}})

		text := x.sees("civil", "/homecare/settlements", "夕阳红服务中心", "50.00元")
		sheet := x.does("civil", "/homecare/settlements", url.Values{"provider": {provider}, "month": {find(t, text, `name="month" value="(\d{4}-\d{2})"`)}, "path": {find(t, text, `name="path" value="([^"]+)"`)}})
		x.sees("civil", sheet, "10.00元", "40.00元", "等另一人复核")
		x.does("civil2", sheet, url.Values{"right": {"1"}})
		x.sees("care-desk", sheet, "待发放")
	})
}

// An emergency asks once more, says whom to call, and stands at the top of the community's page.
func TestAnEmergency(t *testing.T) {
	each(t, func(x *walk) {
		x.sees("resident", "/homecare/rescue", "确定呼叫", "tel:120")
		order := x.does("resident", "/homecare/rescue", url.Values{"words": {"摔倒了"}})
		x.sees("resident", order, "紧急呼叫", "摔倒了")
		x.sees("willow", "/homecare/watch", order, "紧急")
	})
}
