package pack_test

import (
	"strings"
	"testing"

	"linli/internal/civil"
	"linli/internal/pack"
)

// withStandards adds a rulebook of two rows.
func withStandards() map[string]string {
	m := small()
	m["a/clauses.yaml"] += "- { id: event-01-10-1, at: 第1行, gist: 暴露垃圾, runs: standard/event-01-10-1 }\n- { id: event-01-10-2, at: 第2行, gist: 暴露垃圾, runs: standard/event-01-10-2 }\n"
	m["a/params.yaml"] += "day-means:\n  kind: choice\n  label: 天\n  options: [wd=工作日, d=自然日]\n  is: wd\n  gap: event-01-10-2\n  default: yes\n  why: 没有写\n"
	m["a/standards/event.yaml"] = "- { standard: event-01-10-1, kind: event, code: event-01-10, group: 市容, name: 暴露垃圾, units: [desk], opens: 成堆的垃圾, closes: 清走, term: 2h, urgent: yes, basis: event-01-10-1 }\n" +
		"- { standard: event-01-10-2, kind: event, code: event-01-10, group: 市容, name: 暴露垃圾, units: [desk], authorities: [desk], opens: 散落的垃圾, closes: 扫净, term: 3, in: $day-means, stages: [{ name: 清扫, term: 1, in: $day-means }, { name: 复查, term: 3, in: $day-means }], basis: event-01-10-2 }\n"
	return m
}

func TestStandardsAreFoundByDateAndVersion(t *testing.T) {
	ix := mustLoad(t, withStandards(), "")
	day := civil.MustDate("2026-10-09")
	list := ix.Standards(day)
	if len(list) != 2 || list[0].Term != civil.MustTerm("2h") || !list[0].Urgent || list[1].Term != civil.MustTerm("3wd") || list[1].Authorities[0] != "窗口" {
		t.Fatalf("standards %+v", list)
	}
	if len(list[1].Stages) != 2 || list[1].Stages[0].Term != civil.MustTerm("1wd") {
		t.Errorf("stages %+v", list[1].Stages)
	}
	if len(ix.Standards(civil.MustDate("2026-01-01"))) != 0 {
		t.Error("a rulebook has rows before it is in force")
	}
	if !ix.Covers("d1", "4112/411202/", day) || ix.Covers("d1", "5100/", day) || ix.Covers("d2", "4112/", day) {
		t.Error("it holds where it does not, or does not where it does")
	}
	if s := ix.Standard("d1:event-01-10-2", day); s != list[1] {
		t.Errorf("by its id %+v", s)
	}
	edited := withStandards()
	edited["a/standards/event.yaml"] = strings.Replace(edited["a/standards/event.yaml"], "term: 2h", "term: 4h", 1)
	later := mustLoad(t, edited, "")
	later.AddVersion(ix.Pack("d1", ""))
	if s := later.Standard(list[0].Ref(), day); s == nil || s.Term != civil.MustTerm("2h") {
		t.Errorf("a case that was opened by the earlier edition finds %+v", s)
	}
	if s := later.Standard("d1:event-01-10-1", day); s == nil || s.Term != civil.MustTerm("4h") {
		t.Errorf("a new one finds %+v", s)
	}
	if later.Standard("nowhere:x", day) != nil || later.Standard("d1:x", day) != nil {
		t.Error("a row that is not there was found")
	}
	diff := pack.Diff(ix.Pack("d1", ""), later.Pack("d1", ""))
	if len(diff) != 1 || diff[0].Kind != "changed" || diff[0].ID != "standard/event-01-10-1" {
		t.Errorf("differences %+v", diff)
	}
}

func TestStandardsThatDoNotHold(t *testing.T) {
	for name, c := range map[string]struct{ file, old, now, want string }{
		"no clause":     {"a/standards/event.yaml", ", basis: event-01-10-1 }", " }", "basis"},
		"other clause":  {"a/standards/event.yaml", "basis: event-01-10-1 }", "basis: \"9\" }", "9"},
		"no term":       {"a/standards/event.yaml", "term: 2h", "term: 0h", "1 至"},
		"no unit":       {"a/standards/event.yaml", "units: [desk], opens: 成堆", "units: [], opens: 成堆", "由谁处置"},
		"unknown unit":  {"a/standards/event.yaml", "units: [desk], opens: 成堆", "units: [moon], opens: 成堆", "moon"},
		"kind":          {"a/standards/event.yaml", "kind: event", "kind: thing", "kind"},
		"class":         {"a/standards/event.yaml", "code: event-01-10", "code: part-01-10", "event-"},
		"same opening":  {"a/standards/event.yaml", "散落的垃圾", "成堆的 垃圾", "立案条件相同"},
		"stages beyond": {"a/standards/event.yaml", "{ name: 复查, term: 3", "{ name: 复查, term: 4", "最后一个环节"},
		"no number":     {"a/standards/event.yaml", "closes: 扫净, term: 3,", "closes: 扫净, term: three,", "整数"},
		"unit of days":  {"a/params.yaml", "options: [wd=工作日, d=自然日]\n  is: wd", "options: [week=周, d=自然日]\n  is: week", "week"},
	} {
		t.Run(name, func(t *testing.T) {
			m := withStandards()
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
