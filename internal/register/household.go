package register

import (
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/place"
)

// A Household (户) is who is registered together: a family, or a collective such as a dormitory or a community's public household.
type Household struct {
	ID       db.ID
	Kind     string // family or collective
	Number   string // 户号; "" when it has none
	Place    string // code
	Path     string
	Address  string
	Dwelling db.ID
	Head     db.ID  // the person who heads it
	Closed   string // the day from which on it is no more; "" while it stands
	Source   string
	Created  db.Time
	Updated  db.Time
}

// The kinds of household.
const (
	Family     = "family"
	Collective = "collective"
)

// Words returns the kind in Chinese.
func (h Household) Words() string {
	if h.Kind == Collective {
		return "集体户"
	}
	return "家庭户"
}

const householdColumns = "id, kind, number, place, path, address, dwelling, head, closed, source, created_at, updated_at"

func scanHousehold(r *db.Rows) (h Household, err error) {
	err = r.Scan(&h.ID, &h.Kind, &h.Number, &h.Place, &h.Path, &h.Address, &h.Dwelling, &h.Head, &h.Closed, &h.Source, &h.Created, &h.Updated)
	return h, err
}

func (h Household) args() []any {
	return []any{h.ID, h.Kind, h.Number, h.Place, h.Path, h.Address, h.Dwelling, h.Head, h.Closed, h.Source, h.Created, h.Updated}
}

// AddHousehold adds a household. Returns invalid for a place that does not stand, saying what became of it, and conflict for a number
// that is taken.
func AddHousehold(tx *db.Tx, h Household) (Household, error) {
	if h.Kind != Family && h.Kind != Collective {
		return h, fault.Invalid("kind", "户别只有家庭户和集体户")
	}
	p, err := StandingPlace(tx, "place", h.Place)
	if err != nil {
		return h, err
	}
	if h.Number = strings.TrimSpace(h.Number); h.Number != "" {
		var n int
		if err := tx.QueryRow("select count(*) from household where number = ? and number <> ''", h.Number).Scan(&n); err != nil {
			return h, wrap("find household", err)
		}
		if n > 0 {
			return h, fault.Conflict("户号 %s 已登记在另一户名下", h.Number)
		}
	}
	h.ID, h.Path, h.Created, h.Updated = db.NewID(), p.Path, db.At(tx.Now()), db.At(tx.Now())
	return h, wrap("add household", insertRows(tx, "household ("+householdColumns+")", 12, h.args()))
}

// HouseholdOf returns the household with this id. Returns notfound.
func HouseholdOf(tx *db.Tx, id db.ID) (Household, error) {
	return oneOf(tx, scanHousehold, "没有这一户的登记", "select "+householdColumns+" from household where id = ?", id)
}

// HouseholdByNumber returns the household with this number (户号). Returns notfound.
func HouseholdByNumber(tx *db.Tx, number string) (Household, error) {
	return oneOf(tx, scanHousehold, "没有这个户号的登记", "select "+householdColumns+" from household where number = ? and number <> ''", strings.TrimSpace(number))
}

// HouseholdsAt returns the households that stand at a dwelling.
func HouseholdsAt(tx *db.Tx, dwelling db.ID) ([]Household, error) {
	list, err := db.Select(tx, scanHousehold, "select "+householdColumns+" from household where dwelling = ? and closed = '' order by id", dwelling)
	return list, wrap("list households", err)
}

// CloseHousehold ends a household from a day on, as a merge does; what was told of it stays.
func CloseHousehold(tx *db.Tx, id db.ID, on string) error {
	return wrap("close household", tx.ExecOne("update household set closed = ?, updated_at = ? where id = ? and closed = ''", on, db.At(tx.Now()), id))
}

// ReopenHousehold takes a closing back.
func ReopenHousehold(tx *db.Tx, id db.ID) error {
	return wrap("reopen household", tx.ExecOne("update household set closed = '', updated_at = ? where id = ? and closed <> ''", db.At(tx.Now()), id))
}

// AddHouseholds adds households in few statements, for imports; paths are taken as given, and an id that is given stays.
func AddHouseholds(tx *db.Tx, list []Household) ([]db.ID, error) {
	ids := make([]db.ID, len(list))
	var args []any
	for i, h := range list {
		if h.ID.IsZero() {
			h.ID = db.NewID()
		}
		h.Created, h.Updated = db.At(tx.Now()), db.At(tx.Now())
		ids[i], args = h.ID, append(args, h.args()...)
	}
	return ids, wrap("add households", insertMany(tx, "household ("+householdColumns+")", 12, args))
}

// insertMany inserts rows of one width, as many in a statement as both engines take.
func insertMany(tx *db.Tx, into string, width int, args []any) error {
	const rows = 60
	for len(args) > 0 {
		n := min(rows*width, len(args))
		if err := insertRows(tx, into, width, args[:n]); err != nil {
			return err
		}
		args = args[n:]
	}
	return nil
}

func oneOf[T any](tx *db.Tx, scan func(*db.Rows) (T, error), missing, query string, args ...any) (T, error) {
	var none T
	list, err := db.Select(tx, scan, query, args...)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("%s", missing)
	}
	if err != nil {
		return none, wrap("read register", err)
	}
	return list[0], nil
}

// StandingPlace returns a place that somebody named in a field. Returns invalid when it never was, or is no more: the sentence says what
// it became, and since when.
func StandingPlace(tx *db.Tx, field, code string) (place.Place, error) {
	p, err := place.Get(tx, strings.TrimSpace(code))
	if fault.KindOf(err) == fault.KindNotFound && err != nil {
		return p, fault.Invalid(field, "没有代码为“%s”的区划，请从列表中选择", code)
	}
	if err != nil || !p.Gone() {
		return p, err
	}
	now, err := place.Resolve(tx, p.Code, place.Today(tx))
	if err != nil {
		return p, err
	}
	var names []string
	for _, n := range now {
		names = append(names, n.Name+"（"+n.Code+"）")
	}
	return p, fault.Invalid(field, "%s已于 %s 撤销，现在是%s，请改选", p.Name, p.ValidTo.String(), strings.Join(names, "、"))
}
