package staff

import (
	"strings"
	"unicode/utf8"

	"linli/internal/db"
	"linli/internal/fault"
)

// An Account (账号) is what somebody logs in with: a person in office, or a resident.
type Account struct {
	ID         db.ID
	Login      string // lower case, unique
	Name       string
	Post       string // 职务 as packs name it, e.g. "office-deputy"
	Unit       string // code
	Person     db.ID  // entry in the register; of residents
	MustChange bool   // the password was set by somebody else
	Disabled   bool
	Failed     int     // attempts since the last success
	Locked     db.Time // no attempt counts before
	Epoch      int64   // rises when what the account may do, or its password, changes
	Created    db.Time
	PasswordAt db.Time // when the password was set
}

// Create adds an account without grants. a.ID may be given; Failed, Locked, Epoch and Created are set here. Returns invalid
// for a bad login, name or unit, and conflict for a login that is taken.
func Create(tx *db.Tx, by Actor, a Account, p Password) (Account, error) {
	a.Login = strings.ToLower(strings.TrimSpace(a.Login))
	if !goodLogin(a.Login) {
		return a, fault.Invalid("login", "登录名要用 2 到 40 个小写字母、数字、点、短横或下划线")
	}
	if err := a.check(tx); err != nil {
		return a, err
	}
	if p == "" {
		return a, fault.Invalid("password", "请设置密码")
	}
	var taken int
	if err := tx.QueryRow("select count(*) from staff_account where login = ?", a.Login).Scan(&taken); err != nil {
		return a, wrap("create account", err)
	}
	if taken > 0 {
		return a, fault.Conflict("登录名 %s 已经有人用了", a.Login)
	}
	if a.ID.IsZero() {
		a.ID = db.NewID()
	}
	a.Failed, a.Locked, a.Epoch = 0, db.Time{}, 1
	a.Created, a.PasswordAt = db.At(tx.Now()), db.At(tx.Now())
	err := tx.Exec(`insert into staff_account (id, login, name, post, unit, person, password, must_change, disabled, created_at, password_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, a.Login, a.Name, a.Post, a.Unit, a.Person, string(p), oneIf(a.MustChange), oneIf(a.Disabled), a.Created, a.Created)
	if err != nil {
		return a, wrap("create account", err)
	}
	return a, record(tx, by, "create-account", "account:"+a.ID.String(), a.about())
}

// Update changes name, post and unit of the account.
func Update(tx *db.Tx, by Actor, a Account) error {
	if err := a.check(tx); err != nil {
		return err
	}
	if _, err := AccountOf(tx, a.ID); err != nil {
		return err
	}
	err := tx.ExecOne("update staff_account set name = ?, post = ?, unit = ?, epoch = epoch + 1 where id = ?", a.Name, a.Post, a.Unit, a.ID)
	if err != nil {
		return wrap("update account", err)
	}
	return record(tx, by, "update-account", "account:"+a.ID.String(), a.about())
}

// SetDisabled closes an account or opens it again, and takes a lock away. What is logged in ends with the next request.
func SetDisabled(tx *db.Tx, by Actor, id db.ID, disabled bool) error {
	if by.Account == id && disabled {
		return fault.Invalid("disabled", "不能停用自己的账号")
	}
	if _, err := AccountOf(tx, id); err != nil {
		return err
	}
	err := tx.ExecOne("update staff_account set disabled = ?, failed = 0, locked_until = '', epoch = epoch + 1 where id = ?", oneIf(disabled), id)
	if err != nil {
		return wrap("disable account", err)
	}
	verb := "enable-account"
	if disabled {
		verb = "disable-account"
	}
	return record(tx, by, verb, "account:"+id.String(), nil)
}

// SetPassword replaces the password and takes a lock away. mustChange asks the owner for another at the next login. Sessions
// of the account end (web/session sees the epoch).
func SetPassword(tx *db.Tx, by Actor, id db.ID, p Password, mustChange bool) error {
	if p == "" {
		return fault.Invalid("password", "请设置密码")
	}
	if _, err := AccountOf(tx, id); err != nil {
		return err
	}
	err := tx.ExecOne(`update staff_account set password = ?, must_change = ?, failed = 0, locked_until = '', epoch = epoch + 1, password_at = ?
		where id = ?`, string(p), oneIf(mustChange), db.At(tx.Now()), id)
	if err != nil {
		return wrap("set password", err)
	}
	return record(tx, by, "set-password", "account:"+id.String(), nil)
}

// AccountOf returns the account with this id. Returns notfound.
func AccountOf(tx *db.Tx, id db.ID) (Account, error) {
	return one(tx, "id = ?", id)
}

// AccountByLogin returns the account with this login, in any case of letters. Returns notfound.
func AccountByLogin(tx *db.Tx, login string) (Account, error) {
	return one(tx, "login = ?", strings.ToLower(strings.TrimSpace(login)))
}

// AccountOfPerson returns the account of a resident. Returns notfound.
func AccountOfPerson(tx *db.Tx, person db.ID) (Account, error) {
	return one(tx, "person = ? and person <> 0", person)
}

// Accounts returns up to limit accounts whose login comes after the given one, by login; unit "" asks for all units.
func Accounts(tx *db.Tx, unit, after string, limit int) ([]Account, error) {
	list, err := db.Select(tx, scanAccount, "select "+accountColumns+` from staff_account
		where (unit = ? or ? = '') and login > ? order by login limit ?`, unit, unit, after, limit)
	return list, wrap("list accounts", err)
}

const accountColumns = "id, login, name, post, unit, person, must_change, disabled, failed, locked_until, epoch, created_at, password_at"

func scanAccount(r *db.Rows) (a Account, err error) {
	err = r.Scan(&a.ID, &a.Login, &a.Name, &a.Post, &a.Unit, &a.Person, &a.MustChange, &a.Disabled, &a.Failed, &a.Locked, &a.Epoch, &a.Created, &a.PasswordAt)
	return a, err
}

func one(tx *db.Tx, where string, arg any) (Account, error) {
	list, err := db.Select(tx, scanAccount, "select "+accountColumns+" from staff_account where "+where, arg)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这个账号")
	}
	if err != nil {
		return Account{}, wrap("read account", err)
	}
	return list[0], nil
}

func (a Account) check(tx *db.Tx) error {
	if a.Name == "" || strings.TrimSpace(a.Name) != a.Name || utf8.RuneCountInString(a.Name) > 40 {
		return fault.Invalid("name", "姓名不能为空、首尾不能有空格、不超过 40 字")
	}
	if a.Unit == "" {
		return nil
	}
	return openUnit(tx, a.Unit)
}

// about is what the audit log says of an account.
func (a Account) about() any {
	return struct{ Login, Name, Post, Unit string }{a.Login, a.Name, a.Post, a.Unit}
}

func goodLogin(login string) bool {
	return goodCode(login) && len(login) >= 2 && strings.ToLower(login) == login
}
