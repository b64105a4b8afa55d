package inspection_test

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/flow"
	"linli/internal/indicator/indicatortest"
	"linli/internal/pack"
	"linli/internal/pack/packtest"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/round"
	"linli/internal/staff"
	"linli/internal/web/inspection"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// texts is a small document that asks the housing authority to look at firms.
var texts = map[string]string{
	"document.yaml": "document: d1\nnumber: 甲〔2026〕1号\ntitle: 检查办法\nissuer: 甲市\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2020-01-05\" }\n",
	"clauses.yaml":  "- { id: \"1\", at: 一, gist: 检查, runs: [round/firms] }\n",
	"offices.yaml":  "offices:\n  - { id: competent, name: 主管部门, serves: [lead], basis: 1 }\n",
	"flows/f.yaml": "flow: hazard\nname: 隐患\nchannel: hazard\nform: hazard\nbasis: 1\nsteps:\n  register: { by: [reporter, desk, supervisor, system], basis: 1 }\n  list: { name: 挂牌督办, from: [registered], by: [supervisor], basis: 1 }\n" +
		"dues:\n  - { id: list, name: 挂牌督办, to: supervisor, when: state == \"registered\", paid-by: [list], basis: 1 }\n",
	"forms/f.yaml": "form: hazard\ntitle: 隐患\nbasis: 1\nfields:\n  - { name: what, label: 隐患, kind: text, required: yes }\n",
	"checklists/c.yaml": `checklist: firm
name: 企业检查表
basis: 1
items:
  - { item: exit, group: 环, says: 出口畅通, kind: yes-no, points: 60, veto: yes, basis: 1 }
  - { item: tools, says: 灭火器具数, kind: number, points: 40, least: 2, basis: 1 }
grades: [{ grade: A, least: 90, basis: 1 }, { grade: D, least: 0, basis: 1 }]
`,
	"rounds/r.yaml": "round: firms\nname: 企业检查\nwho: competent\nsubjects: { kind: organisation }\nevery: month\nquota: { per: person, counts: subjects, total: 2, basis: 1 }\n" +
		"list: firm\nopens: { flow: hazard, basis: 1 }\nbasis: 1\n",
}

// A desk is the pages with a plan of the month, as people in office see them.
type desk struct {
	*testing.T
	c     *indicatortest.City
	pages http.Handler
	today string
}

func each(t *testing.T, test func(x *desk)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := indicatortest.Open(t, d)
		files := fstest.MapFS{}
		for name, text := range texts {
			files["d1/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
		ix, err := pack.Load(files, pack.Options{Shelf: packtest.Shelf})
		if err != nil {
			t.Fatal(err)
		}
		c.Packs = ix
		rounds := round.New(round.Options{Packs: c.Index, Cases: c.Cases})
		dbtest.Write(t, d, func(tx *db.Tx) error {
			for _, name := range []string{"甲厂", "乙厂"} {
				if _, err := register.PutOrganisation(tx, register.Organisation{Name: name, Place: "411202001001", Kind: "enterprise"}); err != nil {
					return err
				}
			}
			return nil
		})
		if _, err := rounds.Sweep(context.Background(), d, func(int, int) error { return nil }); err != nil {
			t.Fatal(err)
		}
		places, err := place.NewIndex(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		units, err := staff.NewDirectory(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		mux := http.NewServeMux()
		inspection.Routes(mux, &inspection.Pages{Town: &part.Town{DB: d, Cases: c.Cases, Packs: c.Index, Places: places, Units: units, People: c.People},
			Sessions: session.New(d, session.Options{LoginPage: "/login", Deny: ui.Fail}), Rounds: rounds})
		test(&desk{T: t, c: c, pages: ui.Read(ui.Site{City: "示例市"}, mux), today: civil.DateOf(d.Now(), civil.Shanghai).String()})
	}, append(indicatortest.Migrations, round.Migrations)...)
}

func (x *desk) as(by staff.Actor, r *http.Request) (code int, text, to string) {
	rec := httptest.NewRecorder()
	x.pages.ServeHTTP(rec, r.WithContext(session.With(r.Context(), by)))
	return rec.Code, html.UnescapeString(rec.Body.String()), rec.Header().Get("Location")
}

// sees gets a page on which all the words must stand.
func (x *desk) sees(by staff.Actor, path string, words ...string) string {
	x.Helper()
	code, text, _ := x.as(by, httptest.NewRequest("GET", path, nil))
	if code != http.StatusOK {
		x.Fatalf("%s: %d %s", path, code, text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			x.Errorf("%s does not say %q", path, w)
		}
	}
	return text
}

func (x *desk) post(by staff.Actor, path string, v url.Values) (code int, text, to string) {
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return x.as(by, r)
}

func find(t *testing.T, text, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindString(text)
	if m == "" {
		t.Fatalf("no %s on the page", pattern)
	}
	return m
}

// A handler sees what he has to visit, enters a visit by the check list, and finds it again in the plan, the findings, the quota and the grade.
func TestAVisitByHand(t *testing.T) {
	each(t, func(x *desk) {
		h := x.c.Handler
		home := x.sees(h, "/inspection", "甲厂", "乙厂", "企业检查")
		point := find(x.T, home, `/inspection/points/[0-9a-z]+`)
		x.sees(h, point, "环 · 出口畅通", "不合格一票否决")
		if code, text, _ := x.post(h, point, url.Values{"key": {"a"}, "answers.exit": {"no"}}); code != http.StatusUnprocessableEntity || !strings.Contains(text, "请填写数字") {
			x.Errorf("an item without an answer: %d", code)
		}
		v := url.Values{"key": {"b"}, "answers.exit": {"no"}, "answers.tools": {"3"}, "says": {"电线乱拉\n\n占道"}, "words": {"限期整改"}}
		code, text, to := x.post(h, point, v)
		if code != http.StatusSeeOther {
			x.Fatalf("record: %d %s", code, text)
		}
		x.sees(h, to, "出口畅通", "电线乱拉", "占道", "40%", "限期整改")
		if _, _, again := x.post(h, point, v); again != to {
			x.Errorf("sent twice: %s, then %s", to, again)
		}
		x.sees(h, "/inspection/findings", "出口畅通", "占道")
		x.sees(h, "/inspection/register", "电线乱拉")
		quotas := x.sees(h, "/inspection/quotas", "1 / 2", "未完成")
		x.sees(h, strings.ReplaceAll(find(x.T, quotas, `/inspection/quotas/firms\?[^"]+`), "&amp;", "&"), to)
		subject := find(x.T, x.sees(x.c.Supervisor, "/inspection/subjects", "D"), `/inspection/subjects/organisation/[0-9a-z]+`)
		x.sees(x.c.Supervisor, subject, "40%")
		if code, _, _ := x.post(x.c.Supervisor, subject, url.Values{"mark": {"1"}}); code != http.StatusSeeOther {
			x.Errorf("mark: %d", code)
		}
		x.sees(x.c.Supervisor, "/inspection/subjects?key=1", "重点")
		if code, _, _ := x.as(x.c.Nobody, httptest.NewRequest("GET", "/inspection", nil)); code == http.StatusOK {
			x.Error("a resident enters")
		}
	})
}

// A supervisor arranges a campaign, gives its task to somebody, changes the route and prints the check list.
func TestACampaign(t *testing.T) {
	each(t, func(x *desk) {
		s := x.c.Supervisor
		x.sees(s, "/inspection/plans/new", "企业检查")
		if code, text, _ := x.post(s, "/inspection/plans", url.Values{"key": {"k"}, "round": {"firms"}, "place": {"前进社区"}, "from": {x.today}, "to": {x.today}}); code != http.StatusUnprocessableEntity ||
			!strings.Contains(text, "请选择由哪个单位巡查") {
			x.Errorf("without a unit: %d", code)
		}
		code, text, plan := x.post(s, "/inspection/plans", url.Values{"key": {"k2"}, "round": {"firms"}, "name": {"节前检查"}, "unit": {"市住房局"}, "place": {"前进社区"}, "from": {x.today}, "to": {x.today}})
		if code != http.StatusSeeOther {
			x.Fatalf("make: %d %s", code, text)
		}
		page := x.sees(s, plan, "节前检查", "甲厂", "乙厂", "市住房局", "承办人")
		task := regexp.MustCompile(`<option value="([0-9a-z]+)"[^>]*>[^<]*个点位`).FindStringSubmatch(page)
		worker := regexp.MustCompile(`<option value="([0-9a-z]+)"[^>]*>承办人`).FindStringSubmatch(page)
		if task == nil || worker == nil {
			x.Fatal("the page offers no task or no worker")
		}
		code, text, _ = x.post(s, "/inspection/tasks/"+strings.TrimPrefix(plan, "/inspection/plans/"), url.Values{"task": {task[1]}, "worker": {worker[1]}, "due": {x.today}})
		if code != http.StatusSeeOther {
			x.Fatalf("assign: %d %s", code, text)
		}
		route := x.sees(s, plan+"/route", "甲厂")
		fields := regexp.MustCompile(`name="([0-9a-z]{13})"`).FindAllStringSubmatch(route, -1)
		if len(fields) != 2 {
			x.Fatalf("fields %v", fields)
		}
		if code, text, _ = x.post(s, plan+"/route", url.Values{fields[0][1]: {"2"}, fields[1][1]: {"1"}}); code != http.StatusSeeOther {
			x.Fatalf("route: %d %s", code, text)
		}
		if again := x.sees(s, plan+"/route"); !strings.Contains(again[strings.Index(again, fields[1][1]):], fields[0][1]) {
			x.Error("the route is as it was")
		}
		x.sees(s, plan+"/sheet", "出口畅通", "（一票否决）", "乙厂")
		x.sees(s, "/inspection/campaigns", "节前检查")
		x.sees(s, "/inspection/plans", "企业检查")
	})
}

// The register says of each hazard what is owed and what was done, and shows only those that stand so.
func TestTheRegisterSaysWhatIsWatched(t *testing.T) {
	each(t, func(x *desk) {
		var ids []db.ID
		for _, title := range []string{"甲厂的通道", "乙厂的电线"} {
			dbtest.Write(x.T, x.c.DB, func(tx *db.Tx) error {
				r, err := x.c.Cases.Register(tx, x.c.Supervisor, casework.Intake{Key: title, Flow: "hazard", Title: title, Body: title, Place: "411202001001", Fields: map[string]string{"what": title}, From: casework.Reporter{Name: "督查"}})
				ids = append(ids, r.Case)
				return err
			})
		}
		dbtest.Write(x.T, x.c.DB, func(tx *db.Tx) error {
			_, err := x.c.Cases.Do(tx, x.c.Supervisor, ids[0], casework.Act{Act: flow.Act{Verb: "list"}, Key: "list"})
			return err
		})
		both := x.sees(x.c.Supervisor, "/inspection/register", "督办事项", "还欠挂牌督办", "甲厂的通道", "乙厂的电线")
		if strings.Count(both, "还欠挂牌督办") != 1 {
			x.Error("the one that was put on the list still owes it, or the other does not")
		}
		if done := x.sees(x.c.Supervisor, "/inspection/register?due=list%2B", "甲厂的通道"); strings.Contains(done, "乙厂的电线") {
			x.Error("the filter keeps what is not on the list")
		}
		if owed := x.sees(x.c.Supervisor, "/inspection/register?due=list-", "乙厂的电线"); strings.Contains(owed, "甲厂的通道") {
			x.Error("the filter keeps what is on the list")
		}
	})
}
