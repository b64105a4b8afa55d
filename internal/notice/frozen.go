package notice

import (
	"fmt"
	"slices"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/indicator"
	"linli/internal/law"
	"linli/internal/pack"
	"linli/internal/staff"
)

// A Frozen (冻结数据) is what a bulletin says, as it was when the draft was made.
type Frozen struct {
	At       db.Time   `json:"at"`
	Basis    []string  `json:"basis"` // of the bulletin itself, in words
	Sections []Section `json:"sections"`
}

// A Section (通报栏目) is one part: measures over groups, and what watches had flagged.
type Section struct {
	Heading  string    `json:"heading"`
	Text     string    `json:"text,omitempty"`
	By       string    `json:"by,omitempty"` // "" the whole
	Measures []Measure `json:"measures,omitempty"`
	Groups   []Group   `json:"groups,omitempty"`
	Alerts   []Alert   `json:"alerts,omitempty"`
}

// A Measure (统计项) is a definition, kept in words so that the bulletin can be read when the definition is gone.
type Measure struct {
	Document string     `json:"document"`
	ID       string     `json:"id"`
	Version  string     `json:"version"`
	On       civil.Date `json:"on"` // the day whose edition was used
	Name     string     `json:"name"`
	Says     string     `json:"says"`
	Percent  bool       `json:"percent"`
	Better   string     `json:"better,omitempty"`
	Fewest   int64      `json:"fewest"`
	Of       string     `json:"of,omitempty"` // the condition in words, of all, of those due, of those met
	Base     string     `json:"base,omitempty"`
	Hit      string     `json:"hit,omitempty"`
	Basis    []string   `json:"basis"`           // document and place in it, in words
	Cases    string     `json:"cases,omitempty"` // digest of the cases behind it
}

// A Group (分组) is one row: a unit, a channel, or the whole.
type Group struct {
	Key     string   `json:"key"`
	Name    string   `json:"name"`
	Figures []Number `json:"figures"` // one for each Measure
}

// A Number (数值) is one cell.
type Number struct {
	Hit    int64 `json:"hit"`
	Base   int64 `json:"base"`
	All    int64 `json:"all"`
	Hidden bool  `json:"hidden,omitempty"` // left out of the public version
}

// Figure is the number as a figure, for its rates.
func (n Number) Figure() indicator.Figure {
	return indicator.Figure{Numerator: n.Hit, Denominator: n.Base, All: n.All}
}

// An Alert (提请督促) is what a watch had flagged.
type Alert struct {
	Document string   `json:"document"`
	ID       string   `json:"id"`
	Version  string   `json:"version"`
	Name     string   `json:"name"`
	Says     string   `json:"says"`
	Why      string   `json:"why"`
	Basis    []string `json:"basis"`
	Count    int64    `json:"count"`
	Hidden   bool     `json:"hidden,omitempty"`
	Cases    []Named  `json:"cases,omitempty"` // the oldest of them
}

// A Named (列名办件) is a case that a bulletin names to units: never to the public.
type Named struct {
	ID     db.ID  `json:"id"`
	Number string `json:"number"`
	Title  string `json:"title"`
	Lead   string `json:"lead"`
}

// named bounds how many cases an alert names.
const named = 10

// freezing makes the content of one bulletin.
type freezing struct {
	*Notices
	tx     *db.Tx
	by     staff.Actor
	kind   Kind
	period civil.Period
	area   string
	names  map[string]string // of units
}

func (n *Notices) freeze(tx *db.Tx, by staff.Actor, k Kind, p civil.Period, area string) (Frozen, error) {
	units, err := staff.Units(tx)
	if err != nil {
		return Frozen{}, err
	}
	z := freezing{Notices: n, tx: tx, by: by, kind: k, period: p, area: area, names: map[string]string{}}
	for _, u := range units {
		z.names[u.Code] = u.Name
	}
	f := Frozen{At: db.At(tx.Now()), Basis: z.cites(k.Basis)}
	for _, s := range k.Sections {
		section, err := z.section(s)
		if err != nil {
			return Frozen{}, fmt.Errorf("section %s: %w", s.Heading, err)
		}
		f.Sections = append(f.Sections, section)
	}
	return f, nil
}

// cites writes clauses as people cite them: the document's number and the place in it.
func (z *freezing) cites(list []law.Clause) []string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = c.String()
		if k := z.packs().Clause(c); k != nil {
			words[i] = z.kind.pack.Document.Number + k.At
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func (z *freezing) section(s pack.Section) (Section, error) {
	out := Section{Heading: s.Heading, Text: s.Text, By: s.By}
	if err := z.measures(&out, s.Indicators); err != nil {
		return out, err
	}
	for _, id := range s.Watches {
		a, err := z.alert(id)
		if err != nil {
			return out, err
		}
		out.Alerts = append(out.Alerts, a)
	}
	return out, nil
}

func question(p civil.Period, area, by string) indicator.Question {
	return indicator.Question{Period: p, Area: area, By: by}
}

func (z *freezing) measures(out *Section, ids []string) error {
	on := z.period.To
	var defs []indicator.Definition
	for _, id := range ids {
		d, err := z.counts.FindVersion(z.kind.Document, z.kind.Version, id, on)
		if err != nil {
			return err
		}
		defs = append(defs, d)
	}
	q := question(z.period, z.area, out.By)
	answers, err := z.counts.Ask(z.tx, z.by, q, defs...)
	if err != nil {
		return err
	}
	rows := map[string]int{}
	for i, a := range answers {
		of, base, hit := z.counts.Formula(a.Definition, on)
		m := Measure{Document: a.Document, ID: a.ID, Version: a.Version, On: on, Name: a.Name, Says: a.Says, Percent: a.Percent, Better: a.Better,
			Fewest: a.Fewest(), Of: of, Base: base, Hit: hit, Basis: z.cites(a.Basis)}
		if m.Cases, err = z.counts.Digest(z.tx, z.by, a.Definition, q); err != nil {
			return err
		}
		out.Measures = append(out.Measures, m)
		for _, f := range a.Figures {
			k, known := rows[f.Key]
			if !known {
				k = len(out.Groups)
				rows[f.Key] = k
				out.Groups = append(out.Groups, Group{Key: f.Key, Name: z.name(out.By, f.Key), Figures: make([]Number, len(answers))})
			}
			out.Groups[k].Figures[i] = Number{Hit: f.Numerator, Base: f.Denominator, All: f.All}
		}
	}
	if out.By != "" { // a group that has nothing of what is counted here is no line of the sheet
		out.Groups = slices.DeleteFunc(out.Groups, Group.empty)
	}
	return nil
}

func (g Group) empty() bool {
	return !slices.ContainsFunc(g.Figures, func(x Number) bool { return x.All > 0 })
}

// name is what a group is called.
func (z *freezing) name(by, key string) string {
	switch by {
	case "":
		return "合计"
	case "lead", "desk":
		if key == "" {
			return "尚未转办"
		}
		if n := z.names[key]; n != "" {
			return n
		}
	case "flow", "channel":
		for _, f := range z.kind.pack.On(z.period.To).Flows {
			if f.ID == key || f.Channel == key {
				return f.Name
			}
		}
	}
	if key == "" {
		return "未填"
	}
	return key
}

func (z *freezing) alert(id string) (Alert, error) {
	w, err := z.counts.FindWatch(z.kind.Document, id, z.period.To)
	if err != nil {
		return Alert{}, err
	}
	a := Alert{Document: w.Document, ID: w.ID, Version: w.Version, Name: w.Name, Says: w.Says, Why: z.counts.Why(w, z.period.To), Basis: z.cites(w.Basis)}
	if a.Count, _, err = z.counts.CountFlagged(z.tx, z.by, w, z.area); err != nil {
		return a, err
	}
	lines, _, err := z.counts.Flagged(z.tx, z.by, w, z.area, 0)
	if err != nil {
		return a, err
	}
	for _, l := range lines[:min(named, len(lines))] {
		a.Cases = append(a.Cases, z.list(l))
	}
	return a, nil
}

func (z *freezing) list(l casework.Line) Named {
	return Named{ID: l.ID, Number: l.Number, Title: l.Title, Lead: z.names[l.Lead]}
}

// check refuses a period that does not suit the kind, or is not over.
func (k Kind) check(p civil.Period, today civil.Date) error {
	if !p.To.Before(today) {
		return fault.Invalid("period", "%s尚未结束，期满后才能生成通报", pack.PeriodWords(p))
	}
	if p.To.Before(k.pack.Document.From) {
		return fault.Invalid("period", "%s在文件生效之前", pack.PeriodWords(p))
	}
	return nil
}
