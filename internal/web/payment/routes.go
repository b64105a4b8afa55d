package payment

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/ledger"
	"linli/internal/money"
	"linli/internal/payrun"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves those who handle public money.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
	Runs     *payrun.Runs
}

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	p.Town.AddNav(ui.Payment, nav)
	office := p.Sessions.RequireRole(ledger.Keepers...)
	for pattern, f := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /payment":                             p.home,
		"GET /payment/runs/new":                    p.newRun,
		"POST /payment/runs":                       p.make,
		"GET /payment/runs/{id}":                   p.run,
		"POST /payment/runs/{id}":                  p.act,
		"GET /payment/runs/{id}/progress":          p.progress,
		"GET /payment/runs/{id}/bank/{form}":       p.file,
		"POST /payment/runs/{id}/back":             p.back,
		"GET /payment/lines/{id}":                  p.line,
		"POST /payment/lines/{id}":                 p.mend,
		"POST /payment/lines/{id}/claim":           p.claimLine,
		"GET /payment/trace":                       p.find,
		"GET /payment/claims":                      p.claims,
		"GET /payment/claims/{id}":                 p.claim,
		"POST /payment/claims/{id}":                p.settle,
		"GET /payment/funds":                       p.funds,
		"POST /payment/funds":                      p.putFund,
		"GET /payment/funds/{id}":                  p.fund,
		"POST /payment/funds/{id}/budget":          p.amend,
		"POST /payment/funds/{id}/received":        p.receive,
		"GET /payment/books":                       p.books,
		"POST /payment/books/close":                p.closeMonth,
		"GET /payment/books/accounts/{role}/{id}":  p.account,
		"GET /payment/books/entries/{id}":          p.entry,
		"POST /payment/books/entries/{id}/reverse": p.reverse,
	} {
		mux.Handle(pattern, office(ui.Handler(f)))
	}
}

// nav is the way between these pages.
func nav(ctx context.Context, at string) []ui.Link {
	links := []ui.Link{
		{Text: ui.T(ctx, "发放批次"), Href: "/payment", Key: "alt+q"},
		{Text: ui.T(ctx, "追回"), Href: "/payment/claims"},
		{Text: ui.T(ctx, "资金和预算"), Href: "/payment/funds"},
		{Text: ui.T(ctx, "账簿"), Href: "/payment/books"},
		{Text: ui.T(ctx, "缴存"), Href: "/deposits"},
		{Text: ui.T(ctx, "一元钱"), Href: "/payment/trace", Key: "alt+f"},
	}
	for i := range links {
		links[i].Current = links[i].Href == at
	}
	return links
}

// page is the frame of all pages here; at is the entry of the navigation under which it stands.
func (p *Pages) page(ctx context.Context, at, title, lead string, trail ...ui.Link) ui.Page {
	if len(trail) > 0 && trail[0].Href != "/payment" {
		trail = append([]ui.Link{{Text: ui.T(ctx, "资金发放"), Href: "/payment"}}, trail...)
	}
	return ui.Page{Person: ui.Payment, Title: title, Lead: lead, Nav: nav(ctx, at), Wide: true, Trail: trail}
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, pg ui.Page, parts ...templ.Component) error {
	return ui.Render(w, r, pageOf(pg, parts...))
}

func (p *Pages) read(r *http.Request, fn func(tx *db.Tx, by staff.Actor) error) error {
	return p.Town.DB.Read(r.Context(), func(tx *db.Tx) error { return fn(tx, session.Actor(r)) })
}

func (p *Pages) write(r *http.Request, fn func(tx *db.Tx, by staff.Actor) error) error {
	return p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(tx, session.Actor(r)) })
}

// maxForm bounds a form that carries no file, in bytes.
const maxForm = 1 << 18

func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, fault.Invalid("form", "表单没有传完，请重新提交")
	}
	return r.PostForm, nil
}

// day writes a date.
func day(ctx context.Context, d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	return ui.Date(ctx, d.In(civil.Shanghai))
}

// deed writes who did something, and when.
func deed(ctx context.Context, d payrun.Deed) string {
	if d.Name == "" {
		return ui.T(ctx, "还没有")
	}
	return d.Name + "，" + ui.DateTime(ctx, d.At.Time)
}

// cite shows a clause: with a link when a pack holds it.
func (p *Pages) cite(c law.Clause) templ.Component {
	if p.Town.Packs().Clause(c) == nil {
		return plain(c.String())
	}
	return part.ClauseLink(c, p.Town.Gist(c))
}

// amount reads yuan of a form.
func amount(v url.Values, name string) (money.Fen, error) {
	fen, err := money.Parse(strings.TrimSpace(v.Get(name)))
	if err != nil {
		return 0, fault.Invalid(name, "请填写金额，以元为单位，最多两位小数")
	}
	return fen, nil
}

// areas are the places for which somebody handles money: those of his grants, and what is right below.
func (p *Pages) areas(by staff.Actor) (list []ui.Option) {
	tree := p.Town.Places.Tree()
	path, ok := ledger.Sight(by)
	if !ok {
		return nil
	}
	code := path[strings.LastIndexByte(strings.TrimSuffix(path, "/"), '/')+1:]
	code = strings.TrimSuffix(code, "/")
	list = append(list, ui.Option{Value: code, Text: tree.Name(code)})
	for _, c := range tree.Children(code) {
		list = append(list, ui.Option{Value: c.Code, Text: c.Name})
	}
	return list
}

func runHref(id db.ID) string   { return "/payment/runs/" + id.String() }
func lineHref(id db.ID) string  { return "/payment/lines/" + id.String() }
func fundHref(id db.ID) string  { return "/payment/funds/" + id.String() }
func claimHref(id db.ID) string { return "/payment/claims/" + id.String() }
func entryHref(id db.ID) string { return "/payment/books/entries/" + id.String() }

// payers are what payers are called, as packs name them; a name of their own stands for itself.
var payers = map[string]string{"state": ui.N("中央"), "province": ui.N("省级"), "city": ui.N("市级"), "county": ui.N("县级"), "town": ui.N("乡级"), "village": ui.N("村级")}

func payer(ctx context.Context, name string) string {
	if w := payers[name]; w != "" {
		return ui.T(ctx, w)
	}
	return name
}

// stages and states, in words that the catalogue knows.
var (
	stages = map[payrun.Stage]string{payrun.Draft: ui.N("草拟"), payrun.Reckoning: ui.N("核算中"), payrun.Reckoned: ui.N("已核算"), payrun.Reviewed: ui.N("已核对"), payrun.Posting: ui.N("记账中"),
		payrun.Posted: ui.N("已记账"), payrun.Sent: ui.N("已送银行"), payrun.Closed: ui.N("已结清"), payrun.Refused: ui.N("已作废")}
	states = map[payrun.State]string{payrun.Due: ui.N("待发"), payrun.Held: ui.N("暂缓"), payrun.Booked: ui.N("在途"), payrun.Paid: ui.N("已发"), payrun.Returned: ui.N("退回"),
		payrun.Carried: ui.N("转后续批次"), payrun.Dropped: ui.N("不再发")}
	claimStages = map[payrun.ClaimStage]string{payrun.ClaimOpen: ui.N("追回中"), payrun.ClaimOff: ui.N("待核销"), payrun.ClaimDone: ui.N("已追回"), payrun.ClaimWritten: ui.N("已核销")}
	recoveries  = map[string]string{"withheld": ui.N("从后续发放中扣回"), "cash": ui.N("退回现金"), "written": ui.N("核销")}
)
