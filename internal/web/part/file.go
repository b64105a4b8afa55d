package part

import (
	"mime"
	"net/http"
	"strings"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// file serves an attachment to whoever may see its case. Pictures are shown, everything else is offered for download, and
// nothing in it can run.
func (t *Town) file(w http.ResponseWriter, r *http.Request) error {
	id, by := ui.PathID(r, "case"), session.Actor(r)
	var link blob.Link
	err := t.DB.Read(r.Context(), func(tx *db.Tx) error {
		if _, err := t.Cases.Get(tx, by, id); err != nil {
			return err
		}
		var err error
		link, err = linkOf(tx, id, r.PathValue("hash"))
		return err
	})
	if err != nil {
		return err
	}
	return t.ServeFile(w, r, link)
}

func linkOf(tx *db.Tx, id db.ID, hash string) (blob.Link, error) {
	list, err := blob.List(tx, Subject(id))
	if err != nil {
		return blob.Link{}, err
	}
	for _, l := range list {
		if l.Hash == hash {
			return l, nil
		}
	}
	return blob.Link{}, fault.NotFound("没有这个附件，或您无权查看")
}

// ServeFile writes an attachment; whether the reader may have it is asked before.
func (t *Town) ServeFile(w http.ResponseWriter, r *http.Request, l blob.Link) error {
	f, err := t.Files.Open(l.File)
	if err != nil {
		return err
	}
	defer f.Close()
	how := "attachment"
	if strings.HasPrefix(l.Type, "image/") {
		how = "inline"
	}
	h := w.Header()
	h.Set("Content-Type", l.Type)
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": l.Name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=3600")
	http.ServeContent(w, r, "", l.At.Time, f)
	return nil
}
