package part

import (
	"context"
	"net/http"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// step takes one step with a case, for whoever may take it, and goes back to where the form was opened. When the step
// cannot be taken the case is shown as it stands now, with the reason and with everything that was typed.
func (t *Town) step(w http.ResponseWriter, r *http.Request) error {
	if err := t.ParseForm(w, r); err != nil {
		return err
	}
	id, in := ui.ID(r), ReadTyped(r)
	files, err := t.Receive(r, "files")
	var done string
	if err == nil {
		done, err = t.take(r, id, in, files)
	}
	if err != nil {
		return t.again(w, r, id, in, err)
	}
	to := in.Back
	if to == "" {
		to = CaseHref(id)
	}
	return ui.Done(w, r, nil, to, done)
}

// take does the step in one transaction and returns what to say of it.
func (t *Town) take(r *http.Request, id db.ID, in Typed, files []Upload) (said string, err error) {
	by := session.Actor(r)
	err = t.DB.Write(r.Context(), func(tx *db.Tx) error {
		k, err := t.Cases.Get(tx, by, id)
		if err != nil {
			return err
		}
		f := t.flowOf(k)
		a, err := t.act(tx, by, f, in)
		if err != nil {
			return err
		}
		a.Files = Hashes(files)
		d, err := t.Cases.Do(tx, by, id, a)
		if err != nil {
			return err
		}
		said = taken(r.Context(), k.Number, VerbName(r.Context(), f, in.Verb), StateName(r.Context(), f, d.State))
		return t.Attach(tx, by, id, files)
	})
	return said, err
}

// taken says what was done and where the case stands now, once where both are one word.
func taken(ctx context.Context, number, verb, state string) string {
	if state == "已"+verb {
		return ui.T(ctx, "%s：%s", number, state)
	}
	return ui.T(ctx, "%s：已%s，现为“%s”", number, verb, state)
}

// again shows the case with the form that failed. Errors that are no answer to what was typed stay errors.
func (t *Town) again(w http.ResponseWriter, r *http.Request, id db.ID, in Typed, cause error) error {
	switch fault.KindOf(cause) {
	case fault.KindNotFound, fault.KindInternal, fault.KindUnavailable:
		return cause
	}
	var p *casePage
	err := t.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		p, err = t.casePage(tx, session.Actor(r), id, in, cause)
		return err
	})
	if err != nil {
		return err
	}
	return ui.Render(Answering(w, cause), r, showCase(p))
}

// Answering writes a page that shows what went wrong with the status of the fault, where ui.Render would say 200.
func Answering(w http.ResponseWriter, cause error) http.ResponseWriter {
	return answering{w, ui.Status(cause)}
}

// answering writes a page with another status than 200.
type answering struct {
	http.ResponseWriter
	status int
}

// WriteHeader writes the status that the page is an answer with.
func (a answering) WriteHeader(int) { a.ResponseWriter.WriteHeader(a.status) }

// since lists the steps that others took after the version somebody looked at, for the page of a conflict.
func since(f *Folder, version int64) []casework.Step {
	var list []casework.Step
	for _, s := range f.View.Steps {
		if version > 0 && int64(s.Seq) > version && s.Verb != flow.Lapse {
			list = append(list, s)
		}
	}
	return list
}

// WhyNot says why somebody who has a role may not take a step with a case now; "" when he may. It asks the engine, so that a
// list says what the step would say.
func (t *Town) WhyNot(ctx context.Context, by staff.Actor, k *casework.Case, v flow.Verb, as flow.Role) string {
	var roles []flow.Role
	if by.Has(staff.Role(as), k.Path, "") {
		roles = append(roles, as)
	}
	if err := t.flowOf(k).Allowed(&k.Situation, v, by.Account.String(), by.Unit, roles); err != nil {
		return ui.Words(ctx, err)
	}
	return ""
}
