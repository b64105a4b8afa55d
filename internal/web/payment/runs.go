package payment

import (
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/payrun"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

const pageSize = 50

// home lists the runs.
func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	before, _ := db.ParseID(r.URL.Query().Get("before"))
	var list []payrun.Run
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) {
		list, err = p.Runs.List(tx, by, before, pageSize)
		return err
	})
	if err != nil {
		return err
	}
	t := ui.Table{Caption: ui.T(ctx, "发放批次"), Cols: []ui.Col{{Name: ui.T(ctx, "批次"), Main: true}, {Name: ui.T(ctx, "期间")}, {Name: ui.T(ctx, "状态")}, {Name: ui.T(ctx, "应发"), Num: true},
		{Name: ui.T(ctx, "金额"), Num: true}, {Name: ui.T(ctx, "暂缓"), Num: true}, {Name: ui.T(ctx, "已发"), Num: true}, {Name: ui.T(ctx, "退回"), Num: true}},
		Empty: ui.Empty(ui.T(ctx, "还没有发放批次"), ui.T(ctx, "新建一个批次，选定期间和范围，后台核算。"))}
	for _, v := range list {
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: v.Name, Href: runHref(v.ID), Note: p.Town.Places.Tree().Name(v.Place)}, {Text: v.Period}, {Text: ui.T(ctx, stages[v.Stage])},
			{Text: ui.Count(v.Lines)}, {Text: v.Fen.Words()}, {Text: ui.Count(v.Held)}, {Text: ui.Count(v.Paid)}, {Text: ui.Count(v.Returned)}}})
	}
	pg := p.page(ctx, "/payment", ui.T(ctx, "发放批次"), ui.T(ctx, "核算、核对、另一人复核、记账、送银行、回盘、结清。暂缓和退回的，后续批次自动再发。"))
	var parts []templ.Component
	if session.Actor(r).HasAny(staff.Finance) {
		parts = append(parts, part.Ways([]ui.Button{{Text: ui.T(ctx, "新建批次"), Href: "/payment/runs/new", Kind: ui.Primary}}))
	}
	parts = append(parts, ui.Rows(t))
	if len(list) == pageSize {
		parts = append(parts, part.Ways([]ui.Button{{Text: ui.T(ctx, "更早的"), Href: "/payment?before=" + list[pageSize-1].ID.String()}}))
	}
	return p.render(w, r, pg, parts...)
}

func (p *Pages) newRun(w http.ResponseWriter, r *http.Request) error {
	return p.askRun(w, r, r.URL.Query(), nil)
}

// askRun asks what a run is for.
func (p *Pages) askRun(w http.ResponseWriter, r *http.Request, v url.Values, cause error) error {
	ctx := r.Context()
	wrong := ui.FieldErrors(ctx, cause)
	period := v.Get("period")
	if period == "" {
		err := p.read(r, func(tx *db.Tx, _ staff.Actor) error { period = place.Today(tx).String()[:7]; return nil })
		if err != nil {
			return err
		}
	}
	var sources []ui.Option
	for _, o := range p.Runs.Offers() {
		sources = append(sources, ui.Option{Value: o.Name, Text: o.Title})
	}
	chosen := v["sources"]
	if len(chosen) == 0 && len(sources) == 1 {
		chosen = []string{sources[0].Value}
	}
	pg := p.page(ctx, "/payment", ui.T(ctx, "新建批次"), ui.T(ctx, "建好后在后台核算，可以离开，也可以停下再继续。"), ui.Link{Text: ui.T(ctx, "发放批次"), Href: "/payment"})
	pg.Errors = wrong
	if len(sources) == 0 {
		return p.render(w, r, pg, notice(ui.Warn, ui.T(ctx, "还没有发放来源"), []string{ui.T(ctx, "没有哪一项待遇或服务接入发放。")}))
	}
	fields := wrong.On([]ui.Field{
		{Name: "name", Label: ui.T(ctx, "批次名称"), Value: v.Get("name"), Required: true, Max: 60, Hint: ui.T(ctx, "银行文件的“用途”一栏就是它，如：11 月重度残疾人补贴")},
		{Name: "sources", Label: ui.T(ctx, "发放来源"), Kind: "choices", Options: sources, Values: chosen, Required: true},
		{Name: "period", Label: ui.T(ctx, "期间"), Value: period, Required: true, Short: true, Hint: ui.T(ctx, "2026-11 或 2026")},
		{Name: "place", Label: ui.T(ctx, "区划"), Kind: "select", Options: p.areas(session.Actor(r)), Value: v.Get("place"), Required: true},
		{Name: "benefit", Label: ui.T(ctx, "只发哪一项"), Value: v.Get("benefit"), Max: 60, Hint: ui.T(ctx, "待遇的编码；不填就是全部")}})
	if cause != nil {
		w = part.Answering(w, cause)
	}
	return p.render(w, r, pg, part.Post("/payment/runs", []ui.Button{{Text: ui.T(ctx, "新建并核算"), Kind: ui.Primary}, {Text: ui.T(ctx, "取消"), Kind: ui.Quiet, Href: "/payment"}}, ui.AskAll(fields)))
}

func (p *Pages) make(w http.ResponseWriter, r *http.Request) error {
	v, err := readForm(w, r)
	if err != nil {
		return err
	}
	m := payrun.Making{Key: ui.FormKey(r), Name: v.Get("name"), Sources: v["sources"], Benefit: v.Get("benefit"), Period: v.Get("period"), Place: v.Get("place")}
	var id db.ID
	err = p.write(r, func(tx *db.Tx, by staff.Actor) (err error) {
		if id, err = p.Runs.Make(tx, by, m); err == nil {
			err = p.Runs.Start(tx, by, id)
		}
		return err
	})
	if fault.KindOf(err) == fault.KindInvalid {
		return p.askRun(w, r, v, err)
	}
	return ui.Done(w, r, err, runHref(id), ui.T(r.Context(), "已开始核算"))
}

// working reports whether the background is at it.
func working(v *payrun.Run) bool { return v.Stage == payrun.Reckoning || v.Stage == payrun.Posting }

// progressOf shows how far the background is.
func progressOf(ctx context.Context, v *payrun.Run) templ.Component {
	url := runHref(v.ID) + "/progress"
	if v.Stage == payrun.Posting {
		return ui.Progress(ui.T(ctx, "正在记账，可以离开这一页"), int64(v.Posted), int64(max(1, v.Parts)), ui.T(ctx, "%s / %s 块", ui.Count(v.Posted), ui.Count(v.Parts)), url)
	}
	return ui.Progress(ui.T(ctx, "正在核算，可以离开这一页"), 0, 0, ui.T(ctx, "应发 %s 条，%s；暂缓 %s 条", ui.Count(v.Lines), v.Fen.Words(), ui.Count(v.Held)), url)
}

func (p *Pages) progress(w http.ResponseWriter, r *http.Request) error {
	var v payrun.Run
	err := p.read(r, func(tx *db.Tx, by staff.Actor) (err error) { v, err = p.Runs.Get(tx, by, ui.ID(r)); return err })
	if err != nil {
		return err
	}
	if !working(&v) {
		w.Header().Set("HX-Redirect", runHref(v.ID))
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return ui.Render(w, r, progressOf(r.Context(), &v))
}
