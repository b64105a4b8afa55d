package pack

import (
	"fmt"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/money"
	"linli/internal/rule"
)

type schemeSpec struct {
	Scheme  string            `yaml:"scheme,required"`
	Name    string            `yaml:"name,required"`
	Needs   string            `yaml:"needs,required"`
	Levels  []schemeLevelSpec `yaml:"levels,required"`
	Kinds   []schemeKindSpec  `yaml:"kinds,required"`
	Quota   schemeQuotaSpec   `yaml:"quota,required"`
	Offer   schemeTermSpec    `yaml:"offer,required"`
	Confirm schemeTermSpec    `yaml:"confirm,required"`
	Back    schemeTermSpec    `yaml:"call-back,required"`
	Visit   schemeVisitSpec   `yaml:"visit,required"`
	Shares  schemeSharesSpec  `yaml:"shares,required"`
	Licence schemeLicenceSpec `yaml:"licence,required"`
	Fund    string            `yaml:"fund"`
	Opens   string            `yaml:"opens"`
	Basis   flow.List         `yaml:"basis,required"`
}

type schemeLevelSpec struct {
	Grade string    `yaml:"grade,required"`
	Name  string    `yaml:"name,required"`
	Month string    `yaml:"month,required,loose"`
	Basis flow.List `yaml:"basis,required"`
}

type schemeKindSpec struct {
	Kind    string    `yaml:"kind,required"`
	Name    string    `yaml:"name,required"`
	Says    string    `yaml:"says,required"`
	Per     string    `yaml:"per,required"`
	Price   string    `yaml:"price,required,loose"`
	Most    string    `yaml:"most,loose"`
	Longest string    `yaml:"longest,loose"`
	Urgent  bool      `yaml:"urgent"`
	Basis   flow.List `yaml:"basis,required"`
}

type schemeQuotaSpec struct {
	Carries string    `yaml:"carries,required,loose"`
	Basis   flow.List `yaml:"basis,required"`
}

type schemeTermSpec struct {
	Within string    `yaml:"within,required"`
	Basis  flow.List `yaml:"basis,required"`
}

type schemeVisitSpec struct {
	Far   string    `yaml:"far,required,loose"`
	Early string    `yaml:"early,required,loose"`
	Late  string    `yaml:"late,required,loose"`
	Short string    `yaml:"short,required,loose"`
	Basis flow.List `yaml:"basis,required"`
}

type schemeSharesSpec struct {
	Of    []schemeShareSpec `yaml:"of,required"`
	Basis flow.List         `yaml:"basis,required"`
}

type schemeShareSpec struct {
	Payer   string `yaml:"payer,required"`
	Percent string `yaml:"percent,required,loose"`
}

type schemeLicenceSpec struct {
	Items flow.List `yaml:"items"`
	Basis flow.List `yaml:"basis,required"`
}

// scheme reads a Scheme and checks that its levels are the grades of its check list and its shares a whole.
func (r *reading) scheme(p part[schemeSpec], on civil.Date) *Scheme {
	s := p.spec
	id := "scheme/" + s.Scheme
	x := &Scheme{ID: s.Scheme, Name: s.Name, List: s.Needs, Providers: s.Licence.Items, Opens: s.Opens, Fund: r.resolve(p.at("fund"), s.Fund, on), Basis: r.element(p.at(""), id, s.Name, s.Basis)}
	r.schemeLevels(p, x, on)
	r.schemeKinds(p, x, on)
	x.QuotaBasis = r.element(p.at("quota"), id+"#quota", s.Name+"额度", s.Quota.Basis)
	switch v := r.resolve(p.at("quota.carries"), s.Quota.Carries, on); v {
	case "yes", "no":
		x.Carries = v == "yes"
	default:
		r.bad(p.at("quota.carries"), "应为 yes 或 no，不能是 %s", v)
	}
	x.OfferBasis = r.element(p.at("offer"), id+"#offer", s.Name+"接单期限", s.Offer.Basis)
	x.ConfirmBasis = r.element(p.at("confirm"), id+"#confirm", s.Name+"确认期限", s.Confirm.Basis)
	r.element(p.at("call-back"), id+"#call-back", s.Name+"回访期限", s.Back.Basis)
	for _, t := range []struct {
		at   string
		spec schemeTermSpec
		to   *civil.Term
	}{{"offer.within", s.Offer, &x.Offer}, {"confirm.within", s.Confirm, &x.Confirm}, {"call-back.within", s.Back, &x.Back}} {
		var err error
		if *t.to, err = civil.ParseTerm(r.resolve(p.at(t.at), t.spec.Within, on)); err != nil {
			r.bad(p.at(t.at), "%s", err)
		}
	}
	x.VisitBasis = r.element(p.at("visit"), id+"#visit", s.Name+"上门核对", s.Visit.Basis)
	x.Far, x.Early = r.whole(p.at("visit.far"), s.Visit.Far, 10, 100_000, on), r.whole(p.at("visit.early"), s.Visit.Early, 0, 1440, on)
	x.Late, x.Short = r.whole(p.at("visit.late"), s.Visit.Late, 0, 1440, on), r.whole(p.at("visit.short"), s.Visit.Short, 0, 100, on)
	x.LicenceBasis = r.element(p.at("licence"), id+"#licence", s.Name+"服务机构", s.Licence.Basis)
	for _, item := range s.Licence.Items {
		if !slices.ContainsFunc(r.parts.items, func(i part[itemSpec]) bool { return i.spec.Item == item }) {
			r.bad(p.at("licence"), "没有事项 %s", item)
		}
	}
	if s.Opens != "" && !slices.ContainsFunc(r.parts.flows, func(f part[flow.Spec]) bool { return f.spec.Flow == s.Opens }) {
		r.bad(p.at("opens"), "没有流程 %s", s.Opens)
	}
	r.schemeShares(p, x, on)
	return x
}

func (r *reading) schemeLevels(p part[schemeSpec], x *Scheme, on civil.Date) {
	s := p.spec
	i := slices.IndexFunc(r.parts.checklists, func(l part[checklistSpec]) bool { return l.spec.Checklist == s.Needs })
	if i < 0 {
		r.bad(p.at("needs"), "没有检查表 %s", s.Needs)
		return
	}
	for n, l := range s.Levels {
		at := p.at(fmt.Sprintf("levels.%d", n))
		if !slices.ContainsFunc(r.parts.checklists[i].spec.Grades, func(g checkGradeSpec) bool { return g.Grade == l.Grade }) || x.Level(l.Grade) != nil {
			r.bad(at, "检查表 %s 没有等级 %s，或写了两次", s.Needs, l.Grade)
		}
		x.Levels = append(x.Levels, SchemeLevel{l.Grade, l.Name, r.yuan(at, l.Month, on), r.element(at, "scheme/"+s.Scheme+"#level."+l.Grade, l.Name, l.Basis)})
	}
	for _, g := range r.parts.checklists[i].spec.Grades {
		if x.Level(g.Grade) == nil {
			r.bad(p.at("levels"), "没有写等级 %s 的额度", g.Grade)
		}
	}
}

func (r *reading) schemeKinds(p part[schemeSpec], x *Scheme, on civil.Date) {
	for n, k := range p.spec.Kinds {
		at := p.at(fmt.Sprintf("kinds.%d", n))
		if x.Kind(k.Kind) != nil {
			r.bad(at, "服务种类 %s 重复", k.Kind)
		}
		if !slices.ContainsFunc(SchemeUnits, func(o Option) bool { return o.Value == k.Per }) {
			r.bad(at, "per 只能是 hour 或 time")
		}
		if k.Urgent && p.spec.Opens == "" {
			r.bad(at, "紧急服务须写明引出的流程（opens），否则没有期限")
		}
		x.Kinds = append(x.Kinds, SchemeKind{ID: k.Kind, Name: k.Name, Says: k.Says, Per: k.Per, Price: r.yuan(at, k.Price, on), Most: r.whole(at, k.Most, 0, 1000, on),
			Longest: max(1, r.whole(at, k.Longest, 0, 100, on)), Urgent: k.Urgent, Basis: r.element(at, "scheme/"+p.spec.Scheme+"#kind."+k.Kind, k.Name, k.Basis)})
	}
}

func (r *reading) schemeShares(p part[schemeSpec], x *Scheme, on civil.Date) {
	x.ShareBasis = r.element(p.at("shares"), "scheme/"+p.spec.Scheme+"#shares", p.spec.Name+"分担", p.spec.Shares.Basis)
	sum := 0
	for n, s := range p.spec.Shares.Of {
		share := SchemeShare{s.Payer, r.whole(p.at(fmt.Sprintf("shares.of.%d.percent", n)), s.Percent, 0, 100, on)}
		x.Shares, sum = append(x.Shares, share), sum+share.Percent
	}
	if sum != 100 {
		r.bad(p.at("shares"), "各方分担合计 %d%%，应为 100%%", sum)
	}
}

// yuan reads an amount in yuan, which may be a parameter; what follows the number ("30 yuan/hour") says what it is for.
func (r *reading) yuan(at rule.At, text string, on civil.Date) money.Fen {
	number, _, _ := strings.Cut(r.resolve(at, text, on), " ")
	f, err := money.Parse(number)
	if err != nil || f < 0 {
		r.bad(at, "“%s”应为不小于零的元数", number)
	}
	return f
}

// A SchemeExample is a need, an order and a month, and what must follow for a scheme. What is left out is not looked at.
type SchemeExample struct {
	ID       string   `yaml:"id,required"`
	On       string   `yaml:"on,required"`
	Grade    string   `yaml:"grade"` // of need
	Month    string   `yaml:"month"` // yuan that public money pays for it
	Kind     string   `yaml:"kind"`
	Units    int      `yaml:"units"`
	Costs    string   `yaml:"costs"` // yuan
	Urgent   string   `yaml:"urgent"`
	Used     int64    `yaml:"used"` // yuan of the month's money
	Spare    int64    `yaml:"spare"`
	Left     string   `yaml:"left"`    // yuan that may still be ordered in that month
	Offered  string   `yaml:"offered"` // instant of an offer, of the end of a service, and of a call back being owed
	Answer   string   `yaml:"answer"`  // by when it must be answered, confirmed and made
	Served   string   `yaml:"served"`
	Confirm  string   `yaml:"confirm"`
	Owed     string   `yaml:"owed"`
	Back     string   `yaml:"back"`
	Licence  string   `yaml:"licence"`  // an item, and whether its result lets provide: "care-company yes"
	Distance int      `yaml:"distance"` // metres from the home, and minutes after the hour agreed
	Minutes  int      `yaml:"minutes"`
	Stayed   int      `yaml:"stayed"` // percent of the time ordered
	Marks    *string  `yaml:"marks"`
	Shares   []string `yaml:"shares"` // "city 20"
	Opens    string   `yaml:"opens"`
}

// Marks (上门异常标记) of a visit, in the order of pages.
const (
	MarkFarOff = "far"
	MarkEarly  = "early"
	MarkLate   = "late"
	MarkShort  = "short"
	MarkNoSpot = "no-position"
)

// Arriving marks a visit by how many metres from the home it began (-1: not known) and how many minutes after the hour agreed.
func (s *Scheme) Arriving(metres, minutes int) (marks []string) {
	marks = s.Spot(metres)
	if minutes < -s.Early {
		marks = append(marks, MarkEarly)
	}
	if minutes > s.Late {
		marks = append(marks, MarkLate)
	}
	return marks
}

// Spot marks where somebody said he was.
func (s *Scheme) Spot(metres int) []string {
	switch {
	case metres < 0:
		return []string{MarkNoSpot}
	case metres > s.Far:
		return []string{MarkFarOff}
	}
	return nil
}

// TooShort reports whether a stay of so many percent of the time ordered is marked.
func (s *Scheme) TooShort(percent int) bool { return percent < s.Short }
