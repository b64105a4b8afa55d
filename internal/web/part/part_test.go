package part

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/ui"
	"linli/test/town"
)

func open(t *testing.T) *Town {
	t.Helper()
	w := town.SQLite(t)
	places, err := place.NewIndex(t.Context(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	units, err := staff.NewDirectory(t.Context(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	return &Town{DB: w.DB, Cases: w.Cases, Packs: w.Catalog.Index, Places: places, Units: units, People: w.People}
}

func TestAPlaceIsFoundByWhatPeopleType(t *testing.T) {
	p := open(t)
	for typed, want := range map[string]string{
		"柳荫": town.Willow, "柳荫社区": town.Willow, "沿河街道柳荫": town.Willow, "东城 荷塘": town.Lotus, "东城区沿河街道": town.Riverrow,
		town.Ferry: town.Ferry, "西山渡口村": town.Ferry, " 果园 ": town.Orchards, "沿河街道": town.Riverrow,
		"西山 柳荫": "", "不存在": "", "": "",
	} {
		code, err := p.Pick(url.Values{"place": {typed}}, "place", "").Code()
		if code != want || (err == nil) != (want != "") {
			t.Errorf("%q finds %q, %v; want %q", typed, code, err, want)
		}
	}
	several := p.Pick(url.Values{"place": {"社区"}}, "place", "")
	if _, err := several.Code(); err == nil || len(several.Found) != 3 {
		t.Errorf("a word that three places share finds %v", several.Found)
	}
}

func TestALevelThatDoesNotBelongIsNotChosen(t *testing.T) {
	p := open(t)
	pick := p.Pick(url.Values{"place-1": {town.East}, "place-2": {town.Bridge}}, "place", "") // a town of the other county
	if code, err := pick.Code(); err != nil || code != town.East || len(pick.Levels) != 2 {
		t.Errorf("picked %s, %v, with %d levels", code, err, len(pick.Levels))
	}
	below := p.Pick(url.Values{"place": {"渡口"}}, "place", town.East)
	if code, err := below.Code(); err == nil {
		t.Errorf("below %s found %s", town.East, code)
	}
}

func TestAUnitIsFoundByWhatPeopleType(t *testing.T) {
	p := open(t)
	for typed, want := range map[string]string{
		"水务": town.Water, "邻水市水务局": town.Water, "water": town.Water, "邻水市水务局（water）": town.Water, "东城区": town.EastGov,
		"邻水市": "", "市长办公室": town.Mayors, "无此": "",
	} {
		u, err := p.FindUnit(typed)
		if u.Code != want || (err == nil) != (want != "") {
			t.Errorf("%q finds %q, %v; want %q", typed, u.Code, err, want)
		}
	}
}

func TestAFormSaysWhichQuestionsAreTheCommonOnes(t *testing.T) {
	f := &form.Form{Fields: []form.Field{
		{Name: "line", Kind: "choice"}, {Name: "caller", Kind: "person-name"}, {Name: "second", Kind: "person-name"}, {Name: "phone", Kind: "phone"},
		{Name: "home", Kind: "text", Sensitive: "masked"}, {Name: "subject", Kind: "text"}, {Name: "order", Kind: "longtext", Sensitive: "hidden"},
		{Name: "problem", Kind: "longtext"}, {Name: "place", Kind: "place"}, {Name: "scans", Kind: "file"}}}
	want := Binding{Name: "caller", Phone: "phone", Address: "home", Title: "subject", Body: "problem", Place: "place", Files: "scans"}
	if b := Bind(f); b != want {
		t.Errorf("got %+v, want %+v", b, want)
	}
	if b := Bind(f); b.Common("line") || b.Common("second") || b.Common("") || !b.Common("caller") {
		t.Error("the wrong questions are common")
	}
}

func TestTheMarkOfARow(t *testing.T) {
	now := time.Date(2026, 10, 9, 10, 0, 0, 0, time.UTC)
	at := func(hours int) db.Time { return db.At(now.Add(time.Duration(hours) * time.Hour)) }
	for name, c := range map[string]struct {
		line casework.Line
		want ui.Mark
	}{
		"calm":              {casework.Line{State: flow.Dispatched, Yellow: at(1), Limit: at(20)}, ui.Normal},
		"yellow":            {casework.Line{State: flow.Dispatched, Yellow: at(-1), Limit: at(20)}, ui.Yellow},
		"red":               {casework.Line{State: flow.Dispatched, Yellow: at(-9), Limit: at(0)}, ui.Red},
		"answered in time":  {casework.Line{State: flow.Replied, Yellow: at(-9), Limit: at(-1)}, ui.Normal},
		"another clock met": {casework.Line{State: flow.Dispatched, Stopped: true, Yellow: at(-9), Limit: at(-1)}, ui.Normal},
		"answered late":     {casework.Line{State: flow.Replied, Late: true}, ui.Red},
		"waiting":           {casework.Line{State: flow.Waiting}, ui.Paused},
		"closed":            {casework.Line{State: flow.Closed, Yellow: at(-9), Limit: at(-1)}, ui.Ended},
		"without a clock":   {casework.Line{State: flow.Registered}, ui.Normal},
	} {
		if got := LineMark(c.line, now); got != c.want {
			t.Errorf("%s is %s, want %s", name, got, c.want)
		}
	}
}

func TestWordsOfATitle(t *testing.T) {
	for title, want := range map[string][]string{
		"停水": {"停水"}, "反映的问题": nil, "，。！": nil, "": nil, "路灯不亮": {"路灯"}, "噪声扰民、油烟": {"噪声", "声扰", "扰民", "油烟"},
	} {
		if got := titleWords(title); !slices.Equal(got, want) {
			t.Errorf("%q gives %v, want %v", title, got, want)
		}
	}
	if n := len(titleWords(strings.Repeat("甲乙丙丁戊己庚辛壬癸", 3))); n != alikeWords {
		t.Errorf("a long title gives %d words", n)
	}
}

func TestFactsAreReadAsTheyWereAsked(t *testing.T) {
	p := open(t)
	f := p.Flow("visit", time.Date(2026, 10, 9, 0, 0, 0, 0, time.UTC))
	var names []string
	for _, d := range f.Facts {
		names = append(names, d.Name)
	}
	values := url.Values{}
	for _, d := range f.Facts {
		switch d.Kind {
		case "bool":
			values.Set(d.Name, "1")
		case "number":
			values.Set(d.Name, "12")
		case "choice":
			values.Set(d.Name, d.Options[0].Value)
		default:
			values.Set(d.Name, "说明")
		}
	}
	sets, wrong := ReadFacts(f, names, values, nil)
	if len(wrong) > 0 || len(sets) != len(names) {
		t.Fatalf("read %v, wrong %v", sets, wrong)
	}
	for _, q := range FactFields(t.Context(), f, names, values) {
		if q.Value != factValue(sets[q.Name]) {
			t.Errorf("%s was asked with %q and read as %v", q.Name, q.Value, sets[q.Name])
		}
	}
	if _, wrong := ReadFacts(f, []string{"visitors"}, url.Values{"visitors": {"许多"}}, nil); len(wrong) != 1 || wrong[0].Field != "visitors" {
		t.Errorf("a number in words gives %v", wrong)
	}
}

func TestATermIsANumberAndAUnit(t *testing.T) {
	for in, want := range map[[2]string]string{{"5", "wd"}: "5wd", {"2", "h"}: "2h", {"", "d"}: "", {"0", "d"}: "!", {"x", "d"}: "!", {"5", "yr"}: "!"} {
		got, err := termOf(in[0], in[1])
		if err != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("%v gives %q, want %q", in, got, want)
		}
	}
}

func TestAWordThatEverybodysCasesHaveSuggestsNobody(t *testing.T) {
	past := func(lead string, words ...string) earlier {
		return earlier{Line: casework.Line{Lead: lead, Title: strings.Join(words, "")}, words: words}
	}
	list := weigh([]earlier{
		past("housing", "阳光", "光雅", "交付"), past("housing", "交付", "迟迟"), past("housing", "安置"),
		past("noise", "阳光", "光雅"), past("parks", "阳光", "光雅"), past("water", "阳光", "光雅"), past("water", "漏水"),
	})
	if len(list) != 1 || list[0].Unit.Code != "housing" || list[0].Cases != 3 {
		t.Errorf("suggested %+v", list)
	}
}
