package population

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/rule/column"
)

// A Question (批量问题) is a formula that is asked about everybody of a kind, at the places that it covers.
type Question struct {
	Formula *pack.Formula
	Covers  func(path string) bool // nil: everywhere
}

// A Reckoner (批量测算) asks questions of everybody, or of some, in columns, as the population was last brought up to date. It is safe for concurrent use.
type Reckoner struct {
	pop  *Population
	list []Question

	mu   sync.Mutex
	laid map[lexicon.Kind]*laid
	of   int64 // loads of the city
}

// laid is the questions about one kind, laid out over its roll.
type laid struct {
	plan    *column.Plan
	asks    []column.Ask
	numbers []int    // of the questions
	covers  [][]bool // by ask and number of a path
	mu      sync.Mutex
	idle    []*column.Worker
}

// What stands in place of an amount.
const (
	Open   int64 = -1 // facts are missing
	Failed int64 = -2 // cannot be computed
)

// A Portion (一批) is what questions come to for some rows that follow one another.
type Portion struct {
	City    *City
	Roll    *Roll
	From    int
	N       int
	Numbers []int     // of the questions asked about this kind
	Due     [][]int64 // by question, in the order of Numbers, and row: fen, 0 for nothing, Open or Failed
}

// Reckoner returns one for these questions, and sees to it that the facts they ask about are kept.
func (p *Population) Reckoner(list []Question) *Reckoner {
	for _, q := range list {
		p.Want(q.Formula.Of, q.Formula.Facts()...)
	}
	return &Reckoner{pop: p, list: list}
}

// lay lays the questions out anew when everything was read afresh.
func (r *Reckoner) lay(ctx context.Context) error {
	return r.pop.Lay(ctx, func(c *City) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.laid != nil && r.of == c.loads {
			return nil
		}
		r.laid, r.of = map[lexicon.Kind]*laid{}, c.loads
		for i, q := range r.list {
			roll := c.Of(q.Formula.Of)
			if roll == nil {
				continue
			}
			l := r.laid[roll.Kind]
			if l == nil {
				l = &laid{plan: column.NewPlan(roll.Table)}
				r.laid[roll.Kind] = l
			}
			l.asks = append(l.asks, l.plan.Term(q.Formula.Term(), q.Formula.Facts(), q.Formula.Due))
			l.numbers, l.covers = append(l.numbers, i), append(l.covers, nil)
		}
		return nil
	})
}

// ready returns what is laid out over the city as it is, with coverage of all its paths.
func (r *Reckoner) ready(c *City) (map[lexicon.Kind]*laid, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.laid == nil || r.of != c.loads {
		return nil, false
	}
	for kind, l := range r.laid {
		paths := c.Of(kind).paths
		for i, q := range l.numbers {
			for len(l.covers[i]) < len(paths) {
				path := paths[len(l.covers[i])]
				l.covers[i] = append(l.covers[i], path != "" && (r.list[q].Covers == nil || r.list[q].Covers(path)))
			}
		}
	}
	return r.laid, true
}

var errAgain = errors.New("the population was read afresh meanwhile")

// over lays out and asks, again when the population was read afresh between the two.
func (r *Reckoner) over(ctx context.Context, fn func(*City, map[lexicon.Kind]*laid) error) error {
	for {
		err := r.pop.Look(func(c *City) error {
			l, ok := r.ready(c)
			if !ok {
				return errAgain
			}
			return fn(c, l)
		})
		if !errors.Is(err, errAgain) {
			return err
		}
		if err := r.lay(ctx); err != nil {
			return err
		}
	}
}

// Everybody asks all questions of everybody. The function is called by as many goroutines as there are processors, for each portion once; what it is given is
// written over afterwards, and it must not use the population otherwise.
func (r *Reckoner) Everybody(ctx context.Context, fn func(*Portion) error) error {
	return r.over(ctx, func(c *City, all map[lexicon.Kind]*laid) error {
		for _, kind := range []lexicon.Kind{lexicon.Person, lexicon.Household} {
			if l := all[kind]; l != nil {
				if err := l.everybody(ctx, c, kind, fn); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (l *laid) everybody(ctx context.Context, c *City, kind lexicon.Kind, fn func(*Portion) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	var first atomic.Pointer[error]
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			w, part := l.worker(), l.portion(c, kind)
			defer l.rest(w)
			for first.Load() == nil {
				from := int(next.Add(column.Rows)) - column.Rows
				if from >= part.Roll.Len() {
					return
				}
				err := ctx.Err()
				if err == nil {
					l.ask(w, part, from)
					err = fn(part)
				}
				if err != nil {
					first.CompareAndSwap(nil, &err)
					return
				}
			}
		})
	}
	wg.Wait()
	if err := first.Load(); err != nil {
		return *err
	}
	return nil
}

// Some asks all questions of some rows. The function is called for each row, with the portion and the row's place in it.
func (r *Reckoner) Some(ctx context.Context, rows []Row, fn func(p *Portion, at int) error) error {
	return r.over(ctx, func(c *City, all map[lexicon.Kind]*laid) error {
		for kind, l := range all {
			var mine []int
			for _, row := range rows {
				if row.Kind == kind && row.Row < c.Of(kind).Len() {
					mine = append(mine, row.Row)
				}
			}
			slices.Sort(mine)
			if len(mine) == 0 {
				continue
			}
			w, part := l.worker(), l.portion(c, kind)
			part.N = 0
			for _, row := range mine {
				if from := row / column.Rows * column.Rows; part.N == 0 || from != part.From {
					l.ask(w, part, from)
				}
				if err := fn(part, row-part.From); err != nil {
					l.rest(w)
					return err
				}
			}
			l.rest(w)
		}
		return nil
	})
}

func (l *laid) worker() *column.Worker {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.idle); n > 0 {
		w := l.idle[n-1]
		l.idle = l.idle[:n-1]
		return w
	}
	return l.plan.Worker()
}

func (l *laid) rest(w *column.Worker) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.idle = append(l.idle, w)
}

func (l *laid) portion(c *City, kind lexicon.Kind) *Portion {
	p := &Portion{City: c, Roll: c.Of(kind), Numbers: l.numbers, Due: make([][]int64, len(l.asks))}
	for i := range p.Due {
		p.Due[i] = make([]int64, column.Rows)
	}
	return p
}

// ask asks about the rows from one on; where a question does not cover the place nothing is due.
func (l *laid) ask(w *column.Worker, p *Portion, from int) {
	p.From, p.N = from, w.Run(from)
	for i, a := range l.asks {
		due := p.Due[i][:p.N]
		p.Due[i] = due
		w.Fens(a, due, Open, Failed)
		covers, codes := l.covers[i], p.Roll.path[from:from+p.N]
		for row, code := range codes {
			if !covers[code] {
				due[row] = 0
			}
		}
	}
}
