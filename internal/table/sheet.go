package table

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/once"
	"linli/internal/place"
	"linli/internal/staff"
)

// The states of a sheet.
const (
	Open = "open" // 待填
	Done = "done" // 已填好
)

// A Sheet (报表) is one unit's copy of a table that was asked for, and how much of it filled itself.
type Sheet struct {
	ID     db.ID
	Demand db.ID
	Unit   string
	Place  string
	Path   string
	State  string
	Cells  int
	Itself int // cells filled from what the platform knows
	Known  int // cells filled from an earlier answer
	Asked  int // cells that had to be asked
	Done   db.Time
	DoneBy string
}

// Origins of a value.
const (
	Itself = "itself" // what the platform knows
	Before = "before" // an answer given earlier
	Told   = "told"   // answered now
)

// A Value (栏目值) is what stands in a cell, and where it comes from.
type Value struct {
	Text   string
	Origin string
	Note   string // source in words
	At     db.Time
}

func (v Value) put(tx *db.Tx, sheet db.ID, at string) error {
	return tx.Exec(`insert into table_cell (sheet, at, value, origin, note, told_at) values (?, ?, ?, ?, ?, ?)
		on conflict (sheet, at) do update set value = excluded.value, origin = excluded.origin, note = excluded.note, told_at = excluded.told_at`,
		sheet, at, v.Text, v.Origin, v.Note, v.At)
}

const sheetColumns = `id, demand, unit, place, path, state, cells, itself, known, asked, done_at, done_by`

func scanSheet(r *db.Rows) (s Sheet, err error) {
	return s, r.Scan(&s.ID, &s.Demand, &s.Unit, &s.Place, &s.Path, &s.State, &s.Cells, &s.Itself, &s.Known, &s.Asked, &s.Done, &s.DoneBy)
}

// overseers are the roles that see the sheets of the places below theirs.
var overseers = []staff.Role{staff.Supervisor, staff.Leader, staff.Auditor, staff.Community}

// owes reports whether the actor fills the sheet in.
func (s *Sheet) owes(by staff.Actor) bool {
	return by.Unit == s.Unit && (by.Has(staff.Handler, "", s.Unit) || by.Has(staff.Community, s.Path, s.Unit))
}

// seenBy reports whether the actor sees the sheet; list says the same in SQL.
func (s *Sheet) seenBy(by staff.Actor, asking string) bool {
	return s.owes(by) || asking == by.Unit && by.Has(staff.Handler, "", asking) ||
		slices.ContainsFunc(overseers, func(r staff.Role) bool { return by.Has(r, s.Path, s.Unit) })
}

// sight is seenBy in SQL, over table_sheet s and table_demand d.
func sight(by staff.Actor) (string, []any) {
	var ways []string
	var args []any
	for _, g := range by.Grants {
		switch {
		case g.Role == staff.Handler && g.Unit != "" && g.Unit == by.Unit:
			ways, args = append(ways, "s.unit = ?", "d.unit = ?"), append(args, g.Unit, g.Unit)
		case slices.Contains(overseers, g.Role):
			way := "1 = 1"
			if g.Place != "" {
				from, end := place.Range(g.Place)
				way, args = "s.path >= ? and s.path < ?", append(args, from, end)
			}
			if g.Unit != "" {
				way, args = way+" and s.unit = ?", append(args, g.Unit)
			}
			ways = append(ways, "("+way+")")
		}
	}
	return strings.Join(ways, " or "), args
}

// A Line (报表清单行) is a sheet with the demand that it belongs to.
type Line struct {
	Sheet
	Of Demand
}

// Filter chooses sheets.
type Filter struct {
	Unit   string // only of this unit; "" all that the actor sees
	Demand db.ID  // only of this demand
	State  string
	Limit  int
}

// Sheets lists the sheets that the actor sees, open ones first, the most urgent before.
func (x *Tables) Sheets(tx *db.Tx, by staff.Actor, f Filter) ([]Line, error) {
	where, args := sight(by)
	if where == "" {
		return nil, nil
	}
	where = "(" + where + ")"
	if f.Unit != "" {
		where, args = where+" and s.unit = ?", append(args, f.Unit)
	}
	if !f.Demand.IsZero() {
		where, args = where+" and s.demand = ?", append(args, f.Demand)
	}
	if f.State != "" {
		where, args = where+" and s.state = ?", append(args, f.State)
	}
	if f.Limit <= 0 {
		f.Limit = 200
	}
	sheets, err := db.Select(tx, scanSheet, `select s.`+strings.ReplaceAll(sheetColumns, ", ", ", s.")+` from table_sheet s join table_demand d on d.id = s.demand
		where `+where+` order by case when s.state = 'open' then 0 else 1 end, d.until_day, s.id desc limit ?`, append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("list sheets: %w", err)
	}
	demands := map[db.ID]Demand{}
	list := make([]Line, 0, len(sheets))
	for _, s := range sheets {
		d, ok := demands[s.Demand]
		if !ok {
			if d, err = demand(tx, s.Demand); err != nil {
				return nil, err
			}
			demands[s.Demand] = d
		}
		list = append(list, Line{s, d})
	}
	return list, nil
}

// A View (报表详情) is a sheet with its values, as one actor sees it.
type View struct {
	Line
	Values map[string]Value
	Fills  bool // the actor may answer
}

// Missing lists the cells that are still asked.
func (v *View) Missing() []Cell {
	return slices.DeleteFunc(slices.Clone(v.Of.Cells), func(c Cell) bool { _, ok := v.Values[c.At]; return ok })
}

// Sheet loads one. A sheet the actor may not see is not found.
func (x *Tables) Sheet(tx *db.Tx, by staff.Actor, id db.ID) (*View, error) {
	list, err := db.Select(tx, scanSheet, `select `+sheetColumns+` from table_sheet where id = ?`, id)
	if err != nil {
		return nil, fmt.Errorf("read sheet: %w", err)
	}
	missing := fault.NotFound("没有这张报表，或您无权查看")
	if len(list) == 0 {
		return nil, missing
	}
	v := &View{Line: Line{Sheet: list[0]}, Values: map[string]Value{}}
	if v.Of, err = demand(tx, v.Demand); err != nil {
		return nil, err
	}
	if !v.seenBy(by, v.Of.Unit) {
		return nil, missing
	}
	v.Fills = v.owes(by) && v.State == Open
	rows, err := tx.Query(`select at, value, origin, note, told_at from table_cell where sheet = ?`, id)
	if err != nil {
		return nil, fmt.Errorf("read cells: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at string
		var x Value
		if err := rows.Scan(&at, &x.Text, &x.Origin, &x.Note, &x.At); err != nil {
			return nil, err
		}
		v.Values[at] = x
	}
	return v, rows.Err()
}

var (
	wholeText  = regexp.MustCompile(`^-?[0-9]{1,15}$`)
	numberText = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,4})?$`)
)

// read checks an answer as its cell is of a kind.
func (c Cell) read(text string) (string, string) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", "请填写“%s”"
	case c.Kind == "whole" && !wholeText.MatchString(text):
		return "", "“%s”应为整数"
	case (c.Kind == "number" || c.Kind == "money") && !numberText.MatchString(text):
		return "", "“%s”应为数字"
	case utf8.RuneCountInString(text) > 200:
		return "", "“%s”不能超过 200 字"
	}
	return text, ""
}

// Answer fills in what a sheet still asks, all of it at once, and remembers each answer for the place, the datum and the
// period. Returns invalid with every answer that is wrong, and conflict for a sheet that is done.
func (x *Tables) Answer(tx *db.Tx, by staff.Actor, key string, id db.ID, answers map[string]string) error {
	_, err := once.For(tx, by.AuditName(), key, []any{"answer", id, answers}, func() (bool, error) {
		v, err := x.Sheet(tx, by, id)
		switch {
		case err != nil:
			return false, err
		case !v.owes(by):
			return false, fault.Forbidden("应由 %s 填报", v.Unit)
		case v.State != Open:
			return false, fault.Conflict("这张报表已由%s填好", v.DoneBy)
		}
		var bad []fault.FieldError
		given := map[string]string{}
		for _, c := range v.Missing() {
			text, wrong := c.read(answers[c.At])
			if wrong != "" {
				bad = append(bad, fault.FieldError{Field: c.At, Format: wrong, Args: []any{c.Label}})
			}
			given[c.At] = text
		}
		if err := fault.Fields(bad); err != nil {
			return false, err
		}
		err = tx.ExecOne(`update table_sheet set state = ?, done_at = ?, done_by = ? where id = ? and state = ?`, Done, db.At(tx.Now()), by.Name, id, Open)
		if err != nil {
			return false, fmt.Errorf("finish sheet: %w", err)
		}
		for _, c := range v.Missing() {
			if err := x.told(tx, by, v, c, given[c.At]); err != nil {
				return false, err
			}
		}
		return true, record(tx, by, "table.answer", id, given)
	})
	return err
}

// told keeps an answer in its cell and for later tables. An answer that stands already for the datum is ended by the new one.
func (x *Tables) told(tx *db.Tx, by staff.Actor, v *View, c Cell, text string) error {
	now := db.At(tx.Now())
	if err := (Value{text, Told, by.Name, now}).put(tx, v.ID, c.At); err != nil {
		return err
	}
	err := tx.Exec(`update table_answer set ended_at = ? where place = ? and datum = ? and from_day = ? and to_day = ? and ended_at = ''`,
		now, v.Place, c.Datum, v.Of.Period.From, v.Of.Period.To)
	if err != nil {
		return err
	}
	return tx.Exec(`insert into table_answer (id, place, datum, from_day, to_day, value, demand, title, by_name, told_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		db.NewID(), v.Place, c.Datum, v.Of.Period.From, v.Of.Period.To, text, v.Demand, v.Of.Title, by.Name, now)
}

// Workbook writes a sheet as an Excel file.
func (x *Tables) Workbook(tx *db.Tx, by staff.Actor, id db.ID) (name string, data []byte, err error) {
	v, err := x.Sheet(tx, by, id)
	if err != nil {
		return "", nil, err
	}
	data, err = x.fill(&v.Of, v.Values)
	return v.Of.Title + "-" + v.Place + ".xlsx", data, err
}

// A Saving (减负成效) is how many cells did not have to be typed.
type Saving struct {
	Sheets, Cells, Itself, Known, Asked int
}

// Percent is the share of cells that nobody typed.
func (s Saving) Percent() int {
	if s.Cells == 0 {
		return 0
	}
	return 100 * (s.Itself + s.Known) / s.Cells
}

// SavedByUnit is Saved for every unit with a sheet that the actor sees, in one question.
func (x *Tables) SavedByUnit(tx *db.Tx, by staff.Actor) (map[string]Saving, error) {
	out := map[string]Saving{}
	where, args := sight(by)
	if where == "" {
		return out, nil
	}
	rows, err := tx.Query(`select s.unit, count(*), coalesce(sum(s.cells), 0), coalesce(sum(s.itself), 0), coalesce(sum(s.known), 0), coalesce(sum(s.asked), 0)
		from table_sheet s join table_demand d on d.id = s.demand where (`+where+`) group by s.unit`, args...)
	if err != nil {
		return nil, fmt.Errorf("sum what tables saved: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var unit string
		var s Saving
		if err := rows.Scan(&unit, &s.Sheets, &s.Cells, &s.Itself, &s.Known, &s.Asked); err != nil {
			return nil, fmt.Errorf("sum what tables saved: %w", err)
		}
		out[unit] = s
	}
	return out, rows.Err()
}

// Saved sums over the sheets that the actor sees.
func (x *Tables) Saved(tx *db.Tx, by staff.Actor, unit string) (s Saving, err error) {
	where, args := sight(by)
	if where == "" {
		return s, nil
	}
	where = "(" + where + ")"
	if unit != "" {
		where, args = where+" and s.unit = ?", append(args, unit)
	}
	err = tx.QueryRow(`select count(*), coalesce(sum(s.cells), 0), coalesce(sum(s.itself), 0), coalesce(sum(s.known), 0), coalesce(sum(s.asked), 0)
		from table_sheet s join table_demand d on d.id = s.demand where `+where, args...).Scan(&s.Sheets, &s.Cells, &s.Itself, &s.Known, &s.Asked)
	return s, err
}
