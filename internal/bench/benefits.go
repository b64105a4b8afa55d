package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"linli/internal/app"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/form"
	"linli/internal/lexicon"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/population"
	people "linli/internal/register"
	"linli/internal/rule"
	"linli/internal/simulation"
	"linli/internal/standing"
)

// BenefitsOptions say how Benefits measures.
type BenefitsOptions struct {
	DB       string // as CasesOptions
	Persons  int
	Rounds   int // how many single facts change
	Progress func(string)
}

// A BenefitsReport is what Benefits found. Times are in seconds unless they say otherwise.
type BenefitsReport struct {
	DB        string  `json:"db"`
	Persons   int     `json:"persons"`
	Benefits  int     `json:"benefits"`
	Filled    float64 `json:"fill_s"`
	Loaded    float64 `json:"load_s"`
	Columns   float64 `json:"columns_mb"`
	Memory    float64 `json:"memory_mb"` // largest of the whole process
	Heap      float64 `json:"heap_mb"`   // in use after the load and a collection
	Asked     float64 `json:"ask_s"`     // all questions of everybody, nothing written
	PerSec    float64 `json:"evaluations_per_s"`
	Plain     float64 `json:"plain_s"` // the same rules as functions of Go, on as many processors
	Ratio     float64 `json:"ratio"`
	Same      bool    `json:"same"`    // both gave the same answers
	First     float64 `json:"first_s"` // first decision: every answer is new
	Written   int64   `json:"first_answers"`
	Again     float64 `json:"again_s"` // full decision with nothing changed
	Raised    float64 `json:"raised_s"`
	Rewritten int64   `json:"raised_answers"` // full decision after one amount was raised
	Simulated float64 `json:"simulation_s"`   // one amount changed in a draft, asked of everybody beside the rules in force
	Winners   int     `json:"winners"`
	One       Answer  `json:"one_fact"` // one fact told, all benefits of the circle decided and written
}

// Benefits makes a city of residents with families and facts, and asks 25 benefits of everybody.
func Benefits(ctx context.Context, o BenefitsOptions) (r BenefitsReport, err error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	b := &bout{}
	defer func() { err = errors.Join(err, b.end()) }()
	dir, err := os.MkdirTemp("", "linli-bench-")
	if err != nil {
		return r, err
	}
	b.ends = append(b.ends, func() error { return os.RemoveAll(dir) })
	s, err := newServer(ctx, o.DB)
	if err != nil {
		return r, err
	}
	url := ""
	if s != nil {
		var drop func() error
		if url, drop, err = s.create(ctx, "benefits"); err != nil {
			return r, err
		}
		b.ends = append(b.ends, drop)
	}
	c, err := found(ctx, app.Options{Data: dir, DB: url, Quiet: true}, 1)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	m := &almoner{city: c, o: o, rand: rand.New(rand.NewPCG(3, 5))}
	r = BenefitsReport{DB: string(c.DB.Engine()), Persons: o.Persons, Benefits: len(benefitRules())}
	begin := time.Now()
	if err := m.fill(ctx); err != nil {
		return r, err
	}
	r.Filled = round(time.Since(begin).Seconds())
	return r, m.measure(ctx, &r)
}

// almoner makes the residents and asks about them.
type almoner struct {
	*city
	o     BenefitsOptions
	rand  *rand.Rand
	homes []place.Place
	ids   []db.ID
	ix    *pack.Index
}

var invented = fact.Telling{Source: fact.Source{Kind: fact.ByImport, Name: "bench"}, Certainty: fact.Confirmed}

// fill makes households of three under one roof, and tells five to nine facts of each person.
func (m *almoner) fill(ctx context.Context) error {
	for _, p := range m.Places.Tree().Subtree("") {
		if len(m.Places.Tree().Children(p.Code)) == 0 {
			m.homes = append(m.homes, p)
		}
	}
	const batch = 3000
	for n := 0; n < m.o.Persons; n += batch {
		m.o.Progress(fmt.Sprintf("写入 %d / %d 人", n, m.o.Persons))
		if err := m.DB.Write(ctx, func(tx *db.Tx) error { return m.some(tx, n, min(batch, m.o.Persons-n)) }); err != nil {
			return err
		}
	}
	return nil
}

func (m *almoner) some(tx *db.Tx, from, n int) error {
	home := m.homes[from/3000%len(m.homes)]
	var list []people.Newcomer
	for i := range n {
		p := people.Newcomer{Name: "王" + string([]rune(givens)[(from+i)%60]), Sex: form.Male, Born: civil.MustDate("1930-01-01").AddDays(m.rand.IntN(34000)), Place: home.Code, Source: "import"}
		if m.rand.IntN(20) > 0 {
			p.Home = home.Code
		}
		list = append(list, p)
	}
	ids, err := m.People.AddMany(tx, list)
	if err != nil {
		return err
	}
	var houses []people.Household
	var roofs []db.ID
	for i := 0; i < n; i += 3 {
		houses = append(houses, people.Household{Kind: people.Family, Place: home.Code, Path: home.Path, Source: "import"})
		roofs = append(roofs, db.NewID())
	}
	families, err := people.AddHouseholds(tx, houses)
	if err != nil {
		return err
	}
	var rel []fact.Relation
	var told []fact.Fact
	for i, id := range ids {
		rel = append(rel, fact.Relation{Name: lexicon.LivesAt, From: fact.Person(id), To: fact.Dwelling(roofs[i/3]), Telling: invented},
			fact.Relation{Name: lexicon.MemberOf, From: fact.Person(id), To: fact.Household(families[i/3]), Telling: invented})
		if i%3 == 1 {
			rel = append(rel, fact.Relation{Name: lexicon.ParentOf, From: fact.Person(ids[i-1]), To: fact.Person(id), Telling: invented})
		}
		told = append(told, m.facts(id)...)
	}
	m.ids = append(m.ids, ids...)
	if err := fact.RelateMany(tx, rel); err != nil {
		return err
	}
	return fact.AddMany(tx, told)
}

// odds says which value of a fact how many of a thousand have; the rest have the first.
var odds = []struct {
	name  string
	known int // of a thousand
	most  string
	rare  map[string]int
	order []string
}{
	{"disability", 900, "none", map[string]int{"mental": 8, "limb": 20, "several": 3}, []string{"mental", "limb", "several"}},
	{"relief", 950, "none", map[string]int{"minimum": 30, "marginal": 15, "destitute": 5}, []string{"minimum", "marginal", "destitute"}},
	{"pension", 980, "resident", map[string]int{"employee": 350, "none": 100}, []string{"employee", "none"}},
	{"medical", 980, "resident", map[string]int{"employee": 350, "other": 20}, []string{"employee", "other"}},
	{"special_care", 990, "none", map[string]int{"veteran": 8, "disabled": 2}, []string{"veteran", "disabled"}},
	{"self_care", 700, "full", map[string]int{"part": 40, "none": 15}, []string{"part", "none"}},
}

func (m *almoner) facts(id db.ID) (list []fact.Fact) {
	tell := func(name, value string) {
		list = append(list, fact.Fact{Subject: fact.Person(id), Name: name, Value: value, Telling: invented})
	}
	for _, o := range odds {
		if m.rand.IntN(1000) >= o.known {
			continue
		}
		value, at := o.most, m.rand.IntN(1000)
		for _, rare := range o.order {
			if at -= o.rare[rare]; at < 0 {
				value = rare
				break
			}
		}
		tell(o.name, value)
		if value == "limb" {
			tell("disability_level", fmt.Sprint(1+m.rand.IntN(4)))
		}
	}
	if m.rand.IntN(3) > 0 {
		tell("income_month", fmt.Sprint(m.rand.IntN(6000)))
	}
	return list
}

func (m *almoner) measure(ctx context.Context, r *BenefitsReport) (err error) {
	if m.ix, err = benefitPack(0); err != nil {
		return err
	}
	top, today := "", civil.Date{}
	if err := m.DB.Read(ctx, func(tx *db.Tx) (err error) { today = place.Today(tx); top, err = place.City(tx); return err }); err != nil {
		return err
	}
	pop := population.New(m.DB, m.People, top)
	held, err := standing.Askable(m.ix, today)
	if err != nil {
		return err
	}
	reckoner := pop.Reckoner(standing.Questions(held, today))
	m.o.Progress("读入名册")
	begin := time.Now()
	if err := pop.Refresh(ctx); err != nil {
		return err
	}
	r.Loaded = round(time.Since(begin).Seconds())
	var mem runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&mem)
	r.Heap = round(float64(mem.HeapAlloc) / (1 << 20))
	if err := m.compare(ctx, r, pop, reckoner, len(held)); err != nil {
		return err
	}
	if err := m.simulate(ctx, r, pop); err != nil {
		return err
	}
	answers := standing.New(m.DB, pop, func() *pack.Index { return m.ix })
	if err := m.decide(ctx, r, answers); err != nil {
		return err
	}
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return err
	}
	r.Memory = round(float64(use.Maxrss) / 1024)
	return m.one(ctx, r, answers)
}

// compare asks everybody in columns and by functions of Go, and whether both say the same.
func (m *almoner) compare(ctx context.Context, r *BenefitsReport, pop *population.Population, reckoner *population.Reckoner, benefits int) error {
	m.o.Progress("逐人测算")
	dues := make([][]int64, benefits)
	ask := func() (float64, error) {
		begin := time.Now()
		err := reckoner.Everybody(ctx, func(p *population.Portion) error {
			for i, n := range p.Numbers {
				copy(dues[n][p.From:], p.Due[i])
			}
			return nil
		})
		return time.Since(begin).Seconds(), err
	}
	var list []dweller
	if err := pop.Ask(ctx, func(c *population.City) error {
		r.Columns = round(float64(c.Bytes()) / (1 << 20))
		for i := range dues {
			dues[i] = make([]int64, c.Persons.Len())
		}
		for row := range c.Persons.Len() {
			list = append(list, residentOf(c.Persons, row))
		}
		return nil
	}); err != nil {
		return err
	}
	asked, plain := 1e9, 1e9
	got := make([][]int64, benefits)
	for range 3 { // the best of three of each: the machine may have other guests
		s, err := ask()
		if err != nil {
			return err
		}
		asked, plain = min(asked, s), min(plain, byHand(list, got))
	}
	r.Asked, r.Plain, r.Ratio = asked, plain, float64(int(100*asked/plain))/100
	r.PerSec = float64(int(float64(len(list)*benefits) / asked))
	r.Same = true
	for i := range got {
		r.Same = r.Same && slices.Equal(got[i], dues[i])
	}
	return nil
}

// byHand asks the functions of everybody, on as many processors.
func byHand(list []dweller, got [][]int64) float64 {
	rules := benefitRules()
	for i := range got {
		got[i] = make([]int64, len(list))
	}
	begin := time.Now()
	var wg sync.WaitGroup
	parts := runtime.GOMAXPROCS(0)
	for part := range parts {
		wg.Go(func() {
			from, until := len(list)*part/parts, len(list)*(part+1)/parts
			for row := from; row < until; row++ {
				for i := range rules {
					got[i][row] = rules[i].plain(&list[row])
				}
			}
		})
	}
	wg.Wait()
	return time.Since(begin).Seconds()
}

func residentOf(roll *population.Roll, row int) dweller {
	f := roll.Facts(row, []string{"age", "income_month", "housemates", "living_children", "registered_here", "deceased", "disability", "disability_level", "relief",
		"self_care", "special_care", "pension", "medical"})
	number := func(name string) int32 {
		if n, known := f[name].(int64); known {
			return int32(n)
		}
		return -1
	}
	choice := func(name string, options ...string) byte {
		v, _ := f[name].(string)
		return byte(slices.Index(options, v) + 1)
	}
	p := dweller{age: number("age"), housemates: number("housemates"), living: number("living_children"), income: -1}
	if m, known := f["income_month"].(rule.Money); known {
		fen, _ := m.Fen()
		p.income = int32(fen)
	}
	p.registered, _ = f["registered_here"].(bool)
	p.deceased, _ = f["deceased"].(bool)
	p.disability, p.level = choice("disability", "none", "mental", "limb", "several"), choice("disability_level", "1", "2", "3", "4")
	p.relief, p.care = choice("relief", "none", "minimum", "marginal", "destitute"), choice("self_care", "full", "part", "none")
	p.special, p.pension = choice("special_care", "none", "veteran", "disabled"), choice("pension", "none", "employee", "resident")
	p.medical = choice("medical", "none", "employee", "resident", "other")
	return p
}

// simulate tries another amount on everybody.
func (m *almoner) simulate(ctx context.Context, r *BenefitsReport, pop *population.Population) error {
	m.o.Progress("测算草案")
	raised, err := benefitPack(20)
	if err != nil {
		return err
	}
	begin := time.Now()
	x, err := simulation.Run(ctx, pop, m.ix, m.ix.Pack("bench", ""), raised.Pack("bench", ""), simulation.Options{})
	if err != nil {
		return err
	}
	r.Simulated, r.Winners = time.Since(begin).Seconds(), x.Winners.People
	return nil
}

// decide writes the answers of everybody for the first time, again, and after one amount was raised.
func (m *almoner) decide(ctx context.Context, r *BenefitsReport, answers *standing.Answers) error {
	m.o.Progress("写下全部结论")
	timed := func() (standing.Report, float64, error) {
		begin := time.Now()
		x, err := answers.All(ctx)
		return x, round(time.Since(begin).Seconds()), err
	}
	x, s, err := timed()
	if err != nil {
		return err
	}
	r.First, r.Written = s, x.Changed
	if _, r.Again, err = timed(); err != nil {
		return err
	}
	if m.ix, err = benefitPack(20); err != nil {
		return err
	}
	if x, r.Raised, err = timed(); err != nil {
		return err
	}
	r.Rewritten = x.Changed
	return nil
}

// one tells one fact at a time and decides again whom it concerns.
func (m *almoner) one(ctx context.Context, r *BenefitsReport, answers *standing.Answers) error {
	var took []time.Duration
	for i := range m.o.Rounds + 5 {
		id, value := m.ids[m.rand.IntN(len(m.ids))], []string{"minimum", "none"}[i%2]
		err := m.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := m.People.Change(tx, fact.Fact{Subject: fact.Person(id), Name: "relief", Value: value, Telling: invented})
			return err
		})
		if err != nil {
			return err
		}
		begin := time.Now()
		if _, err := answers.Changed(ctx); err != nil {
			return err
		}
		if i >= 5 {
			took = append(took, time.Since(begin))
		}
	}
	slices.Sort(took)
	r.One = Answer{Question: "one fact", P50: ms(part(took, 50)), P95: ms(part(took, 95)), P99: ms(part(took, 99))}
	return nil
}
