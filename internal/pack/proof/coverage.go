package proof

import (
	"slices"

	"linli/internal/pack"
)

// A ClauseProof is what becomes of one clause and what shows it.
type ClauseProof struct {
	Clause   *pack.Clause
	Status   Status
	Why      string         // the pack's written reason, or what a clause that should run still lacks
	Elements []ElementProof // of a clause that runs
}

// An ElementProof is an element with the passing examples that exercise it.
type ElementProof struct {
	Element  pack.Element
	Examples []string // names, in the order of the pack; none: nothing shows that it works
}

// Coverage says of every clause of a pack, in the order of the document, what becomes of it. It judges as Trace does.
func Coverage(p *pack.Pack, results []*Result) []ClauseProof {
	j := judgeFor(p, results)
	list := make([]ClauseProof, 0, len(p.Clauses))
	for _, c := range p.Clauses {
		row := Row{ID: c.Cite.ID}
		j.judge(&row, c.Cite.ID)
		proof := ClauseProof{Clause: c, Status: row.Status, Why: row.Why}
		for _, id := range c.Elements {
			e := pack.Element{ID: id}
			in, element := home(p, j.shown, id)
			if in != nil {
				if found, ok := in.Element(element); ok {
					e = found
				}
			}
			proof.Elements = append(proof.Elements, ElementProof{Element: e, Examples: shownBy(in, results, element)})
		}
		list = append(list, proof)
	}
	return list
}

func shownBy(p *pack.Pack, results []*Result, id string) []string {
	var names []string
	for _, r := range results {
		if r.Pack == p && r.Passed() && r.Touched[id] && !slices.Contains(names, r.Example.Name) {
			names = append(names, r.Example.Name)
		}
	}
	return names
}
