package draft

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/pack"
	"linli/internal/sheet"
	"linli/internal/simulation"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// param makes a draft of one parameter.
func (p *Pages) param(w http.ResponseWriter, r *http.Request) error {
	base, err := p.base(r)
	if err != nil {
		return err
	}
	return p.make(w, r, base, func() (map[string]string, error) {
		return changed(base, map[string]string{r.PostFormValue("param"): r.PostFormValue("value")})
	})
}

const paramsFile = "params.yaml"

// changed returns the parameters' file with other values.
func changed(base *pack.Pack, values map[string]string) (map[string]string, error) {
	text := string(base.Files()[paramsFile])
	for _, x := range base.Params {
		value, is := values[x.Name]
		if !is {
			continue
		}
		delete(values, x.Name)
		var err error
		if text, err = simulation.SetParam(text, x.Name, spelled(x.Kind, strings.TrimSpace(value))); err != nil {
			return nil, err
		}
	}
	for name := range values {
		return nil, fault.Invalid("param", "没有参数 %s", name)
	}
	return map[string]string{paramsFile: text}, nil
}

// text makes a draft of the text of one file.
func (p *Pages) text(w http.ResponseWriter, r *http.Request) error {
	base, err := p.base(r)
	if err != nil {
		return err
	}
	return p.make(w, r, base, func() (map[string]string, error) {
		name := r.PostFormValue("name")
		if !within(name, "benefits") || base.Files()[name] == nil {
			return nil, fault.Invalid("name", "没有规则文本 %s", name)
		}
		return map[string]string{name: strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n")}, nil
	})
}

// bring makes a draft of a sheet of parameters that comes back.
func (p *Pages) bring(w http.ResponseWriter, r *http.Request) error {
	base, err := p.base(r)
	if err != nil {
		return err
	}
	return p.make(w, r, base, func() (map[string]string, error) {
		values, err := sheetOf(r)
		if err != nil {
			return nil, err
		}
		for _, x := range base.Params {
			if value, is := values[x.Name]; is && (value == written(x) || len(x.Values) != 1) {
				delete(values, x.Name)
			}
		}
		return changed(base, values)
	})
}

// make keeps what was asked for as a draft and goes there; mistakes are shown beside the forms.
func (p *Pages) make(w http.ResponseWriter, r *http.Request, base *pack.Pack, files func() (map[string]string, error)) error {
	var id db.ID
	list, err := files()
	if err == nil {
		d := simulation.Draft{Document: base.Document.ID, Title: r.PostFormValue("title"), Files: list}
		id, err = p.keep(r, d, func(tx *db.Tx, by staff.Actor) (db.ID, error) {
			kept, err := simulation.Save(tx, by, base, d)
			return kept.ID, err
		})
	}
	if fault.KindOf(err) == fault.KindInvalid {
		pg, parts := p.asked(r.Context(), r, base)
		return p.wrong(w, r, err, pg, parts)
	}
	return ui.Done(w, r, err, href(id), ui.T(r.Context(), "草案做好了，请先看差别，再测算"))
}

// columns of the sheet of parameters, as they are headed.
var heads = []string{"参数", "名称", "值", "依据"}

// sheet gives the parameters away.
func (p *Pages) sheet(w http.ResponseWriter, r *http.Request) error {
	base, err := p.base(r)
	if err != nil {
		return err
	}
	rows := [][]string{heads}
	for _, x := range base.Params {
		if len(x.Values) != 1 {
			continue
		}
		var basis []string
		for _, c := range slices.Concat(x.Basis, x.Gap) {
			basis = append(basis, c.ID)
		}
		rows = append(rows, []string{x.Name, x.Label, written(x), strings.Join(basis, " ")})
	}
	return write(w, r, base.Document.ID, [][][]string{rows})
}

// sheetOf reads the values of a sheet by parameter.
func sheetOf(r *http.Request) (values map[string]string, err error) {
	in, head, err := r.FormFile("file")
	if err != nil {
		return nil, fault.Invalid("file", "请选择改好的参数表")
	}
	defer in.Close()
	f, err := os.CreateTemp("", "linli-params-*"+filepath.Ext(head.Filename))
	if err != nil {
		return nil, fault.Internal(err, "系统内部错误")
	}
	defer os.Remove(f.Name())
	if _, err = f.ReadFrom(in); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	t, err := sheet.Open(f.Name())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	param, value := slices.Index(t.Heading, heads[0]), slices.Index(t.Heading, heads[2])
	if param < 0 || value < 0 {
		return nil, fault.Invalid("file", "参数表要有“参数”和“值”两列")
	}
	values = map[string]string{}
	for {
		rec, err := t.Next()
		if err != nil {
			break
		}
		if max(param, value) < len(rec.Cells) && rec.Cells[param] != "" {
			values[rec.Cells[param]] = rec.Cells[value]
		}
	}
	return values, nil
}
