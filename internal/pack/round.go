package pack

import (
	"fmt"
	"slices"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/rule"
)

// A Round (巡查) says who goes where again and again, with which check list, how much of it is owed, and what becomes of
// what is found.
type Round struct {
	ID       string
	Name     string
	Who      string // id of the office whose units go; ByGrid: the workers of each grid
	Watch    string // id of the office that plans and is told what was missed; "" those who supervise the place
	Subjects RoundSubjects
	Every    civil.Every  // how often; zero for a campaign
	Campaign civil.Period // days of a special campaign; zero for what comes again and again
	PerDay   int          // points of one day's task; 0: one task for the whole period
	Quota    Quota
	Coverage int    // percent of the points that must be visited; 0: none said
	List     string // id of the check list; "" words only
	Opens    string // flow of which each finding opens a case; "" findings are only kept
	Fields   map[string]string
	Recheck  int // percent of closed cases drawn, where subjects are cases that are closed
	Far      int // metres from the point beyond which a visit is marked
	Basis    []law.Clause
}

// ByGrid is the Who of rounds that the workers of each grid go.
const ByGrid = "grid"

// RoundSubjects (巡查对象) says what a round visits.
type RoundSubjects struct {
	Kind   string       // one of SubjectKinds
	Of     []string     // levels of places, kinds of organisations and facilities, classes of fixtures or persons, flows of cases; empty: all
	States []flow.State // of cases: those in these states; empty: those closed in the period before, of which Recheck are drawn
	Key    []string     // grades that make a subject a key one
}

// SubjectKinds (巡查对象类别) are what a round may visit.
var SubjectKinds = []Option{{"place", "区域"}, {"organisation", "组织"}, {"facility", "设施"}, {"fixture", "部件"}, {"person", "人员"}, {"case", "办件"}}

// A Quota (定额) is how many visits are owed in a period.
type Quota struct {
	Per      string // "person" or "unit"; "" no quota
	Counts   string // "visits", or "subjects": a second visit to the same one adds nothing
	Total    int    // of whatever kind; 0: none said
	Key      int    // to key subjects
	Ordinary int    // to others
}

// A Counted (计入的走访) is a visit as a quota counts it.
type Counted struct {
	Visit   string
	Subject string
	Key     bool
}

// A Fulfilment (定额完成) is how far a quota is met.
type Fulfilment struct {
	Total, Key, Ordinary int
	Met                  bool
}

// Fulfil counts visits. The same visit is counted once however often it is named, and only on one side: as one to a key subject
// or to an ordinary one, as the subject stood when it was first counted.
func (q Quota) Fulfil(visits []Counted) Fulfilment {
	var f Fulfilment
	seen := map[string]bool{}
	for _, v := range visits {
		by := "v:" + v.Visit
		if q.Counts == "subjects" {
			by = "s:" + v.Subject
		}
		if seen["v:"+v.Visit] || seen[by] {
			continue
		}
		seen["v:"+v.Visit], seen[by] = true, true
		f.Total++
		if v.Key {
			f.Key++
		} else {
			f.Ordinary++
		}
	}
	f.Met = f.Total >= q.Total && f.Key >= q.Key && f.Ordinary >= q.Ordinary
	return f
}

// Owed is how many visits the quota asks for altogether.
func (q Quota) Owed() int { return max(q.Total, q.Key+q.Ordinary) }

// Period returns the stretch of days that holds a day, for which a plan is made; ok is false on a day outside the campaign.
func (r *Round) Period(on civil.Date) (p civil.Period, ok bool) {
	if r.Every.IsZero() {
		return r.Campaign, !on.Before(r.Campaign.From) && !on.After(r.Campaign.To)
	}
	p, _ = r.Every.Next(on.AddDays(-1))
	return p, true
}

// Drawn is how many of n closed cases are re-checked.
func (r *Round) Drawn(n int) int { return (n*r.Recheck + 99) / 100 }

// Covered reports whether enough of the points were visited.
func (r *Round) Covered(visited, points int) bool { return visited*100 >= r.Coverage*points }

// Round returns a round by its id, or nil.
func (e *Edition) Round(id string) *Round {
	return find(e.Rounds, func(r *Round) bool { return r.ID == id })
}

type roundSpec struct {
	Round    string            `yaml:"round,required"`
	Name     string            `yaml:"name,required"`
	Who      string            `yaml:"who,required"`
	Watch    string            `yaml:"watch"`
	Subjects roundSubjectsSpec `yaml:"subjects,required"`
	Every    string            `yaml:"every"`
	Campaign *campaignSpec     `yaml:"campaign"`
	PerDay   string            `yaml:"per-day,loose"`
	Quota    *quotaSpec        `yaml:"quota"`
	Coverage *shareSpec        `yaml:"coverage"`
	List     string            `yaml:"list"`
	Opens    *findingSpec      `yaml:"opens"`
	Recheck  *shareSpec        `yaml:"recheck"`
	Far      string            `yaml:"far,loose"`
	Basis    flow.List         `yaml:"basis,required"`
}

type roundSubjectsSpec struct {
	Kind   string       `yaml:"kind,required"`
	Of     flow.List    `yaml:"of"`
	States []flow.State `yaml:"states"`
	Key    flow.List    `yaml:"key-grades"`
}

type campaignSpec struct {
	From  string    `yaml:"from,required"`
	To    string    `yaml:"to,required"`
	Basis flow.List `yaml:"basis,required"`
}

type quotaSpec struct {
	Per      string    `yaml:"per,required"`
	Counts   string    `yaml:"counts,required"`
	Total    string    `yaml:"total,loose"`
	Key      string    `yaml:"key,loose"`
	Ordinary string    `yaml:"ordinary,loose"`
	Basis    flow.List `yaml:"basis,required"`
}

type shareSpec struct {
	Percent string    `yaml:"percent,required,loose"`
	Basis   flow.List `yaml:"basis,required"`
}

type findingSpec struct {
	Flow   string            `yaml:"flow,required"`
	Fields map[string]string `yaml:"fields"`
	Basis  flow.List         `yaml:"basis,required"`
}

// FarAway is how far from its point a visit may be where a round says nothing, in metres.
const FarAway = 200

// FindingSources (问题填写来源) are what a field of the flow's form may take over from a finding; other texts stand as they are.
var FindingSources = []Option{{"=subject", "对象名称"}, {"=says", "不合格的检查项"}, {"=words", "检查人所写"}, {"=round", "巡查名称"}, {"=list", "检查表名称"},
	{"=grade", "等级"}, {"=at", "检查时间"}, {"=by", "检查人"}, {"=spot", "地点"}}

// round reads a Round and checks that what it names exists.
func (r *reading) round(p part[roundSpec], on civil.Date) *Round {
	s := p.spec
	id := "round/" + s.Round
	x := &Round{ID: s.Round, Name: s.Name, Who: s.Who, Watch: s.Watch, List: s.List, Basis: r.element(p.at(""), id, s.Name, s.Basis),
		Subjects: RoundSubjects{Kind: s.Subjects.Kind, Of: s.Subjects.Of, States: s.Subjects.States, Key: s.Subjects.Key}}
	if s.Who != ByGrid && r.pack.Office(s.Who) == nil {
		r.bad(p.at("who"), "没有机构 %s", s.Who)
	}
	if s.Watch != "" && r.pack.Office(s.Watch) == nil {
		r.bad(p.at("watch"), "没有机构 %s", s.Watch)
	}
	if s.List != "" && !slices.ContainsFunc(r.parts.checklists, func(l part[checklistSpec]) bool { return l.spec.Checklist == s.List }) {
		r.bad(p.at("list"), "没有检查表 %s", s.List)
	}
	r.roundSubjects(p, x)
	r.roundTime(p, x, on)
	x.PerDay = r.whole(p.at("per-day"), s.PerDay, 0, 500, on)
	x.Far = FarAway
	if s.Far != "" {
		x.Far = r.whole(p.at("far"), s.Far, 10, 100_000, on)
	}
	if q := s.Quota; q != nil {
		r.element(p.at("quota"), id+"#quota", s.Name+"定额", q.Basis)
		x.Quota = Quota{q.Per, q.Counts, r.whole(p.at("quota.total"), q.Total, 0, 10_000, on), r.whole(p.at("quota.key"), q.Key, 0, 10_000, on),
			r.whole(p.at("quota.ordinary"), q.Ordinary, 0, 10_000, on)}
		if q.Per != "person" && q.Per != "unit" || q.Counts != "visits" && q.Counts != "subjects" || x.Quota.Owed() == 0 {
			r.bad(p.at("quota"), "定额应写明 per（person 或 unit）、counts（visits 或 subjects）和至少一个数")
		}
	}
	if c := s.Coverage; c != nil {
		r.element(p.at("coverage"), id+"#coverage", s.Name+"覆盖率", c.Basis)
		x.Coverage = r.whole(p.at("coverage.percent"), c.Percent, 1, 100, on)
	}
	if c := s.Recheck; c != nil {
		r.element(p.at("recheck"), id+"#recheck", s.Name+"抽查比例", c.Basis)
		x.Recheck = r.whole(p.at("recheck.percent"), c.Percent, 1, 100, on)
	}
	if o := s.Opens; o != nil {
		r.element(p.at("opens"), id+"#opens", s.Name+"发现的问题", o.Basis)
		x.Opens, x.Fields = o.Flow, o.Fields
		for name, from := range o.Fields {
			known := func(k Option) bool { return k.Value == from }
			if from != "" && from[0] == '=' && !slices.ContainsFunc(FindingSources, known) {
				r.bad(p.at("opens.fields."+name), "没有来源 %s", from)
			}
		}
	}
	return x
}

func (r *reading) roundSubjects(p part[roundSpec], x *Round) {
	at, s := p.at("subjects"), x.Subjects
	switch {
	case !slices.ContainsFunc(SubjectKinds, func(o Option) bool { return o.Value == s.Kind }):
		r.bad(at, "kind 只能是 place、organisation、facility、fixture、person 或 case")
	case s.Kind == "case" && len(s.States) == 0 && p.spec.Recheck == nil:
		r.bad(at, "复查已办结的办件须写明抽查比例（recheck）")
	case p.spec.Recheck != nil && (s.Kind != "case" || len(s.States) > 0):
		r.bad(p.at("recheck"), "只有已办结的办件才抽查")
	case s.Kind != "case" && len(s.States) > 0:
		r.bad(at, "只有办件有 states")
	case len(s.Key) > 0 && p.spec.List == "":
		r.bad(at, "没有检查表就没有等级，不能写 key-grades")
	}
	for _, g := range s.Key {
		if !slices.ContainsFunc(r.parts.checklists, func(l part[checklistSpec]) bool {
			return l.spec.Checklist == x.List && slices.ContainsFunc(l.spec.Grades, func(c checkGradeSpec) bool { return c.Grade == g })
		}) {
			r.bad(at, "检查表 %s 没有等级 %s", x.List, g)
		}
	}
}

// roundTime reads how often a round comes, or the days of a campaign.
func (r *reading) roundTime(p part[roundSpec], x *Round, on civil.Date) {
	s := p.spec
	if (s.Every == "") == (s.Campaign == nil) {
		r.bad(p.at(""), "须写明周期（every）或专项行动起止（campaign），二者只居其一")
		return
	}
	if c := s.Campaign; c != nil {
		r.element(p.at("campaign"), "round/"+s.Round+"#campaign", s.Name+"起止", c.Basis)
		x.Campaign = civil.Period{From: r.date(p.at("campaign.from"), c.From), To: r.date(p.at("campaign.to"), c.To)}
		if x.Campaign.To.Before(x.Campaign.From) {
			r.bad(p.at("campaign"), "专项行动的结束早于开始")
		}
		return
	}
	var err error
	if x.Every, err = civil.ParseEvery(r.resolve(p.at("every"), s.Every, on)); err != nil {
		r.bad(p.at("every"), "%s", err)
	} else if !slices.Contains([]string{"day", "week", "month", "quarter", "half-year", "year"}, x.Every.String()) {
		r.bad(p.at("every"), "巡查周期应为 day、week、month、quarter、half-year 或 year")
	}
}

// A RoundExample is a day, visits and closed cases, and what must follow for a round. What is left out is not looked at.
type RoundExample struct {
	ID       string           `yaml:"id,required"`
	On       string           `yaml:"on,required"`
	From     string           `yaml:"from"` // of the period; "none": no plan on that day
	To       string           `yaml:"to"`
	Who      string           `yaml:"who"`
	Watch    string           `yaml:"watch"`
	List     string           `yaml:"list"`
	Opens    string           `yaml:"opens"`
	Visits   []CountedExample `yaml:"visits"`
	Met      string           `yaml:"met"` // yes or no
	Visited  int              `yaml:"visited"`
	Points   int              `yaml:"points"`
	Covered  string           `yaml:"covered"` // yes or no
	Closed   int              `yaml:"closed"`
	Recheck  int              `yaml:"recheck"`
	Key      string           `yaml:"key"`      // a grade, and whether it makes a key subject: "C yes"
	Distance int              `yaml:"distance"` // metres from the point
	Far      string           `yaml:"far"`      // yes or no
}

// A CountedExample is so many visits, each to another subject.
type CountedExample struct {
	Times int  `yaml:"times,required"`
	Key   bool `yaml:"key"`
	Same  bool `yaml:"same"` // all to one subject
}

// Counted spells the visits of the example out.
func (x *RoundExample) Counted() (list []Counted) {
	for i, v := range x.Visits {
		for n := range v.Times {
			c := Counted{Visit: fmt.Sprintf("%d.%d", i, n), Subject: fmt.Sprintf("%d.%d", i, n), Key: v.Key}
			if v.Same {
				c.Subject = fmt.Sprint(i)
			}
			list = append(list, c)
		}
	}
	return list
}

// roundFlows checks what the findings of rounds open, once every pack is there.
func (ix *Index) roundFlows(p *Pack) rule.Problems {
	var ps rule.Problems
	for _, x := range p.editions[0].Rounds {
		e, _ := p.Element("round/" + x.ID)
		if x.Opens != "" && ix.Flow(x.Opens, civil.Date{}) == nil {
			ps.Addf(e.Place, "巡查 %s 发现问题时引出的流程 %s 不存在", x.ID, x.Opens)
		}
		if x.Subjects.Kind == "case" {
			for _, id := range x.Subjects.Of {
				if ix.Flow(id, civil.Date{}) == nil {
					ps.Addf(e.Place, "巡查 %s 复查的流程 %s 不存在", x.ID, id)
				}
			}
		}
		for _, other := range ix.packs {
			if other != p && other.editions[0].Round(x.ID) != nil {
				ps.Addf(e.Place, "巡查 %s 已由文件 %s 设定", x.ID, other.Document.ID)
			}
		}
	}
	return ps
}

// Round returns the pack that holds a round on a day and the round, or nil.
func (ix *Index) Round(id string, on civil.Date) (*Pack, *Round) {
	for _, p := range ix.packs {
		if r := p.On(on).Round(id); r != nil {
			return p, r
		}
	}
	return nil, nil
}
