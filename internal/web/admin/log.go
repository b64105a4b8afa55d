package admin

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/flow"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/ui"
)

// logShown is how many entries or checkpoints stand on one page.
const logShown = 50

// logPage is the end of the log, or a part of it.
type logPage struct {
	State   audit.State
	Entries []audit.Entry
	Names   map[string]string
	Pager   ui.Pager
	Now     time.Time
}

func (p *Pages) log(w http.ResponseWriter, r *http.Request) error {
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // 0 when it is no number: the end of the log
	page := &logPage{}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		page.Now = tx.Now()
		city, err := place.City(tx)
		if err != nil {
			return err
		}
		if page.State, err = audit.StateOf(tx, city); err != nil {
			return err
		}
		if page.Entries, err = audit.Entries(tx, city, max(before, 0), logShown); err != nil {
			return err
		}
		page.Names, err = actorNames(tx, page.Entries)
		return err
	})
	if err != nil {
		return err
	}
	page.Pager = ui.Pager{Shown: len(page.Entries), Total: page.State.Size}
	if n := len(page.Entries); n == logShown && page.Entries[n-1].Position > 0 {
		page.Pager.Next = "/admin/log?before=" + strconv.FormatInt(page.Entries[n-1].Position, 10)
	}
	return ui.Render(w, r, showLog(p, page))
}

func (l *logPage) stats(ctx context.Context) []ui.Stat {
	last := ui.Stat{Name: ui.T(ctx, "最近检查点"), Value: ui.T(ctx, "还没有"), Href: "/admin/log/checkpoints"}
	if !l.State.Last.At.IsZero() {
		last.Value, last.Note = ui.Brief(ctx, l.State.Last.At.Time, l.Now), ui.T(ctx, "签到第 %s 条", ui.Count(l.State.Last.Size))
	}
	return []ui.Stat{{Name: ui.T(ctx, "日志记录"), Value: ui.Count(l.State.Size)}, {Name: ui.T(ctx, "待排序"), Value: ui.Count(l.State.Pending), Note: ui.T(ctx, "通常不到一秒")}, last}
}

// actorNames finds what the accounts behind entries are called.
func actorNames(tx *db.Tx, list []audit.Entry) (map[string]string, error) {
	ids := make([]string, 0, len(list))
	for _, e := range list {
		ids = append(ids, e.Actor)
	}
	return names(tx, ids)
}

func names(tx *db.Tx, actors []string) (map[string]string, error) {
	known := map[string]string{}
	for _, actor := range actors {
		if _, done := known[actor]; done {
			continue
		}
		known[actor] = actor
		id, err := db.ParseID(actor)
		if err != nil {
			continue // a job or a command, called by its name
		}
		a, err := staff.AccountOf(tx, id)
		switch {
		case err == nil:
			known[actor] = a.Name + "（" + a.Login + "）"
		case fault.KindOf(err) != fault.KindNotFound:
			return nil, err
		}
	}
	return known, nil
}

// actorWords says who an actor of the log was: a person, the program itself, somebody who was not logged in.
func actorWords(ctx context.Context, known map[string]string, actor string) string {
	kind, _, _ := strings.Cut(actor, ":")
	switch {
	case known[actor] != "" && known[actor] != actor:
		return known[actor]
	case kind == staff.ViaJob:
		return ui.T(ctx, "系统")
	case kind == staff.ViaPage || kind == staff.ViaAPI || kind == "receipt":
		return ui.T(ctx, "未登录的来访者")
	case kind == staff.ViaCommand:
		return ui.T(ctx, "服务器上的命令")
	}
	return actor
}

// verbNames are the verbs of administration; those of cases are named by their flow.
var verbNames = map[string]string{
	"create-account": ui.N("建立账号"), "update-account": ui.N("修改账号"), "disable-account": ui.N("停用账号"), "enable-account": ui.N("启用账号"),
	"set-password": ui.N("设置密码"), "grant": ui.N("授权"), "revoke": ui.N("收回授权"), "put-unit": ui.N("设置单位"), "new-token": ui.N("发放令牌"),
	"revoke-token": ui.N("撤销令牌"), "revoke-login": ui.N("结束登录"), "login": ui.N("登录"), "logout": ui.N("退出登录"), "reveal": ui.N("查看个人信息"),
	"rename-place": ui.N("区划更名"), "add-place": ui.N("增加区划"), "retry-job": ui.N("重试任务"), "cancel-job": ui.N("取消任务"), "subscribe": ui.N("增加订阅"),
	"start-hook": ui.N("启用订阅"), "stop-hook": ui.N("停用订阅"), "ping-hook": ui.N("试推送"), "resend": ui.N("重发"), "start-verify": ui.N("开始核验"),
	"verify": ui.N("核验结果"), "start-backup": ui.N("开始备份"), "backup": ui.N("备份完成"), "download-backup": ui.N("下载备份"),
}

// verbName is what a deed is called: one of administration here, a step of a case in its flow.
func (p *Pages) verbName(ctx context.Context, verb string, now time.Time) string {
	if n := verbNames[verb]; n != "" {
		return ui.T(ctx, n)
	}
	for _, k := range p.Town.Packs().Packs() {
		for _, f := range k.On(civil.DateOf(now, civil.Shanghai)).Flows {
			if f.Step(flow.Verb(verb)) != nil {
				return part.VerbName(ctx, f, flow.Verb(verb))
			}
		}
	}
	return part.VerbName(ctx, nil, flow.Verb(verb))
}

// subjectNames are the kinds of things that entries speak of.
var subjectNames = map[string]string{"case": ui.N("办件"), "account": ui.N("账号"), "unit": ui.N("单位"), "place": ui.N("区划"), "job": ui.N("任务"),
	"hook": ui.N("订阅"), "delivery": ui.N("发送记录"), "person": ui.N("人员"), "verify": ui.N("核验"), "backup": ui.N("备份"), "duty": ui.N("责任任务"),
	"login": ui.N("登录")}

// subject writes what an entry speaks of, with where it can be looked at. A case is seen by those who handle it, not here.
func subject(ctx context.Context, e audit.Entry) ui.Cell {
	kind, id, _ := strings.Cut(e.Subject, ":")
	c := ui.Cell{Text: kind, Note: id}
	if n := subjectNames[kind]; n != "" {
		c.Text = ui.T(ctx, n)
	}
	switch kind {
	case "account", "job":
		c.Href = "/admin/" + kind + "s/" + id
	case "unit":
		c.Href = unitHref(id)
	case "place":
		c.Href = placeHref(id)
	case "verify":
		c.Href = "/admin/log/verify/" + id
	}
	return c
}

// entryTable lists entries of the log; those of one subject leave out what they speak of.
func (p *Pages) entryTable(ctx context.Context, list []audit.Entry, known map[string]string, now time.Time, of string) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "日志记录"), Cols: []ui.Col{{Name: ui.T(ctx, "做了什么"), Main: true}, {Name: ui.T(ctx, "谁")}, {Name: ui.T(ctx, "时间")}},
		Empty: none(ui.T(ctx, "没有日志记录"))}
	if of == "" {
		t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, "对象")})
	}
	t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, "附注")}, ui.Col{Name: ui.T(ctx, "位置"), Num: true})
	for _, e := range list {
		position := ui.T(ctx, "待排序")
		if e.Position >= 0 {
			position = ui.Count(e.Position)
		}
		cells := []ui.Cell{{Text: p.verbName(ctx, e.Verb, now)}, {Text: actorWords(ctx, known, e.Actor)}, {Body: unbroken(ui.Brief(ctx, e.At.Time, now))}}
		if of == "" {
			cells = append(cells, subject(ctx, e))
		}
		t.Rows = append(t.Rows, ui.TableRow{ID: e.ID.String(), Cells: append(cells, ui.Cell{Text: short(p.detailWords(ctx, e.Detail), 200)}, ui.Cell{Text: position})})
	}
	return t
}

// checkpoints shows what was signed, and the keys with which anybody can check it.
func (p *Pages) checkpoints(w http.ResponseWriter, r *http.Request) error {
	var list []audit.Signed
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		city, err := place.City(tx)
		if err != nil {
			return err
		}
		list, err = audit.Checkpoints(tx, city, logShown)
		return err
	})
	if err != nil {
		return err
	}
	return ui.Render(w, r, showCheckpoints(list, p.Seal.PublicKeys()))
}
