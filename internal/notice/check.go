package notice

import (
	"fmt"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/staff"
)

// A Change (数字变化) is a cell that says something else today.
type Change struct {
	Section, Group, Measure string
	Then, Now               Number
}

// A Proof (复算结果) says whether the figures of a bulletin reproduce.
type Proof struct {
	At      db.Time
	Same    bool     // every cell is as it was, made of the same cases
	Moved   []string // measures whose figures are as they were, made of other cases
	Changes []Change
	Gone    []string // measures whose definition the city no longer has
}

// Check computes every figure again, with the definitions of then and the cases of now. Differences come from what was done
// with the cases since the draft was made: late replies, mergers, corrections. The actor must see the whole area.
func (n *Notices) Check(tx *db.Tx, by staff.Actor, b Bulletin) (Proof, error) {
	if !by.Has(staff.Supervisor, b.Area, "") && !by.Has(staff.Leader, b.Area, "") && !by.Has(staff.Auditor, b.Area, "") {
		return Proof{}, fault.Forbidden("复算需要能查看通报的全部范围")
	}
	p := Proof{At: db.At(tx.Now())}
	for _, s := range b.Figures.Sections {
		for i, m := range s.Measures {
			if err := n.again(tx, by, &p, b, s, i, m); err != nil {
				return p, fmt.Errorf("check %s: %w", m.Name, err)
			}
		}
	}
	p.Same = len(p.Changes)+len(p.Moved)+len(p.Gone) == 0
	return p, nil
}

// again computes one measure of a section.
func (n *Notices) again(tx *db.Tx, by staff.Actor, p *Proof, b Bulletin, s Section, i int, m Measure) error {
	d, err := n.counts.FindVersion(m.Document, m.Version, m.ID, m.On)
	if err != nil {
		if fault.KindOf(err) == fault.KindNotFound {
			p.Gone = append(p.Gone, s.Heading+"："+m.Name)
			return nil
		}
		return err
	}
	q := question(b.Period, b.Area, s.By)
	cases, err := n.counts.Digest(tx, by, d, q)
	if err != nil || cases == m.Cases {
		return err
	}
	answers, err := n.counts.Ask(tx, by, q, d)
	if err != nil {
		return err
	}
	before := len(p.Changes)
	then := map[string]bool{}
	for _, g := range s.Groups {
		then[g.Key] = true
		f := answers[0].Of(g.Key)
		if now := (Number{Hit: f.Numerator, Base: f.Denominator, All: f.All}); now != g.Figures[i] {
			p.Changes = append(p.Changes, Change{s.Heading, g.Name, m.Name, g.Figures[i], now})
		}
	}
	for _, f := range answers[0].Figures {
		if !then[f.Key] && f.All > 0 {
			p.Changes = append(p.Changes, Change{s.Heading, f.Key, m.Name, Number{}, Number{Hit: f.Numerator, Base: f.Denominator, All: f.All}})
		}
	}
	if len(p.Changes) == before {
		p.Moved = append(p.Moved, s.Heading+"："+m.Name)
	}
	return nil
}
