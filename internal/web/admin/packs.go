package admin

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/pack/proof"
	"linli/internal/web/ui"
)

// packRow is one document as the list of packs shows it.
type packRow struct {
	Pack  *pack.Pack
	Here  bool // it holds in this city
	Count map[proof.Status]int
	Tried int // examples
	Wrong int // of them, failing
}

func (p *Pages) packs(w http.ResponseWriter, r *http.Request) error {
	ix, results := p.examples()
	here := ix.Packs()
	var rows []packRow
	for _, k := range ix.Library() {
		row := packRow{Pack: k, Here: slices.Contains(here, k), Count: map[proof.Status]int{}}
		for _, c := range proof.Coverage(k, results) {
			row.Count[c.Status]++
		}
		row.Tried, row.Wrong = tried(k, results)
		rows = append(rows, row)
	}
	return ui.Render(w, r, showPacks(rows))
}

func tried(k *pack.Pack, results []*proof.Result) (all, wrong int) {
	for _, res := range results {
		if res.Pack != k {
			continue
		}
		all++
		if !res.Passed() {
			wrong++
		}
	}
	return all, wrong
}

// coveragePage is what becomes of every clause of a document.
type coveragePage struct {
	packRow
	Clauses []proof.ClauseProof
	Only    proof.Status // "" for all
}

func (p *Pages) coverage(w http.ResponseWriter, r *http.Request) error {
	ix, results := p.examples()
	k := ix.Pack(r.PathValue("document"), "")
	if k == nil {
		return noPack(r)
	}
	page := &coveragePage{packRow: packRow{Pack: k, Count: map[proof.Status]int{}}, Only: proof.Status(r.URL.Query().Get("only"))}
	page.Tried, page.Wrong = tried(k, results)
	for _, c := range proof.Coverage(k, results) {
		page.Count[c.Status]++
		if page.Only == "" || c.Status == page.Only {
			page.Clauses = append(page.Clauses, c)
		}
	}
	return ui.Render(w, r, showCoverage(page))
}

func noPack(r *http.Request) error {
	return fault.NotFound("没有文件 %s 的政策包", r.PathValue("document"))
}

func (p *Pages) params(w http.ResponseWriter, r *http.Request) error {
	k := p.Town.Packs().Pack(r.PathValue("document"), "")
	if k == nil {
		return noPack(r)
	}
	today, err := p.today(r)
	if err != nil {
		return err
	}
	return ui.Render(w, r, showParams(k, civil.DateOf(today, civil.Shanghai)))
}

// today is the present of the database, by which everything else is dated too.
func (p *Pages) today(r *http.Request) (now time.Time, err error) {
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) error { now = tx.Now(); return nil })
	return now, err
}

// versionsPage compares two versions of a pack.
type versionsPage struct {
	Pack     *pack.Pack
	Versions []*pack.Pack
	From, To string
	Changes  []pack.Change
}

func (p *Pages) versions(w http.ResponseWriter, r *http.Request) error {
	ix, q := p.Town.Packs(), r.URL.Query()
	k := ix.Pack(r.PathValue("document"), "")
	if k == nil {
		return noPack(r)
	}
	page := &versionsPage{Pack: k, Versions: ix.Versions(k.Document.ID), From: q.Get("from"), To: q.Get("to")}
	if len(page.Versions) > 1 && page.From == "" {
		page.From, page.To = page.Versions[1].Version, page.Versions[0].Version
	}
	old, next := ix.Pack(k.Document.ID, page.From), ix.Pack(k.Document.ID, page.To)
	if page.From != "" && page.To != "" {
		if old == nil || next == nil {
			return fault.NotFound("政策库中没有这个版本")
		}
		page.Changes = pack.Diff(old, next)
		slices.SortFunc(page.Changes, func(a, b pack.Change) int { return strings.Compare(a.ID, b.ID) })
	}
	return ui.Render(w, r, showVersions(page))
}
