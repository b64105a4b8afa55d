package atlas

import (
	"cmp"
	"context"
	"slices"
	"time"

	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/place"
	"linli/internal/staff"
)

// A Box (视窗) is the part of the earth that a map shows, by its south-western and north-eastern corners.
type Box struct {
	Low, High geo.Point
}

// A Question (图面条件) says what of the cases the map is to show.
type Question struct {
	Area     string    // path of the area, "" for all that the actor sees
	Box      *Box      // nil: wherever
	Zoom     int       // of the map, 0 to 22: the squares are 64 pixels wide
	Fine     bool      // squares of 16 pixels, for heat
	Open     string    // "open" (also ""), "closed" or "all"
	Group    string    // group of matters, see casework.GroupOf; "" all
	Mark     string    // "yellow", "red" or "": any
	From, To time.Time // registered from, and before; zero: open end
}

// A Spot (图斑) is the cases of one square: their middle and how many. A case by itself is named.
type Spot struct {
	Point  geo.Point `json:"point"`
	Cases  int       `json:"cases"`
	Yellow int       `json:"yellow"`
	Red    int       `json:"red"`
	Case   db.ID     `json:"case,omitzero"` // when there is one only
}

// A Sum (图面合计) is the cases of an area, a group or a day.
type Sum struct {
	Key    string `json:"key"`
	Cases  int    `json:"cases"`
	Yellow int    `json:"yellow"`
	Red    int    `json:"red"`
}

// A Picture (图面) answers a question.
type Picture struct {
	At    time.Time `json:"at"`
	Log   int64     `json:"log"` // position in the log up to which it knows
	Total Sum       `json:"total"`
	Spots []Spot    `json:"spots"`
	Areas []Sum     `json:"areas"` // right below the area, by code; the area itself for what lies right in it
	Kinds []Sum     `json:"kinds"` // groups of matters, the most first
	Days  []Sum     `json:"days"`  // registered, in order
	Cases []db.ID   `json:"cases"` // each, when there are at most ListMost: red ones first, then yellow, the newest before
}

// ListMost is how many cases are told one by one.
const ListMost = 60

// SpotMost bounds how many spots are given; asked too fine, squares become coarser.
const SpotMost = 4000

// Ask answers what an actor may see, at an instant.
func (a *Atlas) Ask(ctx context.Context, by staff.Actor, q Question, now time.Time) (*Picture, error) {
	if q.Zoom < 0 || q.Zoom > 22 {
		return nil, fault.Invalid("zoom", "缩放级别应在 0 到 22 之间")
	}
	if err := a.Refresh(ctx); err != nil {
		return nil, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	s := a.sieve(by, q, now)
	s.sift(&a.dots)
	return &Picture{At: now, Log: a.next, Total: s.total.sum(""), Spots: s.spots(), Areas: a.areas(s), Kinds: a.kindSums(s), Days: s.days(), Cases: s.list()}, nil
}

// tally counts all, yellow and red ones.
type tally [3]uint32

func (t *tally) add(mark int) {
	t[0]++
	if mark > 0 {
		t[mark]++
	}
}

func (t tally) sum(key string) Sum { return Sum{key, int(t[0]), int(t[1]), int(t[2])} }

// A sieve is a question made ready for a million dots, and what it has kept of them.
type sieve struct {
	q                        Question
	now                      uint32
	from, to                 uint32
	left, top, right, bottom uint32
	takes                    [4]bool // by flags
	wants                    int     // mark; 0: any
	places                   []int8  // 1: within the area and seen by place; 0: within the area; -1: outside
	units                    []bool
	kinds                    []bool
	shift                    int // of the squares

	total                  tally
	byPlace, byKind, byDay []tally
	heaps                  []heap
	listed                 []listed // the first, up to one more than are told
}

// A listed case is one of few.
type listed struct {
	id   db.ID
	mark int
}

// list tells the cases when they are few.
func (s *sieve) list() []db.ID {
	if len(s.listed) > ListMost {
		return nil
	}
	slices.SortFunc(s.listed, func(a, b listed) int { return cmp.Or(b.mark-a.mark, cmp.Compare(b.id, a.id)) })
	ids := make([]db.ID, len(s.listed))
	for i, l := range s.listed {
		ids[i] = l.id
	}
	return ids
}

func (a *Atlas) sieve(by staff.Actor, q Question, now time.Time) *sieve {
	s := &sieve{q: q, now: seconds(now), to: never, right: never, bottom: never, shift: q.shift(),
		wants: map[string]int{"yellow": 1, "red": 2}[q.Mark], takes: [4]bool{q.Open == "all" || q.Open == "closed", q.Open != "closed"}}
	if !q.From.IsZero() {
		s.from = seconds(q.From)
	}
	if !q.To.IsZero() {
		s.to = seconds(q.To)
	}
	if q.Box != nil {
		s.left, s.bottom = geo.Split(geo.Cell(q.Box.Low, geo.Finest))
		s.right, s.top = geo.Split(geo.Cell(q.Box.High, geo.Finest))
	}
	scope := by.Scope()
	s.places = make([]int8, len(a.places.list))
	for i, path := range a.places.list {
		switch {
		case !place.Within(path, q.Area):
			s.places[i] = -1
		case slices.ContainsFunc(scope.Places, func(p string) bool { return place.Within(path, p) }):
			s.places[i] = 1
		}
	}
	s.units = make([]bool, len(a.units.list))
	for i, u := range a.units.list {
		s.units[i] = u != "" && slices.Contains(scope.Units, u)
	}
	s.kinds = make([]bool, len(a.kinds.list))
	for i, k := range a.kinds.list {
		s.kinds[i] = q.Group == "" || casework.GroupOf(k) == q.Group
	}
	s.byPlace, s.byKind = make([]tally, len(s.places)), make([]tally, len(s.kinds))
	s.byDay = make([]tally, dayOf(s.now)+2)
	return s
}

// sift goes through the dots of the box.
func (s *sieve) sift(f *field) {
	parts := [][]dot{f.base}
	if s.q.Box != nil {
		parts = f.within(s.left, s.top, s.right, s.bottom)
	}
	for _, part := range parts {
		for i := range part {
			if d := &part[i]; s.takes[d.flags&3] && d.at >= s.from && d.at < s.to {
				s.take(d)
			}
		}
	}
	for _, d := range f.fresh {
		if s.takes[d.flags&3] && d.at >= s.from && d.at < s.to {
			s.take(&d)
		}
	}
}

// take counts a dot if it is asked for.
func (s *sieve) take(d *dot) {
	seen := s.places[d.place]
	if seen < 0 || seen == 0 && !s.units[d.desk] && !s.units[d.lead] || d.x < s.left || d.x > s.right || d.y < s.top || d.y > s.bottom {
		return
	}
	mark := 0
	if d.flags&open != 0 {
		mark = d.mark(s.now)
	}
	if s.wants != 0 && mark != s.wants {
		return
	}
	s.byKind[d.kind].add(mark)
	if !s.kinds[d.kind] {
		return
	}
	s.total.add(mark)
	s.byPlace[d.place].add(mark)
	s.byDay[min(dayOf(d.at), uint32(len(s.byDay)-1))].add(mark)
	s.heap(d, mark)
	if len(s.listed) <= ListMost {
		s.listed = append(s.listed, listed{d.id, mark})
	}
}

// zone is how far the day in China is ahead, in seconds.
const zone = 8 * 3600

func dayOf(at uint32) uint32 { return (at + zone) / 86400 }

func (s *sieve) days() []Sum {
	list := []Sum{}
	for day, n := range s.byDay {
		if n[0] > 0 {
			list = append(list, n.sum(civil.DateOf(time.Unix(int64(day)*86400, 0), time.UTC).String()))
		}
	}
	return list
}

// areas sums up what lies below the area, by its children.
func (a *Atlas) areas(s *sieve) []Sum {
	depth := len(place.Codes(s.q.Area))
	at := map[string]*Sum{}
	for i, n := range s.byPlace {
		if n[0] == 0 {
			continue
		}
		codes := place.Codes(a.places.list[i])
		code := codes[min(depth, len(codes)-1)]
		if at[code] == nil {
			at[code] = &Sum{Key: code}
		}
		at[code].plus(n.sum(""))
	}
	return sorted(at, func(x, y Sum) int { return cmp.Compare(x.Key, y.Key) })
}

func (a *Atlas) kindSums(s *sieve) []Sum {
	at := map[string]*Sum{}
	for i, n := range s.byKind {
		if n[0] == 0 {
			continue
		}
		group := casework.GroupOf(a.kinds.list[i])
		if at[group] == nil {
			at[group] = &Sum{Key: group}
		}
		at[group].plus(n.sum(""))
	}
	return sorted(at, func(x, y Sum) int { return cmp.Or(cmp.Compare(y.Cases, x.Cases), cmp.Compare(x.Key, y.Key)) })
}

func (s *Sum) plus(n Sum) {
	s.Cases += n.Cases
	s.Yellow += n.Yellow
	s.Red += n.Red
}

func sorted(at map[string]*Sum, by func(x, y Sum) int) []Sum {
	list := make([]Sum, 0, len(at))
	for _, s := range at {
		list = append(list, *s)
	}
	slices.SortFunc(list, by)
	return list
}
