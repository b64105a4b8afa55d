package benefit

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"linli/internal/benefit"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// ruling is a decision with what belongs to it.
type ruling struct {
	d      benefit.Decision
	e      benefit.Entitlement
	name   string
	what   string
	appeal benefit.Appeal
	against,
	mine bool
}

// decision shows a decision so that it can be printed: what, from when, how much, and why.
func (p *Pages) decision(w http.ResponseWriter, r *http.Request) error {
	return p.showDecision(w, r, ui.Errors{})
}

func (p *Pages) showDecision(w http.ResponseWriter, r *http.Request, wrong ui.Errors) error {
	ctx := r.Context()
	id, err := db.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.NotFound("没有这个决定")
	}
	var v ruling
	err = p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if v.d, v.e, err = p.Benefits.DecisionOf(tx, by, id); err != nil {
			return err
		}
		if v.name, err = register.Name(tx, v.e.Subject); err != nil {
			return err
		}
		v.mine = by.Person == v.e.Subject.ID
		v.appeal, v.against, err = benefit.AppealOf(tx, id)
		return err
	})
	if err != nil {
		return err
	}
	if err := p.noted(r, v.e.Subject, "查看待遇决定"); err != nil {
		return err
	}
	v.what = p.benefitName(v.e.Benefit, v.d.Pack, v.d.On)
	pg := p.page(ctx, ui.T(ctx, "待遇决定：%s", v.what), "")
	pg.Errors = wrong
	pg.Trail = []ui.Link{{Text: v.what, Href: "/benefits/" + v.e.ID.String()}}
	pg.Actions = ui.PrintButton()
	facts := []ui.Pair{{Name: ui.T(ctx, "当事人"), Text: v.name}, {Name: ui.T(ctx, "决定"), Text: ui.T(ctx, v.d.Kind.Words())}, {Name: ui.T(ctx, "从哪天起"), Text: v.d.Effective.Words()}}
	if v.d.Kind == benefit.Stop {
		facts[2].Name = ui.T(ctx, "发到哪天")
	}
	if v.d.Fen > 0 {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "金额"), Text: p.sum(ctx, v.d.Fen, v.e.Benefit, v.d.Pack, v.d.On)})
	}
	facts = append(facts, ui.Pair{Name: ui.T(ctx, "理由"), Text: v.d.Words}, ui.Pair{Name: ui.T(ctx, "谁决定的"), Text: v.d.By}, ui.Pair{Name: ui.T(ctx, "决定时间"), Text: ui.DateTime(ctx, v.d.At.Time)},
		ui.Pair{Name: ui.T(ctx, "重算核对"), Text: p.replayed(ctx, &v)})
	parts := append([]templ.Component{ui.Facts(facts)}, p.why(ctx, &v.d.Reason)...)
	return p.render(w, r, pg, "", append(parts, p.appealBlock(ctx, &v)...)...)
}

// replayed says whether the rules, asked again with what the decision kept, say the same.
func (p *Pages) replayed(ctx context.Context, v *ruling) string {
	if why := p.Benefits.Replay(&v.e, &v.d); why != "" {
		return ui.T(ctx, why)
	}
	return ui.T(ctx, "按当时的资料和文件版本重算，结果一致")
}

func (p *Pages) appealBlock(ctx context.Context, v *ruling) []templ.Component {
	to := "/benefits/decision/" + v.d.ID.String()
	by := session.From(ctx)
	words := func(label, in string) templ.Component {
		return part.Fields([]ui.Field{{Name: "words", Label: label, Kind: "longtext", Required: true, Max: 500, Rows: 4, In: in}})
	}
	if !v.against {
		if v.mine || by.Has(staff.Community, v.e.Path, "") || by.Has(staff.Desk, v.e.Path, "") {
			return []templ.Component{part.Block(ui.T(ctx, "不服这个决定"), part.Says(ui.T(ctx, "写明理由，由另一个人复核。复核期间照决定执行。")),
				part.Folded(ui.T(ctx, "提出申诉"), part.Post(to, []ui.Button{{Text: ui.T(ctx, "提交申诉"), Kind: ui.Primary, Name: "do", Value: "appeal"}}, words(ui.T(ctx, "不服的理由"), "appeal"))))}
		}
		return nil
	}
	facts := []ui.Pair{{Name: ui.T(ctx, "申诉"), Text: v.appeal.Words}, {Name: ui.T(ctx, "谁申诉的"), Text: v.appeal.By}}
	if v.appeal.Answered.IsZero() {
		parts := []templ.Component{ui.Facts(facts)}
		if v.e.Unit == by.Unit && by.HasAny(staff.Handler) && by.Account != v.d.ByID {
			parts = append(parts, part.Post(to, []ui.Button{{Text: ui.T(ctx, "申诉成立"), Kind: ui.Primary, Name: "do", Value: "uphold"}, {Text: ui.T(ctx, "维持原决定"), Kind: ui.Plain, Name: "do", Value: "reject"}}, words(ui.T(ctx, "复核的理由"), "answer")))
		} else {
			parts = append(parts, part.Says(ui.T(ctx, "正在由另一个人复核。")))
		}
		return []templ.Component{part.Block(ui.T(ctx, "申诉"), parts...)}
	}
	said := ui.T(ctx, "维持原决定")
	if v.appeal.Upheld {
		said = ui.T(ctx, "申诉成立")
	}
	facts = append(facts, ui.Pair{Name: ui.T(ctx, "答复"), Text: said + "　" + v.appeal.Answer}, ui.Pair{Name: ui.T(ctx, "谁答复的"), Text: v.appeal.Answerer})
	return []templ.Component{part.Block(ui.T(ctx, "申诉"), ui.Facts(facts))}
}

func (p *Pages) actOnDecision(w http.ResponseWriter, r *http.Request) error {
	id, err := db.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.NotFound("没有这个决定")
	}
	said := ""
	err = p.write(r, func(tx *db.Tx, by staff.Actor) error {
		switch do := r.FormValue("do"); do {
		case "appeal":
			said = "申诉已提交，由另一个人复核"
			return p.Benefits.Appeal(tx, by, id, r.FormValue("words"))
		case "uphold", "reject":
			said = "已答复"
			return p.Benefits.Answer(tx, by, id, do == "uphold", r.FormValue("words"))
		}
		return fault.Invalid("do", "没有这个动作")
	})
	if fault.KindOf(err) == fault.KindInvalid {
		w.WriteHeader(http.StatusUnprocessableEntity)
		return p.showDecision(w, r, ui.FieldErrors(r.Context(), err))
	}
	return ui.Done(w, r, err, "/benefits/decision/"+id.String(), said)
}

// appeals lists the appeals that wait for an answer.
func (p *Pages) appeals(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var list []benefit.Appeal
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) { list, err = p.Benefits.Appeals(tx, by); return err })
	if err != nil {
		return err
	}
	t := ui.Table{Caption: ui.T(ctx, "待遇申诉"), Cols: []ui.Col{{Name: ui.T(ctx, "申诉"), Main: true}, {Name: ui.T(ctx, "谁申诉的")}, {Name: ui.T(ctx, "时间")}}, Empty: ui.Empty(ui.T(ctx, "没有等答复的申诉"), "")}
	for _, a := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: a.Words, Href: "/benefits/decision/" + a.Decision.String()}, {Text: a.By}, {Text: ui.DateTime(ctx, a.At.Time)}}})
	}
	return p.render(w, r, p.page(ctx, ui.T(ctx, "待遇申诉"), ui.T(ctx, "由没有作出原决定的人复核。")), "/benefits/appeals", ui.Rows(t))
}
