package supervisor

import (
	"net/http"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/duty"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A desk is the tasks that the reader sees, with the form that finishes one.
type desk struct {
	*view
	Page   ui.Page
	Tasks  []duty.Task
	Open   *duty.Task // whose form is open
	Fields []ui.Field
}

// duties lists the tasks of the reader's unit and of those he watches over; ?finish=id opens the form that finishes one.
func (p *Pages) duties(w http.ResponseWriter, r *http.Request) error {
	d, err := p.desk(r, r.URL.Query().Get("finish"), ui.Errors{})
	if err != nil {
		return err
	}
	return ui.Render(w, r, dutiesPage(d))
}

func (p *Pages) desk(r *http.Request, open string, wrong ui.Errors) (*desk, error) {
	d := &desk{}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if d.view, err = p.look(tx, r); err != nil {
			return err
		}
		d.Tasks, err = p.Duties.List(tx, d.by, 0)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range d.Tasks {
		if d.Tasks[i].ID.String() == open && d.Tasks[i].State != duty.Done {
			d.Open = &d.Tasks[i]
		}
	}
	d.Fields = wrong.On([]ui.Field{{Name: "words", Label: ui.T(d.ctx, "完成情况"), Kind: "longtext", Rows: 3, Max: 500, Value: r.PostFormValue("words")},
		{Name: "link", Label: ui.T(d.ctx, "凭据网址"), Hint: ui.T(d.ctx, "本平台的通报、办件等页面，以“/”开头"), Value: r.PostFormValue("link")}})
	d.Page = page(r.Context(), "/supervisor/duties", ui.T(r.Context(), "定期任务"), ui.T(r.Context(), "文件规定各单位定期要做的事，到期自动生成。"))
	d.Page.Errors = wrong
	return d, nil
}

// finish says that a task is done.
func (p *Pages) finish(w http.ResponseWriter, r *http.Request) error {
	e := duty.Evidence{Link: r.PostFormValue("link"), Words: r.PostFormValue("words")}
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		_, err := p.Duties.Finish(tx, session.Actor(r), ui.ID(r), e)
		return err
	})
	if err == nil || fault.KindOf(err) != fault.KindInvalid {
		return ui.Done(w, r, err, "/supervisor/duties", ui.T(r.Context(), "已填报完成"))
	}
	d, bad := p.desk(r, ui.ID(r).String(), ui.FieldErrors(r.Context(), err))
	if bad != nil {
		return bad
	}
	return ui.Again(w, r, err, func(ui.Errors) templ.Component { return dutiesPage(d) })
}

// dutyTable lists the tasks.
func (d *desk) table(tx func(duty.Task) templ.Component) ui.Table {
	t := ui.Table{Caption: ui.T(d.ctx, "定期任务"), Empty: ui.Empty(ui.T(d.ctx, "还没有任务"), ui.T(d.ctx, "一期结束、可以着手时，任务会出现在这里。")),
		Cols: []ui.Col{{Name: ui.T(d.ctx, "任务"), Main: true}, {Name: ui.T(d.ctx, "单位")}, {Name: ui.T(d.ctx, "期间")}, {Name: ui.T(d.ctx, "期限")}, {Name: ui.T(d.ctx, "情况")}}}
	for _, x := range d.Tasks {
		row := ui.TableRow{Cells: []ui.Cell{{Text: x.Name, Note: x.Does}, {Text: d.town.Unit(x.Unit)}, {Text: pack.PeriodWords(x.Period)},
			{Text: x.Last.Words(), Note: d.dutyLeft(x)}, {Body: tx(x)}}}
		if x.State == duty.Late {
			row.Mark = ui.Red
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (d *desk) dutyLeft(x duty.Task) string {
	if x.State == duty.Done {
		return ""
	}
	return ui.Left(d.ctx, x.Due.Time, d.now)
}

// dutyMark is how a task stands.
func (d *desk) dutyMark(x duty.Task) ui.Mark {
	switch {
	case x.State == duty.Late:
		return ui.Red
	case x.State == duty.Done:
		return ui.Ended
	case x.Due.Sub(d.now).Hours() <= 3*24:
		return ui.Yellow
	}
	return ui.Normal
}
