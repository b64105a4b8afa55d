package serviceorder

import (
	"crypto/sha256"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/casework"
	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/geo"
	"linli/internal/money"
	"linli/internal/once"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// Migrations creates the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// A State (订单状态) is where an order stands.
type State string

// The states.
const (
	Asked     State = "asked"     // nobody to offer it to yet
	Offered   State = "offered"   // a provider has to answer
	Accepted  State = "accepted"  // somebody will come
	Arrived   State = "arrived"   // somebody is there
	Served    State = "served"    // to be confirmed
	CallBack  State = "call-back" // nobody confirmed in time: to be asked
	Disputed  State = "disputed"  // it was not so, says who was served
	Confirmed State = "confirmed"
	Settled   State = "settled"
	Cancelled State = "cancelled"
	Void      State = "void" // found not to have been served
)

var stateWords = map[State]string{Asked: "待派单", Offered: "待接单", Accepted: "待上门", Arrived: "服务中", Served: "待确认", CallBack: "待回访", Disputed: "有异议",
	Confirmed: "已确认", Settled: "已结算", Cancelled: "已取消", Void: "不计费"}

// States are all states, in the order of an order's way.
var States = []State{Asked, Offered, Accepted, Arrived, Served, CallBack, Disputed, Confirmed, Settled, Cancelled, Void}

// Words is the state in Chinese.
func (s State) Words() string { return stateWords[s] }

// Open reports whether something is still to be done about the service itself.
func (s State) Open() bool {
	switch s {
	case Asked, Offered, Accepted, Arrived:
		return true
	}
	return false
}

// Who pays.
const (
	PublicPays = "public"
	SelfPays   = "self"
)

// As what somebody asked or confirmed.
const (
	AsSelf      = "self"
	AsFamily    = "family"
	AsCommunity = "community"
)

// An Order (服务订单) is a service that somebody asked for, from the asking to the settling.
type Order struct {
	ID           db.ID     `json:"id"`
	Number       string    `json:"number"`
	Person       db.ID     `json:"person"`
	Name         string    `json:"name"`
	Plan         db.ID     `json:"plan"`
	Document     string    `json:"document"`
	Scheme       string    `json:"scheme"`
	Pack         string    `json:"pack"`
	Kind         string    `json:"kind"`
	Urgent       bool      `json:"urgent"`
	Pays         string    `json:"pays"`
	Units        int       `json:"units"`
	Fen          money.Fen `json:"fen"`
	Month        string    `json:"month"`
	Wanted       db.Time   `json:"wanted"`
	Words        string    `json:"words"`
	Place        string    `json:"place"`
	Path         string    `json:"path"`
	Address      string    `json:"address"`
	Home         geo.Point `json:"home"` // zero: not known
	AskedBy      db.ID     `json:"asked_by"`
	AskedName    string    `json:"asked_name"`
	AskedAs      string    `json:"asked_as"`
	State        State     `json:"state"`
	Provider     db.ID     `json:"provider"`
	ProviderName string    `json:"provider_name"`
	Worker       db.ID     `json:"worker"`
	WorkerName   string    `json:"worker_name"`
	Due          db.Time   `json:"due"` // by when the next answer is owed; zero: none
	ArrivedAt    db.Time   `json:"arrived_at"`
	LeftAt       db.Time   `json:"left_at"`
	ArriveMetres int       `json:"arrive_metres"` // from the home; -1: not known
	LeaveMetres  int       `json:"leave_metres"`
	Marks        []string  `json:"marks"`
	Record       string    `json:"record"`
	ServedUnits  int       `json:"served"`
	ConfirmedAt  db.Time   `json:"confirmed_at"`
	ConfirmedBy  string    `json:"confirmed_by"`
	ConfirmedAs  string    `json:"confirmed_as"`
	Rating       int       `json:"rating"` // 1 to 5; 0: none
	RatingWords  string    `json:"rating_words"`
	Case         db.ID     `json:"case"`    // of an emergency
	Trouble      string    `json:"trouble"` // why no case was opened
	Settlement   db.ID     `json:"settlement"`
	Version      int64     `json:"version"`
	At           db.Time   `json:"at"`
}

// Orders are the services at home of one city. It is safe for concurrent use.
type Orders struct {
	packs  func() *pack.Index
	cases  *casework.Cases
	people *register.Register
	law    civil.Law
}

// Options says whose orders they are.
type Options struct {
	Packs  func() *pack.Index
	Cases  *casework.Cases // what an emergency opens
	People *register.Register
	Law    civil.Law
}

// New returns the orders of a city.
func New(o Options) *Orders {
	return &Orders{packs: o.Packs, cases: o.Cases, people: o.People, law: o.Law}
}

// Schemes are the schemes in force at a place today.
func (x *Orders) Schemes(tx *db.Tx, path string) []pack.Held {
	return x.packs().Schemes(path, place.Today(tx))
}

// SchemeAt is the scheme in force at a place. Returns notfound.
func (x *Orders) SchemeAt(tx *db.Tx, path string) (pack.Held, error) {
	if list := x.Schemes(tx, path); len(list) > 0 {
		return list[0], nil
	}
	return pack.Held{}, fault.NotFound("这里没有施行居家养老服务的文件，请先在政策包里采用")
}

// SchemeOf is the scheme by which an order goes, as it was when it was asked for.
func (x *Orders) SchemeOf(o *Order) (pack.Held, error) {
	return x.schemeKept(o.Document, o.Pack, o.Scheme, civil.DateOf(o.At.Time, civil.Shanghai))
}

func (x *Orders) schemeKept(document, version, id string, on civil.Date) (pack.Held, error) {
	if p := x.packs().Pack(document, version); p != nil {
		if s := p.On(on).Scheme(id); s != nil {
			return pack.Held{Scheme: s, Of: p}, nil
		}
	}
	return pack.Held{}, fault.Internal(nil, "所依据的政策包版本不在库中")
}

// due is the end of a term that begins now.
func (x *Orders) due(tx *db.Tx, s pack.Held, t civil.Term) (db.Time, error) {
	at, err := s.Of.Law(x.law).Due(tx.Now(), t, nil)
	return db.At(at), err
}

const orderColumns = `o.id, o.number, o.person, o.name, o.plan, o.document, o.scheme, o.pack_version, o.kind, o.urgent, o.pays, o.units, o.fen, o.month, o.wanted_at, o.words,
	o.place, o.path, o.address, o.lon, o.lat, o.asked_by, o.asked_name, o.asked_as, o.state, o.provider, o.provider_name, o.worker, o.worker_name, o.due_at, o.arrived_at,
	o.left_at, o.arrive_metres, o.leave_metres, o.marks, o.record, o.served, o.confirmed_at, o.confirmed_by, o.confirmed_as, o.rating, o.rating_words, o.case_id, o.trouble,
	o.settlement, o.version, o.at`

func scanOrder(r *db.Rows) (o Order, err error) {
	var lon, lat int64
	var marks string
	err = r.Scan(&o.ID, &o.Number, &o.Person, &o.Name, &o.Plan, &o.Document, &o.Scheme, &o.Pack, &o.Kind, &o.Urgent, &o.Pays, &o.Units, (*int64)(&o.Fen), &o.Month, &o.Wanted, &o.Words,
		&o.Place, &o.Path, &o.Address, &lon, &lat, &o.AskedBy, &o.AskedName, &o.AskedAs, (*string)(&o.State), &o.Provider, &o.ProviderName, &o.Worker, &o.WorkerName, &o.Due,
		&o.ArrivedAt, &o.LeftAt, &o.ArriveMetres, &o.LeaveMetres, &marks, &o.Record, &o.ServedUnits, &o.ConfirmedAt, &o.ConfirmedBy, &o.ConfirmedAs, &o.Rating, &o.RatingWords,
		&o.Case, &o.Trouble, &o.Settlement, &o.Version, &o.At)
	o.Home, o.Marks = geo.Of(lon, lat), strings.Fields(marks)
	return o, err
}

// stored loads an order without asking who wants it.
func stored(tx *db.Tx, id db.ID) (Order, error) {
	list, err := db.Select(tx, scanOrder, `select `+orderColumns+` from service_order o where o.id = ?`, id)
	if err == nil && len(list) == 0 {
		err = missing()
	}
	if err != nil {
		return Order{}, wrap("load order", err)
	}
	return list[0], nil
}

func missing() error { return fault.NotFound("没有这个订单，或您无权查看") }

// A Step (订单经过) is one thing that happened to an order.
type Step struct {
	At       db.Time `json:"at"`
	Verb     string  `json:"verb"`
	By       string  `json:"by"`
	Words    string  `json:"words"`
	Provider db.ID   `json:"provider"`
	State    State   `json:"state"`
}

// StepWords is a verb in Chinese.
func StepWords(verb string) string {
	return map[string]string{"ask": "下单", "offer": "派单", "accept": "接单", "decline": "不接", "silent": "没有按时答复", "assign": "安排上门人员", "arrive": "到达", "leave": "服务完成", "confirm": "确认",
		"dispute": "提出异议", "lapse": "转回访", "void": "不计费", "rate": "评价", "cancel": "取消", "settle": "结算", "unsettle": "结算退回", "late": "回访逾期"}[verb]
}

// Steps are the history of an order that the actor sees.
func (x *Orders) Steps(tx *db.Tx, by staff.Actor, id db.ID) ([]Step, error) {
	if _, err := x.Get(tx, by, id); err != nil {
		return nil, err
	}
	return db.Select(tx, func(r *db.Rows) (s Step, err error) {
		return s, r.Scan(&s.At, &s.Verb, &s.By, &s.Words, &s.Provider, (*string)(&s.State))
	}, `select at, verb, by_name, words, provider, state from order_step where order_id = ? order by seq`, id)
}

// step moves an order on: the guarded update, the history and the log together. set is what changes besides the state, with its values.
func step(tx *db.Tx, by staff.Actor, o *Order, verb, words string, to State, set string, args ...any) error {
	if set != "" {
		set = ", " + set
	}
	err := tx.ExecOne(`update service_order set state = ?, version = version + 1`+set+` where id = ? and state = ? and version = ?`,
		append(append([]any{string(to)}, args...), o.ID, string(o.State), o.Version)...)
	if err != nil {
		return wrap(verb+" order", err)
	}
	now, err := stored(tx, o.ID)
	if err != nil {
		return err
	}
	*o = now
	return remember(tx, by, o, verb, words)
}

// remember writes a step that has happened into the history and the log.
func remember(tx *db.Tx, by staff.Actor, o *Order, verb, words string) error {
	err := tx.Exec(`insert into order_step (order_id, seq, at, verb, by_name, words, provider, state) values (?, ?, ?, ?, ?, ?, ?, ?)`,
		o.ID, o.Version, db.At(tx.Now()), verb, by.Name, words, o.Provider, string(o.State))
	if err != nil {
		return wrap("remember step", err)
	}
	return record(tx, by, "order."+verb, "order:"+o.ID.String(), o)
}

// record writes a deed to the audit log, what it is about by its digest.
func record(tx *db.Tx, by staff.Actor, verb, subject string, detail any) error {
	city, err := place.City(tx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{City: city, Actor: by.AuditName(), Verb: verb, Subject: subject, Digest: sha256.Sum256(text)})
}

// once runs a write behind a key of the actor.
func onceFor[T any](tx *db.Tx, by staff.Actor, key string, request any, work func() (T, error)) (T, error) {
	return once.For(tx, "serviceorder:"+by.AuditName(), key, request, work)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// number gives the next number of the day, without a gap.
func number(tx *db.Tx) (string, error) {
	day := strings.ReplaceAll(place.Today(tx).String(), "-", "")
	err := tx.Exec(`insert into order_counter (day, last) values (?, 1) on conflict (day) do update set last = order_counter.last + 1`, day)
	if err != nil {
		return "", wrap("number order", err)
	}
	var n int64
	if err := tx.QueryRow(`select last from order_counter where day = ?`, day).Scan(&n); err != nil {
		return "", wrap("number order", err)
	}
	return fmt.Sprintf("FW%s-%05d", day, n), nil
}

// monthOf is the month in which an instant falls.
func monthOf(t time.Time) string { return civil.DateOf(t, civil.Shanghai).String()[:7] }

// ErrMonth is inside the invalid fault for a month that is none.
var ErrMonth = errors.New("month")

// monthDays returns the first and last day of "2026-11".
func monthDays(month string) (first, last civil.Date, err error) {
	if first, err = civil.ParseDate(month + "-01"); err != nil {
		return first, last, &fault.Error{Kind: fault.KindInvalid, Format: "月份应写成 2026-11", Err: ErrMonth}
	}
	return first, first.MonthEnd(), nil
}
