package casework

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/form"
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
	hidden, full := isRated(by, k, f), false
	for _, r := range roles {
		full = full || r == flow.Desk || r == flow.Lead
	}
	for i := range list {
		if hidden {
			list[i].Grade = 0
		}
		if !full && (list[i].Person.IsZero() || list[i].Person != by.Person) {
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
	Steps   []Step // those that concern him
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
	id, _, err := receipt(tx, number, code)
	if err != nil {
		return nil, err
	}
	k, err := load(tx, id)
	if err != nil {
		return nil, err
	}
	return c.progress(tx, k, strings.ToUpper(strings.TrimSpace(number)), "receipt")
}

// Mine shows a reporter with an account his own case.
func (c *Cases) Mine(tx *db.Tx, by staff.Actor, id db.ID) (*Progress, error) {
	var caseID db.ID
	var number string
	err := tx.QueryRow(`select case_id, number from case_reporter where person = ? and (case_id = ? or came_by = ?) and person <> 0 order by at limit 1`,
		by.Person, id, id).Scan(&caseID, &number)
	if errors.Is(err, db.ErrNoRows) {
		return nil, notHere()
	}
	if err != nil {
		return nil, err
	}
	k, err := load(tx, caseID)
	if err != nil {
		return nil, err
	}
	return c.progress(tx, k, number, actorID(by))
}

func (c *Cases) progress(tx *db.Tx, k *Case, number, actor string) (*Progress, error) {
	steps, err := history(tx, k.ID)
	if err != nil {
		return nil, err
	}
	p := &Progress{Case: k, Receipt: number, Merged: number != k.Number}
	for _, s := range steps {
		if !toReporter[s.Verb] {
			continue
		}
		if !wordsToReporter[s.Verb] {
			s.Words = ""
		}
		p.Steps = append(p.Steps, s)
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
