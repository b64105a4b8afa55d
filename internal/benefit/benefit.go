package benefit

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/payrun"
	"linli/internal/register"
	"linli/internal/rule"
	"linli/internal/service"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Benefits are the entitlements of one city. Safe for concurrent use.
type Benefits struct {
	City    string // code, for the audit log
	Packs   func() *pack.Index
	Classes *class.Classes
	Window  *service.Window
	Pay     *payrun.Runs
}

// A State (享受状态) is where an entitlement stands.
type State string

// The states.
const (
	Active    State = "active"
	Suspended State = "suspended"
	Ended     State = "ended"
	Single    State = "single" // paid once
)

// Words returns the state in Chinese.
func (s State) Words() string {
	return map[State]string{Active: "享受中", Suspended: "暂停发放", Ended: "已停止", Single: "一次性"}[s]
}

// An Entitlement (享受资格) is somebody's right to a benefit, as decisions made it.
type Entitlement struct {
	ID      db.ID
	Benefit string // "document:id"
	Subject fact.Subject
	Event   string
	Path    string
	Case    db.ID
	Number  string // of the case
	State   State
	Begun   civil.Date
	Ended   civil.Date // last day paid; zero: open
	Fen     money.Fen  // of a whole period, as last decided
	Pack    string     // version of the document by which it was last decided
	Unit    string     // code of the unit that decides on it
	version int64
}

const entitlementColumns = `id, benefit, kind, subject, event, path, case_id, number, state, begun, ended, fen, pack, unit, version`

func scanEntitlement(r *db.Rows) (e Entitlement, err error) {
	err = r.Scan(&e.ID, &e.Benefit, (*string)(&e.Subject.Kind), &e.Subject.ID, &e.Event, &e.Path, &e.Case, &e.Number, (*string)(&e.State), &e.Begun, &e.Ended,
		(*int64)(&e.Fen), &e.Pack, &e.Unit, &e.version)
	return e, err
}

// A Kind (决定种类) is what a decision does, or a finding asks for.
type Kind string

// The kinds.
const (
	Grant   Kind = "grant"
	Change  Kind = "change"
	Suspend Kind = "suspend"
	Resume  Kind = "resume"
	Stop    Kind = "stop"
	Check   Kind = "check" // of a finding only: the rules cannot say until facts are known
)

// Kinds lists the kinds with what people call them.
var Kinds = []pack.Option{{Value: string(Grant), Label: "给予"}, {Value: string(Change), Label: "调整"}, {Value: string(Suspend), Label: "暂停"},
	{Value: string(Resume), Label: "恢复"}, {Value: string(Stop), Label: "停止"}, {Value: string(Check), Label: "待查"}}

// Words returns the kind in Chinese.
func (k Kind) Words() string { return pack.Words(Kinds, string(k)) }

// An Input (计算依据的资料) is one fact that an answer went by, as the registers write it and as people read it.
type Input struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Value string `json:"value"` // "" is unknown
	Shown string `json:"shown"`
}

// A Reason (理由) is why the rules say what they say: the facts and every step.
type Reason struct {
	On     civil.Date // the day for which it was asked
	Pack   string
	Inputs []Input
	Steps  []pack.ReckonedStep
	Clause string // what decides it, "document#clause"
}

func (r *Reason) encode() (inputs, steps string, err error) {
	a, err := json.Marshal(r.Inputs)
	if err == nil {
		var b []byte
		if b, err = json.Marshal(r.Steps); err == nil {
			return string(a), string(b), nil
		}
	}
	return "", "", fault.Internal(err, "系统内部错误")
}

func (r *Reason) decode(inputs, steps string) error {
	if err := json.Unmarshal([]byte(inputs), &r.Inputs); err != nil {
		return fmt.Errorf("inputs of a decision: %w", err)
	}
	if err := json.Unmarshal([]byte(steps), &r.Steps); err != nil {
		return fmt.Errorf("steps of a decision: %w", err)
	}
	return nil
}

// inputs writes down the facts that a benefit asks about.
func inputs(b *pack.Benefit, facts rule.Facts) []Input {
	var list []Input
	for _, name := range b.Asked() {
		w, ok := b.Words().Word(b.Of, name)
		if !ok {
			continue
		}
		in := Input{Name: name, Label: w.Label}
		if v, known := facts[name]; known && v != nil {
			in.Value = kept(v)
			in.Shown = w.Show(in.Value)
		}
		list = append(list, in)
	}
	return list
}

// kept writes a fact as registers keep it, so that its word reads it back.
func kept(v any) string {
	switch v := v.(type) {
	case []string:
		return strings.Join(v, "\n")
	case rule.Money:
		return v.Yuan.String()
	}
	return fmt.Sprint(v)
}

// facts reads inputs back.
func facts(b *pack.Benefit, list []Input) rule.Facts {
	out := rule.Facts{}
	for _, in := range list {
		if w, ok := b.Words().Word(b.Of, in.Name); ok && in.Value != "" {
			if v := w.Value(in.Value); v != nil {
				out[in.Name] = v
			}
		}
	}
	return out
}

// deciding is the clause that an answer rests on most: of the first condition that fails, or else of the sum.
func deciding(b *pack.Benefit, r *pack.Reckoned) string {
	for _, s := range r.Steps {
		if s.Result == rule.No.Words() && len(s.Basis) > 0 {
			return s.Basis[0].String()
		}
	}
	for _, s := range slices.Backward(r.Steps) {
		if len(s.Basis) > 0 && r.Value == rule.Yes {
			return s.Basis[0].String()
		}
	}
	return b.Basis[0].String()
}

// ask asks a benefit and notes why it says what it says.
func ask(b *pack.Benefit, version string, on civil.Date, known rule.Facts) (pack.Reckoned, Reason) {
	r := b.Ask(known)
	return r, Reason{On: on, Pack: version, Inputs: inputs(b, known), Steps: r.Steps, Clause: deciding(b, &r)}
}

// note writes a deed in the audit log.
func (x *Benefits) note(tx *db.Tx, by staff.Actor, verb string, e *Entitlement, detail map[string]string) error {
	b, err := json.Marshal(detail)
	if err != nil {
		return fault.Internal(err, "系统内部错误")
	}
	return audit.Record(tx, audit.Entry{City: x.City, Actor: by.AuditName(), Verb: "benefit-" + verb, Subject: "benefit:" + e.ID.String(), Detail: b})
}

// Of returns a benefit as a version of its document has it on a day.
func (x *Benefits) Of(ref, version string, on civil.Date) (*pack.Benefit, error) {
	b := x.Packs().Benefit(ref, version, on)
	if b == nil {
		return nil, fault.NotFound("没有待遇 %s，或者文件版本 %s 不在库中", ref, version)
	}
	return b, nil
}

// versionOf returns the version of a benefit's document that is in force.
func (x *Benefits) versionOf(ref string) string {
	document, _, _ := strings.Cut(ref, ":")
	if p := x.Packs().Pack(document, ""); p != nil {
		return p.Version
	}
	return ""
}

// of lists the entitlements of a subject, those that stand first, then the latest.
func of(tx *db.Tx, s fact.Subject) ([]Entitlement, error) {
	list, err := db.Select(tx, scanEntitlement, `select `+entitlementColumns+` from benefit_entitlement where subject = ? and kind = ? order by id desc`, s.ID, string(s.Kind))
	if err != nil {
		return nil, fmt.Errorf("entitlements of %s: %w", s, err)
	}
	slices.SortStableFunc(list, func(a, b Entitlement) int { return order[a.State] - order[b.State] })
	return list, nil
}

var order = map[State]int{Active: 0, Suspended: 1, Single: 2, Ended: 3}

// Mine lists what somebody receives or received, to himself and to who may see him for relief.
func (x *Benefits) Mine(tx *db.Tx, by staff.Actor, s fact.Subject) ([]Entitlement, error) {
	if err := register.See(tx, by, s, register.ForRelief); err != nil {
		return nil, err
	}
	return of(tx, s)
}

// Get returns an entitlement to who may see its subject for relief. Returns notfound.
func (x *Benefits) Get(tx *db.Tx, by staff.Actor, id db.ID) (Entitlement, error) {
	e, err := stored(tx, id)
	if err != nil {
		return e, err
	}
	return e, sees(tx, by, e.Subject, e.Path, e.Unit)
}

func stored(tx *db.Tx, id db.ID) (Entitlement, error) {
	list, err := db.Select(tx, scanEntitlement, `select `+entitlementColumns+` from benefit_entitlement where id = ?`, id)
	if err != nil {
		return Entitlement{}, fmt.Errorf("load entitlement: %w", err)
	}
	if len(list) == 0 {
		return Entitlement{}, fault.NotFound("没有这项待遇")
	}
	return list[0], nil
}

// sights are the paths below which somebody works on benefits: those for which he may see persons for relief.
func sights(by staff.Actor) []string { return register.Sight(by, register.ForRelief) }

// decides reports whether somebody decides on an entitlement: he handles for the unit that granted it, where its subject is.
func decides(by staff.Actor, e *Entitlement) bool {
	return by.Unit != "" && by.Unit == e.Unit && by.HasAny(staff.Handler)
}

// checks reports whether somebody checks findings at a path.
func checks(by staff.Actor, path string) bool {
	return by.Has(staff.Community, path, "") || by.Has(staff.Desk, path, "")
}
