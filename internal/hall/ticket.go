package hall

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/once"
	"linli/internal/staff"
)

// Ordinary is the class of a number without priority.
const Ordinary = "ordinary"

// A Class (优先类别) is why a number may come before others.
type Class struct {
	ID     string
	Name   string
	Letter string // begins its numbers
}

// ElderFrom (高龄优先的年龄) is the age from which somebody comes first where a hall has set none.
const ElderFrom = 70

// Classes are the classes, ordinary first. Everybody but the ordinary comes first.
var Classes = []Class{
	{Ordinary, "普通", "A"}, {"elder", "老年人", "E"}, {"disabled", "残疾人", "D"}, {"pregnant", "孕妇", "P"},
	{"infant", "抱婴者", "B"}, {"soldier", "现役军人、优抚对象", "S"}, {"booked", "已预约", "Y"},
}

func classOf(id string) (Class, bool) {
	i := slices.IndexFunc(Classes, func(c Class) bool { return c.ID == id })
	if i < 0 {
		return Class{}, false
	}
	return Classes[i], true
}

// The states of a ticket.
const (
	Waiting = "waiting" // 等候
	Called  = "called"  // 已叫到: at a counter
	Skipped = "skipped" // 过号
	Served  = "served"  // 办毕
)

// A Ticket (排队号) is somebody's place in the queue of a hall on one day.
type Ticket struct {
	ID      db.ID   `json:"id"`
	Hall    db.ID   `json:"hall"`
	Seq     int     `json:"seq"`
	Number  string  `json:"number"` // as it is called, "E012"
	Class   string  `json:"class"`
	Service string  `json:"service"`
	State   string  `json:"state"`
	Counter int     `json:"counter"` // 0: none
	Calls   int     `json:"calls"`
	Taken   db.Time `json:"taken"`
	Called  db.Time `json:"called"`
	Ended   db.Time `json:"ended"`
}

// ClassName is why the ticket comes first, or that it does not.
func (t *Ticket) ClassName() string {
	c, _ := classOf(t.Class)
	return c.Name
}

const ticketColumns = `id, hall, seq, number, class, service, state, counter, calls, taken_at, called_at, ended_at`

func scanTicket(r *db.Rows) (t Ticket, err error) {
	return t, r.Scan(&t.ID, &t.Hall, &t.Seq, &t.Number, &t.Class, &t.Service, &t.State, &t.Counter, &t.Calls, &t.Taken, &t.Called, &t.Ended)
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now(), civil.Shanghai) }

// Take gives the next number of the day. Returns conflict when the hall is closed, invalid for a class that does not exist.
func Take(tx *db.Tx, by staff.Actor, key string, id db.ID, class, service string) (Ticket, error) {
	return once.For(tx, by.AuditName(), key, []any{"take", id, class, service}, func() (Ticket, error) {
		h, err := managed(tx, by, id)
		if err != nil {
			return Ticket{}, err
		}
		if !h.Hours().Open(tx.Now()) {
			return Ticket{}, fault.Conflict("现在不是 %s 的开放时间，今天开放：%s", h.Name, orNone(h.Hours().Words(tx.Now().In(civil.Shanghai).Weekday())))
		}
		return take(tx, by, h, class, service)
	})
}

func orNone(s string) string { return cmp.Or(s, "不开放") }

func take(tx *db.Tx, by staff.Actor, h Hall, class, service string) (Ticket, error) {
	c, ok := classOf(class)
	switch {
	case !ok:
		return Ticket{}, fault.Invalid("class", "请选择优先类别")
	case h.Counters == 0:
		return Ticket{}, fault.Conflict("%s 不叫号", h.Name)
	}
	t := Ticket{ID: db.NewID(), Hall: h.ID, Class: class, Service: service, State: Waiting, Taken: db.At(tx.Now())}
	err := tx.QueryRow(`insert into hall_day (hall, day, last, version) values (?, ?, 1, 1)
		on conflict (hall, day) do update set last = hall_day.last + 1, version = hall_day.version + 1 returning last`, h.ID, today(tx)).Scan(&t.Seq)
	if err != nil {
		return Ticket{}, wrap("next number of the hall", err)
	}
	t.Number = fmt.Sprintf("%s%03d", c.Letter, t.Seq)
	err = tx.Exec(`insert into hall_ticket (id, hall, day, seq, number, class, service, state, taken_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, t.Hall, today(tx), t.Seq, t.Number, t.Class, t.Service, t.State, t.Taken)
	if err != nil {
		return Ticket{}, wrap("take number", err)
	}
	tx.AfterCommit(func() { boards.ring(h.ID) })
	return t, record(tx, by, "hall.take", t.ID, t)
}

// managed loads a hall that the actor manages.
func managed(tx *db.Tx, by staff.Actor, id db.ID) (Hall, error) {
	h, err := Get(tx, id)
	if err == nil && !h.Manages(by) {
		err = fault.Forbidden("您不是 %s 的工作人员", h.Name)
	}
	return h, err
}

// Call calls the next number to a counter. Returns conflict when nobody waits, or the counter has not finished with the last.
func Call(tx *db.Tx, by staff.Actor, key string, id db.ID, counter int) (Ticket, error) {
	return once.For(tx, by.AuditName(), key, []any{"call", id, counter}, func() (Ticket, error) {
		h, err := managed(tx, by, id)
		if err != nil {
			return Ticket{}, err
		}
		if counter < 1 || counter > h.Counters {
			return Ticket{}, fault.Invalid("counter", "请选择窗口（1 至 %d）", h.Counters)
		}
		// Two counters that call at once meet at this row, one after the other.
		if err := tx.ExecOne(`update hall_day set version = version + 1 where hall = ? and day = ?`, id, today(tx)); err != nil {
			return Ticket{}, nobody()
		}
		b, err := board(tx, h)
		if err != nil {
			return Ticket{}, err
		}
		if busy := b.At(counter); busy != nil {
			return Ticket{}, fault.Conflict("%d 号窗口的 %s 还没有办毕，请先办毕、过号或转窗口", counter, busy.Number)
		}
		t := next(b.Waiting, b.streak, h.Most)
		if t == nil {
			return Ticket{}, nobody()
		}
		streak := 0
		if t.Class != Ordinary {
			streak = b.streak + 1
		}
		if err := tx.ExecOne(`update hall_day set streak = ? where hall = ? and day = ?`, streak, id, today(tx)); err != nil {
			return Ticket{}, wrap("call number", err)
		}
		return move(tx, by, "hall.call", *t, Called, counter)
	})
}

func nobody() error { return fault.Conflict("现在没有人等候") }

// next chooses who is called: whoever has priority, the longest waiting first, unless most of them were called in a row while
// an ordinary number waited.
func next(waiting []Ticket, streak, most int) *Ticket {
	var first, ordinary *Ticket
	for i := range waiting {
		switch t := &waiting[i]; {
		case t.Class != Ordinary && first == nil:
			first = t
		case t.Class == Ordinary && ordinary == nil:
			ordinary = t
		}
	}
	if first == nil || ordinary != nil && streak >= most {
		return ordinary
	}
	return first
}

// move brings a ticket into a state at a counter, guarded by the state it was in.
func move(tx *db.Tx, by staff.Actor, verb string, t Ticket, state string, counter int) (Ticket, error) {
	was := t.State
	t.State, t.Counter = state, counter
	switch state {
	case Called:
		t.Calls++
		t.Called = db.At(tx.Now())
	case Served, Skipped:
		t.Ended = db.At(tx.Now())
	}
	err := tx.ExecOne(`update hall_ticket set state = ?, counter = ?, calls = ?, called_at = ?, ended_at = ? where id = ? and state = ?`,
		t.State, t.Counter, t.Calls, t.Called, t.Ended, t.ID, was)
	if err != nil {
		return t, wrap("move ticket", err)
	}
	if err := tx.Exec(`update hall_day set version = version + 1 where hall = ? and day = ?`, t.Hall, today(tx)); err != nil {
		return t, wrap("move ticket", err)
	}
	tx.AfterCommit(func() { boards.ring(t.Hall) })
	return t, record(tx, by, verb, t.ID, t)
}

// A Move (叫号操作) is what a clerk does with a ticket at his counter.
type Move string

// The moves.
const (
	Again    Move = "again"    // 再叫一次
	Skip     Move = "skip"     // 过号
	Finish   Move = "finish"   // 办毕
	Transfer Move = "transfer" // 转窗口: waits for nobody, goes there at once
	Restore  Move = "restore"  // 过号的人回来了: waits again, with his old place
)

// Do moves a ticket. counter is where a transferred one goes.
func Do(tx *db.Tx, by staff.Actor, key string, ticket db.ID, m Move, counter int) (Ticket, error) {
	return once.For(tx, by.AuditName(), key, []any{m, ticket, counter}, func() (Ticket, error) {
		list, err := db.Select(tx, scanTicket, `select `+ticketColumns+` from hall_ticket where id = ?`, ticket)
		if err == nil && len(list) == 0 {
			err = fault.NotFound("没有这个号")
		}
		if err != nil {
			return Ticket{}, wrap("read ticket", err)
		}
		t := list[0]
		h, err := managed(tx, by, t.Hall)
		if err != nil {
			return Ticket{}, err
		}
		if need := map[Move]string{Restore: Skipped}[m]; t.State != cmp.Or(need, Called) {
			return Ticket{}, fault.Conflict("%s 号的情况已经变了，请刷新", t.Number)
		}
		switch m {
		case Again:
			return move(tx, by, "hall.again", t, Called, t.Counter)
		case Skip:
			return move(tx, by, "hall.skip", t, Skipped, 0)
		case Finish:
			return move(tx, by, "hall.finish", t, Served, t.Counter)
		case Restore:
			return move(tx, by, "hall.restore", t, Waiting, 0)
		case Transfer:
			return transfer(tx, by, h, t, counter)
		}
		return Ticket{}, fault.Invalid("move", "没有这种操作")
	})
}

func transfer(tx *db.Tx, by staff.Actor, h Hall, t Ticket, counter int) (Ticket, error) {
	if counter < 1 || counter > h.Counters || counter == t.Counter {
		return t, fault.Invalid("counter", "请选择另一个窗口（1 至 %d）", h.Counters)
	}
	b, err := board(tx, h)
	if err != nil {
		return t, err
	}
	if busy := b.At(counter); busy != nil {
		return t, fault.Conflict("%d 号窗口正在办理 %s", counter, busy.Number)
	}
	return move(tx, by, "hall.transfer", t, Called, counter)
}

// A Board (叫号屏) is how a hall's queue stands: what a waiting room shows and a clerk works from. It carries no name.
type Board struct {
	Hall    Hall
	Version int64
	Now     time.Time
	Calling []Ticket // at counters, the latest called first
	Waiting []Ticket // in the order of their numbers
	Skipped []Ticket
	Served  int
	Minutes int // that one usually takes

	streak int
}

// At returns the ticket at a counter, nil when it is free.
func (b *Board) At(counter int) *Ticket {
	for i := range b.Calling {
		if b.Calling[i].Counter == counter {
			return &b.Calling[i]
		}
	}
	return nil
}

// Ahead returns how many will be called before a ticket as things stand, by the rule of priority; -1 when it does not wait.
func (b *Board) Ahead(id db.ID) int {
	rest, streak := slices.Clone(b.Waiting), b.streak
	for n := 0; len(rest) > 0; n++ {
		t := next(rest, streak, b.Hall.Most)
		if t.ID == id {
			return n
		}
		if streak++; t.Class == Ordinary {
			streak = 0
		}
		at := slices.IndexFunc(rest, func(x Ticket) bool { return x.ID == t.ID })
		rest = slices.Delete(rest, at, at+1)
	}
	return -1
}

// Wait estimates how long a ticket still waits: those before it, each as long as one usually takes, shared by the counters.
func (b *Board) Wait(id db.ID) time.Duration {
	ahead := b.Ahead(id)
	if ahead < 0 {
		return 0
	}
	busy := max(1, min(b.Hall.Counters, len(b.Calling)))
	return time.Duration(ahead/busy*b.Minutes) * time.Minute
}

// usual is how many minutes one takes before anything was measured today.
const usual = 6

// Look returns the board of a hall today. It is public: it carries no name.
func Look(tx *db.Tx, id db.ID) (*Board, error) {
	h, err := Get(tx, id)
	if err != nil {
		return nil, err
	}
	return board(tx, h)
}

func board(tx *db.Tx, h Hall) (*Board, error) {
	b := &Board{Hall: h, Now: tx.Now(), Minutes: usual}
	days, err := db.Select(tx, func(r *db.Rows) (d [2]int64, err error) { return d, r.Scan(&d[0], &d[1]) },
		`select version, streak from hall_day where hall = ? and day = ?`, h.ID, today(tx))
	if err != nil {
		return nil, wrap("read board", err)
	}
	if len(days) > 0 {
		b.Version, b.streak = days[0][0], int(days[0][1])
	}
	list, err := db.Select(tx, scanTicket, `select `+ticketColumns+` from hall_ticket where hall = ? and day = ? order by seq`, h.ID, today(tx))
	if err != nil {
		return nil, wrap("read board", err)
	}
	var spent time.Duration
	for _, t := range list {
		switch t.State {
		case Waiting:
			b.Waiting = append(b.Waiting, t)
		case Called:
			b.Calling = append(b.Calling, t)
		case Skipped:
			b.Skipped = append(b.Skipped, t)
		case Served:
			b.Served++
			spent += t.Ended.Sub(t.Called.Time)
		}
	}
	if b.Served >= 3 {
		b.Minutes = max(1, int(spent.Minutes())/b.Served)
	}
	slices.SortStableFunc(b.Calling, func(a, c Ticket) int { return c.Called.Compare(a.Called.Time) })
	return b, nil
}
