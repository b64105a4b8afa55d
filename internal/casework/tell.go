package casework

import (
	"fmt"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/notify"
	"linli/internal/register"
	"linli/internal/staff"
)

// An Event (办件事件) is what other systems hear of a step. It carries nothing personal.
type Event struct {
	Case    db.ID      `json:"case"`
	Number  string     `json:"number"`
	Verb    flow.Verb  `json:"verb"`
	State   flow.State `json:"state"`
	Channel string     `json:"channel"`
	Place   string     `json:"place"`
	Lead    string     `json:"lead"`
	Version int64      `json:"version"`
}

// hearers are those who are to know of a step.
type hearers struct {
	to     []string // addresses
	phones []string // mobile numbers of reporters among them, when the step is one of which they hear by text message
}

// hearers finds them. It asks all that is to be asked, so that telling only writes.
func (c *Cases) hearers(tx *db.Tx, k *Case, a flow.Act, e flow.Effect) (h hearers, err error) {
	if h.to, err = c.audience(tx, k, a, e); err == nil {
		h.phones, err = c.phones(tx, a, h.to)
	}
	return h, err
}

// tell leaves a message for everybody who is to know of a step, in the same transaction. Who acted is not told.
func (c *Cases) tell(tx *db.Tx, k *Case, a flow.Act, e flow.Effect, h hearers) error {
	for _, address := range h.to {
		m := notify.Message{To: address, Subject: fmt.Sprintf("%s：%s", e.Step.Name, k.Title),
			Text: fmt.Sprintf("办件 %s 已%s。", k.Number, e.Step.Name), Link: "/cases/" + k.ID.String()}
		if address[0] == 'r' {
			m.Link = "/my/cases/" + k.ID.String()
		}
		if err := notify.Send(tx, m); err != nil {
			return err
		}
	}
	for _, phone := range h.phones {
		if err := notify.Text(tx, phone, fmt.Sprintf(texted[a.Verb], k.Number), "case."+string(a.Verb)); err != nil {
			return err
		}
	}
	_, err := c.hooks.Publish(tx, notify.Event{Type: "case." + string(a.Verb), Keys: k.keys(k.Situation.Units(), nil),
		Data: Event{k.ID, k.Number, a.Verb, k.State(), k.Channel, k.Place, k.Situation.Lead, k.Version}})
	return err
}

// audience finds the addresses of those whom the step's roles mean in this case.
func (c *Cases) audience(tx *db.Tx, k *Case, a flow.Act, e flow.Effect) ([]string, error) {
	s := &k.Situation
	var to []string
	unit := func(code string) {
		if address := notify.Unit(code); code != "" && code != a.Unit && !slices.Contains(to, address) {
			to = append(to, address)
		}
	}
	for _, r := range e.Inform {
		switch r {
		case flow.Lead:
			unit(s.Lead)
		case flow.Helper:
			for _, b := range s.Branches {
				if b.Done.IsZero() {
					unit(b.Unit)
				}
			}
		case flow.Desk:
			unit(s.Desk)
		case flow.Sender:
			unit(s.Sender)
		case flow.Supervisor, flow.Dispatcher:
			if err := c.filling(tx, k, r, unit); err != nil {
				return nil, err
			}
		case flow.Patrol:
			to = append(to, finder(s, a)...)
		case flow.Leader:
			if id, err := db.ParseID(s.Leader); err == nil && s.Leader != a.Actor {
				to = append(to, notify.Account(id))
			}
		case flow.Reporter:
			persons, err := reporters(tx, k, a)
			if err != nil {
				return nil, err
			}
			to = append(to, persons...)
		}
	}
	return to, nil
}

func reporters(tx *db.Tx, k *Case, a flow.Act) ([]string, error) {
	if slices.Contains(a.As, flow.Reporter) || a.Verb == flow.Merge { // whoever came with a merged case goes on in the other
		return nil, nil
	}
	list, err := persons(tx, k.ID)
	if err != nil {
		return nil, err
	}
	to := make([]string, len(list))
	for i, p := range list {
		to[i] = notify.Person(p)
	}
	return to, nil
}

// finder is the address of whoever found the matter on his round and may look whether it is done.
func finder(s *flow.Situation, a flow.Act) []string {
	for _, d := range s.Doers {
		id, err := db.ParseID(d.Account)
		if d.Verb == flow.Register && err == nil && !id.IsZero() && d.Account != a.Actor && s.Walked {
			return []string{notify.Account(id)}
		}
	}
	return nil
}

// filling passes on the units that supervise or send out the cases of a flow, where its document names an office for that.
func (c *Cases) filling(tx *db.Tx, k *Case, role flow.Role, unit func(code string)) error {
	f, err := c.flowOf(k)
	if err != nil {
		return err
	}
	for _, office := range f.Offices[role] {
		units, err := staff.UnitsFilling(tx, office, k.Path)
		if err != nil {
			return err
		}
		for _, u := range units {
			unit(u.Code)
		}
	}
	return nil
}

// texted are the steps of which a reporter hears by text message, with what he reads.
var texted = map[flow.Verb]string{
	flow.Accept: "您反映的事项（编号 %s）已受理。",
	flow.Refuse: "您反映的事项（编号 %s）不予受理，理由请凭回执查询。",
	flow.Ask:    "您反映的事项（编号 %s）需要补充材料，请凭回执查询并补交。",
	flow.Reply:  "您反映的事项（编号 %s）已有答复，请凭回执查询。",
	flow.Close:  "您反映的事项（编号 %s）已办结，请您评价。",
}

// phones finds the mobile numbers of the reporters among the addresses, for a step of which they hear by text message.
func (c *Cases) phones(tx *db.Tx, a flow.Act, to []string) (list []string, err error) {
	if !c.sms || texted[a.Verb] == "" {
		return nil, nil
	}
	for _, address := range to {
		person, isPerson := strings.CutPrefix(address, "r:")
		if !isPerson {
			continue
		}
		id, err := db.ParseID(person)
		if err != nil {
			return nil, err
		}
		phone, err := c.people.Reach(tx, id, register.Phone)
		if fault.KindOf(err) == fault.KindNotFound && err != nil || err == nil && !mobile(phone) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reach reporter: %w", err)
		}
		list = append(list, phone)
	}
	return list, nil
}

// mobile tells a number that takes text messages from a landline.
func mobile(phone string) bool { return len(phone) == 11 && phone[0] == '1' }
