package benefit

import (
	"fmt"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/money"
	"linli/internal/notify"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/rule"
	"linli/internal/staff"
)

// An Appeal (待遇申诉) is somebody's objection to a decision, and the answer of another person than who decided.
type Appeal struct {
	ID       db.ID
	Decision db.ID
	Path     string
	Unit     string // that answers
	Words    string
	By       string
	At       db.Time
	Upheld   bool
	Answer   string
	Answerer string
	Answered db.Time // zero: waits
}

const appealColumns = `id, decision, path, unit, words, by_name, at, upheld, answer, answered_name, answered_at`

func scanAppeal(r *db.Rows) (a Appeal, err error) {
	return a, r.Scan(&a.ID, &a.Decision, &a.Path, &a.Unit, &a.Words, &a.By, &a.At, &a.Upheld, &a.Answer, &a.Answerer, &a.Answered)
}

// AppealOf returns the appeal against a decision; false when there is none.
func AppealOf(tx *db.Tx, decision db.ID) (Appeal, bool, error) {
	list, err := db.Select(tx, scanAppeal, `select `+appealColumns+` from benefit_appeal where decision = ?`, decision)
	if err != nil || len(list) == 0 {
		return Appeal{}, false, err
	}
	return list[0], true, nil
}

// Appeal objects to a decision, for oneself or for somebody whom one may see for relief. Returns conflict for a second appeal.
func (x *Benefits) Appeal(tx *db.Tx, by staff.Actor, decision db.ID, words string) error {
	d, e, err := x.DecisionOf(tx, by, decision)
	if err != nil {
		return err
	}
	if err := register.See(tx, by, e.Subject, register.ForRelief); err != nil {
		return err
	}
	if words = strings.TrimSpace(words); words == "" {
		return fault.Invalid("words", "请写明不服的理由")
	}
	if _, known, err := AppealOf(tx, decision); err != nil || known {
		if known {
			err = fault.Conflict("这个决定已有申诉，请等答复")
		}
		return err
	}
	err = tx.Exec(`insert into benefit_appeal (id, decision, path, unit, words, by_name, at) values (?, ?, ?, ?, ?, ?, ?)`, db.NewID(), decision, e.Path, e.Unit, words, by.Name, db.At(tx.Now()))
	if err != nil {
		return fmt.Errorf("appeal: %w", err)
	}
	return x.note(tx, by, "appeal", &e, map[string]string{"decision": d.ID.String()})
}

// Appeals lists the appeals that wait, where somebody may see persons for relief, the oldest first.
func (x *Benefits) Appeals(tx *db.Tx, by staff.Actor) ([]Appeal, error) {
	within, args := mine(by)
	if within == "" {
		return nil, nil
	}
	list, err := db.Select(tx, scanAppeal, `select `+appealColumns+` from benefit_appeal where answered_at = '' and `+within+` order by id limit 200`, args...)
	if err != nil {
		return nil, fmt.Errorf("list appeals: %w", err)
	}
	return list, nil
}

// Answer answers an appeal. Upheld, what the decision ended or lowered is restored from the day on which it held. Returns forbidden for who decided,
// and for other units than the one that decides on the entitlement.
func (x *Benefits) Answer(tx *db.Tx, by staff.Actor, decision db.ID, uphold bool, words string) error {
	d, e, err := x.DecisionOf(tx, by, decision)
	if err != nil {
		return err
	}
	if !decides(by, &e) {
		return fault.Forbidden("由批准这项待遇的单位答复")
	}
	if by.Account == d.ByID {
		return fault.Forbidden("您作出了这个决定，请由其他人复核")
	}
	if words = strings.TrimSpace(words); words == "" {
		return fault.Invalid("words", "请写明复核的理由")
	}
	err = tx.ExecOne(`update benefit_appeal set upheld = ?, answer = ?, answered_by = ?, answered_name = ?, answered_at = ? where decision = ? and answered_at = ''`,
		map[bool]int{true: 1}[uphold], words, by.Account, by.Name, db.At(tx.Now()), decision)
	if err != nil {
		return err
	}
	if !uphold {
		return notify.Send(tx, notify.Message{To: notify.Person(e.Subject.ID), Subject: "申诉答复：维持原决定", Text: words, Link: "/benefits/decision/" + decision.String()})
	}
	return x.restore(tx, by, &e, &d, words)
}

// restore takes a decision back by a new one.
func (x *Benefits) restore(tx *db.Tx, by staff.Actor, e *Entitlement, d *Decision, words string) error {
	list, err := Decisions(tx, e.ID)
	if err != nil {
		return err
	}
	if list[len(list)-1].ID != d.ID {
		return fault.Conflict("这个决定以后又有新的决定，请先处理新的")
	}
	b, err := x.Of(e.Benefit, d.Pack, d.On)
	if err != nil {
		return err
	}
	var was money.Fen
	for _, p := range list[:len(list)-1] {
		if p.Fen > 0 {
			was = p.Fen
		}
	}
	if d.Kind == Grant || was == 0 {
		return fault.Conflict("给予的决定不能在这里改，请重新核实申办")
	}
	back := Decision{Kind: Resume, Effective: d.Effective, Fen: was, Reason: d.Reason, Words: "申诉成立：" + words}
	if d.Kind == Stop {
		back.Effective = d.Effective.AddDays(1)
	}
	back.On = place.Today(tx)
	back.Steps = append(back.Steps, pack.ReckonedStep{Part: appealPart, Says: "复核认定原决定不成立", Result: rule.Yes.Words(), Basis: b.Basis[:1]})
	_, err = x.decide(tx, by, e, back)
	return err
}
