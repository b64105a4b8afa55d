package api

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"linli/internal/db"
	"linli/internal/exchange"
	"linli/internal/fault"
	"linli/internal/register"
	"linli/internal/sheet"
	"linli/internal/web/session"
)

// A NamedMap is a map of columns that is used again.
type NamedMap struct {
	Name string    `json:"name"`
	Map  ColumnMap `json:"map"`
}

// An ExportField is something a column of a table of persons may hold.
type ExportField struct {
	Name   string `json:"name"`
	Label  string `json:"label"`
	Hidden bool   `json:"hidden,omitempty" doc:"敏感，不导出"`
}

// A PersonExport asks for the persons of an area as a table.
type PersonExport struct {
	Place   string   `json:"place" maxLength:"40" doc:"区划代码，含以下各级"`
	Fields  []string `json:"fields,omitempty" maxItems:"200" doc:"栏目，见 /transfer/fields；没有则常用的"`
	Purpose string   `json:"purpose" maxLength:"20" doc:"用途"`
	Reason  string   `json:"reason" maxLength:"200" doc:"依据和用在哪里；记入日志"`
	Format  string   `json:"format,omitempty" enum:"xlsx,csv" doc:"没有则 xlsx"`
}

type exportInput struct {
	Body PersonExport
}

func (a *API) registerExports() {
	add(a, operation{method: http.MethodGet, path: "/transfer/fields", id: "listPersonFields", tag: "登记表导入导出", title: "人员表可以有的栏目", scope: read, roles: pairReaders}, a.personFields)
	add(a, operation{method: http.MethodPost, path: "/transfer/exports", id: "exportPersons", tag: "登记表导入导出", title: "按区划和用途导出人员表，打码，每次申请记入日志", scope: read, roles: pairReaders, answer: "application/octet-stream"}, a.export)
}

func (a *API) rows(ctx context.Context, in *rowVerdictsInput) (*paged[RowVerdict], error) {
	after := 0
	if in.Cursor != "" {
		n, err := strconv.Atoi(in.Cursor)
		if err != nil || n < 0 {
			return nil, fault.Invalid("cursor", "翻页标记不对，请从第一页重新开始")
		}
		after = n
	}
	var list []exchange.RowVerdict
	err := a.read(ctx, func(tx *db.Tx) error {
		s, err := exchange.TableOf(tx, session.From(ctx), idIn(in.ID))
		if err != nil || s.Run == "" {
			return err
		}
		list, err = exchange.Verdicts(tx, s.Run, s.State == exchange.TableTried, in.Verdict, after, in.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) == in.Limit {
		next = strconv.Itoa(list[len(list)-1].Line)
	}
	return page(&in.Paged, each(list, func(v exchange.RowVerdict) RowVerdict {
		return RowVerdict{v.Line, v.Verdict, v.Field, v.Reason, v.Person, listed(v.Cells)}
	}), next), nil
}

// rejects gives back the rows that need mending, as the file has them, to whoever sent the file.
func (a *API) rejects(ctx context.Context, in *OfTransfer) (*huma.StreamResponse, error) {
	var s exchange.SentTable
	var file string
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		if s, err = exchange.TableOf(tx, session.From(ctx), idIn(in.ID)); err != nil {
			return err
		}
		file, err = a.Sent.File(tx, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if _, err := exchange.WriteRejects(ctx, a.DB, file, s.Map, s.Run, s.State == exchange.TableTried, &text); err != nil {
		return nil, err
	}
	return attachment(exchange.RejectsOf(s.Name), "text/csv; charset=utf-8", text.Bytes()), nil
}

func (a *API) maps(ctx context.Context, _ *struct{}) (*out[List[NamedMap]], error) {
	var list []NamedMap
	err := a.read(ctx, func(tx *db.Tx) error {
		found, err := exchange.Maps(tx)
		for name, m := range found {
			list = append(list, NamedMap{name, mapOf(m)})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(x, y NamedMap) int { return slices.Compare([]byte(x.Name), []byte(y.Name)) })
	return all(list), nil
}

func (a *API) personFields(context.Context, *struct{}) (*out[List[ExportField]], error) {
	return all(each(exchange.PersonFields(a.Sent.Words()), func(f exchange.PersonField) ExportField {
		return ExportField{f.Name, f.Label, f.Words != nil && f.Words.Sensitive == "hidden"}
	})), nil
}

// export writes the table when whoever asks may have it for that purpose; what was asked is in the log either way.
func (a *API) export(ctx context.Context, in *exportInput) (*huma.StreamResponse, error) {
	b := &in.Body
	x := &exchange.PersonExport{DB: a.DB, Words: a.Sent.Words(), Tree: a.Places.Tree(), By: session.From(ctx), Place: b.Place, Fields: b.Fields, Purpose: register.Purpose(b.Purpose), Reason: b.Reason}
	if err := x.Allowed(ctx); err != nil {
		return nil, err
	}
	name, kind := "人员表 "+a.Places.Tree().Name(b.Place), workbookType
	var text bytes.Buffer
	var w interface {
		sheet.Writer
		Close() error
	}
	var err error
	if b.Format == "csv" {
		kind, name = "text/csv; charset=utf-8", name+".csv"
		w, err = sheet.NewCSV(&text)
	} else {
		name += ".xlsx"
		w, err = sheet.NewBook(&text, "人员表")
	}
	if err != nil {
		return nil, err
	}
	if _, err := x.Write(ctx, w); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return attachment(name, kind, text.Bytes()), nil
}
