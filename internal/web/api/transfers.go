package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"linli/internal/db"
	"linli/internal/duplicate"
	"linli/internal/exchange"
	"linli/internal/job"
	"linli/internal/sheet"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// tablesShown is how many tables a list has at most.
const tablesShown = 100

// A Transfer is a table of persons that somebody sent, and how far it is.
type Transfer struct {
	ID    db.ID     `json:"id"`
	Name  string    `json:"name"`
	State string    `json:"state" enum:"sent,trying,tried,imports,imported,failed" doc:"待对照、试运行中、已试运行、导入中、已导入、没有完成"`
	At    time.Time `json:"at"`
	Why   string    `json:"why,omitempty" doc:"为什么没有完成"`
	Map   ColumnMap `json:"map"`
}

// A ColumnMap says which column of a table holds what.
type ColumnMap struct {
	Source  string                       `json:"source,omitempty" maxLength:"100" doc:"哪个单位、哪次采集的表"`
	Sheet   string                       `json:"sheet,omitempty" maxLength:"100" doc:"工作簿的哪一张；没有则第一张"`
	Heading int                          `json:"heading,omitempty" minimum:"0" maximum:"1000" doc:"列名在第几行；0 为第一行"`
	Columns map[string]string            `json:"columns,omitempty" maxProperties:"300" doc:"按栏目，哪个列名；没有则按列名猜"`
	Values  map[string]map[string]string `json:"values,omitempty" maxProperties:"300" doc:"按栏目，单元格的写法代表哪个值"`
	Place   string                       `json:"place,omitempty" maxLength:"40" doc:"没有写明区划的行归入哪里"`
}

// A TransferView is a table with what its columns are taken for, or what became of its rows.
type TransferView struct {
	Transfer
	Sheets   []string    `json:"sheets"`
	Heading  []string    `json:"heading" doc:"各列的列名"`
	Notes    []string    `json:"notes" doc:"读表时要说明的"`
	Guess    ColumnMap   `json:"guess" doc:"按列名猜的对照"`
	Progress *Progressed `json:"progress,omitempty" doc:"试运行或导入到哪里了"`
	Pass     *Pass       `json:"pass,omitempty" doc:"试运行或导入的结论"`
	Trial    bool        `json:"trial" doc:"结论是试运行的"`
}

// A Progressed is how far a job is.
type Progressed struct {
	Done  int64  `json:"done"`
	Total int64  `json:"total"`
	Note  string `json:"note,omitempty"`
}

// A Pass says what became, or would become, of the rows: Read is the sum of the others.
type Pass struct {
	Read      int  `json:"read"`
	Added     int  `json:"added"`
	Changed   int  `json:"changed"`
	Present   int  `json:"present"`
	Conflicts int  `json:"conflicts"`
	Likely    int  `json:"likely_duplicates"`
	Rejected  int  `json:"rejected"`
	Resumed   int  `json:"resumed" doc:"上一次已经做完的行"`
	Ended     bool `json:"ended"`
}

// A RowVerdict is what became, or would become, of one row.
type RowVerdict struct {
	Line    int      `json:"line"`
	Verdict string   `json:"verdict" enum:"new,update,present,conflict,likely,rejected"`
	Field   string   `json:"field,omitempty"`
	Reason  string   `json:"reason,omitempty"`
	Person  db.ID    `json:"person,omitzero"`
	Cells   []string `json:"cells" doc:"打码"`
}

// OfTransfer names a table that was sent in an address.
type OfTransfer struct {
	ID string `path:"id" maxLength:"20"`
}

type rowVerdictsInput struct {
	OfTransfer
	Paged
	Verdict string `query:"verdict" enum:"new,update,present,conflict,likely,rejected"`
}

type tryInput struct {
	OfTransfer
	Keyed
	Body struct {
		Map  ColumnMap `json:"map"`
		Save string    `json:"save,omitempty" maxLength:"40" doc:"给这份对照起名保存"`
	}
}

type transferStepInput struct {
	OfTransfer
	Keyed
}

func (a *API) registerTransfers() {
	op := func(method, path, id, title string, s scope, status int) operation {
		return operation{method: method, path: "/transfer" + path, id: id, tag: "登记表导入导出", title: title, scope: s, roles: duplicate.Registrars, status: status}
	}
	sending := op(http.MethodPost, "/tables", "sendTable", "送来一张人员表（.xlsx 或 .csv）", write, http.StatusCreated)
	sending.request = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
	rejects := op(http.MethodGet, "/tables/{id}/rejects", "getRejects", "取回要改的行", read, 0)
	rejects.answer = "text/csv"
	add(a, op(http.MethodGet, "/tables", "listTransfers", "我送来的表，最近的在前", read, 0), a.transfers)
	add(a, sending, a.sendTable)
	add(a, op(http.MethodGet, "/tables/{id}", "getTransfer", "一张表：各列是什么，或者各行的结论", read, 0), a.transfer)
	add(a, op(http.MethodGet, "/tables/{id}/rows", "listRowVerdicts", "逐行结论", read, 0), a.rows)
	add(a, op(http.MethodPost, "/tables/{id}/try", "tryTable", "对照各列并试运行，不写入任何登记", write, http.StatusAccepted), a.tryTable)
	add(a, op(http.MethodPost, "/tables/{id}/import", "importTable", "导入试运行过的表；中断后自行接着做", write, http.StatusAccepted), a.importTable)
	add(a, op(http.MethodDelete, "/tables/{id}", "deleteTable", "删除表；导入的登记不受影响", write, 0), a.deleteTable)
	add(a, rejects, a.rejects)
	add(a, op(http.MethodGet, "/maps", "listMaps", "起了名的对照", read, 0), a.maps)
}

func mapOf(m exchange.PersonMap) ColumnMap {
	return ColumnMap{m.Source, m.Sheet, m.Heading, m.Columns, m.Values, m.Place}
}

func (m *ColumnMap) personMap() exchange.PersonMap {
	return exchange.PersonMap{Source: m.Source, Sheet: m.Sheet, Heading: m.Heading, Columns: m.Columns, Values: m.Values, Place: m.Place}
}

func transferOf(s exchange.SentTable) Transfer {
	return Transfer{s.ID, s.Name, string(s.State), s.At.Time, s.Why, mapOf(s.Map)}
}

func (a *API) transfers(ctx context.Context, _ *struct{}) (*out[List[Transfer]], error) {
	var list []exchange.SentTable
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		list, err = exchange.ListTables(tx, session.From(ctx), tablesShown)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all(each(list, transferOf)), nil
}

func (a *API) sendTable(ctx context.Context, in *Upload) (*written[Transfer], error) {
	f, err := a.Room.Receive(io.LimitReader(in.body, a.Room.Limit()+1), in.Name)
	if err != nil {
		return nil, err
	}
	return do(ctx, a, in.Key, "send-table", struct{ Hash, Name string }{f.Hash, in.Name}, func(tx *db.Tx, by staff.Actor) (Transfer, error) {
		s, err := a.Sent.Send(tx, by, f, in.Name)
		return transferOf(s), err
	})
}

func (a *API) transfer(ctx context.Context, in *OfTransfer) (*out[TransferView], error) {
	x := TransferView{Sheets: []string{}, Heading: []string{}, Notes: []string{}}
	var s exchange.SentTable
	var file string
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		if s, err = exchange.TableOf(tx, session.From(ctx), idIn(in.ID)); err != nil {
			return err
		}
		x.Transfer, x.Trial = transferOf(s), s.State == exchange.TableTried
		if file, err = a.Sent.File(tx, s); err != nil {
			return err
		}
		return x.how(tx, s)
	})
	if err == nil {
		err = x.columns(file, s, a)
	}
	return answer(&x, err)
}

// how tells how far a table is, or what became of its rows.
func (x *TransferView) how(tx *db.Tx, s exchange.SentTable) error {
	switch {
	case s.State == exchange.TableTrying || s.State == exchange.TableImports:
		j, err := job.Get(tx, s.Job)
		x.Progress = &Progressed{int64(j.Done), int64(j.Total), j.Note}
		return err
	case s.Run == "" || s.State == exchange.TableFailed || s.State == exchange.TableSent:
		return nil
	}
	p, err := exchange.PassOf(tx, s.Run, x.Trial)
	x.Pass = &Pass{p.Read, p.Added, p.Changed, p.Present, p.Conflicts, p.Likely, p.Rejected, p.Resumed, p.Ended}
	return err
}

// columns reads what the table has and guesses what it means.
func (x *TransferView) columns(file string, s exchange.SentTable, a *API) error {
	sheets, err := sheet.Sheets(file)
	if err != nil {
		return err
	}
	x.Sheets = each(sheets, func(s sheet.Sheet) string { return s.Name })
	t, err := sheet.OpenWith(file, sheet.Options{Sheet: s.Map.Sheet, Heading: s.Map.Heading})
	if err != nil {
		return err
	}
	defer t.Close()
	x.Heading, x.Notes = listed(t.Heading), listed(t.Notes)
	x.Guess = mapOf(s.Map.Settle(t.Heading, a.Sent.Words()))
	return nil
}

func (a *API) tryTable(ctx context.Context, in *tryInput) (*written[Transfer], error) {
	m := in.Body.Map.personMap()
	return do(ctx, a, in.Key, "try-table "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Transfer, error) {
		if in.Body.Save != "" {
			if err := exchange.SaveMap(tx, by, in.Body.Save, m); err != nil {
				return Transfer{}, err
			}
		}
		if err := a.Sent.Try(tx, by, idIn(in.ID), m); err != nil {
			return Transfer{}, err
		}
		s, err := exchange.TableOf(tx, by, idIn(in.ID))
		return transferOf(s), err
	})
}

func (a *API) importTable(ctx context.Context, in *transferStepInput) (*written[Transfer], error) {
	return do(ctx, a, in.Key, "import-table "+in.ID, nil, func(tx *db.Tx, by staff.Actor) (Transfer, error) {
		if err := a.Sent.Import(tx, by, idIn(in.ID)); err != nil {
			return Transfer{}, err
		}
		s, err := exchange.TableOf(tx, by, idIn(in.ID))
		return transferOf(s), err
	})
}

func (a *API) deleteTable(ctx context.Context, in *transferStepInput) (*written[Nothing], error) {
	return do(ctx, a, in.Key, "delete-table "+in.ID, nil, func(tx *db.Tx, by staff.Actor) (Nothing, error) {
		return Nothing{}, a.Sent.DeleteTable(tx, by, idIn(in.ID))
	})
}
