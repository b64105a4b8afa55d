package grid_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/field"
	"linli/internal/fixture"
	"linli/internal/geo"
	gridwork "linli/internal/grid"
	"linli/internal/place"
	"linli/internal/round"
	"linli/internal/staff"
	"linli/internal/web/grid"
	"linli/internal/web/part"
	"linli/internal/web/session"
	"linli/internal/web/ui"
	"linli/test/town"
)

// A street is the town with the addresses that devices speak to, and a worker wangge.
type street struct {
	t    *testing.T
	w    *town.Town
	mux  http.Handler
	auth string // what a device sends for its session
}

func each(t *testing.T, test func(x *street)) {
	t.Helper()
	town.Each(t, func(t *testing.T, w *town.Town) { test(open(t, w)) }, field.Migrations, gridwork.Migrations, fixture.Migrations, round.Migrations)
}

func open(t *testing.T, w *town.Town) *street {
	t.Helper()
	w.Write(t, func(tx *db.Tx) error {
		return town.Hire(tx, staff.Account{Login: "wangge", Name: "林巡街", Unit: town.WillowCommittee}, staff.Grant{Role: staff.Grid, Place: town.Willow})
	})
	files, err := blob.Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	places, err := place.NewIndex(t.Context(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	grid.SyncRoutes(mux, &grid.Sync{Town: &part.Town{DB: w.DB, Cases: w.Cases, Packs: w.Catalog.Index, Places: places, People: w.People, Files: files},
		Inbox: &field.Inbox{Cases: w.Cases, Places: places, Files: files, Rounds: round.New(round.Options{Packs: w.Catalog.Index, Cases: w.Cases})}})
	return &street{t: t, w: w, mux: ui.Read(ui.Site{City: "邻水市"}, mux)}
}

// ask makes a request, as login when one is given and with the device's token otherwise, and reads the answer.
func (x *street) ask(login, method, path string, body []byte, into any) int {
	x.t.Helper()
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	r.Header.Set("X-Field-Device", "device-0001")
	if login != "" {
		r = r.WithContext(session.With(r.Context(), x.w.Actor(x.t, login)))
	} else if x.auth != "" {
		r.Header.Set("Authorization", "Field "+x.auth)
	}
	rec := httptest.NewRecorder()
	x.mux.ServeHTTP(rec, r)
	if got := rec.Header().Get("Content-Type"); got != "application/json" {
		x.t.Fatalf("%s %s answers %q", method, path, got)
	}
	if into != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil {
			x.t.Fatalf("%s %s: %v in %s", method, path, err, rec.Body)
		}
	}
	return rec.Code
}

type synced struct {
	Now     time.Time
	Results []field.Result
}

func TestADeviceFetchesItsPackAndSyncsByItsToken(t *testing.T) {
	each(t, func(x *street) {
		var pack struct {
			Token  string
			Me     struct{ Grids []struct{ Code string } }
			Cases  []any
			Checks []any
			Limits struct{ Batch int }
		}
		if code := x.ask("wangge", "GET", "/field/pack", nil, &pack); code != 200 || pack.Token == "" || pack.Limits.Batch != field.MaxItems || pack.Cases == nil || pack.Checks == nil {
			x.t.Fatalf("%d %+v", code, pack)
		}
		if len(pack.Me.Grids) != 1 || pack.Me.Grids[0].Code != town.Willow {
			x.t.Errorf("%+v", pack.Me)
		}
		if code := x.ask("water", "GET", "/field/pack", nil, nil); code != 403 {
			x.t.Errorf("somebody else's pack: %d", code)
		}
		var img bytes.Buffer
		if err := jpeg.Encode(&img, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
			x.t.Fatal(err)
		}
		sum := sha256.Sum256(img.Bytes())
		sha := hex.EncodeToString(sum[:])
		batch := []byte(`{"device":"device-0001","sent":"` + x.w.Clock.Now().Format(time.RFC3339) + `","items":[{"id":"item-00000001","kind":"report","at":"` +
			x.w.Clock.Now().Format(time.RFC3339) + `","photos":["` + sha + `"],"body":{"words":"井盖松动"}}]}`)
		var out synced
		if code := x.ask("", "POST", "/field/sync", batch, nil); code != 401 {
			x.t.Errorf("nobody syncs: %d", code)
		}
		x.auth = pack.Token
		if code := x.ask("", "POST", "/field/sync", batch, &out); code != 200 || out.Now.IsZero() || out.Results[0].State != field.WantsPhoto {
			x.t.Fatalf("%d %+v", code, out)
		}
		for i, want := range []int{201, 200} {
			if code := x.ask("", "PUT", "/field/photos/"+sha, img.Bytes(), nil); code != want {
				x.t.Errorf("photo %d: %d", i, code)
			}
		}
		if code := x.ask("", "POST", "/field/sync", batch, &out); code != 200 || out.Results[0].State != field.Kept {
			x.t.Errorf("%d %+v", code, out)
		}
	})
}

func TestBadRequestsOfDevices(t *testing.T) {
	each(t, func(x *street) {
		var said struct{ Error string }
		fake := []byte("words are no photo")
		sum := sha256.Sum256(fake)
		for name, c := range map[string]struct {
			method, path string
			body         string
			want         int
		}{
			"half a batch":    {"POST", "/field/sync", `{"device":"device-0001","items":[{"id":`, 422},
			"too long":        {"POST", "/field/sync", `{"device":"` + strings.Repeat("x", field.MaxBytes) + `"}`, 413},
			"no photo":        {"PUT", "/field/photos/" + hex.EncodeToString(sum[:]), string(fake), 422},
			"another's bytes": {"PUT", "/field/photos/" + strings.Repeat("a", 64), string(fake), 503},
			"no hash":         {"PUT", "/field/photos/photo1", string(fake), 404},
		} {
			said.Error = ""
			if code := x.ask("wangge", c.method, c.path, []byte(c.body), &said); code != c.want || said.Error == "" {
				x.t.Errorf("%s: %d %q", name, code, said.Error)
			}
		}
		x.auth = "guess"
		if code := x.ask("", "POST", "/field/sync", []byte(`{}`), &said); code != 401 {
			x.t.Errorf("a guessed token: %d", code)
		}
	})
}

// A device carries what stands in the worker's places, and whether he is on duty; not what stands elsewhere.
func TestADeviceCarriesFixturesAndDuty(t *testing.T) {
	each(t, func(x *street) {
		var at geo.Point
		x.w.Write(t, func(tx *db.Tx) error {
			p, err := place.Get(tx, town.Willow)
			if err != nil {
				return err
			}
			at = geo.Point{Lon: 111.2, Lat: 34.8}
			for i, path := range []string{p.Path, strings.TrimSuffix(p.Path, town.Willow+"/")} {
				err := tx.Exec(`insert into fixture (id, code, class, path, lon, lat, cell, state, version, at) values (?, ?, 'part-01-03', ?, ?, ?, 0, 'in-use', 1, ?)`,
					db.NewID(), []string{"here", "there"}[i], path, int64(at.Lon*1e6), int64(at.Lat*1e6), db.At(tx.Now()))
				if err != nil {
					return err
				}
			}
			return tx.Exec(`insert into grid_shift (id, account, began_at) values (?, ?, ?)`, db.NewID(), x.w.Actor(t, "wangge").Account, db.At(tx.Now()))
		})
		var p struct {
			Fixtures []struct{ Code string }
			Duty     struct{ On bool }
			Rounds   []any
			Visits   []any
		}
		if code := x.ask("wangge", http.MethodGet, "/field/pack", nil, &p); code != http.StatusOK {
			t.Fatalf("the pack is answered %d", code)
		}
		if len(p.Fixtures) != 1 || p.Fixtures[0].Code != "here" || !p.Duty.On || p.Rounds == nil || p.Visits == nil {
			t.Errorf("carried %+v", p)
		}
	})
}
