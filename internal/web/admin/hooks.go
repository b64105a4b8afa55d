package admin

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/notify"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

type hooksPage struct {
	List   []notify.Hook
	Names  map[string]string
	Now    time.Time
	MayAct bool
	Typed  url.Values
	Wrong  ui.Errors
}

func (p *Pages) hooks(w http.ResponseWriter, r *http.Request) error {
	page, err := p.readHooks(r)
	if err != nil {
		return err
	}
	return ui.Render(w, r, showHooks(page))
}

func (p *Pages) readHooks(r *http.Request) (*hooksPage, error) {
	page := &hooksPage{MayAct: p.mayAct(r.Context()), Typed: url.Values{}}
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		page.Now = tx.Now()
		if page.List, err = notify.Hooks(tx); err != nil {
			return err
		}
		var ids []string
		for _, h := range page.List {
			ids = append(ids, h.CreatedBy)
		}
		page.Names, err = names(tx, ids)
		return err
	})
	return page, err
}

func hookHref(id db.ID) string { return "/admin/hooks/" + id.String() }

func (h *hooksPage) table(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "订阅"), Cols: []ui.Col{{Name: ui.T(ctx, "地址"), Main: true}, {Name: ui.T(ctx, "事件")}, {Name: ui.T(ctx, "范围")}, {Name: ui.T(ctx, "状态")}, {Name: ui.T(ctx, "建立")}},
		Empty: ui.Empty(ui.T(ctx, "还没有订阅"), ui.T(ctx, "其他系统要随时知道办件进展时，在这里登记它的地址。"))}
	if h.MayAct {
		t.Cols = append(t.Cols, ui.Col{Name: ui.T(ctx, "操作")})
	}
	for _, k := range h.List {
		state := ui.Cell{Text: ui.T(ctx, "推送中")}
		if !k.Active {
			state = ui.Cell{Text: ui.T(ctx, "已停用"), Note: k.Stopped}
		}
		scope := k.Scope
		if scope == "" {
			scope = ui.T(ctx, "全部")
		}
		cells := []ui.Cell{{Text: k.URL}, {Text: strings.Join(k.Events, " ")}, {Text: scope}, state, {Text: ui.Brief(ctx, k.CreatedAt.Time, h.Now), Note: actorWords(ctx, h.Names, k.CreatedBy)}}
		if h.MayAct {
			cells = append(cells, ui.Cell{Body: hookButtons(k)})
		}
		t.Rows = append(t.Rows, ui.TableRow{ID: k.ID.String(), Cells: cells})
	}
	return t
}

func (h *hooksPage) fields(ctx context.Context) []ui.Field {
	events := h.Typed.Get("events")
	if events == "" {
		events = "case.*"
	}
	return h.Wrong.On([]ui.Field{
		{Name: "url", Label: ui.T(ctx, "接收地址"), Value: h.Typed.Get("url"), Required: true, Max: 500, Hint: ui.T(ctx, "https:// 开头，不能是内网地址")},
		{Name: "events", Label: ui.T(ctx, "事件"), Value: events, Required: true, Max: 500, Hint: ui.T(ctx, "用空格分开，如 case.accept case.close；case.* 表示全部办件事件")},
		{Name: "scope", Label: ui.T(ctx, "范围"), Value: h.Typed.Get("scope"), Max: 80, Hint: ui.T(ctx, "只要某一区划或单位的，写 p:区划代码 或 u:单位代码；留空为全部")},
	})
}

// subscribe adds a hook and shows the key of its signatures, this once.
func (p *Pages) subscribe(w http.ResponseWriter, r *http.Request) error {
	ctx, form := r.Context(), r.PostForm
	var hook notify.Hook
	_, again, err := p.once(r, func(tx *db.Tx, by staff.Actor) (_ string, err error) {
		hook, err = notify.Subscribe(tx, notify.Hook{URL: strings.TrimSpace(form.Get("url")), Events: strings.Fields(form.Get("events")),
			Scope: strings.TrimSpace(form.Get("scope")), CreatedBy: by.AuditName()}, false)
		if err != nil {
			return "", err
		}
		return hook.ID.String(), record(tx, by.AuditName(), "subscribe", "hook:"+hook.ID.String(), struct {
			URL, Scope string
			Events     []string
		}{hook.URL, hook.Scope, hook.Events})
	})
	switch {
	case err != nil && fault.KindOf(err) == fault.KindInvalid:
		page, failed := p.readHooks(r)
		if failed != nil {
			return failed
		}
		return ui.Again(w, r, err, func(wrong ui.Errors) templ.Component {
			page.Wrong, page.Typed = wrong, form
			return showHooks(page)
		})
	case err != nil || again:
		return ui.Done(w, r, err, "/admin/hooks", ui.T(ctx, "这个订阅已经建立；密钥只显示一次。"))
	}
	return ui.Render(w, r, showSecret(secretPage{Title: ui.T(ctx, "订阅已建立"), At: "/admin/hooks", Next: "/admin/hooks", Trail: []ui.Link{{Text: ui.T(ctx, "事件推送"), Href: "/admin/hooks"}},
		Facts: []ui.Pair{{Name: ui.T(ctx, "接收地址"), Text: hook.URL}, {Name: ui.T(ctx, "签名密钥"), Body: secretText(hook.Secret)},
			{Name: ui.T(ctx, "签名方式"), Text: ui.T(ctx, "Standard Webhooks：HMAC-SHA256，见请求头 webhook-signature")}}}))
}

// setHook stops a hook or starts it again.
func (p *Pages) setHook(w http.ResponseWriter, r *http.Request) error {
	id, active := ui.ID(r), r.PostForm.Get("active") == "1"
	err := p.do(r, func(tx *db.Tx, by staff.Actor) error {
		verb, why := "start-hook", ""
		if !active {
			verb, why = "stop-hook", "由 "+by.Name+" 停用"
		}
		if err := notify.SetActive(tx, id, active, why); err != nil {
			return err
		}
		return record(tx, by.AuditName(), verb, "hook:"+id.String(), nil)
	})
	return ui.Done(w, r, err, "/admin/hooks")
}

// ping sends the hook an event to try it with.
func (p *Pages) ping(w http.ResponseWriter, r *http.Request) error {
	id := ui.ID(r)
	err := p.do(r, func(tx *db.Tx, by staff.Actor) error {
		if err := notify.Ping(tx, id); err != nil {
			return err
		}
		return record(tx, by.AuditName(), "ping-hook", "hook:"+id.String(), nil)
	})
	return ui.Done(w, r, err, "/admin/deliveries?hook="+id.String(), ui.T(r.Context(), "试推送已排队，结果在这里看"))
}
