package pack

import (
	"maps"
	"slices"
)

// A Change (变化) is one difference between two versions of a pack.
type Change struct {
	Kind string // "added", "removed" or "changed"
	ID   string // element id, "clause/4.4b" or "document"
	Name string
	Old  string // as the file had it; of a parameter its values
	New  string
}

// Diff lists what differs between two versions, by id. Layout, comments and examples make no difference.
func Diff(old, new *Pack) []Change {
	before, after := old.contents(), new.contents()
	ids := slices.Collect(maps.Keys(before))
	for id := range after {
		if _, ok := before[id]; !ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	var list []Change
	for _, id := range ids {
		a, was := before[id]
		b, is := after[id]
		switch {
		case !was:
			list = append(list, Change{"added", id, b.Name, "", b.Text})
		case !is:
			list = append(list, Change{"removed", id, a.Name, a.Text, ""})
		case a.Text != b.Text:
			list = append(list, Change{"changed", id, b.Name, a.Text, b.Text})
		}
	}
	return list
}

// contents are the elements with the clauses and the document beside them.
func (p *Pack) contents() map[string]Element {
	m := maps.Clone(p.elements)
	for id, e := range m {
		if len(e.ID) > 5 && e.ID[:5] == "flow/" && !slices.Contains([]byte(e.ID), '#') {
			e.Text = e.Name // its parts stand for themselves
			m[id] = e
		}
	}
	for _, c := range p.Clauses {
		text := string(c.Disposition) + " " + c.Why
		for _, id := range c.Elements {
			text += id + " "
		}
		m["clause/"+c.Cite.ID] = Element{ID: "clause/" + c.Cite.ID, Name: c.Gist, Text: text}
	}
	d := p.Document
	m["document"] = Element{ID: "document", Name: d.Title, Text: d.Number + " " + d.Title + " " + d.Place + " " + d.From.String() + " " + d.Until.String()}
	return m
}
