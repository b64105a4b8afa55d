package admin

import (
	"context"
	"net/http"
	"sync"

	"linli/internal/audit"
	"linli/internal/job"
	"linli/internal/pack"
	"linli/internal/pack/proof"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves the administration.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
	Seal     *audit.Seal
	// Verify examines everything that can be: logs, keys, attachments. progress may be called from it at any time.
	Verify func(ctx context.Context, progress func(done, total int64)) (Verdict, error)
	// Backup writes the whole city into a file that does not exist yet.
	Backup func(ctx context.Context, file string) error
	// Backups is the folder in which backups lie; it is made when the first one is.
	Backups string

	mu     sync.Mutex
	proven *pack.Index // whose examples were run last
	proofs []*proof.Result
}

// Routes registers the pages. Auditors read what admins keep.
func Routes(mux *http.ServeMux, p *Pages) {
	see := p.Sessions.RequireRole(staff.Admin, staff.Auditor)
	keep := p.Sessions.RequireRole(staff.Admin)
	show := func(pattern string, f func(http.ResponseWriter, *http.Request) error) {
		mux.Handle("GET "+pattern, see(ui.Handler(f)))
	}
	act := func(pattern string, f func(http.ResponseWriter, *http.Request) error) {
		mux.Handle(pattern, keep(ui.Handler(p.wholeCity(f))))
	}
	show("/admin", p.home)
	show("/admin/packs", p.packs)
	show("/admin/packs/{document}", p.coverage)
	show("/admin/packs/{document}/params", p.params)
	show("/admin/packs/{document}/versions", p.versions)
	show("/admin/calendar", p.calendar)
	p.routesOfPeople(show, act)
	p.routesOfMachinery(show, act)
}

// An adder registers a handler under a pattern.
type adder = func(pattern string, f func(http.ResponseWriter, *http.Request) error)

func (p *Pages) routesOfPeople(show, act adder) {
	show("/admin/accounts", p.accounts)
	act("GET /admin/accounts/new", p.newAccount)
	act("POST /admin/accounts", p.addAccount)
	show("/admin/accounts/{id}", p.account)
	act("POST /admin/accounts/{id}", p.changeAccount)
	act("POST /admin/accounts/{id}/grants", p.allow)
	act("POST /admin/accounts/{id}/revoke", p.revoke)
	act("POST /admin/accounts/{id}/state", p.setState)
	act("POST /admin/accounts/{id}/password", p.setPassword)
	act("POST /admin/accounts/{id}/logins", p.endLogin)
	act("POST /admin/accounts/{id}/tokens", p.addToken)
	act("POST /admin/accounts/{id}/tokens/{token}", p.endToken)
	show("/admin/units", p.units)
	act("GET /admin/units/new", p.newUnit)
	act("POST /admin/units", p.addUnit)
	show("/admin/units/{code}", p.unit)
	act("POST /admin/units/{code}", p.changeUnit)
	show("/admin/places", p.places)
	show("/admin/places/{code}", p.place)
	act("POST /admin/places/{code}/rename", p.renamePlace)
	act("POST /admin/places/{code}/add", p.addPlace)
}

func (p *Pages) routesOfMachinery(show, act adder) {
	show("/admin/jobs", p.jobs)
	show("/admin/jobs/{id}", p.job)
	act("POST /admin/jobs/{id}/retry", p.retry)
	act("POST /admin/jobs/{id}/cancel", p.cancel)
	show("/admin/hooks", p.hooks)
	act("POST /admin/hooks", p.subscribe)
	act("POST /admin/hooks/{id}", p.setHook)
	act("POST /admin/hooks/{id}/ping", p.ping)
	show("/admin/deliveries", p.deliveries)
	show("/admin/deliveries/{id}", p.delivery)
	act("POST /admin/deliveries/{id}/resend", p.resend)
	show("/admin/log", p.log)
	show("/admin/log/checkpoints", p.checkpoints)
	show("/admin/log/verify", p.verifications)
	act("POST /admin/log/verify", p.startVerify)
	show("/admin/log/verify/{id}", p.verification)
	show("/admin/backup", p.backups)
	act("POST /admin/backup", p.startBackup)
	act("GET /admin/backup/{file}", p.downloadBackup)
}

// Jobs gives the runner the work of these pages that takes long.
func Jobs(r *job.Runner, p *Pages) {
	r.HandleOutside(verifyKind, p.verifyJob)
	r.HandleOutside(backupKind, p.backupJob)
}

// nav is the navigation of these pages; at is the address of the present one.
func nav(ctx context.Context, at string) []ui.Link {
	links := []ui.Link{
		{Text: ui.T(ctx, "总览"), Href: "/admin"},
		{Text: ui.T(ctx, "政策包"), Href: "/admin/packs"},
		{Text: ui.T(ctx, "账号"), Href: "/admin/accounts"},
		{Text: ui.T(ctx, "单位名录"), Href: "/admin/units"},
		{Text: ui.T(ctx, "区划"), Href: "/admin/places"},
		{Text: ui.T(ctx, "工作日历"), Href: "/admin/calendar"},
		{Text: ui.T(ctx, "后台任务"), Href: "/admin/jobs"},
		{Text: ui.T(ctx, "事件推送"), Href: "/admin/hooks"},
		{Text: ui.T(ctx, "日志证明"), Href: "/admin/log"},
		{Text: ui.T(ctx, "备份"), Href: "/admin/backup"},
	}
	for i := range links {
		links[i].Current = links[i].Href == at
	}
	return links
}

// examples are the results of every pack's examples, run once for each index.
func (p *Pages) examples() (*pack.Index, []*proof.Result) {
	ix := p.Town.Packs()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.proven != ix {
		p.proven, p.proofs = ix, proof.Run(ix)
	}
	return ix, p.proofs
}
