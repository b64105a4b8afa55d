package benefit

import (
	"cmp"
	"fmt"
	"slices"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/notify"
	"linli/internal/pack"
	"linli/internal/rule"
	"linli/internal/staff"
)

// A Decision (待遇决定) is one step in the life of an entitlement, with all it went by.
type Decision struct {
	ID          db.ID
	Entitlement db.ID
	Seq         int
	Kind        Kind
	Effective   civil.Date // first day on which it holds; of a stop the last day that is paid
	Fen         money.Fen  // of a whole period from then on; 0 of a stop and a suspension
	Reason
	Words   string
	Case    db.ID
	Finding db.ID
	ByID    db.ID
	By      string
	At      db.Time
}

const decisionColumns = `id, entitlement, seq, kind, on_day, effective, fen, pack, inputs, steps, clause, words, case_id, finding, by_id, by_name, at`

func scanDecision(r *db.Rows) (d Decision, err error) {
	var inputs, steps string
	err = r.Scan(&d.ID, &d.Entitlement, &d.Seq, (*string)(&d.Kind), &d.On, &d.Effective, (*int64)(&d.Fen), &d.Pack, &inputs, &steps, &d.Clause, &d.Words, &d.Case, &d.Finding,
		&d.ByID, &d.By, &d.At)
	if err != nil {
		return d, err
	}
	return d, d.decode(inputs, steps)
}

// Decisions returns the decisions on an entitlement, the first one first.
func Decisions(tx *db.Tx, entitlement db.ID) ([]Decision, error) {
	list, err := db.Select(tx, scanDecision, `select `+decisionColumns+` from benefit_decision where entitlement = ? order by seq`, entitlement)
	if err != nil {
		return nil, fmt.Errorf("decisions: %w", err)
	}
	return list, nil
}

// Stretches returns the days for which a sum is due, as the decisions made them, in order and without overlap. A later decision goes before
// an earlier one from the day on which it holds.
func Stretches(list []Decision) []pack.Stretch {
	var out []pack.Stretch
	for _, d := range list {
		switch d.Kind {
		case Grant, Change, Resume:
			out = append(cut(out, d.Effective.AddDays(-1)), pack.Stretch{From: d.Effective, Fen: d.Fen})
		case Suspend:
			out = cut(out, d.Effective.AddDays(-1))
		case Stop:
			out = cut(out, d.Effective)
		}
	}
	return out
}

// cut takes away what would be due after a day.
func cut(list []pack.Stretch, last civil.Date) []pack.Stretch {
	list = slices.DeleteFunc(slices.Clone(list), func(s pack.Stretch) bool { return s.From.After(last) })
	if n := len(list); n > 0 && (list[n-1].Until.IsZero() || list[n-1].Until.After(last)) {
		list[n-1].Until = last
	}
	return list
}

// decide writes a decision and moves the entitlement, guarded by its version. Returns conflict when somebody was faster.
func (x *Benefits) decide(tx *db.Tx, by staff.Actor, e *Entitlement, d Decision) (db.ID, error) {
	inputs, steps, err := d.encode()
	if err != nil {
		return 0, err
	}
	d.ID = db.NewID()
	var seq int
	if err := tx.QueryRow(`select count(*) from benefit_decision where entitlement = ?`, e.ID).Scan(&seq); err != nil {
		return 0, fmt.Errorf("count decisions: %w", err)
	}
	switch d.Kind {
	case Grant, Change, Resume:
		e.State, e.Fen, e.Ended = cmp.Or(map[bool]State{true: Single}[e.State == Single], Active), d.Fen, civil.Date{}
	case Suspend:
		e.State = Suspended
	case Stop:
		e.State, e.Ended = Ended, d.Effective
	}
	e.Pack = d.Pack
	if err := tx.ExecOne(`update benefit_entitlement set state = ?, ended = ?, fen = ?, pack = ?, version = version + 1 where id = ? and version = ?`,
		string(e.State), e.Ended, int64(e.Fen), e.Pack, e.ID, e.version); err != nil {
		return 0, err
	}
	e.version++
	err = tx.Exec(`insert into benefit_decision (`+decisionColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, d.ID, e.ID, seq+1, string(d.Kind), d.On, d.Effective,
		int64(d.Fen), d.Pack, inputs, steps, d.Clause, d.Words, d.Case, d.Finding, by.Account, by.Name, db.At(tx.Now()))
	if err != nil {
		return 0, fmt.Errorf("write decision: %w", err)
	}
	if err := x.note(tx, by, string(d.Kind), e, map[string]string{"effective": d.Effective.String(), "fen": d.Fen.String(), "clause": d.Clause}); err != nil {
		return 0, err
	}
	return d.ID, x.tell(tx, e, &d)
}

// tell sends the notice of a decision to whom it concerns.
func (x *Benefits) tell(tx *db.Tx, e *Entitlement, d *Decision) error {
	if e.Subject.Kind != lexicon.Person {
		return nil
	}
	b, err := x.Of(e.Benefit, d.Pack, d.On)
	if err != nil {
		return err
	}
	text := map[Kind]string{
		Grant: "从" + d.Effective.Words() + "起，" + d.Fen.Words() + PerWords(b.Per), Change: "从" + d.Effective.Words() + "起改为" + d.Fen.Words() + PerWords(b.Per),
		Suspend: "从" + d.Effective.Words() + "起暂停发放，资格保留", Resume: "从" + d.Effective.Words() + "起恢复发放，" + d.Fen.Words() + PerWords(b.Per),
		Stop: "发到" + d.Effective.Words() + "为止",
	}[d.Kind]
	if e.State == Single {
		text = "一次性" + d.Fen.Words()
	}
	return notify.Send(tx, notify.Message{To: notify.Person(e.Subject.ID), Subject: b.Name + "：" + d.Kind.Words(),
		Text: text + "。理由：" + d.Words + "。不服的可以在决定页面提出申诉，由另一个人复核。", Link: "/benefits/decision/" + d.ID.String()})
}

// PerWords says for what a sum is paid: 每月, 每季, 每年, "" for once.
func PerWords(p rule.Period) string {
	if p == rule.Once {
		return ""
	}
	return map[rule.Period]string{rule.Month: "每月", rule.Quarter: "每季", rule.Year: "每年"}[p]
}

// DecisionOf returns a decision with its entitlement to who may see it. Returns notfound.
func (x *Benefits) DecisionOf(tx *db.Tx, by staff.Actor, id db.ID) (Decision, Entitlement, error) {
	list, err := db.Select(tx, scanDecision, `select `+decisionColumns+` from benefit_decision where id = ?`, id)
	if err != nil {
		return Decision{}, Entitlement{}, fmt.Errorf("load decision: %w", err)
	}
	if len(list) == 0 {
		return Decision{}, Entitlement{}, fault.NotFound("没有这个决定")
	}
	e, err := x.Get(tx, by, list[0].Entitlement)
	return list[0], e, err
}

// Replay asks the rules again with the facts that a decision kept, by the version of the document that it kept, and reports in words what
// comes out otherwise; "" when the answer is the same.
func (x *Benefits) Replay(e *Entitlement, d *Decision) string {
	b, err := x.Of(e.Benefit, d.Pack, d.On)
	if err != nil {
		return "当时的文件版本不在库中"
	}
	r := b.Ask(facts(b, d.Inputs))
	fen, err := r.Fen()
	switch {
	case err != nil || r.Err != nil:
		return "重算出错"
	case d.Kind == Stop && r.Value == rule.Yes && !x.givesWay(d):
		return "重算仍然符合条件"
	case (d.Kind == Grant || d.Kind == Change || d.Kind == Resume) && !x.givesWay(d) && (r.Value != rule.Yes || money.Fen(fen) != d.Fen):
		return fmt.Sprintf("重算为 %s，决定为 %s", money.Fen(fen), d.Fen)
	}
	return ""
}

// givesWay reports whether a decision rests on another benefit that goes first, not on the formula.
func (x *Benefits) givesWay(d *Decision) bool {
	return slices.ContainsFunc(d.Steps, func(s pack.ReckonedStep) bool {
		return s.Part == yieldsPart || s.Part == placePart || s.Part == appealPart
	})
}

// Parts of steps that no formula says.
const (
	yieldsPart = "yields"
	placePart  = "place"
	appealPart = "appeal"
)

// open makes an entitlement for a granted case, once for its benefit, subject and occasion.
func (x *Benefits) open(tx *db.Tx, e Entitlement) (Entitlement, bool, error) {
	list, err := db.Select(tx, scanEntitlement, `select `+entitlementColumns+` from benefit_entitlement where benefit = ? and kind = ? and subject = ? and event = ?`,
		e.Benefit, string(e.Subject.Kind), e.Subject.ID, e.Event)
	if err != nil {
		return e, false, fmt.Errorf("find entitlement: %w", err)
	}
	if len(list) > 0 {
		return list[0], true, nil
	}
	e.ID, e.version = db.NewID(), 1
	err = tx.Exec(`insert into benefit_entitlement (`+entitlementColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, e.ID, e.Benefit, string(e.Subject.Kind), e.Subject.ID,
		e.Event, e.Path, e.Case, e.Number, string(e.State), e.Begun, e.Ended, int64(e.Fen), e.Pack, e.Unit, e.version)
	if err != nil {
		return e, false, fmt.Errorf("open entitlement: %w", err)
	}
	return e, false, nil
}

// receives are the benefits that a subject is entitled to on a day, without the document.
func receives(list []Entitlement) map[string]bool {
	out := map[string]bool{}
	for _, e := range list {
		if e.State == Active {
			out[e.Benefit] = true
		}
	}
	return out
}
