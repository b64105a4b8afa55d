package flow

import (
	"maps"
	"slices"
	"time"

	"linli/internal/civil"
	"linli/internal/law"
)

// A Situation (案情) is all that the engine knows of one case between two steps. It is plain data: it marshals to JSON
// and is stored with the case. The zero Situation is a case that does not exist yet; only Register applies to it.
type Situation struct {
	Flow    string         `json:"flow"`
	Channel string         `json:"channel"`
	State   State          `json:"state"`
	Since   time.Time      `json:"since"`
	Back    State          `json:"back,omitempty"` // where Supply returns to
	Facts   map[string]any `json:"facts,omitempty"`

	Sender   string   `json:"sender,omitempty"`   // unit that brought the case, where no resident did
	Desk     string   `json:"desk,omitempty"`     // unit that registered or took over
	Walked   bool     `json:"walked,omitempty"`   // those who walk the grids have a part in it
	Located  bool     `json:"located,omitempty"`  // somebody said its position
	Also     []string `json:"also,omitempty"`     // paths of other places that it concerns
	Lead     string   `json:"lead,omitempty"`     // lead unit 主办
	Branches []Branch `json:"branches,omitempty"` // helper units 协办
	Leader   string   `json:"leader,omitempty"`   // account the case lies before

	Post string `json:"post,omitempty"` // that leader's post

	Pending    *Request `json:"pending,omitempty"`    // extension asked for, undecided
	Extensions int      `json:"extensions,omitempty"` // granted so far
	Orders     []Order  `json:"orders,omitempty"`     // supervision orders 督办
	Arisen     []string `json:"arisen,omitempty"`     // ids of dues that arose at any time in this round
	Owed       []Owed   `json:"owed,omitempty"`       // debts not yet settled

	Running []Running `json:"clocks,omitempty"`
	Stays   []Stay    `json:"stays,omitempty"` // every state it has been in, for pauses

	First map[Verb]time.Time `json:"first,omitempty"`
	Count map[Verb]int       `json:"count,omitempty"`
	Doers []Doer             `json:"doers,omitempty"`

	Outcome string `json:"outcome,omitempty"`
	Main    string `json:"main,omitempty"`   // case it was merged into
	Appeal  bool   `json:"appeal,omitempty"` // an appeal waits for an answer
	Grade   int    `json:"grade,omitempty"`  // last grade given
	Steps   int    `json:"steps"`            // steps done so far

	Parts []string  `json:"parts,omitempty"` // offices that this case shares in the approval, of those that not every case has
	At    time.Time `json:"at,omitzero"`     // of the last step, whoever took it
}

// A Branch (协办分支) is one helper unit's part. One of an approval begins (Since) when the offices before it have agreed.
type Branch struct {
	Unit  string    `json:"unit"`
	Since time.Time `json:"since"`
	Due   time.Time `json:"due,omitzero"` // exclusive; zero: with the lead
	Done  time.Time `json:"done,omitzero"`

	Arrive  time.Time `json:"arrive,omitzero"`  // called to the spot by then, exclusive; zero: not called
	Arrived time.Time `json:"arrived,omitzero"` // when it came

	Office  string     `json:"office,omitempty"`  // of a part of an approval
	Verdict string     `json:"verdict,omitempty"` // of the office, once done
	Words   string     `json:"words,omitempty"`
	Clause  law.Clause `json:"clause,omitzero"`  // of a negative verdict
	Reused  string     `json:"reused,omitempty"` // number of the document that stands for the verdict
}

// A Request (延期申请) is an extension asked for.
type Request struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Term string    `json:"term"`
	Why  string    `json:"why"`
}

// An Order (督办令) is one supervision order with its own term.
type Order struct {
	ID   string    `json:"id"`
	At   time.Time `json:"at"`
	Due  time.Time `json:"due,omitzero"`
	Done time.Time `json:"done,omitzero"`
	By   string    `json:"by"`
}

// An Owed (未了义务) is a debt with who it is owed to.
type Owed struct {
	ID    string       `json:"id"`
	Name  string       `json:"name"`
	To    string       `json:"to,omitempty"` // account
	Since time.Time    `json:"since"`
	Due   time.Time    `json:"due,omitzero"` // exclusive; zero: no day named
	Basis []law.Clause `json:"basis,omitempty"`
}

// A Running (计时) is a clock of the flow as it stands for this case. Target and Limit are exclusive ends; zero: none.
type Running struct {
	ID      string    `json:"id"`
	Start   time.Time `json:"start"`
	Target  time.Time `json:"target,omitzero"`
	Limit   time.Time `json:"limit,omitzero"`
	Yellow  time.Time `json:"yellow,omitzero"` // target reached, or 80 % of the legal term used
	Stopped time.Time `json:"stopped,omitzero"`
	Paused  bool      `json:"paused,omitempty"`
	More    []string  `json:"more,omitempty"` // extensions granted, as terms
	Rough   bool      `json:"provisional,omitempty"`
}

// A Stay (停留) is one spell in one state.
type Stay struct {
	State State     `json:"state"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to,omitzero"`
}

// A Doer (经办) records that an account of a unit did a verb at least once.
type Doer struct {
	Account string `json:"account"`
	Unit    string `json:"unit,omitempty"`
	Verb    Verb   `json:"verb"`
}

// Clone returns a copy that shares nothing mutable with s.
func (s Situation) Clone() Situation {
	s.Facts = maps.Clone(s.Facts)
	s.Also = slices.Clone(s.Also)
	s.Branches = slices.Clone(s.Branches)
	s.Parts = slices.Clone(s.Parts)
	s.Orders = slices.Clone(s.Orders)
	s.Owed = slices.Clone(s.Owed)
	s.Arisen = slices.Clone(s.Arisen)
	s.Running = slices.Clone(s.Running)
	for i := range s.Running {
		s.Running[i].More = slices.Clone(s.Running[i].More)
	}
	s.Stays = slices.Clone(s.Stays)
	s.First = maps.Clone(s.First)
	s.Count = maps.Clone(s.Count)
	s.Doers = slices.Clone(s.Doers)
	if s.Pending != nil {
		p := *s.Pending
		s.Pending = &p
	}
	return s
}

// Did reports whether the account did the verb before.
func (s *Situation) Did(account string, v Verb) bool {
	return slices.ContainsFunc(s.Doers, func(d Doer) bool { return d.Account == account && d.Verb == v })
}

// Worked reports whether somebody of the unit did the verb before.
func (s *Situation) Worked(unit string, v Verb) bool {
	return unit != "" && slices.ContainsFunc(s.Doers, func(d Doer) bool { return d.Unit == unit && d.Verb == v })
}

// Units returns every unit with a part in the case now: sender, desk, lead and helpers, without repetition.
func (s *Situation) Units() []string {
	var list []string
	add := func(u string) {
		if u != "" && !slices.Contains(list, u) {
			list = append(list, u)
		}
	}
	add(s.Sender)
	add(s.Desk)
	add(s.Lead)
	for _, b := range s.Branches {
		add(b.Unit)
	}
	return list
}

// Helps reports whether the unit has an unfinished branch.
func (s *Situation) Helps(unit string) bool {
	return slices.ContainsFunc(s.Branches, func(b Branch) bool { return b.Unit == unit && b.Done.IsZero() })
}

// Yellow returns the earliest instant at which a running clock turns yellow, or a unit that was called is late; zero when none
// runs.
func (s *Situation) Yellow() time.Time {
	first := s.earliest(func(r Running) time.Time { return r.Yellow })
	if t := s.calledBy(); !t.IsZero() && (first.IsZero() || t.Before(first)) {
		return t
	}
	return first
}

// Due returns the earliest legal ceiling (or target where a clock has no ceiling) of the running clocks; zero when none runs.
func (s *Situation) Due() time.Time {
	return s.earliest(func(r Running) time.Time {
		if r.Limit.IsZero() {
			return r.Target
		}
		return r.Limit
	})
}

func (s *Situation) earliest(of func(Running) time.Time) time.Time {
	var first time.Time
	for _, r := range s.Running {
		if !r.Stopped.IsZero() || r.Paused {
			continue
		}
		if t := of(r); !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// A Mark (灯) is how a case stands against its clocks.
type Mark string

// The marks, from calm to late. Paused stands outside the order.
const (
	Green    Mark = "green"  // 正常
	Yellow   Mark = "yellow" // 黄牌: target reached or 80 % of the legal term used
	Red      Mark = "red"    // 红牌: legal ceiling passed
	OnHold   Mark = "paused" // 暂停
	NoClock  Mark = "none"   // 无时限
	Finished Mark = "done"   // 已停止计时
)

// Mark judges the situation at an instant.
func (s *Situation) Mark(now time.Time) Mark {
	mark, running, paused := NoClock, false, false
	for _, r := range s.Running {
		if !r.Stopped.IsZero() {
			continue
		}
		if r.Paused {
			paused = true
			continue
		}
		running = true
		switch {
		case !r.Limit.IsZero() && !now.Before(r.Limit):
			return Red
		case !r.Yellow.IsZero() && !now.Before(r.Yellow):
			mark = Yellow
		}
	}
	switch {
	case running && mark != Yellow:
		return Green
	case running:
		return mark
	case paused:
		return OnHold
	case len(s.Running) > 0:
		return Finished
	}
	return NoClock
}

// pauses returns the spells in which a clock that pauses in the given states stood still.
func (s *Situation) pauses(in []State) []civil.Pause {
	var list []civil.Pause
	for _, st := range s.Stays {
		if slices.Contains(in, st.State) {
			list = append(list, civil.Pause{From: st.From, To: st.To})
		}
	}
	return list
}
