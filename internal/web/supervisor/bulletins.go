package supervisor

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/indicator"
	"linli/internal/notice"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// bulletinsShown is how many the list shows.
const bulletinsShown = 100

// A shelf is the bulletins, and what a new one could be made of.
type shelf struct {
	Page   ui.Page
	List   []notice.Bulletin
	Fields []ui.Field // of the form that makes one; none when the reader may not
}

// bulletins lists the bulletins that the reader may see.
func (p *Pages) bulletins(w http.ResponseWriter, r *http.Request) error {
	return p.shelf(w, r, nil)
}

// shelf loads the list and shows it, with what was wrong in the form.
func (p *Pages) shelf(w http.ResponseWriter, r *http.Request, cause error) error {
	s, wrong := &shelf{}, ui.FieldErrors(r.Context(), cause)
	by := session.Actor(r)
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if s.List, err = p.Notices.List(tx, by, bulletinsShown); err != nil {
			return err
		}
		if !by.HasAny(staff.Supervisor) {
			return nil
		}
		f := ui.Field{Name: "kind", Label: ui.T(r.Context(), "通报和期间"), Kind: "select", Required: true, Value: r.PostFormValue("kind")}
		for _, k := range p.Notices.Kinds(place.Today(tx)) {
			for _, period := range k.Periods(tx) {
				f.Options = append(f.Options, ui.Option{Value: k.Ref() + " " + period.From.String(), Text: k.TitleFor(period)})
			}
		}
		s.Fields = wrong.On([]ui.Field{f})
		return nil
	})
	if err != nil {
		return err
	}
	s.Page = page(r.Context(), "/supervisor/bulletins", ui.T(r.Context(), "通报"), ui.T(r.Context(), "数字直接由办件统计，签发后冻结，随时可以复算。"))
	s.Page.Errors = wrong
	if cause != nil {
		return ui.Again(w, r, cause, func(ui.Errors) templ.Component { return shelfPage(s) })
	}
	return ui.Render(w, r, shelfPage(s))
}

// makeBulletin makes a draft.
func (p *Pages) makeBulletin(w http.ResponseWriter, r *http.Request) error {
	ref, day, _ := strings.Cut(r.PostFormValue("kind"), " ")
	document, id, _ := strings.Cut(ref, ".")
	from, err := civil.ParseDate(day)
	if err != nil {
		err = fault.Invalid("kind", "请选择通报和期间")
	}
	var b notice.Bulletin
	if err == nil {
		err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
			b, err = p.Notices.Make(tx, session.Actor(r), document, id, from)
			return err
		})
	}
	if err != nil && fault.KindOf(err) == fault.KindInvalid {
		return p.shelf(w, r, err)
	}
	return ui.Done(w, r, err, "/supervisor/bulletins/"+b.ID.String(), ui.T(r.Context(), "草稿已生成，请核对后签发"))
}

// A sheet is one bulletin with what the reader may do with it.
type sheet struct {
	Page   ui.Page
	B      notice.Bulletin
	Rows   func(s notice.Section, m notice.Measure, g notice.Group) string
	Proof  *notice.Proof
	Signs  bool
	Checks bool
	Public bool // shown as the public will see it
	Errors ui.Errors
	Number string
}

// bulletin shows one bulletin, or with ?as=public the version for the public.
func (p *Pages) bulletin(w http.ResponseWriter, r *http.Request) error {
	s, err := p.sheet(r)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("as") == "public" {
		s.B, s.Rows, s.Public = p.Notices.ForPublic(s.B), nil, true
	}
	return ui.Render(w, r, sheetPage(s))
}

func (p *Pages) sheet(r *http.Request) (*sheet, error) {
	by := session.Actor(r)
	s := &sheet{}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) { s.B, err = p.Notices.Get(tx, by, ui.ID(r)); return err })
	if err != nil {
		return nil, err
	}
	s.Signs = by.Has(staff.Supervisor, s.B.Area, "")
	s.Checks = s.Signs || by.Has(staff.Leader, s.B.Area, "") || by.Has(staff.Auditor, s.B.Area, "")
	if s.Checks {
		s.Rows = rowsOf(s.B)
	}
	s.Page = page(r.Context(), "/supervisor/bulletins", s.B.Title, "")
	s.Page.NoHead, s.Page.Trail = true, []ui.Link{{Text: ui.T(r.Context(), "通报"), Href: "/supervisor/bulletins"}}
	return s, nil
}

// rowsOf leads from a figure of a bulletin to the cases that make it today.
func rowsOf(b notice.Bulletin) func(notice.Section, notice.Measure, notice.Group) string {
	codes := place.Codes(b.Area)
	v := &view{code: codes[len(codes)-1], word: b.Period.From.String() + ".." + b.Period.To.String()}
	return func(s notice.Section, m notice.Measure, g notice.Group) string {
		part := indicator.All
		if m.Percent {
			part = indicator.Base
		}
		return v.href("/supervisor/indicators/"+m.Document+"."+m.ID+"/rows", "by", s.By, "key", g.Key, "part", string(part))
	}
}

// bulletinFile is the table of a bulletin.
func (p *Pages) bulletinFile(w http.ResponseWriter, r *http.Request) error {
	s, err := p.sheet(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="bulletin-`+s.B.Period.From.String()+`.csv"`)
	return notice.WriteCSV(w, s.B)
}

// proof computes the figures again and says whether they are the same.
func (p *Pages) proof(w http.ResponseWriter, r *http.Request) error {
	s, err := p.sheet(r)
	if err != nil {
		return err
	}
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		x, err := p.Notices.Check(tx, session.Actor(r), s.B)
		s.Proof = &x
		return err
	})
	if err != nil {
		return err
	}
	return ui.Render(w, r, sheetPage(s))
}

// sign issues a draft.
func (p *Pages) sign(w http.ResponseWriter, r *http.Request) error {
	in := notice.Signing{Number: r.PostFormValue("number"), Open: r.PostFormValue("open") == "1", Digest: r.PostFormValue("digest")}
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		_, err := p.Notices.Sign(tx, session.Actor(r), ui.ID(r), in)
		return err
	})
	return p.afterwards(w, r, err, ui.T(r.Context(), "已签发"))
}

// withdraw takes a bulletin back.
func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		return p.Notices.Withdraw(tx, session.Actor(r), ui.ID(r), r.PostFormValue("why"))
	})
	return p.afterwards(w, r, err, ui.T(r.Context(), "已撤回"))
}

// afterwards goes back to the bulletin, or shows it with what was wrong in the form.
func (p *Pages) afterwards(w http.ResponseWriter, r *http.Request, err error, said string) error {
	if err == nil || fault.KindOf(err) != fault.KindInvalid {
		return ui.Done(w, r, err, "/supervisor/bulletins/"+ui.ID(r).String(), said)
	}
	s, bad := p.sheet(r)
	if bad != nil {
		return bad
	}
	return ui.Again(w, r, err, func(wrong ui.Errors) templ.Component {
		s.Errors, s.Page.Errors, s.Number = wrong, wrong, r.PostFormValue("number")
		return sheetPage(s)
	})
}

var stateNames = map[notice.State]string{notice.Draft: ui.N("草稿"), notice.Signed: ui.N("已签发"), notice.Withdrawn: ui.N("已撤回")}

func shelfTable(ctx context.Context, s *shelf) ui.Table {
	day := func(at db.Time) string { return ui.Date(ctx, at.Time) }
	out := ui.Table{Caption: ui.T(ctx, "通报"), Empty: ui.Empty(ui.T(ctx, "还没有通报"), ""), Cols: []ui.Col{{Name: ui.T(ctx, "通报"), Main: true}, {Name: ui.T(ctx, "期间")}, {Name: ui.T(ctx, "状态")},
		{Name: ui.T(ctx, "数据截至")}, {Name: ui.T(ctx, "签发")}}}
	for _, b := range s.List {
		state := ui.T(ctx, stateNames[b.State])
		if b.Open {
			state += "，" + ui.T(ctx, "已公开")
		}
		out.Rows = append(out.Rows, ui.TableRow{Cells: []ui.Cell{{Text: b.Title, Href: "/supervisor/bulletins/" + b.ID.String(), Note: b.Number},
			{Text: pack.PeriodWords(b.Period)}, {Text: state, Note: b.Why}, {Text: day(b.MadeAt)}, {Text: day(b.SignedAt), Note: b.SignedName}}})
	}
	return out
}
