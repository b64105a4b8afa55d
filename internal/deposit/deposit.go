package deposit

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"linli/internal/audit"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/ledger"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A State (缴存户状态) is where a deposit stands.
type State string

// The states of a deposit.
const (
	Assessing State = "assessing" // never decided yet
	Standing  State = "standing"  // a sum is decided: owed or kept
	Leaving   State = "leaving"   // it is being given back
	Left      State = "left"
	Declined  State = "declined" // nothing is to be deposited
)

// Words returns the state in Chinese.
func (s State) Words() string {
	return map[State]string{Assessing: "核定中", Standing: "在册", Leaving: "退出清算中", Left: "已退还", Declined: "不予核定"}[s]
}

// A Way (缴存方式) is how a sum is paid.
type Way string

// The ways.
const (
	Whole  Way = "whole"
	Parts  Way = "parts"
	Surety Way = "surety"
)

// Words returns the way in Chinese.
func (w Way) Words() string {
	return map[Way]string{Whole: "一次存足", Parts: "分期", Surety: "担保"}[w]
}

// A Deposit (缴存户) is what one organisation keeps with the treasury by one rule.
type Deposit struct {
	ID          db.ID
	Rule        string // of the pack, "document:id"
	Pack        string // version by which it was last assessed
	Org         db.ID
	Name        string // of the organisation
	Place, Path string // of the organisation
	Level       string // at which it is assessed
	At          string // place where it is assessed
	KeeperLevel string
	KeeperPath  string // of the place whose treasury keeps it
	Unit        string // that assesses
	Finance     string // that approves beside it
	Fund        db.ID
	State       State
	Due         money.Fen
	Delivered   civil.Date // of the last notice
	PayBy       civil.Date // zero before delivery
	Way         Way
	Bond        money.Fen // in cash, of Surety
	Guarantor   string
	Parts       []pack.DepositPart
	Drawn       bool // drawn upon and not assessed anew
	InterestTo  civil.Date
	Told        string
	Version     int64
	Made        db.Time

	Principal, Interest money.Fen // kept, by the ledger
}

const columns = `id, rule, pack, org, name, place, path, level, at_place, keeper_level, keeper_path, unit, finance, fund, state, due, delivered, pay_by, way, bond, guarantor,
	parts, drawn, interest_to, told, version, made_at`

func scan(r *db.Rows) (d Deposit, err error) {
	var delivered, payBy, to, parts string
	var drawn int
	if err = r.Scan(&d.ID, &d.Rule, &d.Pack, &d.Org, &d.Name, &d.Place, &d.Path, &d.Level, &d.At, &d.KeeperLevel, &d.KeeperPath, &d.Unit, &d.Finance, &d.Fund, (*string)(&d.State),
		(*int64)(&d.Due), &delivered, &payBy, (*string)(&d.Way), (*int64)(&d.Bond), &d.Guarantor, &parts, &drawn, &to, &d.Told, &d.Version, &d.Made); err != nil {
		return d, err
	}
	d.Drawn = drawn == 1
	for _, c := range []struct {
		text string
		day  *civil.Date
	}{{delivered, &d.Delivered}, {payBy, &d.PayBy}, {to, &d.InterestTo}} {
		if c.text != "" {
			if *c.day, err = civil.ParseDate(c.text); err != nil {
				return d, err
			}
		}
	}
	return d, json.Unmarshal([]byte(parts), &d.Parts)
}

// account is the code of the account of principal or interest.
func (d *Deposit) account(interest bool) string {
	if interest {
		return "2242/" + d.ID.String()
	}
	return "2241/" + d.ID.String()
}

// Cash is what must be paid in money.
func (d *Deposit) Cash() money.Fen {
	if d.Way == Surety {
		return d.Bond
	}
	return d.Due
}

// Short is what is still to be paid in all; nothing while it waits to be assessed anew.
func (d *Deposit) Short() money.Fen {
	if d.Drawn || d.State != Standing {
		return 0
	}
	return max(0, d.Cash()-d.Principal)
}

// Late is what should have been paid before a day.
func (d *Deposit) Late(today civil.Date) money.Fen {
	if d.Short() == 0 || d.PayBy.IsZero() {
		return 0
	}
	if d.Way == Parts {
		var by money.Fen
		for _, p := range d.Parts {
			if p.Due.Before(today) {
				by += p.Fen
			}
		}
		return max(0, min(d.Short(), by+d.Due-d.partsSum()-d.Principal))
	}
	if d.PayBy.Before(today) {
		return d.Short()
	}
	return 0
}

func (d *Deposit) partsSum() (sum money.Fen) {
	for _, p := range d.Parts {
		sum += p.Fen
	}
	return sum
}

// Excess is what is kept above what must be.
func (d *Deposit) Excess() money.Fen {
	if d.Drawn || d.State != Standing {
		return 0
	}
	return max(0, d.Principal-d.Cash())
}

// Kept is all that is kept.
func (d *Deposit) Kept() money.Fen { return d.Principal + d.Interest }

// Options says what a city's deposits rest on.
type Options struct {
	Packs  func() *pack.Index
	Cases  *casework.Cases
	People *register.Register
	Law    civil.Law
}

// Deposits are the deposits of one city.
type Deposits struct{ o Options }

// New returns the deposits of a city.
func New(o Options) *Deposits { return &Deposits{o} }

// rule is the deposit's rule by the version that it was last assessed by, as of a day.
func (x *Deposits) rule(ref, version string, on civil.Date) (*pack.Deposit, error) {
	if r := x.o.Packs().Deposit(ref, version, on); r != nil {
		return r, nil
	}
	return nil, fault.NotFound("没有缴存规则 %s", ref)
}

// RuleOf returns the rule of a deposit as it holds today.
func (x *Deposits) RuleOf(tx *db.Tx, d *Deposit) (*pack.Deposit, error) {
	return x.rule(d.Rule, d.Pack, place.Today(tx))
}

// handles refuses who is not of the unit that assesses.
func handles(by staff.Actor, d *Deposit) error {
	if by.Unit == "" || by.Unit != d.Unit || !by.HasAny(staff.Desk, staff.Handler) {
		return fault.Forbidden("由核定这笔缴存的单位办理")
	}
	return nil
}

// keeps refuses who does not keep the account.
func keeps(by staff.Actor, d *Deposit) error {
	if !by.Has(staff.Finance, d.KeeperPath, "") && !by.Has(staff.Treasurer, d.KeeperPath, "") {
		return fault.Forbidden("由开设专户的财政部门办理")
	}
	return nil
}

// owns lists the organisations that somebody heads or holds an office in.
func owns(tx *db.Tx, by staff.Actor) ([]db.ID, error) {
	if by.Person.IsZero() {
		return nil, nil
	}
	list, err := fact.Relations(tx, fact.Person(by.Person), fact.AsOf{}, lexicon.Heads, lexicon.Holds)
	var ids []db.ID
	for _, r := range list {
		if o := r.Other(fact.Person(by.Person)); o.Kind == lexicon.Organisation && !slices.Contains(ids, o.ID) {
			ids = append(ids, o.ID)
		}
	}
	return ids, err
}

// sees decides lists and records alike: whoever assesses, approves or keeps it, and the organisation itself.
func sees(by staff.Actor, own []db.ID, d *Deposit) bool {
	return by.Unit != "" && (by.Unit == d.Unit || by.Unit == d.Finance) || ledger.Sees(by, d.KeeperPath) || slices.Contains(own, d.Org)
}

// Enters reports whether somebody has anything to do with deposits at all.
func (x *Deposits) Enters(tx *db.Tx, by staff.Actor) (bool, error) {
	if _, ok := ledger.Sight(by); ok {
		return true, nil
	}
	own, err := owns(tx, by)
	if err != nil || len(own) > 0 {
		return len(own) > 0, err
	}
	rules, err := x.mine(tx, by)
	return len(rules) > 0, err
}

// Get returns a deposit to who may see it. Returns notfound.
func (x *Deposits) Get(tx *db.Tx, by staff.Actor, id db.ID) (Deposit, error) {
	d, err := load(tx, id)
	if err != nil {
		return d, err
	}
	own, err := owns(tx, by)
	if err == nil && !sees(by, own, &d) {
		err = fault.NotFound("没有这笔缴存，或您无权查看")
	}
	return d, err
}

func load(tx *db.Tx, id db.ID) (Deposit, error) {
	list, err := db.Select(tx, scan, "select "+columns+" from deposit_record where id = ?", id)
	if err != nil {
		return Deposit{}, wrap("find deposit", err)
	}
	if len(list) == 0 {
		return Deposit{}, fault.NotFound("没有这笔缴存，或您无权查看")
	}
	return list[0], list[0].count(tx)
}

// count derives what is kept.
func (d *Deposit) count(tx *db.Tx) error {
	p, err := ledger.BalanceOf(tx, d.account(false), "")
	if err != nil {
		return err
	}
	i, err := ledger.BalanceOf(tx, d.account(true), "")
	d.Principal, d.Interest = -p, -i
	return err
}

// listMost bounds a list.
const listMost = 200

// List lists the deposits that somebody may see, the latest first; before: the id to go on from, zero for the first page.
func (x *Deposits) List(tx *db.Tx, by staff.Actor, before db.ID) ([]Deposit, error) {
	own, err := owns(tx, by)
	if err != nil {
		return nil, err
	}
	if before.IsZero() {
		before = 1<<63 - 1
	}
	where, args := []string{"unit = ?", "finance = ?"}, []any{before, orNone(by.Unit), orNone(by.Unit)}
	for _, g := range by.Grants {
		if slices.Contains(ledger.Keepers, g.Role) && g.Place != "" {
			from, end := place.Range(g.Place)
			where, args = append(where, "keeper_path >= ? and keeper_path < ?"), append(args, from, end)
		}
	}
	for _, o := range own {
		where, args = append(where, "org = ?"), append(args, o)
	}
	list, err := db.Select(tx, scan, "select "+columns+" from deposit_record where id < ? and ("+strings.Join(where, " or ")+") order by id desc limit ?", append(args, listMost)...)
	if err != nil {
		return nil, wrap("list deposits", err)
	}
	list = slices.DeleteFunc(list, func(d Deposit) bool { return !sees(by, own, &d) })
	for i := range list {
		if err := list[i].count(tx); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func orNone(unit string) string {
	if unit == "" {
		return "-"
	}
	return unit
}

// change writes columns of a deposit that nobody else has changed meanwhile.
func (d *Deposit) change(tx *db.Tx, sets string, args ...any) error {
	n, err := tx.ExecCount("update deposit_record set version = version + 1, "+sets+" where id = ? and version = ?", append(args, d.ID, d.Version)...)
	if err != nil {
		return wrap("change deposit", err)
	}
	if n == 0 {
		return fault.Conflict("“%s”的缴存刚有别人办过，请刷新后再试", d.Name)
	}
	d.Version++
	return nil
}

func record(tx *db.Tx, by staff.Actor, verb string, id db.ID, detail any) error {
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: verb, Subject: "deposit:" + id.String(), Detail: text})
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
