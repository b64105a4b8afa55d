package community

import (
	"context"
	"net/http"
	"strconv"
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

// book takes a slot for the resident.
func (p *Pages) book(w http.ResponseWriter, r *http.Request) error {
	at, err := time.Parse(time.RFC3339, r.PostFormValue("slot"))
	if err == nil {
		err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
			_, err := hall.Book(tx, session.Actor(r), ui.FormKey(r), ui.ID(r), at, r.PostFormValue("service"))
			return err
		})
	} else {
		err = fault.Invalid("slot", "请从列出的时段中选择")
	}
	if k := fault.KindOf(err); err != nil && (k == fault.KindInvalid || k == fault.KindConflict) {
		return p.showHall(w, r, err)
	}
	return ui.Done(w, r, err, "/hall/appointments", ui.T(r.Context(), "已约好，到时请到大厅取号"))
}

func (p *Pages) appointments(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var list []hall.Appointment
	names := map[db.ID]string{}
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if list, err = hall.Own(tx, by); err != nil {
			return err
		}
		for _, a := range list {
			h, err := hall.Get(tx, a.Hall)
			if err != nil {
				return err
			}
			names[a.Hall] = h.Name
		}
		return nil
	})
	if err != nil {
		return err
	}
	t := ui.Table{Caption: ui.T(ctx, "我的预约"), Empty: ui.Empty(ui.T(ctx, "没有预约"), ui.T(ctx, "在服务设施里选一处、选一个时段。")), Cols: []ui.Col{{Name: ui.T(ctx, "时间"), Main: true}, {Name: ui.T(ctx, "大厅")}, {Name: ui.T(ctx, "情况")}, {Name: ui.T(ctx, "取消")}}}
	for _, a := range list {
		row := []ui.Cell{{Text: ui.DateTime(ctx, a.At.Time)}, {Text: names[a.Hall], Href: "/hall/at/" + a.Hall.String()}, {Text: ui.T(ctx, hall.StateWords(a.State))}, {}}
		if a.State == hall.Booked {
			row[3].Body = formOf("/hall/appointments/"+a.ID.String(), nil, ui.Button{Text: ui.T(ctx, "取消预约"), Name: "do", Value: "cancel"})
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: row})
	}
	return ui.Render(w, r, pageOf(page(ctx, "/hall/appointments", ui.T(ctx, "我的预约"), ""), ui.Rows(t), links([]ui.Button{{Text: ui.T(ctx, "去预约"), Href: "/hall", Kind: ui.Primary}})))
}

// appointment is cancelled by the resident, or its holder has come.
func (p *Pages) appointment(w http.ResponseWriter, r *http.Request) error {
	by, arrive := session.Actor(r), r.PostFormValue("do") == "arrive"
	var t hall.Ticket
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		if arrive {
			t, err = hall.Arrive(tx, by, ui.FormKey(r), ui.ID(r))
			return err
		}
		_, err = hall.Cancel(tx, by, ui.FormKey(r), ui.ID(r))
		return err
	})
	if arrive {
		return ui.Done(w, r, err, "/hall/at/"+t.Hall.String()+"/counter?at=1", ui.T(r.Context(), "预约已到，号是 %s", t.Number))
	}
	return ui.Done(w, r, err, "/hall/appointments", ui.T(r.Context(), "预约已取消"))
}

func reserveFields(ctx context.Context, r *http.Request, wrong ui.Errors) []ui.Field {
	return wrong.On([]ui.Field{{Name: "from", Label: ui.T(ctx, "开始"), Kind: "instant", Value: r.PostFormValue("from"), Required: true}, {Name: "to", Label: ui.T(ctx, "结束"), Kind: "instant", Value: r.PostFormValue("to"), Required: true},
		{Name: "purpose", Label: ui.T(ctx, "用途"), Value: r.PostFormValue("purpose"), Required: true, Max: 200}, {Name: "heads", Label: ui.T(ctx, "人数"), Kind: "number", Value: r.PostFormValue("heads"), Required: true, Short: true}})
}

func instant(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02T15:04", text, civil.Shanghai)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (p *Pages) reserve(w http.ResponseWriter, r *http.Request) error {
	heads, _ := strconv.Atoi(r.PostFormValue("heads"))
	b := hall.Booking{Hall: ui.ID(r), From: db.At(instant(r.PostFormValue("from"))), To: db.At(instant(r.PostFormValue("to"))), Purpose: r.PostFormValue("purpose"), Heads: heads}
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		made, err := hall.Reserve(tx, session.Actor(r), ui.FormKey(r), b)
		b.ID = made.ID
		return err
	})
	if k := fault.KindOf(err); err != nil && (k == fault.KindInvalid || k == fault.KindConflict) {
		return p.showHall(w, r, err)
	}
	return ui.Done(w, r, err, "/hall/bookings/"+b.ID.String(), ui.T(r.Context(), "场地预约已提交"))
}

// bookingTable lists bookings; what is somebody else's shows only that the room is taken.
func (p *Pages) bookingTable(ctx context.Context, list []hall.Booking) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "已有的预约"), Shown: true, Empty: ui.Empty(ui.T(ctx, "还没有人预约"), ""), Cols: []ui.Col{{Name: ui.T(ctx, "时间"), Main: true}, {Name: ui.T(ctx, "用途")}, {Name: ui.T(ctx, "情况")}}}
	for _, b := range list {
		cell := ui.Cell{Text: ui.DateTime(ctx, b.From.Time), Note: ui.T(ctx, "到 %s", b.To.In(civil.Shanghai).Format("15:04"))}
		if b.Purpose != "" {
			cell.Href = "/hall/bookings/" + b.ID.String()
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{cell, {Text: b.Purpose}, {Text: ui.T(ctx, hall.StateWords(b.State))}}})
	}
	return t
}

// bookings are one's own, and those that wait for one's decision.
func (p *Pages) bookings(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var own, wait []hall.Booking
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if own, err = hall.OwnBookings(tx, by); err != nil {
			return err
		}
		halls, err := hall.Managed(tx, by)
		if err != nil {
			return err
		}
		for _, h := range halls {
			list, err := hall.Bookings(tx, by, h, tx.Now(), 50)
			if err != nil {
				return err
			}
			for _, b := range list {
				if b.State == hall.Asked {
					wait = append(wait, b)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	parts := []templ.Component{}
	if len(wait) > 0 {
		t := p.bookingTable(ctx, wait)
		t.Caption = ui.T(ctx, "等您批准")
		parts = append(parts, ui.Rows(t))
	}
	t := p.bookingTable(ctx, own)
	t.Caption = ui.T(ctx, "我提出的")
	return ui.Render(w, r, pageOf(page(ctx, "/hall/bookings", ui.T(ctx, "场地预约"), ui.T(ctx, "单位和居民都可以借用对外共享的场地。")), append(parts, ui.Rows(t))...))
}

func (p *Pages) booking(w http.ResponseWriter, r *http.Request) error {
	return p.showBooking(w, r, nil)
}

func (p *Pages) showBooking(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx, by := r.Context(), session.Actor(r)
	var b hall.Booking
	var h hall.Hall
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) { b, h, err = hall.BookingOf(tx, by, ui.ID(r)); return err })
	if err != nil {
		return err
	}
	wrong := ui.FieldErrors(ctx, cause)
	pg := page(ctx, "/hall/bookings", h.Name, ui.T(ctx, hall.StateWords(b.State)))
	pg.Trail, pg.Errors = []ui.Link{{Text: ui.T(ctx, "场地预约"), Href: "/hall/bookings"}}, wrong
	parts := []templ.Component{ui.Facts([]ui.Pair{{Name: ui.T(ctx, "时间"), Text: ui.DateTime(ctx, b.From.Time) + " – " + b.To.In(civil.Shanghai).Format("15:04")}, {Name: ui.T(ctx, "用途"), Text: b.Purpose},
		{Name: ui.T(ctx, "人数"), Text: ui.Count(b.Heads)}, {Name: ui.T(ctx, "预约人"), Text: b.Name + " " + p.Town.Unit(b.Unit)}, {Name: ui.T(ctx, "决定"), Text: b.Decided}, {Name: ui.T(ctx, "意见"), Text: b.Words},
		{Name: ui.T(ctx, "设施"), Text: h.Name, Href: "/hall/at/" + h.ID.String()}})}
	var buttons []ui.Button
	if h.Manages(by) && b.State == hall.Asked {
		buttons = []ui.Button{{Text: ui.T(ctx, "批准"), Kind: ui.Primary, Name: "state", Value: hall.Approved}, {Text: ui.T(ctx, "不批准"), Kind: ui.Danger, Name: "state", Value: hall.Refused}}
	}
	if b.State == hall.Asked || b.State == hall.Approved {
		buttons = append(buttons, ui.Button{Text: ui.T(ctx, "取消预约"), Name: "state", Value: hall.Cancelled})
		parts = append(parts, formOf("/hall/bookings/"+b.ID.String(), wrong.On([]ui.Field{{Name: "words", Label: ui.T(ctx, "意见"), Max: 200, Hint: ui.T(ctx, "不批准须写明理由")}}), buttons...))
	}
	body := pageOf(pg, parts...)
	if cause != nil {
		return ui.Render(part.Answering(w, cause), r, body)
	}
	return ui.Render(w, r, body)
}

func (p *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		_, err := hall.Decide(tx, session.Actor(r), ui.FormKey(r), ui.ID(r), r.PostFormValue("state"), r.PostFormValue("words"))
		return err
	})
	if fault.KindOf(err) == fault.KindInvalid && err != nil {
		return p.showBooking(w, r, err)
	}
	return ui.Done(w, r, err, "/hall/bookings/"+ui.ID(r).String())
}

func (p *Pages) visits(w http.ResponseWriter, r *http.Request) error { return p.showVisits(w, r, nil) }

func (p *Pages) showVisits(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx, by := r.Context(), session.Actor(r)
	var list []hall.Visit
	var day civil.Date
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) { day = today(tx); list, err = hall.Visits(tx, by); return err })
	if err != nil {
		return err
	}
	t := ui.Table{Caption: ui.T(ctx, "上门服务"), Empty: ui.Empty(ui.T(ctx, "没有上门服务"), ""), Cols: []ui.Col{{Name: ui.T(ctx, "要办的事"), Main: true}, {Name: ui.T(ctx, "谁、在哪里")}, {Name: ui.T(ctx, "情况")}, {Name: ui.T(ctx, "下一步")}}}
	for _, v := range list {
		row := []ui.Cell{{Text: v.Need}, {Text: v.Name, Note: p.Town.Place(v.Place) + v.Address}, {Text: ui.T(ctx, hall.StateWords(v.State)), Note: v.Who + " " + v.Words}, {}}
		switch at := "/hall/visits/" + v.ID.String(); {
		case v.State == hall.Asked && v.Account != by.Account:
			row[3].Body = formOf(at, []ui.Field{{Name: "day", Label: ui.T(ctx, "哪天上门"), Kind: "date", Value: day.AddDays(1).String(), Attrs: templ.Attributes{"id": "f-day-" + v.ID.String()}}}, ui.Button{Text: ui.T(ctx, "我去"), Name: "do", Value: "assign"})
		case v.State == hall.Assigned && v.Worker == by.Account:
			row[2].Note = v.Who + " " + v.Day.Words()
			row[3].Body = formOf(at, []ui.Field{{Name: "words", Label: ui.T(ctx, "办了什么"), Max: 200, Attrs: templ.Attributes{"id": "f-words-" + v.ID.String()}}}, ui.Button{Text: ui.T(ctx, "已上门"), Name: "do", Value: hall.Visited})
		case (v.State == hall.Asked || v.State == hall.Assigned) && v.Account == by.Account:
			row[3].Body = formOf(at, nil, ui.Button{Text: ui.T(ctx, "取消"), Name: "do", Value: hall.Cancelled})
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: row})
	}
	wrong := ui.FieldErrors(ctx, cause)
	pg := page(ctx, "/hall/visits", ui.T(ctx, "上门服务"), ui.T(ctx, "腿脚不便、卧病在床的，社区到家里办。"))
	pg.Errors = wrong
	parts := []templ.Component{ui.Rows(t)}
	if by.HasAny(staff.Resident) {
		pick := p.Town.Pick(r.PostForm, "place", "")
		pick.Label, pick.Error = ui.T(ctx, "所在社区"), wrong.Of("place")
		parts = append(parts, part.Block(ui.T(ctx, "请社区上门"), visitForm(wrong.On([]ui.Field{{Name: "name", Label: ui.T(ctx, "姓名"), Kind: "person-name", Value: value(r, "name", by.Name), Required: true},
			{Name: "address", Label: ui.T(ctx, "地址"), Value: r.PostFormValue("address"), Required: true, Max: 200}, {Name: "need", Label: ui.T(ctx, "要办什么"), Kind: "longtext", Rows: 3, Value: r.PostFormValue("need"), Required: true, Max: 300}}), pick)))
	}
	body := pageOf(pg, parts...)
	if cause != nil {
		return ui.Render(part.Answering(w, cause), r, body)
	}
	return ui.Render(w, r, body)
}

func value(r *http.Request, name, otherwise string) string {
	if v := r.PostFormValue(name); v != "" {
		return v
	}
	return otherwise
}

func (p *Pages) askVisit(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Invalid("form", "表单没有传完，请重新提交")
	}
	v := hall.Visit{Name: r.PostFormValue("name"), Address: r.PostFormValue("address"), Need: r.PostFormValue("need")}
	v.Place, _ = p.Town.Pick(r.PostForm, "place", "").Code() // an unknown place is told with the other fields
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { _, err := hall.AskVisit(tx, session.Actor(r), ui.FormKey(r), v); return err })
	if fault.KindOf(err) == fault.KindInvalid && err != nil {
		return p.showVisits(w, r, err)
	}
	return ui.Done(w, r, err, "/hall/visits", ui.T(r.Context(), "已告诉社区，会尽快安排"))
}

func (p *Pages) visit(w http.ResponseWriter, r *http.Request) error {
	by, do := session.Actor(r), r.PostFormValue("do")
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		if do == "assign" {
			day, err := civil.ParseDate(r.PostFormValue("day"))
			if err != nil {
				return fault.Invalid("day", "请选择上门日期")
			}
			_, err = hall.AssignVisit(tx, by, ui.FormKey(r), ui.ID(r), day)
			return err
		}
		_, err := hall.EndVisit(tx, by, ui.FormKey(r), ui.ID(r), do, r.PostFormValue("words"))
		return err
	})
	return ui.Done(w, r, err, "/hall/visits")
}
