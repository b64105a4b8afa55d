package api

import (
	"context"
	"net/http"
	"strings"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/form"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/service"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// An ItemLine is a service item as a list shows it.
type ItemLine struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Says     string   `json:"says"`
	Document string   `json:"document" doc:"规定它的文件"`
	Who      string   `json:"who" doc:"person household organisation"`
	Channels []string `json:"channels"`
	Promised string   `json:"promised,omitempty" doc:"承诺期限"`
	Legal    string   `json:"legal,omitempty" doc:"法定期限"`
	Fee      int64    `json:"fee" doc:"分；0 为免费"`
}

// An Item is what somebody may apply for.
type Item struct {
	ItemLine
	Words      []string    `json:"words" doc:"群众怎样叫它"`
	Accepts    []string    `json:"accepts" doc:"哪些层级的窗口受理"`
	Fields     []Field     `json:"fields" doc:"要答的问题和要填的栏"`
	Conditions []Condition `json:"conditions"`
	Materials  []Material  `json:"materials"`
	Joint      []JointPart `json:"joint" doc:"同时办理的单位"`
	Decides    string      `json:"decides,omitempty" doc:"决定的机构"`
	Result     *ResultDef  `json:"result,omitempty"`
	Proxy      bool        `json:"proxy" doc:"可以由人代办"`
	Agency     bool        `json:"agency" doc:"可以由窗口全程代办"`
	Next       []NextItem  `json:"next" doc:"办成后可以接着办的"`
	Basis      []string    `json:"basis"`
	Fees       *FeeReason  `json:"fees,omitempty"`
}

// A FeeReason says why an item costs what it costs.
type FeeReason struct {
	Why   string   `json:"why"`
	Basis []string `json:"basis"`
}

// A Condition is one requirement of an item, judged when somebody asked for himself.
type Condition struct {
	Says    string   `json:"says"`
	Basis   []string `json:"basis"`
	Verdict string   `json:"verdict,omitempty" enum:"yes,no,needs"`
	Reasons []string `json:"reasons,omitempty"`
	Needs   []string `json:"needs,omitempty" doc:"还要回答的"`
}

// A Material is a paper that an item asks for.
type Material struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Hint   string   `json:"hint,omitempty"`
	Owed   string   `json:"owed,omitempty" doc:"可以先受理、在这个期限内补交"`
	From   string   `json:"from,omitempty" doc:"已掌握的，来自哪里；不用交"`
	Basis  []string `json:"basis"`
	Lookup []string `json:"lookup" doc:"可以从哪里查到，查到就不用交"`
}

// A JointPart is what one office has to say.
type JointPart struct {
	Office string   `json:"office"`
	Does   string   `json:"does"`
	Term   string   `json:"term,omitempty"`
	After  []string `json:"after"`
	Basis  []string `json:"basis"`
}

// A ResultDef is the document that a favourable decision gives.
type ResultDef struct {
	Document string `json:"document"`
	Valid    string `json:"valid,omitempty" doc:"有效期；没有则长期"`
}

// A NextItem is offered when an item has been granted.
type NextItem struct {
	Item string `json:"item"`
	Says string `json:"says"`
}

// A Guide is what an item means for one applicant with what he has said so far.
type Guide struct {
	May        string             `json:"may" enum:"yes,no,needs"`
	Conditions []Condition        `json:"conditions"`
	Asks       []string           `json:"asks" doc:"答案还会改变结论的问题"`
	Prefill    map[string]Prefill `json:"prefill" doc:"已掌握的，按栏"`
	Bring      []Material         `json:"bring" doc:"要带的"`
	Had        []Material         `json:"had" doc:"已掌握，不用带的"`
	Open       []Material         `json:"open" doc:"要不要带取决于回答"`
	Joint      []JointPart        `json:"joint"`
	Green      bool               `json:"green" doc:"走绿色通道"`
	Next       []NextItem         `json:"next"`
}

// A Prefill is a value that is known, with its source.
type Prefill struct {
	Value string `json:"value"`
	From  string `json:"from"`
	Since string `json:"since,omitempty"`
}

type itemsInput struct {
	Words string `query:"q" maxLength:"100" doc:"要办的事，按平常的说法；没有则列出全部"`
}

// OfItem names a service item in an address.
type OfItem struct {
	Item string `path:"item" maxLength:"100"`
}

// A Saying is what an applicant has said so far.
type Saying struct {
	Person db.ID             `json:"person,omitzero" required:"false" doc:"窗口为谁办；居民办自己的不写"`
	Says   map[string]string `json:"says,omitempty" maxProperties:"200" doc:"问题和各栏，按填写的原样"`
}

type guideInput struct {
	OfItem
	Body Saying
}

func (a *API) registerItems() {
	add(a, operation{method: http.MethodGet, path: "/items", id: "listItems", tag: "办事", title: "可办的事项，或按群众的说法找，最像的在前", scope: anyone}, a.items)
	add(a, operation{method: http.MethodGet, path: "/items/{item}", id: "getItem", tag: "办事", title: "一个事项：条件、材料、时限、依据和表单", scope: anyone}, a.item)
	add(a, operation{method: http.MethodPost, path: "/items/{item}/guide", id: "guide", tag: "办事", title: "对这个人意味着什么：能不能办、带什么、已掌握什么", scope: anyone}, a.guide)
}

func (a *API) items(ctx context.Context, in *itemsInput) (*out[List[ItemLine]], error) {
	var list []service.Offer
	err := a.read(ctx, func(tx *db.Tx) error {
		if words := strings.TrimSpace(in.Words); words != "" {
			list = a.Window.Find(words, place.Today(tx))
		} else {
			list = a.Window.Offers(place.Today(tx))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all(each(list, itemLine)), nil
}

func (a *API) item(ctx context.Context, in *OfItem) (*out[Item], error) {
	var x Item
	return answer(&x, a.read(ctx, func(tx *db.Tx) error {
		o, err := a.Window.Offer(in.Item, place.Today(tx))
		if err == nil {
			x = itemOf(o)
		}
		return err
	}))
}

func (a *API) guide(ctx context.Context, in *guideInput) (*out[Guide], error) {
	if err := mayRead(ctx); err != nil {
		return nil, err
	}
	by := session.From(ctx)
	var x Guide
	return answer(&x, a.read(ctx, func(tx *db.Tx) error {
		o, err := a.Window.Offer(in.Item, place.Today(tx))
		if err != nil {
			return err
		}
		g, err := a.Window.Guide(tx, by, o, applicant(by, in.Body.Person), in.Body.Says)
		if err == nil {
			x = guideOf(&g)
		}
		return err
	}))
}

// mayRead refuses a token that does not read, where none is needed.
func mayRead(ctx context.Context) error {
	if !session.From(ctx).IsZero() && !session.Allows(ctx, string(read)) && !session.Allows(ctx, string(write)) {
		return fault.Forbidden("这个令牌没有 %s 作用域", string(read))
	}
	return nil
}

// mayWrite refuses a token that does not write, where none is needed.
func mayWrite(ctx context.Context) error {
	if !session.From(ctx).IsZero() && !session.Allows(ctx, string(write)) {
		return fault.Forbidden("这个令牌没有 %s 作用域", string(write))
	}
	return nil
}

// applicant is whose application it is: that of whoever was named, or one's own.
func applicant(by staff.Actor, named db.ID) db.ID {
	if named.IsZero() {
		return by.Person
	}
	return named
}

func term(t civil.Term) string {
	if t.IsZero() {
		return ""
	}
	return t.String()
}

func itemLine(o service.Offer) ItemLine {
	i := o.Item
	return ItemLine{i.ID, i.Name, i.Says, o.Pack.Document.ID, i.Who, listed(i.Channels), term(i.Term.Promised), term(i.Term.Legal), i.Fee.Fen}
}

// fieldsOf are all questions and fields of an item, the questions first.
func fieldsOf(i *pack.Item) []form.Field {
	list := append([]form.Field{}, i.Asks.Fields...)
	if f := i.FormOf(); f != nil {
		list = append(list, f.Fields...)
	}
	return list
}

func itemOf(o service.Offer) Item {
	i := o.Item
	x := Item{ItemLine: itemLine(o), Words: listed(i.Words), Accepts: listed(i.Accepts), Fields: each(fieldsOf(i), fieldOf), Materials: each(i.Material, materialOf), Joint: each(i.Joint, jointOf),
		Decides: i.Decides, Proxy: i.Proxy != nil, Agency: i.Agency != nil, Next: each(i.Next, nextItemOf), Basis: cites(i.Basis),
		Conditions: each(i.When, func(c pack.ItemCondition) Condition { return Condition{Says: c.Says, Basis: cites(c.Basis)} })}
	if i.Result != nil {
		x.Result = &ResultDef{i.Result.Document, term(i.Result.Valid)}
	}
	if i.Fee.Why != "" {
		x.Fees = &FeeReason{i.Fee.Why, cites(i.Fee.Basis)}
	}
	return x
}

func materialOf(m pack.Material) Material {
	return Material{ID: m.ID, Name: m.Name, Hint: m.Hint, Owed: term(m.Owed), Basis: cites(m.Basis), Lookup: texts(m.Known)}
}

func jointOf(j pack.JointPart) JointPart {
	return JointPart{j.Office, j.Does, term(j.Term), listed(j.After), cites(j.Basis)}
}

func nextItemOf(n pack.NextItem) NextItem { return NextItem{n.Item, n.Says} }

func guideOf(g *pack.Guide) Guide {
	x := Guide{May: verdictOf(g.May), Asks: listed(g.Asks), Prefill: map[string]Prefill{}, Bring: each(g.Bring, materialOf), Open: each(g.Open, materialOf), Joint: each(g.Joint, jointOf),
		Green: g.Green, Next: each(g.Next, nextItemOf)}
	x.Conditions = each(g.Conditions, func(j pack.Judged) Condition {
		return Condition{j.Condition.Says, cites(j.Condition.Basis), verdictOf(j.Answer.Value), traceOf(j.Answer), listed(j.Answer.Needs)}
	})
	for name, k := range g.Prefill {
		x.Prefill[name] = Prefill{k.Value, k.From, k.Since.String()}
	}
	x.Had = each(g.Had, func(h pack.HadMaterial) Material {
		m := materialOf(h.Material)
		m.From = h.Known.From
		return m
	})
	return x
}
