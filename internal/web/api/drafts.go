package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/db"
	"linli/internal/place"
	"linli/internal/service"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A DraftCode is with what an application that was begun is gone on with.
type DraftCode struct {
	Code string `json:"code" maxLength:"20" doc:"续办码，三十天有效"`
}

// A Draft is an application that is not finished.
type Draft struct {
	Item   string            `json:"item"`
	Person db.ID             `json:"person,omitzero"`
	Says   map[string]string `json:"says" doc:"证件号码和不显示的回答不保存，要重新填"`
	At     time.Time         `json:"at"`
}

// A Signature says who signed for what.
type Signature struct {
	Item string `json:"item"`
	Name string `json:"name"`
}

type draftInput struct {
	OfItem
	Keyed
	Body Saying
}

type resumeInput struct {
	Body DraftCode
}

type signatureInput struct {
	Keyed
	Body struct {
		Code string `json:"code" maxLength:"20" doc:"签字码"`
	}
}

func (a *API) registerDrafts() {
	add(a, operation{method: http.MethodPost, path: "/items/{item}/drafts", id: "saveDraft", tag: "办事", title: "保存没有填完的申请，得到续办码", scope: anyone, status: http.StatusCreated}, a.saveDraft)
	add(a, operation{method: http.MethodPost, path: "/drafts/resume", id: "resumeDraft", tag: "办事", title: "凭续办码取回没有填完的申请；码只在正文里", scope: anyone}, a.resumeDraft)
	add(a, operation{method: http.MethodPost, path: "/signatures", id: "sign", tag: "办事", title: "凭签字码签字", scope: anyone, status: http.StatusCreated}, a.sign)
}

func (a *API) saveDraft(ctx context.Context, in *draftInput) (*written[DraftCode], error) {
	if err := mayWrite(ctx); err != nil {
		return nil, err
	}
	return do(ctx, a, in.Key, "save-draft "+in.Item, in.Body, func(tx *db.Tx, by staff.Actor) (DraftCode, error) {
		code, err := a.Window.Save(tx, by, service.Draft{Item: in.Item, Person: applicant(by, in.Body.Person), Says: in.Body.Says})
		return DraftCode{code}, err
	})
}

func (a *API) resumeDraft(ctx context.Context, in *resumeInput) (*out[Draft], error) {
	if err := mayRead(ctx); err != nil {
		return nil, err
	}
	var x Draft
	return answer(&x, a.read(ctx, func(tx *db.Tx) error {
		d, err := a.Window.Resume(tx, session.From(ctx), in.Body.Code)
		x = Draft{d.Item, d.Person, d.Says, d.At.Time}
		return err
	}))
}

func (a *API) sign(ctx context.Context, in *signatureInput) (*written[Signature], error) {
	if err := mayWrite(ctx); err != nil {
		return nil, err
	}
	return do(ctx, a, in.Key, "sign", in.Body, func(tx *db.Tx, _ staff.Actor) (Signature, error) {
		item, name, err := service.Sign(tx, in.Body.Code)
		if err != nil {
			return Signature{}, err
		}
		if o, err := a.Window.Offer(item, place.Today(tx)); err == nil {
			item = o.Item.Name
		}
		return Signature{item, name}, nil
	})
}
