package part

import (
	"net/http"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/register"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A revealed is what somebody asked to see of a reporter, for this one answer.
type revealed struct {
	Reporter db.ID
	Phone    string
	IDNo     string
}

// reveal shows the telephone and identity number of one reporter of a case to somebody who handles it and says why. The
// reason goes to the audit log in the same transaction; the page is not to be kept by anybody.
func (t *Town) reveal(w http.ResponseWriter, r *http.Request) error {
	id, by := ui.ID(r), session.Actor(r)
	var p *casePage
	var asked error
	err := t.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		if p, err = t.casePage(tx, by, id, Typed{}, nil); err != nil {
			return err
		}
		p.Shown, asked = t.uncover(tx, p.Folder, r)
		if fault.KindOf(asked) == fault.KindInvalid {
			return nil
		}
		return asked
	})
	if err != nil {
		return err
	}
	if asked != nil {
		p.Reveal = ui.FieldErrors(r.Context(), asked)
		return ui.Render(Answering(w, asked), r, showCase(p))
	}
	return ui.Render(w, r, showCase(p))
}

// uncover asks the register, once the actor is known to handle the case and the person to be a reporter of it.
func (t *Town) uncover(tx *db.Tx, f *Folder, r *http.Request) (*revealed, error) {
	if !f.keeps() {
		return nil, fault.Forbidden("只有登记受理岗和主办单位可以查看联系方式")
	}
	who, err := db.ParseID(r.PostFormValue("reporter"))
	if err != nil {
		return nil, fault.NotFound("没有这位反映人")
	}
	rep, found := f.reporter(who)
	if !found || rep.Person.IsZero() {
		return nil, fault.NotFound("没有这位反映人的登记")
	}
	out := &revealed{Reporter: who}
	for kind, to := range map[register.Kind]*string{register.Phone: &out.Phone, register.IDNumber: &out.IDNo} {
		plain, err := t.People.Reveal(tx, f.By.AuditName(), rep.Person, kind, r.PostFormValue("reason"))
		if fault.KindOf(err) == fault.KindNotFound && err != nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		*to = plain
	}
	return out, nil
}

func (f *Folder) reporter(id db.ID) (casework.Reporter, bool) {
	for _, r := range f.Reporters {
		if r.ID == id {
			return r, true
		}
	}
	return casework.Reporter{}, false
}
