package pack

import (
	"fmt"
	"slices"

	"linli/internal/civil"
	"linli/internal/pack/filter"
	"linli/internal/pack/strict"
	"linli/internal/rule"
)

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
	i := &Indicator{ID: s.Indicator, Name: s.Name, Says: s.Says, Period: s.Period, Better: s.Better, Fewest: s.Fewest, Axis: s.Axis,
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
	if s.Axis != "" && !slices.ContainsFunc(Axes, func(o Option) bool { return o.Value == string(s.Axis) }) {
		r.bad(p.at("axis"), "axis 只能是 process、body、performance 或 standard")
	}
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
