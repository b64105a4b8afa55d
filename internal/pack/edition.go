package pack

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/law"
	"linli/internal/pack/filter"
	"linli/internal/pack/strict"
	"linli/internal/rule"
)

// editions builds what depends on parameters, once for each day on which one of them changes.
func (r *reading) editions() {
	r.force()
	r.reckon()
	r.lexicon = r.words()
	for _, day := range r.days() {
		r.pack.editions = append(r.pack.editions, r.edition(day))
	}
	for _, e := range r.parts.examples {
		ex := e.spec
		ex.Place = e.at("")
		ex.at = e.at
		r.pack.Examples = append(r.pack.Examples, ex)
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
	for _, p := range r.parts.classes {
		if c := r.class(p, r.lexicon, on); c != nil {
			e.Classes = append(e.Classes, c)
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

// expand replaces each $param of a form's condition by its value, yes and no by what expressions call them.
func (r *reading) expand(at rule.At, when string, on civil.Date) string {
	return paramIn.ReplaceAllStringFunc(when, func(name string) string {
		switch v := r.resolve(at, name, on); v {
		case "yes":
			return "true"
		case "no":
			return "false"
		default:
			return v
		}
	})
}

// form prepares a form and enters it with each field that names a clause.
func (r *reading) form(p part[formSpec], on civil.Date) *form.Form {
	s := p.spec
	f := &form.Form{ID: s.Form, Title: s.Title, Fields: slices.Clone(s.Fields)}
	for i := range f.Fields {
		d := &f.Fields[i]
		d.Hint = r.resolve(p.at(fmt.Sprintf("fields.%d.hint", i)), d.Hint, on)
		d.When = r.expand(p.at(fmt.Sprintf("fields.%d.when", i)), d.When, on)
	}
	err := f.Prepare(rule.Source{Document: r.pack.Document.ID, At: func(path ...any) rule.At {
		words := make([]string, len(path))
		for i, w := range path {
			words[i] = fmt.Sprint(w)
		}
		return p.at(strings.Join(words, "."))
	}}, nil)
	r.ps.Add(p.at(""), err)
	r.element(p.at(""), "form/"+s.Form, s.Title, s.Basis)
	for i, d := range f.Fields {
		r.sourceAt(p.at(fmt.Sprintf("fields.%d.from", i)), d.From)
		if d.Basis != "" {
			r.enter(Element{ID: "form/" + s.Form + "#" + d.Name, Name: d.Label, Basis: []law.Clause{d.Clause()}, Place: p.at(fmt.Sprintf("fields.%d", i))})
		}
	}
	if err != nil {
		return nil
	}
	return f
}

func (r *reading) flow(p part[flow.Spec], on civil.Date) *flow.Flow {
	f, problems := flow.Build(p.spec, flow.Origin{Document: r.pack.Document.ID, Param: r.param(on), At: p.at})
	for _, q := range problems {
		at := p.at(q.Path)
		if q.At.Line > 0 {
			at = q.At
		}
		r.bad(at, "%s", q.Message)
	}
	if f == nil {
		return nil
	}
	id := "flow/" + f.ID
	enter := func(path, sub, name string, basis []law.Clause) {
		full := id
		if sub != "" {
			full += "#" + sub
		}
		r.enter(Element{ID: full, Name: name, Basis: basis, Place: p.at(path)})
	}
	enter("", "", f.Name, f.Basis)
	for v, s := range p.spec.Steps {
		path := "steps." + string(v)
		enter(path, "step."+string(v), f.Step(v).Name, f.Step(v).Basis)
		for i, o := range s.Owes {
			at := fmt.Sprintf("%s.owes.%d", path, i)
			enter(at, "owes."+o.ID, o.Name, r.cites(p.at(at), o.Basis))
		}
	}
	for i, c := range f.Clocks {
		enter(fmt.Sprintf("clocks.%d", i), "clock."+c.ID, c.Name, c.Basis)
	}
	for i, d := range f.Dues {
		enter(fmt.Sprintf("dues.%d", i), "due."+d.ID, d.Name, d.Basis)
	}
	for i, d := range f.Facts {
		enter(fmt.Sprintf("facts.%d", i), "fact."+d.Name, d.Label, d.Basis)
	}
	if s := p.spec.Ladder; s != nil {
		enter("ladder", "ladder", "呈批层级", r.cites(p.at("ladder.basis"), s.Basis))
		r.ladder(p, f)
	}
	if f.Approval != nil {
		enter("approval", "approval", "审批", f.Approval.Basis)
		for i, part := range f.Approval.Parts {
			enter(fmt.Sprintf("approval.parts.%d", i), "part."+part.Office, part.Name, part.Basis)
		}
	}
	for i, o := range f.Opens {
		enter(fmt.Sprintf("opens.%d", i), "opens."+o.Flow, o.Title, o.Basis)
	}
	for i, o := range f.OpenedBy {
		enter(fmt.Sprintf("opened-by.%d", i), fmt.Sprintf("opened-by.%d", i+1), o.Title, o.Basis)
	}
	if p.spec.Extension != nil {
		enter("extension", "extension", "延期规则", f.Extend.Basis)
	}
	r.flowOffices(p)
	return f
}

func (r *reading) ladder(p part[flow.Spec], f *flow.Flow) {
	rank := -1
	for i, id := range f.Ladder {
		at := p.at(fmt.Sprintf("ladder.posts.%d", i))
		switch post := r.pack.Post(id); {
		case post == nil:
			r.bad(at, "没有职务 %s", id)
		case post.Rank <= rank:
			r.bad(at, "呈批层级须由低到高")
		default:
			rank = post.Rank
		}
	}
}

func (r *reading) flowOffices(p part[flow.Spec]) {
	for role, list := range p.spec.Offices {
		for _, id := range list {
			if r.pack.Office(id) == nil {
				r.bad(p.at("offices."+string(role)), "没有机构 %s", id)
			}
		}
	}
	if a := p.spec.Approval; a != nil {
		named := []string{a.Lead}
		for _, part := range a.Parts {
			named = append(named, part.Office)
		}
		for _, id := range named {
			if r.pack.Office(id) == nil {
				r.bad(p.at("approval"), "没有机构 %s", id)
			}
		}
	}
	if p.spec.Form != "" && !slices.ContainsFunc(r.parts.forms, func(f part[formSpec]) bool { return f.spec.Form == p.spec.Form }) {
		r.bad(p.at("form"), "没有表单 %s", p.spec.Form)
	}
}

func (r *reading) duty(p part[dutySpec], on civil.Date) *Duty {
	s := p.spec
	d := &Duty{ID: s.Duty, Name: s.Name, Who: s.Who, Makes: s.Makes, Does: s.Does, Basis: r.element(p.at(""), "duty/"+s.Duty, s.Name, s.Basis)}
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

func (r *reading) view(at func(string) rule.At, name string) *filter.View {
	if name == "" {
		name = filter.Cases.Name
	}
	v := filter.Views[name]
	if v == nil {
		r.bad(at("view"), "没有公开视图 %s", name)
		v = filter.Cases
	}
	return v
}

func (r *reading) cond(v *filter.View, value strict.Value, on civil.Date) filter.Cond {
	c, ps := filter.Read(v, value, r.param(on), r.handled)
	r.add(ps)
	return c
}

// handled makes a condition on a flow hold for the items that are handled by it.
func (r *reading) handled(column, value string) []string {
	var items []string
	for _, p := range r.parts.items {
		if column == "flow" && p.spec.Flow == value {
			items = append(items, p.spec.Item)
		}
	}
	return items
}

func (r *reading) indicator(p part[indicatorSpec], on civil.Date) *Indicator {
	s := p.spec
	i := &Indicator{ID: s.Indicator, Name: s.Name, Says: s.Says, Period: s.Period, Better: s.Better, Fewest: s.Fewest,
		Basis: r.element(p.at(""), "indicator/"+s.Indicator, s.Name, s.Basis)}
	i.View = r.view(p.at, s.View)
	i.Where = r.cond(i.View, s.Where, on)
	i.Numerator = r.cond(i.View, s.Numerator, on)
	i.Denominator = r.cond(i.View, s.Denominator, on)
	if c, ok := i.View.Column(s.Period); !ok || c.Type != filter.Instant {
		r.bad(p.at("period"), "period 须是 %s 的一个时间列", i.View.Name)
	}
	switch {
	case s.Shows == "percent" && s.Numerator.IsZero():
		r.bad(p.at(""), "比率须有 numerator")
	case s.Shows == "count" && !s.Denominator.IsZero():
		r.bad(p.at("denominator"), "计数没有分母")
	case s.Shows != "percent" && s.Shows != "count":
		r.bad(p.at("shows"), "shows 只能是 percent 或 count")
	}
	i.Percent = s.Shows == "percent"
	if !slices.Contains([]string{"", "higher", "lower"}, s.Better) {
		r.bad(p.at("better"), "better 只能是 higher 或 lower")
	}
	return i
}

func (r *reading) watch(p part[watchSpec], on civil.Date) *Watch {
	s := p.spec
	w := &Watch{ID: s.Watch, Name: s.Name, Kind: s.Kind, Says: s.Says, Tell: s.Tell, View: r.view(p.at, s.View),
		Basis: r.element(p.at(""), "watch/"+s.Watch, s.Name, s.Basis)}
	w.Where = r.cond(w.View, s.Where, on)
	if w.Where.IsZero() {
		r.bad(p.at("where"), "监测须有条件")
	}
	if !slices.ContainsFunc(WatchKinds, func(o Option) bool { return o.Value == s.Kind }) {
		r.bad(p.at("kind"), "kind 只能是 held、misrouted、missed、press 或 late")
	}
	for _, role := range s.Tell {
		if !isRole(role) {
			r.bad(p.at("tell"), "没有角色 %s", role)
		}
	}
	return w
}

func (r *reading) notice(p part[noticeSpec], on civil.Date) *Notice {
	s := p.spec
	n := &Notice{ID: s.Notice, Title: s.Title, Issuer: s.Issuer, Audience: s.Audience, Public: s.Public,
		Basis: r.element(p.at(""), "notice/"+s.Notice, s.Title, s.Basis)}
	var err error
	if n.Period, err = civil.ParseEvery(r.resolve(p.at("period"), s.Period, on)); err != nil {
		r.bad(p.at("period"), "%s", err)
	} else if n.Period.Once() {
		r.bad(p.at("period"), "通报须按周期，不能只有一次")
	}
	n.Audience = r.resolve(p.at("audience"), s.Audience, on)
	if r.pack.Office(s.Issuer) == nil {
		r.bad(p.at("issuer"), "没有机构 %s", s.Issuer)
	}
	for k, sec := range s.Sections {
		at := p.at(fmt.Sprintf("sections.%d", k))
		for _, id := range sec.Indicators {
			if !slices.ContainsFunc(r.parts.indicators, func(i part[indicatorSpec]) bool { return i.spec.Indicator == id }) {
				r.bad(at, "没有指标 %s", id)
			}
		}
		for _, id := range sec.Watches {
			if !slices.ContainsFunc(r.parts.watches, func(w part[watchSpec]) bool { return w.spec.Watch == id }) {
				r.bad(at, "没有监测 %s", id)
			}
		}
		sec.By = r.resolve(at, sec.By, on)
		if c, ok := filter.Cases.Column(sec.By); sec.By != "" && (!ok || c.Type != filter.Text) {
			r.bad(at, "不能按 %s 分列", sec.By)
		}
		n.Sections = append(n.Sections, Section(sec))
	}
	return n
}

func (r *reading) book(p part[bookSpec]) *Book {
	s := p.spec
	b := &Book{ID: s.Book, Name: s.Name, Flow: s.Flow, Flows: append([]string{s.Flow}, r.handled("flow", s.Flow)...), Basis: r.element(p.at(""), "book/"+s.Book, s.Name, s.Basis)}
	f, ok := r.booked(s.Flow)
	if !ok {
		r.bad(p.at("flow"), "没有流程或事项 %s", s.Flow)
	}
	for k, c := range s.Columns {
		if ok && !r.source(f, c.From) {
			r.bad(p.at(fmt.Sprintf("columns.%d.from", k)), "没有来源 %s", c.From)
		}
		b.Columns = append(b.Columns, BookColumn(c))
	}
	return b
}

// booked finds the flow whose cases a book shows. An item is a flow too: that of its own form, with the facts of its base.
func (r *reading) booked(id string) (flow.Spec, bool) {
	named := func(id string) (flow.Spec, bool) {
		i := slices.IndexFunc(r.parts.flows, func(f part[flow.Spec]) bool { return f.spec.Flow == id })
		if i < 0 {
			return flow.Spec{}, false
		}
		return r.parts.flows[i].spec, true
	}
	if f, ok := named(id); ok {
		return f, true
	}
	i := slices.IndexFunc(r.parts.items, func(p part[itemSpec]) bool { return p.spec.Item == id })
	if i < 0 {
		return flow.Spec{}, false
	}
	f, _ := named(r.parts.items[i].spec.Flow)
	f.Flow, f.Form = id, r.parts.items[i].spec.Form
	return f, true
}

// source reports whether a book column can take its text from there.
func (r *reading) source(f flow.Spec, from string) bool {
	kind, name, _ := strings.Cut(from, ".")
	switch kind {
	case "case":
		return slices.ContainsFunc(BookSources, func(o Option) bool { return o.Value == from })
	case "fact":
		return slices.ContainsFunc(f.Facts, func(d flow.FactSpec) bool { return d.Name == name })
	case "form":
		k := slices.IndexFunc(r.parts.forms, func(p part[formSpec]) bool { return p.spec.Form == f.Form })
		return k >= 0 && slices.ContainsFunc(r.parts.forms[k].spec.Fields, func(d form.Field) bool { return d.Name == name })
	}
	return false
}
