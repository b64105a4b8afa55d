package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/web/session"
)

// A Problem is a failure as RFC 9457 writes it.
type Problem struct {
	Type   string         `json:"type" format:"uri-reference" doc:"种类，也是说明的地址"`
	Title  string         `json:"title" doc:"种类的名称"`
	Status int            `json:"status"`
	Detail string         `json:"detail" doc:"这一次为什么不行，可以直接给人看"`
	Clause string         `json:"clause,omitempty" doc:"不予办理所依据的条款，如 sm12-69#4.4b"`
	Errors []FieldProblem `json:"errors,omitempty" doc:"填写有误的各处"`
	Log    string         `json:"log,omitempty" doc:"内部错误在日志中的编号"`

	header http.Header
}

// A FieldProblem is what is wrong at one place of the request.
type FieldProblem struct {
	Field  string `json:"field" doc:"正文成员、参数或请求头"`
	Detail string `json:"detail"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Title + "：" + p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header { return p.header }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// kinds are the problems there are; each is explained at /api/#name.
var kinds = []struct {
	name   string
	kind   fault.Kind
	status int
	title  string
	doc    string
}{
	{"invalid", fault.KindInvalid, http.StatusUnprocessableEntity, "填写有误", "errors 列出每一处；改正后用新的幂等键重发。"},
	{"not-found", fault.KindNotFound, http.StatusNotFound, "没有找到", "不存在，或者您无权知道它是否存在。"},
	{"conflict", fault.KindConflict, http.StatusConflict, "已有变化", "他人先行办理，或幂等键用于另一内容；重新读取后再办。"},
	{"forbidden", fault.KindForbidden, http.StatusForbidden, "没有权限", "账号没有这项权限，或令牌没有这个作用域。"},
	{"refused", fault.KindRefused, http.StatusUnprocessableEntity, "不予办理", "规则不允许，clause 是所依据的条款。"},
	{"unavailable", fault.KindUnavailable, http.StatusServiceUnavailable, "暂时不可用", "稍后用同一幂等键重发；Retry-After 给出秒数。"},
	{"internal", fault.KindInternal, http.StatusInternalServerError, "系统内部错误", "请把 log 编号告诉管理员。"},
}

// further are the problems that no fault stands for.
var further = []struct {
	name   string
	status int
	title  string
	doc    string
}{
	{"unauthenticated", http.StatusUnauthorized, "请先登录", "没有令牌，或令牌无效、过期、已撤销。"},
	{"changed", http.StatusPreconditionFailed, "版本已变", "If-Match 的版本已不是现在的版本；detail 说明谁先办了什么。"},
	{"too-many", http.StatusTooManyRequests, "请求过于频繁", "Retry-After 给出秒数。"},
	{"malformed", http.StatusBadRequest, "请求无法读取", "正文不是正确的 JSON，或缺少正文。"},
	{"too-large", http.StatusRequestEntityTooLarge, "内容过大", "正文超过上限。"},
	{"media-type", http.StatusUnsupportedMediaType, "内容类型不对", "正文应为 application/json。"},
	{"method", http.StatusMethodNotAllowed, "方法不对", "Allow 列出可用的方法。"},
}

func ofKind(k fault.Kind) *Problem {
	for _, x := range kinds {
		if x.kind == k {
			return &Problem{Type: "/api/#" + x.name, Title: x.title, Status: x.status}
		}
	}
	return ofKind(fault.KindInternal)
}

func ofStatus(status int) *Problem {
	for _, x := range further {
		if x.status == status {
			return &Problem{Type: "/api/#" + x.name, Title: x.title, Status: status, Detail: x.doc}
		}
	}
	for _, x := range kinds {
		if x.status == status {
			return ofKind(x.kind)
		}
	}
	return ofKind(fault.KindInternal)
}

// retrySoon is when to come back after a passing condition, in seconds.
const retrySoon = "2"

// problem turns an error of the domain into what the client reads. The cause of an internal one goes to the log only.
func (a *API) problem(ctx context.Context, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var many *tooMany
	if errors.As(err, &many) {
		p := ofStatus(http.StatusTooManyRequests)
		p.Detail = "请在 " + many.seconds() + " 秒后再试"
		p.header = http.Header{"Retry-After": {many.seconds()}}
		return p
	}
	f := fault.As(err)
	if f == nil || f.Kind == fault.KindInternal {
		return a.internal(ctx, err)
	}
	p = ofKind(f.Kind)
	p.Detail = f.Message()
	if !f.Clause.IsZero() {
		p.Clause = f.Clause.String()
	}
	for _, x := range f.Fields {
		p.Errors = append(p.Errors, FieldProblem{x.Field, x.Message()})
	}
	switch {
	case errors.Is(err, session.ErrAnonymous):
		p.Type, p.Title, p.Status = "/api/#unauthenticated", "请先登录", http.StatusUnauthorized
		p.header = http.Header{"Www-Authenticate": {"Bearer"}}
	case f.Kind == fault.KindUnavailable:
		p.header = http.Header{"Retry-After": {retrySoon}}
		a.Log.WarnContext(ctx, "unavailable", "error", err)
	}
	return p
}

func (a *API) internal(ctx context.Context, err error) *Problem {
	p := ofKind(fault.KindInternal)
	if errors.Is(err, context.Canceled) {
		p.Detail = "请求已取消"
		return p
	}
	p.Log = db.NewID().String()
	p.Detail = "请稍后再试；仍不行时请把编号 " + p.Log + " 告诉管理员"
	a.Log.ErrorContext(ctx, "api", "log", p.Log, "error", err)
	return p
}

// refuse answers outside a handler.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error) {
	a.problem(r.Context(), err).write(w)
}

func (p *Problem) write(w http.ResponseWriter) {
	for k, v := range p.header {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p) // a client that is gone needs no answer
}

// newError is what the library's own checks of a request become.
func newError(status int, said string, errs ...error) huma.StatusError {
	p := ofStatus(status)
	if p.Status == http.StatusUnprocessableEntity {
		p.Detail = "请求不符合接口说明"
	}
	for _, err := range errs {
		var d huma.ErrorDetailer
		if !errors.As(err, &d) {
			p.Errors = append(p.Errors, FieldProblem{Detail: fault.KindInternal.String()})
			continue
		}
		x := d.ErrorDetail()
		field := strings.TrimPrefix(strings.TrimPrefix(x.Location, "body."), "query.")
		p.Errors = append(p.Errors, FieldProblem{strings.TrimPrefix(strings.TrimPrefix(field, "header."), "path."), chinese(x)})
	}
	if len(p.Errors) == 1 {
		p.Detail = p.Errors[0].Detail
	}
	return p
}

// orProblem answers what no operation does as a problem, with the methods there are.
func orProblem(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		var allowed []string
		for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			other := &http.Request{Method: m, URL: r.URL, Host: r.Host}
			if _, pattern := mux.Handler(other); pattern != "" {
				allowed = append(allowed, m)
			}
		}
		p := ofKind(fault.KindNotFound)
		p.Detail = "接口中没有这个地址"
		if len(allowed) > 0 {
			p = ofStatus(http.StatusMethodNotAllowed)
			p.header = http.Header{"Allow": {strings.Join(allowed, ", ")}}
		}
		p.write(w)
	})
}
