package admin

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"linli/internal/db"
	"linli/internal/job"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// jobsShown is how many jobs stand on one page.
const jobsShown = 50

// jobStates are the states in the order in which they are shown.
var jobStates = []struct {
	State job.State
	Name  string
}{{job.Failed, ui.N("失败")}, {job.Running, ui.N("正在办")}, {job.Waiting, ui.N("等待")}, {job.Done, ui.N("已完成")}, {job.Cancelled, ui.N("已取消")}}

func stateName(s job.State) string {
	for _, n := range jobStates {
		if n.State == s {
			return n.Name
		}
	}
	return string(s)
}

// kindNames are what the kinds of jobs are called. A kind that is not here is shown as it is.
var kindNames = map[string]string{"notify.webhook": ui.N("推送事件"), "notify.sms": ui.N("发送短信"), "round.sweep": ui.N("安排巡查"), "duty.sweep": ui.N("检查责任任务"),
	"indicator.watch": ui.N("检查监测规则"), "exchange.table": ui.N("导入人员表"), dailyKind: ui.N("每日清理"), verifyKind: ui.N("核验日志和附件"), backupKind: ui.N("备份")}

func kindName(ctx context.Context, kind string) string {
	if n := kindNames[kind]; n != "" {
		return ui.T(ctx, n)
	}
	return kind
}

type jobsPage struct {
	Filter job.Filter
	Counts map[string]map[job.State]int64
	List   []job.Job
	Pager  ui.Pager
	Now    time.Time
	MayAct bool
}

func (p *Pages) jobs(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	page := &jobsPage{MayAct: p.mayAct(r.Context()), Pager: ui.Pager{Total: -1}}
	page.Filter = job.Filter{State: job.State(q.Get("state")), Kind: q.Get("kind"), Before: cursor(q.Get("before")), Limit: jobsShown + 1}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		page.Now = tx.Now()
		if page.Counts, err = job.Counts(tx); err != nil {
			return err
		}
		page.List, err = job.List(tx, page.Filter)
		return err
	})
	if err != nil {
		return err
	}
	if len(page.List) > jobsShown {
		page.List = page.List[:jobsShown]
		q.Set("before", page.List[jobsShown-1].ID.String())
		page.Pager.Next = "/admin/jobs?" + q.Encode()
	}
	page.Pager.Shown = len(page.List)
	return ui.Render(w, r, showJobs(page))
}

// cursor reads the id after which a list goes on; zero begins anew.
func cursor(text string) db.ID {
	id, err := db.ParseID(text)
	if err != nil {
		return 0
	}
	return id
}

func (j *jobsPage) stats(ctx context.Context) []ui.Stat {
	var list []ui.Stat
	for _, s := range jobStates {
		var n int64
		for _, states := range j.Counts {
			n += states[s.State]
		}
		st := ui.Stat{Name: ui.T(ctx, s.Name), Value: ui.Count(n), Href: "/admin/jobs?state=" + string(s.State)}
		if s.State == job.Failed && n > 0 {
			st.Mark = ui.Red
		}
		list = append(list, st)
	}
	return list
}

// counts is the table of how many jobs of each kind stand where.
func (j *jobsPage) counts(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "各类任务"), Cols: []ui.Col{{Name: ui.T(ctx, "任务"), Main: true}}, Empty: ui.Empty(ui.T(ctx, "还没有后台任务"), "")}
	for _, s := range jobStates {
		t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, s.Name), Num: true})
	}
	for _, kind := range slices.Sorted(maps.Keys(j.Counts)) {
		cells := []ui.Cell{{Text: kindName(ctx, kind), Href: "/admin/jobs?kind=" + kind, Note: kind}}
		for _, s := range jobStates {
			cells = append(cells, ui.Cell{Text: ui.Count(j.Counts[kind][s.State])})
		}
		t.Rows = append(t.Rows, ui.TableRow{ID: kind, Cells: cells})
	}
	return t
}

func jobHref(id db.ID) string { return "/admin/jobs/" + id.String() }

func (j *jobsPage) table(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "任务"), Cols: []ui.Col{{Name: ui.T(ctx, "任务"), Main: true}, {Name: ui.T(ctx, "状态")}, {Name: ui.T(ctx, "次数"), Num: true},
		{Name: ui.T(ctx, "最近的错误")}, {Name: ui.T(ctx, "时间")}}, Empty: ui.Empty(ui.T(ctx, "没有这样的任务"), ui.T(ctx, "选上方的数字看其他状态。"))}
	if j.MayAct {
		t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, "操作")})
	}
	for _, x := range j.List {
		at, note := x.RunAt.Time, ui.T(ctx, "最早开始")
		if !x.FinishedAt.IsZero() {
			at, note = x.FinishedAt.Time, ui.T(ctx, "结束")
		}
		row := ui.TableRow{ID: x.ID.String(), Cells: []ui.Cell{{Text: kindName(ctx, x.Kind), Href: jobHref(x.ID)}, {Text: ui.T(ctx, stateName(x.State)), Note: x.Note},
			{Text: ui.T(ctx, "%d / %d", x.Attempts, x.MaxAttempts)}, {Text: short(x.LastError, 120)}, {Text: ui.Brief(ctx, at, j.Now), Note: note}}}
		if x.State == job.Failed {
			row.Mark = ui.Red
		}
		if j.MayAct {
			row.Cells = append(row.Cells, ui.Cell{Body: jobButton(x)})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func short(text string, most int) string {
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most]) + "…"
	}
	return text
}

func (p *Pages) job(w http.ResponseWriter, r *http.Request) error {
	var j job.Job
	var now time.Time
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		now = tx.Now()
		j, err = job.Get(tx, ui.ID(r))
		return err
	})
	if err != nil {
		return err
	}
	if ui.Partial(r) {
		return ui.Render(w, r, jobProgress(j))
	}
	return ui.Render(w, r, showJob(j, now, p.mayAct(r.Context())))
}

func jobFacts(ctx context.Context, j job.Job, now time.Time) []ui.Pair {
	list := []ui.Pair{{Name: ui.T(ctx, "状态"), Text: ui.T(ctx, stateName(j.State))}, {Name: ui.T(ctx, "提出"), Text: ui.DateTime(ctx, j.CreatedAt.Time)},
		{Name: ui.T(ctx, "最早开始"), Text: ui.DateTime(ctx, j.RunAt.Time)}, {Name: ui.T(ctx, "次数"), Text: ui.T(ctx, "第 %d 次，最多 %d 次", j.Attempts, j.MaxAttempts)}}
	if !j.FinishedAt.IsZero() {
		list = append(list, ui.Pair{Name: ui.T(ctx, "结束"), Text: ui.DateTime(ctx, j.FinishedAt.Time)})
	}
	return append(list, ui.Pair{Name: ui.T(ctx, "编号"), Body: secretText(j.ID.String())})
}

func (p *Pages) retry(w http.ResponseWriter, r *http.Request) error {
	return p.onJob(w, r, "retry-job", job.Retry, ui.T(r.Context(), "已重新排队"))
}

func (p *Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	return p.onJob(w, r, "cancel-job", job.Cancel, ui.T(r.Context(), "已取消"))
}

func (p *Pages) onJob(w http.ResponseWriter, r *http.Request, verb string, act func(*db.Tx, db.ID) error, said string) error {
	id := ui.ID(r)
	err := p.do(r, func(tx *db.Tx, by staff.Actor) error {
		j, err := job.Get(tx, id)
		if err != nil {
			return err
		}
		if err := act(tx, id); err != nil {
			return err
		}
		return record(tx, by.AuditName(), verb, "job:"+id.String(), struct{ Kind, Error string }{j.Kind, short(j.LastError, 300)})
	})
	return ui.Done(w, r, err, jobHref(id), said)
}

// refresh is how often, in seconds, the page of a job loads itself again where no script fetches its progress.
func refresh(j job.Job) int {
	if j.State == job.Running || j.State == job.Waiting {
		return 5
	}
	return 0
}

func progressWords(ctx context.Context, j job.Job) string {
	switch {
	case j.Note != "":
		return j.Note
	case j.Total > 0:
		return ui.Count(j.Done) + " / " + ui.Count(j.Total)
	}
	return ""
}
