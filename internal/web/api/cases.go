package api

import (
	"context"
	"net/http"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// An Intake is what somebody brings.
type Intake struct {
	Flow     string            `json:"flow" maxLength:"100" doc:"渠道，见 /flows"`
	Title    string            `json:"title,omitempty"`
	Body     string            `json:"body,omitempty"`
	Kind     string            `json:"kind,omitempty" maxLength:"100" doc:"事项类别"`
	Place    string            `json:"place" maxLength:"40" doc:"事项发生地的区划代码"`
	Spot     string            `json:"spot,omitempty" maxLength:"200" doc:"具体位置"`
	Fields   map[string]string `json:"fields,omitempty" maxProperties:"100" doc:"表单各栏，按填写的原样"`
	Sets     map[string]any    `json:"sets,omitempty" maxProperties:"50" doc:"登记时就知道的事实"`
	Reporter Newcomer          `json:"reporter,omitzero"`
	Files    []string          `json:"files,omitempty" maxItems:"20" doc:"先上传的附件"`
}

// A Newcomer is what a reporter says of himself.
type Newcomer struct {
	Name     string `json:"name,omitempty" maxLength:"60"`
	Phone    string `json:"phone,omitempty" maxLength:"40"`
	IDNumber string `json:"id_number,omitempty" maxLength:"40"`
	Address  string `json:"address,omitempty" maxLength:"200"`
}

type intakeInput struct {
	Keyed
	Body Intake
}

// OfCase names a case in an address.
type OfCase struct {
	ID string `path:"id" maxLength:"20"`
}

func (in *OfCase) id() db.ID { return idIn(in.ID) }

// idIn reads an id of an address; what is none gives the zero id, which no row has.
func idIn(text string) db.ID {
	id, err := db.ParseID(text)
	if err != nil {
		return 0
	}
	return id
}

type queueInput struct {
	Paged
	States []string `query:"state" maxItems:"20" doc:"只要这些状态，逗号分隔"`
	Unit   string   `query:"unit" maxLength:"60" doc:"只要本单位有份的"`
	Area   string   `query:"area" maxLength:"40" doc:"只要这个区划里的"`
	Flow   string   `query:"flow" maxLength:"100"`
}

type findInput struct {
	Paged
	Words string `query:"q" required:"true" minLength:"1" maxLength:"100" doc:"要找的词，一个字起，空格分开"`
}

type countInput struct {
	Key string `query:"key" required:"true" maxLength:"80" doc:"p:区划、u:单位，见 /me 的 keys"`
}

// A Count is how many open cases there are in a part of what one sees.
type Count struct {
	All    int `json:"all"`
	Urgent int `json:"urgent" doc:"黄牌和红牌"`
}

type likelyInput struct {
	Place  string `query:"place" required:"true" maxLength:"40"`
	Title  string `query:"title" required:"true" maxLength:"200"`
	Except string `query:"except" maxLength:"20" doc:"不算这一件"`
}

func (a *API) registerCases() {
	add(a, operation{method: http.MethodPost, path: "/cases", id: "registerCase", tag: "办件", title: "登记", scope: anyone, status: http.StatusCreated}, a.registerCase)
	add(a, operation{method: http.MethodGet, path: "/cases", id: "listCases", tag: "办件", title: "我的待办队列，最紧急的在前", scope: read, official: true}, a.queue)
	add(a, operation{method: http.MethodGet, path: "/cases/search", id: "searchCases", tag: "办件", title: "查找，最新的在前", scope: read, official: true}, a.find)
	add(a, operation{method: http.MethodGet, path: "/cases/appeals", id: "listAppeals", tag: "办件", title: "办结后反映人不服、还没有答复的，最早的在前", scope: read, official: true}, a.appeals)
	add(a, operation{method: http.MethodGet, path: "/cases/count", id: "countCases", tag: "办件", title: "未办结的件数", scope: read, official: true}, a.count)
	add(a, operation{method: http.MethodGet, path: "/cases/likely", id: "likelyCases", tag: "办件", title: "可能重复的办件", scope: read, official: true}, a.likely)
	add(a, operation{method: http.MethodGet, path: "/cases/{id}", id: "getCase", tag: "办件", title: "一件的现状、历史、时限的理由和可办的步骤", scope: read, official: true}, a.caseView)
	add(a, operation{method: http.MethodGet, path: "/cases/{id}/links", id: "listLinks", tag: "办件", title: "关联的办件", scope: read, official: true}, a.links)
}

func (a *API) registerCase(ctx context.Context, in *intakeInput) (*written[Receipt], error) {
	by := session.From(ctx)
	if by.IsZero() {
		by = staff.Actor{Via: staff.ViaAPI}
	} else if !session.Allows(ctx, string(write)) {
		return nil, fault.Forbidden("这个令牌没有 %s 作用域", string(write))
	}
	b := &in.Body
	var r casework.Receipt
	err := a.DB.Write(ctx, func(tx *db.Tx) (err error) {
		r, err = a.Cases.Register(tx, by, casework.Intake{Key: in.Key, Flow: b.Flow, Title: b.Title, Body: b.Body, Kind: b.Kind, Place: b.Place,
			Spot: b.Spot, Fields: b.Fields, Sets: b.Sets, Files: b.Files,
			From: casework.Reporter{Name: b.Reporter.Name, Phone: b.Reporter.Phone, IDNo: b.Reporter.IDNumber, Address: b.Reporter.Address}})
		if err != nil || r.Replayed {
			return err
		}
		return a.attach(tx, by, r.Case, b.Files)
	})
	if err != nil {
		return nil, err
	}
	return &written[Receipt]{replayed(r.Replayed), etag(r.Version), receiptOf(r)}, nil
}

func (a *API) queue(ctx context.Context, in *queueInput) (*paged[Line], error) {
	q := casework.Query{Unit: in.Unit, Area: in.Area, Flow: in.Flow, After: in.Cursor, Limit: in.Limit}
	for _, s := range in.States {
		q.States = append(q.States, flow.State(s))
	}
	var lines []casework.Line
	var next string
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		lines, next, err = a.Cases.Queue(tx, session.From(ctx), q)
		return err
	})
	if err != nil {
		return nil, err
	}
	return page(&in.Paged, each(lines, lineOf), next), nil
}

func (a *API) appeals(ctx context.Context, in *Paged) (*paged[Line], error) {
	after, err := cursorID(in.Cursor)
	if err != nil {
		return nil, err
	}
	var lines []casework.Line
	err = a.read(ctx, func(tx *db.Tx) (err error) {
		lines, err = a.Cases.Appeals(tx, session.From(ctx), after, in.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(lines) == in.Limit {
		next = lines[len(lines)-1].ID.String()
	}
	return page(in, each(lines, lineOf), next), nil
}

// cursorID reads a cursor that is the id of the last row of the page before.
func cursorID(cursor string) (db.ID, error) {
	if cursor == "" {
		return 0, nil
	}
	id, err := db.ParseID(cursor)
	if err != nil {
		return 0, fault.Invalid("cursor", "翻页标记不对，请从第一页重新开始")
	}
	return id, nil
}

func (a *API) find(ctx context.Context, in *findInput) (*paged[Line], error) {
	before, err := cursorID(in.Cursor)
	if err != nil {
		return nil, err
	}
	var lines []casework.Line
	err = a.read(ctx, func(tx *db.Tx) (err error) {
		lines, err = a.Cases.Find(tx, session.From(ctx), in.Words, before, in.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(lines) == in.Limit {
		next = lines[len(lines)-1].ID.String()
	}
	return page(&in.Paged, each(lines, lineOf), next), nil
}

func (a *API) count(ctx context.Context, in *countInput) (*out[Count], error) {
	var c Count
	return answer(&c, a.read(ctx, func(tx *db.Tx) (err error) {
		c.All, c.Urgent, err = a.Cases.Count(tx, session.From(ctx), in.Key)
		return err
	}))
}

func (a *API) likely(ctx context.Context, in *likelyInput) (*out[List[Likeness]], error) {
	if !session.From(ctx).HasAny(staff.Desk, staff.Dispatcher) {
		return nil, fault.Forbidden("查重限登记和派遣人员使用")
	}
	var list []casework.Likeness
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		list, err = a.Cases.Likely(tx, in.Place, in.Title, idIn(in.Except))
		return err
	})
	if err != nil {
		return nil, err
	}
	return all(each(list, func(l casework.Likeness) Likeness { return Likeness{lineOf(l.Line), l.Score} })), nil
}

func (a *API) links(ctx context.Context, in *OfCase) (*out[List[Linked]], error) {
	var list []casework.LinkedCase
	err := a.read(ctx, func(tx *db.Tx) error {
		if _, err := a.Cases.Get(tx, session.From(ctx), in.id()); err != nil {
			return err
		}
		var err error
		list, err = a.Cases.Links(tx, session.From(ctx), in.id())
		return err
	})
	if err != nil {
		return nil, err
	}
	return all(each(list, func(l casework.LinkedCase) Linked { return Linked{lineOf(l.Line), l.Why} })), nil
}
