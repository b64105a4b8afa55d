package staff

import (
	"errors"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/place"
)

// Allow gives the account a grant whose Place is the code of a place. Giving it again does nothing. Returns invalid for a
// grant that means nothing (see Grant) and for what does not exist.
func Allow(tx *db.Tx, by Actor, account db.ID, role Role, placeCode, unit string) error {
	if err := (Grant{role, placeCode, unit}).check(); err != nil {
		return err
	}
	if _, err := AccountOf(tx, account); err != nil {
		return err
	}
	if placeCode != "" {
		if paths, err := place.Paths(tx, placeCode); err != nil {
			return err
		} else if paths[placeCode] == "" {
			return fault.Invalid("place", "没有代码为 %s 的区划", placeCode)
		}
	}
	if unit != "" {
		if err := openUnit(tx, unit); err != nil {
			return err
		}
	}
	n, err := tx.ExecCount(`insert into staff_grant (account, role, place, unit, at) values (?, ?, ?, ?, ?) on conflict do nothing`,
		account, string(role), placeCode, unit, db.At(tx.Now()))
	if err != nil || n == 0 {
		return wrap("grant role", err)
	}
	return regranted(tx, by, "grant", account, Grant{role, placeCode, unit})
}

// Revoke takes a grant away. Returns notfound when the account has none such.
func Revoke(tx *db.Tx, by Actor, account db.ID, role Role, placeCode, unit string) error {
	n, err := tx.ExecCount("delete from staff_grant where account = ? and role = ? and place = ? and unit = ?", account, string(role), placeCode, unit)
	if err != nil {
		return wrap("revoke role", err)
	}
	if n == 0 {
		return fault.NotFound("这个账号没有这项授权")
	}
	return regranted(tx, by, "revoke", account, Grant{role, placeCode, unit})
}

func regranted(tx *db.Tx, by Actor, verb string, account db.ID, g Grant) error {
	if err := tx.ExecOne("update staff_account set epoch = epoch + 1 where id = ?", account); err != nil {
		return wrap(verb+" role", err)
	}
	return record(tx, by, verb, "account:"+account.String(), g)
}

// Granted returns the grants of an account with codes of places, as Allow takes them.
func Granted(tx *db.Tx, account db.ID) ([]Grant, error) {
	list, err := db.Select(tx, func(r *db.Rows) (g Grant, err error) {
		err = r.Scan((*string)(&g.Role), &g.Place, &g.Unit)
		return g, err
	}, "select role, place, unit from staff_grant where account = ? order by role, place, unit", account)
	return list, wrap("list grants", err)
}

// ErrDisabled is inside the forbidden fault which ActorOf returns for a disabled account.
var ErrDisabled = errors.New("account is disabled")

// ActorOf loads the actor for an account. Returns notfound, or forbidden around ErrDisabled.
func ActorOf(tx *db.Tx, account db.ID, via string) (Actor, error) {
	a, err := AccountOf(tx, account)
	if err != nil {
		return Actor{}, err
	}
	return a.Actor(tx, via)
}

// Actor is ActorOf for an account already read.
func (a Account) Actor(tx *db.Tx, via string) (Actor, error) {
	if a.Disabled {
		return Actor{}, &fault.Error{Kind: fault.KindForbidden, Format: "账号 %s 已停用", Args: []any{a.Login}, Err: ErrDisabled}
	}
	grants, err := Granted(tx, a.ID)
	if err != nil {
		return Actor{}, err
	}
	codes := make([]string, 0, len(grants))
	for _, g := range grants {
		if g.Place != "" {
			codes = append(codes, g.Place)
		}
	}
	paths, err := place.Paths(tx, codes...)
	if err != nil {
		return Actor{}, err
	}
	for i := range grants {
		if code := grants[i].Place; code != "" {
			grants[i].Place = paths[code]
			if paths[code] == "" { // never bound to nothing, which would mean everywhere
				return Actor{}, fault.Internal(errors.New("grant names place "+code+", which is gone"), "账号 %s 的授权有误", a.Login)
			}
		}
	}
	return Actor{Account: a.ID, Login: a.Login, Name: a.Name, Post: a.Post, Unit: a.Unit, Grants: grants, Person: a.Person, Via: via}, nil
}
