package ledger

import (
	"encoding/json"
	"slices"
	"strings"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/money"
	"linli/internal/once"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Fund (资金) is the money of one payer for one purpose, for a place and all below it.
type Fund struct {
	ID    db.ID
	Payer string // level or office that pays, as packs name it: "city"
	Code  string // purpose, as packs name it
	Place string
	Path  string
	Name  string
}

// A Role (资金科目) is what an account of a fund counts.
type Role string

// The accounts that each fund has, by the code they begin with.
const (
	Bank   Role = "1002" // money at the bank
	Claims Role = "1218" // overpaid, to be got back
	Owing  Role = "2307" // decided and not yet paid
	Drawn  Role = "4001" // got from the treasury
	Spent  Role = "5001" // what was given
	Pledge Role = "8001" // of runs not yet approved
	Cover  Role = "8002" // the other side of Pledge
)

var fundRoles = []struct {
	role  Role
	class Class
	name  string
}{{Bank, Asset, "银行存款"}, {Claims, Asset, "应追回款"}, {Owing, Liability, "应付未付"}, {Drawn, Income, "拨入"}, {Spent, Expense, "支出"}, {Pledge, Equity, "预算占用"}, {Cover, Equity, "占用对应"}}

// Account is the code of one account of the fund.
func (f *Fund) Account(r Role) string { return string(r) + "/" + f.ID.String() }

func (f *Fund) owner() string { return "fund:" + f.ID.String() }

const fundColumns = "id, payer, code, place, path, name"

func scanFund(r *db.Rows) (f Fund, err error) {
	return f, r.Scan(&f.ID, &f.Payer, &f.Code, &f.Place, &f.Path, &f.Name)
}

// Keepers (资金岗位) may see the books; heads of them change funds and budgets and close months.
var (
	Keepers = []staff.Role{staff.Finance, staff.Treasurer, staff.Auditor}
	heads   = []staff.Role{staff.Treasurer}
)

// Sees reports whether somebody may see the money of a place; it decides lists and records alike.
func Sees(by staff.Actor, path string) bool {
	return slices.ContainsFunc(Keepers, func(r staff.Role) bool { return by.Has(r, path, "") })
}

// Sight is the widest path of which somebody sees the money; ok is false for none.
func Sight(by staff.Actor) (path string, ok bool) {
	for _, g := range by.Grants {
		if slices.Contains(Keepers, g.Role) && g.Place != "" && (!ok || len(g.Place) < len(path)) {
			path, ok = g.Place, true
		}
	}
	return path, ok
}

// Heads refuses who may not change funds and budgets of a place; "" for any.
func Heads(by staff.Actor, path string) error {
	if !slices.ContainsFunc(heads, func(r staff.Role) bool { return by.Has(r, path, "") }) {
		return fault.Forbidden("资金、预算和结账由资金复核岗办理")
	}
	return nil
}

// PutFund sets up a fund with its accounts; one that is there is given again. Returns invalid and forbidden.
func PutFund(tx *db.Tx, by staff.Actor, f Fund) (Fund, error) {
	f.Name, f.Code, f.Payer = strings.TrimSpace(f.Name), strings.TrimSpace(f.Code), strings.TrimSpace(f.Payer)
	at, err := place.Get(tx, f.Place)
	if err != nil {
		return f, fault.Invalid("place", "请选择资金所在的区划")
	}
	f.Path = at.Path
	switch {
	case f.Payer == "":
		return f, fault.Invalid("payer", "请填写由哪一级承担")
	case f.Code == "":
		return f, fault.Invalid("code", "请填写资金用途编码")
	case f.Name == "" || len([]rune(f.Name)) > 60:
		return f, fault.Invalid("name", "请填写资金名称，不超过 60 字")
	}
	if err := Heads(by, f.Path); err != nil {
		return f, err
	}
	was, err := db.Select(tx, scanFund, "select "+fundColumns+" from ledger_fund where code = ? and payer = ? and place = ?", f.Code, f.Payer, f.Place)
	if err != nil || len(was) > 0 {
		return append(was, f)[0], wrap("find fund", err)
	}
	f.ID = db.NewID()
	if err := tx.Exec("insert into ledger_fund (id, payer, code, place, path, name, at) values (?, ?, ?, ?, ?, ?, ?)", f.ID, f.Payer, f.Code, f.Place, f.Path, f.Name, db.At(tx.Now())); err != nil {
		return f, wrap("write fund", err)
	}
	for _, r := range fundRoles {
		if err := Open(tx, Account{Code: f.Account(r.role), Name: f.Name + " · " + r.name, Class: r.class, Owner: f.owner(), Path: f.Path}); err != nil {
			return f, err
		}
	}
	return f, record(tx, by, "ledger.fund", f.owner(), f)
}

// FundOf returns a fund. Returns notfound.
func FundOf(tx *db.Tx, id db.ID) (Fund, error) {
	list, err := db.Select(tx, scanFund, "select "+fundColumns+" from ledger_fund where id = ?", id)
	if err != nil {
		return Fund{}, wrap("find fund", err)
	}
	if len(list) == 0 {
		return Fund{}, fault.NotFound("没有这笔资金")
	}
	return list[0], nil
}

// FundFor finds the fund that bears a share at a place: of that payer and purpose, the nearest to the place. ok is false when there is none.
func FundFor(tx *db.Tx, payer, code, path string) (f Fund, ok bool, err error) {
	codes := place.Codes(path)
	if len(codes) == 0 {
		return f, false, nil
	}
	args := []any{code, payer}
	for _, c := range codes {
		args = append(args, c)
	}
	list, err := db.Select(tx, scanFund, "select "+fundColumns+" from ledger_fund where code = ? and payer = ? and place in ("+db.Marks(len(codes))+") order by length(path) desc limit 1", args...)
	if err != nil || len(list) == 0 {
		return f, false, wrap("find fund", err)
	}
	return list[0], true, nil
}

// FundsBelow lists the funds of a place and of those below it.
func FundsBelow(tx *db.Tx, path string) ([]Fund, error) {
	from, end := place.Range(path)
	list, err := db.Select(tx, scanFund, "select "+fundColumns+" from ledger_fund where path >= ? and path < ? order by path, code, payer", from, end)
	return list, wrap("list funds", err)
}

// An Amendment (预算变动) sets a year's budget of a fund, or changes it from a day on.
type Amendment struct {
	Year   int
	Day    civil.Date
	Fen    money.Fen // less than nothing for a cut
	Words  string
	Clause law.Clause
	By     string
}

// Amend adds to the budget of a fund. A cut below what is spent and pledged is refused. Returns invalid, refused and forbidden.
func Amend(tx *db.Tx, by staff.Actor, key string, fund db.ID, m Amendment) error {
	_, err := once.For(tx, by.AuditName(), key, []any{"ledger.amend", fund, m}, func() (db.ID, error) {
		f, err := FundOf(tx, fund)
		if err != nil {
			return 0, err
		}
		if err := Heads(by, f.Path); err != nil {
			return 0, err
		}
		m.Words = strings.TrimSpace(m.Words)
		switch {
		case m.Year < 2000 || m.Year > 2100:
			return 0, fault.Invalid("year", "请填写预算年度，如 2026")
		case m.Day.IsZero():
			return 0, fault.Invalid("day", "请填写从哪一天起算")
		case m.Fen == 0 || m.Fen > MaxFen || m.Fen < -MaxFen:
			return 0, fault.Invalid("fen", "请填写增加或减少的金额")
		case m.Words == "":
			return 0, fault.Invalid("words", "请写明预算文号或调整的理由")
		}
		if err := Lock(tx, f.ID); err != nil {
			return 0, err
		}
		if m.Fen < 0 {
			s, err := StandingOf(tx, f, m.Year, m.Day)
			if err != nil {
				return 0, err
			}
			if s.Left+m.Fen < 0 {
				return 0, fault.Refused(ofBudget, "%s %d 年只剩 %s，不能再减 %s", f.Name, m.Year, s.Left.Words(), (-m.Fen).Words())
			}
		}
		id := db.NewID()
		err = tx.Exec("insert into ledger_budget (id, fund, year, day, fen, words, clause, by_id, by_name, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			id, f.ID, m.Year, m.Day, int64(m.Fen), m.Words, m.Clause.String(), by.Account, by.Name, db.At(tx.Now()))
		if err != nil {
			return 0, wrap("write budget", err)
		}
		return id, record(tx, by, "ledger.budget", f.owner(), m)
	})
	return err
}

// Amendments lists how the budget of a fund in a year came about, the oldest first.
func Amendments(tx *db.Tx, fund db.ID, year int) ([]Amendment, error) {
	list, err := db.Select(tx, func(r *db.Rows) (m Amendment, err error) {
		var clause string
		if err = r.Scan(&m.Year, &m.Day, (*int64)(&m.Fen), &m.Words, &clause, &m.By); err == nil && clause != "" {
			m.Clause, err = law.Parse(clause)
		}
		return m, err
	}, "select year, day, fen, words, clause, by_name from ledger_budget where fund = ? and year = ? order by day, id", fund, year)
	return list, wrap("list budget", err)
}

// A Standing (预算执行) is how a fund stands in a year on a day.
type Standing struct {
	Fund
	Year    int
	Budget  money.Fen // set and amended up to the day
	Pledged money.Fen // by runs that are not approved yet
	Spent   money.Fen // in the year, less what came back
	Left    money.Fen // Budget less Pledged and Spent
	Cash    money.Fen // at the bank
	Owing   money.Fen // decided and not yet paid
	Claims  money.Fen // overpaid, to be got back
}

// StandingOf derives how a fund stands in a year, with the budget as it is on a day.
func StandingOf(tx *db.Tx, f Fund, year int, on civil.Date) (Standing, error) {
	s := Standing{Fund: f, Year: year}
	if err := tx.QueryRow("select sum(fen) from ledger_budget where fund = ? and year = ? and day <= ?", f.ID, year, on).Scan((*int64)(&s.Budget)); err != nil {
		return s, wrap("sum budget", err)
	}
	first := civil.Date{Year: year, Month: 1, Day: 1}
	last := civil.Date{Year: year, Month: 12, Day: 31}
	for _, x := range []struct {
		to       *money.Fen
		role     Role
		from, by string
		sign     money.Fen
	}{{&s.Spent, Spent, monthOf(first), monthOf(last), 1}, {&s.Pledged, Pledge, "", "", 1}, {&s.Cash, Bank, "", "", 1}, {&s.Owing, Owing, "", "", -1}, {&s.Claims, Claims, "", "", 1}} {
		sum, err := between(tx, f.Account(x.role), x.from, x.by)
		if err != nil {
			return s, err
		}
		*x.to = sum * x.sign
	}
	s.Left = s.Budget - s.Spent - s.Pledged
	return s, nil
}

// Lock makes others who would pledge, spend or cut the money of a fund wait until the transaction ends. Whoever locks several does so in the order of ids.
func Lock(tx *db.Tx, fund db.ID) error {
	return wrap("lock fund", tx.ExecOne("update ledger_fund set turn = turn + 1 where id = ?", fund))
}

// Receive notes money that the treasury gave to a fund.
func Receive(tx *db.Tx, by staff.Actor, key string, fund db.ID, day civil.Date, fen money.Fen, words string) (Entry, error) {
	f, err := FundOf(tx, fund)
	if err != nil {
		return Entry{}, err
	}
	if err := Heads(by, f.Path); err != nil {
		return Entry{}, err
	}
	if fen <= 0 {
		return Entry{}, fault.Invalid("fen", "请填写拨入的金额")
	}
	return Post(tx, by, Posting{Key: "receive/" + key, Day: day, Words: words, Ref: Ref{"fund", f.ID}, Lines: []Line{Debit(f.Account(Bank), fen), Credit(f.Account(Drawn), fen)}})
}

// record writes a deed to the audit log with what it was.
func record(tx *db.Tx, by staff.Actor, verb, subject string, detail any) error {
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: verb, Subject: subject, Detail: text})
}
