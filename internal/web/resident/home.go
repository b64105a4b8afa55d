package resident

import (
	"net/http"
	"strings"

	"linli/internal/notice"
	"linli/internal/web/ui"
)

// A front is the home page, with what was found when something was asked.
type front struct {
	Bulletins []notice.Bulletin
	Asked     string
	Found     []answer
	Channels  []channel
	Online    []channel // where people may write of anything
	Elsewhere []channel // by phone, in person, or for one matter
	Number    string    // a receipt's number that was typed into the search
}

// home answers "what do you want done?": it finds the channel and what the documents say, or begins a submission.
func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	f := front{Asked: cut(strings.TrimSpace(r.URL.Query().Get("q")), askedMost), Channels: p.channels(r.Context())}
	for _, c := range f.Channels {
		if c.Online && c.Flow.About == "" {
			f.Online = append(f.Online, c)
		} else {
			f.Elsewhere = append(f.Elsewhere, c)
		}
	}
	if f.Asked != "" {
		f.Found = p.find(r.Context(), f.Asked, f.Channels)
		if receiptNumber.MatchString(strings.ToUpper(f.Asked)) {
			f.Number = strings.ToUpper(f.Asked)
		}
	}
	var err error
	if f.Bulletins, err = p.published(r.Context(), bulletinsHome); err != nil {
		return err
	}
	return ui.Render(w, r, homePage(f))
}
