package pack

import (
	"regexp"
	"slices"

	"linli/internal/civil"
	"linli/internal/rule"
)

// editions builds what depends on parameters, once for each day on which one of them changes.
func (r *reading) editions() {
	r.force()
	r.reckon()
	r.lexicon = r.words()
	r.crossYields()
	for _, day := range r.days() {
		r.pack.editions = append(r.pack.editions, r.edition(day))
	}
	for _, e := range r.parts.examples {
		ex := e.spec
		ex.Place = e.at("")
		ex.at = e.at
		r.pack.examples = append(r.pack.examples, ex)
	}
}

// days returns the days on which a parameter changes, from the first on which every one has a value. What is before that
// day is asked of the first edition.
func (r *reading) days() []civil.Date {
	var first civil.Date
	days := []civil.Date{{}}
	for _, p := range r.pack.Params {
		for i, v := range p.Values {
			days = append(days, v.From)
			if i == 0 && v.From.After(first) {
				first = v.From
			}
		}
	}
	slices.SortFunc(days, civil.Date.Compare)
	return slices.DeleteFunc(slices.Compact(days), func(d civil.Date) bool { return d.Before(first) })
}

func (r *reading) edition(on civil.Date) *Edition {
	e := &Edition{Pack: r.pack, From: on}
	for _, p := range r.parts.forms {
		if f := r.form(p, on); f != nil {
			e.Forms = append(e.Forms, f)
		}
	}
	for _, p := range r.parts.flows {
		if f := r.flow(p, on); f != nil {
			e.Flows = append(e.Flows, f)
		}
	}
	for _, p := range r.parts.duties {
		e.Duties = append(e.Duties, r.duty(p, on))
	}
	for _, p := range r.parts.indicators {
		e.Indicators = append(e.Indicators, r.indicator(p, on))
	}
	for _, p := range r.parts.scores {
		e.Scores = append(e.Scores, r.score(p, e))
	}
	for _, p := range r.parts.watches {
		e.Watches = append(e.Watches, r.watch(p, on))
	}
	for _, p := range r.parts.notices {
		e.Notices = append(e.Notices, r.notice(p, on))
	}
	for _, p := range r.parts.books {
		e.Books = append(e.Books, r.book(p))
	}
	for _, p := range r.parts.items {
		i := r.item(p, on)
		e.Items = append(e.Items, i)
		if f := r.itemFlow(p, i, on); f != nil {
			e.itemFlows = append(e.itemFlows, f)
		}
	}
	for _, p := range r.parts.admissions {
		e.Admissions = append(e.Admissions, r.admission(p))
	}
	for _, p := range r.parts.tables {
		e.Tables = append(e.Tables, r.table(p, on))
	}
	for _, p := range r.parts.checklists {
		e.Checklists = append(e.Checklists, r.checklist(p, on))
	}
	for _, p := range r.parts.rounds {
		e.Rounds = append(e.Rounds, r.round(p, on))
	}
	for _, p := range r.parts.schemes {
		e.Schemes = append(e.Schemes, r.scheme(p, on))
	}
	for _, p := range r.parts.classes {
		if c := r.class(p, r.lexicon, on); c != nil {
			e.Classes = append(e.Classes, c)
		}
	}
	for _, p := range r.parts.benefits {
		if b := r.benefit(p, on); b != nil {
			e.Benefits = append(e.Benefits, b)
		}
	}
	for _, p := range r.parts.deposits {
		if d := r.deposit(p, on); d != nil {
			e.Deposits = append(e.Deposits, d)
		}
	}
	for _, p := range r.parts.standards {
		e.Standards = append(e.Standards, r.standard(p, on))
	}
	for _, p := range r.parts.bounds {
		if b := r.bound(p, on); b != nil {
			e.Bounds = append(e.Bounds, b)
		}
	}
	return e
}

func (r *reading) reckon() {
	s := r.spec.Reckoning
	if s == nil {
		return
	}
	doc := r.pack.place
	read := func(key, text string) *bool {
		at := doc.At("reckoning." + key)
		switch v := r.resolve(at, text, civil.Date{}); v {
		case "":
			return nil
		case "yes", "no":
			b := v == "yes"
			return &b
		default:
			r.bad(at, "应为 yes 或 no，不能是 %s", v)
			return nil
		}
	}
	k := &r.pack.reckoning
	k.eventDay = read("event-day-counts", s.EventDay)
	k.rollOff = read("day-off-rolls-on", s.RollOff)
	k.closing = read("ends-at-close-of-business", s.CloseOfBusiness)
	if basis := r.element(doc.At("reckoning"), "reckoning", "期限计算", s.Basis); len(basis) > 0 {
		k.basis = basis[0]
	}
}

var paramIn = regexp.MustCompile(`\$[a-z0-9-]+`)

// expand replaces each $param of an expression by its value as expressions write it.
func (r *reading) expand(at rule.At, when string, on civil.Date) string {
	return paramIn.ReplaceAllStringFunc(when, func(name string) string {
		v := r.resolve(at, name, on)
		if p := r.pack.Param(name[1:]); p != nil {
			return p.literal(v)
		}
		return v
	})
}

func (r *reading) duty(p part[dutySpec], on civil.Date) *Duty {
	s := p.spec
	d := &Duty{ID: s.Duty, Name: s.Name, Who: s.Who, Each: s.Each, Makes: s.Makes, Does: s.Does, Basis: r.element(p.at(""), "duty/"+s.Duty, s.Name, s.Basis)}
	var err error
	if d.Every, err = civil.ParseEvery(r.resolve(p.at("every"), s.Every, on)); err != nil {
		r.bad(p.at("every"), "%s", err)
	}
	if s.Within != "" {
		if d.Within, err = civil.ParseTerm(r.resolve(p.at("within"), s.Within, on)); err != nil {
			r.bad(p.at("within"), "%s", err)
		}
	}
	if r.pack.Office(s.Who) == nil {
		r.bad(p.at("who"), "没有机构 %s", s.Who)
	}
	if s.Makes != "" && !slices.ContainsFunc(r.parts.notices, func(n part[noticeSpec]) bool { return n.spec.Notice == s.Makes }) {
		r.bad(p.at("makes"), "没有通报 %s", s.Makes)
	}
	return d
}
