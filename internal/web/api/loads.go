package api

import (
	"context"
	"net/http"

	"linli/internal/admission"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/table"
	"linli/internal/web/session"
)

// A Burden is one kind of load: what tasks ask, and what came along for it. Sums are in thousandths, so that nothing is rounded.
type Burden struct {
	Measure string `json:"measure"`
	Name    string `json:"name"`
	Unit    string `json:"unit" doc:"计量单位"`
	Asked   int64  `json:"asked" doc:"千分之一"`
	Given   int64  `json:"given" doc:"随任务来的，千分之一"`
	Short   int64  `json:"short" doc:"缺多少，千分之一"`
}

// A SentTask is what was sent, or is to be sent, down to communities.
type SentTask struct {
	Case    db.ID    `json:"case"`
	Number  string   `json:"number" doc:"下发报表时写的准入编号"`
	Title   string   `json:"title"`
	Sender  string   `json:"sender,omitempty"`
	State   string   `json:"state"`
	Burdens []Burden `json:"burdens" doc:"对每个社区"`
}

// An Admissions is what was admitted, what waits and what was refused in a year.
type Admissions struct {
	Flow    string     `json:"flow" doc:"准入申请用的渠道；表单见 /flows"`
	Basis   []string   `json:"basis"`
	Year    int        `json:"year"`
	Tasks   []SentTask `json:"tasks"`
	Waiting []SentTask `json:"waiting"`
	Refused []SentTask `json:"refused"`
}

// A UnitLoad is the load of one community in a year.
type UnitLoad struct {
	Unit    string   `json:"unit"`
	Name    string   `json:"name"`
	Tasks   int      `json:"tasks"`
	Burdens []Burden `json:"burdens"`
	Saving  Saving   `json:"saving" doc:"它的报表省了多少"`
}

// A UnitLoadView is the load of one community down to its tasks.
type UnitLoadView struct {
	UnitLoad
	Cases []SentTask `json:"cases"`
}

// A Saving is how many cells of tables nobody had to type.
type Saving struct {
	Sheets int `json:"sheets"`
	Cells  int `json:"cells"`
	Itself int `json:"itself" doc:"平台自动填好的"`
	Known  int `json:"known" doc:"以前答过的"`
	Asked  int `json:"asked" doc:"要填的"`
}

// YearIn is the year that is asked about.
type YearIn struct {
	Year int `query:"year" minimum:"2000" maximum:"2200" doc:"没有则今年"`
}

type unitLoadInput struct {
	YearIn
	Unit string `path:"unit" maxLength:"60"`
}

// A Proposal asks that a task be admitted.
type Proposal struct {
	Place  string            `json:"place" maxLength:"40" doc:"涉及的区域"`
	Fields map[string]string `json:"fields" maxProperties:"100" doc:"准入表单各栏"`
	Sets   map[string]any    `json:"sets,omitempty" maxProperties:"50"`
}

func (a *API) registerLoads() {
	add(a, operation{method: http.MethodGet, path: "/admissions", id: "listAdmissions", tag: "社区", title: "一年里准入的、等待决定的和不予准入的任务", scope: read, roles: admission.Readers}, a.admissions)
	add(a, operation{method: http.MethodPost, path: "/admissions", id: "proposeTask", tag: "社区", title: "提出准入申请；决定是这一件的步骤 admit、refuse", scope: write, roles: admission.Readers, status: http.StatusCreated}, a.propose)
	add(a, operation{method: http.MethodGet, path: "/loads", id: "listLoads", tag: "社区", title: "各社区负担与随之而来的", scope: read, roles: admission.Readers}, a.loads)
	add(a, operation{method: http.MethodGet, path: "/loads/{unit}", id: "getLoad", tag: "社区", title: "一个社区的负担，到每项任务", scope: read, roles: admission.Readers}, a.load)
}

// burdened reads the load of a year. Returns notfound where no document puts anything under admission.
func (a *API) burdened(tx *db.Tx, by staff.Actor, year int) (*admission.Load, error) {
	return a.Admissions.Yearly(tx, by, year, a.Units, a.Places.Tree())
}

// seesLoad reports whether the load of a unit is shown to the actor.
func (a *API) seesLoad(by staff.Actor, unit string) bool {
	u, known := a.Units.Unit(unit)
	return known && admission.Sees(by, unit, a.Places.Tree().Path(u.Place))
}

func (a *API) admissions(ctx context.Context, in *YearIn) (*out[Admissions], error) {
	var x Admissions
	return answer(&x, a.read(ctx, func(tx *db.Tx) error {
		l, err := a.burdened(tx, session.From(ctx), in.Year)
		if err != nil {
			return err
		}
		task := func(k *casework.Case) SentTask { return sentTask(l.Rule, k) }
		x = Admissions{l.Rule.Flow, cites(l.Rule.Basis), l.Period.From.Year, each(l.Tasks, task), each(l.Waiting, task), each(l.Refused, task)}
		return nil
	}))
}

func sentTask(rule *pack.Admission, k *casework.Case) SentTask {
	x := SentTask{Case: k.ID, Number: k.Number, Title: k.Title, Sender: k.Situation.Sender, State: string(k.State()), Burdens: []Burden{}}
	for i := range rule.Measures {
		m := &rule.Measures[i]
		b := Burden{Measure: m.ID, Name: m.Name, Unit: m.Unit, Asked: m.Asked(k.Fields)}
		if m.Brings != "" {
			b.Given = m.Brought(k.Fields)
			b.Short = max(0, b.Asked-b.Given)
		}
		x.Burdens = append(x.Burdens, b)
	}
	return x
}

func (a *API) unitLoad(rule *pack.Admission, u admission.UnitLoad, s table.Saving) UnitLoad {
	known, _ := a.Units.Unit(u.Unit)
	x := UnitLoad{Unit: u.Unit, Name: known.Name, Tasks: u.Tasks, Burdens: []Burden{}, Saving: savingOf(s)}
	for i, m := range rule.Measures {
		x.Burdens = append(x.Burdens, Burden{m.ID, m.Name, m.Unit, u.Asked[i], u.Given[i], u.Short(i)})
	}
	return x
}

func (a *API) loads(ctx context.Context, in *YearIn) (*out[List[UnitLoad]], error) {
	by := session.From(ctx)
	var list []UnitLoad
	err := a.read(ctx, func(tx *db.Tx) error {
		l, err := a.burdened(tx, by, in.Year)
		if err != nil {
			return err
		}
		saved, err := a.Tables.SavedByUnit(tx, by)
		if err != nil {
			return err
		}
		for _, u := range l.Units {
			list = append(list, a.unitLoad(l.Rule, u, saved[u.Unit]))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all(list), nil
}

func (a *API) load(ctx context.Context, in *unitLoadInput) (*out[UnitLoadView], error) {
	by := session.From(ctx)
	if !a.seesLoad(by, in.Unit) {
		return nil, fault.NotFound("没有这个社区，或您无权查看")
	}
	var x UnitLoadView
	return answer(&x, a.read(ctx, func(tx *db.Tx) error {
		l, err := a.burdened(tx, by, in.Year)
		if err != nil {
			return err
		}
		u := l.Of(in.Unit)
		s, err := a.Tables.Saved(tx, by, in.Unit)
		x.UnitLoad = a.unitLoad(l.Rule, u, s)
		x.Cases = each(u.Cases, func(k *casework.Case) SentTask { return sentTask(l.Rule, k) })
		return err
	}))
}

// propose registers the application as a case that the actor's unit brings.
func (a *API) propose(ctx context.Context, in *toldInput[Proposal]) (*written[Receipt], error) {
	b := &in.Body
	return do(ctx, a, in.Key, "propose", b, func(tx *db.Tx, by staff.Actor) (Receipt, error) {
		rules := a.Admissions.Rules(place.Today(tx))
		if len(rules) == 0 {
			return Receipt{}, fault.NotFound("本市采用的文件没有规定社区工作准入")
		}
		unit, _ := a.Units.Unit(by.Unit)
		r, err := a.Cases.Register(tx, by, casework.Intake{Key: in.Key, Flow: rules[0].Flow, Place: b.Place, Fields: b.Fields, Sets: b.Sets, From: casework.Reporter{Name: unit.Name}})
		return receiptOf(r), err
	})
}

func savingOf(s table.Saving) Saving { return Saving{s.Sheets, s.Cells, s.Itself, s.Known, s.Asked} }
