package standing

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"sync"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/lexicon"
	"linli/internal/money"
	"linli/internal/pack"
	"linli/internal/population"
	"linli/internal/rule"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// An Answer (现行结论) is what a benefit says of somebody since a day.
type Answer struct {
	ID         db.ID
	Benefit    string // as pack.Benefit.Ref has it
	Subject    fact.Subject
	Path       string
	Value      Value
	Fen        money.Fen // where Value is Due
	Version    string    // of the benefit's document
	Inputs     map[string]string
	On         civil.Date
	Recorded   db.Time
	Superseded db.Time // zero: it stands
}

// A Value (结论) is what became of the question.
type Value string

// The values.
const (
	Due    Value = "due"
	None   Value = "none"   // nothing is due, after something was
	Needs  Value = "needs"  // facts are missing, after something was due
	Failed Value = "failed" // it cannot be computed
)

// Words returns the value in Chinese.
func (v Value) Words() string {
	return map[Value]string{Due: "应享受", None: "不再符合", Needs: "资料不足", Failed: "无法计算"}[v]
}

// Answers are the standing answers of a city. It is safe for concurrent use.
type Answers struct {
	db    *db.DB
	pop   *population.Population
	packs func() *pack.Index

	mu       sync.Mutex
	index    *pack.Index
	day      civil.Date
	loads    int64
	benefits []Held
	reckoner *population.Reckoner
	stored   [][]int64 // by benefit and row: as written
	gone     []gone    // what is written of benefits that are in force no longer
	seen     int64     // changes of the population taken over
	writes   int64     // transactions that had written answers when they were read
}

// A Held (在用待遇) is a benefit that the registers can be asked about, with the pack that it stands in.
type Held struct {
	*pack.Benefit
	Pack *pack.Pack
}

// gone is an answer that stands although its benefit does not.
type gone struct {
	ref     string
	subject fact.Subject
	path    string
}

// spare is how many may come while everybody is asked.
const spare = 20_000

// absent stands for no row.
const absent int64 = -3

// New returns the answers of a city.
func New(d *db.DB, pop *population.Population, packs func() *pack.Index) *Answers {
	return &Answers{db: d, pop: pop, packs: packs}
}

// A Report (重算情况) is what a decision about many came to.
type Report struct {
	Asked   int64 // questions
	Changed int64 // answers written
	Due     int64 // questions of which something is due
	Open    int64 // that need facts
	Failed  int64
}

// Askable returns the benefits of an index on a day that registers can be asked about, in the order of the packs.
func Askable(ix *pack.Index, on civil.Date) ([]Held, error) {
	words, err := ix.Lexicon()
	if err != nil {
		return nil, err
	}
	var list []Held
	for _, p := range ix.Packs() {
		list = append(list, AskableIn(p, words, on)...)
	}
	return list, nil
}

// AskableIn returns those of one pack, which may be a draft that is in no index.
func AskableIn(p *pack.Pack, words *lexicon.Lexicon, on civil.Date) []Held {
	known, err := words.With(rule.Source{Document: p.Document.ID}, p.Words...)
	if err != nil { // it says otherwise than the city: what only it knows is not asked
		known = words
	}
	var list []Held
	for _, b := range p.On(on).Benefits {
		told := slices.ContainsFunc(b.Formula.Facts(), func(name string) bool {
			_, registered := known.Word(b.Of, name)
			return !registered && !slices.ContainsFunc(pack.Derived[b.Of], func(w lexicon.Word) bool { return w.Name == name })
		})
		if !told && (b.Of == lexicon.Person || b.Of == lexicon.Household) {
			list = append(list, Held{b, p})
		}
	}
	return list
}

// Questions asks of benefits where their packs hold on a day.
func Questions(list []Held, on civil.Date) []population.Question {
	var out []population.Question
	for _, h := range list {
		out = append(out, population.Question{Formula: &h.Formula, Covers: func(path string) bool { return h.Pack.Covers(path, on) }})
	}
	return out
}

// prepare asks of the benefits in force, and reads what is written when that is not known.
func (a *Answers) prepare(ctx context.Context) error {
	var today civil.Date
	err := a.pop.Ask(ctx, func(c *population.City) error { today = c.Today; return nil })
	if err == nil {
		err = a.questions(today)
	}
	if err != nil {
		return err
	}
	err = a.reckoner.Some(ctx, nil, nil) // lays the questions out, which may read everybody afresh
	if err != nil {
		return err
	}
	return a.pop.Look(func(c *population.City) error {
		var writes int64
		err := a.db.Read(ctx, func(tx *db.Tx) (err error) { writes, err = writesOf(tx); return err })
		if err != nil || a.stored != nil && a.loads == c.Loads() && a.writes == writes {
			return err
		}
		return a.read(ctx, c)
	})
}

func writesOf(tx *db.Tx) (n int64, err error) {
	return n, wrap("read state of answers", tx.QueryRow("select writes from standing_state where id = 1").Scan(&n))
}

func (a *Answers) questions(today civil.Date) error {
	if ix := a.packs(); a.index != ix || a.day != today {
		list, err := Askable(ix, today)
		if err != nil {
			return err
		}
		a.index, a.day, a.stored, a.benefits = ix, today, nil, list
		a.reckoner = a.pop.Reckoner(Questions(a.benefits, today))
	}
	return nil
}

// read takes over what is written.
func (a *Answers) read(ctx context.Context, c *population.City) error {
	a.stored, a.loads, a.gone = make([][]int64, len(a.benefits)), c.Loads(), nil
	for i, b := range a.benefits {
		a.stored[i] = slices.Repeat([]int64{absent}, c.Of(b.Of).Len()+spare)
	}
	number := map[string]int{}
	for i, b := range a.benefits {
		number[b.Ref()] = i
	}
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) {
		if a.writes, err = writesOf(tx); err != nil {
			return err
		}
		_, err = db.Select(tx, func(r *db.Rows) (none struct{}, err error) {
			var ref, kind, path, value string
			var subject db.ID
			var fen int64
			if err := r.Scan(&ref, &subject, &kind, &path, &value, &fen); err != nil {
				return none, err
			}
			if i, held := number[ref]; !held && Value(value) != None {
				a.gone = append(a.gone, gone{ref, fact.Subject{Kind: lexicon.Kind(kind), ID: subject}, path})
			} else if row, known := a.row(c, i, subject); held && known {
				a.stored[i][row] = coded(Value(value), fen)
			}
			return none, nil
		}, "select benefit, subject, subject_kind, path, value, fen from standing_answer where superseded_at = ''")
		return err
	})
	if err != nil {
		a.stored = nil
		return fmt.Errorf("read standing answers: %w", err)
	}
	return nil
}

func (a *Answers) row(c *population.City, benefit int, subject db.ID) (int, bool) {
	if benefit >= len(a.benefits) {
		return 0, false
	}
	return c.Of(a.benefits[benefit].Of).Row(subject)
}

func coded(v Value, fen int64) int64 {
	switch v {
	case Needs:
		return population.Open
	case Failed:
		return population.Failed
	case None:
		return 0
	}
	return fen
}

func valueOf(code int64) Value {
	switch {
	case code > 0:
		return Due
	case code == population.Open:
		return Needs
	case code == population.Failed:
		return Failed
	}
	return None
}

// Explain returns how an answer came about, step by step, from the version that gave it. Returns notfound when that version is no longer known.
func Explain(ix *pack.Index, a Answer) (pack.Reckoned, error) {
	b := ix.Benefit(a.Benefit, a.Version, a.On)
	if b == nil {
		return pack.Reckoned{}, fault.NotFound("没有这项待遇当时的规则")
	}
	facts, err := b.Read(a.Inputs)
	if err != nil {
		return pack.Reckoned{}, fmt.Errorf("inputs of %s: %w", a.ID, err)
	}
	return b.Ask(facts), nil
}

// text writes a value as the registers keep it.
func text(v any) string {
	switch v := v.(type) {
	case []string:
		return joined(v)
	case rule.Money:
		return v.Yuan.String()
	}
	return fmt.Sprint(v)
}
