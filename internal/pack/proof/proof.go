package proof

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/pack"
	"linli/internal/pack/filter"
	"linli/internal/pack/strict"
	"linli/internal/rule"
)

// A Result (示例结果) is what came of one example.
type Result struct {
	Pack    *pack.Pack
	Example *pack.Example
	Touched map[string]bool // ids of the elements it exercised
	Wrong   rule.Problems   // none: it passed
}

// Passed reports whether everything was as the example says.
func (r *Result) Passed() bool { return len(r.Wrong) == 0 }

func (r *Result) touch(id string) { r.Touched[id] = true }

func (r *Result) bad(path, format string, args ...any) {
	r.Wrong.Addf(r.Example.At(path), format, args...)
}

// Run tries every example of the current pack of every document, also of those that hold elsewhere.
func Run(ix *pack.Index) []*Result {
	var list []*Result
	for _, p := range ix.Library() {
		list = append(list, RunPack(p)...)
	}
	return list
}

// RunPack tries every example of one pack.
func RunPack(p *pack.Pack) []*Result {
	examples := p.Examples()
	list := make([]*Result, len(examples))
	for i := range examples {
		list[i] = try(p, &examples[i])
	}
	return list
}

func try(p *pack.Pack, e *pack.Example) *Result {
	r := &Result{Pack: p, Example: e, Touched: map[string]bool{}}
	law := p.Law(civil.CivilCode())
	tries := []func(){
		func() { tryCase(r, law) }, func() { tryForm(r) }, func() { tryDuty(r, law) }, func() { tryIndicator(r, law) },
		func() { tryWatch(r, law) }, func() { tryNotice(r, law) }, func() { tryBook(r) }, func() { tryItem(r, law) }, func() { tryParam(r) }, func() { tryOffice(r) },
		func() { tryAdmission(r) }, func() { tryTable(r) }, func() { tryClass(r) }, func() { tryStandard(r, law) }, func() { tryScore(r, law) },
		func() { tryChecklist(r) }, func() { tryRound(r) }, func() { tryBenefit(r) }, func() { tryScheme(r, law) }, func() { tryBound(r) }, func() { tryDeposit(r, law) },
	}
	given := []bool{e.Case != nil, e.Form != nil, e.Duty != nil, e.Indicator != nil, e.Watch != nil, e.Notice != nil,
		e.Book != nil, e.Item != nil, e.Param != nil, e.Office != nil, e.Admission != nil, e.Table != nil, e.Class != nil, e.Standard != nil, e.Score != nil, e.Checklist != nil, e.Round != nil, e.Benefit != nil, e.Scheme != nil, e.Bound != nil, e.Deposit != nil}
	n := 0
	for i, is := range given {
		if is {
			n++
			tries[i]()
		}
	}
	if n != 1 {
		r.bad("", "示例须有且只有一种内容")
	}
	return r
}

// edition returns the content on a day.
func (r *Result) edition(day civil.Date) *pack.Edition { return r.Pack.On(day) }

// editionWith is the edition in which a city has set parameters that the document leaves open. Nil when it may not set them.
func (r *Result) editionWith(path string, with map[string]string, day civil.Date) *pack.Edition {
	if len(with) == 0 {
		return r.edition(day)
	}
	set, err := r.Pack.With(with)
	if err != nil {
		r.bad(path, "%s", err)
		return nil
	}
	return set.On(day)
}

// latest is the content that applies once every dated value has begun.
func (r *Result) latest() *pack.Edition { return r.Pack.On(civil.Date{Year: 9999, Month: 12, Day: 31}) }

func (r *Result) instant(path, s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, civil.Shanghai)
	if err != nil {
		r.bad(path, "时间 %q 应如 \"2026-03-02 09:00\"", s)
	}
	return t
}

func (r *Result) date(path, s string) civil.Date {
	d, err := civil.ParseDate(s)
	if err != nil {
		r.bad(path, "%s", err)
	}
	return d
}

// same reports a difference in words.
func (r *Result) same(path, what, want, got string) {
	if want != got {
		r.bad(path, "%s应为“%s”，实为“%s”", what, want, got)
	}
}

func tryForm(r *Result) {
	x := r.Example.Form
	f := r.latest().Form(x.ID)
	if f == nil {
		r.bad("form.id", "没有表单 %s", x.ID)
		return
	}
	r.touch("form/" + x.ID)
	_, errs := f.Check(x.Given)
	var wrong []string
	for _, e := range errs {
		wrong = append(wrong, e.Field)
		if !slices.Contains(x.Wrong, e.Field) {
			r.bad("form", "%s：%s", e.Field, e.Message())
		}
	}
	for _, name := range x.Wrong {
		if !slices.Contains(wrong, name) {
			r.bad("form.wrong", "%s 应被指出有误，但没有", name)
		}
	}
	for _, field := range f.Fields {
		if _, given := x.Given[field.Name]; given || slices.Contains(x.Wrong, field.Name) {
			r.touch("form/" + x.ID + "#" + field.Name)
		}
	}
}

func tryDuty(r *Result, l civil.Law) {
	x := r.Example.Duty
	after := r.date("duty.after", x.After)
	d := r.edition(after).Duty(x.ID)
	if d == nil {
		r.bad("duty.id", "没有职责任务 %s", x.ID)
		return
	}
	r.touch("duty/" + x.ID)
	period, last, _, err := d.Next(l, after)
	if err != nil {
		r.bad("duty", "%s", err)
		return
	}
	r.same("duty.from", "期间起", x.From, period.From.String())
	r.same("duty.to", "期间止", x.To, period.To.String())
	r.same("duty.last-day", "最后一日", x.Last, last.String())
	if x.Makes != "" {
		r.same("duty.makes", "产生的通报", x.Makes, d.Makes)
	}
	if x.Who != "" {
		r.same("duty.who", "责任机构", x.Who, d.Who)
	}
	if x.Each && !d.Each {
		r.bad("duty.each", "应由每个担任“%s”的单位各自承担", d.Who)
	}
}

func tryParam(r *Result) {
	x := r.Example.Param
	p := r.Pack.Param(x.ID)
	if p == nil {
		r.bad("param.id", "没有参数 %s", x.ID)
		return
	}
	r.touch("param/" + x.ID)
	got, _ := p.On(r.date("param.on", x.On))
	want := x.Is.Text
	if x.Is.Kind == strict.YesNo {
		want = map[bool]string{true: "yes", false: "no"}[x.Is.Yes()]
	}
	if !p.Local { // a value that the city has set is the city's
		r.same("param.is", "参数值", want, got)
	}
}

func tryBound(r *Result) {
	x := r.Example.Bound
	b := r.edition(r.date("bound.on", x.On)).Bound(x.ID)
	if b == nil {
		r.bad("bound.id", "没有限度 %s", x.ID)
		return
	}
	r.touch("bound/" + x.ID)
	r.same("bound.is", pack.BoundOf(x.ID).Name, strconv.Itoa(x.Is), strconv.Itoa(b.Is))
}

func tryOffice(r *Result) {
	x := r.Example.Office
	o := r.Pack.Office(x.ID)
	if o == nil {
		r.bad("office.id", "没有机构 %s", x.ID)
		return
	}
	r.touch("office/" + x.ID)
	r.same("office.name", "名称", x.Name, o.Name)
	r.same("office.within", "所属", x.Within, o.Within)
	if !slices.Equal(x.Serves, o.Serves) {
		r.bad("office.serves", "担任角色应为 %v，实为 %v", x.Serves, o.Serves)
	}
}

func tryBook(r *Result) {
	x := r.Example.Book
	b := r.latest().Book(x.ID)
	if b == nil {
		r.bad("book.id", "没有登记簿 %s", x.ID)
		return
	}
	r.touch("book/" + x.ID)
	if b.Public != nil {
		r.touch("book/" + x.ID + "#public")
	}
	row := b.Row(func(from string) string { return x.Given[from] })
	got := map[string]string{}
	for i, c := range b.Columns {
		got[c.Label] = row[i]
	}
	for label, want := range x.Row {
		if _, ok := got[label]; !ok {
			r.bad("book.row", "登记簿没有“%s”这一栏", label)
			continue
		}
		r.same("book.row", label, want, got[label])
	}
}

// rows reads example rows against a view: times are written "2026-03-02 09:00", flags yes or no.
func (r *Result) rows(path string, v *filter.View, list []strict.Value) []filter.Row {
	out := make([]filter.Row, len(list))
	for i, item := range list {
		row := filter.Row{}
		for _, p := range item.Pairs {
			if p.Key == "row" {
				row["row"] = p.Value.Text
				continue
			}
			c, ok := v.Column(p.Key)
			if !ok {
				r.Wrong.Addf(p.At, "%s 没有“%s”这一列", v.Name, p.Key)
				continue
			}
			row[p.Key] = r.cell(path, c, p.Value)
		}
		out[i] = row
	}
	return out
}

func (r *Result) cell(path string, c filter.Column, v strict.Value) any {
	switch c.Type {
	case filter.Instant:
		return filter.Stamp(r.instant(path, v.Text))
	case filter.Flag:
		if v.Kind != strict.YesNo {
			r.Wrong.Addf(v.At, "应为 yes 或 no")
		}
		return map[bool]int64{true: 1}[v.Yes()]
	case filter.Verdict:
		n, ok := map[string]int64{"on-time": 1, "late": 0, "undecided": -1}[v.Text]
		if !ok {
			r.Wrong.Addf(v.At, "应为 on-time、late 或 undecided")
		}
		return n
	case filter.Whole:
		n, err := strconv.ParseInt(v.Text, 10, 64)
		if err != nil {
			r.Wrong.Addf(v.At, "应为整数")
		}
		return n
	}
	return v.Text
}

func tryIndicator(r *Result, l civil.Law) {
	x := r.Example.Indicator
	i := r.latest().Indicator(x.ID)
	if i == nil {
		r.bad("indicator.id", "没有指标 %s", x.ID)
		return
	}
	r.touch("indicator/" + x.ID)
	var q pack.Question
	if x.From != "" {
		q.From = r.date("indicator.from", x.From).In(civil.Shanghai)
	}
	if x.To != "" {
		q.To = r.date("indicator.to", x.To).AddDays(1).In(civil.Shanghai)
	}
	list, err := i.Count(l, q.To, q, r.rows("indicator.rows", i.View, x.Rows))
	if err != nil {
		r.bad("indicator", "%s", err)
		return
	}
	want := pack.Figure{Numerator: int64(x.Numerator), Denominator: int64(x.Denominator)}
	if got := list[0]; got.Numerator != want.Numerator || got.Denominator != want.Denominator {
		r.bad("indicator", "应为 %d/%d，实为 %d/%d", want.Numerator, want.Denominator, got.Numerator, got.Denominator)
	}
}

func tryWatch(r *Result, l civil.Law) {
	x := r.Example.Watch
	w := r.latest().Watch(x.ID)
	if w == nil {
		r.bad("watch.id", "没有监测 %s", x.ID)
		return
	}
	r.touch("watch/" + x.ID)
	now := r.instant("watch.now", x.Now)
	var flagged []string
	for _, row := range r.rows("watch.rows", w.View, x.Rows) {
		hit, err := w.Flags(l, now, row)
		if err != nil {
			r.bad("watch", "%s", err)
			return
		}
		if hit {
			flagged = append(flagged, fmt.Sprint(row["row"]))
		}
	}
	r.same("watch.flags", "发现的办件", strings.Join(x.Flags, "、"), strings.Join(flagged, "、"))
}

func tryNotice(r *Result, l civil.Law) {
	x := r.Example.Notice
	day := r.date("notice.on", x.On)
	e := r.edition(day)
	n := e.Notice(x.ID)
	if n == nil {
		r.bad("notice.id", "没有通报 %s", x.ID)
		return
	}
	r.touch("notice/" + x.ID)
	period, _ := n.Period.Next(day.AddDays(-1))
	r.same("notice.title", "标题", x.Title, n.TitleFor(period))
	if x.To != "" {
		r.same("notice.audience", "发送范围", x.To, n.Audience)
	}
	q := pack.Question{From: period.From.In(civil.Shanghai), To: period.To.AddDays(1).In(civil.Shanghai)}
	shown := map[string]bool{}
	for _, sec := range n.Sections {
		q.By = nil
		if sec.By != "" {
			q.By = []string{sec.By}
		}
		for _, id := range sec.Indicators {
			i := e.Indicator(id)
			key := id
			if sec.By != "" {
				key += " by " + sec.By
			}
			shown[key] = true
			list, err := i.Count(l, q.To, q, r.rows("notice.rows", i.View, x.Rows))
			if err != nil {
				r.bad("notice", "%s", err)
			}
			if want, asked := x.Figures[key]; asked {
				r.same("notice.figures."+key, key, figures(want), lines(list))
			}
		}
	}
	for id := range x.Figures {
		if !shown[id] {
			r.bad("notice.figures", "通报没有“%s”", id)
		}
	}
}

func figures(list []pack.FigureSpec) string {
	var out []string
	for _, f := range list {
		out = append(out, fmt.Sprintf("%s %d/%d", f.Key, f.Numerator, f.Denominator))
	}
	return strings.Join(out, "，")
}

func lines(list []pack.Figure) string {
	var out []string
	for _, f := range list {
		out = append(out, fmt.Sprintf("%s %d/%d", strings.Join(f.Key, " "), f.Numerator, f.Denominator))
	}
	return strings.Join(out, "，")
}
