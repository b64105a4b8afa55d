package round

import (
	"testing"

	"linli/internal/pack"
)

// A finding says what was answered, not only what should have been.
func TestFindingsSayTheAnswer(t *testing.T) {
	l := &pack.Checklist{Items: []pack.CheckItem{{ID: "exit", Says: "出口畅通", Kind: "yes-no"}, {ID: "tools", Says: "灭火器具数", Kind: "number"}}}
	v := &Visit{Answers: map[string]string{"exit": "no", "tools": "1"}, Words: "东门", Says: []string{"电线老化"}}
	got := findings(l, []string{"exit", "tools"}, v)
	for i, want := range []string{"出口畅通：否", "灭火器具数：1", "电线老化"} {
		if i >= len(got) || got[i].Says != want || got[i].Words != "东门" {
			t.Fatalf("findings %+v, want %q at %d", got, want, i)
		}
	}
}
