package register_test

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/duplicate"
	"linli/internal/event"
	"linli/internal/fact"
	"linli/internal/form"
	"linli/internal/place"
	people "linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/register"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	"linli/test/town"
)

// An office is the town with the pages of its registers, and two clerks of one street.
type office struct {
	t      *testing.T
	w      *town.Town
	pages  http.Handler
	clerk  staff.Actor
	second staff.Actor
	away   staff.Actor
	rooms  []people.Dwelling
}

func each(t *testing.T, test func(o *office)) {
	t.Helper()
	town.Each(t, func(t *testing.T, w *town.Town) { test(open(t, w)) }, event.Migrations, duplicate.Migrations)
}

func open(t *testing.T, w *town.Town) *office {
	t.Helper()
	places, err := place.NewIndex(context.Background(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	units, err := staff.NewDirectory(context.Background(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	shared := &part.Town{DB: w.DB, Cases: w.Cases, Packs: w.Catalog.Index, Places: places, Units: units, People: w.People}
	mux := http.NewServeMux()
	register.Routes(mux, &register.Pages{Town: shared, Sessions: session.New(w.DB, session.Options{LoginPage: "/login", Deny: ui.Fail}),
		Events: &event.Events{Register: w.People}, Classes: &class.Classes{Register: w.People, Packs: w.Catalog.Index}})
	clerk := func(login, street string) staff.Actor {
		return staff.Actor{Account: db.NewID(), Login: login, Unit: town.Mayors, Via: staff.ViaPage, Grants: []staff.Grant{{Role: staff.Desk, Place: w.Places.Path(street)}}}
	}
	o := &office{t: t, w: w, pages: ui.Read(ui.Site{City: "邻水市"}, mux), clerk: clerk("clerk", town.Riverrow), second: clerk("second", town.Riverrow), away: clerk("away", town.Bridge)}
	o.write(func(tx *db.Tx) error {
		building, err := people.AddDwelling(tx, people.Dwelling{Level: people.Building, Name: "三号楼", Place: town.Willow})
		for _, name := range []string{"101室", "102室"} {
			if err == nil {
				var d people.Dwelling
				d, err = people.AddDwelling(tx, people.Dwelling{Level: people.Room, Name: name, Parent: building.ID})
				o.rooms = append(o.rooms, d)
			}
		}
		return err
	})
	return o
}

func (o *office) write(fn func(tx *db.Tx) error) {
	o.t.Helper()
	o.w.Clock.Advance(time.Minute)
	if err := o.w.DB.Write(context.Background(), fn); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) person(name, idNumber string) (id db.ID) {
	o.t.Helper()
	o.write(func(tx *db.Tx) error {
		p, _, err := o.w.People.FindOrCreate(tx, people.Newcomer{Name: name, IDNumber: idNumber, Sex: form.Female, Born: civil.Date{}, Place: town.Willow, Address: "柳荫社区", Source: "window"})
		id = p.ID
		return err
	})
	return id
}

type answer struct {
	code int
	text string
	to   string
}

func (o *office) as(by staff.Actor, r *http.Request) answer {
	o.t.Helper()
	rec := httptest.NewRecorder()
	o.w.Clock.Advance(time.Second)
	o.pages.ServeHTTP(rec, r.WithContext(session.With(r.Context(), by)))
	return answer{rec.Code, html.UnescapeString(rec.Body.String()), rec.Header().Get("Location")}
}

func (o *office) get(by staff.Actor, path string) answer {
	o.t.Helper()
	return o.as(by, httptest.NewRequest("GET", path, nil))
}

func (o *office) post(by staff.Actor, path string, pairs ...string) answer {
	o.t.Helper()
	v := url.Values{"key": {ui.NewKey()}, "_key": {ui.NewKey()}}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	if m := keyName.FindStringSubmatch(o.get(by, "/register").text); m != nil {
		v.Set(m[1], ui.NewKey())
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return o.as(by, r)
}

// keyName finds what the hidden idempotency key of a form is called.
var keyName = regexp.MustCompile(`<input type="hidden" name="([^"]+)"`)

func (o *office) wants(a answer, code int, words ...string) {
	o.t.Helper()
	if a.code != code {
		o.t.Errorf("status %d, want %d: %.300s", a.code, code, strings.Join(strings.Fields(tags.ReplaceAllString(a.text, " ")), " "))
	}
	for _, w := range words {
		if !strings.Contains(a.text, w) {
			o.t.Errorf("the page does not say %q", w)
		}
	}
}

var tags = regexp.MustCompile(`<[^>]*>`)

// The numbers are the examples of the standards; the persons are invented.
const number1, number2 = "11010519491231002X", "932682198501010017"

func TestFindingAndSeeingAPerson(t *testing.T) {
	each(t, func(o *office) {
		wang := o.person("王芳芳", number1)
		page := "/register/persons/" + wang.String()
		o.wants(o.get(o.clerk, "/register?q=王芳"), 200, "王芳芳", page)
		o.wants(o.get(o.away, "/register?q=王芳"), 200, "没有查到您可以查看的人")
		o.wants(o.get(o.clerk, "/register?q=王"), 422, "至少两个字")
		if a := o.post(o.clerk, "/register", "secret", number1); a.code != 303 || a.to != page {
			t.Errorf("by number: %d to %q", a.code, a.to)
		}
		o.wants(o.post(o.clerk, "/register", "secret", "110105194912310021"), 422, "身份证号")
		o.wants(o.post(o.away, "/register", "secret", number1), 200, "没有查到您可以查看的人")
		o.wants(o.get(o.clerk, page), 200, "1949-12-31", "1101************2X")
		o.wants(o.get(o.away, page), 403, "不在您负责的区域内")
		if _, err := audit.Sequence(context.Background(), o.w.DB, town.City); err != nil {
			t.Fatal(err)
		}
		refused := 0
		if err := o.w.DB.Read(context.Background(), func(tx *db.Tx) error {
			log, err := audit.Entries(tx, town.City, 0, 100)
			for _, e := range log {
				if e.Verb == "look-refused" && e.Subject == fact.Person(wang).String() && e.Actor == o.away.AuditName() {
					refused++
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if refused != 2 {
			t.Errorf("%d refused looks are noted", refused)
		}
	})
}

func TestTwoClerksCorrectOnePerson(t *testing.T) {
	each(t, func(o *office) {
		page := "/register/persons/" + o.person("王方", number1).String()
		o.wants(o.get(o.clerk, page+"/tell"), 200, "哪一项", "文化程度")
		o.wants(o.get(o.clerk, page+"/tell?item=education"), 200, "本科", "理由")
		// nothing was known: told at once; known: asked, and the second clerk hears of the first
		if a := o.post(o.clerk, page+"/tell", "item", "education", "value", "bachelor", "reason", "看过毕业证"); a.code != 303 {
			o.wants(a, 303)
		}
		o.wants(o.get(o.clerk, page), 200, "本科")
		if a := o.post(o.clerk, page+"/tell", "item", "name", "value", "王芳", "reason", "户口簿上是这个字"); a.code != 303 {
			o.wants(a, 303)
		}
		o.wants(o.post(o.second, page+"/tell", "item", "name", "value", "王放", "reason", "本人说的是这个字"), 422, "户口簿上是这个字", "王芳")
		o.wants(o.get(o.clerk, "/register/corrections"), 200, "须由别人审批")
		queue := o.get(o.second, "/register/corrections")
		o.wants(queue, 200, "王芳", "批准")
		id := regexp.MustCompile(`/register/corrections/(\w{13})`).FindStringSubmatch(queue.text)[1]
		o.wants(o.post(o.clerk, "/register/corrections/"+id, "do", "take"), 403)
		o.wants(o.post(o.second, "/register/corrections/"+id, "do", "keep"), 422, "理由")
		if a := o.post(o.second, "/register/corrections/"+id, "do", "take"); a.code != 303 {
			o.wants(a, 303)
		}
		o.wants(o.get(o.clerk, page+"?history=true"), 200, "王芳", "王方", "全部经过")
		o.wants(o.get(o.clerk, page+"?known=2000-01-01"), 200, "没有登记信息")
	})
}

func TestEventsByTheirForms(t *testing.T) {
	each(t, func(o *office) {
		wang, li := o.person("王芳", number1), o.person("李梅", number2)
		room := "/register/dwellings/" + o.rooms[0].ID.String()
		o.wants(o.get(o.clerk, room), 200, "三号楼101室", "迁入")
		o.wants(o.post(o.clerk, room+"/move-in", "who", "13800000000", "on", "2026-10-01"), 422, "没有登记过这个号码的人")
		o.wants(o.post(o.clerk, room+"/move-in", "who", number1, "on", "2099-10-01"), 422, "还没有到")
		if a := o.post(o.clerk, room+"/move-in", "who", number1, "on", "2026-10-01", "registered", "true"); a.code != 303 {
			o.wants(a, 303)
		}
		home := regexp.MustCompile(`/register/households/\w{13}`).FindString(o.get(o.clerk, room).text)
		o.wants(o.get(o.clerk, home), 200, "王芳", "出生", "分户")
		if a := o.post(o.clerk, home+"/birth", "name", "王小一", "sex", "female", "born", "2026-10-02", "mother", wang.String(), "confirmed", "true"); a.code != 303 {
			o.wants(a, 303)
		}
		child := regexp.MustCompile(`/register/persons/\w{13}`)
		kid := ""
		for _, at := range child.FindAllString(o.get(o.clerk, home).text, -1) {
			if !strings.HasSuffix(at, wang.String()) {
				kid = at
			}
		}
		o.wants(o.get(o.clerk, kid), 200, "王小一", "父母", "2026-10-02")
		o.wants(o.post(o.clerk, home+"/head", "head", strings.TrimPrefix(kid, "/register/persons/"), "on", "2026-10-03"), 422, "未满 18 周岁")
		page := "/register/persons/" + li.String()
		if a := o.post(o.clerk, page+"/death", "on", "2026-10-04"); a.code != 303 {
			o.wants(a, 303)
		}
		o.wants(o.get(o.clerk, page), 200, "登记死亡")
		o.wants(o.post(o.clerk, room+"/move-in", "who", number2, "on", "2026-10-05"), 422, "登记死亡")
		undo := regexp.MustCompile(`/register/events/\w{13}/undo`).FindString(o.get(o.clerk, page).text)
		if a := o.post(o.clerk, undo, "reason", "登记错了人"); a.code != 303 {
			o.wants(a, 303)
		}
		if strings.Contains(o.get(o.clerk, page).text, "不能再办理事项") {
			t.Error("a death that was taken back still stands")
		}
	})
}

func TestANewcomerIsToldHomeAndAnswered(t *testing.T) {
	each(t, func(o *office) {
		o.wants(o.get(o.away, "/register/new/0000000000000/arrive"), 200, "户籍地")
		send := func(pairs ...string) answer {
			return o.post(o.away, "/register/new/0000000000000/arrive", append([]string{"name", "陈来", "sex", "male", "phone", "19900001111", "place", town.Ferry, "address", "渡口村5号",
				"home", town.Willow, "stay_reason", "work", "on", "2026-10-08"}, pairs...)...)
		}
		o.wants(send("born", "1900-01-01"), 422, "超过 120 年", "勾选")
		if a := send("born", "1990-01-01"); a.code != 303 {
			o.wants(a, 303)
		}
		step := func(by staff.Actor, list, what string, pairs ...string) {
			t.Helper()
			at := regexp.MustCompile(`/register/floating/\w{13}/` + what).FindString(o.get(by, "/register/floating"+list).text)
			if a := o.post(by, at, pairs...); a.code != 303 {
				o.wants(a, 303)
			}
		}
		step(o.away, "", "verify")
		if a := o.post(o.away, "/register/floating/aggregate", "area", town.Bridge, "month", "2026-10"); a.code != 303 {
			o.wants(a, 303)
		}
		step(o.away, "?state=counted", "share")
		step(o.clerk, "?side=home&state=shared", "answer", "answer", "confirmed", "registered_address", "柳荫社区9号")
		o.wants(o.get(o.away, "/register/floating?state=closed"), 200, "陈来")
		o.wants(o.get(o.clerk, "/register?q=陈来"), 200, "陈来")
	})
}

// Somebody like a person on record is written down: the form says whom he is like and why, and takes the record or another person with a reason.
func TestSomebodyAlikeIsAskedAbout(t *testing.T) {
	each(t, func(o *office) {
		var known db.ID
		o.write(func(tx *db.Tx) error {
			p, _, err := o.w.People.FindOrCreate(tx, people.Newcomer{Name: "赵小满", Sex: form.Female, Born: civil.MustDate("1961-03-08"), Place: town.Willow, Address: "柳荫社区六号楼2单元501", Source: "window"})
			known = p.ID
			return err
		})
		arrive := func(name string, more ...string) answer {
			return o.post(o.clerk, "/register/new/0000000000000/arrive", append([]string{"name", name, "sex", "female", "born", "1961-03-08", "phone", "19900002222", "place", town.Willow,
				"address", "柳荫社区6号楼2单元501室", "home", "外省某县", "on", "2026-09-01"}, more...)...)
		}
		o.wants(arrive("趙小滿"), 422, "登记里有相似的人", "赵小满 1961-03-08", "都不是，是另一个人")
		o.wants(arrive("趙小滿", "same", "other", "same_why", "x"), 422, "请写明为什么不是同一人")
		if a := arrive("趙小滿", "same", "other", "same_why", "看过两人的身份证"); a.code != 303 || strings.Contains(a.to, known.String()) {
			t.Errorf("another person: %d to %s\n%s", a.code, a.to, a.text)
		}
		o.write(func(tx *db.Tx) error {
			var state, why string
			err := tx.QueryRow("select state, why from duplicate_pair where older = ? or newer = ?", known, known).Scan(&state, &why)
			if state != string(duplicate.Different) || why != "看过两人的身份证" {
				t.Errorf("the pair is %s because %q", state, why)
			}
			return err
		})
		if a := arrive("赵小滿", "same", known.String()); a.code != 303 || !strings.Contains(a.to, known.String()) {
			t.Errorf("the one on record: %d to %s\n%s", a.code, a.to, a.text)
		}
	})
}
