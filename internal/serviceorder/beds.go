package serviceorder

import (
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// A BedMonth (床位月报) is how many beds a home had in a month, and on how many days one was slept in: thirty beds full for thirty days are nine hundred.
type BedMonth struct {
	Organisation db.ID   `json:"organisation"`
	Month        string  `json:"month"`
	Beds         int     `json:"beds"`
	BedDays      int     `json:"bed_days"`
	By           string  `json:"by"`
	At           db.Time `json:"at"`
}

// PutBeds writes the beds of a month down, or puts them right. The home itself says so, or who watches over it. Returns invalid, also for more bed days than beds and days.
func (x *Orders) PutBeds(tx *db.Tx, by staff.Actor, b BedMonth) error {
	path, err := register.PathOf(tx, fact.Organisation(b.Organisation))
	if err != nil {
		return err
	}
	if err := keepsBeds(tx, by, b.Organisation, path); err != nil {
		return err
	}
	first, last, err := monthDays(b.Month)
	if err != nil {
		return err
	}
	days := last.Sub(first) + 1
	switch {
	case first.After(place.Today(tx)):
		return fault.Invalid("month", "这个月还没有到")
	case b.Beds < 0 || b.Beds > 10_000:
		return fault.Invalid("beds", "床位应为 0 到 10000")
	case b.BedDays < 0 || b.BedDays > b.Beds*days:
		return fault.Invalid("bed_days", "%d 张床这个月最多 %d 个床日", b.Beds, b.Beds*days)
	}
	err = tx.Exec(`insert into order_beds (organisation, month, beds, bed_days, by_name, at) values (?, ?, ?, ?, ?, ?)
		on conflict (organisation, month) do update set beds = excluded.beds, bed_days = excluded.bed_days, by_name = excluded.by_name, at = excluded.at`,
		b.Organisation, b.Month, b.Beds, b.BedDays, by.Name, db.At(tx.Now()))
	if err != nil {
		return wrap("keep beds", err)
	}
	return record(tx, by, "order.beds", "organisation:"+b.Organisation.String(), b)
}

// keepsBeds refuses whoever is neither the home itself nor watches over it.
func keepsBeds(tx *db.Tx, by staff.Actor, organisation db.ID, path string) error {
	m, err := memberOf(tx, by)
	if err == nil && !supervises(by, path) && (m.provider != organisation || !m.desk) {
		err = fault.Forbidden("只有机构自己和主管部门可以看和填床位")
	}
	return err
}

// BedsOf is Beds for an actor. Returns forbidden.
func (x *Orders) BedsOf(tx *db.Tx, by staff.Actor, organisation db.ID, year string) ([]BedMonth, error) {
	path, err := register.PathOf(tx, fact.Organisation(organisation))
	if err != nil {
		return nil, err
	}
	if err := keepsBeds(tx, by, organisation, path); err != nil {
		return nil, err
	}
	return x.Beds(tx, organisation, year)
}

// Beds lists the months of a year of a home.
func (x *Orders) Beds(tx *db.Tx, organisation db.ID, year string) ([]BedMonth, error) {
	list, err := db.Select(tx, func(r *db.Rows) (b BedMonth, err error) {
		return b, r.Scan(&b.Organisation, &b.Month, &b.Beds, &b.BedDays, &b.By, &b.At)
	}, `select organisation, month, beds, bed_days, by_name, at from order_beds where organisation = ? and month >= ? and month < ? order by month`, organisation, year+"-00", year+"-99")
	return list, wrap("list beds", err)
}
