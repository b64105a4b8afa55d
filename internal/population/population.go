package population

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/lexicon"
	"linli/internal/register"
)

// A Population (成列名册) is the persons and households of a city in columns. It is safe for concurrent use.
type Population struct {
	db     *db.DB
	people *register.Register
	city   string

	one  sync.Mutex // refreshes, one at a time
	mu   sync.RWMutex
	want map[lexicon.Kind]map[string]bool
	last mark
	now  City

	changed []Row // those that changed, the latest last
	dropped int64 // how many stand before the first of them
}

// A City (全市名册) is what Ask and Lay give: the rolls as they are. It must not be kept.
type City struct {
	Today      civil.Date
	Persons    *Roll
	Households *Roll
	dwellings  map[db.ID]int32
	roofs      [][]int32 // who lives in a dwelling
	loads      int64
}

// A Row names somebody in a roll.
type Row struct {
	Kind lexicon.Kind
	Row  int
}

// mark is up to where the population has read.
type mark struct {
	loaded bool
	day    civil.Date
	places int64
	words  *lexicon.Lexicon
	want   int
	log    int64 // position in the audit log
	ids    db.ID // tellings from here on are looked at
	seen   map[fact.Subject]fact.Touched
}

// keptChanges is how many changed rows are kept for whoever asks.
const keptChanges = 100_000

// New returns the population of a city, by its code in the audit log; it reads nothing before the first use.
func New(d *db.DB, people *register.Register, city string) *Population {
	return &Population{db: d, people: people, city: city, want: map[lexicon.Kind]map[string]bool{
		lexicon.Person:    {lexicon.MaritalStatus: true, "children": true},
		lexicon.Household: {},
	}}
}

// Want asks that facts be kept. Those that are new are read at the next use.
func (p *Population) Want(kind lexicon.Kind, names ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.want[kind] == nil {
		return
	}
	for _, n := range names {
		p.want[kind][n] = true
	}
}

func (p *Population) wanted(kind lexicon.Kind) []string {
	return slices.Sorted(maps.Keys(p.want[kind]))
}

// Ask brings the population up to date and lets a function read it. The function must not write to it and not keep it.
func (p *Population) Ask(ctx context.Context, fn func(*City) error) error {
	if err := p.Refresh(ctx); err != nil {
		return err
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	return fn(&p.now)
}

// Look lets a function read the population as it was last brought up to date.
func (p *Population) Look(fn func(*City) error) error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return fn(&p.now)
}

// Lay brings the population up to date and lets a function make plans over it. Plans hold while Loads of the city stays the same.
func (p *Population) Lay(ctx context.Context, fn func(*City) error) error {
	if err := p.Refresh(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return fn(&p.now)
}

// Loads counts how often everything was read afresh; a plan made before that is of another table.
func (c *City) Loads() int64 { return c.loads }

// Of returns the roll of a kind, nil when there is none.
func (c *City) Of(kind lexicon.Kind) *Roll {
	switch kind {
	case lexicon.Person:
		return c.Persons
	case lexicon.Household:
		return c.Households
	}
	return nil
}

// Changes returns the rows that changed since an earlier look, each once, and what to ask with the next time. All says that everything was read
// afresh or too much has changed since: every row may be another.
func (p *Population) Changes(since int64) (rows []Row, next int64, all bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	next = p.dropped + int64(len(p.changed))
	if since < p.dropped || since > next {
		return nil, next, true
	}
	seen := map[Row]bool{}
	for _, r := range p.changed[since-p.dropped:] {
		if !seen[r] {
			seen[r] = true
			rows = append(rows, r)
		}
	}
	return rows, next, false
}

// note keeps which rows changed.
func (p *Population) note(rows []Row) {
	p.changed = append(p.changed, rows...)
	if over := len(p.changed) - keptChanges; over > 0 {
		p.changed = slices.Clone(p.changed[over:])
		p.dropped += int64(over)
	}
}

// forget says that every row may be another.
func (p *Population) forget() {
	p.dropped += int64(len(p.changed)) + 1
	p.changed = nil
}

// Bytes is about how much memory the columns and relations take.
func (c *City) Bytes() int64 {
	n := int64(len(c.dwellings) * 40)
	for _, roof := range c.roofs {
		n += 24 + int64(cap(roof)*4)
	}
	return n + c.Persons.bytes() + c.Households.bytes()
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
