package pack_test

import (
	"strings"
	"testing"

	"linli/internal/civil"
	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/rule"
)

// withClasses adds a fact and classes that use it, a parameter and what is derived.
func withClasses() map[string]string {
	m := small()
	m["a/clauses.yaml"] = "- { id: \"1\", at: 一, gist: 答复期限, runs: [flow/f1, fact/dialect, class/old, class/alone] }\n- { id: \"2\", at: 二, gist: 走访, human: 由人走访 }\n"
	m["a/params.yaml"] += "old:\n  kind: whole\n  label: 高龄\n  is: 80\n  basis: \"1\"\n"
	m["a/facts/f.yaml"] = "fact: dialect\nlabel: 方言\nof: person\nkind: choice\noptions: [a=甲, b=乙]\nbasis: \"1\"\n"
	m["a/classes/c.yaml"] = "- { class: old, name: 高龄老人, says: 年满规定周岁, of: person, when: age >= $old && !deceased, basis: \"1\" }\n" +
		"- { class: alone, name: 独居老人, says: 独自居住的老人, of: person, when: 'age >= 60 && housemates == 0 && dialect != \"a\"', sealed: relief, basis: \"1\" }\n"
	return m
}

func TestClassesAreDerivedInThreeAnswers(t *testing.T) {
	ix := mustLoad(t, withClasses(), "")
	day := civil.MustDate("2026-10-09")
	l, err := ix.Lexicon()
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := l.Word(lexicon.Person, "dialect"); !ok {
		t.Error("the pack's word is not known")
	}
	list := ix.Classes("4112/", day)
	if len(list) != 2 || list[1].Sealed != "relief" || len(ix.Classes("5100/", day)) != 0 {
		t.Fatalf("classes %+v", list)
	}
	for _, c := range []struct {
		of    int
		facts rule.Facts
		want  rule.Verdict
		needs string
	}{
		{0, rule.Facts{"age": 81, "deceased": false}, rule.Yes, ""}, {0, rule.Facts{"age": 79, "deceased": false}, rule.No, ""},
		{0, rule.Facts{"age": 79}, rule.No, ""}, {0, rule.Facts{"deceased": false}, rule.Needs, "age"},
		{1, rule.Facts{"age": 70, "housemates": 0, "dialect": "b"}, rule.Yes, ""}, {1, rule.Facts{"age": 70, "housemates": 0}, rule.Needs, "dialect"},
	} {
		a := list[c.of].Ask(c.facts)
		if a.Value != c.want || strings.Join(a.Needs, " ") != c.needs || len(a.Trace) == 0 {
			t.Errorf("%s of %v: %v, needs %v", list[c.of].ID, c.facts, a.Value, a.Needs)
		}
	}
}

func TestClassesAndFactsThatDoNotHold(t *testing.T) {
	for name, c := range map[string]struct{ file, old, now, want string }{
		"unknown fact":    {"a/classes/c.yaml", "housemates == 0", "roommates == 0", "roommates"},
		"no yes or no":    {"a/classes/c.yaml", "age >= $old && !deceased", "age", "是否"},
		"of what":         {"a/classes/c.yaml", "of: person, when: age", "of: facility, when: age", "facility"},
		"purpose":         {"a/classes/c.yaml", "sealed: relief", "sealed: fun", "fun"},
		"option":          {"a/classes/c.yaml", `dialect != "a"`, `dialect != "c"`, "c"},
		"derived":         {"a/facts/f.yaml", "fact: dialect", "fact: age", "age"},
		"standard":        {"a/facts/f.yaml", "fact: dialect", "fact: sex", "sex"},
		"kind":            {"a/facts/f.yaml", "kind: choice", "kind: colour", "colour"},
		"no basis":        {"a/facts/f.yaml", "basis: \"1\"", "hint: x", "basis"},
		"class no clause": {"a/classes/c.yaml", "sealed: relief, basis: \"1\"", "sealed: relief, basis: \"9\"", "9"},
	} {
		t.Run(name, func(t *testing.T) {
			m := withClasses()
			if !strings.Contains(m[c.file], c.old) {
				t.Fatal("the test changes nothing")
			}
			m[c.file] = strings.Replace(m[c.file], c.old, c.now, 1)
			_, err := pack.Load(files(m), pack.Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestTwoPacksAgreeOnWords(t *testing.T) {
	m := withClasses()
	again(m, "d2", "f2")
	m["b/facts/f.yaml"] = m["a/facts/f.yaml"]
	if _, err := pack.Load(files(m), pack.Options{}); err != nil {
		t.Errorf("one meaning in two packs: %v", err)
	}
	m["b/facts/f.yaml"] = strings.Replace(m["a/facts/f.yaml"], "b=乙", "b=丙", 1)
	_, err := pack.Load(files(m), pack.Options{})
	if err == nil || !strings.Contains(err.Error(), "dialect") {
		t.Errorf("two meanings of one word: %v", err)
	}
}
