package pack

import (
	"maps"
	"slices"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/law"
	"linli/internal/lexicon"
	"linli/internal/pack/strict"
)

// A Pack (政策包) is one document as the program carries it out. It is immutable.
type Pack struct {
	Document Document
	Version  string // of content and local settings: two packs of one version behave alike
	Dir      string
	Clauses  []*Clause // in the order of the document
	Offices  []*Office
	Posts    []*Post   // lowest first
	Params   []*Param  // in the order of their file
	Adopted  *Adoption // what the city has set: the document of another place holds here too; nil: no

	editions []*Edition // ascending by From
	elements map[string]Element

	Words     []lexicon.Word // facts of the registers that the document adds
	files     map[string][]byte
	examples  []Example
	unread    bool        // its examples are read when somebody asks for them
	place     *strict.Doc // of document.yaml
	reckoning reckoning
}

// An Edition (某日起的内容) is everything in a pack that depends on parameters, from a day on.
type Edition struct {
	Pack       *Pack
	From       civil.Date // zero: from the beginning
	Flows      []*flow.Flow
	Forms      []*form.Form
	Duties     []*Duty
	Indicators []*Indicator
	Scores     []*Score
	Watches    []*Watch
	Notices    []*Notice
	Books      []*Book
	Items      []*Item
	Admissions []*Admission
	Standards  []*Standard
	Bounds     []*Bound
	Checklists []*Checklist
	Rounds     []*Round
	Schemes    []*Scheme

	itemFlows []*flow.Flow
	Tables    []*Table
	Classes   []*Class
	Benefits  []*Benefit
	Deposits  []*Deposit
}

// On returns the edition for a day. A case keeps the one of the day it was registered.
func (p *Pack) On(day civil.Date) *Edition {
	e := p.editions[0]
	for _, next := range p.editions[1:] {
		if next.From.Compare(day) <= 0 {
			e = next
		}
	}
	return e
}

// Clause returns a clause by its number, or nil.
func (p *Pack) Clause(id string) *Clause {
	return find(p.Clauses, func(c *Clause) bool { return c.Cite.ID == id })
}

// Office returns an office by its id, or nil.
func (p *Pack) Office(id string) *Office {
	return find(p.Offices, func(o *Office) bool { return o.ID == id })
}

// Post returns a post by its id, or nil.
func (p *Pack) Post(id string) *Post { return find(p.Posts, func(o *Post) bool { return o.ID == id }) }

// Param returns a parameter by its name, or nil.
func (p *Pack) Param(name string) *Param {
	return find(p.Params, func(o *Param) bool { return o.Name == name })
}

// Element returns an element by its id, such as "flow/mailbox#clock.ordinary".
func (p *Pack) Element(id string) (Element, bool) {
	e, ok := p.elements[id]
	return e, ok
}

// Elements returns all elements, by id.
func (p *Pack) Elements() []Element {
	list := make([]Element, 0, len(p.elements))
	for _, id := range slices.Sorted(maps.Keys(p.elements)) {
		list = append(list, p.elements[id])
	}
	return list
}

// Files returns the text of every file by its path within the pack, and what the city has set as local.yaml, so that this
// very version can be kept and read again by Restore.
func (p *Pack) Files() map[string][]byte {
	out := make(map[string][]byte, len(p.files)+1)
	for name, data := range p.files {
		out[name] = slices.Clone(data)
	}
	if local := p.local(); len(local) > 0 {
		out[localFile] = local
	}
	return out
}

// Law lays over base what the document says about counting terms.
func (p *Pack) Law(base civil.Law) civil.Law { return p.reckoning.over(base) }

type reckoning struct {
	eventDay, rollOff, closing *bool
	basis                      law.Clause
}

func (r reckoning) over(l civil.Law) civil.Law {
	if r.eventDay != nil && *r.eventDay {
		l = l.WithEventDay(r.basis)
	}
	if r.rollOff != nil && !*r.rollOff {
		l = l.WithoutRollOff(r.basis)
	}
	if r.closing != nil && *r.closing {
		l = l.WithCloseOfBusiness(r.basis)
	}
	return l
}

// Flow returns a flow by its id, or nil; an item's flow has the id of the item.
func (e *Edition) Flow(id string) *flow.Flow {
	is := func(f *flow.Flow) bool { return f.ID == id }
	if f := find(e.Flows, is); f != nil {
		return f
	}
	return find(e.itemFlows, is)
}

// ItemFlows returns the flows of the items, in their order.
func (e *Edition) ItemFlows() []*flow.Flow { return e.itemFlows }

// Handled returns the ids of the flow and of the items that are handled by it: what a book, a figure or a queue of the flow
// is about.
func (e *Edition) Handled(id string) []string {
	list := []string{id}
	for _, f := range e.itemFlows {
		if f.Base == id {
			list = append(list, f.ID)
		}
	}
	return list
}

// IsBase reports whether items are handled by the flow: then cases begin with an item.
func (e *Edition) IsBase(id string) bool {
	return slices.ContainsFunc(e.itemFlows, func(f *flow.Flow) bool { return f.Base == id })
}

// Channel returns the flow of a channel, or nil.
func (e *Edition) Channel(channel string) *flow.Flow {
	return find(e.Flows, func(f *flow.Flow) bool { return f.Channel == channel })
}

// Form returns a form by its id, or nil.
func (e *Edition) Form(id string) *form.Form {
	return find(e.Forms, func(f *form.Form) bool { return f.ID == id })
}

// Duty returns a duty by its id, or nil.
func (e *Edition) Duty(id string) *Duty {
	return find(e.Duties, func(d *Duty) bool { return d.ID == id })
}

// Indicator returns an indicator by its id, or nil.
func (e *Edition) Indicator(id string) *Indicator {
	return find(e.Indicators, func(i *Indicator) bool { return i.ID == id })
}

// Score returns a score by its id, or nil.
func (e *Edition) Score(id string) *Score {
	return find(e.Scores, func(s *Score) bool { return s.ID == id })
}

// Watch returns a watch by its id, or nil.
func (e *Edition) Watch(id string) *Watch {
	return find(e.Watches, func(w *Watch) bool { return w.ID == id })
}

// Notice returns a notice by its id, or nil.
func (e *Edition) Notice(id string) *Notice {
	return find(e.Notices, func(n *Notice) bool { return n.ID == id })
}

// Book returns a register book by its id, or nil.
func (e *Edition) Book(id string) *Book {
	return find(e.Books, func(b *Book) bool { return b.ID == id })
}

func find[T any](list []*T, is func(*T) bool) *T {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i]
	}
	return nil
}
