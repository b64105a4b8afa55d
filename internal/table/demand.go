package table

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/blob"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/notify"
	"linli/internal/once"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Demand (报表要求) is somebody asking communities for a table: which, about which period, why, until when, admitted by
// which case.
type Demand struct {
	ID        db.ID
	Source    string // reference of the template
	Title     string
	Sheet     string
	Cells     []Cell
	Unit      string // that asks
	Name      string // who did
	Account   db.ID
	Why       string
	Admission db.ID // zero where nothing is under admission
	Number    string
	Period    civil.Period
	Until     civil.Date
	Asked     db.Time

	file blob.File
}

// A Wish (报表申请) is what somebody fills in to ask for a table.
type Wish struct {
	Template string
	Why      string
	Number   string   // of the admission
	Units    []string // codes
	Period   civil.Period
	Until    civil.Date
}

// maxUnits bounds the units of one demand: all communities of a large county.
const maxUnits = 400

// Demand asks units for a table, fills every sheet as far as it fills itself, and tells those who still owe something. Returns
// refused, with the clause, for what was not admitted.
func (x *Tables) Demand(tx *db.Tx, by staff.Actor, key string, w Wish) (db.ID, error) {
	return once.For(tx, by.AuditName(), key, w, func() (db.ID, error) {
		if by.Unit == "" || !by.Has(staff.Handler, "", by.Unit) {
			return 0, fault.Forbidden("只有单位的工作人员可以下发报表")
		}
		t, err := x.Template(tx, by, w.Template)
		if err != nil {
			return 0, fault.Invalid("template", "请选择报表")
		}
		if err := w.check(tx, t); err != nil {
			return 0, err
		}
		d := &Demand{ID: db.NewID(), Source: t.Ref, Title: t.Title, Sheet: t.Sheet, Cells: t.Cells, Unit: by.Unit, Name: by.Name, Account: by.Account,
			Why: w.Why, Number: w.Number, Period: w.Period, Until: w.Until, Asked: db.At(tx.Now()), file: t.file}
		d.Admission, err = x.admissions.Check(tx, by, w.Number, pack.Sending{From: by.Unit, To: w.Units, Table: t.Title, Until: w.Until})
		if err != nil {
			return 0, err
		}
		if err := d.insert(tx); err != nil {
			return 0, err
		}
		for _, u := range w.Units {
			if err := x.send(tx, d, u); err != nil {
				return 0, fmt.Errorf("send table to %s: %w", u, err)
			}
		}
		return d.ID, record(tx, by, "table.demand", d.ID, w)
	})
}

func (w *Wish) check(tx *db.Tx, t Template) error {
	var bad []fault.FieldError
	miss := func(field, format string, args ...any) {
		bad = append(bad, fault.FieldError{Field: field, Format: format, Args: args})
	}
	w.Why, w.Number = strings.TrimSpace(w.Why), strings.TrimSpace(w.Number)
	slices.Sort(w.Units)
	w.Units = slices.Compact(w.Units)
	if n := utf8.RuneCountInString(w.Why); n == 0 || n > 500 {
		miss("why", "请写明为什么要这张表，不超过 500 字")
	}
	if !t.Bound {
		miss("template", "这个模板的单元格还没有确定")
	}
	if len(w.Units) == 0 || len(w.Units) > maxUnits {
		miss("units", "请选择 1 至 %d 个社区", maxUnits)
	}
	if w.Period.From.IsZero() || w.Period.To.Before(w.Period.From) || w.Period.To.Sub(w.Period.From) > 366 {
		miss("period", "报表期间应在一年以内")
	}
	if w.Until.Before(place.Today(tx)) {
		miss("until", "填报期限不能早于今天")
	}
	for _, u := range w.Units {
		if v, err := staff.UnitOf(tx, u); err != nil || v.Place == "" {
			miss("units", "没有单位 %s，或它不服务于一个社区", u)
			break
		}
	}
	return fault.Fields(bad)
}

const demandColumns = `id, source, title, sheet, cells, hash, size, type, unit, name, account, why, admission, number, from_day, to_day, until_day, asked_at`

func (d *Demand) insert(tx *db.Tx) error {
	cells, err := json.Marshal(d.Cells)
	if err != nil {
		return err
	}
	err = tx.Exec(`insert into table_demand (`+demandColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, d.Source, d.Title, d.Sheet, string(cells), d.file.Hash, d.file.Size, d.file.Type, d.Unit, d.Name, d.Account, d.Why, d.Admission, d.Number,
		d.Period.From, d.Period.To, d.Until, d.Asked)
	if err != nil {
		return fmt.Errorf("keep demand: %w", err)
	}
	return nil
}

func scanDemand(r *db.Rows) (d Demand, err error) {
	var cells string
	err = r.Scan(&d.ID, &d.Source, &d.Title, &d.Sheet, &cells, &d.file.Hash, &d.file.Size, &d.file.Type, &d.Unit, &d.Name, &d.Account, &d.Why, &d.Admission,
		&d.Number, &d.Period.From, &d.Period.To, &d.Until, &d.Asked)
	if err == nil {
		err = json.Unmarshal([]byte(cells), &d.Cells)
	}
	return d, err
}

func demand(tx *db.Tx, id db.ID) (Demand, error) {
	list, err := db.Select(tx, scanDemand, `select `+demandColumns+` from table_demand where id = ?`, id)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这张报表，或您无权查看")
	}
	if err != nil {
		return Demand{}, err
	}
	return list[0], nil
}

// send makes the sheet of one unit, filled as far as it fills itself.
func (x *Tables) send(tx *db.Tx, d *Demand, unit string) error {
	u, err := staff.UnitOf(tx, unit)
	if err != nil {
		return err
	}
	where, err := place.Get(tx, u.Place)
	if err != nil {
		return err
	}
	s := &Sheet{ID: db.NewID(), Demand: d.ID, Unit: u.Code, Place: where.Code, Path: where.Path, State: Open, Cells: len(d.Cells)}
	values, err := x.known(tx, d, u, where)
	if err != nil {
		return err
	}
	for _, c := range d.Cells {
		v, ok := values[c.At]
		switch {
		case !ok:
			s.Asked++
		case v.Origin == Before:
			s.Known++
		default:
			s.Itself++
		}
	}
	if s.Asked == 0 {
		s.State, s.Done, s.DoneBy = Done, db.At(tx.Now()), "平台"
	}
	err = tx.Exec(`insert into table_sheet (`+sheetColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, s.Demand, s.Unit, s.Place, s.Path, s.State, s.Cells, s.Itself, s.Known, s.Asked, s.Done, s.DoneBy)
	if err != nil {
		return err
	}
	for at, v := range values {
		if err := v.put(tx, s.ID, at); err != nil {
			return err
		}
	}
	if s.State == Done {
		return nil
	}
	return notify.Send(tx, notify.Message{To: notify.Unit(unit), Subject: "报表：" + d.Title, Link: "/community/tables/" + s.ID.String(),
		Text: fmt.Sprintf("%d 栏已自动填好，还要填 %d 栏，%s 前完成。", s.Itself+s.Known, s.Asked, d.Until.Words())})
}

// Demands lists what the actor's unit asked for, the latest first.
func (x *Tables) Demands(tx *db.Tx, by staff.Actor) ([]Demand, error) {
	if by.Unit == "" {
		return nil, nil
	}
	list, err := db.Select(tx, scanDemand, `select `+demandColumns+` from table_demand where unit = ? order by asked_at desc limit 100`, by.Unit)
	if err != nil {
		return nil, fmt.Errorf("list demands: %w", err)
	}
	return list, nil
}
