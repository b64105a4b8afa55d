package api

import (
	"cmp"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"linli/internal/web/ui"
)

// describe serves the document and a page that reads it, with nothing from anywhere else.
func (a *API) describe(mux *http.ServeMux) {
	spec, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		panic("api: " + err.Error()) // the types cannot be described: a mistake in this package that every start shows
	}
	a.spec = spec
	mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
		w.Header().Set("Cache-Control", "no-cache")
		w.Write(a.spec)
	})
	page := a.page()
	mux.HandleFunc("GET /api/{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := pageTemplate.Execute(w, page); err != nil {
			a.Log.WarnContext(r.Context(), "api page", "error", err) // the client is gone
		}
	})
	mux.Handle("/api/", orProblem(http.NewServeMux()))
}

// A docPage is the document as a person reads it.
type docPage struct {
	Style    string
	Groups   []docGroup
	Problems []docProblem
	Types    []docType
}

type docGroup struct {
	Name string
	Ops  []docOp
}

type docOp struct {
	ID, Method, Path, Title, Scope string
	Params                         []docField
	Body, Answer                   string // names of types, "" for none
}

type docProblem struct {
	Name, Title, Doc string
	Status           int
}

type docType struct {
	Name   string
	Fields []docField
}

type docField struct {
	Name, Type, Ref, Doc string
	Required             bool
}

func (a *API) page() docPage {
	p := docPage{Style: ui.Asset("linli.css")}
	for _, k := range kinds {
		p.Problems = append(p.Problems, docProblem{k.name, k.title, k.doc, k.status})
	}
	for _, k := range further {
		p.Problems = append(p.Problems, docProblem{k.name, k.title, k.doc, k.status})
	}
	doc := a.huma.OpenAPI()
	for path, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				p.add(op, path)
			}
		}
	}
	for i := range p.Groups {
		slices.SortFunc(p.Groups[i].Ops, func(x, y docOp) int {
			return cmp.Or(strings.Compare(x.Path, y.Path), strings.Compare(x.Method, y.Method))
		})
	}
	slices.SortFunc(p.Groups, func(x, y docGroup) int { return strings.Compare(x.Ops[0].Path, y.Ops[0].Path) })
	for name, s := range doc.Components.Schemas.Map() {
		p.Types = append(p.Types, docType{name, docFields(s)})
	}
	slices.SortFunc(p.Types, func(x, y docType) int { return strings.Compare(x.Name, y.Name) })
	return p
}

func (p *docPage) add(op *huma.Operation, path string) {
	x := docOp{ID: op.OperationID, Method: op.Method, Path: "/api/v1" + path, Title: op.Summary, Scope: op.Description}
	for _, q := range op.Parameters {
		x.Params = append(x.Params, docField{Name: q.Name, Type: q.In, Doc: q.Description, Required: q.Required})
	}
	if op.RequestBody != nil {
		x.Body = bodyType(op.RequestBody.Content)
	}
	for status, r := range op.Responses {
		if strings.HasPrefix(status, "2") {
			x.Answer = bodyType(r.Content)
		}
	}
	at := slices.IndexFunc(p.Groups, func(g docGroup) bool { return g.Name == op.Tags[0] })
	if at < 0 {
		p.Groups = append(p.Groups, docGroup{Name: op.Tags[0]})
		at = len(p.Groups) - 1
	}
	p.Groups[at].Ops = append(p.Groups[at].Ops, x)
}

func bodyType(content map[string]*huma.MediaType) string {
	if m := content["application/json"]; m != nil && m.Schema != nil {
		return refName(m.Schema)
	}
	return ""
}

func refName(s *huma.Schema) string { return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:] }

func docFields(s *huma.Schema) []docField {
	var list []docField
	for name, f := range s.Properties {
		d := docField{Name: name, Type: f.Type, Ref: refName(f), Doc: f.Description, Required: slices.Contains(s.Required, name)}
		if f.Items != nil {
			d.Type, d.Ref = cmp.Or(f.Items.Type, "object")+"[]", refName(f.Items)
		}
		if f.Format != "" {
			d.Type = f.Format
		}
		list = append(list, d)
	}
	slices.SortFunc(list, func(x, y docField) int { return strings.Compare(x.Name, y.Name) })
	return list
}

var pageTemplate = template.Must(template.New("api").Parse(`<!DOCTYPE html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>程序接口 · 邻里</title><link rel="stylesheet" href="{{.Style}}"></head>
<body>
<main class="container">
<h1>程序接口</h1>
<p>说明文件：<a href="/api/openapi.json">OpenAPI 3.1</a>。身份用 <code>Authorization: Bearer 令牌</code>；每次写入带 <code>Idempotency-Key</code>；办件的 ETag 是它的版本，可用于 <code>If-Match</code>。</p>
{{range .Groups}}<section>
<h2>{{.Name}}</h2>
{{range .Ops}}<details id="{{.ID}}"><summary><code>{{.Method}} {{.Path}}</code> {{.Title}}</summary>
{{with .Scope}}<p>{{.}}</p>{{end}}
{{with .Params}}<dl>{{range .}}<dt><code>{{.Name}}</code> {{.Type}}{{if .Required}} 必填{{end}}</dt><dd>{{.Doc}}</dd>{{end}}</dl>{{end}}
{{with .Body}}<p>正文：<a href="#type-{{.}}">{{.}}</a></p>{{end}}
{{with .Answer}}<p>答复：<a href="#type-{{.}}">{{.}}</a></p>{{end}}
</details>
{{end}}</section>
{{end}}<section>
<h2>出错时</h2>
<dl>{{range .Problems}}<dt id="{{.Name}}">{{.Status}} {{.Title}}（{{.Name}}）</dt><dd>{{.Doc}}</dd>{{end}}</dl>
</section>
<section>
<h2>类型</h2>
{{range .Types}}<details id="type-{{.Name}}"><summary><code>{{.Name}}</code></summary>
<dl>{{range .Fields}}<dt><code>{{.Name}}</code> {{if .Ref}}<a href="#type-{{.Ref}}">{{.Ref}}</a>{{end}} {{.Type}}{{if .Required}} 必有{{end}}</dt><dd>{{.Doc}}</dd>{{end}}</dl>
</details>
{{end}}</section>
</main>
</body>
</html>
`))
