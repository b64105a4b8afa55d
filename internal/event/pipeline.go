package event

import (
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// here returns a notice that the actor may move on where the person is.
func here(tx *db.Tx, by staff.Actor, id db.ID) (Floating, error) {
	f, err := FloatingOf(tx, id)
	if err == nil && !within(register.Sight(by, register.ForService), f.Path) {
		err = fault.Forbidden("这条通报不在您负责的区域内")
	}
	return f, err
}

// step moves a notice from one state to the next. Returns conflict when somebody did so before.
func step(tx *db.Tx, f Floating, from, to, set string, args ...any) error {
	n, err := tx.ExecCount("update event_floating set state = ?, "+set+" where id = ? and state = ?", append(append([]any{to}, args...), f.ID, from)...)
	if err != nil {
		return wrap("move notice", err)
	}
	if n == 0 {
		return fault.Conflict("这条通报现在是“%s”，请刷新后再办", StateWords(f.State))
	}
	return nil
}

// Verify says that somebody looked into a notice where the person is: what he stated is confirmed. Returns forbidden, conflict.
func (e *Events) Verify(tx *db.Tx, by staff.Actor, id db.ID) error {
	f, err := here(tx, by, id)
	if err != nil {
		return err
	}
	if err := step(tx, f, Collected, Verified, "verified_by = ?, verified_at = ?", by.AuditName(), db.At(tx.Now())); err != nil {
		return err
	}
	s := person(f.Person)
	stated, err := fact.Of(tx, s, fact.AsOf{Valid: f.On})
	if err != nil {
		return err
	}
	d, err := e.begin(tx, by, f.On, "", f.Path)
	if err != nil {
		return err
	}
	for _, x := range stated {
		if x.Certainty == fact.Confirmed {
			continue
		}
		t := d.t
		t.Source = x.Source
		if _, err := e.Register.Tell(tx, fact.Fact{Subject: s, Name: x.Name, Value: x.Value, From: x.From, To: x.To, Telling: t}); err != nil {
			return err
		}
	}
	return record(tx, by, "verify-floating", s, map[string]string{"notice": f.ID.String()})
}

// Aggregate counts what a street has verified into the figures of a month and returns how many. Returns forbidden.
func (e *Events) Aggregate(tx *db.Tx, by staff.Actor, path, month string) (int64, error) {
	if !within(register.Sight(by, register.ForService), path) {
		return 0, fault.Forbidden("这条通报不在您负责的区域内")
	}
	if _, err := civil.ParseDate(month + "-01"); err != nil {
		return 0, fault.Invalid("month", "月份应写作 2026-10")
	}
	from, end := place.Range(path)
	n, err := tx.ExecCount("update event_floating set state = ?, month = ? where state = ? and path >= ? and path < ?", Counted, month, Verified, from, end)
	if err != nil {
		return 0, wrap("aggregate", err)
	}
	city, err := place.City(tx)
	if err != nil {
		return 0, err
	}
	return n, record(tx, by, "aggregate-floating", fact.Subject{Kind: "place"}, map[string]string{"path": path, "month": month, "city": city})
}

// Share tells the home of what was counted. Returns forbidden, conflict.
func (e *Events) Share(tx *db.Tx, by staff.Actor, id db.ID) error {
	f, err := here(tx, by, id)
	if err != nil {
		return err
	}
	if err := step(tx, f, Counted, Shared, "shared_by = ?, shared_at = ?", by.AuditName(), db.At(tx.Now())); err != nil {
		return err
	}
	return record(tx, by, "share-floating", person(f.Person), map[string]string{"notice": f.ID.String(), "home": f.Home})
}

// A Feedback (户籍地反馈) is what the home says of somebody who is elsewhere.
type Feedback struct {
	Answer string            // confirmed, differs or unknown
	Facts  map[string]string // what is on record at home, by word
	Note   string
}

// Answers are the ways to answer, with their words.
func Answers() []form.Option {
	return []form.Option{{Value: "confirmed", Label: "情况属实"}, {Value: "differs", Label: "有出入，以户籍地登记为准"}, {Value: "unknown", Label: "查无此人"}}
}

// Feed answers a notice from the home. What the home has on record is told as its own; where that differs from what was confirmed, a conflict
// waits where the person is. For a home outside the city the people where he is enter the answer. Returns invalid, forbidden, conflict.
func (e *Events) Feed(tx *db.Tx, by staff.Actor, id db.ID, x Feedback) error {
	f, err := FloatingOf(tx, id)
	if err != nil {
		return err
	}
	side := f.HomePath
	if side == "" {
		side = f.Path
	}
	if !within(register.Sight(by, register.ForService), side) {
		return fault.Forbidden("这条通报由户籍地反馈，不在您负责的区域内")
	}
	if !slices.ContainsFunc(Answers(), func(o form.Option) bool { return o.Value == x.Answer }) {
		return fault.Invalid("answer", "请选择反馈结果")
	}
	if x.Answer != "confirmed" && strings.TrimSpace(x.Note) == "" {
		return fault.Invalid("note", "请写明出入在哪里，或者查询的情况")
	}
	err = step(tx, f, Shared, Closed, "answered_by = ?, answered_at = ?, answer = ?, note = ?", by.AuditName(), db.At(tx.Now()), x.Answer, strings.TrimSpace(x.Note))
	if err != nil {
		return err
	}
	s := person(f.Person)
	t := fact.Telling{Deed: db.NewID(), Source: fact.Source{Kind: fact.BySystem, Name: "户籍地 " + f.Home}, Certainty: fact.Confirmed, By: by.AuditName(),
		Basis: "流动人口通报 " + f.ID.String(), Path: f.Path}
	for name, value := range x.Facts {
		if strings.TrimSpace(value) == "" {
			continue
		}
		if _, err := e.Register.Tell(tx, fact.Fact{Subject: s, Name: name, Value: value, Telling: t}); err != nil {
			return err
		}
	}
	return record(tx, by, "answer-floating", s, map[string]string{"notice": f.ID.String(), "answer": x.Answer})
}
