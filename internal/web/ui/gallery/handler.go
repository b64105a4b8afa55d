package gallery

import (
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/web/ui"
)

// now is the gallery's present, so that its pages never change by themselves.
var now = time.Date(2026, 10, 9, 10, 20, 0, 0, time.FixedZone("CST", 8*3600))

var clause = law.MustParse("sm12-69#4.4b")

var nav = []ui.Link{{Text: "居民首页", Href: "/gallery/home"}, {Text: "组件", Href: "/gallery/parts"}, {Text: "表单", Href: "/gallery/form"},
	{Text: "队列", Href: "/gallery/queue", Count: 12}, {Text: "办件", Href: "/gallery/case"}, {Text: "图表", Href: "/gallery/charts"},
	{Text: "回执", Href: "/gallery/receipt"}, {Text: "通报", Href: "/gallery/bulletin"}, {Text: "状态", Href: "/gallery/states"}}

// Paths are the pages of the gallery.
var Paths = []string{"/gallery/home", "/gallery/parts", "/gallery/form", "/gallery/form-wrong", "/gallery/queue", "/gallery/case",
	"/gallery/charts", "/gallery/receipt", "/gallery/bulletin", "/gallery/states", "/gallery/fault/forbidden",
	"/gallery/fault/refused", "/gallery/fault/internal", "/gallery/fault/notfound"}

func at(path string) []ui.Link {
	links := make([]ui.Link, len(nav))
	copy(links, nav)
	for i := range links {
		links[i].Current = links[i].Href == path
	}
	return links
}

// Handler serves the gallery with the frame's own routes around it.
func Handler() http.Handler {
	mux := http.NewServeMux()
	ui.Routes(mux)
	show := func(path string, c templ.Component) {
		mux.Handle("GET "+path, ui.Handler(func(w http.ResponseWriter, r *http.Request) error { return ui.Render(w, r, c) }))
	}
	mux.Handle("GET /{$}", http.RedirectHandler("/gallery/home", http.StatusSeeOther))
	show("/gallery/home", home())
	show("/gallery/parts", parts())
	show("/gallery/form", form(ui.Errors{}))
	show("/gallery/queue", queue())
	show("/gallery/case", caseView())
	show("/gallery/charts", charts())
	show("/gallery/receipt", receipt())
	show("/gallery/bulletin", bulletin())
	show("/gallery/states", states())
	mux.Handle("GET /gallery/form-wrong", ui.Handler(wrongForm))
	mux.Handle("POST /gallery/form", ui.Handler(func(w http.ResponseWriter, r *http.Request) error {
		return ui.Done(w, r, nil, "/gallery/case", "已登记，编号 SM2026100900127")
	}))
	mux.Handle("GET /gallery/fault/{kind}", ui.Handler(func(_ http.ResponseWriter, r *http.Request) error {
		return faults[r.PathValue("kind")]
	}))
	mux.HandleFunc("GET /gallery/areas.json", areas)
	site := ui.Site{City: "三门峡市", Hotline: "12345", Host: "三门峡市政务服务中心（演示）", Demo: true}
	return ui.Secure(ui.Read(site, user(mux)))
}

// user logs a person in on the pages of people in office.
func user(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/gallery/home" {
			r = r.WithContext(ui.WithUser(r.Context(), ui.User{Name: "柳慧敏", Unit: "市政务服务中心 登记台",
				Areas: []ui.Person{ui.Window, ui.Department, ui.Supervisor}, Unread: 3}))
		}
		next.ServeHTTP(w, r)
	})
}

func wrongForm(w http.ResponseWriter, r *http.Request) error {
	err := fault.Fields([]fault.FieldError{{Field: "phone", Format: "电话号码应为 11 位手机号或带区号的固定电话"},
		{Field: "channel", Format: "请选择来源渠道"}, {Field: "id", Format: "身份证号的校验位不对，请核对最后一位"}})
	return ui.Again(w, r, err, form)
}

var faults = map[string]error{
	"invalid":     fault.Invalid("title", "标题最多 %d 个字", 50),
	"notfound":    fault.NotFound("办件 %s 不存在", "SM2026100900999"),
	"conflict":    fault.Conflict("已被他人先行办理，请刷新后再试"),
	"forbidden":   fault.Forbidden("只有督查人员可以发起督办"),
	"refused":     fault.Refused(clause, "本人经办的事项不能由本人核查"),
	"unavailable": fault.Unavailable(errors.New("disk full"), "存储空间不足，暂不能接收附件"),
	"internal":    fault.Internal(errors.New("a secret cause"), "读取失败"),
}

// areas is a drawn map of nine squares.
func areas(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/geo+json")
	w.Write([]byte(geo()))
}
