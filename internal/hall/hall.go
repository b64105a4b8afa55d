package hall

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A Hall (服务设施) is a centre or another facility of a community: a place with opening hours, perhaps with counters, perhaps
// for others to use.
type Hall struct {
	ID       db.ID
	Facility db.ID // its entry in the register; zero when none
	Kind     string
	Name     string
	Place    string // code
	Path     string
	Unit     string // code of the unit that owns it
	Opens    string // see ParseHours
	Services string // one a line
	Area     int    // square metres
	Seats    int
	Shared   bool // others may book it
	Counters int  // 0: no numbers are called here
	Slot     int  // minutes of an appointment
	Capacity int  // appointments in one slot; 0: none
	Most     int  // numbers with priority called in a row while an ordinary one waits
	Elder    int  // age from which somebody comes first; no document says one, so each hall sets its own, ElderFrom at first
}

// An Option (选项) is one of a short list.
type Option struct{ Value, Label string }

// Kinds (设施类别) are the six centres and one platform, and other facilities.
var Kinds = []Option{
	{"public-service", "公共服务中心"}, {"elderly", "养老服务中心"}, {"youth", "青少年活动中心"}, {"training", "市民培训中心"},
	{"aid", "爱心援助中心"}, {"volunteer", "志愿者工作中心（社会组织孵化中心）"}, {"platform", "数字化管理和公共服务信息平台"},
	{"culture", "文化体育设施"}, {"room", "会议活动用房"},
}

// KindWords is what a kind is called.
func KindWords(kind string) string {
	for _, k := range Kinds {
		if k.Value == kind {
			return k.Label
		}
	}
	return kind
}

// Hours reads when the hall is open; a stored text is always well-formed.
func (h *Hall) Hours() Hours {
	x, _ := ParseHours(h.Opens)
	return x
}

// Manages reports whether the actor may call numbers, approve bookings and change the hall: a clerk or community worker of
// its place, or whoever works for the unit that owns it.
func (h *Hall) Manages(by staff.Actor) bool {
	return by.Has(staff.Desk, h.Path, h.Unit) || by.Has(staff.Community, h.Path, h.Unit) || by.Has(staff.Handler, "", h.Unit)
}

// Put adds a hall (ID zero) or changes one. Returns invalid with every field that is wrong, and forbidden.
func Put(tx *db.Tx, by staff.Actor, h Hall) (db.ID, error) {
	if err := h.check(tx); err != nil {
		return 0, err
	}
	if !h.Manages(by) && by.Via != staff.ViaCommand {
		return 0, fault.Forbidden("只有本社区的工作人员可以维护服务设施")
	}
	if err := h.enter(tx); err != nil {
		return 0, err
	}
	args := []any{h.Kind, h.Name, h.Place, h.Path, h.Unit, h.Opens, h.Services, h.Area, h.Seats, flag(h.Shared), h.Counters, h.Slot, h.Capacity, h.Most, h.Elder, h.Facility}
	var err error
	if h.ID.IsZero() {
		h.ID = db.NewID()
		err = tx.Exec(`insert into hall (kind, name, place, path, unit, opens, services, area, seats, shared, counters, slot, capacity, most, elder, facility, id)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, append(args, h.ID)...)
	} else {
		err = tx.ExecOne(`update hall set kind = ?, name = ?, place = ?, path = ?, unit = ?, opens = ?, services = ?, area = ?, seats = ?, shared = ?,
			counters = ?, slot = ?, capacity = ?, most = ?, elder = ?, facility = ?, version = version + 1 where id = ?`, append(args, h.ID)...)
	}
	if err != nil {
		return 0, wrap("store hall", err)
	}
	return h.ID, record(tx, by, "hall.put", h.ID, h)
}

// registered is the kind under which the register of facilities has a hall.
var registered = map[string]string{"elderly": "care", "culture": "culture", "youth": "culture", "training": "culture", "room": "office"}

// enter keeps the hall's entry in the register of facilities.
func (h *Hall) enter(tx *db.Tx) error {
	if !h.Facility.IsZero() {
		f, err := register.FacilityOf(tx, h.Facility)
		if err != nil {
			return err
		}
		if f.Name != h.Name || f.Place != h.Place { // renamed or moved: what the register says of it is changed there, by whoever keeps it
			return nil
		}
	}
	f, err := register.PutFacility(tx, register.Facility{Kind: cmp.Or(registered[h.Kind], "service"), Name: h.Name, Place: h.Place, Hours: h.Opens, Shareable: h.Shared, Source: "hall"})
	h.Facility = f.ID
	return err
}

func (h *Hall) check(tx *db.Tx) error {
	var bad []fault.FieldError
	miss := func(field, format string) { bad = append(bad, fault.FieldError{Field: field, Format: format}) }
	h.Name = strings.TrimSpace(h.Name)
	if n := utf8.RuneCountInString(h.Name); n == 0 || n > 60 {
		miss("name", "请填写设施名称，不超过 60 字")
	}
	if KindWords(h.Kind) == h.Kind {
		miss("kind", "请选择设施类别")
	}
	if _, err := ParseHours(h.Opens); err != nil {
		miss("opens", fault.As(err).Format)
	}
	if h.Slot < 5 || h.Slot > 480 {
		h.Slot = 30
	}
	if h.Most < 1 {
		h.Most = 3
	}
	if h.Elder == 0 {
		h.Elder = ElderFrom
	}
	if h.Elder < 50 || h.Elder > 100 {
		miss("elder", "老年人优先的年龄应在 50 到 100 岁之间")
	}
	if h.Area < 0 || h.Seats < 0 || h.Counters < 0 || h.Counters > 99 || h.Capacity < 0 || h.Capacity > 99 {
		miss("counters", "面积、座位不能为负数，窗口和每时段预约数在 0 到 99 之间")
	}
	paths, err := place.Paths(tx, h.Place)
	if err != nil {
		return err
	}
	if h.Path = paths[h.Place]; h.Path == "" {
		miss("place", "请选择设施所在的社区")
	}
	if _, err := staff.UnitOf(tx, h.Unit); err != nil {
		miss("unit", "请选择管理单位")
	}
	return fault.Fields(bad)
}

const columns = `id, facility, kind, name, place, path, unit, opens, services, area, seats, shared, counters, slot, capacity, most, elder`

func scan(r *db.Rows) (h Hall, err error) {
	return h, r.Scan(&h.ID, &h.Facility, &h.Kind, &h.Name, &h.Place, &h.Path, &h.Unit, &h.Opens, &h.Services, &h.Area, &h.Seats, &h.Shared,
		&h.Counters, &h.Slot, &h.Capacity, &h.Most, &h.Elder)
}

// Get returns a hall; that it exists is public. Returns notfound.
func Get(tx *db.Tx, id db.ID) (Hall, error) {
	list, err := db.Select(tx, scan, `select `+columns+` from hall where id = ?`, id)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这处服务设施")
	}
	if err != nil {
		return Hall{}, wrap("read hall", err)
	}
	return list[0], nil
}

// List returns the halls at and below a path, by path and name, up to limit.
func List(tx *db.Tx, path string, limit int) ([]Hall, error) {
	from, end := place.Range(path)
	list, err := db.Select(tx, scan, `select `+columns+` from hall where path >= ? and path < ? order by path, name limit ?`, from, end, limit)
	return list, wrap("list halls", err)
}

// Managed returns the halls that an actor manages.
func Managed(tx *db.Tx, by staff.Actor) ([]Hall, error) {
	var list []Hall
	seen := map[db.ID]bool{}
	take := func(found []Hall, err error) error {
		for _, h := range found {
			if h.Manages(by) && !seen[h.ID] {
				seen[h.ID] = true
				list = append(list, h)
			}
		}
		return err
	}
	for _, g := range by.Grants {
		switch {
		case g.Unit != "":
			if err := take(db.Select(tx, scan, `select `+columns+` from hall where unit = ? order by path, name limit 200`, g.Unit)); err != nil {
				return nil, wrap("list halls", err)
			}
		case g.Place != "" && slices.Contains([]staff.Role{staff.Desk, staff.Community}, g.Role):
			if err := take(List(tx, g.Place, 200)); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// record notes in the audit log what a row became.
func record(tx *db.Tx, by staff.Actor, verb string, id db.ID, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: verb, Subject: "hall:" + id.String(), Digest: sha256.Sum256(b)})
}
