package pack

import (
	"slices"

	"linli/internal/law"
)

// check looks at the pack as a whole, once everything has been entered.
func (r *reading) check() {
	r.overlaps()
	for _, p := range r.pack.Params {
		r.enter(Element{ID: "param/" + p.Name, Name: p.Label, Basis: slices.Concat(p.Basis, p.Gap), Place: p.Place})
		if !r.used[p.Name] {
			r.bad(p.Place, "参数 %s 没有用处", p.Name)
		}
	}
	for _, c := range r.pack.Clauses {
		for _, id := range c.Elements {
			if document, _ := Elsewhere(id); document != "" {
				continue // see Index.cross
			}
			e, ok := r.pack.elements[id]
			switch {
			case !ok:
				r.bad(c.Place, "条款 %s：没有要素 %s", c.Cite.ID, id)
			case !e.Cites(c.Cite):
				r.bad(e.Place, "%s 落实条款 %s，但其 basis 没有写明", id, c.Cite.ID)
			}
		}
	}
	for _, e := range r.pack.Elements() {
		for _, c := range e.Basis {
			r.known(e, c)
		}
	}
}

// known refuses the citation of a clause that the document does not have.
func (r *reading) known(e Element, c law.Clause) {
	if c.Document == r.pack.Document.ID && r.pack.Clause(c.ID) == nil {
		r.bad(e.Place, "%s 引用的条款 %s 不在 clauses.yaml 中", e.ID, c.ID)
	}
}
