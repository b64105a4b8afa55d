package register

import (
	"net/url"
	"strings"

	"linli/internal/db"
	"linli/internal/event"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// members are the persons of a household as options.
func (a *asking) members() ([]ui.Option, error) {
	list, err := event.Members(a.tx, a.s.ID, fact.AsOf{})
	if err != nil {
		return nil, err
	}
	var ids []db.ID
	for _, r := range list {
		ids = append(ids, r.From.ID)
	}
	persons, err := register.Persons(a.tx, ids)
	if err != nil {
		return nil, err
	}
	var out []ui.Option
	for _, id := range ids {
		out = append(out, ui.Option{Value: id.String(), Text: persons[id].Name + " " + persons[id].Born.String()})
	}
	return out, nil
}

// ids reads persons of a form.
func ids(field string, list []string) ([]db.ID, error) {
	var out []db.ID
	for _, text := range list {
		if text == "" {
			continue
		}
		id, err := db.ParseID(text)
		if err != nil {
			return nil, fault.Invalid(field, "请从列表中选择")
		}
		out = append(out, id)
	}
	return out, nil
}

func one(field string, v url.Values) (db.ID, error) {
	list, err := ids(field, v[field])
	if err == nil && len(list) == 0 {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return list[0], nil
}

var householdActs = []act{
	{ID: "birth", Name: ui.N("出生"), Note: ui.N("登记在父母的户里，双胞胎分别登记"), Of: []lexicon.Kind{lexicon.Household},
		Fields: func(a *asking) ([]ui.Field, error) {
			members, err := a.members()
			sex := a.askWord(lexicon.Person, lexicon.Sex)
			sex.Required = true
			return []ui.Field{{Name: "name", Label: a.t("姓名"), Required: true, Max: 40}, sex, {Name: "born", Label: a.t("出生日期"), Kind: "date", Required: true},
				{Name: "mother", Label: a.t("母亲"), Kind: "select", Options: members}, {Name: "father", Label: a.t("父亲"), Kind: "select", Options: members},
				{Name: "id_number", Label: a.t("身份证号"), Hint: a.t("还没有的以后补登")}, a.askBasis(),
				{Name: "confirmed", Label: a.t("已核对不寻常的情况"), Kind: "bool"}}, err
		},
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, s fact.Subject, v url.Values) (string, error) {
			born, err := day(v, "born")
			if err != nil {
				return "", err
			}
			mother, err := one("mother", v)
			if err != nil {
				return "", err
			}
			father, err := one("father", v)
			if err != nil {
				return "", err
			}
			child, _, err := p.Events.Birth(tx, by, event.Birth{Name: strings.TrimSpace(v.Get("name")), Sex: form.Sex(v.Get("sex")), Born: born, IDNumber: v.Get("id_number"),
				Mother: mother, Father: father, Household: s.ID, Basis: v.Get("basis"), Confirmed: v.Get("confirmed") != ""})
			return href(fact.Person(child.ID)), asNamed("name", err, "name", "sex", "born", "mother", "father", "id_number")
		}},
	{ID: "head", Name: ui.N("变更户主"), Note: ui.N("户内有成年人时，未成年人不能作户主"), Of: []lexicon.Kind{lexicon.Household},
		Fields: func(a *asking) ([]ui.Field, error) {
			members, err := a.members()
			return []ui.Field{{Name: "head", Label: a.t("新户主"), Kind: "select", Options: members, Required: true}, a.askDay(), a.askBasis()}, err
		},
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, s fact.Subject, v url.Values) (string, error) {
			on, err := day(v, "on")
			if err != nil {
				return "", err
			}
			head, err := one("head", v)
			if err != nil {
				return "", err
			}
			_, err = p.Events.ChangeHead(tx, by, s.ID, head, on, v.Get("basis"))
			return href(s), asNamed("head", err, "head", "on")
		}},
	{ID: "split", Name: ui.N("分户"), Note: ui.N("部分成员另立一户"), Of: []lexicon.Kind{lexicon.Household},
		Fields: func(a *asking) ([]ui.Field, error) {
			members, err := a.members()
			return []ui.Field{{Name: "members", Label: a.t("分出的人员"), Kind: "choices", Options: members, Required: true}, {Name: "head", Label: a.t("新户主"), Kind: "select", Options: members, Required: true},
				{Name: "number", Label: a.t("新户号"), Max: 40}, a.askDay(), a.askBasis()}, err
		},
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, s fact.Subject, v url.Values) (string, error) {
			on, err := day(v, "on")
			if err != nil {
				return "", err
			}
			members, err := ids("members", v["members"])
			if err != nil {
				return "", err
			}
			head, err := one("head", v)
			if err != nil {
				return "", err
			}
			h, _, err := p.Events.Split(tx, by, event.Division{Household: s.ID, Members: members, Head: head, Number: v.Get("number"), On: on, Basis: v.Get("basis")})
			return href(fact.Household(h.ID)), asNamed("members", err, "members", "head", "on", "number")
		}},
	{ID: "join", Name: ui.N("并户"), Note: ui.N("全部成员并入另一户，本户注销"), Of: []lexicon.Kind{lexicon.Household},
		Fields: func(a *asking) ([]ui.Field, error) {
			return []ui.Field{{Name: "into", Label: a.t("并入哪一户"), Hint: a.t("填那一户页面网址里的 13 位编号"), Required: true}, a.askDay(), a.askBasis()}, nil
		},
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, s fact.Subject, v url.Values) (string, error) {
			on, err := day(v, "on")
			if err != nil {
				return "", err
			}
			into, err := one("into", v)
			if err != nil {
				return "", err
			}
			_, err = p.Events.Join(tx, by, s.ID, into, on, v.Get("basis"))
			return href(fact.Household(into)), asNamed("into", err, "into", "on")
		}},
}

// asNamed puts a fault under the fields that a form asks, and any other under the one that it is most likely about.
func asNamed(likely string, err error, asked ...string) error {
	f := fault.As(err)
	if f == nil || len(f.Fields) > 0 {
		return err
	}
	for _, name := range asked {
		if f.Field == name {
			return err
		}
	}
	switch f.Kind {
	case fault.KindInvalid, fault.KindConflict, fault.KindNotFound:
		return fault.Invalid(likely, f.Format, f.Args...)
	}
	return err
}

var thingActs = []act{
	{ID: "move-in", Name: ui.N("迁入"), Note: ui.N("户籍随迁立户或入户，或者户籍在别处"), Of: []lexicon.Kind{lexicon.Dwelling},
		Fields: func(a *asking) ([]ui.Field, error) {
			list, err := register.HouseholdsAt(a.tx, a.s.ID)
			var options []ui.Option
			for _, h := range list {
				options = append(options, ui.Option{Value: h.ID.String(), Text: a.t(h.Words()) + " " + h.Number + " " + h.Address})
			}
			return []ui.Field{a.askWho("who", "迁入的人"), {Name: "registered", Label: a.t("户籍一起迁入"), Kind: "bool"}, {Name: "household", Label: a.t("加入哪一户"), Kind: "select", Options: options, Hint: a.t("不选的，户籍迁入时另立一户，否则不入户")},
				a.askDay(), a.askBasis()}, err
		},
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, s fact.Subject, v url.Values) (string, error) {
			on, err := day(v, "on")
			if err != nil {
				return "", err
			}
			who, err := p.who(tx, "who", strings.TrimSpace(v.Get("who")))
			if err != nil {
				return "", err
			}
			h, err := one("household", v)
			if err != nil {
				return "", err
			}
			_, err = p.Events.MoveIn(tx, by, event.Move{Persons: []db.ID{who}, Dwelling: s.ID, Household: h, Registered: v.Get("registered") != "", On: on, Basis: v.Get("basis")})
			return href(s), asNamed("who", err, "household", "on")
		}},
	{ID: "part", Name: ui.N("登记单元或房间"), Note: ui.N("楼栋下的单元，单元或楼栋下的房间"), Of: []lexicon.Kind{lexicon.Dwelling},
		Fields: func(a *asking) ([]ui.Field, error) {
			return []ui.Field{{Name: "level", Label: a.t("级别"), Kind: "select", Required: true, Options: []ui.Option{{Value: register.UnitOf, Text: a.t("单元")}, {Value: register.Room, Text: a.t("房间")}}},
				{Name: "name", Label: a.t("名称"), Required: true, Max: 100}}, nil
		},
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, s fact.Subject, v url.Values) (string, error) {
			d, err := p.Events.NewDwelling(tx, by, register.Dwelling{Parent: s.ID, Level: v.Get("level"), Name: v.Get("name"), Source: "window"})
			return href(fact.Dwelling(d.ID)), asNamed("name", err, "level")
		}},
	{ID: "relate", Name: ui.N("登记关系"), Note: ui.N("产权人、承租人、任职人员、从业人员"), Of: []lexicon.Kind{lexicon.Dwelling, lexicon.Organisation, lexicon.Facility},
		Fields: func(a *asking) ([]ui.Field, error) {
			f := ui.Field{Name: "relation", Label: a.t("关系"), Kind: "select", Required: true}
			for _, r := range lexicon.Relations() {
				if r.Joins(lexicon.Person, a.s.Kind) && r.Name != lexicon.LivesAt && r.Name != lexicon.RegisteredAt {
					f.Options = append(f.Options, ui.Option{Value: r.Name, Text: a.t(r.Back)})
				}
			}
			return []ui.Field{f, a.askWho("who", "什么人"), {Name: "detail", Label: a.t("说明"), Hint: a.t("如职务、份额"), Max: 100}, a.askDay(), a.askBasis()}, nil
		},
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, s fact.Subject, v url.Values) (string, error) {
			on, err := day(v, "on")
			if err != nil {
				return "", err
			}
			who, err := p.who(tx, "who", strings.TrimSpace(v.Get("who")))
			if err != nil {
				return "", err
			}
			err = p.Events.Relate(tx, by, fact.Relation{Name: v.Get("relation"), From: fact.Person(who), To: s, Detail: v.Get("detail"), Since: on}, v.Get("basis"))
			return href(s), asNamed("relation", err, "on")
		}},
}

var newActs = []act{
	{ID: "arrive", Name: ui.N("新来的流动人口"), Note: ui.N("采集后由本地核实，再通报户籍地"),
		Fields: func(a *asking) ([]ui.Field, error) {
			reason := a.askWord(lexicon.Person, "stay_reason")
			same, err := a.askSame()
			return append(same, []ui.Field{{Name: "name", Label: a.t("姓名"), Required: true, Max: 40}, {Name: "id_number", Label: a.t("身份证号"), Hint: a.t("有号码时性别和出生日期不用填")},
				{Name: "phone", Label: a.t("电话"), Kind: "phone"}, a.askWord(lexicon.Person, lexicon.Sex), {Name: "born", Label: a.t("出生日期"), Kind: "date"},
				a.askPlace(), {Name: "address", Label: a.t("居住地址"), Required: true, Max: 200},
				{Name: "home", Label: a.t("户籍地"), Hint: a.t("本市的写社区或村的名称，从提示中选择；外地的写地名"), Required: true, Max: 100, Source: "/places/options?for=home"}, {Name: "home_address", Label: a.t("户籍详细地址"), Max: 200}, reason,
				{Name: "on", Label: a.t("来本地日期"), Kind: "date", Required: true}, {Name: "until", Label: a.t("拟离开日期"), Kind: "date"},
				{Name: "confirmed", Label: a.t("已核对不寻常的情况"), Kind: "bool"}}...), err
		},
		Do: arrive},
	{ID: "dwelling", Name: ui.N("房屋"), Note: ui.N("登记楼栋或独立的房屋，单元和房间在它的页面上登记"),
		Fields: func(a *asking) ([]ui.Field, error) {
			return []ui.Field{a.askPlace(), {Name: "name", Label: a.t("名称或门牌"), Required: true, Max: 100}, {Name: "address", Label: a.t("完整地址"), Max: 200}}, nil
		},
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, _ fact.Subject, v url.Values) (string, error) {
			d, err := p.Events.NewDwelling(tx, by, register.Dwelling{Level: register.Building, Name: v.Get("name"), Place: strings.TrimSpace(v.Get("place")), Address: strings.TrimSpace(v.Get("address")), Source: "window"})
			return href(fact.Dwelling(d.ID)), asNamed("name", err, "place")
		}},
	{ID: "organisation", Name: ui.N("组织"), Note: ui.N("单位、商户、社会组织、居民组织"),
		Fields: func(a *asking) ([]ui.Field, error) {
			return []ui.Field{{Name: "name", Label: a.t("名称"), Required: true, Max: 100}, {Name: "code", Label: a.t("统一社会信用代码"), Hint: a.t("没有的不填")}, a.askWord(lexicon.Organisation, "kind"),
				a.askWord(lexicon.Organisation, "registration"), a.askPlace(), {Name: "address", Label: a.t("地址"), Max: 200}}, nil
		},
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, _ fact.Subject, v url.Values) (string, error) {
			o, err := p.Events.NewOrganisation(tx, by, register.Organisation{Name: v.Get("name"), Code: v.Get("code"), Kind: v.Get("kind"), Registration: v.Get("registration"),
				Place: strings.TrimSpace(v.Get("place")), Address: v.Get("address"), Source: "window"})
			return href(fact.Organisation(o.ID)), asNamed("name", err, "code", "place")
		}},
	{ID: "facility", Name: ui.N("设施"), Note: ui.N("面积、权属、开放时间、能否共享"),
		Fields: func(a *asking) ([]ui.Field, error) {
			return []ui.Field{{Name: "name", Label: a.t("名称"), Required: true, Max: 100}, a.askWord(lexicon.Facility, "kind"), a.askPlace(), {Name: "address", Label: a.t("地址"), Max: 200},
				a.askWord(lexicon.Facility, "area"), a.askWord(lexicon.Facility, "title"), a.askWord(lexicon.Facility, "land"), a.askWord(lexicon.Facility, "hours"), a.askWord(lexicon.Facility, "shareable")}, nil
		},
		Do: func(p *Pages, tx *db.Tx, by staff.Actor, _ fact.Subject, v url.Values) (string, error) {
			told := map[string]string{}
			for _, name := range []string{"area", "title", "land"} {
				told[name] = strings.TrimSpace(v.Get(name))
			}
			f, err := p.Events.NewFacility(tx, by, register.Facility{Name: v.Get("name"), Kind: v.Get("kind"), Place: strings.TrimSpace(v.Get("place")), Address: v.Get("address"),
				Hours: v.Get("hours"), Shareable: v.Get("shareable") != "", Source: "window"}, told)
			return href(fact.Facility(f.ID)), asNamed("name", err, "place", "area", "title", "land")
		}},
}

// arrive collects a newcomer, once what is unusual about him has been confirmed and it is settled who he is.
func arrive(p *Pages, tx *db.Tx, by staff.Actor, _ fact.Subject, v url.Values) (string, error) {
	n, err := newcomer(v)
	if err != nil {
		return "", err
	}
	on, err := day(v, "on")
	if err != nil {
		return "", err
	}
	until, err := day(v, "until")
	if err != nil {
		return "", err
	}
	if err := p.doubtful(tx, n, v); err != nil {
		return "", err
	}
	home, err := p.homeOf(v)
	if err != nil {
		return "", err
	}
	alike, err := p.alike(tx, n)
	if err != nil {
		return "", err
	}
	x := event.Newcomer{Newcomer: n, Home: home, HomeAt: strings.TrimSpace(v.Get("home_address")), Reason: v.Get("stay_reason"), Until: until, On: on}
	if x.Person, x.Apart, err = picked(alike, v); err != nil {
		return "", err
	}
	f, err := p.Events.Arrive(tx, by, x)
	if err != nil {
		return "", asNamed("name", err, "name", "place", "home", "on", "id_number", "phone", "born")
	}
	if x.Apart {
		err = apart(tx, by, f, alike, v.Get("same_why"))
	}
	return href(fact.Person(f.Person)), err
}

// doubtful asks to confirm what is unusual about a newcomer.
func (p *Pages) doubtful(tx *db.Tx, n register.Newcomer, v url.Values) error {
	if v.Get("confirmed") != "" {
		return nil
	}
	at, err := register.StandingPlace(tx, "place", n.Place)
	if err != nil {
		return err
	}
	doubts, err := p.Town.People.Doubts(tx, n, at.Path)
	if err != nil {
		return err
	}
	var list []fault.FieldError
	for _, d := range doubts {
		if d.Person.IsZero() { // who he may be is asked by askSame
			list = append(list, fault.FieldError{Field: d.Field, Format: d.Format, Args: d.Args})
		}
	}
	if len(list) > 0 {
		list = append(list, fault.FieldError{Field: "confirmed", Format: "核对无误后请勾选这里再登记"})
	}
	return fault.Fields(list)
}

// homeOf is where somebody is registered: a place of the city by its name, or as it was written when the city has none such.
func (p *Pages) homeOf(v url.Values) (string, error) {
	text := strings.TrimSpace(v.Get("home"))
	switch found := p.Town.Pick(v, "home", "").Found; {
	case len(found) == 1:
		return found[0].Code, nil
	case len(found) > 1:
		return "", fault.Invalid("home", "有几处叫“%s”，请连同街道或乡镇一起写，或从提示中选择", text)
	}
	return text, nil
}
