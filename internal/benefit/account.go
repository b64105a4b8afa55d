package benefit

import (
	"fmt"
	"strings"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/payrun"
	"linli/internal/register"
	"linli/internal/staff"
)

// An Account (收款账户) is where somebody's money goes. Number is shown masked on pages.
type Account struct {
	Holder, Bank, Number, Masked string
	By                           string
	At                           db.Time
}

const accountName = "bank-account"

func (x *Benefits) account(tx *db.Tx, s fact.Subject) (Account, error) {
	var sealed string
	list, err := db.Select(tx, func(r *db.Rows) (a Account, err error) {
		return a, r.Scan(&a.Holder, &a.Bank, &sealed, &a.Masked, &a.By, &a.At)
	}, `select holder, bank, sealed, masked, by_name, at from benefit_account where kind = ? and subject = ?`, string(s.Kind), s.ID)
	if err != nil || len(list) == 0 {
		return Account{}, err
	}
	list[0].Number, err = x.Window.People.Unseal(s.ID, accountName, sealed)
	return list[0], err
}

// AccountOf returns where somebody's money goes, without its number, to who may see him for relief; the zero Account when nobody said.
func (x *Benefits) AccountOf(tx *db.Tx, by staff.Actor, s fact.Subject) (Account, error) {
	if err := register.See(tx, by, s, register.ForRelief); err != nil {
		return Account{}, err
	}
	a, err := x.account(tx, s)
	a.Number = ""
	return a, err
}

// SetAccount says where somebody's money goes. Returns invalid with every field that is wrong.
func (x *Benefits) SetAccount(tx *db.Tx, by staff.Actor, s fact.Subject, a Account) error {
	if err := register.See(tx, by, s, register.ForRelief); err != nil {
		return err
	}
	a.Holder, a.Bank, a.Number = strings.TrimSpace(a.Holder), strings.TrimSpace(a.Bank), strings.Join(strings.Fields(a.Number), "")
	var wrong []fault.FieldError
	if a.Holder == "" {
		wrong = append(wrong, fault.FieldError{Field: "holder", Format: "请填写户名"})
	}
	if a.Bank == "" {
		wrong = append(wrong, fault.FieldError{Field: "bank", Format: "请填写开户银行"})
	}
	if n := len(a.Number); n < 10 || n > 30 || strings.Trim(a.Number, "0123456789") != "" {
		wrong = append(wrong, fault.FieldError{Field: "account", Format: "账号应是 10 到 30 位数字"})
	}
	if err := fault.Fields(wrong); err != nil {
		return err
	}
	err := tx.Exec(`insert into benefit_account (kind, subject, holder, bank, sealed, masked, by_name, at) values (?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (kind, subject) do update set holder = excluded.holder, bank = excluded.bank, sealed = excluded.sealed, masked = excluded.masked, by_name = excluded.by_name, at = excluded.at`,
		string(s.Kind), s.ID, a.Holder, a.Bank, x.Window.People.Seal(s.ID, accountName, a.Number), payrun.MaskAccount(a.Number), by.Name, db.At(tx.Now()))
	if err != nil {
		return fmt.Errorf("set account: %w", err)
	}
	return register.NoteLook(tx, by, s, register.ForRelief, "account", "登记收款账户")
}
