package ui

import (
	"context"

	"github.com/a-h/templ"
)

// A Person is a kind of person pages are made for.
type Person string

// The kinds of persons, each with its own pages.
const (
	Resident   Person = "resident"
	Window     Person = "window"
	Grid       Person = "grid"
	Department Person = "department"
	Supervisor Person = "supervisor"
	Community  Person = "community"
	Homecare   Person = "homecare"
	Payment    Person = "payment"
	Admin      Person = "admin"
)

var personNames = map[Person]string{
	Resident: N("居民服务"), Window: N("登记受理"), Grid: N("网格"), Department: N("承办单位"),
	Supervisor: N("督查与领导"), Community: N("社区"), Homecare: N("居家养老服务"), Payment: N("资金发放"), Admin: N("系统管理"),
}

// Home returns where the pages of a person begin.
func (p Person) Home() string {
	if p == Resident || p == "" {
		return "/"
	}
	return "/" + string(p)
}

// Name returns what the pages of a person are called.
func (p Person) Name(ctx context.Context) string { return T(ctx, personNames[p]) }

// A Page is what the frame around a page's content needs. Language, care mode, user and flash come from the
// request (Read, WithUser, Render), not from here.
type Page struct {
	Title   string // heading and, with the site's name, the window's title
	Lead    string // one sentence under the heading
	Person  Person
	Nav     []Link // of this person's pages; Link.Current marks where we are
	Trail   []Link // the way here, without this page
	Actions templ.Component
	NoHead  bool   // the content brings its own h1 (home pages, receipts, bulletins)
	Errors  Errors // of the form on this page: listed above it with links to the fields
	Charts  bool   // load the chart library
	Maps    bool   // load the map library
	Wide    bool   // use the whole width, for boards
	Refresh int    // seconds after which the page loads itself again, for progress without scripts; 0 never
}

// A Link is a place to go.
type Link struct {
	Text    string
	Href    string
	Count   int    // shown after the text when above zero
	Note    string // one sentence, where links are shown as tiles
	Key     string // shortcut, e.g. "alt+r"
	Current bool
}

// windowTitle puts what distinguishes this page first.
func windowTitle(ctx context.Context, p Page) string {
	name := T(ctx, "邻里")
	if c := readerOf(ctx).Site.City; c != "" {
		name = c + " " + name
	}
	if p.Title == "" {
		return name
	}
	if p.Errors.Any() {
		return T(ctx, "需修改：%s", p.Title) + " · " + name
	}
	return p.Title + " · " + name
}

// said returns the flash and remembers that it was shown.
func said(ctx context.Context) string {
	rd := readerOf(ctx)
	if rd.Said != "" && rd.seen != nil {
		*rd.seen = true
	}
	return rd.Said
}

// A Kind of button: what a person should do (Primary), may do (Plain), or should think about (Danger).
type ButtonKind string

// The kinds of buttons. One Primary on a page.
const (
	Primary ButtonKind = "primary"
	Plain   ButtonKind = "plain"
	Danger  ButtonKind = "danger"
	Quiet   ButtonKind = "quiet"
)

// A Button is a form's submit button or, with Href, a link that looks like one.
type Button struct {
	Text  string
	Href  string
	Kind  ButtonKind // Plain when empty
	Name  string     // with Value, what the form sends when this button is used
	Value string
	To    string // formaction: another address for this button's form
	Key   string // shortcut, e.g. "alt+r"
	Attrs templ.Attributes
}

func (b Button) class() string {
	if b.Kind == "" {
		return "btn btn-plain"
	}
	return "btn btn-" + string(b.Kind)
}

// A Tone colours a notice; its words must say the same.
type Tone string

// The tones.
const (
	Info Tone = "info"
	Good Tone = "good"
	Warn Tone = "warn"
	Bad  Tone = "bad"
)

// A Pair is a name and what it is: text, or any component.
type Pair struct {
	Name string
	Text string
	Href string
	Body templ.Component
}

// A Stat is one large figure.
type Stat struct {
	Name  string
	Value string // already written, e.g. with Count
	Unit  string
	Href  string // to the rows behind it
	Note  string
	Mark  Mark
}

// A Mark is the state of a case or clock at a glance: always a word and a shape, never colour alone.
type Mark string

// The marks. Yellow from the target term or 80 % of the legal term, Red past the legal term.
const (
	Normal Mark = "normal"
	Yellow Mark = "yellow"
	Red    Mark = "red"
	Paused Mark = "paused"
	Ended  Mark = "ended"
)

var markNames = map[Mark]string{
	Normal: N("正常"), Yellow: N("黄牌"), Red: N("红牌"), Paused: N("暂停"), Ended: N("已办结"),
}

// Word returns what a mark is called.
func (m Mark) Word(ctx context.Context) string { return T(ctx, markNames[m]) }
