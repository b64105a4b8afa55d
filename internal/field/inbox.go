package field

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/job"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/round"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// kept items are a tended list: what is to be acted on stands in the inbox itself.
const keptItems = "field.kept"

// skewMost is how wrong a telephone's clock may be without being marked.
const skewMost = 10 * time.Minute

// Marks of an item; see the package comment.
const (
	MarkClock   = "clock"
	MarkOutside = "outside"
	MarkJump    = "jump"
	MarkClosed  = "closed"
	MarkMoved   = "moved"

	markPhoto    = "photo:"     // with the hash of a photo still to be sent
	markBadPhoto = "bad-photo:" // with the hash of what was no photo
)

// An Inbox (外业收件箱) takes what devices send, and acts on it.
type Inbox struct {
	DB     *db.DB
	Cases  *casework.Cases
	Packs  func() *pack.Index
	Rounds *round.Rounds
	Places *place.Index
	Files  *blob.Store
}

// Register lets a runner act on kept items.
func (x *Inbox) Register(r *job.Runner) { r.Tend(keptItems, x.tend) }

// A row is an item as it is stored.
type row struct {
	Item
	account  db.ID
	seq      db.ID
	device   string
	state    State
	at       time.Time // corrected
	received time.Time
	path     string // of the place at its position, "" off the city and without one
	request  []byte
	marks    []string
	words    string
	choices  []Choice
	caseID   db.ID
	desk     bool
}

// Waiting is how many items wait to be acted on; those on the desk wait for somebody there.
func Waiting(tx *db.Tx) (n int64, err error) {
	if err = tx.QueryRow(`select count(*) from field_item where state = 'kept' and desk = 0`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count kept items: %w", err)
	}
	return n, nil
}

// Accept stores the items of a batch and says how each stands. Items known already are answered as they stand. where says
// at which place the position of an item lies (see Locate).
func (x *Inbox) Accept(tx *db.Tx, w Worker, b Batch, where map[string]string) ([]Result, error) {
	if len(b.Items) > MaxItems {
		return nil, fault.Invalid("items", "一次最多同步 %d 件", MaxItems)
	}
	rows := make([]*row, len(b.Items))
	for i := range b.Items {
		r, err := incoming(tx, w, &b, &b.Items[i], where[b.Items[i].ID])
		if err != nil {
			return nil, err
		}
		rows[i] = r
	}
	known, err := x.known(tx, w.Account, rows)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(rows))
	for i, r := range rows {
		said := b.Items[i].ID
		if results[i], err = x.acceptOne(tx, r, known); err != nil {
			return nil, fmt.Errorf("accept item %s: %w", r.ID, err)
		}
		results[i].ID = said
	}
	return results, nil
}

// incoming is an item as it would be stored.
func incoming(tx *db.Tx, w Worker, b *Batch, i *Item, path string) (*row, error) {
	r := &row{Item: *i, account: w.Account, device: b.Device, state: Kept, received: tx.Now(), path: path, marks: []string{}}
	if i.asks() {
		return r, nil
	}
	var err error
	if r.request, err = i.digest(); err != nil {
		return nil, err
	}
	if r.words = i.wrong(); r.words != "" {
		r.state, r.ID = Refused, aside(i.ID, r.request)
		r.Body, r.Photos, r.Voices, r.Lon, r.Lat = json.RawMessage(`""`), nil, nil, nil, nil
		if len(i.Body) <= MaxBody && json.Valid(i.Body) {
			r.Body = i.Body
		}
	}
	r.correct(tx.Now(), b.Sent)
	if w.Closed {
		r.mark(MarkClosed)
	}
	if r.Lon != nil && r.path == "" {
		r.mark(MarkOutside)
	}
	return r, nil
}

// correct brings the time of an item to the clock of the server.
func (r *row) correct(now, sent time.Time) {
	var skew time.Duration
	if !sent.IsZero() {
		skew = now.Sub(sent)
	}
	r.at = r.At.Add(skew).UTC().Truncate(time.Millisecond)
	if sent.IsZero() || skew.Abs() > skewMost {
		r.mark(MarkClock)
	}
	if r.at.After(now) && r.at.Sub(now) < skewMost { // on its way, clocks of the day
		r.at = now
	}
	if r.at.After(now) || now.Sub(r.at) > Offline {
		r.at = now
		r.mark(MarkClock)
	}
}

func (r *row) mark(m string) {
	if !slices.Contains(r.marks, m) {
		r.marks = append(r.marks, m)
	}
}

// acceptOne stores an item that is new, and answers.
func (x *Inbox) acceptOne(tx *db.Tx, r *row, known map[string]*row) (Result, error) {
	if old := known[r.ID]; old != nil {
		if r.asks() || bytes.Equal(old.request, r.request) {
			return x.again(tx, old)
		}
		r.ID, r.state, r.words = aside(r.ID, r.request), Refused, "这个编号已有另一条记录；这一条另行保存，请重新记录一次"
		if old := known[r.ID]; old != nil {
			return x.result(tx, old)
		}
	} else if r.asks() {
		return Result{ID: r.ID, State: Refused, Marks: []string{}, Words: "没有收到过这条记录，请重新发送"}, nil
	}
	if err := x.settle(tx, r); err != nil {
		return Result{}, err
	}
	r.seq = db.NewID()
	fresh, err := r.insert(tx)
	if err != nil {
		return Result{}, err
	}
	if !fresh { // a copy of the request was first
		old, err := load(tx, r.account, r.ID)
		if err != nil {
			return Result{}, err
		}
		known[r.ID] = old
		return x.acceptOne(tx, r, known)
	}
	known[r.ID] = r
	if r.state == Kept && !r.desk {
		job.Stir(tx, keptItems)
	}
	return x.result(tx, r)
}

// again answers how an item stands that was sent before. A photo that arrived beside the item's first arrival is seen now.
func (x *Inbox) again(tx *db.Tx, r *row) (Result, error) {
	if r.state == WantsPhoto {
		if err := x.recheck(tx, r); err != nil {
			return Result{}, err
		}
	}
	return x.result(tx, r)
}

// settle decides how a new item begins: waiting for photos, kept, or on the desk.
func (x *Inbox) settle(tx *db.Tx, r *row) error {
	if r.state != Kept {
		r.desk = true
		return nil
	}
	if err := x.awaitPhotos(tx, r); err != nil {
		return err
	}
	if slices.Contains(r.marks, MarkClosed) {
		r.desk, r.words = true, closedWords
	}
	return nil
}

// Locate says at which place of the city each item of a batch lies, by id; an item off the city or without a position is left out.
func (x *Inbox) Locate(ctx context.Context, b Batch) (map[string]string, error) {
	where := map[string]string{}
	for i := range b.Items {
		it := &b.Items[i]
		if it.Lon == nil || it.wrong() != "" {
			continue
		}
		p, found, err := x.Places.Locate(ctx, *it.Lon, *it.Lat)
		if err != nil {
			return nil, fmt.Errorf("locate item: %w", err)
		}
		if found {
			where[it.ID] = p.Path
		}
	}
	return where, nil
}

const columns = `account, id, seq, device, kind, state, at, told_at, received_at, placed, lon, lat, accuracy, path, photos, body, request, marks, words, choices, case_id, desk`

// insert stores the item unless one of its id is there; fresh reports whether it did.
func (r *row) insert(tx *db.Tx) (fresh bool, err error) {
	var placed int
	var lon, lat int64
	if r.Lon != nil {
		placed, lon, lat = 1, millionths(*r.Lon), millionths(*r.Lat)
	}
	body, err := json.Marshal(kept{r.Shots, r.Voices, r.Body})
	if err != nil {
		return false, fmt.Errorf("write body of item: %w", err)
	}
	choices, err := json.Marshal(r.choices)
	if err != nil {
		return false, fmt.Errorf("write choices of item: %w", err)
	}
	n, err := tx.ExecCount(`insert into field_item (`+columns+`, due_at) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) on conflict (account, id) do nothing`,
		r.account, r.ID, r.seq, r.device, string(r.Kind), string(r.state), db.At(r.at), told(r.At), db.At(r.received), placed, lon, lat, int64(min(r.Accuracy, 1e6)),
		r.path, strings.Join(r.Photos, " "), string(body), r.request, strings.Join(r.marks, " "), r.words, string(choices), r.caseID, flag(r.desk), db.At(r.received))
	return n == 1, err
}

// kept is what is stored of an item besides its columns.
type kept struct {
	Shots  map[string]Shot `json:"shots,omitempty"`
	Voices []string        `json:"voices,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
}

// told is what the telephone said the time was; nothing for a time that has no stored form.
func told(t time.Time) db.Time {
	if y := t.UTC().Year(); y < 1 || y > 9998 {
		return db.Time{}
	}
	return db.At(t)
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func scan(rows *db.Rows) (*row, error) {
	r := &row{}
	var at, said, received db.Time
	var placed, desk, accuracy int64
	var lon, lat int64
	var photos, body, marks, choices string
	err := rows.Scan(&r.account, &r.ID, &r.seq, &r.device, (*string)(&r.Kind), (*string)(&r.state), &at, &said, &received, &placed, &lon, &lat, &accuracy,
		&r.path, &photos, &body, &r.request, &marks, &r.words, &choices, &r.caseID, &desk)
	if err != nil {
		return nil, err
	}
	r.at, r.At, r.received, r.Accuracy, r.desk = at.Time, said.Time, received.Time, float64(accuracy), desk == 1
	r.Photos, r.marks = strings.Fields(photos), strings.Fields(marks)
	if placed == 1 {
		x, y := float64(lon)/1e6, float64(lat)/1e6
		r.Lon, r.Lat = &x, &y
	}
	var k kept
	if err := errors.Join(json.Unmarshal([]byte(body), &k), json.Unmarshal([]byte(choices), &r.choices)); err != nil {
		return nil, fmt.Errorf("read item %s: %w", r.ID, err)
	}
	r.Shots, r.Voices, r.Body = k.Shots, k.Voices, k.Body
	return r, nil
}

func load(tx *db.Tx, account db.ID, id string) (*row, error) {
	list, err := db.Select(tx, scan, `select `+columns+` from field_item where account = ? and id = ?`, account, id)
	if err != nil {
		return nil, fmt.Errorf("load item: %w", err)
	}
	if len(list) == 0 {
		return nil, fault.NotFound("没有这条记录")
	}
	return list[0], nil
}

// known loads the items of a batch that are there already.
func (x *Inbox) known(tx *db.Tx, account db.ID, rows []*row) (map[string]*row, error) {
	found := map[string]*row{}
	if len(rows) == 0 {
		return found, nil
	}
	args := []any{account}
	for _, r := range rows {
		args = append(args, r.ID)
		if !r.asks() && !strings.Contains(r.ID, "~") {
			args = append(args, aside(r.ID, r.request))
		}
	}
	list, err := db.Select(tx, scan, `select `+columns+` from field_item where account = ? and id in (?`+strings.Repeat(",?", len(args)-2)+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("look for known items: %w", err)
	}
	for _, r := range list {
		found[r.ID] = r
	}
	return found, nil
}

// save writes what acting on an item changed.
func (r *row) save(tx *db.Tx, was State) error {
	choices, err := json.Marshal(r.choices)
	if err != nil {
		return fmt.Errorf("write choices of item: %w", err)
	}
	return tx.ExecOne(`update field_item set state = ?, marks = ?, words = ?, choices = ?, case_id = ?, desk = ?, path = ? where account = ? and id = ? and state = ?`,
		string(r.state), strings.Join(r.marks, " "), r.words, string(choices), r.caseID, flag(r.desk), r.path, r.account, r.ID, string(was))
}

// result says how an item stands.
func (x *Inbox) result(tx *db.Tx, r *row) (Result, error) {
	out := Result{ID: r.ID, State: r.state, Marks: r.marks, Words: r.words, Choices: r.choices}
	if out.Words == "" {
		out.Words = plain[r.state]
	}
	if r.caseID.IsZero() {
		return out, nil
	}
	k, err := x.Cases.Stored(tx, r.caseID)
	if err != nil {
		return out, err
	}
	out.Case = &CaseState{ID: k.ID, Number: k.Number, State: string(k.State()), Version: k.Version}
	return out, nil
}

// plain says of a state what there is to say when nothing particular is.
var plain = map[State]string{Kept: "已收到，正在处理", WantsPhoto: "已收到，还差照片或录音", Taken: "已处理"}
