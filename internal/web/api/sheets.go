package api

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"linli/internal/admission"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/staff"
	"linli/internal/table"
	"linli/internal/web/session"
)

// A Cell is one value of a table.
type Cell struct {
	At    string `json:"at" maxLength:"10" doc:"如 B3"`
	Label string `json:"label" maxLength:"100"`
	Kind  string `json:"kind" maxLength:"20"`
	From  string `json:"from,omitempty" maxLength:"200" doc:"从哪里自动填"`
	Datum string `json:"datum,omitempty" maxLength:"200" doc:"同一数据只问一次"`
	Basis string `json:"basis,omitempty"`
}

// A Template is a table that can be asked for.
type Template struct {
	Ref   string `json:"ref"`
	Title string `json:"title"`
	Unit  string `json:"unit,omitempty" doc:"上传的单位；文件规定的没有"`
	Basis string `json:"basis,omitempty"`
	Bound bool   `json:"bound" doc:"单元格已核对，可以下发"`
	Cells []Cell `json:"cells"`
}

// A Demand is somebody asking communities for a table.
type Demand struct {
	ID       db.ID     `json:"id"`
	Template string    `json:"template"`
	Title    string    `json:"title"`
	Unit     string    `json:"unit"`
	Why      string    `json:"why"`
	Case     db.ID     `json:"case,omitzero" doc:"准入的办件"`
	Number   string    `json:"number,omitempty" doc:"准入编号"`
	Period   Period    `json:"period"`
	Until    string    `json:"until"`
	Asked    time.Time `json:"asked"`
}

// A Wish asks communities for a table.
type Wish struct {
	Template string   `json:"template" maxLength:"100"`
	Why      string   `json:"why" maxLength:"500"`
	Number   string   `json:"number,omitempty" maxLength:"60" doc:"准入编号"`
	Units    []string `json:"units" minItems:"1" maxItems:"300"`
	From     string   `json:"from" format:"date" doc:"期间的第一日"`
	To       string   `json:"to" format:"date" doc:"期间的最后一日"`
	Until    string   `json:"until" format:"date" doc:"填报期限"`
}

// A SheetLine is one unit's copy of a table, as a list shows it.
type SheetLine struct {
	ID     db.ID     `json:"id"`
	Unit   string    `json:"unit"`
	Place  string    `json:"place"`
	State  string    `json:"state" enum:"open,done"`
	Cells  int       `json:"cells"`
	Itself int       `json:"itself" doc:"平台自动填好的"`
	Known  int       `json:"known" doc:"以前答过的"`
	Asked  int       `json:"asked" doc:"要填的"`
	Done   time.Time `json:"done,omitzero"`
	Demand Demand    `json:"demand"`
}

// A SheetView is a copy with its values.
type SheetView struct {
	SheetLine
	Fills   bool                 `json:"fills" doc:"由我填报"`
	All     []Cell               `json:"all" doc:"全部栏目"`
	Missing []Cell               `json:"missing" doc:"还要填的"`
	Values  map[string]CellValue `json:"values" doc:"按栏目的位置"`
}

// A CellValue is what stands in a cell, and where it comes from.
type CellValue struct {
	Text   string    `json:"text"`
	Origin string    `json:"origin" doc:"itself 平台已有，before 以前答过，told 这次填的"`
	Note   string    `json:"note,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// OfTemplate names a template in an address.
type OfTemplate struct {
	Ref string `path:"ref" maxLength:"100"`
}

type uploadTemplateInput struct {
	Upload
	Title string `query:"title" required:"true" maxLength:"80" doc:"报表名称"`
}

type bindInput struct {
	OfTemplate
	Keyed
	Body struct {
		Cells []Cell `json:"cells" maxItems:"1000"`
	}
}

type sheetsInput struct {
	Unit   string `query:"unit" maxLength:"60"`
	Demand string `query:"demand" maxLength:"20"`
	State  string `query:"state" enum:"open,done"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type sheetInput struct {
	ID string `path:"id" maxLength:"20"`
}

type answerSheetInput struct {
	ID string `path:"id" maxLength:"20"`
	Keyed
	Body struct {
		Answers map[string]string `json:"answers" maxProperties:"1000" doc:"按栏目的位置；要填的一次填全"`
	}
}

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func (a *API) registerSheets() {
	binary := &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
	op := func(method, path, id, title string, s scope, status int) operation {
		return operation{method: method, path: path, id: id, tag: "报表", title: title, scope: s, roles: admission.Readers, status: status}
	}
	add(a, op(http.MethodGet, "/templates", "listTemplates", "可以下发的报表", read, 0), a.templates)
	uploading := op(http.MethodPost, "/templates", "uploadTemplate", "上传 Excel 模板", write, http.StatusCreated)
	uploading.request = binary
	add(a, uploading, a.uploadTemplate)
	add(a, op(http.MethodGet, "/templates/{ref}", "getTemplate", "一个模板的单元格", read, 0), a.template)
	add(a, op(http.MethodPost, "/templates/{ref}/cells", "bindTemplate", "核对上传的模板：每格是什么、从哪里来", write, 0), a.bind)
	add(a, op(http.MethodGet, "/demands", "listDemands", "本单位下发的报表", read, 0), a.demands)
	add(a, op(http.MethodPost, "/demands", "demandTable", "下发报表；没有准入的不予下发", write, http.StatusCreated), a.demand)
	add(a, op(http.MethodGet, "/sheets", "listSheets", "我能看的报表，最急的在前", read, 0), a.sheets)
	add(a, op(http.MethodGet, "/sheets/{id}", "getSheet", "一张报表：值、来源和还要填的", read, 0), a.sheet)
	add(a, op(http.MethodPost, "/sheets/{id}", "answerSheet", "填完一张报表", write, 0), a.answerSheet)
	file := op(http.MethodGet, "/sheets/{id}/file", "getSheetFile", "下载 Excel", read, 0)
	file.answer = workbookType
	add(a, file, a.sheetFile)
}

func cellOf(c table.Cell) Cell { return Cell{c.At, c.Label, c.Kind, c.From, c.Datum, c.Basis} }

func templateOf(t table.Template) Template {
	return Template{t.Ref, t.Title, t.Unit, t.Basis, t.Bound, each(t.Cells, cellOf)}
}

func demandOf(d table.Demand) Demand {
	return Demand{d.ID, d.Source, d.Title, d.Unit, d.Why, d.Admission, d.Number, Period{d.Period.From.String(), d.Period.To.String()}, d.Until.String(), d.Asked.Time}
}

func sheetLine(l table.Line) SheetLine {
	return SheetLine{l.ID, l.Unit, l.Place, l.State, l.Cells, l.Itself, l.Known, l.Asked, l.Done.Time, demandOf(l.Of)}
}

func sheetView(v *table.View) SheetView {
	x := SheetView{SheetLine: sheetLine(v.Line), Fills: v.Fills, All: each(v.Of.Cells, cellOf), Missing: each(v.Missing(), cellOf), Values: map[string]CellValue{}}
	for at, c := range v.Values {
		x.Values[at] = CellValue{c.Text, c.Origin, c.Note, c.At.Time}
	}
	return x
}

func (a *API) templates(ctx context.Context, _ *struct{}) (*out[List[Template]], error) {
	var list []table.Template
	err := a.read(ctx, func(tx *db.Tx) (err error) { list, err = a.Tables.Templates(tx, session.From(ctx)); return err })
	if err != nil {
		return nil, err
	}
	return all(each(list, templateOf)), nil
}

func (a *API) template(ctx context.Context, in *OfTemplate) (*out[Template], error) {
	var x Template
	return answer(&x, a.read(ctx, func(tx *db.Tx) error {
		t, err := a.Tables.Template(tx, session.From(ctx), in.Ref)
		x = templateOf(t)
		return err
	}))
}

func (a *API) uploadTemplate(ctx context.Context, in *uploadTemplateInput) (*written[Template], error) {
	f, err := a.Files.Receive(io.LimitReader(in.body, a.Files.Limit()+1), in.Name)
	if err != nil {
		return nil, err
	}
	about := struct{ Hash, Title, Name string }{f.Hash, in.Title, in.Name}
	return do(ctx, a, in.Key, "upload-template", about, func(tx *db.Tx, by staff.Actor) (Template, error) {
		ref, err := a.Tables.Upload(tx, by, in.Key, in.Title, f, in.Name)
		if err != nil {
			return Template{}, err
		}
		t, err := a.Tables.Template(tx, by, ref)
		return templateOf(t), err
	})
}

func (a *API) bind(ctx context.Context, in *bindInput) (*written[Template], error) {
	return do(ctx, a, in.Key, "bind "+in.Ref, in.Body, func(tx *db.Tx, by staff.Actor) (Template, error) {
		cells := each(in.Body.Cells, func(c Cell) table.Cell { return table.Cell{At: c.At, Label: c.Label, Kind: c.Kind, From: c.From} })
		if err := a.Tables.Bind(tx, by, in.Key, in.Ref, cells); err != nil {
			return Template{}, err
		}
		t, err := a.Tables.Template(tx, by, in.Ref)
		return templateOf(t), err
	})
}

func (a *API) demands(ctx context.Context, _ *struct{}) (*out[List[Demand]], error) {
	var list []table.Demand
	err := a.read(ctx, func(tx *db.Tx) (err error) { list, err = a.Tables.Demands(tx, session.From(ctx)); return err })
	if err != nil {
		return nil, err
	}
	return all(each(list, demandOf)), nil
}

// wish is the request as package table takes it.
func (b *Wish) wish() (w table.Wish, err error) {
	w = table.Wish{Template: b.Template, Why: b.Why, Number: b.Number, Units: b.Units}
	for _, d := range []struct {
		field, text string
		to          *civil.Date
	}{{"from", b.From, &w.Period.From}, {"to", b.To, &w.Period.To}, {"until", b.Until, &w.Until}} {
		if *d.to, err = dayIn(d.field, d.text); err != nil {
			return w, err
		}
	}
	return w, nil
}

func (a *API) demand(ctx context.Context, in *toldInput[Wish]) (*written[List[SheetLine]], error) {
	wish, err := in.Body.wish()
	if err != nil {
		return nil, err
	}
	return do(ctx, a, in.Key, "demand", in.Body, func(tx *db.Tx, by staff.Actor) (List[SheetLine], error) {
		id, err := a.Tables.Demand(tx, by, in.Key, wish)
		if err != nil {
			return List[SheetLine]{}, err
		}
		lines, err := a.Tables.Sheets(tx, by, table.Filter{Demand: id, Limit: 500})
		return List[SheetLine]{Items: each(lines, sheetLine)}, err
	})
}

func (a *API) sheets(ctx context.Context, in *sheetsInput) (*out[List[SheetLine]], error) {
	var list []table.Line
	f := table.Filter{Unit: in.Unit, Demand: idIn(in.Demand), State: in.State, Limit: in.Limit}
	if in.Demand != "" && f.Demand.IsZero() {
		return nil, fault.Invalid("demand", "没有这次下发")
	}
	err := a.read(ctx, func(tx *db.Tx) (err error) { list, err = a.Tables.Sheets(tx, session.From(ctx), f); return err })
	if err != nil {
		return nil, err
	}
	return all(each(list, sheetLine)), nil
}

func (a *API) sheet(ctx context.Context, in *sheetInput) (*out[SheetView], error) {
	var x SheetView
	return answer(&x, a.read(ctx, func(tx *db.Tx) error {
		v, err := a.Tables.Sheet(tx, session.From(ctx), idIn(in.ID))
		if err == nil {
			x = sheetView(v)
		}
		return err
	}))
}

func (a *API) answerSheet(ctx context.Context, in *answerSheetInput) (*written[SheetView], error) {
	return do(ctx, a, in.Key, "answer-sheet "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (SheetView, error) {
		if err := a.Tables.Answer(tx, by, in.Key, idIn(in.ID), in.Body.Answers); err != nil {
			return SheetView{}, err
		}
		v, err := a.Tables.Sheet(tx, by, idIn(in.ID))
		if err != nil {
			return SheetView{}, err
		}
		return sheetView(v), nil
	})
}

func (a *API) sheetFile(ctx context.Context, in *sheetInput) (*huma.StreamResponse, error) {
	var name string
	var data []byte
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		name, data, err = a.Tables.Workbook(tx, session.From(ctx), idIn(in.ID))
		return err
	})
	if err != nil {
		return nil, err
	}
	return attachment(name, workbookType, data), nil
}

// attachment offers what was just written for download.
func attachment(name, kind string, data []byte) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		_, w := humago.Unwrap(c)
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		io.Copy(w, bytes.NewReader(data)) // a client that goes away needs no answer
	}}
}
