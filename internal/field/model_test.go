package field_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/field"
	"linli/internal/flow"
	"linli/internal/staff"
	"linli/test/town"
)

// A phone is a device with a queue: what it made, and what of it, as far as it knows, has arrived.
type phone struct {
	*street
	rt     *rapid.T
	items  []field.Item
	photos map[string][]byte
	skew   time.Duration
	closed bool
	cases  []db.ID // handled ones that may be checked
}

// TestNothingIsLostAndNothingIsDoubled drives a telephone with a bad line: queues, lost answers, repeats, other orders, halves, photos before and after
// their items, accounts closed, workers moved, cases that move on meanwhile. In the end every item stands once, in a state that is explained.
func TestNothingIsLostAndNothingIsDoubled(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue { // enough for a run of every day; more when somebody asks
		if err := f.Value.Set("20"); err != nil {
			t.Fatal(err)
		}
	}
	each(t, func(x *street) {
		rapid.Check(t, func(rt *rapid.T) {
			p := &phone{street: x, rt: rt, photos: map[string][]byte{}}
			p.skew = time.Duration(rapid.SampledFrom([]int{0, 0, 3, -20, 525_600}).Draw(rt, "clock off by minutes")) * time.Minute
			p.closeAccount(false)
			p.grant(true)
			for range rapid.IntRange(0, 2).Draw(rt, "handled cases") {
				id, _ := x.handled("r-" + db.NewID().String())
				p.cases = append(p.cases, id)
			}
			for range rapid.IntRange(3, 14).Draw(rt, "events") {
				p.event()
				x.Clock.Advance(time.Duration(rapid.IntRange(0, 600).Draw(rt, "seconds")) * time.Second)
			}
			p.bringAll()
			x.work()
			for _, it := range p.items {
				p.explained(it)
			}
		})
	})
}

func (p *phone) event() {
	switch rapid.SampledFrom([]string{"report", "report", "check", "send", "send", "photo", "photo", "work", "world", "close", "move"}).Draw(p.rt, "event") {
	case "report":
		id := "i-" + db.NewID().String()
		it := p.report(id, "事项"+id)
		for range rapid.IntRange(0, 2).Draw(p.rt, "photos") {
			body, sha := photoOf(int(db.NewID() % 1_000_003))
			p.photos[sha], it.Photos = body, append(it.Photos, sha)
		}
		p.keep(it)
	case "check":
		if len(p.cases) > 0 {
			id := rapid.SampledFrom(p.cases).Draw(p.rt, "case")
			item := "i-" + db.NewID().String()
			p.keep(p.item(item, field.Check, map[string]any{"case": id, "version": p.load(id).Version, "words": item,
				"verdict": rapid.SampledFrom([]string{"done", "rework"}).Draw(p.rt, "verdict")}))
		}
	case "send":
		p.send()
	case "photo":
		p.photo()
	case "work":
		p.work()
	case "world":
		p.world()
	case "close":
		p.closeAccount(!p.closed)
	case "move":
		p.grant(rapid.Bool().Draw(p.rt, "of the grid"))
	}
}

// keep puts an item into the queue, with the time of the telephone.
func (p *phone) keep(it field.Item) {
	it.At = it.At.Add(p.skew)
	p.items = append(p.items, it)
}

// send sends some of the queue in some order, some of it twice; the answer may be lost, which changes nothing here.
func (p *phone) send() {
	if len(p.items) == 0 {
		return
	}
	var batch []field.Item
	for range rapid.IntRange(1, 6).Draw(p.rt, "sent") {
		batch = append(batch, rapid.SampledFrom(p.items).Draw(p.rt, "item"))
	}
	out, err := p.try(p.skew, batch...)
	if err != nil || len(out) != len(batch) {
		p.rt.Fatalf("sync: %v", err)
	}
	for i, r := range out {
		if r.ID != batch[i].ID || r.State == "" || r.Words == "" {
			p.rt.Fatalf("%s answered by %+v", batch[i].ID, r)
		}
	}
}

// photo sends one photo, whole or cut short.
func (p *phone) photo() {
	for sha, body := range p.photos {
		if rapid.Bool().Draw(p.rt, "cut short") {
			if _, err := p.bring(body[:len(body)/2], sha); fault.KindOf(err) != fault.KindUnavailable {
				p.rt.Fatalf("half a photo: %v", err)
			}
			return
		}
		if _, err := p.bring(body, sha); err != nil {
			p.rt.Fatalf("photo: %v", err)
		}
		return
	}
}

// world lets somebody else act on a handled case; what the flow refuses does not happen.
func (p *phone) world() {
	if len(p.cases) == 0 {
		return
	}
	id := rapid.SampledFrom(p.cases).Draw(p.rt, "case")
	who := rapid.SampledFrom([]string{"verifier", "jiandu", "roads", "zhihui"}).Draw(p.rt, "who")
	verb := rapid.SampledFrom([]flow.Verb{flow.Verify, flow.Rework, flow.Reply, flow.Note, flow.Close}).Draw(p.rt, "verb")
	err := p.do(who, id, flow.Act{Verb: verb, Words: "另一个人办的", Outcome: "solved"})
	if err != nil && (fault.KindOf(err) == fault.KindInternal || fault.KindOf(err) == fault.KindUnavailable) {
		p.rt.Fatalf("%s by %s: %v", verb, who, err)
	}
}

func (p *phone) closeAccount(closed bool) {
	p.Write(p.t, func(tx *db.Tx) error { return staff.SetDisabled(tx, staff.Job("test"), p.by.Account, closed) })
	p.closed, p.who.Closed = closed, closed
}

// grant lets the worker work in the grid, or no longer.
func (p *phone) grant(works bool) {
	by := staff.Actor{Login: "command", Via: staff.ViaCommand}
	p.Write(p.t, func(tx *db.Tx) error {
		for _, code := range []string{town.Willow, town.Willow1} {
			var err error
			if works {
				err = staff.Allow(tx, by, p.by.Account, staff.Grid, code, "")
			} else {
				err = staff.Revoke(tx, by, p.by.Account, staff.Grid, code, "")
			}
			if err != nil && fault.KindOf(err) != fault.KindNotFound {
				return err
			}
		}
		return nil
	})
}

// bringAll is the good line in the end: everything is sent, items first.
func (p *phone) bringAll() {
	for _, it := range p.items {
		if _, err := p.try(p.skew, it, it); err != nil {
			p.rt.Fatalf("sync: %v", err)
		}
	}
	for sha, body := range p.photos {
		if _, err := p.bring(body, sha); err != nil {
			p.rt.Fatalf("photo: %v", err)
		}
	}
}

// explained checks how an item stands in the end, and that it happened as often as it says: once or never.
func (p *phone) explained(it field.Item) {
	out, err := p.try(p.skew, it)
	if err != nil {
		p.rt.Fatalf("ask: %v", err)
	}
	r := out[0]
	rows, onDesk := p.stored(it.ID)
	if rows != 1 || r.Words == "" {
		p.rt.Fatalf("%s is stored %d times: %+v", it.ID, rows, r)
	}
	switch {
	case r.State == field.WantsPhoto:
		p.rt.Fatalf("%s waits for a photo that was sent: %+v", it.ID, r)
	case r.State == field.Kept && !(onDesk && slices.Contains(r.Marks, field.MarkClosed)):
		p.rt.Fatalf("%s stays kept and lies on no desk: %+v", it.ID, r)
	case r.State == field.Conflict && len(r.Choices) == 0:
		p.rt.Fatalf("%s in conflict without a choice: %+v", it.ID, r)
	case r.State == field.Refused && !onDesk:
		p.rt.Fatalf("%s is refused and lies on no desk: %+v", it.ID, r)
	}
	want := 0
	if r.State == field.Taken {
		want = 1
	}
	if n := p.happened(it, r); n != want {
		p.rt.Fatalf("%s is %s and happened %d times", it.ID, r.State, n)
	}
}

func (p *phone) stored(id string) (rows int, desk bool) {
	p.Read(p.t, func(tx *db.Tx) error {
		var n int
		err := tx.QueryRow(`select count(*), coalesce(max(desk), 0) from field_item where account = ? and (id = ? or id like ?)`, p.by.Account, id, id+"~%").Scan(&rows, &n)
		desk = n == 1
		return err
	})
	return rows, desk
}

// happened counts what an item led to: the cases of a report, the steps of a check.
func (p *phone) happened(it field.Item, r field.Result) (n int) {
	p.Read(p.t, func(tx *db.Tx) error {
		desk := p.Actor(p.t, "jiandu")
		if it.Kind == field.Report {
			lines, err := p.Cases.Find(tx, desk, it.ID, 0, 20)
			for _, l := range lines {
				if strings.Contains(l.Title, it.ID) {
					n++
				}
			}
			return err
		}
		if r.Case == nil {
			return nil
		}
		steps, err := p.Cases.History(tx, desk, r.Case.ID)
		for _, s := range steps {
			if strings.Contains(s.Words, it.ID) && s.Verb != flow.Note {
				n++
			}
		}
		return err
	})
	return n
}

// TestTwoCopiesOfARequestAtOnce: whichever is first, the item is one.
func TestTwoCopiesOfARequestAtOnce(t *testing.T) {
	each(t, func(x *street) {
		done := make(chan error, 8)
		it := x.report("report-0001", "同时到的两份")
		for range cap(done) {
			go func() {
				out, err := x.try(0, it)
				if err == nil && (len(out) != 1 || out[0].State == field.Refused) {
					err = fmt.Errorf("%+v", out)
				}
				done <- err
			}()
		}
		for range cap(done) {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		x.work()
		if r := x.ask(it.ID); r.State != field.Taken || x.count() != 1 {
			t.Errorf("%+v, %d stored", r, x.count())
		}
		x.Read(t, func(tx *db.Tx) error {
			lines, _, err := x.Cases.Queue(tx, x.Actor(t, "jiandu"), casework.Query{})
			if err != nil || len(lines) != 1 {
				t.Errorf("%d cases, %v", len(lines), err)
			}
			return err
		})
	})
}
