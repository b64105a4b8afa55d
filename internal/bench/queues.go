package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"linli/internal/app"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/place"
	"linli/internal/staff"
)

// QueuesOptions say how Queues measures.
type QueuesOptions struct {
	DB       string // as CasesOptions
	Data     string // folder to keep the filled city in, or to find it; "" for one that goes with the run
	Cases    int
	Rounds   int    // how often each question is asked; 0: 300
	Program  string // the program whose start is measured; "" for none
	Progress func(string)

	keep  bool
	spots bool // each case has a position, and each place an outline
}

// A QueuesReport is what Queues found.
type QueuesReport struct {
	DB      string   `json:"db"`
	Cases   int      `json:"cases"`
	Places  int      `json:"places"`
	Open    int      `json:"open"` // cases in the queue of the whole city, up to the most that is counted
	Answers []Answer `json:"answers"`
	Ready   float64  `json:"ready_ms,omitempty"` // from the start of the program to its line "ready"
	Memory  float64  `json:"idle_mb,omitempty"`  // resident, some seconds later
}

// An Answer is how long one question took.
type Answer struct {
	Question string  `json:"question"`
	Actor    string  `json:"actor"`
	Rows     int     `json:"rows"` // in the longest answer
	P50      float64 `json:"p50_ms"`
	P95      float64 `json:"p95_ms"`
	P99      float64 `json:"p99_ms"`
}

// Queues measures lists, counts, search and sums of a city with many cases.
func Queues(ctx context.Context, o QueuesOptions) (r QueuesReport, err error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.Rounds <= 0 {
		o.Rounds = 300
	}
	b := &bout{}
	defer func() { err = errors.Join(err, b.end()) }()
	if o.keep = o.Data != ""; !o.keep {
		if o.Data, err = os.MkdirTemp("", "linli-bench-"); err != nil {
			return r, err
		}
		b.ends = append(b.ends, func() error { return os.RemoveAll(o.Data) })
	}
	a, f, err := fill(ctx, o, b)
	if err != nil {
		return r, fmt.Errorf("fill: %w", err)
	}
	r = QueuesReport{DB: string(a.DB.Engine()), Cases: f.Cases, Places: f.Places}
	if err = errors.Join((&asking{App: a, o: o, rand: rand.New(rand.NewPCG(3, 4))}).all(ctx, &r), a.Close()); err != nil {
		return r, err
	}
	if o.Program != "" {
		o.Progress("启动服务")
		r.Ready, r.Memory, err = start(ctx, o.Program, o.Data, f.DB)
	}
	return r, err
}

// asking puts the questions.
type asking struct {
	*app.App
	o    QueuesOptions
	rand *rand.Rand
}

// A reach is one kind of actor: who sees how much.
type reach struct {
	name string
	role staff.Role
	pick func() (path, unit string)
}

func (q *asking) reaches() []reach {
	tree := q.Places.Tree()
	at := func(digits int) func() (string, string) {
		var paths []string
		for _, p := range tree.Subtree("") {
			if len(p.Code) == digits {
				paths = append(paths, p.Path)
			}
		}
		return func() (string, string) { return paths[q.rand.IntN(len(paths))], "" }
	}
	top := tree.Children("")[0].Path
	return []reach{
		{"city", staff.Supervisor, func() (string, string) { return top, "" }},
		{"county", staff.Supervisor, at(6)},
		{"street", staff.Supervisor, at(9)},
		{"community", staff.Supervisor, at(12)},
		{"unit", staff.Handler, func() (string, string) { return "", fmt.Sprintf("bureau-%02d", q.rand.IntN(40)) }},
	}
}

func (r reach) actor() (staff.Actor, string) {
	path, unit := r.pick()
	return staff.Actor{Account: 1, Login: "bench", Via: staff.ViaAPI, Grants: []staff.Grant{{Role: r.role, Place: path, Unit: unit}}}, path
}

func (q *asking) all(ctx context.Context, r *QueuesReport) error {
	words := []string{topics[0][:6], topics[4][:6], topics[15][:6]}
	rare := topics[len(topics)-1][:6]
	for _, x := range q.reaches() {
		for _, ask := range []struct {
			question string
			fn       func(tx *db.Tx, by staff.Actor, path string) (int, error)
		}{
			{"queue of 50", q.queue},
			{"queue of 50, waiting to be sent out", q.unsent},
			{"count", q.count},
			{"search, common word", func(tx *db.Tx, by staff.Actor, _ string) (int, error) {
				return q.find(tx, by, words[q.rand.IntN(len(words))])
			}},
			{"search, rare word", func(tx *db.Tx, by staff.Actor, _ string) (int, error) { return q.find(tx, by, rare) }},
			{"roll-up of a month", q.rollUp},
		} {
			if x.name == "unit" && (ask.question == "roll-up of a month" || ask.question == "queue of 50, waiting to be sent out") {
				continue // it has no area, and what waits to be sent out is not its own yet
			}
			q.o.Progress(x.name + "：" + ask.question)
			answer, err := q.ask(ctx, x, ask.fn)
			if err != nil {
				return fmt.Errorf("%s of %s: %w", ask.question, x.name, err)
			}
			answer.Question, answer.Actor = ask.question, x.name
			r.Answers = append(r.Answers, answer)
			if x.name == "city" && ask.question == "count" {
				r.Open = answer.Rows
			}
		}
	}
	return nil
}

func (q *asking) ask(ctx context.Context, x reach, fn func(*db.Tx, staff.Actor, string) (int, error)) (a Answer, err error) {
	var took []time.Duration
	for i := range q.o.Rounds + 10 { // the first ten warm up
		by, path := x.actor()
		begin := time.Now()
		var rows int
		if err := q.DB.Read(ctx, func(tx *db.Tx) (err error) { rows, err = fn(tx, by, path); return err }); err != nil {
			return a, err
		}
		if i >= 10 {
			took = append(took, time.Since(begin))
		}
		a.Rows = max(a.Rows, rows)
	}
	slices.Sort(took)
	a.P50, a.P95, a.P99 = ms(part(took, 50)), ms(part(took, 95)), ms(part(took, 99))
	return a, nil
}

func (q *asking) queue(tx *db.Tx, by staff.Actor, _ string) (int, error) {
	lines, _, err := q.Cases.Queue(tx, by, casework.Query{Limit: 50})
	return len(lines), err
}

func (q *asking) unsent(tx *db.Tx, by staff.Actor, _ string) (int, error) {
	lines, _, err := q.Cases.Queue(tx, by, casework.Query{Limit: 50, States: []flow.State{flow.Accepted, flow.Returned}})
	return len(lines), err
}

func (q *asking) count(tx *db.Tx, by staff.Actor, _ string) (int, error) {
	n, _, err := q.Cases.Count(tx, by, by.Scope().Keys()[0])
	return n, err
}

func (q *asking) find(tx *db.Tx, by staff.Actor, words string) (int, error) {
	lines, err := q.Cases.Find(tx, by, words, 0, 50)
	return len(lines), err
}

func (q *asking) rollUp(tx *db.Tx, by staff.Actor, path string) (int, error) {
	month := place.Today(tx).AddMonths(-q.rand.IntN(23)).String()[:7]
	tallies, err := q.Cases.RollUp(tx, by, path, month)
	return len(tallies), err
}

// start runs the program on the city and returns how soon it was ready, and its memory after it has rested for some seconds.
func start(ctx context.Context, program, data, database string) (ready, memory float64, err error) {
	args := []string{"serve", "--addr", "127.0.0.1:0", "--data", data}
	if database != "" {
		args = append(args, "--db", database)
	}
	c := exec.CommandContext(ctx, program, args...)
	out, err := c.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	var said bytes.Buffer
	c.Stderr = &said
	begin := time.Now()
	if err := c.Start(); err != nil {
		return 0, 0, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	ready = ms(time.Since(begin))
	if err == nil && !strings.HasPrefix(line, "ready ") {
		err = errors.New("said " + strconv.Quote(line))
	}
	if err == nil {
		select {
		case <-time.After(rest):
		case <-ctx.Done():
		}
		memory, err = resident(c.Process.Pid)
	}
	stopped := errors.Join(c.Process.Signal(syscall.SIGTERM), c.Wait())
	if err = errors.Join(err, stopped); err != nil {
		err = fmt.Errorf("start the program: %w\n%s", err, said.Bytes())
	}
	return ready, memory, err
}

// rest is how long a started program is left alone before its memory is read.
const rest = 5 * time.Second

// resident reads the resident memory of a process, in megabytes; 0 where the system does not tell.
func resident(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, nil
	}
	for line := range strings.Lines(string(text)) {
		if kb, found := strings.CutPrefix(line, "VmRSS:"); found {
			n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")))
			return round(float64(n) / 1024), err
		}
	}
	return 0, nil
}
