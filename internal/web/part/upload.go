package part

import (
	"errors"
	"net/http"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/picture"
	"linli/internal/staff"
)

// Bounds of one form with files.
const (
	filesMost  = 9
	formInMem  = 1 << 20 // bytes of a form kept in memory; files beyond go to the disk of the system
	formFields = 1 << 20 // bytes of everything that is no file
)

// Subject is what the attachments of a case belong to.
func Subject(id db.ID) string { return "case:" + id.String() }

// FileHref is the address of an attachment of a case.
func FileHref(id db.ID, hash string) string { return "/files/" + id.String() + "/" + hash }

// An Upload is a file that was received and belongs to nothing yet.
type Upload struct {
	blob.File
	Name string
}

// Hashes lists what uploads are stored as.
func Hashes(list []Upload) []string {
	out := make([]string, len(list))
	for i, u := range list {
		out[i] = u.Hash
	}
	return out
}

// ParseForm reads a form with or without files, bounded: a longer one is refused before it is read.
func (t *Town) ParseForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, filesMost*t.Files.Limit()+formFields)
	err := r.ParseMultipartForm(formInMem)
	var big *http.MaxBytesError
	switch {
	case errors.Is(err, http.ErrNotMultipart):
		return nil // ParseMultipartForm has read the plain form
	case errors.As(err, &big):
		return err
	case err != nil:
		return fault.Invalid("files", "表单没有传完，请重新提交")
	}
	return nil
}

// Receive stores the files of a form's field. Returns invalid on that field, naming the file.
func (t *Town) Receive(r *http.Request, field string) ([]Upload, error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	heads := r.MultipartForm.File[field]
	if len(heads) > filesMost {
		return nil, fault.Invalid(field, "一次最多上传 %d 个附件", filesMost)
	}
	var list []Upload
	for _, h := range heads {
		in, err := h.Open()
		if err != nil {
			return nil, fault.Unavailable(err, "文件没有传完，请重新上传")
		}
		f, err := t.Files.Receive(in, h.Filename)
		in.Close()
		if e := fault.As(err); e != nil && e.Kind == fault.KindInvalid {
			return nil, fault.Fields([]fault.FieldError{{Field: field, Format: e.Format, Args: e.Args}})
		}
		if err != nil {
			return nil, err
		}
		list = append(list, Upload{f, h.Filename})
	}
	return list, nil
}

// Attach links uploads to a case in the caller's transaction. What is linked already stays as it is, so that a form sent
// twice attaches once.
func (t *Town) Attach(tx *db.Tx, by staff.Actor, id db.ID, list []Upload) error {
	if len(list) == 0 {
		return nil
	}
	there, err := blob.List(tx, Subject(id))
	if err != nil {
		return err
	}
	linked := map[string]bool{}
	for _, l := range there {
		linked[l.Hash] = true
	}
	for _, u := range list {
		if linked[u.Hash] {
			continue
		}
		linked[u.Hash] = true
		if _, err := t.Files.Attach(tx, u.File, Subject(id), u.Name, by.AuditName()); err != nil {
			return err
		}
		if !picture.Is(u.File) {
			continue
		}
		if err := picture.Put(tx, picture.Picture{Subject: Subject(id), By: by.AuditName()}, u.File); err != nil {
			return err
		}
	}
	return nil
}
