package lexicon_test

import (
	"testing"

	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/rule"
)

func TestStandardWordsReadTheirOwnValues(t *testing.T) {
	l := lexicon.Standard()
	if n := len(l.Words(lexicon.Person)); n < 40 {
		t.Errorf("only %d words for a person", n)
	}
	for _, c := range []struct{ name, given, kept, shown string }{
		{"born", "1985年1月2日", "1985-01-02", "1985-01-02"}, {"education", "bachelor", "bachelor", "本科"}, {"alone", "是", "true", "是"},
		{"income_month", "¥1,200.50", "1200.5", "1200.5元"}, {"children", "２", "2", "2"},
	} {
		w, ok := l.Word(lexicon.Person, c.name)
		if !ok {
			t.Fatalf("no word %s", c.name)
		}
		kept, err := w.Check(c.given)
		if err != nil || kept != c.kept || w.Show(kept) != c.shown {
			t.Errorf("%s: %q is kept as %q, shown as %q, %v", c.name, c.given, kept, w.Show(kept), err)
		}
		if again, err := w.Check(kept); err != nil || again != kept {
			t.Errorf("%s: what is kept reads as %q, %v", c.name, again, err)
		}
		if w.Value(kept) == nil {
			t.Errorf("%s: rules cannot read %q", c.name, kept)
		}
	}
	for name, value := range map[string]string{"born": "1985-02-30", "education": "phd", "children": "-1", "sex": "", "unknown": "x"} {
		if _, err := l.Check(lexicon.Person, name, value); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%s=%q: %v", name, value, err)
		}
	}
	if _, err := rule.NewEnv(l.Types(lexicon.Person)); err != nil {
		t.Error(err)
	}
}

func TestAPackAddsWords(t *testing.T) {
	src := rule.Source{}
	extra := lexicon.Word{Name: "dialect", Label: "方言", Of: lexicon.Person, Kind: "choice", Options: []form.Option{{Value: "a", Label: "甲"}}}
	l, err := lexicon.Standard().With(src, extra)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := l.Word(lexicon.Person, "dialect"); !ok {
		t.Error("the word is not there")
	}
	if _, ok := lexicon.Standard().Word(lexicon.Person, "dialect"); ok {
		t.Error("the standard was altered")
	}
	if _, err := l.With(src, extra); err != nil {
		t.Errorf("the same word of another pack: %v", err)
	}
	for _, bad := range []lexicon.Word{
		{Name: "dialect", Label: "方言", Of: lexicon.Person, Kind: "text"}, {Name: "x-y", Label: "甲", Of: lexicon.Person, Kind: "text"},
		{Name: "x", Label: "", Of: lexicon.Person, Kind: "text"}, {Name: "x", Label: "甲", Of: "dog", Kind: "text"},
		{Name: "x", Label: "甲", Of: lexicon.Person, Kind: "file"}, {Name: "x", Label: "甲", Of: lexicon.Person, Kind: "colour"},
	} {
		if _, err := l.With(src, bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}
