package field

import (
	"fmt"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/geo"
	"linli/internal/round"
	"linli/internal/staff"
)

// went is the body of a point of a round, and of a visit to somebody, which is a point too.
type went struct {
	Point   db.ID             `json:"point"`
	Visit   db.ID             `json:"visit"`
	Answers map[string]string `json:"answers"`
	Words   string            `json:"words"`
}

// point writes down what was found at a point of a round.
func (x *Inbox) point(tx *db.Tx, by staff.Actor, r *row) error {
	var b went
	if err := r.read(&b); err != nil {
		return err
	}
	if b.Point.IsZero() {
		b.Point = b.Visit
	}
	v := round.Visit{Key: r.key(), Point: b.Point, Answers: b.Answers, Words: b.Words, Photos: r.Photos, At: r.at}
	if r.Lon != nil {
		v.Where = &round.Position{Point: geo.Point{Lon: *r.Lon, Lat: *r.Lat}, Accuracy: min(r.Accuracy, 20_000)}
	}
	done, err := x.Rounds.Record(tx, by, v)
	if err != nil {
		return err
	}
	photos, err := x.photos(tx, r)
	if err != nil {
		return err
	}
	if err := x.hangOn(tx, by, "visit:"+done.Visit.String(), photos); err != nil {
		return err
	}
	if _, err := x.speak(tx, by, "visit:"+done.Visit.String(), r); err != nil {
		return err
	}
	said := []string{"已记入走访"}
	if done.Percent >= 0 && done.Grade != "" {
		said = append(said, fmt.Sprintf("得分 %d%%，%s 级", done.Percent, done.Grade))
	}
	if n := len(done.Findings); n > 0 {
		said = append(said, fmt.Sprintf("发现 %d 个问题", n))
		if i := slices.IndexFunc(done.Findings, func(f round.Finding) bool { return !f.Case.IsZero() }); i >= 0 {
			r.caseID = done.Findings[i].Case
		}
	}
	for _, m := range done.Marks {
		r.mark(m)
	}
	r.state, r.words = Taken, strings.Join(said, "；")
	return nil
}
