package window_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/staff"
	"linli/test/town"
)

// One case goes its whole way by the pages alone: registered, sent out jointly by the names of units, given back, sent
// again, answered, sent back for rework, answered, verified, closed.
func TestACaseGoesItsWholeWayByPages(t *testing.T) {
	each(t, func(o *office) {
		id, receipt := o.registered(o.mailbox("柳荫社区一号院停水", "柳荫"))
		o.wants("the receipt", receipt, "SZXX-2026-000001", "查询码", "东城区沿河街道柳荫社区", "<svg class=\"qr\"")
		o.step("desk", id, flow.Accept)
		o.wants("the dispatcher's page", o.page("dispatcher", "/window/dispatch"), "柳荫社区一号院停水", "确认转办", "/window/dispatch")
		o.step("dispatcher", id, flow.Dispatch, "unit", "水务局", "units", "公路局", "back", "/window/dispatch")
		o.step("roads", id, flow.Contribute, "words", "已配合开挖。")
		o.step("water", id, flow.Return, "words", "应由住建局办理。")
		o.step("dispatcher", id, flow.Reassign, "unit", "邻水市住建局", "words", "改由住建局主办")
		o.step("housing", id, flow.Reply, "words", "阀门已换。")
		o.step("verifier", id, flow.Rework, "words", "回访说仍然没水。")
		o.step("housing", id, flow.Reply, "words", "主管已换，已来水。")
		o.step("verifier", id, flow.Verify, "words", "已核实来水。")
		o.step("desk", id, flow.Close, "outcome", "solved")
		page := o.page("desk", "/cases/"+id)
		o.wants("the case", page, "已办结", "应由住建局办理。", "转办 → 邻水市水务局", "改派 → 邻水市住建局", "回访说仍然没水。", "已解决", "为什么是这一天")
		o.wants("the sheet", o.page("desk", "/cases/"+id+"/print"), "办理单", "主管已换，已来水。")
		if k := o.stored(id); k.State() != flow.Closed || len(k.Situation.Branches) != 1 {
			t.Errorf("the case is %s with %d branches", k.State(), len(k.Situation.Branches))
		}
		if strings.Contains(o.page("desk", "/window/queue?state=appealed"), "一号院停水") {
			t.Error("nobody objects, and it waits as an appeal")
		}
		o.step("desk", id, flow.Appeal, "words", "夜里又停水。")
		o.wants("the desk's page", o.page("desk", "/window"), "申诉待复", "/window/queue?state=appealed")
		o.wants("the appeals", o.page("desk", "/window/queue?state=appealed"), "柳荫社区一号院停水")
		o.step("desk", id, flow.Explain, "words", "小区二次供水检修，明日恢复。")
		if strings.Contains(o.page("desk", "/window/queue?state=appealed"), "一号院停水") {
			t.Error("answered, and it waits as an appeal")
		}
	})
}

func TestAFormSentTwiceActsOnce(t *testing.T) {
	each(t, func(o *office) {
		form := o.mailbox("路灯不亮", "渡口村")
		id, first := o.registered(form)
		again, second := o.registered(form)
		code := regexp.MustCompile(`<dd>([2-9A-Z]{8})</dd>`)
		if id != again || code.FindString(first) == "" || code.FindString(first) != code.FindString(second) {
			t.Fatalf("sent twice: case %s, then %s", id, again)
		}
		o.step("desk", id, flow.Accept)
		steps := []string{"key", "one-and-the-same", "verb", "dispatch", "unit", "roads", "version", "2"}
		for range 2 {
			if a := o.post("dispatcher", "/cases/"+id+"/steps", steps...); a.Code != http.StatusSeeOther {
				t.Fatalf("status %d: %s", a.Code, excerpt(a.text))
			}
		}
		if n := o.stored(id).Situation.Count[flow.Dispatch]; n != 1 {
			t.Errorf("dispatched %d times", n)
		}
	})
}

func TestAConflictSaysWhoWasFirstAndKeepsTheWords(t *testing.T) {
	each(t, func(o *office) {
		id, _ := o.registered(o.mailbox("路灯不亮", "渡口村"))
		o.step("desk", id, flow.Accept)
		o.step("dispatcher", id, flow.Dispatch, "unit", "roads", "version", "2")
		a := o.post("desk", "/cases/"+id+"/steps", "key", o.key(), "verb", "note", "words", "与来信人通过电话，很着急。", "version", "2")
		if a.Code != http.StatusConflict {
			t.Fatalf("status %d, want 409: %s", a.Code, excerpt(a.text))
		}
		o.wants("the conflict", a.text, "周派遣", "转办 → 邻水市公路局", "与来信人通过电话，很着急。</textarea>", `name="version" value="3"`)
		if o.stored(id).Situation.Count[flow.Note] != 0 {
			t.Error("the note was written all the same")
		}
		// what is no longer possible at all still keeps the words
		gone := o.post("desk", "/cases/"+id+"/steps", "key", o.key(), "verb", "accept", "words", "这一段不能丢", "version", "2")
		if gone.Code != http.StatusConflict {
			t.Errorf("status %d, want 409", gone.Code)
		}
		o.wants("the conflict of an impossible step", gone.text, "这一段不能丢")
	})
}

func TestWhatIsMissingIsSaidBesideTheField(t *testing.T) {
	o := onSQLite(t)
	id, _ := o.registered(o.mailbox("路灯不亮", "渡口村"))
	o.step("desk", id, flow.Accept)
	a := o.post("dispatcher", "/cases/"+id+"/steps", "key", o.key(), "verb", "dispatch", "unit", "邻水市", "words", "请从速")
	if a.Code != http.StatusUnprocessableEntity {
		t.Fatalf("status %d: %s", a.Code, excerpt(a.text))
	}
	o.wants("the form", a.text, "个单位符合“邻水市”", "请从速</textarea>", `id="f-unit-error"`)
	a = o.post("dispatcher", "/cases/"+id+"/steps", "key", o.key(), "verb", "dispatch", "unit", "没有这个局")
	o.wants("the form", a.text, "没有叫“没有这个局”的单位")
}

// Every case that a list shows opens, and every case that does not open is in no list.
func TestAListLeadsToNothingTheRecordRefuses(t *testing.T) {
	each(t, func(o *office) {
		var all []string
		for i, where := range []string{"柳荫", "松岗", "渡口", "果园"} {
			id, _ := o.registered(o.mailbox("路灯不亮", where))
			o.step("desk", id, flow.Accept)
			if i < 2 {
				o.step("dispatcher", id, flow.Dispatch, "unit", []string{"roads", "water"}[i])
			}
			all = append(all, id)
		}
		for _, login := range []string{"desk", "dispatcher", "verifier", "verifier-east", "water", "roads", "housing", "supervisor"} {
			listed := map[string]bool{}
			for _, path := range []string{"/window", "/window/queue", "/window/queue?state=dispatched", "/window/verify", "/window/dispatch",
				"/window/find?q=" + url.QueryEscape("路灯"), "/window/books/mailbox-register"} {
				if a := o.get(login, path); a.Code == http.StatusOK {
					for _, m := range caseLink.FindAllStringSubmatch(a.text, -1) {
						listed[m[1]] = true
					}
				}
			}
			for _, id := range all {
				status := o.get(login, "/cases/"+id).Code
				if listed[id] != (status == http.StatusOK) {
					t.Errorf("%s: listed %v, opening gives %d", login, listed[id], status)
				}
			}
		}
	})
}

func TestAVerifierIsNotOfferedWhatHeSentOut(t *testing.T) {
	o := onSQLite(t)
	both := o.w.Actor(t, "dispatcher")
	o.w.Write(t, func(tx *db.Tx) error { return staff.Allow(tx, both, both.Account, staff.Verifier, town.City, "") })
	var ids []string
	for _, sender := range []string{"dispatcher", "desk"} {
		id, _ := o.registered(o.mailbox("路灯不亮", "渡口村"))
		o.step("desk", id, flow.Accept)
		o.step(sender, id, flow.Dispatch, "unit", "roads")
		o.step("roads", id, flow.Reply, "words", "已修。")
		ids = append(ids, id)
	}
	page := o.page("dispatcher", "/window/verify")
	mine, others, found := strings.Cut(page, "须由别人核查</h2>")
	if !found || !strings.Contains(mine, ids[1]) || strings.Contains(mine, ids[0]) || !strings.Contains(others, ids[0]) {
		t.Errorf("his own dispatch stands among what he may verify\n%s", excerpt(page))
	}
	o.wants("the reason", others, "您办理过本件的“转办”")
	if a := o.post("dispatcher", "/cases/"+ids[0]+"/steps", "key", o.key(), "verb", "verify"); a.Code != http.StatusForbidden {
		t.Errorf("verifying it all the same gives %d, want 403", a.Code)
	}
	if s := o.stored(ids[0]).State(); s != flow.Replied {
		t.Errorf("the case is %s", s)
	}
}

func TestNobodyComesInWithoutALogin(t *testing.T) {
	o := onSQLite(t)
	id, _ := o.registered(o.mailbox("路灯不亮", "渡口村"))
	for _, path := range []string{"/window", "/window/new", "/window/find?q=ab", "/cases/" + id, "/cases/options?for=case&case=ab", "/units/options", "/clauses/sm12-69/4.4b"} {
		if a := o.get("", path); a.Code != http.StatusSeeOther || !strings.HasPrefix(a.Header().Get("Location"), "/login") {
			t.Errorf("%s without a login: %d to %q", path, a.Code, a.Header().Get("Location"))
		}
		if a := o.get("resident", path); a.Code != http.StatusForbidden {
			t.Errorf("%s for a resident: %d, want 403", path, a.Code)
		}
	}
}

func TestTheWayBackStaysOnThisSite(t *testing.T) {
	o := onSQLite(t)
	id, _ := o.registered(o.mailbox("路灯不亮", "渡口村"))
	a := o.post("desk", "/cases/"+id+"/steps", "key", o.key(), "verb", "accept", "back", "//example.org/x")
	if to := a.Header().Get("Location"); to != "/" {
		t.Errorf("led to %q", to)
	}
	a = o.post("desk", "/cases/"+id+"/steps", "key", o.key(), "verb", "note", "words", "记一笔", "back", "/window/queue?state=accepted")
	if to := a.Header().Get("Location"); to != "/window/queue?state=accepted" {
		t.Errorf("led to %q", to)
	}
}

// Every step that a page offers opens a form that answers every need of the step.
func TestEveryOfferedStepHasAForm(t *testing.T) {
	o := onSQLite(t)
	id, _ := o.registered(o.mailbox("路灯不亮", "渡口村"))
	offered := regexp.MustCompile(`\?do=([a-z-]+)`)
	seen := map[string]bool{}
	look := func() {
		for _, login := range []string{"desk", "dispatcher", "roads", "water", "verifier", "supervisor", "deputy"} {
			a := o.get(login, "/cases/"+id)
			if a.Code != http.StatusOK {
				continue
			}
			for _, m := range offered.FindAllStringSubmatch(a.text, -1) {
				seen[m[1]] = true
				form := o.page(login, "/cases/"+id+"?do="+m[1])
				o.wants("the form of "+m[1], form, `name="verb" value="`+m[1]+`"`, `name="key"`, `name="version"`)
				for _, need := range needs(o, id, m[1]) {
					o.wants("the form of "+m[1], form, `name="`+need+`"`)
				}
			}
		}
	}
	look()
	o.step("desk", id, flow.Accept)
	look()
	o.step("dispatcher", id, flow.Dispatch, "unit", "roads", "units", "water")
	look()
	o.step("water", id, flow.Contribute, "words", "已配合")
	o.step("roads", id, flow.Extend, "words", "等配件", "term", "2", "term_unit", "d")
	look()
	o.step("supervisor", id, flow.Grant)
	o.step("supervisor", id, flow.Supervise, "words", "请抓紧", "term", "1", "term_unit", "wd")
	o.step("roads", id, flow.Reply, "words", "已修。")
	look()
	o.step("verifier", id, flow.Verify)
	look()
	o.step("desk", id, flow.Close, "outcome", "solved")
	o.w.Clock.Advance(time.Hour)
	look()
	for _, v := range []string{"classify", "convert", "merge", "dispatch", "join", "return", "reply", "extend", "grant", "deny", "supervise", "verify", "rework", "close", "callback", "appeal", "reopen", "archive", "link", "note"} {
		if !seen[v] {
			t.Errorf("nobody was ever offered %s (offered: %v)", v, slices.Sorted(keys(seen)))
		}
	}
}
