package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"
)

// A side is one of the servers that are compared, with its clients and what they measured.
type side struct {
	name    string
	url     string
	http    *http.Client
	letters []*letter

	cpu   time.Duration               // of the whole process, clients included
	spent time.Duration               // in which it was driven
	took  [len(verbs)][]time.Duration // of each step
}

func newSide(name, url string, letters []*letter) *side {
	return &side{name: name, url: url, letters: letters,
		http: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: len(letters), Proxy: nil}}}
}

// drive lets every client send steps for one turn and takes note when the last has its answer.
func (s *side) drive(ctx context.Context, turn time.Duration, note bool) error {
	begin, used := time.Now(), processor()
	end := begin.Add(turn)
	took := make([][len(verbs)][]time.Duration, len(s.letters))
	errs := make([]error, len(s.letters))
	var all sync.WaitGroup
	for i, l := range s.letters {
		all.Go(func() {
			for errs[i] == nil && time.Now().Before(end) && ctx.Err() == nil {
				at, t, err := s.take(ctx, l)
				took[i][at], errs[i] = append(took[i][at], t), err
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	if note {
		s.spent += time.Since(begin)
		s.cpu += processor() - used
		for i := range took {
			for at := range took[i] {
				s.took[at] = append(s.took[at], took[i][at]...)
			}
		}
	}
	return ctx.Err()
}

// take sends one step and reads the answer.
func (s *side) take(ctx context.Context, l *letter) (at int, took time.Duration, err error) {
	at = l.at
	token, path, key, body, err := l.step()
	if err != nil {
		return at, 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+path, bytes.NewReader(body))
	if err != nil {
		return at, 0, err
	}
	r.Header = http.Header{"Authorization": {"Bearer " + token}, "Idempotency-Key": {key}, "Content-Type": {"application/json"}}
	begin := time.Now()
	answer, err := s.http.Do(r)
	if err != nil {
		return at, 0, err
	}
	data, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	took = time.Since(begin)
	if err != nil {
		return at, took, err
	}
	if answer.StatusCode != http.StatusCreated {
		return at, took, fmt.Errorf("%s answered %d: %s", verbs[at], answer.StatusCode, data)
	}
	if at == 0 {
		var made struct{ Case string }
		if err := json.Unmarshal(data, &made); err != nil {
			return at, took, err
		}
		l.id = made.Case
	}
	if l.at++; l.at == len(verbs) {
		l.next()
	}
	return at, took, nil
}

// A Rate is what one side did.
type Rate struct {
	Cases float64 `json:"cases_per_s"`
	P50   float64 `json:"p50_ms"` // of a step
	P99   float64 `json:"p99_ms"`
	CPU   float64 `json:"cpu_ms"` // of a step, client and server together: what other programs on the machine disturb least
	Steps []Step  `json:"steps,omitempty"`
}

// A Step is what one of the seven took.
type Step struct {
	Verb string  `json:"verb"`
	N    int     `json:"n"`
	P50  float64 `json:"p50_ms"`
	P99  float64 `json:"p99_ms"`
}

func (s *side) rate() Rate {
	var r Rate
	var all []time.Duration
	for at, took := range s.took {
		slices.Sort(took)
		r.Steps = append(r.Steps, Step{verbs[at], len(took), ms(part(took, 50)), ms(part(took, 99))})
		all = append(all, took...)
	}
	slices.Sort(all)
	r.P50, r.P99 = ms(part(all, 50)), ms(part(all, 99))
	if s.spent > 0 && len(all) > 0 {
		r.CPU = ms(s.cpu / time.Duration(len(all)))
		r.Cases = round(float64(len(all)) / float64(len(verbs)) / s.spent.Seconds())
	}
	return r
}

// part is the value below which so many of a hundred lie.
func part(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, len(sorted)*percent/100)]
}

// processor is the time this process has used of the machine's processors.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func ms(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}

func round(v float64) float64 { return float64(int(v*100+0.5)) / 100 }
