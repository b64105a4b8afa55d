package admin

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/pack/proof"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// homePage is how the city stands from the point of view of its machinery.
type homePage struct {
	Now                   time.Time
	Packs, Untraced       int
	Wrong                 int // examples of packs that fail
	All, Disabled, Locked int64
	Jobs                  map[job.State]int64
	Undelivered           bool // something sent outside has failed
	Log                   audit.State
	Engine                db.Engine
	Size                  int64 // bytes of the database
	Published             int   // last year with a published calendar
	Checked               *checked
}

func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	h := &homePage{Engine: p.Town.DB.Engine(), Published: published(civil.Standard())}
	ix, results := p.examples()
	for _, k := range ix.Packs() {
		h.Packs++
		_, wrong := tried(k, results)
		h.Wrong += wrong
		for _, c := range proof.Coverage(k, results) {
			if c.Status == proof.Untraced {
				h.Untraced++
			}
		}
	}
	if err := p.Town.DB.Read(r.Context(), h.read); err != nil {
		return err
	}
	return ui.Render(w, r, showHome(h))
}

func (h *homePage) read(tx *db.Tx) (err error) {
	h.Now = tx.Now()
	if h.All, h.Disabled, h.Locked, err = staff.CountAccounts(tx); err != nil {
		return err
	}
	counts, err := job.Counts(tx)
	if err != nil {
		return err
	}
	h.Jobs = map[job.State]int64{}
	for _, states := range counts {
		for s, n := range states {
			h.Jobs[s] += n
		}
	}
	failed, err := notify.Deliveries(tx, notify.Filter{State: notify.Failed, Limit: 1})
	if err != nil {
		return err
	}
	h.Undelivered = len(failed) > 0
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	if h.Log, err = audit.StateOf(tx, city); err != nil {
		return err
	}
	if h.Size, err = tx.Size(); err != nil {
		return err
	}
	h.Checked, err = lastChecked(tx)
	return err
}

// published is the last year whose calendar the state has published.
func published(c *civil.Calendar) int {
	year := 2004 // the first of the tables
	for c.Day(civil.Date{Year: year + 1, Month: time.January, Day: 1}).Known {
		year++
	}
	return year
}

func (h *homePage) stats(ctx context.Context) []ui.Stat {
	red := func(s ui.Stat, bad bool) ui.Stat {
		if bad {
			s.Mark = ui.Red
		}
		return s
	}
	note := ui.T(ctx, "最近检查点 %s", ui.Brief(ctx, h.Log.Last.At.Time, h.Now))
	if h.Log.Last.At.IsZero() {
		note = ui.T(ctx, "还没有检查点")
	}
	return []ui.Stat{
		red(ui.Stat{Name: ui.T(ctx, "政策包"), Value: ui.Count(h.Packs), Href: "/admin/packs", Note: ui.T(ctx, "%d 条未落实", h.Untraced)}, h.Untraced+h.Wrong > 0),
		{Name: ui.T(ctx, "账号"), Value: ui.Count(h.All), Href: "/admin/accounts", Note: ui.T(ctx, "停用 %d，锁定 %d", h.Disabled, h.Locked)},
		red(ui.Stat{Name: ui.T(ctx, "失败的任务"), Value: ui.Count(h.Jobs[job.Failed]), Href: "/admin/jobs?state=failed",
			Note: ui.T(ctx, "等待 %d，正在办 %d", h.Jobs[job.Waiting], h.Jobs[job.Running])}, h.Jobs[job.Failed] > 0),
		{Name: ui.T(ctx, "日志记录"), Value: ui.Count(h.Log.Size), Href: "/admin/log", Note: note + ui.T(ctx, "，待排序 %d", h.Log.Pending)},
		{Name: ui.T(ctx, "数据库"), Value: ui.Size(h.Size), Href: "/admin/backup", Note: engineName(h.Engine)},
		{Name: ui.T(ctx, "日历公布至"), Value: strconv.Itoa(h.Published), Href: "/admin/calendar", Note: ui.T(ctx, "以国务院公布为准")},
	}
}

func engineName(e db.Engine) string {
	if e == db.PostgreSQL {
		return "PostgreSQL"
	}
	return "SQLite"
}

// todo lists what an administrator should see to, each with where.
func (h *homePage) todo(ctx context.Context) []ui.Link {
	var list []ui.Link
	add := func(when bool, text, href, note string) {
		if when {
			list = append(list, ui.Link{Text: text, Href: href, Note: note})
		}
	}
	day := civil.DateOf(h.Now, civil.Shanghai)
	add(h.Wrong > 0, ui.T(ctx, "政策包有示例未通过"), "/admin/packs", ui.T(ctx, "%d 个示例与文件不符，先修正再用。", h.Wrong))
	add(h.Untraced > 0, ui.T(ctx, "有条款未落实"), "/admin/packs", ui.T(ctx, "%d 条既没有程序执行，也没有写明由谁履行。", h.Untraced))
	add(h.Jobs[job.Failed] > 0, ui.T(ctx, "有后台任务失败"), "/admin/jobs?state=failed", ui.T(ctx, "看明原因后可以重试。"))
	add(h.Undelivered, ui.T(ctx, "有推送或短信没有送达"), "/admin/deliveries?state=failed", ui.T(ctx, "对方恢复后可以重发。"))
	add(h.Published < day.Year || h.Published == day.Year && day.Month == time.December, ui.T(ctx, "下一年的工作日历还没有"), "/admin/calendar",
		ui.T(ctx, "期限暂按周末推算，并标明“暂定”。"))
	switch {
	case h.Checked == nil || h.Now.Sub(h.Checked.At) > 31*24*time.Hour:
		add(true, ui.T(ctx, "近一个月没有核验过"), "/admin/log/verify", ui.T(ctx, "核验会逐条复算日志，并检查密钥和附件。"))
	case !h.Checked.Verdict.OK():
		add(true, ui.T(ctx, "最近一次核验发现不符"), "/admin/log/verify", ui.T(ctx, "%s，请立即查明。", ui.Brief(ctx, h.Checked.At, h.Now)))
	}
	return list
}
