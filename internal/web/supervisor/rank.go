package supervisor

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"linli/internal/db"
	"linli/internal/indicator"
	"linli/internal/web/bulletin"
	"linli/internal/web/ui"
)

// A ranking is units or areas by one indicator.
type ranking struct {
	*view
	Page   ui.Page
	Filter filterForm
	Answer indicator.Answer
	Ranks  []indicator.Rank
	Table  ui.Table
	CSV    string
}

// rank orders units or areas by an indicator; whoever has too few cases is listed, with its band and without a place.
func (p *Pages) rank(w http.ResponseWriter, r *http.Request) error {
	k, err := p.ranked(r)
	if err != nil {
		return err
	}
	a := &k.Answer
	k.Table = ui.Table{Caption: a.Name, Cols: []ui.Col{{Name: ui.T(k.ctx, "名次"), Num: true}, {Name: ui.T(k.ctx, "名称"), Main: true}, {Name: a.Name, Num: true},
		{Name: ui.T(k.ctx, "误差范围"), Num: true}, {Name: ui.T(k.ctx, "占全部登记"), Num: true}, {Name: ui.T(k.ctx, "样本"), Num: true}}}
	for _, x := range k.Ranks {
		place, note := strconv.Itoa(x.At), ""
		if x.At == 0 {
			place, note = "—", ui.T(k.ctx, "不足 %d 件，不参与排名", a.Fewest())
		}
		value := k.rate(a, x.Figure)
		value.Body = nil // the sample and its band have columns of their own
		band := ""
		if x.Rate.Whole > 0 {
			band = bulletin.Band(x.Rate.Low, x.Rate.High)
		}
		k.Table.Rows = append(k.Table.Rows, ui.TableRow{Cells: []ui.Cell{{Text: place}, {Text: k.name(a.Question.By, x.Key), Note: note}, value, {Text: band},
			{Text: ui.Percent(x.Numerator, x.All)}, {Text: ui.Count(x.Denominator)}}})
	}
	by := ui.Field{Name: "by", Label: ui.T(k.ctx, "比较"), Kind: "select", Value: a.Question.By, Options: []ui.Option{{Value: "lead", Text: ui.T(k.ctx, "承办单位")},
		{Value: indicator.ByArea, Text: ui.T(k.ctx, "地区")}, {Value: "flow", Text: ui.T(k.ctx, "渠道")}}}
	k.Filter = k.filter("/supervisor/rank", by, ui.Field{Name: "of", Label: ui.T(k.ctx, "指标"), Kind: "select", Value: a.Ref(), Options: p.rankable(k.view)})
	k.CSV = k.href("/supervisor/rank/csv", "by", a.Question.By, "of", a.Ref())
	k.Page = page(r.Context(), "/supervisor/rank", ui.T(r.Context(), "%s：%s排名", k.areaName(), a.Name), a.Says)
	return ui.Render(w, r, rankPage(k))
}

// rankable are the rates that are better high or low.
func (p *Pages) rankable(v *view) []ui.Option {
	var list []ui.Option
	for _, d := range p.periodic(v) {
		if d.Percent && d.Better != "" {
			list = append(list, ui.Option{Value: d.Ref(), Text: d.Name + "（" + v.source(d) + "）"})
		}
	}
	return list
}

func (p *Pages) ranked(r *http.Request) (*ranking, error) {
	q := r.URL.Query()
	of, by := q.Get("of"), q.Get("by")
	if of == "" {
		of = indicator.Standard + ".on-time"
	}
	if by == "" {
		by = "lead"
	}
	k := &ranking{}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if k.view, err = p.look(tx, r); err != nil {
			return err
		}
		document, id, _ := strings.Cut(of, ".")
		d, err := p.Figures.Find(document, id, k.period.To)
		if err != nil {
			return err
		}
		answers, err := p.Figures.Ask(tx, k.by, k.question(by), d)
		if err != nil {
			return err
		}
		k.Answer = answers[0]
		if by == "lead" { // what is not sent out yet is nobody's
			k.Answer.Figures = slices.DeleteFunc(k.Answer.Figures, func(f indicator.Figure) bool { return f.Key == "" })
		}
		k.Ranks = k.Answer.Ranking()
		return nil
	})
	return k, err
}

// rankFile is the ranking as a file.
func (p *Pages) rankFile(w http.ResponseWriter, r *http.Request) error {
	k, err := p.ranked(r)
	if err != nil {
		return err
	}
	rows := [][]string{{"名次", "名称", "分子", "分母", "全部登记", "比率（%）", "下限（%）", "上限（%）"}}
	for _, x := range k.Ranks {
		place := "不参与排名"
		if x.At > 0 {
			place = strconv.Itoa(x.At)
		}
		rows = append(rows, append([]string{place, k.name(k.Answer.Question.By, x.Key)}, cells(x.Figure)...))
	}
	return table(w, "rank.csv", rows)
}
