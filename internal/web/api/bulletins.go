package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/notice"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A BulletinLine is a bulletin in the list.
type BulletinLine struct {
	ID       db.ID     `json:"id"`
	Document string    `json:"document"`
	Notice   string    `json:"notice" doc:"政策包中的通报种类"`
	Title    string    `json:"title"`
	Number   string    `json:"number,omitempty" doc:"文号"`
	Issuer   string    `json:"issuer,omitempty"`
	Period   Period    `json:"period"`
	State    string    `json:"state" enum:"draft,signed,withdrawn"`
	Open     bool      `json:"open" doc:"向社会公开"`
	Made     time.Time `json:"made"`
	Signed   time.Time `json:"signed,omitzero"`
	SignedBy string    `json:"signed_by,omitempty"`
}

// A Period is from a day to a day, both included.
type Period struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// A Bulletin tells of a period, in frozen figures.
type Bulletin struct {
	BulletinLine
	Basis    []string         `json:"basis"`
	Digest   string           `json:"digest" doc:"数据的 SHA-256；签发时带上，确认签的就是所看的"`
	Sections []notice.Section `json:"sections"`
}

// A Recount says whether the figures of a bulletin reproduce.
type Recount struct {
	At      time.Time       `json:"at"`
	Same    bool            `json:"same"`
	Moved   []string        `json:"moved" doc:"数不变、由另一些办件构成的统计项"`
	Gone    []string        `json:"gone" doc:"定义已不在库中的统计项"`
	Changes []notice.Change `json:"changes"`
}

// OfBulletin names a bulletin in an address.
type OfBulletin struct {
	ID string `path:"id" maxLength:"20"`
}

type makeBulletinInput struct {
	Keyed
	Body struct {
		Document string `json:"document" maxLength:"60"`
		Notice   string `json:"notice" maxLength:"60"`
		From     string `json:"from" format:"date" doc:"期间的第一日"`
	}
}

type signInput struct {
	OfBulletin
	Keyed
	Body struct {
		Number string `json:"number,omitempty" maxLength:"60" doc:"文号"`
		Open   bool   `json:"open" doc:"向社会公开"`
		Digest string `json:"digest" maxLength:"64"`
	}
}

type withdrawInput struct {
	OfBulletin
	Keyed
	Body struct {
		Why string `json:"why" minLength:"2" maxLength:"500"`
	}
}

// mostBulletins is how many a list has at most: a city makes some dozens a year.
const mostBulletins = 500

func (a *API) registerBulletins() {
	add(a, operation{method: http.MethodGet, path: "/bulletins", id: "listBulletins", tag: "通报", title: "通报，最近的期间在前", scope: read, official: true}, a.bulletins)
	add(a, operation{method: http.MethodPost, path: "/bulletins", id: "makeBulletin", tag: "通报", title: "拟稿", scope: write, official: true, status: http.StatusCreated}, a.makeBulletin)
	add(a, operation{method: http.MethodGet, path: "/bulletins/{id}", id: "getBulletin", tag: "通报", title: "一份通报", scope: read, official: true}, a.bulletin)
	add(a, operation{method: http.MethodGet, path: "/bulletins/{id}/recount", id: "recount", tag: "通报", title: "重新计算，与当时比较", scope: read, official: true}, a.recount)
	add(a, operation{method: http.MethodPost, path: "/bulletins/{id}/sign", id: "signBulletin", tag: "通报", title: "签发", scope: write, official: true}, a.signBulletin)
	add(a, operation{method: http.MethodPost, path: "/bulletins/{id}/withdraw", id: "withdrawBulletin", tag: "通报", title: "撤回", scope: write, official: true}, a.withdrawBulletin)
	add(a, operation{method: http.MethodGet, path: "/public/bulletins", id: "listPublicBulletins", tag: "通报", title: "公开的通报", scope: anyone}, a.publicBulletins)
	add(a, operation{method: http.MethodGet, path: "/public/bulletins/{id}", id: "getPublicBulletin", tag: "通报", title: "一份公开的通报", scope: anyone}, a.publicBulletin)
}

func (a *API) bulletins(ctx context.Context, _ *struct{}) (*out[List[BulletinLine]], error) {
	var list []notice.Bulletin
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		list, err = a.Notices.List(tx, session.From(ctx), mostBulletins)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all(each(list, bulletinLine)), nil
}

func (a *API) bulletin(ctx context.Context, in *OfBulletin) (*out[Bulletin], error) {
	var b Bulletin
	return answer(&b, a.read(ctx, func(tx *db.Tx) error {
		found, err := a.Notices.Get(tx, session.From(ctx), idIn(in.ID))
		b = bulletinOf(found)
		return err
	}))
}

func (a *API) recount(ctx context.Context, in *OfBulletin) (*out[Recount], error) {
	var r Recount
	return answer(&r, a.read(ctx, func(tx *db.Tx) error {
		b, err := a.Notices.Get(tx, session.From(ctx), idIn(in.ID))
		if err != nil {
			return err
		}
		p, err := a.Notices.Check(tx, session.From(ctx), b)
		r = Recount{p.At.Time, p.Same, listed(p.Moved), listed(p.Gone), listed(p.Changes)}
		return err
	}))
}

func (a *API) makeBulletin(ctx context.Context, in *makeBulletinInput) (*written[Bulletin], error) {
	from, err := civil.ParseDate(in.Body.From)
	if err != nil {
		return nil, fault.Invalid("from", "应为日期，如 2026-10-09")
	}
	return do(ctx, a, in.Key, "make-bulletin", in.Body, func(tx *db.Tx, by staff.Actor) (Bulletin, error) {
		b, err := a.Notices.Make(tx, by, in.Body.Document, in.Body.Notice, from)
		return bulletinOf(b), err
	})
}

func (a *API) signBulletin(ctx context.Context, in *signInput) (*written[Bulletin], error) {
	s := notice.Signing{Number: in.Body.Number, Open: in.Body.Open, Digest: in.Body.Digest}
	return do(ctx, a, in.Key, "sign-bulletin "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Bulletin, error) {
		b, err := a.Notices.Sign(tx, by, idIn(in.ID), s)
		return bulletinOf(b), err
	})
}

func (a *API) withdrawBulletin(ctx context.Context, in *withdrawInput) (*written[Nothing], error) {
	return do(ctx, a, in.Key, "withdraw-bulletin "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Nothing, error) {
		return Nothing{}, a.Notices.Withdraw(tx, by, idIn(in.ID), in.Body.Why)
	})
}

func (a *API) publicBulletins(ctx context.Context, _ *struct{}) (*out[List[BulletinLine]], error) {
	var list []notice.Bulletin
	err := a.read(ctx, func(tx *db.Tx) (err error) { list, err = a.Notices.PublicList(tx, mostBulletins); return err })
	if err != nil {
		return nil, err
	}
	return all(each(list, bulletinLine)), nil
}

func (a *API) publicBulletin(ctx context.Context, in *OfBulletin) (*out[Bulletin], error) {
	var b Bulletin
	return answer(&b, a.read(ctx, func(tx *db.Tx) error {
		found, err := a.Notices.Public(tx, idIn(in.ID))
		b = bulletinOf(found)
		return err
	}))
}

func bulletinLine(b notice.Bulletin) BulletinLine {
	return BulletinLine{b.ID, b.Document, b.Notice, b.Title, b.Number, b.Issuer, Period{b.Period.From.String(), b.Period.To.String()}, string(b.State),
		b.Open, b.MadeAt.Time, b.SignedAt.Time, b.SignedName}
}

func bulletinOf(b notice.Bulletin) Bulletin {
	return Bulletin{bulletinLine(b), cites(b.Basis), b.Digest, listed(b.Figures.Sections)}
}
