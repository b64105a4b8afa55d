package hall

import (
	"strings"
	"unicode/utf8"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/notify"
	"linli/internal/once"
	"linli/internal/place"
	"linli/internal/staff"
)

// The states of a visit after it was asked for.
const (
	Assigned = "assigned" // 已安排
	Visited  = "visited"  // 已上门
)

// A Visit (上门服务) is help at home that a resident asked for.
type Visit struct {
	ID      db.ID      `json:"id"`
	Place   string     `json:"place"`
	Path    string     `json:"path"`
	Account db.ID      `json:"account"`
	Name    string     `json:"name"`
	Address string     `json:"address"`
	Need    string     `json:"need"`
	State   string     `json:"state"`
	Worker  db.ID      `json:"worker"`
	Who     string     `json:"who"` // the worker's name
	Day     civil.Date `json:"day"`
	Words   string     `json:"words"`
	Asked   db.Time    `json:"asked"`
}

const visitColumns = `id, place, path, account, name, address, need, state, worker, worker_name, day, words, asked_at`

func scanVisit(r *db.Rows) (v Visit, err error) {
	return v, r.Scan(&v.ID, &v.Place, &v.Path, &v.Account, &v.Name, &v.Address, &v.Need, &v.State, &v.Worker, &v.Who, &v.Day, &v.Words, &v.Asked)
}

// serves reports whether the actor arranges and makes visits there.
func (v *Visit) serves(by staff.Actor) bool {
	return by.Has(staff.Community, v.Path, "") || by.Has(staff.Desk, v.Path, "")
}

// AskVisit asks for help at home.
func AskVisit(tx *db.Tx, by staff.Actor, key string, v Visit) (Visit, error) {
	return once.For(tx, by.AuditName(), key, []any{"visit", v}, func() (Visit, error) {
		v.ID, v.Account, v.State, v.Asked = db.NewID(), by.Account, Asked, db.At(tx.Now())
		var bad []fault.FieldError
		for field, text := range map[string]*string{"name": &v.Name, "address": &v.Address, "need": &v.Need} {
			*text = strings.TrimSpace(*text)
			if n := utf8.RuneCountInString(*text); n == 0 || n > 300 {
				bad = append(bad, fault.FieldError{Field: field, Format: "请填写此项，不超过 300 字"})
			}
		}
		paths, err := place.Paths(tx, v.Place)
		if err != nil {
			return v, err
		}
		if v.Path = paths[v.Place]; v.Path == "" {
			bad = append(bad, fault.FieldError{Field: "place", Format: "请选择所在的社区"})
		}
		if by.Account.IsZero() {
			return v, fault.Forbidden("请先登录")
		}
		if err := fault.Fields(bad); err != nil {
			return v, err
		}
		err = tx.Exec(`insert into hall_visit (`+visitColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			v.ID, v.Place, v.Path, v.Account, v.Name, v.Address, v.Need, v.State, v.Worker, v.Who, v.Day, v.Words, v.Asked)
		if err != nil {
			return v, wrap("ask for visit", err)
		}
		return v, record(tx, by, "hall.visit", v.ID, v)
	})
}

func visit(tx *db.Tx, by staff.Actor, id db.ID) (Visit, error) {
	list, err := db.Select(tx, scanVisit, `select `+visitColumns+` from hall_visit where id = ?`, id)
	if err != nil {
		return Visit{}, wrap("read visit", err)
	}
	if len(list) == 0 || !list[0].serves(by) && list[0].Account != by.Account {
		return Visit{}, fault.NotFound("没有这项上门服务，或您无权查看")
	}
	return list[0], nil
}

// AssignVisit lets the actor himself take a visit on, for a day.
func AssignVisit(tx *db.Tx, by staff.Actor, key string, id db.ID, day civil.Date) (Visit, error) {
	return once.For(tx, by.AuditName(), key, []any{"assign", id, day}, func() (Visit, error) {
		v, err := visit(tx, by, id)
		switch {
		case err != nil:
			return v, err
		case !v.serves(by):
			return v, fault.Forbidden("应由社区工作人员安排")
		case day.Before(place.Today(tx)):
			return v, fault.Invalid("day", "上门日期不能早于今天")
		}
		v.State, v.Worker, v.Who, v.Day = Assigned, by.Account, by.Name, day
		err = tx.ExecOne(`update hall_visit set state = ?, worker = ?, worker_name = ?, day = ? where id = ? and state = ?`,
			v.State, v.Worker, v.Who, v.Day, id, Asked)
		if err != nil {
			return v, wrap("assign visit", err)
		}
		err = notify.Send(tx, notify.Message{To: notify.Account(v.Account), Subject: "上门服务已安排", Text: v.Who + "将于" + day.Words() + "上门。", Link: "/hall/visits"})
		if err != nil {
			return v, err
		}
		return v, record(tx, by, "hall.assign", id, v)
	})
}

// EndVisit says what was done at home, or that it was called off.
func EndVisit(tx *db.Tx, by staff.Actor, key string, id db.ID, state, words string) (Visit, error) {
	return once.For(tx, by.AuditName(), key, []any{"end", id, state, words}, func() (Visit, error) {
		v, err := visit(tx, by, id)
		words = strings.TrimSpace(words)
		was := v.State
		switch {
		case err != nil:
			return v, err
		case state == Visited && v.Worker != by.Account:
			return v, fault.Forbidden("应由上门的工作人员填写")
		case state == Visited && words == "":
			return v, fault.Invalid("words", "请写明办了什么")
		case state != Visited && state != Cancelled || state == Cancelled && v.Account != by.Account:
			return v, fault.Forbidden("只有提出的人可以取消")
		case was != Assigned && was != Asked || state == Visited && was != Assigned:
			return v, fault.Conflict("这项上门服务已经结束")
		}
		v.State, v.Words = state, words
		err = tx.ExecOne(`update hall_visit set state = ?, words = ?, ended_at = ? where id = ? and state = ?`, state, words, db.At(tx.Now()), id, was)
		if err != nil {
			return v, wrap("end visit", err)
		}
		return v, record(tx, by, "hall.visited", id, v)
	})
}

// Visits lists those that the actor asked for or serves: open ones first, the longest waiting before.
func Visits(tx *db.Tx, by staff.Actor) ([]Visit, error) {
	where, args := []string{"account = ?"}, []any{by.Account}
	for _, g := range by.Grants {
		if (g.Role == staff.Community || g.Role == staff.Desk) && g.Place != "" {
			from, end := place.Range(g.Place)
			where, args = append(where, "path >= ? and path < ?"), append(args, from, end)
		}
	}
	list, err := db.Select(tx, scanVisit, `select `+visitColumns+` from hall_visit where `+strings.Join(where, " or ")+`
		order by case when state in ('asked', 'assigned') then 0 else 1 end, asked_at limit 100`, args...)
	return list, wrap("list visits", err)
}
