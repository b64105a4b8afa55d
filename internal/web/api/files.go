package api

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/picture"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A File is an attachment.
type File struct {
	Hash string `json:"hash" doc:"内容的 SHA-256，也是引用它的名字"`
	Size int64  `json:"size" doc:"字节"`
	Type string `json:"type" doc:"按内容判断的类型"`
	Name string `json:"name"`
}

// An Upload is a file on its way: the body is streamed to the disk and never held in memory.
type Upload struct {
	Keyed
	Name string `query:"name" required:"true" minLength:"1" maxLength:"255" doc:"文件名"`
	Type string `header:"Content-Type" doc:"不作依据，类型按内容判断"`

	body io.Reader
}

// uploadTime is how long an attachment may take over a slow line.
const uploadTime = 2 * time.Minute

// Resolve implements huma.Resolver: it hands the body over unread.
func (u *Upload) Resolve(c huma.Context) []error {
	u.body = c.BodyReader()
	if err := c.SetReadDeadline(time.Now().Add(uploadTime)); err != nil {
		return nil // a server without deadlines has its own bound
	}
	return nil
}

type fileInput struct {
	OfCase
	Hash string `path:"hash" minLength:"64" maxLength:"64"`
}

func (a *API) registerFiles() {
	binary := &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
	add(a, operation{method: http.MethodPost, path: "/files", id: "uploadFile", tag: "附件", title: "上传附件，供随后的登记或步骤引用", scope: write, status: http.StatusCreated, request: binary}, a.receive)
	add(a, operation{method: http.MethodGet, path: "/cases/{id}/files", id: "listFiles", tag: "附件", title: "办件的附件", scope: read, official: true}, a.files)
	add(a, operation{method: http.MethodGet, path: "/cases/{id}/files/{hash}", id: "getFile", tag: "附件", title: "下载附件", scope: read, official: true, answer: "application/octet-stream"}, a.file)
}

// uploads is what a file belongs to between its upload and the step that names it.
func uploads(by staff.Actor) string { return "upload:" + by.AuditName() }

func caseFiles(id db.ID) string { return "case:" + id.String() }

func (a *API) receive(ctx context.Context, in *Upload) (*written[File], error) {
	f, err := a.Files.Receive(io.LimitReader(in.body, a.Files.Limit()+1), in.Name)
	if err != nil {
		return nil, err
	}
	about := struct{ Hash, Name string }{f.Hash, in.Name}
	return do(ctx, a, in.Key, "upload", about, func(tx *db.Tx, by staff.Actor) (File, error) {
		name := blob.CleanName(in.Name)
		_, err := a.Files.Attach(tx, f, uploads(by), name, by.AuditName())
		return File{f.Hash, f.Size, f.Type, name}, err
	})
}

// attach moves what the actor uploaded to the case. Returns invalid for a hash that he did not upload.
func (a *API) attach(tx *db.Tx, by staff.Actor, id db.ID, hashes []string) error {
	if len(hashes) == 0 {
		return nil
	}
	waiting, err := blob.List(tx, uploads(by))
	if err != nil {
		return err
	}
	byHash := map[string]blob.Link{}
	for _, l := range waiting {
		byHash[l.Hash] = l
	}
	for _, h := range hashes {
		l, there := byHash[h]
		if !there {
			return fault.Invalid("files", "附件 %s 尚未上传", h)
		}
		delete(byHash, h)
		if _, err := a.Files.Attach(tx, l.File, caseFiles(id), l.Name, l.By); err != nil {
			return err
		}
		if err := blob.Detach(tx, l.ID); err != nil {
			return err
		}
		if !picture.Is(l.File) {
			continue
		}
		if err := picture.Put(tx, picture.Picture{Subject: caseFiles(id), By: l.By}, l.File); err != nil {
			return err
		}
	}
	return nil
}

func (a *API) files(ctx context.Context, in *OfCase) (*out[List[File]], error) {
	list, err := a.filesOf(ctx, in.id())
	if err != nil {
		return nil, err
	}
	return all(each(list, func(l blob.Link) File { return File{l.Hash, l.Size, l.Type, l.Name} })), nil
}

func (a *API) filesOf(ctx context.Context, id db.ID) (list []blob.Link, err error) {
	err = a.read(ctx, func(tx *db.Tx) error {
		if _, err := a.Cases.Get(tx, session.From(ctx), id); err != nil {
			return err
		}
		list, err = blob.List(tx, caseFiles(id))
		return err
	})
	return list, err
}

func (a *API) file(ctx context.Context, in *fileInput) (*huma.StreamResponse, error) {
	list, err := a.filesOf(ctx, in.id())
	if err != nil {
		return nil, err
	}
	for _, l := range list {
		if l.Hash == in.Hash {
			return a.send(l)
		}
	}
	return nil, fault.NotFound("没有这个附件，或您无权查看")
}

// send offers the file for download; nothing in it can run.
func (a *API) send(l blob.Link) (*huma.StreamResponse, error) {
	f, err := a.Files.Open(l.File)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer f.Close()
		_, w := humago.Unwrap(c)
		h := w.Header()
		h.Set("Content-Type", l.Type)
		h.Set("Content-Length", strconv.FormatInt(l.Size, 10))
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": l.Name}))
		h.Set("X-Content-Type-Options", "nosniff")
		io.Copy(w, f) // a client that goes away needs no answer
	}}, nil
}
