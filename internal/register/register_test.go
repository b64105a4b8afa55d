package register_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/register"
)

// The ID numbers are the example of the standard and the specimen of the immigration authority; the telephones are invented.
const (
	idNumber = "11010519491231002X"
	phone    = "13800000001"
)

func each(t *testing.T, test func(t *testing.T, d *db.DB, r *register.Register, clock *dbtest.Clock)) {
	t.Helper()
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Day)
		r, err := register.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		test(t, d, r, clock)
	}, audit.Migrations, place.Migrations, fact.Migrations, register.Migrations)
}

func meet(t *testing.T, d *db.DB, r *register.Register, n register.Newcomer) (p register.Person, created bool) {
	t.Helper()
	dbtest.Write(t, d, func(tx *db.Tx) (err error) {
		p, created, err = r.FindOrCreate(tx, n)
		return err
	})
	return p, created
}

func wantKind(t *testing.T, d *db.DB, kind fault.Kind, fn func(tx *db.Tx) error) error {
	t.Helper()
	err := d.Write(context.Background(), fn)
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("got %v, want %v", err, kind)
	}
	return err
}

func TestFindOrCreate(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, r *register.Register, clock *dbtest.Clock) {
		wang, created := meet(t, d, r, register.Newcomer{Name: " 王  芳 ", Phone: "138 0000 0001", Source: "hotline"})
		if !created || wang.Name != "王 芳" {
			t.Fatalf("first call made %+v", wang)
		}
		clock.Advance(time.Hour)
		for _, c := range []struct {
			name string
			n    register.Newcomer
			same bool
		}{
			{"the same again", register.Newcomer{Name: "王 芳", Phone: "+86 138-0000-0001"}, true},
			{"no name, the only holder", register.Newcomer{Phone: phone}, true},
			{"the son, same telephone", register.Newcomer{Name: "王强", Phone: phone}, false},
			{"no name, two holders", register.Newcomer{Phone: phone}, false},
			{"nobody in particular", register.Newcomer{Name: "王 芳"}, false},
		} {
			p, created := meet(t, d, r, c.n)
			if (p.ID == wang.ID) != c.same || created == c.same {
				t.Errorf("%s: found %v, made %v", c.name, p.ID == wang.ID, created)
			}
		}
		// an ID number given later belongs to the entry, and finds it by any telephone
		p, created := meet(t, d, r, register.Newcomer{Name: "王 芳", Phone: phone, IDNumber: strings.ToLower(idNumber), Address: "湖滨区"})
		if p.ID != wang.ID || created || p.Born.String() != "1949-12-31" || p.Sex.Words() != "女" || p.Address != "湖滨区" {
			t.Errorf("with the ID number: %+v, made %v", p, created)
		}
		p, _ = meet(t, d, r, register.Newcomer{Name: "王 芳", Phone: "0398-2826666", IDNumber: idNumber})
		if p.ID != wang.ID {
			t.Error("another telephone makes another person")
		}
		// the same name and telephone with another ID number is somebody else
		other, created := meet(t, d, r, register.Newcomer{Name: "王 芳", Phone: phone, IDNumber: "932682198501010017"})
		if !created || other.ID == wang.ID {
			t.Error("two ID numbers for one person")
		}
		wantKind(t, d, fault.KindConflict, func(tx *db.Tx) error {
			_, _, err := r.FindOrCreate(tx, register.Newcomer{Name: "李四", IDNumber: idNumber})
			return err
		})
		err := wantKind(t, d, fault.KindInvalid, func(tx *db.Tx) error {
			_, _, err := r.FindOrCreate(tx, register.Newcomer{Name: "李四", IDNumber: "110105194912310021", Phone: "138", Email: "x"})
			return err
		})
		var fields []string
		for _, f := range fault.As(err).Fields {
			fields = append(fields, f.Field)
		}
		if got := strings.Join(fields, " "); got != "id_number phone email" {
			t.Errorf("what is wrong: %s", got)
		}
	})
}

func TestContactsKeepTheirHistory(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, r *register.Register, clock *dbtest.Clock) {
		p, _ := meet(t, d, r, register.Newcomer{Name: "王芳", Phone: phone, IDNumber: idNumber, Email: "Wang@Example.org", Source: "window"})
		clock.Advance(time.Hour)
		dbtest.Write(t, d, func(tx *db.Tx) error { return r.AddContact(tx, p.ID, register.Phone, "13900000002", "hotline") })
		clock.Advance(time.Hour)
		meet(t, d, r, register.Newcomer{Name: "王芳", Phone: phone, Source: "letter"})
		dbtest.Read(t, d, func(tx *db.Tx) error {
			list, err := register.Contacts(tx, p.ID)
			var got []string
			for _, c := range list {
				got = append(got, c.Masked+" "+c.Source+" "+c.First.Format("15")+"-"+c.Last.Format("15"))
			}
			want := "w***@example.org window 02-02, 1101************2X window 02-02, 138****0001 window 02-04, 139****0002 hotline 03-03"
			if s := strings.Join(got, ", "); s != want {
				t.Errorf("contacts are\n%s, want\n%s", s, want)
			}
			reach, err2 := r.Reach(tx, p.ID, register.Phone)
			if reach != phone || err2 != nil {
				t.Errorf("a message goes to %s, %v", reach, err2)
			}
			found, err3 := r.Find(tx, register.IDNumber, idNumber)
			if len(found) != 1 || found[0].ID != p.ID || err3 != nil {
				t.Errorf("by ID number: %+v, %v", found, err3)
			}
			return err
		})
		wantKind(t, d, fault.KindInvalid, func(tx *db.Tx) error {
			return r.AddContact(tx, p.ID, register.IDNumber, "932682198501010017", "window")
		})
		q, _ := meet(t, d, r, register.Newcomer{Name: "李四"})
		wantKind(t, d, fault.KindConflict, func(tx *db.Tx) error { return r.AddContact(tx, q.ID, register.IDNumber, idNumber, "window") })
		wantKind(t, d, fault.KindNotFound, func(tx *db.Tx) error { return r.AddContact(tx, 7, register.Phone, phone, "window") })
	})
}

func TestRevealNeedsAReasonAndLeavesATrace(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, r *register.Register, _ *dbtest.Clock) {
		p, _ := meet(t, d, r, register.Newcomer{Name: "王芳", Phone: phone})
		reveal := func(kind register.Kind, reason string) func(tx *db.Tx) error {
			return func(tx *db.Tx) error {
				plain, err := r.Reveal(tx, "0000000000009", p.ID, kind, reason)
				if err == nil && plain != phone {
					t.Errorf("revealed %q", plain)
				}
				return err
			}
		}
		wantKind(t, d, fault.KindInvalid, reveal(register.Phone, "   看 "))
		wantKind(t, d, fault.KindNotFound, reveal(register.IDNumber, "回访需要核对身份"))
		dbtest.Write(t, d, reveal(register.Phone, "回访需要联系本人"))
		dbtest.Read(t, d, func(tx *db.Tx) error {
			log, err := audit.Of(tx, "person:"+p.ID.String(), 10)
			if err != nil || len(log) != 1 || log[0].Verb != "reveal" || log[0].Actor != "0000000000009" ||
				!strings.Contains(string(log[0].Detail), "回访需要联系本人") || strings.Contains(string(log[0].Detail), phone) {
				t.Errorf("the log is %+v, %v", log, err)
			}
			return err
		})
	})
}

func TestNothingInTheClear(t *testing.T) {
	d := dbtest.SQLite(t, audit.Migrations, place.Migrations, register.Migrations)
	r, err := register.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a, _ := meet(t, d, r, register.Newcomer{Name: "王芳", Phone: phone, IDNumber: idNumber})
	b, _ := meet(t, d, r, register.Newcomer{Name: "李四", Phone: "13900000002"})
	dbtest.Read(t, d, func(tx *db.Tx) error {
		rows, err := tx.Query("select lookup, sealed, masked from register_secret")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var lookup, sealed []byte
			var masked string
			if err := rows.Scan(&lookup, &sealed, &masked); err != nil {
				return err
			}
			all := append(append(lookup, sealed...), masked...)
			if bytes.Contains(all, []byte(phone)) || bytes.Contains(all, []byte(idNumber)) {
				t.Error("a row has the value in the clear")
			}
		}
		return rows.Err()
	})
	// a sealed value moved to another person does not open
	dbtest.Write(t, d, func(tx *db.Tx) error {
		return tx.Exec(`update register_secret set sealed = (select sealed from register_secret where person = ? and kind = 'phone') where person = ?`, a.ID, b.ID)
	})
	wantKind(t, d, fault.KindInternal, func(tx *db.Tx) error { _, err := r.Reach(tx, b.ID, register.Phone); return err })
}

func TestKeysCanBeReplaced(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *register.Register, _ *dbtest.Clock) {
		dir := t.TempDir()
		r, err := register.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := meet(t, d, r, register.Newcomer{Name: "王芳", Phone: phone, IDNumber: idNumber})
		if err := r.AddKey(); err != nil {
			t.Fatal(err)
		}
		if q, created := meet(t, d, r, register.Newcomer{Name: "王芳", Phone: phone, IDNumber: idNumber}); created || q.ID != p.ID {
			t.Error("with a new key the person is not found")
		}
		meet(t, d, r, register.Newcomer{Name: "李四", Phone: "13900000002"})
		for _, want := range []int{1, 1, 0} {
			dbtest.Write(t, d, func(tx *db.Tx) error {
				n, err := r.Reseal(tx, 1)
				if n != want {
					t.Errorf("resealed %d, want %d", n, want)
				}
				return err
			})
		}
		again, err := register.Open(dir) // what a restart reads
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			plain, err := again.Reach(tx, p.ID, register.IDNumber)
			if plain != idNumber {
				t.Errorf("after the restart it reads %q", plain)
			}
			list, _ := again.Find(tx, register.Phone, phone)
			if len(list) != 1 {
				t.Errorf("found %d persons", len(list))
			}
			return err
		})
		// the file of another city
		foreign, err := register.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		wantKind(t, d, fault.KindUnavailable, func(tx *db.Tx) error { _, err := foreign.Reach(tx, p.ID, register.Phone); return err })
		dbtest.Read(t, d, func(tx *db.Tx) error {
			missing, err := foreign.MissingKeys(tx)
			if len(missing) != 1 {
				t.Errorf("missing keys are %v", missing)
			}
			missing, _ = again.MissingKeys(tx)
			if len(missing) != 0 {
				t.Errorf("missing keys are %v", missing)
			}
			return err
		})
	})
}

func TestKeyFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	if _, err := register.Open(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "register.keys")
	st, err := os.Stat(path)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the key file has mode %v, %v", st.Mode(), err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("the folder holds %v", files)
	}
	for _, damaged := range []string{"", "{}", `{"keys":["abcd"]}`, `{"keys":["zz"]}`} {
		if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := register.Open(dir); fault.KindOf(err) != fault.KindUnavailable || err == nil {
			t.Errorf("%q gave %v", damaged, err)
		}
		if b, _ := os.ReadFile(path); string(b) != damaged {
			t.Errorf("%q was overwritten", damaged)
		}
	}
}

func TestAddMany(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, r *register.Register, _ *dbtest.Clock) {
		list := make([]register.Newcomer, 120)
		for i := range list {
			list[i] = register.Newcomer{Name: "居民", Phone: "138" + time.Unix(int64(i), 0).UTC().Format("01021504"), Place: "411202001001"}
		}
		list[119].IDNumber = idNumber
		var ids []db.ID
		dbtest.Write(t, d, func(tx *db.Tx) (err error) { ids, err = r.AddMany(tx, list); return err })
		dbtest.Read(t, d, func(tx *db.Tx) error {
			p, err := register.PersonOf(tx, ids[119])
			if len(ids) != 120 || p.Born.String() != "1949-12-31" || p.Place != "411202001001" {
				t.Errorf("%d added, the last is %+v", len(ids), p)
			}
			found, err2 := r.Find(tx, register.IDNumber, idNumber)
			if err2 != nil || len(found) != 1 || found[0].ID != ids[119] {
				t.Errorf("found %+v, %v", found, err2)
			}
			return err
		})
		wantKind(t, d, fault.KindConflict, func(tx *db.Tx) error { _, err := r.AddMany(tx, list[119:]); return err })
		wantKind(t, d, fault.KindInvalid, func(tx *db.Tx) error { _, err := r.AddMany(tx, []register.Newcomer{{Phone: "1"}}); return err })
	})
}

func TestOrganisations(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *register.Register, _ *dbtest.Clock) {
		const code = "91350100M000100Y43" // of the published examples
		put := func(o register.Organisation) (out register.Organisation) {
			dbtest.Write(t, d, func(tx *db.Tx) (err error) { out, err = register.PutOrganisation(tx, o); return err })
			return out
		}
		a := put(register.Organisation{Code: strings.ToLower(code), Name: "甲公司", Place: "411202"})
		b := put(register.Organisation{Code: code, Name: "甲集团公司", Place: "411202"})
		if a.ID != b.ID {
			t.Error("one credit code, two organisations")
		}
		c := put(register.Organisation{Name: "甲集团公司", Place: "411202"})
		if c.ID == a.ID || put(register.Organisation{Name: "甲集团公司", Place: "411202"}).ID != c.ID {
			t.Error("without a code, name and place decide")
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			got, err := register.OrganisationByCode(tx, code)
			if err != nil || got.Name != "甲集团公司" || !got.Created.Equal(a.Created.Time) {
				t.Errorf("by code: %+v, %v", got, err)
			}
			if _, err := register.OrganisationOf(tx, 7); fault.KindOf(err) != fault.KindNotFound {
				t.Errorf("unknown organisation: %v", err)
			}
			return nil
		})
		for _, o := range []register.Organisation{{Name: ""}, {Name: "乙公司", Code: "91350200M000000510"}} {
			wantKind(t, d, fault.KindInvalid, func(tx *db.Tx) error { _, err := register.PutOrganisation(tx, o); return err })
		}
	})
}

func TestRowsBeginTheHistory(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, r *register.Register, clock *dbtest.Clock) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if err := place.Add(tx, place.Change{}, place.New{Code: "4112", Name: "甲市", Level: "市"}); err != nil {
				return err
			}
			return place.Add(tx, place.Change{}, place.New{Code: "411202", Name: "乙区", Level: "县", Parent: "4112"})
		})
		before := db.At(clock.Now())
		clock.Advance(time.Hour)
		p, _ := meet(t, d, r, register.Newcomer{Name: "王方", Phone: phone, IDNumber: idNumber, Place: "411202", Address: "一号", Source: "window"})
		first := db.At(clock.Now())
		s := fact.Person(p.ID)
		tell := func(name, value string, kind fact.SourceKind) (out fact.Outcome) {
			t.Helper()
			clock.Advance(time.Hour)
			dbtest.Write(t, d, func(tx *db.Tx) (err error) {
				out, err = r.Tell(tx, fact.Fact{Subject: s, Name: name, Value: value, Telling: fact.Telling{Source: fact.Source{Kind: kind, Name: "x"}}})
				return err
			})
			return out
		}
		tell("name", "王芳", fact.ByClerk)
		tell("education", "bachelor", fact.ByClerk)
		dbtest.Read(t, d, func(tx *db.Tx) error {
			for _, c := range []struct {
				at   fact.AsOf
				name string
			}{{fact.AsOf{Known: before}, ""}, {fact.AsOf{Known: first}, "王方"}, {fact.AsOf{}, "王芳"}} {
				known, err := r.Known(tx, s, []string{"name", "sex", "id_number"}, c.at)
				if err != nil || known["name"].Value != c.name {
					t.Errorf("as of %v the name is %+v, %v", c.at, known["name"], err)
				}
			}
			known, err := r.Known(tx, s, []string{"name", "education", "id_number", "phone", "born", "address", "religion"}, fact.AsOf{})
			if k := known["education"]; k.Shown != "本科" || k.Value != "bachelor" || k.Label != "文化程度" {
				t.Errorf("education %+v", k)
			}
			if k := known["id_number"]; k.Value != "" || !strings.Contains(k.Shown, "*") || k.Sensitive != "masked" {
				t.Errorf("ID number %+v", k)
			}
			if _, some := known["religion"]; some || known["born"].Value != "1949-12-31" || len(known) != 6 {
				t.Errorf("known %+v", known)
			}
			row, err2 := register.PersonOf(tx, p.ID)
			if row.Name != "王芳" || row.Path != "4112/411202/" || err2 != nil {
				t.Errorf("the row says %+v", row)
			}
			return err
		})
		for _, bad := range []fact.Fact{{Name: "education", Value: "博士后"}, {Name: "place", Value: "999999"}, {Name: "shoe", Value: "42"}, {Name: "born", Value: "2026-02-30"}} {
			bad.Subject, bad.Telling = s, fact.Telling{Source: fact.Source{Kind: fact.ByClerk}}
			wantKind(t, d, fault.KindInvalid, func(tx *db.Tx) error { _, err := r.Tell(tx, bad); return err })
		}
		// a lasting disagreement between confirmed sources changes nothing until it is settled
		tell("ethnicity", "汉族", fact.BySystem)
		out := tell("ethnicity", "回族", fact.ByClerk)
		dbtest.Write(t, d, func(tx *db.Tx) error {
			return register.SettleConflict(tx, "clerk", out.Conflict, true, "以户口簿为准")
		})
		dbtest.Write(t, d, func(tx *db.Tx) error {
			c, err := r.AskCorrection(tx, fact.Correction{Subject: s, Name: "name", Value: "王芬", Reason: "录入时写错了字", AskedBy: "a"})
			if err != nil {
				return err
			}
			return register.DecideCorrection(tx, "b", c.ID, true, "")
		})
		if err := d.Read(context.Background(), func(tx *db.Tx) error {
			row, err := register.PersonOf(tx, p.ID)
			if row.Name != "王芬" {
				t.Errorf("after the correction the row says %q", row.Name)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}

func TestFindByNameStaysWithinTheScope(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, r *register.Register, _ *dbtest.Clock) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			for _, n := range []place.New{{Code: "4112", Name: "甲市", Level: "市"}, {Code: "411202", Name: "乙区", Level: "县", Parent: "4112"}, {Code: "411203", Name: "丙区", Level: "县", Parent: "4112"}} {
				if err := place.Add(tx, place.Change{}, n); err != nil {
					return err
				}
			}
			var list []register.Newcomer
			for i, name := range []string{"王芳", "王芳芳", "李王芳", "王芳", "赵一"} {
				list = append(list, register.Newcomer{Name: name, Place: []string{"411202", "411203"}[i/3]})
			}
			_, err := r.AddMany(tx, list)
			return err
		})
		dbtest.Read(t, d, func(tx *db.Tx) error {
			names := func(q register.Query) string {
				t.Helper()
				q.Limit = 10
				list, err := register.FindByName(tx, q)
				if err != nil {
					t.Error(err)
				}
				var out []string
				for _, p := range list {
					out = append(out, p.Name)
				}
				return strings.Join(out, " ")
			}
			for _, c := range []struct {
				q    register.Query
				want string
			}{
				{register.Query{Places: []string{"4112/"}, Words: "王芳"}, "王芳 王芳 王芳芳"},
				{register.Query{Places: []string{"4112/411202/"}, Words: "王芳"}, "王芳 王芳芳"},
				{register.Query{Places: []string{"4112/411202/"}, Within: "4112/411203/", Words: "王芳"}, ""},
				{register.Query{Places: []string{"4112/"}, Within: "4112/411203/", Words: "王芳"}, "王芳"},
				{register.Query{Places: []string{"4112/"}, Within: "4112/411202/", Words: "芳芳"}, "王芳芳"},
				{register.Query{Words: "王芳"}, ""},
			} {
				if got := names(c.q); got != c.want {
					t.Errorf("%+v found %q, want %q", c.q, got, c.want)
				}
			}
			for _, words := range []string{"王", "%芳", "_ %"} {
				_, err := register.FindByName(tx, register.Query{Places: []string{"4112/"}, Words: words})
				if fault.KindOf(err) != fault.KindInvalid {
					t.Errorf("%q: %v", words, err)
				}
			}
			return nil
		})
	})
}

func TestUnusualNewcomersAreAskedAbout(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, r *register.Register, _ *dbtest.Clock) {
		born := civil.MustDate("1985-01-01")
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if err := place.Add(tx, place.Change{}, place.New{Code: "4112", Name: "甲市", Level: "市"}); err != nil {
				return err
			}
			_, err := r.AddMany(tx, []register.Newcomer{{Name: "王芳", Born: born, Place: "4112"}, {Name: "王园", Born: born, Place: "4112", IDNumber: "932682198501010017"}})
			return err
		})
		dbtest.Read(t, d, func(tx *db.Tx) error {
			for _, c := range []struct {
				n    register.Newcomer
				want string
			}{
				{register.Newcomer{Name: "王芳", Born: born}, "name"},
				{register.Newcomer{Name: "王圆", Born: born}, ""}, // a twin has another name
				{register.Newcomer{Name: "王芳", Born: civil.MustDate("1905-01-01")}, "born"},
				{register.Newcomer{Name: "李四", Born: civil.MustDate("1935-01-01")}, ""},
			} {
				list, err := r.Doubts(tx, c.n, "4112/")
				got := ""
				for _, x := range list {
					got += x.Field
				}
				if err != nil || got != c.want {
					t.Errorf("%+v: %q, %v", c.n, got, err)
				}
			}
			_, err := r.Doubts(tx, register.Newcomer{Name: "王芳", Born: born, IDNumber: idNumber}, "4112/")
			if f := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Field != "born" {
				t.Errorf("a birthday that disagrees with the ID number: %v", err)
			}
			return nil
		})
	})
}
