package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linli/internal/benefit"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/flow"
	"linli/internal/lexicon"
	"linli/internal/payrun"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/service"
	"linli/internal/staff"
)

// A claimant is an invented resident of whom the registers say what benefits ask about.
type claimant struct {
	name, born, disability, level, relief string
	granted                               bool   // he went through the whole approval two months ago
	gone                                  string // registered place of now, where he moved away since; ""
}

var claimants = []claimant{
	{"程望春", "1979-05-12", "mental", "2", "minimum", true, ""},
	{"陆小满", "1988-11-03", "mental", "1", "minimum", true, "410100"},
	{"郝立冬", "1991-02-28", "mental", "3", "minimum", false, ""},
	{"贾谷雨", "1966-08-19", "mental", "2", "", false, ""},
	{"秦霜降", "1972-12-01", "limb", "1", "minimum", false, ""},
	{"洪白露", "1985-07-07", "limb", "3", "none", false, ""},
}

// allowances registers residents with disabilities in the first shown community, and takes two of them through an approval: one still receives his allowance, one has moved
// away since. The rules then find whom else they mean. It happens once.
func (b *build) allowances(ctx context.Context) error {
	_, list := b.shown()
	if len(list) == 0 {
		return nil
	}
	at := list[0]
	begun := b.now.AddDate(0, -2, 0)
	begun = time.Date(begun.Year(), begun.Month(), begun.Day(), 9, 0, 0, 0, civil.Shanghai)
	x := &benefit.Benefits{City: city, Packs: b.o.Packs, Classes: &class.Classes{Register: b.o.People, Packs: b.o.Packs}, Pay: payrun.New(b.o.Packs),
		Window: &service.Window{Cases: b.cases, Packs: b.o.Packs, People: b.o.People}}
	var whom []fact.Subject
	fresh := false
	err := b.o.DB.Write(ctx, func(tx *db.Tx) (err error) {
		there, err := register.In(tx, at.Path, register.Person{Name: claimants[0].name}, 1)
		if fresh = len(there) == 0 || there[0].Name != claimants[0].name; err != nil || !fresh {
			return err
		}
		tx.Replay(begun.AddDate(0, -1, 0))
		whom, err = b.settleClaimants(tx, at)
		return err
	})
	if err != nil || !fresh {
		return err
	}
	for i, c := range claimants {
		if !c.granted {
			continue
		}
		if err := b.allow(ctx, x, whom[i], i, begun.Add(time.Duration(i)*time.Hour)); err != nil {
			return fmt.Errorf("allow %s: %w", c.name, err)
		}
	}
	return b.o.DB.Write(ctx, func(tx *db.Tx) error {
		tx.Replay(b.now)
		for i, s := range whom {
			if claimants[i].gone != "" {
				moved := civil.DateOf(b.now, civil.Shanghai).AddDays(-20)
				if err := b.say(tx, s, at, lexicon.HomePlace, claimants[i].gone, moved); err != nil {
					return err
				}
			}
			if _, err := x.Review(tx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// settleClaimants writes down who they are.
func (b *build) settleClaimants(tx *db.Tx, at place.Place) ([]fact.Subject, error) {
	var news []register.Newcomer
	for i, c := range claimants {
		born := civil.MustDate(c.born)
		news = append(news, register.Newcomer{Name: c.name, Born: born, Place: at.Code, Phone: phone(900_000 + i), IDNumber: identityOf(i), Source: "demo", Address: at.Name + "示例路 " + fmt.Sprint(i+1) + " 号"})
	}
	ids, err := b.o.People.AddMany(tx, news)
	if err != nil {
		return nil, err
	}
	var whom []fact.Subject
	since := civil.DateOf(tx.Now(), civil.Shanghai)
	for i, id := range ids {
		c, s := claimants[i], fact.Person(id)
		whom = append(whom, s)
		for _, f := range [][2]string{{lexicon.HomePlace, at.Code}, {"disability", c.disability}, {"disability_level", c.level}, {"relief", c.relief}, {"pension", "none"}} {
			if f[1] == "" {
				continue
			}
			if err := b.say(tx, s, at, f[0], f[1], since); err != nil {
				return nil, err
			}
		}
	}
	return whom, nil
}

func (b *build) say(tx *db.Tx, s fact.Subject, at place.Place, name, value string, from civil.Date) error {
	_, err := b.o.People.Change(tx, fact.Fact{Subject: s, Name: name, Value: value, From: from,
		Telling: fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "演示"}, Certainty: fact.Confirmed, By: founder.Name, Path: at.Path}})
	return err
}

// allow takes what the rules found of somebody through check, review, publication and decision.
func (b *build) allow(ctx context.Context, x *benefit.Benefits, s fact.Subject, n int, at time.Time) error {
	var id db.ID
	step := func(login string, after time.Duration, fn func(tx *db.Tx, by staff.Actor) error) error {
		return b.o.DB.Write(ctx, func(tx *db.Tx) error {
			tx.Replay(at.Add(after))
			by, err := loginOf(tx, login)
			if err != nil {
				return err
			}
			return fn(tx, by)
		})
	}
	do := func(login string, after time.Duration, a flow.Act) error {
		return step(login, after, func(tx *db.Tx, by staff.Actor) error {
			_, err := x.Window.Cases.Do(tx, by, id, casework.Act{Act: a, Key: fmt.Sprint("demo-allowance-", n, "-", a.Verb)})
			return err
		})
	}
	err := step("hall", 0, func(tx *db.Tx, by staff.Actor) error {
		if _, err := x.Review(tx, s); err != nil {
			return err
		}
		found, err := x.Findings(tx, by, benefit.Query{Kind: benefit.Grant})
		if err != nil {
			return err
		}
		for _, f := range found {
			if f.Subject != s || f.Benefit != "sm12-63:mental-allowance" {
				continue
			}
			if err := x.Check(tx, by, f.ID, true, "入户看了残疾人证和低保证，人在家"); err != nil {
				return err
			}
			r, err := x.Apply(tx, by, f.ID, fmt.Sprint("demo-allowance-", n), map[string]string{"phone": phone(900_000 + n), "id_number": identityOf(n)})
			id = r.Case
			if err != nil {
				return err
			}
			return x.SetAccount(tx, by, s, benefit.Account{Holder: claimants[n].name, Bank: "演示农商行", Number: fmt.Sprintf("99000000%08d", n)})
		}
		return fmt.Errorf("the rules did not find him")
	})
	const hour, day = time.Hour, 24 * time.Hour
	for _, next := range []struct {
		login string
		after time.Duration
		act   flow.Act
	}{
		{"hall", hour / 2, flow.Act{Verb: flow.Accept}},
		{"hall", hour, flow.Act{Verb: "check", Words: "入户核实属实", Sets: map[string]any{"checked": true}}},
		{"admitting", day, flow.Act{Verb: "review", Words: "初审属实"}},
		{"admitting", day + hour, flow.Act{Verb: flow.Dispatch, To: "civil"}},
		{"admitting", day + 2*hour, flow.Act{Verb: "publish", Words: "社区公示栏公示七日"}},
		{"civil", 20 * day, flow.Act{Verb: flow.Reply, Words: "符合条件，准予", Verdict: flow.Agree}},
	} {
		if err == nil {
			if err = do(next.login, next.after, next.act); err != nil {
				err = fmt.Errorf("%s: %w", next.act.Verb, err)
			}
		}
	}
	if err != nil {
		return err
	}
	return step("hall", 20*day+time.Minute, func(tx *db.Tx, _ staff.Actor) error { return x.Record(tx, id) })
}

// identityOf is the invented number of a claimant.
func identityOf(n int) string {
	return numbered(900_000+n, strings.ReplaceAll(claimants[n].born, "-", ""))
}
