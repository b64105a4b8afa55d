package staff

import (
	"strings"

	"linli/internal/db"
)

// FindAccounts returns up to limit accounts by login, from after the given one: those whose login begins with words or whose
// name contains them, and that belong to the unit. "" leaves words or unit unasked.
func FindAccounts(tx *db.Tx, words, unit, after string, limit int) ([]Account, error) {
	words = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.TrimSpace(words))
	list, err := db.Select(tx, scanAccount, "select "+accountColumns+` from staff_account
		where (unit = ? or ? = '') and login > ? and (login like ? escape '!' or name like ? escape '!') order by login limit ?`,
		unit, unit, after, strings.ToLower(words)+"%", "%"+words+"%", limit)
	return list, wrap("find accounts", err)
}

// CountAccounts counts all accounts, those disabled, and those locked at present after too many wrong passwords.
func CountAccounts(tx *db.Tx) (all, disabled, locked int64, err error) {
	err = tx.QueryRow(`select count(*), count(*) filter (where disabled = 1), count(*) filter (where locked_until > ?) from staff_account`,
		db.At(tx.Now())).Scan(&all, &disabled, &locked)
	return all, disabled, locked, wrap("count accounts", err)
}
