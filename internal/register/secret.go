package register

import (
	"encoding/json"
	"errors"
	"net/mail"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/place"
)

// A Kind says which secret of a person is meant.
type Kind string

// The kinds.
const (
	IDNumber Kind = "id-number" // 公民身份号码; one, and nobody else's
	Phone    Kind = "phone"
	Email    Kind = "email"
)

// A Contact (联系方式) is something under seal that a person gave, as a page may show it.
type Contact struct {
	Kind   Kind
	Masked string
	Source string  // where it was given first
	First  db.Time // when
	Last   db.Time // when it was given again the last time
}

// Words returns the kind in Chinese.
func (k Kind) Words() string {
	switch k {
	case IDNumber:
		return "身份证号"
	case Phone:
		return "电话"
	}
	return "电子邮箱"
}

// indexed is the condition under which values of a kind are found by their digests, as the indexes have it. A digest is of its kind, so
// that the kind need not be asked.
func (k Kind) indexed() string {
	if k == IDNumber {
		return "substr(kind, 1, 3) = 'id-'"
	}
	return "substr(kind, 1, 3) <> 'id-'"
}

func (k Kind) field() string { return strings.ReplaceAll(string(k), "-", "_") }

// normal returns a value in the one form in which it is sealed and looked up. Returns invalid.
func (k Kind) normal(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch k {
	case IDNumber:
		s = strings.ToUpper(form.Narrow(s))
		_, _, err := form.IDNumber(s)
		return s, err
	case Phone:
		return form.Phone(s)
	case Email:
		a, err := mail.ParseAddress(s)
		if err != nil || a.Name != "" || len(s) > 200 {
			return "", fault.Invalid("", "电子邮箱的格式不对")
		}
		return strings.ToLower(a.Address), nil
	}
	return "", fault.Invalid("kind", "没有 %s 这种联系方式", string(k))
}

func (k Kind) mask(s string) string {
	switch k {
	case IDNumber:
		return form.MaskID(s)
	case Phone:
		return form.MaskPhone(s)
	}
	local, domain, _ := strings.Cut(s, "@")
	return form.MaskName(local) + "@" + domain
}

// AddContact notes what a person gives; a value given before is noted as given again. Returns invalid for what is not
// well-formed and for a second ID number, conflict for an ID number of somebody else.
func (r *Register) AddContact(tx *db.Tx, person db.ID, kind Kind, value, source string) error {
	value, err := kind.normal(value)
	if err != nil {
		return err
	}
	if _, err := PersonOf(tx, person); err != nil {
		return err
	}
	return r.note(tx, person, kind, value, source)
}

func (r *Register) note(tx *db.Tx, person db.ID, kind Kind, value, source string) error {
	for _, k := range r.all() {
		n, err := tx.ExecCount("update register_secret set last_at = ? where person = ? and kind = ? and lookup = ?",
			db.At(tx.Now()), person, string(kind), k.digest(kind, value))
		if err != nil || n > 0 {
			return wrap("note contact", err)
		}
	}
	if kind == IDNumber {
		has, err := hasSecret(tx, person, IDNumber)
		if err != nil {
			return wrap("note contact", err)
		}
		if has {
			return fault.Invalid(kind.field(), "这个人已登记了另一个身份证号")
		}
		others, err := r.holders(tx, IDNumber, value)
		if err != nil {
			return wrap("note contact", err)
		}
		if len(others) > 0 {
			return fault.Conflict("这个身份证号已登记在别人名下")
		}
	}
	return r.addSecret(tx, person, kind, value, source)
}

func (r *Register) addSecret(tx *db.Tx, person db.ID, kind Kind, value, source string) error {
	return wrap("note contact", tx.Exec("insert into register_secret ("+secretColumns+") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		r.secretArgs(tx, person, kind, value, source)...))
}

const secretColumns = "id, person, kind, lookup, sealed, key, masked, source, first_at, last_at"

func (r *Register) secretArgs(tx *db.Tx, person db.ID, kind Kind, value, source string) []any {
	k, now := r.current(), db.At(tx.Now())
	return []any{db.NewID(), person, string(kind), k.digest(kind, value), k.close(person, kind, value), k.id, kind.mask(value), source, now, now}
}

// Find returns the persons who gave this value, the one who gave it last first. Returns invalid for what is not well-formed.
func (r *Register) Find(tx *db.Tx, kind Kind, value string) ([]Person, error) {
	value, err := kind.normal(value)
	if err != nil {
		return nil, err
	}
	list, err := r.holders(tx, kind, value)
	return list, wrap("find persons", err)
}

func (r *Register) holders(tx *db.Tx, kind Kind, value string) ([]Person, error) {
	sql, args := r.holdersQuery(kind, value)
	return db.Select(tx, scanPerson, sql, args...)
}

func (r *Register) holdersQuery(kind Kind, value string) (sql string, args []any) {
	keys := r.all()
	for _, k := range keys {
		args = append(args, k.digest(kind, value))
	}
	marks := db.Marks(len(keys))
	return `select p.id, p.name, p.sex, p.born, p.place, p.address, p.source, p.created_at, p.updated_at, p.path, p.home_path, p.died
		from register_secret s join person p on p.id = s.person
		where ` + kind.indexed() + ` and s.lookup in (` + marks + `) order by s.last_at desc, s.id desc`, args
}

func hasSecret(tx *db.Tx, person db.ID, kind Kind) (bool, error) {
	var n int
	err := tx.QueryRow("select count(*) from register_secret where person = ? and kind = ?", person, string(kind)).Scan(&n)
	return n > 0, err
}

// Contacts returns all that a person gave, masked, by kind, the one given last first.
func Contacts(tx *db.Tx, person db.ID) ([]Contact, error) {
	list, err := db.Select(tx, func(r *db.Rows) (c Contact, err error) {
		err = r.Scan((*string)(&c.Kind), &c.Masked, &c.Source, &c.First, &c.Last)
		return c, err
	}, "select kind, masked, source, first_at, last_at from register_secret where person = ? order by kind, last_at desc, id desc", person)
	return list, wrap("list contacts", err)
}

const (
	minReason = 4
	maxReason = 200
)

// Reveal returns in the clear what the person gave last, and records in the audit log who asked for it and why; the entry
// and the answer stand or fall together. The caller has checked that by may see the person. Returns invalid without a
// proper reason, and notfound when the person gave no such thing.
func (r *Register) Reveal(tx *db.Tx, by string, person db.ID, kind Kind, reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < minReason || n > maxReason {
		return "", fault.Invalid("reason", "请写明查看的理由，%d 到 %d 字", minReason, maxReason)
	}
	plain, err := r.last(tx, person, kind)
	if err != nil {
		return "", err
	}
	detail, err := json.Marshal(map[string]string{"kind": string(kind), "reason": reason})
	if err != nil {
		return "", fault.Internal(err, "系统内部错误")
	}
	city, err := place.City(tx)
	if err != nil {
		return "", err
	}
	err = audit.Record(tx, audit.Entry{City: city, Actor: by, Verb: "reveal", Subject: "person:" + person.String(), Detail: detail})
	return plain, wrap("reveal", err)
}

// Reach returns in the clear where a message goes. It is for sending and never for showing; it leaves no entry. Returns
// notfound when the person gave no such thing.
func (r *Register) Reach(tx *db.Tx, person db.ID, kind Kind) (string, error) {
	return r.last(tx, person, kind)
}

// last asks the entry that stands, to which everything under seal goes over in a merge.
func (r *Register) last(tx *db.Tx, person db.ID, kind Kind) (string, error) {
	person, err := Kept(tx, person)
	if err != nil {
		return "", err
	}
	var keyID string
	var sealed []byte
	err = tx.QueryRow("select key, sealed from register_secret where person = ? and kind = ? order by last_at desc, id desc limit 1",
		person, string(kind)).Scan(&keyID, &sealed)
	if errors.Is(err, db.ErrNoRows) {
		return "", fault.NotFound("没有登记这项信息")
	}
	if err != nil {
		return "", wrap("read contact", err)
	}
	return r.open(keyID, person, kind, sealed)
}

// Reseal seals up to limit values of former keys with the present one and returns how many; call again until 0.
func (r *Register) Reseal(tx *db.Tx, limit int) (int, error) {
	type row struct {
		id, person db.ID
		kind       Kind
		key        string
		sealed     []byte
	}
	now := r.current()
	list, err := db.Select(tx, func(rows *db.Rows) (s row, err error) {
		err = rows.Scan(&s.id, &s.person, (*string)(&s.kind), &s.key, &s.sealed)
		return s, err
	}, "select id, person, kind, key, sealed from register_secret where key < ? or key > ? order by key, id limit ?", now.id, now.id, limit)
	if err != nil {
		return 0, wrap("reseal", err)
	}
	for _, s := range list {
		plain, err := r.open(s.key, s.person, s.kind, s.sealed)
		if err != nil {
			return 0, wrap("reseal", err)
		}
		err = tx.ExecOne("update register_secret set lookup = ?, sealed = ?, key = ? where id = ? and key = ?",
			now.digest(s.kind, plain), now.close(s.person, s.kind, plain), now.id, s.id, s.key)
		if err != nil {
			return 0, wrap("reseal", err)
		}
	}
	return len(list), nil
}

// MissingKeys returns the keys that the database needs and the file does not have; more than none means the wrong file.
func (r *Register) MissingKeys(tx *db.Tx) ([]string, error) {
	used, err := db.Select(tx, func(rows *db.Rows) (id string, err error) { return id, rows.Scan(&id) },
		"select distinct key from register_secret order by key")
	if err != nil {
		return nil, wrap("list keys in use", err)
	}
	var missing []string
	for _, id := range used {
		if !r.has(id) {
			missing = append(missing, id)
		}
	}
	return missing, nil
}

func (r *Register) has(id string) bool {
	for _, k := range r.all() {
		if k.id == id {
			return true
		}
	}
	return false
}
