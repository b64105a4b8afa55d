package api

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"linli/internal/admission"
	"linli/internal/audit"
	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/catalog"
	"linli/internal/class"
	"linli/internal/db"
	"linli/internal/duty"
	"linli/internal/event"
	"linli/internal/exchange"
	"linli/internal/indicator"
	"linli/internal/notice"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/service"
	"linli/internal/staff"
	"linli/internal/table"
)

// An API answers programs. All fields but Limits and Log are required.
type API struct {
	DB         *db.DB
	Cases      *casework.Cases
	Catalog    *catalog.Catalog
	Places     *place.Index
	Units      *staff.Directory
	People     *register.Register
	Files      *blob.Store
	Seal       *audit.Seal
	Figures    *indicator.Indicators
	Notices    *notice.Notices
	Duties     *duty.Duties
	Events     *event.Events
	Classes    *class.Classes
	Window     *service.Window
	Admissions *admission.Admissions
	Tables     *table.Tables
	Sent       *exchange.Tables
	Room       *blob.Store // takes tables, which are larger than attachments
	Limits     Limits
	Log        *slog.Logger

	huma huma.API
	gate *gate
	spec []byte
}

// version is that of the interface, not of the program: it rises when a client has to change.
const version = "1.0.0"

// intro opens the document.
const intro = `邻里的程序接口，与页面用同一套权限和规则。

* 身份：` + "`Authorization: Bearer 令牌`" + `。令牌由管理员或 ` + "`linli token`" + ` 发放，作用域为 read、write、admin 或 all。
* 写入：每次写入都要带 ` + "`Idempotency-Key`" + `；同一编号、同一内容只办一次，重发得到原来的答复。
* 版本：办件的 ETag 就是它的版本；带 ` + "`If-Match`" + ` 的步骤只在该版本上办理。
* 时刻一律为 RFC 3339；期限的终点不含在期限内。
* 出错时返回 RFC 9457 的 ` + "`application/problem+json`" + `。`

// Routes registers the whole interface below /api/.
func Routes(mux *http.ServeMux, a *API) {
	prepare()
	if a.Log == nil {
		a.Log = slog.Default()
	}
	a.gate = newGate(a.Limits)
	config := huma.DefaultConfig("邻里", version)
	config.Info.Description = intro
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // no $schema member in every answer
	config.RejectUnknownQueryParameters = true
	config.Servers = []*huma.Server{{URL: "/api/v1"}}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "管理员或 linli token 发放的令牌"},
	}
	config.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[db.ID](), reflect.TypeFor[idText]())
	v1 := http.NewServeMux()
	a.huma = humago.New(v1, config)
	a.register()
	a.describe(mux)
	mux.Handle("/api/v1/", http.StripPrefix("/api/v1", orProblem(v1)))
}

// register lists every operation, one noun after the other.
func (a *API) register() {
	a.registerSelf()
	a.registerDeadlines()
	a.registerFlows()
	a.registerPlaces()
	a.registerUnits()
	a.registerCases()
	a.registerNear()
	a.registerSteps()
	a.registerFiles()
	a.registerReporters()
	a.registerPersons()
	a.registerRecords()
	a.registerStatements()
	a.registerDisputes()
	a.registerThings()
	a.registerEvents()
	a.registerFloating()
	a.registerDuplicates()
	a.registerItems()
	a.registerDrafts()
	a.registerApplications()
	a.registerHalls()
	a.registerTickets()
	a.registerAppointments()
	a.registerBookings()
	a.registerLoads()
	a.registerSheets()
	a.registerTransfers()
	a.registerExports()
	a.registerMine()
	a.registerTracking()
	a.registerSummary()
	a.registerIndicators()
	a.registerBulletins()
	a.registerTasks()
	a.registerMessages()
	a.registerPacks()
	a.registerAccounts()
	a.registerTokens()
	a.registerHooks()
	a.registerJobs()
	a.registerAudit()
}

// prepare sets what the library keeps for the whole process: how its own failures read, and that a list is never null.
var prepare = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false
	huma.NewError = newError
	huma.NewErrorWithContext = func(_ huma.Context, status int, said string, errs ...error) huma.StatusError {
		return newError(status, said, errs...)
	}
	inChinese()
})

// An operation is one line of the document.
type operation struct {
	method, path string
	id           string // of the operation, for generated clients
	tag, title   string
	scope        scope
	official     bool              // not for residents, who see their own cases under /my
	roles        []staff.Role      // whose pages do this; none: see official
	status       int               // 0: 200
	request      *huma.RequestBody // of a body that is no JSON
	answer       string            // media type of an answer that is no JSON
}

// bodyLimit is the largest JSON body, in bytes: a case of 10,000 characters with its form fits several times.
const bodyLimit = 256 << 10

// add registers an operation. The handler's error becomes a problem.
func add[I, O any](a *API, o operation, h func(context.Context, *I) (*O, error)) {
	op := huma.Operation{Method: o.method, Path: o.path, OperationID: o.id, Tags: []string{o.tag}, Summary: o.title,
		DefaultStatus: o.status, MaxBodyBytes: bodyLimit, RequestBody: o.request,
		Middlewares: huma.Middlewares{a.gate.pass(a, o)}}
	if o.scope != anyone {
		op.Security = []map[string][]string{{"token": {}}}
		op.Description = "作用域：" + string(o.scope)
	}
	if o.answer != "" {
		op.Responses = map[string]*huma.Response{"200": {Description: "文件", Content: map[string]*huma.MediaType{o.answer: {}}}}
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
}

// read runs fn in a snapshot.
func (a *API) read(ctx context.Context, fn func(tx *db.Tx) error) error { return a.DB.Read(ctx, fn) }

// idText is how a db.ID appears in the document.
type idText struct{}

// Schema implements huma.SchemaProvider.
func (idText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, MinLength: new(13), MaxLength: new(13), Examples: []any{"06hk3xq2v8m4c"}}
}

// out is an answer with a body only.
type out[T any] struct{ Body T }

// answer is v as it is once err is known, for v is usually filled by what returned err.
func answer[T any](v *T, err error) (*out[T], error) {
	if err != nil {
		return nil, err
	}
	return &out[T]{*v}, nil
}

// each maps a list; it is never nil, so that JSON has [] and not null.
func each[T, U any](list []T, f func(T) U) []U {
	mapped := make([]U, len(list))
	for i, v := range list {
		mapped[i] = f(v)
	}
	return mapped
}

// listed is list, or empty instead of nil.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
