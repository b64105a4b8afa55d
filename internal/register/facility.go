package register

import (
	"strings"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
)

// A Facility (设施) is a building or room that serves the public: a service centre, a sports ground, a canteen.
type Facility struct {
	ID        db.ID
	Kind      string // one of the kinds in lexicon
	Name      string
	Place     string // code
	Path      string
	Address   string
	Hours     string // opening hours in words
	Shareable bool   // others may book it
	Closed    string
	Source    string
	Created   db.Time
	Updated   db.Time
}

const facilityColumns = "id, kind, name, place, path, address, hours, shareable, closed, source, created_at, updated_at"

func scanFacility(r *db.Rows) (f Facility, err error) {
	err = r.Scan(&f.ID, &f.Kind, &f.Name, &f.Place, &f.Path, &f.Address, &f.Hours, &f.Shareable, &f.Closed, &f.Source, &f.Created, &f.Updated)
	return f, err
}

// PutFacility adds a facility, or brings the one of that name at that place up to date. Returns invalid.
func PutFacility(tx *db.Tx, f Facility) (Facility, error) {
	if f.Name = strings.TrimSpace(f.Name); f.Name == "" || utf8.RuneCountInString(f.Name) > 100 {
		return f, fault.Invalid("name", "设施名称不能为空，不超过 100 字")
	}
	p, err := StandingPlace(tx, "place", f.Place)
	if err != nil {
		return f, err
	}
	known, err := db.Select(tx, scanFacility, "select "+facilityColumns+" from facility where place = ? and name = ?", f.Place, f.Name)
	if err != nil {
		return f, wrap("find facility", err)
	}
	f.Path, f.Updated = p.Path, db.At(tx.Now())
	if len(known) == 0 {
		f.ID, f.Created = db.NewID(), f.Updated
		return f, wrap("add facility", tx.Exec("insert into facility ("+facilityColumns+") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			f.ID, f.Kind, f.Name, f.Place, f.Path, f.Address, f.Hours, flag(f.Shareable), f.Closed, f.Source, f.Created, f.Updated))
	}
	f.ID, f.Created = known[0].ID, known[0].Created
	return f, wrap("update facility", tx.ExecOne("update facility set kind = ?, address = ?, hours = ?, shareable = ?, closed = ?, updated_at = ? where id = ?",
		f.Kind, f.Address, f.Hours, flag(f.Shareable), f.Closed, f.Updated, f.ID))
}

// FacilityOf returns the facility with this id. Returns notfound.
func FacilityOf(tx *db.Tx, id db.ID) (Facility, error) {
	return oneOf(tx, scanFacility, "没有这处设施的登记", "select "+facilityColumns+" from facility where id = ?", id)
}

// flag is how both databases keep yes and no.
func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
