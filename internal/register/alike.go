package register

import (
	"embed"
	"slices"
	"strings"
	"sync"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/match"
	"linli/internal/pack/strict"
)

//go:embed matching/*.yaml
var matching embed.FS

// persons are the rules by which two entries are of one person.
var persons = sync.OnceValue(func() *match.Matcher {
	m, err := readMatcher("matching/person.yaml")
	if err != nil {
		panic(err) // a file of this package
	}
	return m
})

func readMatcher(name string) (*match.Matcher, error) {
	text, err := matching.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var spec match.Spec
	doc, problems := strict.Parse(name, text)
	if doc != nil {
		problems = append(problems, doc.Decode(&spec)...)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return match.New(spec)
}

// keysOf are the keys that are kept for a person.
func keysOf(p Person) []match.Key { return persons().Read(record(p, nil, nil)).Keys() }

// rekey keeps the keys of a person; was is what the person was before, zero for a new one.
func rekey(tx *db.Tx, was, p Person) error {
	old, now := []match.Key(nil), keysOf(p)
	if !was.ID.IsZero() {
		old = keysOf(was)
	}
	for _, k := range old {
		if !slices.Contains(now, k) {
			if err := tx.Exec("delete from person_key where key = ? and person = ?", int64(k), p.ID); err != nil {
				return wrap("drop key", err)
			}
		}
	}
	for _, k := range now {
		if err := tx.Exec("insert into person_key (key, person) values (?, ?) on conflict do nothing", int64(k), p.ID); err != nil {
			return wrap("keep key", err)
		}
	}
	return nil
}

// A PersonLikeness (疑似同一人) is an entry that is of the same person as another, or likely so.
type PersonLikeness struct {
	Person  Person
	Verdict match.Verdict
}

// Alike returns for each draft the entries that are the same or likely so, the same ones first. One draft or a thousand are asked alike.
func (r *Register) Alike(tx *db.Tx, drafts []*Draft) ([][]PersonLikeness, error) {
	met, err := r.meet(tx, drafts)
	if err != nil {
		return nil, err
	}
	all := map[db.ID]bool{}
	for _, ids := range met {
		for _, id := range ids {
			all[id] = true
		}
	}
	known, err := r.entries(tx, all)
	if err != nil {
		return nil, err
	}
	out := make([][]PersonLikeness, len(drafts))
	for i, d := range drafts {
		for _, id := range met[i] {
			k, ok := known[id]
			if !ok || id == d.ID {
				continue
			}
			if v := persons().Decide(d.entry, k.entry); v.Answer != match.Different {
				out[i] = append(out[i], PersonLikeness{k.person, v})
			}
		}
		slices.SortFunc(out[i], bySureness)
	}
	return out, nil
}

func bySureness(a, b PersonLikeness) int {
	if (a.Verdict.Answer == match.Same) != (b.Verdict.Answer == match.Same) {
		if a.Verdict.Answer == match.Same {
			return -1
		}
		return 1
	}
	if a.Verdict.Rule != b.Verdict.Rule {
		return a.Verdict.Rule - b.Verdict.Rule
	}
	return strings.Compare(a.Person.ID.String(), b.Person.ID.String())
}

// Compare says what the rules say of two drafts, for those of one table.
func (d *Draft) Compare(e *Draft) match.Verdict { return persons().Decide(d.entry, e.entry) }

// Meets returns the keys under which a draft meets others of its table, those of numbers and telephones among them.
func (d *Draft) Meets() []match.Key { return d.entry.Keys() }

// asked bounds the values of one question.
const asked = 400

// meet returns for each draft the persons it shares a key with.
func (r *Register) meet(tx *db.Tx, drafts []*Draft) ([][]db.ID, error) {
	out := make([][]db.ID, len(drafts))
	byKey, byDigest := make(map[int64][]int, 2*len(drafts)), map[Kind]map[string][]int{IDNumber: {}, Phone: {}}
	for i, d := range drafts {
		for _, k := range d.keys {
			byKey[int64(k)] = append(byKey[int64(k)], i)
		}
		for _, s := range d.secrets {
			if of, compared := byDigest[s.kind]; compared {
				for _, l := range s.lookups {
					of[string(l)] = append(of[string(l)], i)
				}
			}
		}
	}
	note := func(i int, id db.ID) {
		if !slices.Contains(out[i], id) {
			out[i] = append(out[i], id)
		}
	}
	keys := make([]any, 0, len(byKey))
	for k := range byKey {
		keys = append(keys, k)
	}
	err := ask(tx, "select key, person from person_key where key in", keys, func(rows *db.Rows) error {
		var key int64
		var id db.ID
		if err := rows.Scan(&key, &id); err != nil {
			return err
		}
		for _, i := range byKey[key] {
			note(i, id)
		}
		return nil
	})
	if err != nil {
		return nil, wrap("look for persons by key", err)
	}
	for kind, byDigest := range byDigest {
		digests := make([]any, 0, len(byDigest))
		for l := range byDigest {
			digests = append(digests, []byte(l))
		}
		err := ask(tx, "select lookup, person from register_secret where "+kind.indexed()+" and lookup in", digests, func(rows *db.Rows) error {
			var lookup []byte
			var id db.ID
			if err := rows.Scan(&lookup, &id); err != nil {
				return err
			}
			for _, i := range byDigest[string(lookup)] {
				note(i, id)
			}
			return nil
		})
		if err != nil {
			return nil, wrap("look for persons by number", err)
		}
	}
	return out, nil
}

// ask puts one question with many values, some at a time.
func ask(tx *db.Tx, question string, values []any, each func(rows *db.Rows) error) error {
	for chunk := range slices.Chunk(values, asked) {
		rows, err := tx.Query(question+" ("+db.Marks(len(chunk))+")", chunk...)
		if err != nil {
			return err
		}
		for rows.Next() {
			if err := each(rows); err != nil {
				return err
			}
		}
		if err := rows.Close(); err != nil {
			return err
		}
	}
	return nil
}

type knownPerson struct {
	person      Person
	entry       *match.Entry
	ids, phones [][]byte
}

// entries reads persons as the rules see them; those that were merged into another are left out.
func (r *Register) entries(tx *db.Tx, ids map[db.ID]bool) (map[db.ID]*knownPerson, error) {
	list := make([]any, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	out := map[db.ID]*knownPerson{}
	err := ask(tx, "select "+personColumns+" from person where id not in (select gone from person_merged) and id in", list, func(rows *db.Rows) error {
		p, err := scanPerson(rows)
		out[p.ID] = &knownPerson{person: p}
		return err
	})
	if err != nil {
		return nil, wrap("read persons", err)
	}
	err = ask(tx, "select person, kind, lookup from register_secret where kind in ('id-number', 'phone') and person in", list, func(rows *db.Rows) error {
		var id db.ID
		var kind string
		var lookup []byte
		if err := rows.Scan(&id, &kind, &lookup); err != nil {
			return err
		}
		k, ok := out[id]
		switch {
		case !ok:
		case Kind(kind) == IDNumber:
			k.ids = append(k.ids, lookup)
		default:
			k.phones = append(k.phones, lookup)
		}
		return nil
	})
	if err != nil {
		return nil, wrap("read numbers", err)
	}
	for _, k := range out {
		k.entry = persons().Read(record(k.person, k.ids, k.phones))
	}
	return out, nil
}

// CompareEntries says what the rules say of two entries of the register. Returns notfound.
func (r *Register) CompareEntries(tx *db.Tx, a, b db.ID) (match.Verdict, error) {
	known, err := r.entries(tx, map[db.ID]bool{a: true, b: true})
	if err != nil {
		return match.Verdict{}, err
	}
	if known[a] == nil || known[b] == nil {
		return match.Verdict{}, fault.NotFound("没有这个人的登记")
	}
	return persons().Decide(known[a].entry, known[b].entry), nil
}
