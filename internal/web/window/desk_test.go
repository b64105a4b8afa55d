package window_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/test/town"
)

// closed carries a case to its end by the domain, so that it is of the past: each reply but the last was sent back.
func (o *office) closed(title, place, unit, login string, grade int, replies ...string) {
	o.t.Helper()
	id, page := o.registered(o.mailbox(title, place))
	o.step("desk", id, flow.Accept)
	o.step("dispatcher", id, flow.Dispatch, "unit", unit)
	for i, words := range replies {
		if i > 0 {
			o.step("verifier", id, flow.Rework, "words", "没有说清楚")
		}
		o.step(login, id, flow.Reply, "words", words)
	}
	o.step("verifier", id, flow.Verify)
	o.step("desk", id, flow.Close, "outcome", "solved")
	_, code, _ := strings.Cut(page, "查询码</dt><dd>")
	o.w.Write(o.t, func(tx *db.Tx) error {
		k := o.stored(id)
		_, err := o.w.Cases.DoByReceipt(tx, k.Number, code[:8], casework.Act{Key: "rate-" + id, Act: flow.Act{Verb: flow.Rate, Grade: grade}})
		return err
	})
}

func TestThePastSuggestsUnitAndReply(t *testing.T) {
	each(t, func(o *office) {
		o.closed("柳荫社区三号院半夜停水", "柳荫", "water", "water", 1, "已更换入户阀门，恢复供水。")
		o.closed("荷塘社区一号院停水两天", "荷塘", "water", "water", 5, "这一条不好。", "补充说明后好了。")
		o.closed("路灯不亮影响出行", "渡口", "roads", "roads", 5, "已换灯。")
		id, _ := o.registered(o.mailbox("松岗社区五号院停水，六楼半夜也没有水", "松岗"))
		o.step("desk", id, flow.Accept)
		form := o.page("dispatcher", "/cases/"+id+"?do=dispatch")
		o.wants("the form", form, "建议的主办单位", `value="water"`, "办结过 2 件相似的（占 100%）")
		if strings.Contains(form, `value="roads"`) {
			t.Error("a unit that handled something else is suggested")
		}
		o.step("dispatcher", id, flow.Dispatch, "unit_pick", "water")
		if lead := o.stored(id).Situation.Lead; lead != town.Water {
			t.Fatalf("sent to %q", lead)
		}
		reply := o.page("water", "/cases/"+id+"?do=reply")
		o.wants("the reply", reply, "已更换入户阀门，恢复供水。", "照此起草")
		if strings.Contains(reply, "这一条不好。") || strings.Contains(reply, "补充说明后好了。") {
			t.Error("a reply that needed rework is offered")
		}
		_, use, _ := strings.Cut(reply, "use=")
		o.wants("the draft", o.page("water", "/cases/"+id+"?do=reply&use="+use[:13]), "已更换入户阀门，恢复供水。</textarea>")
	})
}

// What another unit wrote in a case one may not open cannot be drawn into a draft.
func TestADraftTakesNothingFromACaseOneMayNotOpen(t *testing.T) {
	o := onSQLite(t)
	secret, _ := o.registered(o.mailbox("路灯不亮", "渡口"))
	o.step("desk", secret, flow.Accept)
	o.step("dispatcher", secret, flow.Dispatch, "unit", "roads")
	o.step("roads", secret, flow.Reply, "words", "别处的内情")
	mine, _ := o.registered(o.mailbox("停水", "柳荫"))
	o.step("desk", mine, flow.Accept)
	o.step("dispatcher", mine, flow.Dispatch, "unit", "water")
	if a := o.get("water", "/cases/"+mine+"?do=reply&use="+secret); a.Code != http.StatusNotFound || strings.Contains(a.text, "别处的内情") {
		t.Errorf("status %d", a.Code)
	}
}

func TestTheCallerIsKnownAndTheSameMatterIsMerged(t *testing.T) {
	each(t, func(o *office) {
		main, _ := o.registered(o.mailbox("柳荫社区一号院停水", "柳荫"))
		number := o.stored(main).Number
		caller := func(phone string) string { return o.post("desk", "/window/new/caller?for=phone", "phone", phone).text }
		o.wants("the caller", caller("19900000001"), "柳荫社区一号院停水", "最近 1 件，在办 1 件", "许甲", `name="fill"`)
		o.wants("a new caller", caller("19900000009"), "这个号码以前没有反映过")
		if page := caller("199"); strings.Contains(page, main) {
			t.Error("half a number finds somebody")
		}
		filled := o.post("desk", "/window/new", "flow", "mailbox", "phone", "19900000001", "content", "还没写完", "fill", "1")
		o.wants("the filled form", filled.text, `value="许甲"`, "还没写完</textarea>")
		likely := o.post("desk", "/window/new/likely", "flow", "mailbox", "place", "柳荫", "subject", "一号院停水了")
		o.wants("the likely duplicates", likely.text, number, `value="`+main+`"`)
		dup, receipt := o.registered(o.mailbox("一号院停水了", "柳荫", "same", main))
		o.wants("the second receipt", receipt, "SZXX-2026-000002", "与 "+number+" 为同一事项")
		if k := o.stored(dup); k.State() != flow.Merged || k.Main.String() != main {
			t.Errorf("the second case is %s in %s", k.State(), k.Main)
		}
		o.wants("the main case", o.page("desk", "/cases/"+main), "SZXX-2026-000002", "关联办件")
	})
}

func TestRegistrationKeepsWhatWasTyped(t *testing.T) {
	o := onSQLite(t)
	a := o.post("desk", "/window/new", "key", o.key(), "flow", "mailbox", "sender", "许甲", "phone", "1990000", "subject", "路灯", "content", "路灯七盏不亮", "place", "社区")
	if a.Code != http.StatusUnprocessableEntity {
		t.Fatalf("status %d", a.Code)
	}
	o.wants("the form", a.text, "有几处叫“社区”", "柳荫社区", `value="许甲"`, "路灯七盏不亮</textarea>", `href="#f-phone"`)
	// one of the places is chosen from the answers
	id, _ := o.registered([]string{"key", o.key(), "flow", "mailbox", "sender", "许甲", "subject", "路灯", "content", "路灯七盏不亮", "place", "社区", "place-which", town.Lotus})
	if p := o.stored(id).Place; p != town.Lotus {
		t.Errorf("registered at %s", p)
	}
	// without scripts the place is found level by level
	a = o.post("desk", "/window/new", "flow", "mailbox", "content", "路灯七盏不亮", "pick", "1", "place-1", town.East, "place-2", town.Hilltop)
	if a.Code != http.StatusOK {
		t.Fatalf("status %d", a.Code)
	}
	o.wants("the next level", a.text, town.Pine, "路灯七盏不亮</textarea>")
	id, _ = o.registered([]string{"key", o.key(), "flow", "mailbox", "sender", "许甲", "subject", "路灯", "content", "路灯七盏不亮",
		"place-1", town.East, "place-2", town.Hilltop, "place-3", ""})
	if p := o.stored(id).Place; p != town.Hilltop {
		t.Errorf("registered at %s", p)
	}
}

// Every channel that the document has is registered on the one screen, by the desk that keeps it.
func TestEveryChannelIsRegistered(t *testing.T) {
	o := onSQLite(t)
	for login, form := range map[string][]string{
		"desk":    {"flow", "letter", "writer", "何乙", "received", "2026-10-08", "subject", "征地补偿", "content", "补偿款没有发到户。", "route", "leader"},
		"duty":    {"flow", "hotline", "line", "12345", "caller", "许甲", "address", "一号院", "phone", "19900000001", "problem", "又停水了。"},
		"xinfang": {"flow", "visit", "visitor", "何乙", "headcount", "3", "demand", "要求尽快修路。"},
	} {
		page := o.page(login, "/window/new?flow="+form[1])
		for i := 2; i < len(form); i += 2 {
			o.wants("the screen of "+form[1], page, `name="`+form[i]+`"`)
		}
		a := o.post(login, "/window/new", append([]string{"key", o.key(), "place", "果园村"}, form...)...)
		if a.Code != http.StatusOK {
			t.Errorf("%s: status %d\n%s", form[1], a.Code, excerpt(a.text))
			continue
		}
		o.wants("the receipt of "+form[1], a.text, "登记回执", "查询码")
		if login == "xinfang" {
			o.wants("the receipt of a visit", a.text, "今日排队号")
		}
	}
}

const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"

func TestAttachmentsFollowTheirCase(t *testing.T) {
	each(t, func(o *office) {
		a := o.upload("desk", "/window/new", "attachments", "现场.png", png, o.mailbox("路灯不亮", "渡口村")...)
		if a.Code != http.StatusOK {
			t.Fatalf("status %d: %s", a.Code, excerpt(a.text))
		}
		id := caseLink.FindStringSubmatch(a.text)[1]
		page := o.page("desk", "/cases/"+id)
		o.wants("the case", page, "现场.png")
		_, href, _ := strings.Cut(page, `href="/files/`)
		href, _, _ = strings.Cut("/files/"+href, `"`)
		f := o.get("desk", href)
		h := f.Header()
		if f.Code != http.StatusOK || f.Body.String() != png || h.Get("Content-Type") != "image/png" || h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.HasPrefix(h.Get("Content-Disposition"), "inline") || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("the file came as %d %v", f.Code, h)
		}
		if got := o.get("water", href).Code; got != http.StatusNotFound {
			t.Errorf("a unit without a part in the case gets %d", got)
		}
		o.step("desk", id, flow.Accept)
		o.step("dispatcher", id, flow.Dispatch, "unit", "roads")
		bad := o.upload("roads", "/cases/"+id+"/steps", "files", "a.html", "<html><script>alert(1)</script>", "key", o.key(), "verb", "reply", "words", "修好了，见附件")
		if bad.Code != http.StatusUnprocessableEntity || o.stored(id).State() != flow.Dispatched {
			t.Errorf("a page as attachment gives %d", bad.Code)
		}
		o.wants("the form", bad.text, "不接受这种文件", "修好了，见附件</textarea>")
		good := []string{"key", o.key(), "verb", "reply", "words", "修好了，见附件"}
		for range 2 {
			if a := o.upload("roads", "/cases/"+id+"/steps", "files", "说明.pdf", "%PDF-1.4 x", good...); a.Code != http.StatusSeeOther {
				t.Fatalf("status %d: %s", a.Code, excerpt(a.text))
			}
		}
		if n := strings.Count(o.page("roads", "/cases/"+id), "说明.pdf"); n != 1 {
			t.Errorf("attached %d times", n)
		}
	})
}

func TestContactsAreShownForAReasonThatIsLogged(t *testing.T) {
	o := onSQLite(t)
	id, _ := o.registered(o.mailbox("路灯不亮", "渡口村"))
	page := o.page("desk", "/cases/"+id)
	if strings.Contains(page, "19900000001") {
		t.Fatal("the number stands there unasked")
	}
	_, who, _ := strings.Cut(page, `name="reporter" value="`)
	who = who[:13]
	if a := o.post("desk", "/cases/"+id+"/reveal", "reporter", who, "reason", ""); a.Code != http.StatusUnprocessableEntity || strings.Contains(a.text, "19900000001") {
		t.Errorf("without a reason: status %d", a.Code)
	}
	if a := o.post("supervisor", "/cases/"+id+"/reveal", "reporter", who, "reason", "想看一下号码"); a.Code != http.StatusForbidden {
		t.Errorf("to somebody who does not handle it: status %d", a.Code)
	}
	a := o.post("desk", "/cases/"+id+"/reveal", "reporter", who, "reason", "需要电话核实具体位置")
	if a.Code != http.StatusOK || !strings.Contains(a.text, "19900000001") || a.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("with a reason: status %d, %s", a.Code, a.Header().Get("Cache-Control"))
	}
	o.w.Read(t, func(tx *db.Tx) error {
		list, err := audit.Of(tx, "person:"+o.w.Person("resident").String(), 10)
		if len(list) != 1 || list[0].Verb != "reveal" || !strings.Contains(string(list[0].Detail), "需要电话核实具体位置") {
			t.Errorf("the log says %+v", list)
		}
		return err
	})
}

func TestBooksShowTheCasesOfTheirPeriod(t *testing.T) {
	each(t, func(o *office) {
		id, _ := o.registered(o.mailbox("=1+1 路灯", "渡口村"))
		o.step("desk", id, flow.Accept)
		o.step("dispatcher", id, flow.Dispatch, "unit", "roads")
		o.step("roads", id, flow.Reply, "words", "已修。")
		o.wants("the shelf", o.page("desk", "/window/books"), "三政办〔2012〕69号", "市长信箱来信登记册")
		book := o.page("desk", "/window/books/mailbox-register")
		o.wants("the book", book, "SZXX-2026-000001", "钱登记", "许*", "邻水市公路局", "一般信件", "回复日期")
		if strings.Contains(book, "许甲") {
			t.Error("the book shows a name that is to be masked")
		}
		f := o.get("desk", "/window/books/mailbox-register/csv?from=2026-01-01&to=2026-12-31")
		text, marked := strings.CutPrefix(f.Body.String(), "\ufeff")
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if !marked || err != nil || len(rows) != 2 || rows[1][0] != "SZXX-2026-000001" || rows[1][5] != "'=1+1 路灯" {
			t.Errorf("the file is %q, %v", rows, err)
		}
		o.wants("another month", o.page("desk", "/window/books/mailbox-register?from=2025-01-01&to=2025-01-31"), "这段时间没有登记")
		for _, bad := range []string{"from=2026-13-01", "from=2020-01-01&to=2026-01-01", "from=2026-05-01&to=2026-04-01"} {
			if a := o.get("desk", "/window/books/mailbox-register?"+bad); a.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s gives %d", bad, a.Code)
			}
		}
		if a := o.get("desk", "/window/books/none"); a.Code != http.StatusNotFound {
			t.Errorf("no such book gives %d", a.Code)
		}
	})
}

func TestTheDeskSeesWhatWaits(t *testing.T) {
	o := onSQLite(t)
	id, _ := o.registered(o.mailbox("路灯不亮", "渡口村"))
	o.w.Clock.Advance(90 * time.Hour) // past the target of three days
	home := o.page("desk", "/window")
	o.wants("the home page", home, "待受理", "黄牌 1 件", "路灯不亮", "登记群众来信", "登记市长信箱")
	if strings.Contains(home, "登记市长热线") {
		t.Error("the desk is offered a channel of another desk")
	}
	o.wants("the queue", o.page("desk", "/window/queue?state=registered"), "路灯不亮", "黄牌")
	if strings.Contains(o.page("desk", "/window/queue?state=replied"), id) {
		t.Error("a registered case stands among the answered")
	}
	if strings.Contains(o.page("duty", "/window/queue"), id) {
		t.Error("the hotline's desk lists a letter of the mailbox")
	}
	o.wants("the search", o.page("desk", "/window/find?q="+url.QueryEscape("路灯")), "路灯不亮")
	o.wants("a search in vain", o.page("desk", "/window/find?q="+url.QueryEscape("桥梁")), "没有查到“桥梁”")
	o.wants("the clause", o.page("desk", "/clauses/sm12-69/4.4b"), "程序执行", "flow/mailbox#clock.ordinary")
	if a := o.get("desk", "/clauses/sm12-69/9.9"); a.Code != http.StatusNotFound {
		t.Errorf("no such clause gives %d", a.Code)
	}
}

// A case that cannot be sent out yet says why on the dispatcher's page, and offers what is to be done first.
func TestTheDispatcherSeesWhyNotYet(t *testing.T) {
	o := onSQLite(t)
	form := o.mailbox("路灯不亮", "渡口村")
	for i, v := range form {
		if v == "weight" {
			form[i+1] = ""
		}
	}
	id, _ := o.registered(form)
	o.step("desk", id, flow.Accept)
	o.wants("the page", o.page("dispatcher", "/window/dispatch"), "请先确定“轻重”")
}

// A letter's only clock asks that an instruction be passed on in time. Once it is, the letter stands calm in every list.
func TestAClockThatWasMetTurnsNoCard(t *testing.T) {
	each(t, func(o *office) {
		a := o.post("desk", "/window/new", "key", o.key(), "flow", "letter", "place", "果园村", "writer", "何乙", "received", "2026-10-08",
			"subject", "征地补偿", "content", "补偿款没有发到户。", "route", "leader")
		id := caseLink.FindStringSubmatch(a.text)[1]
		o.step("desk", id, flow.Accept)
		form := o.page("desk", "/cases/"+id+"?do=present")
		deputy := o.w.Actor(t, "deputy").Account.String()
		o.wants("the leaders", form, "市政府办公室分管领导 蒋副主任", `value="`+deputy+`"`)
		o.step("desk", id, flow.Present, "leader", deputy)
		o.step("deputy", id, flow.Instruct, "words", "请自然资源部门核实，尽快兑现。")
		o.step("dispatcher", id, flow.Dispatch, "unit", "housing")
		o.w.Clock.Advance(30 * 24 * time.Hour)
		list := o.page("dispatcher", "/window/queue?state=dispatched")
		o.wants("the queue", list, "征地补偿", "没有时限")
		if strings.Contains(list, "红牌") || strings.Contains(list, "黄牌") {
			t.Errorf("a met clock turns a card\n%s", excerpt(list))
		}
		o.wants("the case", o.page("desk", "/cases/"+id), "未了义务", "向作出批示的领导报告办理结果", "向 市政府办公室分管领导 蒋副主任", "请自然资源部门核实")
	})
}
