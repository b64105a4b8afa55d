package resident

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// The three steps.
const (
	stepWhat = iota + 1
	stepWhere
	stepSend
)

// A sheet is one step of a submission as it is shown.
type sheet struct {
	Step   int
	Draft  *draft
	Asks   questions
	Fields []ui.Field
	Pick   part.Pick           // of the second step
	Which  []ui.Option         // places that fit the words typed
	Like   []casework.Likeness // of the third
	Where  string              // the place in words
	Wrong  ui.Errors
	limit  int64 // of one upload, in bytes
}

// begin opens the first step with a fresh key.
func (p *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	channels, q := p.online(), r.URL.Query()
	if len(channels) == 0 {
		return ui.Done(w, r, nil, "/help", ui.T(r.Context(), "现在没有可以在网上提交的渠道，请看看其他办法。"))
	}
	d := newDraft()
	d.Flow = channels[0].ID
	for _, f := range channels {
		if f.ID == q.Get("flow") {
			d.Flow = f.ID
		}
	}
	asks, _ := p.questionsOf(d.Flow)
	d.Values[asks.titleName()] = cut(q.Get("title"), casework.MaxTitle)
	if code := q.Get("fixture"); code != "" {
		if err := p.scanned(r, d, asks, code); err != nil {
			return err
		}
	}
	if by := reporter(r); !by.IsZero() {
		d.Values[asks.personName()] = by.Name
	}
	return p.showStep(w, r, stepWhat, d, nil)
}

// showStep shows a step, with what is wrong when err is about its fields, and returns err otherwise.
func (p *Pages) showStep(w http.ResponseWriter, r *http.Request, step int, d *draft, err error) error {
	asks, ok := p.questionsOf(d.Flow)
	if !ok {
		return fault.NotFound("没有这个渠道，请从首页重新开始")
	}
	s := sheet{Step: step, Draft: d, Asks: asks, Where: p.Town.Place(d.Place), limit: p.Town.Files.Limit()}
	ctx := r.Context()
	switch step {
	case stepWhat:
		s.Fields = asks.what(ctx, d.Values)
	case stepWhere:
		s.Pick = p.Town.Pick(d.picked(), placeField, "")
		s.Which = p.which(s.Pick)
	case stepSend:
		s.Fields = asks.contact(ctx, d.Values)
		var failed error
		if s.Like, failed = p.likely(ctx, asks, d); failed != nil {
			return failed
		}
	}
	if err := p.keep(d); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-cache") // so that one can go back without losing what was typed
	page := func(wrong ui.Errors) templ.Component {
		s.Wrong, s.Fields = wrong, wrong.On(s.Fields)
		s.Pick.Error = wrong.Of(placeField)
		return stepPage(s)
	}
	if err == nil {
		return ui.Render(w, r, page(ui.Errors{}))
	}
	return ui.Again(answering(w, err), r, err, page)
}

// likely finds what others have already reported there in similar words.
func (p *Pages) likely(ctx context.Context, asks questions, d *draft) ([]casework.Likeness, error) {
	var list []casework.Likeness
	title := d.Values[asks.titleName()]
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = p.Town.Cases.Likely(tx, d.Place, title, 0)
		if above := p.Town.Places.Tree().Ancestors(d.Place); err == nil && len(list) == 0 && len(above) > 2 {
			list, err = p.Town.Cases.Likely(tx, above[len(above)-1].Code, title, 0) // the street, when the community has none
		}
		return err
	})
	return list, err
}

// back reports whether the form was sent to go to an earlier step.
func back(r *http.Request) int {
	switch r.PostFormValue("back") {
	case "what":
		return stepWhat
	case "where":
		return stepWhere
	}
	return 0
}

func cut(s string, most int) string {
	runes := []rune(s)
	return string(runes[:min(len(runes), most)])
}

func (s sheet) title(ctx context.Context) string {
	switch s.Step {
	case stepWhat:
		return ui.T(ctx, "您要反映什么事？")
	case stepWhere:
		return ui.T(ctx, "事情发生在哪里？")
	}
	return ui.T(ctx, "怎么联系您？")
}
