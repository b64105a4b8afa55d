package grid_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/web/grid"
	"linli/internal/web/ui"
)

// An item as it arrives, and what the city says of it.
type item struct {
	ID     string          `json:"id"`
	Kind   string          `json:"kind"`
	At     time.Time       `json:"at"`
	Lon    float64         `json:"lon"`
	Lat    float64         `json:"lat"`
	Photos []string        `json:"photos"`
	Body   json.RawMessage `json:"body"`
}

type result struct {
	ID      string              `json:"id"`
	State   string              `json:"state"`
	Marks   []string            `json:"marks"`
	Words   string              `json:"words"`
	Case    map[string]any      `json:"case,omitempty"`
	Choices []map[string]string `json:"choices,omitempty"`
}

// A wire is a city at the other end of a bad line: it serves the pages, and speaks the protocol of package field as far as a phone sees
// it. What the real inbox does with an item is not its matter; that is told by the stories in test/browser.
type wire struct {
	url string

	mu     sync.Mutex
	pack   map[string]any
	items  map[string]item
	order  []string
	asked  map[string]int // how often an item came
	photos map[string][]byte
	lose   int  // answers still to be lost after the items were taken
	cut    bool // nothing comes through
	gone   bool // the login is over, and the key of the device too
	answer func(i item) result
}

func lay(t *testing.T) *wire {
	w := &wire{items: map[string]item{}, asked: map[string]int{}, photos: map[string][]byte{}, pack: packOfTheDay()}
	mux := http.NewServeMux()
	ui.Routes(mux)
	grid.Routes(mux, &grid.Pages{})
	mux.HandleFunc("GET /field/pack", w.serve(w.givePack))
	mux.HandleFunc("POST /field/sync", w.serve(w.sync))
	mux.HandleFunc("PUT /field/photos/{sha}", w.serve(w.photo))
	mux.HandleFunc("GET /field/photos/{sha}", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "image/svg+xml")
		io.WriteString(rw, `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"><rect width="8" height="6" fill="#888"/></svg>`)
	})
	mux.HandleFunc("GET /login", func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, "login") })
	s := httptest.NewServer(ui.Secure(http.NewCrossOriginProtection().Handler(ui.Read(ui.Site{City: "邻水市"}, mux))))
	t.Cleanup(s.Close)
	w.url = s.URL
	return w
}

func (w *wire) serve(f http.HandlerFunc) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		switch {
		case w.cut:
			hang(rw)
		case w.gone:
			rw.WriteHeader(http.StatusUnauthorized)
		default:
			f(rw, r)
		}
	}
}

// hang ends the connection without an answer.
func hang(rw http.ResponseWriter) {
	c, _, err := http.NewResponseController(rw).Hijack()
	if err == nil {
		c.Close()
	}
}

func say(rw http.ResponseWriter, v any) {
	rw.Header().Set("Content-Type", "application/json")
	json.NewEncoder(rw).Encode(v)
}

func (w *wire) givePack(rw http.ResponseWriter, r *http.Request) {
	if len(r.Header.Get("X-Field-Device")) < 8 {
		http.Error(rw, "no device", http.StatusUnprocessableEntity)
		return
	}
	w.pack["now"] = time.Now()
	say(rw, w.pack)
}

func (w *wire) photo(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	sum := sha256.Sum256(body)
	if hex.EncodeToString(sum[:]) != r.PathValue("sha") || r.Header.Get("Authorization") != "Field key" {
		rw.WriteHeader(http.StatusUnprocessableEntity)
		return
	}
	w.photos[r.PathValue("sha")] = body
	rw.WriteHeader(http.StatusCreated)
}

func (w *wire) sync(rw http.ResponseWriter, r *http.Request) {
	var batch struct {
		Device string
		Sent   time.Time
		Items  []item
	}
	if err := json.NewDecoder(r.Body).Decode(&batch); err != nil || batch.Device == "" || batch.Sent.IsZero() {
		http.Error(rw, "no batch", http.StatusUnprocessableEntity)
		return
	}
	results := []result{}
	for _, i := range batch.Items {
		w.asked[i.ID]++
		if _, known := w.items[i.ID]; !known {
			w.items[i.ID] = i
			w.order = append(w.order, i.ID)
		}
		out := result{ID: i.ID, State: "taken", Marks: []string{}}
		if w.answer != nil {
			out = w.answer(i)
			out.ID = i.ID
		}
		for _, sha := range i.Photos {
			if w.photos[sha] == nil {
				out.State, out.Marks = "wants-photo", append(out.Marks, "photo:"+sha)
			}
		}
		results = append(results, out)
	}
	if w.lose > 0 {
		w.lose--
		hang(rw)
		return
	}
	say(rw, map[string]any{"now": time.Now(), "results": results})
}

// with lets a test look at the city and change it.
func (w *wire) with(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

// of lists the items of a kind, in the order in which they came.
func (w *wire) of(kind string) (list []item) {
	w.with(func() {
		for _, id := range w.order {
			if w.items[id].Kind == kind {
				list = append(list, w.items[id])
			}
		}
	})
	return list
}

// packOfTheDay has something on every page.
func packOfTheDay() map[string]any {
	type m = map[string]any
	outline := m{"type": "Polygon", "coordinates": [][][2]float64{{{111.190, 34.770}, {111.200, 34.770}, {111.200, 34.778}, {111.190, 34.778}, {111.190, 34.770}}}}
	return m{"version": "1", "token": "key", "me": m{"name": "施网格", "login": "walker", "grids": []m{{"code": "411202001001001", "name": "柳荫第一网格", "path": "x/", "outline": outline}}},
		"classes": []m{
			{"code": "part-01-01", "kind": "part", "group": "公用设施", "name": "上水井盖", "standards": []m{{"ref": "d:1", "opens": "井盖缺失或破损", "closes": "补齐或修复", "term": "2紧急工作时", "urgent": true}}},
			{"code": "event-01-10", "kind": "event", "group": "市容环境", "name": "积存垃圾渣土", "standards": []m{{"ref": "d:2", "opens": "堆积一平方米以上", "closes": "清理干净", "term": "4小时"}, {"ref": "d:3", "opens": "堆积十平方米以上", "closes": "清理并恢复", "term": "1天"}}},
			{"code": "event-02-03", "kind": "event", "group": "街面秩序", "name": "占道经营", "standards": []m{}},
		},
		"fixtures": []m{{"id": "f1", "code": "4112020001", "class": "part-01-01", "name": "东门井盖", "lon": 111.1951, "lat": 34.7741, "state": "good"}},
		"cases": []m{{"id": "c1", "number": "网〔2026〕1号", "version": 1, "kind": "event-01-10", "title": "东门垃圾堆积", "state": "dispatched", "lon": 111.19505, "lat": 34.77402, "at": time.Now()},
			{"id": "c2", "number": "网〔2026〕2号", "version": 1, "kind": "event-01-10", "title": "河边垃圾", "state": "dispatched", "lon": 111.199, "lat": 34.777, "at": time.Now()}},
		"checks": []m{{"case": "c3", "number": "网〔2026〕3号", "version": 7, "title": "路灯不亮", "spot": "柳荫路口", "lon": 111.195, "lat": 34.774, "due": time.Now().Add(time.Hour), "kind": "event-01-10",
			"handled": m{"words": "已更换灯泡", "at": time.Now(), "photos": []string{"/field/photos/" + strings.Repeat("a", 64)}}}},
		"rounds": []m{{"id": "r1", "name": "九小场所日检", "due": time.Now().Add(time.Hour), "points": []m{{"id": "p1", "name": "甲饭馆", "lon": 111.195, "lat": 34.774, "list": m{"id": "l", "name": "消防", "items": []m{
			{"id": "i1", "says": "通道畅通", "kind": "yes", "points": 10}, {"id": "i2", "says": "灭火器", "kind": "choice", "options": []string{"有效", "过期"}}, {"id": "i3", "says": "人数", "kind": "number"}}}, "done": false}}}},
		"visits": []m{{"id": "v1", "name": "独居老人甲", "address": "一号院三单元", "why": "每月一次", "last": time.Now().Add(-40 * 24 * time.Hour)}},
		"duty":   m{"on": false}, "limits": m{"photo_px": 800, "photo_bytes": 300000, "batch": 20, "near_m": 30, "far_m": 200}}
}
