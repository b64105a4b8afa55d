package grid

import (
	"encoding/json"
	"net/http"
	"strings"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/field"
	"linli/internal/flow"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A fieldPack is what a device needs to work offline; see package field.
type fieldPack struct {
	Version string      `json:"version"`
	Now     db.Time     `json:"now"`
	Token   string      `json:"token"`
	Me      packMe      `json:"me"`
	Classes []packClass `json:"classes"`
	Cases   []packCase  `json:"cases"`
	Checks  []packCheck `json:"checks"`
	Limits  packLimits  `json:"limits"`
	packWalk
}

type packMe struct {
	Name  string     `json:"name"`
	Login string     `json:"login"`
	Grids []packGrid `json:"grids"`
}

type packGrid struct {
	Code string `json:"code"`
	Name string `json:"name"`
	Path string `json:"path"`

	Outline json.RawMessage `json:"outline,omitempty"` // GeoJSON
}

type packCase struct {
	ID      db.ID      `json:"id"`
	Number  string     `json:"number"`
	Version int64      `json:"version"`
	Kind    string     `json:"kind"`
	Title   string     `json:"title"`
	State   flow.State `json:"state"`
	At      db.Time    `json:"at"`
	Lon     *float64   `json:"lon,omitempty"`
	Lat     *float64   `json:"lat,omitempty"`
}

type packCheck struct {
	Case    db.ID       `json:"case"`
	Number  string      `json:"number"`
	Version int64       `json:"version"`
	Title   string      `json:"title"`
	Kind    string      `json:"kind"` // code of the class
	Spot    string      `json:"spot"`
	Lon     *float64    `json:"lon,omitempty"`
	Lat     *float64    `json:"lat,omitempty"`
	Photos  []string    `json:"photos"` // before; addresses, for the session
	Due     db.Time     `json:"due"`
	Handled packHandled `json:"handled"`
}

type packHandled struct {
	Words  string   `json:"words"`
	At     db.Time  `json:"at"`
	Photos []string `json:"photos"` // addresses, for the session
}

type packLimits struct {
	PhotoPx    int   `json:"photo_px"`
	PhotoBytes int64 `json:"photo_bytes"`
	Batch      int   `json:"batch"`

	Near float64 `json:"near_m"` // within which cases of one class are likely the same
	Far  float64 `json:"far_m"`
}

// packCases is how many open cases a device carries.
const packCases = 200

// pack answers what the worker's device needs, with a token for the device.
func (s *Sync) pack(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	if err := session.Require(r, staff.Grid); err != nil {
		return 0, nil, err
	}
	by := session.Actor(r)
	p := fieldPack{Limits: packLimits{PhotoPx: field.PhotoSide, PhotoBytes: s.Town.Files.Limit(), Batch: field.MaxItems}}
	err := s.Town.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		p.Token, err = field.Admit(tx, by, r.Header.Get("X-Field-Device"))
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	err = s.Town.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		p.Now = db.At(tx.Now())
		near := s.Town.Cases.Nearness(tx.Now())
		p.Limits.Near, p.Limits.Far = near.Near, near.Far
		p.Version = p.Now.Text()
		if p.Me, err = s.me(tx, by); err != nil {
			return err
		}
		p.Classes = s.classes(tx)
		if p.packWalk, err = s.walk(tx, by); err != nil {
			return err
		}
		p.Cases, p.Checks, err = s.cases(tx, by)
		return err
	})
	return http.StatusOK, p, err
}

func (s *Sync) me(tx *db.Tx, by staff.Actor) (packMe, error) {
	me := packMe{Name: by.Name, Login: by.Login, Grids: []packGrid{}}
	for _, g := range by.Grants {
		if g.Role != staff.Grid {
			continue
		}
		codes := place.Codes(g.Place)
		code := codes[len(codes)-1]
		border, err := outline(tx, g.Place)
		if err != nil {
			return me, err
		}
		me.Grids = append(me.Grids, packGrid{Code: code, Name: s.Town.Place(code), Path: g.Place, Outline: border})
	}
	return me, nil
}

// cases are the open ones of the worker's places, and of them those that are to be looked at on site.
func (s *Sync) cases(tx *db.Tx, by staff.Actor) ([]packCase, []packCheck, error) {
	lines, _, err := s.Town.Cases.Queue(tx, by, casework.Query{Limit: packCases})
	if err != nil {
		return nil, nil, err
	}
	spots, err := casework.Spots(tx, lines)
	if err != nil {
		return nil, nil, err
	}
	open, checks := []packCase{}, []packCheck{}
	for _, l := range lines {
		var lon, lat *float64
		if p, told := spots[l.ID]; told {
			lon, lat = &p.Lon, &p.Lat
		}
		open = append(open, packCase{ID: l.ID, Number: l.Number, Version: l.Version, Kind: l.Kind, Title: l.Title, State: l.State, At: l.Registered, Lon: lon, Lat: lat})
		if l.State != flow.Replied {
			continue
		}
		c, err := s.check(tx, by, l)
		if err != nil {
			return nil, nil, err
		}
		c.Lon, c.Lat = lon, lat
		checks = append(checks, c)
	}
	return open, checks, nil
}

func (s *Sync) check(tx *db.Tx, by staff.Actor, l casework.Line) (packCheck, error) {
	c := packCheck{Case: l.ID, Number: l.Number, Version: l.Version, Title: l.Title, Kind: l.Kind, Due: l.Limit, Handled: packHandled{Photos: []string{}}}
	v, err := s.Town.Cases.View(tx, by, l.ID)
	if err != nil {
		return c, err
	}
	c.Spot = v.Case.Spot
	for _, st := range v.Steps {
		if st.Verb != flow.Reply {
			continue
		}
		c.Handled = packHandled{Words: st.Words, At: db.At(st.At), Photos: []string{}}
		for _, hash := range strings.FieldsFunc(st.Files, func(r rune) bool { return r == ',' }) {
			c.Handled.Photos = append(c.Handled.Photos, "/files/"+l.ID.String()+"/"+hash)
		}
	}
	c.Photos, err = before(tx, l.ID, c.Handled.Photos)
	return c, err
}
