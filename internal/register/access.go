package register

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Purpose (查看用途) is what somebody looks at the register for. What is sealed is shown for its purpose only.
type Purpose string

// The purposes.
const (
	ForService   Purpose = "service"
	ForChecking  Purpose = "verify"
	ForVisit     Purpose = "visit"
	ForRelief    Purpose = "relief"
	ForEmergency Purpose = "emergency"
	ForAudit     Purpose = "audit"
)

// Purposes returns all purposes.
func Purposes() []Purpose {
	return []Purpose{ForService, ForChecking, ForVisit, ForRelief, ForEmergency, ForAudit}
}

// Words returns the purpose in Chinese.
func (p Purpose) Words() string {
	switch p {
	case ForService:
		return "办理事项"
	case ForChecking:
		return "核对登记"
	case ForVisit:
		return "入户走访"
	case ForRelief:
		return "救助帮扶"
	case ForEmergency:
		return "应急处置"
	case ForAudit:
		return "审计检查"
	}
	return string(p)
}

// Readers are the roles that look at persons for some purpose.
var Readers = []staff.Role{staff.Desk, staff.Community, staff.Dispatcher, staff.Handler, staff.Verifier, staff.Grid, staff.Auditor}

// for which purposes each role looks. Who leads or supervises works with figures and sees no person by that role.
var sighted = map[staff.Role][]Purpose{
	staff.Desk:       {ForService, ForChecking, ForVisit, ForRelief, ForEmergency},
	staff.Community:  {ForService, ForChecking, ForVisit, ForRelief, ForEmergency},
	staff.Dispatcher: {ForService, ForEmergency},
	staff.Handler:    {ForService, ForChecking, ForRelief},
	staff.Verifier:   {ForChecking, ForVisit},
	staff.Grid:       {ForChecking, ForVisit, ForEmergency},
	staff.Auditor:    {ForAudit},
}

// Sight returns the paths below which somebody may see persons for a purpose; none means nobody. It bounds lists, and See asks the same.
func Sight(by staff.Actor, p Purpose) []string {
	var paths []string
	for _, g := range by.Grants {
		if g.Place != "" && slices.Contains(sighted[g.Role], p) && !slices.ContainsFunc(paths, func(q string) bool { return place.Within(g.Place, q) }) {
			paths = append(slices.DeleteFunc(paths, func(q string) bool { return place.Within(q, g.Place) }), g.Place)
		}
	}
	return paths
}

// PurposesOf returns the purposes for which somebody may see persons anywhere.
func PurposesOf(by staff.Actor) []Purpose {
	return slices.DeleteFunc(Purposes(), func(p Purpose) bool { return len(Sight(by, p)) == 0 })
}

// See reports whether somebody may see a subject for a purpose: where a person lives or is registered, or where the thing is. Everybody sees
// himself. Returns forbidden; the caller notes that with NoteRefused, in a transaction that is kept.
func See(tx *db.Tx, by staff.Actor, s fact.Subject, p Purpose) error {
	if s.Kind == lexicon.Person && !by.Person.IsZero() {
		if self, err := IsOne(tx, by.Person, s.ID); err != nil || self {
			return err
		}
	}
	paths := Sight(by, p)
	if len(paths) == 0 {
		return fault.Forbidden("您的岗位不能以“%s”为用途查看登记信息", p.Words())
	}
	at := make([]string, 2)
	var err error
	if s.Kind == lexicon.Person {
		x, err := PersonOf(tx, s.ID)
		if err != nil {
			return err
		}
		at[0], at[1] = x.Path, x.HomePath
	} else if at[0], err = PathOf(tx, s); err != nil {
		return err
	}
	for _, path := range at {
		if path != "" && slices.ContainsFunc(paths, func(q string) bool { return place.Within(path, q) }) {
			return nil
		}
	}
	return fault.Forbidden("不在您负责的区域内，不能查看；这次查看已记录")
}

// NoteRefused writes in the audit log that somebody wanted to see a subject and was refused.
func NoteRefused(tx *db.Tx, by staff.Actor, s fact.Subject, p Purpose) error {
	return note(tx, by, "look-refused", s, map[string]string{"purpose": string(p)})
}

// NoteLook writes in the audit log that somebody saw what is sealed, with his reason. Returns invalid without one.
func NoteLook(tx *db.Tx, by staff.Actor, s fact.Subject, p Purpose, what, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < minReason || n > maxReason {
		return fault.Invalid("reason", "请写明查看的理由，%d 到 %d 字", minReason, maxReason)
	}
	return note(tx, by, "look", s, map[string]string{"purpose": string(p), "what": what, "reason": reason})
}

func note(tx *db.Tx, by staff.Actor, verb string, s fact.Subject, detail map[string]string) error {
	b, err := json.Marshal(detail)
	if err != nil {
		return fault.Internal(err, "系统内部错误")
	}
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	return wrap("note", audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: verb, Subject: s.String(), Detail: b}))
}
