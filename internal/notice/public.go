package notice

import (
	"fmt"

	"linli/internal/db"
)

// PublicList returns the bulletins that are open to the public, the latest first, in their public version.
func (n *Notices) PublicList(tx *db.Tx, limit int) ([]Bulletin, error) {
	list, err := db.Select(tx, scan, `select `+columns+` from notice_bulletin where state = 'signed' and open = 1 order by signed_at desc, id desc limit ?`,
		min(max(limit, 1), 200))
	if err != nil {
		return nil, fmt.Errorf("list public bulletins: %w", err)
	}
	for i := range list {
		list[i] = n.ForPublic(list[i])
	}
	return list, nil
}

// Public returns one bulletin in its public version. One that is not open is not found.
func (n *Notices) Public(tx *db.Tx, id db.ID) (Bulletin, error) {
	b, err := get(tx, id)
	if err == nil && (b.State != Signed || !b.Open) {
		return Bulletin{}, missing()
	}
	return n.ForPublic(b), err
}

// ForPublic returns the public version: no case is named, and a figure about fewer persons than the least group is
// hidden, with the smallest other one of its column when only one would be, for it could be worked out from the whole.
func (n *Notices) ForPublic(b Bulletin) Bulletin {
	f := Frozen{At: b.Figures.At, Basis: b.Figures.Basis}
	for _, s := range b.Figures.Sections {
		out := s
		out.Groups = make([]Group, len(s.Groups))
		for i, g := range s.Groups {
			g.Figures = append([]Number(nil), g.Figures...)
			out.Groups[i] = g
		}
		for i, m := range out.Measures {
			n.hide(out.Groups, i, m.Percent)
		}
		out.Alerts = nil
		for _, a := range s.Alerts {
			a.Cases = nil
			if a.Count > 0 && a.Count < n.few {
				a.Count, a.Hidden = 0, true
			}
			out.Alerts = append(out.Alerts, a)
		}
		f.Sections = append(f.Sections, out)
	}
	b.Figures, b.MadeBy, b.MadeName, b.SignedName, b.Why = f, 0, "", "", ""
	return b
}

// size is how many cases a number is about: what was due for a rate, else what was counted.
func (x Number) size(percent bool) int64 {
	if percent {
		return x.Base
	}
	return x.Hit
}

// hide blanks the small cells of one column.
func (n *Notices) hide(groups []Group, i int, percent bool) {
	hidden, least := 0, -1
	for k := range groups {
		size := groups[k].Figures[i].size(percent)
		switch {
		case size > 0 && size < n.few:
			groups[k].Figures[i] = Number{Hidden: true}
			hidden++
		case size > 0 && (least < 0 || size < groups[least].Figures[i].size(percent)):
			least = k
		}
	}
	if hidden == 1 && len(groups) > 1 && least >= 0 {
		groups[least].Figures[i] = Number{Hidden: true}
	}
}
