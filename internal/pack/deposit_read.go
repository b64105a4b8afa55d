package pack

import (
	"fmt"
	"slices"
	"time"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/rule"
)

type depositSpec struct {
	Deposit  string                 `yaml:"deposit,required"`
	Name     string                 `yaml:"name,required"`
	Says     string                 `yaml:"says,required"`
	Of       string                 `yaml:"of,required"`
	Pays     string                 `yaml:"pays,required"`
	When     []formulaConditionSpec `yaml:"when,required"`
	Amount   *formulaStepSpec       `yaml:"amount"`
	Table    []formulaStepSpec      `yaml:"table"`
	Adjust   []formulaStepSpec      `yaml:"adjust"`
	Floor    *formulaStepSpec       `yaml:"floor"`
	Cap      *formulaStepSpec       `yaml:"cap"`
	Round    *roundingSpec          `yaml:"round"`
	Told     []toldSpec             `yaml:"told"`
	Handles  string                 `yaml:"handles,required"`
	Approves string                 `yaml:"approves,required"`
	Fund     string                 `yaml:"fund,required"`
	Assess   []depositRouteSpec     `yaml:"assessed-by,required"`
	Keep     []depositRouteSpec     `yaml:"kept-by,required"`
	Exempt   []formulaConditionSpec `yaml:"exempt"`
	Group    *struct {
		Cap formulaStepSpec `yaml:"cap,required"`
		Sum string          `yaml:"sum,required"` // own or members; may be $param
	} `yaml:"group"`
	Pay   depositTermSpec `yaml:"pay,required"`
	TopUp depositTermSpec `yaml:"top-up,required"`
	Parts *struct {
		First  formulaStepSpec `yaml:"first,required"`
		Within string          `yaml:"within,required"`
		Most   string          `yaml:"most,required,loose"`
		Basis  flow.List       `yaml:"basis,required"`
	} `yaml:"instalments"`
	Surety *struct {
		Bond      formulaStepSpec      `yaml:"bond,required"`
		Guarantor formulaConditionSpec `yaml:"guarantor,required"`
		Basis     flow.List            `yaml:"basis,required"`
	} `yaml:"guarantee"`
	Interest *formulaStepSpec `yaml:"interest"`
	Draw     struct {
		Costs    []depositCostSpec `yaml:"costs,required"`
		OwnFirst string            `yaml:"own-first,required,loose"`
		Basis    flow.List         `yaml:"basis,required"`
	} `yaml:"draw,required"`
	Review struct {
		By    string               `yaml:"by,required"` // month and day, "03-31"
		Large formulaConditionSpec `yaml:"large,required"`
		Basis flow.List            `yaml:"basis,required"`
	} `yaml:"review,required"`
	Exit struct {
		Reasons []form.Option `yaml:"reasons,required"`
		Basis   flow.List     `yaml:"basis,required"`
	} `yaml:"exit,required"`
	Flows struct {
		Assess string `yaml:"assess,required"`
		Draw   string `yaml:"draw,required"`
		Exit   string `yaml:"exit,required"`
		Breach string `yaml:"breach,required"`
	} `yaml:"flows,required"`
	Basis flow.List `yaml:"basis,required"`
}

type depositRouteSpec struct {
	Says  string    `yaml:"says,required"`
	When  string    `yaml:"when"`
	Level string    `yaml:"level,required"`
	Basis flow.List `yaml:"basis,required"`
}

type depositTermSpec struct {
	Within string    `yaml:"within,required"`
	Basis  flow.List `yaml:"basis,required"`
}

type depositCostSpec struct {
	ID    string    `yaml:"id,required"`
	Name  string    `yaml:"name,required"`
	Basis flow.List `yaml:"basis,required"`
}

func (s *depositSpec) formula() *formulaSpec {
	return &formulaSpec{Of: s.Of, Pays: s.Pays, When: s.When, Amount: s.Amount, Table: s.Table, Adjust: s.Adjust, Floor: s.Floor, Cap: s.Cap, Round: s.Round,
		Told: s.Told}
}

// deposit reads one deposit. Nil when its formula cannot be read.
func (r *reading) deposit(p part[depositSpec], on civil.Date) *Deposit {
	s, id := p.spec, "deposit/"+p.spec.Deposit
	d := &Deposit{ID: s.Deposit, Name: s.Name, Says: s.Says, Safety: s.Handles, Finance: s.Approves, Fund: r.resolve(p.at("fund"), s.Fund, on)}
	d.Basis = r.element(p.at(""), id, s.Name, s.Basis)
	if !itemID.MatchString(s.Deposit) {
		r.bad(p.at("deposit"), "缴存编号只能用小写字母、数字和短横，如 risk-deposit")
	}
	if len(d.Basis) == 0 || d.Basis[0].Document != r.pack.Document.ID {
		r.bad(p.at("basis"), "缴存的第一条依据须是本文件的条款")
		return nil
	}
	if s.Pays != "once" || s.Of != "organisation" {
		r.bad(p.at("pays"), "缴存是组织一次缴纳的：of 应为 organisation，pays 应为 once")
		return nil
	}
	x := r.formula(s.formula(), id, d.Basis, p.at, on)
	if x == nil {
		return nil
	}
	d.Formula, d.Told = *x.out, x.told
	y, err := x.wider()
	if err != nil {
		r.ps.Add(p.at(""), err)
		return nil
	}
	y.depositRoutes(d, &s)
	y.depositPaying(d, &s)
	y.depositEnds(d, &s)
	for path, office := range map[string]string{"handles": s.Handles, "approves": s.Approves} {
		if r.pack.Office(office) == nil {
			r.bad(p.at(path), "没有机构 %s", office)
		}
	}
	if s.Handles == s.Approves {
		r.bad(p.at("approves"), "办理和批准应是两个机构")
	}
	return d
}

// wider lets conditions and steps ask besides for what the books and the tree of places know.
func (x *formulaReading) wider() (*formulaReading, error) {
	y := *x
	var err error
	if y.env, err = x.env.With(map[string]rule.Type{DepositCounty: rule.Text, DepositAssessor: rule.Text, DepositElsewhere: rule.Text, DepositByGroup: rule.YesNo,
		depositChange: rule.Number}); err == nil {
		y.sums, err = y.env.With(map[string]rule.Type{sumName: rule.YuanPer(rule.Once), depositDays: rule.Whole})
	}
	return &y, err
}

func (x *formulaReading) depositRoutes(d *Deposit, s *depositSpec) {
	read := func(path, sub string, list []depositRouteSpec) (out []DepositRoute) {
		for i, c := range list {
			at := fmt.Sprintf("%s.%d", path, i)
			route := DepositRoute{Part: fmt.Sprintf("%s.%d", sub, i+1), Says: c.Says, Level: x.resolve(x.at(at+".level"), c.Level, x.on)}
			route.Basis = x.enter(at, route.Part, c.Says, c.Basis)
			if c.When != "" {
				route.When = x.condition(at+".when", c.When, x.env)
			}
			if route.Level != "city" && route.Level != "county" {
				x.bad(x.at(at+".level"), "level 只能是 city 或 county，不能是 %s", route.Level)
			}
			out = append(out, route)
		}
		return out
	}
	d.Assessor, d.Keeper = read("assessed-by", "assessor", s.Assess), read("kept-by", "keeper", s.Keep)
	for i, c := range s.Exempt {
		d.Exempts = append(d.Exempts, x.requirement(fmt.Sprintf("exempt.%d", i), fmt.Sprintf("exempt.%d", i+1), c))
	}
	if s.Group == nil {
		return
	}
	d.Group = &DepositGroup{Cap: x.step("group.cap", "group", s.Group.Cap, x.sums)}
	switch v := x.resolve(x.at("group.sum"), s.Group.Sum, x.on); v {
	case "own", "members":
		d.Group.All = v == "members"
	default:
		x.bad(x.at("group.sum"), "sum 只能是 own 或 members，不能是 %s", v)
	}
}

func (x *formulaReading) depositPaying(d *Deposit, s *depositSpec) {
	term := func(path, text string) civil.Term {
		t, err := civil.ParseTerm(x.resolve(x.at(path), text, x.on))
		if err != nil || !t.InDays() {
			x.bad(x.at(path), "期限应以天、工作日或月计，如 1mo")
		}
		return t
	}
	d.Pay = DepositTerm{term("pay.within", s.Pay.Within), x.enter("pay", "pay", s.Name+"缴存期限", s.Pay.Basis)}
	d.TopUp = DepositTerm{term("top-up.within", s.TopUp.Within), x.enter("top-up", "top-up", s.Name+"补齐期限", s.TopUp.Basis)}
	if i := s.Parts; i != nil {
		d.Parts = &DepositParts{First: x.step("instalments.first", "instalments.first", i.First, x.sums), Within: term("instalments.within", i.Within),
			Most: x.whole(x.at("instalments.most"), i.Most, 2, 60, x.on), Basis: x.enter("instalments", "instalments", s.Name+"分期", i.Basis)}
	}
	if g := s.Surety; g != nil {
		d.Surety = &DepositSurety{Bond: x.step("guarantee.bond", "guarantee.bond", g.Bond, x.sums),
			Guarantor: x.requirement("guarantee.guarantor", "guarantee.guarantor", g.Guarantor), Basis: x.enter("guarantee", "guarantee", s.Name+"担保", g.Basis)}
	}
	if s.Interest != nil {
		step := x.step("interest", "interest", *s.Interest, x.sums)
		d.Interest = &step
	}
}

func (x *formulaReading) depositEnds(d *Deposit, s *depositSpec) {
	d.Draw.Basis = x.enter("draw", "draw", s.Name+"动用", s.Draw.Basis)
	for i, c := range s.Draw.Costs {
		d.Draw.Costs = append(d.Draw.Costs, DepositCost{c.ID, c.Name, x.enter(fmt.Sprintf("draw.costs.%d", i), "cost."+c.ID, c.Name, c.Basis)})
	}
	switch v := x.resolve(x.at("draw.own-first"), s.Draw.OwnFirst, x.on); v {
	case "yes", "no":
		d.Draw.OwnFirst = v == "yes"
	default:
		x.bad(x.at("draw.own-first"), "应为 yes 或 no，不能是 %s", v)
	}
	d.Review.Basis = x.enter("review", "review", s.Name+"重新核定", s.Review.Basis)
	by, err := time.Parse("01-02", x.resolve(x.at("review.by"), s.Review.By, x.on))
	if err != nil {
		x.bad(x.at("review.by"), "应写成月和日，如 03-31")
	}
	d.Review.Month, d.Review.Day = int(by.Month()), by.Day()
	d.Review.Large = x.requirement("review.large", "review.large", s.Review.Large)
	d.Exit.Basis = x.enter("exit", "exit", s.Name+"退出", s.Exit.Basis)
	for _, o := range s.Exit.Reasons {
		d.Exit.Reasons = append(d.Exit.Reasons, Option(o))
	}
	d.Cases = DepositFlows(s.Flows)
	for path, id := range map[string]string{"assess": s.Flows.Assess, "draw": s.Flows.Draw, "exit": s.Flows.Exit, "breach": s.Flows.Breach} {
		if !slices.ContainsFunc(x.parts.flows, func(f part[flow.Spec]) bool { return f.spec.Flow == id }) {
			x.bad(x.at("flows."+path), "没有流程 %s", id)
		}
	}
}
