package api

import (
	"context"
	"net/http"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/lexicon"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/internal/web/session"
)

// A Conflict is a telling that disagrees with what stands.
type Conflict struct {
	ID       db.ID     `json:"id"`
	Subject  Subject   `json:"subject"`
	Name     string    `json:"name" doc:"登记项"`
	Label    string    `json:"label"`
	Was      string    `json:"was,omitempty" doc:"现在登记的；敏感的打码"`
	Says     string    `json:"says" doc:"另一种说法；敏感的打码"`
	Source   Source    `json:"source"`
	Basis    string    `json:"basis,omitempty"`
	Recorded time.Time `json:"recorded"`
	State    string    `json:"state" enum:"open,kept,taken"`
	Settled  time.Time `json:"settled,omitzero"`
	Reason   string    `json:"reason,omitempty"`
}

// A Correction is a request to hold something else of a subject.
type Correction struct {
	ID      db.ID     `json:"id"`
	Subject Subject   `json:"subject"`
	Name    string    `json:"name" doc:"登记项"`
	Label   string    `json:"label"`
	Was     string    `json:"was,omitempty"`
	Value   string    `json:"value"`
	From    string    `json:"from,omitempty"`
	Reason  string    `json:"reason"`
	Asked   time.Time `json:"asked"`
	Mine    bool      `json:"mine,omitempty" doc:"本人申请的，不能由本人审批"`
	State   string    `json:"state" enum:"asked,approved,rejected"`
	Decided time.Time `json:"decided,omitzero"`
	Answer  string    `json:"answer,omitempty"`
}

type settleInput struct {
	ID string `path:"id" maxLength:"20"`
	Keyed
	Body struct {
		Take   bool   `json:"take" doc:"true：以另一种说法为准；false：保留现在的"`
		Reason string `json:"reason" maxLength:"200"`
	}
}

type decideInput struct {
	ID string `path:"id" maxLength:"20"`
	Keyed
	Body struct {
		Approve bool   `json:"approve"`
		Reason  string `json:"reason,omitempty" maxLength:"200" doc:"不同意的须写明"`
	}
}

func (a *API) registerDisputes() {
	add(a, operation{method: http.MethodGet, path: "/register/conflicts", id: "listConflicts", tag: "人口登记", title: "等人核对的登记冲突", scope: read, roles: register.Readers}, a.conflicts)
	add(a, operation{method: http.MethodPost, path: "/register/conflicts/{id}", id: "settleConflict", tag: "人口登记", title: "决定一个登记冲突", scope: write, roles: register.Readers}, a.settle)
	add(a, operation{method: http.MethodGet, path: "/register/corrections", id: "listCorrections", tag: "人口登记", title: "等人审批的更正申请", scope: read, roles: register.Readers}, a.corrections)
	add(a, operation{method: http.MethodPost, path: "/register/corrections/{id}", id: "decideCorrection", tag: "人口登记", title: "审批一个更正申请", scope: write, roles: register.Readers}, a.decideCorrection)
}

// endOf is the first instant after a day.
func endOf(d civil.Date) db.Time { return db.At(d.AddDays(1).In(civil.Shanghai)) }

// word is how an item is called, and a value of it as a list may show it.
func (a *API) word(kind lexicon.Kind, name string) (label string, shown func(string) string) {
	w, ok := a.People.Words().Word(kind, name)
	switch {
	case !ok:
		return name, func(v string) string { return v }
	case w.Sensitive != "":
		return w.Label, w.Field().Mask
	}
	return w.Label, w.Show
}

func (a *API) conflictOf(c fact.Conflict, standing fact.Fact) Conflict {
	label, shown := a.word(c.Subject.Kind, c.Name)
	x := Conflict{ID: c.ID, Subject: Subject{Kind: string(c.Subject.Kind), ID: c.Subject.ID}, Name: c.Name, Label: label, Says: shown(c.Value), Source: sourceOf(c.Telling),
		Basis: c.Basis, Recorded: c.Recorded.Time, State: c.State, Settled: c.Settled.Time, Reason: c.Reason}
	if standing.Value != "" {
		x.Was = shown(standing.Value)
	}
	return x
}

func (a *API) correctionOf(c fact.Correction, by staff.Actor) Correction {
	label, shown := a.word(c.Subject.Kind, c.Name)
	return Correction{ID: c.ID, Subject: Subject{Kind: string(c.Subject.Kind), ID: c.Subject.ID}, Name: c.Name, Label: label, Was: shown(c.Was), Value: shown(c.Value),
		From: c.From.String(), Reason: c.Reason, Asked: c.AskedAt.Time, Mine: c.AskedBy == by.AuditName(), State: c.State, Decided: c.Decided.Time, Answer: c.Answer}
}

// waitingAt is the part of a queue that the reader may check.
func waitingAt(by staff.Actor, in *Paged) (fact.Queue, error) {
	after, err := cursorID(in.Cursor)
	if err != nil {
		return fact.Queue{}, err
	}
	paths, err := sight(by, register.ForChecking)
	return fact.Queue{Places: paths, After: after, Limit: in.Limit}, err
}

func (a *API) conflicts(ctx context.Context, in *Paged) (*paged[Conflict], error) {
	q, err := waitingAt(session.From(ctx), in)
	if err != nil {
		return nil, err
	}
	var list []Conflict
	err = a.read(ctx, func(tx *db.Tx) error {
		found, err := fact.Conflicts(tx, q)
		for _, c := range found {
			old, err := fact.ByID(tx, c.Standing)
			if err != nil {
				return err
			}
			x := a.conflictOf(c, old)
			if x.Subject.Name, err = register.Name(tx, c.Subject); err != nil {
				return err
			}
			list = append(list, x)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return page(in, list, nextOf(in, list, func(c Conflict) db.ID { return c.ID })), nil
}

// nextOf is the cursor of a list that goes on by id; "" when the page is not full.
func nextOf[T any](in *Paged, list []T, id func(T) db.ID) string {
	if len(list) < in.Limit {
		return ""
	}
	return id(list[len(list)-1]).String()
}

func (a *API) settle(ctx context.Context, in *settleInput) (*written[Conflict], error) {
	id := idIn(in.ID)
	var s fact.Subject
	w, err := do(ctx, a, in.Key, "settle-conflict "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Conflict, error) {
		c, err := fact.ConflictOf(tx, id)
		if err != nil {
			return Conflict{}, err
		}
		s = c.Subject
		if err := register.See(tx, by, s, register.ForChecking); err != nil {
			return Conflict{}, err
		}
		if err := register.SettleConflict(tx, by.AuditName(), id, in.Body.Take, in.Body.Reason); err != nil {
			return Conflict{}, err
		}
		c, err = fact.ConflictOf(tx, id)
		return a.conflictOf(c, fact.Fact{}), err
	})
	return w, a.noted(ctx, s, register.ForChecking, err)
}

func (a *API) corrections(ctx context.Context, in *Paged) (*paged[Correction], error) {
	by := session.From(ctx)
	q, err := waitingAt(by, in)
	if err != nil {
		return nil, err
	}
	var list []Correction
	err = a.read(ctx, func(tx *db.Tx) error {
		found, err := fact.Corrections(tx, q)
		for _, c := range found {
			x := a.correctionOf(c, by)
			if x.Subject.Name, err = register.Name(tx, c.Subject); err != nil {
				return err
			}
			list = append(list, x)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return page(in, list, nextOf(in, list, func(c Correction) db.ID { return c.ID })), nil
}

func (a *API) decideCorrection(ctx context.Context, in *decideInput) (*written[Correction], error) {
	id := idIn(in.ID)
	var s fact.Subject
	w, err := do(ctx, a, in.Key, "decide-correction "+in.ID, in.Body, func(tx *db.Tx, by staff.Actor) (Correction, error) {
		c, err := fact.CorrectionOf(tx, id)
		if err != nil {
			return Correction{}, err
		}
		s = c.Subject
		if err := register.See(tx, by, s, register.ForChecking); err != nil {
			return Correction{}, err
		}
		if err := register.DecideCorrection(tx, by.AuditName(), id, in.Body.Approve, in.Body.Reason); err != nil {
			return Correction{}, err
		}
		c, err = fact.CorrectionOf(tx, id)
		return a.correctionOf(c, by), err
	})
	return w, a.noted(ctx, s, register.ForChecking, err)
}
