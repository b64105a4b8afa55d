package service

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/rule"
	"linli/internal/staff"
)

// States of a material.
const (
	Had   = "had"   // looked up
	Given = "given" // handed in
	Owed  = "owed"  // follows by a day
)

// An Application (申请) is what somebody asks for, as he filled it in. What is known need not be said.
type Application struct {
	Key       string // idempotency key
	Item      string
	Person    db.ID             // of the register; zero: the actor's own, or nobody known yet
	Name      string            // where the person is not known
	Phone     string            // as typed
	IDNo      string            `json:"-"`
	Says      map[string]string // questions and fields
	Place     string            // code
	Materials map[string]string // material: Given or Owed
	Files     []string          // blob hashes
	Proxy     string            // name of whoever applies for him
	Authority string            // what he showed for it
	Agent     bool              // whoever takes it in sees it through, full-course agency
	Signers   []string          // who else has to sign
	Channel   string            // one of pack.ItemChannels
}

// A Signer (共签人) has to sign beside the applicant, with the code that he is given.
type Signer struct {
	Name   string
	Code   string
	Signed db.Time
}

// Apply takes an application in: it checks the conditions and materials, fills in what is known, registers the case and
// keeps where each value comes from. Refused with the clause of a condition that is not met.
func (w *Window) Apply(tx *db.Tx, by staff.Actor, a Application) (casework.Receipt, error) {
	o, err := w.Offer(a.Item, place.Today(tx))
	if err != nil {
		return casework.Receipt{}, err
	}
	if a.Person.IsZero() && by.HasAny(staff.Resident) {
		a.Person = by.Person
	}
	g, err := w.Guide(tx, by, o, a.Person, a.Says)
	if err != nil {
		return casework.Receipt{}, err
	}
	if err := a.check(o.Item, &g); err != nil {
		return casework.Receipt{}, err
	}
	filled, sources := maps.Clone(a.Says), map[string]string{}
	if filled == nil {
		filled = map[string]string{}
	}
	for name, k := range g.Prefill {
		filled[name], sources[name] = k.Value, k.From
	}
	in := casework.Intake{Key: a.Key, Flow: a.Item, Title: o.Item.Name, Place: a.Place, Files: a.Files, Fields: map[string]string{},
		From: casework.Reporter{Person: a.Person, Name: a.Name, Phone: a.Phone, IDNo: a.IDNo, Channel: a.Channel}}
	if f := o.Item.FormOf(); f != nil {
		for i := range f.Fields {
			in.Fields[f.Fields[i].Name] = filled[f.Fields[i].Name]
		}
	}
	if err := w.unseal(tx, a.Person, o.Item, &g, in.Fields); err != nil {
		return casework.Receipt{}, err
	}
	for _, j := range g.Joint {
		in.Shares = append(in.Shares, j.Office)
	}
	r, err := w.Cases.Register(tx, by, in)
	if err != nil || r.Replayed {
		return r, err
	}
	return r, w.keep(tx, by, o.Item, &g, a, r, filled, sources)
}

// unseal fills in for the check of the form what the register keeps under seal. The case keeps none of it.
func (w *Window) unseal(tx *db.Tx, person db.ID, i *pack.Item, g *pack.Guide, fields map[string]string) error {
	for _, d := range fieldsOf(i) {
		if _, asked := fields[d.Name]; !asked || !g.Prefill[d.Name].Sealed {
			continue
		}
		for kind, name := range fieldOf {
			if d.From != "fact."+name {
				continue
			}
			var err error
			if fields[d.Name], err = w.People.Reach(tx, person, kind); err != nil {
				return fmt.Errorf("fill in %s: %w", d.Name, err)
			}
		}
	}
	return nil
}

// check refuses what may not be applied for, and names every material that is missing.
func (a *Application) check(i *pack.Item, g *pack.Guide) error {
	for _, c := range g.Conditions {
		if c.Answer.Err != nil {
			return fault.Internal(c.Answer.Err, "条件“%s”无法判断", c.Condition.Says)
		}
		if c.Answer.Value == rule.No {
			return fault.Refused(c.Condition.Basis[0], "不符合办理条件：%s", c.Condition.Says)
		}
	}
	var wrong []fault.FieldError
	for _, c := range g.Conditions {
		if c.Answer.Value == rule.Needs {
			for _, name := range c.Answer.Needs {
				wrong = append(wrong, fault.FieldError{Field: name, Format: "请先回答，才能判断能否办理"})
			}
		}
	}
	for _, m := range g.Bring {
		switch state := a.Materials[m.ID]; {
		case state == Given && (a.Channel == "window" || len(a.Files) > 0):
		case state == Given:
			wrong = append(wrong, fault.FieldError{Field: "files", Format: "请上传所选材料的照片或扫描件"})
		case state == Owed && !m.Owed.IsZero():
		case state == Owed:
			wrong = append(wrong, fault.FieldError{Field: "material." + m.ID, Format: "“%s”不能后补，请交齐再办", Args: []any{m.Name}})
		default:
			wrong = append(wrong, fault.FieldError{Field: "material." + m.ID, Format: "请交“%s”，或选择后补", Args: []any{m.Name}})
		}
	}
	if a.Proxy != "" && i.Proxy == nil {
		wrong = append(wrong, fault.FieldError{Field: "proxy", Format: "本事项须本人办理，不能代办"})
	}
	if a.Proxy != "" && strings.TrimSpace(a.Authority) == "" {
		wrong = append(wrong, fault.FieldError{Field: "authority", Format: "请写明查验了什么委托凭证"})
	}
	if !slices.ContainsFunc(pack.ItemChannels, func(o pack.Option) bool { return o.Value == a.Channel }) || !slices.Contains(i.Channels, a.Channel) {
		wrong = append(wrong, fault.FieldError{Field: "channel", Format: "本事项不从这个渠道受理"})
	}
	slices.SortStableFunc(wrong, func(a, b fault.FieldError) int { return strings.Compare(a.Field, b.Field) })
	return fault.Fields(slices.CompactFunc(wrong, func(a, b fault.FieldError) bool { return a.Field == b.Field }))
}

// keep writes what an application is beside its case.
func (w *Window) keep(tx *db.Tx, by staff.Actor, i *pack.Item, g *pack.Guide, a Application, r casework.Receipt, filled, sources map[string]string) error {
	person := a.Person
	if person.IsZero() {
		var err error
		if person, err = w.Cases.CameBy(tx, r.Case); err != nil {
			return err
		}
	}
	values, err := json.Marshal(sealed(fieldsOf(i), filled))
	if err != nil {
		return err
	}
	from, err := json.Marshal(sources)
	if err != nil {
		return err
	}
	agent := db.ID(0)
	if a.Agent && i.Agency != nil {
		agent = by.Account
	}
	green := 0
	if g.Green {
		green = 1
	}
	err = tx.Exec(`insert into service_application (case_id, item, person, filled, sources, proxy, authority, agent, green, channel, at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.Case, i.ID, person, string(values), string(from), a.Proxy, a.Authority, agent, green, a.Channel, db.At(tx.Now()))
	if err != nil {
		return fmt.Errorf("keep application: %w", err)
	}
	for _, h := range g.Had {
		if err := material(tx, r.Case, h.ID, Had, h.Known.From, time.Time{}); err != nil {
			return err
		}
	}
	for _, m := range g.Bring {
		due := time.Time{}
		if a.Materials[m.ID] == Owed {
			d, err := w.Cases.Law().Deadline(tx.Now(), m.Owed, nil)
			if err != nil {
				return fault.Internal(err, "无法计算期限")
			}
			due = d.Due
		}
		if err := material(tx, r.Case, m.ID, a.Materials[m.ID], "", due); err != nil {
			return err
		}
	}
	for _, name := range a.Signers {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		err := tx.Exec(`insert into service_sign (case_id, name, code) values (?, ?, ?) on conflict (case_id, name) do nothing`, r.Case, name, newCode())
		if err != nil {
			return fmt.Errorf("ask for a signature: %w", err)
		}
	}
	return nil
}

func material(tx *db.Tx, id db.ID, name, state, source string, due time.Time) error {
	err := tx.Exec(`insert into service_material (case_id, material, state, source, due, at) values (?, ?, ?, ?, ?, ?)`,
		id, name, state, source, db.At(due), db.At(tx.Now()))
	if err != nil {
		return fmt.Errorf("keep material: %w", err)
	}
	return nil
}

// newCode is eight characters without look-alikes.
func newCode() string {
	const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	var b [8]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = letters[b[i]%32]
	}
	return string(b[:])
}

// Take accepts an application and sends it to everybody who has a say, each for what nobody decided yet. Refused while
// somebody has still to sign.
func (w *Window) Take(tx *db.Tx, by staff.Actor, id db.ID, key string) (casework.Done, error) {
	app, err := w.Of(tx, by, id)
	if err != nil {
		return casework.Done{}, err
	}
	for _, s := range app.Signers {
		if s.Signed.IsZero() {
			return casework.Done{}, fault.Conflict("%s还没有签字，签字后再受理", s.Name)
		}
	}
	if app.Case.State() == flow.Registered {
		if _, err := w.Cases.Do(tx, by, id, casework.Act{Act: flow.Act{Verb: flow.Accept}, Key: key + ".accept"}); err != nil {
			return casework.Done{}, err
		}
	}
	out := casework.Act{Act: flow.Act{Verb: flow.Dispatch}, Key: key + ".send"}
	known := map[pack.Source]pack.Known{}
	if err := results(tx, app.Person, known); err != nil {
		return casework.Done{}, err
	}
	for _, j := range app.Item.Joint {
		if k, ok := known[pack.Source("result."+j.Reuse)]; ok && j.Reuse != "" {
			out.Shares = append(out.Shares, flow.Share{Office: j.Office, Reused: k.Value})
		}
	}
	d, err := w.Cases.Do(tx, by, id, out)
	if err != nil {
		return d, err
	}
	return d, tx.Exec(`update service_application set taken_at = ? where case_id = ?`, db.At(tx.Now()), id)
}

// Sign records that a co-signer signs, by the code he was given. Returns notfound for a code that is not.
func Sign(tx *db.Tx, code string) (item, name string, err error) {
	code = strings.ToUpper(strings.TrimSpace(code))
	list, err := db.Select(tx, func(r *db.Rows) (s [2]string, err error) { return s, r.Scan(&s[0], &s[1]) },
		`select a.item, s.name from service_sign s join service_application a on a.case_id = s.case_id where s.code = ?`, code)
	if err != nil {
		return "", "", fmt.Errorf("find signature: %w", err)
	}
	if len(list) == 0 {
		return "", "", fault.Invalid("code", "没有这个签字码，请核对")
	}
	return list[0][0], list[0][1], tx.Exec(`update service_sign set signed_at = ? where code = ? and signed_at = ''`, db.At(tx.Now()), code)
}

// Bring records that a material that was owed has come.
func (w *Window) Bring(tx *db.Tx, by staff.Actor, id db.ID, name string) error {
	if _, err := w.Cases.Get(tx, by, id); err != nil {
		return err
	}
	if !by.HasAny(staff.Desk) {
		return fault.Forbidden("材料由受理窗口收")
	}
	return tx.ExecOne(`update service_material set state = ?, at = ? where case_id = ? and material = ? and state = ?`, Given, db.At(tx.Now()), id, name, Owed)
}

// A Held (申请材料) is a material of an application as it stands.
type Held struct {
	Material *pack.Material
	State    string
	Source   string
	Due      db.Time
}

// A Filing (申请卷) is an application with its case.
type Filing struct {
	Case      *casework.Case
	Item      *pack.Item
	Person    db.ID
	Filled    map[string]string
	Sources   map[string]string
	Proxy     string
	Authority string
	Agent     db.ID
	Green     bool
	Channel   string
	Taken     db.Time
	Recorded  db.Time
	Missing   string // what the decision could not record, in words
	Materials []Held
	Signers   []Signer
	Result    *Result
}

// Of loads an application for an actor who sees its case. Returns notfound when the case is none.
func (w *Window) Of(tx *db.Tx, by staff.Actor, id db.ID) (*Filing, error) {
	k, err := w.Cases.Get(tx, by, id)
	if err != nil {
		return nil, err
	}
	return w.filing(tx, k)
}

func (w *Window) filing(tx *db.Tx, k *casework.Case) (*Filing, error) {
	f := &Filing{Case: k}
	if p := w.Packs().Pack(k.Document, k.Pack); p != nil {
		f.Item = p.On(civil.DateOf(k.Registered, civil.Shanghai)).Item(k.Flow)
	}
	if f.Item == nil {
		return nil, fault.NotFound("这个办件不是事项申请")
	}
	var filled, sources string
	err := tx.QueryRow(`select person, filled, sources, proxy, authority, agent, green, channel, taken_at, recorded_at, unrecorded
		from service_application where case_id = ?`, k.ID).Scan(&f.Person, &filled, &sources, &f.Proxy, &f.Authority, &f.Agent, &f.Green,
		&f.Channel, &f.Taken, &f.Recorded, &f.Missing)
	if errors.Is(err, db.ErrNoRows) {
		return nil, fault.NotFound("这个办件不是事项申请")
	}
	if err != nil {
		return nil, fmt.Errorf("load application %s: %w", k.ID, err)
	}
	if err := json.Unmarshal([]byte(filled), &f.Filled); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(sources), &f.Sources); err != nil {
		return nil, err
	}
	return f, f.beside(tx)
}

// beside loads what hangs on an application: materials, signatures, document.
func (f *Filing) beside(tx *db.Tx) error {
	held, err := db.Select(tx, func(r *db.Rows) (h Held, err error) {
		var name string
		err = r.Scan(&name, &h.State, &h.Source, &h.Due)
		h.Material = f.Item.Needed(name)
		return h, err
	}, `select material, state, source, due from service_material where case_id = ? order by material`, f.Case.ID)
	if err != nil {
		return fmt.Errorf("materials: %w", err)
	}
	f.Materials = slices.DeleteFunc(held, func(h Held) bool { return h.Material == nil })
	if f.Signers, err = Signers(tx, f.Case.ID); err != nil {
		return err
	}
	list, err := db.Select(tx, scanResult, `select `+resultColumns+` from service_result where case_id = ?`, f.Case.ID)
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	if len(list) > 0 {
		f.Result = &list[0]
	}
	return nil
}
