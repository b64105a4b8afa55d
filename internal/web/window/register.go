package window

import (
	"net/http"
	"net/url"
	"strings"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// register takes in what the clerk filled in and answers with the receipt. The code of a receipt is shown in this answer
// and nowhere else, so the answer is the page itself: loading it again sends the same key and gives the same receipt.
func (p *Pages) register(w http.ResponseWriter, r *http.Request) error {
	if err := p.Town.ParseForm(w, r); err != nil {
		return err
	}
	if r.PostForm.Get("pick") != "" || r.PostForm.Get("fill") != "" { // only the next level of the place, or the caller's name
		return p.askAgain(w, r, nil)
	}
	v := &receiptPage{Town: p.Town}
	err := p.takeIn(r, v)
	if fault.KindOf(err) == fault.KindInvalid && err != nil {
		return p.askAgain(w, r, err)
	}
	if err != nil {
		return err
	}
	v.dress(r)
	return ui.Render(w, r, receiptView(v))
}

// askAgain shows the screen with everything that was typed, and what is wrong with it.
func (p *Pages) askAgain(w http.ResponseWriter, r *http.Request, cause error) error {
	var v *newPage
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		v, err = p.newPage(tx, session.Actor(r), r.PostForm, ui.FieldErrors(r.Context(), cause))
		return err
	})
	if err != nil {
		return err
	}
	if cause == nil {
		return ui.Render(w, r, newView(v))
	}
	return ui.Render(part.Answering(w, cause), r, newView(v))
}

// takeIn registers, and merges when the clerk chose a case as the same matter, in one transaction.
func (p *Pages) takeIn(r *http.Request, v *receiptPage) error {
	by := session.Actor(r)
	now, err := p.now(r)
	if err != nil {
		return err
	}
	in, files, err := p.intake(r, now)
	if err != nil {
		return err
	}
	return p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		if v.Receipt, err = p.Town.Cases.Register(tx, by, in); err != nil {
			return err
		}
		if err := p.Town.Attach(tx, by, v.Receipt.Case, files); err != nil {
			return err
		}
		if v.Case, err = p.Town.Cases.Get(tx, by, v.Receipt.Case); err != nil {
			return err
		}
		if v.DayNumber, err = p.Town.Cases.DayNumber(tx, v.Case); err != nil {
			return err
		}
		v.By, v.Now = by, tx.Now()
		return p.merge(tx, by, in.Key, r.PostForm.Get("same"), v)
	})
}

// merge puts the new case into the one that is the same matter; the reporter keeps the receipt.
func (p *Pages) merge(tx *db.Tx, by staff.Actor, key, same string, v *receiptPage) error {
	if same == "" {
		return nil
	}
	id, err := db.ParseID(same)
	if err != nil {
		return fault.Invalid("same", "请选择另一办件")
	}
	if v.Main, err = p.Town.Cases.Get(tx, by, id); err != nil {
		return err
	}
	_, err = p.Town.Cases.Do(tx, by, v.Receipt.Case, casework.Act{Key: key + "-merge",
		Act: flow.Act{Verb: flow.Merge, Case: same, Words: ui.T(tx.Ctx(), "登记时并案")}})
	return err
}

// intake turns the form into what casework takes in. Every mistake of its own is reported at once.
func (p *Pages) intake(r *http.Request, now clockTime) (casework.Intake, []part.Upload, error) {
	form := r.PostForm
	in := casework.Intake{Key: ui.FormKey(r), Flow: form.Get("flow"), Title: form.Get("title"), Body: form.Get("body"), Spot: form.Get("spot"),
		From: casework.Reporter{Name: form.Get("name"), Phone: form.Get("phone")}, Fields: map[string]string{}}
	var wrong []fault.FieldError
	note := func(err error) {
		if e := fault.As(err); e != nil {
			wrong = append(wrong, e.Fields...)
		}
	}
	var err error
	var unplaced error
	in.Place, unplaced = p.Town.Pick(form, "place", "").Code()
	if err := p.where(r, &in); err != nil {
		if fault.KindOf(err) != fault.KindInvalid {
			return in, nil, err
		}
		note(err)
	}
	if in.Place == "" {
		note(unplaced)
	}
	asked := p.Town.Cases.Form(in.Flow, now.at)
	bind := part.Bind(asked)
	field := bind.Files
	if field == "" {
		field = "files"
	}
	files, err := p.Town.Receive(r, field)
	if err != nil && fault.KindOf(err) != fault.KindInvalid {
		return in, nil, err
	}
	note(err)
	in.Files = part.Hashes(files)
	if asked != nil {
		for i := range asked.Fields {
			in.Fields[asked.Fields[i].Name] = answer(form, asked.Fields[i].Name)
		}
		if bind.Files != "" {
			in.Fields[bind.Files] = strings.Join(in.Files, "\n")
		}
		if bind.Place != "" {
			in.Fields[bind.Place] = in.Place
		}
	}
	if f := now.flow(p, in.Flow); f != nil {
		in.Sets, wrong = part.ReadFacts(f, f.Step(flow.Register).Sets, form, wrong)
	}
	if len(wrong) > 0 && asked != nil { // then casework will not be asked, and the form's own mistakes belong to the same answer
		_, more := asked.Check(in.Fields)
		wrong = append(more, wrong...)
	}
	return in, files, fault.Fields(wrong)
}

// answer joins the values of a question: several boxes are one a line.
func answer(form url.Values, name string) string { return strings.Join(form[name], "\n") }
