package centre

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/field"
	"linli/internal/staff"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// straysMost is how many strays a page shows; the next ones come up as these are settled.
const straysMost = 50

// strays lists what workers sent and nothing acts on by itself: of closed accounts, refused, of workers who were moved.
func (p *Pages) strays(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), session.Actor(r)
	var list []field.Stray
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		list, _, err = field.Strays(tx, by, 0, straysMost)
		return err
	})
	if err != nil {
		return err
	}
	pg := p.page(ctx, "/strays", ui.T(ctx, "外业来件"), ui.T(ctx, "网格员手机传来、平台不能自己办下去的记录：账号已停用的、被退回的、已经调岗的。每一条都原样保存，在这里登记或说明。"))
	if len(list) == 0 {
		return ui.Render(w, r, pageOf(pg, ui.Empty(ui.T(ctx, "没有等您处理的外业来件"), ui.T(ctx, "账号停用后传来的、被退回的记录会出现在这里。"))))
	}
	var parts []templ.Component
	for _, s := range list {
		parts = append(parts, p.strayPart(ctx, s))
	}
	return ui.Render(w, r, pageOf(pg, parts...))
}

func strayHref(s field.Stray) string {
	return "/strays/" + s.Account.String() + "/" + url.PathEscape(s.ID)
}

func (p *Pages) strayPart(ctx context.Context, s field.Stray) templ.Component {
	facts := []ui.Pair{{Name: ui.T(ctx, "谁"), Text: s.Name}, {Name: ui.T(ctx, "何时"), Text: ui.DateTime(ctx, s.At)},
		{Name: ui.T(ctx, "在哪里"), Text: p.Town.Place(s.Place)}, {Name: ui.T(ctx, "为什么在这里"), Text: s.Words}}
	if marks := markWords(ctx, s.Marks); marks != "" {
		facts = append(facts, ui.Pair{Name: ui.T(ctx, "提示"), Text: "⚠ " + marks})
	}
	parts := []templ.Component{ui.Facts(facts)}
	var ways []ui.Button
	for i, sha := range s.Photos {
		ways = append(ways, ui.Button{Text: ui.T(ctx, "照片 %d", i+1), Href: strayHref(s) + "/photos/" + sha})
	}
	for i, sha := range s.Voices {
		ways = append(ways, ui.Button{Text: ui.T(ctx, "语音 %d", i+1), Href: strayHref(s) + "/photos/" + sha})
	}
	if !s.Case.IsZero() {
		ways = append(ways, ui.Button{Text: ui.T(ctx, "打开办件"), Href: part.CaseHref(s.Case)})
	}
	if len(ways) > 0 {
		parts = append(parts, links(ways))
	}
	in := s.Account.String() + s.ID
	if s.Kind == field.Report && s.Case.IsZero() {
		var fields []ui.Field
		if s.Place == "" {
			fields = []ui.Field{{Name: "place", Label: ui.T(ctx, "事发地的区划代码"), Required: true, Source: "/places/options", In: in}}
		}
		parts = append(parts, formOf(strayHref(s)+"/adopt", fields, ui.Button{Text: ui.T(ctx, "登记为办件"), Kind: ui.Primary}))
	}
	why := []ui.Field{{Name: "words", Label: ui.T(ctx, "说明（上报人会看到）"), Required: true, Max: 200, In: in}}
	parts = append(parts, folded(ui.T(ctx, "不登记，说明理由"), formOf(strayHref(s)+"/dismiss", why, ui.Button{Text: ui.T(ctx, "处理完毕")})))
	title := s.Said
	if title == "" {
		title = ui.T(ctx, "没有文字的记录")
	}
	return part.Block(title, parts...)
}

// markWords says the marks of an item.
func markWords(ctx context.Context, marks []string) string {
	var list []string
	for _, m := range marks {
		switch {
		case m == field.MarkClosed:
			list = append(list, ui.T(ctx, "账号已停用"))
		case m == field.MarkMoved:
			list = append(list, ui.T(ctx, "已不在这个网格任职"))
		case m == field.MarkClock:
			list = append(list, ui.T(ctx, "手机时钟不准"))
		case m == field.MarkOutside:
			list = append(list, ui.T(ctx, "定位不在本市"))
		case m == field.MarkJump:
			list = append(list, ui.T(ctx, "定位跳动过大"))
		}
	}
	return strings.Join(list, "；")
}

// adopt registers what a stray reports.
func (p *Pages) adopt(w http.ResponseWriter, r *http.Request) error {
	by := session.Actor(r)
	var made casework.Receipt
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		made, err = p.Inbox.Adopt(tx, by, ui.PathID(r, "account"), r.PathValue("id"), r.PostFormValue("place"))
		return err
	})
	return ui.Done(w, r, err, "/strays", ui.T(r.Context(), "已登记为办件 %s", made.Number))
}

// dismiss settles a stray with words.
func (p *Pages) dismiss(w http.ResponseWriter, r *http.Request) error {
	by := session.Actor(r)
	err := p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		return p.Inbox.Dismiss(tx, by, ui.PathID(r, "account"), r.PathValue("id"), r.PostFormValue("words"))
	})
	return ui.Done(w, r, err, "/strays")
}

// strayPhoto serves a photo of a stray to whoever decides on it.
func (p *Pages) strayPhoto(w http.ResponseWriter, r *http.Request) error {
	by := session.Actor(r)
	var link blob.Link
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		link, err = field.StrayPhoto(tx, by, ui.PathID(r, "account"), r.PathValue("id"), r.PathValue("sha"))
		return err
	})
	if err != nil {
		return err
	}
	return p.Town.ServeFile(w, r, link)
}

// decides reports whether an actor may decide on strays anywhere.
func decides(by staff.Actor) bool { return by.HasAny(field.Keepers...) }
