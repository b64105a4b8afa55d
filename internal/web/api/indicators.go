package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/indicator"
	"linli/internal/web/session"
)

// An Indicator is a measure with where it comes from.
type Indicator struct {
	Document string   `json:"document" doc:"空：通用"`
	ID       string   `json:"id"`
	Version  string   `json:"version,omitempty"`
	Name     string   `json:"name"`
	Says     string   `json:"says"`
	Percent  bool     `json:"percent" doc:"分子比分母；否则只看分子"`
	Better   string   `json:"better,omitempty" enum:"higher,lower"`
	Fewest   int64    `json:"fewest" doc:"样本少于此数不参加排名"`
	Basis    []string `json:"basis"`
}

// A Measured is what an indicator says.
type Measured struct {
	Indicator
	At     time.Time `json:"at"`
	Total  Figure    `json:"total"`
	Groups []Figure  `json:"groups"`
}

// A Figure is one group's numbers.
type Figure struct {
	Key         string  `json:"key,omitempty"`
	Numerator   int64   `json:"numerator"`
	Denominator int64   `json:"denominator"`
	All         int64   `json:"all" doc:"期内全部"`
	Low         float64 `json:"low" doc:"比率的 95% 置信下限，以 1 为全部"`
	High        float64 `json:"high"`
}

// OfMeasure names an indicator in an address, and what it is asked.
type OfMeasure struct {
	Document string `path:"document" maxLength:"60" doc:"文件；通用指标为 -"`
	ID       string `path:"id" maxLength:"60"`
	From     string `query:"from" format:"date" doc:"期间的第一日"`
	To       string `query:"to" format:"date" doc:"期间的最后一日"`
	Area     string `query:"area" maxLength:"40" doc:"区划代码；空为可见的全部"`
	Unit     string `query:"unit" maxLength:"60" doc:"主办单位"`
	Flow     string `query:"flow" maxLength:"100"`
	By       string `query:"by" maxLength:"40" doc:"分组：area、lead、channel、month 等；空为不分组"`
}

type rowsInput struct {
	OfMeasure
	Paged
	Part string `query:"part" enum:"all,base,hit,miss" default:"all" doc:"全部、分母、分子、在分母而不在分子"`
	Key  string `query:"key" maxLength:"80" doc:"哪一组；不分组时为空"`
}

// A Watch finds cases that something is wrong with.
type Watch struct {
	Document string   `json:"document"`
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Kind     string   `json:"kind" doc:"held misrouted missed press late"`
	Says     string   `json:"says"`
	Why      string   `json:"why" doc:"条件"`
	Basis    []string `json:"basis"`
}

type flaggedInput struct {
	Paged
	Document string `path:"document" maxLength:"60"`
	ID       string `path:"id" maxLength:"60"`
	Area     string `query:"area" maxLength:"40"`
}

func (a *API) registerIndicators() {
	add(a, operation{method: http.MethodGet, path: "/indicators", id: "listIndicators", tag: "指标", title: "现行的指标", scope: read, official: true}, a.indicators)
	add(a, operation{method: http.MethodGet, path: "/indicators/{document}/{id}", id: "measure", tag: "指标", title: "一个指标在一个期间的数", scope: read, official: true}, a.measure)
	add(a, operation{method: http.MethodGet, path: "/indicators/{document}/{id}/cases", id: "listMeasured", tag: "指标", title: "一个数背后的办件", scope: read, official: true}, a.measured)
	add(a, operation{method: http.MethodGet, path: "/watches", id: "listWatches", tag: "指标", title: "监测项", scope: read, official: true}, a.watches)
	add(a, operation{method: http.MethodGet, path: "/watches/{document}/{id}/cases", id: "listFlagged", tag: "指标", title: "监测项现在发现的办件", scope: read, official: true}, a.flagged)
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now(), civil.Shanghai) }

func (a *API) indicators(ctx context.Context, _ *struct{}) (*out[List[Indicator]], error) {
	var list []indicator.Definition
	err := a.read(ctx, func(tx *db.Tx) error { list = a.Figures.List(today(tx)); return nil })
	if err != nil {
		return nil, err
	}
	return all(each(list, indicatorOf)), nil
}

// question reads what is asked, and of which definition.
func (in *OfMeasure) question(a *API, ctx context.Context, tx *db.Tx) (d indicator.Definition, q indicator.Question, err error) {
	document := in.Document
	if document == "-" {
		document = ""
	}
	if d, err = a.Figures.Find(document, in.ID, today(tx)); err != nil {
		return d, q, err
	}
	q = indicator.Question{Unit: in.Unit, By: in.By}
	if in.Flow != "" {
		q.Flows = a.Catalog.Index().Handled(in.Flow, today(tx))
	}
	for _, x := range []struct {
		name, text string
		to         *civil.Date
	}{{"from", in.From, &q.Period.From}, {"to", in.To, &q.Period.To}} {
		if x.text == "" {
			continue
		}
		if *x.to, err = civil.ParseDate(x.text); err != nil {
			return d, q, fault.Invalid(x.name, "应为日期，如 2026-10-09")
		}
	}
	if in.Area != "" {
		q.Area, err = indicator.Area(tx, session.From(ctx), in.Area)
	}
	return d, q, err
}

func (a *API) measure(ctx context.Context, in *OfMeasure) (*out[Measured], error) {
	var m Measured
	return answer(&m, a.read(ctx, func(tx *db.Tx) error {
		d, q, err := in.question(a, ctx, tx)
		if err != nil {
			return err
		}
		list, err := a.Figures.Ask(tx, session.From(ctx), q, d)
		if err != nil {
			return err
		}
		m = Measured{indicatorOf(d), list[0].At, figureOf(list[0].Total), each(list[0].Figures, figureOf)}
		return nil
	}))
}

func (a *API) measured(ctx context.Context, in *rowsInput) (*paged[Line], error) {
	var lines []casework.Line
	var next db.ID
	err := a.read(ctx, func(tx *db.Tx) error {
		d, q, err := in.question(a, ctx, tx)
		if err != nil {
			return err
		}
		lines, next, err = a.Figures.Rows(tx, session.From(ctx), d, q, indicator.Part(in.Part), in.Key, idIn(in.Cursor))
		return err
	})
	if err != nil {
		return nil, err
	}
	return page(&in.Paged, each(lines, lineOf), cursorOf(next)), nil
}

func cursorOf(id db.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

func (a *API) watches(ctx context.Context, _ *struct{}) (*out[List[Watch]], error) {
	var list []Watch
	err := a.read(ctx, func(tx *db.Tx) error {
		list = each(a.Figures.Watches(today(tx)), func(w indicator.Watch) Watch {
			return Watch{w.Document, w.ID, w.Name, w.Kind, w.Says, a.Figures.Why(w, today(tx)), cites(w.Basis)}
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all(list), nil
}

func (a *API) flagged(ctx context.Context, in *flaggedInput) (*paged[Line], error) {
	var lines []casework.Line
	var next db.ID
	err := a.read(ctx, func(tx *db.Tx) error {
		w, err := a.Figures.FindWatch(in.Document, in.ID, today(tx))
		if err != nil {
			return err
		}
		area := ""
		if in.Area != "" {
			if area, err = indicator.Area(tx, session.From(ctx), in.Area); err != nil {
				return err
			}
		}
		lines, next, err = a.Figures.Flagged(tx, session.From(ctx), w, area, idIn(in.Cursor))
		return err
	})
	if err != nil {
		return nil, err
	}
	return page(&in.Paged, each(lines, lineOf), cursorOf(next)), nil
}

func indicatorOf(d indicator.Definition) Indicator {
	return Indicator{d.Document, d.ID, d.Version, d.Name, d.Says, d.Percent, d.Better, d.Fewest(), cites(d.Basis)}
}

func figureOf(f indicator.Figure) Figure {
	x := Figure{Key: f.Key, Numerator: f.Numerator, Denominator: f.Denominator, All: f.All}
	if r := f.Rate(); r.Whole > 0 {
		x.Low, x.High = r.Low, r.High
	}
	return x
}
