package resident_test

import (
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"linli/internal/casework"
	"linli/internal/catalog"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/db/dbtest"
	"linli/internal/flow"
	"linli/packs"
)

// openly is a document whose cases everybody may read of between two steps.
var openly = map[string]string{
	"t/op/document.yaml": "document: op\nnumber: 试〔2026〕2号\ntitle: 公示办法\nissuer: 试\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n",
	"t/op/clauses.yaml":  "- { id: \"1\", at: 一, gist: 向社会公示, runs: [flow/danger, book/dangers, book/dangers#public] }\n",
	"t/op/offices.yaml":  "offices: []\n",
	"t/op/flows/f.yaml":  "flow: danger\nname: 隐患\nchannel: danger\nbasis: \"1\"\nsteps:\n  publish: { name: 公示, from: [registered], by: [desk], basis: \"1\" }\n  delist: { name: 摘牌, from: [registered], by: [desk], basis: \"1\" }\n",
	"t/op/books/b.yaml":  "book: dangers\nname: 隐患公示\nflow: danger\nbasis: \"1\"\npublic: { from: publish, until: delist, says: 还没有摘牌的, basis: \"1\" }\ncolumns: [{ label: 隐患, from: case.title }, { label: 状态, from: case.state }]\n",
}

func TestEverybodyReadsWhatIsDisclosedAndNothingElse(t *testing.T) {
	each(t, func(w *town) {
		src := fstest.MapFS{}
		w.must(fs.WalkDir(packs.Files, ".", func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				text, _ := fs.ReadFile(packs.Files, path)
				src[path] = &fstest.MapFile{Data: text}
			}
			return err
		}))
		for name, text := range openly {
			src[name] = &fstest.MapFile{Data: []byte(text)}
		}
		c, err := catalog.Open(t.Context(), w.shared.DB, catalog.Source{FS: src})
		w.must(err)
		w.shared.Packs = c.Index
		w.shared.Cases = casework.New(casework.Options{City: "4112", Law: civil.CivilCode(), Packs: c.Index, People: w.shared.People})
		var ids []db.ID
		for _, title := range []string{"堵住的消防通道", "没有公示的一件"} {
			dbtest.Write(t, w.shared.DB, func(tx *db.Tx) error {
				r, err := w.shared.Cases.Register(tx, w.who["desk"], casework.Intake{Key: title, Flow: "danger", Title: title, Body: "内部的话", Place: "411202001001", From: casework.Reporter{Name: "许某某", Phone: "19900000001"}})
				ids = append(ids, r.Case)
				return err
			})
		}
		do := func(v flow.Verb) {
			dbtest.Write(t, w.shared.DB, func(tx *db.Tx) error {
				_, err := w.shared.Cases.Do(tx, w.who["desk"], ids[0], casework.Act{Act: flow.Act{Verb: v}, Key: "do-" + string(v)})
				return err
			})
		}
		do("publish")
		v := w.visitor()
		if _, body := v.get("/bulletins"); !strings.Contains(body, "/disclosures/dangers") {
			w.Error("the list of what is public does not lead to the disclosure")
		}
		status, body := v.get("/disclosures/dangers")
		for _, words := range []string{"隐患公示", "还没有摘牌的", "堵住的消防通道", "市场社区", "向社会公示"} {
			if status != http.StatusOK || !strings.Contains(body, words) {
				w.Errorf("%d: the page lacks %q", status, words)
			}
		}
		for _, words := range []string{"没有公示的一件", "内部的话", "许某某", "19900000001"} {
			if strings.Contains(body, words) {
				w.Errorf("everybody reads %q", words)
			}
		}
		if status, _ := v.get("/disclosures/mailbox-register"); status != http.StatusNotFound {
			w.Errorf("a book of the office is open to everybody: %d", status)
		}
		do("delist")
		if _, body := v.get("/disclosures/dangers"); strings.Contains(body, "堵住的消防通道") {
			w.Error("it stands there after it was taken off")
		}
	})
}
