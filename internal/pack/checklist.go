package pack

import (
	"fmt"
	"slices"

	"linli/internal/civil"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/rule"
)

// A Checklist (检查表) is what is looked at on the spot: items with points, and the grade that the points give.
type Checklist struct {
	ID     string
	Name   string
	Items  []CheckItem
	Grades []CheckGrade // best first; none: the list gives no grade
	Basis  []law.Clause
}

// A CheckItem (检查项) is one thing that is looked at.
type CheckItem struct {
	ID      string
	Group   string // 人, 机, 环 or the like; "" none
	Says    string
	Kind    string // one of CheckKinds
	Points  int    // what it is worth; 0: it is written down and not counted
	Veto    bool   // what fails here gives the worst grade, whatever the points
	Minor   bool   // what fails here costs points and is no finding
	Options []CheckOption
	Least   *rule.Decimal // bounds between which a number is right; nil: none
	Most    *rule.Decimal
	Basis   []law.Clause
}

// A CheckOption (检查项选项) is one answer of a choice.
type CheckOption struct {
	Value  string
	Label  string
	Points int
	Fails  bool
}

// A CheckGrade (等级) is a grade with the least share of the points, in percent, that gives it.
type CheckGrade struct {
	ID    string
	Name  string
	Least int
}

// CheckKinds (检查项类型) are how an item is answered.
var CheckKinds = []Option{{"yes-no", "是否"}, {"number", "数字"}, {"choice", "选项"}, {"photo", "照片"}}

// NotApplicable is the answer to an item that does not concern the subject: it leaves the points of both sides.
const NotApplicable = "na"

// A CheckResult (检查结果) is what the answers to a check list come to.
type CheckResult struct {
	Points  int
	Of      int    // what the applicable items are worth
	Percent int    // of Of, rounded down
	Grade   string // "" when the list gives none or no item applied
	Vetoed  bool
	Failed  []string // ids of the items that fail and are findings, in the order of the list
}

// Judge adds up the answers. Returns an invalid fault that names every item without a fit answer.
func (l *Checklist) Judge(answers map[string]string) (CheckResult, error) {
	var out CheckResult
	var wrong []fault.FieldError
	for i := range l.Items {
		item := &l.Items[i]
		answer := answers[item.ID]
		if answer == NotApplicable {
			continue
		}
		points, fails, why := item.judge(answer)
		if why != "" {
			wrong = append(wrong, fault.FieldError{Field: "answers." + item.ID, Format: why})
			continue
		}
		out.Points, out.Of = out.Points+points, out.Of+item.Points
		if fails && item.Veto {
			out.Vetoed = true
		}
		if fails && !item.Minor {
			out.Failed = append(out.Failed, item.ID)
		}
	}
	if len(wrong) > 0 {
		return out, fault.Fields(wrong)
	}
	if out.Of > 0 {
		out.Percent = out.Points * 100 / out.Of
	}
	out.Grade = l.grade(out)
	return out, nil
}

func (l *Checklist) grade(r CheckResult) string {
	if len(l.Grades) == 0 || r.Of == 0 {
		return ""
	}
	if r.Vetoed {
		return l.Grades[len(l.Grades)-1].ID
	}
	for _, g := range l.Grades {
		if r.Percent >= g.Least {
			return g.ID
		}
	}
	return l.Grades[len(l.Grades)-1].ID
}

// judge returns the points of an answer and whether it fails, or what is wrong with it.
func (i *CheckItem) judge(answer string) (points int, fails bool, why string) {
	switch i.Kind {
	case "yes-no":
		switch answer {
		case "yes":
			return i.Points, false, ""
		case "no":
			return 0, true, ""
		}
		return 0, false, "请回答是、否或不适用"
	case "number":
		d, err := rule.ParseDecimal(answer)
		if err != nil {
			return 0, false, "请填写数字"
		}
		if i.Least != nil && d.Cmp(*i.Least) < 0 || i.Most != nil && d.Cmp(*i.Most) > 0 {
			return 0, true, ""
		}
		return i.Points, false, ""
	case "choice":
		for _, o := range i.Options {
			if o.Value == answer {
				return o.Points, o.Fails, ""
			}
		}
		return 0, false, "请从所列选项中选择"
	}
	if answer == "" {
		return 0, false, "请拍照"
	}
	return i.Points, false, ""
}

// Item returns an item of the list, or nil.
func (l *Checklist) Item(id string) *CheckItem {
	for i := range l.Items {
		if l.Items[i].ID == id {
			return &l.Items[i]
		}
	}
	return nil
}

// AnswerWords is an answer as people read it.
func (i *CheckItem) AnswerWords(answer string) string {
	switch {
	case answer == NotApplicable:
		return "不适用"
	case i.Kind == "yes-no" && answer == "yes":
		return "是"
	case i.Kind == "yes-no" && answer == "no":
		return "否"
	case i.Kind == "photo" && answer != "":
		return "已拍照"
	}
	for _, o := range i.Options {
		if o.Value == answer {
			return o.Label
		}
	}
	return answer
}

// Checklist returns a check list by its id, or nil.
func (e *Edition) Checklist(id string) *Checklist {
	return find(e.Checklists, func(l *Checklist) bool { return l.ID == id })
}

type checklistSpec struct {
	Checklist string           `yaml:"checklist,required"`
	Name      string           `yaml:"name,required"`
	Items     []checkItemSpec  `yaml:"items,required"`
	Grades    []checkGradeSpec `yaml:"grades"`
	Basis     flow.List        `yaml:"basis,required"`
}

type checkItemSpec struct {
	Item    string            `yaml:"item,required"`
	Group   string            `yaml:"group"`
	Says    string            `yaml:"says,required"`
	Kind    string            `yaml:"kind,required"`
	Points  string            `yaml:"points,loose"`
	Veto    bool              `yaml:"veto"`
	Minor   bool              `yaml:"minor"`
	Options []checkOptionSpec `yaml:"options"`
	Least   string            `yaml:"least,loose"`
	Most    string            `yaml:"most,loose"`
	Basis   flow.List         `yaml:"basis,required"`
}

type checkOptionSpec struct {
	Value  string `yaml:"value,required"`
	Label  string `yaml:"label,required"`
	Points int    `yaml:"points"`
	Fails  bool   `yaml:"fails"`
}

type checkGradeSpec struct {
	Grade string    `yaml:"grade,required"`
	Name  string    `yaml:"name"`
	Least string    `yaml:"least,required,loose"`
	Basis flow.List `yaml:"basis,required"`
}

// checklist reads a Checklist and checks that its answers and bands mean something.
func (r *reading) checklist(p part[checklistSpec], on civil.Date) *Checklist {
	s := p.spec
	id := "checklist/" + s.Checklist
	l := &Checklist{ID: s.Checklist, Name: s.Name, Basis: r.element(p.at(""), id, s.Name, s.Basis)}
	for i, x := range s.Items {
		at := func(key string) rule.At { return p.at(fmt.Sprintf("items.%d%s", i, key)) }
		if l.Item(x.Item) != nil {
			r.bad(at(""), "检查项 %s 重复", x.Item)
		}
		item := CheckItem{ID: x.Item, Group: x.Group, Says: x.Says, Kind: x.Kind, Veto: x.Veto, Minor: x.Minor,
			Points: r.whole(at(".points"), x.Points, 0, 1000, on), Basis: r.element(at(""), id+"#"+x.Item, x.Says, x.Basis)}
		item.Least, item.Most = r.decimal(at(".least"), x.Least, on), r.decimal(at(".most"), x.Most, on)
		for _, o := range x.Options {
			item.Options = append(item.Options, CheckOption(o))
		}
		r.checkItem(at(""), &item)
		l.Items = append(l.Items, item)
	}
	for i, g := range s.Grades {
		at := p.at(fmt.Sprintf("grades.%d", i))
		least := r.whole(at, g.Least, 0, 100, on)
		switch {
		case i > 0 && least >= l.Grades[i-1].Least:
			r.bad(at, "等级应从高到低写，%s 的下限不低于前一级", g.Grade)
		case i == len(s.Grades)-1 && least != 0:
			r.bad(at, "最后一级的下限应为 0，否则有的得分没有等级")
		}
		r.element(at, id+"#grade."+g.Grade, g.Grade, g.Basis)
		l.Grades = append(l.Grades, CheckGrade{g.Grade, g.Name, least})
	}
	return l
}

// checkItem says what is wrong with an item.
func (r *reading) checkItem(at rule.At, i *CheckItem) {
	most := 0
	for _, o := range i.Options {
		most = max(most, o.Points)
	}
	switch {
	case !slices.ContainsFunc(CheckKinds, func(o Option) bool { return o.Value == i.Kind }):
		r.bad(at, "kind 只能是 yes-no、number、choice 或 photo")
	case (i.Kind == "choice") != (len(i.Options) > 1):
		r.bad(at, "choice 须有两个以上 options，其他类型不能有")
	case i.Kind == "choice" && most != i.Points:
		r.bad(at, "选项的最高分 %d 与检查项的分值 %d 不符", most, i.Points)
	case i.Kind != "number" && (i.Least != nil || i.Most != nil):
		r.bad(at, "只有 number 可以有 least、most")
	case i.Least != nil && i.Most != nil && i.Least.Cmp(*i.Most) > 0:
		r.bad(at, "least 大于 most，没有合格的数")
	case i.Veto && i.Kind == "photo":
		r.bad(at, "照片不会不合格，不能一票否决")
	}
}

// whole reads a whole number, which may be a parameter; "" is least.
func (r *reading) whole(at rule.At, text string, least, most int, on civil.Date) int {
	if text == "" {
		return least
	}
	text = r.resolve(at, text, on)
	d, err := rule.ParseDecimal(text)
	n, fits := d.Int64()
	if err != nil || !fits || !d.IsWhole() || n < int64(least) || n > int64(most) {
		r.bad(at, "“%s”应为 %d 到 %d 的整数", text, least, most)
	}
	return int(n)
}

func (r *reading) decimal(at rule.At, text string, on civil.Date) *rule.Decimal {
	if text == "" {
		return nil
	}
	d, err := rule.ParseDecimal(r.resolve(at, text, on))
	if err != nil {
		r.bad(at, "%s", err)
	}
	return &d
}

// A ChecklistExample is answers to a check list and what must come of them.
type ChecklistExample struct {
	ID      string            `yaml:"id,required"`
	Answers map[string]string `yaml:"answers"`
	Rest    string            `yaml:"rest"` // the answer to every item not named
	Percent int               `yaml:"percent"`
	Grade   string            `yaml:"grade"`
	Fails   []string          `yaml:"fails"` // items that are findings, all of them
	Wrong   []string          `yaml:"wrong"` // items without a fit answer, all of them
}
