package resident

import (
	"net/http"
	"slices"
	"strings"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/picture"
	"linli/internal/web/part"
)

// attachment serves a file of a step that the reporter sees; what offices attach among themselves is not found.
func (p *Pages) attachment(w http.ResponseWriter, r *http.Request, d door) error {
	hash := r.PathValue("hash")
	var link blob.Link
	err := p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		progress, err := d.see(tx)
		if err != nil {
			return err
		}
		shown := slices.ContainsFunc(progress.Steps, func(s casework.Step) bool {
			return hash != "" && slices.Contains(strings.Split(s.Files, ","), hash)
		})
		links, err := blob.List(tx, part.Subject(progress.Case.ID))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(links, func(l blob.Link) bool { return l.Hash == hash })
		if !shown || i < 0 {
			return fault.NotFound("没有这个附件，或您无权查看")
		}
		link = links[i]
		link.File, err = picture.Shown(tx, link.File)
		return err
	})
	if err != nil {
		return err
	}
	return p.Town.ServeFile(w, r, link)
}
