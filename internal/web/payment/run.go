package payment

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/payrun"
	"linli/internal/sheet"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// runView is what the page of a run shows.
type runView struct {
	payrun.Run
	draws  []payrun.Draw
	drifts []payrun.Drift
	files  []payrun.File
	slips  []payrun.Slip
	q      payrun.Query
}

func (p *Pages) runView(r *http.Request) (v runView, err error) {
	in := r.URL.Query()
	v.q = payrun.Query{State: payrun.State(in.Get("state")), Words: strings.TrimSpace(in.Get("words")), Limit: pageSize}
	v.q.After, _ = db.ParseID(in.Get("after"))
	err = p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if v.Run, err = p.Runs.Get(tx, by, ui.ID(r)); err != nil {
			return err
		}
		if v.draws, err = p.Runs.Draws(tx, v.ID); err != nil {
			return err
		}
		if v.Stage == payrun.Reckoned || v.Stage == payrun.Reviewed {
			if v.drifts, err = p.Runs.Drifts(tx, v.ID); err != nil {
				return err
			}
		}
		if v.files, err = p.Runs.Files(tx, by, v.ID); err != nil {
			return err
		}
		v.slips, err = p.Runs.Slips(tx, by, v.ID, v.q)
		return err
	})
	return v, err
}

func (p *Pages) run(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := p.runView(r)
	if err != nil {
		return err
	}
	pg := p.page(ctx, "/payment", v.Name, ui.T(ctx, "%s，%s，%s", v.Period, p.Town.Places.Tree().Name(v.Place), ui.T(ctx, stages[v.Stage])), ui.Link{Text: ui.T(ctx, "发放批次"), Href: "/payment"})
	var parts []templ.Component
	if working(&v.Run) {
		pg.Refresh = 5
		parts = append(parts, progressOf(ctx, &v.Run))
	}
	if v.Trouble != "" {
		parts = append(parts, notice(ui.Bad, ui.T(ctx, stages[v.Stage]), []string{v.Trouble}))
	}
	parts = append(parts, ui.Stats([]ui.Stat{{Name: ui.T(ctx, "应发"), Value: ui.Count(v.Lines), Unit: ui.T(ctx, "条"), Note: v.Fen.Words()},
		{Name: ui.T(ctx, "暂缓"), Value: ui.Count(v.Held), Unit: ui.T(ctx, "条"), Note: v.HeldFen.Words(), Href: runHref(v.ID) + "?state=held#lines"},
		{Name: ui.T(ctx, "已发"), Value: ui.Count(v.Paid), Unit: ui.T(ctx, "条"), Note: v.PaidFen.Words()},
		{Name: ui.T(ctx, "退回"), Value: ui.Count(v.Returned), Unit: ui.T(ctx, "条"), Note: v.ReturnedFen.Words(), Href: runHref(v.ID) + "?state=returned#lines"}}))
	parts = append(parts, p.shortages(ctx, &v)...)
	parts = append(parts, p.next(ctx, session.Actor(r), &v)...)
	parts = append(parts, part.Block(ui.T(ctx, "用哪些资金"), ui.Rows(p.drawTable(ctx, v.draws))), part.Block(ui.T(ctx, "经手"), ui.Facts(p.deeds(ctx, &v))))
	if len(v.files) > 0 {
		parts = append(parts, part.Block(ui.T(ctx, "回盘文件"), p.fileTable(ctx, v.files)...))
	}
	parts = append(parts, part.Block(ui.T(ctx, "明细"), p.lines(ctx, &v)...))
	return p.render(w, r, pg, parts...)
}

// shortages says which fund is short, and what changed since.
func (p *Pages) shortages(ctx context.Context, v *runView) (parts []templ.Component) {
	var short []string
	for _, d := range v.draws {
		if d.ShortLines > 0 {
			short = append(short, ui.T(ctx, "%s：%s 条共 %s 没有预算，现在还差 %s", d.Name, ui.Count(d.ShortLines), d.Short.Words(), d.Missing.Words()))
		}
	}
	if len(short) > 0 {
		parts = append(parts, notice(ui.Warn, ui.T(ctx, "预算不足，后面的暂缓"), short))
	}
	var drift []string
	for _, d := range v.drifts {
		drift = append(drift, ui.T(ctx, "%s：%s 条共 %s 按原来的版本核算", d.Document, ui.Count(d.Lines), d.Fen.Words()))
	}
	if len(drift) > 0 {
		parts = append(parts, notice(ui.Warn, ui.T(ctx, "核算以后规则改过"), drift))
	}
	return parts
}

// next is what this person may do now.
func (p *Pages) next(ctx context.Context, by staff.Actor, v *runView) (parts []templ.Component) {
	makes, checks := by.Has(staff.Finance, v.Path, ""), by.Has(staff.Treasurer, v.Path, "")
	act := func(do, words string, kind ui.ButtonKind, fields ...ui.Field) templ.Component {
		return part.Post(runHref(v.ID), []ui.Button{{Text: words, Kind: kind, Name: "do", Value: do}}, ui.AskAll(fields))
	}
	switch {
	case v.Stage == payrun.Draft && makes:
		parts = append(parts, act("start", ui.T(ctx, "核算（从停下的地方继续）"), ui.Primary))
	case working(&v.Run) && makes:
		if v.Stage == payrun.Reckoning {
			parts = append(parts, act("pause", ui.T(ctx, "停下"), ui.Plain))
		}
		parts = append(parts, confirm(ui.T(ctx, "很久没有进展？"), act("start", ui.T(ctx, "叫后台继续"), ui.Plain)))
	case v.Stage == payrun.Reckoned && makes:
		parts = append(parts, act("review", ui.T(ctx, "核对无误，请复核"), ui.Primary))
	case v.Stage == payrun.Reviewed && checks:
		if by.Account == v.Maker.Account || by.Account == v.Reviewer.Account {
			parts = append(parts, notice(ui.Info, ui.T(ctx, "应由另一人复核"), []string{ui.T(ctx, "这个批次是您经手的。")}))
			break
		}
		var why []ui.Field
		if len(v.drifts) > 0 {
			why = []ui.Field{{Name: "despite", Label: ui.T(ctx, "仍按原规则发放的理由"), Kind: "longtext", Rows: 2, Required: true}}
		}
		parts = append(parts, act("approve", ui.T(ctx, "复核通过：%s 条，%s", ui.Count(v.Lines), (v.Fen-v.Withheld).Words()), ui.Primary, why...))
	case v.Stage == payrun.Posted && makes:
		parts = append(parts, act("send", ui.T(ctx, "已送银行"), ui.Primary))
	case v.Stage == payrun.Sent && makes:
		parts = append(parts, uploadOf(runHref(v.ID)+"/back", ui.Field{Name: "file", Label: ui.T(ctx, "回盘文件"), Kind: "file", Required: true, Accept: ".csv,.xlsx,.txt",
			Hint: ui.T(ctx, "第一行是列名，要有：%s；结果写“成功”或“失败”", strings.Join(payrun.BackColumns, "、"))}, ui.Button{Text: ui.T(ctx, "导入回盘"), Kind: ui.Primary}))
		if v.Lines > 0 && v.Paid+v.Returned >= v.Lines {
			parts = append(parts, act("close", ui.T(ctx, "结清这个批次"), ui.Plain))
		}
	}
	switch v.Stage {
	case payrun.Posted, payrun.Sent, payrun.Closed:
		if makes || checks {
			parts = append(parts, part.Ways([]ui.Button{{Text: ui.T(ctx, "银行文件（CSV）"), Href: runHref(v.ID) + "/bank/csv"}, {Text: ui.T(ctx, "银行文件（工作簿）"), Href: runHref(v.ID) + "/bank/xlsx"}}))
		}
	case payrun.Draft, payrun.Reckoned, payrun.Reviewed:
		if makes || checks {
			parts = append(parts, confirm(ui.T(ctx, "作废这个批次"), act("refuse", ui.T(ctx, "作废"), ui.Danger, ui.Field{Name: "why", Label: ui.T(ctx, "作废的理由"), Required: true, Max: 200, In: "refuse"})))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return []templ.Component{part.Block(ui.T(ctx, "接下来"), parts...)}
}

func (p *Pages) drawTable(ctx context.Context, list []payrun.Draw) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "用哪些资金"), Cols: []ui.Col{{Name: ui.T(ctx, "资金"), Main: true}, {Name: ui.T(ctx, "承担方")}, {Name: ui.T(ctx, "条数"), Num: true}, {Name: ui.T(ctx, "金额"), Num: true},
		{Name: ui.T(ctx, "扣回"), Num: true}, {Name: ui.T(ctx, "没有预算的"), Num: true}}, Empty: ui.Empty(ui.T(ctx, "还没有用到资金"), "")}
	for _, d := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: d.Name, Href: fundHref(d.ID)}, {Text: payer(ctx, d.Payer)}, {Text: ui.Count(d.Lines)}, {Text: d.Fen.Words()}, {Text: d.Withheld.Words()}, {Text: d.Short.Words()}}})
	}
	return t
}

func (p *Pages) deeds(ctx context.Context, v *runView) []ui.Pair {
	list := []ui.Pair{{Name: ui.T(ctx, "建批次"), Text: deed(ctx, v.Maker)}, {Name: ui.T(ctx, "核对"), Text: deed(ctx, v.Reviewer)}, {Name: ui.T(ctx, "复核"), Text: deed(ctx, v.Approver)},
		{Name: ui.T(ctx, "送银行"), Text: deed(ctx, v.Sender)}}
	if v.Despite != "" {
		list = append(list, ui.Pair{Name: ui.T(ctx, "仍按原规则发放的理由"), Text: v.Despite})
	}
	if v.SHA != "" {
		list = append(list, ui.Pair{Name: ui.T(ctx, "银行文件校验值"), Text: v.SHA})
	}
	return list
}

func (p *Pages) fileTable(ctx context.Context, list []payrun.File) (parts []templ.Component) {
	t := ui.Table{Caption: ui.T(ctx, "回盘文件"), Cols: []ui.Col{{Name: ui.T(ctx, "文件"), Main: true}, {Name: ui.T(ctx, "导入")}, {Name: ui.T(ctx, "已发"), Num: true}, {Name: ui.T(ctx, "退回"), Num: true},
		{Name: ui.T(ctx, "以前说过"), Num: true}, {Name: ui.T(ctx, "有疑问"), Num: true}}}
	for _, f := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: f.Name, Note: f.SHA[:min(12, len(f.SHA))]}, {Text: f.By + "，" + ui.DateTime(ctx, f.At.Time)}, {Text: ui.Count(f.Paid)}, {Text: ui.Count(f.Returned)},
			{Text: ui.Count(f.Same)}, {Text: ui.Count(f.Wrong)}}})
	}
	parts = append(parts, ui.Rows(t))
	for _, f := range list {
		if len(f.Troubles) > 0 {
			parts = append(parts, notice(ui.Warn, ui.T(ctx, "%s 中有疑问的行", f.Name), f.Troubles))
		}
	}
	return parts
}

// lines are the lines of a run, with what filters them.
func (p *Pages) lines(ctx context.Context, v *runView) []templ.Component {
	options := []ui.Option{{Value: "", Text: ui.T(ctx, "全部")}}
	for _, s := range payrun.States {
		options = append(options, ui.Option{Value: string(s), Text: ui.T(ctx, states[s])})
	}
	ask := filter(runHref(v.ID)+"#lines", []ui.Field{{Name: "state", Label: ui.T(ctx, "状态"), Kind: "select", Options: options, Value: string(v.q.State)},
		{Name: "words", Label: ui.T(ctx, "姓名或账号"), Value: v.q.Words}})
	t := ui.Table{Caption: ui.T(ctx, "明细"), Cols: []ui.Col{{Name: ui.T(ctx, "收款人"), Main: true}, {Name: ui.T(ctx, "账号")}, {Name: ui.T(ctx, "期间")}, {Name: ui.T(ctx, "金额"), Num: true}, {Name: ui.T(ctx, "状态")}, {Name: ui.T(ctx, "为什么")}},
		Empty: ui.Empty(ui.T(ctx, "没有这样的明细"), "")}
	for i := range v.slips {
		s := &v.slips[i]
		why := s.Why
		if why == "" {
			why = s.Words
		}
		cell := ui.Cell{Text: s.Fen.Words()}
		if s.Withheld > 0 {
			cell.Note = ui.T(ctx, "扣回 %s", s.Withheld.Words())
		}
		t.Rows = append(t.Rows, ui.TableRow{Mark: markOf(s.State), Cells: []ui.Cell{{Text: s.Name, Href: lineHref(s.ID), Note: p.Town.Place(last(s.Path))}, {Text: payrun.MaskAccount(s.Account)}, {Text: s.Period}, cell,
			{Text: ui.T(ctx, states[s.State])}, {Text: why}}})
	}
	parts := []templ.Component{anchor("lines"), ask, ui.Rows(t)}
	if len(v.slips) == pageSize {
		next := url.Values{"after": {v.slips[pageSize-1].ID.String()}, "state": {string(v.q.State)}, "words": {v.q.Words}}
		parts = append(parts, part.Ways([]ui.Button{{Text: ui.T(ctx, "下一页"), Href: runHref(v.ID) + "?" + next.Encode() + "#lines"}}))
	}
	return parts
}

// last is the code at the end of a path.
func last(path string) string {
	path = strings.TrimSuffix(path, "/")
	return path[strings.LastIndexByte(path, '/')+1:]
}

func markOf(s payrun.State) ui.Mark {
	switch s {
	case payrun.Held:
		return ui.Yellow
	case payrun.Returned:
		return ui.Red
	}
	return ""
}

// act takes a run further.
func (p *Pages) act(w http.ResponseWriter, r *http.Request) error {
	v, err := readForm(w, r)
	if err != nil {
		return err
	}
	id := ui.ID(r)
	err = p.write(r, func(tx *db.Tx, by staff.Actor) error {
		switch v.Get("do") {
		case "start":
			return p.Runs.Start(tx, by, id)
		case "pause":
			return p.Runs.Pause(tx, by, id)
		case "review":
			return p.Runs.Review(tx, by, id)
		case "approve":
			return p.Runs.Approve(tx, by, id, v.Get("despite"))
		case "refuse":
			return p.Runs.Refuse(tx, by, id, v.Get("why"))
		case "send":
			return p.Runs.Send(tx, by, id)
		case "close":
			return p.Runs.Close(tx, by, id)
		}
		return fault.Invalid("do", "没有这个动作")
	})
	return ui.Done(w, r, err, runHref(id))
}

// file is the file for the bank.
func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	id := ui.ID(r)
	var out bytes.Buffer
	open, name, kind := sheet.NewCSV, "bank-"+id.String()+".csv", "text/csv; charset=utf-8"
	if r.PathValue("form") == "xlsx" {
		open, name, kind = func(w io.Writer) (sheet.Writer, error) { return sheet.NewBook(w, "发放") }, "bank-"+id.String()+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	err := p.read(r, func(tx *db.Tx, by staff.Actor) error {
		t, err := open(&out)
		if err != nil {
			return err
		}
		return p.Runs.Export(tx, by, id, t)
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, err = w.Write(out.Bytes())
	return err
}

// maxBack is the largest file of returns, in bytes.
const maxBack = 128 << 20

// back takes in what the bank answered.
func (p *Pages) back(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxBack)
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		return fault.Invalid("file", "表单没有传完，请重新提交")
	}
	in, head, err := r.FormFile("file")
	if err != nil {
		return fault.Invalid("file", "请选择回盘文件")
	}
	defer in.Close()
	dir, err := os.MkdirTemp("", "linli-back-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "back"+strings.ToLower(filepath.Ext(filepath.Base(head.Filename))))
	if err := keep(name, in); err != nil {
		return err
	}
	whole, err := os.Open(name)
	if err != nil {
		return err
	}
	defer whole.Close()
	rows, sha, troubles, err := payrun.ReadBack(name, whole)
	if err != nil {
		return err
	}
	f, err := p.Runs.TakeBack(r.Context(), p.Town.DB, session.Actor(r), ui.ID(r), filepath.Base(head.Filename), sha, rows, troubles)
	return ui.Done(w, r, err, runHref(ui.ID(r)), ui.T(r.Context(), "已发 %d 条，退回 %d 条，有疑问 %d 行", f.Paid, f.Returned, f.Wrong))
}

func keep(name string, in io.Reader) error {
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
