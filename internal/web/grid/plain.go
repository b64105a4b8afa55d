package grid

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/field"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// plain is what a phone without scripts gets: a report by an ordinary form, and what is to be looked at on site.
func (p *Pages) plain(w http.ResponseWriter, r *http.Request) error { return p.showPlain(w, r, nil) }

func (p *Pages) showPlain(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx, by := r.Context(), session.Actor(r)
	var checks []packCheck
	var kinds []ui.Option
	err := p.Town.DB.Read(ctx, func(tx *db.Tx) (err error) {
		for _, s := range p.Town.Packs().Standards(civil.DateOf(tx.Now(), civil.Shanghai)) {
			kinds = append(kinds, ui.Option{Value: s.Ref(), Text: s.Group + " · " + s.Name + "：" + s.Opens})
		}
		_, checks, err = p.Sync.cases(tx, by)
		return err
	})
	if err != nil {
		return err
	}
	wrong := ui.FieldErrors(ctx, cause)
	fields := wrong.On([]ui.Field{
		{Name: "standard", Label: ui.T(ctx, "什么问题"), Kind: "select", Options: kinds, Value: r.PostFormValue("standard"), Required: true},
		{Name: "spot", Label: ui.T(ctx, "地点"), Value: r.PostFormValue("spot"), Required: true, Max: 100, Hint: ui.T(ctx, "如：东门外公交站旁")},
		{Name: "words", Label: ui.T(ctx, "情况说明"), Kind: "longtext", Rows: 3, Value: r.PostFormValue("words"), Max: 1000},
		{Name: "photo", Label: ui.T(ctx, "照片"), Kind: "file", Accept: "image/*", Many: true}})
	looks := ui.Table{Caption: ui.T(ctx, "待核查"), Shown: true, Empty: ui.Empty(ui.T(ctx, "没有要核查的"), ""), Cols: []ui.Col{{Name: ui.T(ctx, "事项"), Main: true}, {Name: ui.T(ctx, "地点")}, {Name: ui.T(ctx, "期限")}}}
	for _, c := range checks {
		looks.Rows = append(looks.Rows, ui.TableRow{Cells: []ui.Cell{{Text: c.Title, Href: part.CaseHref(c.Case), Note: c.Number}, {Text: c.Spot}, {Text: ui.DateTime(ctx, c.Due.Time)}}})
	}
	page := ui.Page{Person: ui.Grid, Title: ui.T(ctx, "简单页面"), Lead: ui.T(ctx, "不用脚本也能上报，要有网络。"), Nav: nav(ctx, "/grid/plain"), Errors: wrong}
	return ui.Render(w, r, plainPage(page, fields, ui.Rows(looks)))
}

// plainReport takes a report by the same way as a device's, under the key of the form: sent twice, it is one.
func (p *Pages) plainReport(w http.ResponseWriter, r *http.Request) error {
	err := p.Town.ParseForm(w, r)
	if err == nil {
		err = p.report(r)
	}
	if err != nil && fault.KindOf(err) == fault.KindInvalid {
		return p.showPlain(w, r, err)
	}
	return ui.Done(w, r, err, "/grid/plain", ui.T(r.Context(), "已收到，监督中心会看到。"))
}

func (p *Pages) report(r *http.Request) error {
	ref, spot, words := r.PostFormValue("standard"), r.PostFormValue("spot"), r.PostFormValue("words")
	if spot == "" {
		return fault.Invalid("spot", "请写明地点")
	}
	who := field.Worker{Account: session.Actor(r).Account}
	photos, err := p.bring(r, who)
	if err != nil {
		return err
	}
	return p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		s := p.Town.Packs().Standard(ref, civil.DateOf(tx.Now(), civil.Shanghai))
		if s == nil {
			return fault.Invalid("standard", "请从列出的问题中选择")
		}
		if words == "" {
			words = s.Name
		}
		body, err := json.Marshal(map[string]string{"class": s.Code, "standard": ref, "words": words, "spot": spot})
		if err != nil {
			return err
		}
		sum := sha256.Sum256([]byte(ui.FormKey(r)))
		item := field.Item{ID: "plain-" + hex.EncodeToString(sum[:16]), Kind: field.Report, At: tx.Now(), Photos: photos, Body: body}
		_, err = p.Sync.Inbox.Accept(tx, who, field.Batch{Device: "plain-page", Sent: tx.Now(), Items: []field.Item{item}}, nil)
		return err
	})
}

// bring stores the photos of a form as a device's are, and returns their sums.
func (p *Pages) bring(r *http.Request, who field.Worker) ([]string, error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	var sums []string
	for _, h := range r.MultipartForm.File["photo"] {
		in, err := h.Open()
		if err != nil {
			return nil, fault.Unavailable(err, "文件没有传完，请重新上传")
		}
		sum := sha256.New()
		_, err = io.Copy(sum, in)
		if err == nil {
			_, err = in.Seek(0, io.SeekStart)
		}
		var f field.Brought
		sha := hex.EncodeToString(sum.Sum(nil))
		if err == nil {
			f, err = p.Sync.Inbox.Bring(in, sha)
		}
		in.Close()
		if e := fault.As(err); e != nil && e.Kind == fault.KindInvalid {
			return nil, fault.Fields([]fault.FieldError{{Field: "photo", Format: e.Format, Args: e.Args}})
		}
		if err != nil {
			return nil, err
		}
		err = p.Town.DB.Write(r.Context(), func(tx *db.Tx) error { _, err := p.Sync.Inbox.Arrived(tx, who, sha, f, ""); return err })
		if err != nil {
			return nil, err
		}
		sums = append(sums, sha)
	}
	return sums, nil
}
