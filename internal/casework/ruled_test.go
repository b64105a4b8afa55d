package casework_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/packs"
)

// street is a document about matters found in the street, and a rulebook beside it.
var street = map[string]string{
	"t/st/document.yaml": "document: st\nnumber: 试〔2026〕1号\ntitle: 巡查办法\nissuer: 试\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n",
	"t/st/clauses.yaml":  "- { id: \"1\", at: 一, gist: 巡查, runs: [flow/walked] }\n- { id: \"2\", at: 二, gist: 垃圾, runs: standard/event-01-10-1 }\n",
	"t/st/offices.yaml":  "offices:\n  - { id: watching, name: 监督中心, serves: [desk], basis: \"1\" }\n  - { id: commanding, name: 指挥中心, serves: [dispatcher], basis: \"1\" }\n",
	"t/st/flows/w.yaml": `flow: walked
name: 巡查
channel: grid
basis: "1"
offices: { desk: watching, dispatcher: commanding }
bound: [desk, dispatcher]
facts:
  - { name: standard, label: 立案标准, kind: text, basis: "1" }
  - { name: term, label: 处置时限, kind: term, basis: "1" }
states: [{ id: opened, name: 已立案, open: yes }]
steps:
  register: { by: [patrol, desk, reporter], basis: "1" }
  open: { name: 立案, from: [accepted], to: opened, by: [desk], needs: [standard, position], sets: [standard, term], basis: "1" }
  spread: { name: 涉及其他网格, from: [opened, dispatched], by: [desk], needs: places, basis: "1" }
  dispatch: { from: [opened], by: [dispatcher], never: [accept, open], apart: [accept, open], basis: "1" }
  verify: { by: [patrol], basis: "1" }
clocks:
  - { id: handle, name: 处置, from: dispatch, until: reply, limit: =term, basis: "1" }
`,
	"t/st/standards/e.yaml": "- { standard: event-01-10-1, kind: event, code: event-01-10, group: 市容, name: 暴露垃圾, units: [watching], opens: 成堆的垃圾, closes: 清走, term: 4wh, basis: \"2\" }\n",
}

// inTheStreet is a town with that document, two grids, and people of the two centres.
func inTheStreet(t *testing.T, test func(w *town)) {
	each(t, func(t *testing.T, w *town) {
		src := fstest.MapFS{}
		err := fs.WalkDir(packs.Files, ".", func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				text, _ := fs.ReadFile(packs.Files, path)
				src[path] = &fstest.MapFile{Data: text}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range street {
			src[name] = &fstest.MapFile{Data: []byte(text)}
		}
		w.src = src
		w.openCases()
		dbtest.Write(t, w.d, w.gridPeople)
		test(w)
	})
}

func (w *town) gridPeople(tx *db.Tx) error {
	root := staff.Actor{Login: "command", Via: staff.ViaCommand}
	for _, code := range []string{"411202001001001", "411202001001002"} {
		if err := place.Add(tx, place.Change{By: "command"}, place.New{Code: code, Name: "网格" + code[12:], Parent: "411202001001", Level: "网格"}); err != nil {
			return err
		}
	}
	for _, u := range []staff.Unit{{Code: "sm-watch", Name: "市监督中心", Place: "4112", Offices: []string{"watching"}},
		{Code: "sm-command", Name: "市指挥中心", Place: "4112", Offices: []string{"commanding"}}} {
		if err := staff.PutUnit(tx, root, u); err != nil {
			return err
		}
	}
	password, err := hashed()
	if err != nil {
		return err
	}
	for _, o := range []struct {
		login, unit string
		role        staff.Role
		place       string
	}{{"jiandu", "sm-watch", staff.Desk, "4112"}, {"zhihui", "sm-command", staff.Dispatcher, "4112"},
		{"walker", "", staff.Grid, "411202001001001"}, {"neighbour", "", staff.Grid, "411202001001002"}} {
		a, err := staff.Create(tx, root, staff.Account{Login: o.login, Name: o.login, Unit: o.unit}, password)
		if err != nil {
			return err
		}
		if err := staff.Allow(tx, root, a.ID, o.role, o.place, ""); err != nil {
			return err
		}
		if w.who[o.login], err = staff.ActorOf(tx, a.ID, staff.ViaPage); err != nil {
			return err
		}
	}
	return nil
}

// sees reports whether somebody finds a case by itself, in his queue and by its words; all three must say the same.
func (w *town) sees(who string, id db.ID) bool {
	w.t.Helper()
	_, err := w.get(who, id)
	alone := err == nil
	err = w.d.Read(context.Background(), func(tx *db.Tx) error {
		lines, _, err := w.cases.Queue(tx, w.who[who], casework.Query{})
		if err != nil {
			return err
		}
		is := func(l casework.Line) bool { return l.ID == id }
		if slices.ContainsFunc(lines, is) != alone {
			w.t.Errorf("%s: alone %v, in the queue %v", who, alone, !alone)
		}
		found, err := w.cases.Find(tx, w.who[who], "垃圾", 0, 0)
		if slices.ContainsFunc(found, is) != alone {
			w.t.Errorf("%s: alone %v, by its words %v", who, alone, !alone)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return alone
}

func TestAGridWorkersReport(t *testing.T) {
	inTheStreet(t, func(w *town) {
		in := casework.Intake{Flow: "walked", Place: "411202001001001", Title: "成堆的垃圾", Body: "垃圾堆在东门外", Spot: "东门外"}
		r := w.register("walker", in)
		k, err := w.get("walker", r.Case)
		if err != nil || k.Situation.Desk != "sm-watch" || k.Situation.Doers[0].Account != w.who["walker"].Account.String() {
			t.Fatalf("case %+v, %v", k, err)
		}
		if w.sees("neighbour", r.Case) {
			t.Error("the worker of another grid sees it")
		}
		letterOfTheGrid := letter("垃圾清运")
		letterOfTheGrid.Place = "411202001001001"
		if l := w.register("desk", letterOfTheGrid); w.sees("walker", l.Case) {
			t.Error("a grid worker sees a letter to the mayor from his grid")
		}
		w.refused("dispatcher", r.Case, fault.KindForbidden, flow.Accept)
		w.do("jiandu", r.Case, flow.Accept)
		w.refused("jiandu", r.Case, fault.KindInvalid, "open")
		w.refused("jiandu", r.Case, fault.KindInvalid, "open", standard("st:nothing"))
		w.do("jiandu", r.Case, "open", standard("st:event-01-10-1"), sets(map[string]any{"term": "300d"}))
		w.do("jiandu", r.Case, "spread", also("411202001001002"))
		if !w.sees("neighbour", r.Case) || !w.sees("walker", r.Case) {
			t.Error("those whom it concerns do not see it")
		}
		w.refused("dispatcher", r.Case, fault.KindForbidden, flow.Dispatch, to("sm-water"))
		w.do("zhihui", r.Case, flow.Dispatch, to("sm-water"))
		if k, err = w.get("jiandu", r.Case); err != nil {
			t.Fatal(err)
		}
		if k.Kind != "event-01-10" || k.Situation.Facts["term"] != "4wh" || !k.Situation.Running[0].Limit.Equal(at("2026-10-12 15:00")) {
			t.Errorf("kind %s, facts %v, clocks %+v", k.Kind, k.Situation.Facts, k.Situation.Running)
		}
		if s := w.cases.StandardOf(k); s == nil || s.Name != "暴露垃圾" {
			t.Errorf("it was opened by %+v", s)
		}
		w.openedBy(r.Case)
		w.do("water", r.Case, flow.Reply, words("已清走"))
		w.refused("verifier", r.Case, fault.KindForbidden, flow.Verify)
		w.do("neighbour", r.Case, flow.Verify)
		k, _ = w.get("jiandu", r.Case)
		if again, err := w.cases.Replay(k, w.steps(r.Case)); err != nil || !sameJSON(t, again, k.Situation) {
			t.Errorf("the history leads to %+v, %v", again, err)
		}
	})
}

func standard(ref string) func(*casework.Act) {
	return func(a *casework.Act) { a.Standard = ref }
}

func also(codes ...string) func(*casework.Act) {
	return func(a *casework.Act) { a.Also = codes }
}

// openedBy looks at the step that opened a case: it rests on the row's clause, and says where.
func (w *town) openedBy(id db.ID) {
	w.t.Helper()
	steps := w.steps(id)
	i := slices.IndexFunc(steps, func(s casework.Step) bool { return s.Verb == "open" })
	if i < 0 || steps[i].Basis != "st#1,st#2" || steps[i].Act.Spot != "东门外" || !slices.Equal(steps[i].Act.Cites, []law.Clause{{Document: "st", ID: "2"}}) {
		w.t.Errorf("steps %+v", steps)
	}
}

func (w *town) steps(id db.ID) (steps []casework.Step) {
	w.t.Helper()
	err := w.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		steps, err = w.cases.History(tx, w.who["jiandu"], id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return steps
}

func sameJSON(t *testing.T, a, b any) bool {
	t.Helper()
	x, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(x) == string(y)
}
