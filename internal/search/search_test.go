package search_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fault"
	"linli/internal/search"
)

type doc struct {
	kind, text string
	labels     []string
}

func put(t testing.TB, d *db.DB, docs ...doc) []db.ID {
	t.Helper()
	var ids []db.ID
	dbtest.Write(t, d, func(tx *db.Tx) error {
		ids = ids[:0]
		for _, x := range docs {
			id := db.NewID()
			if err := search.Put(tx, x.kind, id, x.text, x.labels); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	return ids
}

func find(t testing.TB, d *db.DB, q search.Query) (ids []db.ID) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) (err error) { ids, err = search.Find(tx, q); return err })
	return ids
}

func TestWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		texts := []string{
			"小区路灯坏了三天没人修",
			"灯路不通，请修路",
			"Ｗｉｆｉ 信号差，3号楼２单元",
			"电话 13800001111，编号 SM-2026-0007",
			"狗叫扰民",
			"邻居养了一只狗",
			"路边灯坏，另有路灯柱",
			"O'Brien 说 \"停水\" OR 'x' & !y (*)",
		}
		var docs []doc
		for _, s := range texts {
			docs = append(docs, doc{"case", s, []string{"p:4112"}})
		}
		ids := put(t, d, docs...)
		for words, want := range map[string][]int{
			"路灯": {6, 0}, "路灯坏了": {0}, "灯路": {1}, "路灯 三天": {0}, "wifi": {2}, "WIFI信号": {2}, "3": {2}, "2单元": {2},
			"1380000": nil, "13800001111": {3}, "sm-2026-0007": {3}, "狗": {5, 4}, "修": {1, 0}, "火灾": nil,
			"停水": {7}, "o'brien": {7}, "or": {7}, "NOT": nil, "路灯!": {6, 0}, "'": nil,
		} {
			if words == "'" {
				continue // nothing to look for: see TestRefusals
			}
			var list []db.ID
			for _, i := range want {
				list = append(list, ids[i])
			}
			if got := find(t, d, search.Query{Kind: "case", Words: words, Unrestricted: true}); !slices.Equal(got, list) {
				t.Errorf("%q found %v, want %v", words, got, list)
			}
		}
		if got := find(t, d, search.Query{Kind: "case", Words: "路灯坏", Unrestricted: true}); !slices.Contains(got, ids[0]) {
			t.Errorf("a longer word misses its text: %v", got)
		}
		if search.Matches(texts[6], "路灯坏") || !search.Matches(texts[0], "路灯坏") || !search.Matches(texts[2], "wifi 单元") {
			t.Error("Matches does not tell whole words from their pairs")
		}
	}, search.Migrations)
}

func TestLabelsDecideWhoFinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ids := put(t, d,
			doc{"case", "路灯坏了", []string{"p:4112", "p:411202", "u:cg"}},
			doc{"case", "路灯坏了", []string{"p:4112", "p:411203"}},
			doc{"notice", "路灯更换公告", []string{"p:411202"}},
			doc{"case", "路灯又坏了", []string{"p:411202", "u:cg"}})
		for name, c := range map[string]struct {
			q    search.Query
			want []db.ID
		}{
			"one place":      {search.Query{Words: "路灯", AnyLabel: []string{"p:411202"}}, []db.ID{ids[3], ids[0]}},
			"place or unit":  {search.Query{Words: "路灯", AnyLabel: []string{"p:411203", "u:cg"}}, []db.ID{ids[3], ids[1], ids[0]}},
			"once":           {search.Query{Words: "坏了", AnyLabel: []string{"p:4112", "p:411202"}}, []db.ID{ids[3], ids[1], ids[0]}},
			"other kind":     {search.Query{Kind: "notice", Words: "路灯", AnyLabel: []string{"p:411202"}}, []db.ID{ids[2]}},
			"no words":       {search.Query{AnyLabel: []string{"p:4112"}}, []db.ID{ids[1], ids[0]}},
			"no labels":      {search.Query{Words: "路灯"}, nil},
			"unrestricted":   {search.Query{Words: "路灯", Unrestricted: true}, []db.ID{ids[3], ids[1], ids[0]}},
			"all of a kind":  {search.Query{Kind: "notice", Unrestricted: true}, []db.ID{ids[2]}},
			"not a prefix":   {search.Query{Words: "路灯", AnyLabel: []string{"p:41"}}, nil},
			"label as words": {search.Query{Words: "p:411202", Unrestricted: true}, nil},
			"next page":      {search.Query{Words: "路灯", Unrestricted: true, Before: ids[3], Limit: 1}, []db.ID{ids[1]}},
			"capitals":       {search.Query{Words: "路灯", AnyLabel: []string{"u:CG"}}, nil},
			"unknown unit":   {search.Query{Words: "路灯", AnyLabel: []string{"u:zz"}}, nil},
		} {
			if c.q.Kind == "" {
				c.q.Kind = "case"
			}
			if got := find(t, d, c.q); !slices.Equal(got, c.want) {
				t.Errorf("%s: found %v, want %v", name, got, c.want)
			}
		}
	}, search.Migrations)
}

func TestPutReplacesAndRemoveRemoves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		id := put(t, d, doc{"case", "停水", []string{"u:a"}})[0]
		dbtest.Write(t, d, func(tx *db.Tx) error { return search.Put(tx, "case", id, "停电", []string{"u:b"}) })
		ask := func(words, label string) int {
			return len(find(t, d, search.Query{Kind: "case", Words: words, AnyLabel: []string{label}}))
		}
		if ask("停水", "u:b") != 0 || ask("停电", "u:a") != 0 || ask("停电", "u:b") != 1 {
			t.Fatal("the old text or labels are still found")
		}
		dbtest.Write(t, d, func(tx *db.Tx) error { return search.Remove(tx, id) })
		dbtest.Write(t, d, func(tx *db.Tx) error { return search.Remove(tx, id) })
		if ask("停电", "u:b") != 0 {
			t.Fatal("a removed document is found")
		}
	}, search.Migrations)
}

// many returns that many different characters.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteRune(rune('一' + i))
	}
	return b.String()
}

func TestRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, words := range []string{"'", "…！", many(40)} {
			err := d.Read(context.Background(), func(tx *db.Tx) error {
				_, err := search.Find(tx, search.Query{Kind: "case", Words: words, Unrestricted: true})
				return err
			})
			if fault.KindOf(err) != fault.KindInvalid || fault.As(err).Field != "q" {
				t.Errorf("%q: %v", words, err)
			}
		}
		err := d.Read(context.Background(), func(tx *db.Tx) error {
			_, err := search.Find(tx, search.Query{Words: "路灯", Unrestricted: true})
			return err
		})
		if fault.KindOf(err) != fault.KindInternal || err == nil {
			t.Errorf("without a kind: %v", err)
		}
		for _, l := range []string{"", "a b", `x"y`, "it's", "x|y"} {
			if err := d.Write(context.Background(), func(tx *db.Tx) error { return search.Put(tx, "case", 1, "x", []string{l}) }); err == nil {
				t.Errorf("label %q was accepted", l)
			}
		}
	}, search.Migrations)
}

// TestPagesAgreeWithAScan fills more than one step of the search sees and compares with reading every text: documents of one
// second, and of years with bursts and quiet times between.
func TestPagesAgreeWithAScan(t *testing.T) {
	at := time.Date(2021, 3, 1, 0, 0, 0, 0, time.UTC)
	for name, pause := range map[string]func(i int) time.Duration{
		"a second": func(int) time.Duration { return time.Millisecond / 4 },
		"years": func(i int) time.Duration {
			return []time.Duration{0, time.Millisecond, time.Hour, 50 * time.Hour, 40 * 24 * time.Hour}[i*i/800%5]
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				now := at
				pagesAgree(t, d, func(i int) db.ID { now = now.Add(pause(i) / 9); return db.FirstID(now) + db.ID(i) })
			}, search.Migrations)
		})
	}
}

func pagesAgree(t *testing.T, d *db.DB, newID func(i int) db.ID) {
	var docs []doc
	var ids []db.ID
	for i := range 3000 {
		text := "普通来信"
		if i%7 == 0 {
			text += "，路灯坏了"
		}
		if i%701 == 3 {
			text += "，井盖丢失"
		}
		if i%301 == 5 {
			text += "，漏水"
		}
		docs, ids = append(docs, doc{"case", text, []string{"p:4112", fmt.Sprint("p:", i%5)}}), append(ids, newID(i))
	}
	dbtest.Write(t, d, func(tx *db.Tx) error {
		for i, x := range docs {
			if err := search.Put(tx, x.kind, ids[i], x.text, x.labels); err != nil {
				return err
			}
		}
		return nil
	})
	for _, q := range []search.Query{
		{Words: "来信", AnyLabel: []string{"p:4112"}}, {Words: "路灯", AnyLabel: []string{"p:3"}},
		{Words: "井盖", AnyLabel: []string{"p:0", "p:1", "p:4112"}}, {Words: "漏水", Unrestricted: true}, {Words: "井盖 路灯", Unrestricted: true}, {Words: "灯", AnyLabel: []string{"p:2"}},
	} {
		q.Kind = "case"
		var want []db.ID
		for i := len(docs) - 1; i >= 0; i-- {
			allowed := q.Unrestricted || slices.ContainsFunc(q.AnyLabel, func(l string) bool { return slices.Contains(docs[i].labels, l) })
			if allowed && search.Matches(docs[i].text, q.Words) {
				want = append(want, ids[i])
			}
		}
		var got []db.ID
		for q.Limit = 40; ; {
			page := find(t, d, q)
			got = append(got, page...)
			if len(page) < q.Limit {
				break
			}
			q.Before = page[len(page)-1]
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q by %v: %d results, want %d", q.Words, q.AnyLabel, len(got), len(want))
		}
		var n int64
		dbtest.Read(t, d, func(tx *db.Tx) (err error) { n, err = search.Count(tx, q, 100); return err })
		if n != int64(min(len(want), 100)) {
			t.Errorf("%q: counted %d of %d", q.Words, n, len(want))
		}
	}
}

func TestEveryPartOfATextIsFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(r *rapid.T) {
			text := rapid.StringOf(rapid.RuneFrom([]rune("路灯坏了狗叫𠮷々abＡ７8，。 '\"\\|&!:*()=-"))).Draw(r, "text")
			chars := []rune(text)
			if len(chars) == 0 {
				return
			}
			from := rapid.IntRange(0, len(chars)-1).Draw(r, "from")
			to := rapid.IntRange(from+1, min(len(chars), from+20)).Draw(r, "to")
			part := string(chars[from:to])
			if !search.Matches(text, part) { // a piece of a word of letters is not a word
				return
			}
			id := put(t, d, doc{"case", text, []string{"x"}})[0]
			err := d.Read(context.Background(), func(tx *db.Tx) error {
				ids, err := search.Find(tx, search.Query{Kind: "case", Words: part, AnyLabel: []string{"x"}, Limit: 1})
				if err == nil && strings.TrimSpace(part) != "" && !slices.Contains(ids, id) {
					r.Fatalf("%q is not found by %q", text, part)
				}
				return err
			})
			if err != nil && fault.KindOf(err) != fault.KindInvalid {
				r.Fatal(err)
			}
		})
	}, search.Migrations)
}
