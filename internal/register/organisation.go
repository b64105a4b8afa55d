package register

import (
	"strings"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/form"
)

// An Organisation (组织) is an enterprise, shop, unit, social organisation or body of residents.
type Organisation struct {
	ID      db.ID
	Code    string // 统一社会信用代码; "" when unknown
	Name    string
	Place   string // code
	Address string

	Kind         string // enterprise, shop, unit, social, resident or party; "" when unknown
	Registration string // registered (登记) or filed (备案)
	Path         string // of Place
	Closed       string // the day from which on it is no more
	Source       string

	Created db.Time
	Updated db.Time
}

// PutOrganisation adds an organisation, or brings the one with the same credit code up to date, and returns it. Without a
// code, the one of the same name at the same place is taken. Returns invalid.
func PutOrganisation(tx *db.Tx, o Organisation) (Organisation, error) {
	o.Code, o.Name = strings.ToUpper(form.Narrow(strings.TrimSpace(o.Code))), strings.TrimSpace(o.Name)
	if n := utf8.RuneCountInString(o.Name); n == 0 || n > 100 {
		return o, fault.Invalid("name", "组织名称不能为空，不超过 100 字")
	}
	where, args := "code = '' and name = ? and place = ?", []any{o.Name, o.Place}
	if o.Code != "" {
		if err := form.CreditCode(o.Code); err != nil {
			return o, fault.Invalid("code", fault.As(err).Format, fault.As(err).Args...)
		}
		where, args = "code = ?", []any{o.Code}
	}
	path, err := pathOfCode(tx, o.Place)
	if err != nil {
		return o, err
	}
	o.Path = path
	known, err := db.Select(tx, scanOrganisation, "select "+organisationColumns+" from organisation where "+where+" order by id limit 1", args...)
	if err != nil {
		return o, wrap("find organisation", err)
	}
	o.Updated = db.At(tx.Now())
	if len(known) == 0 {
		o.ID, o.Created = db.NewID(), o.Updated
		err := tx.Exec("insert into organisation ("+organisationColumns+") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			o.ID, o.Code, o.Name, o.Place, o.Address, o.Created, o.Updated, o.Kind, o.Registration, o.Path, o.Closed, o.Source)
		return o, wrap("add organisation", err)
	}
	o.ID, o.Created = known[0].ID, known[0].Created
	for to, was := range map[*string]string{&o.Kind: known[0].Kind, &o.Registration: known[0].Registration, &o.Address: known[0].Address} {
		if *to == "" {
			*to = was
		}
	}
	err = tx.ExecOne("update organisation set name = ?, place = ?, path = ?, address = ?, kind = ?, registration = ?, closed = ?, updated_at = ? where id = ?",
		o.Name, o.Place, o.Path, o.Address, o.Kind, o.Registration, o.Closed, o.Updated, o.ID)
	return o, wrap("update organisation", err)
}

// AddOrganisations adds organisations in few statements, for imports; paths are taken as given.
func AddOrganisations(tx *db.Tx, list []Organisation) ([]db.ID, error) {
	ids := make([]db.ID, len(list))
	var args []any
	for i, o := range list {
		o.ID, o.Created, o.Updated = db.NewID(), db.At(tx.Now()), db.At(tx.Now())
		ids[i] = o.ID
		args = append(args, o.ID, o.Code, o.Name, o.Place, o.Address, o.Created, o.Updated, o.Kind, o.Registration, o.Path, o.Closed, o.Source)
	}
	return ids, wrap("add organisations", insertMany(tx, "organisation ("+organisationColumns+")", 12, args))
}

// OrganisationOf returns the organisation with this id. Returns notfound.
func OrganisationOf(tx *db.Tx, id db.ID) (Organisation, error) { return organisation(tx, "id = ?", id) }

// FindOrganisation returns the organisation with the credit code; without one, the one of the name at the place. Returns notfound.
func FindOrganisation(tx *db.Tx, code, name, place string) (Organisation, error) {
	if code != "" {
		return OrganisationByCode(tx, code)
	}
	return oneOf(tx, scanOrganisation, "没有这个组织的登记", "select "+organisationColumns+" from organisation where code = '' and name = ? and place = ? order by id limit 1",
		strings.TrimSpace(name), place)
}

// OrganisationByCode returns the organisation with this credit code. Returns notfound.
func OrganisationByCode(tx *db.Tx, code string) (Organisation, error) {
	return organisation(tx, "code = ? and code <> ''", strings.ToUpper(form.Narrow(strings.TrimSpace(code))))
}

func organisation(tx *db.Tx, where string, arg any) (Organisation, error) {
	list, err := db.Select(tx, scanOrganisation, "select "+organisationColumns+" from organisation where "+where, arg)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这个组织的登记")
	}
	if err != nil {
		return Organisation{}, wrap("read organisation", err)
	}
	return list[0], nil
}

const organisationColumns = "id, code, name, place, address, created_at, updated_at, kind, registration, path, closed, source"

func scanOrganisation(r *db.Rows) (o Organisation, err error) {
	err = r.Scan(&o.ID, &o.Code, &o.Name, &o.Place, &o.Address, &o.Created, &o.Updated, &o.Kind, &o.Registration, &o.Path, &o.Closed, &o.Source)
	return o, err
}
