package service

import (
	"encoding/json"
	"fmt"
	"strings"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// Look finds whoever stands at a window by the identity number or telephone that he gives. Each look is in the log. Returns forbidden, with the
// id, for somebody of another area: the caller notes that with register.NoteRefused, in a transaction that is kept.
func (w *Window) Look(tx *db.Tx, by staff.Actor, given string) (db.ID, error) {
	if !by.HasAny(staff.Desk) {
		return 0, fault.Forbidden("只有本人和受理窗口可以调取登记信息")
	}
	given = strings.ToUpper(form.Narrow(strings.TrimSpace(given)))
	kind := register.Phone
	if len(given) == 18 {
		kind = register.IDNumber
	}
	found, err := w.People.Find(tx, kind, given)
	if err != nil {
		return 0, err
	}
	if len(found) != 1 {
		return 0, fault.Invalid("who", "登记里没有找到，或不止一人；可以不查，直接选择事项办理")
	}
	if err := mayServe(tx, by, found[0].ID); err != nil {
		return found[0].ID, err
	}
	city, err := place.City(tx)
	if err != nil {
		return 0, err
	}
	err = audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: "look", Subject: "person:" + found[0].ID.String(), Detail: json.RawMessage(`{"why":"window"}`)})
	if err != nil {
		return 0, fmt.Errorf("log the look: %w", err)
	}
	return found[0].ID, nil
}

// Signers lists who has to sign an application beside the applicant.
func Signers(tx *db.Tx, id db.ID) ([]Signer, error) {
	list, err := db.Select(tx, func(r *db.Rows) (s Signer, err error) { return s, r.Scan(&s.Name, &s.Code, &s.Signed) },
		`select name, code, signed_at from service_sign where case_id = ? order by name`, id)
	if err != nil {
		return nil, fmt.Errorf("signatures: %w", err)
	}
	return list, nil
}
