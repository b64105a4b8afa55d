package casework

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Tally (汇总) counts the cases registered in one month at one place below the one asked for.
type Tally struct {
	Place    string `json:"place"` // code of the child, or of the place itself for what was registered there
	Cases    int    `json:"cases"`
	Open     int    `json:"open"`
	Replied  int    `json:"replied"`
	OnTime   int    `json:"on_time"` // replied within the legal term
	Late     int    `json:"late"`    // past the term, replied or not
	Returned int    `json:"returned"`
	Reworked int    `json:"reworked"`
	Rated    int    `json:"rated"`
	Good     int    `json:"good"` // grade 3 and above of those rated
}

func (t *Tally) add(u Tally) {
	t.Cases += u.Cases
	t.Open += u.Open
	t.Replied += u.Replied
	t.OnTime += u.OnTime
	t.Late += u.Late
	t.Returned += u.Returned
	t.Reworked += u.Reworked
	t.Rated += u.Rated
	t.Good += u.Good
}

// RollUp sums the cases registered in a month ("2026-09") below a place, by its children. The actor must see the place.
func (c *Cases) RollUp(tx *db.Tx, by staff.Actor, path, month string) ([]Tally, error) {
	if !sees(by, staff.PlaceKeys(path)) {
		return nil, fault.Forbidden("您无权查看这个区划的汇总")
	}
	from, end := place.Range(path)
	column := "path"
	if len(place.Codes(path)) < areaDepth {
		column = "area"
	}
	sql := "select " + column
	for _, c := range countColumns {
		sql += ", sum(" + c + ")"
	}
	leaves, err := db.Select(tx, func(r *db.Rows) (t Tally, err error) {
		return t, r.Scan(&t.Place, &t.Cases, &t.Open, &t.Replied, &t.OnTime, &t.Late, &t.Returned, &t.Reworked, &t.Rated, &t.Good)
	}, sql+` from case_tally where month = ? and area >= ? and area < ? and path >= ? and path < ? group by `+column,
		month, areaOf(from), end, from, end)
	if err != nil {
		return nil, fmt.Errorf("roll up %s of %s: %w", month, path, err)
	}
	sums := map[string]*Tally{}
	for _, t := range leaves {
		child := childOf(path, t.Place)
		if sums[child] == nil {
			sums[child] = &Tally{Place: child}
		}
		sums[child].add(t)
	}
	list := make([]Tally, 0, len(sums))
	for _, t := range sums {
		list = append(list, *t)
	}
	slices.SortFunc(list, func(a, b Tally) int { return cmp.Compare(a.Place, b.Place) })
	return list, nil
}

// childOf returns the code of the child of prefix through which path runs; the last code of prefix for the place itself.
func childOf(prefix, path string) string {
	rest := strings.TrimPrefix(path, prefix)
	if code, _, ok := strings.Cut(rest, "/"); ok {
		return code
	}
	codes := place.Codes(prefix)
	return codes[len(codes)-1]
}

// A Likeness (相似办件) is an open case that may be about the same matter.
type Likeness struct {
	Line
	Score float64 `json:"score"` // 0 to 1: the share of two-character words in common
}

// likeEnough is the least score at which a likely duplicate is worth showing. Two titles on
// one matter in different words commonly share a third of their two-character words.
const likeEnough = 0.3

// Likely finds up to five open cases of the same place that read like this one, the likest first. It tells titles only;
// the caller decides who may open them.
func (c *Cases) Likely(tx *db.Tx, code, title string, except db.ID) ([]Likeness, error) {
	want := bigrams(title)
	if len(want) == 0 || code == "" {
		return nil, nil
	}
	near, err := db.Select(tx, scanLine, `select `+lineColumns+` from case_queue q join case_record c on c.id = q.case_id
		where q.scope = ? order by q.case_id desc limit 500`, "p:"+code)
	if err != nil {
		return nil, fmt.Errorf("likely duplicates: %w", err)
	}
	var list []Likeness
	for _, l := range near {
		if s := likeness(want, bigrams(l.Title)); s >= likeEnough && l.ID != except {
			l.Grade = 0
			list = append(list, Likeness{l, s})
		}
	}
	slices.SortFunc(list, func(a, b Likeness) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
	return list[:min(len(list), 5)], nil
}

func bigrams(s string) map[string]bool {
	m := map[string]bool{}
	r := []rune(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ，。！？、；：,.!?;:“”\"'（）()的了在和", r) {
			return -1
		}
		return r
	}, s))
	for i := 0; i+1 < len(r); i++ {
		m[string(r[i:i+2])] = true
	}
	return m
}

// likeness is the Dice coefficient of two sets of two-character words.
func likeness(a, b map[string]bool) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	common := 0
	for w := range a {
		if b[w] {
			common++
		}
	}
	return 2 * float64(common) / float64(len(a)+len(b))
}
