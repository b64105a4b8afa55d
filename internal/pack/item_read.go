package pack

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"linli/internal/civil"
	"linli/internal/flow"
	"linli/internal/form"
	"linli/internal/law"
	"linli/internal/rule"
)

// itemReading is one item while it is read: the facts its expressions may use, and where its parts stand.
type itemReading struct {
	*reading
	p    part[itemSpec]
	on   civil.Date
	env  *rule.Env
	item *Item
}

// Today is the fact of every item's expressions that is the day of asking.
const Today = "today"

func (r *reading) item(p part[itemSpec], on civil.Date) *Item {
	s := p.spec
	x := &itemReading{reading: r, p: p, on: on}
	x.item = &Item{ID: s.Item, Name: s.Name, Says: s.Says, Words: s.Words, Who: s.Who, Base: s.Flow, Form: s.Form,
		Decides: s.Decides, Desk: s.Desk, Grants: s.Grants, Accepts: s.Accepts, Channels: s.Channels,
		Basis: r.element(p.at(""), "item/"+s.Item, s.Name, s.Basis)}
	if len(x.item.Channels) == 0 {
		x.item.Channels = []string{"window", "net"}
	}
	x.vocabulary()
	x.references()
	x.conditions()
	x.materials()
	x.terms()
	x.joint()
	x.result()
	x.effects()
	x.ways()
	return x.item
}

// part enters a part of the item as an element; a part without a basis rests on the item's.
func (x *itemReading) enter(path, sub, name string, basis flow.List) []law.Clause {
	cites := x.item.Basis
	if len(basis) > 0 {
		cites = x.cites(x.p.at(path), basis)
	}
	x.reading.enter(Element{ID: "item/" + x.item.ID + "#" + sub, Name: name, Basis: cites, Place: x.p.at(path)})
	return cites
}

// vocabulary declares what expressions may speak of: the fields of the form, the questions asked before it, and today.
func (x *itemReading) vocabulary() {
	types := map[string]rule.Type{Today: rule.Date}
	k := slices.IndexFunc(x.parts.forms, func(f part[formSpec]) bool { return f.spec.Form == x.item.Form })
	if k < 0 {
		x.bad(x.p.at("form"), "没有表单 %s", x.item.Form)
	} else if x.item.form = x.form(x.parts.forms[k], x.on); x.item.form != nil {
		maps.Copy(types, x.item.form.Facts())
	}
	x.item.Asks = &form.Form{ID: x.item.ID, Title: x.item.Name, Fields: slices.Clone(x.p.spec.Asks)}
	if len(x.item.Asks.Fields) > 0 {
		err := x.item.Asks.Prepare(rule.Source{Document: x.pack.Document.ID, At: func(path ...any) rule.At {
			words := make([]string, len(path))
			for i, w := range path {
				words[i] = strings.Replace(fmt.Sprint(w), "fields", "asks", 1)
			}
			return x.p.at(strings.Join(words, "."))
		}}, nil)
		x.ps.Add(x.p.at("asks"), err)
	}
	for i, f := range x.item.Asks.Fields {
		path := fmt.Sprintf("asks.%d", i)
		if _, twice := types[f.Name]; twice {
			x.bad(x.p.at(path), "问题 %s 与表单的栏目同名", f.Name)
		}
		if t := f.FactType(); !t.IsZero() {
			types[f.Name] = t
		}
		x.enter(path, "ask."+f.Name, f.Label, flow.List(nonEmpty(f.Basis)))
		x.from(path+".from", f.From)
	}
	var err error
	if x.env, err = rule.NewEnv(types); err != nil {
		x.bad(x.p.at("asks"), "%s", err)
	}
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

var sourceForm = regexp.MustCompile(`^(fact|relation|result)\.[a-z][a-z0-9_-]*$|^relation\.[a-z][a-z-]*\.[a-z][a-z0-9_]*$|^case\.[a-z][a-z0-9-]*\.[a-z][A-Za-z0-9_]*$`)

func (x *itemReading) from(path, from string) Source {
	x.sourceAt(x.p.at(path), from)
	return Source(from)
}

// sourceAt refuses what names no place where something could be known.
func (r *reading) sourceAt(at rule.At, from string) {
	if from != "" && !sourceForm.MatchString(from) {
		r.bad(at, "“%s”应写成 fact.名称、relation.种类、relation.种类.名称、result.事项 或 case.事项.栏目", from)
	}
}

func (x *itemReading) when(path, src string) *rule.Program {
	if src == "" || x.env == nil {
		return nil
	}
	at := x.p.at(path)
	prog, err := x.env.Condition(x.expand(at, src, x.on), at)
	x.ps.Add(at, err)
	return prog
}

// references checks what the item names that stands elsewhere in the pack. Items of other documents are checked by
// Index.cross.
func (x *itemReading) references() {
	s := x.p.spec
	if !itemID.MatchString(s.Item) {
		x.bad(x.p.at("item"), "事项编号只能用小写字母、数字和短横，如 settle-house")
	}
	if s.Flow != "" && !slices.ContainsFunc(x.parts.flows, func(f part[flow.Spec]) bool { return f.spec.Flow == s.Flow }) {
		x.bad(x.p.at("flow"), "没有流程 %s", s.Flow)
	}
	for _, c := range []struct {
		path  string
		given []string
		among []Option
	}{{"who", []string{s.Who}, ItemWho}, {"channels", s.Channels, ItemChannels}, {"accepts", s.Accepts, ItemLevels}} {
		for _, v := range c.given {
			if !slices.ContainsFunc(c.among, func(o Option) bool { return o.Value == v }) {
				x.bad(x.p.at(c.path), "“%s”不在可选之列：%s", v, optionValues(c.among))
			}
		}
	}
	x.office("decides", s.Decides)
	for _, id := range s.Desk {
		x.office("desk", id)
	}
	for i, id := range s.Grants {
		if k := slices.IndexFunc(x.parts.benefits, func(b part[benefitSpec]) bool { return b.spec.Benefit == id }); k < 0 {
			x.bad(x.p.at(fmt.Sprintf("grants.%d", i)), "没有待遇 %s", id)
		} else if of := x.parts.benefits[k].spec.Of; of != s.Who {
			x.bad(x.p.at(fmt.Sprintf("grants.%d", i)), "待遇 %s 给 %s，事项由 %s 申请", id, of, s.Who)
		}
	}
	if len(s.Words) == 0 {
		x.bad(x.p.at("words"), "至少写一个群众的叫法")
	}
}

var itemID = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func optionValues(list []Option) string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = o.Value
	}
	return strings.Join(out, "、")
}

func (x *itemReading) office(path, id string) {
	if x.pack.Office(id) == nil {
		x.bad(x.p.at(path), "没有机构 %s", id)
	}
}

func (x *itemReading) conditions() {
	for i, c := range x.p.spec.When {
		path := fmt.Sprintf("when.%d", i)
		x.item.When = append(x.item.When, ItemCondition{Says: c.Says, when: x.when(path+".when", c.When),
			Basis: x.enter(path, fmt.Sprintf("condition.%d", i+1), c.Says, c.Basis)})
	}
	if c := x.p.spec.Green; c != nil {
		x.item.Green = &ItemCondition{Says: c.Says, when: x.when("green.when", c.When), Basis: x.enter("green", "green", c.Says, c.Basis)}
	}
}

func (x *itemReading) materials() {
	for i, m := range x.p.spec.Materials {
		path := fmt.Sprintf("materials.%d", i)
		if x.item.Needed(m.ID) != nil {
			x.bad(x.p.at(path), "材料 %s 重复", m.ID)
		}
		out := Material{ID: m.ID, Name: m.Name, Hint: x.resolve(x.p.at(path+".hint"), m.Hint, x.on), Owed: x.term(path+".owed", m.Owed),
			when: x.when(path+".when", m.When), Basis: x.enter(path, "material."+m.ID, m.Name, m.Basis)}
		for k, from := range m.Known {
			out.Known = append(out.Known, x.from(fmt.Sprintf("%s.known-from.%d", path, k), from))
		}
		x.item.Material = append(x.item.Material, out)
	}
}

func (x *itemReading) term(path, text string) civil.Term {
	text = x.resolve(x.p.at(path), text, x.on)
	if text == "" || text == "none" {
		return civil.Term{}
	}
	t, err := civil.ParseTerm(text)
	if err != nil {
		x.bad(x.p.at(path), "%s", err)
	}
	return t
}

func (x *itemReading) terms() {
	s := x.p.spec.Term
	t := &x.item.Term
	*t = ItemTerm{From: flow.Verb(s.From), Legal: x.term("term.legal", s.Legal), Promised: x.term("term.promised", s.Promised),
		Basis: x.enter("term", "term", "办理时限", s.Basis)}
	if t.From == "" {
		t.From = flow.Accept
	}
	if t.Legal.IsZero() && t.Promised.IsZero() {
		x.bad(x.p.at("term"), "办理时限须有 legal 或 promised")
	}
	x.item.Archive = x.term("archive", x.p.spec.Archive)
	if x.p.spec.Archive != "" {
		x.enter("archive", "archive", "归档期限", nil)
	}
	if f := x.p.spec.Fee; f != nil {
		fen, err := yuan(x.resolve(x.p.at("fee.yuan"), f.Yuan, x.on))
		if err != nil {
			x.bad(x.p.at("fee.yuan"), "%s", err)
		}
		x.item.Fee = Fee{Fen: fen, Why: f.Why, Basis: x.enter("fee", "fee", "收费", f.Basis)}
	}
}

// yuan reads an amount in yuan as fen.
func yuan(text string) (int64, error) {
	d, err := rule.ParseDecimal(text)
	if err != nil {
		return 0, fmt.Errorf("金额应写成元，如 \"0\" 或 \"12.50\"")
	}
	return rule.Money{Yuan: d}.Fen()
}

func (x *itemReading) joint() {
	for i, j := range x.p.spec.Joint {
		path := fmt.Sprintf("joint.%d", i)
		x.office(path+".office", j.Office)
		if j.Office == x.item.Decides || slices.ContainsFunc(x.item.Joint, func(o JointPart) bool { return o.Office == j.Office }) {
			x.bad(x.p.at(path+".office"), "机构 %s 已有环节", j.Office)
		}
		for _, a := range j.After {
			if !slices.ContainsFunc(x.item.Joint, func(o JointPart) bool { return o.Office == a }) {
				x.bad(x.p.at(path+".after"), "先办的机构 %s 须写在前面", a)
			}
		}
		x.item.Joint = append(x.item.Joint, JointPart{Office: j.Office, Does: j.Does, Term: x.term(path+".term", j.Term), After: j.After,
			Reuse: j.Reuse, when: x.when(path+".when", j.When), Basis: x.enter(path, "joint."+j.Office, j.Does, j.Basis)})
	}
}

func (x *itemReading) result() {
	s := x.p.spec.Result
	if s == nil {
		return
	}
	if !strings.Contains(s.Number, "{seq:") {
		x.bad(x.p.at("result.number"), "编号须含 {seq:位数}，如 JZZ-{year}-{seq:6}")
	}
	x.item.Result = &ItemResult{Document: s.Document, Number: s.Number, Valid: x.term("result.valid", s.Valid),
		Basis: x.enter("result", "result", s.Document, s.Basis)}
}

func (x *itemReading) effects() {
	for i, s := range x.p.spec.Effects {
		path := fmt.Sprintf("effects.%d", i)
		of := s.Of
		if of == "" {
			of = "applicant"
		}
		switch {
		case (s.Fact == "") == (s.Relation == ""):
			x.bad(x.p.at(path), "效果须写明 fact 或 relation，二者只居其一")
		case !s.Ends && (s.Is == "") == (s.Field == ""):
			x.bad(x.p.at(path), "效果须写明 is（值）或 field（表单栏目），二者只居其一；只终止原有的写 ends: yes")
		case s.Field != "" && !x.field(s.Field), !slices.Contains([]string{"applicant", "household", "members"}, of) && !x.field(of):
			x.bad(x.p.at(path), "表单 %s 没有效果所写的栏目", x.item.Form)
		}
		name := s.Fact + s.Relation
		x.item.Effects = append(x.item.Effects, ItemEffect{Fact: s.Fact, Relation: s.Relation, Of: of, Value: s.Is, Field: s.Field, Ends: s.Ends,
			when: x.when(path+".when", s.When), Basis: x.enter(path, fmt.Sprintf("effect.%d", i+1), name, s.Basis)})
	}
}

func (x *itemReading) field(name string) bool {
	return x.item.form != nil && x.item.form.Field(name) != nil
}

// ways are what may vary in how an item is applied for, and what is offered after it.
func (x *itemReading) ways() {
	leave := func(key string, s *itemLeaveSpec) *ItemLeave {
		if s == nil {
			return nil
		}
		return &ItemLeave{Says: s.Says, Basis: x.enter(key, key, s.Says, s.Basis)}
	}
	x.item.Proxy, x.item.Advance = leave("proxy", x.p.spec.Proxy), leave("advance", x.p.spec.Advance)
	x.item.Agency = leave("agency", x.p.spec.Agency)
	for i, n := range x.p.spec.Next {
		path := fmt.Sprintf("next.%d", i)
		x.item.Next = append(x.item.Next, NextItem{Item: n.Item, Says: n.Says, when: x.when(path+".when", n.When),
			Basis: x.enter(path, "next."+n.Item, n.Says, n.Basis)})
	}
}
