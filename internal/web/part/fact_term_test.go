package part

import (
	"net/url"
	"testing"

	"linli/internal/flow"
)

// termed is a flow with a fact that is a term.
func termed(t *testing.T) *flow.Flow {
	t.Helper()
	f, problems := flow.Build(flow.Spec{
		Flow: "hazard", Name: "隐患", Channel: "hazard", Facts: []flow.FactSpec{{Name: "deadline", Label: "整改时限", Kind: "term"}},
	}, flow.Origin{Document: "test"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return f
}

// A fact that is a term is read as people write it, and shown as they read it.
func TestATermIsWrittenInWords(t *testing.T) {
	f, names := termed(t), []string{"deadline"}
	for text, want := range map[string]string{"15日": "15d", "15 天": "15d", "5个工作日": "5wd", "3 工作日": "3wd", "2小时": "2h", "4个工作小时": "4wh", "1个月": "1mo", "30分钟": "30m", "15d": "15d"} {
		sets, wrong := ReadFacts(f, names, url.Values{"deadline": {text}}, nil)
		if len(wrong) > 0 || sets["deadline"] != want {
			t.Errorf("%q is read as %v, wrong %v", text, sets, wrong)
		}
	}
	for _, text := range []string{"十日", "15", "日", "0日", "-3日", "15个星期"} {
		if sets, wrong := ReadFacts(f, names, url.Values{"deadline": {text}}, nil); len(wrong) != 1 || wrong[0].Field != "deadline" || len(sets) > 0 {
			t.Errorf("%q is read as %v, wrong %v", text, sets, wrong)
		}
	}
	for value, want := range map[string]string{"15d": "15日", "5wd": "5个工作日", "十日": "十日"} {
		q := FactFields(t.Context(), f, names, url.Values{"deadline": {value}})
		if len(q) != 1 || q[0].Value != want || q[0].Hint == "" {
			t.Errorf("%q is asked with %+v", value, q)
		}
	}
	if got := FactText(t.Context(), f, "deadline", "5wd"); got != "5个工作日" {
		t.Errorf("5wd is shown as %q", got)
	}
}
