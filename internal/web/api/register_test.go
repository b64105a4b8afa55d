package api_test

import (
	"net/http"
	"strings"
	"testing"

	"linli/internal/db"
	"linli/internal/duplicate"
	"linli/internal/form"
	"linli/internal/register"
	"linli/internal/web/api"
	fixture "linli/test/town"
)

// The numbers are the examples of the standards; the persons are invented.
const number1, number2 = "11010519491231002X", "932682198501010017"

func TestAPersonIsFoundByNumberAndByName(t *testing.T) {
	eachHouse(t, func(h *house) {
		wang := h.person(register.Newcomer{Name: "王芳芳", IDNumber: number1})
		const search = "/api/v1/register/persons/search"
		var list api.List[api.PersonLine]
		h.must(http.StatusOK, "clerk", "POST", search, map[string]any{"number": number1}).into(t, &list)
		if len(list.Items) != 1 || list.Items[0].ID.String() != wang || list.Items[0].Born != "1949-12-31" {
			t.Fatalf("by number: %s", text(list))
		}
		h.must(http.StatusOK, "away", "POST", search, map[string]any{"number": number1}).into(t, &list)
		if len(list.Items) != 0 || h.looked("look-refused", "person:"+wang) != 1 {
			t.Fatalf("another street finds %s", text(list))
		}
		if p := h.problem(http.StatusUnprocessableEntity, "clerk", "POST", search, map[string]any{"number": "110105194912310021"}); p.Errors[0].Field != "number" {
			t.Fatalf("a wrong number: %+v", p)
		}
		h.problem(http.StatusForbidden, "resident", "POST", search, map[string]any{"number": number1})
		h.get("clerk", "/register/persons?q=王芳", &list)
		if len(list.Items) != 1 {
			t.Fatalf("by name: %s", text(list))
		}
		h.get("clerk", "/register/persons?q=王芳&place="+fixture.Pine, &list)
		if len(list.Items) != 0 {
			t.Fatalf("in another community: %s", text(list))
		}
		h.fits("clerk", "/register/persons?q=王芳", "ListPersonLine")
		h.problem(http.StatusForbidden, "clerk", "GET", query("/api/v1/register/persons?q=王芳&for=audit"), nil)
		h.problem(http.StatusForbidden, "supervisor", "GET", query("/api/v1/register/persons?q=王芳"), nil)
		if p := h.problem(http.StatusUnprocessableEntity, "clerk", "GET", query("/api/v1/register/persons?q=王芳&place=999999"), nil); p.Errors[0].Field != "place" {
			t.Fatalf("unknown place: %+v", p)
		}
	})
}

func TestWhatIsToldOfAPerson(t *testing.T) {
	eachHouse(t, func(h *house) {
		at := "/register/persons/" + h.person(register.Newcomer{Name: "王方", IDNumber: number1})
		body := map[string]any{"name": "education", "value": "bachelor", "reason": "看过毕业证"}
		var told api.Told
		h.write(http.StatusCreated, "clerk", at+"/statements", body, &told)
		if told.Statement == nil || told.Statement.Shown != "本科" || !told.Correction.IsZero() {
			t.Fatalf("told: %s", text(told))
		}
		h.wrong("clerk", at+"/statements", with(body, "value", "flying"), "value")
		h.wrong("clerk", at+"/statements", with(body, "name", "nonsense"), "name")
		h.wrong("clerk", at+"/statements", with(body, "from", "2026-02-30"), "from")
		h.refused(http.StatusForbidden, "away", at+"/statements", body)
		h.write(http.StatusCreated, "clerk", at+"/statements", map[string]any{"name": "name", "value": "王芳", "reason": "户口簿上是这个字"}, &told)
		if told.Statement != nil || told.Correction.IsZero() {
			t.Fatalf("a name that is known: %s", text(told))
		}
		if p := h.refused(http.StatusConflict, "second", at+"/corrections", map[string]any{"name": "name", "value": "王放", "reason": "本人说的"}); !strings.Contains(p.Detail, "王芳") {
			t.Fatalf("the second hears: %+v", p)
		}
		h.write(http.StatusCreated, "second", at+"/corrections", map[string]any{"name": "education", "value": "graduate", "reason": "又毕业了"}, nil)
		var waiting api.List[api.Correction]
		h.get("clerk", "/register/corrections?limit=1", &waiting)
		if len(waiting.Items) != 1 || !waiting.Items[0].Mine || waiting.Next == "" || waiting.Items[0].Subject.Name != "王方" {
			t.Fatalf("waiting: %s", text(waiting))
		}
		h.fits("clerk", "/register/corrections", "ListCorrection")
		decide := "/register/corrections/" + told.Correction.String()
		h.refused(http.StatusForbidden, "clerk", decide, map[string]any{"approve": true})
		h.refused(http.StatusForbidden, "away", decide, map[string]any{"approve": true})
		h.wrong("second", decide, map[string]any{"approve": false}, "reason")
		h.write(http.StatusOK, "second", decide, map[string]any{"approve": true}, nil)
		var r api.Record
		h.get("clerk", at, &r)
		if r.Name != "王芳" || r.Statements[0].Name != "name" || r.Statements[0].Source.Kind != "clerk" || r.Statements[0].Recorded.IsZero() || len(r.Contacts) != 1 || r.Contacts[0].Masked == number1 {
			t.Fatalf("record: %s", text(r))
		}
		var past api.List[api.Statement]
		h.get("clerk", at+"/history?name=name", &past)
		if len(past.Items) != 2 || past.Items[1].Value != "王方" || past.Items[1].Superseded.IsZero() {
			t.Fatalf("history: %s", text(past))
		}
		h.get("clerk", at+"?known=2000-01-01", &r)
		if len(r.Statements) != 0 {
			t.Fatalf("as known long ago: %s", text(r.Statements))
		}
		h.fits("clerk", at, "Record")
		h.problem(http.StatusForbidden, "away", "GET", "/api/v1"+at, nil)
		h.problem(http.StatusUnprocessableEntity, "clerk", "GET", "/api/v1"+at+"?valid=yesterday", nil)
		h.problem(http.StatusNotFound, "clerk", "GET", "/api/v1/register/persons/0000000000000", nil)
	})
}

func TestWhatIsSealedIsOpenedWithAReason(t *testing.T) {
	eachHouse(t, func(h *house) {
		id := h.person(register.Newcomer{Name: "王芳", IDNumber: number1})
		at := "/register/persons/" + id
		body := map[string]any{"name": "religion", "value": "佛教", "reason": "本人申报"}
		for _, w := range h.home.People.Words().Words("person") {
			if w.Sensitive != "" && len(w.Options) > 0 {
				body["name"], body["value"] = w.Name, w.Options[0].Value
			}
		}
		h.write(http.StatusCreated, "clerk", at+"/statements", body, nil)
		value := func(list []api.Statement) string {
			for _, s := range list {
				if s.Name == body["name"] {
					return s.Value
				}
			}
			return "none"
		}
		var r api.Record
		h.get("clerk", at, &r)
		if v := value(r.Statements); v == body["value"] || v == "none" {
			t.Fatalf("%s is shown as %q", body["name"], v)
		}
		look := map[string]any{"for": "relief", "reason": "核对救助对象"}
		var o api.Opened
		h.must(http.StatusOK, "clerk", "POST", "/api/v1"+at+"/look", look, "Idempotency-Key", "look").into(t, &o)
		if v := value(o.Statements); v != body["value"] {
			t.Fatalf("opened as %q", v)
		}
		h.must(http.StatusOK, "clerk", "POST", "/api/v1"+at+"/look", look, "Idempotency-Key", "look")
		if n := h.looked("look", "person:"+id); n != 2 {
			t.Fatalf("%d looks are noted", n)
		}
		h.wrong("clerk", at+"/look", with(look, "reason", ""), "reason")
		h.refused(http.StatusForbidden, "away", at+"/look", look)
		h.refused(http.StatusForbidden, "clerk reads", at+"/look", look)
	})
}

func TestALifeByItsEvents(t *testing.T) {
	eachHouse(t, func(h *house) {
		wang, li := h.person(register.Newcomer{Name: "王芳", IDNumber: number1}), h.person(register.Newcomer{Name: "李强", IDNumber: number2})
		var building, room, family, divided api.Subject
		h.write(http.StatusCreated, "clerk", "/register/dwellings", map[string]any{"level": "building", "name": "三号楼", "place": fixture.Willow}, &building)
		h.write(http.StatusCreated, "clerk", "/register/dwellings", map[string]any{"level": "room", "name": "101室", "parent": building.ID}, &room)
		h.wrong("clerk", "/register/dwellings", map[string]any{"level": "building", "name": "四号楼", "place": "999999"}, "place")
		h.refused(http.StatusForbidden, "away", "/register/dwellings", map[string]any{"level": "building", "name": "四号楼", "place": fixture.Willow})
		moved := func(who, person string, registered bool) map[string]any {
			return map[string]any{"persons": []string{person}, "dwelling": room.ID, "registered": registered, "on": "2026-01-01"}
		}
		h.wrong("clerk", "/register/events/move-in", with(moved("clerk", wang, true), "on", "2099-01-01"), "on")
		h.refused(http.StatusForbidden, "away", "/register/events/move-in", moved("away", wang, true))
		h.write(http.StatusCreated, "clerk", "/register/events/move-in", moved("clerk", wang, true), nil)
		var r api.Record
		h.get("clerk", "/register/dwellings/"+room.ID.String(), &r)
		if len(r.Households) != 1 || len(r.Above) != 1 {
			t.Fatalf("room: %s", text(r))
		}
		family = r.Households[0]
		h.write(http.StatusCreated, "clerk", "/register/events/move-in", with(moved("clerk", li, true), "household", family.ID), nil)
		wed := map[string]any{"person": wang, "spouse": li, "on": "2026-02-01"}
		h.wrong("clerk", "/register/events/marriage", with(wed, "on", "2099-02-01"), "on")
		h.write(http.StatusCreated, "clerk", "/register/events/marriage", wed, nil)
		h.refused(http.StatusConflict, "clerk", "/register/events/marriage", with(wed, "on", "2026-02-03"))
		var child, died api.Happened
		birth := map[string]any{"household": family.ID, "name": "李小一", "sex": "female", "born": "2026-03-01", "mother": wang, "father": li, "confirmed": true}
		h.wrong("clerk", "/register/events/birth", with(birth, "sex", "x"), "sex")
		h.write(http.StatusCreated, "clerk", "/register/events/birth", birth, &child)
		young := h.refused(http.StatusUnprocessableEntity, "clerk", "/register/events/marriage", map[string]any{"person": child.Subject.ID, "spouse": li, "on": "2026-04-01"})
		if young.Clause == "" && len(young.Errors) == 0 {
			t.Fatalf("a child married: %+v", young)
		}
		h.write(http.StatusCreated, "clerk", "/register/events/head-change", map[string]any{"household": family.ID, "head": li, "on": "2026-04-01"}, nil)
		h.wrong("clerk", "/register/events/head-change", map[string]any{"household": family.ID, "head": child.Subject.ID, "on": "2026-04-02"}, "head")
		h.write(http.StatusCreated, "clerk", "/register/events/divorce", map[string]any{"person": wang, "on": "2026-05-01"}, nil)
		var h2 api.Happened
		h.write(http.StatusCreated, "clerk", "/register/events/household-split", map[string]any{"household": family.ID, "members": []string{wang}, "head": wang, "on": "2026-05-02"}, &h2)
		divided = h2.Subject
		h.write(http.StatusCreated, "clerk", "/register/events/household-merge", map[string]any{"household": divided.ID, "into": family.ID, "on": "2026-05-03"}, nil)
		h.write(http.StatusCreated, "clerk", "/register/events/move-out", map[string]any{"persons": []string{wang}, "to": "外省某市", "registered": false, "on": "2026-05-04"}, nil)
		h.write(http.StatusCreated, "clerk", "/register/events/death", map[string]any{"person": li, "on": "2026-06-01"}, &died)
		h.get("clerk", "/register/persons/"+li, &r)
		if r.Died != "2026-06-01" || len(r.Events) == 0 || r.Events[0].Kind != "death" {
			t.Fatalf("the dead: %s", text(r))
		}
		undo := "/register/events/" + died.Event.String() + "/undo"
		h.wrong("clerk", undo, map[string]any{"reason": ""}, "reason")
		h.refused(http.StatusForbidden, "away", undo, map[string]any{"reason": "登记错了人"})
		h.write(http.StatusOK, "clerk", undo, map[string]any{"reason": "登记错了人"}, nil)
		h.get("clerk", "/register/persons/"+li, &r)
		if r.Died != "" {
			t.Fatalf("a death that was taken back stands: %s", text(r))
		}
		h.fits("clerk", "/register/households/"+family.ID.String(), "Record")
		h.get("clerk", "/register/persons/"+child.Subject.ID.String()+"?valid=2026-03-01", &r)
		if len(r.Relations) < 2 {
			t.Fatalf("a child's relations: %s", text(r.Relations))
		}
	})
}

func TestOrganisationsFacilitiesAndWhoBelongsToThem(t *testing.T) {
	eachHouse(t, func(h *house) {
		wang := h.person(register.Newcomer{Name: "王芳", IDNumber: number1})
		var shop, room api.Subject
		body := map[string]any{"name": "柳荫小卖部", "kind": "shop", "place": fixture.Willow}
		h.write(http.StatusCreated, "clerk", "/register/organisations", body, &shop)
		h.wrong("clerk", "/register/organisations", with(body, "code", "1"), "code")
		h.refused(http.StatusForbidden, "away", "/register/organisations", body)
		hall := map[string]any{"name": "柳荫活动室", "kind": "culture", "place": fixture.Willow, "shareable": true, "told": map[string]string{"area": "120"}}
		h.wrong("clerk", "/register/facilities", with(hall, "told", map[string]string{"area": "big"}), "area")
		h.refused(http.StatusForbidden, "away", "/register/facilities", hall)
		h.write(http.StatusCreated, "clerk", "/register/facilities", hall, &room)
		tie := map[string]any{"name": "holds-post", "person": wang, "to": map[string]any{"kind": "organisation", "id": shop.ID}, "detail": "店主", "since": "2026-01-01"}
		h.write(http.StatusCreated, "clerk", "/register/relations", tie, nil)
		h.refused(http.StatusForbidden, "away", "/register/relations", tie)
		h.refused(http.StatusUnprocessableEntity, "clerk", "/register/relations", with(tie, "name", "flies-to"))
		var r api.Record
		h.get("clerk", "/register/organisations/"+shop.ID.String(), &r)
		if len(r.Relations) != 1 || r.Relations[0].Other.Name != "王芳" || !r.Relations[0].May || r.Relations[0].Detail != "店主" {
			t.Fatalf("shop: %s", text(r.Relations))
		}
		var list api.List[api.Thing]
		h.get("clerk", "/register/facilities?q=柳荫", &list)
		if len(list.Items) != 1 || list.Items[0].ID != room.ID {
			t.Fatalf("facilities: %s", text(list))
		}
		h.get("away", "/register/facilities?q=柳荫", &list)
		if len(list.Items) != 0 {
			t.Fatalf("another street's facilities: %s", text(list))
		}
		h.write(http.StatusCreated, "clerk", "/register/facilities/"+room.ID.String()+"/statements", map[string]any{"name": "shareable", "value": "true", "reason": "看过开放公告"}, nil)
		h.fits("clerk", "/register/organisations", "ListThing")
		h.problem(http.StatusUnprocessableEntity, "clerk", "GET", "/api/v1/register/nonsense", nil)
		h.problem(http.StatusForbidden, "resident", "GET", "/api/v1/register/facilities", nil)
	})
}

func TestANewcomerIsToldHomeAndAnswered(t *testing.T) {
	eachHouse(t, func(h *house) {
		body := map[string]any{"name": "陈来", "sex": "male", "born": "1990-01-01", "phone": "19900001111", "place": fixture.Ferry, "address": "渡口村5号",
			"home": fixture.Willow, "reason": "work", "on": "2026-10-01"}
		h.wrong("away", "/register/floating/arrivals", with(body, "born", "1900-01-01"), "confirmed")
		h.refused(http.StatusForbidden, "clerk", "/register/floating/arrivals", body)
		var f api.Floating
		h.write(http.StatusCreated, "away", "/register/floating/arrivals", body, &f)
		at := "/register/floating/" + f.ID.String()
		h.refused(http.StatusForbidden, "clerk", at+"/verify", nil)
		h.write(http.StatusOK, "away", at+"/verify", nil, nil)
		var n api.Tallied
		h.wrong("away", "/register/floating/aggregate", map[string]any{"area": fixture.Bridge, "month": "2026"}, "month")
		h.refused(http.StatusForbidden, "clerk", "/register/floating/aggregate", map[string]any{"area": fixture.Bridge, "month": "2026-10"})
		h.write(http.StatusOK, "away", "/register/floating/aggregate", map[string]any{"area": fixture.Bridge, "month": "2026-10"}, &n)
		h.write(http.StatusOK, "away", at+"/share", nil, nil)
		h.refused(http.StatusConflict, "away", at+"/share", nil)
		var list api.List[api.Floating]
		h.get("clerk", "/register/floating?side=home&state=shared", &list)
		if n.Persons != 1 || len(list.Items) != 1 || list.Items[0].Name != "陈来" || len(list.Items[0].At) == 0 {
			t.Fatalf("counted %d, waiting %s", n.Persons, text(list))
		}
		h.wrong("clerk", at+"/answer", map[string]any{"answer": "perhaps"}, "answer")
		h.write(http.StatusOK, "clerk", at+"/answer", map[string]any{"answer": "confirmed", "facts": map[string]string{"registered_address": "柳荫社区9号"}}, &f)
		if f.State != "closed" || f.Answer != "confirmed" {
			t.Fatalf("answered: %s", text(f))
		}
		h.write(http.StatusCreated, "away", "/register/floating/departures", map[string]any{"person": f.Person, "to": "外省", "on": "2026-10-08"}, nil)
		h.wrong("away", "/register/floating/departures", map[string]any{"person": f.Person, "on": "x"}, "on")
		h.fits("away", "/register/floating", "ListFloating")
	})
}

func TestADisagreementIsSettled(t *testing.T) {
	eachHouse(t, func(h *house) {
		var f api.Floating
		h.write(http.StatusCreated, "away", "/register/floating/arrivals", map[string]any{"name": "陈来", "sex": "male", "born": "1990-01-01", "phone": "19900001111", "place": fixture.Ferry,
			"address": "渡口村5号", "home": fixture.Willow, "home_address": "柳荫社区8号", "on": "2026-10-01"}, &f)
		at := "/register/floating/" + f.ID.String()
		h.write(http.StatusOK, "away", at+"/verify", nil, nil)
		h.write(http.StatusOK, "away", "/register/floating/aggregate", map[string]any{"area": fixture.Bridge, "month": "2026-10"}, nil)
		h.write(http.StatusOK, "away", at+"/share", nil, nil)
		h.write(http.StatusOK, "clerk", at+"/answer", map[string]any{"answer": "differs", "note": "门牌不对", "facts": map[string]string{"registered_address": "柳荫社区9号"}}, nil)
		var list api.List[api.Conflict]
		h.get("away", "/register/conflicts", &list)
		if len(list.Items) != 1 || list.Items[0].Was != "柳荫社区8号" || list.Items[0].Says != "柳荫社区9号" || list.Items[0].Subject.Name != "陈来" {
			t.Fatalf("conflicts: %s", text(list))
		}
		h.fits("away", "/register/conflicts", "ListConflict")
		h.problem(http.StatusForbidden, "resident", "GET", "/api/v1/register/conflicts", nil)
		settle := "/register/conflicts/" + list.Items[0].ID.String()
		h.wrong("away", settle, map[string]any{"take": true, "reason": ""}, "reason")
		var c api.Conflict
		h.write(http.StatusOK, "away", settle, map[string]any{"take": true, "reason": "打电话核对过"}, &c)
		if c.State != "taken" {
			t.Fatalf("settled: %s", text(c))
		}
		h.refused(http.StatusConflict, "away", settle, map[string]any{"take": false, "reason": "再想想看吧"})
	})
}

func TestTwoEntriesOfOnePerson(t *testing.T) {
	eachHouse(t, func(h *house) {
		add := func(n register.Newcomer) (id db.ID) {
			n.Place, n.Sex, n.Source = fixture.Willow, form.Female, "window"
			h.home.Write(t, func(tx *db.Tx) error {
				d, err := h.home.People.Draft(n)
				if err != nil {
					return err
				}
				id = d.ID
				if _, err := duplicate.Check(tx, h.home.People, d, h.home.Places.Path(fixture.Willow), "window"); err != nil {
					return err
				}
				return h.home.People.AddDrafts(tx, []*register.Draft{d})
			})
			return id
		}
		born := h.born("1980-05-05")
		first := add(register.Newcomer{Name: "赵敏", Born: born, Phone: "19900002222"})
		add(register.Newcomer{Name: "赵敏", Born: born, Phone: "19900003333"})
		add(register.Newcomer{Name: "赵敏", Born: born, Phone: "19900004444"})
		var list api.List[api.Pair]
		h.get("clerk", "/register/duplicates", &list)
		if len(list.Items) < 2 || list.Items[0].Reasons[0] == "" {
			t.Fatalf("pairs: %s", text(list))
		}
		h.fits("clerk", "/register/duplicates?limit=1", "ListPair")
		merge, differ := list.Items[len(list.Items)-1], list.Items[0]
		at := "/register/duplicates/" + merge.ID.String()
		h.fits("clerk", at, "PairView")
		h.problem(http.StatusNotFound, "away", "GET", "/api/v1"+at, nil)
		h.problem(http.StatusForbidden, "supervisor", "GET", "/api/v1/register/duplicates", nil)
		h.wrong("clerk", at, map[string]any{"same": true, "kept": first, "why": ""}, "why")
		h.refused(http.StatusForbidden, "auditor", at, map[string]any{"same": true, "kept": first, "why": "核对过"})
		var m api.Merged
		h.write(http.StatusOK, "clerk", "/register/duplicates/"+differ.ID.String(), map[string]any{"same": false, "why": "打电话问过"}, &m)
		h.write(http.StatusOK, "clerk", at, map[string]any{"same": true, "kept": merge.Older.ID, "why": "核对了户口簿"}, &m)
		if m.State != "merged" || m.Kept != merge.Older.ID {
			t.Fatalf("merged: %s", text(m))
		}
		h.refused(http.StatusConflict, "clerk", at, map[string]any{"same": false, "why": "再想想看吧"})
	})
}
