package api

import (
	"net/url"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// Paged is how a part of a list is asked for.
type Paged struct {
	Cursor string `query:"cursor" maxLength:"200" doc:"上一页答复中的 next"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"最多几项"`

	url url.URL
}

// Resolve implements huma.Resolver: it keeps the address for the link to the next page.
func (p *Paged) Resolve(c huma.Context) []error {
	p.url = c.URL()
	return nil
}

// A List is a part of a list.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"下一页的 cursor；没有则已到末尾"`
}

type paged[T any] struct {
	Link string `header:"Link" doc:"下一页的地址，rel=next"`
	Body List[T]
}

// page is a part of a list with the link to the next one.
func page[T any](p *Paged, items []T, next string) *paged[T] {
	answer := &paged[T]{Body: List[T]{Items: listed(items), Next: next}}
	if next != "" {
		q := p.url.Query()
		q.Set("cursor", next)
		q.Set("limit", strconv.Itoa(p.Limit))
		answer.Link = "</api/v1" + p.url.Path + "?" + q.Encode() + `>; rel="next"`
	}
	return answer
}

// all is a whole list that fits one answer.
func all[T any](items []T) *out[List[T]] { return &out[List[T]]{List[T]{Items: listed(items)}} }
