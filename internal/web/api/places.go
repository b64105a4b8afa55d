package api

import (
	"context"
	"net/http"
	"strings"

	"linli/internal/fault"
	"linli/internal/place"
)

// A Place is one unit of the division of land.
type Place struct {
	Code   string  `json:"code"`
	Name   string  `json:"name"`
	Level  string  `json:"level"`
	Parent string  `json:"parent,omitempty"`
	Path   string  `json:"path" doc:"自上而下的代码，每级后有一条斜线"`
	Gone   bool    `json:"gone,omitempty" doc:"已撤并"`
	Lon    float64 `json:"lon,omitempty" doc:"度"`
	Lat    float64 `json:"lat,omitempty" doc:"度"`
}

// A PlaceView is a place with what stands around it.
type PlaceView struct {
	Place
	Above []Place `json:"above" doc:"上级，自上而下"`
	Below []Place `json:"below" doc:"现有的直接下级"`
}

type placesInput struct {
	Parent string `query:"parent" maxLength:"40" doc:"列出它的直接下级；空为最上级"`
	Words  string `query:"q" maxLength:"40" doc:"名称中的字或代码的开头；给出时不看 parent"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type placeInput struct {
	Code string `path:"code" maxLength:"40"`
}

func (a *API) registerPlaces() {
	add(a, operation{method: http.MethodGet, path: "/places", id: "listPlaces", tag: "区划", title: "下级区划，或按名称查找", scope: anyone}, a.places)
	add(a, operation{method: http.MethodGet, path: "/places/{code}", id: "getPlace", tag: "区划", title: "一个区划和它的上下级", scope: anyone}, a.place)
}

func (a *API) places(_ context.Context, in *placesInput) (*out[List[Place]], error) {
	t := a.Places.Tree()
	if in.Words != "" {
		return all(each(t.Find(in.Words, in.Limit), placeOf)), nil
	}
	return all(each(t.Children(in.Parent), placeOf)), nil
}

func (a *API) place(_ context.Context, in *placeInput) (*out[PlaceView], error) {
	t := a.Places.Tree()
	p, known := t.Get(in.Code)
	if !known {
		return nil, fault.NotFound("没有代码为 %s 的区划", in.Code)
	}
	return &out[PlaceView]{PlaceView{placeOf(p), each(t.Ancestors(p.Code), placeOf), each(t.Children(p.Code), placeOf)}}, nil
}

func placeOf(p place.Place) Place {
	return Place{p.Code, p.Name, p.Level, p.Parent, p.Path, p.Gone(), float64(p.Lon) / 1e6, float64(p.Lat) / 1e6}
}

// lastCode is the place that a path leads to.
func lastCode(path string) string {
	path = strings.TrimSuffix(path, "/")
	return path[strings.LastIndexByte(path, '/')+1:]
}
