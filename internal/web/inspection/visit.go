package inspection

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/pack"
	"linli/internal/round"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

func visitHref(id db.ID) string { return "/inspection/visits/" + id.String() }

func (p *Pages) newVisit(w http.ResponseWriter, r *http.Request) error {
	return p.askVisit(w, r, url.Values{}, nil)
}

// askVisit asks what was found at a point, by its check list.
func (p *Pages) askVisit(w http.ResponseWriter, r *http.Request, v url.Values, cause error) error {
	ctx, by := r.Context(), session.Actor(r)
	wrong := ui.FieldErrors(ctx, cause)
	var at round.Point
	var x round.Plan
	var goers []staff.Account
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if at, x, err = p.Rounds.PointOf(tx, by, ui.ID(r)); err == nil && x.Leads(by) {
			goers, err = p.Rounds.Goers(tx, by, x.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	var fields []ui.Field
	if x.Leads(by) {
		who := []ui.Option{}
		for _, a := range goers {
			who = append(who, ui.Option{Value: a.ID.String(), Text: a.Name})
		}
		fields = append(fields, ui.Field{Name: "for", Label: ui.T(ctx, "谁去的"), Kind: "select", Options: who, Value: v.Get("for"), Hint: ui.T(ctx, "不选就是您自己。")})
	}
	if l := p.list(&x); l != nil {
		for i := range l.Items {
			fields = append(fields, itemField(ctx, &l.Items[i], v))
		}
	}
	fields = append(fields, ui.Field{Name: "words", Label: ui.T(ctx, "情况"), Kind: "longtext", Max: 2000, Value: v.Get("words")},
		ui.Field{Name: "says", Label: ui.T(ctx, "另外发现的问题"), Kind: "longtext", Max: 2000, Rows: 3, Value: v.Get("says"), Hint: ui.T(ctx, "一行一个，每一个都单独立案。")},
		ui.Field{Name: "where", Label: ui.T(ctx, "位置"), Value: v.Get("where"), Hint: ui.T(ctx, "经度,纬度，可以不填。"), Short: true})
	pg := p.page(ctx, at.Name, ui.T(ctx, "登记走访：%s", x.Name))
	pg.Trail, pg.Errors = append(pg.Trail, ui.Link{Text: x.Name, Href: planHref(x.ID)}), wrong
	if cause != nil {
		w = part.Answering(w, cause)
	}
	return p.render(w, r, pg, "/inspection/plans", part.Post("/inspection/points/"+at.ID.String(), []ui.Button{{Text: ui.T(ctx, "登记"), Kind: ui.Primary},
		{Text: ui.T(ctx, "取消"), Kind: ui.Quiet, Href: planHref(x.ID)}}, ui.AskAll(wrong.On(fields))))
}

func (p *Pages) record(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Invalid("form", "表单没有传完，请重新提交")
	}
	v := r.PostForm
	in := round.Visit{Key: ui.FormKey(r), Point: ui.ID(r), Words: v.Get("words"), Says: pack.Lines(v.Get("says")), Answers: map[string]string{}}
	for name := range v {
		if item, is := strings.CutPrefix(name, "answers."); is {
			in.Answers[item] = v.Get(name)
		}
	}
	if text := v.Get("for"); text != "" {
		var err error
		if in.For, err = db.ParseID(text); err != nil {
			return p.askVisit(w, r, v, fault.Invalid("for", "请选择走访的人员"))
		}
	}
	if text := strings.TrimSpace(v.Get("where")); text != "" {
		lon, lat, _ := strings.Cut(strings.ReplaceAll(text, "，", ","), ",")
		x, err := strconv.ParseFloat(strings.TrimSpace(lon), 64)
		y, err2 := strconv.ParseFloat(strings.TrimSpace(lat), 64)
		if err != nil || err2 != nil {
			return p.askVisit(w, r, v, fault.Invalid("where", "位置应写成“经度,纬度”，如 111.200000,34.770000"))
		}
		in.Where = &round.Position{Point: geo.Point{Lon: x, Lat: y}}
	}
	var done round.Done
	err := p.write(r, func(tx *db.Tx, by staff.Actor) (err error) { done, err = p.Rounds.Record(tx, by, in); return err })
	if err != nil && fault.KindOf(err) == fault.KindInvalid {
		return p.askVisit(w, r, v, err)
	}
	return ui.Done(w, r, err, visitHref(done.Visit), ui.T(r.Context(), "走访已登记，发现 %d 个问题", len(done.Findings)))
}

// visit shows what was found at a point.
func (p *Pages) visit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var v round.Stored
	var x round.Plan
	var found []round.Finding
	var at round.Point
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if v, x, err = p.Rounds.VisitOf(tx, by, ui.ID(r)); err != nil {
			return err
		}
		if at, _, err = p.Rounds.PointOf(tx, by, v.Point); err != nil {
			return err
		}
		found, err = p.Rounds.FindingsOf(tx, by, v.ID)
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, at.Name, ui.T(ctx, "%s %s 的走访", ui.DateTime(ctx, v.At.Time), v.Name))
	pg.Trail = append(pg.Trail, ui.Link{Text: x.Name, Href: planHref(x.ID)})
	facts := []ui.Pair{{Name: ui.T(ctx, "巡查"), Text: x.Name, Href: planHref(x.ID)}, {Name: ui.T(ctx, "地点"), Text: p.Town.Place(v.Place)}, {Name: ui.T(ctx, "情况"), Text: v.Words}}
	if v.Percent >= 0 {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "得分"), Text: ui.T(ctx, "%d%%", v.Percent)}, ui.Pair{Name: ui.T(ctx, "等级"), Text: v.Grade, Href: subjectHref(v.Kind, v.Subject)})
	}
	if v.Metres >= 0 {
		words := ui.T(ctx, "离点位 %d 米", v.Metres)
		if v.Far {
			words = ui.T(ctx, "离点位 %d 米，距离过远", v.Metres)
		}
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "位置"), Text: words})
	}
	if !v.Entered.IsZero() {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "登记"), Text: ui.T(ctx, "由别人代为登记")})
	}
	parts := []templ.Component{ui.Facts(facts), part.Block(ui.T(ctx, "发现的问题"), ui.Rows(p.findingTable(ctx, found)))}
	if l := p.list(&x); l != nil {
		t := ui.Table{Caption: ui.T(ctx, "检查项"), Cols: []ui.Col{{Name: ui.T(ctx, "检查项"), Main: true}, {Name: ui.T(ctx, "结果")}}}
		for i := range l.Items {
			t.Rows = append(t.Rows, ui.TableRow{Cells: ui.Cells(l.Items[i].Says, l.Items[i].AnswerWords(v.Answers[l.Items[i].ID]))})
		}
		parts = append(parts, part.Block(l.Name, ui.Rows(t)))
	}
	return p.render(w, r, pg, "/inspection/plans", parts...)
}
