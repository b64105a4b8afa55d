package transfer

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/duplicate"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/match"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

type pairsPage struct {
	Page  ui.Page
	Pairs []duplicate.Pair
	Names map[db.ID]string
	Pager ui.Pager
	Town  func(path string) string
}

const pairsShown = 40

func (p *Pages) duplicates(w http.ResponseWriter, r *http.Request) error {
	by, ctx := session.Actor(r), r.Context()
	before, _ := db.ParseID(r.URL.Query().Get("before")) // none begins at the newest
	v := pairsPage{Names: map[db.ID]string{}, Pager: ui.Pager{Total: -1}, Town: p.placeOf}
	v.Page = p.page(r, ui.T(ctx, "疑似重复"), ui.T(ctx, "规则认为可能是同一个人的登记；是不是由人判断，判断过的不再问"))
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if v.Pairs, err = duplicate.Queue(tx, by, before, pairsShown+1); err != nil {
			return err
		}
		for _, x := range v.Pairs {
			for _, id := range []db.ID{x.Older, x.Newer} {
				person, err := register.PersonOf(tx, id)
				if err != nil {
					return err
				}
				v.Names[id] = person.Name
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(v.Pairs) > pairsShown {
		v.Pairs = v.Pairs[:pairsShown]
		v.Pager.Next = "/transfer/duplicates?before=" + v.Pairs[pairsShown-1].ID.String()
	}
	v.Pager.Shown = len(v.Pairs)
	return ui.Render(w, r, showPairs(v))
}

// placeOf is what a path is called.
func (p *Pages) placeOf(path string) string {
	codes := strings.Split(strings.Trim(path, "/"), "/")
	return p.Town.Place(codes[len(codes)-1])
}

func (v pairsPage) table(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "疑似重复"), Cols: []ui.Col{{Name: ui.T(ctx, "两条登记"), Main: true}, {Name: ui.T(ctx, "为什么")}, {Name: ui.T(ctx, "区划")}, {Name: ui.T(ctx, "来源")}, {Name: ui.T(ctx, "发现时间")}},
		Empty: ui.Empty(ui.T(ctx, "没有疑似重复的登记"), ui.T(ctx, "登记和导入时发现的会列在这里。"))}
	for _, x := range v.Pairs {
		t.Rows = append(t.Rows, ui.TableRow{ID: x.ID.String(), Cells: []ui.Cell{
			{Text: ui.T(ctx, "%s 与 %s", v.Names[x.Older], v.Names[x.Newer]), Href: pairHref(x.ID)}, {Text: reasons(ctx, x.Reasons)}, {Text: v.Town(x.Path)}, {Text: x.Source}, {Text: ui.DateTime(ctx, x.Found.Time)}}})
	}
	return t
}

func pairHref(id db.ID) string { return "/transfer/duplicates/" + id.String() }

// reasons says what was found, in the reader's language.
func reasons(ctx context.Context, list []match.Reason) string {
	words := make([]string, len(list))
	for i, r := range list {
		args := make([]any, len(r.Args))
		for j, a := range r.Args {
			if s, ok := a.(string); ok {
				args[j] = ui.T(ctx, s)
			}
		}
		words[i] = ui.T(ctx, r.Format, args...)
	}
	return strings.Join(words, ui.T(ctx, "；"))
}

// A side is one entry of a pair.
type side struct {
	Person   register.Person
	Contacts []register.Contact
	Facts    []fact.Fact
	Cases    int
}

type pairPage struct {
	Page   ui.Page
	Pair   duplicate.Pair
	Sides  [2]side
	May    bool
	Words  *lexicon.Lexicon
	Place  func(code string) string
	Errors ui.Errors
	Why    string
}

func (p *Pages) pair(w http.ResponseWriter, r *http.Request) error {
	v, err := p.readPair(r)
	if err != nil {
		return err
	}
	return ui.Render(w, r, showPair(v))
}

func (p *Pages) readPair(r *http.Request) (*pairPage, error) {
	by, ctx := session.Actor(r), r.Context()
	v := &pairPage{Words: p.Tables.Words(), Place: p.Town.Place}
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if v.Pair, err = duplicate.Get(tx, by, ui.ID(r)); err != nil {
			return err
		}
		for i, id := range []db.ID{v.Pair.Older, v.Pair.Newer} {
			s := &v.Sides[i]
			if s.Person, err = register.PersonOf(tx, id); err != nil {
				return err
			}
			if s.Contacts, err = register.Contacts(tx, id); err != nil {
				return err
			}
			if s.Facts, err = register.Facts(tx, fact.Person(id), fact.AsOf{}); err != nil {
				return err
			}
		}
		return nil
	})
	v.May = v.Pair.State == duplicate.Open && duplicate.Registers(by, v.Pair.Path)
	v.Page = p.page(r, ui.T(ctx, "是不是同一个人"), v.Pair.Says, ui.Link{Text: ui.T(ctx, "疑似重复"), Href: "/transfer/duplicates"})
	return v, err
}

// table puts the two entries side by side, what differs marked in words.
func (v *pairPage) table(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "两条登记"), Cols: []ui.Col{{Name: ui.T(ctx, "项目"), Main: true}, {Name: ui.T(ctx, "先登记的")}, {Name: ui.T(ctx, "后登记的")}, {Name: ui.T(ctx, "比较")}}}
	add := func(label, a, b string) {
		if a == "" && b == "" {
			return
		}
		say := ui.T(ctx, "不同")
		switch {
		case a == b:
			say = ui.T(ctx, "相同")
		case a == "" || b == "":
			say = ui.T(ctx, "一方没有")
		}
		row := ui.TableRow{ID: label, Cells: ui.Cells(label, a, b, say)}
		if say == ui.T(ctx, "不同") {
			row.Mark = ui.Yellow
		}
		t.Rows = append(t.Rows, row)
	}
	a, b := v.Sides[0], v.Sides[1]
	add(ui.T(ctx, "姓名"), a.Person.Name, b.Person.Name)
	add(ui.T(ctx, "性别"), sex(ctx, a.Person), sex(ctx, b.Person))
	add(ui.T(ctx, "出生日期"), a.Person.Born.String(), b.Person.Born.String())
	add(ui.T(ctx, "身份证号"), a.contact(register.IDNumber), b.contact(register.IDNumber))
	add(ui.T(ctx, "电话"), a.contact(register.Phone), b.contact(register.Phone))
	add(ui.T(ctx, "区划"), v.Place(a.Person.Place), v.Place(b.Person.Place))
	add(ui.T(ctx, "住址"), a.Person.Address, b.Person.Address)
	for _, w := range v.Words.Words(lexicon.Person) {
		if w.Sensitive == "hidden" || slices.Contains([]string{lexicon.Name, lexicon.Sex, lexicon.Born, lexicon.Place, lexicon.Address}, w.Name) {
			continue
		}
		add(ui.T(ctx, w.Label), a.fact(w), b.fact(w))
	}
	add(ui.T(ctx, "来源"), a.Person.Source, b.Person.Source)
	add(ui.T(ctx, "登记时间"), ui.DateTime(ctx, a.Person.Created.Time), ui.DateTime(ctx, b.Person.Created.Time))
	return t
}

func sex(ctx context.Context, p register.Person) string {
	if p.Sex == "" {
		return ""
	}
	return ui.T(ctx, p.Sex.Words())
}

func (s side) contact(kind register.Kind) string {
	var list []string
	for _, c := range s.Contacts {
		if c.Kind == kind {
			list = append(list, c.Masked)
		}
	}
	return strings.Join(list, "、")
}

func (s side) fact(w *lexicon.Word) string {
	for _, f := range s.Facts {
		if f.Name == w.Name {
			return w.Field().Mask(w.Show(f.Value))
		}
	}
	return ""
}

func (v *pairPage) fields(ctx context.Context) []ui.Field {
	return []ui.Field{
		{Name: "answer", Label: ui.T(ctx, "判断"), Kind: "choice", Required: true, Error: v.Errors.Of("kept"), Options: []ui.Option{
			{Value: "different", Text: ui.T(ctx, "不是同一个人，不再问")},
			{Value: v.Pair.Older.String(), Text: ui.T(ctx, "是同一个人，保留先登记的"), Note: ui.T(ctx, "另一条的信息和联系方式并过来，旧编号仍能找到")},
			{Value: v.Pair.Newer.String(), Text: ui.T(ctx, "是同一个人，保留后登记的"), Note: ui.T(ctx, "另一条的信息和联系方式并过来，旧编号仍能找到")}}},
		{Name: "why", Label: ui.T(ctx, "根据什么判断"), Required: true, Value: v.Why, Max: 200, Error: v.Errors.Of("why"), Hint: ui.T(ctx, "例如：核对了两人的户口簿；打电话问过本人")},
	}
}

func (p *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	answer, why := r.PostForm.Get("answer"), r.PostForm.Get("why")
	said := ui.T(r.Context(), "已记下不是同一个人")
	err := p.do(r, func(tx *db.Tx, by staff.Actor) error {
		if answer == "different" {
			return duplicate.Differ(tx, by, ui.ID(r), why)
		}
		kept, err := db.ParseID(answer)
		if err != nil {
			return fault.Invalid("kept", "请选择保留两条登记中的哪一条")
		}
		_, err = duplicate.Merge(tx, p.Town.People, by, ui.ID(r), kept, why)
		said = ui.T(r.Context(), "已合并")
		return err
	})
	if err != nil && fault.KindOf(err) == fault.KindInvalid {
		v, readErr := p.readPair(r)
		if readErr != nil {
			return readErr
		}
		v.Errors, v.Why = ui.FieldErrors(r.Context(), err), why
		v.Page.Errors = v.Errors
		return ui.Render(part.Answering(w, err), r, showPair(v))
	}
	return ui.Done(w, r, err, "/transfer/duplicates", said)
}
