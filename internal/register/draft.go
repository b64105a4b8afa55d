package register

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/match"
)

// A Draft (待登记人员) is a Newcomer who was checked and sealed, ready to be looked up and added. It is made outside a transaction, so
// that an import can make many at once.
type Draft struct {
	Newcomer
	ID      db.ID // the entry will have it
	entry   *match.Entry
	keys    []match.Key // without those of numbers and telephones
	secrets []draftSecret
}

// Draft checks a newcomer. Returns invalid with everything that is wrong.
func (r *Register) Draft(n Newcomer) (*Draft, error) { return r.DraftAs(db.NewID(), n) }

type draftSecret struct {
	kind    Kind
	lookups [][]byte // by every key of the file, the present one last
	sealed  []byte
	key     string
	masked  string
}

// DraftAs is Draft with an id that was made before, so that the entries of a table rise with its rows although they are checked side by side.
func (r *Register) DraftAs(id db.ID, n Newcomer) (*Draft, error) {
	if err := n.settle(); err != nil {
		return nil, err
	}
	d := &Draft{Newcomer: n, ID: id}
	keys := r.all()
	sealer := keys[len(keys)-1]
	for _, s := range n.secrets() {
		x := draftSecret{kind: s.kind, key: sealer.id, masked: s.kind.mask(*s.value), sealed: sealer.close(d.ID, s.kind, *s.value)}
		for _, k := range keys {
			x.lookups = append(x.lookups, k.digest(s.kind, *s.value))
		}
		d.secrets = append(d.secrets, x)
	}
	p := Person{Name: n.Name, Sex: n.Sex, Born: n.Born, Place: n.Place, Address: n.Address}
	d.entry = persons().Read(record(p, d.digests(IDNumber), d.digests(Phone)))
	d.keys = persons().KeysWithout(d.entry, "id_number", "phone")
	return d, nil
}

// digests are all that one kind of secret is looked up by.
func (d *Draft) digests(kind Kind) [][]byte {
	for _, s := range d.secrets {
		if s.kind == kind {
			return s.lookups
		}
	}
	return nil
}

// record is a person as the rules see one. Secrets are compared by their digests.
func record(p Person, ids, phones [][]byte) match.Record {
	r := match.Record{"name": p.Name, "sex": string(p.Sex), "born": p.Born.String(), "place": p.Place, "address": p.Address}
	if len(ids) > 0 {
		r["id_number"] = lines(ids)
	}
	if len(phones) > 0 {
		r["phone"] = lines(phones)
	}
	return r
}

func lines(digests [][]byte) string {
	var b strings.Builder
	for i, d := range digests {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(hex.EncodeToString(d))
	}
	return b.String()
}

type keyRow struct {
	key    match.Key
	person db.ID
}

// AddDrafts adds persons of whom the caller knows that they are new, in few statements.
func (r *Register) AddDrafts(tx *db.Tx, list []*Draft) error {
	now := db.At(tx.Now())
	newcomers := make([]Newcomer, len(list))
	for i, d := range list {
		newcomers[i] = d.Newcomer
	}
	paths, err := pathsOf(tx, newcomers)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(list, 500) {
		people, secrets, keys := make([]any, 0, personWidth*len(chunk)), make([]any, 0, 20*len(chunk)), make([]any, 0, 4*len(chunk))
		met := make([]keyRow, 0, 2*len(chunk))
		for _, d := range chunk {
			p := d.person(tx, paths)
			p.ID = d.ID
			people = append(people, p.args()...)
			for _, s := range d.secrets {
				secrets = append(secrets, db.NewID(), d.ID, string(s.kind), s.lookups[len(s.lookups)-1], s.sealed, s.key, s.masked, d.Source, now, now)
			}
			for _, k := range d.keys {
				met = append(met, keyRow{k, d.ID})
			}
		}
		slices.SortFunc(met, func(a, b keyRow) int { return cmp.Compare(a.key, b.key) }) // as the table has them: neighbours share a page
		for _, m := range met {
			keys = append(keys, int64(m.key), m.person)
		}
		for _, part := range []struct {
			into  string
			width int
			args  []any
		}{{"person (" + personColumns + ")", personWidth, people}, {"register_secret (" + secretColumns + ")", 10, secrets}, {"person_key (key, person)", 2, keys}} {
			if err := insertRows(tx, part.into, part.width, part.args); err != nil {
				return wrap("add persons", err)
			}
		}
	}
	return nil
}

// Supplement adds to an entry what a draft of the same person brings: what was not known, the later address, further numbers. What is named
// in without (name, sex, born, place, address) stays as it is.
func (r *Register) Supplement(tx *db.Tx, p Person, d *Draft, without ...string) error {
	n := d.Newcomer
	for _, field := range without {
		switch field {
		case "name":
			n.Name = ""
		case "sex":
			n.Sex = ""
		case "born":
			n.Born = civil.Date{}
		case "address", "place":
			n.Address, n.Place = "", ""
		}
	}
	if _, err := r.supplement(tx, p, n); err != nil {
		return err
	}
	for _, s := range n.secrets() {
		if err := r.note(tx, p.ID, s.kind, *s.value, n.Source); err != nil {
			return err
		}
	}
	return nil
}
