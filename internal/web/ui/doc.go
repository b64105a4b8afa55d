// Package ui is the look of every page: the frame, the components, the words in two languages, the assets.
//
// It promises that a page made of its components reads and works without scripts, keeps a strict content
// security policy, prints on A4, reflows at 320 px, and follows care mode (关怀模式), in which the letters grow to
// 20, 25 or 31 px and everything that is touched to at least 60 px.
//
// How a page is made:
//
//	func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
//		…
//		return ui.Render(w, r, caseView(page, c))   // a templ component that begins with @ui.Layout(page) { … }
//	}
//	mux.Handle("GET /window/cases/{id}", ui.Handler(p.show))
//
// Text that a component takes is shown as it is: call T for words of ours, pass data as it stands. Words of
// the components themselves are translated inside. Chinese is the key; the English lies in catalogue/en/*.tsv.
//
// Instants are shown in China standard time. "Now" is always an argument (Tx.Now), never the clock.
//
// It never opens a transaction, never names a route of a person's pages, never fetches from another host.
// It owns no table.
package ui
