package api_test

import (
	"net/http"
	"testing"
	"time"

	"linli/internal/web/api"
	fixture "linli/test/town"
)

// centre is the public service centre of 柳荫社区 as a body.
func centre() map[string]any {
	return map[string]any{"kind": "public-service", "name": "柳荫社区公共服务中心", "place": fixture.Willow, "opens": "1-7 08:30-18:00", "counters": 2, "capacity": 1, "slot": 30, "most": 2,
		"shared": true, "seats": 40, "area": 420}
}

// centre registers it and returns where it is.
func (h *house) centre() (at string) {
	h.t.Helper()
	var made api.Hall
	h.write(http.StatusCreated, "willow", "/halls", centre(), &made)
	return "/halls/" + made.ID.String()
}

func TestAHallIsRegisteredAndSeen(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.wrong("willow", "/halls", with(centre(), "opens", "always"), "opens")
		h.wrong("willow", "/halls", with(centre(), "name", ""), "name")
		h.refused(http.StatusForbidden, "away", "/halls", centre())
		h.refused(http.StatusForbidden, "resident", "/halls", centre())
		at := h.centre()
		var changed api.Hall
		h.write(http.StatusOK, "willow", at, with(centre(), "seats", 60), &changed)
		if changed.Seats != 60 {
			t.Fatalf("changed: %s", text(changed))
		}
		h.refused(http.StatusForbidden, "lotus", at, centre())
		h.refused(http.StatusNotFound, "willow", "/halls/0000000000000", centre())
		var list api.List[api.Hall]
		h.get("", "/halls?place="+fixture.Riverrow, &list)
		if len(list.Items) != 1 {
			t.Fatalf("halls: %s", text(list))
		}
		h.get("", "/halls?place="+fixture.Bridge, &list)
		if len(list.Items) != 0 {
			t.Fatalf("halls of another street: %s", text(list))
		}
		h.problem(http.StatusUnprocessableEntity, "", "GET", "/api/v1/halls?place=999999", nil)
		h.get("willow", "/halls/managed", &list)
		if len(list.Items) != 1 {
			t.Fatalf("managed: %s", text(list))
		}
		h.problem(http.StatusForbidden, "resident", "GET", "/api/v1/halls/managed", nil)
		h.fits("", at, "HallView")
		var v api.HallView
		h.get("willow", at+"?day=2026-10-10", &v)
		if !v.Manages || len(v.Slots) == 0 || v.Slots[0].Free != 1 {
			t.Fatalf("hall: %s", text(v))
		}
		h.problem(http.StatusNotFound, "", "GET", "/api/v1/halls/0000000000000", nil)
	})
}

func TestNumbersAreCalled(t *testing.T) {
	eachHouse(t, func(h *house) {
		at := h.centre()
		var first, elder, called api.Ticket
		h.write(http.StatusCreated, "hall", at+"/tickets", map[string]any{"class": "ordinary", "service": "社保"}, &first)
		h.write(http.StatusCreated, "hall", at+"/tickets", map[string]any{"class": "elder", "service": "社保"}, &elder)
		h.wrong("hall", at+"/tickets", map[string]any{"class": "friend"}, "class")
		h.refused(http.StatusForbidden, "away", at+"/tickets", map[string]any{"class": "ordinary"})
		var b api.Board
		h.get("", at+"/board", &b)
		if len(b.Waiting) != 2 || b.Waiting[0].Ahead != 1 {
			t.Fatalf("board: %s", text(b))
		}
		h.fits("", at+"/board", "Board")
		h.wrong("hall", at+"/call", map[string]any{"counter": 9}, "counter")
		h.refused(http.StatusForbidden, "away", at+"/call", map[string]any{"counter": 1})
		h.write(http.StatusOK, "hall", at+"/call", map[string]any{"counter": 1}, &called)
		if called.ID != elder.ID || called.Counter != 1 || called.State != "called" {
			t.Fatalf("called: %s", text(called))
		}
		h.refused(http.StatusConflict, "hall", at+"/call", map[string]any{"counter": 1})
		move := "/tickets/" + elder.ID.String()
		h.wrong("hall", move, map[string]any{"move": "fly"}, "move")
		h.refused(http.StatusForbidden, "away", move, map[string]any{"move": "skip"})
		h.write(http.StatusOK, "hall", move, map[string]any{"move": "skip"}, &called)
		if called.State != "skipped" {
			t.Fatalf("skipped: %s", text(called))
		}
		h.write(http.StatusOK, "hall", move, map[string]any{"move": "restore"}, nil)
		h.write(http.StatusOK, "hall", at+"/call", map[string]any{"counter": 2}, &called)
		h.write(http.StatusOK, "hall", "/tickets/"+called.ID.String(), map[string]any{"move": "finish"}, &called)
		h.get("", at+"/board", &b)
		if called.State != "served" || b.Served != 1 {
			t.Fatalf("served: %s, board %s", text(called), text(b))
		}
	})
}

func TestASlotIsTakenOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		at := h.centre()
		var v api.HallView
		h.get("", at, &v)
		body := map[string]any{"at": v.Slots[0].At, "service": "社保"}
		var made, other api.Appointment
		h.write(http.StatusCreated, "resident", at+"/appointments", body, &made)
		h.refused(http.StatusConflict, "neighbour", at+"/appointments", body)
		h.wrong("resident", at+"/appointments", with(body, "at", "tomorrow"), "at")
		h.refused(http.StatusForbidden, "hall", at+"/appointments", body)
		var list api.List[api.Appointment]
		h.get("resident", "/my/appointments", &list)
		if len(list.Items) != 1 || list.Items[0].State != "booked" {
			t.Fatalf("mine: %s", text(list))
		}
		h.get("hall", at+"/appointments?day="+v.Day, &list)
		if len(list.Items) != 1 {
			t.Fatalf("expected: %s", text(list))
		}
		h.problem(http.StatusForbidden, "away", "GET", "/api/v1"+at+"/appointments", nil)
		h.fits("hall", at+"/appointments?day="+v.Day, "ListAppointment")
		cancel := "/appointments/" + made.ID.String() + "/cancel"
		h.refused(http.StatusNotFound, "neighbour", cancel, nil)
		h.write(http.StatusOK, "resident", cancel, nil, &made)
		if made.State != "cancelled" {
			t.Fatalf("cancelled: %s", text(made))
		}
		h.write(http.StatusCreated, "neighbour", at+"/appointments", body, &other)
		h.clock.Set(v.Slots[0].At.Add(-time.Minute))
		arrive := "/appointments/" + other.ID.String() + "/arrive"
		h.refused(http.StatusForbidden, "neighbour", arrive, nil)
		h.refused(http.StatusForbidden, "away", arrive, nil)
		var k api.Ticket
		h.write(http.StatusOK, "hall", arrive, nil, &k)
		if k.Class != "booked" {
			t.Fatalf("number: %s", text(k))
		}
	})
}

func TestARoomIsLent(t *testing.T) {
	eachHouse(t, func(h *house) {
		at := h.centre()
		body := map[string]any{"from": "2026-10-12T09:00:00+08:00", "to": "2026-10-12T11:00:00+08:00", "purpose": "业主会议", "heads": 20}
		h.wrong("resident", at+"/bookings", with(body, "heads", 4000), "heads")
		h.wrong("resident", at+"/bookings", with(body, "purpose", ""), "purpose")
		var made api.Booking
		h.write(http.StatusCreated, "resident", at+"/bookings", body, &made)
		h.refused(http.StatusConflict, "neighbour", at+"/bookings", body)
		one := "/bookings/" + made.ID.String()
		h.fits("resident", one, "Booking")
		h.problem(http.StatusNotFound, "neighbour", "GET", "/api/v1"+one, nil)
		var v api.HallView
		h.get("", at, &v)
		if len(v.Bookings) != 1 || v.Bookings[0].Purpose != "" || v.Bookings[0].Name != "" {
			t.Fatalf("what everybody sees: %s", text(v.Bookings))
		}
		var list api.List[api.Booking]
		h.get("willow", "/bookings/waiting", &list)
		if len(list.Items) != 1 || list.Items[0].Purpose != "业主会议" {
			t.Fatalf("waiting: %s", text(list))
		}
		h.problem(http.StatusForbidden, "resident", "GET", "/api/v1/bookings/waiting", nil)
		h.wrong("willow", one, map[string]any{"state": "refused", "words": ""}, "words")
		h.refused(http.StatusNotFound, "lotus", one, map[string]any{"state": "approved"})
		h.write(http.StatusOK, "willow", one, map[string]any{"state": "approved", "words": "请保持清洁"}, &made)
		h.get("resident", "/my/bookings", &list)
		if made.State != "approved" || len(list.Items) != 1 || list.Items[0].Words != "请保持清洁" {
			t.Fatalf("decided: %s", text(list))
		}
	})
}

func TestHelpComesHome(t *testing.T) {
	eachHouse(t, func(h *house) {
		body := map[string]any{"place": fixture.Willow, "name": "许甲", "address": "一号院", "need": "老人行动不便，要办高龄津贴"}
		h.wrong("resident", "/visits", with(body, "place", "999999"), "place")
		h.wrong("resident", "/visits", with(body, "need", ""), "need")
		var v api.Visit
		h.write(http.StatusCreated, "resident", "/visits", body, &v)
		at := "/visits/" + v.ID.String()
		h.wrong("willow", at+"/assign", map[string]any{"day": "soon"}, "day")
		if r := h.send("lotus", "POST", "/api/v1"+at+"/assign", map[string]any{"day": "2026-10-12"}, "Idempotency-Key", h.key()); r.StatusCode != 403 && r.StatusCode != 404 {
			t.Fatalf("another community: %d %s", r.StatusCode, r.body)
		}
		h.write(http.StatusOK, "willow", at+"/assign", map[string]any{"day": "2026-10-12"}, &v)
		var list api.List[api.Visit]
		h.get("resident", "/visits", &list)
		if len(list.Items) != 1 || list.Items[0].Day != "2026-10-12" || list.Items[0].Worker == "" {
			t.Fatalf("the resident sees: %s", text(list))
		}
		h.fits("willow", "/visits", "ListVisit")
		h.wrong("willow", at+"/end", map[string]any{"state": "perhaps"}, "state")
		h.write(http.StatusOK, "willow", at+"/end", map[string]any{"state": "visited", "words": "已代为申请"}, &v)
		if v.State != "visited" {
			t.Fatalf("visited: %s", text(v))
		}
	})
}
