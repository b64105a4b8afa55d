package transfer

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"linli/internal/db"
	"linli/internal/exchange"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/job"
	"linli/internal/lexicon"
	"linli/internal/sheet"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A tablePage is a table at whatever point it has reached.
type tablePage struct {
	Page    ui.Page
	Table   exchange.SentTable
	Job     job.Job
	Pass    exchange.PersonSummary
	Trial   bool
	Verdict string
	Rows    []exchange.RowVerdict
	Pager   ui.Pager
	Map     mapForm
}

// A mapForm asks what the columns of a table are.
type mapForm struct {
	Sheets  []sheet.Sheet
	Heading []string
	Samples [][]string // by column, masked
	Notes   []string
	Map     exchange.PersonMap
	Maps    map[string]exchange.PersonMap
	Options []ui.Option
	Place   part.Pick
	Errors  ui.Errors
	Words   *lexicon.Lexicon
}

const rowsShown = 50

func (p *Pages) table(w http.ResponseWriter, r *http.Request) error {
	t, err := p.readTable(r)
	if err != nil {
		return err
	}
	if t.Table.State == exchange.TableSent || r.URL.Query().Has("map") {
		return p.askColumns(w, r, t, nil)
	}
	if ui.Partial(r) {
		return ui.Render(w, r, tableProgress(t))
	}
	return ui.Render(w, r, showTable(t))
}

func (p *Pages) readTable(r *http.Request) (*tablePage, error) {
	by, ctx, q := session.Actor(r), r.Context(), r.URL.Query()
	t := &tablePage{Verdict: q.Get("verdict"), Pager: ui.Pager{Total: -1}}
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if t.Table, err = exchange.TableOf(tx, by, ui.ID(r)); err != nil {
			return err
		}
		t.Trial = t.Table.State == exchange.TableTried
		if t.busy() {
			t.Job, err = job.Get(tx, t.Table.Job)
			return err
		}
		if t.Table.Run == "" || t.Table.State == exchange.TableFailed {
			return nil
		}
		if t.Pass, err = exchange.PassOf(tx, t.Table.Run, t.Trial); err != nil {
			return err
		}
		after, _ := strconv.Atoi(q.Get("after"))
		t.Rows, err = exchange.Verdicts(tx, t.Table.Run, t.Trial, t.Verdict, after, rowsShown+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	t.Page = p.page(r, t.Table.Name, ui.T(ctx, stateNames[t.Table.State]))
	if t.busy() {
		t.Page.Refresh = 5
	}
	if len(t.Rows) > rowsShown {
		t.Rows = t.Rows[:rowsShown]
		t.Pager.Next = tableHref(t.Table.ID) + "?verdict=" + t.Verdict + "&after=" + strconv.Itoa(t.Rows[rowsShown-1].Line)
	}
	t.Pager.Shown = len(t.Rows)
	return t, nil
}

func (t *tablePage) busy() bool {
	return t.Table.State == exchange.TableTrying || t.Table.State == exchange.TableImports
}

var verdictNames = []struct {
	verdict, name string
	count         func(s exchange.PersonSummary) int
}{
	{exchange.VerdictNew, ui.N("新增"), func(s exchange.PersonSummary) int { return s.Added }},
	{exchange.VerdictUpdate, ui.N("更新"), func(s exchange.PersonSummary) int { return s.Changed }},
	{exchange.VerdictPresent, ui.N("已有"), func(s exchange.PersonSummary) int { return s.Present }},
	{exchange.VerdictConflict, ui.N("冲突"), func(s exchange.PersonSummary) int { return s.Conflicts }},
	{exchange.VerdictLikely, ui.N("疑似重复"), func(s exchange.PersonSummary) int { return s.Likely }},
	{exchange.VerdictRejected, ui.N("拒收"), func(s exchange.PersonSummary) int { return s.Rejected }},
}

func verdictName(ctx context.Context, v string) string {
	for _, n := range verdictNames {
		if n.verdict == v {
			return ui.T(ctx, n.name)
		}
	}
	return v
}

func (t *tablePage) stats(ctx context.Context) []ui.Stat {
	list := []ui.Stat{{Name: ui.T(ctx, "共读"), Value: ui.Count(t.Pass.Read), Unit: ui.T(ctx, "行"), Href: tableHref(t.Table.ID)}}
	for _, n := range verdictNames {
		s := ui.Stat{Name: ui.T(ctx, n.name), Value: ui.Count(n.count(t.Pass)), Href: tableHref(t.Table.ID) + "?verdict=" + n.verdict}
		list = append(list, s)
	}
	return list
}

// mendable reports whether there are rows to take back.
func (t *tablePage) mendable() bool { return t.Pass.Rejected+t.Pass.Conflicts > 0 }

func (t *tablePage) rows(ctx context.Context) ui.Table {
	out := ui.Table{Caption: ui.T(ctx, "逐行结论"), Cols: []ui.Col{{Name: ui.T(ctx, "行"), Num: true}, {Name: ui.T(ctx, "结论"), Main: true}, {Name: ui.T(ctx, "理由")}, {Name: ui.T(ctx, "内容（打码）")}},
		Empty: ui.Empty(ui.T(ctx, "没有要逐行说明的"), ui.T(ctx, "没有列出的行都是新增或已有，没有问题。"))}
	for _, v := range t.Rows {
		cells := []ui.Cell{{Text: strconv.Itoa(v.Line)}, {Text: verdictName(ctx, v.Verdict)}, {Text: v.Reason}, {Text: joined(v.Cells)}}
		row := ui.TableRow{ID: strconv.Itoa(v.Line), Cells: cells}
		switch v.Verdict {
		case exchange.VerdictRejected:
			row.Mark = ui.Red
		case exchange.VerdictConflict, exchange.VerdictLikely:
			row.Mark = ui.Yellow
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// joined is a row of a table on one line, as far as it is of use.
func joined(cells []string) string {
	var out []rune
	for _, c := range cells {
		if c == "" {
			continue
		}
		if len(out) > 0 {
			out = append(out, []rune(" · ")...)
		}
		if out = append(out, []rune(c)...); len(out) > 90 {
			return string(out[:90]) + "…"
		}
	}
	return string(out)
}

// askColumns shows the columns with what they are taken for.
func (p *Pages) askColumns(w http.ResponseWriter, r *http.Request, t *tablePage, wrong error) error {
	m, err := p.mapForm(r, t, wrong)
	if err != nil {
		if fault.KindOf(err) != fault.KindInvalid {
			return err
		}
		t.Page.Errors = ui.FieldErrors(r.Context(), err)
		return ui.Render(part.Answering(w, err), r, showMap(t))
	}
	t.Map = m
	t.Page.Lead = ui.T(r.Context(), "核对各列是什么，然后试运行；试运行不写入任何登记")
	if wrong != nil {
		t.Page.Errors = m.Errors
		w = part.Answering(w, wrong)
	}
	return ui.Render(w, r, showMap(t))
}

func (p *Pages) mapForm(r *http.Request, t *tablePage, wrong error) (mapForm, error) {
	ctx, q := r.Context(), r.URL.Query()
	if r.Method == http.MethodPost {
		q = r.PostForm
	}
	m := mapForm{Words: p.Tables.Words(), Errors: ui.FieldErrors(ctx, wrong), Map: t.Table.Map}
	var name string
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if m.Maps, err = exchange.Maps(tx); err != nil {
			return err
		}
		name, err = p.Tables.File(tx, t.Table)
		return err
	})
	if err != nil {
		return m, err
	}
	if saved, ok := m.Maps[q.Get("map")]; ok {
		m.Map = saved
	}
	if of := lexicon.Kind(q.Get("of")); q.Has("of") && of != kindOf(m.Map) {
		m.Map.Of, m.Map.Columns, m.Map.Values = of, nil, nil
	}
	if q.Has("sheet") {
		m.Map.Sheet = q.Get("sheet")
	}
	if q.Has("heading") {
		m.Map.Heading, _ = strconv.Atoi(q.Get("heading"))
	}
	if m.Sheets, err = sheet.Sheets(name); err != nil {
		return m, err
	}
	table, err := sheet.OpenWith(name, sheet.Options{Sheet: m.Map.Sheet, Heading: m.Map.Heading})
	if err != nil {
		return m, err
	}
	defer table.Close()
	m.Heading, m.Notes = table.Heading, table.Notes
	m.Samples = samples(table)
	if r.Method == http.MethodPost {
		m.Map.Columns = columnsOf(r, m.Heading)
	} else {
		m.Map = m.Map.Settle(m.Heading, m.Words)
	}
	m.Options = []ui.Option{{Value: "", Text: ui.T(ctx, "（不导入）")}}
	for _, f := range exchange.FieldsOf(m.Words, m.Map.Of) {
		m.Options = append(m.Options, ui.Option{Value: f.Name, Text: ui.T(ctx, f.Label)})
	}
	m.Place = p.Town.Pick(q, "place", "")
	m.Place.Label, m.Place.Hint = ui.T(ctx, "没有写明区划的行归入"), ui.T(ctx, "表里有区划一列时可以不选")
	m.Place.Error = m.Errors.Of("place")
	return m, nil
}

// kindOf is what a row of a table is.
func kindOf(m exchange.PersonMap) lexicon.Kind {
	if m.Of == "" {
		return lexicon.Person
	}
	return m.Of
}

func kindOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, k := range exchange.Importable() {
		out = append(out, ui.Option{Value: string(k), Text: ui.T(ctx, k.Words())})
	}
	return out
}

// samples are the first values of each column, masked.
func samples(t *sheet.Table) [][]string {
	out := make([][]string, len(t.Heading))
	for range 3 {
		rec, err := t.Next()
		if err != nil {
			break
		}
		for i := range out {
			if i < len(rec.Cells) && rec.Cells[i] != "" {
				out[i] = append(out[i], form.MaskText(rec.Cells[i]))
			}
		}
	}
	return out
}

// columnsOf reads what each column was said to be.
func columnsOf(r *http.Request, heading []string) map[string]string {
	out := map[string]string{}
	for i, h := range heading {
		if f := r.PostForm.Get("c-" + strconv.Itoa(i)); f != "" {
			out[f] = h
		}
	}
	return out
}

// fields asks for each column what it is.
func (m *mapForm) fields(ctx context.Context) []ui.Field {
	list := make([]ui.Field, len(m.Heading))
	for i, h := range m.Heading {
		f := ui.Field{Name: "c-" + strconv.Itoa(i), Label: h, Kind: "select", Options: m.Options, Hint: joined(slices.Compact(m.Samples[i]))}
		if h == "" {
			f.Label = ui.T(ctx, "第 %d 列（没有列名）", i+1)
		}
		for field, name := range m.Map.Columns {
			if name == h && h != "" {
				f.Value = field
			}
		}
		list[i] = f
	}
	return list
}

// sheetFields ask which sheet, which line, and which map that has a name.
func (m *mapForm) sheetFields(ctx context.Context) []ui.Field {
	list := []ui.Field{{Name: "of", Label: ui.T(ctx, "一行是什么"), Kind: "select", Value: string(kindOf(m.Map)), Options: kindOptions(ctx)}}
	if len(m.Sheets) > 1 {
		f := ui.Field{Name: "sheet", Label: ui.T(ctx, "工作表"), Kind: "select", Value: m.Map.Sheet}
		for _, s := range m.Sheets {
			o := ui.Option{Value: s.Name, Text: s.Name}
			if s.Hidden {
				o.Text += ui.T(ctx, "（隐藏）")
			}
			f.Options = append(f.Options, o)
		}
		list = append(list, f)
	}
	heading := ""
	if m.Map.Heading > 0 {
		heading = strconv.Itoa(m.Map.Heading)
	}
	list = append(list, ui.Field{Name: "heading", Label: ui.T(ctx, "列名在第几行"), Kind: "number", Value: heading, Short: true})
	names := []ui.Option{{Value: "", Text: ui.T(ctx, "按列名猜")}}
	for name := range m.Maps {
		names = append(names, ui.Option{Value: name, Text: name})
	}
	slices.SortFunc(names[1:], func(a, b ui.Option) int { return slices.Compare([]byte(a.Text), []byte(b.Text)) })
	return append(list, ui.Field{Name: "map", Label: ui.T(ctx, "用过的对照"), Kind: "select", Options: names})
}

// try takes the map and begins the trial run.
func (p *Pages) try(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	t, err := p.readTable(r)
	if err != nil {
		return err
	}
	m, err := p.mapForm(r, t, nil)
	if err != nil {
		return err
	}
	place := p.Town.Pick(r.PostForm, "place", "")
	if place.Words != "" || r.PostForm.Get("place-1") != "" {
		if m.Map.Place, err = place.Code(); err != nil {
			return p.askColumns(w, r, t, err)
		}
	}
	if r.PostForm.Has("pick") {
		return p.askColumns(w, r, t, nil)
	}
	m.Map.Source = r.PostForm.Get("source")
	err = p.do(r, func(tx *db.Tx, by staff.Actor) error {
		if name := r.PostForm.Get("map_name"); name != "" {
			if err := exchange.SaveMap(tx, by, name, m.Map); err != nil {
				return err
			}
		}
		return p.Tables.Try(tx, by, t.Table.ID, m.Map)
	})
	if fault.KindOf(err) == fault.KindInvalid && err != nil {
		return p.askColumns(w, r, t, err)
	}
	return ui.Done(w, r, err, tableHref(t.Table.ID), ui.T(r.Context(), "已开始试运行"))
}

func (p *Pages) bring(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	err := p.do(r, func(tx *db.Tx, by staff.Actor) error { return p.Tables.Import(tx, by, ui.ID(r)) })
	return ui.Done(w, r, err, tableHref(ui.ID(r)), ui.T(r.Context(), "已开始导入，可以离开本页"))
}

func (p *Pages) remove(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	err := p.do(r, func(tx *db.Tx, by staff.Actor) error { return p.Tables.DeleteTable(tx, by, ui.ID(r)) })
	return ui.Done(w, r, err, "/transfer", ui.T(r.Context(), "表已删除，导入的登记不受影响"))
}
