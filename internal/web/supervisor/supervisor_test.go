package supervisor_test

import (
	"encoding/csv"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"linli/internal/db"
	"linli/internal/flow"
	"linli/test/town"
)

var link = regexp.MustCompile(`href="(/[^"]*)"`)

// follow finds the address of the first link after a text whose address contains part.
func follow(t *testing.T, body, text, part string) string {
	t.Helper()
	_, rest, found := strings.Cut(body, text)
	if !found {
		t.Fatalf("the page does not say %s", text)
	}
	for _, m := range link.FindAllStringSubmatch(rest, -1) {
		if to := html.UnescapeString(m[1]); strings.Contains(to, part) {
			return to
		}
	}
	t.Fatalf("no link with %s after %s", part, text)
	return ""
}

// From the one page to the case in three steps: an area, its late cases, the case.
func TestThreeStepsToTheCase(t *testing.T) {
	town.Each(t, func(t *testing.T, w *town.Town) {
		o := open(t, w)
		home := o.get("supervisor", "/supervisor")
		for _, part := range []string{"哪里", "为什么", "谁", "逾期", "申诉待复", "黄牌和红牌", "压办", "漏办", "误办", "东城区", "水务局"} {
			if !strings.Contains(home, part) {
				t.Errorf("the home page does not say %s", part)
			}
		}
		area := o.get("supervisor", follow(t, home, "<th scope=\"row\"", "area="+town.East))
		late := o.get("supervisor", follow(t, area, `class="stats"`, "/lists/late"))
		if !strings.Contains(late, "久拖的") || strings.Contains(late, "督办过的事") {
			t.Error("the list of the county does not hold its late cases, or holds others")
		}
		if one := o.get("supervisor", follow(t, late, "<th scope=\"row\"", "/cases/")); !strings.Contains(one, "久拖的") {
			t.Error("the third step is no case")
		}
	}, more...)
}

// Every address of these pages answers, and answers only whom it should.
func TestEveryPage(t *testing.T) {
	o := open(t, town.SQLite(t, more...))
	for _, path := range pages(o) {
		if body := o.get("supervisor", path); strings.Contains(body, "%!") {
			t.Errorf("%s holds a broken sentence", path)
		}
		for login, want := range map[string]int{"auditor": http.StatusOK, "admin": http.StatusForbidden, "resident": http.StatusForbidden} {
			if got := o.ask(login, http.MethodGet, path, nil).Code; got != want {
				t.Errorf("%s as %s: %d, want %d", path, login, got, want)
			}
		}
	}
	for path, want := range map[string]int{"/supervisor?area=999999": http.StatusNotFound, "/supervisor?period=never": http.StatusUnprocessableEntity,
		"/supervisor/indicators/linli.on-time/rows?part=x": http.StatusUnprocessableEntity, "/supervisor/indicators/linli.on-time/rows?by=title": http.StatusUnprocessableEntity,
		"/supervisor/watches/sm12-69.none": http.StatusNotFound, "/supervisor/lists/none": http.StatusNotFound, "/leader": http.StatusForbidden} {
		if got := o.ask("supervisor", http.MethodGet, path, nil).Code; got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
}

// pages are the addresses that a supervisor reaches.
func pages(*office) []string {
	list := []string{"/supervisor", "/supervisor?area=" + town.East, "/supervisor?area=" + town.Willow + "&period=2026-Q1", "/supervisor/lists/late", "/supervisor/lists/open?unit=water", "/supervisor/lists/appeals", "/supervisor/lists/extensions?area=" + town.East,
		"/supervisor/board?area=" + town.East,
		"/supervisor/watches/sm12-69.held", "/supervisor/indicators", "/supervisor/indicators/sm12-69.mailbox-on-time?period=2026", "/supervisor/indicators/linli.received",
		"/supervisor/indicators/linli.on-time/rows?by=lead&key=water&part=miss&period=2026", "/supervisor/rank?period=2026", "/supervisor/rank?by=area&of=linli.rework&period=2026",
		"/supervisor/bulletins", "/supervisor/duties", "/supervisor/evaluation"}
	for _, tab := range []string{"", "pending", "ordered", "held", "misrouted", "missed", "press"} {
		list = append(list, "/supervisor/board?tab="+tab)
	}
	return list
}

// The rows behind a figure are as many as it says, on the page as in the table.
func TestFiguresOpen(t *testing.T) {
	o := open(t, town.SQLite(t, more...))
	body := o.get("supervisor", "/supervisor/indicators/linli.on-time?period=2026-02")
	due := o.get("supervisor", follow(t, body, "逐月数值", "part=base"))
	said := regexp.MustCompile(`共 (\d+) 条`).FindStringSubmatch(due)
	if said == nil || strings.Count(due, `<th scope="row"`) == 0 {
		t.Fatal("the rows do not say how many they are")
	}
	if n := strings.Count(due, `<th scope="row"`); said[1] != "" && said[1] != strconv.Itoa(n) {
		t.Errorf("%d rows, %s said", n, said[1])
	}
	text := strings.TrimPrefix(o.get("supervisor", "/supervisor/rank/csv?period=2026"), "\uFEFF")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) < 4 || rows[0][0] != "名次" {
		t.Errorf("%v %q", err, rows)
	}
}

// Urging, supervising and deciding an extension are done from the board.
func TestBoardActs(t *testing.T) {
	o := open(t, town.SQLite(t, more...))
	held := o.get("supervisor", "/supervisor/board?tab=held")
	if !strings.Contains(held, "久拖的") || !strings.Contains(held, "起已满10个工作日") {
		t.Error("the tab does not show held cases with their condition")
	}
	form := o.get("supervisor", follow(t, held, "久拖的", "do=supervise"))
	if !strings.Contains(form, `name="words"`) || !strings.Contains(form, `value="supervise"`) {
		t.Error("no form for an order")
	}
	id := o.find("申请延期的事")
	waiting := o.get("supervisor", "/supervisor/board?tab=pending")
	if !strings.Contains(waiting, "需要购置配件") || strings.Contains(waiting, "久拖的") {
		t.Error("the tab does not hold just the case that waits")
	}
	rec := o.ask("supervisor", http.MethodPost, "/cases/"+id.String()+"/steps", url.Values{"key": {"k1"}, "verb": {"grant"}, "back": {"/supervisor/board?tab=pending"}})
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/supervisor/board?tab=pending" {
		t.Fatalf("granting: %d to %s", rec.Code, rec.Header().Get("Location"))
	}
	if strings.Contains(o.get("supervisor", "/supervisor/board?tab=pending"), "申请延期的事") {
		t.Error("the granted request still waits")
	}
	urge := o.ask("supervisor", http.MethodPost, "/cases/"+o.find("退来退去的事").String()+"/steps", url.Values{"key": {"k2"}, "verb": {"urge"}, "back": {"/supervisor/board"}})
	if urge.Code != http.StatusSeeOther {
		t.Errorf("urging: %d %s", urge.Code, urge.Body)
	}
	if strings.Contains(o.get("auditor", "/supervisor/board?tab=held"), "do=supervise") {
		t.Error("an auditor is offered steps")
	}
}

// A leader finds what lies before him, instructs from the page, and sees who owes him a report.
func TestLeader(t *testing.T) {
	o := open(t, town.SQLite(t, more...))
	tray := o.get("deputy", "/leader")
	if !strings.Contains(tray, "全市供热管网老化") || strings.Contains(tray, "旧城改造安置") {
		t.Error("the tray does not hold just the case that waits")
	}
	if strings.Contains(o.get("mayor", "/leader"), "全市供热管网老化") {
		t.Error("a case before the deputy lies in the mayor's tray")
	}
	if raise := o.get("deputy", follow(t, tray, "<main", "do=raise")); !strings.Contains(raise, `name="leader"`) {
		t.Error("the case cannot be raised to the next post")
	}
	if owed := o.get("deputy", "/leader/owed"); !strings.Contains(owed, "旧城改造安置") {
		t.Error("the instructed case is not among those that owe a report")
	}
	id := o.find("全市供热管网老化")
	rec := o.ask("deputy", http.MethodPost, "/cases/"+id.String()+"/steps", url.Values{"key": {"k"}, "verb": {"instruct"}, "words": {"请住建局办理"}, "back": {"/leader"}})
	if rec.Code != http.StatusSeeOther {
		t.Fatalf("instructing: %d", rec.Code)
	}
	by := o.w.Actor(t, "deputy")
	o.w.Read(t, func(tx *db.Tx) error {
		k, err := o.w.Cases.Get(tx, by, id)
		if err == nil && k.State() != flow.Instructed {
			t.Errorf("the case is %s", k.State())
		}
		return err
	})
	if body := o.get("deputy", "/leader"); !strings.Contains(body, "没有呈给您的办件") {
		t.Error("an empty tray does not say so")
	}
	o.get("deputy", "/leader/late")
}

// A bulletin is made, opened to rows, checked, signed, published; the duty is done; the public sees its version.
func TestBulletin(t *testing.T) {
	o := open(t, town.SQLite(t, more...))
	rec := o.ask("supervisor", http.MethodPost, "/supervisor/bulletins", url.Values{"kind": {"sm12-69.mailbox-bulletin 2026-01-01"}})
	here := rec.Header().Get("Location")
	if rec.Code != http.StatusSeeOther || !strings.HasPrefix(here, "/supervisor/bulletins/") {
		t.Fatalf("making: %d %s", rec.Code, rec.Body)
	}
	draft := o.get("supervisor", here)
	if !strings.Contains(draft, "关于2026年第一季度") {
		t.Error("no title")
	}
	o.get("supervisor", follow(t, draft, "最长期限内回复率", "/rows?"))
	if proof := o.get("supervisor", here+"/proof"); !strings.Contains(proof, "复算一致") {
		t.Error("the figures do not reproduce at once")
	}
	if rec := o.ask("supervisor", http.MethodPost, here+"/sign", url.Values{"digest": {"x"}}); rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), "请填写文号") {
		t.Errorf("signing without number: %d", rec.Code)
	}
	if rec := o.ask("water", http.MethodGet, here, nil); rec.Code != http.StatusNotFound {
		t.Errorf("a draft as a department: %d", rec.Code)
	}
	digest := regexp.MustCompile(`name="digest" value="(\w+)"`).FindStringSubmatch(draft)[1]
	if rec := o.ask("supervisor", http.MethodPost, here+"/sign", url.Values{"digest": {digest}, "number": {"邻政办通〔2026〕1号"}, "open": {"1"}}); rec.Code != http.StatusSeeOther {
		t.Fatalf("signing: %d %s", rec.Code, rec.Body)
	}
	if !strings.Contains(o.get("supervisor", "/supervisor/duties"), here) {
		t.Error("the duty does not show the bulletin")
	}
	if body := o.get("water", here); strings.Contains(body, "/rows?") {
		t.Error("a department is led to rows it may not count")
	}
	if open := o.get("supervisor", here+"?as=public"); strings.Contains(open, "SZXX-") || strings.Contains(open, "/cases/") || !strings.Contains(open, "总体情况") {
		t.Error("the public version names cases or says nothing")
	}
	if text := o.get("water", here+"/csv"); !strings.Contains(text, "回复率") {
		t.Error("the file is empty")
	}
	if rec := o.ask("supervisor", http.MethodPost, here+"/withdraw", url.Values{"why": {"数字有误"}}); rec.Code != http.StatusSeeOther {
		t.Errorf("withdrawing: %d", rec.Code)
	}
}

// The map answers the outlines of the places below with their figures.
func TestMap(t *testing.T) {
	o := open(t, town.SQLite(t, more...))
	var geo struct {
		Features []struct {
			Geometry   struct{ Type string }
			Properties struct{ Name, Figure, Href string }
		}
	}
	decode(t, o.get("supervisor", "/supervisor/areas.geojson?area="+town.City), &geo)
	if len(geo.Features) != 2 || geo.Features[0].Geometry.Type == "" || !strings.Contains(geo.Features[0].Properties.Figure, "按期") {
		t.Errorf("%+v", geo)
	}
}

// A task is finished with evidence; without any, the form comes back with what is wrong.
func TestDuties(t *testing.T) {
	o := open(t, town.SQLite(t, more...))
	body := o.get("supervisor", "/supervisor/duties")
	form := o.get("supervisor", follow(t, body, "市长信箱办理情况季度通报", "finish="))
	action := regexp.MustCompile(`action="(/supervisor/duties/\w+/finish)"`).FindStringSubmatch(form)
	if action == nil {
		t.Fatal("no form")
	}
	if rec := o.ask("supervisor", http.MethodPost, action[1], url.Values{"link": {"https://example.org"}}); rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("evidence elsewhere: %d", rec.Code)
	}
	if rec := o.ask("supervisor", http.MethodPost, action[1], url.Values{"words": {"已当面通报"}}); rec.Code != http.StatusSeeOther {
		t.Errorf("finishing: %d", rec.Code)
	}
	if !strings.Contains(o.get("supervisor", "/supervisor/duties"), "已当面通报") {
		t.Error("the finished task does not show its evidence")
	}
}
