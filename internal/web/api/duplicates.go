package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"linli/internal/db"
	"linli/internal/duplicate"
	"linli/internal/fact"
	"linli/internal/match"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// pairReaders see likely duplicates; whoever keeps registers decides them.
var pairReaders = append(slices.Clone(duplicate.Registrars), staff.Auditor)

// A Pair is two entries that are likely of one person.
type Pair struct {
	ID      db.ID      `json:"id"`
	Older   PersonLine `json:"older"`
	Newer   PersonLine `json:"newer"`
	Says    string     `json:"says" doc:"匹配规则的说法"`
	Reasons []string   `json:"reasons"`
	Source  string     `json:"source" doc:"在哪里发现"`
	Found   time.Time  `json:"found"`
	State   string     `json:"state" enum:"open,merged,different"`
	Decided time.Time  `json:"decided,omitzero"`
	Why     string     `json:"why,omitempty"`
}

// A PairView puts the two entries side by side.
type PairView struct {
	Pair
	Sides []PairSide `json:"sides" doc:"先登记的在前"`
	May   bool       `json:"may" doc:"可以判断"`
}

// A PairSide is one entry of a pair.
type PairSide struct {
	Person     PersonLine  `json:"person"`
	Contacts   []Contact   `json:"contacts"`
	Statements []Statement `json:"statements"`
}

type OfPair struct {
	ID string `path:"id" maxLength:"20"`
}

type decidePairInput struct {
	OfPair
	Keyed
	Body struct {
		Same bool   `json:"same" doc:"true：是同一个人；false：不是，不再问"`
		Kept db.ID  `json:"kept,omitzero" required:"false" doc:"是同一个人时保留哪一条"`
		Why  string `json:"why" maxLength:"200" doc:"根据什么判断"`
	}
}

// A Merged says what became of a decision about a pair.
type Merged struct {
	State     string   `json:"state" enum:"merged,different"`
	Kept      db.ID    `json:"kept,omitzero"`
	Facts     int      `json:"facts"`
	Conflicts int      `json:"conflicts"`
	Relations int      `json:"relations"`
	Left      []string `json:"left" doc:"没有并过来的关系和原因"`
}

func (a *API) registerDuplicates() {
	add(a, operation{method: http.MethodGet, path: "/register/duplicates", id: "listDuplicates", tag: "人口登记", title: "疑似重复的登记，最新的在前", scope: read, roles: pairReaders}, a.pairs)
	add(a, operation{method: http.MethodGet, path: "/register/duplicates/{id}", id: "getDuplicate", tag: "人口登记", title: "两条登记并排", scope: read, roles: pairReaders}, a.pair)
	add(a, operation{method: http.MethodPost, path: "/register/duplicates/{id}", id: "decideDuplicate", tag: "人口登记", title: "判断是不是同一个人", scope: write, roles: duplicate.Registrars}, a.decidePair)
}

func (a *API) pairs(ctx context.Context, in *Paged) (*paged[Pair], error) {
	before, err := cursorID(in.Cursor)
	if err != nil {
		return nil, err
	}
	var list []Pair
	err = a.read(ctx, func(tx *db.Tx) error {
		found, err := duplicate.Queue(tx, session.From(ctx), before, in.Limit)
		for _, p := range found {
			x, err := pairOf(tx, p)
			if err != nil {
				return err
			}
			list = append(list, x)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return page(in, list, nextOf(in, list, func(p Pair) db.ID { return p.ID })), nil
}

func pairOf(tx *db.Tx, p duplicate.Pair) (Pair, error) {
	older, err := register.PersonOf(tx, p.Older)
	if err != nil {
		return Pair{}, err
	}
	newer, err := register.PersonOf(tx, p.Newer)
	return Pair{p.ID, personLine(older), personLine(newer), p.Says, each(p.Reasons, reasonText), p.Source, p.Found.Time, string(p.State), p.Decided.Time, p.Why}, err
}

func reasonText(r match.Reason) string { return fmt.Sprintf(r.Format, r.Args...) }

func (a *API) pair(ctx context.Context, in *OfPair) (*out[PairView], error) {
	by := session.From(ctx)
	var x PairView
	return answer(&x, a.read(ctx, func(tx *db.Tx) error {
		p, err := duplicate.Get(tx, by, idIn(in.ID))
		if err != nil {
			return err
		}
		if x.Pair, err = pairOf(tx, p); err != nil {
			return err
		}
		x.May = p.State == duplicate.Open && duplicate.Registers(by, p.Path)
		for i, line := range []PersonLine{x.Older, x.Newer} {
			side, err := a.side(tx, line, []db.ID{p.Older, p.Newer}[i])
			if err != nil {
				return err
			}
			x.Sides = append(x.Sides, side)
		}
		return nil
	}))
}

func (a *API) side(tx *db.Tx, line PersonLine, id db.ID) (PairSide, error) {
	contacts, err := register.Contacts(tx, id)
	if err != nil {
		return PairSide{}, err
	}
	facts, err := fact.Of(tx, fact.Person(id), fact.AsOf{})
	return PairSide{line, each(contacts, contactOf), a.statementsOf(a.inOrder(facts), false)}, err
}

func contactOf(c register.Contact) Contact {
	return Contact{string(c.Kind), c.Masked, c.First.Time, c.Last.Time}
}

func (a *API) decidePair(ctx context.Context, in *decidePairInput) (*written[Merged], error) {
	b := &in.Body
	return do(ctx, a, in.Key, "decide-pair "+in.ID, b, func(tx *db.Tx, by staff.Actor) (Merged, error) {
		if !b.Same {
			return Merged{State: string(duplicate.Different), Left: []string{}}, duplicate.Differ(tx, by, idIn(in.ID), b.Why)
		}
		o, err := duplicate.Merge(tx, a.People, by, idIn(in.ID), b.Kept, b.Why)
		return Merged{string(duplicate.Merged), o.Kept, o.Facts, o.Conflicts, o.Relations, listed(o.Left)}, err
	})
}
