package casework

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/register"
	"linli/internal/staff"
)

// A Reporter (反映人) is somebody who raised the matter. Phone and identity number are kept by the register under
// encryption; here stands only what a page may show.
type Reporter struct {
	ID      db.ID   `json:"id"`
	Person  db.ID   `json:"person"`
	Name    string  `json:"name"`
	Phone   string  `json:"phone"` // as typed on intake; masked when read
	IDNo    string  `json:"-"`     // on intake only
	Address string  `json:"address"`
	Channel string  `json:"channel"`
	Number  string  `json:"number"` // of the receipt
	At      db.Time `json:"at"`
	Grade   int     `json:"grade"`
	CameBy  db.ID   `json:"came_by"` // the case as which he first reported it
}

func (k *Case) addReporter(tx *db.Tx, person db.ID, r Reporter, code string) error {
	return tx.Exec(`insert into case_reporter (id, case_id, came_by, person, name, phone, address, channel, number, code, at)
		values (?,?,?,?,?,?,?,?,?,?,?)`,
		db.NewID(), k.ID, k.ID, person, strings.TrimSpace(r.Name), form.MaskPhone(r.Phone), strings.TrimSpace(r.Address), k.Channel, k.Number,
		code, db.At(k.Registered))
}

func scanReporter(rows *db.Rows) (Reporter, error) {
	var r Reporter
	err := rows.Scan(&r.ID, &r.Person, &r.Name, &r.Phone, &r.Address, &r.Channel, &r.Number, &r.At, &r.Grade, &r.CameBy)
	return r, err
}

// Reporters lists who raised the matter. Names are shown in full to the desk, the lead unit and the reporter himself, masked to others.
func (c *Cases) Reporters(tx *db.Tx, by staff.Actor, k *Case) ([]Reporter, error) {
	list, err := db.Select(tx, scanReporter, `select id, person, name, phone, address, channel, number, at, grade, came_by
		from case_reporter where case_id = ? order by at, id`, k.ID)
	if err != nil {
		return nil, fmt.Errorf("reporters: %w", err)
	}
	roles, err := c.roles(tx, by, k)
	if err != nil {
		return nil, err
	}
	f, err := c.flowOf(k)
	if err != nil {
		return nil, err
	}
	own, err := register.Entries(tx, by.Person)
	if err != nil {
		return nil, err
	}
	hidden, full := isRated(by, k, f), false
	for _, r := range roles {
		full = full || r == flow.Desk || r == flow.Lead
	}
	for i := range list {
		if hidden {
			list[i].Grade = 0
		}
		if !full && !slices.Contains(own, list[i].Person) {
			list[i].Name, list[i].Address = form.MaskName(list[i].Name), maskAddress(list[i].Address)
		}
	}
	return list, nil
}

// maskAddress keeps the first six characters, which name the district.
func maskAddress(s string) string {
	r := []rune(s)
	if len(r) <= 6 {
		return s
	}
	return string(r[:6]) + "…"
}

// A Progress (办理进度) is what a reporter may see of his case with the receipt in hand.
type Progress struct {
	Case    *Case
	Receipt string // number of his own receipt, which a merged case keeps
	Merged  bool
	Title   string // what he himself brought, in his own words: a merged case goes on under another's
	Body    string
	Spot    string
	Steps   []Step // those that concern him; what other reporters said, attached or thought of it is left out
	Actions []flow.Verb
}

// toReporter are the verbs a reporter sees; what offices say among themselves stays there.
var toReporter = map[flow.Verb]bool{flow.Register: true, flow.Accept: true, flow.Refuse: true, flow.Ask: true, flow.Supply: true,
	flow.Dispatch: true, flow.Reassign: true, flow.Reply: true, flow.Explain: true, flow.Grant: true, flow.Rework: true, flow.Close: true,
	flow.Rate: true, flow.Merge: true, flow.Convert: true, flow.Appeal: true, flow.Reopen: true, flow.Archive: true, flow.Lapse: true}

// wordsToReporter are the verbs whose words are meant for the reporter.
var wordsToReporter = map[flow.Verb]bool{flow.Refuse: true, flow.Ask: true, flow.Supply: true, flow.Reply: true, flow.Explain: true,
	flow.Close: true, flow.Rate: true, flow.Appeal: true, flow.Reopen: true}

// Track finds a case by receipt number and code, without an account. A wrong code and a wrong number read the same.
func (c *Cases) Track(tx *db.Tx, number, code string) (*Progress, error) {
	_, id, err := receipt(tx, number, code)
	if err != nil {
		return nil, err
	}
	return c.progress(tx, id, receiptActor(id))
}

// Mine shows a reporter with an account his own case.
func (c *Cases) Mine(tx *db.Tx, by staff.Actor, id db.ID) (*Progress, error) {
	var me db.ID
	his, args, err := register.Among(tx, "person", by.Person)
	if err != nil {
		return nil, err
	}
	err = tx.QueryRow(`select id from case_reporter where `+his+` and (case_id = ? or came_by = ?) order by at limit 1`, append(args, id, id)...).Scan(&me)
	if errors.Is(err, db.ErrNoRows) {
		return nil, notHere()
	}
	if err != nil {
		return nil, err
	}
	return c.progress(tx, me, actorID(by))
}

// progress is what one reporter may see; actor is who asks what he may do.
func (c *Cases) progress(tx *db.Tx, reporter db.ID, actor string) (*Progress, error) {
	me, k, err := raisedBy(tx, reporter)
	if err != nil {
		return nil, err
	}
	p := &Progress{Case: k, Receipt: me.Number, Merged: me.CameBy != k.ID, Title: k.Title, Body: k.Body, Spot: k.Spot}
	if p.Merged {
		own, err := load(tx, me.CameBy)
		if err != nil {
			return nil, err
		}
		p.Title, p.Body, p.Spot = own.Title, own.Body, own.Spot
	}
	if p.Steps, err = c.toldTo(tx, me, k); err != nil {
		return nil, err
	}
	f, err := c.flowOf(k)
	if err != nil {
		return nil, err
	}
	for _, v := range []flow.Verb{flow.Supply, flow.Urge, flow.Rate, flow.Appeal} {
		if f.Allowed(&k.Situation, v, actor, "", []flow.Role{flow.Reporter}) == nil {
			p.Actions = append(p.Actions, v)
		}
	}
	return p, nil
}

// raisedBy loads a reporter with the case that he raised, or that it goes on in.
func raisedBy(tx *db.Tx, id db.ID) (me Reporter, k *Case, err error) {
	var caseID db.ID
	err = tx.QueryRow(`select id, person, number, came_by, case_id from case_reporter where id = ?`, id).
		Scan(&me.ID, &me.Person, &me.Number, &me.CameBy, &caseID)
	if err != nil {
		return me, nil, fmt.Errorf("load reporter: %w", err)
	}
	k, err = load(tx, caseID)
	return me, k, err
}

// toldTo is the part of the history that a reporter hears of. Of what other reporters did he hears that it was done.
func (c *Cases) toldTo(tx *db.Tx, me Reporter, k *Case) ([]Step, error) {
	steps, err := history(tx, k.ID)
	if err != nil {
		return nil, err
	}
	var told []Step
	for _, s := range steps {
		if !toReporter[s.Verb] {
			continue
		}
		if !wordsToReporter[s.Verb] {
			s.Words = ""
		}
		own, err := ownStep(tx, me, k, s)
		if err != nil {
			return nil, err
		}
		if !own {
			s.Words, s.Files, s.Act = "", "", flow.Act{}
		}
		told = append(told, s)
	}
	return told, nil
}

// ownStep reports whether a step is the reporter's own or an office's, and not another reporter's.
func ownStep(tx *db.Tx, me Reporter, k *Case, s Step) (bool, error) {
	switch {
	case !slices.Contains(strings.Split(s.Roles, ","), string(flow.Reporter)):
		return s.Verb != flow.Register || me.CameBy == k.ID, nil // what was registered is the first reporter's, whoever wrote it down
	case s.Verb == flow.Register:
		return me.CameBy == k.ID, nil
	case s.Actor.IsZero():
		return s.Act.Actor == receiptActor(me.ID), nil
	}
	a, err := staff.AccountOf(tx, s.Actor)
	if err != nil {
		return false, err
	}
	return register.IsOne(tx, a.Person, me.Person)
}

// receiptActor names a reporter who proves himself by his receipt.
func receiptActor(reporter db.ID) string { return "receipt:" + reporter.String() }

// DoByReceipt takes a step as the reporter, who proves himself by number and code.
func (c *Cases) DoByReceipt(tx *db.Tx, number, code string, a Act) (Done, error) {
	id, who, err := receipt(tx, number, code)
	if err != nil {
		return Done{}, err
	}
	by := staff.Actor{Name: "反映人", Via: "receipt"}
	a.receipt = who
	return c.doOnce(tx, "receipt:"+who.String(), id, a, func() (*Case, []flow.Role, error) {
		k, err := load(tx, id)
		return k, []flow.Role{flow.Reporter}, err
	}, by)
}

func receipt(tx *db.Tx, number, code string) (caseID, reporter db.ID, err error) {
	var want string
	err = tx.QueryRow(`select case_id, id, code from case_reporter where number = ?`, strings.ToUpper(strings.TrimSpace(number))).
		Scan(&caseID, &reporter, &want)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return 0, 0, fmt.Errorf("find receipt: %w", err)
	}
	code = strings.ToUpper(strings.TrimSpace(code))
	if err != nil || subtle.ConstantTimeCompare([]byte(code), []byte(want)) != 1 {
		return 0, 0, fault.NotFound("编号或查询码不对，请核对回执")
	}
	return caseID, reporter, nil
}

func notHere() error { return fault.NotFound("没有这个办件，或您无权查看") }
