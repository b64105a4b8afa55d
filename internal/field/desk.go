package field

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/geo"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Stray (待处理外业件) is an item that nothing acts on by itself any more and that the supervision centre decides on: of a closed account,
// refused, or in conflict because its worker was moved.
type Stray struct {
	Account db.ID
	ID      string
	Kind    Kind
	State   State
	Name    string // of the worker
	Words   string // why it lies here
	Said    string // what the worker reported
	Marks   []string
	At      time.Time
	Place   string // code, "" when nobody knows
	Photos  []string
	Voices  []string
	Case    db.ID // that it is about, or became
}

// Keepers are the roles that decide on strays, where their grant reaches the place.
var Keepers = []staff.Role{staff.Desk, staff.Supervisor}

// Strays lists up to limit strays in the reach of an actor, the oldest first, behind the one named.
func Strays(tx *db.Tx, by staff.Actor, after db.ID, limit int) ([]Stray, db.ID, error) {
	where, args := within(by)
	if where == "" {
		return nil, 0, nil
	}
	rows, err := db.Select(tx, scan, `select `+columns+` from field_item where desk = 1 and seq > ? and (`+where+`) order by seq limit ?`,
		append(append([]any{after}, args...), limit)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list strays: %w", err)
	}
	var list []Stray
	for _, r := range rows {
		s, err := r.stray(tx)
		if err != nil {
			return nil, 0, err
		}
		list, after = append(list, s), r.seq
	}
	return list, after, nil
}

// within is the reach of an actor as a condition; what lies nowhere is everybody's whose reach is a whole city.
func within(by staff.Actor) (string, []any) {
	var list []string
	var args []any
	for _, g := range by.Grants {
		if g.Role != staff.Desk && g.Role != staff.Supervisor || g.Place == "" {
			continue
		}
		from, end := place.Range(g.Place)
		list, args = append(list, "path >= ? and path < ?"), append(args, from, end)
		if len(place.Codes(g.Place)) == 1 {
			list = append(list, "path = ''")
		}
	}
	return strings.Join(list, " or "), args
}

func (r *row) stray(tx *db.Tx) (Stray, error) {
	a, err := staff.AccountOf(tx, r.account)
	if err != nil {
		return Stray{}, err
	}
	s := Stray{Account: r.account, ID: r.ID, Kind: r.Kind, State: r.state, Name: a.Name, Words: r.words, Marks: r.marks, At: r.at, Photos: r.Photos, Voices: r.Voices, Case: r.caseID}
	if r.path != "" {
		s.Place = last(r.path)
	}
	var b struct {
		Words string `json:"words"`
	}
	if r.read(&b) == nil {
		s.Said = b.Words
	}
	return s, nil
}

// keeps reports whether an actor decides on an item.
func (r *row) keeps(by staff.Actor) bool {
	for _, role := range Keepers {
		if r.path != "" && by.Has(role, r.path, "") {
			return true
		}
		for _, g := range by.Grants {
			if r.path == "" && g.Role == role && len(place.Codes(g.Place)) == 1 {
				return true
			}
		}
	}
	return false
}

// ofDesk loads a stray for an actor who decides on it.
func ofDesk(tx *db.Tx, by staff.Actor, account db.ID, id string) (*row, error) {
	r, err := load(tx, account, id)
	if err != nil {
		return nil, err
	}
	if !r.keeps(by) {
		return nil, fault.NotFound("没有这条记录，或您无权处理")
	}
	if !r.desk {
		return nil, fault.Conflict("这条记录已由别人处理")
	}
	return r, nil
}

// StrayPhoto is a photo or a voice note of a stray, for an actor who decides on it.
func StrayPhoto(tx *db.Tx, by staff.Actor, account db.ID, id, sha string) (blob.Link, error) {
	r, err := ofDesk(tx, by, account, id)
	if err != nil {
		return blob.Link{}, err
	}
	if slices.Contains(r.files(), sha) {
		var link db.ID
		err := tx.QueryRow(`select link from field_photo where account = ? and sha = ? and words = ''`, account, sha).Scan(&link)
		if err == nil {
			return blob.Get(tx, link)
		}
		if !errors.Is(err, db.ErrNoRows) {
			return blob.Link{}, err
		}
	}
	return blob.Link{}, fault.NotFound("没有这个附件")
}

// Adopt lets the desk register what a stray reports as a case of its own, with the photos, in the name of whoever reported it. code says where,
// "" for where the item says.
func (x *Inbox) Adopt(tx *db.Tx, by staff.Actor, account db.ID, id, code string) (casework.Receipt, error) {
	r, err := ofDesk(tx, by, account, id)
	if err != nil {
		return casework.Receipt{}, err
	}
	var b reported
	if err := r.read(&b); err != nil {
		return casework.Receipt{}, err
	}
	if r.Kind != Report || !r.caseID.IsZero() {
		return casework.Receipt{}, fault.Conflict("只有没有登记过的上报可以登记为办件")
	}
	if code == "" && r.path != "" {
		code = last(r.path)
	}
	where, err := place.Get(tx, code)
	if err != nil {
		return casework.Receipt{}, fault.Invalid("place", "请选择事项发生地")
	}
	f := x.flow(tx, where.Path)
	if f == nil {
		return casework.Receipt{}, fault.Conflict("本市还没有采用网格巡查的文件")
	}
	a, err := staff.AccountOf(tx, account)
	if err != nil {
		return casework.Receipt{}, err
	}
	in := casework.Intake{Key: r.key() + ":desk", Flow: f.ID, Body: b.Words, Kind: x.class(tx, &b), Place: code, Spot: b.Spot, At: r.at, Files: r.files(),
		From: casework.Reporter{Name: a.Name}}
	if r.Lon != nil && r.path != "" {
		in.Where = &casework.Position{Point: geo.Point{Lon: *r.Lon, Lat: *r.Lat}, Accuracy: min(r.Accuracy, 20_000), At: r.at}
	}
	if x.Cases.Form(f.ID, tx.Now()) == nil {
		in.Title = opening(b.Words)
	}
	receipt, err := x.Cases.Register(tx, by, in)
	if err != nil {
		return receipt, err
	}
	was := r.state
	r.state, r.desk, r.caseID, r.words = Taken, false, receipt.Case, "监督中心已登记为办件 "+receipt.Number
	if err := x.attach(tx, by, r); err != nil {
		return receipt, err
	}
	if words := r.said(); words != "" {
		note := casework.Act{Act: flow.Act{Verb: flow.Note, Words: words}, Key: r.key() + ":remark"}
		if _, err := x.Cases.Do(tx, by, receipt.Case, note); err != nil {
			return receipt, err
		}
	}
	return receipt, r.save(tx, was)
}

// Dismiss takes a stray off the desk with a reason that the worker reads. The item stays.
func (x *Inbox) Dismiss(tx *db.Tx, by staff.Actor, account db.ID, id, why string) error {
	r, err := ofDesk(tx, by, account, id)
	if err != nil {
		return err
	}
	if strings.TrimSpace(why) == "" {
		return fault.Invalid("words", "请写明为什么不登记")
	}
	was := r.state
	r.desk, r.words, r.choices = false, "监督中心："+strings.TrimSpace(why), nil
	if !r.state.Final() {
		r.state = Refused
	}
	return r.save(tx, was)
}
