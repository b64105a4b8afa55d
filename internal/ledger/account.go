package ledger

import (
	"embed"
	"fmt"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A Class (科目类别) says on which side an account grows.
type Class string

// The classes. Assets and expenses grow by debits, the others by credits.
const (
	Asset     Class = "asset"
	Liability Class = "liability"
	Income    Class = "income"
	Expense   Class = "expense"
	Equity    Class = "equity"
)

// Words returns the class in Chinese.
func (c Class) Words() string {
	switch c {
	case Asset:
		return "资产"
	case Liability:
		return "负债"
	case Income:
		return "收入"
	case Expense:
		return "支出"
	case Equity:
		return "净资产"
	}
	return string(c)
}

// An Account (科目) is one place in the books where money is counted.
type Account struct {
	Code  string // unique, e.g. "1002/…": see Fund.Account; owners of other money make their own
	Name  string
	Class Class
	Owner string // whose: "fund:…", "person:…", "organisation:…"; "" for none
	Path  string // of the place whose books these are
}

const accountColumns = "code, name, kind, owner, path"

func scanAccount(r *db.Rows) (a Account, err error) {
	return a, r.Scan(&a.Code, &a.Name, (*string)(&a.Class), &a.Owner, &a.Path)
}

// Open adds accounts that are not there yet; one that is there stays as it is. Returns invalid, and a conflict when an account of that code is of
// another class or somebody else's.
func Open(tx *db.Tx, list ...Account) error {
	for _, a := range list {
		if strings.TrimSpace(a.Code) == "" || strings.TrimSpace(a.Name) == "" || a.Class.Words() == string(a.Class) {
			return fault.Invalid("account", "科目要有编码、名称和类别")
		}
		n, err := tx.ExecCount("insert into ledger_account (code, name, kind, owner, path, at) values (?, ?, ?, ?, ?, ?) on conflict (code) do nothing",
			a.Code, a.Name, string(a.Class), a.Owner, a.Path, db.At(tx.Now()))
		if err != nil {
			return wrap("open account", err)
		}
		if n == 1 {
			continue
		}
		was, err := AccountOf(tx, a.Code)
		if err != nil {
			return err
		}
		if was.Class != a.Class || was.Owner != a.Owner {
			return fault.Conflict("科目 %s 已经有了：%s", a.Code, was.Name)
		}
	}
	return nil
}

// AccountOf returns the account of a code. Returns notfound.
func AccountOf(tx *db.Tx, code string) (Account, error) {
	list, err := db.Select(tx, scanAccount, "select "+accountColumns+" from ledger_account where code = ?", code)
	if err != nil {
		return Account{}, wrap("find account", err)
	}
	if len(list) == 0 {
		return Account{}, fault.NotFound("没有科目 %s", code)
	}
	return list[0], nil
}

// AccountsOf lists the accounts of one owner, by code.
func AccountsOf(tx *db.Tx, owner string) ([]Account, error) {
	list, err := db.Select(tx, scanAccount, "select "+accountColumns+" from ledger_account where owner = ? order by code", owner)
	return list, wrap("list accounts", err)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
