package api

import (
	"context"
	"net/http"
	"strings"

	"linli/internal/fault"
	"linli/internal/staff"
)

// A Unit is an organisation of government that handles cases.
type Unit struct {
	Code    string   `json:"code"`
	Name    string   `json:"name"`
	Kind    string   `json:"kind,omitempty"`
	Place   string   `json:"place"`
	Parent  string   `json:"parent,omitempty"`
	Offices []string `json:"offices" doc:"在政策包中担任的机构"`
	Closed  bool     `json:"closed,omitempty"`
}

type unitsInput struct {
	Words  string `query:"q" maxLength:"40" doc:"名称中的字"`
	Place  string `query:"place" maxLength:"40" doc:"服务的区划"`
	Office string `query:"office" maxLength:"60" doc:"担任的机构"`
}

type unitInput struct {
	Code string `path:"code" maxLength:"60"`
}

func (a *API) registerUnits() {
	add(a, operation{method: http.MethodGet, path: "/units", id: "listUnits", tag: "单位", title: "单位", scope: read}, a.units)
	add(a, operation{method: http.MethodGet, path: "/units/{code}", id: "getUnit", tag: "单位", title: "一个单位", scope: read}, a.unit)
}

func (a *API) units(_ context.Context, in *unitsInput) (*out[List[Unit]], error) {
	var list []Unit
	for _, u := range a.Units.Units() {
		if strings.Contains(u.Name, in.Words) && (in.Place == "" || u.Place == in.Place) && (in.Office == "" || fills(u, in.Office)) {
			list = append(list, unitOf(u))
		}
	}
	return all(list), nil
}

func (a *API) unit(_ context.Context, in *unitInput) (*out[Unit], error) {
	u, known := a.Units.Unit(in.Code)
	if !known {
		return nil, fault.NotFound("没有单位 %s", in.Code)
	}
	return &out[Unit]{unitOf(u)}, nil
}

func fills(u staff.Unit, office string) bool {
	for _, o := range u.Offices {
		if o == office {
			return true
		}
	}
	return false
}

func unitOf(u staff.Unit) Unit {
	return Unit{u.Code, u.Name, u.Kind, u.Place, u.Parent, listed(u.Offices), u.Closed}
}
