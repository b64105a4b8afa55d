package resident

import (
	"net/http"
	"time"

	"linli/internal/notice"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// Pages serves residents. All fields but From and Notices must be set.
type Pages struct {
	Town     *part.Town
	Sessions *session.Sessions
	Key      Key                        // seals drafts and cookies
	Now      func() time.Time           // the clock, for how often somebody may ask and how long a seal is good
	From     func(*http.Request) string // the address a request came from; nil takes that of the connection
	Notices  *notice.Notices            // bulletins for the public; nil: none are published, and there are no pages for them
	limits   limits
}

// Routes registers the pages.
func Routes(mux *http.ServeMux, p *Pages) {
	p.limits = newLimits(p.Now)
	page := func(pattern string, f func(http.ResponseWriter, *http.Request) error) {
		mux.Handle(pattern, ui.Handler(f))
	}
	page("GET /{$}", p.home)
	page("GET /help", p.help)
	page("GET /guide/{flow}", p.guide)
	page("GET /clauses/{document}", p.clauses)
	page("GET /privacy", p.privacy)
	page("GET /care/settings", p.care)

	if p.Notices != nil {
		page("GET /bulletins", p.bulletins)
		page("GET /bulletins/{id}", p.bulletin)
		page("GET /bulletins/{id}/figures.csv", p.bulletinFile)
		page("GET /disclosures/{book}", p.disclosed)
		mux.Handle("GET /public", http.RedirectHandler("/bulletins", http.StatusSeeOther))
	}

	page("GET /submit", p.begin)
	page("POST /submit/what", p.what)
	page("POST /submit/where", p.where)
	page("GET /submit/places", p.places)
	page("POST /submit/send", p.send)
	page("GET /receipt", p.receipt)
	page("GET /receipt/file", p.receiptFile)
	page("POST /receipt/forget", p.forget)

	page("GET /track", p.ask)
	page("POST /track", p.track)
	page("POST /track/leave", p.leave)
	p.caseRoutes(mux, "/track/case", func(next http.Handler) http.Handler { return next }, p.byReceipt)

	mine := p.Sessions.RequireRole(staff.Resident)
	mux.Handle("GET /my", mine(ui.Handler(p.my)))
	p.caseRoutes(mux, "/my/cases/{id}", mine, p.byLogin)
}

// caseRoutes registers a reporter's view of one case and what he may do there, for one way of coming to it.
func (p *Pages) caseRoutes(mux *http.ServeMux, base string, let func(http.Handler) http.Handler, open func(*http.Request) (door, error)) {
	with := func(f func(http.ResponseWriter, *http.Request, door) error) http.Handler {
		return let(ui.Handler(func(w http.ResponseWriter, r *http.Request) error {
			d, err := open(r)
			if err != nil {
				return p.shut(w, r, err)
			}
			return f(w, r, d)
		}))
	}
	mux.Handle("GET "+base, with(p.show))
	mux.Handle("GET "+base+"/files/{hash}", with(p.attachment))
	mux.Handle("POST "+base+"/supply", with(p.supply))
	mux.Handle("POST "+base+"/urge", with(p.urge))
	mux.Handle("POST "+base+"/rate", with(p.rate))
	mux.Handle("POST "+base+"/appeal", with(p.appeal))
}
