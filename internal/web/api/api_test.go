package api_test

import (
	"net/http"
	"strings"
	"testing"

	"linli/internal/web/api"
)

func TestSevenSteps(t *testing.T) {
	each(t, func(w *town) {
		id := w.registered("k1")
		for i, s := range []struct {
			who  string
			body map[string]any
		}{
			{"desk", map[string]any{"verb": "accept"}},
			{"dispatcher", map[string]any{"verb": "dispatch", "to": "sm-water"}},
			{"water", map[string]any{"verb": "feedback", "words": "已派人到现场。"}},
			{"water", map[string]any{"verb": "reply", "words": "灯已修好。"}},
			{"verifier", map[string]any{"verb": "verify"}},
			{"desk", map[string]any{"verb": "close", "outcome": "solved"}},
		} {
			r := w.must(http.StatusCreated, s.who, "POST", stepsOf(id), s.body, "Idempotency-Key", "s"+string(rune('0'+i)))
			var d api.Done
			r.into(t, &d)
			if d.Seq != i+2 || r.Header.Get("ETag") == "" {
				t.Fatalf("step %d: %s", i, r.body)
			}
		}
		var v api.CaseView
		w.must(http.StatusOK, "supervisor", "GET", "/api/v1/cases/"+id, nil).into(t, &v)
		if v.State != "closed" || v.Open || len(v.Steps) != 7 || v.Outcome != "solved" || len(v.Clocks) != 1 {
			t.Fatalf("case after seven steps: %+v", v)
		}
		if c := v.Clocks[0]; c.Limit == nil || len(c.Limit.Steps) == 0 || c.Stopped.IsZero() {
			t.Fatalf("clock is not explained: %+v", c)
		}
	})
}

func TestEveryWriteWantsAKey(t *testing.T) {
	each(t, func(w *town) {
		p := w.problem(http.StatusUnprocessableEntity, "desk", "POST", "/api/v1/cases", mail())
		if len(p.Errors) != 1 || p.Errors[0].Field != "Idempotency-Key" || !strings.Contains(p.Detail, "幂等键") {
			t.Fatalf("problem: %+v", p)
		}
		first := w.must(http.StatusCreated, "desk", "POST", "/api/v1/cases", mail(), "Idempotency-Key", "k1")
		again := w.must(http.StatusCreated, "desk", "POST", "/api/v1/cases", mail(), "Idempotency-Key", "k1")
		if string(first.body) != string(again.body) || again.Header.Get("Idempotent-Replay") != "true" || first.Header.Get("Idempotent-Replay") != "" {
			t.Fatalf("first %s\nagain %s (%q)", first.body, again.body, again.Header.Get("Idempotent-Replay"))
		}
		other := mail()
		other["title"] = "另一件事"
		w.problem(http.StatusConflict, "desk", "POST", "/api/v1/cases", other, "Idempotency-Key", "k1")
	})
}

func TestSecondClerkLearnsWhoWasFirst(t *testing.T) {
	each(t, func(w *town) {
		id := w.registered("k1")
		tag := w.must(http.StatusOK, "desk", "GET", "/api/v1/cases/"+id, nil).Header.Get("ETag")
		w.must(http.StatusCreated, "desk", "POST", stepsOf(id), map[string]any{"verb": "accept"}, "Idempotency-Key", "a", "If-Match", tag)
		p := w.problem(http.StatusPreconditionFailed, "dispatcher", "POST", stepsOf(id), map[string]any{"verb": "dispatch", "to": "sm-water"},
			"Idempotency-Key", "b", "If-Match", tag)
		if !strings.Contains(p.Detail, "desk") || !strings.Contains(p.Detail, "受理") {
			t.Fatalf("problem does not say who was first: %+v", p)
		}
		w.problem(http.StatusUnprocessableEntity, "desk", "POST", stepsOf(id), map[string]any{"verb": "accept"}, "Idempotency-Key", "c", "If-Match", "x")
	})
}

func TestSamePermissionAsThePages(t *testing.T) {
	each(t, func(w *town) {
		id := w.registered("k1")
		w.problem(http.StatusNotFound, "water", "GET", "/api/v1/cases/"+id, nil)
		w.problem(http.StatusNotFound, "water", "POST", stepsOf(id), map[string]any{"verb": "reply", "words": "好"}, "Idempotency-Key", "a")
		w.problem(http.StatusForbidden, "desk", "GET", "/api/v1/accounts", nil)
		p := w.problem(http.StatusUnauthorized, "", "GET", "/api/v1/cases", nil)
		if p.Type != "/api/#unauthenticated" {
			t.Fatalf("problem: %+v", p)
		}
		w.tokens["thief"] = "linli_wrong"
		w.problem(http.StatusUnauthorized, "thief", "POST", "/api/v1/cases", mail(), "Idempotency-Key", "b")
		var list api.List[api.Line]
		w.must(http.StatusOK, "water", "GET", "/api/v1/cases", nil).into(t, &list)
		if len(list.Items) != 0 {
			t.Fatalf("water sees %+v", list.Items)
		}
	})
}

func TestScopesNarrowAToken(t *testing.T) {
	each(t, func(w *town) {
		var made api.Token
		path := "/api/v1/accounts/" + w.ids["desk"].String() + "/tokens"
		body := map[string]any{"name": "看板", "scopes": []string{"read"}, "ends": "2026-12-01T00:00:00+08:00"}
		w.must(http.StatusCreated, "boss", "POST", path, body, "Idempotency-Key", "t1").into(t, &made)
		w.tokens["board"] = made.Text
		w.must(http.StatusOK, "board", "GET", "/api/v1/cases", nil)
		w.problem(http.StatusForbidden, "board", "POST", "/api/v1/cases", mail(), "Idempotency-Key", "k")
		w.must(http.StatusOK, "boss", "DELETE", path+"/"+made.ID.String(), nil, "Idempotency-Key", "t2")
		w.problem(http.StatusUnauthorized, "board", "GET", "/api/v1/cases", nil)
		again := w.must(http.StatusCreated, "boss", "POST", path, body, "Idempotency-Key", "t1")
		if strings.Contains(string(again.body), made.Text) {
			t.Fatal("a repeated request shows the token again")
		}
	})
}

func TestPagesOfAListAreWhole(t *testing.T) {
	each(t, func(w *town) {
		want := map[string]bool{}
		for _, k := range []string{"a", "b", "c", "d", "e"} {
			want[w.registered(k)] = true
		}
		for _, path := range []string{"/api/v1/cases?limit=2", "/api/v1/cases/search?q=%E8%B7%AF%E7%81%AF&limit=2"} {
			got := map[string]bool{}
			for next := path; next != ""; {
				r := w.must(http.StatusOK, "desk", "GET", next, nil)
				var list api.List[api.Line]
				r.into(t, &list)
				for _, l := range list.Items {
					if got[l.ID.String()] {
						t.Fatalf("%s: %s comes twice", path, l.ID)
					}
					got[l.ID.String()] = true
				}
				next = ""
				if link := r.Header.Get("Link"); link != "" {
					next = strings.TrimPrefix(strings.Split(link, ">")[0], "<")
				}
				if (next == "") != (list.Next == "") {
					t.Fatalf("Link %q and next %q differ", r.Header.Get("Link"), list.Next)
				}
			}
			if len(got) != len(want) {
				t.Fatalf("%s: %d of %d cases", path, len(got), len(want))
			}
		}
		w.problem(http.StatusUnprocessableEntity, "desk", "GET", "/api/v1/cases?cursor=nonsense", nil)
	})
}

func TestBadRequestsSayWhatIsWrong(t *testing.T) {
	each(t, func(w *town) {
		post := func(status int, body any) api.Problem {
			t.Helper()
			return w.problem(status, "desk", "POST", "/api/v1/cases", body, "Idempotency-Key", "k")
		}
		extra := mail()
		extra["unknown"] = 1
		if p := post(422, extra); p.Errors[0].Field != "unknown" || p.Errors[0].Detail != "没有这个成员" {
			t.Fatalf("unknown member: %+v", p)
		}
		wrong := mail()
		wrong["reporter"] = map[string]any{"phone": "12"}
		delete(wrong, "body")
		if p := post(422, wrong); len(p.Errors) < 2 {
			t.Fatalf("several fields at once: %+v", p)
		}
		typed := mail()
		typed["title"] = 3
		if p := post(422, typed); p.Errors[0].Field != "title" || p.Errors[0].Detail != "应为文字" {
			t.Fatalf("wrong type: %+v", p)
		}
		post(400, `{"flow": `)
		post(400, "")
		post(413, `{"flow":"`+strings.Repeat("x", 300<<10)+`"}`)
		nowhere := mail()
		nowhere["place"] = "999999"
		if p := post(422, nowhere); p.Errors[0].Field != "place" {
			t.Fatalf("unknown place: %+v", p)
		}
		w.problem(http.StatusUnprocessableEntity, "desk", "GET", "/api/v1/cases?limti=2", nil)
		w.problem(http.StatusNotFound, "desk", "GET", "/api/v1/nonsense", nil)
		w.problem(http.StatusNotFound, "desk", "GET", "/api/v2/cases", nil)
		if r := w.must(http.StatusMethodNotAllowed, "desk", "PUT", "/api/v1/cases", mail()); r.Header.Get("Allow") != "GET, POST" {
			t.Fatalf("Allow: %q", r.Header.Get("Allow"))
		}
	})
}

func TestRefusalCarriesItsClause(t *testing.T) {
	each(t, func(w *town) {
		id := w.registered("k1")
		p := w.problem(http.StatusUnprocessableEntity, "desk", "POST", stepsOf(id),
			map[string]any{"verb": "refuse", "words": "不归本市办理", "clause": "sm12-69#4.4a"}, "Idempotency-Key", "a")
		if p.Clause != "sm12-69#4.4a" || p.Type != "/api/#refused" {
			t.Fatalf("problem: %+v", p)
		}
	})
}

func TestTooManyRequests(t *testing.T) {
	eachWith(t, api.Limits{Token: 0.001, Burst: 2, Address: 0.001, Guests: 1}, func(w *town) {
		w.must(http.StatusOK, "desk", "GET", "/api/v1/me", nil)
		w.must(http.StatusOK, "desk", "GET", "/api/v1/me", nil)
		r := w.must(http.StatusTooManyRequests, "desk", "GET", "/api/v1/me", nil)
		if r.Header.Get("Retry-After") == "" {
			t.Fatal("no Retry-After")
		}
		w.must(http.StatusOK, "water", "GET", "/api/v1/me", nil)
		w.must(http.StatusOK, "", "GET", "/api/v1/health", nil)
		w.problem(http.StatusTooManyRequests, "", "GET", "/api/v1/health", nil)
	})
}
