package api

import (
	"context"
	"net/http"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/pack"
)

// A Document is a government document that a pack carries out.
type Document struct {
	ID      string `json:"id"`
	Number  string `json:"number" doc:"文号"`
	Title   string `json:"title"`
	Issuer  string `json:"issuer"`
	Issued  string `json:"issued" doc:"日期"`
	Place   string `json:"place"`
	From    string `json:"from" doc:"施行的第一日"`
	Until   string `json:"until,omitempty" doc:"施行的最后一日"`
	Version string `json:"version" doc:"政策包的版本"`
}

// A DocumentView is a document with what becomes of it.
type DocumentView struct {
	Document
	Coverage Coverage    `json:"coverage"`
	Params   []Parameter `json:"params"`
}

// A Coverage counts the clauses by what becomes of them.
type Coverage struct {
	Clauses int `json:"clauses"`
	Runs    int `json:"runs" doc:"由程序执行"`
	Human   int `json:"human" doc:"由人履行"`
	Out     int `json:"out" doc:"不在范围"`
	Planned int `json:"planned" doc:"待建"`
}

// A Clause is one numbered place of a document.
type Clause struct {
	ID          string   `json:"id"`
	At          string   `json:"at" doc:"在文件中的位置"`
	Gist        string   `json:"gist" doc:"大意"`
	Disposition string   `json:"disposition" enum:"runs,human,out,planned"`
	Elements    []string `json:"elements" doc:"执行它的要素"`
	Why         string   `json:"why,omitempty" doc:"不由程序执行的理由"`
}

// A Parameter is a value that a document leaves open or that changes over time.
type Parameter struct {
	Name  string   `json:"name"`
	Label string   `json:"label"`
	Value string   `json:"value" doc:"今日的值"`
	Local bool     `json:"local,omitempty" doc:"本市设定"`
	Why   string   `json:"why,omitempty" doc:"默认值的理由"`
	Basis []string `json:"basis"`
	Gap   []string `json:"gap" doc:"未定此值的条款"`
}

// OfDocument names a document in an address.
type OfDocument struct {
	Document string `path:"document" maxLength:"60"`
}

type clauseInput struct {
	OfDocument
	Clause string `path:"clause" maxLength:"40"`
}

func (a *API) registerPacks() {
	add(a, operation{method: http.MethodGet, path: "/documents", id: "listDocuments", tag: "政策包", title: "所执行的文件", scope: anyone}, a.documents)
	add(a, operation{method: http.MethodGet, path: "/documents/{document}", id: "getDocument", tag: "政策包", title: "一份文件、落实情况和参数", scope: anyone}, a.document)
	add(a, operation{method: http.MethodGet, path: "/documents/{document}/clauses", id: "listClauses", tag: "政策包", title: "逐条的落实方式", scope: anyone}, a.clauses)
	add(a, operation{method: http.MethodGet, path: "/documents/{document}/clauses/{clause}", id: "getClause", tag: "政策包", title: "一条", scope: anyone}, a.clause)
}

func (a *API) documents(context.Context, *struct{}) (*out[List[Document]], error) {
	return all(each(a.Catalog.Index().Packs(), documentOf)), nil
}

func (a *API) pack(id string) (*pack.Pack, error) {
	if p := a.Catalog.Index().Pack(id, ""); p != nil {
		return p, nil
	}
	return nil, fault.NotFound("没有文件 %s 的政策包", id)
}

func (a *API) document(ctx context.Context, in *OfDocument) (*out[DocumentView], error) {
	p, err := a.pack(in.Document)
	if err != nil {
		return nil, err
	}
	var today civil.Date
	if err := a.read(ctx, func(tx *db.Tx) error { today = civil.DateOf(tx.Now(), civil.Shanghai); return nil }); err != nil {
		return nil, err
	}
	v := DocumentView{Document: documentOf(p), Coverage: Coverage{Clauses: len(p.Clauses)}}
	for _, c := range p.Clauses {
		switch c.Disposition {
		case pack.Runs:
			v.Coverage.Runs++
		case pack.Human:
			v.Coverage.Human++
		case pack.Out:
			v.Coverage.Out++
		case pack.Planned:
			v.Coverage.Planned++
		}
	}
	v.Params = each(p.Params, func(x *pack.Param) Parameter {
		return Parameter{x.Name, x.Label, x.Words(today), x.Local, x.Why, cites(x.Basis), cites(x.Gap)}
	})
	return &out[DocumentView]{v}, nil
}

func (a *API) clauses(_ context.Context, in *OfDocument) (*out[List[Clause]], error) {
	p, err := a.pack(in.Document)
	if err != nil {
		return nil, err
	}
	return all(each(p.Clauses, clauseOf)), nil
}

func (a *API) clause(_ context.Context, in *clauseInput) (*out[Clause], error) {
	c := a.Catalog.Index().Clause(law.Clause{Document: in.Document, ID: in.Clause})
	if c == nil {
		return nil, fault.NotFound("没有条款 %s#%s", in.Document, in.Clause)
	}
	return &out[Clause]{clauseOf(c)}, nil
}

func documentOf(p *pack.Pack) Document {
	d := p.Document
	return Document{d.ID, d.Number, d.Title, d.Issuer, d.Issued.String(), d.Place, d.From.String(), d.Until.String(), p.Version}
}

func clauseOf(c *pack.Clause) Clause {
	return Clause{c.Cite.ID, c.At, c.Gist, string(c.Disposition), listed(c.Elements), c.Why}
}
