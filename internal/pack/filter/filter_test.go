package filter_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/pack/filter"
	"linli/internal/pack/strict"
)

// view has one column of each type.
var view = &filter.View{Name: "fact_try", Columns: []filter.Column{
	{Name: "id", Label: "编号", Type: filter.Whole}, {Name: "flow", Label: "流程", Type: filter.Text},
	{Name: "returns", Label: "退回", Type: filter.Whole}, {Name: "open", Label: "未结", Type: filter.Flag},
	{Name: "last_step_at", Label: "最近", Type: filter.Instant}, {Name: "met", Label: "按期", Type: filter.Verdict},
}}

var migrations = fstest.MapFS{"00001_try.sql": {Data: []byte(`-- +goose Up
create table fact_try (
	id INTEGER PRIMARY KEY, flow TEXT NOT NULL, returns INTEGER NOT NULL, open INTEGER NOT NULL,
	last_step_at TEXT NOT NULL, met INTEGER NOT NULL);
-- +goose Down
drop table fact_try;
`)}}

// alsoOf makes letters stand for visits too.
func alsoOf(column, value string) []string {
	if column == "flow" && value == "letter" {
		return []string{"visit"}
	}
	return nil
}

func parse(t interface{ Fatal(...any) }, text string, params map[string]string) filter.Cond {
	doc, ps := strict.Parse("where.yaml", []byte(text))
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	var v strict.Value
	if ps := doc.Decode(&v); len(ps) > 0 {
		t.Fatal(ps)
	}
	c, ps := filter.Read(view, v, func(n string) (string, bool) { s, ok := params[n]; return s, ok }, alsoOf)
	if len(ps) > 0 {
		t.Fatal(text, ps)
	}
	return c
}

var now = time.Date(2026, 3, 17, 9, 0, 0, 0, civil.Shanghai)

// stamps are instants around the ends of terms, and none.
func stamps() []string {
	list := []string{""}
	for _, term := range []string{"1d", "3wd", "2h", "1mo"} {
		cut, err := filter.Cutoff(civil.CivilCode(), civil.MustTerm(term), now)
		if err != nil {
			panic(err)
		}
		for _, d := range []time.Duration{-time.Millisecond, 0, time.Millisecond} {
			list = append(list, filter.Stamp(cut.Add(d)))
		}
	}
	return list
}

// condition draws the text of a condition.
func condition(t *rapid.T, depth int) string {
	pick := func(label string, list ...string) string { return rapid.SampledFrom(list).Draw(t, label) }
	entries := []string{
		"flow: " + pick("flow", "mailbox", "[letter, mailbox]", `""`, "{not: visit}", "{not: [letter, visit]}"),
		"returns: " + pick("returns", "0", "[1, 2]", "{at-least: 1}", "{at-most: 2}", "{at-least: 1, at-most: 2}", "{not: 0}"),
		"open: " + pick("open", "yes", "no", "{not: yes}"),
		"last_step_at: " + pick("at", "{set: yes}", "{set: no}", "{idle: 1d}", "{idle: 3wd}", "{idle: 2h}", "{idle: 1mo}"),
		"met: " + pick("met", "on-time", "[late, undecided]", "{not: undecided}"),
	}
	if depth > 0 {
		entries = append(entries, "any: [{"+condition(t, depth-1)+"}, {"+condition(t, depth-1)+"}]")
	}
	n := rapid.IntRange(1, 3).Draw(t, "n")
	return strings.Join(rapid.Permutation(entries).Draw(t, "entries")[:n], ", ")
}

// The two readings of a condition agree on every row, on both databases.
func TestSQLAndGoAgree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var rows []filter.Row
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			rows = nil
			id := int64(0)
			for _, flow := range []string{"mailbox", "letter", "visit", ""} {
				for i, at := range stamps() {
					id++
					r := filter.Row{"id": id, "flow": flow, "returns": id % 4, "open": id % 2, "last_step_at": at, "met": int64(i%3) - 1}
					rows = append(rows, r)
					if err := tx.Exec(`insert into fact_try (id, flow, returns, open, last_step_at, met) values (?, ?, ?, ?, ?, ?)`,
						id, flow, id%4, id%2, at, int64(i%3)-1); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(rt *rapid.T) {
			text := "{" + condition(rt, 2) + "}"
			b, err := parse(rt, text, nil).At(civil.CivilCode(), now)
			if err != nil {
				rt.Fatal(err)
			}
			var inGo []int64
			for _, r := range rows {
				if b.Match(r) {
					inGo = append(inGo, r["id"].(int64))
				}
			}
			if inSQL := query(rt, d, b); !slices.Equal(inGo, inSQL) {
				rt.Fatalf("%s\n go  %v\n sql %v", text, inGo, inSQL)
			}
		})
	}, migrations)
}

func query(t *rapid.T, d *db.DB, b filter.Bound) []int64 {
	var ids []int64
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		text, args := b.SQL()
		rows, err := tx.Query("select id from fact_try where "+text+" order by id", args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// The cut-off is the last instant whose term has ended: one millisecond later it has not.
func TestCutoff(t *testing.T) {
	law := civil.CivilCode()
	rapid.Check(t, func(rt *rapid.T) {
		at := time.UnixMilli(rapid.Int64Range(1.7e12, 1.9e12).Draw(rt, "now")).In(civil.Shanghai)
		term, err := civil.ParseTerm(fmt.Sprint(rapid.IntRange(1, 40).Draw(rt, "n")) + rapid.SampledFrom([]string{"d", "wd", "mo", "wh", "h", "m"}).Draw(rt, "unit"))
		if err != nil {
			rt.Fatal(err)
		}
		cut, err := filter.Cutoff(law, term, at)
		if err != nil {
			rt.Fatal(err)
		}
		before, err := law.Due(cut, term, nil)
		if err != nil {
			rt.Fatal(err)
		}
		after, err := law.Due(cut.Add(time.Millisecond), term, nil)
		if err != nil {
			rt.Fatal(err)
		}
		if before.After(at) || !after.After(at) {
			rt.Fatalf("%s before %s: cut %s ends %s, the next millisecond ends %s", term, at, cut, before, after)
		}
	})
}

// A $param stands for its value, in every type.
func TestParams(t *testing.T) {
	params := map[string]string{"n": "2", "term": "3wd", "flow": "mailbox", "yes": "yes"}
	a := parse(t, "{flow: $flow, returns: {at-least: $n}, open: $yes, last_step_at: {idle: $term}}", params)
	b := parse(t, "{flow: mailbox, returns: {at-least: 2}, open: yes, last_step_at: {idle: 3wd}}", nil)
	if fmt.Sprint(a.Columns()) != "[flow returns open last_step_at]" {
		t.Errorf("columns %v", a.Columns())
	}
	for _, c := range []filter.Cond{a, b} {
		bound, err := c.At(civil.CivilCode(), now)
		if err != nil {
			t.Fatal(err)
		}
		text, args := bound.SQL()
		want := "(flow in (?) and returns >= ? and open = 1 and (last_step_at <> '' and last_step_at <= ?)) [mailbox 2 2026-03-11T15:59:59.999Z]"
		if got := fmt.Sprint(text, " ", args); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// A value that stands for others matches them and excludes them; what is read out names only what was written.
func TestAlso(t *testing.T) {
	for text, want := range map[string]map[string]bool{
		"{flow: letter}":                           {"letter": true, "visit": true, "mailbox": false},
		"{flow: {not: letter}}":                    {"letter": false, "visit": false, "mailbox": true},
		"{flow: visit}":                            {"letter": false, "visit": true, "mailbox": false},
		"{any: [{flow: letter}, {flow: mailbox}]}": {"letter": true, "visit": true, "mailbox": true},
	} {
		c := parse(t, text, nil)
		b, err := c.At(civil.CivilCode(), now)
		if err != nil {
			t.Fatal(err)
		}
		for flow, match := range want {
			if b.Match(filter.Row{"flow": flow}) != match {
				t.Errorf("%s on %s: %v", text, flow, !match)
			}
		}
		if strings.Contains(c.Words(nil), "visit") != strings.Contains(text, "visit") {
			t.Errorf("%s says %s", text, c.Words(nil))
		}
	}
}

// A condition that means nothing is refused where it stands.
func TestRefusals(t *testing.T) {
	for text, want := range map[string]string{
		"{flwo: a}":                              "where.yaml:1:2: fact_try 没有“flwo”这一列",
		"{open: maybe}":                          "where.yaml:1:8: open（未结）应为 yes 或 no",
		"{returns: two}":                         "应为整数",
		"{returns: {at-least: two}}":             "应为整数",
		"{returns: {at-least: 3, at-most: 2}}":   "没有符合的行",
		"{met: soon}":                            "应为 on-time、late 或 undecided",
		"{last_step_at: x}":                      "只能用 set 或 idle",
		"{last_step_at: {idle: soon}}":           "期限",
		"{last_step_at: {set: maybe}}":           "不能这样用于",
		"{flow: {idle: 3d}}":                     "不能这样用于",
		"{flow: {}}":                             "条件没有内容",
		"{flow: []}":                             "列表是空的",
		"{flow: [[a]]}":                          "应为单个值",
		"{flow: $nothing}":                       "没有参数 nothing",
		"{any: [{open: yes}]}":                   "两个以上条件",
		"[flow]":                                 "条件应写成",
		"{open: yes, \"id; drop table x\": yes}": "没有“id; drop table x”这一列",
	} {
		doc, ps := strict.Parse("where.yaml", []byte(text))
		if len(ps) > 0 {
			t.Fatal(text, ps)
		}
		var v strict.Value
		doc.Decode(&v)
		_, ps = filter.Read(view, v, nil, nil)
		if len(ps) == 0 || !strings.Contains(ps.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, ps, want)
		}
	}
}
