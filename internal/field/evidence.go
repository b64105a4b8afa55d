package field

import (
	"errors"
	"fmt"
	"strings"

	"linli/internal/blob"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/geo"
	"linli/internal/picture"

	"linli/internal/casework"
)

// photos are those of an item that arrived and are photos, with when and where each was taken: what its EXIF says, else what the telephone said.
func (x *Inbox) photos(tx *db.Tx, r *row) ([]shot, error) {
	var list []shot
	for _, sha := range r.Photos {
		l, p, there, err := x.brought(tx, r.account, sha)
		if err != nil {
			return nil, err
		}
		if !there || !picture.Is(l.File) {
			continue
		}
		r.says(sha, &p)
		list = append(list, shot{l.File, p})
	}
	return list, nil
}

// voices are the voice notes of an item that arrived and are such.
func (x *Inbox) voices(tx *db.Tx, r *row) ([]blob.Link, error) {
	var list []blob.Link
	for _, sha := range r.Voices {
		l, _, there, err := x.brought(tx, r.account, sha)
		if err != nil {
			return nil, err
		}
		if there && strings.HasPrefix(l.Type, "audio/") {
			list = append(list, l)
		}
	}
	return list, nil
}

// brought is what a device sent under a hash, and what its EXIF says; false for what did not come or was neither photo nor voice note.
func (x *Inbox) brought(tx *db.Tx, account db.ID, sha string) (l blob.Link, p picture.Picture, there bool, err error) {
	var taken db.Time
	var placed, lon, lat int64
	var link db.ID
	err = tx.QueryRow(`select link, taken_at, placed, lon, lat from field_photo where account = ? and sha = ? and words = ''`, account, sha).
		Scan(&link, &taken, &placed, &lon, &lat)
	if errors.Is(err, db.ErrNoRows) {
		return l, p, false, nil
	}
	if err != nil {
		return l, p, false, fmt.Errorf("file of item: %w", err)
	}
	l, err = blob.Get(tx, link)
	return l, picture.Picture{Taken: taken.Time, Placed: placed == 1, Where: geo.Of(lon, lat), Source: "exif"}, err == nil, err
}

// says fills in what the telephone said of a photo that does not tell itself. Its clock is corrected as the item's is.
func (r *row) says(sha string, p *picture.Picture) {
	if !p.Taken.IsZero() && p.Placed {
		return
	}
	s, told := r.Shots[sha]
	if !told && p.Taken.IsZero() && !p.Placed {
		p.Source = ""
		return
	}
	if p.Taken.IsZero() && !s.At.IsZero() {
		p.Taken, p.Source = s.At.Add(r.at.Sub(r.At)).UTC(), "phone"
	}
	if !p.Placed && s.Lon != nil && s.Lat != nil && onEarth(*s.Lon, *s.Lat) {
		p.Placed, p.Where, p.Source = true, geo.Point{Lon: *s.Lon, Lat: *s.Lat}, "phone"
	}
}

// judge marks an item whose photos do not fit the case.
func (x *Inbox) judge(tx *db.Tx, r *row, id db.ID, photos []shot) error {
	if len(photos) == 0 {
		return nil
	}
	k, err := x.Cases.Stored(tx, id)
	if err != nil {
		return err
	}
	doubts, err := x.Cases.PhotoDoubts(tx, k)
	if err != nil {
		return err
	}
	for _, d := range doubts {
		for _, s := range photos {
			if s.File.Hash == d.Hash {
				r.mark(d.Mark)
			}
		}
	}
	return nil
}

// flowOf is the flow of a case in the version with which it began, nil when no pack has it any more.
func (x *Inbox) flowOf(k *casework.Case) *flow.Flow {
	if p := x.Packs().Pack(k.Document, k.Pack); p != nil {
		return p.On(civil.DateOf(k.Registered, civil.Shanghai)).Flow(k.Flow)
	}
	return nil
}
