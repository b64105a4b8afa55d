package inspection

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/round"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// itemField asks one item of a check list.
func itemField(ctx context.Context, i *pack.CheckItem, v url.Values) ui.Field {
	name := "answers." + i.ID
	f := ui.Field{Name: name, Label: i.Says, Value: v.Get(name), Required: i.Kind != "photo"}
	if i.Group != "" {
		f.Label = i.Group + " · " + i.Says
	}
	if i.Veto {
		f.Hint = ui.T(ctx, "不合格一票否决")
	}
	na := ui.Option{Value: pack.NotApplicable, Text: ui.T(ctx, "不适用")}
	switch i.Kind {
	case "yes-no":
		f.Kind, f.Options = "choice", []ui.Option{{Value: "yes", Text: ui.T(ctx, "是")}, {Value: "no", Text: ui.T(ctx, "否")}, na}
	case "choice":
		f.Kind = "choice"
		for _, o := range i.Options {
			f.Options = append(f.Options, ui.Option{Value: o.Value, Text: o.Label})
		}
		f.Options = append(f.Options, na)
	case "number":
		f.Kind, f.Short = "number", true
	case "photo":
		f.Hint = ui.T(ctx, "没有照片就写照片在哪里，或写 na（不适用）")
	}
	return f
}

func (p *Pages) findingTable(ctx context.Context, list []round.Finding) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "发现的问题"), Cols: []ui.Col{{Name: ui.T(ctx, "问题"), Main: true}, {Name: ui.T(ctx, "时间")}, {Name: ui.T(ctx, "办件")}},
		Empty: ui.Empty(ui.T(ctx, "没有发现问题"), "")}
	for _, f := range list {
		k := ui.Cell{Text: ui.T(ctx, "只登记")}
		switch {
		case !f.Case.IsZero():
			k = ui.Cell{Text: f.Number, Href: part.CaseHref(f.Case)}
		case f.Trouble != "":
			k = ui.Cell{Text: ui.T(ctx, "没有立案：%s", f.Trouble), Body: part.Post("/inspection/findings/"+f.ID.String(), []ui.Button{{Text: ui.T(ctx, "再立案")}}, part.Says(f.Trouble))}
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: f.Says, Href: visitHref(f.Visit), Note: f.Words}, {Text: ui.DateTime(ctx, f.At.Time)}, k}})
	}
	return t
}

func (p *Pages) findings(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := round.Found{Limit: pageSize, Without: r.URL.Query().Get("without") != ""}
	q.After, _ = db.ParseID(r.URL.Query().Get("after"))
	var list []round.Finding
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) { list, err = p.Rounds.Findings(tx, by, q); return err })
	if err != nil {
		return err
	}
	pg := p.page(ctx, ui.T(ctx, "发现的问题"), ui.T(ctx, "每一处不合格各立一件；点开问题是那次走访，点开编号是办件。"))
	parts := []templ.Component{ui.Rows(p.findingTable(ctx, list))}
	if len(list) == pageSize {
		parts = append(parts, part.Ways([]ui.Button{{Text: ui.T(ctx, "更早的"), Href: "/inspection/findings?after=" + list[pageSize-1].ID.String()}}))
	}
	return p.render(w, r, pg, "/inspection/findings", parts...)
}

func (p *Pages) again(w http.ResponseWriter, r *http.Request) error {
	var f round.Finding
	err := p.write(r, func(tx *db.Tx, by staff.Actor) (err error) { f, err = p.Rounds.Again(tx, by, ui.ID(r)); return err })
	return ui.Done(w, r, err, "/inspection/findings", ui.T(r.Context(), "已立案，编号 %s", f.Number))
}

// quotas tells who has done how much of what is owed in a month.
func (p *Pages) quotas(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	month := r.URL.Query().Get("month")
	var list []round.Quota
	err := p.read(r, func(tx *db.Tx, by staff.Actor) error {
		on, err := round.Period(tx, month)
		if err != nil {
			return fault.Invalid("month", "月份应如 2026-03")
		}
		month = on.String()[:7]
		list, err = p.Rounds.Quotas(tx, by, on)
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, ui.T(ctx, "定额"), ui.T(ctx, "每人每期应走多少、走了多少；同一次走访只算一次。数字点开是每一次走访。"))
	t := ui.Table{Caption: ui.T(ctx, "定额"), Cols: []ui.Col{{Name: ui.T(ctx, "谁"), Main: true}, {Name: ui.T(ctx, "巡查")}, {Name: ui.T(ctx, "合计"), Num: true}, {Name: ui.T(ctx, "重点"), Num: true},
		{Name: ui.T(ctx, "一般"), Num: true}, {Name: ui.T(ctx, "完成")}}, Empty: ui.Empty(ui.T(ctx, "这个月没有走访"), "")}
	for _, q := range list {
		href := "/inspection/quotas/" + q.Round + "?" + url.Values{"month": {month}, "account": {q.Account.String()}, "unit": {q.Unit}}.Encode()
		met := ui.T(ctx, "未完成")
		if q.Has.Met {
			met = ui.T(ctx, "已完成")
		}
		name := q.Who
		if q.Per == "unit" {
			name = p.Town.Unit(q.Unit)
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: name, Note: p.who(ctx, q.Unit)}, {Text: q.Name}, {Text: ui.T(ctx, "%d / %d", q.Has.Total, q.Owed.Owed()), Href: href},
			{Text: ofOwed(ctx, q.Has.Key, q.Owed.Key)}, {Text: ofOwed(ctx, q.Has.Ordinary, q.Owed.Ordinary)}, {Text: met}}})
	}
	filter := ui.Filter("/inspection/quotas", []ui.Field{{Name: "month", Label: ui.T(ctx, "月份"), Kind: "month", Value: month, Short: true}})
	return p.render(w, r, pg, "/inspection/quotas", filter, ui.Rows(t))
}

func ofOwed(ctx context.Context, n, owed int) string {
	if owed == 0 {
		return strconv.Itoa(n)
	}
	return ui.T(ctx, "%d / %d", n, owed)
}

// quotaRows lists the visits behind a figure.
func (p *Pages) quotaRows(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), r.URL.Query()
	account, _ := db.ParseID(v.Get("account"))
	t := ui.Table{Caption: ui.T(ctx, "走访"), Cols: []ui.Col{{Name: ui.T(ctx, "时间"), Main: true}, {Name: ui.T(ctx, "地点")}, {Name: ui.T(ctx, "等级")}, {Name: ui.T(ctx, "问题"), Num: true}}}
	title := ui.T(ctx, "走访")
	err := p.read(r, func(tx *db.Tx, by staff.Actor) error {
		on, err := round.Period(tx, v.Get("month"))
		if err != nil {
			return fault.Invalid("month", "月份应如 2026-03")
		}
		list, err := p.Rounds.Quotas(tx, by, on)
		for _, q := range list {
			if q.Round != r.PathValue("round") || q.Account != account || q.Unit != v.Get("unit") {
				continue
			}
			title = q.Name
			for _, id := range q.Visits {
				s, _, err := p.Rounds.VisitOf(tx, by, id)
				if err != nil {
					return err
				}
				t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: ui.DateTime(ctx, s.At.Time), Href: visitHref(s.ID), Note: keyWords(ctx, s.Key)},
					{Text: p.Town.Place(s.Place)}, {Text: s.Grade}, {Text: ui.Count(s.Findings)}}})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, title, ui.T(ctx, "这个数由下面的走访组成。"))
	return p.render(w, r, pg, "/inspection/quotas", ui.Rows(t))
}

func subjectHref(kind, id string) string { return "/inspection/subjects/" + kind + "/" + id }

// subjects tells how what is visited stands, the worst first.
func (p *Pages) subjects(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), r.URL.Query()
	var list []round.Subject
	var grades map[string]int
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if grades, err = p.Rounds.Grades(tx, by, ""); err == nil {
			list, err = p.Rounds.Subjects(tx, by, round.Standing{Grade: v.Get("grade"), Key: v.Get("key") != ""})
		}
		return err
	})
	if err != nil {
		return err
	}
	var stats []ui.Stat
	for _, g := range []string{"A", "B", "C", "D"} {
		stats = append(stats, ui.Stat{Name: ui.T(ctx, "%s级", g), Value: ui.Count(grades[g]), Href: "/inspection/subjects?grade=" + g})
	}
	pg := p.page(ctx, ui.T(ctx, "对象和等级"), ui.T(ctx, "最近一次检查的得分和等级；等级差的是重点，下期多查。"))
	t := ui.Table{Caption: ui.T(ctx, "对象"), Cols: []ui.Col{{Name: ui.T(ctx, "对象"), Main: true}, {Name: ui.T(ctx, "地点")}, {Name: ui.T(ctx, "等级")}, {Name: ui.T(ctx, "得分"), Num: true},
		{Name: ui.T(ctx, "走访"), Num: true}, {Name: ui.T(ctx, "最近")}}, Empty: ui.Empty(ui.T(ctx, "没有检查过的对象"), "")}
	for _, s := range list {
		score := "—"
		if s.Percent >= 0 {
			score = ui.T(ctx, "%d%%", s.Percent)
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: s.Name, Href: subjectHref(s.Kind, s.ID), Note: keyWords(ctx, s.Key || s.Marked)}, {Text: p.Town.Place(s.Place)},
			{Text: s.Grade}, {Text: score}, {Text: ui.Count(s.Visits)}, {Text: ui.Date(ctx, s.LastAt.Time)}}})
	}
	return p.render(w, r, pg, "/inspection/subjects", ui.Stats(stats), part.Ways([]ui.Button{{Text: ui.T(ctx, "只看重点"), Href: "/inspection/subjects?key=1"},
		{Text: ui.T(ctx, "全部"), Href: "/inspection/subjects"}}), ui.Rows(t))
}

func (p *Pages) subject(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var s round.Subject
	var list []round.Stored
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		s, list, err = p.Rounds.History(tx, by, r.PathValue("kind"), r.PathValue("id"))
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, s.Name, p.Town.Place(s.Place))
	pg.Trail = append(pg.Trail, ui.Link{Text: ui.T(ctx, "对象和等级"), Href: "/inspection/subjects"})
	t := ui.Table{Caption: ui.T(ctx, "历次走访"), Cols: []ui.Col{{Name: ui.T(ctx, "时间"), Main: true}, {Name: ui.T(ctx, "谁")}, {Name: ui.T(ctx, "得分"), Num: true}, {Name: ui.T(ctx, "等级")}, {Name: ui.T(ctx, "问题"), Num: true}}}
	for _, v := range list {
		score := "—"
		if v.Percent >= 0 {
			score = ui.T(ctx, "%d%%", v.Percent)
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: ui.DateTime(ctx, v.At.Time), Href: visitHref(v.ID)}, {Text: v.Name}, {Text: score}, {Text: v.Grade}, {Text: ui.Count(v.Findings)}}})
	}
	button := ui.Button{Text: ui.T(ctx, "列为重点"), Name: "mark", Value: "1"}
	if s.Marked {
		button = ui.Button{Text: ui.T(ctx, "不再列为重点"), Name: "mark", Value: "0"}
	}
	return p.render(w, r, pg, "/inspection/subjects", part.Block(ui.T(ctx, "历次走访"), ui.Rows(t)), part.Post(subjectHref(s.Kind, s.ID), []ui.Button{button}))
}

func (p *Pages) mark(w http.ResponseWriter, r *http.Request) error {
	kind, id := r.PathValue("kind"), r.PathValue("id")
	err := p.write(r, func(tx *db.Tx, by staff.Actor) error {
		return p.Rounds.Mark(tx, by, kind, id, r.PostFormValue("mark") == "1")
	})
	return ui.Done(w, r, err, subjectHref(kind, id), ui.T(r.Context(), "已保存"))
}

// quarter is the quarter that holds a day.
func quarter(d civil.Date) civil.Period {
	first := civil.Date{Year: d.Year, Month: (d.Month-1)/3*3 + 1, Day: 1}
	return civil.Period{From: first, To: first.AddMonths(2).MonthEnd()}
}
