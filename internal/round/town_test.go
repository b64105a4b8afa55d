package round_test

import (
	"context"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"linli/internal/audit"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fact"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/once"
	"linli/internal/pack"
	"linli/internal/pack/packtest"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/round"
	"linli/internal/search"
	"linli/internal/staff"
)

// texts is a small document that asks for rounds.
var texts = map[string]string{
	"document.yaml": "document: d1\nnumber: 甲〔2026〕1号\ntitle: 检查办法\nissuer: 甲市\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-01-05\" }\n",
	"clauses.yaml":  "- { id: \"1\", at: 一, gist: 检查, runs: [flow/hazard, round/firms] }\n- { id: \"2\", at: 二, gist: 复查, human: 由人复查 }\n",
	"offices.yaml":  "offices:\n  - { id: station, name: 安监站, serves: [lead], basis: 1 }\n  - { id: bureau, name: 安监局, serves: [desk], basis: 1 }\n",
	"flows/f.yaml":  "flow: hazard\nname: 隐患\nchannel: hazard\nform: hazard\nbasis: 1\noffices: { desk: bureau }\n",
	"forms/f.yaml":  "form: hazard\ntitle: 隐患\nbasis: 1\nfields:\n  - { name: what, label: 隐患, kind: text, required: yes }\n  - { name: list, label: 检查表, kind: text }\n",
	"checklists/c.yaml": `checklist: firm
name: 企业检查表
basis: 1
items:
  - { item: exit, says: 出口畅通, kind: yes-no, points: 60, veto: yes, basis: 1 }
  - { item: tools, says: 灭火器具数, kind: number, points: 40, least: 2, basis: 1 }
grades: [{ grade: A, least: 90, basis: 1 }, { grade: B, least: 50, basis: 1 }, { grade: D, least: 0, basis: 1 }]
`,
	"rounds/r.yaml": `- round: firms
  name: 企业检查
  who: station
  watch: bureau
  subjects: { kind: organisation, of: [enterprise], key-grades: [D] }
  every: month
  quota: { per: person, counts: subjects, key: 1, ordinary: 2, basis: 1 }
  coverage: { percent: 100, basis: 1 }
  list: firm
  opens: { flow: hazard, fields: { what: =says, list: =list }, basis: 1 }
  far: 100
  basis: 1
- round: grid
  name: 网格巡查
  who: grid
  subjects: { kind: place, of: [网格] }
  every: day
  opens: { flow: hazard, fields: { what: =says }, basis: 1 }
  basis: 1
- round: corrected
  name: 整改复查
  who: bureau
  subjects: { kind: case, of: [hazard], states: [replied] }
  every: month
  basis: 1
- round: closed
  name: 办结抽查
  who: bureau
  subjects: { kind: case, of: [hazard] }
  every: month
  recheck: { percent: 20, basis: 1 }
  basis: 1
- round: spring
  name: 春雨行动
  who: station
  subjects: { kind: organisation, of: [enterprise] }
  campaign: { from: "2026-05-01", to: "2026-06-14", basis: 1 }
  list: firm
  basis: 1
`,
}

// town is a small town with its rounds under a clock of ours.
type town struct {
	*testing.T
	db     *db.DB
	clock  *dbtest.Clock
	cases  *casework.Cases
	rounds *round.Rounds

	worker, deputy, inspector, second, bureau, handler, supervisor, stranger, desk staff.Actor
	firms                                                                          []register.Organisation
}

var migrations = []fs.FS{audit.Migrations, job.Migrations, search.Migrations, once.Migrations, place.Migrations, fact.Migrations, register.Migrations,
	staff.Migrations, notify.Migrations, casework.Migrations, round.Migrations}

func at(day string) time.Time { return civil.MustDate(day).In(civil.Shanghai).Add(9 * time.Hour) }

func each(t *testing.T, test func(w *town)) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(at("2026-03-02"))
		files := fstest.MapFS{}
		for name, text := range texts {
			files["d1/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
		ix, err := pack.Load(files, pack.Options{Shelf: packtest.Shelf})
		if err != nil {
			t.Fatal(err)
		}
		people, err := register.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		packs := func() *pack.Index { return ix }
		w := &town{T: t, db: d, clock: clock}
		w.cases = casework.New(casework.Options{City: "4112", Law: civil.CivilCode(), Packs: packs, People: people})
		w.rounds = round.New(round.Options{Packs: packs, Cases: w.cases})
		w.write(w.settle)
		test(w)
	}, migrations...)
}

func (w *town) write(fn func(tx *db.Tx) error) {
	w.Helper()
	dbtest.Write(w.T, w.db, fn)
}

func (w *town) read(fn func(tx *db.Tx) error) {
	w.Helper()
	dbtest.Read(w.T, w.db, fn)
}

// sweep runs the sweep on a day.
func (w *town) sweep(day string) round.Sweep {
	w.Helper()
	w.clock.Set(at(day))
	s, err := w.rounds.Sweep(context.Background(), w.db, func(int, int) error { return nil })
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// today lists the tasks of somebody.
func (w *town) today(by staff.Actor) (list []round.Task) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) { list, err = w.rounds.Today(tx, by); return err })
	return list
}

// record records a visit.
func (w *town) record(by staff.Actor, v round.Visit) (d round.Done, err error) {
	err = w.db.Write(w.Context(), func(tx *db.Tx) (err error) { d, err = w.rounds.Record(tx, by, v); return err })
	return d, err
}

// must is record that succeeds.
func (w *town) must(by staff.Actor, v round.Visit) round.Done {
	w.Helper()
	d, err := w.record(by, v)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

func (w *town) settle(tx *db.Tx) error {
	for _, n := range []place.New{{Code: "4112", Name: "示例市", Level: "市"}, {Code: "411202", Name: "东城区", Level: "县", Parent: "4112"},
		{Code: "411202001", Name: "前进镇", Level: "乡", Parent: "411202"}, {Code: "411202001001", Name: "前进社区", Level: "村", Parent: "411202001"},
		{Code: "411202001001W1", Name: "前进一网格", Level: "网格", Parent: "411202001001"}, {Code: "411202001001W2", Name: "前进二网格", Level: "网格", Parent: "411202001001"}} {
		if err := place.Add(tx, place.Change{On: civil.MustDate("2010-01-01"), Basis: "测试"}, n); err != nil {
			return err
		}
	}
	root := staff.Actor{Login: "command:test", Name: "测试", Via: staff.ViaCommand}
	for _, u := range []staff.Unit{{Code: "station", Name: "前进镇安监站", Place: "411202001", Offices: []string{"station"}},
		{Code: "bureau", Name: "区安监局", Place: "411202", Offices: []string{"bureau"}}, {Code: "works", Name: "区住建局", Place: "411202"}} {
		if err := staff.PutUnit(tx, root, u); err != nil {
			return err
		}
	}
	for _, p := range []struct {
		to                *staff.Actor
		login, name, unit string
		role              staff.Role
		place, of         string
	}{
		{&w.worker, "worker", "网格员甲", "", staff.Grid, "411202001001W1", ""}, {&w.deputy, "deputy", "网格员乙", "", staff.Grid, "411202001001W2", ""},
		{&w.inspector, "inspector", "检查员甲", "station", staff.Handler, "", "station"}, {&w.second, "second", "检查员乙", "station", staff.Handler, "", "station"},
		{&w.bureau, "bureau", "安监局", "bureau", staff.Handler, "", "bureau"}, {&w.handler, "handler", "住建局", "works", staff.Handler, "", "works"},
		{&w.supervisor, "supervisor", "督查员", "bureau", staff.Supervisor, "411202", ""}, {&w.desk, "desk", "登记员", "bureau", staff.Desk, "411202", ""},
		{&w.stranger, "stranger", "外人", "works", staff.Auditor, "", "works"},
	} {
		a, err := staff.Create(tx, root, staff.Account{Login: p.login, Name: p.name, Unit: p.unit}, "unusable")
		if err == nil {
			err = staff.Allow(tx, root, a.ID, p.role, p.place, p.of)
		}
		if err != nil {
			return err
		}
		if *p.to, err = staff.ActorOf(tx, a.ID, staff.ViaPage); err != nil {
			return err
		}
	}
	for _, name := range []string{"甲厂", "乙厂", "丙厂", "丁厂"} {
		o, err := register.PutOrganisation(tx, register.Organisation{Name: name, Place: "411202001001", Kind: "enterprise"})
		if err != nil {
			return err
		}
		w.firms = append(w.firms, o)
	}
	_, err := register.PutOrganisation(tx, register.Organisation{Name: "小店", Place: "411202001001", Kind: "shop"})
	return err
}
