package demo

import (
	"context"
	"fmt"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/deposit"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/ledger"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

const (
	treasury    = "finance"
	depositRule = "pz10-52:risk-deposit"
	// MineCode is the credit code of the mine of the demonstration, by which it is found.
	MineCode = "99990000MK00000A1F"
)

// depositors are those who have to do with deposits: the bureau of safety, the treasury, and who heads the mine.
var depositors = []Account{
	{Login: "anjian", Role: "安监部门", Try: "安监部门：谁应存、谁逾期，核定一家企业并看为什么是这个数，审核分期和动用"},
	{Login: "caizheng", Role: "财政部门", Try: "财政部门：专户入账、计息，批准动用和退还，放款"},
	{Login: "kuangshan", Role: "企业（煤矿）", Try: "煤矿负责人：应存多少、分期、余额和对账单，申请动用"},
}

// firm is an invented enterprise with what the registers know of it.
type firm struct {
	code, name string
	facts      map[string]string
}

var firms = []firm{
	{MineCode, "青石煤矿（演示）", map[string]string{"safety_trade": "coal", "mine_capacity": "12", "safety_class": "B", "affiliation": "city", "employees": "320"}},
	{"99990000MK00000B2K", "顺风客运公司（演示）", map[string]string{"safety_trade": "passenger", "employees": "620", "annual_sales": "45000000", "safety_class": "A", "affiliation": "city"}},
	{"99990000MK00000C3P", "山脚采石场（演示）", map[string]string{"safety_trade": "mine", "employees": "80", "annual_sales": "9000000", "total_assets": "12000000", "safety_class": "C", "affiliation": "city"}},
}

// deposits lets a mine pay in two parts, a bus firm be late, and a quarry wait to be assessed. It happens once.
func (b *build) deposits(ctx context.Context) error {
	return b.o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := staff.AccountByLogin(tx, depositors[0].Login)
		if fault.KindOf(err) != fault.KindNotFound {
			return err
		}
		tx.Replay(b.now.AddDate(0, 0, -60))
		x := deposit.New(deposit.Options{Packs: b.o.Packs, Cases: b.cases, People: b.o.People, Law: civil.CivilCode()})
		adopted := len(b.o.Packs().Deposits(b.tree.Path(city), place.Today(tx))) > 0
		safety, keeper, err := b.bureaus(tx)
		if err != nil {
			return err
		}
		ids, err := b.enterprises(tx, adopted)
		if err != nil {
			return err
		}
		head, err := b.headOf(tx, ids[0])
		if err != nil || !adopted {
			return err // the words of the enterprises are the document's
		}
		return b.depositStory(tx, x, safety, keeper, head, ids)
	})
}

// bureaus opens the units, accounts and the fund.
func (b *build) bureaus(tx *db.Tx) (safety, keeper staff.Actor, err error) {
	rescue, err := staff.UnitOf(tx, "rescue")
	if err != nil {
		return safety, keeper, err
	}
	rescue.Offices = append(rescue.Offices, "deposit-safety")
	money, err := staff.UnitOf(tx, treasury)
	if fault.KindOf(err) == fault.KindNotFound {
		money, err = staff.Unit{Code: treasury, Name: "市财政局", Kind: "department", Place: city}, nil
	}
	if err != nil {
		return safety, keeper, err
	}
	money.Offices = append(money.Offices, "deposit-finance")
	for _, u := range []staff.Unit{rescue, money} {
		if err := staff.PutUnit(tx, founder, u); err != nil {
			return safety, keeper, err
		}
	}
	for i, unit := range []string{rescue.Code, money.Code} {
		a, err := staff.Create(tx, founder, staff.Account{Login: depositors[i].Login, Name: depositors[i].Role, Unit: unit}, b.password)
		if err != nil {
			return safety, keeper, err
		}
		role := []staff.Role{staff.Desk, staff.Treasurer}[i]
		if err := staff.Allow(tx, founder, a.ID, staff.Handler, "", unit); err != nil {
			return safety, keeper, err
		}
		if err := staff.Allow(tx, founder, a.ID, role, city, ""); err != nil {
			return safety, keeper, err
		}
	}
	if safety, err = loginOf(tx, "anjian"); err != nil {
		return safety, keeper, err
	}
	if keeper, err = loginOf(tx, "caizheng"); err != nil {
		return safety, keeper, err
	}
	b.office["anjian"], b.office["caizheng"] = safety, keeper
	_, err = ledger.PutFund(tx, keeper, ledger.Fund{Payer: "city", Code: "risk-deposit", Place: city, Name: "风险抵押金专户（演示）"})
	return safety, keeper, err
}

func (b *build) enterprises(tx *db.Tx, adopted bool) (ids []db.ID, err error) {
	for _, f := range firms {
		o, err := register.PutOrganisation(tx, register.Organisation{Code: f.code, Name: f.name, Place: counties[0].code, Kind: "enterprise", Registration: "registered", Source: "demo"})
		if err != nil {
			return nil, err
		}
		for name, value := range f.facts {
			if !adopted {
				break
			}
			if _, err := b.o.People.Change(tx, fact.Fact{Subject: fact.Organisation(o.ID), Name: name, Value: value, Telling: b.registered()}); err != nil {
				return nil, err
			}
		}
		ids = append(ids, o.ID)
	}
	return ids, nil
}

func (b *build) registered() fact.Telling {
	return fact.Telling{Source: fact.Source{Kind: fact.ByImport, Name: "演示"}, By: founder.Name, Path: b.tree.Path(counties[0].code)}
}

// headOf gives an enterprise a head with an account.
func (b *build) headOf(tx *db.Tx, org db.ID) (staff.Actor, error) {
	p, _, err := b.o.People.FindOrCreate(tx, register.Newcomer{Name: "石矿长", Place: counties[0].code, Source: "demo"})
	if err != nil {
		return staff.Actor{}, err
	}
	if _, err := fact.Relate(tx, fact.Relation{Name: lexicon.Heads, From: fact.Person(p.ID), To: fact.Organisation(org), Telling: b.registered()}); err != nil {
		return staff.Actor{}, err
	}
	a, err := staff.Create(tx, founder, staff.Account{Login: "kuangshan", Name: "石矿长", Person: p.ID}, b.password)
	if err != nil {
		return staff.Actor{}, err
	}
	if err := staff.Allow(tx, founder, a.ID, staff.Resident, "", ""); err != nil {
		return staff.Actor{}, err
	}
	return loginOf(tx, "kuangshan")
}

// depositStory tells the last two months: the mine pays in two parts, the bus firm pays nothing, the quarry waits for its decision.
func (b *build) depositStory(tx *db.Tx, x *deposit.Deposits, safety, keeper, head staff.Actor, ids []db.ID) error {
	var mine db.ID
	for i, org := range ids {
		key := fmt.Sprintf("demo-deposit-%d", i)
		id, err := x.Assess(tx, safety, key, depositRule, org)
		if err != nil {
			return fmt.Errorf("assess %s: %w", firms[i].name, err)
		}
		if i == 2 {
			break
		}
		if err := x.Decide(tx, safety, key+"/decide", id, true, "按登记的情况核定。"); err != nil {
			return err
		}
		if err := x.Deliver(tx, safety, id, place.Today(tx)); err != nil {
			return err
		}
		if i == 0 {
			mine = id
		}
	}
	today := place.Today(tx)
	plan, err := x.AskPlan(tx, head, "demo-deposit-plan", mine, deposit.Plan{Kind: deposit.Parts, Words: "井下改造占用资金，请准分两期。",
		Parts: []pack.DepositPart{{Due: today.AddDays(10), Fen: money.Fen(165_000_000)}, {Due: today.AddMonths(4), Fen: money.Fen(110_000_000)}}})
	if err != nil {
		return err
	}
	if err := x.JudgePlan(tx, safety, mine, plan, true, "同意分期，首期六成。"); err != nil {
		return err
	}
	tx.Replay(b.now.AddDate(0, 0, -52))
	return x.Pay(tx, keeper, "demo-deposit-pay", mine, money.Fen(165_000_000), place.Today(tx), "代理银行回单 0001")
}
