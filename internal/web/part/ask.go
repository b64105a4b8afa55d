package part

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/law"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// An Ask is the form of one step: what the step needs and may set, as questions.
type Ask struct {
	Step    *flow.Step
	Case    db.ID
	Typed   Typed
	Errors  ui.Errors
	Fields  []ui.Field
	Samples []Sample            // of earlier replies
	Likely  []casework.Likeness // cases that may be the same matter
	Clause  law.Clause          // that governs the step
	Gist    string
}

// wordsLabel is what the words of a step are called, where “说明” says too little.
var wordsLabel = map[flow.Verb]string{
	flow.Reply: ui.N("答复内容"), flow.Refuse: ui.N("不予受理的理由"), flow.Ask: ui.N("需要补正什么"), flow.Return: ui.N("退回理由"),
	flow.Reassign: ui.N("改派理由"), flow.Instruct: ui.N("批示意见"), flow.Extend: ui.N("延期理由"), flow.Deny: ui.N("不准理由"),
	flow.Supervise: ui.N("督办要求"), flow.Rework: ui.N("返工要求"), flow.Contribute: ui.N("协办意见"), flow.Report: ui.N("报告内容"),
	flow.Appeal: ui.N("申诉理由"), flow.Reopen: ui.N("重新办理的理由"), flow.Verify: ui.N("核查情况"), flow.CallBack: ui.N("回访情况"),
	flow.Present: ui.N("呈批意见"), flow.Dispatch: ui.N("转办要求"), flow.Explain: ui.N("情况说明"),
}

// long are the steps whose words are a text of their own.
var long = map[flow.Verb]bool{flow.Reply: true, flow.Report: true, flow.Contribute: true, flow.Instruct: true, flow.Explain: true}

// noFiles are the steps that nobody attaches anything to.
var noFiles = map[flow.Verb]bool{flow.Accept: true, flow.Classify: true, flow.Merge: true, flow.Link: true, flow.Convert: true, flow.Archive: true}

// Ask makes the form of a step that the actor may take now; nil when he may not. What was typed before is kept.
func (t *Town) Ask(tx *db.Tx, f *Folder, in Typed, errs ui.Errors) (*Ask, error) {
	i := slices.IndexFunc(f.Options, func(o casework.Option) bool { return o.Step.Verb == in.Verb })
	if i < 0 {
		return nil, nil
	}
	st := f.Options[i].Step
	a := &Ask{Step: st, Case: f.Case.ID, Typed: in, Errors: errs}
	if in.Version == 0 {
		a.Typed.Version = f.Case.Version
	}
	if len(st.Basis) > 0 {
		a.Clause, a.Gist = st.Basis[0], t.Gist(st.Basis[0])
	}
	q := questions{Ask: a, town: t, folder: f}
	if err := q.build(tx); err != nil {
		return nil, err
	}
	a.Fields = errs.On(a.Fields)
	if !errs.Any() {
		Focus(a.Fields)
	}
	return a, nil
}

// questions builds the fields of an Ask.
type questions struct {
	*Ask
	town   *Town
	folder *Folder
}

func (q *questions) needs(n string) bool { return slices.Contains(q.Step.Needs, n) }

func (q *questions) add(f ui.Field) {
	if f.Value == "" {
		f.Value = q.Typed.Of(f.Name)
	}
	q.Fields = append(q.Fields, f)
}

func (q *questions) build(tx *db.Tx) error {
	ctx := tx.Ctx()
	for _, ask := range []func(*db.Tx) error{q.standard, q.units, q.leader, q.otherCase, q.channel} {
		if err := ask(tx); err != nil {
			return err
		}
	}
	q.facts(ctx)
	q.choices(ctx)
	q.term(ctx)
	q.words(ctx)
	if !noFiles[q.Step.Verb] {
		q.add(ui.Field{Name: "files", Label: ui.T(ctx, "附件"), Kind: "file", Many: true,
			Hint: ui.T(ctx, "图片、PDF、Office 或录音，每个不超过 %s", ui.Size(q.town.Files.Limit()))})
	}
	if q.Step.Verb == flow.Reply {
		var err error
		if q.Samples, err = q.town.Samples(tx, q.folder.By, q.folder.Case); err != nil {
			return err
		}
	}
	return nil
}

// units asks for the lead unit, with suggestions, and for helpers.
func (q *questions) units(tx *db.Tx) error {
	ctx, path := tx.Ctx(), q.folder.Case.Path
	if q.needs(flow.NeedUnit) {
		list, err := q.town.SuggestUnits(tx, q.folder.By, q.folder.Case)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			q.add(suggested(ctx, list))
		}
		lead := q.town.UnitField("unit", ui.T(ctx, "主办单位"), path)
		lead.Required, lead.Key = len(list) == 0, "alt+u"
		if len(list) > 0 {
			lead.Label = ui.T(ctx, "或另选主办单位")
		}
		q.add(lead)
	}
	if q.needs(flow.NeedUnits) || q.Step.Verb == flow.Dispatch {
		for i, name := range helperFields {
			label := ui.T(ctx, "协办单位")
			if i > 0 {
				label = ui.T(ctx, "协办单位 %d", i+1)
			}
			f := q.town.UnitField(name, label, path)
			f.Required = i == 0 && q.needs(flow.NeedUnits)
			if i == 0 || q.Typed.Of(helperFields[i-1]) != "" || q.needs(flow.NeedUnits) && i < 3 {
				q.add(f)
			}
		}
	}
	return nil
}

func suggested(ctx context.Context, list []Suggestion) ui.Field {
	f := ui.Field{Name: "unit_pick", Label: ui.T(ctx, "建议的主办单位"), Kind: "choice"}
	for _, s := range list {
		f.Options = append(f.Options, ui.Option{Value: s.Unit.Code, Text: s.Unit.Name, Note: s.Why(ctx)})
	}
	return f
}

// leader asks whom the case goes before: leaders whose post the document names, above the present one.
func (q *questions) leader(tx *db.Tx) error {
	if !q.needs(flow.NeedLeader) {
		return nil
	}
	list, err := q.town.Leaders(tx, q.folder.Flow.Ladder)
	if err != nil {
		return err
	}
	f := ui.Field{Name: "leader", Label: ui.T(tx.Ctx(), "呈批领导"), Kind: "choice", Required: true}
	for _, a := range list {
		if id := a.ID.String(); id != q.folder.Case.Situation.Leader {
			f.Options = append(f.Options, ui.Option{Value: id, Text: q.folder.withPost(a)})
		}
	}
	q.add(f)
	return nil
}

// leadersRead bounds how many accounts are looked through for leaders at a time.
const leadersRead = 1000

// Leaders lists the accounts that cases may be presented to: leaders whose post is on the ladder, lowest first; any
// leader when the ladder is empty.
func (t *Town) Leaders(tx *db.Tx, ladder []string) ([]staff.Account, error) {
	var list []staff.Account
	for after := ""; ; {
		page, err := staff.Accounts(tx, "", after, leadersRead)
		if err != nil {
			return nil, err
		}
		for _, a := range page {
			after = a.Login
			if a.Disabled || a.Unit == "" || len(ladder) > 0 && !slices.Contains(ladder, a.Post) {
				continue
			}
			who, err := a.Actor(tx, staff.ViaPage)
			if err != nil {
				return nil, err
			}
			if who.HasAny(staff.Leader) {
				list = append(list, a)
			}
		}
		if len(page) < leadersRead {
			break
		}
	}
	slices.SortStableFunc(list, func(a, b staff.Account) int { return slices.Index(ladder, a.Post) - slices.Index(ladder, b.Post) })
	return list, nil
}

// otherCase asks for another case: likely duplicates first, or any by its number.
func (q *questions) otherCase(tx *db.Tx) error {
	if !q.needs(flow.NeedCase) {
		return nil
	}
	ctx, k := tx.Ctx(), q.folder.Case
	var err error
	if q.Likely, err = q.town.LikelyFor(tx, q.folder.By, k.Place, k.Title, k.ID); err != nil {
		return err
	}
	if len(q.Likely) > 0 {
		f := ui.Field{Name: "case_pick", Label: ui.T(ctx, "可能是同一件事"), Kind: "choice"}
		for _, l := range q.Likely {
			f.Options = append(f.Options, ui.Option{Value: l.ID.String(), Text: l.Title,
				Note: l.Number + " · " + q.town.Place(l.Place) + " · " + ui.Date(ctx, l.Registered.Time)})
		}
		q.add(f)
	}
	q.add(ui.Field{Name: "case", Label: ui.T(ctx, "另一办件的编号"), Required: len(q.Likely) == 0, Source: "/cases/options?for=case",
		Hint: ui.T(ctx, "输入编号或标题里的词，从提示中选择")})
	return nil
}

// LikelyFor lists open cases that may be the same matter and that the actor may open.
func (t *Town) LikelyFor(tx *db.Tx, by staff.Actor, place, title string, except db.ID) ([]casework.Likeness, error) {
	list, err := t.Cases.Likely(tx, place, title, except)
	if err != nil {
		return nil, err
	}
	kept := list[:0]
	for _, l := range list {
		_, err := t.Cases.Get(tx, by, l.ID)
		if err != nil && fault.KindOf(err) != fault.KindNotFound {
			return nil, err
		}
		if err == nil {
			kept = append(kept, l)
		}
	}
	return kept, nil
}

// channel asks into which flow a case is converted.
func (q *questions) channel(tx *db.Tx) error {
	if !q.needs(flow.NeedFlow) {
		return nil
	}
	ctx, k := tx.Ctx(), q.folder.Case
	f := ui.Field{Name: "flow", Label: ui.T(ctx, "转入渠道"), Kind: "choice", Required: true}
	if p := q.town.Packs().Pack(k.Document, k.Pack); p != nil {
		for _, other := range p.On(civil.DateOf(k.Registered, civil.Shanghai)).Flows {
			if other.ID != k.Flow {
				f.Options = append(f.Options, ui.Option{Value: other.ID, Text: ui.T(ctx, other.Name)})
			}
		}
	}
	q.add(f)
	return nil
}

// facts asks what the step may record, with what is known already.
func (q *questions) facts(ctx context.Context) {
	known, sets := url.Values{}, asked(q.Step)
	for _, name := range sets {
		text := q.Typed.Of(name)
		if d := q.folder.Flow.Fact(name); text == "" && d != nil {
			text = factValue(q.folder.Case.Situation.Facts[name])
		}
		known.Set(name, text)
	}
	q.Fields = append(q.Fields, FactFields(ctx, q.folder.Flow, sets, known)...)
}

// choices asks for what has a fixed set of answers: clause, outcome, grade.
func (q *questions) choices(ctx context.Context) {
	if q.needs(flow.NeedClause) || q.needs(flow.NeedVerdict) {
		f := ui.Field{Name: "clause", Label: ui.T(ctx, "依据条款"), Kind: "select", Required: q.needs(flow.NeedClause)}
		if p := q.town.Packs().Pack(q.folder.Case.Document, q.folder.Case.Pack); p != nil {
			for _, c := range p.Clauses {
				if !c.Restricted {
					f.Options = append(f.Options, ui.Option{Value: c.Cite.String(), Text: c.At + " " + c.Gist})
				}
			}
		}
		q.add(f)
	}
	if q.needs(flow.NeedVerdict) {
		q.add(ui.Field{Name: "verdict", Label: ui.T(ctx, "意见"), Kind: "choice", Required: true, Options: []ui.Option{
			{Value: flow.Agree, Text: ui.T(ctx, "同意")}, {Value: flow.Disagree, Text: ui.T(ctx, "不同意"), Note: ui.T(ctx, "须选择依据条款")}}})
	}
	if q.needs(flow.NeedOutcome) {
		f := ui.Field{Name: "outcome", Label: ui.T(ctx, "办理结果"), Kind: "choice", Required: true}
		for _, o := range flow.Outcomes {
			f.Options = append(f.Options, ui.Option{Value: o.Value, Text: ui.T(ctx, o.Label)})
		}
		q.add(f)
	}
	if q.needs(flow.NeedGrade) {
		f := ui.Field{Name: "grade", Label: ui.T(ctx, "评价"), Kind: "choice", Required: true}
		for g := len(grades) - 1; g > 0; g-- {
			f.Options = append(f.Options, ui.Option{Value: strconv.Itoa(g), Text: GradeName(ctx, g)})
		}
		q.add(f)
	}
}

// optionalTerm are the steps that may name a term without needing one.
var optionalTerm = map[flow.Verb]bool{flow.Supervise: true, flow.Join: true, flow.Grant: true, flow.Dispatch: false}

func (q *questions) term(ctx context.Context) {
	if !q.needs(flow.NeedTerm) && !optionalTerm[q.Step.Verb] {
		return
	}
	hint := ""
	if p := q.folder.Case.Situation.Pending; q.Step.Verb == flow.Grant && p != nil {
		hint = ui.T(ctx, "申请延长 %s；不填即照准", termWords(p.Term))
	}
	q.add(ui.Field{Name: "term", Label: ui.T(ctx, "期限"), Kind: "number", Short: true, Required: q.needs(flow.NeedTerm), Hint: hint})
	f := ui.Field{Name: "term_unit", Label: ui.T(ctx, "期限单位"), Kind: "choice", NoLabel: true, Options: []ui.Option{
		{Value: "wd", Text: ui.T(ctx, "个工作日")}, {Value: "d", Text: ui.T(ctx, "日")}, {Value: "h", Text: ui.T(ctx, "小时")}}}
	if f.Value = q.Typed.Of("term_unit"); f.Value == "" {
		f.Value = "wd"
	}
	q.add(f)
}

func (q *questions) words(ctx context.Context) {
	label := wordsLabel[q.Step.Verb]
	if label == "" {
		label = ui.N("说明")
	}
	f := ui.Field{Name: "words", Label: ui.T(ctx, label), Kind: "longtext", Rows: 3, Required: q.needs(flow.NeedWords), Key: "alt+w"}
	if long[q.Step.Verb] {
		f.Rows = 8
	}
	q.add(f)
}

// Focus puts the reader into the first field that takes letters.
func Focus(fields []ui.Field) {
	for i, f := range fields {
		switch f.Kind {
		case "choice", "choices", "bool", "hidden", "file", "select":
			continue
		}
		attrs := templ.Attributes{"autofocus": true}
		maps.Copy(attrs, f.Attrs)
		fields[i].Attrs = attrs
		return
	}
}
