package command_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/internal/atlas"
	"linli/internal/audit"
	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/flow"
	"linli/internal/geo"
	"linli/internal/grid"
	"linli/internal/place"
	"linli/internal/proposal"
	"linli/internal/staff"
	"linli/internal/web/command"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	"linli/test/town"
)

// A room is the pages over the town.
type room struct {
	*town.Town
	t    *testing.T
	mux  *http.ServeMux
	stop chan struct{}
	n    int
}

func each(t *testing.T, test func(r *room)) {
	town.Each(t, func(t *testing.T, w *town.Town) { test(open(t, w)) }, proposal.Migrations, grid.Migrations)
}

func open(t *testing.T, w *town.Town) *room {
	t.Helper()
	w.Write(t, func(tx *db.Tx) error {
		return place.StoreDrawn(tx, place.Change{Basis: "测试"}, place.Draw(w.Places, place.Canvas{Lon: 111.2, Lat: 34.8, Width: 1, Seed: 7}))
	})
	places, err := place.NewIndex(context.Background(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	units, err := staff.NewDirectory(context.Background(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	tn := &part.Town{DB: w.DB, Files: files, Cases: w.Cases, Packs: w.Catalog.Index, Places: places, Units: units, People: w.People}
	r := &room{Town: w, t: t, mux: http.NewServeMux(), stop: make(chan struct{})}
	command.Routes(r.mux, &command.Pages{Town: tn, Sessions: session.New(w.DB, session.Options{Deny: ui.Fail}), Atlas: atlas.New(w.DB, town.City), Proposals: proposal.New(town.City, w.Cases), Stop: r.stop})
	return r
}

// seen registers a case at a point.
func (r *room) seen(title, where string, p geo.Point) (id db.ID) {
	r.t.Helper()
	r.n++
	key, desk := fmt.Sprint("case", r.n), r.Actor(r.t, "desk")
	r.Write(r.t, func(tx *db.Tx) error {
		c, err := r.Cases.Register(tx, desk, casework.Intake{Key: key, Flow: "mailbox", Place: where, Kind: "event-01-10", Where: &casework.Position{Point: p},
			Fields: map[string]string{"sender": "许甲", "subject": title, "content": title + "，请派人查看处理。"}, Sets: map[string]any{"weight": "ordinary", "digest": title}})
		id = c.Case
		return err
	})
	r.settle()
	return id
}

func (r *room) accept(id db.ID) {
	r.t.Helper()
	r.n++
	key, desk := fmt.Sprint("step", r.n), r.Actor(r.t, "desk")
	r.Write(r.t, func(tx *db.Tx) error {
		_, err := r.Cases.Do(tx, desk, id, casework.Act{Act: flow.Act{Verb: flow.Accept}, Key: key})
		return err
	})
	r.settle()
}

// settle gives what was done its position in the log, as the program does by itself.
func (r *room) settle() {
	r.t.Helper()
	if _, err := audit.SequenceAll(context.Background(), r.DB); err != nil {
		r.t.Fatal(err)
	}
}

// as lets somebody ask.
func (r *room) as(login string) http.Handler {
	by := r.Actor(r.t, login)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mux.ServeHTTP(w, req.WithContext(session.With(req.Context(), by)))
	})
}

func (r *room) get(login, path string, status int) string {
	r.t.Helper()
	w := httptest.NewRecorder()
	r.as(login).ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	if w.Code != status {
		r.t.Fatalf("%s gets %s: %d, want %d", login, path, w.Code, status)
	}
	return w.Body.String()
}

var here = geo.Point{Lon: 111.21, Lat: 34.81}

func TestTheMapSaysWhatItDraws(t *testing.T) {
	each(t, func(r *room) {
		id := r.seen("路面破损", town.Willow, here)
		r.seen("井盖缺失", town.Ferry, geo.Point{Lon: 111.4, Lat: 34.7})
		page := r.get("supervisor", "/centre/map", 200)
		for _, want := range []string{"图上在办 2 件", "路面破损", "井盖缺失", "/centre/map?area=" + town.East, "/cases/" + id.String(), "<path"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		// Down from the city to the case.
		page = r.get("supervisor", "/centre/map?area="+town.East+"&open=all", 200)
		if !strings.Contains(page, "area="+town.Riverrow) || strings.Contains(page, "井盖缺失") || !strings.Contains(page, "open=all") {
			t.Error("the county shows another, leads nowhere, or loses the filter")
		}
		if page = r.get("supervisor", "/centre/map?area="+town.Willow, 200); !strings.Contains(page, "路面破损") || !strings.Contains(page, "<path") {
			t.Error("the community does not show its case")
		}
		var pic struct {
			Log   int64
			Total struct{ Cases int }
			Spots [][]any
			Cases []struct{ Title, Href string }
		}
		if err := json.Unmarshal([]byte(r.get("supervisor", "/centre/map/data?box=111.2,34.8,111.22,34.82&z=15", 200)), &pic); err != nil {
			t.Fatal(err)
		}
		if pic.Total.Cases != 1 || len(pic.Spots) != 1 || pic.Spots[0][5] != id.String() || len(pic.Cases) != 1 || pic.Cases[0].Title != "路面破损" || pic.Log == 0 {
			t.Errorf("picture %+v", pic)
		}
		if got := r.get("street", "/centre/map", 200); strings.Contains(got, "井盖缺失") || !strings.Contains(got, "路面破损") {
			t.Error("a street sees another county's case, or not its own")
		}
		if got := r.get("supervisor", "/centre/map?open=all&from=2020-01-01&to=2020-12-31", 200); strings.Contains(got, "路面破损") {
			t.Error("the period is not asked for")
		}
		r.get("verifier-east", "/centre/map?area="+town.West, 403)
		r.get("resident", "/centre/map", 403)
		r.get("supervisor", "/centre/map/data?box=1,2,3", 422)
		r.get("supervisor", "/centre/map?from=yesterday", 422)
		if wall := r.get("supervisor", "/centre/wall", 200); !strings.Contains(wall, "邻水市") || !strings.Contains(wall, "截至") {
			t.Error("the wall has no figures with their time")
		}
		var ground struct {
			Features []struct{ Properties struct{ Href string } }
		}
		if err := json.Unmarshal([]byte(r.get("supervisor", "/centre/map/areas.geojson", 200)), &ground); err != nil || len(ground.Features) != 2 || ground.Features[0].Properties.Href == "" {
			t.Errorf("ground %+v, %v", ground, err)
		}
	})
}

func TestAProposalIsDecidedOnThePage(t *testing.T) {
	each(t, func(r *room) {
		for range 3 {
			r.seen("路面破损", town.Willow, here)
		}
		if _, err := audit.SequenceAll(t.Context(), r.DB); err != nil {
			t.Fatal(err)
		}
		for more := true; more; {
			r.Write(t, func(tx *db.Tx) (err error) {
				more, err = proposal.New(town.City, r.Cases).Find(tx)
				return err
			})
		}
		page := r.get("supervisor", "/centre/proposals", 200)
		if !strings.Contains(page, "event-01，3 次") || strings.Count(page, "路面破损") < 3 {
			t.Error("the proposal is not shown with its reports")
		}
		_, rest, _ := strings.Cut(page, `action="/centre/proposals/`)
		id, _, _ := strings.Cut(rest, "/")
		form := url.Values{"key": {"k"}, "words": {"已列入计划"}, "until": {"2026-12-31"}}
		req := httptest.NewRequest("POST", "/centre/proposals/"+id+"/dismiss", strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		if r.as("supervisor").ServeHTTP(w, req); w.Code != http.StatusSeeOther {
			t.Fatalf("dismiss: %d", w.Code)
		}
		if page := r.get("supervisor", "/centre/proposals?state=dismissed", 200); !strings.Contains(page, "已列入计划") {
			t.Error("the decision is not shown")
		}
	})
}

// A worker on duty is shown to those who may know where he is, and to nobody else.
func TestWorkersOnDutyAreShownToTheCentreOnly(t *testing.T) {
	each(t, func(r *room) {
		walker := r.Actor(t, "walker")
		r.Write(t, func(tx *db.Tx) error {
			err := place.Add(tx, place.Change{Basis: "测试", By: "测试"}, place.New{Code: town.Willow + "001", Name: "柳荫第一网格", Level: grid.Level, Parent: town.Willow})
			if err != nil {
				return err
			}
			_, err = grid.Assign(tx, staff.Actor{Login: "command", Via: staff.ViaCommand}, "post", grid.New{Grid: town.Willow + "001", Account: walker.Account, Part: grid.Main, From: place.Today(tx), Basis: "名册"})
			return err
		})
		walker = r.Actor(t, "walker")
		r.Write(t, func(tx *db.Tx) error { _, err := grid.Begin(tx, walker, "begin", tx.Now()); return err })
		r.Clock.Advance(time.Minute)
		r.Write(t, func(tx *db.Tx) error {
			_, err := grid.Track(tx, walker, []grid.Fix{{At: tx.Now(), Where: here}})
			return err
		})
		if page := r.get("supervisor", "/centre/map", 200); !strings.Contains(page, walker.Name) {
			t.Error("the supervisor does not see who is on duty")
		}
		if page := r.get("auditor", "/centre/map", 200); strings.Contains(page, walker.Name) {
			t.Error("somebody who may not know sees where a worker is")
		}
	})
}

// A listener reads a stream of news.
type listener struct {
	lines *bufio.Scanner
	end   context.CancelFunc
	id    string
	cases []db.ID
}

func (r *room) listen(url, last string) *listener {
	r.t.Helper()
	ctx, end := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil || answer.StatusCode != 200 {
		r.t.Fatalf("listen: %v, %v", answer, err)
	}
	r.t.Cleanup(func() { end(); answer.Body.Close() })
	return &listener{lines: bufio.NewScanner(answer.Body), end: end}
}

// until reads on until a case is told of.
func (l *listener) until(t *testing.T, id db.ID) {
	t.Helper()
	for !slices.Contains(l.cases, id) {
		if !l.lines.Scan() {
			t.Fatalf("the stream ended before case %s: %v", id, l.lines.Err())
		}
		if text, is := strings.CutPrefix(l.lines.Text(), "id: "); is {
			l.id = text
		}
		if text, is := strings.CutPrefix(l.lines.Text(), "data: ["); is {
			var list []atlas.Change
			if err := json.Unmarshal([]byte("["+text), &list); err != nil {
				t.Fatal(err)
			}
			for _, c := range list {
				l.cases = append(l.cases, c.Case)
			}
		}
	}
}

// A line that breaks misses nothing, also when the browser comes to another process; nobody hears of what he may not see; the server can stop.
func TestNewsSurvivesABrokenLine(t *testing.T) {
	each(t, func(r *room) {
		server := httptest.NewServer(r.as("street"))
		r.t.Cleanup(server.Close) // after the lines, which were opened later
		first := r.seen("路面破损", town.Willow, here)
		l := r.listen(server.URL+"/centre/map/events?since=0", "")
		l.until(t, first)
		second := r.seen("井盖缺失", town.Lotus, here)
		l.until(t, second)
		l.end() // the line breaks
		others := r.seen("不归他看", town.Ferry, here)
		third := r.seen("路灯不亮", town.Willow, here)
		r.accept(first)
		other := httptest.NewServer(open(t, r.Town).as("street"))
		r.t.Cleanup(other.Close)
		again := r.listen(other.URL+"/centre/map/events", l.id)
		again.until(t, third)
		again.until(t, first)
		if slices.Contains(again.cases, others) || slices.Contains(again.cases, second) {
			t.Errorf("told of %v, which is %s or was told before (%s)", again.cases, others, second)
		}
		fourth := r.seen("护栏损坏", town.Willow, here)
		again.until(t, fourth)
		last := r.listen(server.URL+"/centre/map/events", "999999") // of another database
		fifth := r.seen("树木倾倒", town.Willow, here)
		last.until(t, fifth)
		close(r.stop)
		for last.lines.Scan() {
		}
	})
}
