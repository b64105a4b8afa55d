package api

import (
	"context"
	"net/http"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/geo"
	"linli/internal/web/session"
)

// A NearCase is a case that may be about the same thing, by class, distance and age.
type NearCase struct {
	Line
	Lon    float64 `json:"lon"`
	Lat    float64 `json:"lat"`
	Metres int     `json:"metres" minimum:"0"`
	Same   bool    `json:"same" doc:"类别完全相同"`
	Open   bool    `json:"open"`
}

type nearInput struct {
	Kind string  `query:"kind" maxLength:"100" doc:"类别，如 event-01-10；不带则不问类别，只看最近的"`
	Lon  float64 `query:"lon" required:"true" minimum:"-180" maximum:"180" doc:"经度，WGS-84"`
	Lat  float64 `query:"lat" required:"true" minimum:"-90" maximum:"90" doc:"纬度，WGS-84"`
}

func (a *API) registerNear() {
	add(a, operation{method: http.MethodGet, path: "/cases/near", id: "nearCases", tag: "办件", title: "附近可能是同一件事的办件，最像的在前", scope: read, official: true}, a.near)
}

func (a *API) near(ctx context.Context, in *nearInput) (*out[List[NearCase]], error) {
	var list []casework.NearCase
	err := a.read(ctx, func(tx *db.Tx) (err error) {
		list, err = a.Cases.Near(tx, session.From(ctx), in.Kind, geo.Point{Lon: in.Lon, Lat: in.Lat})
		return err
	})
	if err != nil {
		return nil, err
	}
	return all(each(list, func(n casework.NearCase) NearCase {
		return NearCase{lineOf(n.Line), n.Point.Lon, n.Point.Lat, n.Metres, n.Same, n.Open}
	})), nil
}
