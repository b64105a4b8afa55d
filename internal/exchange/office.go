package exchange

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/place"
	"linli/internal/staff"
)

// sourceUnit is the unit that handled what came in without saying by whom.
const sourceUnit = "import-source"

// An office (导入岗位) takes the steps that a table tells of. Its four accounts are closed: nobody can log in with them, and the history
// shows who stood in for whom.
type office struct {
	im       *Import
	tree     *place.Tree
	city     string
	where    string // code of the place of rows that name none
	desk     staff.Actor
	dispatch staff.Actor
	verify   staff.Actor
	handler  staff.Account
	units    map[string]string // code by code and by name; "" for a name that two units have
	fields   map[string]string
	facts    map[string]string
	bounds   map[string][2]int // fewest and most characters that a field of the form takes; 0 for no bound
}

// standIns are the accounts, by what they do.
var standIns = []struct {
	login, name string
	role        staff.Role
}{
	{"import.desk", "历史导入（登记）", staff.Desk},
	{"import.dispatch", "历史导入（转办）", staff.Dispatcher},
	{"import.verify", "历史导入（核查）", staff.Verifier},
	{"import.handler", "历史导入（承办）", staff.Handler},
}

// openOffice finds or makes what an import needs: accounts, a unit, the tree of places.
func openOffice(ctx context.Context, im *Import) (office, error) {
	password, err := staff.NewPassword(ctx, "", rand.Text()) // which nobody is told
	if err != nil {
		return office{}, err
	}
	var o office
	err = im.DB.Write(ctx, func(tx *db.Tx) (err error) {
		o = office{im: im, units: map[string]string{}, bounds: map[string][2]int{}}
		if err := o.suit(tx.Now()); err != nil {
			return err
		}
		if o.tree, err = place.Load(tx); err != nil {
			return err
		}
		if o.city, err = place.City(tx); err != nil {
			return err
		}
		if err := o.place(); err != nil {
			return err
		}
		if err := o.unit(tx); err != nil {
			return err
		}
		for _, s := range standIns {
			a, err := standIn(tx, s.login, s.name, password)
			if err != nil {
				return err
			}
			o.assign(s.role, a)
		}
		return nil
	})
	return o, err
}

// suit finds the flow and completes the mapping for it.
func (o *office) suit(now time.Time) error {
	for _, f := range o.im.Cases.Flows(now) {
		if f.ID != o.im.Flow {
			continue
		}
		asked := o.im.Cases.Form(f.ID, now)
		m, err := o.im.Mapping.suit(f, asked)
		if err != nil {
			return err
		}
		o.fields, o.facts = m.Fields, m.Facts
		if asked != nil {
			for _, x := range asked.Fields {
				o.bounds[x.Name] = [2]int{x.Min, x.Max}
			}
		}
		return nil
	}
	return fault.Invalid("flow", "没有流程 %s", o.im.Flow)
}

func (o *office) place() error {
	o.where = o.im.Place
	if o.where == "" {
		o.where = o.city
	}
	if p, ok := o.tree.Get(o.where); !ok || p.Gone() {
		return fault.Invalid("place", "没有代码为 %s 的现行区划；请先导入区划表，或用 --place 指定", o.where)
	}
	return nil
}

func (o *office) unit(tx *db.Tx) error {
	_, err := staff.UnitOf(tx, sourceUnit)
	if fault.KindOf(err) == fault.KindNotFound && err != nil {
		err = staff.PutUnit(tx, by, staff.Unit{Code: sourceUnit, Name: "原系统承办单位（历史导入）", Kind: "import", Place: o.city})
	}
	if err != nil {
		return err
	}
	list, err := staff.Units(tx)
	if err != nil {
		return err
	}
	for _, u := range list {
		if _, twice := o.units[u.Name]; twice {
			o.units[u.Name] = ""
			continue
		}
		o.units[u.Name] = u.Code
	}
	for _, u := range list {
		o.units[u.Code] = u.Code
	}
	return nil
}

// by is who keeps the accounts and the unit of the office.
var by = staff.Actor{Login: "command:import", Name: "linli import", Via: staff.ViaCommand}

func standIn(tx *db.Tx, login, name string, p staff.Password) (staff.Account, error) {
	a, err := staff.AccountByLogin(tx, login)
	if err == nil || fault.KindOf(err) != fault.KindNotFound {
		return a, err
	}
	return staff.Create(tx, by, staff.Account{Login: login, Name: name, Disabled: true}, p)
}

func (o *office) assign(role staff.Role, a staff.Account) {
	actor := staff.Actor{Account: a.ID, Login: a.Login, Name: a.Name, Via: staff.ViaCommand,
		Grants: []staff.Grant{{Role: role, Place: o.tree.Path(o.city)}}}
	switch role {
	case staff.Desk:
		o.desk = actor
	case staff.Dispatcher:
		o.dispatch = actor
	case staff.Verifier:
		o.verify = actor
	case staff.Handler:
		o.handler = a
	}
}

func (o *office) handlerOf(unit string) staff.Actor {
	a := o.handler
	return staff.Actor{Account: a.ID, Login: a.Login, Name: a.Name, Via: staff.ViaCommand, Unit: unit,
		Grants: []staff.Grant{{Role: staff.Handler, Unit: unit}}}
}

// enter makes a case of an appeal, with the steps its row tells of. The reason is not empty when it cannot, before anything is written;
// a turnedAway error says that it was refused later.
func (o *office) enter(tx *db.Tx, a *Appeal) (string, error) {
	where, why := o.placeOf(a)
	if why != "" {
		return why, nil
	}
	unit, why := o.unitOf(a)
	if why != "" {
		return why, nil
	}
	tx.Replay(a.At)
	r, err := o.register(tx, a, where)
	if err == nil && a.Reply != "" {
		err = o.replay(tx, a, r.Case, unit)
	}
	switch fault.KindOf(err) {
	case fault.KindInternal, fault.KindUnavailable:
		if err != nil {
			return "", err
		}
	default:
		return "", &turnedAway{err}
	}
	return "", tx.Exec(`insert into exchange_source (source, number, case_id, digest, likes, dislikes, at) values (?, ?, ?, ?, ?, ?, ?)`,
		o.im.Mapping.Source, a.Number, r.Case, a.digest, a.Likes, a.Dislikes, db.At(tx.Now()))
}

func (o *office) placeOf(a *Appeal) (code, why string) {
	if a.Place == "" {
		return o.where, ""
	}
	if p, ok := o.tree.Get(a.Place); ok && !p.Gone() {
		return p.Code, ""
	}
	var found []place.Place
	for _, p := range o.tree.Find(a.Place, o.tree.Len()) {
		if p.Name == a.Place {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 1:
		return found[0].Code, ""
	case 0:
		return "", fmt.Sprintf("没有现行区划“%s”", clip(a.Place, 30))
	}
	return "", fmt.Sprintf("有 %d 个区划叫“%s”，请改写为代码", len(found), clip(a.Place, 30))
}

func (o *office) unitOf(a *Appeal) (code, why string) {
	if a.Unit == "" {
		return sourceUnit, ""
	}
	code, ok := o.units[a.Unit]
	switch {
	case !ok:
		return "", fmt.Sprintf("没有单位“%s”", clip(a.Unit, 30))
	case code == "":
		return "", fmt.Sprintf("有几个单位叫“%s”，请改写为代码", clip(a.Unit, 30))
	}
	return code, ""
}

func (o *office) register(tx *db.Tx, a *Appeal, where string) (casework.Receipt, error) {
	fields := map[string]string{}
	for name, from := range o.fields {
		fields[name] = a.fit(a.fill(from), o.bounds[name])
	}
	facts := map[string]any{}
	for name, from := range o.facts {
		facts[name] = a.fill(from)
	}
	return o.im.Cases.Register(tx, o.desk, casework.Intake{Key: o.key(a, flow.Register), Flow: o.im.Flow, Title: a.Title, Body: a.Body,
		Fields: fields, Place: where, Sets: facts, From: casework.Reporter{Name: a.Reporter}})
}

// fill is a text of the mapping for one appeal.
func (a *Appeal) fill(s string) string {
	switch s {
	case "$title":
		return a.Title
	case "$body":
		return a.Body
	case "$reporter":
		return a.Reporter
	case "$day":
		return civil.DateOf(a.At, civil.Shanghai).String()
	}
	return s
}

// fit makes a text fit a field of the form: the case itself keeps the words as they were.
func (a *Appeal) fit(s string, bounds [2]int) string {
	if utf8.RuneCountInString(s) < bounds[0] {
		s = strings.TrimSpace(a.Title + " " + a.Body)
	}
	if bounds[1] > 0 {
		s = clipped(s, bounds[1])
	}
	return s
}

func (o *office) key(a *Appeal, v flow.Verb) string {
	return "import:" + o.im.Mapping.Source + ":" + a.Number + ":" + string(v)
}

const untold = "原表没有记载这一步，导入时按已知的时间补记"

// replay takes the steps from acceptance to closing. Of these the table tells the reply.
func (o *office) replay(tx *db.Tx, a *Appeal, id db.ID, unit string) error {
	steps := []struct {
		by  staff.Actor
		act flow.Act
	}{
		{o.desk, flow.Act{Verb: flow.Accept, Words: untold}},
		{o.dispatch, flow.Act{Verb: flow.Dispatch, To: unit, Words: untold}},
		{o.handlerOf(unit), flow.Act{Verb: flow.Reply, Words: a.Reply}},
		{o.verify, flow.Act{Verb: flow.Verify, Words: untold}},
		{o.desk, flow.Act{Verb: flow.Close, Outcome: "explained", Words: untold}},
	}
	for _, s := range steps {
		if s.act.Verb == flow.Reply {
			tx.Replay(a.Replied)
		}
		if _, err := o.im.Cases.Do(tx, s.by, id, casework.Act{Act: s.act, Key: o.key(a, s.act.Verb)}); err != nil {
			return err
		}
	}
	return nil
}
