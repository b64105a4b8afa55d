package bench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"linli/internal/db"
	"linli/internal/field"
	"linli/internal/staff"
	"linli/internal/web/ui"
)

// Reports is how soon reports are accepted from many workers.
type Reports struct {
	Workers int     `json:"workers"`
	Storm   Pace    `json:"storm"`   // each sends the next as soon as the last was answered: how many can be accepted at all
	Beside  Pace    `json:"beside"`  // each sends one every five seconds, four times as often as one can be written down, while the storm's are acted on
	Calm    Pace    `json:"calm"`    // the same when nothing waits to be acted on
	Waiting int64   `json:"waiting"` // reports that waited to be acted on when the storm was over
	Worked  float64 `json:"worked"`  // of these a second
}

// A Pace is how soon reports were accepted that came at one pace.
type Pace struct {
	PerSec float64 `json:"per_sec"`
	P50    float64 `json:"p50_ms"`
	P95    float64 `json:"p95_ms"`
	P99    float64 `json:"p99_ms"`
	Work   float64 `json:"processor_ms"` // for each report, the clients and what is acted on meanwhile included; without PostgreSQL's server
}

// Offline is a queue of days without a network, sent over a slow link.
type Offline struct {
	Reports int     `json:"reports"`
	Bytes   int64   `json:"bytes"`
	Seconds float64 `json:"seconds"`
	Link    float64 `json:"link_seconds"` // what the bytes alone need
	Stored  int     `json:"stored"`       // items that the inbox knows afterwards, after all was sent twice
	Cases   int     `json:"cases"`        // cases that they became
}

// devices hires workers and gives each a device; the result is the tokens.
func (g *ground) devices(ctx context.Context, n int, name string) (tokens []string, err error) {
	hash, err := staff.NewPassword(ctx, "bench", password)
	if err != nil {
		return nil, err
	}
	err = g.DB.Write(ctx, func(tx *db.Tx) error {
		tokens = nil
		for i := range n {
			a, err := staff.Create(tx, root, staff.Account{Login: fmt.Sprintf("%s%03d-%d", name, i, time.Now().UnixNano()), Name: "巡查员"}, hash)
			if err != nil {
				return err
			}
			if err := staff.Allow(tx, root, a.ID, staff.Grid, g.grids[i%len(g.grids)].Code, ""); err != nil {
				return err
			}
			by, err := a.Actor(tx, staff.ViaPage)
			if err != nil {
				return err
			}
			t, err := field.Admit(tx, by, fmt.Sprintf("device-%s-%03d", name, i))
			if err != nil {
				return err
			}
			tokens = append(tokens, t)
		}
		return nil
	})
	return tokens, err
}

// serving answers on the loopback while fn runs.
func (g *ground) serving(ctx context.Context, fn func(url string) error) error {
	ctx, stop := context.WithCancel(ctx)
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- g.Serve(ctx, "127.0.0.1:0", g.Handler(ui.Site{City: g.CityName()}), func(url string) { ready <- url })
	}()
	var err error
	select {
	case url := <-ready:
		err = fn(url)
	case err = <-ended:
		stop()
		return err
	}
	stop()
	return errors.Join(err, <-ended)
}

// item is a report of a worker, with photos by their hashes.
func (g *ground) item(r *rand.Rand, id string, photos ...string) field.Item {
	p := spot(r, g.grids[r.IntN(len(g.grids))])
	body, err := json.Marshal(map[string]any{"class": kindOf(r.IntN(1000)), "words": "人行道地砖松动，行人容易绊倒。", "spot": "菜市场南门向东五十米"})
	if err != nil {
		panic(err) // plain strings always marshal
	}
	return field.Item{ID: id, Kind: field.Report, At: time.Now(), Lon: &p.Lon, Lat: &p.Lat, Accuracy: 8, Photos: photos, Body: body}
}

// send posts one batch and returns the states it is told.
func send(c *http.Client, url, token string, items ...field.Item) ([]field.Result, error) {
	body, err := json.Marshal(field.Batch{Device: "bench", Sent: time.Now(), Items: items})
	if err != nil {
		return nil, err
	}
	var out struct{ Results []field.Result }
	return out.Results, call(c, http.MethodPost, url+"/field/sync", token, body, &out)
}

func call(c *http.Client, method, url, token string, body []byte, into any) error {
	r, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Field "+token)
	r.Header.Set("Content-Type", "application/json")
	a, err := c.Do(r)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		return err
	}
	if a.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s %s", method, url, a.Status, text)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// field measures what telephones send. A city serves once.
func (g *ground) field(ctx context.Context) error {
	return g.serving(ctx, func(url string) error {
		if err := g.reports(ctx, url); err != nil {
			return err
		}
		return g.offline(ctx, url)
	})
}

// reports lets all workers send at once for some seconds, and then at the pace of people: while what came is acted on, and when it has been.
func (g *ground) reports(ctx context.Context, url string) error {
	tokens, err := g.devices(ctx, g.o.Workers, "walker")
	if err != nil {
		return err
	}
	r := &g.r.Reports
	r.Workers = len(tokens)
	if r.Storm, err = g.storm(url, tokens, 0); err != nil {
		return err
	}
	if r.Waiting, err = g.waiting(ctx); err != nil {
		return err
	}
	begin := time.Now()
	if r.Beside, err = g.storm(url, tokens, pace); err != nil {
		return err
	}
	for n := int64(1); n > 0; <-time.After(100 * time.Millisecond) {
		if n, err = g.waiting(ctx); err != nil {
			return err
		}
		if time.Since(begin) > 10*time.Minute {
			return fmt.Errorf("after ten minutes %d reports still wait to be acted on", n)
		}
	}
	r.Worked = round(float64(r.Waiting) / time.Since(begin).Seconds())
	r.Calm, err = g.storm(url, tokens, pace)
	return err
}

// pace is from one report of a worker to his next, in the street.
const pace = 5 * time.Second

// waiting is how many reports wait to be acted on.
func (g *ground) waiting(ctx context.Context) (n int64, err error) {
	err = g.DB.Read(ctx, func(tx *db.Tx) error { n, err = field.Waiting(tx); return err })
	return n, err
}

// storm sends from every device; pace is from one report of a device to its next, 0 for as fast as it can.
func (g *ground) storm(url string, tokens []string, pace time.Duration) (p Pace, err error) {
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: len(tokens), MaxConnsPerHost: len(tokens)}}
	defer c.CloseIdleConnections()
	var all []time.Duration
	begin, worked := time.Now(), processor()
	end := begin.Add(time.Duration(g.o.Seconds) * time.Second)
	var mu sync.Mutex
	var wait sync.WaitGroup
	for i, token := range tokens {
		wait.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 8))
			var mine []time.Duration
			var wrong error
			if pace > 0 {
				<-time.After(time.Duration(r.Int64N(int64(pace))))
			}
			for n := 0; time.Now().Before(end) && wrong == nil; n++ {
				at := time.Now()
				var list []field.Result
				list, wrong = send(c, url, token, g.item(r, fmt.Sprintf("bench-%d-%d-%d", begin.UnixNano(), i, n)))
				if wrong == nil && (len(list) != 1 || list[0].State == field.Refused) {
					wrong = fmt.Errorf("a report was answered %+v", list)
				}
				mine = append(mine, time.Since(at))
				if pace > 0 {
					<-time.After(pace)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			all, err = append(all, mine...), errors.Join(err, wrong)
		})
	}
	wait.Wait()
	span := time.Since(begin)
	slices.Sort(all)
	return Pace{Work: ms((processor() - worked) / time.Duration(max(1, len(all)))), PerSec: round(float64(len(all)) / span.Seconds()), P50: ms(part(all, 50)), P95: ms(part(all, 95)), P99: ms(part(all, 99))}, err
}

// link is 2 Mbit a second, in bytes.
const link = 2_000_000 / 8

// slow is a connection over a slow link, both ways together.
type slow struct {
	net.Conn
	l *limiter
}

func (s slow) Write(b []byte) (int, error) {
	for part := range slices.Chunk(b, 4096) {
		s.l.take(len(part))
		if n, err := s.Conn.Write(part); err != nil {
			return n, err
		}
	}
	return len(b), nil
}

// A limiter lets bytes pass at the speed of the link.
type limiter struct {
	mu   sync.Mutex
	free time.Time
	sent int64
}

func (l *limiter) take(n int) {
	l.mu.Lock()
	now := time.Now()
	if l.free.Before(now) {
		l.free = now
	}
	l.free = l.free.Add(time.Duration(n) * time.Second / link)
	until := l.free
	l.sent += int64(n)
	l.mu.Unlock()
	<-time.After(time.Until(until))
}

// offline sends a queue of reports, each with a photo of its own, over the slow link: photos first, then the items in batches, and then all
// items once more, as a telephone does that never saw the answer.
func (g *ground) offline(ctx context.Context, url string) error {
	tokens, err := g.devices(ctx, 1, "offline")
	if err != nil {
		return err
	}
	l := &limiter{}
	c := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 2, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		raw, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		return slow{raw, l}, err
	}}}
	defer c.CloseIdleConnections()
	begin := time.Now()
	items, err := g.photographed(c, url, tokens[0], fmt.Sprint("queue-", begin.UnixNano()))
	if err != nil {
		return err
	}
	for range 2 {
		for batch := range slices.Chunk(items, 20) {
			list, err := send(c, url, tokens[0], batch...)
			if err != nil {
				return err
			}
			for _, x := range list {
				if x.State == field.WantsPhoto || x.State == field.Refused {
					return fmt.Errorf("item %s is %s: %s", x.ID, x.State, x.Words)
				}
			}
		}
	}
	g.r.Offline = Offline{Reports: len(items), Bytes: l.sent, Seconds: round(time.Since(begin).Seconds()), Link: round(float64(l.sent) / link)}
	return g.became(c, url, tokens[0], items)
}

// became asks how the items stand until all are acted on, and counts the cases.
func (g *ground) became(c *http.Client, url, token string, items []field.Item) error {
	var asked []field.Item
	for _, i := range items {
		asked = append(asked, field.Item{ID: i.ID})
	}
	for range 120 {
		list, err := send(c, url, token, asked...)
		if err != nil {
			return err
		}
		g.r.Offline.Stored = 0
		waits, cases := false, map[db.ID]bool{}
		for _, x := range list {
			if x.Case != nil {
				cases[x.Case.ID] = true
			}
			if x.State != field.Refused {
				g.r.Offline.Stored++
			}
			waits = waits || x.State == field.Kept
		}
		if g.r.Offline.Cases = len(cases); !waits {
			return nil
		}
		<-time.After(time.Second)
	}
	return errors.New("after two minutes items still wait to be acted on")
}

// photographed sends a photo for each report of the queue and returns the reports.
func (g *ground) photographed(c *http.Client, url, token, id string) (items []field.Item, err error) {
	r := rand.New(rand.NewPCG(9, 10))
	for i := range g.o.Queue {
		photo, err := picture(r)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(photo)
		sha := hex.EncodeToString(sum[:])
		if err := call(c, http.MethodPut, url+"/field/photos/"+sha, token, photo, nil); err != nil {
			return nil, err
		}
		items = append(items, g.item(r, fmt.Sprintf("%s-%d", id, i), sha))
		if i%50 == 49 {
			g.o.Progress(fmt.Sprintf("离线队列 %d / %d", i+1, g.o.Queue))
		}
	}
	return items, nil
}

// picture is a photo of about sixty kilobytes, like no other.
func picture(r *rand.Rand) ([]byte, error) {
	m := image.NewYCbCr(image.Rect(0, 0, 640, 480), image.YCbCrSubsampleRatio420)
	for i := range m.Y {
		m.Y[i] = uint8(128 + r.IntN(40))
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 70})
	return out.Bytes(), err
}
