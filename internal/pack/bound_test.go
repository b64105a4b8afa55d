package pack_test

import (
	"strings"
	"testing"

	"linli/internal/civil"
	"linli/internal/pack"
)

func withBounds() map[string]string {
	m := small()
	m["a/params.yaml"] += "near:\n  kind: whole\n  label: 多近\n  is: 60\n  gap: \"1\"\n  default: yes\n  why: 没有写\n"
	m["a/bounds/street.yaml"] = "- { bound: near-metres, is: $near, basis: \"1\" }\n"
	return m
}

func TestABoundIsTheDocumentsThenTheCitysThenThePlatforms(t *testing.T) {
	day, before := civil.MustDate("2026-10-09"), civil.MustDate("2026-01-06")
	ix := mustLoad(t, withBounds(), "")
	for _, c := range []struct {
		path string
		on   civil.Date
		want int
	}{{"4112", day, 60}, {"4112/411202/", day, 60}, {"4112", before, 50}, {"5100/", day, 50}} {
		if got := ix.Bound("near-metres", c.path, c.on); got != c.want {
			t.Errorf("at %s on %s: %d, want %d", c.path, c.on, got, c.want)
		}
	}
	if got := ix.Bound("far-metres", "4112", day); got != 200 {
		t.Errorf("what no document says is %d", got)
	}
	own := mustLoad(t, withBounds(), "d1: { near: 25 }\n")
	if got := own.Bound("near-metres", "4112", day); got != 25 {
		t.Errorf("the city's own is %d", got)
	}
}

func TestABoundStaysWithinReason(t *testing.T) {
	for text, want := range map[string]string{
		"- { bound: near-metres, is: 0, basis: \"1\" }\n":  "应为 1 到 1000 的整数",
		"- { bound: near-metres, is: 十, basis: \"1\" }\n":  "应为 1 到 1000 的整数",
		"- { bound: near-miles, is: 10, basis: \"1\" }\n":  "没有限度 near-miles",
		"- { bound: near-metres, is: 10, basis: \"9\" }\n": "引用的条款 9 不在",
	} {
		m := small()
		m["a/bounds/street.yaml"] = text
		if _, err := pack.Load(files(m), pack.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestEveryBoundHasADefaultWithinItsReason(t *testing.T) {
	for _, b := range pack.KnownBounds {
		if b.Is < b.Least || b.Is > b.Most || b.Name == "" || b.Why == "" {
			t.Errorf("%+v", b)
		}
	}
}
