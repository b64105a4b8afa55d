package notice_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/duty"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/indicator"
	"linli/internal/indicator/indicatortest"
	"linli/internal/notice"
	"linli/internal/notify"
	"linli/internal/staff"
)

var now = civil.MustDate("2026-07-03").In(civil.Shanghai).Add(10 * time.Hour)
var from = civil.MustDate("2026-04-01")

const document, kind = "sm12-69", "mailbox-bulletin"

// office is a city whose second quarter is over: the mailbox got letters for three units.
type office struct {
	*indicatortest.City
	t *testing.T
	n *notice.Notices
	d *duty.Duties
}

func each(t *testing.T, test func(o office)) {
	clock := dbtest.NewClock()
	clock.Set(now)
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		c := indicatortest.Open(t, d)
		o := office{City: c, t: t, d: duty.New(duty.Options{Law: civil.CivilCode(), Packs: c.Index})}
		o.n = notice.New(notice.Options{Packs: c.Index, Counts: indicator.New(indicator.Options{Law: civil.CivilCode(), Packs: c.Index}), Duties: o.d})
		dbtest.Write(t, d, func(tx *db.Tx) error {
			for lead, n := range map[string][2]int{"housing": {40, 36}, "roads": {12, 6}, "east-gov": {3, 1}} {
				for i := range n[0] {
					if err := letter(tx, lead, i, i < n[1]); err != nil {
						return err
					}
				}
			}
			_, err := o.d.Sweep(tx)
			return err
		})
		test(o)
	}, append(slices.Clone(indicatortest.Migrations), indicator.Migrations, notice.Migrations)...)
}

// letter puts a settled letter of May, answered in time or not.
func letter(tx *db.Tx, lead string, i int, onTime bool) error {
	id := db.NewID()
	situation, err := json.Marshal(flow.Situation{Flow: "mailbox", State: flow.Closed, Desk: "mayors", Lead: lead})
	if err != nil {
		return err
	}
	at := db.At(civil.MustDate("2026-05-06").AddDays(i % 20).In(civil.Shanghai))
	return tx.Exec(`insert into case_record (id, number, document, pack_version, flow, first_flow, channel, title, place, path, desk, lead, state, open,
		situation, version, month, registered_at, replied_at, closed_at, last_step_at, yellow_at, replied, met, met_target, late)
		values (?, ?, 'sm12-69', '', 'mailbox', 'mailbox', 'mayors-mailbox', '张某反映漏水', '411202', ?, 'mayors', ?, 'closed', 0, ?, 1, '2026-05', ?, ?, ?, ?, '', 1, ?, ?, ?)`,
		id, fmt.Sprint("SZXX-", id), indicatortest.East, lead, string(situation), at, at, at, at, oneIf(onTime), oneIf(onTime), oneIf(!onTime))
}

func oneIf(b bool) int { return map[bool]int{true: 1}[b] }

func (o office) write(fn func(tx *db.Tx) error) error { return o.DB.Write(o.t.Context(), fn) }

func (o office) make() (b notice.Bulletin) {
	o.t.Helper()
	dbtest.Write(o.t, o.DB, func(tx *db.Tx) (err error) { b, err = o.n.Make(tx, o.Supervisor, document, kind, from); return err })
	return b
}

func (o office) sign(b notice.Bulletin, open bool) {
	o.t.Helper()
	dbtest.Write(o.t, o.DB, func(tx *db.Tx) error {
		_, err := o.n.Sign(tx, o.Supervisor, b.ID, notice.Signing{Number: "三政办通〔2026〕3号", Open: open, Digest: b.Digest})
		return err
	})
}

func (o office) check(b notice.Bulletin) (p notice.Proof) {
	o.t.Helper()
	dbtest.Read(o.t, o.DB, func(tx *db.Tx) (err error) {
		if b, err = o.n.Get(tx, o.Supervisor, b.ID); err == nil {
			p, err = o.n.Check(tx, o.Supervisor, b)
		}
		return err
	})
	return p
}

// The draft says what the cases say, with its definitions; signing freezes it, finishes the duty and tells the units.
func TestBulletin(t *testing.T) {
	each(t, func(o office) {
		b := o.make()
		if want := "关于2026年第二季度“市长信箱”信件办理情况的通报"; b.Title != want || b.IssuerName != "市政府办公室" {
			t.Errorf("title %s of %s", b.Title, b.IssuerName)
		}
		total := b.Figures.Sections[0]
		if got := total.Groups[0].Figures[0].Hit; got != 55 {
			t.Errorf("received %d letters, want 55", got)
		}
		onTime := slices.IndexFunc(total.Measures, func(m notice.Measure) bool { return m.ID == "mailbox-on-time" })
		if got := total.Groups[0].Figures[onTime]; got.Hit != 43 || got.Base != 55 {
			t.Errorf("on time %d of %d, want 43 of 55", got.Hit, got.Base)
		}
		if m := total.Measures[onTime]; m.Cases == "" || m.Hit == "" || len(m.Basis) == 0 || m.Version == "" {
			t.Errorf("the definition is not told: %+v", m)
		}
		again := o.make()
		if again.ID != b.ID {
			t.Error("a second draft of one period")
		}
		o.sign(again, false)
		if err := o.write(func(tx *db.Tx) error { _, err := o.n.Make(tx, o.Supervisor, document, kind, from); return err }); fault.KindOf(err) != fault.KindConflict {
			t.Errorf("made again after signing: %v", err)
		}
		dbtest.Read(t, o.DB, func(tx *db.Tx) error {
			task, err := o.d.Find(tx, document, "mailbox-bulletin", "office", from)
			if err != nil || task.State != duty.Done || !strings.Contains(task.Evidence, b.ID.String()) {
				t.Errorf("the duty: %+v, %v", task, err)
			}
			told, err := notify.Inbox(tx, []string{notify.Unit("roads")}, notify.Page{})
			told = slices.DeleteFunc(told, func(m notify.Message) bool { return !strings.HasPrefix(m.Subject, "通报：") }) // not the reminders of duties
			if len(told) != 1 {
				t.Errorf("%d messages to a unit", len(told))
			}
			sum, err2 := notice.Witness().Digest(tx, audit.Entry{Subject: "notice:" + b.ID.String()})
			if err2 != nil || sum == [32]byte{} {
				t.Errorf("witness: %x %v", sum, err2)
			}
			return err
		})
	})
}

// Figures reproduce until somebody touches the cases; then it is said which changed, and of moved cases too.
func TestReproduces(t *testing.T) {
	each(t, func(o office) {
		b := o.make()
		if p := o.check(b); !p.Same {
			t.Fatalf("at once: %+v", p)
		}
		exec := func(sql string) {
			dbtest.Write(t, o.DB, func(tx *db.Tx) error { return tx.Exec(sql) })
		}
		exec(`update case_record set lead = 'roads' where id = (select min(id) from case_record where lead = 'housing' and met = 1)`)
		p := o.check(b)
		if p.Same || len(p.Changes) == 0 {
			t.Fatalf("a case changed hands: %+v", p)
		}
		for _, c := range p.Changes {
			if c.Section != "各单位办理情况" {
				t.Errorf("the whole changed too: %+v", c)
			}
		}
		exec(`update case_record set met = 0 where id = (select min(id) from case_record where lead = 'housing' and met = 1)`)
		exec(`update case_record set met = 1 where id = (select max(id) from case_record where lead = 'housing' and met = 0)`)
		p = o.check(b)
		if len(p.Moved) == 0 {
			t.Errorf("one met for another is not noticed: %+v", p)
		}
	})
}

// The public version names no case and hides what is about few, so that it cannot be worked out either.
func TestPublic(t *testing.T) {
	each(t, func(o office) {
		b := o.make()
		list := func() (list []notice.Bulletin) {
			dbtest.Read(t, o.DB, func(tx *db.Tx) (err error) { list, err = o.n.PublicList(tx, 10); return err })
			return list
		}
		if len(list()) != 0 {
			t.Error("a draft is public")
		}
		o.sign(b, true)
		open := list()
		if len(open) != 1 {
			t.Fatalf("%d public bulletins", len(open))
		}
		text, err := json.Marshal(open[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"张某", "SZXX-", o.Supervisor.Name} {
			if strings.Contains(string(text), secret) {
				t.Errorf("the public version holds %q", secret)
			}
		}
		for _, g := range open[0].Figures.Sections[1].Groups {
			// east-gov has three letters; roads is hidden with it, for it is the smallest of the others.
			if hidden := g.Figures[0].Hidden; hidden != (g.Key != "housing") || hidden && g.Figures[0].Hit != 0 {
				t.Errorf("%s: %+v", g.Key, g.Figures[0])
			}
		}
		if err := o.write(func(tx *db.Tx) error { return o.n.Withdraw(tx, o.Supervisor, b.ID, "数字有误") }); err != nil {
			t.Fatal(err)
		}
		if len(list()) != 0 {
			t.Error("a withdrawn bulletin is public")
		}
		if b := o.make(); b.State != notice.Draft {
			t.Error("no new draft after a withdrawal")
		}
	})
}

// Who may not is refused; what is not over, or was made again meanwhile, too.
func TestRefusals(t *testing.T) {
	each(t, func(o office) {
		make := func(by staff.Actor, id string, from civil.Date) error {
			return o.write(func(tx *db.Tx) error { _, err := o.n.Make(tx, by, document, id, from); return err })
		}
		for name, c := range map[string]struct {
			err  error
			want fault.Kind
		}{
			"handler": {make(o.Handler, kind, from), fault.KindForbidden}, "leader": {make(o.Leader, kind, from), fault.KindForbidden},
			"running quarter": {make(o.Supervisor, kind, civil.MustDate("2026-07-01")), fault.KindInvalid},
			"odd day":         {make(o.Supervisor, kind, civil.MustDate("2026-04-02")), fault.KindInvalid},
			"unknown":         {make(o.Supervisor, "x", from), fault.KindInvalid},
		} {
			if fault.KindOf(c.err) != c.want {
				t.Errorf("%s: %v", name, c.err)
			}
		}
		b := o.make()
		sign := func(by staff.Actor, s notice.Signing) error {
			return o.write(func(tx *db.Tx) error { _, err := o.n.Sign(tx, by, b.ID, s); return err })
		}
		if err := sign(o.Supervisor, notice.Signing{Digest: b.Digest}); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("without number: %v", err)
		}
		if err := sign(o.Supervisor, notice.Signing{Number: "1号", Digest: "other"}); fault.KindOf(err) != fault.KindConflict {
			t.Errorf("other figures: %v", err)
		}
		if err := sign(o.County, notice.Signing{Number: "1号", Digest: b.Digest}); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("by a county: %v", err)
		}
		if err := sign(o.Leader, notice.Signing{Number: "1号", Digest: b.Digest}); fault.KindOf(err) != fault.KindForbidden {
			t.Errorf("by a leader: %v", err)
		}
	})
}

// The file opens in office programs, and nothing in it runs there.
func TestCSV(t *testing.T) {
	b := notice.Bulletin{Figures: notice.Frozen{Sections: []notice.Section{{Heading: "总体", Measures: []notice.Measure{{Name: "=cmd()", Percent: true}},
		Groups: []notice.Group{{Name: "甲", Figures: []notice.Number{{Hit: 1, Base: 3, All: 4}}}, {Name: "乙", Figures: []notice.Number{{Hidden: true}}}}}}}}
	var buf bytes.Buffer
	if err := notice.WriteCSV(&buf, b); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(buf.String(), "\uFEFF")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if !ok || err != nil || len(rows) != 3 {
		t.Fatalf("%v %d rows: %s", err, len(rows), text)
	}
	if rows[1][2] != "'=cmd()" || rows[1][3] != "33.3" || rows[2][3] != "不公开" || rows[2][4] != "" {
		t.Errorf("%q", rows[1:])
	}
}
