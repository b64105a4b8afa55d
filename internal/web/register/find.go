package register

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

const pageSize = 30

// A findPage is what somebody looked for and who was found.
type findPage struct {
	Page   ui.Page
	Words  string
	Place  string
	Places []ui.Option
	Asked  bool
	Found  ui.Table
	For    register.Purpose
	Wrong  ui.Errors
}

// find looks for a name, within the reader's own area.
func (p *Pages) find(w http.ResponseWriter, r *http.Request) error {
	q, ctx, by := r.URL.Query(), r.Context(), session.Actor(r)
	v := findPage{Words: strings.TrimSpace(q.Get("q")), Place: q.Get("place"), For: purpose(r)}
	var list []register.Person
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if v.Words == "" {
			return nil
		}
		within := ""
		if v.Place != "" {
			at, err := register.StandingPlace(tx, "place", v.Place)
			if err != nil {
				return err
			}
			within = at.Path
		}
		v.Asked = true
		list, err = register.FindByName(tx, register.Query{Places: register.Sight(by, v.For), Within: within, Words: v.Words, Limit: pageSize})
		return err
	})
	if err != nil && fault.KindOf(err) != fault.KindInvalid {
		return err
	}
	v.Wrong = ui.FieldErrors(ctx, err)
	return p.found(w, r, v, list, err)
}

// findSecret looks for an ID number or a telephone, which stand in no address. Whom the reader may not see he does not find, and that he
// looked is noted.
func (p *Pages) findSecret(w http.ResponseWriter, r *http.Request) error {
	if err := p.parse(w, r); err != nil {
		return err
	}
	by, v := session.Actor(r), findPage{Asked: true, For: purpose(r)}
	kind, value := register.IDNumber, form.Narrow(strings.TrimSpace(r.PostForm.Get("secret")))
	if len(value) < 18 {
		kind = register.Phone
	}
	var list []register.Person
	var hidden []db.ID
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		all, err := p.Town.People.Find(tx, kind, value)
		if err != nil {
			return onSecret(err)
		}
		for _, x := range all {
			switch err := register.See(tx, by, fact.Person(x.ID), v.For); {
			case err == nil:
				list = append(list, x)
			case fault.KindOf(err) == fault.KindForbidden:
				hidden = append(hidden, x.ID)
			default:
				return err
			}
		}
		return nil
	})
	if err == nil && len(hidden) > 0 {
		err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
			for _, id := range hidden {
				if err := register.NoteRefused(tx, by, fact.Person(id), v.For); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil && fault.KindOf(err) != fault.KindInvalid {
		return err
	}
	v.Wrong = ui.FieldErrors(r.Context(), err)
	if err == nil && len(list) == 1 {
		http.Redirect(w, r, href(fact.Person(list[0].ID)), http.StatusSeeOther)
		return nil
	}
	return p.found(w, r, v, list, err)
}

// onSecret puts what is wrong with a number under the field it was asked in.
func onSecret(err error) error {
	f := fault.As(err)
	if f == nil || f.Kind != fault.KindInvalid {
		return err
	}
	if len(f.Fields) > 0 {
		return fault.Invalid("secret", f.Fields[0].Format, f.Fields[0].Args...)
	}
	return fault.Invalid("secret", f.Format, f.Args...)
}

func (p *Pages) found(w http.ResponseWriter, r *http.Request, v findPage, list []register.Person, cause error) error {
	ctx, by := r.Context(), session.Actor(r)
	v.Page = p.page(ctx, ui.T(ctx, "查人"), "/register")
	v.Page.Errors = v.Wrong
	v.Places = p.streets(by, v.For)
	v.Found = ui.Table{Caption: ui.T(ctx, "查到的人"), Cols: []ui.Col{{Name: ui.T(ctx, "姓名"), Main: true}, {Name: ui.T(ctx, "性别")}, {Name: ui.T(ctx, "出生日期")}, {Name: ui.T(ctx, "住址")}},
		Empty: ui.Empty(ui.T(ctx, "没有查到您可以查看的人"), ui.T(ctx, "只查您负责的区域。核对姓名或号码，也可以直接登记新来的人。"))}
	for _, x := range list {
		v.Found.Rows = append(v.Found.Rows, ui.TableRow{Cells: []ui.Cell{{Text: x.Name, Href: href(fact.Person(x.ID)) + "?for=" + string(v.For), Note: diedNote(ctx, x)}, {Text: ui.T(ctx, x.Sex.Words())},
			{Text: x.Born.String()}, {Text: p.Town.Place(x.Place), Note: x.Address}}})
	}
	if cause != nil {
		w = part.Answering(w, cause)
	}
	return ui.Render(w, r, findView(v))
}

func diedNote(ctx context.Context, x register.Person) string {
	if x.Died.IsZero() {
		return ""
	}
	return ui.T(ctx, "已于 %s 死亡", x.Died.String())
}

// streets are the places a reader may narrow his question to: his own and those two levels below, which in a city is its streets.
func (p *Pages) streets(by staff.Actor, why register.Purpose) []ui.Option {
	tree := p.Town.Places.Tree()
	var out []ui.Option
	for _, path := range register.Sight(by, why) {
		codes := place.Codes(path)
		for _, x := range tree.Subtree(codes[len(codes)-1]) {
			if depth := len(place.Codes(x.Path)); depth <= 3 || depth <= len(codes)+1 {
				out = append(out, ui.Option{Value: x.Code, Text: tree.FullName(x.Code, 1)})
			}
		}
	}
	return slices.DeleteFunc(out, func(o ui.Option) bool { return o.Text == "" })
}
