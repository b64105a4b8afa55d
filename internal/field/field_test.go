package field_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/catalog"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/field"
	"linli/internal/grid"
	"linli/internal/job"
	"linli/internal/pack"
	"linli/internal/pack/packtest"
	"linli/internal/picture"
	"linli/internal/place"
	"linli/internal/staff"
	"linli/packs"
	"linli/test/town"
)

// walked is a document by which workers report what they find.
var walked = map[string]string{
	"t/st/document.yaml": "document: st\nnumber: 试〔2026〕1号\ntitle: 巡查办法\nissuer: 试\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n",
	"t/st/clauses.yaml":  "- { id: \"1\", at: 一, gist: 巡查, runs: [flow/walked] }\n",
	"t/st/offices.yaml":  "offices:\n  - { id: watching, name: 监督中心, serves: [desk], basis: \"1\" }\n  - { id: commanding, name: 指挥中心, serves: [dispatcher], basis: \"1\" }\n",
	"t/st/flows/w.yaml": `flow: walked
name: 巡查
channel: grid
basis: "1"
offices: { desk: watching, dispatcher: commanding }
steps:
  register: { by: [patrol, desk, reporter], basis: "1" }
  verify: { by: [patrol, verifier], basis: "1" }
  rework: { by: [patrol, verifier], basis: "1" }
`,
}

// A street is the town with grids, an inbox and one worker, walker.
type street struct {
	*town.Town
	t     testing.TB
	inbox *field.Inbox
	jobs  *job.Runner
	who   field.Worker
	by    staff.Actor
}

func each(t *testing.T, test func(x *street)) {
	t.Helper()
	town.Each(t, func(t *testing.T, w *town.Town) { test(open(t, w)) }, grid.Migrations, field.Migrations)
}

func open(t testing.TB, w *town.Town) *street {
	t.Helper()
	w.Grids(t)
	w.Write(t, func(tx *db.Tx) error {
		for _, u := range []staff.Unit{{Code: "watch", Name: "监督中心", Place: town.City, Offices: []string{"watching"}},
			{Code: "command", Name: "指挥中心", Place: town.City, Offices: []string{"commanding"}}} {
			if err := town.Open(tx, u); err != nil {
				return err
			}
		}
		err := town.Hire(tx, staff.Account{Login: "jiandu", Name: "冯监督", Unit: "watch"}, staff.Grant{Role: staff.Desk, Place: town.City})
		if err != nil {
			return err
		}
		return town.Hire(tx, staff.Account{Login: "zhihui", Name: "褚指挥", Unit: "command"}, staff.Grant{Role: staff.Dispatcher, Place: town.City})
	})
	index := streetPacks(t, w)
	places, err := place.NewIndex(t.Context(), w.DB)
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.Open(filepath.Join(t.TempDir(), "files"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	x := &street{Town: w, t: t, by: w.Actor(t, "walker"), jobs: job.NewRunner(w.DB, job.Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})}
	w.Cases = casework.New(casework.Options{City: town.City, Law: civil.CivilCode(), Packs: index, People: w.People})
	x.inbox = &field.Inbox{DB: w.DB, Cases: w.Cases, Packs: index, Places: places, Files: files}
	picture.Register(x.jobs, files)
	x.inbox.Register(x.jobs)
	x.who = field.Worker{Account: x.by.Account}
	return x
}

// streetPacks are the packs of the program with the document of workers beside them.
func streetPacks(t testing.TB, w *town.Town) func() *pack.Index {
	t.Helper()
	src := fstest.MapFS{}
	err := fs.WalkDir(packs.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			text, _ := fs.ReadFile(packs.Files, path)
			src[path] = &fstest.MapFile{Data: text}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range walked {
		src[name] = &fstest.MapFile{Data: []byte(text)}
	}
	c, err := catalog.Open(t.Context(), w.DB, catalog.Source{FS: src, Shelf: packtest.Shelf})
	if err != nil {
		t.Fatal(err)
	}
	return c.Index
}

// work lets every job run that is due.
func (x *street) work() {
	x.t.Helper()
	if _, err := x.jobs.RunDue(context.Background()); err != nil {
		x.t.Fatal(err)
	}
}

// report is an item at the middle of the first grid.
func (x *street) report(id, words string, photos ...string) field.Item {
	lon, lat := town.GridMiddle(0)
	body, err := json.Marshal(map[string]string{"words": words, "spot": "东门"})
	if err != nil {
		x.t.Fatal(err)
	}
	return field.Item{ID: id, Kind: field.Report, At: x.Clock.Now(), Lon: &lon, Lat: &lat, Accuracy: 8, Photos: photos, Body: body}
}

// try syncs items as the worker, with the telephone's clock off by skew.
func (x *street) try(skew time.Duration, items ...field.Item) ([]field.Result, error) {
	b := field.Batch{Device: "device-1", Sent: x.Clock.Now().Add(skew), Items: items}
	where, err := x.inbox.Locate(context.Background(), b)
	if err != nil {
		return nil, err
	}
	var out []field.Result
	err = x.DB.Write(context.Background(), func(tx *db.Tx) error {
		out, err = x.inbox.Accept(tx, x.who, b, where)
		return err
	})
	return out, err
}

func (x *street) sync(items ...field.Item) []field.Result {
	x.t.Helper()
	out, err := x.try(0, items...)
	if err != nil {
		x.t.Fatal(err)
	}
	return out
}

// ask asks how an item stands.
func (x *street) ask(id string) field.Result {
	x.t.Helper()
	return x.sync(field.Item{ID: id})[0]
}

// photoOf is a small photo and its hash.
func photoOf(n int) (body []byte, sha string) {
	img := image.NewGray(image.Rect(0, 0, 40, 30))
	for i := range img.Pix {
		img.Pix[i] = byte(i * n)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.Bytes(), hashOf(b.Bytes())
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// bring sends a photo.
func (x *street) bring(body []byte, sha string) (fresh bool, cause error) {
	x.t.Helper()
	brought, cause := x.inbox.Bring(bytes.NewReader(body), sha)
	bad := ""
	if fault.KindOf(cause) == fault.KindInvalid && cause != nil {
		bad = fault.As(cause).Message()
	} else if cause != nil {
		return false, cause
	}
	x.Write(x.t, func(tx *db.Tx) (err error) {
		fresh, err = x.inbox.Arrived(tx, x.who, sha, brought, bad)
		return err
	})
	return fresh, cause
}

func TestAnItemIsStoredOnceForEver(t *testing.T) {
	each(t, func(x *street) {
		a := x.report("report-0001", "井盖松动")
		first := x.sync(a, a)
		if first[0].State != field.Kept || first[1].State != field.Kept || first[0].Words == "" {
			x.t.Fatalf("%+v", first)
		}
		x.Clock.Advance(400 * 24 * time.Hour)
		if again := x.sync(a)[0]; again.ID != a.ID || again.State == field.Refused {
			x.t.Errorf("again after a year: %+v", again)
		}
		other := x.report("report-0001", "路灯不亮")
		if r := x.sync(other)[0]; r.State != field.Refused || r.ID != "report-0001" || r.Words == "" {
			x.t.Errorf("another item under the same id: %+v", r)
		}
		x.sync(other)
		if n := x.count(); n != 2 {
			x.t.Errorf("%d items are stored", n)
		}
		if r := x.ask("report-none"); r.State != field.Refused {
			x.t.Errorf("an item never sent: %+v", r)
		}
	})
}

func (x *street) count() (n int) {
	x.t.Helper()
	x.Read(x.t, func(tx *db.Tx) error { return tx.QueryRow(`select count(*) from field_item`).Scan(&n) })
	return n
}

func TestPhotosComeBeforeOrAfter(t *testing.T) {
	each(t, func(x *street) {
		one, oneSHA := photoOf(3)
		two, twoSHA := photoOf(7)
		fake := []byte("not a photo at all, only words")
		if fresh, err := x.bring(one, oneSHA); err != nil || !fresh {
			x.t.Fatal(fresh, err)
		}
		if fresh, err := x.bring(one, oneSHA); err != nil || fresh {
			x.t.Fatal("the same photo again", fresh, err)
		}
		it := x.report("report-0002", "垃圾堆放", oneSHA, twoSHA, hashOf(fake))
		r := x.sync(it)[0]
		if r.State != field.WantsPhoto || !slices.Equal(r.Marks, []string{"photo:" + twoSHA, "photo:" + hashOf(fake)}) {
			x.t.Fatalf("%+v", r)
		}
		if _, err := x.bring(two[:len(two)-9], twoSHA); fault.KindOf(err) != fault.KindUnavailable {
			x.t.Errorf("a photo cut short: %v", err)
		}
		if _, err := x.bring(two, twoSHA); err != nil {
			x.t.Fatal(err)
		}
		if r := x.ask(it.ID); r.State != field.WantsPhoto || len(r.Marks) != 1 {
			x.t.Errorf("one to come: %+v", r)
		}
		if _, err := x.bring(fake, hashOf(fake)); fault.KindOf(err) != fault.KindInvalid {
			x.t.Errorf("words for a photo: %v", err)
		}
		if r := x.ask(it.ID); r.State == field.WantsPhoto || !slices.Contains(r.Marks, "bad-photo:"+hashOf(fake)) {
			x.t.Errorf("what is no photo holds up the item: %+v", r)
		}
	})
}

func TestClocksAndPositions(t *testing.T) {
	each(t, func(x *street) {
		off := 366 * 24 * time.Hour
		it := x.report("report-0003", "树枝折断")
		it.At = it.At.Add(off - time.Hour)
		out, err := x.try(off, it)
		if err != nil || !slices.Equal(out[0].Marks, []string{field.MarkClock}) {
			x.t.Errorf("a clock wrong by a year: %+v, %v", out, err)
		}
		if at := x.at(it.ID); !at.Equal(x.Clock.Now().Add(-time.Hour)) {
			x.t.Errorf("corrected to %v", at)
		}
		it = x.report("report-0004", "树枝折断")
		it.At = it.At.Add(-off)
		if r := x.sync(it)[0]; !slices.Equal(r.Marks, []string{field.MarkClock}) || !x.at(it.ID).Equal(x.Clock.Now()) {
			x.t.Errorf("a clock that was set right since: %+v, %v", r, x.at(it.ID))
		}
		it = x.report("report-0005", "树枝折断")
		*it.Lon = 121.5
		if r := x.sync(it)[0]; !slices.Equal(r.Marks, []string{field.MarkOutside}) || r.State != field.Kept {
			x.t.Errorf("off the city: %+v", r)
		}
		it.ID, *it.Lat = "report-0006", 134
		if r := x.sync(it)[0]; r.State != field.Refused {
			x.t.Errorf("off the earth: %+v", r)
		}
	})
}

func (x *street) at(id string) time.Time {
	x.t.Helper()
	var at db.Time
	x.Read(x.t, func(tx *db.Tx) error { return tx.QueryRow(`select at from field_item where id = ?`, id).Scan(&at) })
	return at.Time
}

func TestATokenSyncsAlsoAfterTheAccountWasClosed(t *testing.T) {
	each(t, func(x *street) {
		var tokens []string
		x.Write(x.t, func(tx *db.Tx) error {
			for range 5 {
				s, err := field.Admit(tx, x.by, "device-0001")
				if err != nil {
					return err
				}
				tokens = append(tokens, s)
			}
			return staff.SetDisabled(tx, staff.Job("test"), x.by.Account, true)
		})
		known := func(token string) (w field.Worker, err error) {
			err = x.DB.Read(context.Background(), func(tx *db.Tx) error { w, err = field.Known(tx, token); return err })
			return w, err
		}
		w, err := known(tokens[4])
		if err != nil || w.Account != x.by.Account || !w.Closed {
			x.t.Fatalf("%+v, %v", w, err)
		}
		x.who = w
		if r := x.sync(x.report("report-0007", "井盖松动"))[0]; r.State != field.Kept || !slices.Equal(r.Marks, []string{field.MarkClosed}) {
			x.t.Errorf("%+v", r)
		}
		if _, err := known("guess"); fault.KindOf(err) != fault.KindForbidden {
			x.t.Errorf("a guess: %v", err)
		}
		x.Clock.Advance(field.Offline)
		if _, err := known(tokens[4]); fault.KindOf(err) != fault.KindForbidden {
			x.t.Errorf("after 30 days: %v", err)
		}
		var n int64
		x.Write(x.t, func(tx *db.Tx) (err error) { n, err = field.SweepDevices(tx); return err })
		if n != 4 {
			x.t.Errorf("%d tokens of one device were kept", n)
		}
	})
}

func TestTooMuchAtOnce(t *testing.T) {
	each(t, func(x *street) {
		var items []field.Item
		for i := range field.MaxItems + 1 {
			items = append(items, x.report(fmt.Sprintf("report-%04d", i), "x"))
		}
		if _, err := x.try(0, items...); fault.KindOf(err) != fault.KindInvalid {
			x.t.Errorf("%v", err)
		}
		if out := x.sync(items[1:]...); len(out) != field.MaxItems || x.count() != field.MaxItems {
			x.t.Errorf("%d answers, %d stored", len(out), x.count())
		}
	})
}
