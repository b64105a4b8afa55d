package admin_test

import (
	"net/http"
	"testing"

	"linli/internal/db"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/test/town"
)

func TestUnitsAreAddedChangedAndClosed(t *testing.T) {
	each(t, func(h *house) {
		h.send("/admin/units", http.StatusSeeOther, "code", "parks", "name", "邻水市园林局", "kind", "department", "parent", "邻水市住建局", "city", "1", "offices", "competent")
		u, ok := h.p.Town.Units.Unit("parks")
		if !ok || u.Place != town.City || u.Parent != town.Housing || len(u.Offices) != 1 || u.Closed {
			h.Errorf("%+v", u)
		}
		h.says(h.see("/admin/units?q=%E5%9B%AD%E6%9E%97"), "邻水市园林局", "邻水市住建局")
		h.send("/admin/units/parks", http.StatusSeeOther, "name", "邻水市园林绿化局", "kind", "department", "place", "柳荫社区", "closed", "1")
		if u, _ := h.p.Town.Units.Unit("parks"); u.Name != "邻水市园林绿化局" || u.Place != town.Willow || u.Parent != "" || len(u.Offices) != 0 || !u.Closed {
			h.Errorf("%+v", u)
		}
		h.says(h.see("/admin/units/parks"), "设置单位", "邻水市园林绿化局")
		for want, form := range map[string][]string{
			"已经用过":    {"code", "parks", "name", "又一个", "kind", "office"},
			"只能用字母":   {"code", "园林", "name", "又一个", "kind", "office"},
			"单位的类别":   {"code", "p2", "name", "又一个"},
			"没有叫“无局”": {"code", "p2", "name", "又一个", "kind", "office", "parent", "无局"},
			"没有找到":    {"code", "p2", "name", "又一个", "kind", "office", "place", "无村"},
		} {
			h.says(text(h.send("/admin/units", http.StatusUnprocessableEntity, form...).Body.String()), want)
		}
		if got := h.logged("unit:parks"); got != "put-unit put-unit" {
			h.Errorf("the log says %q", got)
		}
	})
}

func TestPlacesAreRenamedAndAddedWithTheirBasis(t *testing.T) {
	each(t, func(h *house) {
		at, on := "/admin/places/"+town.Riverrow, today().String()
		h.send(at+"/rename", http.StatusSeeOther, "rename-name", "滨河街道", "rename-on", on, "rename-basis", "邻政〔2026〕1号")
		h.send(at+"/add", http.StatusSeeOther, "add-code", "411291001009", "add-name", "新苑社区", "add-level", "村", "add-on", on, "add-basis", "邻政〔2026〕2号")
		page := h.see(at)
		h.says(page, "滨河街道", "沿河街道 → 滨河街道", "邻政〔2026〕1号", "新苑社区")
		h.w.Read(h.T, func(tx *db.Tx) error {
			name, _, err := place.NameOn(tx, town.Riverrow, today().AddDays(-1))
			if name != "沿河街道" {
				h.Errorf("the day before it was called %s", name)
			}
			return err
		})
		if got := h.logged("place:"+town.Riverrow) + "," + h.logged("place:411291001009"); got != "rename-place,add-place" {
			h.Errorf("the log says %q", got)
		}
		for want, form := range map[string][]string{
			"请写明批准文件": {"rename-name", "x街道", "rename-on", on},
			"日期应写成":   {"rename-name", "x街道", "rename-on", "明天", "rename-basis", "文"},
			"还没有到":    {"rename-name", "x街道", "rename-on", today().AddDays(3).String(), "rename-basis", "文"},
			"名称不能为空":  {"rename-name", " ", "rename-on", on, "rename-basis", "文"},
		} {
			h.says(text(h.send(at+"/rename", http.StatusUnprocessableEntity, form...).Body.String()), want)
		}
		used := h.send(at+"/add", http.StatusUnprocessableEntity, "add-code", town.Willow, "add-name", "甲", "add-level", "村", "add-on", on, "add-basis", "文")
		h.says(text(used.Body.String()), "已经用过")
	})
}

// What an account may do follows its place to the new name; nobody has to log in again.
func TestARenamedPlaceKeepsItsOfficers(t *testing.T) {
	h := open(t, town.SQLite(t))
	h.send("/admin/places/"+town.East+"/rename", http.StatusSeeOther, "rename-name", "东河区", "rename-on", today().String(), "rename-basis", "文")
	if !h.w.Actor(t, "verifier-east").Has(staff.Verifier, h.w.Places.Path(town.Willow), "") {
		t.Error("the verifier of the county lost his place")
	}
	if got := h.as("admin", http.MethodGet, "/admin/places", nil); got.Code != http.StatusSeeOther {
		t.Errorf("the one top of the tree is not opened at once: %d", got.Code)
	}
}
