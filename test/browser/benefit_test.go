package browser

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/fact"
	"linli/internal/flow"
	"linli/internal/ledger"
	"linli/internal/lexicon"
	"linli/internal/payrun"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/test/town"
)

// needy are the facts of an invented resident by which a benefit is due.
var needy = map[string]string{lexicon.HomePlace: town.Willow, "disability": "mental", "disability_level": "2", "relief": "minimum", "pension": "none"}

// relieving settles the bureau that decides, who pays, and a mentally disabled resident on relief with an account of his own.
func relieving(tx *db.Tx, people *register.Register) error {
	if err := town.Open(tx, staff.Unit{Code: "civil", Name: "邻水市民政局", Kind: "department", Place: town.City, Offices: []string{"civil"}}); err != nil {
		return err
	}
	ids, err := people.AddMany(tx, []register.Newcomer{{Name: "钱丙", Born: civil.MustDate("1980-02-29"), Place: town.Willow, Phone: "19900000009", Source: "town"}})
	if err != nil {
		return err
	}
	for name, value := range needy {
		if err := noted(tx, people, ids[0], name, value, "2026-01-05"); err != nil {
			return err
		}
	}
	for _, h := range []struct {
		login  string
		person db.ID
		unit   string
		grant  staff.Grant
	}{
		{"counter", 0, town.RiverrowOffice, staff.Grant{Role: staff.Desk, Place: town.Riverrow}}, {"sends", 0, town.RiverrowOffice, staff.Grant{Role: staff.Dispatcher, Place: town.Riverrow}},
		{"minzheng", 0, "civil", staff.Grant{Role: staff.Handler, Unit: "civil"}}, {"minzheng2", 0, "civil", staff.Grant{Role: staff.Handler, Unit: "civil"}},
		{"caiwu", 0, town.Office, staff.Grant{Role: staff.Finance, Place: town.City}}, {"fuhe", 0, town.Office, staff.Grant{Role: staff.Treasurer, Place: town.City}},
		{"qian", ids[0], "", staff.Grant{Role: staff.Resident}},
	} {
		if err := town.Hire(tx, staff.Account{Login: h.login, Name: "人员" + h.login, Unit: h.unit, Person: h.person}, h.grant); err != nil {
			return err
		}
	}
	a, err := staff.AccountByLogin(tx, "fuhe")
	if err != nil {
		return err
	}
	head, err := a.Actor(tx, staff.ViaPage)
	if err != nil {
		return err
	}
	f, err := ledger.PutFund(tx, head, ledger.Fund{Payer: "county", Code: "残疾人保障资金", Place: town.East, Name: "东城区残疾人保障资金"})
	if err != nil {
		return err
	}
	return ledger.Amend(tx, head, "budget", f.ID, ledger.Amendment{Year: 2026, Day: civil.MustDate("2026-01-01"), Fen: 1_000_000, Words: "年初预算"})
}

func noted(tx *db.Tx, people *register.Register, person db.ID, name, value, from string) error {
	_, err := people.Change(tx, fact.Fact{Subject: fact.Person(person), Name: name, Value: value, From: civil.MustDate(from),
		Telling: fact.Telling{Source: fact.Source{Kind: fact.ByClerk, Name: "测试"}, Certainty: fact.Confirmed, By: "测试"}})
	return err
}

func (c *city) day(month time.Month, day int) {
	c.clock.Set(time.Date(2026, month, day, 9, 0, 0, 0, civil.Shanghai))
}

// pays takes a month from the draft of its run to the bank's answer.
func (c *city) pays(t *testing.T, period string) (lines int) {
	t.Helper()
	maker, head, ctx := c.actor(t, "caiwu"), c.actor(t, "fuhe"), context.Background()
	var id db.ID
	dbtest.Write(t, c.DB, func(tx *db.Tx) (err error) {
		if id, err = c.Pay.Make(tx, maker, payrun.Making{Key: "run " + period, Name: period + " 待遇", Sources: []string{"benefit"}, Period: period, Place: town.City}); err == nil {
			err = c.Pay.Start(tx, maker, id)
		}
		return err
	})
	c.work(t)
	var slips []payrun.Slip
	dbtest.Read(t, c.DB, func(tx *db.Tx) (err error) {
		slips, err = c.Pay.Slips(tx, head, id, payrun.Query{Limit: 100})
		return err
	})
	if len(slips) == 0 {
		dbtest.Write(t, c.DB, func(tx *db.Tx) error { return c.Pay.Refuse(tx, maker, id, "没有可发的") })
		return 0
	}
	dbtest.Write(t, c.DB, func(tx *db.Tx) error {
		if err := c.Pay.Review(tx, maker, id); err != nil {
			return err
		}
		return c.Pay.Approve(tx, head, id, "")
	})
	c.work(t)
	dbtest.Write(t, c.DB, func(tx *db.Tx) error { return c.Pay.Send(tx, maker, id) })
	sum := sha256.Sum256([]byte(period))
	var rows []payrun.Back
	for i, s := range slips {
		rows = append(rows, payrun.Back{Row: i + 2, Line: s.ID, Fen: s.Net(), Paid: true, Serial: "S" + s.ID.String()})
	}
	if _, err := c.Pay.TakeBack(ctx, c.DB, maker, id, period+".csv", hex.EncodeToString(sum[:]), rows, nil); err != nil {
		t.Fatal(err)
	}
	c.work(t)
	return len(slips)
}

// A mentally disabled resident on relief is found by the rules, checked, published, paid 100 yuan a month, moves away, is stopped by a decision that he can read, and what
// was paid too much is claimed back.
func TestABenefitFromFindingToRecovery(t *testing.T) {
	eachIn(t, setting{settle: relieving}, func(t *testing.T, c *city) {
		person := c.actor(t, "qian").Person
		s := &story{T: t, city: c, office: c.tab(t, desktop)}
		b := s.sit("qian")
		b.open("/benefits/me")
		b.see("现在没有享受待遇", "精神残疾补助", "符合", "还没有收款账户")
		b.fit()
		b.picture("benefits-before")

		b = s.sit("hall")
		b.open("/benefits/persons/" + person.String())
		b.click("按现在的登记重算一遍")
		b.see("核查线索", "钱丙", "精神残疾补助", "给予", "100.00元")
		b.fit()
		b.picture("findings")
		b.click("钱丙")
		b.see("残疾人证上是精神残疾", "三政办〔2012〕63号 三（三）", "核实")
		b.fit()
		b.fill("怎样核实的、看到什么", "入户看了残疾人证和低保证")
		b.click("属实")
		b.see("替他申办")
		b.picture("finding")
		b.fill("公民身份号码", "99000019800229001X")
		b.fill("联系电话", "19900000009")
		b.click("申办")
		b.see("CJDY-2026-00001")

		var id db.ID
		dbtest.Read(t, c.DB, func(tx *db.Tx) error {
			own, err := c.Window.Mine(tx, c.actor(t, "hall"), person)
			if err == nil {
				id = own[0].Case.ID
			}
			return err
		})
		step := func(login string, a flow.Act) {
			dbtest.Write(t, c.DB, func(tx *db.Tx) error {
				_, err := c.Cases.Do(tx, c.actor(t, login), id, casework.Act{Act: a, Key: "step " + string(a.Verb)})
				return err
			})
		}
		step("hall", flow.Act{Verb: flow.Accept})
		step("hall", flow.Act{Verb: "check", Words: "属实", Sets: map[string]any{"checked": true}})
		step("counter", flow.Act{Verb: "review", Words: "初审属实"})
		step("sends", flow.Act{Verb: flow.Dispatch, To: "civil"})
		step("counter", flow.Act{Verb: "publish", Words: "社区公示栏"})
		c.day(time.September, 21)
		step("minzheng", flow.Act{Verb: flow.Reply, Words: "准予", Verdict: flow.Agree})
		c.work(t)

		b = s.sit("qian")
		b.open("/benefits/me")
		b.see("精神残疾补助", "享受中", "2026年10月1日")
		b.press("登记或更改")
		b.fill("户名", "钱丙")
		b.fill("开户银行", "某农商行")
		b.fill("账号", "990000000000001")
		b.click("保存收款账户")
		b.see("****0001")
		b.lacks("990000000000001")
		c.day(time.December, 1)
		if n := c.pays(t, "2026-11"); n != 2 {
			t.Fatalf("%d lines for October and November", n)
		}

		dbtest.Write(t, c.DB, func(tx *db.Tx) error { return noted(tx, c.People, person, lexicon.HomePlace, "410100", "2026-10-20") })
		b = s.sit("hall")
		b.open("/benefits/persons/" + person.String())
		b.click("按现在的登记重算一遍")
		b.see("停止")
		b.click("钱丙")
		b.see("户籍在本市")
		b.fill("怎样核实的、看到什么", "房子空了，邻居说搬走了")
		b.click("属实")
		b.see("已核实，待决定")
		b = s.sit("minzheng")
		b.open("/benefits/findings")
		b.click("钱丙")
		b.fill("理由，当事人会看到", "十月迁出本市")
		b.click("停止")
		b.see("待遇决定：精神残疾补助", "2026年10月31日", "十月迁出本市", "按当时的资料和文件版本重算，结果一致")
		b.fit()
		b.picture("decision")

		b = s.sit("qian")
		b.open("/benefits/me")
		b.click("精神残疾补助")
		b.see("已停止", "停止", "2026-11", "100.00元")
		b.fit()
		b.picture("entitlement")
		var claims []payrun.Claim
		dbtest.Read(t, c.DB, func(tx *db.Tx) (err error) {
			claims, err = c.Pay.ClaimsAgainst(tx, fact.Person(person))
			return err
		})
		if len(claims) != 1 || claims[0].Fen != 10000 {
			t.Fatalf("%+v", claims)
		}
		b.click("停止")
		b.press("提出申诉")
		b.fill("不服的理由", "只是住院，没有迁走")
		b.click("提交申诉")
		b.see("正在由另一个人复核")
		dbtest.Read(t, c.DB, func(tx *db.Tx) error {
			looks := 0
			entries, err := audit.Of(tx, fact.Person(person).String(), 200)
			for _, e := range entries {
				if e.Verb == "look" && strings.Contains(string(e.Detail), "benefits") {
					looks++
				}
			}
			if looks < 4 {
				t.Errorf("%d looks at what is sealed were noted", looks)
			}
			return err
		})
		b = s.sit("minzheng2")
		b.open("/benefits/appeals")
		b.see("只是住院")
		b.fit()
		b.click("只是住院，没有迁走")
		b.fill("复核的理由", "核对了户籍，已经迁出")
		b.click("维持原决定")
		b.see("核对了户籍")
		b.end()
	})
}

// Before 100 yuan become 120, whoever leads sees what that costs, who pays it and who gets more; nothing in force changes.
func TestAnAmountIsTriedBeforeItIsRaised(t *testing.T) {
	eachIn(t, setting{settle: relieving}, func(t *testing.T, c *city) {
		s := &story{T: t, city: c, office: c.tab(t, desktop)}
		b := s.sit("mayor")
		b.open("/drafts")
		b.see("规则测算", "残疾人救助保障")
		b.fit()
		b.open("/drafts/documents/sm12-63/form")
		b.fill("草案名称", "精神残疾补助提到一百二")
		b.pick("改哪个参数", "精神残疾补助每人每月，现在是 100元/月")
		b.fill("改成", "120元/月")
		b.click("做成草案")
		b.see("精神残疾补助提到一百二", "120 yuan/month", "对全市测算")
		b.click("对全市测算")
		b.see("结果", "1,200", "1,440", "由谁出钱", "下载结果")
		b.fit()
		b.picture("draft-result")
		b.open("/drafts")
		b.see("精神残疾补助提到一百二")
		if is, _ := c.Catalog.Index().Pack("sm12-63", "").Param("mental-allowance").On(civil.MustDate("2026-09-07")); is != "100 yuan/month" {
			t.Errorf("the draft changed what is in force: %s", is)
		}
		b.end()
	})
}
