package community

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/hall"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// mostHalls bounds what one page lists.
const mostHalls = 100

// halls lists the facilities of a place, for everybody.
func (p *Pages) halls(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	pick := p.Town.Pick(r.URL.Query(), "place", "")
	pick.Label, pick.Hint = ui.T(ctx, "在哪里"), ui.T(ctx, "写社区或街道的名称")
	path := ""
	if code, err := pick.Code(); err == nil {
		path = p.Town.Places.Tree().Path(code)
	} else if r.URL.Query().Get("place") != "" {
		pick.Error = ui.Words(ctx, err)
	}
	var list []hall.Hall
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) { list, err = hall.List(tx, path, mostHalls); return err })
	if err != nil {
		return err
	}
	pg := page(ctx, "/hall", ui.T(ctx, "服务设施"), ui.T(ctx, "社区的服务中心和共享场地：什么时候开、要等多久、怎样预约。"))
	return ui.Render(w, r, pageOf(pg, placeSearch(pick), ui.Rows(p.hallTable(ctx, list, false))))
}

// hallTable lists halls; managed ones lead to the counter.
func (p *Pages) hallTable(ctx context.Context, list []hall.Hall, managed bool) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "服务设施"), Empty: ui.Empty(ui.T(ctx, "没有服务设施"), ui.T(ctx, "换一个地方试试。")), Cols: []ui.Col{{Name: ui.T(ctx, "设施"), Main: true}, {Name: ui.T(ctx, "类别")}, {Name: ui.T(ctx, "开放时间")},
		{Name: ui.T(ctx, "可以")}}}
	for _, h := range list {
		row := []ui.Cell{{Text: h.Name, Href: "/hall/at/" + h.ID.String(), Note: p.Town.Place(h.Place)}, {Text: ui.T(ctx, hall.KindWords(h.Kind))}, {Text: weekOf(ctx, h.Hours())}, {Text: offers(ctx, h)}}
		if managed && h.Counters > 0 {
			row[3] = ui.Cell{Text: ui.T(ctx, "叫号"), Href: "/hall/at/" + h.ID.String() + "/counter?at=1"}
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: row})
	}
	return t
}

func offers(ctx context.Context, h hall.Hall) string {
	var list []string
	if h.Counters > 0 {
		list = append(list, ui.T(ctx, "取号办事"))
	}
	if h.Capacity > 0 {
		list = append(list, ui.T(ctx, "预约办事"))
	}
	if h.Shared {
		list = append(list, ui.T(ctx, "预约场地"))
	}
	return strings.Join(list, "、")
}

// hall is one facility: its hours, its queue now, free slots, who has it when, and its use.
func (p *Pages) hall(w http.ResponseWriter, r *http.Request) error { return p.showHall(w, r, nil) }

func (p *Pages) showHall(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx, by := r.Context(), session.Actor(r)
	var h hall.Hall
	var b *hall.Board
	var slots []hall.Slot
	var taken []hall.Booking
	var use hall.Use
	var now time.Time
	day := r.URL.Query().Get("day")
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		if b, err = hall.Look(tx, ui.ID(r)); err != nil {
			return err
		}
		h = b.Hall
		on := today(tx).AddDays(1)
		if d, err := civil.ParseDate(day); err == nil {
			on = d
		}
		day = on.String()
		if slots, err = hall.Slots(tx, h, on); err != nil {
			return err
		}
		if taken, err = hall.Bookings(tx, by, h, now, 50); err != nil {
			return err
		}
		use, err = hall.UseOf(tx, h.ID, now.AddDate(0, 0, -30), now)
		return err
	})
	if err != nil {
		return err
	}
	wrong := ui.FieldErrors(ctx, cause)
	pg := page(ctx, "/hall", h.Name, p.Town.Place(h.Place))
	pg.Trail, pg.Errors = []ui.Link{{Text: ui.T(ctx, "服务设施"), Href: "/hall"}}, wrong
	facts := []ui.Pair{{Name: ui.T(ctx, "类别"), Text: ui.T(ctx, hall.KindWords(h.Kind))}, {Name: ui.T(ctx, "今天开放"), Text: h.Hours().Words(now.In(civil.Shanghai).Weekday())},
		{Name: ui.T(ctx, "管理单位"), Text: p.Town.Unit(h.Unit)}, {Name: ui.T(ctx, "面积"), Text: ui.T(ctx, "%d 平方米", h.Area)},
		{Name: ui.T(ctx, "近 30 天使用"), Text: ui.T(ctx, "取号 %d 次，预约办事 %d 人，场地 %d 场 %d 人次", use.Tickets, use.Visits, use.Bookings, use.Heads)}}
	parts := []templ.Component{ui.Facts(facts)}
	if f := fault.As(cause); f != nil && f.Kind == fault.KindConflict {
		parts = append(parts, notice(ui.Warn, ui.T(ctx, "没有约成"), ui.Words(ctx, cause)))
	}
	if h.Services != "" {
		parts = append(parts, part.Block(ui.T(ctx, "办什么"), part.Says(strings.ReplaceAll(h.Services, "\n", "、"))))
	}
	at := "/hall/at/" + h.ID.String()
	if h.Counters > 0 {
		parts = append(parts, part.Block(ui.T(ctx, "现在排队"), ui.Stats(queueStats(ctx, b, at))))
	}
	if h.Manages(by) {
		buttons := []ui.Button{{Text: ui.T(ctx, "修改设施"), Href: "/hall/edit?id=" + h.ID.String()}}
		if h.Counters > 0 {
			buttons = append([]ui.Button{{Text: ui.T(ctx, "窗口叫号"), Href: at + "/counter?at=1", Kind: ui.Primary}, {Text: ui.T(ctx, "取号机"), Href: at + "/kiosk"}}, buttons...)
		}
		parts = append(parts, links(buttons))
	}
	if h.Capacity > 0 {
		parts = append(parts, part.Block(ui.T(ctx, "预约办事"), slotForm(at, day, slots, wrong)))
	}
	if h.Shared {
		parts = append(parts, part.Block(ui.T(ctx, "预约场地"), ui.Rows(p.bookingTable(ctx, taken)), reserveForm(at, reserveFields(ctx, r, wrong))))
	}
	body := pageOf(pg, parts...)
	if cause != nil {
		return ui.Render(part.Answering(w, cause), r, body)
	}
	return ui.Render(w, r, body)
}

func queueStats(ctx context.Context, b *hall.Board, at string) []ui.Stat {
	wait := time.Duration(len(b.Waiting)/max(1, b.Hall.Counters)*b.Minutes) * time.Minute
	return []ui.Stat{{Name: ui.T(ctx, "等候"), Value: ui.Count(len(b.Waiting)), Unit: ui.T(ctx, "人"), Href: at + "/screen"},
		{Name: ui.T(ctx, "大约要等"), Value: strconv.Itoa(int(wait.Minutes())), Unit: ui.T(ctx, "分钟")}, {Name: ui.T(ctx, "今天已办"), Value: ui.Count(b.Served), Unit: ui.T(ctx, "人")}}
}

// manage lists what the reader manages.
func (p *Pages) manage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var list []hall.Hall
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) { list, err = hall.Managed(tx, session.Actor(r)); return err })
	if err != nil {
		return err
	}
	pg := page(ctx, "/hall/manage", ui.T(ctx, "服务设施"), ui.T(ctx, "六中心一平台和其他设施：开放时间、窗口、共享。"))
	return ui.Render(w, r, pageOf(pg, ui.Rows(p.hallTable(ctx, list, true)), links([]ui.Button{{Text: ui.T(ctx, "登记设施"), Href: "/hall/edit", Kind: ui.Primary}, {Text: ui.T(ctx, "待批的场地预约"), Href: "/hall/bookings"}})))
}

func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error { return p.showEdit(w, r, nil) }

func (p *Pages) showEdit(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx, by := r.Context(), session.Actor(r)
	h := hall.Hall{Opens: "1-7 09:00-17:00", Slot: 30, Most: 3, Elder: hall.ElderFrom, Unit: by.Unit, Place: placeOf(by)}
	if id, err := db.ParseID(r.FormValue("id")); err == nil {
		err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) { h, err = hall.Get(tx, id); return err })
		if err != nil {
			return err
		}
		if !h.Manages(by) {
			return fault.Forbidden("您不是 %s 的工作人员", h.Name)
		}
	}
	if cause != nil {
		h = hallFrom(r, h)
	}
	wrong := ui.FieldErrors(ctx, cause)
	pg := page(ctx, "/hall/manage", ui.T(ctx, "登记设施"), "")
	pg.Trail, pg.Errors = []ui.Link{{Text: ui.T(ctx, "服务设施"), Href: "/hall/manage"}}, wrong
	number := func(name, label string, v int) ui.Field {
		return ui.Field{Name: name, Label: label, Kind: "number", Value: strconv.Itoa(v), Short: true}
	}
	kind := ui.Field{Name: "kind", Label: ui.T(ctx, "类别"), Kind: "select", Value: h.Kind, Required: true}
	for _, k := range hall.Kinds {
		kind.Options = append(kind.Options, ui.Option{Value: k.Value, Text: ui.T(ctx, k.Label)})
	}
	shared := ""
	if h.Shared {
		shared = "1"
	}
	id := ""
	if !h.ID.IsZero() {
		id = h.ID.String()
	}
	fields := wrong.On([]ui.Field{{Name: "id", Kind: "hidden", Value: id}, {Name: "name", Label: ui.T(ctx, "名称"), Value: h.Name, Required: true, Max: 60}, kind,
		{Name: "place", Label: ui.T(ctx, "社区区划代码"), Value: h.Place, Required: true, Short: true}, {Name: "opens", Label: ui.T(ctx, "开放时间"), Value: h.Opens, Required: true,
			Hint: ui.T(ctx, "如 1-5 09:00-12:00 13:30-17:00; 6,7 09:00-16:00，1 是周一")}, {Name: "services", Label: ui.T(ctx, "办什么，每行一项"), Kind: "longtext", Rows: 3, Value: h.Services, Max: 1000},
		number("area", ui.T(ctx, "面积（平方米）"), h.Area), number("seats", ui.T(ctx, "座位"), h.Seats), number("counters", ui.T(ctx, "叫号窗口数"), h.Counters),
		number("capacity", ui.T(ctx, "每时段可预约人数"), h.Capacity), number("slot", ui.T(ctx, "时段长度（分钟）"), h.Slot), number("most", ui.T(ctx, "连叫几个优先号后叫普通号"), h.Most), number("elder", ui.T(ctx, "几岁起老年人优先"), h.Elder),
		{Name: "shared", Label: ui.T(ctx, "对外共享，可以预约场地"), Kind: "bool", Value: shared}})
	body := pageOf(pg, formOf("/hall/edit", fields, ui.Button{Text: ui.T(ctx, "保存"), Kind: ui.Primary}))
	if cause != nil {
		return ui.Render(part.Answering(w, cause), r, body)
	}
	return ui.Render(w, r, body)
}

// placeOf is the code of the place where the actor works.
func placeOf(by staff.Actor) string {
	for _, g := range by.Grants {
		if (g.Role == staff.Community || g.Role == staff.Desk) && g.Place != "" {
			codes := strings.Split(strings.Trim(g.Place, "/"), "/")
			return codes[len(codes)-1]
		}
	}
	return ""
}

func hallFrom(r *http.Request, h hall.Hall) hall.Hall {
	number := func(name string) int { n, _ := strconv.Atoi(strings.TrimSpace(r.PostFormValue(name))); return n }
	h.Name, h.Kind, h.Place, h.Opens, h.Services = r.PostFormValue("name"), r.PostFormValue("kind"), r.PostFormValue("place"), r.PostFormValue("opens"), r.PostFormValue("services")
	h.Area, h.Seats, h.Counters, h.Capacity, h.Slot, h.Most, h.Elder = number("area"), number("seats"), number("counters"), number("capacity"), number("slot"), number("most"), number("elder")
	h.Shared = r.PostFormValue("shared") != ""
	return h
}

func (p *Pages) put(w http.ResponseWriter, r *http.Request) error {
	by := session.Actor(r)
	var id db.ID
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		h := hall.Hall{Unit: by.Unit}
		if old, err := db.ParseID(r.PostFormValue("id")); err == nil {
			if h, err = hall.Get(tx, old); err != nil {
				return err
			}
			if !h.Manages(by) {
				return fault.Forbidden("您不是 %s 的工作人员", h.Name)
			}
		}
		var err error
		id, err = hall.Put(tx, by, hallFrom(r, h))
		return err
	})
	if fault.KindOf(err) == fault.KindInvalid && err != nil {
		return p.showEdit(w, r, err)
	}
	return ui.Done(w, r, err, "/hall/at/"+id.String(), ui.T(r.Context(), "设施已保存"))
}
