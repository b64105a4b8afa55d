package benefit

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/benefit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/rule"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// named is a finding with the words that a page needs.
type named struct {
	benefit.Finding
	name, what string
}

func (p *Pages) named(tx *db.Tx, f benefit.Finding) (named, error) {
	n := named{Finding: f, what: p.benefitName(f.Benefit, f.Pack, f.On)}
	var err error
	n.name, err = register.Name(tx, f.Subject)
	return n, err
}

func (p *Pages) benefitName(ref, version string, on civil.Date) string {
	if b, err := p.Benefits.Of(ref, version, on); err == nil {
		return b.Name
	}
	return ref
}

// sum writes an amount with what it is paid for.
func (p *Pages) sum(ctx context.Context, fen money.Fen, ref, version string, on civil.Date) string {
	if b, err := p.Benefits.Of(ref, version, on); err == nil {
		if per := benefit.PerWords(b.Per); per != "" {
			return ui.T(ctx, "%s，%s", ui.T(ctx, per), fen.Words())
		}
	}
	return fen.Words()
}

// findings lists what the rules say that is not what is decided.
func (p *Pages) findings(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := r.URL.Query()
	q := benefit.Query{Kind: benefit.Kind(v.Get("kind")), State: benefit.FindingState(v.Get("state")), Limit: 51}
	q.Before, _ = db.ParseID(v.Get("before"))
	var list []named
	err := p.read(r, func(tx *db.Tx, by staff.Actor) error {
		found, err := p.Benefits.Findings(tx, by, q)
		for _, f := range found {
			n, err := p.named(tx, f)
			if err != nil {
				return err
			}
			list = append(list, n)
		}
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, ui.T(ctx, "核查线索"), ui.T(ctx, "规则按登记资料算出来的，和已经决定的不一样：可能该给的、该调的、该停的。核实以后才有结果，不核实不会停谁的钱。"))
	more := len(list) == 51
	if more {
		list = list[:50]
	}
	parts := []templ.Component{p.findingFilter(ctx, v), ui.Rows(p.findingTable(ctx, list))}
	if more {
		v.Set("before", list[49].ID.String())
		parts = append(parts, part.Ways([]ui.Button{{Text: ui.T(ctx, "下一页"), Href: "/benefits/findings?" + v.Encode()}}))
	}
	return p.render(w, r, pg, "/benefits/findings", parts...)
}

func (p *Pages) findingFilter(ctx context.Context, v url.Values) templ.Component {
	kinds := []ui.Option{{Value: "", Text: ui.T(ctx, "全部")}}
	for _, k := range benefit.Kinds {
		kinds = append(kinds, ui.Option{Value: k.Value, Text: ui.T(ctx, k.Label)})
	}
	states := []ui.Option{{Value: "", Text: ui.T(ctx, "没有办完的")}}
	for _, s := range []benefit.FindingState{benefit.Open, benefit.Checked, benefit.Filed, benefit.Decided, benefit.Dismissed, benefit.Gone} {
		states = append(states, ui.Option{Value: string(s), Text: ui.T(ctx, s.Words())})
	}
	return ui.Filter("/benefits/findings", []ui.Field{{Name: "kind", Label: ui.T(ctx, "要做什么"), Kind: "choice", Options: kinds, Value: v.Get("kind"), Short: true},
		{Name: "state", Label: ui.T(ctx, "办到哪里"), Kind: "choice", Options: states, Value: v.Get("state"), Short: true}})
}

func (p *Pages) findingTable(ctx context.Context, list []named) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "核查线索"), Cols: []ui.Col{{Name: ui.T(ctx, "谁"), Main: true}, {Name: ui.T(ctx, "待遇")}, {Name: ui.T(ctx, "要做什么")}, {Name: ui.T(ctx, "金额"), Num: true},
		{Name: ui.T(ctx, "办到哪里")}, {Name: ui.T(ctx, "发现日期")}},
		Empty: ui.Empty(ui.T(ctx, "没有要核实的"), ui.T(ctx, "登记资料变了，或者规则改了，这里会自动出现新的线索。"))}
	for i := range list {
		f := &list[i]
		sum := ""
		if f.Fen > 0 {
			sum = p.sum(ctx, f.Fen, f.Benefit, f.Pack, f.On)
		}
		codes := place.Codes(f.Path)
		what := ui.T(ctx, f.Kind.Words())
		note := ""
		if len(f.Needs) > 0 {
			note = ui.T(ctx, "缺：%s", strings.Join(f.Needs, ui.T(ctx, "、")))
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: f.name, Href: "/benefits/findings/" + f.ID.String(), Note: p.Town.Place(codes[len(codes)-1])}, {Text: f.what}, {Text: what, Note: note},
			{Text: sum}, {Text: ui.T(ctx, f.State.Words())}, {Text: f.On.Words()}}})
	}
	return t
}

// finding shows one finding: what the registers say, how the rules come to what they say, and what is to be done.
func (p *Pages) finding(w http.ResponseWriter, r *http.Request) error {
	return p.showFinding(w, r, ui.Errors{})
}

func (p *Pages) showFinding(w http.ResponseWriter, r *http.Request, wrong ui.Errors) error {
	ctx := r.Context()
	id, err := db.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.NotFound("没有这条核查线索")
	}
	var n named
	err = p.read(r, func(tx *db.Tx, by staff.Actor) error {
		f, err := p.Benefits.Finding(tx, by, id)
		if err == nil {
			n, err = p.named(tx, f)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := p.noted(r, n.Subject, "核查待遇线索"); err != nil {
		return err
	}
	pg := p.page(ctx, ui.T(ctx, "%s：%s", n.name, n.what), "")
	pg.Trail = []ui.Link{{Text: ui.T(ctx, "核查线索"), Href: "/benefits/findings"}}
	pg.Errors = wrong
	facts := []ui.Pair{{Name: ui.T(ctx, "要做什么"), Text: ui.T(ctx, n.Kind.Words())}, {Name: ui.T(ctx, "办到哪里"), Text: ui.T(ctx, n.State.Words())}, {Name: ui.T(ctx, "从哪天起"), Text: n.Effective.Words()}}
	if n.Fen > 0 {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "算出的金额"), Text: p.sum(ctx, n.Fen, n.Benefit, n.Pack, n.On)})
	}
	if n.Checker != "" {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "核实"), Text: n.Checker + "　" + n.Words})
	}
	if !n.Case.IsZero() {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "办件"), Text: ui.T(ctx, "查看办件"), Href: part.CaseHref(n.Case)})
	}
	parts := []templ.Component{ui.Facts(facts)}
	parts = append(parts, p.todo(ctx, &n)...)
	parts = append(parts, p.why(ctx, &n.Reason)...)
	parts = append(parts, part.Ways([]ui.Button{{Text: ui.T(ctx, "他的全部待遇"), Href: "/benefits/persons/" + n.Subject.ID.String()}}))
	return p.render(w, r, pg, "", parts...)
}

// todo are the forms for what the reader may do with a finding.
func (p *Pages) todo(ctx context.Context, n *named) []templ.Component {
	by := session.From(ctx)
	to := "/benefits/findings/" + n.ID.String()
	words := func(label, in string) ui.Field {
		return ui.Field{Name: "words", Label: label, Kind: "longtext", Required: true, Max: 500, Rows: 3, In: in}
	}
	button := func(do, text string, kind ui.ButtonKind) []ui.Button {
		return []ui.Button{{Text: text, Kind: kind, Name: "do", Value: do}}
	}
	var parts []templ.Component
	checks := by.Has(staff.Community, n.Path, "") || by.Has(staff.Desk, n.Path, "")
	switch {
	case n.State == benefit.Open && n.Kind == benefit.Check && checks:
		parts = append(parts, part.Block(ui.T(ctx, "还说不准"), part.Says(ui.T(ctx, "缺：%s。补登以后会自动重算。", strings.Join(n.Needs, ui.T(ctx, "、")))),
			part.Ways([]ui.Button{{Text: ui.T(ctx, "去补登"), Href: "/register/persons/" + n.Subject.ID.String(), Kind: ui.Primary}}),
			part.Folded(ui.T(ctx, "不用查了"), part.Post(to, button("dismiss", ui.T(ctx, "不成立"), ui.Danger), part.Fields([]ui.Field{words(ui.T(ctx, "为什么"), "dismiss")})))))
	case n.State == benefit.Open && checks:
		parts = append(parts, part.Block(ui.T(ctx, "核实"), part.Post(to, button("check", ui.T(ctx, "属实"), ui.Primary), part.Fields([]ui.Field{words(ui.T(ctx, "怎样核实的、看到什么"), "check")})),
			part.Folded(ui.T(ctx, "不属实"), part.Post(to, button("dismiss", ui.T(ctx, "不成立"), ui.Danger), part.Fields([]ui.Field{words(ui.T(ctx, "为什么"), "dismiss")})))))
	case n.State == benefit.Checked && n.Kind == benefit.Grant && checks:
		parts = append(parts, part.Block(ui.T(ctx, "替他申办"), part.Says(ui.T(ctx, "资料登记里有的不用再填，办件会经过街道初审、公示和审批。")),
			part.Post(to, button("apply", ui.T(ctx, "申办"), ui.Primary), ui.Key(), part.Fields(p.missing(ctx, n)))))
	case n.State == benefit.Checked && n.Unit != "" && n.Unit == by.Unit && by.HasAny(staff.Handler):
		parts = append(parts, part.Block(ui.T(ctx, "决定"), part.Post(to, button("agree", ui.T(ctx, "%s", ui.T(ctx, n.Kind.Words())), ui.Primary), part.Fields([]ui.Field{words(ui.T(ctx, "理由，当事人会看到"), "agree")})),
			part.Folded(ui.T(ctx, "维持原状"), part.Post(to, button("refuse", ui.T(ctx, "维持原状"), ui.Plain), part.Fields([]ui.Field{words(ui.T(ctx, "理由"), "refuse")})))))
	}
	return parts
}

// missing are the fields that an application must have and that the registers do not give away: they are sealed there or not written down.
func (p *Pages) missing(ctx context.Context, n *named) []ui.Field {
	return []ui.Field{{Name: "id_number", Label: ui.T(ctx, "公民身份号码"), Kind: "id-number", Hint: ui.T(ctx, "登记里有的可以不填")}, {Name: "phone", Label: ui.T(ctx, "联系电话"), Kind: "phone", Hint: ui.T(ctx, "登记里有的可以不填")}}
}

// actOnFinding checks, dismisses, applies for or decides.
func (p *Pages) actOnFinding(w http.ResponseWriter, r *http.Request) error {
	id, err := db.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.NotFound("没有这条核查线索")
	}
	words, here := r.FormValue("words"), "/benefits/findings/"+id.String()
	to, said := here, ""
	err = p.write(r, func(tx *db.Tx, by staff.Actor) error {
		switch r.FormValue("do") {
		case "check":
			said = "已记下：属实"
			return p.Benefits.Check(tx, by, id, true, words)
		case "dismiss":
			said = "已记下：不成立，资料不变就不再出现"
			return p.Benefits.Check(tx, by, id, false, words)
		case "apply":
			says := map[string]string{}
			for _, name := range []string{"id_number", "phone"} {
				if v := strings.TrimSpace(r.FormValue(name)); v != "" {
					says[name] = v
				}
			}
			receipt, err := p.Benefits.Apply(tx, by, id, r.FormValue("key"), says)
			to, said = part.CaseHref(receipt.Case), "已申办"
			return err
		case "agree", "refuse":
			decision, err := p.Benefits.Decide(tx, by, id, r.FormValue("do") == "agree", words)
			if said = "已决定，通知已发给当事人"; decision.IsZero() {
				said = "已决定维持原状"
			} else {
				to = "/benefits/decision/" + decision.String()
			}
			return err
		}
		return fault.Invalid("do", "没有这个动作")
	})
	if fault.KindOf(err) == fault.KindInvalid {
		w.WriteHeader(http.StatusUnprocessableEntity)
		return p.showFinding(w, r, ui.FieldErrors(r.Context(), err))
	}
	return ui.Done(w, r, err, to, said)
}

// why shows the facts an answer went by and each step of it.
func (p *Pages) why(ctx context.Context, reason *benefit.Reason) []templ.Component {
	facts := ui.Table{Caption: ui.T(ctx, "依据的资料"), Cols: []ui.Col{{Name: ui.T(ctx, "资料"), Main: true}, {Name: ui.T(ctx, "登记为")}}, Empty: ui.Empty(ui.T(ctx, "没有用到登记资料"), "")}
	for _, in := range reason.Inputs {
		shown := in.Shown
		if in.Value == "" {
			shown = ui.T(ctx, "没有登记")
		}
		facts.Rows = append(facts.Rows, ui.TableRow{Cells: ui.Cells(ui.T(ctx, in.Label), shown)})
	}
	steps := ui.Table{Caption: ui.T(ctx, "怎样算出来的"), Cols: []ui.Col{{Name: ui.T(ctx, "条件或步骤"), Main: true}, {Name: ui.T(ctx, "结果")}, {Name: ui.T(ctx, "依据")}}, Empty: ui.Empty(ui.T(ctx, "没有步骤"), "")}
	for _, s := range reason.Steps {
		row := ui.TableRow{Cells: []ui.Cell{{Text: s.Says, Note: s.Rule}, {Text: ui.T(ctx, s.Result)}, {Text: p.clauses(s)}}}
		if s.Result == rule.No.Words() {
			row.Mark = ui.Red
		}
		steps.Rows = append(steps.Rows, row)
	}
	return []templ.Component{part.Block(ui.T(ctx, "为什么是这个结果"), ui.Rows(steps), ui.Rows(facts), part.Says(ui.T(ctx, "按文件版本 %s、%s的资料计算。", reason.Pack, reason.On.Words())))}
}

// clauses names where a step's clauses stand, "三政办〔2012〕63号 三（三）".
func (p *Pages) clauses(s pack.ReckonedStep) string {
	var out []string
	for _, c := range s.Basis {
		text := c.ID
		if d := p.Benefits.Packs().Pack(c.Document, ""); d != nil {
			text = d.Document.Number
			if k := d.Clause(c.ID); k != nil {
				text += " " + k.At
			}
		}
		out = append(out, text)
	}
	return strings.Join(out, "；")
}
