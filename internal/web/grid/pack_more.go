package grid

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"linli/internal/blob"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/place"
	"linli/internal/web/part"
)

// A packClass is a class of the rulebooks in force, with the rows under which a case of it is opened.
type packClass struct {
	Code      string         `json:"code"`
	Kind      string         `json:"kind"`
	Group     string         `json:"group"`
	Name      string         `json:"name"`
	Standards []packStandard `json:"standards"`
}

type packStandard struct {
	Ref    string `json:"ref"`
	Opens  string `json:"opens"`
	Closes string `json:"closes"`
	Term   string `json:"term"` // in words
	Urgent bool   `json:"urgent"`
}

// classes are the rulebooks by class, in their own order.
func (s *Sync) classes(tx *db.Tx) []packClass {
	list, at := []packClass{}, map[string]int{}
	for _, r := range s.Town.Packs().Standards(civil.DateOf(tx.Now(), civil.Shanghai)) {
		i, known := at[r.Code]
		if !known {
			i = len(list)
			at[r.Code] = i
			list = append(list, packClass{Code: r.Code, Kind: r.Kind, Group: r.Group, Name: r.Name})
		}
		list[i].Standards = append(list[i].Standards, packStandard{Ref: r.Ref(), Opens: r.Opens, Closes: r.Closes, Term: r.Term.Words(), Urgent: r.Urgent})
	}
	return list
}

// outline is the border of a place, nil when nobody drew one.
func outline(tx *db.Tx, path string) (json.RawMessage, error) {
	codes := place.Codes(path)
	if len(codes) < 2 {
		return nil, nil
	}
	all, err := place.Outlines(tx, codes[len(codes)-2])
	if err != nil {
		return nil, fmt.Errorf("outline of %s: %w", path, err)
	}
	return all[codes[len(codes)-1]], nil
}

// before are the pictures of a case that did not come with its last reply: what it looked like.
func before(tx *db.Tx, id db.ID, after []string) ([]string, error) {
	links, err := blob.List(tx, part.Subject(id))
	if err != nil {
		return nil, err
	}
	photos := []string{}
	for _, l := range links {
		if at := part.FileHref(id, l.Hash); strings.HasPrefix(l.Type, "image/") && !slices.Contains(after, at) && !slices.Contains(photos, at) {
			photos = append(photos, at)
		}
	}
	return photos, nil
}
